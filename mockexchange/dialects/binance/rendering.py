"""
Core objects -> the bodies of rest-api.md, field by field in its order. Pure.

Amounts are strings with eight decimals. ``per_time`` divides core times (microseconds) into the
unit of the answer: 1000 for milliseconds, 1 under ``X-MBX-TIME-UNIT: MICROSECOND``.
"""

from collections.abc import Iterable, Sequence
from zlib import crc32

from msgspec import UNSET, Struct, UnsetType

from ...core import discount
from ...core.events import Fill, OrderReport, PreventedMatch, PublicTrade
from ...core.instruments import Instrument
from ...core.numbers import SCALE, format_amount
from ...core.orders import STOP_TYPES, Amendment, Order
from ...core.special import Special
from .match_rendering import maker_side

ZERO: str = "0.00000000"
BASIS_POINT: int = SCALE // 10_000
MATCH_TYPE: str = "ONE_PARTY_TRADE_REPORT"     # of an allocation
PEG_OFFSET_TYPE: str = "PRICE_LEVEL"


# orders

def order_ack(report: OrderReport, per_time: int) -> dict[str, object]:
    """POST order, ACK."""
    return {
        "symbol": report.symbol,
        "orderId": report.order_id,
        "orderListId": report.order_list_id,
        "clientOrderId": report.client_order_id,
        "transactTime": report.update_time // per_time,
    }


class OrderAnswer(Struct, gc=False):
    """POST order, RESULT and FULL, in the order of rest-api.md. What is UNSET is not sent."""

    symbol: str
    orderId: int
    orderListId: int
    clientOrderId: str
    transactTime: int
    price: str
    origQty: str | UnsetType
    executedQty: str
    origQuoteOrderQty: str
    cummulativeQuoteQty: str
    status: str
    timeInForce: str
    type: str
    side: str
    workingTime: int
    selfTradePreventionMode: str
    icebergQty: str | UnsetType = UNSET
    preventedMatchId: int | UnsetType = UNSET
    preventedQuantity: str | UnsetType = UNSET
    stopPrice: str | UnsetType = UNSET
    strategyId: int | UnsetType = UNSET
    strategyType: int | UnsetType = UNSET
    trailingDelta: int | UnsetType = UNSET
    trailingTime: int | UnsetType = UNSET
    usedSor: bool | UnsetType = UNSET
    workingFloor: str | UnsetType = UNSET
    pegPriceType: str | UnsetType = UNSET
    pegOffsetType: str | UnsetType = UNSET
    pegOffsetValue: int | UnsetType = UNSET
    peggedPrice: str | UnsetType = UNSET
    expiryReason: str | UnsetType = UNSET
    preventedMatches: list[dict[str, object]] | UnsetType = UNSET
    fills: list[dict[str, object]] | UnsetType = UNSET


def working_time(since: int, per_time: int) -> int:
    """When the order came to the book; -1 while it waits for its price (rest-api.md, "New Order list - OCO": its stop)."""
    return since // per_time if since else -1


def order_result(report: OrderReport, per_time: int) -> OrderAnswer:
    """POST order, RESULT. ``report`` is the order's last one."""
    body: OrderAnswer = OrderAnswer(
        report.symbol,
        report.order_id,
        report.order_list_id,
        report.client_order_id,
        report.update_time // per_time,
        format_amount(report.price) if report.special is None else shown_price(report.price, report.special),
        format_amount(report.quantity) if report.quantity or report.status != "PENDING_NEW" else UNSET,
        format_amount(report.executed),
        format_amount(report.quote_quantity),
        format_amount(report.executed_quote),
        report.status,
        report.time_in_force,
        report.type,
        report.side,
        working_time(report.working_time, per_time),
        report.stp_mode,
    )
    if not is_plain(report):
        for name, value in _conditional(report, per_time).items():
            setattr(body, name, value)
    return body


def is_plain(report: OrderReport) -> bool:
    """Whether the answer has no conditional field, as that of most orders."""
    return (
        report.special is None and report.expiry_reason == "NONE" and not report.prevented and not report.iceberg_quantity
        and report.strategy_id is None and report.strategy_type is None and report.type not in STOP_TYPES
    )


def order_full(report: OrderReport, fills: Sequence[Fill], prevented: Sequence[PreventedMatch], per_time: int) -> OrderAnswer:
    """POST order, FULL. ``fills`` and ``prevented`` are what this very request led to, with the order as the taker."""
    body: OrderAnswer = order_result(report, per_time)
    body.fills = [] if not fills else [
        {
            **({"matchType": MATCH_TYPE} if fill.allocation_id >= 0 else {}),
            "price": format_amount(fill.price),
            "qty": format_amount(fill.quantity),
            "commission": format_amount(fill.fee),
            "commissionAsset": fill.fee_asset,
            "tradeId": fill.trade_id,
            **({"allocId": fill.allocation_id} if fill.allocation_id >= 0 else {}),
        }
        for fill in fills
    ]
    if prevented:
        body.preventedMatches = [maker_side(one) for one in prevented]
    return body


