"""How the fault matrix and the main job are pointed at this gateway (entry point ``vnpy_rehearsal.profiles``)."""

from typing import Any

GATEWAY: str = "vnpy_mockbinance:MockBinanceGateway"
SYMBOL: str = "BTCUSDT_SPOT_BINANCE"
PROFILES: list[dict[str, Any]] = [
    {
        "name": "MOCKBINANCE", "gateway": GATEWAY, "dialect": "binance", "symbol": SYMBOL,
        "setting": {"Server": "BINANCE", "REST Host": "{rest}", "Stream Host": "{stream}", "API Key": "{key}", "API Secret": "{secret}"},
    },
    {
        "gateway": GATEWAY, "dialect": "qte", "symbol": SYMBOL,
        "setting": {
            "Server": "QTE", "REST Host": "{rest}", "API Key": "{key}",
            "Symbols": "BTCUSDT:0.01:0.00001, ETHUSDT:0.01:0.0001, BNBUSDT:0.01:0.001, ETHBTC:0.00001:0.0001",
        },
        "ready_line": "Trade API connected", "lacks": ("FAK", "FOK", "STOP"),
    },
]
