"""The cases of the gateway suite, and its fixtures."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from vnpy.trader.gateway import BaseGateway

from mockexchange import MockExchange
from vnpy_hashex import HashExGateway
from vnpy_mockbinance import MockBinanceGateway
from vnpy_rehearsal.conform.known import find_target, make_profile
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy

from .harness import Case, Desk


MOCKBINANCE: str = "vnpy_mockbinance:MockBinanceGateway"


def quick_binance(gateway: BaseGateway) -> None:
    """Seconds instead of tens of seconds: the mock venue is never slower than that."""
    assert isinstance(gateway, MockBinanceGateway)
    gateway.timings.request_timeout = 1.0
    gateway.timings.ping_interval, gateway.timings.market_silence, gateway.timings.history_patience = 2, 5, 3.0
    gateway.flow.table.rule = NotFoundPolicy(bound=2.0, spacing=0.2, misses=3, first=0.05, longest=0.5)


def quick_qte(gateway: BaseGateway) -> None:
    quick_binance(gateway)
    assert isinstance(gateway, MockBinanceGateway)
    gateway.timings.quotes_interval = gateway.timings.orders_interval = 0.2
    gateway.timings.account_interval = gateway.timings.idle_interval = 0.5
    gateway.timings.day_interval = 1.0


def quick_unsigned(gateway: BaseGateway) -> None:
    """Binance's weights are counted: the list of open orders is 80 of 6000 a minute."""
    quick_qte(gateway)
    assert isinstance(gateway, MockBinanceGateway)
    gateway.timings.orders_interval, gateway.timings.idle_interval = 0.5, 1.0


def quick_hashex(gateway: BaseGateway) -> None:
    assert isinstance(gateway, HashExGateway)
    gateway.timings.request_timeout = 2.0       # a busy machine may take more than a second
    gateway.timings.requests_per_second = 500.0
    gateway.timings.give_up, gateway.timings.history_patience = 6.0, 3.0
    gateway.flow.table.rule = NotFoundPolicy(bound=3.0, spacing=0.2, misses=3, first=0.05, longest=0.5)


def known(name: str, gateway: str, dialect: str, quick: Callable[[BaseGateway], None], **more: Any) -> Case:
    """A case of what the conformance driver knows of a gateway, in the suite's pace and with the events in its hands."""
    target = find_target(gateway, dialect)
    assert target is not None
    profile = vars(make_profile(gateway, target))
    return Case(**{**profile, "name": name, "quick": quick, "patience": 25.0, "real_engine": False, **more})


def hashex(name: str, quick: Callable[[BaseGateway], None] = quick_hashex, **options: Any) -> Case:
    return known(
        name, "vnpy_hashex:HashExGateway", "hashex", quick,
        order_label="POST /spot/v1/u/trade/order/create", cancel_label="POST /spot/v1/u/trade/order/cancel",
        history_label="GET /spot/v1/p/quotation/kline", options=options, in_matrix=name == "hashex", secret_field="Secret Key",
        poor="Order rejected, code: -1, message: insufficient balance", knows_limits=False,
    )


QTE: Case = known(
    "qte", MOCKBINANCE, "qte", quick_qte,
    order_label="POST /api/v1/order", cancel_label="DELETE /api/v1/order", history_label="GET /api/v1/klines", secret_field="API Key",
    poor="Order rejected, code: HTTP 400, message: 资金不足", knows_limits=False, patience=60.0,
)
BINANCE: Case = known(
    "binance", MOCKBINANCE, "binance", quick_binance, order_label="WS order.place", cancel_label="WS order.cancel",
)
CASES: list[Case] = [
    BINANCE,
    QTE,
    # the QTE half of the gateway at a venue that is Binance but for its signatures
    replace(
        BINANCE, name="binance-unsigned", setting=QTE.setting, quick=quick_unsigned, options={"unsigned": True}, pushed=False,
        order_label="POST /api/v3/order", cancel_label="DELETE /api/v3/order", secret_field="API Key",
        ready_line=QTE.ready_line, in_matrix=False, patience=60.0,
    ),
    hashex("hashex"),
    # the later documents' words: no client order ids at all, another text key, other optional fields
    hashex("hashex-nameless", client_order_id=False, text_key="msg", order_fields="sibling", unknown_order="null"),
]


# one case a dialect where a test takes long, and all of them by LONG=1
LONG: bool = bool(os.environ.get("LONG"))
ONE_A_DIALECT: list[Case] = CASES if LONG else [case for case in CASES if case.in_matrix]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def venue(case: Case) -> Iterator[MockExchange]:
    with case.open_venue() as running:
        yield running
        idle = running.faults.never_bitten()
    assert not idle, f"faults of this test that never bit: {idle}"


@pytest.fixture
def desk(case: Case, venue: MockExchange) -> Iterator[Desk]:
    """A connected gateway."""
    found: Desk = Desk(case, venue)
    try:
        yield found.ready()
    finally:
        found.close()
