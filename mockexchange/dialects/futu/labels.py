"""
What the dialect calls things, for the fault matrix: labels of requests and pushes as faults match them, and answers that
mean something; and what of the venue's nature decides which rows apply (docs/conform.md).

Messages of pushes are edited in ``s2c``, before they are encoded.
"""

from typing import Any

NO_BUSY: str = "no document has an answer for a venue that is busy: 503 is only of /health"
NO_DAY: str = "no document says that a connection ends after a time"
NO_NONCE: str = "a packet id that is used again is no error: it is answered from memory (spec 1.6)"
NO_RULES: str = "the tick follows from the price by the exchange's table, and lots are the exchange's (spec 5.6, 5.7)"
ORDER: str = "POST /api/order"
CANCEL: str = "POST /api/modify-order"
ORDERS: str = "POST /api/orders"
FILLS: str = "POST /api/order-fills"
FUNDS: str = "POST /api/funds"
POSITIONS: str = "POST /api/positions"
ORDER_PUSH: str = "PUSH trade 2208"
FILL_PUSH: str = "PUSH trade 2218"

LABELS: dict[str, Any] = {
    "order": (ORDER,),
    "cancel": (CANCEL,),
    "order_push": ORDER_PUSH,
    "user_push": "PUSH trade *",
    "quote_push": "PUSH quote *",
    "subscribe": "POST /api/subscribe",
    "account": FUNDS,
    "open_orders": ORDERS,
    "history": "POST /api/history-kline",
    "fills": FILLS,
    "fill_push": FILL_PUSH,
    "retired": ((404, '{"error":"not found"}'), (410, '{"error":"gone"}')),
    "unknown": (200, '{"ret_type":-400,"ret_msg":"[err_code=none] PlaceOrder: request timed out (backend_code=100012)","err_code":null,"s2c":null}'),
    "too_many": '{"error":"limit check failed: rate limit exceeded: 3 orders in the last 60s (cap 3)"}',
    "refused_subscription": '{"error":"invalid JSON body"}',
    "odd_order": {"s2c.order_id": {"odd": 1}, "s2c.newField": 1, "newField": 1},
    "odd_push": {"s2c.order.order_status": 99, "s2c.order.order_type": 77, "newField": {"a": 1}},
    "numbers": {
        "PUSH quote 3005 *": ("s2c.basic_qot_list.0.cur_price", "s2c.basic_qot_list.0.volume"),
        "PUSH quote 3013 *": ("s2c.order_book_ask_list.0.price", "s2c.order_book_bid_list.0.volume"),
        ORDER_PUSH: ("s2c.order.qty", "s2c.order.fill_qty", "s2c.order.price"),
        FILL_PUSH: ("s2c.order_fill.qty", "s2c.order_fill.price"),
        FUNDS: ("s2c.funds.total_assets", "s2c.funds.cash", "s2c.funds.frozen_cash"),
        ORDERS: ("s2c.order_list.*.qty", "s2c.order_list.*.fill_qty", "s2c.order_list.*.price"),
        POSITIONS: ("s2c.position_list.*.qty", "s2c.position_list.*.can_sell_qty", "s2c.position_list.*.price"),
        FILLS: ("s2c.order_fill_list.*.qty", "s2c.order_fill_list.*.price"),
    },
    "says_cancelled": {"s2c.order.order_status": 15},
    # messages that cannot be: labels (alternatives of one call), stage, and what is set in the message
    "contradictions": [
        ((ORDER_PUSH,), "on_push", {"s2c.order.fill_qty": 500_000.0}),
        ((ORDER_PUSH,), "on_push", {"s2c.order.order_status": 11}),
        ((ORDER_PUSH,), "on_push", {"s2c.order.order_status": 10}),
        ((ORDERS,), "on_reply", {"s2c.order_list.*.fill_qty": 500_000.0}),
    ],
    "wrong_ids": [
        *(((ORDER,), "on_reply", {"s2c.order_id": no_id, "s2c.order_id_ex": None}) for no_id in (None, [1], True, "", 0, -1)),
        ((ORDER_PUSH,), "on_push", {"s2c.order.order_id": [1]}),
        ((ORDER_PUSH,), "on_push", {"s2c.order.order_id": None}),
        ((CANCEL,), "on_reply", {"s2c.order_id": 12}),
    ],
    "refused_inside": [(
        200, '{"ret_type":-1,"ret_msg":"[err_code=none] insufficient buying power or position","err_code":null,"s2c":null}',
        "insufficient buying power",
    )],
    # no "expired": a token that is refused is not renewed, trading stops (spec 1.2)
}
TRAITS: dict[str, Any] = {
    "tells_fills": True,
    "pushed": True,
    "one_stream": True,             # quotes, orders and fills come by the same websocket
    "has_bars": True,
    "keyless_ticks": False,
    "exchange": "SEHK",
    "daily_ids": False,
    "shown_within": 75.0,           # it is looked for a minute before it never came (spec 6, #18)
    "hours": {"calendar": "exchange"},
    "backend_lost": {"link": "silent"},
    "absent": {"F6": NO_BUSY, "F26": NO_DAY, "F34": NO_NONCE, "F43": NO_RULES},
    "market": {
        "symbol": "02800", "opens": 25.0, "low": 22.0, "near": 24.6, "under": "24.5", "below_low": "21.9", "high": 27.0, "dear": 30.0,
        "apart": 0.02, "moves": ("25.02", "25"), "swings": ("24.6", "25.4", "25"), "unit": 500.0, "small": 500.0,
        "odd": (22.033, 1500.0), "rounded": (22.02, 1500.0), "little": 500.0, "too_little": 250.0,
    },
}
