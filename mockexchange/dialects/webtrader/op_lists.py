"""The lists (spec 3.2): one call of the trading process each, everything there is, without filters or pages."""

from functools import partial
from typing import Any

from . import rendering
from .errors import InternalError
from .operations import Context, Operation
from .rendering import Row, render_all


async def rows(topic: str, name: str, ctx: Context) -> Any:
    """The rows of one kind; 500 for a list that cannot be sent, which breaks nothing else (spec 5.3)."""
    desk, account = ctx.desk, ctx.account
    found: list[Row] = await desk.rpc.call(lambda: desk.trading.rows(account, topic))
    return _sendable(ctx, name, found)


async def contracts(ctx: Context) -> Any:
    found: list[Row] = await ctx.desk.rpc.call(ctx.desk.trading.contracts)
    return _sendable(ctx, "contract", found)


def _sendable(ctx: Context, name: str, found: list[Row]) -> list[Row]:
    if name in ctx.options.broken_lists:
        raise InternalError
    return render_all(found, ctx.options)


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/tick", partial(rows, rendering.TICK, "tick"), "Get All Ticks", builds="package"),
    Operation("GET", "/order", partial(rows, rendering.ORDER, "order"), "Get All Orders"),
    Operation("GET", "/trade", partial(rows, rendering.TRADE, "trade"), "Get All Trades"),
    Operation("GET", "/position", partial(rows, rendering.POSITION, "position"), "Get All Positions"),
    Operation("GET", "/account", partial(rows, rendering.ACCOUNT, "account"), "Get All Accounts"),
    Operation("GET", "/contract", contracts, "Get All Contracts"),
)
