"""How the fault matrix and the main job are pointed at this gateway (entry point ``vnpy_rehearsal.profiles``)."""

from typing import Any

PROFILES: list[dict[str, Any]] = [{
    "name": "QMTREST", "gateway": "vnpy_qmtrest:QmtRestGateway", "dialect": "qmt", "symbol": "000001",
    "setting": {
        "Server": "QMT", "Host": "{rest}", "Client ID": "{key}", "Secret Key": "{secret}", "Price Off Tick": "ROUND",
        "Symbols": "000001.SZSE, 600000.SSE",
    },
    "ready_line": "Trade API connected",
    "lacks": ("FAK", "FOK", "STOP"),
}]
