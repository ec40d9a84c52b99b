"""Matches that self-trade prevention did not let happen (rest-api.md, "Query Prevented Matches")."""

from ...core.events import PreventedMatch
from . import match_rendering
from .errors import bad_combination, missing_both
from .operations import USER_DATA, Context, Operation, operation
from .params import Params


def prevented_matches(ctx: Context, params: Params) -> object:
    """Oldest first. The documented combinations of parameters only, others are -1128."""
    symbol: str = params.symbol()
    ctx.instrument(symbol)
    match_id: int | None = params.long("preventedMatchId")
    order_id: int | None = params.long("orderId")
    first: int | None = params.long("fromPreventedMatchId")
    limit: int = params.limit(500, 1000)
    if match_id is None and order_id is None:
        raise bad_combination() if first is not None else missing_both("preventedMatchId", "orderId")
    if match_id is not None and (order_id is not None or first is not None):
        raise bad_combination()
    found: list[PreventedMatch] = [
        one for one in ctx.exchange.prevented_matches(ctx.account, symbol)
        if (one.match_id == match_id if match_id is not None else order_id in (one.taker_order_id, one.maker_order_id))
        and one.match_id >= (first or 0)
    ]
    return [match_rendering.prevented_match(one, ctx.per_time) for one in found[:limit]]


def _weight(params: Params) -> int:
    return 20 if "orderId" in params else 2


PREVENTED: Operation = operation(
    prevented_matches, "symbol preventedMatchId orderId fromPreventedMatchId limit", _weight, USER_DATA
)
