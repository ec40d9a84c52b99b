"""What general Binance clients ask the futures APIs when they load markets (ccxt does): nothing is listed there."""

from .operations import Context, Operation, operation
from .params import Params


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


NO_CONTRACTS: Operation = operation(no_contracts, "", 1)
