"""How the fault matrix and the main job are pointed at this gateway (entry point ``vnpy_rehearsal.profiles``)."""

from typing import Any

PROFILES: list[dict[str, Any]] = [{
    "name": "WEBTRADER", "gateway": "vnpy_webgateway:WebTraderGateway", "dialect": "webtrader", "symbol": "BTCUSDT_SPOT_BINANCE",
    "setting": {"Server": "WEBTRADER", "Host": "{rest}", "Username": "{key}", "Password": "{secret}"},
    "patience": 150.0,              # an order is 65 s at the server at most, then its lists are looked at for 15 s
    "ready_line": "User data stream subscribed",
    "job": {"symbol": "BTCUSDT_SPOT_BINANCE.GLOBAL", "far_end": "vnpy_webgateway.far_end:real_webtrader"},
}]
