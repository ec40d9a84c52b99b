"""
What the dialect calls things, for the fault matrix: labels of requests and pushes as faults match them, and answers that
mean something; and what of the venue's nature decides which rows apply (docs/conform.md).
"""

from typing import Any

NO_DAY: str = "no connection ends after a time: a socket outlives its token (spec 4.2)"
NO_NONCE: str = "requests carry no nonce, no time and no signature (spec 12)"
NO_BUSY: str = "the server has no rate limit, and no answer for a venue that is busy (spec 3)"
ORDER: str = "POST /order"
CANCEL: str = "DELETE /order/*"
ORDERS: str = "GET /order"
FILLS: str = "GET /trade"
ACCOUNT: str = "GET /account"
POSITIONS: str = "GET /position"
ORDER_PUSH: str = "PUSH user eOrder."
FILL_PUSH: str = "PUSH user eTrade."
ACCOUNT_PUSH: str = "PUSH user eAccount."
POSITION_PUSH: str = "PUSH user ePosition."
TICK_PUSH: str = "PUSH tick eTick. BTCUSDT_SPOT_BINANCE.GLOBAL"

LABELS: dict[str, Any] = {
    "order": (ORDER,),
    "cancel": (CANCEL,),
    "order_push": ORDER_PUSH,
    "user_push": "PUSH user *",
    "quote_push": TICK_PUSH,
    "subscribe": "POST /tick/*",
    "account": ACCOUNT,
    "open_orders": ORDERS,
    "fills": FILLS,
    "retired": ((404, '{"detail":"Not Found"}'), (410, '{"detail":"Gone"}')),
    "unknown": (500, "Internal Server Error"),
    "refused_subscription": '{"detail":"Not Found"}',
    "odd_order": {"newField": 1},
    "odd_push": {"data.status": "BRAND_NEW", "data.type": "BRAND_NEW", "data.newField": {"a": 1}, "newField": 1},
    "numbers": {
        TICK_PUSH: ("data.last_price", "data.bid_price_1", "data.ask_volume_1"),
        ORDER_PUSH: ("data.volume", "data.traded", "data.price"),
        FILL_PUSH: ("data.volume", "data.price"),
        ACCOUNT_PUSH: ("data.balance", "data.frozen", "data.available"),
        POSITION_PUSH: ("data.volume", "data.frozen"),
        ACCOUNT: ("*.balance", "*.frozen", "*.available"),
        POSITIONS: ("*.volume", "*.frozen"),
        ORDERS: ("*.volume", "*.traded", "*.price"),
        FILLS: ("*.volume", "*.price"),
    },
    "says_cancelled": {"data.status": "已撤销"},
    # messages that cannot be: labels (alternatives of one call), stage, and what is set in the message
    "contradictions": [
        ((ORDER_PUSH,), "on_push", {"data.traded": 5_000.0}),
        ((ORDER_PUSH,), "on_push", {"data.status": "全部成交"}),
        ((ORDER_PUSH,), "on_push", {"data.status": "部分成交"}),
        ((ORDERS,), "on_reply", {"*.traded": 5_000.0}),
        ((ORDERS,), "on_reply", {"*.status": "全部成交"}),
    ],
    "wrong_ids": [
        ((ORDER_PUSH,), "on_push", {"data.vt_orderid": [1], "data.orderid": [1]}),
        ((ORDER_PUSH,), "on_push", {"data.vt_orderid": None, "data.orderid": None}),
        ((ORDER_PUSH,), "on_push", {"data.reference": "another"}),
        ((ORDERS,), "on_reply", {"*.vt_orderid": None, "*.orderid": None}),
    ],
    "refused_inside": [(200, '""', "reject")],             # the answer has no reason
    "expired": [(401, '{"detail":"Could not validate credentials"}')],
}
TRAITS: dict[str, Any] = {
    "tells_fills": True,
    "pushed": True,
    "has_bars": False,
    "keyless_ticks": False,
    "exchange": "GLOBAL",
    "daily_ids": False,
    "shown_within": 95.0,           # an order may be executed 65 s and more after it was sent (spec 6.4, 8.1)
    "strike": 45.0,                 # orders and ticks share a socket: what silences the ticks waits until a dead one is noticed, 30 s
    "nameless": {"references": "never"},
    "tag_lost": ({"references": "first"}, {"references": "never"}),
    # by the repaired launcher (spec 2.2), whose REST comes back with the trading process
    "backend_lost": {"trading": "hung", "rpc_heals": True, "rpc_timeout_ms": 5_000},
    "executed_late": {"order_500": "later", "rpc_heals": True, "rpc_timeout_ms": 500},
    "absent": {"F6": NO_BUSY, "F26": NO_DAY, "F34": NO_NONCE},
    "market": {"symbol": "BTCUSDT"},
}
