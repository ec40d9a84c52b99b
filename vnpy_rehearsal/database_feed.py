"""
Bars of VeighNa's database as a feed of the mock exchange: ``--feed vnpy:BTCUSDT.GLOBAL``.

SPEC is ``SYMBOL[.EXCHANGE][:INTERVAL][:START..END]``: the symbol as VeighNa has it (BTCUSDT_SPOT_BINANCE.GLOBAL) or as the venue
has it (BTCUSDT), the interval 1m (default), 1h, d or w, and dates of the database's time zone (``database.timezone``), both
inclusive, one of which may be left out: ``vnpy:BTCUSDT.GLOBAL:1h:2024-01-01..2024-03-31``.

The database is the one that VeighNa's settings name, of the VeighNa folder that this process would use.
"""

import contextlib
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, NamedTuple, Protocol

from mockexchange.feeds.archive import FeedError
from mockexchange.feeds.columns import Rounded, read_amount
from mockexchange.feeds.recording import BarRow, Place, Recording
from mockexchange.feeds.times import microseconds
from mockexchange.listing import venue_symbol

from .folder import trouble

# vn.py's Interval values that are bars, and their length in us
SPANS: dict[str, int] = {"1m": 60_000_000, "1h": 3_600_000_000, "d": 86_400_000_000, "w": 604_800_000_000}
ALSO: dict[str, str] = {"1d": "d", "1w": "w", "m": "1m", "h": "1h"}
PAGE: timedelta = timedelta(days=31)        # of one-minute bars that are in memory at once
SHOWN: int = 8                              # entries of the database in an error


class Database(Protocol):
    """What is asked of ``vnpy.trader.database.BaseDatabase``."""

    def get_bar_overview(self) -> list[Any]:
        """What there is."""

    def load_bar_data(self, symbol: str, exchange: Any, interval: Any, start: datetime, end: datetime) -> list[Any]:
        """Bars in [start, end], oldest first."""


class Spec(NamedTuple):
    """What is asked for; ``exchange`` "" for any."""

    symbol: str
    exchange: str
    interval: str
    first: date | None
    last: date | None


def open_recording(text: str) -> Recording:
    """The driver ``vnpy`` (mockexchange.feeds.drivers)."""
    spec: Spec = parse_spec(text)
    if problem := trouble():
        raise FeedError(f"feed vnpy:{text}: VeighNa's folder cannot be used: {problem}")
    with contextlib.redirect_stdout(sys.stderr):        # what vn.py prints is no ready line
        try:
            from vnpy.trader.database import DB_TZ, get_database
        except ImportError as error:
            raise FeedError(f"feed vnpy:{text}: VeighNa is not installed ({error})") from None
        try:
            database: Database = get_database()
        except Exception as error:
            raise FeedError(f"feed vnpy:{text}: the database cannot be opened: {type(error).__name__}: {error}") from None
        return DatabaseBars(f"vnpy:{text}", database, spec, DB_TZ)


def parse_spec(text: str) -> Spec:
    """Read SPEC. FeedError names the part that is wrong."""
    name, *others = [part.strip() for part in text.split(":")]
    symbol, _, exchange = name.rpartition(".") if "." in name else (name, "", "")
    if not symbol:
        raise FeedError(f"feed vnpy:{text}: symbol: not SYMBOL.EXCHANGE: {name!r}")
    interval, first, last = "", None, None
    days: str = ""
    for part in others:
        if ".." in part and not days:
            days = part
            first, last = (_day(each, text) for each in part.split("..", 1))
        elif not interval and not days and ALSO.get(part.lower(), part.lower()) in SPANS:
            interval = ALSO.get(part.lower(), part.lower())
        else:
            raise FeedError(
                f"feed vnpy:{text}: {part!r}: neither an interval ({', '.join(SPANS)}) nor dates (2024-01-01..2024-03-31)"
            )
    if first and last and last < first:
        raise FeedError(f"feed vnpy:{text}: dates: {last} is before {first}")
    return Spec(symbol, exchange, interval or "1m", first, last)


