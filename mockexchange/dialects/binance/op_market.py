"""Market data operations (rest-api.md, "General endpoints" and "Market Data endpoints")."""

import re
from collections.abc import Callable, Iterator

import msgspec

from ...core import bars as core_bars
from ...core.instruments import Instrument
from ...core.numbers import SCALE, format_amount
from ...core.past import Past
from ...core.tape import Bar, Tape, Window
from . import rendering
from .errors import ApiError, bad_combination, illegal_characters, invalid_data
from .operations import (
    Context,
    Operation,
    count_symbols,
    one_instrument,
    operation,
    requested_status,
    some_instruments,
)
from .options import options_of
from .params import Params
from .slices import MANY, Slices

INTERVALS: frozenset[str] = frozenset(
    ("1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M")
)
MINUTE: int = 60_000_000
DAY: int = 1440 * MINUTE
PERMISSIONS: frozenset[str] = frozenset(
    ("SPOT", "MARGIN", "LEVERAGED", *(f"TRD_GRP_{number:03d}" for number in range(2, 26)))
)
DEFAULT_PERMISSIONS: frozenset[str] = frozenset(("SPOT", "MARGIN", "LEVERAGED"))
MAX_WINDOW_SYMBOLS: int = 100

_WINDOW_SIZE: re.Pattern[str] = re.compile(r"([1-9][0-9]?)([mhd])", re.ASCII)
_WINDOW_UNITS: dict[str, tuple[int, int]] = {"m": (59, MINUTE), "h": (23, 60 * MINUTE), "d": (7, DAY)}


def ping(ctx: Context, params: Params) -> object:
    return {}


