"""Routes of the gateway, by the client's method names."""

from typing import NamedTuple

QUOTE: str = "qot:read"
ACCOUNT: str = "acc:read"
TRADE: str = "trade:real"


class Route(NamedTuple):
    """
    ``scope`` is what a token needs. ``write``: executed twice if sent twice, so a lost answer leaves it in doubt.
    ``may_be_empty``: success may come without a payload.
    """

    method: str
    path: str
    scope: str = ""
    write: bool = False
    may_be_empty: bool = False


ROUTES: dict[str, Route] = {
    "global_state": Route("GET", "/api/global-state", QUOTE),
    "user_info": Route("GET", "/api/user-info", QUOTE),
    "delay_statistics": Route("GET", "/api/delay-statistics", QUOTE),

    "subscribe": Route("POST", "/api/subscribe", QUOTE, may_be_empty=True),
    "sub_info": Route("GET", "/api/sub-info", QUOTE),
    "quote": Route("POST", "/api/quote", QUOTE),
    "kline": Route("POST", "/api/kline", QUOTE),
    "orderbook": Route("POST", "/api/orderbook", QUOTE),
    "broker": Route("POST", "/api/broker", QUOTE),
    "ticker": Route("POST", "/api/ticker", QUOTE),
    "rt": Route("POST", "/api/rt", QUOTE),
    "snapshot": Route("POST", "/api/snapshot", QUOTE),
    "static_info": Route("POST", "/api/static-info", QUOTE),
    "plate_set": Route("POST", "/api/plate-set", QUOTE),
    "plate_security": Route("POST", "/api/plate-security", QUOTE),
    "reference": Route("POST", "/api/reference", QUOTE),
    "owner_plate": Route("POST", "/api/owner-plate", QUOTE),
    "option_chain": Route("POST", "/api/option-chain", QUOTE),
    "warrant": Route("POST", "/api/warrant", QUOTE),
    "capital_flow": Route("POST", "/api/capital-flow", QUOTE),
    "capital_distribution": Route("POST", "/api/capital-distribution", QUOTE),
    "user_security": Route("POST", "/api/user-security", QUOTE),
    "stock_filter": Route("POST", "/api/stock-filter", QUOTE),
    "ipo_list": Route("POST", "/api/ipo-list", QUOTE),
    "future_info": Route("POST", "/api/future-info", QUOTE),
    "market_state": Route("POST", "/api/market-state", QUOTE),
    "history_kline": Route("POST", "/api/history-kline", QUOTE),

    "accounts": Route("GET", "/api/accounts", ACCOUNT),
    "sub_acc_push": Route("POST", "/api/sub-acc-push", ACCOUNT, may_be_empty=True),
    "funds": Route("POST", "/api/funds", ACCOUNT),
    "positions": Route("POST", "/api/positions", ACCOUNT),
    "orders": Route("POST", "/api/orders", ACCOUNT),
    "order_fills": Route("POST", "/api/order-fills", ACCOUNT),
    "max_trd_qtys": Route("POST", "/api/max-trd-qtys", ACCOUNT),
    "history_orders": Route("POST", "/api/history-orders", ACCOUNT),
    "history_order_fills": Route("POST", "/api/history-order-fills", ACCOUNT),
    "margin_ratio": Route("POST", "/api/margin-ratio", ACCOUNT),
    "order_fee": Route("POST", "/api/order-fee", ACCOUNT),
    "unlock_trade": Route("POST", "/api/unlock-trade", "trade:real (trade:unlock from 1.4.104)", write=True, may_be_empty=True),
    "order": Route("POST", "/api/order", TRADE, write=True),
    "modify_order": Route("POST", "/api/modify-order", TRADE, write=True),

    "metrics": Route("GET", "/metrics"),
    "health": Route("GET", "/health"),
    "ws": Route("GET", "/ws", QUOTE),
}
