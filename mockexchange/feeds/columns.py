"""The layouts of Binance's dumps, and how one field of them is read."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from rest_locale import _

from ..core.numbers import LARGEST, SCALE, parse_amount
from .times import looks_like


class Layout(NamedTuple):
    """One kind of dump: ``fields`` in the order of its columns; ``needed`` are those that are used."""

    kind: str                       # trades, aggTrades, klines
    fields: tuple[str, ...]
    needed: frozenset[str]


TRADES_NEED: frozenset[str] = frozenset({"id", "price", "qty", "time", "is_buyer_maker"})
AGG_NEED: frozenset[str] = frozenset({
    "agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id", "transact_time", "is_buyer_maker",
})
KLINES_NEED: frozenset[str] = frozenset({"open_time", "open", "high", "low", "close", "volume", "close_time"})

TRADES: Layout = Layout(
    "trades", ("id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match"), TRADES_NEED
)
AGG_TRADES: Layout = Layout("aggTrades", (
    "agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id", "transact_time",
    "is_buyer_maker", "is_best_match",
), AGG_NEED)
KLINES: Layout = Layout("klines", (
    "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume", "count",
    "taker_buy_volume", "taker_buy_quote_volume", "ignore",
), KLINES_NEED)
# A table of bars that has no time at which they end: vn.py's DataManager exports such, and so do most programs.
BARS: Layout = Layout("klines", (
    "open_time", "open", "high", "low", "close", "volume", "turnover", "open_interest",
), frozenset({"open_time", "open", "high", "low", "close", "volume"}))
FUTURES_TRADES: Layout = Layout("trades", TRADES.fields[:-1], TRADES_NEED)
FUTURES_AGG_TRADES: Layout = Layout("aggTrades", AGG_TRADES.fields[:-1], AGG_NEED)

# what headers call the columns, without anything but letters and digits
NAMES: dict[str, str] = {
    "tradeid": "id", "aggtradeid": "agg_trade_id", "aggregatetradeid": "agg_trade_id", "firsttradeid": "first_trade_id",
    "lasttradeid": "last_trade_id", "timestamp": "time", "tradetime": "time", "isbuyermaker": "is_buyer_maker",
    "wasthebuyerthemaker": "is_buyer_maker", "amount": "quantity", "opentime": "open_time", "closetime": "close_time",
    "vol": "volume", "openinterest": "open_interest",
}
BAR_TIMES: frozenset[str] = frozenset({"datetime", "date", "time", "timestamp", "opentime", "unix", "tradedate", "dateandtime", "datetimeutc"})

LARGEST_QUOTE: int = LARGEST * LARGEST // SCALE      # the largest price times the largest quantity
LARGEST_ID: int = 2 ** 63 - 1
# digits of a time -> how many of its units are a microsecond's multiple, and divisor
UNITS: dict[int, tuple[int, int]] = {10: (1_000_000, 1), 13: (1000, 1), 16: (1, 1), 19: (1, 1000)}
FLAGS: dict[str, bool] = {"true": True, "1": True, "false": False, "0": False}
# how tables write a number that is not there
LEFT_OUT: frozenset[str] = frozenset({"", "nan", "null", "none", "na", "n/a", "-"})
_NUMBER: re.Pattern[str] = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)


class Rounded(Exception):
    """A number with more digits than 1e-8: its value, rounded."""

    def __init__(self, value: int) -> None:
        super().__init__(value)
        self.value: int = value


def _decimal(text: str) -> Decimal:
    if len(text) > 60 or not _NUMBER.fullmatch(text):
        raise ValueError(_("not a decimal number"))
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(_("not a decimal number")) from None


def read_amount(text: str, largest: int = LARGEST) -> int:
    """Decimal text, also in scientific notation -> 1e-8. Raises ValueError, or Rounded for more than 8 digits."""
    rounded: bool = False
    try:
        value: int = parse_amount(text)
    except ValueError:
        number: Decimal = _decimal(text)
        if abs(number.adjusted()) > 60 and number:
            raise ValueError(_("out of range")) from None
        scaled: Decimal = number.scaleb(8)
        value = int(scaled.to_integral_value())
        rounded = value != scaled
    if value < 0:
        raise ValueError("negative")
    if value > largest:
        raise ValueError(_("out of range"))
    if rounded:
        raise Rounded(value)
    return value


def read_quote(text: str) -> int:
    """An amount of the quote asset: as ``read_amount``, up to the largest price times the largest quantity."""
    return read_amount(text, LARGEST_QUOTE)


def read_whole(text: str) -> int:
    """A whole number from -1 on (-1: there is no such trade), also one that a spreadsheet has written."""
    if text.isascii() and text.isdigit() and len(text) <= 19:
        value: int = int(text)
    else:
        number: Decimal = _decimal(text) if len(text) <= 40 else Decimal("NaN")
        if not number.is_finite() or abs(number.adjusted()) > 20 or number != number.to_integral_value():
            raise ValueError(_("not a whole number"))
        value = int(number)
    if not -1 <= value <= LARGEST_ID:
        raise ValueError(_("out of range"))
    return value


def read_id(text: str) -> int:
    """A trade's id."""
    value: int = read_whole(text)
    if value < 0:
        raise ValueError(_("not a whole number"))
    return value


