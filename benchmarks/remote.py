"""
A strategy beside its gateway, behind a WebTrader, and behind vnpy_rpcservice: what the way costs.

    pip install -e ".[mock]" vnpy_webtrader vnpy_rpcservice
    python benchmarks/remote.py [--quick]

All on this machine. The gateway is MOCKBINANCE on an embedded exchange, three times; the client is vn.py's MainEngine. An order is timed from
``send_order`` to the event in which it is NOTTRADED, the three in turn. Ticks are put into the event engine beside the gateway at a rate, and
timed from there to a handler of EVENT_TICK in the client. Ratios are to the strategy beside its gateway.
"""

# ruff: noqa: E402
import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Condition
from typing import Any

HERE: Path = Path(__file__).resolve().parent
FOLDER: TemporaryDirectory[str] = TemporaryDirectory(prefix="remote-", ignore_cleanup_errors=True)
os.chdir(FOLDER.name)
Path(".vntrader").mkdir()
Path(".vntrader/vt_setting.json").write_text(json.dumps({"log.active": False}))         # of all processes

from remote_server import STORM, SYMBOL, storm
from vnpy.event import Event, EventEngine
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Status
from vnpy.trader.engine import MainEngine
from vnpy.trader.event import EVENT_ORDER, EVENT_TICK
from vnpy.trader.object import CancelRequest, OrderRequest, SubscribeRequest
from vnpy_rpcservice import RpcGateway

from vnpy_mockbinance import MockBinanceGateway
from vnpy_webgateway import WebTraderGateway
from vnpy_webgateway.server import processes
from vnpy_webgateway.server.processes import Child

PACKAGES: tuple[str, ...] = ("vnpy", "vnpy_webtrader", "vnpy_rpcservice", "pyzmq", "fastapi", "uvicorn", "websockets")
RATES: tuple[int, ...] = (500, 1_000, 2_000, 4_000)
CHUNK: int = 20
PACE: float = 0.035         # s after an order: Binance, and so the mock exchange, takes 100 orders in 10 s
AFTER: float = 1.5          # s for ticks that are still on their way


class Desk:
    """A client: an engine, one gateway, and what it was told."""

    def __init__(self, name: str, gateway: Any, setting: dict[str, Any], server: Child | None = None) -> None:
        self.name: str = name
        self.server: Child | None = server
        self.main_engine: MainEngine = MainEngine(EventEngine())
        self.gateway: Any = self.main_engine.add_gateway(gateway)
        self.seen: dict[tuple[str, Status], float] = {}
        self.changed: Condition = Condition()
        self.lags: list[float] = []
        self.main_engine.event_engine.register(EVENT_ORDER, self.on_order)
        self.main_engine.event_engine.register(EVENT_TICK, self.on_tick)
        self.main_engine.connect(setting, self.gateway.gateway_name)
        self.until(lambda: self.main_engine.get_contract(f"{SYMBOL}.GLOBAL") and self.main_engine.get_all_accounts(), "contracts")
        self.main_engine.subscribe(SubscribeRequest(SYMBOL, Exchange.GLOBAL), self.gateway.gateway_name)
        self.until(lambda: self.main_engine.get_tick(f"{SYMBOL}.GLOBAL"), "a tick")

    def until(self, condition: Callable[[], Any], what: str, seconds: float = 20.0) -> None:
        deadline: float = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name}: no {what} within {seconds:.0f} s")
            time.sleep(0.02)

    def on_order(self, event: Event) -> None:
        now: float = time.perf_counter()
        with self.changed:
            self.seen.setdefault((event.data.orderid, event.data.status), now)
            self.changed.notify()

    def on_tick(self, event: Event) -> None:
        if event.data.open_interest == STORM:
            self.lags.append(time.time() - event.data.turnover)

    def wait_for(self, orderid: str, status: Status) -> float:
        with self.changed:
            if not self.changed.wait_for(lambda: (orderid, status) in self.seen, 10.0):
                raise TimeoutError(f"{self.name}: order {orderid} is not {status.name}")
            return self.seen[orderid, status]

    def order(self) -> float:
        """Seconds from ``send_order`` to NOTTRADED. The order is cancelled afterwards."""
        request = OrderRequest(SYMBOL, Exchange.GLOBAL, Direction.LONG, OrderType.LIMIT, 0.001, 30_000.0, Offset.NONE, "bench")
        begin: float = time.perf_counter()
        orderid: str = self.main_engine.send_order(request, self.gateway.gateway_name).split(".", 1)[1]
        taken: float = self.wait_for(orderid, Status.NOTTRADED) - begin
        self.main_engine.cancel_order(CancelRequest(orderid, SYMBOL, Exchange.GLOBAL), self.gateway.gateway_name)
        self.wait_for(orderid, Status.CANCELLED)
        time.sleep(PACE)
        return taken

    def ticks(self, rate: int, seconds: float) -> tuple[int, list[float]]:
        """How many were put, and the lag in seconds of each that came."""
        self.lags = []
        if self.server is None:
            put: int = storm(self.gateway, rate, seconds)
        else:
            self.server.write(f"{rate} {seconds}\n")
            put = self.server.wait(f"storm {rate}", self.name, seconds + 60.0)["count"]
        time.sleep(AFTER)
        return put, list(self.lags)


