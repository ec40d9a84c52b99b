"""The cases of the gateway suite, and its fixtures."""

from collections.abc import Iterator
from typing import Any

import pytest
from vnpy.trader.gateway import BaseGateway

from mockexchange import MockExchange
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
    gateway.flow.table.rule = DoubtRule(bound=2.0, spacing=0.2, misses=3, first=0.05, longest=0.5)


CASES: list[Case] = [
    Case(
        name="binance", dialect="binance", gateway_class=MockBinanceGateway, setting=binance_setting,
        symbol="BTCUSDT_SPOT_BINANCE", venue_symbol="BTCUSDT",
        order_label="WS order.place", cancel_label="WS order.cancel", quick=quick_binance,
    ),
]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def venue(case: Case) -> Iterator[MockExchange]:
    with MockExchange(case.dialect, seed=7) as running:
        yield running


@pytest.fixture
def desk(case: Case, venue: MockExchange) -> Iterator[Desk]:
    """A connected gateway."""
    found: Desk = Desk(case, venue)
    try:
        yield found.ready()
    finally:
        found.close()
