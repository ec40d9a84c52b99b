"""Subscriptions and quotes (spec 2.4 to 2.11)."""

from typing import Any

from . import bars, enums, quotes
from .errors import BAD_ARGUMENT, Failure, bad_request
from .frequency import BARS, SNAPSHOT
from .operations import Context, Operation
from .order_lists import read_time
from .params import (
    SECURITIES,
    SECURITY,
    Body,
    Form,
    anything,
    flag,
    listed,
    some_securities,
    text,
    whole,
)

MOST_ROWS: int = 1000


def symbols_of(ctx: Context, body: Body) -> list[str]:
    """Of the ``security_list``; a client is looking at the market."""
    ctx.desk.venue.touch_feed()
    return [ctx.desk.find(each) for each in some_securities(body, ctx.options)]


def subscribe(ctx: Context, body: Body) -> dict[str, Any]:
    """Shared by all clients of the gateway; a failure changes nothing."""
    desk = ctx.desk
    if body.get("is_unsub_all"):
        if ctx.options.is_late:
            raise bad_request("is_unsub_all: not supported over REST")
        desk.subscriptions.remove(list(desk.subscriptions.found))
        return {}
    kinds: list[int] = body["sub_type_list"]
    wrong: list[int] = [kind for kind in kinds if kind not in enums.SUB_TYPES]
    if wrong:
        raise Failure(f"sub_type_list: unknown value {wrong[0]}", BAD_ARGUMENT)
    symbols: list[str] = symbols_of(ctx, body)
    if not symbols or not kinds:
        raise Failure("security_list, sub_type_list: must not be empty", BAD_ARGUMENT)
    pairs: list[tuple[str, int]] = [(symbol, kind) for symbol in symbols for kind in kinds]
    if not body["is_sub_or_un_sub"]:
        desk.subscriptions.remove(pairs)
        return {}
    pushed = desk.subscriptions.add(pairs, body.get("is_reg_or_un_reg_push"))
    desk.on_subscribe(pushed if ctx.options.quote_push == "registered" else pairs, body.get("is_first_push", True))
    return {}


def sub_info(ctx: Context, body: Body) -> dict[str, Any]:
    subscriptions = ctx.desk.subscriptions
    by_type: dict[int, list[str]] = {}
    for symbol, kind in subscriptions.found:
        by_type.setdefault(kind, []).append(symbol)
    used: int = len(subscriptions.found)
    return {
        "conn_sub_info_list": [{
            "sub_info_list": [
                {"sub_type": kind, "security_list": [ctx.desk.security(symbol) for symbol in symbols]}
                for kind, symbols in by_type.items()
            ],
            "used_quota": used, "is_own_conn_data": True,
        }] if used else [],
        "total_used_quota": used, "remain_quota": subscriptions.left,
    }


def quote(ctx: Context, body: Body) -> dict[str, Any]:
    """What is not subscribed to fails; the seed's example brings its subscription along, which later builds refuse."""
    if "sub_type_list" in body and ctx.options.is_late:
        raise bad_request("unknown field `sub_type_list`")
    symbols: list[str] = symbols_of(ctx, body)
    kinds: list[int] = [kind for kind in body.get("sub_type_list", []) if kind in enums.SUB_TYPES]
    ctx.desk.subscriptions.add([(symbol, kind) for symbol in symbols for kind in kinds], None)
    for symbol in symbols:
        ctx.desk.subscriptions.need(symbol, enums.BASIC, "Basic")
    return {"basic_qot_list": [quotes.basic_qot(ctx.desk, symbol, ctx.now) for symbol in symbols]}


def orderbook(ctx: Context, body: Body) -> dict[str, Any]:
    symbol: str = subscribed(ctx, body, enums.ORDER_BOOK, "OrderBook")
    if body["num"] <= 0:
        raise Failure("num: must be positive", BAD_ARGUMENT)
    return quotes.order_book(ctx.desk, symbol, body["num"], ctx.now)


def subscribed(ctx: Context, body: Body, kind: int, name: str) -> str:
    """The symbol of ``security``, which must be subscribed to."""
    symbol: str = ctx.desk.find(body["security"])
    ctx.desk.venue.touch_feed()
    ctx.desk.subscriptions.need(symbol, kind, name)
    return symbol


def ticker(ctx: Context, body: Body) -> dict[str, Any]:
    symbol: str = subscribed(ctx, body, enums.TICKER, "Ticker")
    most: int = body["max_ret_num"]
    if not 0 < most <= MOST_ROWS:
        raise Failure(f"max_ret_num: must be within 1 and {MOST_ROWS}", BAD_ARGUMENT)
    return {
        "security": ctx.desk.security(symbol), "name": ctx.desk.facts(symbol).name,
        "ticker_list": quotes.trades(ctx.desk, symbol, most),
    }


def snapshot(ctx: Context, body: Body) -> dict[str, Any]:
    ctx.desk.frequencies.count(SNAPSHOT, "", ctx.now)
    found: list[Body] = [quotes.snapshot(ctx.desk, symbol, ctx.now) for symbol in symbols_of(ctx, body)]
    if ctx.options.is_late:
        for each in found:
            each["exchange_code"] = ctx.desk.markets[each["basic"]["security"]["code"]].code
    return {"snapshot_list": found}


