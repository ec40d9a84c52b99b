"""Orders and fills, of today and of the past (spec 2.17, 2.18)."""

from typing import Any

from . import order_lists, rendering
from .errors import Failure
from .frequency import HISTORY
from .op_account import account_of, market_of, refresh
from .operations import ACC, Context, Operation
from .params import CONDITIONS, HEADER, Body, Form, flag, listed, whole
from .state import midnight
from .trading_accounts import TradingAccount


def orders(ctx: Context, body: Body) -> dict[str, Any]:
    """Today's, and those that are open."""
    account: TradingAccount = account_of(ctx, body)
    refresh(ctx, body, account)
    market = market_of(body)
    is_today = order_lists.is_of_today(ctx.desk, market)
    found = [order for order in order_lists.orders_of(ctx.desk, account, market) if is_today(order)]
    return order_answer(ctx, body, account, found, False)


def history_orders(ctx: Context, body: Body) -> dict[str, Any]:
    """Those that are over."""
    account: TradingAccount = past_account(ctx, body)
    found = [order for order in order_lists.orders_of(ctx.desk, account, market_of(body)) if order.is_final]
    return order_answer(ctx, body, account, found, True)


def past_account(ctx: Context, body: Body) -> TradingAccount:
    account: TradingAccount = account_of(ctx, body)
    if not account.is_real and not ctx.options.sim_history:
        raise Failure("simulated accounts have no history")
    ctx.desk.frequencies.count(HISTORY, str(account.acc_id), ctx.now)
    return account


def order_answer(ctx: Context, body: Body, account: TradingAccount, found: list[Any], needs_times: bool) -> dict[str, Any]:
    conditions: Body = body.get("filter_conditions", {})
    begin, end = order_lists.stretch(market_of(body), conditions, needs_times)
    statuses: list[int] = body.get("filter_status_list", [])
    rows = [order_lists.row_of(ctx.desk, account, order) for order in found if begin <= order.time <= end]
    return {"header": body["header"], "order_list": [
        row for row in rows
        if order_lists.matches(conditions, row["code"], row["order_id"], row["order_id_ex"])
        and (not statuses or row["order_status"] in statuses)
    ]}


def order_fills(ctx: Context, body: Body) -> dict[str, Any]:
    """Today's; simulated accounts have none."""
    account: TradingAccount = account_of(ctx, body)
    if not account.is_real and not ctx.options.sim_fills:
        raise Failure("simulated accounts do not support this request")
    refresh(ctx, body, account)
    market = market_of(body)
    since: int = midnight(market, ctx.now)
    found = [each for each in order_lists.fills_of(ctx.desk, account, market) if each[0].time >= since]
    return fill_answer(ctx, body, account, found, False)


def history_order_fills(ctx: Context, body: Body) -> dict[str, Any]:
    account: TradingAccount = past_account(ctx, body)
    return fill_answer(ctx, body, account, order_lists.fills_of(ctx.desk, account, market_of(body)), True)


def fill_answer(ctx: Context, body: Body, account: TradingAccount, found: list[Any], needs_times: bool) -> dict[str, Any]:
    conditions: Body = body.get("filter_conditions", {})
    begin, end = order_lists.stretch(market_of(body), conditions, needs_times)
    rows = [
        rendering.fill_row(
            fill, order, ctx.desk.facts(fill.symbol).name, ctx.desk.markets[fill.symbol], market_of(body).number(account.is_real),
        )
        for fill, order in found if begin <= fill.time <= end
    ]
    return {"header": body["header"], "order_fill_list": [
        row for row in rows if order_lists.matches(conditions, row["code"], row["fill_id"], row["order_id_ex"])
    ]}


OPERATIONS: tuple[Operation, ...] = (
    Operation("POST", "/api/orders", orders, ACC, Form({"header": HEADER}, {
        "filter_conditions": CONDITIONS, "filter_status_list": listed(whole), "refresh_cache": flag,
    })),
    Operation("POST", "/api/order-fills", order_fills, ACC, Form({"header": HEADER}, {
        "filter_conditions": CONDITIONS, "refresh_cache": flag,
    })),
    Operation("POST", "/api/history-orders", history_orders, ACC, Form(
        {"header": HEADER, "filter_conditions": CONDITIONS}, {"filter_status_list": listed(whole)},
    )),
    Operation("POST", "/api/history-order-fills", history_order_fills, ACC, Form({"header": HEADER, "filter_conditions": CONDITIONS})),
)
