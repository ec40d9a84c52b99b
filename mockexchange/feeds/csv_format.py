"""
Reading Binance's public market data dumps (data.binance.vision), row by row, every field checked.

Layouts, as the dumps' own documentation lists them: spot trades, aggTrades and klines, and the
futures variants that lack the last column. With or without a header line; times in milliseconds,
or in microseconds as spot dumps have them from 2025-01-01 on; plain, gzipped or zipped.
"""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ..core.numbers import DIGITS, SCALE, parse_amount


class FeedError(Exception):
    """A feed cannot be opened. The text names the file, the line, the field and its value."""


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


class Layout(NamedTuple):
    """One kind of dump: ``fields`` in the order of its columns."""

    kind: str                       # trades, aggTrades, klines
    fields: tuple[str, ...]


TRADES: Layout = Layout("trades", ("id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match"))
AGG_TRADES: Layout = Layout("aggTrades", (
    "agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id", "transact_time",
    "is_buyer_maker", "is_best_match",
))
KLINES: Layout = Layout("klines", (
    "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count",
    "taker_buy_volume", "taker_buy_quote_volume", "ignore",
))
FUTURES_TRADES: Layout = Layout("trades", TRADES.fields[:-1])
FUTURES_AGG_TRADES: Layout = Layout("aggTrades", AGG_TRADES.fields[:-1])

FLAGS: dict[str, bool] = {"True": True, "true": True, "TRUE": True, "False": False, "false": False, "FALSE": False}
LARGEST: int = 10 ** 11 * SCALE     # no number of a real dump comes near it; a misplaced column does
MILLISECONDS: range = range(10 ** 12, 10 ** 13)
MICROSECONDS: range = range(10 ** 15, 10 ** 16)


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise ValueError("not a whole number")
    return int(text)


def _amount(text: str) -> int:
    value: int = parse_amount(text)
    if value < 0:
        raise ValueError("negative")
    if value >= LARGEST:
        raise ValueError("out of range")
    return value


def _positive(text: str) -> int:
    value: int = _amount(text)
    if not value:
        raise ValueError("not positive")
    return value


def _time(text: str) -> int:
    value: int = _id(text)
    if value not in MILLISECONDS and value not in MICROSECONDS:
        raise ValueError("not a time in milliseconds or microseconds")
    return value


def _flag(text: str) -> int:
    if text not in FLAGS:
        raise ValueError("neither True nor False")
    return FLAGS[text]


def _anything(text: str) -> int:
    return 0


PARSERS: dict[str, Callable[[str], int]] = {
    "id": _id, "agg_trade_id": _id, "first_trade_id": _id, "last_trade_id": _id, "count": _id,
    "price": _positive, "qty": _positive, "quantity": _positive,
    "open": _positive, "high": _positive, "low": _positive, "close": _positive,
    "quote_qty": _amount, "volume": _amount, "quote_volume": _amount,
    "taker_buy_volume": _amount, "taker_buy_quote_volume": _amount,
    "time": _time, "transact_time": _time, "open_time": _time, "close_time": _time,
    "is_buyer_maker": _flag, "is_best_match": _flag,
    "ignore": _anything,
}

# The usual look of a trade's line in one match: a day of BTCUSDT is millions of them. What does not
# match goes through PARSERS, which accept all that this does and name what is wrong with the rest.
_DECIMAL: str = r"(\d{1,10})(?:\.(\d{1,8}))?"
_TAIL: str = r"([12]\d{12}(?:\d{3})?),([Tt]rue|[Ff]alse)(,(?:[Tt]rue|[Ff]alse))?"
FAST: dict[str, re.Pattern[str]] = {
    "trades": re.compile(rf"(\d{{1,18}}),{_DECIMAL},{_DECIMAL},\d{{1,10}}(?:\.\d{{1,8}})?,{_TAIL}", re.ASCII),
    "aggTrades": re.compile(rf"(\d{{1,18}}),{_DECIMAL},{_DECIMAL},(\d{{1,18}}),(\d{{1,18}}),{_TAIL}", re.ASCII),
}


