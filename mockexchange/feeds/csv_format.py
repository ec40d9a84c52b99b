"""
Reading tables of trades and bars, row by row, every field checked: Binance's public market data dumps
(data.binance.vision), and bars as vn.py's DataManager and other programs write them.

Layouts, as the dumps' own documentation lists them: spot trades, aggTrades and klines, and the
futures variants. With or without a header line; times in milliseconds, or in microseconds as spot dumps have
them from 2025-01-01 on, or as text; plain, gzipped or zipped. Bars that have no time of their end last until the next one,
at most as long as most of the file's bars.

Official files are odd here and there: records without a quantity, bars that overlap after an outage, records that come
twice or out of order. Such a record is mended or passed over, and counted in ``oddities``. A field that is no
number where one is needed makes the file unusable; one that is left out makes its record unusable.
"""

import csv
import logging
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from rest_locale import N_, _

from ..core.numbers import DIGITS, SCALE
from ..listing import venue_symbol
from .archive import FeedError, open_texts, reading
from .columns import (
    AGG_TRADES,
    AMOUNTS,
    BARS,
    FUTURES_AGG_TRADES,
    FUTURES_TRADES,
    KLINES,
    LEFT_OUT,
    PARSERS,
    TRADES,
    Layout,
    Rounded,
    is_header,
    map_header,
    recognise,
    symbol_column,
)
from .oddities import Oddities
from .recording import MINUTE, BarRow, Place, Recording, TradeRow
from .times import TextTimes, looks_like

__all__ = [
    "AGG_TRADES", "FAST", "FUTURES_AGG_TRADES", "FUTURES_TRADES", "KLINES", "TRADES", "BarRow", "DumpReader", "FeedError", "TradeRow",
]

logger: logging.Logger = logging.getLogger("mockexchange")

# The usual look of a trade's line in one match: a day of BTCUSDT is millions of them. What does not
# match goes through PARSERS, which accept all that this does and name what is wrong with the rest.
_DECIMAL: str = r"(\d{1,10})(?:\.(\d{1,8}))?"
_TAIL: str = r"([12]\d{12}(?:\d{3})?),([Tt]rue|[Ff]alse)(,(?:[Tt]rue|[Ff]alse))?"
FAST: dict[str, re.Pattern[str]] = {
    "trades": re.compile(rf"(\d{{1,18}}),{_DECIMAL},{_DECIMAL},\d{{1,10}}(?:\.\d{{1,8}})?,{_TAIL}", re.ASCII),
    "aggTrades": re.compile(rf"(\d{{1,18}}),{_DECIMAL},{_DECIMAL},(\d{{1,18}}),(\d{{1,18}}),{_TAIL}", re.ASCII),
}
TIMES: frozenset[str] = frozenset({"time", "transact_time", "open_time", "close_time"})
LOOKED_AT: int = 2_000          # bars whose spacing is counted


@dataclass(frozen=True)
class Table:
    """The columns of one file, or of the part of it from a header on. ``symbol`` is the column that has it, -1 without one."""

    layout: Layout
    width: int
    places: dict[str, int] = field(repr=False)      # field -> column
    symbol: int = -1
    separator: str = ","

    @property
    def is_usual(self) -> bool:
        """Whether the columns are those of the layout, in its order."""
        names: tuple[str, ...] = self.layout.fields
        return self.symbol < 0 and self.width == len(names) and all(self.places.get(name) == place for place, name in enumerate(names))


