"""How the fault matrix and the main job are pointed at this gateway (entry point ``vnpy_rehearsal.profiles``)."""

from typing import Any

PROFILES: list[dict[str, Any]] = [{
    "name": "QMTREST", "gateway": "vnpy_qmtrest:QmtRestGateway", "dialect": "qmt", "symbol": "000001",
    "setting": {
        "Server": "QMT", "Host": "{rest}", "Client ID": "{key}", "Secret Key": "{secret}", "Price Off Tick": "ROUND",
        "Symbols": "000001.SZSE, 600000.SSE", "Quotes From": "POSITIONS",
    },
    "patience": 120.0,              # a minute of lists without an order, then it never came
    "ready_line": "Trade API connected",
    "job": {
        "symbol": "000001.SZSE", "strategy": "vnpy_rehearsal.share_strategy:ShareRehearsalStrategy",
        "setting": {"Symbols": "{symbol}", "Quotes From": "POSITIONS"},         # build A has no quotes
    },
    "boards": [
        ("688981", "SSE", 50.0, 100.0, "is below the minimum 200"), ("128013", "SZSE", 125.0, 5.0, "is below the minimum 10"),
        ("510300", "SSE", 4.0, 150.0, "is no multiple of the lot 100"), ("920002", "BSE", 15.0, 101.0, "is no multiple of the lot 100"),
    ],
    "lacks": ("FAK", "FOK", "STOP"),
}]
