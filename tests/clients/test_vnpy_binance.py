"""The official vnpy_binance spot gateway, unmodified, against the mock exchange: only its host constants are changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest
from gateways.harness import Recorder
from vnpy.event import Event
from vnpy.trader.constant import Direction, Exchange, Interval, OrderType, Status
from vnpy.trader.event import EVENT_TIMER
from vnpy.trader.object import (
    CancelRequest,
    HistoryRequest,
    OrderData,
    OrderRequest,
    SubscribeRequest,
    TickData,
)
from websocket import WebSocketException

from mockexchange import MockExchange
from vnpy_rehearsal.journal_check import disagreements

spot_gateway = pytest.importorskip("vnpy_binance.spot_gateway")

SYMBOL, ETHER = "BTCUSDT_SPOT_BINANCE", "ETHUSDT_SPOT_BINANCE"
LOW, HIGH = 35_000.0, 45_000.0          # the market opens at 40000


class Engine(Recorder):
    """A recorder with the event engine's timer, which the test fires."""

    def __init__(self) -> None:
        super().__init__()
        self.handlers: list[Callable[[Event], None]] = []

    def register(self, type: str, handler: Callable[[Event], None]) -> None:
        assert type == EVENT_TIMER
        self.handlers.append(handler)

    def unregister(self, type: str, handler: Callable[[Event], None]) -> None:
        self.handlers.remove(handler)

    def put(self, event: Event) -> None:
        # this gateway pushes objects that it goes on using; the recorder spoils what it is handed
        super().put(Event(event.type, copy(event.data)))

    def fire(self) -> None:
        """A second has passed."""
        for handler in self.handlers:
            handler(Event(EVENT_TIMER))


class Trader:
    """The gateway, and what it told."""

    def __init__(self, venue: MockExchange, key: str, secret: str) -> None:
        self.venue: MockExchange = venue
        self.engine: Engine = Engine()
        self.gateway: Any = spot_gateway.BinanceSpotGateway(self.engine, "BINANCE_SPOT")
        # The gateway marks itself subscribed to the user stream when the contracts come before its socket
        # is open, and then never subscribes: a venue in the same machine must not be that quick.
        venue.faults.add(match="GET /api/v3/exchangeInfo", stage="on_reply", action="delay", ms=250)
        self.gateway.connect({
            "API Key": key, "API Secret": secret, "Server": "REAL", "Kline Stream": "False",
            "Proxy Host": "", "Proxy Port": 0,
        })

    def heard(self, text: str) -> None:
        self.engine.wait(lambda: self.engine.said(text), text)

    def send(self, side: str, price: float, volume: float, type: OrderType = OrderType.LIMIT, symbol: str = SYMBOL) -> str:
        direction: Direction = Direction.LONG if side == "BUY" else Direction.SHORT
        vt_orderid: str = self.gateway.send_order(
            OrderRequest(symbol, Exchange.GLOBAL, direction, type, volume, price)
        )
        return vt_orderid.removeprefix("BINANCE_SPOT.")

    def cancel(self, orderid: str) -> None:
        self.gateway.cancel_order(CancelRequest(orderid, SYMBOL, Exchange.GLOBAL))

    def wait_status(self, orderid: str, status: Status) -> OrderData:
        orders = self.engine.orders
        self.engine.wait(lambda: orderid in orders and orders[orderid].status is status, f"{orderid} {status.name}")
        return orders[orderid]

    def whole_ticks(self, symbol: str) -> list[TickData]:
        return [t for t in self.engine.ticks if t.symbol == symbol and t.open_price and t.bid_price_1]

    def balances(self) -> dict[str, tuple[float, float]]:
        shown = {a.accountid: (a.balance, a.frozen) for a in self.engine.accounts.values()}
        for position in self.engine.positions.values():
            shown[position.symbol.removesuffix("USDT_SPOT_BINANCE")] = (position.volume, position.frozen)
        return shown

    def assert_truth(self) -> None:
        """
        Orders, fills and balances are the venue's. Binance's trade ids count per symbol and this gateway
        hands them on as they are, so that two symbols may share one: that alone is not held against it.
        """
        found: list[str] = []

        def agree() -> bool:
            found[:] = [line for line in disagreements(
                self.engine.orders, self.engine.trades, self.rows, self.venue.key, self.balances()
            ) if not line.startswith("trade ") or " shown " not in line]
            return not found

        # nothing of ours is alive or on its way any more: the journal stands still
        self.rows = self.venue.journal()
        try:
            self.engine.wait(agree, "agreement with the journal")
        except AssertionError as error:
            raise AssertionError("\n".join(found)) from error

    def close(self) -> None:
        """End the gateway, and see that its threads have ended."""
        # websocket-client's close() takes its selector's socket away and then sleeps ten seconds on it,
        # unless the thread is told and woken first: by an answer to anything
        for api, method in ((self.gateway.md_api, "LIST_SUBSCRIPTIONS"), (self.gateway.trade_api, "ping")):
            api.wsapp.keep_running = False
            with suppress(WebSocketException):
                api.send_packet({"id": 0, "method": method})
            api.thread.join(12)
            assert not api.thread.is_alive(), f"the thread of {api.host} has not ended"
        self.gateway.close()
        self.gateway.rest_api.add_request("GET", "/api/v3/ping", callback=lambda data, request: None)   # wakes the worker
        pool = self.gateway.rest_api.pool
        pool.close()
        pool.join()


