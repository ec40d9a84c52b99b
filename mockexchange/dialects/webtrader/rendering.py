"""
Rows as the wire has them (spec 3.2, 4.1, 5): keys in the order of the remote's objects, floats and text. Pure.

``make_*`` build rows with member names for enums; ``render`` gives them their words, and the oddities that are switched on.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

import msgspec

from ...core.book import Book
from ...core.instruments import Instrument
from ...core.numbers import SCALE
from ...core.tape import Tape, Window
from . import enums
from .contents import EXCHANGE, GATEWAY, LISTING_EXCHANGE, LISTING_GATEWAY, remote_symbol, vt_symbol
from .options import MOST_CONTRACTS, WebTraderOptions

Row = dict[str, Any]

TICK, TRADE, ORDER, POSITION, ACCOUNT = "eTick.", "eTrade.", "eOrder.", "ePosition.", "eAccount."
USER_TOPICS: tuple[str, ...] = (ORDER, TRADE, POSITION, ACCOUNT)
LEVELS: int = 5
MORE_LEVELS: int = 10
DAY_US: int = 86_400_000_000
NAN: float = float("nan")
EXTRA_KEYS: tuple[str, ...] = tuple(
    f"{side}_{what}_{level}" for side in ("bid", "ask") for level in range(LEVELS + 1, MORE_LEVELS + 1) for what in ("price", "volume")
)
FIRST_EXTRA: str = EXTRA_KEYS[0]
OPTION_KEYS: tuple[str, ...] = (
    "option_strike", "option_underlying", "option_type", "option_listed", "option_expiry", "option_portfolio", "option_index",
)


def number(amount: int) -> float:
    """1e-8 -> float."""
    return amount / SCALE


def moment(us: int) -> str:
    """A time in us as ``str`` of a datetime in UTC, by the millisecond."""
    return str(datetime.fromtimestamp(us // 1000 / 1000, timezone.utc))


# -- rows

def make_contract(instrument: Instrument) -> Row:
    return _contract(
        GATEWAY, remote_symbol(instrument.symbol), EXCHANGE, instrument.symbol, "SPOT", number(instrument.tick_size),
        number(instrument.step_size), number(instrument.max_quantity), True, True,
    ) | {"extra": {"base": instrument.base, "quote": instrument.quote, "status": instrument.status}}


@lru_cache(maxsize=MOST_CONTRACTS)
def make_listing(index: int) -> Row:
    """One of the contracts that are listed and cannot be traded. Rows are never changed."""
    name: str = f"SIM{index:05d}"
    return _contract(LISTING_GATEWAY, name, LISTING_EXCHANGE, name, "FUTURES", 1.0, 1, None, False, False) | {"size": 10}


def _contract(
    gateway: str, symbol: str, exchange: str, name: str, product: str, tick: float, step: float, most: float | None, stops: bool,
    is_spot: bool,
) -> Row:
    return {
        "gateway_name": gateway, "symbol": symbol, "exchange": exchange, "name": name, "product": product, "size": 1, "pricetick": tick,
        "min_volume": step, "max_volume": most, "stop_supported": stops, "net_position": is_spot, "history_data": is_spot,
        **dict.fromkeys(OPTION_KEYS), "vt_symbol": f"{symbol}.{exchange}",
    }


def make_account(gateway: str, asset: str, balance: float, frozen: float) -> Row:
    return {
        "gateway_name": gateway, "accountid": asset, "balance": balance, "frozen": frozen, "available": balance - frozen,
        "vt_accountid": f"{gateway}.{asset}",
    }


def make_position(gateway: str, symbol: str, volume: float, frozen: float) -> Row:
    """``symbol``: the core's. The vt_positionid is made by ``render``: it holds a word."""
    return {
        "gateway_name": gateway, "symbol": remote_symbol(symbol), "exchange": EXCHANGE, "direction": "NET", "volume": volume,
        "frozen": frozen, "price": 0, "pnl": 0, "yd_volume": 0, "vt_symbol": vt_symbol(symbol), "vt_positionid": "",
    }