def canceled(report: OrderReport, per_time: int) -> dict[str, object]:
    """DELETE order: ``clientOrderId`` is the cancel's id, ``origClientOrderId`` the order's."""
    body: dict[str, object] = {
        "symbol": report.symbol,
        "origClientOrderId": report.client_order_id,
        "orderId": report.order_id,
        "orderListId": report.order_list_id,
        "clientOrderId": report.cancel_client_order_id,
        "transactTime": report.update_time // per_time,
        "price": shown_price(report.price, report.special),
        "origQty": format_amount(report.quantity),
        "executedQty": format_amount(report.executed),
        "origQuoteOrderQty": format_amount(report.quote_quantity),
        "cummulativeQuoteQty": format_amount(report.executed_quote),
        "status": report.status,
        "timeInForce": report.time_in_force,
        "type": report.type,
        "side": report.side,
        "selfTradePreventionMode": report.stp_mode,
        **_conditional(report, per_time),
    }
    return body


def order(one: Order, per_time: int) -> dict[str, object]:
    """GET order, openOrders, allOrders. Always shows stopPrice and icebergQty; workingTime is -1 before the order works."""
    body: dict[str, object] = {
        "symbol": one.symbol,
        "orderId": one.order_id,
        "orderListId": one.order_list_id,
        "clientOrderId": one.client_order_id,
        "price": shown_price(one.price, one.special),
        "origQty": format_amount(one.quantity),
        "executedQty": format_amount(one.executed),
        "cummulativeQuoteQty": format_amount(one.executed_quote),
        "status": one.status,
        "timeInForce": one.time_in_force,
        "type": one.type,
        "side": "BUY" if one.is_buy else "SELL",
        "stopPrice": format_amount(one.stop_price),
        "icebergQty": format_amount(one.iceberg_quantity),
        "time": one.time // per_time,
        "updateTime": one.update_time // per_time,
        "isWorking": one.is_working,
        "workingTime": working_time(one.working_time, per_time),
        "origQuoteOrderQty": format_amount(one.quote_quantity),
        "selfTradePreventionMode": one.stp_mode,
    }
    if one.prevented:
        body["preventedMatchId"] = one.prevented_match_id
        body["preventedQuantity"] = format_amount(one.prevented)
    if one.strategy_id is not None:
        body["strategyId"] = one.strategy_id
    if one.strategy_type is not None:
        body["strategyType"] = one.strategy_type
    if one.special is not None:
        body.update(_special(one.special, per_time))
    if one.expiry_reason != "NONE":
        body["expiryReason"] = one.expiry_reason
    return body


def amended(report: OrderReport, change: Amendment, per_time: int) -> dict[str, object]:
    """PUT order/amend/keepPriority; ``listStatus`` is list_rendering.py's business."""
    order_body: dict[str, object] = {
        "symbol": report.symbol,
        "orderId": report.order_id,
        "orderListId": report.order_list_id,
        "origClientOrderId": change.client_order_id,
        "clientOrderId": report.client_order_id,
        "price": shown_price(report.price, report.special),
        "qty": format_amount(report.quantity),
        "executedQty": format_amount(report.executed),
        "preventedQty": format_amount(report.prevented),
        "quoteOrderQty": format_amount(report.quote_quantity),
        "cumulativeQuoteQty": format_amount(report.executed_quote),
        "status": report.status,
        "timeInForce": report.time_in_force,
        "type": report.type,
        "side": report.side,
        "workingTime": working_time(report.working_time, per_time),
        "selfTradePreventionMode": report.stp_mode,
    }
    return {
        "transactTime": report.update_time // per_time,
        "executionId": report.execution_id,
        "amendedOrder": {**order_body, **_conditional(report, per_time)},
    }


def amendment(one: Order, change: Amendment, per_time: int) -> dict[str, object]:
    """GET order/amendments."""
    return {
        "symbol": one.symbol,
        "orderId": one.order_id,
        "executionId": change.execution_id,
        "origClientOrderId": change.client_order_id,
        "newClientOrderId": change.new_client_order_id,
        "origQty": format_amount(change.quantity),
        "newQty": format_amount(change.new_quantity),
        "time": change.time // per_time,
    }


def shown_price(price: int, special: Special | None) -> str:
    """An order's price as its owner sent it: of a pegged order its limit, zero if it has none (pegged_orders.md)."""
    return format_amount(price if special is None or not special.peg_price_type else special.limit_price)


def _special(special: Special, per_time: int) -> dict[str, object]:
    """The fields of trailing stops, of orders that use SOR and of pegged orders."""
    body: dict[str, object] = {}
    if special.trailing_delta:
        body["trailingDelta"] = special.trailing_delta
        body["trailingTime"] = special.trailing_time // per_time if special.trailing_time else -1
    if special.used_sor:
        body["usedSor"] = True
        body["workingFloor"] = special.working_floor
    if special.peg_price_type:
        body["pegPriceType"] = special.peg_price_type
        if special.peg_offset is not None:
            body["pegOffsetType"] = PEG_OFFSET_TYPE
            body["pegOffsetValue"] = special.peg_offset
        if special.pegged_price:
            body["peggedPrice"] = format_amount(special.pegged_price)
    return body


