"""
What the dialect calls things, for the fault matrix: labels of requests and pushes as faults match them, and answers that
mean something; and what of the venue's nature decides which rows apply (docs/conform.md).
"""

from typing import Any

NO_CODE: str = "no document has a code for too many orders, or for a busy venue"
LABELS: dict[str, Any] = {
    "order": ("POST /spot/v1/u/trade/order/create",),
    "cancel": ("POST /spot/v1/u/trade/order/cancel",),
    "order_push": "PUSH user uOrder",
    "user_push": "PUSH user *",
    "quote_push": "PUSH BTC_USDT@*",
    "subscribe": "WS subSymbol",
    "account": "GET /spot/v1/u/balance/spot",
    "open_orders": "GET /spot/v1/u/trade/order/list",
    "history": "GET /spot/v1/p/quotation/kline",
    "refused_subscription": "sub fail",
    "unknown": (200, '{"code":10,"msg":"internal error"}'),
    "odd_order": {"data": {"odd": 1}, "newField": 1},
    "odd_push": {"data.state": 99, "data.newField": {"a": 1}},
    "numbers": {
        "PUSH BTC_USDT@qDeal": ("data.p", "data.a"), "PUSH BTC_USDT@qDepth": ("data.p", "data.q"),
        "PUSH BTC_USDT@qAllDepth": ("data.b.0.0", "data.a.0.1"), "PUSH *qStats": ("data.c", "data.v"),
        "PUSH user uOrder": ("data.origQty", "data.dealQty", "data.price"), "PUSH user uBalance": ("data.availableBalance", "data.freeze"),
        "GET /spot/v1/u/trade/order/deal": ("data.items.*.price", "data.items.*.quantity"),
        "GET /spot/v1/u/trade/order/detail": ("data.origQty", "data.executedQty"),
        "GET /spot/v1/u/balance/spot": ("data.0.availableBalance", "data.0.freeze"),
    },
    "fills": "GET /spot/v1/u/trade/order/deal",
    "says_cancelled": {"data.state": 4},
    # messages that cannot be: labels (alternatives of one call), stage, and what is set in the message
    "contradictions": [
        (("PUSH user uOrder",), "on_push", {"data.dealQty": "5", "data.state": 2}),
        (("PUSH user uOrder",), "on_push", {"data.state": 3}),
        (("PUSH user uOrder",), "on_push", {"data.price": "31000"}),
    ],
    "wrong_ids": [
        (("POST /spot/v1/u/trade/order/create",), "on_reply", {"data": None}),
        (("POST /spot/v1/u/trade/order/create",), "on_reply", {"data": [1]}),
        (("POST /spot/v1/u/trade/order/create",), "on_reply", {"data": True}),
        (("POST /spot/v1/u/trade/order/create",), "on_reply", {"data": ""}),
        (("POST /spot/v1/u/trade/order/create",), "on_reply", {"data": "475069473877499999"}),
        (("PUSH user uOrder",), "on_push", {"data.orderId": None}),
        (("POST /spot/v1/u/trade/order/cancel",), "on_reply", {"data": "475069473877499999"}),
    ],
}
TRAITS: dict[str, Any] = {
    "names_orders": False,
    "shown_within": 35.0,           # an order may not be shown for half a minute (its documents name no time)
    "absent": {"F6": NO_CODE},
}
