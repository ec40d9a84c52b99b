"""synthetic: users' orders in its way, and prices set from outside."""

from random import Random

import pytest
from feed_world import MINUTE, UNTIL, World, feed_of

from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.commands import (
    CancelAll,
    FeedTrade,
    PlaceOrder,
    Quote,
    SetPrice,
    SetSymbolStatus,
)
from mockexchange.core.errors import Refusal
from mockexchange.core.events import Fill, PublicTrade
from mockexchange.core.exchange import Exchange
from mockexchange.core.numbers import format_amount, parse_amount


def place(world: World, side: str, price: int, quantity: str, kind: str = "LIMIT") -> int:
    events = world.exchange.apply(PlaceOrder("me", "BTCUSDT", side, kind, parse_amount(quantity), price), world.now)
    world.events += events
    return world.exchange.all_orders("me", "BTCUSDT")[-1].order_id


def settle(world: World, order_id: int, until: int) -> str:
    while True:
        status: str = world.exchange.find_order("me", "BTCUSDT", order_id).status
        if status == "FILLED" or world.held is not None and world.held[0] > until:
            return status
        world.run(until, 50)


@pytest.mark.parametrize("side", ["BUY", "SELL"])
def test_resting_orders_fill_when_the_market_goes_through(side: str) -> None:
    world: World = World(feed_of(11, "BTCUSDT"))
    world.run(MINUTE)
    book = world.exchange.books["BTCUSDT"]
    orders: dict[int, int] = {}
    for number in range(1, 12):
        away: int = number * parse_amount("4")
        price: int = book.bids(1)[0][0] - away if side == "BUY" else book.asks(1)[0][0] + away
        orders[place(world, side, price, "0.5")] = price
    started: int = len(world.events)
    world.run(20 * MINUTE)
    prices = [event.price for event in world.events[started:] if isinstance(event, PublicTrade)]
    low, high = min(prices), max(prices)
    filled = 0
    for order_id, price in orders.items():
        order = world.exchange.find_order("me", "BTCUSDT", order_id)
        through: bool = low < price if side == "BUY" else high > price
        assert not through or order.status == "FILLED"
        filled += order.status == "FILLED"
    assert filled >= 3
    assert all(
        event.is_maker and event.price == orders[event.order_id]
        for event in world.events[started:] if isinstance(event, Fill)
    )
    world.check_book("BTCUSDT")
    assert world.refused == 0
    world.exchange.ledger.check()


def test_an_order_larger_than_the_book_is_filled_by_what_comes() -> None:
    """It eats the asks and rests as a bid among what the feed means to be its asks."""
    world: World = World(feed_of(12, "BTCUSDT"))
    world.run(MINUTE)
    asks = world.exchange.books["BTCUSDT"].asks(100)
    total: int = sum(size for price, size in asks[:10])
    events = world.apply(PlaceOrder("me", "BTCUSDT", "BUY", "LIMIT", total + parse_amount("20"), asks[9][0]))
    order_id: int = next(event.order_id for event in events if isinstance(event, Fill))
    assert world.exchange.find_order("me", "BTCUSDT", order_id).status == "PARTIALLY_FILLED"
    assert settle(world, order_id, 2 * MINUTE) == "FILLED"
    world.run(4 * MINUTE)
    world.check_book("BTCUSDT")
    assert world.refused == 0


def test_an_order_inside_the_spread_and_one_at_the_touch() -> None:
    for offset in (0, 1):
        world: World = World(feed_of(13, "BTCUSDT"))
        while True:
            world.run(60 * MINUTE, 50)
            bid, ask = world.exchange.books["BTCUSDT"].bids(1)[0][0], world.exchange.books["BTCUSDT"].asks(1)[0][0]
            if ask - bid > parse_amount("0.02"):
                break
        order_id: int = place(world, "BUY", bid + offset * parse_amount("0.01"), "0.3", "LIMIT_MAKER")
        assert settle(world, order_id, 60 * MINUTE) == "FILLED"
        assert world.refused == 0


# -- the price set from outside

@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("price", ["40000.01", "52000", "31000.5", "4.2"])
def test_the_price_goes_on_from_where_it_was_set(seed: int, price: str) -> None:
    world: World = World(feed_of(seed, "BTCUSDT"))
    world.run(MINUTE, 500 + 37 * seed)              # anywhere, also in the middle of a moment
    level: int = parse_amount(price)
    world.apply(SetPrice("BTCUSDT", level))
    world.feed.on_price("BTCUSDT", level)
    started: int = len(world.events)
    world.run(world.now - UNTIL + MINUTE)
    prices = [event.price for event in world.events[started:] if isinstance(event, PublicTrade)]
    assert prices and abs(min(prices) / level - 1) < 0.02 and abs(max(prices) / level - 1) < 0.02
    world.check_book("BTCUSDT")
    levels = world.exchange.books["BTCUSDT"].bids(500) + world.exchange.books["BTCUSDT"].asks(500)
    assert len(levels) <= 110
    assert all(0.5 < at / level < 1.5 for at, _ in levels)
    assert world.refused == 0


