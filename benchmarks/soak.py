"""
A day of trading in minutes: memory, threads and sockets of a gateway, hour by hour.

    python benchmarks/soak.py                       24 hours, an order a second, MockBinanceGateway on the binance dialect
    python benchmarks/soak.py --dialect hashex      HashExGateway

The mock exchange runs in a process of its own with its clock in our hands; every ten simulated seconds orders are sent, cancelled
and filled, ticks come as the market moves, and every minute what the gateway said is held against the venue's journal.

The end says how fast memory still grew in the last quarter of the time. The gateway's has to be flat; the venue's is not and
is not meant to be: every order and fill can be asked for, and the journal, which all is compared with, is in memory.
"""

import argparse
import gc
import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timezone
from importlib.metadata import version
from itertools import combinations
from pathlib import Path
from statistics import median
from time import monotonic
from types import SimpleNamespace
from typing import Any, NamedTuple

import gateway_memory
import venue_memory
from vnpy.event import Event
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.event import EVENT_LOG, EVENT_ORDER, EVENT_TICK, EVENT_TRADE
from vnpy.trader.object import CancelRequest, OrderRequest, SubscribeRequest

from vnpy_rehearsal.conform.known import find_target, make_profile
from vnpy_rehearsal.journal_check import STATUS

STEP: int = 10                      # simulated seconds between two rounds
COMPARE: int = 6                    # rounds: an hour's journal in one piece would leave its holes in the memory that is measured
FLAT: float = 0.15                  # MiB an hour, 3.6 a day
TELLING: int = 4                    # figures in the last quarter, at least, for its slope to mean something
GATEWAYS: dict[str, str] = {
    "binance": "vnpy_mockbinance:MockBinanceGateway", "hashex": "vnpy_hashex:HashExGateway",
}