class DumpReader(Recording):
    """
    The records of a file, of the files in an archive or of those in a folder.

    Opening reads as far as the first record, for bars without a time of their end some more: ``layout`` and ``symbol`` (where there
    is a column of it) are known then. ``zone``: of times that are written as text without an offset (None: the machine's).
    """

    def __init__(self, path: Path, zone: tzinfo | None = None) -> None:
        super().__init__()
        self.path: Path = path
        self.name = str(path)
        self.layout: Layout
        self.texts: TextTimes = TextTimes(zone)
        self._zone: tzinfo | None = zone
        self._span: int = MINUTE
        self._open()

    @property
    def kind(self) -> str:
        return self.layout.kind

    @property
    def span(self) -> int:
        return self._span

    def trade_rows(self) -> Iterator[tuple[Place, TradeRow]]:
        odd: Oddities = self.oddities
        known: Table | None = None
        first: int = 0
        end: int = 0
        for place, body, complete, table in self._lines():
            if table is not known:
                known = table
                pattern: re.Pattern[str] = FAST[table.layout.kind]
                raw: bool = table.layout.kind == "trades"
                usual: bool = table.is_usual
                has_last: bool = table.layout.fields[-1] == "is_best_match"
            match: re.Match[str] | None = pattern.fullmatch(body) if usual else None
            if match is not None and bool(match.group(match.re.groups)) is has_last:
                if raw:
                    number, price, price_part, size, size_part, time, maker, __ = match.groups("")
                else:
                    number, price, price_part, size, size_part, start, stop, time, maker, __ = match.groups("")
                    first, end = int(start), int(stop)
                row: TradeRow = TradeRow(
                    int(number), int(price) * SCALE + int(price_part.ljust(DIGITS, "0")),
                    int(size) * SCALE + int(size_part.ljust(DIGITS, "0")),
                    int(time) * (1000 if len(time) == 13 else 1), maker[0] in "Tt", first, end,
                )
            else:
                row = _trade(table.layout, self._parse(table, place, body, complete))
            if not row.quantity:
                odd.count(N_("without a quantity, passed over"), place)
            elif not row.price:
                odd.count(N_("without a price, passed over"), place)
            else:
                yield place, row

    def bar_rows(self) -> Iterator[tuple[Place, BarRow]]:
        for place, body, complete, table in self._lines():
            values: dict[str, int] = self._parse(table, place, body, complete)
            bar: BarRow = BarRow(
                values["open_time"], values.get("close_time", 0),
                values["open"], values["high"], values["low"], values["close"], values["volume"],
            )
            if min(bar.open, bar.high, bar.low, bar.close) == 0:
                self.oddities.count(N_("without a price, passed over"), place)
            else:
                yield place, bar

    # -- opening

    def _open(self) -> None:
        is_first: bool = True
        times: list[int] = []
        for place, body, complete, table in self._lines():
            if is_first:
                is_first = False
                self.layout = table.layout
                if table.symbol >= 0:
                    self.symbol = venue_symbol(split(body, table.separator)[table.symbol])
                if table.layout is not BARS:
                    break
            try:
                times.append(self._parse(table, place, body, complete)["open_time"])
            except FeedError:
                break                   # said where it is read as a record
            if len(times) > LOOKED_AT:
                break
        if is_first:
            raise FeedError(_("{path}: no records, the file is empty or has a header only").format(path=self.path))
        gaps: Counter[int] = Counter(abs(after - before) for before, after in zip(times, times[1:], strict=False) if after != before)
        if gaps:
            self._span = gaps.most_common(1)[0][0]
        if self.texts.is_local and self._zone is None:
            line: str = _("{path}: its times name no time zone and are taken as the machine's; --feed-timezone names another")
            logger.warning("%s", line.format(path=self.path))

    def _choose(self, place: Place, header: list[str], fields: list[str], separator: str) -> Table:
        """The columns of the records that begin with ``fields``, behind a header or without one."""
        file, line = place
        named: tuple[Layout, dict[str, int]] | None = map_header(header) if header else None
        without_end: list[str] = without_empty_end(fields, len(header))
        exact: Layout | None = recognise(without_end) if not header else None
        if header or (exact is not None and len(exact.fields) == len(without_end)):
            fields = without_end
        if header and len(header) != len(fields):
            raise FeedError(_("{file}:{line}: {count} columns, the header has {expected}").format(file=file, line=line, count=len(fields), expected=len(header)))
        layout: Layout | None = recognise(fields)
        places: dict[str, int] = {}
        if named is not None and (layout is None or layout.kind != named[0].kind or named[0] is BARS or any(
            named[1][name] != layout.fields.index(name) for name in layout.needed
        )):
            layout, places = named
        elif layout is not None:
            places = {name: column for column, name in enumerate(layout.fields) if column < len(fields)}
        if layout is None or not layout.needed <= places.keys():
            raise FeedError(
                _(
                    "{file}:{line}: {count} columns: no layout of Binance's dumps (trades have 7 or 6, aggTrades 8 or 7, klines 12), and no bars with "
                    "a header that names datetime, open, high, low, close and volume"
                ).format(file=file, line=line, count=len(fields))
            )
        column: int | None = symbol_column(header)
        return Table(layout, len(fields), places, -1 if column is None else column, separator)

    # -- reading

    def _lines(self) -> Iterator[tuple[Place, str, bool, Table]]:
        """Place, text, whether the line was ended, and the columns, of each record."""
        self.texts = TextTimes(self._zone)
        with reading(self.path):
            yield from self._read_lines()

    def _read_lines(self) -> Iterator[tuple[Place, str, bool, Table]]:
        blank: deque[Place] = deque()
        kind: str = ""
        for file, text in open_texts(self.path):
            table: Table | None = None
            header: list[str] = []
            separator: str = ""
            blank.clear()
            for line, raw in enumerate(text, 1):
                body: str = raw.strip("\r\n \t\x1a")
                if not body.strip("\"', ;"):
                    if table or header:
                        blank.append(Place(file, line))
                    continue
                if table is None or not body[0].isdigit():
                    if "\x00" in body:
                        raise FeedError(_("{file}:{line}: not plain text (binary, or saved as UTF-16)").format(file=file, line=line))
                    if not header and table is None and body.lower().startswith(("#", "sep=", "http://", "https://")):
                        continue            # what some programs write above a table
                    separator = separator or separator_of(body)
                    fields: list[str] = split(body, separator)
                    if is_header(fields):
                        if table is not None or header:
                            self.oddities.count(N_("that are a header once more, passed over"), Place(file, line))
                        header, table = without_empty_end(fields), None
                        continue
                if table is None:
                    table = self._choose(Place(file, line), header, fields, separator)
                    if kind and kind != table.layout.kind:
                        raise FeedError(_("{file}:{line}: {kind}, the records before are {before}: {text!r}").format(file=file, line=line, kind=table.layout.kind, before=kind, text=body[:120]))
                    kind = table.layout.kind
                while blank:                # those at the end are none of anybody's business
                    self.oddities.count(N_("that are blank, passed over"), blank.popleft())
                yield Place(file, line), body, raw.endswith(("\n", "\r")), table

    def _parse(self, table: Table, place: Place, body: str, complete: bool) -> dict[str, int]:
        """Field by field: the values by name, times in us."""
        layout: Layout = table.layout
        fields: list[str] = split(body, table.separator)
        if len(fields) > table.width:
            fields = without_empty_end(fields, table.width)
        if len(fields) != table.width:
            cut: str = "" if complete else _("; the file ends here, cut off")
            raise FeedError(_("{file}:{line}: {count} columns, expected the {expected} of {kind}{cut}: {text!r}").format(file=place.file, line=place.line, count=len(fields), expected=table.width, kind=layout.kind, cut=cut, text=body[:120]))
        if table.symbol >= 0 and (symbol := venue_symbol(fields[table.symbol])) != self.symbol and self.symbol:
            raise FeedError(_("{file}:{line}: symbol {symbol!r}: the records before are of {expected}, not of {found}").format(file=place.file, line=place.line, symbol=fields[table.symbol], expected=self.symbol, found=symbol))
        values: dict[str, int] = {}
        for name, column in table.places.items():
            text: str = fields[column]
            parser: Callable[[str], int] = PARSERS[name]
            if name in TIMES and not text.isdigit() and looks_like(text):
                parser = self.texts.read
            try:
                values[name] = parser(text)
            except Rounded as rounded:
                values[name] = rounded.value
                self.oddities.count(_("with more than {digits} digits behind the point, rounded").format(digits=DIGITS), place)
            except ValueError as error:
                is_last: bool = column == table.width - 1
                if complete or not is_last:
                    if name not in layout.needed:
                        self.oddities.count(_("whose {name} is none, which is not needed").format(name=name), place)
                        continue
                    if name in AMOUNTS and text.lower() in LEFT_OUT:
                        values[name] = 0
                        if name == "volume":
                            self.oddities.count(N_("without a volume, taken as 0"), place)
                        continue
                why: str = _(str(error).split(":")[0]) + (_("; the file ends here, cut off") if is_last and not complete else "")
                raise FeedError(f"{place.file}:{place.line}: {name} {text!r}: {why}") from None
        return values


