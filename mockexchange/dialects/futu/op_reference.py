"""
The rest of the seed's routes (spec 2.1, 2.12, 2.25): small sets that fit what is listed. There are no derivatives here, so
what lists them is empty.
"""

from collections.abc import Iterable
from typing import Any

from ...core.bars import Bar
from . import enums, quotes
from .bars import bars_between
from .contents import MARKETS, TRADE_MARKETS, MarketFacts
from .errors import BAD_ARGUMENT, Failure
from .op_quote import subscribed, symbols_of
from .op_system import delay_statistics
from .operations import Context, Operation
from .order_lists import read_time
from .params import (
    SECURITIES,
    SECURITY,
    Body,
    Form,
    Reader,
    anything,
    flag,
    listed,
    number,
    text,
    whole,
)
from .rendering import number as price_of
from .state import midnight, stamp

DAY_US: int = 86_400_000_000
MOST_OPTION_DAYS: int = 30
BROKERS: tuple[tuple[int, str], ...] = ((1, "MOCK SECURITIES"), (2, "MOCK BROKERAGE"), (3, "MOCK CAPITAL"), (4, "MOCK GLOBAL"))
# code of a plate -> its market, name, and what is in it
PLATES: dict[str, tuple[int, str, tuple[str, ...]]] = {
    "LIST1059": (enums.QOT_HK, "HSI constituents", ("00700", "09988", "00005", "00939")),
    "BK1001": (enums.QOT_HK, "Internet", ("00700", "09988")),
    "BK1002": (enums.QOT_HK, "Banks", ("00005", "00939")),
    "BK1003": (enums.QOT_HK, "ETFs", ("02800",)),
    "BK2001": (enums.QOT_US, "Technology", ("AAPL", "TSLA")),
    "BK2002": (enums.QOT_US, "ETFs", ("SPY",)),
    "BK3001": (enums.QOT_SH, "STAR Market", ("688981",)),
    "BK3002": (enums.QOT_SH, "Banks", ("600036",)),
    "BK3003": (enums.QOT_SH, "Liquor", ("600519",)),
    "BK3004": (enums.QOT_SH, "ETFs", ("510300",)),
    "BK4001": (enums.QOT_SZ, "Banks", ("000001",)),
}


def market_by_number(qot_market: int) -> MarketFacts:
    """Failure for a market in which nothing is listed."""
    for market in MARKETS:
        if market.qot_market == qot_market:
            return market
    raise Failure(f"market {qot_market} is not supported", BAD_ARGUMENT)


def plate_row(code: str) -> Body:
    market, name, _ = PLATES[code]
    return {"plate": {"market": market, "code": code}, "name": name, "plate_type": 1}


def infos(ctx: Context, symbols: Iterable[str]) -> list[Body]:
    return [quotes.static_info(ctx.desk, symbol) for symbol in symbols if ctx.desk.is_listed(symbol)]


# with a subscription

def broker(ctx: Context, body: Body) -> dict[str, Any]:
    """A queue of brokers at each side, Hong Kong only."""
    symbol: str = subscribed(ctx, body, enums.BROKER, "Broker")
    queue: list[Body] = []
    if ctx.desk.markets[symbol].qot_market == enums.QOT_HK:
        queue = [{"id": id_, "name": name, "pos": place, "order_id": None, "volume": None} for place, (id_, name) in enumerate(BROKERS, 1)]
    return {
        "security": ctx.desk.security(symbol), "name": ctx.desk.facts(symbol).name, "broker_ask_list": queue,
        "broker_bid_list": queue[::-1],
    }


def rt(ctx: Context, body: Body) -> dict[str, Any]:
    """A point a minute of the day's trading."""
    desk = ctx.desk
    symbol: str = subscribed(ctx, body, enums.RT, "RT")
    market = desk.markets[symbol]
    close: float = price_of(ctx.exchange.previous_close(symbol))
    rows: list[Body] = []
    volume = turnover = 0
    since: int = midnight(market, ctx.now)
    for each in bars_between(desk, symbol, 1, since, ctx.now):
        bar: Bar = each.bar
        volume += bar.volume
        turnover += bar.quote_volume
        rows.append({
            "time": stamp(market, each.label), "minute": (each.label - since) // 60_000_000, "is_blank": False,
            "price": price_of(bar.close), "last_close_price": close,
            "avg_price": turnover / volume if volume else price_of(bar.close), "volume": bar.volume // 10 ** 8,
            "turnover": price_of(bar.quote_volume), "timestamp": each.label / 1e6,
        })
    return {"security": desk.security(symbol), "name": desk.facts(symbol).name, "rt_list": rows}


