"""Core events -> pushes of the user socket (spec 5.6). They carry no trade id, no fee and no client order id."""

from typing import Any

from ...core.events import BalanceChange, Event, Fill, OrderReport
from ...core.exchange import Exchange
from ...core.numbers import multiply
from .state import DialectState, Listing
from .rendering import (
    CNY_PER_USDT,
    ESTIMATE_COIN,
    SPOT,
    average_price,
    order_price,
    order_state,
    original_quantity,
    plain,
    value_of,
)

Push = dict[str, Any]

# spec 4.2: a partly filled and cancelled order has no number of its own
STATES: dict[str, int] = {
    "NEW": 1, "PARTIALLY_FILLED": 2, "FILLED": 3, "CANCELED": 4, "PARTIALLY_CANCELED": 4, "REJECTED": 5, "EXPIRED": 6,
}
LIMIT, MARKET = 1, 2
BUY, SELL = 1, 2


def user_pushes(event: Event, desk: DialectState) -> list[Push]:
    """What the event's account is told, none for events that concern no account."""
    if isinstance(event, OrderReport):
        return [order_push(event, desk.by_symbol[event.symbol])]
    if isinstance(event, Fill):
        return [trade_push(event, desk.by_symbol[event.symbol])]
    if isinstance(event, BalanceChange):
        exchange: Exchange = desk.venue.exchange
        return [balance_push(exchange, asset, free, locked) for asset, (free, locked) in event.assets.items()]
    return []


USER_PUSHES: tuple[str, ...] = ("uOrder", "uTrade", "uBalance")


def order_push(report: OrderReport, listing: Listing) -> Push:
    """uOrder"""
    return {
        "resType": "uOrder",
        "data": {
            "orderId": str(report.order_id),
            "balanceType": SPOT,
            "orderType": MARKET if report.type == "MARKET" else LIMIT,
            "symbol": listing.name,
            "price": order_price(report, listing),
            "direction": BUY if report.side == "BUY" else SELL,
            "origQty": original_quantity(report),
            "avgPrice": average_price(report, listing),
            "dealQty": plain(report.executed),
            "state": STATES[order_state(report.status, report.executed)],
            "createTime": report.time // 1000,
        },
    }


def trade_push(fill: Fill, listing: Listing) -> Push:
    """uTrade; what it unfreezes is quote of a BUY, base of a SELL."""
    return {
        "resType": "uTrade",
        "data": {
            "orderId": str(fill.order_id),
            "price": plain(fill.price, listing.price_digits),
            "quantity": plain(fill.quantity),
            "marginUnfrozen": plain(fill.quote if fill.is_buy else fill.quantity),
            "timestamp": fill.time // 1000,
        },
    }


def balance_push(exchange: Exchange, asset: str, free: int, locked: int) -> Push:
    """uBalance: ``balance`` is what is available, other than in the REST answer."""
    value: int = value_of(exchange, asset)
    total: int = multiply(value, free + locked)
    return {
        "resType": "uBalance",
        "data": {
            "coin": asset,
            "balanceType": SPOT,
            "balance": plain(free),
            "freeze": plain(locked),
            "availableBalance": plain(free),
            "estimatedTotalAmount": plain(total),
            "estimatedCynAmount": plain(multiply(CNY_PER_USDT, total)),
            "estimatedAvailableAmount": plain(multiply(value, free)),
            "estimatedCoinType": ESTIMATE_COIN,
        },
    }
