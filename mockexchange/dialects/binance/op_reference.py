"""
What the documents have of price references, execution rules and block trades (rest-api.md, "Query Execution Rules",
"Historical Block Trades", "Query Reference Price"). No symbol here has any of them, which these say.
"""

from .errors import ApiError, bad_combination
from .operations import Context, Operation, count_symbols, one_instrument, operation, some_instruments
from .params import Params, long


def execution_rules(ctx: Context, params: Params) -> object:
    """The rules of one, some or all symbols; ``symbol``, ``symbols`` and ``symbolStatus`` exclude each other (-1128)."""
    if len(params.values) > 1:
        raise bad_combination()
    found, _ = some_instruments(ctx, params)
    return {"symbolRules": [{"symbol": instrument.symbol, "rules": []} for instrument in found]}


def block_trades(ctx: Context, params: Params) -> object:
    ctx.instrument(params.symbol())
    long("fromId", params.text("fromId"))
    params.limit(500, 1000)
    return []


def reference_price(ctx: Context, params: Params) -> object:
    """-2043; the WebSocket API's document shows that as a result of status 200."""
    ctx.instrument(params.symbol())
    error: ApiError = _no_reference_price()
    if ctx.is_websocket:
        return error.body()
    raise error


def reference_calculation(ctx: Context, params: Params) -> object:
    """-2043."""
    one_instrument(ctx, params)
    raise _no_reference_price()


def _no_reference_price() -> ApiError:
    return ApiError(-2043, "This symbol doesn't have a reference price.")


def _rules_weight(params: Params) -> int:
    count: int = count_symbols(params)
    return min(40, 2 * count) if count else 40


EXECUTION_RULES: Operation = operation(execution_rules, "symbol symbols symbolStatus", _rules_weight)
BLOCK_TRADES: Operation = operation(block_trades, "symbol fromId limit", 25)
REFERENCE_PRICE: Operation = operation(reference_price, "symbol", 2)
REFERENCE_CALCULATION: Operation = operation(reference_calculation, "symbol symbolStatus", 2)