def serve(kind: str, children: list[Child]) -> tuple[Child, dict[str, Any]]:
    environment: dict[str, str] = dict(os.environ)
    child: Child = Child([str(HERE / "remote_server.py"), kind], Path.cwd(), environment, lambda line: None)
    children.append(child)
    return child, child.wait("ready", kind)


def desks(children: list[Child]) -> list[Desk]:
    """The three clients, connected."""
    trading, told = serve("webtrader", children)
    login: dict[str, str] = {"WEBTRADER_USERNAME": "bench", "WEBTRADER_PASSWORD": "bench", "WEBTRADER_REQ": told["req"], "WEBTRADER_SUB": told["sub"]}
    web: Child = Child([str(processes.HERE / "web_process.py"), "--port", "0", "--exit-with-stdin"], Path.cwd(), {**os.environ, **login}, print)
    children.append(web)
    url: str = web.wait("ready", "the web process")["rest"]
    rpc, ports = serve("rpcservice", children)
    return [
        Desk("local", MockBinanceGateway, {}),
        Desk("WebTrader", WebTraderGateway, {"Server": "WEBTRADER", "Host": url, "Username": "bench", "Password": "bench"}, trading),
        Desk("rpcservice", RpcGateway, {"主动请求地址": ports["req"], "推送订阅地址": ports["sub"]}, rpc),
    ]


def percentiles(values: list[float]) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    cuts: list[float] = quantiles(values, n=100, method="inclusive")
    return cuts[49] * 1e3, cuts[98] * 1e3


def line(what: str, cells: list[str]) -> None:
    print(f"{what:36}" + "".join(f"{cell:>22}" for cell in cells), flush=True)


def with_ratios(values: list[float]) -> list[str]:
    return [f"{value:.2f} ms" + (f" {value / values[0]:6.1f}x" if n else "") for n, value in enumerate(values)]


def measure(all_desks: list[Desk], quick: bool) -> None:
    line("", [desk.name for desk in all_desks])
    times: list[list[float]] = [[] for _ in all_desks]
    for chunk in range(4 if quick else 26):
        for desk, taken in zip(all_desks, times, strict=True):
            found: list[float] = [desk.order() for _ in range(CHUNK)]
            if chunk:               # the first warms up
                taken.extend(found)
    cuts: list[tuple[float, float]] = [percentiles(taken) for taken in times]
    line(f"order to NOTTRADED, p50 of {len(times[0])}", with_ratios([cut[0] for cut in cuts]))
    line("order to NOTTRADED, p99", with_ratios([cut[1] for cut in cuts]))
    for rate in RATES:
        came: list[tuple[int, list[float]]] = [desk.ticks(rate, 1.0 if quick else 5.0) for desk in all_desks]
        line(f"{rate:,} ticks/s put, come", [f"{len(lags) / put:.1%} of {put:,}" for put, lags in came])
        lags: list[tuple[float, float]] = [percentiles(each) if len(each) > 1 else (0.0, 0.0) for _, each in came]
        line("    lag p50", with_ratios([lag[0] for lag in lags]))
        line("    lag p99", with_ratios([lag[1] for lag in lags]))


def main() -> int:
    parser: argparse.ArgumentParser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer orders, shorter storms")
    options = parser.parse_args()
    children: list[Child] = []
    open_desks: list[Desk] = []
    try:
        open_desks = desks(children)
        measure(open_desks, options.quick)
    finally:
        for desk in open_desks:
            desk.main_engine.close()
        for child in children:
            child.stop()
    print(f"\n{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          + ", ".join(f"{name} {version(name)}" for name in PACKAGES))
    return 0


if __name__ == "__main__":
    sys.exit(main())
