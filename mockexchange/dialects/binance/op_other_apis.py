"""
What general Binance clients ask beside the spot API when they load markets (ccxt does).

The answers are short and true: no futures and no margin pairs are listed, no network moves coins in or out.
"""

from ...core.commands import SetFeeDiscount
from ...core.numbers import format_amount
from .errors import ApiError
from .operations import USER_DATA, Context, Operation, operation
from .params import Params
from .rendering import ZERO


def no_contracts(ctx: Context, params: Params) -> object:
    """``exchangeInfo`` of a futures API that lists nothing."""
    return {
        "timezone": "UTC",
        "serverTime": ctx.venue.now() // ctx.per_time,
        "rateLimits": [],
        "exchangeFilters": [],
        "assets": [],
        "symbols": [],
    }


def coins(ctx: Context, params: Params) -> object:
    """``GET /sapi/v1/capital/config/getall``: every asset of the venue, none of which can be deposited or withdrawn."""
    held: dict[str, tuple[int, int]] = ctx.exchange.balances(ctx.account)
    assets: dict[str, None] = {}
    for instrument in ctx.exchange.instruments.values():
        assets[instrument.base] = assets[instrument.quote] = None
    found: list[dict[str, object]] = []
    for asset in assets:
        free, locked = held.get(asset, (0, 0))
        found.append({
            "coin": asset, "depositAllEnable": False, "free": format_amount(free), "freeze": ZERO,
            "ipoable": ZERO, "ipoing": ZERO, "isLegalMoney": False, "locked": format_amount(locked),
            "name": asset, "networkList": [], "storage": ZERO, "trading": True,
            "withdrawAllEnable": False, "withdrawing": ZERO,
        })
    return found


def trade_fees(ctx: Context, params: Params) -> object:
    """``GET /sapi/v1/asset/tradeFee``: of one symbol or of all."""
    instruments = ctx.exchange.instruments
    found = [ctx.instrument(params.symbol())] if "symbol" in params else list(instruments.values())
    return [
        {
            "symbol": instrument.symbol,
            "makerCommission": format_amount(instrument.maker_fee),
            "takerCommission": format_amount(instrument.taker_fee),
        }
        for instrument in found
    ]


def no_pairs(ctx: Context, params: Params) -> object:
    """Margin pairs: there are none."""
    return []


def bnb_burn(ctx: Context, params: Params) -> object:
    """``GET /sapi/v1/bnbBurn``: whether the account pays its fees in BNB. There is no margin, and no interest of it."""
    return {"spotBNBBurn": ctx.exchange.discount.is_on(ctx.account), "interestBNBBurn": False}


def set_bnb_burn(ctx: Context, params: Params) -> object:
    """``POST /sapi/v1/bnbBurn``: at least one of the two must be sent."""
    if "spotBNBBurn" not in params and "interestBNBBurn" not in params:
        raise ApiError(-1102, "Param 'spotBNBBurn' or 'interestBNBBurn' must be sent, but both were empty/null!")
    params.boolean("interestBNBBurn", False)
    if "spotBNBBurn" in params:
        ctx.apply(SetFeeDiscount(ctx.account, params.boolean("spotBNBBurn", False)))
    return bnb_burn(ctx, params)


NO_CONTRACTS: Operation = operation(no_contracts, "", 1)
COINS: Operation = operation(coins, "", 10, USER_DATA)
TRADE_FEES: Operation = operation(trade_fees, "symbol", 1, USER_DATA)
BNB_BURN: Operation = operation(bnb_burn, "", 1, USER_DATA)
SET_BNB_BURN: Operation = operation(set_bnb_burn, "spotBNBBurn interestBNBBurn", 1, USER_DATA)
NO_PAIRS: Operation = operation(no_pairs, "timestamp signature recvWindow", 1)