@contextmanager
def open_text(path: Path) -> Iterator[io.TextIOBase]:
    """
    The dump's text, whatever it is packed in (recognised by content, not by name).

    A UTF-8 byte order mark is skipped; bytes that are no text come through as
    surrogates, so that the field they damage can be named. Raises FeedError.
    """
    try:
        with open(path, "rb") as raw:
            magic: bytes = raw.read(4)
            raw.seek(0)
            if magic[:2] == b"\x1f\x8b":
                with gzip.open(raw, "rb") as unpacked:
                    yield io.TextIOWrapper(io.BufferedReader(unpacked), encoding="utf-8-sig", errors="surrogateescape", newline="\n")
            elif magic == b"PK\x03\x04" or path.suffix.lower() == ".zip":
                with zipfile.ZipFile(raw) as archive:
                    names: list[str] = [name for name in archive.namelist() if not name.endswith("/")]
                    if len(names) != 1:
                        raise FeedError(f"{path}: the archive must hold one file, it holds {len(names)}: {', '.join(names[:5])}")
                    with archive.open(names[0]) as member:
                        yield io.TextIOWrapper(io.BufferedReader(member), encoding="utf-8-sig", errors="surrogateescape", newline="\n")  # type: ignore[type-var]
            elif path.suffix.lower() == ".gz" and magic:
                raise FeedError(f"{path}: not a gzip file")
            else:
                yield io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="\n")
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise FeedError(f"{path}: damaged archive: {error}") from error
    except (OSError, RuntimeError, NotImplementedError) as error:
        # RuntimeError: zipfile meets a password; NotImplementedError: a compression it does not know.
        raise FeedError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def recognise(fields: list[str]) -> Layout | None:
    """The layout of a record by its columns; None when no dump has such. Spot trades and futures aggTrades both have 7."""
    count: int = len(fields)
    if count == 7:
        text: str = fields[5]
        return FUTURES_AGG_TRADES if text.isdigit() and len(text) >= 13 else TRADES
    return {6: FUTURES_TRADES, 8: AGG_TRADES, 12: KLINES}.get(count)


def _is_number(text: str) -> bool:
    return text[:1].isdigit() or (text[:1] in "-+." and text[1:2].isdigit())


