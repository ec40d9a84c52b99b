"""Market data of build B (spec 2.6): the newest tick and bars, from the books and the tape. Sizes in 手 (lots), prices in CNY."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ...core.bars import Bar
from ...core.tape import Tape
from .codes import full_code
from .contents import ZONE
from .errors import missing
from .operations import DATA, EITHER, Context, Operation
from .rendering import NAN, Body, count, number

SHANGHAI: ZoneInfo = ZoneInfo(ZONE)
OFFSET_US: int = 8 * 3_600_000_000
DAY_US: int = 24 * 3_600_000_000
LEVELS: int = 5
DEFAULT_DAYS: int = 60
MOST_BARS: int = 50_000
MOST_TICKS: int = 10_000
PERIODS: dict[str, str] = {
    "1m": "1m", "5m": "5m", "15m": "15m", "30m": "30m", "1h": "1h", "1d": "1d", "1w": "1w", "1mon": "1M",
}
DAILY: frozenset[str] = frozenset({"1d", "1w", "1M"})
BAR_COLUMNS: tuple[str, ...] = (
    "time", "open", "high", "low", "close", "volume", "amount", "settelementPrice", "openInterest", "preClose", "suspendFlag",
)
TICK_COLUMNS: tuple[str, ...] = ("time", "lastPrice", "amount", "volume")
# trading states of ``openInt``
PRE_OPEN, AUCTION, CONTINUOUS, LUNCH, CLOSED, SUSPENDED, CLOSING_AUCTION = 11, 12, 13, 14, 15, 17, 18
NOON: int = 12
MORNING_US: int = 10 * 3_600_000_000        # from midnight to an hour at which every trading day is open


def local(us: int) -> datetime:
    """Shanghai's time of a time in us."""
    return datetime.fromtimestamp(us / 1e6, SHANGHAI)


def midnight(us: int) -> int:
    """When the local day of a time in us began."""
    return (us + OFFSET_US) // DAY_US * DAY_US - OFFSET_US


def codes_of(ctx: Context) -> list[str]:
    """The listed codes of ``stock_list``, their market by the digits; 400 without the list."""
    text: str = ctx.query.get("stock_list", "")
    if not text:
        raise missing("stock_list")
    codes: list[str] = [full_code(each.strip()) for each in text.split(",") if each.strip()]
    return [code for code in dict.fromkeys(codes) if code in ctx.exchange.instruments]


async def full_tick(ctx: Context, data: Any) -> object:
    """A code that is not listed has no entry."""
    codes: list[str] = codes_of(ctx)
    ctx.desk.venue.touch_feed()
    return await ctx.ask(lambda: {"status": "success", "data": {code: tick(ctx, code) for code in codes}})


def lot_size(ctx: Context, code: str) -> int:
    """Shares of a 手: what the market quotes in multiples of (1e-8)."""
    return ctx.exchange.instruments[code].step_size