# plates and relations

def plate_set(ctx: Context, body: Body) -> dict[str, Any]:
    market_by_number(body["market"])
    return {"plate_info_list": [plate_row(code) for code, plate in PLATES.items() if plate[0] == body["market"]]}


def plate_security(ctx: Context, body: Body) -> dict[str, Any]:
    plate = PLATES.get(body["plate"]["code"])
    if plate is None or plate[0] != body["plate"]["market"]:
        raise Failure(f"unknown plate: {body['plate']['code']}")
    return {"static_info_list": infos(ctx, plate[2])}


def owner_plate(ctx: Context, body: Body) -> dict[str, Any]:
    return {"owner_plate_list": [{
        "security": ctx.desk.security(symbol), "name": ctx.desk.facts(symbol).name,
        "plate_info_list": [plate_row(code) for code, plate in PLATES.items() if symbol in plate[2]],
    } for symbol in symbols_of(ctx, body)]}


def reference(ctx: Context, body: Body) -> dict[str, Any]:
    """Warrants and futures of a share: none."""
    ctx.desk.find(body["security"])
    return {"static_info_list": []}


def user_security(ctx: Context, body: Body) -> dict[str, Any]:
    """The groups are the markets', and everything."""
    group: str = body["group_name"]
    by_name: dict[str, list[str]] = {"All": list(ctx.exchange.instruments), "全部": list(ctx.exchange.instruments)}
    by_name |= {
        trade.word: [name for market in MARKETS if market.trade is trade for name in ctx.desk.listed_in(market)] for trade in TRADE_MARKETS
    }
    if group not in by_name:
        raise Failure(f"unknown group: {group}")
    return {"static_info_list": infos(ctx, by_name[group])}


# derivatives

def option_chain(ctx: Context, body: Body) -> dict[str, Any]:
    """Thirty days at most."""
    symbol: str = ctx.desk.find(body["owner"])
    market = ctx.desk.markets[symbol]
    begin, end = read_time(market, body["begin_time"]), read_time(market, body["end_time"])
    if not 0 <= end - begin <= MOST_OPTION_DAYS * DAY_US:
        raise Failure(f"begin_time, end_time: {MOST_OPTION_DAYS} days at most", BAD_ARGUMENT)
    return {"option_chain": []}


def warrant(ctx: Context, body: Body) -> dict[str, Any]:
    return {"warrant_data_list": [], "last_page": True, "all_count": 0}


def future_info(ctx: Context, body: Body) -> dict[str, Any]:
    """What is listed is none."""
    symbols_of(ctx, body)
    return {"future_info_list": []}


def ipo_list(ctx: Context, body: Body) -> dict[str, Any]:
    market_by_number(body["market"])
    return {"ipo_list": []}


# figures

def capital_flow(ctx: Context, body: Body) -> dict[str, Any]:
    """By minute of the day, what was bought actively less what was sold."""
    desk = ctx.desk
    symbol: str = desk.find(body["security"])
    market = desk.markets[symbol]
    rows: list[Body] = []
    total: float = 0.0
    for each in bars_between(desk, symbol, 1, midnight(market, ctx.now), ctx.now):
        total += price_of(2 * each.bar.taker_quote - each.bar.quote_volume)
        rows.append({
            "in_flow": total, "main_in_flow": total / 2, "super_in_flow": total / 4, "big_in_flow": total / 4,
            "mid_in_flow": total / 4, "sml_in_flow": total / 4, "time": stamp(market, each.label), "timestamp": each.label / 1e6,
        })
    return {"flow_item_list": rows, "last_valid_time": stamp(market, ctx.now), "last_valid_timestamp": ctx.now / 1e6}


