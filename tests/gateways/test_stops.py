"""vn.py's stop orders as the venue's own, and a strategy of CtaEngine that sends them. Each ends in the ground truth."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.object import OrderData, TradeData

from mockexchange import MockExchange
from mockexchange.core.commands import PlaceOrder
from vnpy_rehearsal.journal_check import disagreements

from .binance_cases import BINANCE
from .harness import Desk

SCALE: int = 10 ** 8


@pytest.fixture
def desk() -> Iterator[Desk]:
    with BINANCE.open_venue() as venue, closing(Desk(BINANCE, venue)) as found:
        yield found.ready()


def waiting(desk: Desk, side: str, price: float, volume: float = 0.05) -> str:
    orderid = desk.send(side, price, volume, OrderType.STOP)
    desk.wait_status(orderid, Status.NOTTRADED)
    return orderid


@pytest.mark.parametrize(("side", "price", "limit", "moved"), [("BUY", 42_000.0, "42210.00000000", "42000"), ("SELL", 38_000.0, "37810.00000000", "37999.99")])
def test_it_waits_and_fills(desk: Desk, side: str, price: float, limit: str, moved: str) -> None:
    orderid = waiting(desk, side, price)
    (row,) = [row for row in desk.rows("order") if row["client_order_id"] == orderid]
    assert (row["type"], row["price"], row["stop_price"], row["status"]) == ("STOP_LOSS_LIMIT", limit, f"{price:.8f}", "NEW")
    desk.venue.set_price("BTCUSDT", moved)
    order = desk.wait_status(orderid, Status.ALLTRADED)
    assert (order.type, order.price, order.traded) == (OrderType.STOP, price, 0.05)
    desk.assert_truth()


def test_it_is_cancelled_while_it_waits(desk: Desk) -> None:
    orderid = waiting(desk, "SELL", 38_000.0)
    desk.cancel(orderid)
    desk.wait_status(orderid, Status.CANCELLED)
    desk.venue.set_price("BTCUSDT", "37000")
    desk.assert_truth()


def test_it_outlives_connections_and_the_venue(desk: Desk) -> None:
    kept, gone = waiting(desk, "BUY", 42_000.0), waiting(desk, "SELL", 38_000.0)
    desk.venue.restart(down=0.5)
    with closing(Desk(BINANCE, desk.venue)) as beside:              # another gateway of the account
        beside.ready()
        for orderid, direction, price in ((kept, Direction.LONG, 42_000.0), (gone, Direction.SHORT, 38_000.0)):
            shown: OrderData = beside.wait_status(orderid, Status.NOTTRADED)
            assert (shown.type, shown.direction, shown.price) == (OrderType.STOP, direction, price)
        beside.cancel(gone)
        desk.wait_status(gone, Status.CANCELLED)
        desk.venue.set_price("BTCUSDT", "42001")
        desk.wait_status(kept, Status.ALLTRADED)
        beside.wait_status(kept, Status.ALLTRADED)
        beside.assert_truth()
    desk.assert_truth()


@pytest.mark.parametrize(("type", "side", "stop", "price"), [
    ("STOP_LOSS", "SELL", 38_000, 0), ("TAKE_PROFIT", "SELL", 42_000, 0), ("TAKE_PROFIT_LIMIT", "BUY", 38_000, 38_100),
])
def test_stops_of_others_are_shown(desk: Desk, type: str, side: str, stop: int, price: int) -> None:
    desk.venue.run(lambda venue: venue.apply(PlaceOrder(
        venue.accounts[0].key, "BTCUSDT", side, type, SCALE // 20, price * SCALE, stop_price=stop * SCALE, client_order_id="elsewhere"
    )))
    order = desk.wait_status("elsewhere", Status.NOTTRADED)
    assert (order.type, order.price) == (OrderType.STOP, float(stop))
    desk.cancel("elsewhere")
    desk.wait_status("elsewhere", Status.CANCELLED)
    desk.assert_truth()


@pytest.mark.parametrize("stage", ["before_engine", "after_engine"])
def test_a_lost_answer(desk: Desk, stage: str) -> None:
    desk.venue.faults.add(match=BINANCE.order_label, stage=stage, action="hang")
    orderid = desk.send("BUY", 42_000.0, 0.05, OrderType.STOP)
    if stage == "after_engine":
        desk.wait_status(orderid, Status.NOTTRADED, seconds=20.0)
        desk.venue.set_price("BTCUSDT", "42001")
        desk.wait_status(orderid, Status.ALLTRADED)
    else:
        desk.wait_status(orderid, Status.REJECTED, seconds=20.0)
    assert len({row["client_order_id"] for row in desk.rows("order")}) == (stage == "after_engine")
    desk.assert_truth()


# a VeighNa of its own: MainEngine changes the working directory
TRADER: str = '''
import json, sys
from vnpy.event import EventEngine
from vnpy.trader.constant import Interval
from vnpy.trader.engine import MainEngine
from vnpy.trader.event import EVENT_ACCOUNT, EVENT_CONTRACT, EVENT_LOG, EVENT_ORDER, EVENT_POSITION, EVENT_TRADE
from vnpy_ctastrategy import CtaStrategyApp, CtaTemplate
from vnpy_mockbinance import MockBinanceGateway

def say(kind, **values):
    sys.stdout.write(json.dumps({"kind": kind, **values}) + "\\n")
    sys.stdout.flush()

class Breakout(CtaTemplate):
    """Buys above the market and protects itself below, both by stop orders."""
    author = "tests"
    parameters = variables = []
    sent = ""
    def on_init(self): pass
    def on_start(self): say("started")
    def on_tick(self, tick):
        if not self.sent and tick.last_price and self.trading:
            self.sent = "asked"
            entry = self.buy(42000, 0.05, stop=True)
            exit = self.sell(36000, 0.02, stop=True)
            self.sent = "yes"
            say("sent", entry=entry, exit=exit, active=sorted(self.cta_engine.strategy_orderid_map[self.strategy_name]))
    def on_bar(self, bar): pass
    def on_stop_order(self, stop): say("stop", id=stop.stop_orderid, status=stop.status.name)
    def on_trade(self, trade): say("pos", pos=round(self.pos, 9))
    def on_order(self, order): pass

def order(event):
    o = event.data
    say("order", id=o.orderid, type=o.type.name, status=o.status.name, price=o.price, volume=o.volume, traded=o.traded)
def trade(event):
    t = event.data
    say("trade", id=t.orderid, tradeid=t.tradeid, direction=t.direction.name, price=t.price, volume=t.volume)
def account(event):
    a = event.data
    say("balance", asset=(a.extra or {}).get("currency", a.accountid), total=a.available + a.frozen, frozen=a.frozen)

events = EventEngine()
main = MainEngine(events)
main.add_gateway(MockBinanceGateway)
cta = main.add_app(CtaStrategyApp)
for kind, handler in ((EVENT_ORDER, order), (EVENT_TRADE, trade), (EVENT_ACCOUNT, account)):
    events.register(kind, handler)
events.register(EVENT_POSITION, lambda event: say("position", symbol=event.data.symbol, volume=event.data.volume, frozen=event.data.frozen))
say("ready")
for line in sys.stdin:
    command = json.loads(line)
    if command["do"] == "connect":
        main.connect(command["setting"], "MOCKBINANCE")
    elif command["do"] == "start":
        cta.init_engine()
        cta.classes["Breakout"] = Breakout
        cta.add_strategy("Breakout", "breakout", "BTCUSDT_SPOT_BINANCE.GLOBAL", {})
        cta.init_strategy("breakout").result()
        cta.start_strategy("breakout")
    elif command["do"] == "contract":
        found = main.get_contract("BTCUSDT_SPOT_BINANCE.GLOBAL")
        say("contract", there=found is not None, stop=bool(found and found.stop_supported))
    elif command["do"] == "account":
        main.get_gateway("MOCKBINANCE").query_account()
    elif command["do"] == "stop":
        break
cta.stop_all_strategies()
main.close()
say("closed")
'''


class Trader:
    """The child: what it says, waited for."""

    def __init__(self, folder: Path) -> None:
        (folder / ".vntrader").mkdir()
        (folder / "trader.py").write_text(TRADER, "utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "trader.py"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        self.said: list[dict[str, Any]] = []
        self.logs: list[str] = []
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def do(self, do: str, **more: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": do, **more}) + "\n")
        self.process.stdin.flush()

    def wait(self, kind: str, seconds: float = 30.0, **values: Any) -> dict[str, Any]:
        deadline: float = time.monotonic() + seconds
        while True:
            found = next((each for each in reversed(self.said) if each["kind"] == kind and values.items() <= each.items()), None)
            if found is not None:
                return found
            try:
                self._take(self._lines.get(timeout=max(0.01, deadline - time.monotonic())))
            except Empty:
                logs: str = "".join(self.logs[-20:])
                raise AssertionError(f"not said: {kind} {values}; said: {self.said[-10:]}; the log ends:\n{logs}") from None

    def _take(self, line: str) -> None:
        if line.startswith("{"):
            self.said.append(json.loads(line))
        else:
            self.logs.append(line)

    def next(self, kind: str) -> None:
        """Wait until it is said once more."""
        self.drain()
        self.said = [each for each in self.said if each["kind"] != kind]
        self.wait(kind)

    def drain(self) -> None:
        while not self._lines.empty():
            self._take(self._lines.get())

    def differences(self, venue: MockExchange) -> list[Any]:
        self.drain()
        orders: dict[str, OrderData] = {}
        trades: list[TradeData] = []
        balances: dict[str, tuple[float, float]] = {}
        for each in self.said:
            if each["kind"] == "order":
                orders[each["id"]] = OrderData(
                    "X", "BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL, each["id"], OrderType[each["type"]], price=each["price"],
                    volume=each["volume"], traded=each["traded"], status=Status[each["status"]],
                )
            elif each["kind"] == "trade":
                trades.append(TradeData(
                    "X", "BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL, each["id"], each["tradeid"], Direction[each["direction"]], price=each["price"], volume=each["volume"],
                ))
            elif each["kind"] == "balance":
                balances[each["asset"]] = (each["total"], each["frozen"])
            elif each["kind"] == "position":
                balances[each["symbol"].removesuffix("USDT_SPOT_BINANCE")] = (each["volume"], each["frozen"])
        return list(disagreements(orders, trades, venue.journal(), venue.key, balances, True))


def test_a_strategy_of_cta_engine(tmp_path: Path) -> None:
    """``buy(..., stop=True)`` goes to the venue as a stop order, which the strategy follows by ``on_stop_order``."""
    with BINANCE.open_venue() as venue:
        trader = Trader(tmp_path)
        try:
            trader.wait("ready")
            trader.do("connect", setting=BINANCE.setting(venue))
            trader.wait("position", symbol="BTCUSDT_SPOT_BINANCE")
            trader.do("contract")
            assert trader.wait("contract", there=True)["stop"] is True
            trader.do("start")
            trader.wait("started")
            sent = trader.wait("sent")
            (entry,), (exit,) = sent["entry"], sent["exit"]
            assert entry.startswith("MOCKBINANCE.") and sent["active"] == sorted([entry, exit])     # no local stop order
            for vt_orderid in (entry, exit):
                trader.wait("stop", id=vt_orderid, status="WAITING")
                # CtaEngine says WAITING of an order that is only on its way, too: the market must not move before the venue has it
                trader.wait("order", id=vt_orderid.split(".", 1)[1], status="NOTTRADED")
            assert not [row for row in venue.journal() if row["kind"] == "fill"]
            venue.set_price("BTCUSDT", "42001")
            trader.wait("stop", id=entry, status="TRIGGERED")
            trader.wait("pos", pos=0.05)
            venue.set_price("BTCUSDT", "35999")
            trader.wait("stop", id=exit, status="TRIGGERED")
            trader.wait("pos", pos=0.03)
            deadline: float = time.monotonic() + 20
            while found := trader.differences(venue):
                assert time.monotonic() < deadline, found
                trader.do("account")
                trader.next("balance")
            trader.do("stop")
            trader.wait("closed")
            assert trader.process.wait(15) == 0
        finally:
            trader.process.kill()
