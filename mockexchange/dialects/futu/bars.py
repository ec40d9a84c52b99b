"""
K lines (spec 2.10): of all types, folded from the tape's bars. Times in us.

Bars within a day are labelled with their end, others with the local midnight of their first day. Where the venue keeps the
exchange's hours there are bars of its sessions only, counted from each session's begin; before the first one stands the
opening auction as a minute of its own. China's closing auction is the end of its last session, Hong Kong's comes after it.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from ...core.bars import Bar, merge
from ...core.calendar import CLOSED, AnyCalendar
from ...core.numbers import SCALE
from ...core.tape import Tape
from .contents import CN, MarketFacts
from .rendering import Body, number
from .state import DialectState, begins, local, midnight, stamp

MINUTE: int = 60_000_000
DAY: int = 1440 * MINUTE
FARTHEST: int = 40                      # days that are looked through for bars of a day's parts
EVERY: int = 100_000
CHUNK: int = 2_000
# kl_type -> minutes, and the tape's bars they are made of
PARTS: dict[int, tuple[int, str]] = {
    1: (1, "1m"), 10: (3, "3m"), 6: (5, "5m"), 12: (10, "5m"), 7: (15, "15m"), 8: (30, "30m"), 9: (60, "30m"),
    13: (120, "30m"), 14: (180, "30m"), 15: (240, "30m"),
}
DAYS: dict[int, str] = {2: "1d", 3: "1w", 4: "1M", 11: "1M", 5: "1M"}
MONTHS: dict[int, int] = {11: 3, 5: 12}
KL_TYPES: frozenset[int] = frozenset({*PARTS, *DAYS})


class LabelledBar(NamedTuple):
    """``before``: the close of the bar before it."""

    label: int
    bar: Bar
    before: int


def bars_between(desk: DialectState, symbol: str, kl_type: int, start: int, end: int, most: int = 0) -> list[LabelledBar]:
    """Those whose labels are in [start, end], oldest first; the first ``most`` where that is not 0."""
    found = _days(desk, symbol, kl_type, end) if kl_type in DAYS else _parts(desk, symbol, kl_type, start, end)
    rows: list[LabelledBar] = []
    before: int = 0
    for label, bar in found:
        if start <= label <= end:
            rows.append(LabelledBar(label, bar, before or bar.open))
            if len(rows) == most:
                break
        before = bar.close
    return rows


def newest_bars(desk: DialectState, symbol: str, kl_type: int, count: int, now: int) -> list[LabelledBar]:
    """The newest ``count``, oldest first."""
    horizon: int = now + 400 * DAY          # a bar that is not over has its label ahead
    if kl_type in DAYS:
        return bars_between(desk, symbol, kl_type, 0, horizon)[-count:]
    minutes, _ = PARTS[kl_type]
    days: int = 1 + count * minutes // (300 if desk.venue.hours else 1440)
    while True:
        found = bars_between(desk, symbol, kl_type, now - days * DAY, horizon)
        if len(found) >= count or days > FARTHEST:
            return found[-count:]
        days = 2 * days + 3


def row(market: MarketFacts, one: LabelledBar, shares: int) -> Body:
    """KLine."""
    bar = one.bar
    return {
        "time": stamp(market, one.label),
        "is_blank": False,
        "high_price": number(bar.high),
        "open_price": number(bar.open),
        "low_price": number(bar.low),
        "close_price": number(bar.close),
        "last_close_price": number(one.before),
        "volume": bar.volume // SCALE,
        "turnover": number(bar.quote_volume),
        "turnover_rate": number(bar.volume) / shares * 100,
        "pe": 0.0,
        "change_rate": (bar.close - one.before) / one.before * 100 if one.before else 0.0,
        "timestamp": one.label / 1e6,
    }


def _sessions(desk: DialectState, symbol: str) -> AnyCalendar | None:
    """The hours that the venue keeps, None where it is always open."""
    if not desk.venue.hours:
        return None
    contents = desk.venue.contents
    return contents.sessions_of.get(symbol, contents.sessions)


def _parts(desk: DialectState, symbol: str, kl_type: int, start: int, end: int) -> Iterator[tuple[int, Bar]]:
    """(label, bar) of a day's parts: some from before ``start`` too."""
    minutes, interval = PARTS[kl_type]
    size: int = minutes * MINUTE
    market: MarketFacts = desk.markets[symbol]
    calendar = _sessions(desk, symbol)
    tape = desk.venue.exchange.tapes[symbol]
    now: int = desk.venue.now()
    # a bar before the first one is had, for its close
    since: int = min(max(start - 2 * size, now - FARTHEST * DAY), now)
    first: int = max(midnight(market, since) - (0 if calendar is None else DAY), 0)
    opened: int = 0                         # of the bar that is being folded
    ends: int = 0
    folded: Bar | None = None
    for bar in _chunks(tape, interval, first, min(end, now)):
        if calendar is not None and not _is_session(calendar, market, bar.open_time):
            if kl_type == 1 and _is_auction(calendar, bar.open_time):
                yield calendar.next_change(bar.open_time)[0], bar
            continue
        if folded is not None and bar.open_time < ends:
            folded = merge(folded, bar)
            continue
        if folded is not None:
            yield ends, folded
        if calendar is None:
            day: int = midnight(market, bar.open_time)
            opened = day + (bar.open_time - day) // size * size
            ends = opened + size
        else:
            opened = bar.open_time
            ends = min(opened + size, _session_end(calendar, market, opened))
        folded = bar
    if folded is not None:
        yield ends, folded


