"""Accounts, funds, positions, what can be traded, fees, and the lock of real accounts (spec 2.13 to 2.16, 2.21 to 2.24)."""

from hashlib import md5
from typing import Any

from ...core.numbers import SCALE
from ...core.settlement import make_settlement
from . import money, order_lists
from .contents import BY_NUMBER, TradeMarket
from .errors import BAD_ARGUMENT, Failure
from .frequency import HISTORY, REFRESH, UNLOCK
from .operations import ACC, UNLOCK as UNLOCK_SCOPE, Context, Operation
from .params import (
    CONDITIONS,
    HEADER,
    SECURITIES,
    Body,
    Form,
    anything,
    flag,
    listed,
    number,
    some_securities,
    text,
    whole,
)
from .trading_accounts import TradingAccount

LOCK_US: int = 60_000_000               # the gateway locks itself after wrong passwords (spec 1.7)
WRONG_PASSWORDS: int = 2
# nothing can be asked of these
ODD_ACCOUNTS: tuple[Body, ...] = (
    {"trd_env": 0, "acc_id": "1000100", "trd_market_auth_list": [100], "acc_type": 1, "sim_acc_type": 5, "acc_label": "paper_trade"},
    {"trd_env": 1, "acc_id": 281000000000009999, "trd_market_auth_list": [7], "acc_type": 99, "acc_status": 1, "acc_label": "crypto"},
)
MARGIN_RATIO: float = 100.0             # percent: cash accounts


def market_of(body: Body) -> TradeMarket:
    """The header's market, as far as anything is listed in it. Failure where nothing is."""
    found: TradeMarket | None = BY_NUMBER.get(body["header"]["trd_market"])
    if found is None:
        raise Failure(f"nothing is traded in trd_market {body['header']['trd_market']}")
    return found


def account_of(ctx: Context, body: Body) -> TradingAccount:
    return ctx.desk.accounts.find(ctx.caller.login, body["header"])


def refresh(ctx: Context, body: Body, account: TradingAccount) -> None:
    """Only what is to be read afresh counts against a frequency."""
    if body.get("refresh_cache"):
        ctx.desk.frequencies.count(REFRESH, str(account.acc_id), ctx.now)


def accounts(ctx: Context, body: Body) -> dict[str, Any]:
    known = ctx.desk.accounts
    rows = [known.row(account) for account in known.of(ctx.caller.login)]
    return {"acc_list": [*rows, *ODD_ACCOUNTS] if ctx.options.odd_accounts else rows}


def sub_acc_push(ctx: Context, body: Body) -> dict[str, Any]:
    """The list replaces the one before."""
    own: set[int] = {account.acc_id for account in ctx.desk.accounts.of(ctx.caller.login)}
    wrong: list[int] = [acc_id for acc_id in body["acc_id_list"] if acc_id not in own]
    if wrong:
        raise Failure(f"account {wrong[0]} does not exist")
    ctx.desk.pushed_accounts[ctx.caller.login] = list(body["acc_id_list"])
    return {}


def funds(ctx: Context, body: Body) -> dict[str, Any]:
    account: TradingAccount = account_of(ctx, body)
    refresh(ctx, body, account)
    return {
        "header": body["header"],
        "funds": money.funds(ctx.desk, account, market_of(body), body.get("currency")),
    }


def positions(ctx: Context, body: Body) -> dict[str, Any]:
    """Those of the header's market."""
    account: TradingAccount = account_of(ctx, body)
    refresh(ctx, body, account)
    conditions: Body = body.get("filter_conditions", {})
    rows = [
        money.position_row(ctx.desk, account, row) for row in money.positions(ctx.desk, account.core, market_of(body))
        if order_lists.matches(conditions, row.symbol, money.position_id(account.core, row.symbol), "")
    ]
    least, most = body.get("filter_pl_ratio_min", -1e15), body.get("filter_pl_ratio_max", 1e15)
    return {"header": body["header"], "position_list": [row for row in rows if least <= row["pl_ratio"] <= most]}


def max_trd_qtys(ctx: Context, body: Body) -> dict[str, Any]:
    """What cash and positions allow: nothing is lent."""
    desk, account, market = ctx.desk, account_of(ctx, body), market_of(body)
    desk.frequencies.count(HISTORY, str(account.acc_id), ctx.now)
    symbol: str = desk.find_traded(market, body["code"], body.get("sec_market"))
    instrument = desk.instrument(symbol)
    price: int = round(body["price"] * SCALE) or ctx.exchange.tapes[symbol].last_price
    if price <= 0:
        raise Failure("price: must be positive", BAD_ARGUMENT)
    free: int = money.cash(desk, account.core, market).free
    if "order_id" in body:
        changed = order_lists.find_order(desk, account, body["order_id"])
        free += changed.locked if changed.is_buy else 0
    lot, least = (instrument.equity.lot, instrument.equity.least) if instrument.equity else (instrument.step_size, 0)
    settlement = make_settlement(instrument, ctx.exchange.ledger, ctx.exchange.discount)
    lots, beyond = 0, free * SCALE // (price * lot) + 1
    while beyond - lots > 1:
        middle: int = (lots + beyond) // 2
        if settlement.reserve(True, price, middle * lot) <= free:
            lots = middle
        else:
            beyond = middle
    buyable: int = lots * lot if lots * lot >= least else 0
    held: int = ctx.exchange.balances(account.core).get(symbol, (0, 0))[0]
    return {"header": body["header"], "max_trd_qtys": {
        "max_cash_buy": money.number(buyable), "max_cash_and_margin_buy": money.number(buyable),
        "max_position_sell": money.number(held), "max_sell_short": 0.0, "max_buy_back": 0.0,
        "long_required_im": None, "short_required_im": None, "session": body.get("session"),
    }}


