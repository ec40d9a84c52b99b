"""RestGateway by itself: lifecycle, local checks, ids. The venue is a list."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from logging import ERROR, WARNING
from math import isfinite
from queue import Queue
from threading import Event as Flag
from threading import enumerate as threads
from time import monotonic
from typing import Any

import numpy as np
import pytest
from order_makers import SYMBOL, make_order
from vnpy.event import Event
from vnpy.trader.constant import Direction, Exchange, OrderType, Product, Status
from vnpy.trader.event import EVENT_CONTRACT, EVENT_LOG, EVENT_ORDER
from vnpy.trader.gateway import BaseGateway
from vnpy.trader.object import (
    CancelRequest,
    ContractData,
    LogData,
    OrderData,
    OrderRequest,
    TickData,
)

from vnpy_restgateway import host as events_module
from vnpy_restgateway.capabilities import Capabilities
from vnpy_restgateway.gateway import RestGateway
from vnpy_restgateway.net.outcome import Outcome
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.session import NoSession, Session
from vnpy_restgateway.settings import Field
from vnpy_restgateway.trading_rules import CryptoRules

PATIENCE: float = 5.0
SECRET: str = "hunter2-hunter2"
VT_SYMBOL: str = f"{SYMBOL}.GLOBAL"


class Recorder:
    """An event engine that keeps what it is given."""

    def __init__(self) -> None:
        self.orders: Queue[OrderData] = Queue()
        self.logs: list[LogData] = []
        self.contracts: list[ContractData] = []

    def put(self, event: Event) -> None:
        if event.type == EVENT_ORDER:
            self.orders.put(event.data)
        elif event.type == EVENT_LOG:
            self.logs.append(event.data)
        elif event.type == EVENT_CONTRACT:
            self.contracts.append(event.data)

    def order(self) -> OrderData:
        return self.orders.get(timeout=PATIENCE)

    def said(self, *words: str, level: int | None = None) -> bool:
        return any(all(w in log.msg for w in words) and level in (None, log.level) for log in self.logs)


class ListSession(NoSession):
    """Everything it is asked to send goes into lists."""

    capabilities = Capabilities(order_types=frozenset({OrderType.LIMIT, OrderType.MARKET}))

    def __init__(self, gateway: "ListGateway", values: dict[str, Any]) -> None:
        super().__init__(gateway.host)
        self.lists: ListGateway = gateway
        self.values: dict[str, Any] = values

    def open(self) -> None:
        self.host.add_contract(contract(), "BTCUSDT", CryptoRules(contract(), Decimal("0.01"), Decimal("0.001"), 0.002, 5.0))
        self.host.ready = True
        self.lists.opened.put(self.values)

    def closers(self) -> list[Callable[[], None]]:
        return self.lists.stops

    def place(self, entry: Entry) -> None:
        self.lists.placed.put(entry.orderid)

    def cancel_order(self, entry: Entry) -> None:
        self.lists.cancelled_ids.put(entry.orderid)


class ListGateway(RestGateway):
    """Its sessions are lists."""

    default_name = "TEST"
    fields = (
        Field("Key"), Field("Secret (Password 密码)", "secret", aliases=("Secret",)),
        Field("Port", "integer", default=0, high=65_535),
    )

    def __init__(self, event_engine: Any, gateway_name: str) -> None:
        super().__init__(event_engine, gateway_name)
        self.opened: Queue[dict[str, Any]] = Queue()
        self.placed: Queue[str] = Queue()
        self.cancelled_ids: Queue[str] = Queue()
        self.stops: list[Callable[[], None]] = []

    def real_venue(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"rest": "", "stream": "", "key": values["Key"], "secret": values["Secret (Password 密码)"]}

    def make_session(self, venue: dict[str, Any], values: dict[str, Any]) -> Session:
        return ListSession(self, values)

    @property
    def rules(self) -> CryptoRules:
        found: CryptoRules = self.contracts[VT_SYMBOL].rules
        return found


def renew(gateway: ListGateway, found: ContractData, tick: str, step: str, minimum: float, min_notional: float) -> bool:
    return gateway.host.renew_contract(found, "BTCUSDT", CryptoRules(found, Decimal(tick), Decimal(step), minimum, min_notional))


def contract(**values: Any) -> ContractData:
    fields: dict[str, Any] = {"size": 1, "pricetick": 0.01, "min_volume": 0.001, "max_volume": 100.0, **values}
    return ContractData(
        symbol=SYMBOL, exchange=Exchange.GLOBAL, name="BTCUSDT", product=Product.SPOT, gateway_name="TEST", **fields
    )


def request(**values: Any) -> OrderRequest:
    fields: dict[str, Any] = {
        "symbol": SYMBOL, "exchange": Exchange.GLOBAL, "direction": Direction.LONG, "type": OrderType.LIMIT,
        "volume": 1.0, "price": 100.0, **values,
    }
    return OrderRequest(**fields)


Pair = tuple[ListGateway, Recorder]


@pytest.fixture
def fresh() -> Iterator[Pair]:
    recorder = Recorder()
    gateway = ListGateway(recorder, "TEST")
    yield gateway, recorder
    gateway.close()
    assert not [thread for thread in threads() if thread.name == "TEST executor"]


@pytest.fixture
def up(fresh: Pair) -> Pair:
    gateway, recorder = fresh
    gateway.connect({"Secret": SECRET})
    gateway.opened.get(timeout=PATIENCE)
    return gateway, recorder


def checked(gateway: ListGateway, **values: Any) -> tuple[str, OrderData]:
    order = make_order(**{"volume": 1.0, "price": 100.0, **values})
    return gateway.check_order(order, gateway.contracts.get(order.vt_symbol)), order


# before connect, and after close


def test_an_order_before_connect_is_rejected_with_an_id_and_a_line(fresh: Pair) -> None:
    gateway, recorder = fresh
    vt_orderid = gateway.send_order(request())
    order = recorder.order()
    assert order.vt_orderid == vt_orderid and vt_orderid.startswith("TEST.")
    assert order.status is Status.REJECTED and order.volume == 1.0
    assert recorder.said("Order rejected, not sent: not connected", level=ERROR)
    assert recorder.orders.empty()


def test_everything_else_before_connect_is_said_not_raised(fresh: Pair) -> None:
    gateway, recorder = fresh
    gateway.cancel_order(CancelRequest("x", SYMBOL, Exchange.GLOBAL))
    assert recorder.said("Cancel not sent, not connected: x", level=WARNING)
    gateway.query_account()
    gateway.query_position()
    gateway.close()
    gateway.close()


def test_close_rejects_what_the_writer_never_came_to(up: Pair) -> None:
    gateway, recorder = up
    inside, go = Flag(), Flag()

    def block() -> None:
        inside.set()
        go.wait(PATIENCE)

    gateway.executor.post(block)
    assert inside.wait(PATIENCE)
    ids = [gateway.send_order(request()) for _ in range(3)]
    gateway.stops = [go.set]
    gateway.close()
    orders = [recorder.order() for _ in ids]
    assert [order.vt_orderid for order in orders] == ids
    assert {order.status for order in orders} == {Status.REJECTED}
    assert gateway.placed.empty() and recorder.said("gateway closed")
    assert gateway.send_order(request()) and recorder.order().status is Status.REJECTED


def test_close_returns_in_time_whatever_hangs(up: Pair) -> None:
    gateway, recorder = up
    release = Flag()

    def hangs() -> None:
        release.wait(30)

    def broken() -> None:
        raise OSError("gone")

    gateway.stops = [hangs, broken]
    started = monotonic()
    gateway.close()
    assert monotonic() - started < 2.0
    assert recorder.said("Gateway exception", "OSError: gone")
    gateway.stops = []
    started = monotonic()
    gateway.close()
    assert monotonic() - started < 0.5
    release.set()


def test_connect_again_works_with_or_without_close(up: Pair) -> None:
    gateway, recorder = up
    first = gateway.new_orderid()
    gateway.connect({"Secret": SECRET})
    gateway.opened.get(timeout=PATIENCE)
    gateway.close()
    gateway.connect({"Secret": SECRET})
    gateway.opened.get(timeout=PATIENCE)
    assert len([thread for thread in threads() if thread.name == "TEST executor"]) == 1
    assert gateway.new_orderid().split("-")[0] != first.split("-")[0]
    gateway.send_order(request())
    assert recorder.order().status is Status.SUBMITTING


def test_a_bad_setting_is_named_and_nothing_is_started(fresh: Pair) -> None:
    gateway, recorder = fresh
    gateway.connect({"Port": "many", "Secret": f"{SECRET} with a space", "Kee": "x"})
    assert recorder.said("'Port'", "'many'", level=ERROR)
    assert recorder.said("'Secret (Password 密码)'", level=ERROR)
    assert not gateway.executor.alive and not gateway.ready
    assert not recorder.said("hunter2")


def test_a_bad_setting_leaves_a_running_session_alone(up: Pair) -> None:
    gateway, recorder = up
    gateway.connect({"Port": -1})
    assert recorder.said("'Port'", "-1") and gateway.ready and gateway.executor.alive


def test_an_unknown_key_is_a_warning(fresh: Pair) -> None:
    gateway, recorder = fresh
    gateway.connect({"Kee": "x"})
    assert recorder.said("'Kee' is not known", level=WARNING)
    assert gateway.opened.get(timeout=PATIENCE)["Key"] == ""


# orders


def test_an_order_goes_to_the_writer_and_comes_back_as_submitting(up: Pair) -> None:
    gateway, recorder = up
    vt_orderid = gateway.send_order(request(price=100.019, volume=1.0009))
    order = recorder.order()
    assert (order.vt_orderid, order.status) == (vt_orderid, Status.SUBMITTING)
    assert (order.price, order.volume) == (100.01, 1.0)
    assert gateway.placed.get(timeout=PATIENCE) == order.orderid
    gateway.executor.post(gateway.flow.on_outcome, order.orderid, Outcome.ACCEPTED)
    gateway.cancel_order(order.create_cancel_request())
    assert gateway.cancelled_ids.get(timeout=PATIENCE) == order.orderid


@pytest.mark.parametrize("values, words", [
    ({"symbol": "NOSUCH"}, "symbol not found: NOSUCH"),
    ({"exchange": Exchange.SSE}, "traded on GLOBAL, not SSE"),
    ({"type": OrderType.FAK}, "order type FAK is not supported"),
    ({"type": OrderType.RFQ}, "is not supported"),
    ({"direction": Direction.NET}, "direction"),
    ({"direction": None}, "direction None is not supported"),
    ({"volume": 0.0}, "volume 0.0"),
    ({"volume": -1.0}, "volume -1.0"),
    ({"volume": 0.0019}, "below the minimum 0.002"),
    ({"volume": 100.001}, "above the maximum 100.0"),
    ({"volume": float("nan")}, "volume nan"),
    ({"volume": float("inf")}, "inf"),
    ({"volume": "1"}, ""),
    ({"volume": None}, ""),
    ({"price": 0.0}, "price 0.0"),
    ({"price": 0.009}, "below the tick"),
    ({"price": -5.0}, "price -5.0"),
    ({"price": float("nan")}, "price nan"),
    ({"price": float("inf")}, "inf"),
    ({"price": float("-inf")}, "inf"),
    ({"price": None}, ""),
    ({"price": 2.49, "volume": 2.0}, "price x volume"),
    ({"type": OrderType.MARKET, "volume": float("nan")}, "volume nan"),
])
def test_a_bad_order_is_rejected_with_the_reason(up: Pair, values: dict[str, Any], words: str) -> None:
    gateway, recorder = up
    vt_orderid = gateway.send_order(request(**values))
    order = recorder.order()
    assert (order.vt_orderid, order.status) == (vt_orderid, Status.REJECTED)
    assert recorder.said("Order rejected, not sent: ", words, level=ERROR)
    assert gateway.placed.empty()


ABSURD: list[tuple[Any, str]] = [
    (1e19, "1e+19"), (1e308, "1e+308"), (10 ** 400, ""), (float("nan"), "nan"), (float("inf"), "inf"), (float("-inf"), "-inf"),
    (-1.0, "-1"), (-0.0, "0"), (True, "True"), (False, "False"), ("1", "'1'"), ("", "''"), (None, "None"), ([1.0], "[1.0]"),
    (Decimal("1e19"), "1e+19"), (Decimal("NaN"), "NaN"), (Decimal("sNaN"), "sNaN"), (Decimal("-1"), "-1"), (1j, "1j"),
    (np.float64("nan"), "nan"), (np.float64(1e19), "1e+19"), (np.float32("inf"), "inf"), (np.int64(-3), "-3"),
    (np.bool_(True), "True"), (np.array([1.0, 2.0]), ""),
]


@pytest.mark.parametrize("field", ["volume", "price"])
@pytest.mark.parametrize(("value", "shown"), ABSURD)
@pytest.mark.parametrize("limited", [True, False])
def test_no_number_is_named_and_reaches_no_listener(up: Pair, field: str, value: Any, shown: str, limited: bool) -> None:
    gateway, recorder = up
    if not limited:
        gateway.rules.contract.max_volume = None
    gateway.send_order(request(**{field: value}))
    order = recorder.order()
    assert order.status is Status.REJECTED and gateway.placed.empty()
    line = next(log.msg for log in recorder.logs if "Order rejected" in log.msg)
    assert f"not sent: {field} " in line and shown in line and SYMBOL in line
    for number in (order.volume, order.price):
        assert type(number) is float and isfinite(number)


@pytest.mark.parametrize(("volume", "price"), [(1e18, 1e18), (1e12, 1e9)])
def test_no_venue_takes_as_much(up: Pair, volume: float, price: float) -> None:
    gateway, recorder = up
    gateway.rules.contract.max_volume = None
    gateway.send_order(request(volume=volume, price=price))
    assert recorder.order().status is Status.REJECTED
    assert recorder.said("price x volume of", "no venue takes as much")


@pytest.mark.parametrize("number", [1, Decimal("1.5"), np.float64(1.5), np.float32(1.5), np.int64(1), 1.5])
def test_numbers_of_other_types_are_taken(up: Pair, number: Any) -> None:
    gateway, recorder = up
    gateway.send_order(request(volume=number, price=100 * number))
    order = recorder.order()
    assert order.status is Status.SUBMITTING and gateway.placed.get(timeout=PATIENCE) == order.orderid
    assert (type(order.volume), type(order.price)) == (float, float)
    assert (order.volume, order.price) == (float(number), 100 * float(number))


@pytest.mark.parametrize("price", [float("nan"), "x", -1.0, True, None])
def test_the_price_of_a_market_order_is_a_number_too(up: Pair, price: Any) -> None:
    gateway, recorder = up
    gateway.send_order(request(type=OrderType.MARKET, price=price))
    order = recorder.order()
    assert order.status is Status.REJECTED and recorder.said("price ", SYMBOL)


def test_rules_that_change(up: Pair) -> None:
    gateway, recorder = up
    listed = gateway.contracts[VT_SYMBOL]
    assert not renew(gateway, contract(), "0.010", "0.001", 0.002, 5.0)
    assert len(recorder.contracts) == 1 and gateway.contracts[VT_SYMBOL] is listed
    assert renew(gateway, contract(pricetick=0.1, min_volume=0.01), "0.1", "0.01", 0.02, 5.0)
    assert len(recorder.contracts) == 2 and recorder.contracts[-1].pricetick == 0.1
    assert recorder.said("changed at the venue: pricetick 0.01 -> 0.1, volume step 0.001 -> 0.01, minimum volume 0.002 -> 0.02")
    reason, order = checked(gateway, price=100.19, volume=1.239)
    assert reason == "" and (order.price, order.volume) == (100.1, 1.23)
    assert renew(gateway, contract(max_volume=7.0), "0.01", "0.001", 0.002, 5.0)
    assert "above the maximum 7.0" in checked(gateway, volume=7.5)[0]
    assert renew(gateway, contract(), "0.01", "0.001", 0.002, 6.0), "the minimum notional"
    assert "below the minimum" in checked(gateway, price=5.5, volume=1.0)[0]


@pytest.mark.parametrize("price, volume, rounded", [
    (100.0, 1.0, (100.0, 1.0)),
    (100.019999, 1.0019999, (100.01, 1.001)),
    (0.1 + 0.2, 30.0, (0.3, 30.0)),                         # float noise is no reason to lose a tick
    (100.01, 0.1 + 0.2, (100.01, 0.3)),
    (5000, 2, (5000.0, 2.0)),
    (5000.0, 0.002, (5000.0, 0.002)),
    (5000.0, 100.0, (5000.0, 100.0)),
])
def test_rounded_down_to_tick_and_step(up: Pair, price: float, volume: float, rounded: tuple[float, float]) -> None:
    reason, order = checked(up[0], price=price, volume=volume)
    assert reason == "" and (order.price, order.volume) == rounded


def test_a_market_order_needs_no_price(up: Pair) -> None:
    reason, order = checked(up[0], type=OrderType.MARKET, price=0.0, volume=1.2345)
    assert reason == "" and order.volume == 1.234 and order.price == 0.0


def test_exactly_the_minimum_notional_is_enough(up: Pair) -> None:
    """0.7 x 0.1 is 0.07, although the float product is below it."""
    gateway = up[0]
    for cents in range(1, 500):
        for volume in ("0.1", "0.3", "1.1", "70"):
            price = Decimal(cents) / 100
            least = price * Decimal(volume)
            gateway.rules.min_notional = float(least)
            reason, _ = checked(gateway, price=float(price), volume=float(volume))
            assert reason == "", (price, volume, least)
            gateway.rules.min_notional = float(least + Decimal("0.0000001"))
            reason, _ = checked(gateway, price=float(price), volume=float(volume))
            assert "below the minimum" in reason, (price, volume, least)


def test_ten_thousand_ids_are_unique_also_over_two_gateways() -> None:
    gateways = [ListGateway(Recorder(), "TEST") for _ in range(2)]
    ids = [gateway.new_orderid() for gateway in gateways for _ in range(10_000)]
    assert len(set(ids)) == 20_000
    assert max(map(len, ids)) <= 36 and all(c.isalnum() or c == "-" for word in ids for c in word)


# logs


def test_secrets_never_get_into_a_line(up: Pair) -> None:
    gateway, recorder = up
    gateway.write_log(f"signing with {SECRET}")
    gateway.host.on_exception(ValueError(f"bad {SECRET}"))
    gateway.host.log_once("topic", f"x {SECRET}")
    assert recorder.said("signing with") and not recorder.said("hunter2")


def test_an_exception_is_said_with_its_place(up: Pair) -> None:
    gateway, recorder = up

    def raises() -> None:
        raise LookupError("what was looked for")

    gateway.executor.post(raises)
    gateway.executor.post(gateway.opened.put, {})
    gateway.opened.get(timeout=PATIENCE)
    assert recorder.said("test_gateway_base.py:", "LookupError: what was looked for", level=ERROR)


def test_a_lasting_trouble_is_said_once(up: Pair) -> None:
    gateway, recorder = up
    for _ in range(10):
        gateway.host.log_once("topic", "trouble")
    gateway.host.log_once("topic", "another trouble")
    assert [log.msg for log in recorder.logs if "trouble" in log.msg] == ["trouble", "another trouble"]


def test_contracts_are_pushed_and_known_by_both_names(up: Pair) -> None:
    gateway, recorder = up
    assert [c.symbol for c in recorder.contracts] == [SYMBOL]
    assert gateway.contracts[VT_SYMBOL].contract is gateway.contracts.of_venue("BTCUSDT")
    assert (gateway.rules.minimum, gateway.rules.min_notional) == (0.002, 5.0)


@pytest.mark.parametrize("plain", [True, False], ids=["made here", "made by vn.py"])
def test_events_are_those_of_the_base_class(fresh: Pair, monkeypatch: pytest.MonkeyPatch, plain: bool) -> None:
    gateway, _ = fresh
    put: list[Event] = []
    monkeypatch.setattr(gateway.event_engine, "put", put.append)
    monkeypatch.setattr(events_module, "PLAIN_EVENTS", plain)
    order: OrderData = make_order("o-1")
    tick: TickData = TickData(symbol=SYMBOL, exchange=Exchange.GLOBAL, datetime=datetime.now(), gateway_name="TEST")
    publish = gateway.host.tick_publisher(tick.vt_symbol)
    pairs: list[tuple[Any, Any, Any]] = [
        (gateway.on_order, BaseGateway.on_order, order), (gateway.on_tick, BaseGateway.on_tick, tick), (publish, BaseGateway.on_tick, tick),
    ]
    for ours, of_vnpy, item in pairs:
        put.clear()
        ours(item)
        made = [(type(event), vars(event)) for event in put]
        put.clear()
        of_vnpy(gateway, item)
        assert made == [(type(event), vars(event)) for event in put] and len(made) == 2


def test_a_gateways_own_on_tick_has_every_tick() -> None:
    ticks: list[TickData] = []

    class Own(ListGateway):
        def on_tick(self, tick: TickData) -> None:
            ticks.append(tick)

    gateway = Own(Recorder(), "OWN")
    tick: TickData = TickData(symbol=SYMBOL, exchange=Exchange.GLOBAL, datetime=datetime.now(), gateway_name="OWN")
    gateway.host.tick_publisher(tick.vt_symbol)(tick)
    assert ticks == [tick]


def test_this_vnpys_events_are_plain() -> None:
    assert events_module.PLAIN_EVENTS