@contextmanager
def trading(venue: MockExchange, key: str = "", secret: str = "") -> Iterator[Trader]:
    trader = Trader(venue, key or venue.key, secret or venue.secret)
    try:
        yield trader
    finally:
        trader.close()


@pytest.fixture(scope="module")
def venue() -> Iterator[MockExchange]:
    hosts = pytest.MonkeyPatch()
    with MockExchange("binance", seed=13) as running:
        hosts.setattr(spot_gateway, "REAL_REST_HOST", running.rest)
        hosts.setattr(spot_gateway, "REAL_TRADE_HOST", f"{running.stream}/ws-api/v3")
        hosts.setattr(spot_gateway, "REAL_DATA_HOST", running.stream)
        yield running
    hosts.undo()


@pytest.fixture(scope="module")
def connected(venue: MockExchange) -> Iterator[Trader]:
    # one for all tests: two of them started within a second would use the same order ids
    with trading(venue) as trader:
        for line in ("Contract data received", "Account data received", "Order data received",
                     "User data stream subscribed", "MD API connected", "Trade API connected"):
            trader.heard(line)
        yield trader


@pytest.fixture
def trader(connected: Trader) -> Iterator[Trader]:
    yield connected
    for order in list(connected.engine.orders.values()):
        if order.is_active():
            connected.cancel(order.orderid)
            connected.wait_status(order.orderid, Status.CANCELLED)


def test_contracts(trader: Trader) -> None:
    assert set(trader.engine.contracts) == {
        f"{name}_SPOT_BINANCE" for name in ("BTCUSDT", "ETHUSDT", "BNBUSDT", "ETHBTC")
    }
    contract = trader.engine.contracts[SYMBOL]
    assert (contract.pricetick, contract.min_volume, contract.max_volume) == (0.01, 0.00001, 9_000)
    assert (contract.name, contract.vt_symbol) == ("BTCUSDT", f"{SYMBOL}.GLOBAL")


def test_account_and_positions(trader: Trader) -> None:
    assert trader.engine.accounts["USDT"].balance > 90_000
    assert trader.engine.positions[SYMBOL].volume > 0.9
    trader.assert_truth()


def test_ticks(trader: Trader) -> None:
    for symbol in (SYMBOL, ETHER):
        trader.gateway.subscribe(SubscribeRequest(symbol, Exchange.GLOBAL))
    trader.engine.fire()
    for symbol in (SYMBOL, ETHER):
        trader.engine.wait(partial(trader.whole_ticks, symbol), f"a whole tick of {symbol}")
    tick = trader.whole_ticks(SYMBOL)[-1]
    assert 0 < tick.bid_price_1 < tick.ask_price_1
    assert tick.bid_volume_1 > 0 and tick.ask_volume_1 > 0
    assert tick.low_price <= tick.last_price <= tick.high_price
    assert tick.volume > 0 and tick.turnover > 0
    assert tick.low_price * tick.volume <= tick.turnover <= tick.high_price * tick.volume
    assert abs(tick.datetime - datetime.now(timezone.utc)) < timedelta(seconds=30)


def test_history(trader: Trader) -> None:
    now = datetime.now(timezone.utc)
    steps = {Interval.MINUTE: timedelta(minutes=1), Interval.HOUR: timedelta(hours=1), Interval.DAILY: timedelta(days=1)}
    for interval, count in ((Interval.MINUTE, 1_500), (Interval.HOUR, 48), (Interval.DAILY, 30)):
        step = steps[interval]
        bars = trader.gateway.query_history(
            HistoryRequest(SYMBOL, Exchange.GLOBAL, start=now - count * step, end=now, interval=interval)
        )
        assert len(bars) in (count - 1, count)      # the last is cut off as unfinished
        assert all(after.datetime - before.datetime == step for before, after in zip(bars, bars[1:], strict=False))
        assert all(bar.low_price <= min(bar.open_price, bar.close_price) for bar in bars)
        assert all(bar.high_price >= max(bar.open_price, bar.close_price) for bar in bars)
        assert all(bar.volume > 0 and bar.turnover > 0 for bar in bars[:-1])


