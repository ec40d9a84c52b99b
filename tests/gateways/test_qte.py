"""Server = QTE: which build answers, what can be traded there, and what is said of what cannot (specs/qte.md, 3 and 6)."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from logging import ERROR
from typing import Any

import pytest
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.object import CancelRequest, OrderRequest, SubscribeRequest

from mockexchange import MockExchange
from vnpy_mockbinance import MockBinanceGateway

from vnpy_restgateway.session import NoSession
from .binance_cases import quick_qte
from .harness import Recorder
from .qte_builds import KEY, Build, serve

SYMBOL = "BTCUSDT_SPOT_BINANCE"


class Client:
    """A gateway and what it reports."""

    def __init__(self, quick: Callable[[Any], None] = quick_qte) -> None:
        self.recorder: Recorder = Recorder()
        self.gateway: MockBinanceGateway = MockBinanceGateway(self.recorder, "MOCKBINANCE")     # type: ignore[arg-type]
        quick(self.gateway)

    def connect(self, host: str, key: str = KEY, **setting: Any) -> "Client":
        self.gateway.connect({"Server": "QTE", "REST Host": host, "API Key": key, **setting})
        return self

    def close(self) -> None:
        self.gateway.close()

    def wait(self, text: str, seconds: float = 10.0) -> None:
        self.recorder.wait(lambda: self.recorder.said(text), text, seconds)

    def send(self, direction: Direction, price: float, volume: float, type: OrderType = OrderType.LIMIT) -> str:
        vt_orderid = self.gateway.send_order(OrderRequest(SYMBOL, Exchange.GLOBAL, direction, type, volume, price))
        return vt_orderid.split(".", 1)[1]

    def cancel(self, orderid: str) -> None:
        self.gateway.cancel_order(CancelRequest(orderid, SYMBOL, Exchange.GLOBAL))

    def status(self, orderid: str, status: Status, seconds: float = 10.0) -> Any:
        orders = self.recorder.orders
        self.recorder.wait(lambda: orderid in orders and orders[orderid].status is status, f"{orderid} {status.name}", seconds)
        return orders[orderid]

    def traded(self, orderid: str) -> list[tuple[float, float]]:
        return [(trade.price, trade.volume) for trade in self.recorder.trades if trade.orderid == orderid]


@contextmanager
def on(name: str, **setting: Any) -> Iterator[tuple[Build, Client]]:
    build = Build(name)
    with serve(build) as host, closing(Client()) as client:
        client.connect(host, **setting)
        client.recorder.wait(lambda: SYMBOL in client.recorder.contracts, "contracts")
        if name != "T":
            client.wait("Order data received")
        yield build, client


# which build answers


@pytest.mark.parametrize(("name", "line"), [
    ("O", "QTE server found: the old build"), ("C", "QTE server found: the current build"),
    ("T", "QTE server found: the transitional build"),
])
def test_later_builds_are_told_apart_without_side_effects(name: str, line: str) -> None:
    with on(name) as (build, client):
        client.wait(line)
        assert {method for method, _, _ in build.seen} == {"GET"}


def test_wrong_key_does_not_hide_which_build_it_is() -> None:
    for name, line in (("O", "the old build"), ("C", "the current build")):
        with serve(Build(name)) as host, closing(Client()) as client:
            client.connect(host, key="not-the-key")
            client.wait(f"QTE server found: {line}")
            client.wait("Authentication failed, code: ")
            orderid = client.send(Direction.LONG, 30_000, 0.1)
            client.status(orderid, Status.REJECTED)
            assert client.recorder.said("Order rejected, not sent: the venue refused the API key")
            assert len(client.recorder.said("Authentication failed")) == 1
            assert not client.recorder.said("not-the-key")


def test_server_of_the_document_without_key_is_market_data_only() -> None:
    with MockExchange("qte", seed=7) as venue, closing(Client()) as client:
        client.connect(venue.rest, key="")
        client.wait("QTE server found: the server of the analysis document")
        client.wait("No API key given: market data only")
        client.recorder.wait(lambda: SYMBOL in client.recorder.contracts, "contracts")
        client.gateway.subscribe(SubscribeRequest(SYMBOL, Exchange.GLOBAL))
        client.recorder.wait(lambda: client.recorder.ticks, "ticks")
        orderid = client.send(Direction.LONG, 30_000, 0.1)
        client.status(orderid, Status.REJECTED)
        assert client.recorder.said("Order rejected, not sent: no API key given")


def test_server_that_answers_as_binance_does_is_taken_for_that() -> None:
    """With a secret: signed, streams and all."""
    with MockExchange("binance", seed=7) as venue, closing(Client()) as client:
        client.connect(venue.rest, key=venue.key, **{"API Secret": venue.secret, "Stream Host": venue.stream})
        client.wait("is no QTE server, it answers as Binance does. Going on with it, requests go signed, as with Server BINANCE")
        client.wait("User data stream subscribed")
        orderid = client.send(Direction.LONG, 50_000, 0.01)
        client.status(orderid, Status.ALLTRADED)


def test_binance_that_wants_signatures_says_so_once() -> None:
    with MockExchange("binance", seed=7) as venue, closing(Client()) as client:
        client.connect(venue.rest, key=venue.key)
        client.wait("requests go unsigned, as no API secret is given")
        client.wait("Authentication failed, code: ")
        assert client.recorder.said("Check API Key and API Secret")
        assert len(client.recorder.said("Authentication failed")) == 1


@pytest.mark.parametrize(("status", "what"), [
    (200, "/api/v3/ping answers HTML, status 200"), (500, "/api/v3/ping answers status 500"),
    (404, "/api/v1/ping answers HTML, status 404"),
])
def test_what_is_no_qte_server_is_said_once_and_asked_again(status: int, what: str) -> None:
    """A web server in its place, or the server in trouble; when it is what it should be, it goes on."""
    build = Build("O")
    good = build.handle
    asked: list[str] = []

    def bad(method: str, path: str, *args: Any) -> Any:
        from .qte_builds import PAGE, Answer
        asked.append(path)
        raise Answer(status, PAGE.format("Welcome"))

    build.handle = bad          # type: ignore[method-assign]
    with serve(build) as host, closing(Client()) as client:
        client.connect(host)
        client.recorder.wait(lambda: asked.count("/api/v3/ping") > 1, "asked again")
        client.wait(f"{host} not understood, trying again: ")
        assert len(client.recorder.complaints()) == 1 and what in client.recorder.complaints()[0]
        orderid = client.send(Direction.LONG, 30_000, 0.1)
        client.status(orderid, Status.REJECTED)
        build.handle = good     # type: ignore[method-assign]
        client.wait("QTE server found: the old build", 20)
        client.wait("Order data received")


def test_nobody_there_is_said_once_and_it_is_found_when_it_comes() -> None:
    with closing(Client()) as client:
        with serve(Build("O")) as host:
            pass
        client.connect(host)
        client.wait(f"{host} not understood, trying again: ")
        assert len(client.recorder.complaints()) == 1


# the setting


@pytest.mark.parametrize(("text", "message"), [
    ("BTCUSDT", "'BTCUSDT' is not symbol:tick:step, as in 'BTCUSDT:0.01:0.00001, ETHUSDT:0.01:0.0001'"),
    ("BTCUSDT:x:1", "tick 'x' of 'BTCUSDT:x:1' is no number above 0"),
])
def test_malformed_symbols_are_one_line_and_nothing_is_started(text: str, message: str) -> None:
    with closing(Client()) as client:
        client.connect("http://127.0.0.1:9", Symbols=text)
        client.recorder.wait(lambda: client.recorder.logs, "the line")
        assert [(log.level, log.msg) for log in client.recorder.logs] == [(ERROR, f"Setting 'Symbols': {message}")]
        assert type(client.gateway.session) is NoSession


def test_symbol_that_the_server_does_not_know_is_one_line() -> None:
    with on("O", Symbols="BTCUSDT:0.01:0.00001, NOPEUSDT:0.01:0.01") as (_, client):
        client.gateway.subscribe(SubscribeRequest("NOPEUSDT_SPOT_BINANCE", Exchange.GLOBAL))
        client.wait("Symbol NOPEUSDT has neither a price nor a book at the server: no ticks until it has")
        client.gateway.subscribe(SubscribeRequest(SYMBOL, Exchange.GLOBAL))
        client.recorder.wait(lambda: len(client.recorder.ticks) > 3, "ticks of the other")
        assert len(client.recorder.said("Symbol NOPEUSDT")) == 1
        assert {tick.symbol for tick in client.recorder.ticks} == {SYMBOL}


def test_orders_on_a_symbol_that_is_not_listed_are_named() -> None:
    with MockExchange("qte", seed=7) as venue, closing(Client()) as one, closing(Client()) as two:
        one.connect(venue.rest, key=venue.key, Symbols="ETHUSDT:0.01:0.0001")
        one.wait("Order data received")
        one.gateway.send_order(OrderRequest("ETHUSDT_SPOT_BINANCE", Exchange.GLOBAL, Direction.LONG, OrderType.LIMIT, 0.1, 1_000.0))
        one.recorder.wait(lambda: any(o.status is Status.NOTTRADED for o in one.recorder.orders.values()), "resting")
        two.connect(venue.rest, key=venue.key)
        two.wait("Orders on ETHUSDT are not shown: the setting 'Symbols' does not list it")
        assert not two.recorder.orders


# another build in mid-session (F67)


def test_another_build_takes_its_place_while_we_are_connected() -> None:
    """Paths are gone: each is named once, the build is found out again, orders and quotes go on."""
    with on("C") as (build, client):
        client.gateway.subscribe(SubscribeRequest(SYMBOL, Exchange.GLOBAL))
        before = client.send(Direction.LONG, 30_000, 0.1)
        client.status(before, Status.NOTTRADED)
        build.name = "O"
        client.wait("QTE server found: the old build", 30.0)
        ticks = len(client.recorder.ticks)
        rests = client.send(Direction.LONG, 30_000, 0.2)
        client.status(rests, Status.NOTTRADED, 30.0)
        client.cancel(rests)
        client.status(rests, Status.CANCELLED, 30.0)
        client.recorder.wait(lambda: len(client.recorder.ticks) > ticks, "ticks", 20.0)
        assert client.recorder.said("The venue has retired GET /api/v3/")
        assert len(client.recorder.said("QTE server found: ")) == 2


# trading on the later builds


@pytest.mark.parametrize("name", ["O", "C"])
def test_orders_of_the_later_builds(name: str) -> None:
    with on(name) as (build, client):
        rests = client.send(Direction.LONG, 39_000, 0.1)
        gone = client.send(Direction.LONG, 30_000, 0.2)
        taken = client.send(Direction.LONG, 41_000, 0.3)
        poor = client.send(Direction.LONG, 30_000, 2_000)
        client.status(rests, Status.NOTTRADED)
        client.status(gone, Status.NOTTRADED)
        client.status(taken, Status.ALLTRADED)
        client.status(poor, Status.REJECTED)
        assert client.recorder.said("Order rejected, code: ")
        assert client.traded(taken) == [(40_000.0, 0.3)]
        build.fill(build.named(rests))
        client.status(rests, Status.ALLTRADED)
        assert client.traded(rests) == [(39_000.0, 0.1)]
        client.cancel(gone)
        assert client.status(gone, Status.CANCELLED).traded == 0
        assert len(build.orders) == 3, "sent again"
        assert len({trade.tradeid for trade in client.recorder.trades}) == len(client.recorder.trades) == 2


@pytest.mark.parametrize("name", ["O", "C"])
def test_market_orders_of_the_later_builds(name: str) -> None:
    """Q34: buying at the market is refused there, so it goes out as a limit order beyond the best ask."""
    with on(name) as (build, client):
        bought = client.send(Direction.LONG, 0, 0.1, OrderType.MARKET)
        sold = client.send(Direction.SHORT, 0, 0.1, OrderType.MARKET)
        order = client.status(bought, Status.ALLTRADED)
        client.status(sold, Status.ALLTRADED)
        assert order.type is OrderType.MARKET
        assert (build.named(bought)["type"], float(build.named(bought)["price"])) == ("LIMIT", 40_401.01)
        assert build.named(sold)["type"] == "MARKET"
        assert client.traded(bought) == client.traded(sold) == [(40_000.0, 0.1)]


@pytest.mark.parametrize("type", [OrderType.FAK, OrderType.FOK, OrderType.STOP])
def test_what_would_rest_there_is_refused_here(type: OrderType) -> None:
    with on("C") as (build, client):
        orderid = client.send(Direction.LONG, 40_000, 0.1, type)
        client.status(orderid, Status.REJECTED)
        assert client.recorder.said(f"order type {type.value} is not supported: a QTE server takes limit orders")
        assert not build.orders


def test_order_that_traded_although_the_answer_says_it_failed() -> None:
    """Q21, 1.5 row 14: the current build finds it, by our id."""
    with on("C") as (build, client):
        build.websocket = True
        orderid = client.send(Direction.LONG, 41_000, 0.3)
        client.status(orderid, Status.ALLTRADED)
        assert client.traded(orderid) == [(40_000.0, 0.3)]
        assert len(build.orders) == 1, "sent again"
        assert len(client.recorder.said(f"Order {orderid} in doubt")) == 1


def test_old_build_cannot_find_it_and_it_stays_in_doubt() -> None:
    with on("O") as (build, client):
        build.websocket = True
        orderid = client.send(Direction.LONG, 41_000, 0.3)
        client.wait(f"Order {orderid} in doubt")
        client.recorder.wait(lambda: len(build.sent("GET", "/api/v1/openOrders")) > 10, "looks")
        assert client.recorder.orders[orderid].status is not Status.ALLTRADED
        assert len(build.orders) == 1, "sent again"


def test_transitional_build_is_for_looking_only() -> None:
    with on("T") as (build, client):
        client.gateway.subscribe(SubscribeRequest(SYMBOL, Exchange.GLOBAL))
        client.recorder.wait(lambda: client.recorder.ticks, "ticks")
        assert client.recorder.ticks[0].bid_price_1 == 39_999.0
        orderid = client.send(Direction.LONG, 30_000, 0.1)
        client.status(orderid, Status.REJECTED)
        assert client.recorder.said(
            "Order rejected, not sent: the transitional build of the QTE server misreports orders that rest and fails those that trade"
        )
        assert not build.orders


def test_parameters_on_the_wire() -> None:
    """Q9, Q10, Q11, Q22: both spellings, the encoding of the build, a timestamp, the cancel in query and form."""
    with on("O") as (build, client):
        orderid = client.send(Direction.LONG, 30_000.019, 0.1 + 0.2)
        client.status(orderid, Status.NOTTRADED)
        client.cancel(orderid)
        client.status(orderid, Status.CANCELLED)
        sent, = build.sent("POST", "/api/v1/order")
        assert re.fullmatch(r"\d{13}", str(sent.pop("timestamp")))
        assert sent == {
            "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.3", "price": "30000.01",
            "client_order_id": orderid, "newClientOrderId": orderid,
        }
        gone, = build.sent("DELETE", "/api/v1/order")
        assert gone["order_id"] == gone["orderId"] == build.named(orderid)["orderId"]


def test_one_request_at_a_time_and_cancels_first() -> None:
    """Q38: what is sent while the server is at work waits here, where a cancel can go first."""
    with on("O") as (build, client):
        first = client.send(Direction.LONG, 30_000, 0.1)
        client.status(first, Status.NOTTRADED)
        build.lock.acquire()
        try:
            more = [client.send(Direction.LONG, 30_000, 0.1) for _ in range(5)]
            client.cancel(first)
            client.recorder.wait(lambda: all(orderid in client.recorder.orders for orderid in more), "submitted")
        finally:
            build.lock.release()
        for orderid in more:
            client.status(orderid, Status.NOTTRADED)
        client.status(first, Status.CANCELLED)
        commands = [method for method, path, _ in build.seen if path == "/api/v1/order" and method != "GET"]
        assert commands[:3] == ["POST", "POST", "DELETE"], commands


def test_close_while_orders_wait_in_line() -> None:
    """Those that never left are REJECTED; the one on its way is in doubt."""
    with on("O") as (build, client):
        build.lock.acquire()
        try:
            orderids = [client.send(Direction.LONG, 30_000, 0.1) for _ in range(4)]
            client.recorder.wait(lambda: all(orderid in client.recorder.orders for orderid in orderids), "submitted")
            closing_thread = threading.Thread(target=client.close)
            closing_thread.start()
            closing_thread.join(2.0)
            assert not closing_thread.is_alive()
        finally:
            build.lock.release()
        for orderid in orderids[1:]:
            client.status(orderid, Status.REJECTED)
        assert client.recorder.orders[orderids[0]].status is Status.SUBMITTING
