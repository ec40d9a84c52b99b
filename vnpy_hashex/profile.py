"""How the fault matrix and the main job are pointed at this gateway (entry point ``vnpy_rehearsal.profiles``)."""

from typing import Any

PROFILES: list[dict[str, Any]] = [{
    "name": "HASHEX", "gateway": "vnpy_hashex:HashExGateway", "dialect": "hashex", "symbol": "BTCUSDT_SPOT_HASHEX",
    "setting": {
        "Server": "HASHEX", "REST Host": "{rest}", "Stream Host": "{stream}", "Access Key": "{key}", "Secret Key": "{secret}",
        "Market Buy": "BASE",
    },
    "lacks": ("FAK", "FOK", "STOP"),
}]
