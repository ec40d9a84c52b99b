"""Prevented matches and allocations -> the bodies of rest-api.md and faqs/stp_faq.md. Pure."""

from ...core.events import Fill, PreventedMatch
from ...core.numbers import format_amount

NO_TRADE_GROUP: int = -1                # stp_faq.md, "What is a Trade Group Id?"


def maker_side(one: PreventedMatch) -> dict[str, object]:
    """One of ``preventedMatches`` in the taker's answer."""
    return {
        "preventedMatchId": one.match_id,
        "makerSymbol": one.maker_symbol,
        "makerOrderId": one.maker_order_id,
        "price": format_amount(one.price),
        **_quantities(one),
    }


def prevented_match(one: PreventedMatch, per_time: int) -> dict[str, object]:
    """GET myPreventedMatches."""
    return {
        "symbol": one.symbol,
        "preventedMatchId": one.match_id,
        "takerOrderId": one.taker_order_id,
        "makerSymbol": one.maker_symbol,
        "makerOrderId": one.maker_order_id,
        "tradeGroupId": NO_TRADE_GROUP,
        "selfTradePreventionMode": one.mode,
        "price": format_amount(one.price),
        **_quantities(one),
        "transactTime": one.time // per_time,
    }


def _quantities(one: PreventedMatch) -> dict[str, object]:
    """Of the orders that the mode takes from."""
    body: dict[str, object] = {}
    if one.taker_quantity:
        body["takerPreventedQuantity"] = format_amount(one.taker_quantity)
    if one.maker_quantity:
        body["makerPreventedQuantity"] = format_amount(one.maker_quantity)
    return body


def allocation(fill: Fill, per_time: int) -> dict[str, object]:
    """GET myAllocations."""
    return {
        "symbol": fill.symbol,
        "allocationId": fill.allocation_id,
        "allocationType": "SOR",
        "orderId": fill.order_id,
        "orderListId": -1,
        "price": format_amount(fill.price),
        "qty": format_amount(fill.quantity),
        "quoteQty": format_amount(fill.quote),
        "commission": format_amount(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.time // per_time,
        "isBuyer": fill.is_buy,
        "isMaker": fill.is_maker,
        "isAllocator": False,
    }