def test_limit_order_and_cancel(trader: Trader) -> None:
    orderid = trader.send("BUY", LOW, 0.1)
    order = trader.wait_status(orderid, Status.NOTTRADED)
    assert (order.price, order.volume, order.traded, order.type) == (LOW, 0.1, 0, OrderType.LIMIT)
    trader.engine.wait(lambda: trader.engine.accounts["USDT"].frozen >= 3_500, "the lock")
    trader.assert_truth()
    trader.cancel(orderid)
    trader.wait_status(orderid, Status.CANCELLED)
    trader.cancel(orderid)
    trader.heard("Cancel rejected, code: -2011, message: Unknown order sent.")
    trader.assert_truth()


def test_resting_order_is_filled_by_the_market(trader: Trader) -> None:
    orderid = trader.send("SELL", 41_000.0, 0.1)
    trader.wait_status(orderid, Status.NOTTRADED)
    trader.venue.set_price("BTCUSDT", "41001")
    assert trader.wait_status(orderid, Status.ALLTRADED).traded == 0.1
    trader.venue.set_price("BTCUSDT", "40000")
    trader.assert_truth()


def test_market_orders(trader: Trader) -> None:
    for symbol, volume in ((SYMBOL, 0.02), (ETHER, 0.1)):
        for side in ("BUY", "SELL"):
            # of what was bought the fee is gone
            sold = volume if side == "BUY" else volume / 2
            orderid = trader.send(side, 0, sold, OrderType.MARKET, symbol)
            assert trader.wait_status(orderid, Status.ALLTRADED).traded == sold
    trader.assert_truth()


@pytest.mark.parametrize("type", [OrderType.FAK, OrderType.FOK])
def test_times_in_force(trader: Trader, type: OrderType) -> None:
    missed = trader.send("BUY", LOW, 0.01, type)
    order = trader.wait_status(missed, Status.CANCELLED)
    assert (order.traded, order.type) == (0, type)
    hit = trader.send("BUY", 40_500.0, 0.01, type)
    assert trader.wait_status(hit, Status.ALLTRADED).traded == 0.01
    trader.assert_truth()


@pytest.mark.parametrize(("side", "price", "volume", "words"), [
    ("BUY", LOW, 100, "code: -2010, message: Account has insufficient balance for requested action."),
    ("SELL", HIGH, 100, "code: -2010, message: Account has insufficient balance for requested action."),
    ("BUY", 35_000.001, 0.1, "code: -1013, message: Filter failure: PRICE_FILTER"),
    ("BUY", LOW, 0.000015, "code: -1013, message: Filter failure: LOT_SIZE"),
    ("BUY", LOW, 0.0001, "code: -1013, message: Filter failure: NOTIONAL"),
    ("BUY", 1.0, 10, "code: -1013, message: Filter failure: PERCENT_PRICE_BY_SIDE"),
    ("BUY", LOW, 0.0000000012, "code: -1111, message: Parameter 'quantity' has too much precision."),
], ids=["quote", "base", "tick", "step", "notional", "far", "precision"])
def test_refusals(trader: Trader, side: str, price: float, volume: float, words: str) -> None:
    del trader.engine.logs[:]
    orderid = trader.send(side, price, volume)
    trader.wait_status(orderid, Status.REJECTED)
    assert trader.engine.said(f"Order rejected, {words}"), trader.engine.logs
    trader.assert_truth()


def test_open_orders_are_queried_at_connect(trader: Trader) -> None:
    resting = trader.send("BUY", LOW, 0.1)
    trader.wait_status(resting, Status.NOTTRADED)
    with trading(trader.venue) as other:
        found = other.wait_status(resting, Status.NOTTRADED)
        other.heard("Order data received")
        assert (found.price, found.volume, found.type) == (LOW, 0.1, OrderType.LIMIT)
        assert list(other.engine.orders) == [resting]
        other.heard("User data stream subscribed")
        other.cancel(resting)
        other.wait_status(resting, Status.CANCELLED)
    trader.wait_status(resting, Status.CANCELLED)
    trader.assert_truth()


@pytest.mark.parametrize(("key", "secret", "words"), [
    ("nobody", "", "code: -2015, message: Invalid API-key, IP, or permissions for action."),
    ("", "wrong", "code: -1022, message: Signature for this request is not valid."),
])
def test_wrong_keys(venue: MockExchange, key: str, secret: str, words: str) -> None:
    with trading(venue, key, secret) as trader:
        trader.heard(f"User data stream subscription failed, {words}")
        trader.heard("Contract data received")
        trader.heard("MD API connected")
        trader.gateway.subscribe(SubscribeRequest(SYMBOL, Exchange.GLOBAL))
        trader.engine.fire()
        trader.engine.wait(lambda: trader.engine.ticks, "ticks")
        orderid = trader.send("BUY", LOW, 0.1)
        trader.wait_status(orderid, Status.REJECTED)
        assert not trader.engine.accounts
