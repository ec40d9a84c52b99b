"""A made-up market under a real venue's names: said at connect. Contracts of one name from two gateways: said by name."""

import socket
from collections.abc import Iterator
from logging import INFO, WARNING
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
from vnpy.event import Event, EventEngine
from vnpy.trader.constant import Exchange, Product, Status
from vnpy.trader.event import EVENT_CONTRACT, EVENT_LOG
from vnpy.trader.object import ContractData
from vnpy.trader.utility import TEMP_DIR

import vnpy_restgateway.log as log
from mockexchange import MockExchange
from vnpy_mockbinance import MockBinanceGateway
from vnpy_restgateway.namesakes import SHOWN, Namesakes

from .child_desk import make_desk, until
from .harness import Desk

NAMES = {"MOCKBINANCE": "Binance", "HASHEX": "HashEx"}


def check_warning(desk: Desk) -> None:
    line, = desk.recorder.said("Made-up market", WARNING)
    for word in (
        f"those of {NAMES[desk.gateway.gateway_name]} ", f"({desk.profile.symbol}.GLOBAL)", "DataManager", "CtaBacktester", "over real ones",
        ".vntrader", str(TEMP_DIR), "working directory",
    ):
        assert word in line, line


def test_said_once_at_every_connect(desk: Desk) -> None:
    check_warning(desk)
    desk.recorder.logs.clear()
    desk.ready()
    check_warning(desk)


def test_embedded() -> None:
    desk = make_desk()
    try:
        desk.ready()
        check_warning(desk)
    finally:
        desk.close()


@pytest.mark.parametrize("dialect", ["binance", "qte", "hashex"])
def test_every_answer_of_the_mock_exchange_bears_the_mark(dialect: str) -> None:
    opener = build_opener(ProxyHandler({}))
    with MockExchange(dialect) as venue:
        for path in ("/_mock/state", "/no/such/path", "/api/v3/time", "/api/v1/time", "/spot/v1/p/time"):
            try:
                answer: Any = opener.open(venue.rest + path, timeout=5)
            except Exception as error:
                answer = error
            assert answer.headers["X-Mock-Exchange"] == dialect, (path, answer)


