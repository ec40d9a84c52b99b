"""
What the server makes of a buy or sell before the terminal sees it (spec 2.3, 2.5): a buy that cash does not cover is shrunk,
percentages become lots, a sale is looked up in the positions. The outcome is ``result`` of the reply, whatever it is.
"""

from typing import Any

from ...core.numbers import SCALE
from ...core.settlement import make_settlement
from . import money
from .codes import SHARES, lot_of
from .counter import REFUSED, Wanted, submit
from .params import to_amount
from .rendering import PRICE_TYPES, count, number
from .state import DialectState

Result = dict[str, Any]


def buy(desk: DialectState, wanted: Wanted, shares: int) -> Result:
    """
    Buy ``shares`` as lots. More than cash pays for is shrunk to what it does, and the reply says so in ``order_num`` only.
    """
    lot, unit = lot_of(wanted.symbol, desk.options.is_b)
    try:
        free: float = number(money.cash(desk.venue.exchange, wanted.account)[0])
        if shares * wanted.price > free:
            shares = affordable(desk, wanted, free, lot)
            if shares < lot:
                return nothing(wanted, f"资金不足，无法买入: {wanted.symbol}, 可用资金 {free:.2f}")
        shares = shares // lot * lot
        if shares < lot:
            return nothing(wanted, f"{name_of(unit)}不足{lot}{unit}: {shares}")
    except Exception as error:
        return nothing(wanted, f"买入异常: {error}")
    return place(desk, wanted, int(shares))


def buy_percent(desk: DialectState, wanted: Wanted, percent: float) -> Result:
    """Buy for a fraction of total assets, cash at most. A late exception has it done all over again (``percent_retries``)."""
    result: Result = {}
    for _ in range(1 + desk.options.percent_retries):
        result = _buy_percent(desk, wanted, percent)
    return result


def _buy_percent(desk: DialectState, wanted: Wanted, percent: float) -> Result:
    lot, unit = lot_of(wanted.symbol, desk.options.is_b)
    try:
        free, frozen = money.cash(desk.venue.exchange, wanted.account)
        total: int = free + frozen + desk.worth(wanted.account)
        shares: int = affordable(desk, wanted, min(number(total) * percent, number(free)), lot)
    except Exception as error:
        return nothing(wanted, f"买入异常: {error}")
    if shares < lot:
        return {
            "success": False, "symbol": wanted.symbol, "order_num": 0, "price": wanted.price, "error": "Insufficient funds",
            "message": f"资金不足，无法买入一手: {wanted.symbol}",
        }
    return place(desk, wanted, shares)


def sell(desk: DialectState, wanted: Wanted, shares: int | None, percent: float = 0.0) -> Result:
    """
    Sell ``shares``, or a fraction of what can be sold when that is None. No shares, or a fraction of less than a lot,
    means everything that can be sold. More than can be sold goes out as it is: the exchange refuses it.
    """
    lot, unit = lot_of(wanted.symbol, desk.options.is_b)
    try:
        held: dict[str, money.Position] = {row.symbol: row for row in desk.positions(wanted.account) if row.quantity}
        if wanted.symbol not in held:
            return nothing(wanted, f"未持有该股票: {wanted.symbol}")
        can_use: int = count(held[wanted.symbol].free)
        wished: int = int(can_use * percent / lot) * lot if shares is None else shares
        wished = wished or can_use
        if wished < lot:
            return nothing(wanted, f"卖出{name_of(unit)}不足{lot}{unit}: {wished}")
    except Exception as error:
        return nothing(wanted, f"卖出异常: {error}")
    return place(desk, wanted, int(wished))


def affordable(desk: DialectState, wanted: Wanted, amount: float, lot: int) -> int:
    """
    The whole lots that ``amount`` CNY buys, fewer where the fees do not fit into what is free. ZeroDivisionError for a price of 0.
    """
    exchange = desk.venue.exchange
    shares: int = int(amount / wanted.price / lot) * lot
    instrument = exchange.instruments.get(wanted.symbol)
    if instrument is None or instrument.equity is None:
        return shares
    free: int = money.cash(exchange, wanted.account)[0]
    settlement = make_settlement(instrument, exchange.ledger, exchange.discount)
    price: int = to_amount(wanted.price)
    while shares > 0 and settlement.reserve(True, price, shares * SCALE) > free:
        shares -= lot
    return shares


def place(desk: DialectState, wanted: Wanted, shares: int) -> Result:
    """Hand a checked order to the terminal. The texts say 限价单 and 股 whatever it is."""
    word: str = "买入" if wanted.is_buy else "卖出"
    if wanted.price_type not in PRICE_TYPES:
        return {"success": False, "message": f"错误：不支持的价格类型 {wanted.price_type}"}
    try:
        order_id: int = submit(desk, wanted, shares)
    except Exception as error:
        return {"success": False, "message": f"下单时发生异常: {error}"}
    plain: Result = {"symbol": wanted.symbol, "order_num": shares, "price": wanted.price}
    deal: str = f"{wanted.symbol} {shares}股 @{wanted.price}"
    if order_id == REFUSED:
        own: Result = {"success": False, "message": f"{word}限价单提交失败: {deal}"}
    else:
        own = {"success": True, "order_id": order_id, "message": f"{word}限价单提交成功: {deal}, OrderID: {order_id}"}
        plain["value"] = shares * wanted.price
    if desk.options.results == "nested":
        return {"success": True, **plain, "order_result": own, "message": own["message"]}
    return {**plain, **own}


def nothing(wanted: Wanted, message: str) -> Result:
    """Nothing was ordered."""
    return {
        "success": False, "symbol": wanted.symbol, "order_num": 0, "price": wanted.price, "value": 0, "order_result": None,
        "message": message,
    }


def name_of(unit: str) -> str:
    """股 -> 股数, 张 -> 张数."""
    return "股数" if unit == SHARES else "张数"
