"""
What the dialect calls things, for the fault matrix: labels of requests and pushes as faults match them, and answers that
mean something; and what of the venue's nature decides which rows apply (docs/conform.md).
"""

from typing import Any

NO_CODE: str = "no document has a code for too many orders, or for a busy venue"
NO_TIME: str = "requests carry neither a time nor a nonce"
LABELS: dict[str, Any] = {
    "order": ("POST /api/v1/order",),
    "cancel": ("DELETE /api/v1/order",),
    "account": "GET /api/v1/account",
    "open_orders": "GET /api/v1/open_orders",
    "history": "GET /api/v1/klines",
    "unknown": (400, '{"error":"创建订单失败: no running event loop"}'),
    "odd_order": {"status": "BRAND_NEW", "quantity": None, "newField": 1},
    "numbers": {
        "POST /api/v1/order": ("quantity", "executedQty"), "GET /api/v1/open_orders": ("*.quantity", "*.executedQty", "*.price"),
        "GET /api/v1/account": ("balances.0.free", "balances.0.locked"), "GET /api/v1/depth": ("bids.0.0", "asks.0.1"),
        "GET /api/v1/ticker/price": ("price", "BTCUSDT"), "GET /api/v1/ticker/24hr": ("lastPrice", "volume"),
    },
    "says_cancelled": {"*.status": "CANCELED"},
    # messages that cannot be: labels (alternatives of one call), stage, and what is set in the message
    "contradictions": [
        (("POST /api/v1/order",), "on_reply", {"status": "FILLED", "executedQty": "0"}),
        (("POST /api/v1/order",), "on_reply", {"status": "PARTIALLY_FILLED", "executedQty": "5"}),
        (("GET /api/v1/open_orders",), "on_reply", {"*.executedQty": "5"}),
    ],
    "wrong_ids": [
        (("POST /api/v1/order",), "on_reply", {"orderId": None}),
        (("POST /api/v1/order",), "on_reply", {"orderId": [1]}),
        (("POST /api/v1/order",), "on_reply", {"orderId": True}),
        (("POST /api/v1/order",), "on_reply", {"orderId": ""}),
        (("POST /api/v1/order",), "on_reply", {"clientOrderId": "another"}),
        (("GET /api/v1/open_orders",), "on_reply", {"*.orderId": [1]}),
    ],
}
TRAITS: dict[str, Any] = {
    "tells_fills": False,
    "finds_lost": False,
    "pushed": False,
    "absent": {
        "F6": NO_CODE, "F20": NO_TIME, "F21": NO_TIME, "F34": NO_TIME,
        "F41": "the server ends every connection after its answer: none is ever idle",
        "F43": "the server tells no ticks and steps: they come from the setting Symbols",
        "F55": "the server does not tell what an order has come to: prices of fills are a guess",
    },
}
