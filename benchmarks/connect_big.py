"""
Connecting to a venue with 3,000 symbols: CPU and memory until all contracts are in vn.py's OMS.

Our gateway against vnpy_binance on the same bare venue, each connect in a process of its own, in turns; and, as the floor of both,
what vn.py's event engine and OMS take for that many contracts that are there already.
"""

import contextlib
import gc
import os
import resource
import statistics
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from time import monotonic, perf_counter, process_time, sleep
from types import SimpleNamespace
from typing import Any

from bare_venue import our_gateway, serve, stock_gateway
from side_by_side import Row, child, install_hint, main, peer_module, row

PEER: str = "vnpy_binance"
SYMBOLS: int = 3_000
DEADLINE: float = 60.0
SETTLE: float = 1.0             # seconds: what a connect asks for besides is here, too
AT_MOST: float = 0.5


def memory() -> int:
    """Bytes in memory; where a system does not tell, the most there ever were."""
    with contextlib.suppress(OSError):
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1_024)


def connect(pipe: Connection, kind: str, port: int) -> None:
    """Sends seconds until the contracts were there, seconds of CPU and bytes, or what went wrong."""
    from vnpy.event import EventEngine
    from vnpy.trader.engine import OmsEngine

    engine: EventEngine = EventEngine()
    oms: OmsEngine = OmsEngine(SimpleNamespace(), engine)           # type: ignore[arg-type]
    engine.start()
    gateway: Any
    setting: dict[str, Any]
    if kind == "floor":
        gateway, setting = floor(engine), {}
    else:
        gateway_class, setting = our_gateway(port) if kind == "ours" else stock_gateway(port)
        gateway = gateway_class(engine, kind.upper())
    gc.collect()                # what the imports have left is no connect's: else it is chance in whose time Python looks through it
    before, begin, cpu = memory(), perf_counter(), process_time()
    gateway.connect(setting)
    until: float = monotonic() + DEADLINE
    while len(oms.contracts) < SYMBOLS and monotonic() < until:
        sleep(0.005)
    taken: float = perf_counter() - begin
    sleep(SETTLE)
    pipe.send((taken, process_time() - cpu, memory() - before) if len(oms.contracts) == SYMBOLS else f"{kind}: {len(oms.contracts)} contracts")
    os._exit(0)                 # the peer's threads do not end by themselves


def floor(engine: Any) -> Any:
    """A gateway that pushes contracts which are made already."""
    from desks import contract_of, names_of
    from vnpy.trader.gateway import BaseGateway

    class Gateway(BaseGateway):
        """What pushes a contract, and nothing else."""

        def connect(self, setting: dict[str, Any]) -> None:
            for contract in contracts:
                self.on_contract(contract)

    Gateway.__abstractmethods__ = frozenset()
    contracts: list[Any] = [contract_of(name, "FLOOR") for name in names_of(SYMBOLS)]
    return Gateway(engine, "FLOOR")         # type: ignore[abstract]


def run(quick: bool) -> list[Row]:
    """Time, CPU and memory."""
    names: tuple[str, ...] = ("until the contracts are there", "CPU", "memory")
    paths: list[str] = [f"connect with {SYMBOLS:,} symbols, {name}" for name in names]
    if peer_module("vnpy_binance") is None:
        return [row(path, PEER, None, AT_MOST, "lower", install_hint("vnpy_binance")) for path in paths]
    found: dict[str, list[tuple[float, ...]]] = {"ours": [], "stock": [], "floor": []}
    with child(serve, SYMBOLS) as venue:
        port: int = venue.recv()
        for __ in range(3 if quick else 9):
            for kind, figures in found.items():
                with child(connect, kind, port) as pipe:
                    answer: Any = pipe.recv()
                if isinstance(answer, str):
                    raise RuntimeError(answer)
                figures.append(answer)
    shown: tuple[Callable[[float], str], ...] = (lambda s: f"{s:.2f} s", lambda s: f"{s:.2f} s", lambda size: f"{size / 2**20:.1f} MiB")
    rows: list[Row] = []
    for number, path in enumerate(paths):
        ours, stock, least = (statistics.median(figures[number] for figures in found[kind]) for kind in ("ours", "stock", "floor"))
        note: str = f"{shown[number](ours)}, {shown[number](stock)}; vn.py's own part {shown[number](least)}"
        rows.append(row(path, PEER, ours / stock, AT_MOST, "lower", note))
    return rows


if __name__ == "__main__":
    main(run, __doc__)