def make_order(
    gateway: str, symbol: str, orderid: str, type: str, direction: str, offset: str, price: float, volume: float, reference: str,
) -> Row:
    """An order that is on its way; ``symbol`` is the core's."""
    return {
        "gateway_name": gateway, "symbol": remote_symbol(symbol), "exchange": EXCHANGE, "orderid": orderid, "type": type,
        "direction": direction, "offset": offset, "price": price, "volume": volume, "traded": 0, "status": "SUBMITTING",
        "datetime": None, "reference": reference, "vt_symbol": vt_symbol(symbol), "vt_orderid": f"{gateway}.{orderid}",
    }


def make_trade(order: Row, tradeid: str, price: float, volume: float, us: int) -> Row:
    """A fill of an order."""
    gateway: str = order["gateway_name"]
    return {
        "gateway_name": gateway, "symbol": order["symbol"], "exchange": order["exchange"], "orderid": order["orderid"],
        "tradeid": tradeid, "direction": order["direction"], "offset": order["offset"], "price": price, "volume": volume,
        "datetime": moment(us), "vt_symbol": order["vt_symbol"], "vt_orderid": order["vt_orderid"], "vt_tradeid": f"{gateway}.{tradeid}",
    }


def make_tick(symbol: str, book: Book, tape: Tape, now: int) -> Row:
    """The market of a core symbol: ten levels, of which ``render`` shows five; ``now`` in us."""
    day: Window | None = tape.window(now - DAY_US, now)
    row: Row = {
        "gateway_name": GATEWAY, "symbol": remote_symbol(symbol), "exchange": EXCHANGE, "datetime": moment(now), "name": symbol,
        "volume": number(day.volume) if day else 0, "turnover": number(day.quote) if day else 0, "open_interest": 0,
        "last_price": number(tape.last_price), "last_volume": number(tape.last_quantity), "limit_up": 0, "limit_down": 0,
        "open_price": number(day.open) if day else 0, "high_price": number(day.high) if day else 0,
        "low_price": number(day.low) if day else 0, "pre_close": number(day.prev_close) if day else 0,
    }
    sides: tuple[tuple[str, list[tuple[int, int]]], ...] = (("bid", book.bids(MORE_LEVELS)), ("ask", book.asks(MORE_LEVELS)))
    for place, what in enumerate(("price", "volume")):
        for side, levels in sides:
            for level in range(LEVELS):
                row[f"{side}_{what}_{level + 1}"] = number(levels[level][place]) if level < len(levels) else 0
    row["localtime"] = str(datetime.fromtimestamp(now / 1e6, timezone.utc).replace(tzinfo=None))
    row["vt_symbol"] = vt_symbol(symbol)
    for side, levels in sides:
        for level in range(LEVELS, len(levels)):
            row[f"{side}_price_{level + 1}"], row[f"{side}_volume_{level + 1}"] = map(number, levels[level])
    return row


# -- what leaves

def render(row: Row, options: WebTraderOptions) -> Row:
    """A row with the words of the server's language."""
    found: Row = dict(row)
    if FIRST_EXTRA in row and not options.extra_keys:
        found = {name: value for name, value in row.items() if name not in EXTRA_KEYS}
    for name, words in enums.FIELDS.items():
        if name in found:
            found[name] = enums.ODD_WORD if name in options.odd_words else enums.word(words, found[name], options.language)
    if "vt_positionid" in found:
        found["vt_positionid"] = f"{found['gateway_name']}.{found['vt_symbol']}.{found['direction']}"
    for fields, value in ((options.nan_fields, NAN), (options.null_fields, None)):
        for name in fields:
            if isinstance(found.get(name), int | float):
                found[name] = value
    if options.extra_keys:
        found["new_field"] = {"a": 1}
    return found


def frame(topic: str, row: Row) -> bytes:
    """A rendered row in the envelope of the websocket; a NaN is not JSON there."""
    return json.dumps({"topic": topic, "data": row}, ensure_ascii=False).encode()


def to_json(value: Any) -> bytes:
    """An answer over REST: compact, and a NaN is null."""
    try:
        return msgspec.json.encode(value)
    except (ValueError, OverflowError):         # what a request held: lone surrogates, integers of any length
        return json.dumps(_without_nan(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_nan(each) for each in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def render_all(rows: Iterable[Row], options: WebTraderOptions) -> list[Row]:
    return [render(row, options) for row in rows]