def margin_ratio(ctx: Context, body: Body) -> dict[str, Any]:
    desk, account = ctx.desk, account_of(ctx, body)
    desk.frequencies.count(HISTORY, str(account.acc_id), ctx.now)
    rows: list[Body] = []
    for each in some_securities(body, ctx.options):
        symbol: str = desk.find(each)
        rows.append({
            "security": desk.security(symbol), "is_long_permit": False, "is_short_permit": False, "short_pool_remain": 0.0,
            "short_fee_rate": 0.0, **{
                f"{kind}_{side}_ratio": MARGIN_RATIO for kind in ("alert", "im", "mcm", "mm") for side in ("long", "short")
            },
        })
    return {"header": body["header"], "margin_ratio_info_list": rows}


def order_fee(ctx: Context, body: Body) -> dict[str, Any]:
    """Of real accounts only; an order that is not there is left out."""
    desk, account = ctx.desk, account_of(ctx, body)
    if not account.is_real:
        raise Failure("simulated accounts have no fees")
    desk.frequencies.count(HISTORY, str(account.acc_id), ctx.now)
    rows: list[Body] = []
    for order_id_ex in body["order_id_ex_list"]:
        try:
            order = order_lists.find_order_ex(desk, account, order_id_ex)
        except Failure:
            continue
        fee: float = money.number(sum(fill.fee for fill in ctx.exchange.order_fills(account.core, order.order_id)))
        rows.append({"order_id_ex": order_id_ex, "fee_amount": fee, "fee_list": [{"title": "Commission and duties", "value": fee}]})
    return {"header": body["header"], "order_fee_list": rows}


def unlock_trade(ctx: Context, body: Body) -> dict[str, Any]:
    """The state is the process's, shared by all clients. Two wrong passwords lock the gateway for a minute."""
    desk = ctx.desk
    if not body["unlock"]:
        desk.is_unlocked = False
        return {}
    desk.frequencies.count(UNLOCK, "", ctx.now)
    if ctx.now < desk.locked_until:
        raise Failure("unlock is locked for 60 seconds after wrong passwords")
    given: str = body.get("pwd_md5", "")
    wanted: str = ctx.options.trade_password
    is_md5: bool = len(given) == 32 and set(given) <= set("0123456789abcdef")
    if not is_md5 or (wanted and given != md5(wanted.encode()).hexdigest()):
        desk.wrong_passwords += 1
        if desk.wrong_passwords >= WRONG_PASSWORDS:
            desk.wrong_passwords = 0
            desk.locked_until = ctx.now + LOCK_US
        raise Failure("wrong trade password")
    desk.wrong_passwords = 0
    desk.is_unlocked = True
    return {}


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/api/accounts", accounts, ACC),
    Operation("POST", "/api/sub-acc-push", sub_acc_push, ACC, Form({"acc_id_list": listed(whole)})),
    Operation("POST", "/api/funds", funds, ACC, Form(
        {"header": HEADER}, {"refresh_cache": flag, "currency": whole, "asset_category": whole},
    )),
    Operation("POST", "/api/positions", positions, ACC, Form({"header": HEADER}, {
        "filter_conditions": CONDITIONS, "filter_pl_ratio_min": number, "filter_pl_ratio_max": number, "refresh_cache": flag,
        "asset_category": whole, "currency": whole, "option_strategy_view": anything,
    })),
    Operation("POST", "/api/max-trd-qtys", max_trd_qtys, ACC, Form(
        {"header": HEADER, "order_type": whole, "code": text, "price": number},
        {
            "order_id": whole, "adjust_price": flag, "adjust_side_and_limit": number, "sec_market": whole, "order_id_ex": text,
            "session": whole, "position_id": whole,
        },
    )),
    Operation("POST", "/api/margin-ratio", margin_ratio, ACC, Form({"header": HEADER, "security_list": SECURITIES})),
    Operation("POST", "/api/order-fee", order_fee, ACC, Form({"header": HEADER, "order_id_ex_list": listed(text)})),
    Operation("POST", "/api/unlock-trade", unlock_trade, UNLOCK_SCOPE, Form({"unlock": flag}, {
        "pwd_md5": text, "security_firm": whole, "acc_ids": listed(whole), "sec_otp": text,
    })),
)
