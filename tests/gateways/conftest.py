"""The cases of the gateway suite, and its fixtures."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from vnpy.trader.constant import OrderType
from vnpy.trader.gateway import BaseGateway

from mockexchange import MockExchange
from vnpy_hashex import HashExGateway
from vnpy_mockbinance import MockBinanceGateway
from vnpy_restgateway.doubt import DoubtRule

from .harness import Case, Desk


def binance_setting(venue: MockExchange) -> dict[str, Any]:
    return {
        "Server": "BINANCE", "REST Host": venue.rest, "Stream Host": venue.stream,
        "API Key": venue.key, "API Secret": venue.secret,
    }


def quick_binance(gateway: BaseGateway) -> None:
    """Seconds instead of tens of seconds: the mock venue is never slower than that."""
    assert isinstance(gateway, MockBinanceGateway)
    gateway.request_timeout = 1.0
    gateway.ping_interval, gateway.market_silence = 2, 5
    gateway.flow.table.rule = DoubtRule(bound=2.0, spacing=0.2, misses=3, first=0.05, longest=0.5)


def qte_setting(venue: MockExchange) -> dict[str, Any]:
    return {
        "Server": "QTE", "REST Host": venue.rest, "API Key": venue.key,
        "Symbols": "BTCUSDT:0.01:0.00001, ETHUSDT:0.01:0.0001, BNBUSDT:0.01:0.001, ETHBTC:0.00001:0.0001",
    }


def quick_qte(gateway: BaseGateway) -> None:
    quick_binance(gateway)
    assert isinstance(gateway, MockBinanceGateway)
    gateway.quotes_interval = gateway.orders_interval = 0.2
    gateway.account_interval = gateway.idle_interval = 0.5
    gateway.day_interval = 1.0


def quick_unsigned(gateway: BaseGateway) -> None:
    """Binance's weights are counted: the list of open orders is 80 of 6000 a minute."""
    quick_qte(gateway)
    assert isinstance(gateway, MockBinanceGateway)
    gateway.orders_interval, gateway.idle_interval = 0.5, 1.0


def hashex_setting(venue: MockExchange) -> dict[str, Any]:
    return {
        "REST Host": venue.rest, "Stream Host": venue.stream, "Access Key": venue.key, "Secret Key": venue.secret,
        "Market Buy": "BASE",
    }


def quick_hashex(gateway: BaseGateway) -> None:
    assert isinstance(gateway, HashExGateway)
    gateway.request_timeout = 2.0       # a busy machine may take more than a second
    gateway.requests_per_second = 500.0
    gateway.flow.table.rule = DoubtRule(bound=2.0, spacing=0.2, misses=3, first=0.05, longest=0.5)


QTE_ABSENT: dict[str, str] = {
    "F6": "no code says that there are too many orders, or that the server is busy",
    "F34": "requests carry no nonce",
    "F43": "the server tells no ticks and steps: they come from the setting Symbols",
}
HASHEX_ABSENT: dict[str, str] = {
    "F6": "no document has a code for too many orders, or for a busy venue",
}
BINANCE_ABSENT: dict[str, str] = {
    "F34": "requests carry a time, no nonce",
}


def hashex(name: str, quick: Callable[[BaseGateway], None] = quick_hashex, **options: Any) -> Case:
    return Case(
        name=name, dialect="hashex", gateway_class=HashExGateway, setting=hashex_setting,
        symbol="BTCUSDT_SPOT_HASHEX", venue_symbol="BTCUSDT",
        order_label="POST /spot/v1/u/trade/order/create", cancel_label="POST /spot/v1/u/trade/order/cancel",
        quick=quick, options=options, lacks=frozenset({OrderType.FAK, OrderType.FOK, OrderType.STOP}),
        absent=HASHEX_ABSENT, in_matrix=name == "hashex", patience=25.0,
        names_orders=False, secret_field="Secret Key", history_label="GET /spot/v1/p/quotation/kline",
        poor="Order rejected, code: -1, message: insufficient balance", knows_limits=False,
    )


CASES: list[Case] = [
    Case(
        name="binance", dialect="binance", gateway_class=MockBinanceGateway, setting=binance_setting,
        symbol="BTCUSDT_SPOT_BINANCE", venue_symbol="BTCUSDT",
        order_label="WS order.place", cancel_label="WS order.cancel", quick=quick_binance, absent=BINANCE_ABSENT, patience=25.0,
    ),
    Case(
        name="qte", dialect="qte", gateway_class=MockBinanceGateway, setting=qte_setting,
        symbol="BTCUSDT_SPOT_BINANCE", venue_symbol="BTCUSDT",
        order_label="POST /api/v1/order", cancel_label="DELETE /api/v1/order", quick=quick_qte,
        lacks=frozenset({OrderType.FAK, OrderType.FOK, OrderType.STOP}), secret_field="API Key",
        poor="Order rejected, code: HTTP 400, message: 资金不足", knows_limits=False, ready_line="Trade API connected",
        tells_fills=False, finds_lost=False, has_bars=False, pushed=False, absent=QTE_ABSENT,
    ),
    Case(
        name="binance-unsigned", dialect="binance", gateway_class=MockBinanceGateway, setting=qte_setting,
        symbol="BTCUSDT_SPOT_BINANCE", venue_symbol="BTCUSDT", order_label="POST /api/v3/order",
        cancel_label="DELETE /api/v3/order", quick=quick_unsigned, options={"unsigned": True}, secret_field="API Key",
        ready_line="Trade API connected", pushed=False, in_matrix=False,
    ),
    hashex("hashex"),
    # the later documents' words: no client order ids at all, another text key, other optional fields
    hashex("hashex-nameless", client_order_id=False, text_key="msg", order_fields="sibling", unknown_order="null"),
]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def venue(case: Case) -> Iterator[MockExchange]:
    with case.open_venue() as running:
        yield running


@pytest.fixture
def desk(case: Case, venue: MockExchange) -> Iterator[Desk]:
    """A connected gateway."""
    found: Desk = Desk(case, venue)
    try:
        yield found.ready()
    finally:
        found.close()
