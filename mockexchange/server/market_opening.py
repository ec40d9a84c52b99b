"""How a venue's market is opened: its feed laid to its clock, the price at which it stood, and its past."""

from collections.abc import Mapping

from rest_locale import _

from ..core.events import PublicTrade
from ..core.exchange import Exchange
from ..core.instruments import Instrument
from ..core.numbers import SCALE
from ..core.past import Minutes, Past
from ..feeds import Feed, open_feed
from ..feeds.replay import ReplayFeed
from ..feeds.shape import Activity
from ..feeds.times import show_moment
from ..transport.clock import SystemClock
from ..transport.clocks import AnyClock
from ..transport.manual_clock import ManualClock
from .feed_runner import NoFeed
from .market_memory import LastPrices


def open_market_feed(
    spec: str, instruments: list[Instrument], seed: int, zone: str, start: str, loop: bool, activities: Mapping[str, Activity],
) -> Feed:
    """
    As ``feeds.open_feed``, and "none".

    Raises ValueError for a beginning or a loop of a feed that has no dates.
    """
    feed: Feed = NoFeed() if spec == "none" and not zone else open_feed(spec, instruments, seed, zone, start, loop, activities)
    for name, value in (("feed-start", start), ("loop", loop)):
        if value and not feed.recorded:
            raise ValueError(_("{name}: {value!r} is for a recorded feed, {feed!r} has no dates of its own").format(name=name, value=value, feed=spec))
    return feed


def open_market(exchange: Exchange, feed: Feed, clock: AnyClock, market: LastPrices) -> int:
    """
    Give every market its past, and the price at which it stood by ``market``; a recorded one begins where the clock stands.

    Returns that time, us, without the clock's offset.
    """
    opened: int = clock.now() - clock.offset_us
    if isinstance(feed, ReplayFeed):
        if not isinstance(clock, SystemClock):
            feed.shift = clock.first - feed.begins      # not 0 where a manual clock was given another date
            feed.begin(opened)
        _open_past(exchange, feed, feed.since + clock.offset_us)
        _record_past(exchange, feed, clock.offset_us)
    else:
        feed.go_on(opened - clock.first)
        _go_on(exchange, feed, market)
        _open_past(exchange, feed, clock.now())
    return opened


def _go_on(exchange: Exchange, feed: Feed, market: LastPrices) -> None:
    for symbol, (price, __) in market.items():
        if symbol in exchange.tapes:
            exchange.tapes[symbol].last_price = price
            feed.on_price(symbol, price)


def _open_past(exchange: Exchange, feed: Feed, until: int) -> None:
    """
    Give every market its past before ``until`` (us). Its ids end where those of the market begin; after a restart they
    begin above all that were used before, by users too.
    """
    for symbol in feed.symbols:
        minutes: Minutes | None = feed.history(symbol, until)
        if minutes is None:
            continue
        if symbol in feed.first_ids:
            trade_id, aggregate_id = feed.first_ids[symbol]
            past: Past = Past(minutes, trade_id - 1, aggregate_id - 1)
        else:
            last: int = exchange.reserve_trade_ids(symbol, 0, minutes.room)
            past = Past(minutes, last, last)
        exchange.tapes[symbol].set_past(past)


def _record_past(exchange: Exchange, feed: ReplayFeed, offset: int) -> None:
    """What a recording has from before the market's beginning was traded before anybody came."""
    for trade in feed.past():
        exchange.tapes[trade.symbol].record(PublicTrade(
            trade.symbol, trade.trade_id, trade.price, trade.quantity, trade.price * trade.quantity // SCALE, trade.time + offset,
            trade.buyer_is_maker, 0, trade.first_id, trade.last_id,
        ))


def last_prices(exchange: Exchange) -> LastPrices:
    """Where every market stands."""
    return {symbol: (tape.last_price, tape.last_id) for symbol, tape in exchange.tapes.items()}


def pace_of(feed: Feed, clock: AnyClock, speed: float) -> float:
    """Seconds of the feed in one of the clock's: 1 where the clock itself goes by the speed or the feed has its own dates."""
    return speed if isinstance(clock, SystemClock | ManualClock) and not feed.recorded else 1.0


def last_words(spec: str, trades: int, clock: AnyClock) -> str:
    """What is said when a feed has ended."""
    return _(
        "the feed {feed} has ended at {time} after {count} trades: no more trades come, the book and all orders stand, the clock goes on"
    ).format(feed=spec, time=show_moment(clock.now()), count=trades)