class DumpReader:
    """
    A dump's records, each checked by itself and for its place after the one before.

    Opening reads as far as the first record: ``layout`` and ``unit`` (us per unit of its
    times) are known then. Every call of ``trades`` or ``bars`` reads the file anew, in constant
    memory, and raises FeedError at the first thing wrong.
    """

    def __init__(self, path: Path) -> None:
        self.path: Path = path
        self.first_line: int = 1            # 2 behind a header
        self.layout: Layout
        self.unit: int
        with open_text(path) as text:
            self._start(text)

    def trades(self) -> Iterator[TradeRow]:
        """The records of trades or aggTrades."""
        layout: Layout = self.layout
        pattern: re.Pattern[str] = FAST[layout.kind]
        raw: bool = layout.kind == "trades"
        unit: int = self.unit
        time_digits: int = 13 if unit == 1000 else 16
        has_last: bool = layout.fields[-1] == "is_best_match"
        last_id: int = -1
        last_time: int = 0
        last_raw_id: int = -1
        first: int = 0
        end: int = 0
        for line, body, complete in self._lines():
            match: re.Match[str] | None = pattern.fullmatch(body)
            row: TradeRow | None = None
            if match is not None:
                if raw:
                    number, price, price_part, size, size_part, time, maker, best = match.groups("")
                else:
                    number, price, price_part, size, size_part, start, stop, time, maker, best = match.groups("")
                    first, end = int(start), int(stop)
                if len(time) == time_digits and bool(best) is has_last:
                    row = TradeRow(
                        int(number), int(price) * SCALE + int(price_part.ljust(DIGITS, "0")),
                        int(size) * SCALE + int(size_part.ljust(DIGITS, "0")),
                        int(time) * unit, FLAGS[maker], first, end,
                    )
                    if not row.price or not row.quantity:
                        row = None
            if row is None:
                row = self._parse_trade(line, body, complete)
            if row.trade_id <= last_id or row.time < last_time or not raw and not last_raw_id < row.first_id <= row.last_id:
                raise self._disorder(line, row, last_id, last_time, last_raw_id)
            last_id, last_time, last_raw_id = row.trade_id, row.time, row.last_id
            yield row

    def bars(self) -> Iterator[BarRow]:
        """The records of klines."""
        last_open: int = -1
        last_close: int = -1
        for line, body, complete in self._lines():
            values: dict[str, int] = self._parse(line, body, complete)
            bar: BarRow = BarRow(
                values["open_time"] * self.unit, values["close_time"] * self.unit,
                values["open"], values["high"], values["low"], values["close"], values["volume"],
            )
            fields: list[str] = body.split(",")
            if bar.open_time <= last_close:
                why: str = "not after the record before" if bar.open_time <= last_open else "inside the record before"
                raise self._fail(line, "open_time", fields[0], why)
            if bar.close_time <= bar.open_time:
                raise self._fail(line, "close_time", fields[6], f"not after open_time {fields[0]}")
            if bar.high < bar.low:
                raise self._fail(line, "high", fields[2], f"below low {fields[3]}")
            for name, value, text in (("open", bar.open, fields[1]), ("close", bar.close, fields[4])):
                if not bar.low <= value <= bar.high:
                    raise self._fail(line, name, text, f"outside low {fields[3]} and high {fields[2]}")
            last_open, last_close = bar.open_time, bar.close_time
            yield bar

    def _fail(self, line: int, field: str, value: str, why: str) -> FeedError:
        return FeedError(f"{self.path}:{line}: {field} {value!r}: {why}")

    def _start(self, text: io.TextIOBase) -> None:
        header: list[str] = []
        for line, raw in enumerate(text, 1):
            body: str = raw.rstrip("\r\n")
            if "\x00" in body:
                raise FeedError(f"{self.path}:{line}: not plain text (binary, or saved as UTF-16)")
            fields: list[str] = body.split(",")
            if line == 1 and body.strip() and not any(_is_number(field) for field in fields):
                header = [field.strip().lower().replace(" ", "_") for field in fields]
                self.first_line = 2
                continue
            if not body.strip():
                continue
            layout: Layout | None = recognise(fields)
            if header and len(header) != len(fields):
                raise FeedError(f"{self.path}:{line}: {len(fields)} columns, the header has {len(header)}")
            if layout is None:
                raise FeedError(
                    f"{self.path}:{line}: {len(fields)} columns: no layout of Binance's dumps "
                    "(trades have 7 or 6, aggTrades 8 or 7, klines 12)"
                )
            for number, (name, expected) in enumerate(zip(header, layout.fields, strict=False), 1):
                if name != expected and name in layout.fields:
                    raise FeedError(f"{self.path}:1: column {number} of the header is {name!r}, {layout.kind} have {expected!r} there")
            self.layout = layout
            name = next(field for field in layout.fields if PARSERS[field] is _time)
            clock: str = fields[layout.fields.index(name)]
            self.unit = 1 if len(clock) > 13 else 1000
            return
        raise FeedError(f"{self.path}: no records" + (" behind the header" if header else ", the file is empty"))

    def _lines(self) -> Iterator[tuple[int, str, bool]]:
        """Line number, text, and whether the line was ended, of each record."""
        blank: int = 0
        with open_text(self.path) as text:
            for line, raw in enumerate(text, 1):
                if line < self.first_line:
                    continue
                body: str = raw.rstrip("\r\n")
                if not body.strip():
                    blank = blank or line
                    continue
                if blank:
                    raise FeedError(f"{self.path}:{blank}: blank line among the records")
                yield line, body, raw.endswith("\n")

    def _parse(self, line: int, body: str, complete: bool) -> dict[str, int]:
        """Field by field: the values by name, times still in the file's unit."""
        names: tuple[str, ...] = self.layout.fields
        fields: list[str] = body.split(",")
        if len(fields) != len(names):
            cut: str = "" if complete else "; the file ends here, cut off"
            raise FeedError(f"{self.path}:{line}: {len(fields)} columns, expected the {len(names)} of {self.layout.kind}{cut}: {body[:120]!r}")
        values: dict[str, int] = {}
        for name, text in zip(names, fields, strict=True):
            parser: Callable[[str], int] = PARSERS[name]
            try:
                values[name] = parser(text)
            except ValueError as error:
                cut = "" if complete or name != names[-1] else "; the file ends here, cut off"
                raise self._fail(line, name, text, str(error).split(":")[0] + cut) from None
            if parser is _time and (values[name] in MILLISECONDS) != (self.unit == 1000):
                raise self._fail(line, name, text, f"not in {'milliseconds' if self.unit == 1000 else 'microseconds'} as the first record")
        return values

    def _parse_trade(self, line: int, body: str, complete: bool) -> TradeRow:
        values: dict[str, int] = self._parse(line, body, complete)
        if self.layout.kind == "trades":
            return TradeRow(
                values["id"], values["price"], values["qty"],
                values["time"] * self.unit, bool(values["is_buyer_maker"]), 0, 0,
            )
        return TradeRow(
            values["agg_trade_id"], values["price"], values["quantity"], values["transact_time"] * self.unit,
            bool(values["is_buyer_maker"]), values["first_trade_id"], values["last_trade_id"],
        )

    def _disorder(self, line: int, row: TradeRow, last_id: int, last_time: int, last_raw_id: int) -> FeedError:
        raw: bool = self.layout.kind == "trades"
        if row.trade_id <= last_id:
            return self._fail(line, "id" if raw else "agg_trade_id", str(row.trade_id), f"not above the record before, {last_id}")
        if row.time < last_time:
            return self._fail(
                line, "time" if raw else "transact_time", str(row.time // self.unit),
                f"earlier than the record before, {last_time // self.unit}",
            )
        if row.first_id > row.last_id:
            return self._fail(line, "last_trade_id", str(row.last_id), f"below first_trade_id {row.first_id}")
        return self._fail(line, "first_trade_id", str(row.first_id), f"not above the record before, {last_raw_id}")
