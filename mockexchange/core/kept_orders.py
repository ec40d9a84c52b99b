"""Orders that a venue shows and the exchange never matched: those refused after they were accepted, and those settled elsewhere."""

from .commands import PlaceOrder
from .events import Event, Fill
from .exchange import Exchange
from .numbers import SCALE
from .orders import Order


def keep_order(
    exchange: Exchange, command: PlaceOrder, now: int, status: str, reason: str = "NONE", executed: int = 0, executed_quote: int = 0,
) -> list[Event]:
    """
    Enter an order that is final from the start: it gets an id and a report, and comes back with a restart.

    ``now`` in us. ``status`` REJECTED with the refusal's ``reason``, or FILLED with what was ``executed`` (1e-8) in one fill for how
    much quote. No money moves. Symbol and account must exist (KeyError).
    """
    matcher = exchange._matcher
    market = exchange._markets[command.symbol]
    account = exchange._accounts[command.account]
    order: Order = Order(
        matcher.take_order_id(), command.client_order_id or exchange._make_client_id(), account.name, market.symbol,
        command.side == "BUY", command.type, command.price, command.quantity, now, command.time_in_force,
        stp_mode=command.stp_mode, strategy_id=command.strategy_id, strategy_type=command.strategy_type,
    )
    order.status = status
    order.reject_reason = reason
    order.executed = executed
    order.executed_quote = executed_quote
    order.remaining -= executed
    exchange._orders[order.order_id] = order
    account.register(order)
    matcher.begin(now)
    if not executed:
        matcher.report(order, status)
        return matcher.finish(market)
    trade_id: int = market.next_trade_id
    market.next_trade_id = trade_id + 1
    price: int = executed_quote * SCALE // executed
    matcher.report(order, "TRADE", executed, price, trade_id)
    fill: Fill = Fill(
        account.name, market.symbol, trade_id, order.order_id, order.client_order_id, order.is_buy, price, executed, executed_quote,
        0, market.quote, False, now,
    )
    account.add_fill(fill)
    matcher.fills[order.order_id] = [fill]
    return [*matcher.finish(market), fill]