def _trade(layout: Layout, values: dict[str, int]) -> TradeRow:
    if layout.kind == "trades":
        return TradeRow(values["id"], values["price"], values["qty"], values["time"], bool(values["is_buyer_maker"]), 0, 0)
    return TradeRow(
        values["agg_trade_id"], values["price"], values["quantity"], values["transact_time"],
        bool(values["is_buyer_maker"]), values["first_trade_id"], values["last_trade_id"],
    )


def separator_of(body: str) -> str:
    """What separates the fields of a table: a comma, or as spreadsheets write it, a semicolon or a tab."""
    for separator in (";", "\t"):
        if body.count(separator) >= 4:
            return separator
    return ","


def without_empty_end(fields: list[str], width: int = 0) -> list[str]:
    """Without the empty fields that a line which ends in commas has beyond ``width``."""
    count: int = len(fields)
    while count > max(width, 1) and not fields[count - 1]:
        count -= 1
    return fields[:count]


def split(body: str, separator: str = ",") -> list[str]:
    """The fields of a line, without the quotes and spaces around them. Where a semicolon separates them, a comma is a point."""
    if '"' in body:
        try:
            found: list[str] = [field.strip() for field in next(csv.reader([body], delimiter=separator))]
        except (csv.Error, StopIteration):
            found = [field.strip() for field in body.split(separator)]      # a quote in the midst of a field: it will be named
    else:
        found = [field.strip() for field in body.split(separator)]
    return [field.replace(",", ".") for field in found] if separator == ";" else found