def capital_distribution(ctx: Context, body: Body) -> dict[str, Any]:
    """Of the day, a quarter to each size."""
    desk = ctx.desk
    symbol: str = desk.find(body["security"])
    market = desk.markets[symbol]
    day = [each.bar for each in bars_between(desk, symbol, 1, midnight(market, ctx.now), ctx.now)]
    bought: float = price_of(sum(bar.taker_quote for bar in day))
    sold: float = price_of(sum(bar.quote_volume for bar in day)) - bought
    sizes: tuple[str, ...] = ("super", "big", "mid", "small")
    return {
        **{f"capital_in_{size}": bought / len(sizes) for size in sizes}, **{f"capital_out_{size}": sold / len(sizes) for size in sizes},
        "update_time": stamp(market, ctx.now), "update_timestamp": ctx.now / 1e6,
    }


def stock_filter(ctx: Context, body: Body) -> dict[str, Any]:
    """Everything in a market, page by page: filters are not looked at."""
    found: list[str] = ctx.desk.listed_in(market_by_number(body["market"]))
    begin, count = max(body["begin"], 0), body["num"]
    page: list[str] = found[begin:begin + count] if count > 0 else []
    return {
        "last_page": begin + count >= len(found), "all_count": len(found),
        "data_list": [{
            "security": ctx.desk.security(symbol), "name": ctx.desk.facts(symbol).name, "base_data_list": [],
            "accumulate_data_list": [], "financial_data_list": [], "custom_indicator_data_list": [],
        } for symbol in page],
    }


def post(path: str, call: Any, required: dict[str, Reader], optional: dict[str, Reader] | None = None) -> Operation:
    return Operation("POST", path, call, form=Form(required, optional))


WARRANT_FILTERS: dict[str, Reader] = dict.fromkeys((
    "owner", "type_list", "issuer_list", "maturity_time_min", "maturity_time_max", "ipo_period", "price_type", "status",
    "cur_price_min", "cur_price_max", "strike_price_min", "strike_price_max", "street_min", "street_max", "conversion_min",
    "conversion_max", "vol_min", "vol_max", "premium_min", "premium_max", "leverage_ratio_min", "leverage_ratio_max", "delta_min",
    "delta_max", "implied_min", "implied_max", "recovery_price_min", "recovery_price_max", "price_recovery_ratio_min",
    "price_recovery_ratio_max",
), anything)

OPERATIONS: tuple[Operation, ...] = (
    post("/api/broker", broker, {"security": SECURITY}),
    post("/api/rt", rt, {"security": SECURITY}),
    post("/api/plate-set", plate_set, {"market": whole, "plate_set_type": whole}),
    post("/api/plate-security", plate_security, {"plate": SECURITY}, {"sort_field": whole, "ascend": flag}),
    post("/api/reference", reference, {"security": SECURITY, "reference_type": whole}),
    post("/api/owner-plate", owner_plate, {"security_list": SECURITIES}),
    post("/api/option-chain", option_chain, {"owner": SECURITY, "begin_time": text, "end_time": text}, {
        "type": whole, "condition": whole, "index_option_type": whole, "data_filter": anything,
    }),
    post("/api/warrant", warrant, {"begin": whole, "num": whole, "sort_field": whole, "ascend": flag}, WARRANT_FILTERS),
    post("/api/capital-flow", capital_flow, {"security": SECURITY}, {"period_type": whole, "begin_time": text, "end_time": text}),
    post("/api/capital-distribution", capital_distribution, {"security": SECURITY}),
    post("/api/user-security", user_security, {"group_name": text}),
    post("/api/stock-filter", stock_filter, {"begin": whole, "num": whole, "market": whole}, {
        "plate": SECURITY, "base_filter_list": listed(anything), "accumulate_filter_list": listed(anything),
        "financial_filter_list": listed(anything), "pattern_filter_list": listed(anything),
        "custom_indicator_filter_list": listed(anything),
    }),
    post("/api/ipo-list", ipo_list, {"market": whole}),
    post("/api/future-info", future_info, {"security_list": SECURITIES}),
    post("/api/delay-statistics", delay_statistics, {}, {
        "type_list": listed(whole), "qot_push_stage": whole, "segment_list": listed(number),
    }),
)
