"""Account queries (spec 2.2)."""

from typing import Any

from . import money, rendering
from .errors import BAD_INDEX, refused
from .operations import EITHER, TRADE, Context, Operation


def path_account(ctx: Context) -> str:
    """The account that the path names, else 400."""
    index: int = int(ctx.path["index"])
    if index >= len(ctx.desk.venue.accounts):
        raise refused(BAD_INDEX)
    return ctx.desk.account(index)


async def accounts(ctx: Context, data: Any) -> object:
    """From the server's configuration: the terminal is not asked."""
    desk = ctx.desk
    return {"accounts": [
        rendering.account_row(index, desk.account_id(account.key)) for index, account in enumerate(desk.accounts())
    ]}


async def portfolio(ctx: Context, data: Any) -> object:
    account: str = path_account(ctx)
    return await ctx.ask(
        lambda: {"portfolio": rendering.portfolio(*money.cash(ctx.exchange, account), ctx.desk.worth(account))}
    )


async def positions(ctx: Context, data: Any) -> object:
    account: str = path_account(ctx)

    def rows() -> object:
        found = [rendering.position_row(row, ctx.options.nan_prices) for row in ctx.desk.positions(account)]
        return {"positions": [*found, rendering.ODD_ROW] if ctx.options.odd_rows else found}

    return await ctx.ask(rows)


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", f"{TRADE}/accounts", "get_accounts", accounts, EITHER),
    Operation("GET", TRADE + r"/portfolio/{index:\d+}", "get_portfolio", portfolio, EITHER),
    Operation("GET", TRADE + r"/positions/{index:\d+}", "get_positions", positions, EITHER),
)
