"""Public operations (seed, section 5; spec 3.2 - 3.7)."""

from ...core.bars import Bar
from . import rendering
from .state import Listing
from .errors import bad_parameter
from .limits import DEFAULT_BARS, MAX_BARS, MAX_DEALS, MAX_LEVELS
from .operations import Context, Operation
from .params import Params

INTERVALS: tuple[str, ...] = ("1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w", "1M")
DAY: int = 86_400_000_000
TREND_BARS: int = 24


def server_time(ctx: Context, params: Params) -> object:
    return ctx.now // 1000


def symbol_configs(ctx: Context, params: Params) -> object:
    desk = ctx.desk
    return [rendering.symbol_config(desk.instrument(one), one) for one in desk.listed()]


def klines(ctx: Context, params: Params) -> object:
    """Bars that open in [startTime, endTime], oldest first, the running one too: from the start on, else the newest."""
    listing: Listing = ctx.listing(params)
    interval: str = params.choice("interval", INTERVALS)
    limit: int = params.count("limit", DEFAULT_BARS, MAX_BARS)
    start, end = params.span()
    ctx.desk.venue.touch_feed()
    bars: list[Bar] = ctx.exchange.tapes[listing.symbol].bars(interval, limit, start, end)
    return [rendering.kline_row(bar, listing) for bar in bars]


def _ticker(ctx: Context, listing: Listing) -> rendering.Body:
    window = rendering.day_window(ctx.exchange.tapes[listing.symbol], ctx.now - DAY, ctx.now)
    return rendering.ticker_row(listing, window, ctx.now)


def ticker(ctx: Context, params: Params) -> object:
    return _ticker(ctx, ctx.listing(params))


def trend_ticker(ctx: Context, params: Params) -> object:
    listing: Listing = ctx.listing(params)
    tape = ctx.exchange.tapes[listing.symbol]
    window = rendering.day_window(tape, ctx.now - DAY, ctx.now)
    return rendering.trend_ticker(listing, window, tape.bars("1h", TREND_BARS), ctx.now)


def tickers(ctx: Context, params: Params) -> object:
    return [_ticker(ctx, listing) for listing in ctx.desk.listed()]


def deals(ctx: Context, params: Params) -> object:
    """The newest ``num`` public trades, newest first."""
    listing: Listing = ctx.listing(params)
    params.text("num")
    number: int = params.count("num", 1, MAX_DEALS)
    ctx.desk.venue.touch_feed()
    found = ctx.exchange.tapes[listing.symbol].trades(number)
    return [rendering.public_deal(trade, listing) for trade in reversed(found)]


def depth(ctx: Context, params: Params) -> object:
    listing: Listing = ctx.listing(params)
    text: str = params.text("level")
    level: int = params.count("level", 1, MAX_LEVELS + 1)
    if level > MAX_LEVELS:
        raise bad_parameter("level", text)
    return rendering.depth(ctx.exchange.books[listing.symbol], listing, level, ctx.now)


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/spot/v1/p/time", server_time),
    Operation("GET", "/spot/v1/p/symbol/configs", symbol_configs, exists=lambda options: options.symbol_configs),
    Operation("GET", "/spot/v1/p/quotation/kline", klines),
    Operation("GET", "/spot/v1/p/quotation/ticker", ticker, exists=lambda options: options.ticker_paths != "trend"),
    Operation(
        "GET", "/spot/v1/p/quotation/trend/ticker", trend_ticker,
        exists=lambda options: options.ticker_paths != "ticker",
    ),
    Operation("GET", "/spot/v1/p/quotation/tickers", tickers),
    Operation("GET", "/spot/v1/p/quotation/deal", deals),
    Operation("GET", "/spot/v1/p/quotation/depth", depth),
)
