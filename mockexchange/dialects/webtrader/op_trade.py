"""New orders, cancels and subscriptions (spec 3.3 to 3.5): two calls of the trading process each."""

from typing import Any

from .contents import GATEWAY, core_symbol
from .errors import no_contract, no_order
from .operations import Context, Operation
from .params import OrderRequest, read_order
from .rendering import Row

async def send_order(ctx: Context) -> Any:
    """
    The remote vt_orderid, "" when the remote gateway refused the order without one. ApiError 404 for a contract that is not listed.
    InternalError proves nothing about the order.
    """
    desk, account = ctx.desk, ctx.account
    request: OrderRequest = read_order(ctx.body, ctx.options.language)
    contract: Row | None = await desk.rpc.call(lambda: desk.trading.contract(request.vt_symbol))
    if contract is None:
        raise no_contract(f"{request.symbol} {request.exchange}")
    vt_orderid: str = await desk.rpc.send_order(lambda: desk.trading.place(account, request))
    if ctx.options.answer_ms:
        await desk.venue.clock.sleep(ctx.options.answer_ms / 1000)
    form: str = ctx.options.id_form
    if form == "build":
        form = "vt_orderid" if ctx.options.is_seed else ""
    return {form: vt_orderid} if form else vt_orderid


async def cancel_order(ctx: Context) -> Any:
    """
    None, whatever comes of it; the seed's server tells what the remote gateway said. ApiError 404 for an order that the trading
    process has not heard of, or not yet.
    """
    desk, account = ctx.desk, ctx.account
    vt_orderid: str = ctx.path["vt_orderid"]
    order: Row | None = await desk.rpc.call(lambda: desk.trading.order(account, vt_orderid))
    if order is None:
        raise no_order(vt_orderid)
    is_live: bool = desk.trading.gateway.is_live(vt_orderid)
    await desk.rpc.call(lambda: desk.trading.gateway.cancel(vt_orderid))
    if not ctx.options.is_seed:
        return None
    return {"success": True} if is_live else {"success": False, "error": "order is not active"}


async def subscribe(ctx: Context) -> Any:
    """None. ApiError 404 for a contract that is not listed; the seed's server takes bare symbols only."""
    desk = ctx.desk
    name: str = ctx.path["vt_symbol"]
    if ctx.options.is_seed:
        contracts: list[Row] = await desk.rpc.call(desk.trading.contracts)
        contract: Row | None = next((each for each in contracts if each["symbol"] == name), None)
    else:
        contract = await desk.rpc.call(lambda: desk.trading.contract(name))
    if contract is None:
        raise no_contract(name)
    found: Row = contract
    await desk.rpc.call(
        lambda: desk.trading.subscribe(core_symbol(found["vt_symbol"])) if found["gateway_name"] == GATEWAY else None
    )
    desk.venue.touch_feed()
    return None


OPERATIONS: tuple[Operation, ...] = (
    Operation("POST", "/tick/{vt_symbol}", subscribe, "Subscribe"),
    Operation("POST", "/order", send_order, "Send Order", has_body=True),
    Operation("DELETE", "/order/{vt_orderid}", cancel_order, "Cancel Order"),
)
