"""
Reading Binance's public market data dumps (data.binance.vision), row by row, every field checked.

Layouts, as the dumps' own documentation lists them: spot trades, aggTrades and klines, and the
futures variants. With or without a header line; times in milliseconds, or in microseconds as spot dumps have
them from 2025-01-01 on; plain, gzipped or zipped.

Official files are odd here and there: records without a quantity, bars that overlap after an outage, records that come
twice or out of order. Such a record is mended or passed over, and counted in ``DumpReader.oddities``. A field that is no
number where one is needed makes the file unusable.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeVar

from ..core.numbers import DIGITS, SCALE
from .archive import FeedError, open_texts, reading
from .columns import (
    AGG_TRADES,
    FUTURES_AGG_TRADES,
    FUTURES_TRADES,
    KLINES,
    PARSERS,
    TRADES,
    Layout,
    Rounded,
    is_header,
    map_header,
    recognise,
)
from .oddities import Oddities

__all__ = [
    "AGG_TRADES", "FAST", "FUTURES_AGG_TRADES", "FUTURES_TRADES", "KLINES", "TRADES", "BarRow", "DumpReader", "FeedError", "TradeRow",
]


class TradeRow(NamedTuple):
    """A record of trades or aggTrades. Amounts in 1e-8, time in us; ``first_id`` and ``last_id`` are 0 for raw trades."""

    trade_id: int
    price: int
    quantity: int
    time: int
    buyer_is_maker: bool
    first_id: int
    last_id: int


class BarRow(NamedTuple):
    """A record of klines. Amounts in 1e-8, times in us, ``close_time`` inclusive."""

    open_time: int
    close_time: int
    open: int
    high: int
    low: int
    close: int
    volume: int


# The usual look of a trade's line in one match: a day of BTCUSDT is millions of them. What does not
# match goes through PARSERS, which accept all that this does and name what is wrong with the rest.
_DECIMAL: str = r"(\d{1,10})(?:\.(\d{1,8}))?"
_TAIL: str = r"([12]\d{12}(?:\d{3})?),([Tt]rue|[Ff]alse)(,(?:[Tt]rue|[Ff]alse))?"
FAST: dict[str, re.Pattern[str]] = {
    "trades": re.compile(rf"(\d{{1,18}}),{_DECIMAL},{_DECIMAL},\d{{1,10}}(?:\.\d{{1,8}})?,{_TAIL}", re.ASCII),
    "aggTrades": re.compile(rf"(\d{{1,18}}),{_DECIMAL},{_DECIMAL},(\d{{1,18}}),(\d{{1,18}}),{_TAIL}", re.ASCII),
}
Row = TypeVar("Row", TradeRow, BarRow)
MINUTE: int = 60_000_000


class Place(NamedTuple):
    """Where a record stands."""

    file: str
    line: int


class DumpReader:
    """
    A dump's records, each checked by itself and for its place after the one before.

    Opening reads as far as the first record: ``layout`` is known then. Every call of ``trades`` or ``bars`` reads the
    file anew, in constant memory where its records are in order, and raises FeedError at the first thing that cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path: Path = path
        self.layout: Layout
        self.oddities: Oddities = Oddities()
        self.is_sorted: bool = True         # until a record has been found before its time
        self._places: dict[str, int] = {}   # field -> column
        self._width: int = 0
        with reading(path):
            self._start()

    @property
    def kind(self) -> str:
        """trades, aggTrades or klines."""
        return self.layout.kind

    def trades(self) -> Iterator[TradeRow]:
        """The records of trades or aggTrades, ids ascending, times never falling."""
        self.oddities = odd = Oddities()
        rows: Iterator[tuple[Place, TradeRow]] = self._trade_rows()
        if not self.is_sorted:
            rows = self._in_order(rows)
        last: TradeRow | None = None
        raw: bool = self.layout.kind == "trades"
        for place, row in rows:
            if last is not None:
                if row.trade_id <= last.trade_id:
                    if row.trade_id < last.trade_id:
                        self.is_sorted = False
                        odd.count("out of order, sorted", place)
                    else:
                        odd.count("that came twice, passed over", place)
                    continue
                if row.time < last.time:
                    odd.count("earlier than the one before, taken as of the same time", place)
                    row = row._replace(time=last.time)
            if not raw and not (last.last_id if last else -1) < row.first_id <= row.last_id:
                odd.count("whose raw trade ids do not follow on, renumbered", place)
                first: int = max(row.first_id, (last.last_id if last else -1) + 1)
                row = row._replace(first_id=first, last_id=max(first, row.last_id))
            last = row
            yield row

    def bars(self) -> Iterator[BarRow]:
        """The records of klines: none begins before the one before it has ended."""
        self.oddities = odd = Oddities()
        rows: Iterator[tuple[Place, BarRow]] = self._bar_rows()
        if not self.is_sorted:
            rows = self._in_order(rows)
        held: BarRow | None = None          # its end is known when the next one begins
        span: int = 0
        for place, bar in rows:
            if held is not None:
                if bar.open_time <= held.open_time:
                    if bar.open_time < held.open_time:
                        self.is_sorted = False
                        odd.count("out of order, sorted", place)
                    else:
                        odd.count("that came twice, passed over", place)
                    continue
                if bar.open_time <= held.close_time:
                    odd.count("that overlap, the first cut short", place)
                    held = held._replace(close_time=bar.open_time - 1)
                yield held
            if bar.close_time <= bar.open_time:
                odd.count("that end before they begin, given the usual length", place)
                bar = bar._replace(close_time=bar.open_time + (span or MINUTE) - 1)
            span = span or bar.close_time - bar.open_time + 1
            high, low = max(bar.open, bar.high, bar.low, bar.close), min(bar.open, bar.high, bar.low, bar.close)
            if (high, low) != (bar.high, bar.low):
                odd.count("with a price beyond high or low, widened", place)
                bar = bar._replace(high=high, low=low)
            held = bar
        if held is not None:
            yield held

    # -- within

    def _in_order(self, rows: Iterator[tuple[Place, Row]]) -> Iterator[tuple[Place, Row]]:
        """By id, bars by open time: the first field of either. All of the file is in memory then."""
        found: list[tuple[Place, Row]] = list(rows)
        for (_, before), (place, after) in pairwise(found):
            if after[0] < before[0]:
                self.oddities.count("out of order, sorted", place)
        found.sort(key=lambda each: each[1][0])
        return iter(found)

    def _trade_rows(self) -> Iterator[tuple[Place, TradeRow]]:
        layout: Layout = self.layout
        pattern: re.Pattern[str] = FAST[layout.kind]
        raw: bool = layout.kind == "trades"
        usual: bool = self._is_usual()
        has_last: bool = layout.fields[-1] == "is_best_match"
        first: int = 0
        end: int = 0
        odd: Oddities = self.oddities
        for place, body, complete in self._lines():
            match: re.Match[str] | None = pattern.fullmatch(body) if usual else None
            if match is not None and bool(match.group(match.re.groups)) is has_last:
                if raw:
                    number, price, price_part, size, size_part, time, maker, _ = match.groups("")
                else:
                    number, price, price_part, size, size_part, start, stop, time, maker, _ = match.groups("")
                    first, end = int(start), int(stop)
                row: TradeRow = TradeRow(
                    int(number), int(price) * SCALE + int(price_part.ljust(DIGITS, "0")),
                    int(size) * SCALE + int(size_part.ljust(DIGITS, "0")),
                    int(time) * (1000 if len(time) == 13 else 1), maker[0] in "Tt", first, end,
                )
            else:
                row = self._trade(self._parse(place, body, complete))
            if not row.quantity:
                odd.count("without a quantity, passed over", place)
            elif not row.price:
                odd.count("without a price, passed over", place)
            else:
                yield place, row

    def _bar_rows(self) -> Iterator[tuple[Place, BarRow]]:
        for place, body, complete in self._lines():
            values: dict[str, int] = self._parse(place, body, complete)
            bar: BarRow = BarRow(
                values["open_time"], values["close_time"],
                values["open"], values["high"], values["low"], values["close"], values["volume"],
            )
            if min(bar.open, bar.high, bar.low, bar.close) == 0:
                self.oddities.count("without a price, passed over", place)
            else:
                yield place, bar

    def _is_usual(self) -> bool:
        """Whether the columns are those of the layout, in its order."""
        return self._width == len(self.layout.fields) and all(
            self._places.get(name) == place for place, name in enumerate(self.layout.fields)
        )

    def _start(self) -> None:
        header: list[str] = []
        for file, text in open_texts(self.path):
            for line, raw in enumerate(text, 1):
                body: str = raw.strip("\r\n \t")
                if "\x00" in body:
                    raise FeedError(f"{file}:{line}: not plain text (binary, or saved as UTF-16)")
                if not body.strip("\"', "):
                    continue
                fields: list[str] = split(body)
                if not header and is_header(fields):
                    header = fields
                    continue
                self._choose(file, line, header, fields)
                return
        raise FeedError(f"{self.path}: no records" + (" behind the header" if header else ", the file is empty"))

    def _choose(self, file: str, line: int, header: list[str], fields: list[str]) -> None:
        named: tuple[Layout, dict[str, int]] | None = map_header(header) if header else None
        if header and len(header) != len(fields):
            raise FeedError(f"{file}:{line}: {len(fields)} columns, the header has {len(header)}")
        layout: Layout | None = recognise(fields)
        if named is not None and (layout is None or layout.kind != named[0].kind or any(
            named[1][name] != layout.fields.index(name) for name in layout.needed
        )):
            layout, self._places = named
        elif layout is not None:
            self._places = {name: place for place, name in enumerate(layout.fields) if place < len(fields)}
        if layout is None or not layout.needed <= self._places.keys():
            raise FeedError(
                f"{file}:{line}: {len(fields)} columns: no layout of Binance's dumps "
                "(trades have 7 or 6, aggTrades 8 or 7, klines 12)"
            )
        self.layout = layout
        self._width = len(fields)

    def _lines(self) -> Iterator[tuple[Place, str, bool]]:
        """Place, text, and whether the line was ended, of each record."""
        with reading(self.path):
            yield from self._read_lines()

    def _read_lines(self) -> Iterator[tuple[Place, str, bool]]:
        blank: deque[Place] = deque()
        for file, text in open_texts(self.path):
            started: bool = False
            blank.clear()
            for line, raw in enumerate(text, 1):
                body: str = raw.strip("\r\n \t")
                if not body.strip("\"', "):
                    if started:
                        blank.append(Place(file, line))
                    continue
                if not started or not body[0].isdigit():
                    fields: list[str] = split(body)
                    if len(fields) > 1 and is_header(fields):
                        if started:
                            self.oddities.count("that are a header once more, passed over", Place(file, line))
                        started = True
                        continue
                started = True
                while blank:                # those at the end are none of anybody's business
                    self.oddities.count("that are blank, passed over", blank.popleft())
                yield Place(file, line), body, raw.endswith("\n")

    def _parse(self, place: Place, body: str, complete: bool) -> dict[str, int]:
        """Field by field: the values by name, times in us."""
        layout: Layout = self.layout
        fields: list[str] = split(body)
        if len(fields) != self._width:
            cut: str = "" if complete else "; the file ends here, cut off"
            raise FeedError(f"{place.file}:{place.line}: {len(fields)} columns, expected the {self._width} of {layout.kind}{cut}: {body[:120]!r}")
        values: dict[str, int] = {}
        for name, column in self._places.items():
            parser: Callable[[str], int] = PARSERS[name]
            try:
                values[name] = parser(fields[column])
            except Rounded as rounded:
                values[name] = rounded.value
                self.oddities.count(f"with more than {DIGITS} digits behind the point, rounded", place)
            except ValueError as error:
                is_last: bool = column == self._width - 1
                if name not in layout.needed and (complete or not is_last):
                    self.oddities.count(f"whose {name} is none, which is not needed", place)
                    continue
                why: str = str(error).split(":")[0] + ("; the file ends here, cut off" if is_last and not complete else "")
                raise FeedError(f"{place.file}:{place.line}: {name} {fields[column]!r}: {why}") from None
        return values

    def _trade(self, values: dict[str, int]) -> TradeRow:
        if self.layout.kind == "trades":
            return TradeRow(
                values["id"], values["price"], values["qty"], values["time"], bool(values["is_buyer_maker"]), 0, 0,
            )
        return TradeRow(
            values["agg_trade_id"], values["price"], values["quantity"], values["transact_time"],
            bool(values["is_buyer_maker"]), values["first_trade_id"], values["last_trade_id"],
        )


def split(body: str) -> list[str]:
    """The fields of a line, without the quotes and spaces around them."""
    if '"' in body:
        try:
            return [field.strip() for field in next(csv.reader([body]))]
        except (csv.Error, StopIteration):
            pass                        # a quote in the midst of a field: it will be named
    return [field.strip() for field in body.split(",")]