def _day(text: str, spec: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise FeedError(f"feed vnpy:{spec}: dates: not YYYY-MM-DD: {text!r}") from None


class DatabaseBars(Recording):
    """
    The bars of one symbol and interval of a database, read month by month.

    :param zone: the database's time zone (``DB_TZ``)
    :raises FeedError: the database has no such bars; the text says what it has
    """

    kind = "klines"

    def __init__(self, name: str, database: Database, spec: Spec, zone: Any) -> None:
        super().__init__()
        self.name = name
        self._database: Database = database
        self._zone: Any = zone
        try:
            overviews: list[Any] = list(database.get_bar_overview())
        except Exception as error:
            raise FeedError(f"feed {name}: the database cannot be read: {type(error).__name__}: {error}") from None
        found: Any = choose(name, spec, overviews)
        self.symbol = venue_symbol(found.symbol)
        self._overview: Any = found
        self._span: int = SPANS[spec.interval]
        start: datetime = _naive(found.start, zone) if found.start else datetime(2009, 1, 1)
        end: datetime = _naive(found.end, zone) if found.end else datetime.now()
        self._start: datetime = max(start, datetime.combine(spec.first, time())) if spec.first else start
        self._end: datetime = min(end, datetime.combine(spec.last, time.max)) if spec.last else end
        if self._end < self._start:
            raise FeedError(f"feed {name}: dates: the database has bars from {start} to {end}")

    @property
    def span(self) -> int:
        return self._span

    def bar_rows(self) -> Iterator[tuple[Place, BarRow]]:
        begin: datetime = self._start
        number: int = 0
        page: timedelta = PAGE * (self._span // SPANS["1m"])
        while begin <= self._end:
            follows: datetime = min(begin + page, datetime.max)
            last: datetime = min(follows - timedelta(microseconds=1), self._end)
            for bar in self._load(begin, last):
                number += 1
                place: Place = Place(self.name, number)
                row: BarRow = self._row(bar, place)
                if min(row.open, row.high, row.low, row.close) == 0:
                    self.oddities.count("without a price, passed over", place)
                else:
                    yield place, row
            begin = follows

    def _load(self, begin: datetime, end: datetime) -> list[Any]:
        found: Any = self._overview
        try:
            return self._database.load_bar_data(found.symbol, found.exchange, found.interval, begin, end)
        except Exception as error:
            raise FeedError(f"feed {self.name}: the database cannot be read: {type(error).__name__}: {error}") from None

    def _row(self, bar: Any, place: Place) -> BarRow:
        moment: datetime = bar.datetime if bar.datetime.tzinfo else bar.datetime.replace(tzinfo=self._zone)
        opened, high, low, close, volume = (
            self._amount(name, getattr(bar, name), place) for name in ("open_price", "high_price", "low_price", "close_price", "volume")
        )
        return BarRow(microseconds(moment.astimezone(timezone.utc)), 0, opened, high, low, close, volume)

    def _amount(self, name: str, value: Any, place: Place) -> int:
        try:
            return read_amount(repr(float(value or 0)))
        except Rounded as rounded:
            self.oddities.count("with more than 8 digits behind the point, rounded", place)
            return rounded.value
        except (ValueError, TypeError) as error:
            if value != value:              # NaN
                return 0
            raise FeedError(f"{self.name}: bar {place.line}: {name} {value!r}: {error}") from None


def choose(name: str, spec: Spec, overviews: list[Any]) -> Any:
    """
    The entry of the database that is meant: the symbol by its letters, else the one whose venue's symbol it is; of several
    the spot market's. FeedError says what there is.
    """
    there: list[Any] = [
        each for each in overviews
        if each.interval is not None and each.interval.value == spec.interval
        and (not spec.exchange or (each.exchange is not None and each.exchange.value.upper() == spec.exchange.upper()))
    ]
    wanted: str = spec.symbol.upper()
    found: list[Any] = [each for each in there if each.symbol == spec.symbol] or [each for each in there if each.symbol.upper() == wanted]
    found = found or [each for each in there if venue_symbol(each.symbol) == wanted]
    if len(found) > 1:
        found = [each for each in found if "SPOT" in each.symbol.upper()] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise FeedError(f"feed {name}: {spec.symbol!r} may be several, say which: {_listed(found)}")
    what: str = f"has {_listed(overviews)}" if overviews else "is empty"
    raise FeedError(f"feed {name}: no bars of {spec.symbol}{'.' + spec.exchange if spec.exchange else ''} {spec.interval} in VeighNa's database, which {what}")


def _listed(overviews: list[Any]) -> str:
    names: list[str] = [
        f"{each.symbol}.{each.exchange.value if each.exchange else ''}:{each.interval.value if each.interval else ''} ({each.count} bars)"
        for each in sorted(overviews, key=lambda each: (each.symbol, each.interval.value if each.interval else ""))
    ]
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _naive(moment: datetime, zone: Any) -> datetime:
    """A time as the database keeps it."""
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment
