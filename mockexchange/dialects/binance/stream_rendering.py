"""
Payloads of the market data streams (web-socket-streams.md), core values -> bytes.

Field order and types are the document's. Times are microseconds coming in; ``per`` is what
one unit going out is worth: 1000 for milliseconds (the default of the streams), 1 for
microseconds. Amounts come in as 1e-8 and leave as text with eight digits.
"""

from collections.abc import Iterable, Sequence

import msgspec

from ...core.bars import Bar
from ...core.events import PublicTrade
from ...core.numbers import SCALE, format_amount
from ...core.tape import Aggregate, Window

MILLISECOND: int = 1000
MICROSECOND: int = 1

Level = tuple[int, int]         # price, quantity

_TRUTH: dict[bool, str] = {True: "true", False: "false"}


def trade(event: PublicTrade, now: int, per: int = MILLISECOND) -> bytes:
    """``<symbol>@trade``"""
    return (
        f'{{"e":"trade","E":{now // per},"s":"{event.symbol}","t":{event.trade_id},'
        f'"p":"{format_amount(event.price)}","q":"{format_amount(event.quantity)}",'
        f'"T":{event.time // per},"m":{_TRUTH[event.buyer_is_maker]},"M":true}}'
    ).encode()


def aggregate_trade(symbol: str, event: Aggregate, now: int, per: int = MILLISECOND) -> bytes:
    """``<symbol>@aggTrade``"""
    return (
        f'{{"e":"aggTrade","E":{now // per},"s":"{symbol}","a":{event.agg_id},'
        f'"p":"{format_amount(event.price)}","q":"{format_amount(event.quantity)}",'
        f'"f":{event.first_id},"l":{event.last_id},'
        f'"T":{event.time // per},"m":{_TRUTH[event.buyer_is_maker]},"M":true}}'
    ).encode()


def kline(symbol: str, interval: str, bar: Bar, is_closed: bool, now: int, per: int = MILLISECOND) -> bytes:
    """``<symbol>@kline_<interval>`` and ``<symbol>@kline_<interval>@+08:00``"""
    return (
        f'{{"e":"kline","E":{now // per},"s":"{symbol}","k":{{'
        f'"t":{bar.open_time // per},"T":{bar.close_time // per},"s":"{symbol}","i":"{interval}",'
        f'"f":{bar.first_id},"L":{bar.last_id},'
        f'"o":"{format_amount(bar.open)}","c":"{format_amount(bar.close)}",'
        f'"h":"{format_amount(bar.high)}","l":"{format_amount(bar.low)}",'
        f'"v":"{format_amount(bar.volume)}","n":{bar.count},"x":{_TRUTH[is_closed]},'
        f'"q":"{format_amount(bar.quote_volume)}","V":"{format_amount(bar.taker_base)}",'
        f'"Q":"{format_amount(bar.taker_quote)}","B":"0"}}}}'
    ).encode()


def mini_ticker(symbol: str, window: Window, now: int, per: int = MILLISECOND) -> bytes:
    """``<symbol>@miniTicker``"""
    return (
        f'{{"e":"24hrMiniTicker","E":{now // per},"s":"{symbol}",'
        f'"c":"{format_amount(window.last)}","o":"{format_amount(window.open)}",'
        f'"h":"{format_amount(window.high)}","l":"{format_amount(window.low)}",'
        f'"v":"{format_amount(window.volume)}","q":"{format_amount(window.quote)}"}}'
    ).encode()


def ticker(
    symbol: str,
    window: Window,
    last_quantity: int,
    bid: Level,
    ask: Level,
    opened: int,
    closed: int,
    now: int,
    per: int = MILLISECOND,
) -> bytes:
    """``<symbol>@ticker``: ``opened`` and ``closed`` bound the 24 hours; (0, 0) is a side with no orders."""
    return (
        f'{{"e":"24hrTicker","E":{now // per},"s":"{symbol}",'
        f'"p":"{format_amount(window.last - window.open)}","P":"{percent(window.open, window.last)}",'
        f'"w":"{format_amount(average(window))}","x":"{format_amount(window.prev_close)}",'
        f'"c":"{format_amount(window.last)}","Q":"{format_amount(last_quantity)}",'
        f'"b":"{format_amount(bid[0])}","B":"{format_amount(bid[1])}",'
        f'"a":"{format_amount(ask[0])}","A":"{format_amount(ask[1])}",'
        f'"o":"{format_amount(window.open)}","h":"{format_amount(window.high)}","l":"{format_amount(window.low)}",'
        f'"v":"{format_amount(window.volume)}","q":"{format_amount(window.quote)}",'
        f'"O":{opened // per},"C":{closed // per},'
        f'"F":{window.first_id},"L":{window.last_id},"n":{window.count}}}'
    ).encode()


