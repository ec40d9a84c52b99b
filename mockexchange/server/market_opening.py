"""How a venue's market is opened: its feed, its clock laid to the feed's dates, and the past that a recording has."""

from ..core.events import PublicTrade
from ..core.exchange import Exchange
from ..core.instruments import Instrument
from ..core.numbers import SCALE
from ..feeds import Feed, open_feed
from ..feeds.replay import ReplayFeed
from ..feeds.times import show_moment
from ..transport.clock import SystemClock
from ..transport.clocks import AnyClock
from ..transport.manual_clock import ManualClock
from .feed_runner import NoFeed


def open_market_feed(spec: str, instruments: list[Instrument], seed: int, zone: str, start: str, loop: bool) -> Feed:
    """
    As ``feeds.open_feed``, and "none".

    Raises ValueError for a beginning or a loop of a feed that has no dates.
    """
    feed: Feed = NoFeed() if spec == "none" and not zone else open_feed(spec, instruments, seed, zone, start, loop)
    for name, value in (("feed-start", start), ("loop", loop)):
        if value and not feed.recorded:
            raise ValueError(f"{name}: {value!r} is for a recorded feed, {spec!r} has no dates of its own")
    return feed


def lay(feed: Feed, clock: AnyClock) -> int:
    """Begin a recorded market where the clock stands; that time, us, without the clock's offset."""
    opened: int = clock.now() - clock.offset_us
    if isinstance(feed, ReplayFeed) and not isinstance(clock, SystemClock):
        feed.shift = clock.first - feed.begins      # not 0 where a manual clock was given another date
        feed.begin(opened)
    return opened


def record_past(feed: Feed, exchange: Exchange) -> None:
    """What a recording has from before the market's beginning was traded before anybody came."""
    if not isinstance(feed, ReplayFeed):
        return
    for trade in feed.past():
        exchange.tapes[trade.symbol].record(PublicTrade(
            trade.symbol, trade.trade_id, trade.price, trade.quantity, trade.price * trade.quantity // SCALE, trade.time,
            trade.buyer_is_maker, 0, trade.first_id, trade.last_id,
        ))


def pace_of(feed: Feed, clock: AnyClock, speed: float) -> float:
    """Seconds of the feed in one of the clock's: 1 where the clock itself goes by the speed or the feed has its own dates."""
    return speed if isinstance(clock, SystemClock | ManualClock) and not feed.recorded else 1.0


def last_words(spec: str, trades: int, clock: AnyClock) -> str:
    """What is said when a feed has ended."""
    return (
        f"the feed {spec} has ended at {show_moment(clock.now())} after {trades} trades: "
        "no more trades come, the book and all orders stand, the clock goes on"
    )