def _conditional(report: OrderReport, per_time: int) -> dict[str, object]:
    """rest-api.md, "Conditional fields in Order Responses"."""
    body: dict[str, object] = {}
    if report.iceberg_quantity:
        body["icebergQty"] = format_amount(report.iceberg_quantity)
    if report.prevented:
        body["preventedMatchId"] = report.match.match_id if report.match is not None else report.prevented_match_id
        body["preventedQuantity"] = format_amount(report.prevented)
    if report.type in STOP_TYPES:
        body["stopPrice"] = format_amount(report.stop_price)
    if report.strategy_id is not None:
        body["strategyId"] = report.strategy_id
    if report.strategy_type is not None:
        body["strategyType"] = report.strategy_type
    if report.special is not None:
        body.update(_special(report.special, per_time))
    if report.expiry_reason != "NONE":
        body["expiryReason"] = report.expiry_reason
    return body


def my_trade(fill: Fill, order_list_id: int, per_time: int) -> dict[str, object]:
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "orderListId": order_list_id,
        "price": format_amount(fill.price),
        "qty": format_amount(fill.quantity),
        "quoteQty": format_amount(fill.quote),
        "commission": format_amount(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.time // per_time,
        "isBuyer": fill.is_buy,
        "isMaker": fill.is_maker,
        "isBestMatch": True,
    }


# account

def account_uid(account: str) -> int:
    """A stable number for an account; Binance's ``uid`` is an integer."""
    return crc32(account.encode()) & 0x7FFFFFFF


def account_body(
    account: str,
    balances: dict[str, tuple[int, int]],
    update_time: int,
    maker_fee: int,
    taker_fee: int,
    per_time: int,
) -> dict[str, object]:
    """GET account. Fees are rates in 1e-8; ``makerCommission`` counts basis points."""
    return {
        "makerCommission": maker_fee // BASIS_POINT,
        "takerCommission": taker_fee // BASIS_POINT,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            "maker": format_amount(maker_fee), "taker": format_amount(taker_fee), "buyer": ZERO, "seller": ZERO,
        },
        "canTrade": True,
        "canWithdraw": False,
        "canDeposit": False,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": update_time // per_time,
        "accountType": "SPOT",
        "balances": [
            {"asset": asset, "free": format_amount(free), "locked": format_amount(locked)}
            for asset, (free, locked) in balances.items()
        ],
        "permissions": ["SPOT"],
        "uid": account_uid(account),
    }


def commission_body(instrument: Instrument, discounted: bool) -> dict[str, object]:
    """GET account/commission: standard commission only; ``discounted``: the account pays it in BNB."""
    none: dict[str, str] = {"maker": ZERO, "taker": ZERO, "buyer": ZERO, "seller": ZERO}
    return {
        "symbol": instrument.symbol,
        "standardCommission": {
            "maker": format_amount(instrument.maker_fee), "taker": format_amount(instrument.taker_fee),
            "buyer": ZERO, "seller": ZERO,
        },
        "specialCommission": none,
        "taxCommission": none,
        "discount": _discount(discounted),
    }


def test_commission_body(instrument: Instrument, discounted: bool) -> dict[str, object]:
    """POST order/test with computeCommissionRates."""
    none: dict[str, str] = {"maker": ZERO, "taker": ZERO}
    return {
        "standardCommissionForOrder": {
            "maker": format_amount(instrument.maker_fee), "taker": format_amount(instrument.taker_fee),
        },
        "specialCommissionForOrder": none,
        "taxCommissionForOrder": none,
        "discount": _discount(discounted),
    }


def _discount(enabled: bool) -> dict[str, object]:
    return {
        "enabledForAccount": enabled, "enabledForSymbol": enabled, "discountAsset": discount.ASSET,
        "discount": format_amount(discount.DISCOUNT) if enabled else ZERO,
    }


# market data

def public_trade(trade: PublicTrade, per_time: int) -> dict[str, object]:
    return {
        "id": trade.trade_id,
        "price": format_amount(trade.price),
        "qty": format_amount(trade.quantity),
        "quoteQty": format_amount(trade.quote),
        "time": trade.time // per_time,
        "isBuyerMaker": trade.buyer_is_maker,
        "isBestMatch": True,
    }


def levels(found: Iterable[tuple[int, int]]) -> list[tuple[str, str]]:
    return [(format_amount(price), format_amount(total)) for price, total in found]


def change_percent(last: int, opened: int) -> str:
    """Relative change in percent with three decimals, rounded half up; "0.000" when there is no opening price."""
    if not opened:
        return "0.000"
    thousandths: int = (abs(last - opened) * 200_000 + opened) // (2 * opened)
    sign: str = "-" if last < opened and thousandths else ""
    return f"{sign}{thousandths // 1000}.{thousandths % 1000:03d}"