def static_info(ctx: Context, body: Body) -> dict[str, Any]:
    """By a list, or by market and type."""
    desk = ctx.desk
    if "security_list" in body:
        found: list[str] = symbols_of(ctx, body)
    elif "market" in body:
        kind: int = body.get("sec_type", 0)
        found = [
            name for name in ctx.exchange.instruments
            if desk.markets[name].qot_market == body["market"] and kind in (0, desk.facts(name).kind)
        ]
    else:
        raise bad_request("missing field `security_list`")
    return {"static_info_list": [quotes.static_info(desk, symbol) for symbol in found]}


def market_state(ctx: Context, body: Body) -> dict[str, Any]:
    desk = ctx.desk
    return {"market_info_list": [{
        "security": desk.security(symbol), "name": desk.facts(symbol).name,
        "market_state": quotes.market_state(desk, desk.markets[symbol], ctx.now),
    } for symbol in symbols_of(ctx, body)]}


# K lines

def kl_type_of(body: Body) -> int:
    kind: int = body["kl_type"]
    if kind not in bars.KL_TYPES:
        raise Failure(f"kl_type: unknown value {kind}", BAD_ARGUMENT)
    return kind


def kline_answer(ctx: Context, symbol: str, found: list[bars.LabelledBar]) -> dict[str, Any]:
    market, facts = ctx.desk.markets[symbol], ctx.desk.facts(symbol)
    return {
        "security": ctx.desk.security(symbol), "name": facts.name,
        "kl_list": [bars.row(market, each, facts.shares) for each in found],
    }


def kline(ctx: Context, body: Body) -> dict[str, Any]:
    """The newest ones; all rehabs are the same, as nothing pays dividends here."""
    kind: int = kl_type_of(body)
    symbol: str = subscribed(ctx, body, enums.SUB_OF_KL[kind], "KLine")
    most: int = body["req_num"]
    if not 0 < most <= MOST_ROWS:
        raise Failure(f"req_num: must be within 1 and {MOST_ROWS}", BAD_ARGUMENT)
    return kline_answer(ctx, symbol, bars.newest_bars(ctx.desk, symbol, kind, most, ctx.now))


def history_kline(ctx: Context, body: Body) -> dict[str, Any]:
    """
    By time, page by page. ``next_req_key`` is the label of the next page's first bar as text, in bytes. A first page counts
    against the quota of symbols.
    """
    desk = ctx.desk
    kind: int = kl_type_of(body)
    symbol: str = desk.find(body["security"])
    desk.venue.touch_feed()
    market = desk.markets[symbol]
    start, end = read_time(market, body["begin_time"]), read_time(market, body["end_time"], is_end=True)
    if "next_req_key" in body and body["next_req_key"]:
        start = read_key(body["next_req_key"])
    else:
        desk.frequencies.count(BARS, "", ctx.now)
        desk.use_history(symbol, ctx.now)
    most: int = body.get("max_ack_kl_num", 0)
    if not 0 <= most <= MOST_ROWS:
        raise Failure(f"max_ack_kl_num: must be within 0 and {MOST_ROWS}", BAD_ARGUMENT)
    found = bars.bars_between(desk, symbol, kind, start, end, most + 1 if most else 0)
    rest = found[most:] if most else []
    answer = kline_answer(ctx, symbol, found[:most] if most else found)
    answer["next_req_key"] = list(str(rest[0].label).encode()) if rest else None
    return answer


def read_key(key: list[int]) -> int:
    """Failure for a cursor that this gateway did not give."""
    text_: str = "".join(chr(each) for each in key if 48 <= each <= 57)
    if len(text_) != len(key) or len(text_) > 18:
        raise Failure("next_req_key: invalid", BAD_ARGUMENT)
    return int(text_)


OPERATIONS: tuple[Operation, ...] = (
    Operation("POST", "/api/subscribe", subscribe, form=Form(
        {"security_list": SECURITIES, "sub_type_list": listed(whole), "is_sub_or_un_sub": flag},
        {
            "is_reg_or_un_reg_push": flag, "reg_push_rehab_type_list": listed(whole), "is_first_push": flag, "is_unsub_all": flag,
            "is_sub_order_book_detail": flag, "extended_time": flag, "session": whole,
        },
    )),
    Operation("GET", "/api/sub-info", sub_info),
    Operation("POST", "/api/quote", quote, form=Form({"security_list": SECURITIES}, {"sub_type_list": listed(whole)})),
    Operation("POST", "/api/orderbook", orderbook, form=Form({"security": SECURITY, "num": whole}, {"order_book_type": whole})),
    Operation("POST", "/api/ticker", ticker, form=Form({"security": SECURITY, "max_ret_num": whole})),
    Operation("POST", "/api/snapshot", snapshot, form=Form({"security_list": SECURITIES})),
    Operation("POST", "/api/static-info", static_info, form=Form(
        {}, {"security_list": SECURITIES, "market": whole, "sec_type": whole},
    )),
    Operation("POST", "/api/market-state", market_state, form=Form({"security_list": SECURITIES})),
    Operation("POST", "/api/kline", kline, form=Form(
        {"rehab_type": whole, "kl_type": whole, "security": SECURITY, "req_num": whole},
    )),
    Operation("POST", "/api/history-kline", history_kline, form=Form(
        {"rehab_type": whole, "kl_type": whole, "security": SECURITY, "begin_time": text, "end_time": text},
        {
            "max_ack_kl_num": whole, "need_kl_fields_flag": anything, "next_req_key": listed(whole), "extended_time": flag,
            "session": whole,
        },
    )),
)