def test_a_held_command_does_not_undo_a_set_price() -> None:
    """The pump holds a step the exchange has not had, whatever that step is."""
    held: set[type] = set()
    level: int = parse_amount("44000")
    for count in range(300, 330):
        world: World = World(feed_of(8, "BTCUSDT"))
        place(world, "BUY", parse_amount("39000"), "1")
        world.run(60 * MINUTE, count)
        assert world.held is not None
        held.add(type(world.held[1]))
        world.apply(SetPrice("BTCUSDT", level))
        world.feed.on_price("BTCUSDT", level)
        started: int = len(world.events)
        world.run(60 * MINUTE, 300)
        prices = [event.price for event in world.events[started:] if isinstance(event, PublicTrade)]
        assert all(abs(price / level - 1) < 0.005 for price in prices)
        world.check_book("BTCUSDT")
        levels = world.exchange.books["BTCUSDT"].bids(500) + world.exchange.books["BTCUSDT"].asks(500)
        assert [price for price, _ in levels if abs(price / level - 1) > 0.01] == [parse_amount("39000")]
        assert world.refused == 0
    assert held == {Quote, FeedTrade}


def test_opening_where_the_market_was_before() -> None:
    feed = feed_of(2)
    feed.on_price("BTCUSDT", parse_amount("51234.56"))
    feed.on_price("NOSUCH", 1)
    world: World = World(feed)
    bid, ask = world.exchange.books["BTCUSDT"].bids(1)[0][0], world.exchange.books["BTCUSDT"].asks(1)[0][0]
    assert parse_amount("51230") < bid < ask < parse_amount("51240")
    minutes = feed.history("BTCUSDT", UNTIL)
    assert minutes is not None and minutes.bars(0)[-1].close == parse_amount("51234.56")


def test_opening_again_after_a_restart() -> None:
    world: World = World(feed_of(2, "BTCUSDT"))
    world.run(3 * MINUTE)
    world.exchange = Exchange(default_instruments(), seed=1)
    for command in world.feed.opening():
        world.apply(command)
    world.check_book("BTCUSDT")
    bid = world.exchange.books["BTCUSDT"].bids(1)[0][0]
    assert abs(bid / world.feed.markets["BTCUSDT"].shape.tick - world.feed.markets["BTCUSDT"].fair) < 300
    world.run(4 * MINUTE)
    world.check_book("BTCUSDT")
    assert world.refused == 0


def test_after_a_halt_the_book_is_whole_again() -> None:
    world: World = World(feed_of(4, "BTCUSDT"))
    world.run(MINUTE)
    world.apply(SetSymbolStatus("BTCUSDT", "HALT"))
    trades: int = len(world.prices("BTCUSDT"))
    world.run(6 * MINUTE)
    assert len(world.prices("BTCUSDT")) == trades
    world.apply(SetSymbolStatus("BTCUSDT", "TRADING"))
    world.run(8 * MINUTE)
    world.check_book("BTCUSDT", 25)
    assert len(world.prices("BTCUSDT")) > trades


@pytest.mark.parametrize("seed", range(4))
def test_whatever_users_do_the_market_goes_on(seed: int) -> None:
    """Orders and set prices at any moment; afterwards the book is what the feed means it to be."""
    rng: Random = Random(seed)
    world: World = World(feed_of(seed, "BTCUSDT"))
    book = world.exchange.books["BTCUSDT"]
    for _ in range(400):
        world.run(60 * MINUTE, rng.randrange(1, 30))
        level: int = world.exchange.tapes["BTCUSDT"].last_price
        draw: float = rng.random()
        size: int = int(10 ** rng.uniform(2, 6.5)) * 1000
        side: str = rng.choice(["BUY", "SELL"])
        try:
            if draw < 0.15:
                world.apply(PlaceOrder("me", "BTCUSDT", side, "MARKET", min(size, parse_amount("100"))))
            elif draw < 0.85:
                price: int = level + int(rng.gauss(0, 3000)) * parse_amount("0.01")
                world.apply(PlaceOrder("me", "BTCUSDT", side, "LIMIT", size, price))
            elif draw < 0.9:
                world.apply(CancelAll("me", "BTCUSDT"))
            elif draw < 0.93:
                price = parse_amount(format_amount(int(level * rng.uniform(0.97, 1.03)) // 10 ** 6 * 10 ** 6))
                world.apply(SetPrice("BTCUSDT", price))
                world.feed.on_price("BTCUSDT", price)
        except Refusal:
            pass
        bid, ask = book.best_bid(), book.best_ask()
        assert bid is None or ask is None or bid.price < ask.price
        world.exchange.ledger.check()
    world.run(world.now - UNTIL + 2 * MINUTE)
    if world.exchange.open_orders("me"):
        world.apply(CancelAll("me", "BTCUSDT"))
    world.run(world.now - UNTIL + MINUTE)
    world.check_book("BTCUSDT", 26)
    market = world.feed.markets["BTCUSDT"]
    meant = {ticks * market.shape.tick for side in (market.bids, market.asks) for ticks in side.quotes}
    there = {price for price, _ in book.bids(500) + book.asks(500)}
    near = {price for price in meant | there if abs(price / book.bids(1)[0][0] - 1) < 0.0005}
    assert len(near & (meant ^ there)) < 8