def tick(ctx: Context, code: str) -> Body:
    """The newest quote. Levels that are empty are 0, or NaN by the option ``nan_prices``."""
    exchange, now = ctx.exchange, ctx.desk.venue.now()
    tape: Tape = exchange.tapes[code]
    book, lot = exchange.books[code], lot_size(ctx, code)
    day = tape.window(midnight(now), now)
    none: float = NAN if ctx.options.nan_prices else 0.0
    stamp: str = local(now).strftime("%Y%m%d %H:%M:%S.") + f"{now // 1000 % 1000:03d}"
    bids, asks = book.bids(LEVELS), book.asks(LEVELS)
    padding = [(0, 0)] * LEVELS
    sides = {
        name: (levels + padding)[:LEVELS] for name, levels in (("ask", asks), ("bid", bids))
    }
    body: Body = {
        "timetag": stamp, "timeFmt": stamp,
        "lastPrice": number(tape.last_price),
        "open": number(day.open) if day else none,
        "high": number(day.high) if day else none,
        "low": number(day.low) if day else none,
        "lastClose": number(ctx.desk.last_close(code)),
        "amount": number(day.quote) if day else 0.0,
        "volume": day.volume // lot if day else 0,
        "pvolume": count(day.volume) if day else 0,
        "stockStatus": 0,
        "openInt": trading_state(exchange.instruments[code].status, local(now)),
        "lastSettlementPrice": 0.0,
        "settlementPrice": 0.0,
    }
    for name, levels in sides.items():
        body[f"{name}Price"] = [number(price) if price else none for price, _ in levels]
        body[f"{name}Vol"] = [total // lot for _, total in levels]
    return body


def trading_state(status: str, now: datetime) -> int:
    """``openInt`` of a share (spec 2.6)."""
    morning: bool = now.hour < NOON
    states: dict[str, int] = {
        "TRADING": CONTINUOUS, "AUCTION_MATCH": AUCTION if morning else CLOSING_AUCTION,
        "BREAK": AUCTION if (now.hour, now.minute) < (9, 30) else LUNCH, "HALT": SUSPENDED,
        "END_OF_DAY": PRE_OPEN if (now.hour, now.minute) < (9, 15) else CLOSED,
    }
    return states.get(status, SUSPENDED)


async def market_data(ctx: Context, data: Any) -> object:
    """
    Bars, or trades for the period ``tick``, oldest first, as pandas' ``split`` has them or as objects (``json=1``).

    ValueError, which is a 500 here, for an unknown period and for dates that are none.
    """
    codes: list[str] = codes_of(ctx)
    query = ctx.query
    period: str = query.get("period", "1d")
    if period != "tick" and period not in PERIODS:
        raise ValueError(f"unsupported period: {period}")
    now: int = ctx.desk.venue.now()
    start: int = day_of(query.get("start_time", ""), now - DEFAULT_DAYS * DAY_US)
    end: int = day_of(query.get("end_time", ""), now) + DAY_US - 1
    most: int = int(query.get("count", "-1"))
    wanted: list[str] = [name for name in query.get("field_list", "").split(",") if name]
    as_objects: bool = query.get("json", "0") == "1"
    ctx.desk.venue.touch_feed()

    def found() -> object:
        return {"status": "success", "data": {
            code: table(rows(ctx, code, period, start, end, most), period, wanted, as_objects) for code in codes
        }}

    return await ctx.ask(found)


def day_of(text: str, default: int) -> int:
    """Midnight of YYYYMMDD (longer text: its day), in us; that of ``default`` for ""."""
    if not text:
        return midnight(default)
    return round(datetime.strptime(text[:8], "%Y%m%d").replace(tzinfo=SHANGHAI).timestamp()) * 1_000_000


def rows(ctx: Context, code: str, period: str, start: int, end: int, most: int) -> list[Body]:
    """One object a bar or trade, without ``timeFmt``."""
    tape, lot = ctx.exchange.tapes[code], lot_size(ctx, code)
    if period == "tick":
        trades = [trade for trade in tape.own_trades(MOST_TICKS) if start <= trade.time <= end]
        found: list[Body] = [{
            "time": trade.time // 1000, "lastPrice": number(trade.price), "amount": number(trade.quote), "volume": trade.quantity // lot,
        } for trade in trades]
    else:
        interval: str = PERIODS[period]
        bars: list[Bar] = [
            bar for bar in tape.bars(interval, MOST_BARS, start, end, OFFSET_US) if in_session(ctx, bar, interval)
        ]
        found = [bar_row(bar, bars[place - 1].close if place else bar.open, lot) for place, bar in enumerate(bars)]
    return found[-most:] if most > 0 else found if most < 0 else []


def in_session(ctx: Context, bar: Bar, interval: str) -> bool:
    """Whether there was trading at all where the venue keeps the exchange's hours."""
    sessions = ctx.desk.venue.contents.sessions
    if not ctx.desk.venue.hours or sessions is None:
        return True
    if interval not in DAILY:
        return sessions.status_at(bar.open_time) not in ("BREAK", "END_OF_DAY")
    return interval != "1d" or sessions.status_at(bar.open_time + MORNING_US) != "END_OF_DAY"


def bar_row(bar: Bar, before: int, lot: int) -> Body:
    """``before``: the close of the bar before. A bar within a day is stamped with its end, as ``vnpy_xt`` has it; others with their day."""
    length: int = bar.close_time + 1 - bar.open_time
    return {
        "time": (bar.open_time if length >= DAY_US else bar.open_time + length) // 1000, "open": number(bar.open), "high": number(bar.high), "low": number(bar.low),
        "close": number(bar.close), "volume": bar.volume // lot, "amount": number(bar.quote_volume), "settelementPrice": 0.0,
        "openInterest": 0, "preClose": number(before), "suspendFlag": 0,
    }


def table(found: list[Body], period: str, wanted: list[str], as_objects: bool) -> object:
    """The wanted columns, with ``timeFmt`` behind ``time``; the index is the time as digits."""
    known: tuple[str, ...] = TICK_COLUMNS if period == "tick" else BAR_COLUMNS
    columns: list[str] = [name for name in known if not wanted or name in wanted]
    moments: list[datetime] = [local(row["time"] * 1000) for row in found]
    lines: list[Body] = [
        {**{name: row[name] for name in columns}, **({"timeFmt": f"{moment:%Y%m%d}"} if "time" in columns else {})}
        for row, moment in zip(found, moments, strict=True)
    ]
    if as_objects:
        return lines
    names: list[str] = [*columns, *(["timeFmt"] if "time" in columns else [])]
    form: str = "%Y%m%d" if PERIODS.get(period) in DAILY else "%Y%m%d%H%M%S"
    return {
        "columns": names, "index": [moment.strftime(form) for moment in moments],
        "data": [[line[name] for name in names] for line in lines],
    }


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", f"{DATA}/get_full_tick", "get_full_tick", full_tick, EITHER, "B"),
    Operation("GET", f"{DATA}/get_market_data_ex", "get_market_data_ex", market_data, EITHER, "B"),
)