@pytest.mark.parametrize(("dialect", "path"), [("binance", "/ws-api/v3"), ("binance", "/stream"), ("hashex", "/spot/v1/ws/socket")])
def test_handshakes_bear_it_too(dialect: str, path: str) -> None:
    with MockExchange(dialect) as venue, socket.create_connection(("127.0.0.1", int(venue.rest.rpartition(":")[2])), timeout=5) as client:
        client.sendall((
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ).encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        assert head.startswith(b"HTTP/1.1 101") and f"X-Mock-Exchange: {dialect}\r\n".encode() in head


def test_not_said_of_a_venue_that_is_none(desk: Desk) -> None:
    """A real venue has no such header, and nothing is asked of it to find out."""
    desk.recorder.logs.clear()
    desk.gateway.host.warn_made_up("")
    assert not desk.recorder.logs


# two gateways

class Engine:
    """A real event engine, with what was logged."""

    def __init__(self) -> None:
        self.engine = EventEngine()
        self.logs: list[Any] = []
        self.engine.register(EVENT_LOG, lambda event: self.logs.append(event.data))
        self.engine.start()

    def contract(self, gateway: str, symbol: str) -> None:
        one = ContractData(gateway, symbol, Exchange.GLOBAL, symbol, Product.SPOT, 1, 0.01)
        self.engine.put(Event(EVENT_CONTRACT, one))
        self.engine.put(Event(EVENT_CONTRACT + one.vt_symbol, one))

    def said(self, text: str) -> list[str]:
        return [log.msg for log in self.logs if text in log.msg]


@pytest.fixture
def engine() -> Iterator[Engine]:
    found = Engine()
    yield found
    found.engine.stop()


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_contracts_of_one_name_are_warned_of_by_name(engine: Engine, first: str) -> None:
    gateway = MockBinanceGateway(engine.engine, "MOCKBINANCE")
    other = ("BTCUSDT_SPOT_BINANCE", "ETHUSDT_SPOT_BINANCE", "XRPUSDT_SPOT_BINANCE")
    try:
        if first == "theirs":
            for symbol in other:
                engine.contract("BINANCE_SPOT", symbol)
        gateway.connect({"Server": "EMBEDDED"})
        assert until(lambda: gateway.ready, 20)
        for _ in range(3):
            for symbol in other:
                engine.contract("BINANCE_SPOT", symbol)
        assert until(lambda: engine.said("BINANCE_SPOT"), 5)
        engine.contract("THIRD", "BTCUSDT_SPOT_BINANCE")
        assert until(lambda: engine.said("THIRD"), 5)
        line, = engine.said("BINANCE_SPOT")
        assert "BTCUSDT_SPOT_BINANCE.GLOBAL" in line and "ETHUSDT_SPOT_BINANCE.GLOBAL" in line and "XRP" not in line
        assert "last" in line and "orders" in line
        assert [log.level for log in engine.logs if "BINANCE_SPOT" in log.msg] == [WARNING]
    finally:
        gateway.close()


def test_namesakes_are_told_once_each() -> None:
    found: list[int] = []
    ours = Namesakes("OURS", lambda: found.append(1))

    def hear(gateway: str, symbol: str) -> None:
        ours.on_contract(Event(EVENT_CONTRACT, ContractData(gateway, symbol, Exchange.GLOBAL, symbol, Product.SPOT, 1, 0.01)))

    for n in range(SHOWN + 2):
        hear("OURS", f"S{n}")
        hear("OTHER", f"S{n}")
        hear("OTHER", f"T{n}")
    line, = ours.take()
    assert line.startswith("Gateway OTHER ") and "S0.GLOBAL, S1.GLOBAL" in line and "and 2 more" in line and "T0" not in line
    assert len(found) == SHOWN + 2
    for n in range(SHOWN + 2):
        hear("OTHER", f"S{n}")
        hear("OURS", f"S{n}")
    assert ours.take() == [] and len(found) == SHOWN + 2
    hear("OURS", "T0")
    assert "T0.GLOBAL" in ours.take()[0]


# lines of what is done again and again

def test_account_and_orders_are_said_once_and_again_after_a_reconnect(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "SAY_AGAIN", 0.0)
    pushed: list[int] = []
    on_account: Any = desk.gateway.host.on_account
    monkeypatch.setattr(desk.gateway.host, "on_account", lambda account: (pushed.append(1), on_account(account)))
    said = {text: len(desk.recorder.said(text)) for text in ("Account data received", "Order data received")}
    assert all(count == 1 for count in said.values()), said
    for _ in range(3):
        before = len(pushed)
        desk.gateway.query_account()
        desk.recorder.wait(lambda before=before: len(pushed) > before, "balances")
        if hasattr(desk.gateway.session, "account"):
            desk.gateway.executor.post(desk.gateway.session.account.reconcile)
    assert desk.recorder.said("Account data received", INFO) == ["Account data received"]
    assert len(desk.recorder.said("Order data received", INFO)) == 1
    desk.venue.restart(keep_state=True, down=0.0 if desk.profile.pushed else 3.0)
    desk.recorder.wait(lambda: desk.recorder.said(" disconnected"), "disconnected")
    desk.recorder.wait(lambda: len(desk.recorder.said("Account data received")) >= 2, "said again", 30)
    desk.recorder.wait(lambda: len(desk.recorder.said("Order data received")) >= 2, "said again", 30)


def test_an_order_that_was_refused_has_a_time(desk: Desk) -> None:
    """tz-aware, the venue's clock, as all others have it."""
    alive = desk.send("BUY", 30_000.0, 0.01)
    shown = desk.wait_status(alive, Status.NOTTRADED)
    refused = [desk.send("BUY", 30_000.0, 1e-12), desk.send("BUY", 30_000.0, 0.01, symbol="NOSUCH"), desk.send("BUY", 30_000.0, 3_000.0)]
    for orderid in refused:
        order = desk.wait_status(orderid, Status.REJECTED)
        assert order.datetime is not None and order.datetime.utcoffset() == shown.datetime.utcoffset()
        assert abs((order.datetime - desk.gateway.now()).total_seconds()) < 30
    desk.close()
    late = desk.send("BUY", 30_000.0, 0.01)
    assert desk.wait_status(late, Status.REJECTED).datetime is not None