def read_time(text: str) -> int:
    """Seconds, milliseconds, microseconds or nanoseconds, told by the number of digits -> us."""
    value: int = read_whole(text)
    unit: tuple[int, int] | None = UNITS.get(len(str(value)))
    if unit is None or value < 0:
        raise ValueError(_("not a time in seconds, milliseconds or microseconds"))
    return value * unit[0] // unit[1]


def read_flag(text: str) -> int:
    """True or False, in any case, or 1 or 0."""
    value: bool | None = FLAGS.get(text.lower())
    if value is None:
        raise ValueError(_("neither True nor False"))
    return value


def read_anything(text: str) -> int:
    """Not looked at."""
    return 0


PARSERS: dict[str, Callable[[str], int]] = {
    "id": read_id, "agg_trade_id": read_id, "first_trade_id": read_whole, "last_trade_id": read_whole, "count": read_whole,
    "price": read_amount, "qty": read_amount, "quantity": read_amount,
    "open": read_amount, "high": read_amount, "low": read_amount, "close": read_amount,
    "quote_qty": read_quote, "volume": read_amount, "quote_volume": read_quote,
    "taker_buy_volume": read_amount, "taker_buy_quote_volume": read_quote,
    "time": read_time, "transact_time": read_time, "open_time": read_time, "close_time": read_time,
    "is_buyer_maker": read_flag, "is_best_match": read_flag,
    "ignore": read_anything, "turnover": read_anything, "open_interest": read_anything,
}


AMOUNTS: frozenset[str] = frozenset(name for name, parser in PARSERS.items() if parser is read_amount)


def is_number(text: str) -> bool:
    """Whether a field begins as a number does: no header has such."""
    return text[:1].isdigit() or (text[:1] in "-+." and text[1:2].isdigit())


def is_header(fields: list[str]) -> bool:
    """Whether a line is a header: words, no number and no truth value among them. The name of an index column is often left out."""
    first: int = 0 if fields[0] else 1
    return len(fields) > 1 and all(
        field and not is_number(field) and field.lower() not in FLAGS and field.lower() not in LEFT_OUT for field in fields[first:5]
    )


def _is_time(text: str) -> bool:
    try:
        return read_time(text) > 0
    except ValueError:
        return looks_like(text)


def recognise(fields: list[str]) -> Layout | None:
    """The layout of a record by its columns, the last of which may be more than the dumps have; None when no dump has such."""
    count: int = len(fields)
    if count >= 7 and _is_time(fields[0]) and _is_time(fields[6]):
        return KLINES
    if count >= 7 and fields[6].lower() in FLAGS and _is_time(fields[5]):
        return FUTURES_AGG_TRADES if count == 7 else AGG_TRADES
    if count >= 6 and fields[5].lower() in FLAGS and _is_time(fields[4]):
        return FUTURES_TRADES if count == 6 else TRADES
    if 6 <= count <= 8 and _is_time(fields[0]) and all(is_number(field) for field in fields[1:6]) and not _is_time(fields[4]):
        return BARS
    return {6: FUTURES_TRADES, 7: TRADES, 8: AGG_TRADES, 12: KLINES}.get(count)


def map_header(header: list[str]) -> tuple[Layout, dict[str, int]] | None:
    """The layout a header names, and where its columns are; None when a needed one is not named."""
    for layout in (AGG_TRADES, TRADES, KLINES, BARS):
        places: dict[str, int] = {}
        for place, text in enumerate(header):
            plain: str = "".join(letter for letter in text.lower() if letter.isalnum())
            name: str = NAMES.get(plain, "")
            if name == "quantity" and layout is TRADES:
                name = "qty"
            if layout is BARS and plain in BAR_TIMES:
                name = "open_time"
            for field in layout.fields:
                if field in (name, text.lower().replace(" ", "_")) or field.replace("_", "") == plain:
                    places.setdefault(field, place)
        if layout.needed <= places.keys():
            return layout, places
    return None


def symbol_column(header: list[str]) -> int | None:
    """Where a header has the symbol."""
    return next((place for place, text in enumerate(header) if text.lower() in ("symbol", "vt_symbol", "pair")), None)
