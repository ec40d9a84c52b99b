"""Orders by signature (spec 2.3) and by session (spec 2.5), by percentage, with all cash, and the repo."""

from collections.abc import Callable
from functools import partial
from typing import Any

from . import money
from .codes import full_code, lot_of
from .counter import REFUSED, Wanted, lend
from .contents import CASH, REPO
from .errors import BAD_COUNT, BAD_LOT, BAD_OPERATION, BAD_PERCENT, BAD_RESERVE, BOTH, NEITHER, NO_DATA, missing, refused
from .operations import SESSION, SIGNATURE, TRADE, Context, Operation
from .ordering import Result, affordable, buy, buy_percent, place, sell
from .params import wanted_indices
from .rendering import LIMIT, number
from .state import DialectState

OUTER_NAME: str = "外部策略"
WEB_NAME: str = "Web界面"
REPO_LOT: int = 10                      # 张
REPO_UNIT: int = 1000                   # CNY that a lot lends

Work = Callable[[DialectState, Wanted], Result]


async def outer_trade(ctx: Context, data: Any) -> object:
    """A fixed quantity or a percentage; build B takes a percentage only. The checks go in the server's order."""
    operation: str = ctx.path["operation"]
    if operation not in ("buy", "sell"):
        raise refused(BAD_OPERATION)
    if not data:
        raise refused(NO_DATA)
    price, percent = data.get("trade_price"), data.get("position_pct")
    symbol: Any = data.get("symbol")
    shares: Any = None if ctx.options.is_b else data.get("order_num")
    if ctx.options.is_b:
        if not symbol or price is None or percent is None:
            raise missing("symbol", "trade_price", "position_pct")
    elif not symbol or price is None:
        raise missing("symbol", "trade_price")
    if percent is None and shares is None:
        raise refused(NEITHER)
    if percent is not None and shares is not None:
        raise refused(BOTH)
    if percent is not None and not 0 <= percent <= 1:
        raise refused(BAD_PERCENT)
    if shares is not None:
        if shares <= 0:
            raise refused(BAD_COUNT)
        lot, unit = lot_of(symbol)
        if shares % lot:
            raise refused(BAD_LOT.format(lot=lot, unit=unit))
    is_buy: bool = operation == "buy"
    work: Work
    if shares is not None:
        work = partial(fixed, shares=int(shares))
    elif is_buy:
        work = partial(buy_percent, percent=percent)
    else:
        work = partial(sell, shares=None, percent=percent)
    name: str = name_of(data, OUTER_NAME)
    results: list[Result] = await everywhere(ctx, data, work, symbol, is_buy, price, data.get("price_type", LIMIT), name)
    body: Result = {
        "message": f"第三方{operation}交易执行完成", "operation": operation, "strategy_name": name, "results": results,
    }
    if not ctx.options.is_b:
        is_fixed: bool = shares is not None
        body |= {"trade_mode": "order_num" if is_fixed else "position_pct", "trade_param": shares if is_fixed else percent}
    return body


def fixed(desk: DialectState, wanted: Wanted, shares: int) -> Result:
    """A number of shares, either way."""
    return buy(desk, wanted, shares) if wanted.is_buy else sell(desk, wanted, shares)


def name_of(data: Any, default: str) -> str:
    """The strategy name that a request gives; null is an empty one."""
    found: Any = data.get("strategy_name", default)
    return "" if found is None else str(found)


async def everywhere(
    ctx: Context, data: Any, work: Work, symbol: str, is_buy: bool, price: Any, price_type: Any, name: str,
) -> list[Result]:
    """Do it for the account that the request names, else for every one."""
    indices: list[int] = wanted_indices(data, len(ctx.desk.venue.accounts))
    wanted: list[Wanted] = [Wanted(ctx.desk.account(index), full_code(symbol), is_buy, price, price_type, name) for index in indices]
    results: list[Result] = await ctx.do(*[partial(work, ctx.desk, each) for each in wanted])
    return [
        {"trader_index": ctx.place_of(index, number_in_list), "status": "success", "result": result}
        for number_in_list, (index, result) in enumerate(zip(indices, results, strict=True))
    ]


# by session

async def web_trade(ctx: Context, data: Any, is_buy: bool) -> object:
    """No lot is checked; none at all sells everything that can be sold."""
    if not data:
        raise refused(NO_DATA)
    symbol, price, shares = data.get("symbol"), data.get("price"), data.get("shares")
    if not symbol or price is None or shares is None:
        raise missing("symbol", "price", "shares")
    results = await everywhere(
        ctx, data, partial(fixed, shares=shares), symbol, is_buy, price, data.get("price_type", LIMIT),
        name_of(data, WEB_NAME),
    )
    return {"message": "买入执行完成" if is_buy else "卖出执行完成", "results": results}