class Venue:
    """The mock exchange as a child, by its command line and its control API."""

    def __init__(self, dialect: str) -> None:
        self.process: subprocess.Popen[str] = subprocess.Popen(
            [sys.executable, "-m", "mockexchange", "serve", f"{dialect}=0", "--clock", "manual", "--speed", "0.02", "--exit-with-stdin",
             "--account", "mock-key:mock-secret:USDT=1000000000,BTC=100000"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        assert self.process.stdout
        ready: dict[str, str] = json.loads(self.process.stdout.readline())
        self.rest, self.stream, self.key, self.secret = (ready[name] for name in ("rest", "stream", "key", "secret"))
        self.faults: SimpleNamespace = SimpleNamespace(list=lambda: [])
        self._seen: int = 0
        self._connection = http.client.HTTPConnection(self.rest.partition("//")[2], timeout=120)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """A call of the control API."""
        self._connection.request(method, path, json.dumps(body) if body is not None else None)
        answer = self._connection.getresponse()
        data: Any = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{path}: {data}")
        return data

    def advance(self, seconds: int) -> None:
        self.ask("POST", "/_mock/clock", {"advance_ms": seconds * 1_000})

    def price(self, price: int) -> None:
        self.ask("POST", "/_mock/price", {"symbol": "BTCUSDT", "price": str(price)})

    def news(self) -> list[dict[str, Any]]:
        """What the journal got since the last look."""
        found: dict[str, Any] = self.ask("GET", f"/_mock/journal?after={self._seen}")
        self._seen = found["next"] if found["rows"] else self._seen
        rows: list[dict[str, Any]] = found["rows"]
        return rows

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(10)


class Ledger:
    """In the event engine's place: what is alive, and of what is over only whether it has been compared."""

    def __init__(self) -> None:
        self.condition: threading.Condition = threading.Condition()
        self.orders: dict[str, tuple[Status, float]] = {}
        self.traded: dict[str, float] = {}
        self.ticks: int = 0
        self.trades: int = 0
        self.lines: list[str] = []

    def put(self, event: Event) -> None:
        data: Any = event.data
        with self.condition:
            if event.type == EVENT_TICK:
                self.ticks += 1
                return
            if event.type == EVENT_ORDER:
                self.orders[data.orderid] = (data.status, data.traded)
            elif event.type == EVENT_TRADE:
                self.trades += 1
                self.traded[data.orderid] = self.traded.get(data.orderid, 0.0) + data.volume
            elif event.type == EVENT_LOG:
                self.lines = [*self.lines[-50:], data.msg]
            self.condition.notify_all()

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = 60.0) -> None:
        deadline: float = monotonic() + seconds
        with self.condition:
            while not condition() and monotonic() < deadline:
                self.condition.wait(0.02)
            if not condition():
                raise RuntimeError(f"not within {seconds:.0f} s: {what}; the log ends: {self.lines[-8:]}")


class Figures(NamedTuple):
    """At one moment. Memory in MiB, -1 where it is not known."""

    hour: float
    memory: float
    threads: int
    sockets: int
    venue_memory: float


def alive(orderids: Iterable[str], known: dict[str, tuple[Status, float]]) -> list[str]:
    """Those that are at work. One that was left may have been filled since, compared and forgotten."""
    return [o for o in orderids if o in known and known[o][0] in (Status.NOTTRADED, Status.PARTTRADED)]


def slope(points: list[tuple[float, float]]) -> float:
    """y per x: the median of what any two points say (Theil-Sen). One step, as memory grows by, does not move it."""
    return median((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2))


def grew(counts: list[int]) -> bool:
    """Whether there are more than before at every look; one more at one moment is a thread on its way out."""
    half: int = len(counts) // 2
    return min(counts[half:]) > max(counts[:half])


def trend(figures: list[Figures]) -> tuple[list[str], bool]:
    """Lines that say what became of memory, threads and sockets in the last quarter, and whether they were flat."""
    last: Figures = figures[-1]
    quarter: list[Figures] = [f for f in figures if f.hour >= 0.75 * last.hour]
    first: Figures = quarter[0]
    span: str = f"last quarter, hour {first.hour:g} to {last.hour:g}"
    if len(quarter) < TELLING or first.memory < 0:
        return [f"{span}: {len(quarter)} figures, too few to tell whether memory is flat"], True
    growth: float = slope([(f.hour, f.memory) for f in quarter])
    venue_growth: float = slope([(f.hour, f.venue_memory) for f in quarter])
    flat: bool = growth < FLAT and not grew([f.threads for f in quarter]) and not grew([f.sockets for f in quarter])
    return [
        f"{span}: gateway {growth:+.2f} MiB an hour, threads {first.threads} -> {last.threads}, "
        f"sockets {first.sockets} -> {last.sockets}: {'flat' if flat else 'NOT FLAT'}",
        f"venue {venue_growth:+.2f} MiB an hour: its orders, fills and journal stay in memory, all of them",
    ], flat


def resident(pid: int) -> float:
    """MiB of a process in memory."""
    try:
        words: list[str] = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return -1.0
    return int(words[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def sockets() -> int:
    """Open file descriptors that are sockets, -1 where that is not known."""
    found: int = 0
    try:
        for name in os.listdir("/proc/self/fd"):
            try:
                found += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
            except OSError:
                continue
    except OSError:
        return -1
    return found


class Soak:
    """One gateway on one venue."""

    def __init__(self, dialect: str, rate: float) -> None:
        self.venue: Venue = Venue(dialect)
        self.ledger: Ledger = Ledger()
        target = find_target(GATEWAYS[dialect], dialect)
        assert target
        self.profile = make_profile(GATEWAYS[dialect], target)
        self.gateway: Any = self.profile.gateway_class(self.ledger, self.profile.gateway_class.default_name)      # type: ignore[arg-type]
        if dialect == "hashex":
            # a pace kept in real time, and the half second before an order is asked for, would make a day of the day
            self.gateway.timings.requests_per_second = 5_000.0
            self.gateway.flow.table.rule = replace(self.gateway.not_found_policy, first=0.005)
        self.each: int = max(1, round(rate * STEP))
        self.sent: int = 0
        self.disagreements: list[str] = []
        self._mine: dict[str, str] = {}         # venue id -> vn.py id, where the venue has no names of ours
        self._left: list[str] = []

    def start(self) -> None:
        self.gateway.connect(self.profile.setting(self.venue))
        self.ledger.wait(lambda: self.gateway.ready and self.said(self.profile.ready_line), "connected")
        self.gateway.subscribe(SubscribeRequest(self.profile.symbol, Exchange.GLOBAL))

    def said(self, text: str) -> bool:
        return any(text in line for line in self.ledger.lines)

    def send(self, price: float) -> str:
        self.sent += 1
        vt_orderid: str = self.gateway.send_order(OrderRequest(
            self.profile.symbol, Exchange.GLOBAL, Direction.LONG if self.sent % 2 else Direction.SHORT, OrderType.LIMIT,
            round(0.001 + self.sent % 900 / 100_000, 5), price if self.sent % 2 else 80_000 - price,
        ))
        return vt_orderid.split(".", 1)[1]

    def round(self, number: int) -> None:
        """Ten simulated seconds: what is left of the last round ends, as many orders as the rate says are sent, time passes."""
        ledger: Ledger = self.ledger
        for orderid in self._left:
            self.gateway.cancel_order(CancelRequest(orderid, self.profile.symbol, Exchange.GLOBAL))
        sent: list[str] = [self.send((30_000.0, 39_900.0, 45_000.0)[n % 3]) for n in range(self.each)]
        if number % 6 == 0:
            self.venue.price(39_800 if number % 12 else 40_200)
        self.venue.advance(STEP)
        measured: threading.Event = threading.Event()
        self.gateway.executor.post(self.gateway.host.keeper.measure, measured.set)
        measured.wait(30)
        known = ledger.orders
        ledger.wait(lambda: all(o in known and known[o][0] is not Status.SUBMITTING for o in sent), "every order answered")
        self._left = alive((*self._left, *sent), known)

    def compare(self) -> None:
        """What is over is held against the journal, and forgotten."""
        rows: list[dict[str, Any]] = []
        for _ in range(200):
            rows += self.venue.news()
            last = {self.name_of(row): row for row in rows if row["kind"] == "order"}
            wrong: list[str] = [text for orderid, row in last.items() if (text := self.differs(orderid, row))]
            if not wrong:
                break
            threading.Event().wait(0.05)
        self.disagreements += wrong
        for orderid in last:
            if orderid in self.ledger.orders and self.ledger.orders[orderid][0] not in (Status.NOTTRADED, Status.PARTTRADED):
                self.ledger.orders.pop(orderid)
                self.ledger.traded.pop(orderid, None)

    def name_of(self, row: dict[str, Any]) -> str:
        if self.profile.names_orders:
            return str(row["client_order_id"])
        entry = self.gateway.flow.table.find(str(row["order_id"]))
        return str(entry.orderid) if entry else str(row["order_id"])

    def differs(self, orderid: str, row: dict[str, Any]) -> str:
        known = self.ledger.orders.get(orderid)
        executed: float = float(row["executed"])
        if known is None:
            return f"{orderid} is at the venue and was never shown"
        filled: float = self.ledger.traded.get(orderid, 0.0)
        if known[0] is not STATUS[row["status"]] or abs(known[1] - executed) > 1e-9 or abs(filled - executed) > 1e-9:
            return f"{orderid}: gateway {known[0].name} {known[1]:g}, trades {filled:g}; venue {row['status']} {executed:g}"
        return ""

    def figures(self, hour: float) -> Figures:
        gc.collect()
        return Figures(hour, resident(os.getpid()), threading.active_count(), sockets(), resident(self.venue.process.pid))

    def run(self, hours: float, show: Callable[[str], None]) -> list[Figures]:
        """All of it; figures at the start and after every hour."""
        found: list[Figures] = [self.figures(0.0)]
        rounds: int = round(hours * 3_600 / STEP)
        per_hour: int = 3_600 // STEP
        for number in range(1, rounds + 1):
            self.round(number)
            if number % COMPARE == 0 or number == rounds:
                self.compare()
            if number % per_hour == 0 or number == rounds:
                found.append(self.figures(number / per_hour))
                f: Figures = found[-1]
                show(
                    f"{f.hour:5.1f} h  {self.sent:7,} orders  {self.ledger.trades:7,} trades  {self.ledger.ticks:7,} ticks  "
                    f"gateway {f.memory:6.1f} MiB, {f.threads} threads, {f.sockets} sockets   venue {f.venue_memory:6.1f} MiB"
                )
        return found

    def close(self) -> None:
        self.gateway.close()
        self.venue.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dialect", choices=list(GATEWAYS), default="binance")
    parser.add_argument("--hours", type=float, default=24.0, help="simulated")
    parser.add_argument("--rate", type=float, default=1.0, help="orders a second")
    arguments = parser.parse_args()
    soak: Soak = Soak(arguments.dialect, arguments.rate)
    today: datetime = datetime.now(timezone.utc)
    began: float = monotonic()
    try:
        soak.start()
        figures: list[Figures] = soak.run(arguments.hours, lambda line: print(line, flush=True))
    finally:
        soak.close()
    print(f"{arguments.hours:g} hours in {monotonic() - began:.0f} s")
    for line in soak.disagreements[:20]:
        print(line)
    print(*gateway_memory.lines(), sep="\n")
    lines, flat = trend(figures)
    venue_lines, venue_flat = venue_memory.lines()
    print(*lines, *venue_lines, f"disagreements {len(soak.disagreements)}", sep="\n")
    print(f"{today:%Y-%m-%d %H:%M} UTC, Python {sys.version.split()[0]}, vnpy {version('vnpy')}")
    return 0 if flat and venue_flat and not soak.disagreements else 1


if __name__ == "__main__":
    sys.exit(main())