def _chunks(tape: Tape, interval: str, start: int, end: int) -> Iterator[Bar]:
    """The tape's bars in [start, end], as many as are asked for."""
    while found := tape.bars(interval, CHUNK, start, end):
        yield from found
        start = found[-1].open_time + 1


def _is_session(calendar: AnyCalendar, market: MarketFacts, now: int) -> bool:
    """Whether trading is continuous, or in China's closing auction."""
    status: str = calendar.status_at(now)
    return status == "TRADING" or (status == "AUCTION_MATCH" and market.trade is CN and calendar.next_change(now)[1] == CLOSED)


def _session_end(calendar: AnyCalendar, market: MarketFacts, now: int) -> int:
    """When the session ends that is under way at a time."""
    end: int = calendar.next_change(now)[0]
    return calendar.next_change(end)[0] if _is_session(calendar, market, end) else end


def _is_auction(calendar: AnyCalendar, opened: int) -> bool:
    """Whether the opening auction was uncrossed in a minute: it is the first after it."""
    return calendar.status_at(opened) == "BREAK" and calendar.status_at(opened - MINUTE) == "AUCTION_MATCH"


def _days(desk: DialectState, symbol: str, kl_type: int, end: int) -> list[tuple[int, Bar]]:
    """(label, bar) of days and longer."""
    market: MarketFacts = desk.markets[symbol]
    now: int = desk.venue.now()
    offset: timedelta | None = local(market, now).utcoffset()
    tape = desk.venue.exchange.tapes[symbol]
    calendar = _sessions(desk, symbol)
    found: list[tuple[int, Bar]] = []
    for bar in tape.bars(DAYS[kl_type], EVERY, 0, min(end, now), int((offset or timedelta()).total_seconds()) * 1_000_000):
        # noon of its first day: right also where the offset was another by an hour
        noon: int = bar.open_time + DAY // 2
        label: int = begins(market, local(market, noon).date())
        if kl_type == 2 and calendar is not None and calendar.status_at(label + 11 * 60 * MINUTE) == "END_OF_DAY":
            continue
        if kl_type in MONTHS:
            month = local(market, noon)
            label = begins(market, month.date().replace(month=(month.month - 1) // MONTHS[kl_type] * MONTHS[kl_type] + 1, day=1))
            if found and found[-1][0] == label:
                found[-1] = (label, merge(found[-1][1], bar))
                continue
        found.append((label, bar))
    return found