async def web_percent(ctx: Context, data: Any) -> object:
    """A percentage buy; the range is not checked, and the price type is ``pricetype``."""
    if not data:
        raise refused(NO_DATA)
    symbol, price, percent = data.get("symbol"), data.get("trade_price"), data.get("position_pct")
    if not symbol or price is None or percent is None:
        raise missing("symbol", "trade_price", "position_pct")
    results = await everywhere(
        ctx, data, partial(buy_percent, percent=percent), symbol, True, price, data.get("pricetype", LIMIT),
        name_of(data, WEB_NAME),
    )
    return {"message": "交易执行完成", "results": results}


# with all cash, and the repo

async def all_in(ctx: Context, data: Any) -> object:
    """A limit order for all cash. ``result`` is null whatever came of it."""
    symbol, price = data.get("symbol"), data.get("cur_price")
    if not symbol or price is None:
        raise missing("symbol", "cur_price")
    results = await everywhere(ctx, data, spend_all, symbol, True, price, LIMIT, "")
    return {"message": "全仓买入完成", "results": [{**each, "result": None} for each in results]}


def spend_all(desk: DialectState, wanted: Wanted) -> Result:
    """As many lots as cash buys; none is no error."""
    lot, _ = lot_of(wanted.symbol, desk.options.is_b)
    shares: int = affordable(desk, wanted, number(money.cash(desk.venue.exchange, wanted.account)[0]), lot)
    return place(desk, wanted, shares) if shares >= lot else {}


async def reverse_repo(ctx: Context, data: Any) -> object:
    """Lend what cash there is above ``reserve_amount``, in units of 1000 CNY. Build B keeps nothing back and tells nothing."""
    is_b: bool = ctx.options.is_b
    reserve: Any = 0 if is_b else data.get("reserve_amount", 0)
    if reserve < 0:
        raise refused(BAD_RESERVE)
    indices: list[int] = wanted_indices(data, len(ctx.desk.venue.accounts))
    lent: list[Result] = await ctx.do(*[partial(lend_cash, ctx.desk, ctx.desk.account(index), reserve) for index in indices])
    results: list[Result] = [
        {
            "trader_index": ctx.place_of(index, number_in_list), "status": "success" if result["success"] or is_b else "failed",
            **({} if is_b else {"result": result}),
        }
        for number_in_list, (index, result) in enumerate(zip(indices, lent, strict=True))
    ]
    if is_b:
        return {"message": "逆回购完成", "results": results}
    return {"message": "逆回购执行完成", "reserve_amount": reserve, "results": results}


def lend_cash(desk: DialectState, account: str, reserve: float) -> Result:
    """``success`` is not looked up: it is true for an order that was refused, too."""
    cash: float = number(money.cash(desk.venue.exchange, account)[0])
    usable: float = cash - reserve
    sums: Result = {"available_cash": cash, "reserve_amount": reserve, "usable_cash": usable}
    if usable < REPO_UNIT:
        return {
            "success": False, "symbol": REPO, "order_num": 0, **sums,
            "message": f"可用资金不足{REPO_UNIT}元，无法进行逆回购: {usable:.2f} {CASH}",
        }
    count: int = int(usable // REPO_UNIT) * REPO_LOT
    order_id: int = lend(desk, account, count)
    return {
        "success": True, "symbol": REPO, "order_num": count, "order_amount": count // REPO_LOT * REPO_UNIT, **sums,
        "order_id": order_id if order_id != REFUSED else 0, "message": f"逆回购提交成功: {REPO} {count}张, OrderID: {order_id}",
    }


OPERATIONS: tuple[Operation, ...] = (
    Operation("POST", f"{TRADE}/outer/trade/{{operation}}", "outer_trade", outer_trade, SIGNATURE),
    Operation("POST", f"{TRADE}/buy", "buy_stock", partial(web_trade, is_buy=True), SESSION, "A"),
    Operation("POST", f"{TRADE}/sell", "sell_stock", partial(web_trade, is_buy=False), SESSION),
    Operation("POST", f"{TRADE}/trade", "trade", web_percent, SESSION),
    Operation("POST", f"{TRADE}/trade/allin", "trade_allin", all_in, SIGNATURE),
    Operation("POST", f"{TRADE}/trade/nhg", "nhg", reverse_repo, SIGNATURE),
)
