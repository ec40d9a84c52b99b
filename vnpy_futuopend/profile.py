"""How the fault matrix and the main job are pointed at this gateway (entry point ``vnpy_rehearsal.profiles``)."""

from typing import Any

# the matrix trades on a real account, whose fills are told: the dialect's traits open the venue with it as the main one
PROFILES: list[dict[str, Any]] = [{
    "name": "FUTUOPEND", "gateway": "vnpy_futuopend:FutuOpenDGateway", "dialect": "futu", "symbol": "02800",
    "setting": {
        "Server": "OPEND", "REST Host": "{rest}", "Token": "{key}", "Trade Password": "123456", "Environment": "REAL",
        "Account ID": "281000000000000001", "Markets": "HK,US", "Symbols": "02800.SEHK, 00700.SEHK, AAPL.SMART",
    },
    "patience": 120.0,              # a minute of lists without an order, then it never came
    "ready_line": "User data stream subscribed",
    "job": {
        "symbol": "00700.SEHK", "strategy": "vnpy_rehearsal.share_strategy:ShareRehearsalStrategy", "setting": {"Symbols": "{symbol}"},
        "each_fill": False,             # of the simulated account, whose fills are made
    },
    "lacks": ("STOP",),
}]