def server_time(ctx: Context, params: Params) -> object:
    return {"serverTime": ctx.venue.now() // ctx.per_time}


def exchange_info(ctx: Context, params: Params) -> object:
    """Rules of one, some or all symbols. ``permissions`` and ``symbolStatus`` go with neither symbol nor symbols."""
    status: str = requested_status(params)
    named: bool = "symbol" in params or "symbols" in params
    if named and ("permissions" in params or status):
        raise bad_combination()
    found, _ = some_instruments(ctx, params)
    if not _permissions(params) & {"SPOT"}:
        found = []
    show: bool = params.boolean("showPermissionSets", True)
    notional: tuple[str, ...] = options_of(ctx.venue).notional_filters
    head: dict[str, object] = {
        "timezone": "UTC",
        "serverTime": ctx.venue.now() // ctx.per_time,
        "rateLimits": ctx.limits.table(),
        "exchangeFilters": rendering.exchange_filters(options_of(ctx.venue)),
    }
    if len(found) >= MANY:
        return Slices(lambda instrument: rendering.symbol_body(instrument, show, notional), found, head, "symbols")
    return {**head, "symbols": [rendering.symbol_body(instrument, show, notional) for instrument in found]}


def _permissions(params: Params) -> frozenset[str]:
    text: str | None = params.values.get("permissions")
    if text is None:
        return DEFAULT_PERMISSIONS
    wanted: list[str] = [text]
    if text.startswith("["):
        try:
            wanted = msgspec.json.decode(text.encode(), type=list[str])
        except msgspec.MsgspecError:
            raise ApiError(-1135, "JSON sent for parameter 'permissions' is not valid") from None
    if not wanted or not PERMISSIONS.issuperset(wanted):
        raise invalid_data("permissions")
    return frozenset(wanted)


def depth(ctx: Context, params: Params) -> object:
    instrument: Instrument = one_instrument(ctx, params)
    limit: int = params.limit(100, 5000)
    book = ctx.exchange.books[instrument.symbol]
    return {
        "lastUpdateId": book.update_id,
        "bids": rendering.levels(book.bids(limit)),
        "asks": rendering.levels(book.asks(limit)),
    }


def recent_trades(ctx: Context, params: Params) -> object:
    """Newest trades, or with ``fromId`` those from there on; oldest first."""
    instrument: Instrument = ctx.instrument(params.symbol())
    limit: int = params.limit(500, 1000)
    from_id: int | None = params.long("fromId")
    ctx.venue.touch_feed()
    found = ctx.exchange.tapes[instrument.symbol].trades(limit, from_id)
    return [rendering.public_trade(trade, ctx.per_time) for trade in found]


def aggregate_trades(ctx: Context, params: Params) -> object:
    instrument: Instrument = ctx.instrument(params.symbol())
    limit: int = params.limit(500, 1000)
    from_id: int | None = params.long("fromId")
    start: int | None = params.time("startTime")
    end: int | None = params.end_time()
    if from_id is not None and (start is not None or end is not None):
        raise bad_combination()
    ctx.venue.touch_feed()
    per_time: int = ctx.per_time
    return [
        {
            "a": one.agg_id,
            "p": format_amount(one.price),
            "q": format_amount(one.quantity),
            "f": one.first_id,
            "l": one.last_id,
            "T": one.time // per_time,
            "m": one.buyer_is_maker,
            "M": True,
        }
        for one in ctx.exchange.tapes[instrument.symbol].aggregates(limit, from_id, start, end)
    ]


def klines(ctx: Context, params: Params) -> object:
    """Bars, oldest first; ``startTime`` and ``endTime`` are UTC, the bars are aligned in ``timeZone``."""
    instrument: Instrument = ctx.instrument(params.symbol())
    interval: str = params.text("interval")
    if interval not in INTERVALS:
        raise ApiError(-1120, "Invalid interval.")
    start: int | None = params.time("startTime")
    end: int | None = params.end_time()
    offset: int = params.time_zone()
    limit: int = params.limit(500, 1000)
    ctx.venue.touch_feed()
    bars = ctx.exchange.tapes[instrument.symbol].bars(interval, limit, start, end, offset)
    per_time: int = ctx.per_time
    return [_bar(bar, per_time) for bar in bars]


def _bar(bar: Bar, per_time: int) -> list[object]:
    return [
        bar.open_time // per_time,
        format_amount(bar.open),
        format_amount(bar.high),
        format_amount(bar.low),
        format_amount(bar.close),
        format_amount(bar.volume),
        bar.close_time // per_time,
        format_amount(bar.quote_volume),
        bar.count,
        format_amount(bar.taker_base),
        format_amount(bar.taker_quote),
        "0",
    ]


def average_price(ctx: Context, params: Params) -> object:
    instrument: Instrument = ctx.instrument(params.symbol())
    minutes: int = instrument.avg_price_mins
    price, close_time = ctx.exchange.tapes[instrument.symbol].average(minutes, ctx.venue.now())
    return {"mins": minutes, "price": format_amount(price), "closeTime": close_time // ctx.per_time}


# tickers

def _each(
    ctx: Context, params: Params, render: Callable[[Instrument], dict[str, object]],
    mandatory: bool = False, maximum: int = 0,
) -> object:
    found, single = some_instruments(ctx, params, mandatory, maximum)
    if single:
        return render(found[0])
    if len(found) >= MANY:
        return Slices(render, found)
    return [render(instrument) for instrument in found]


def price_ticker(ctx: Context, params: Params) -> object:
    tapes = ctx.exchange.tapes

    def render(instrument: Instrument) -> dict[str, object]:
        return {"symbol": instrument.symbol, "price": format_amount(tapes[instrument.symbol].last_price)}

    return _each(ctx, params, render)


def book_ticker(ctx: Context, params: Params) -> object:
    def render(instrument: Instrument) -> dict[str, object]:
        return {"symbol": instrument.symbol, **_best(ctx, instrument.symbol)}

    return _each(ctx, params, render)


def _best(ctx: Context, symbol: str) -> dict[str, object]:
    book = ctx.exchange.books[symbol]
    bid = book.best_bid()
    ask = book.best_ask()
    return {
        "bidPrice": format_amount(bid.price) if bid else rendering.ZERO,
        "bidQty": format_amount(bid.total) if bid else rendering.ZERO,
        "askPrice": format_amount(ask.price) if ask else rendering.ZERO,
        "askQty": format_amount(ask.total) if ask else rendering.ZERO,
    }


def day_ticker(ctx: Context, params: Params) -> object:
    """The last 24 hours."""
    full: bool = _ticker_type(params)
    now: int = ctx.venue.now()

    def render(instrument: Instrument) -> dict[str, object]:
        tape: Tape = ctx.exchange.tapes[instrument.symbol]
        window: Window | None = tape.window(now - DAY, now)
        body: dict[str, object] = _statistics(instrument.symbol, tape, window, full, now - DAY, now, ctx.per_time)
        if not full:
            return body
        extra: dict[str, object] = {
            "prevClosePrice": format_amount(window.prev_close if window else tape.last_price),
            "lastPrice": body.pop("lastPrice"),
            "lastQty": format_amount(tape.last_quantity),
            **_best(ctx, instrument.symbol),
        }
        names: tuple[str, ...] = ("symbol", "priceChange", "priceChangePercent", "weightedAvgPrice")
        return {**{name: body.pop(name) for name in names}, **extra, **body}

    return _each(ctx, params, render)


def trading_day_ticker(ctx: Context, params: Params) -> object:
    """The running day of ``timeZone``; closeTime is the day's end."""
    full: bool = _ticker_type(params)
    offset: int = params.time_zone()
    now: int = ctx.venue.now()
    start: int = (now + offset) // DAY * DAY - offset
    end: int = start + DAY - 1

    def render(instrument: Instrument) -> dict[str, object]:
        tape: Tape = ctx.exchange.tapes[instrument.symbol]
        return _statistics(instrument.symbol, tape, tape.window(start, now), full, start, end, ctx.per_time)

    return _each(ctx, params, render, mandatory=True, maximum=MAX_WINDOW_SYMBOLS)


def rolling_ticker(ctx: Context, params: Params) -> object:
    """``windowSize`` 1m to 59m, 1h to 23h, 1d to 7d; openTime is on a minute, closeTime is now."""
    full: bool = _ticker_type(params)
    text: str = params.values.get("windowSize", "1d")
    match = _WINDOW_SIZE.fullmatch(text)
    if match is None:
        raise illegal_characters("windowSize", "^[1-9][0-9]?[mhd]$")
    number: int = int(match[1])
    most, unit = _WINDOW_UNITS[match[2]]
    if number > most:
        raise invalid_data("windowSize")
    now: int = ctx.venue.now()
    start: int = (now - number * unit) // MINUTE * MINUTE

    def render(instrument: Instrument) -> dict[str, object]:
        tape: Tape = ctx.exchange.tapes[instrument.symbol]
        return _statistics(instrument.symbol, tape, tape.window(start, now), full, start, now, ctx.per_time)

    return _each(ctx, params, render, mandatory=True, maximum=MAX_WINDOW_SYMBOLS)


def _ticker_type(params: Params) -> bool:
    """Whether FULL was asked for. Raises -1139."""
    kind: str = params.values.get("type", "FULL")
    if kind not in ("FULL", "MINI"):
        raise ApiError(-1139, "Invalid ticker type.")
    return kind == "FULL"


def _statistics(
    symbol: str, tape: Tape, window: Window | None, full: bool, start: int, end: int, per_time: int
) -> dict[str, object]:
    """A window without trades stands still at the last price, with no trade ids (-1)."""
    opened = high = low = last = tape.last_price
    volume = quote = count = 0
    first_id = last_id = -1
    if window is not None:
        opened, high, low, last = window.open, window.high, window.low, window.last
        volume, quote, count = window.volume, window.quote, window.count
        first_id, last_id = window.first_id, window.last_id
    body: dict[str, object] = {"symbol": symbol}
    if full:
        body["priceChange"] = format_amount(last - opened)
        body["priceChangePercent"] = rendering.change_percent(last, opened)
        body["weightedAvgPrice"] = format_amount(quote * SCALE // volume if volume else last)
    body["openPrice"] = format_amount(opened)
    body["highPrice"] = format_amount(high)
    body["lowPrice"] = format_amount(low)
    body["lastPrice"] = format_amount(last)
    body["volume"] = format_amount(volume)
    body["quoteVolume"] = format_amount(quote)
    body["openTime"] = start // per_time
    body["closeTime"] = end // per_time
    body["firstId"] = first_id
    body["lastId"] = last_id
    body["count"] = count
    return body


# what has to be done first; never raise, a bad parameter is refused by the operation itself

def _prepare_trades(ctx: Context, params: Params) -> Iterator[None]:
    """Look up where in the past the trades asked for are."""
    past: Past | None = _past(ctx, params)
    from_id: int | None = _whole(params, "fromId")
    if past is not None and from_id is not None:
        yield from past.walk_to(from_id)


def _prepare_aggregates(ctx: Context, params: Params) -> Iterator[None]:
    past: Past | None = _past(ctx, params)
    if past is None:
        return
    from_id: int | None = _whole(params, "fromId")
    if from_id is not None:
        yield from past.walk_to(from_id, is_aggregate=True)
    for name in ("startTime", "endTime"):
        try:
            time: int | None = params.time(name)
        except ApiError:
            return
        if time is not None:
            yield from past.walk(time)


def _prepare_bars(ctx: Context, params: Params) -> Iterator[None]:
    past: Past | None = _past(ctx, params)
    interval: str = params.values.get("interval", "")
    if past is None or interval not in INTERVALS:
        return
    try:
        start: int | None = params.time("startTime")
        end: int | None = params.time("endTime")
    except ApiError:
        return
    if start is None:
        last: int = past.end if end is None else min(end, past.end)
        start = last - (min(_whole(params, "limit") or 500, 1000) + 1) * (core_bars.INTERVALS[interval] or 31 * DAY)
    yield from past.walk(start)


def _past(ctx: Context, params: Params) -> Past | None:
    tape: Tape | None = ctx.exchange.tapes.get(params.values.get("symbol", ""))
    return tape.past if tape is not None else None


def _whole(params: Params, name: str) -> int | None:
    text: str = params.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


# weights; never raise, a bad parameter is refused by the operation itself

def _depth_weight(params: Params) -> int:
    text: str = params.values.get("limit", "100")
    limit: int = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
    if limit <= 100:
        return 5
    if limit <= 500:
        return 25
    return 50 if limit <= 1000 else 250


def _day_weight(params: Params) -> int:
    count: int = count_symbols(params)
    if 0 < count <= 20:
        return 2
    return 40 if 0 < count <= 100 else 80


def _price_weight(params: Params) -> int:
    return 2 if "symbol" in params else 4


def _window_weight(params: Params) -> int:
    return min(200, 4 * max(1, count_symbols(params)))


PING: Operation = operation(ping, "", 1)
TIME: Operation = operation(server_time, "", 1)
EXCHANGE_INFO: Operation = operation(exchange_info, "symbol symbols permissions showPermissionSets symbolStatus", 20, is_long=True)
DEPTH: Operation = operation(depth, "symbol limit symbolStatus", _depth_weight)
TRADES: Operation = operation(recent_trades, "symbol limit", 25)
HISTORICAL_TRADES: Operation = operation(recent_trades, "symbol limit fromId", 25, prepare=_prepare_trades)
AGGREGATE_TRADES: Operation = operation(
    aggregate_trades, "symbol fromId startTime endTime limit", 4, prepare=_prepare_aggregates
)
KLINES: Operation = operation(klines, "symbol interval startTime endTime timeZone limit", 2, prepare=_prepare_bars)
UI_KLINES: Operation = KLINES
AVERAGE_PRICE: Operation = operation(average_price, "symbol", 2)
DAY_TICKER: Operation = operation(day_ticker, "symbol symbols type symbolStatus", _day_weight, is_long=True)
TRADING_DAY: Operation = operation(trading_day_ticker, "symbol symbols timeZone type symbolStatus", _window_weight)
PRICE_TICKER: Operation = operation(price_ticker, "symbol symbols symbolStatus", _price_weight, is_long=True)
BOOK_TICKER: Operation = operation(book_ticker, "symbol symbols symbolStatus", _price_weight, is_long=True)
ROLLING_TICKER: Operation = operation(rolling_ticker, "symbol symbols windowSize type symbolStatus", _window_weight)
