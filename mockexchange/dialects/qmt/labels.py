"""
What the dialect calls things, for the fault matrix: labels of requests as faults match them, and answers that mean
something; and what of the venue's nature decides which rows apply (docs/conform.md).
"""

from typing import Any

NO_CODE: str = "no document has an answer for too many orders, or for a busy venue"
NO_NONCE: str = "requests carry no nonce: one that is sent again is a second order (spec 1.4)"
NO_RULES: str = "the server tells no ticks and no lots: they follow from the code (spec 4)"
API: str = "/qmt/trade/api"
BUY: str = f"POST {API}/outer/trade/buy"
ORDERS: str = f"POST {API}/orders"

LABELS: dict[str, Any] = {
    "order": (BUY,),
    "sell": (f"POST {API}/outer/trade/sell",),
    "cancel": (f"POST {API}/cancel_order",),
    "account": f"GET {API}/portfolio/0",
    "open_orders": ORDERS,
    "unknown": (500, '{"error":"接口异常: outer_trade","message":"timed out"}'),
    "odd_order": {"results.0.result.order_id": "1000", "results.0.result.value": None, "results.0.result.newField": 1},
    "numbers": {
        BUY: ("results.0.result.order_num",),
        ORDERS: ("*.volume", "*.traded_volume", "*.price", "*.traded_price"),
        f"GET {API}/portfolio/0": ("portfolio.total_asset", "portfolio.cash", "portfolio.frozen_cash"),
        f"GET {API}/positions/0": ("positions.0.volume", "positions.0.can_use_volume", "positions.0.avg_price", "positions.0.current_price"),
    },
    "says_cancelled": {"*.status": 54},
    # messages that cannot be: labels (alternatives of one call), stage, and what is set in the message
    "contradictions": [
        ((ORDERS,), "on_reply", {"*.traded_volume": 50_000}),
        ((ORDERS,), "on_reply", {"*.status": 56}),
        ((ORDERS,), "on_reply", {"*.status": 55}),
    ],
    "wrong_ids": [
        *(((BUY,), "on_reply", {"results.0.result.order_id": no_id}) for no_id in (None, [1], True, "", 0, -1, "1000")),
        ((ORDERS,), "on_reply", {"*.order_id": [1]}),
        ((ORDERS,), "on_reply", {"*.order_id": None}),
    ],
    "refused_inside": [(
        200,
        '{"message":"第三方buy交易执行完成","operation":"buy","results":[{"result":{"message":"资金不足，无法买入: 000001.SZ",'
        '"order_num":0,"order_result":null,"price":9.2,"success":false,"symbol":"000001.SZ","value":0},"status":"success",'
        '"trader_index":0}],"strategy_name":"","trade_mode":"order_num","trade_param":1000}',
        "资金不足",
    )],
    "expired": [(401, '{"error":"请求时间戳过期"}')],
}
TRAITS: dict[str, Any] = {
    "tells_fills": False,
    "pushed": False,
    "has_bars": False,
    "keyless_ticks": False,
    "exchange": "SZSE",
    "daily_ids": True,
    "number": "strategy_id",
    "shown_within": 95.0,           # a queue may be worked off late: what a minute of lists does not show never came; before it a time-out
    "shrinks": True,
    "hours": {"calendar": "exchange"},
    "nameless": {"strategy_name": "dropped"},
    "tag_lost": ({"strategy_name": "overwritten"}, {"strategy_name": "dropped"}),
    "backend_lost": {"link": "lost"},
    "stale": {"stale_positions": True},
    "absent": {"F6": NO_CODE, "F34": NO_NONCE, "F43": NO_RULES},
    "market": {
        "symbol": "000001.SZ", "opens": 10.0, "low": 9.2, "near": 9.9, "under": "9.8", "below_low": "9.1", "high": 10.5, "dear": 10.9,
        "apart": 0.01, "moves": ("10.01", "10"), "swings": ("9.9", "10.1", "10"), "unit": 100.0, "small": 100.0,
        "odd": (9.219, 300.0), "rounded": (9.21, 300.0), "little": 100.0, "too_little": 50.0,
    },
}
