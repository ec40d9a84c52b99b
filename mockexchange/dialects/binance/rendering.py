"""
Core objects -> the bodies of rest-api.md, field by field in its order. Pure.

Amounts are strings with eight decimals. ``per_time`` divides core times (microseconds) into the
unit of the answer: 1000 for milliseconds, 1 under ``X-MBX-TIME-UNIT: MICROSECOND``.
"""

from collections.abc import Container, Iterable
from zlib import crc32

from msgspec import UNSET, Struct, UnsetType

from ...core import discount
from ...core.events import Fill, OrderReport, PublicTrade
from ...core.instruments import Instrument
from ...core.numbers import SCALE, format_amount
from ...core.orders import STOP_TYPES, Amendment, Order
from .options import BinanceOptions

ORDER_TYPES: tuple[str, ...] = (
    "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT",
)
ZERO: str = "0.00000000"
BASIS_POINT: int = SCALE // 10_000


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
    expiryReason: str | UnsetType = UNSET
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
        format_amount(report.price),
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
    for name, value in _conditional(report).items():
        setattr(body, name, value)
    return body


def order_full(report: OrderReport, fills: Iterable[Fill], per_time: int) -> OrderAnswer:
    """POST order, FULL. ``fills`` are the order's fills of this very request."""
    body: OrderAnswer = order_result(report, per_time)
    body.fills = [
        {
            "price": format_amount(fill.price),
            "qty": format_amount(fill.quantity),
            "commission": format_amount(fill.fee),
            "commissionAsset": fill.fee_asset,
            "tradeId": fill.trade_id,
        }
        for fill in fills
    ]
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
        "price": format_amount(report.price),
        "origQty": format_amount(report.quantity),
        "executedQty": format_amount(report.executed),
        "origQuoteOrderQty": format_amount(report.quote_quantity),
        "cummulativeQuoteQty": format_amount(report.executed_quote),
        "status": report.status,
        "timeInForce": report.time_in_force,
        "type": report.type,
        "side": report.side,
        "selfTradePreventionMode": report.stp_mode,
        **_conditional(report),
    }
    return body


def order(one: Order, per_time: int) -> dict[str, object]:
    """GET order, openOrders, allOrders. Always shows stopPrice and icebergQty; workingTime is -1 before the order works."""
    body: dict[str, object] = {
        "symbol": one.symbol,
        "orderId": one.order_id,
        "orderListId": one.order_list_id,
        "clientOrderId": one.client_order_id,
        "price": format_amount(one.price),
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
        "price": format_amount(report.price),
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
        "amendedOrder": {**order_body, **_conditional(report)},
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


def _conditional(report: OrderReport) -> dict[str, object]:
    """rest-api.md, "Conditional fields in Order Responses"."""
    body: dict[str, object] = {}
    if report.iceberg_quantity:
        body["icebergQty"] = format_amount(report.iceberg_quantity)
    if report.prevented:
        body["preventedMatchId"] = report.prevented_match_id
        body["preventedQuantity"] = format_amount(report.prevented)
    if report.type in STOP_TYPES:
        body["stopPrice"] = format_amount(report.stop_price)
    if report.strategy_id is not None:
        body["strategyId"] = report.strategy_id
    if report.strategy_type is not None:
        body["strategyType"] = report.strategy_type
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


# instruments

def symbol_filters(one: Instrument, notional: Container[str]) -> list[dict[str, object]]:
    """filters.md, in Binance's order; of the two filters of the notional those that are named."""
    found: list[dict[str, object]] = [
        {
            "filterType": "PRICE_FILTER", "minPrice": format_amount(one.min_price),
            "maxPrice": format_amount(one.max_price), "tickSize": format_amount(one.tick_size),
        },
        {
            "filterType": "LOT_SIZE", "minQty": format_amount(one.min_quantity),
            "maxQty": format_amount(one.max_quantity), "stepSize": format_amount(one.step_size),
        },
        {
            "filterType": "MARKET_LOT_SIZE", "minQty": ZERO,
            "maxQty": format_amount(one.market_max_quantity), "stepSize": ZERO,
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": _multiplier(one.percent_bid_up), "bidMultiplierDown": _multiplier(one.percent_bid_down),
            "askMultiplierUp": _multiplier(one.percent_ask_up), "askMultiplierDown": _multiplier(one.percent_ask_down),
            "avgPriceMins": one.avg_price_mins,
        },
        *(each for each in (
            {
                "filterType": "MIN_NOTIONAL", "minNotional": format_amount(one.min_notional), "applyToMarket": True,
                "avgPriceMins": one.avg_price_mins,
            },
            {
                "filterType": "NOTIONAL", "minNotional": format_amount(one.min_notional), "applyMinToMarket": True,
                "maxNotional": format_amount(one.max_notional), "applyMaxToMarket": False,
                "avgPriceMins": one.avg_price_mins,
            },
        ) if each["filterType"] in notional),
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": one.max_num_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": one.max_num_algo_orders},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": one.max_num_order_lists},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": one.max_num_order_amends},
    ]
    if one.max_position:
        found.append({"filterType": "MAX_POSITION", "maxPosition": format_amount(one.max_position)})
    return found


def exchange_filters(options: BinanceOptions) -> list[dict[str, object]]:
    """filters.md, "Exchange Filters": the one that an option sets."""
    most: int = options.max_order_lists
    return [{"filterType": "EXCHANGE_MAX_NUM_ORDER_LISTS", "maxNumOrderLists": most}] if most else []


def _multiplier(value: int) -> str:
    return format_amount(value).rstrip("0").rstrip(".")


def symbol_body(one: Instrument, show_permissions: bool, notional: Container[str]) -> dict[str, object]:
    """One element of exchangeInfo's ``symbols``."""
    return {
        "symbol": one.symbol,
        "status": one.status,
        "baseAsset": one.base,
        "baseAssetPrecision": 8,
        "quoteAsset": one.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": list(ORDER_TYPES),
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "opoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": False,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": symbol_filters(one, notional),
        "permissions": [],
        "permissionSets": [["SPOT"]] if show_permissions else [],
        "defaultSelfTradePreventionMode": one.default_stp_mode,
        "allowedSelfTradePreventionModes": list(one.stp_modes),
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
