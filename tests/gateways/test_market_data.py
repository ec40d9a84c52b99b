"""Contracts and ticks, held against what the venue itself has."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import partial

import pytest
from vnpy.trader.constant import Exchange, OrderType, Product
from vnpy.trader.object import TickData

from mockexchange import MockExchange

from .conftest import ALL_CASES
from .harness import Case, Desk

SCALE: float = 1e8


@pytest.fixture(scope="module", params=ALL_CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture(scope="module")
def venue(case: Case) -> Iterator[MockExchange]:
    """One for all."""
    with case.open_venue_with_history() as running:
        yield running


def prices(tick: TickData, side: str) -> list[float]:
    return [getattr(tick, f"{side}_price_{n}") for n in range(1, 6)]


def volumes(tick: TickData, side: str) -> list[float]:
    return [getattr(tick, f"{side}_volume_{n}") for n in range(1, 6)]


def whole(tick: TickData) -> bool:
    return bool(tick.open_price and all(prices(tick, "bid")) and all(prices(tick, "ask")))


def other_symbol(desk: Desk) -> str:
    return next(
        symbol for symbol, contract in desk.recorder.contracts.items()
        if symbol != desk.case.symbol and contract.name.endswith("USDT")
    )


def ticks_of(desk: Desk, symbol: str) -> list[TickData]:
    return [tick for tick in desk.recorder.ticks if tick.symbol == symbol]


def flowing(desk: Desk, symbol: str) -> bool:
    ticks: list[TickData] = ticks_of(desk, symbol)
    traded: bool = not desk.case.pushed or any(tick.last_volume for tick in ticks)
    return len(ticks) > 5 and whole(ticks[-1]) and traded


def seen_at(desk: Desk, price: float, after: int) -> bool:
    """A tick with the last price there, and the book around it."""
    near: float = price / 1_000
    return any(
        whole(tick) and max(abs(x - price) for x in (tick.last_price, tick.bid_price_1, tick.ask_price_1)) < near
        for tick in desk.recorder.ticks[after:]
    )


def assert_sound(ticks: list[TickData]) -> None:
    """Every single tick can be used, and time never goes back."""
    before: datetime = datetime.min.replace(tzinfo=timezone.utc)
    for tick in ticks:
        assert tick.last_price > 0
        assert tick.datetime.utcoffset() == timedelta(0)
        assert tick.datetime >= before
        before = tick.datetime
        for side, sign in (("bid", -1), ("ask", 1)):
            levels = [price for price in prices(tick, side) if price]
            assert prices(tick, side)[:len(levels)] == levels, "a hole between the levels"
            assert all((after - price) * sign > 0 for price, after in zip(levels, levels[1:], strict=False)), levels
            assert [bool(v) for v in volumes(tick, side)] == [bool(p) for p in prices(tick, side)]
        if tick.bid_price_1 and tick.ask_price_1:
            assert tick.bid_price_1 < tick.ask_price_1, "crossed"


# contracts


def test_contracts_are_the_venues(desk: Desk) -> None:
    listed = desk.venue.run(lambda venue: dict(venue.exchange.instruments))
    names = {symbol: contract.extra["base"] + contract.extra["quote"] for symbol, contract in desk.recorder.contracts.items()}
    assert set(names.values()) == set(listed)
    for symbol, contract in desk.recorder.contracts.items():
        instrument = listed[names[symbol]]
        assert contract.pricetick == instrument.tick_size / SCALE
        assert contract.min_volume == instrument.step_size / SCALE
        assert contract.max_volume == (instrument.max_quantity / SCALE if desk.case.knows_limits else None)
        assert (contract.product, contract.size, contract.exchange) == (Product.SPOT, 1, Exchange.GLOBAL)
        assert contract.history_data is desk.case.has_bars and contract.net_position
        assert contract.stop_supported is (OrderType.STOP not in desk.case.lacks)
        assert contract.symbol == symbol and contract.gateway_name == desk.gateway.gateway_name


# ticks


def test_ticks_of_two_symbols(desk: Desk) -> None:
    other = other_symbol(desk)
    for symbol in (desk.case.symbol, other):
        desk.subscribe(symbol)
    for symbol in (desk.case.symbol, other):
        desk.recorder.wait(partial(flowing, desk, symbol), f"ticks of {symbol}")
        ticks = ticks_of(desk, symbol)
        assert_sound(ticks)
        tick: TickData = next(
            tick for tick in reversed(ticks) if whole(tick) and (tick.last_volume or not desk.case.pushed)
        )
        contract = desk.recorder.contracts[symbol]
        assert (tick.name, tick.exchange, tick.gateway_name) == (contract.name, contract.exchange, contract.gateway_name)
        assert abs(tick.datetime - datetime.now(timezone.utc)) < timedelta(seconds=5)
        assert tick.localtime
        assert 0 < tick.low_price <= tick.open_price <= tick.high_price
        assert tick.volume > 0
        if desk.case.pushed:
            assert tick.low_price * 0.999 < tick.turnover / tick.volume < tick.high_price * 1.001
            assert tick.pre_close > 0 and tick.last_volume > 0
    assert len({id(tick) for tick in desk.recorder.ticks}) == len(desk.recorder.ticks), "handed out twice"
    assert not desk.recorder.complaints()


def test_move_of_the_market_is_seen(desk: Desk) -> None:
    desk.subscribe()
    desk.recorder.wait(lambda: desk.recorder.ticks and whole(desk.recorder.ticks[-1]), "a whole tick")
    for price in (41_000.0, 38_500.0, 40_000.0):
        seen = len(desk.recorder.ticks)
        desk.venue.set_price(desk.case.venue_symbol, str(price))
        desk.recorder.wait(partial(seen_at, desk, price, seen), f"a tick at {price}")
    desk.recorder.wait(lambda: desk.recorder.ticks[-1].high_price >= 41_000 and desk.recorder.ticks[-1].low_price <= 38_500,
                       "the day's high and low")
    assert_sound(desk.recorder.ticks)


def test_subscribe_twice_is_once(desk: Desk) -> None:
    desk.subscribe()
    desk.recorder.wait(lambda: len(desk.recorder.ticks) > 5, "ticks")
    desk.subscribe()
    desk.subscribe(other_symbol(desk))      # answered after the one before
    desk.recorder.wait(lambda: ticks_of(desk, other_symbol(desk)), "ticks of the other")
    assert_sound(ticks_of(desk, desk.case.symbol))
    assert not desk.recorder.complaints()


def test_subscribe_to_an_unknown_symbol_is_said(desk: Desk) -> None:
    desk.subscribe("NOSUCH_SPOT_BINANCE")
    desk.recorder.wait(lambda: desk.recorder.said("Failed to subscribe data, symbol not found: NOSUCH_SPOT_BINANCE"), "the line")
    desk.subscribe()
    desk.recorder.wait(lambda: desk.recorder.ticks, "ticks")
    assert len(desk.recorder.complaints()) == 1
