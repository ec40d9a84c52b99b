"""Market pushes (spec 5.6) as encoded messages, field by field in the document's order. Pure; times are ms."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ...core.bars import Bar
from ...core.events import PublicTrade
from ...core.tape import Window
from .state import Listing
from .rendering import TURNOVER_DIGITS, change_fraction, levels, plain

BUY, SELL = 1, 2

Pairs = Sequence[tuple[int, int]]


def push(kind: str, data: dict[str, Any]) -> bytes:
    """The form that all pushes have."""
    return msgspec.json.encode({"resType": kind, "data": data})


def level_change(listing: Listing, number: int, is_buy: bool, price: int, total: int, now: int) -> bytes:
    """qDepth: ``q`` is what is there now, "0" when the level is gone."""
    return push("qDepth", {
        "id": str(number),
        "s": listing.name,
        "m": BUY if is_buy else SELL,
        "p": plain(price, listing.price_digits),
        "q": plain(total),
        "t": now // 1000,
    })


def whole_depth(listing: Listing, number: int, bids: Pairs, asks: Pairs) -> bytes:
    """qAllDepth: every level change up to the id is in it."""
    return push("qAllDepth", {
        "s": listing.name,
        "id": str(number),
        "a": levels(asks, listing),
        "b": levels(bids, listing),
    })


def deal(listing: Listing, trade: PublicTrade) -> bytes:
    """qDeal"""
    return push("qDeal", {
        "s": listing.name,
        "p": plain(trade.price, listing.price_digits),
        "a": plain(trade.quantity),
        "m": SELL if trade.buyer_is_maker else BUY,
        "t": trade.time // 1000,
    })


def kline(listing: Listing, interval: str, bar: Bar) -> bytes:
    """qKLine; ``t`` is the bar's opening."""
    digits: int = listing.price_digits
    return push("qKLine", {
        "s": listing.name,
        "o": plain(bar.open, digits),
        "c": plain(bar.close, digits),
        "h": plain(bar.high, digits),
        "l": plain(bar.low, digits),
        "a": plain(bar.volume),
        "v": plain(bar.quote_volume, TURNOVER_DIGITS),
        "i": interval,
        "t": bar.open_time // 1000,
    })


def stats(listing: Listing, window: Window) -> bytes:
    """qStats; ``r`` is a fraction."""
    digits: int = listing.price_digits
    return push("qStats", {
        "s": listing.name,
        "o": plain(window.open, digits),
        "c": plain(window.last, digits),
        "h": plain(window.high, digits),
        "l": plain(window.low, digits),
        "a": plain(window.volume),
        "v": plain(window.quote, TURNOVER_DIGITS),
        "r": change_fraction(window),
    })