def window_ticker(
    symbol: str,
    size: str,
    window: Window,
    opened: int,
    closed: int,
    now: int,
    per: int = MILLISECOND,
) -> bytes:
    """``<symbol>@ticker_<size>``, size being 1h, 4h or 1d."""
    return (
        f'{{"e":"{size}Ticker","E":{now // per},"s":"{symbol}",'
        f'"p":"{format_amount(window.last - window.open)}","P":"{percent(window.open, window.last)}",'
        f'"o":"{format_amount(window.open)}","h":"{format_amount(window.high)}","l":"{format_amount(window.low)}",'
        f'"c":"{format_amount(window.last)}","w":"{format_amount(average(window))}",'
        f'"v":"{format_amount(window.volume)}","q":"{format_amount(window.quote)}",'
        f'"O":{opened // per},"C":{closed // per},'
        f'"F":{window.first_id},"L":{window.last_id},"n":{window.count}}}'
    ).encode()


def book_ticker(symbol: str, update_id: int, bid: Level, ask: Level) -> bytes:
    """``<symbol>@bookTicker``: (0, 0) is a side with no orders."""
    return (
        f'{{"u":{update_id},"s":"{symbol}",'
        f'"b":"{format_amount(bid[0])}","B":"{format_amount(bid[1])}",'
        f'"a":"{format_amount(ask[0])}","A":"{format_amount(ask[1])}"}}'
    ).encode()


def average_price(symbol: str, minutes: int, price: int, trade_time: int, now: int, per: int = MILLISECOND) -> bytes:
    """``<symbol>@avgPrice``"""
    return (
        f'{{"e":"avgPrice","E":{now // per},"s":"{symbol}","i":"{minutes}m",'
        f'"w":"{format_amount(price)}","T":{trade_time // per}}}'
    ).encode()


def reference_price(symbol: str, price: int | None, valid: int, per: int = MILLISECOND) -> bytes:
    """``<symbol>@referencePrice``: None is a symbol that has none."""
    text: str = "null" if price is None else f'"{format_amount(price)}"'
    return f'{{"e":"referencePrice","s":"{symbol}","r":{text},"t":{valid // per}}}'.encode()


def partial_depth(update_id: int, bids: Iterable[Level], asks: Iterable[Level]) -> bytes:
    """``<symbol>@depth<levels>``: best price first on both sides."""
    return f'{{"lastUpdateId":{update_id},"bids":{_levels(bids)},"asks":{_levels(asks)}}}'.encode()


def depth_update(
    symbol: str,
    first: int,
    last: int,
    bids: Iterable[Level],
    asks: Iterable[Level],
    now: int,
    per: int = MILLISECOND,
) -> bytes:
    """``<symbol>@depth``: quantities are what the levels hold now, 0 is a level that is gone."""
    return (
        f'{{"e":"depthUpdate","E":{now // per},"s":"{symbol}","U":{first},"u":{last},'
        f'"b":{_levels(bids)},"a":{_levels(asks)}}}'
    ).encode()


def array(payloads: Sequence[bytes]) -> bytes:
    """The all-market streams (``!miniTicker@arr`` ...): one array of single payloads."""
    return b"[" + b",".join(payloads) + b"]"


def combine(stream: str, payload: bytes) -> bytes:
    """The combined form of a payload, ``{"stream":...,"data":...}``."""
    return b'{"stream":' + msgspec.json.encode(stream) + b',"data":' + payload + b"}"


def server_shutdown(now: int, is_combined: bool, per: int = MILLISECOND) -> bytes:
    """"Server Shutdown": sent before the server closes its connections."""
    payload: bytes = f'{{"e":"serverShutdown","E":{now // per}}}'.encode()
    return combine("!serverShutdown", payload) if is_combined else payload


def _levels(levels: Iterable[Level]) -> str:
    return "[" + ",".join([f'["{format_amount(price)}","{format_amount(quantity)}"]' for price, quantity in levels]) + "]"


def percent(start: int, end: int) -> str:
    """The change from start to end in per cent with three digits, rounded half away from zero; 0 from nothing."""
    if not start:
        return "0.000"
    change: int = end - start
    thousandths: int = (abs(change) * 200_000 + start) // (2 * start)
    sign: str = "-" if change < 0 and thousandths else ""
    return f"{sign}{thousandths // 1000}.{thousandths % 1000:03d}"


def average(window: Window) -> int:
    """Volume-weighted average price of a window, 0 when nothing traded."""
    return window.quote * SCALE // window.volume if window.volume else 0
