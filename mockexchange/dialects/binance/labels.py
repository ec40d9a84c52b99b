"""
What the dialect calls things, for the fault matrix: labels of requests and pushes as faults match them, and answers that
mean something; and what of the venue's nature decides which rows apply (docs/conform.md).
"""

from typing import Any

LABELS: dict[str, Any] = {
    "order": ("WS order.place", "POST /api/v3/order"),
    "cancel": ("WS order.cancel", "DELETE /api/v3/order"),
    "order_push": "PUSH user executionReport",
    "user_push": "PUSH user *",
    "quote_push": "PUSH btcusdt@*",
    "subscribe": "WS SUBSCRIBE",
    "account": "GET /api/v3/account",
    "open_orders": "GET /api/v3/openOrders",
    "history": "GET /api/v3/klines",
    "retired": ((410, '{"code":-1016,"msg":"This service is no longer available."}'), (404, '{"code":-1020,"msg":"This operation is not supported."}')),
    "unknown": (400, '{"code":-1007,"msg":"Timeout waiting for response from backend server. Send status unknown; execution status unknown."}'),
    "too_many": '{"code":-1015,"msg":"Too many new orders; current limit is 50 orders per 10 SECOND."}',
    "busy": '{"code":-1008,"msg":"Server is currently overloaded with other requests. Please try again in a few minutes."}',
    "duplicate": '{"code":-2010,"msg":"Duplicate order sent."}',
    "refused_subscription": '{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}',
    "odd_order": {"status": "BRAND_NEW", "result.status": "BRAND_NEW", "result.orderId": "12", "newField": 1},
    "odd_push": {"event.X": "BRAND_NEW", "event.o": "BRAND_NEW_TYPE", "event.newField": {"a": 1}},
    "numbers": {
        "PUSH btcusdt@aggTrade": ("data.p", "data.q"), "PUSH btcusdt@bookTicker": ("data.b", "data.A"),
        "PUSH btcusdt@depth5*": ("data.bids.0.0", "data.asks.0.1"), "PUSH btcusdt@ticker": ("data.c", "data.v"),
        "PUSH user executionReport": ("event.q", "event.z", "event.l", "event.L"),
        "PUSH user outboundAccountPosition": ("event.B.0.f", "event.B.0.l"),
        "WS order.place": ("result.origQty", "result.executedQty"), "GET /api/v3/account": ("balances.0.free", "balances.0.locked"),
        "GET /api/v3/order": ("origQty", "executedQty"), "GET /api/v3/myTrades": ("*.price", "*.qty"),
    },
    "fills": "GET /api/v3/myTrades",
    "says_cancelled": {"event.x": "CANCELED", "event.X": "CANCELED"},
    # messages that cannot be: labels (alternatives of one call), stage, and what is set in the message
    "contradictions": [
        (("WS order.place", "POST /api/v3/order"), "on_reply", {"result.status": "FILLED", "status": "FILLED"}),
        (("WS order.place", "POST /api/v3/order"), "on_reply", {"result.status": "PARTIALLY_FILLED", "status": "PARTIALLY_FILLED", "result.executedQty": "5", "executedQty": "5"}),
        (("WS order.place", "POST /api/v3/order"), "on_reply", {"result.executedQty": "0.005", "executedQty": "0.005"}),
        (("PUSH user executionReport",), "on_push", {"event.z": "5.00000000"}),
        (("PUSH user executionReport",), "on_push", {"event.X": "FILLED"}),
        (("PUSH user executionReport",), "on_push", {"event.l": "0.01", "event.t": 999999, "event.L": "30000"}),
        (("WS order.cancel", "DELETE /api/v3/order"), "on_reply", {"result.status": "FILLED", "status": "FILLED"}),
    ],
    "wrong_ids": [
        (("WS order.place", "POST /api/v3/order"), "on_reply", {"result.orderId": None, "orderId": None}),
        (("WS order.place", "POST /api/v3/order"), "on_reply", {"result.orderId": [1], "orderId": [1]}),
        (("WS order.place", "POST /api/v3/order"), "on_reply", {"result.orderId": True, "orderId": True}),
        (("WS order.place", "POST /api/v3/order"), "on_reply", {"result.orderId": "", "orderId": ""}),
        (("WS order.place", "POST /api/v3/order"), "on_reply", {"result.orderId": 12, "orderId": 12}),
        (("WS order.place", "POST /api/v3/order"), "on_reply", {"result.clientOrderId": "another", "clientOrderId": "another"}),
        (("PUSH user executionReport",), "on_push", {"event.i": [1]}),
        (("PUSH user executionReport",), "on_push", {"event.c": "another"}),
        (("WS order.cancel", "DELETE /api/v3/order"), "on_reply", {"result.orderId": None, "orderId": None}),
    ],
}
TRAITS: dict[str, Any] = {
    "absent": {"F34": "requests carry a time, no nonce"},
}
