"""Public operations (seed, 2.1 and 2.2)."""

from ...core.bars import INTERVALS
from ...core.instruments import Instrument
from . import rendering
from .errors import (
    BAD_INTERVAL,
    BAD_SYMBOL,
    MISSING_PARAMETER,
    PRICE_NOT_FOUND,
    TICKER_NOT_FOUND,
    ApiError,
    missing_symbol,
)
from .limits import DEFAULT_BARS, DEFAULT_LEVELS, DEFAULT_TRADES, MAX_TRADES
from .operations import BOTH, V3, Context, Operation
from .params import Params

DAY: int = 86_400_000_000
AVERAGE_MINUTES: int = 5


def ping(ctx: Context, params: Params) -> object:
    return {"status": "ok"}


def server_time(ctx: Context, params: Params) -> object:
    return {"serverTime": ctx.now // 1000}


def price_ticker(ctx: Context, params: Params) -> object:
    """A map of symbol -> price, whether one symbol or none is named."""
    symbol: str = params.get("symbol")
    instruments: dict[str, Instrument] = ctx.exchange.instruments
    if not symbol:
        return {name: _price(ctx, one) for name, one in instruments.items() if ctx.desk.has_price(name)}
    if symbol not in instruments or not ctx.desk.has_price(symbol):
        raise ApiError(404, PRICE_NOT_FOUND, "未找到指定交易对的价格", coded=True)
    return {symbol: _price(ctx, instruments[symbol])}


def _price(ctx: Context, one: Instrument) -> str:
    return rendering.plain(ctx.exchange.tapes[one.symbol].last_price, rendering.digits_of(one.tick_size))


def day_ticker(ctx: Context, params: Params) -> object:
    """One object, or a list of all."""
    symbol: str = params.get("symbol")
    if not symbol:
        return [_day(ctx, name) for name in ctx.exchange.instruments]
    if symbol not in ctx.exchange.instruments:
        raise ApiError(404, TICKER_NOT_FOUND, "未找到指定交易对的24小时行情数据", coded=True)
    return _day(ctx, symbol)


def _day(ctx: Context, symbol: str) -> rendering.Body:
    tape = ctx.exchange.tapes[symbol]
    if not ctx.desk.has_price(symbol):
        return rendering.day_ticker(symbol, 0, None)
    return rendering.day_ticker(symbol, tape.last_price, tape.window(ctx.now - DAY, ctx.now))


def depth(ctx: Context, params: Params) -> object:
    """An unknown symbol has an empty book (spec 1.4.6)."""
    symbol: str = params.get("symbol")
    if not symbol:
        raise ApiError(400, MISSING_PARAMETER, "缺少symbol参数", coded=True)
    limit: int = params.count("limit", DEFAULT_LEVELS)
    book = ctx.exchange.books.get(symbol)
    if book is None or symbol not in ctx.exchange.instruments:
        return rendering.depth(symbol, [], [])
    return rendering.depth(symbol, book.bids(limit), book.asks(limit))


def trades(ctx: Context, params: Params) -> object:
    """Newest first; an unknown symbol has none (spec 1.4.7)."""
    symbol: str = params.get("symbol")
    if not symbol:
        raise missing_symbol()
    limit: int = params.count("limit", DEFAULT_TRADES, MAX_TRADES)
    ctx.desk.venue.touch_feed()
    tape = ctx.exchange.tapes.get(symbol)
    if tape is None or symbol not in ctx.exchange.instruments:
        return []
    return [rendering.public_trade(trade, ctx.desk.trade_id) for trade in reversed(tape.trades(limit))]


def klines(ctx: Context, params: Params) -> object:
    """Bars, oldest first: from ``startTime`` on, else the newest."""
    symbol: str = params.get("symbol")
    if not symbol:
        raise missing_symbol()
    interval: str = params.text("interval")
    if interval not in INTERVALS:
        raise ApiError(400, BAD_INTERVAL, f"无效的时间间隔: {interval}")
    start: int | None = params.time("startTime")
    end: int | None = params.time("endTime")
    limit: int = params.count("limit", DEFAULT_BARS)
    ctx.desk.venue.touch_feed()
    tape = ctx.exchange.tapes.get(symbol)
    if tape is None or not limit or symbol not in ctx.exchange.instruments:
        return []
    return [rendering.kline(bar) for bar in tape.bars(interval, limit, start, None if end is None else end + 999)]


def average_price(ctx: Context, params: Params) -> object:
    """No ``closeTime`` (seed, 2.2.6). Its errors have codes, as those of the servers that had it first (spec 1.4.9)."""
    symbol: str = params.get("symbol")
    if not symbol:
        raise ApiError(400, MISSING_PARAMETER, "缺少symbol参数", coded=True)
    if symbol not in ctx.exchange.instruments or not ctx.desk.has_price(symbol):
        raise ApiError(400, BAD_SYMBOL, f"无效的交易对: {symbol}", coded=True)
    price, _ = ctx.exchange.tapes[symbol].average(AVERAGE_MINUTES, ctx.now)
    return {"mins": AVERAGE_MINUTES, "price": rendering.plain(price)}


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/ping", ping),
    Operation("GET", "/time", server_time),
    Operation("GET", "/ticker/price", price_ticker, BOTH),
    Operation("GET", "/ticker/24hr", day_ticker, BOTH),
    Operation("GET", "/depth", depth, BOTH),
    Operation("GET", "/trades", trades, BOTH),
    Operation("GET", "/klines", klines, BOTH),
    Operation("GET", "/avgPrice", average_price, V3),
)
