"""Instruments and their filters -> exchangeInfo and myFilters (rest-api.md, filters.md). Pure."""

from collections.abc import Container, Iterable

from ...core.instruments import Instrument, VenueRules
from ...core.numbers import format_amount
from .rendering import ZERO

ORDER_TYPES: tuple[str, ...] = (
    "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT",
)


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
            "filterType": "ICEBERG_PARTS", "limit": one.iceberg_parts,
        },
        {
            "filterType": "MARKET_LOT_SIZE", "minQty": ZERO,
            "maxQty": format_amount(one.market_max_quantity), "stepSize": ZERO,
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": one.min_trailing_above_delta, "maxTrailingAboveDelta": one.max_trailing_above_delta,
            "minTrailingBelowDelta": one.min_trailing_below_delta, "maxTrailingBelowDelta": one.max_trailing_below_delta,
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
        {"filterType": "MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders": one.max_num_iceberg_orders},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": one.max_num_order_lists},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": one.max_num_order_amends},
    ]
    if one.percent_up:
        found.append({
            "filterType": "PERCENT_PRICE", "multiplierUp": _multiplier(one.percent_up),
            "multiplierDown": _multiplier(one.percent_down), "avgPriceMins": one.avg_price_mins,
        })
    if one.max_position:
        found.append({"filterType": "MAX_POSITION", "maxPosition": format_amount(one.max_position)})
    return found


def exchange_filters(rules: VenueRules) -> list[dict[str, object]]:
    """filters.md, "Exchange Filters": those that are set."""
    found: list[dict[str, object]] = []
    if rules.max_num_orders:
        found.append({"filterType": "EXCHANGE_MAX_NUM_ORDERS", "maxNumOrders": rules.max_num_orders})
    if rules.max_num_algo_orders:
        found.append({"filterType": "EXCHANGE_MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": rules.max_num_algo_orders})
    if rules.max_num_iceberg_orders:
        found.append({"filterType": "EXCHANGE_MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders": rules.max_num_iceberg_orders})
    if rules.max_num_order_lists:
        found.append({"filterType": "EXCHANGE_MAX_NUM_ORDER_LISTS", "maxNumOrderLists": rules.max_num_order_lists})
    return found


def asset_filters(rules: VenueRules, assets: Iterable[str]) -> list[dict[str, object]]:
    """filters.md, "Asset Filters", of these assets."""
    return [
        {"filterType": "MAX_ASSET", "asset": asset, "limit": format_amount(rules.max_assets[asset])}
        for asset in assets if asset in rules.max_assets
    ]


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
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": symbol_filters(one, notional),
        "permissions": [],
        "permissionSets": [["SPOT"]] if show_permissions else [],
        "defaultSelfTradePreventionMode": one.default_stp_mode,
        "allowedSelfTradePreventionModes": list(one.stp_modes),
    }
