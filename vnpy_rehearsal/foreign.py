"""Gateways of others that are known well enough to be pointed at the mock exchange."""

from typing import Any

PROFILES: list[dict[str, Any]] = [{
    "gateway": "vnpy_binance:BinanceSpotGateway", "dialect": "binance", "symbol": "BTCUSDT_SPOT_BINANCE",
    "setting": {"API Key": "{key}", "API Secret": "{secret}", "Server": "REAL", "Kline Stream": "False", "Proxy Host": "", "Proxy Port": 0},
    "patches": {
        "vnpy_binance.spot_gateway:REAL_REST_HOST": "{rest}",
        "vnpy_binance.spot_gateway:REAL_TRADE_HOST": "{stream}/ws-api/v3",
        "vnpy_binance.spot_gateway:REAL_DATA_HOST": "{stream}",
    },
    # contracts that come before its socket is open keep it from subscribing to the user's stream
    "slow": ("GET /api/v3/exchangeInfo",),
    "ready_line": "User data stream subscribed",
}]
