"""How the fault matrix and the main job are pointed at this gateway (entry point ``vnpy_rehearsal.profiles``)."""

from typing import Any

# its fills are told
REAL: dict[str, Any] = {
    "gateway": "vnpy_futuopend:FutuOpenDGateway", "dialect": "futu", "symbol": "02800",
    "options": {"main_account": "real", "sample_shares": 10_000},
    "setting": {
        "Server": "OPEND", "REST Host": "{rest}", "Token": "{key}", "Trade Password": "123456", "Environment": "REAL",
        "Account ID": "281000000000000001", "Markets": "HK,US", "Symbols": "02800.SEHK, 00700.SEHK, AAPL.SMART",
    },
    "patience": 120.0,              # a minute of lists without an order, then it never came
    "ready_line": "User data stream subscribed",
    "lacks": ("STOP",),
}
# its fills are made of what orders have traded more than before
SIMULATED: dict[str, Any] = {
    **REAL, "variant": "simulated", "options": {**REAL["options"], "main_account": "simulated"}, "tells_fills": False,
    "setting": {**REAL["setting"], "Environment": "SIMULATE", "Account ID": "", "Trade Password": ""},
}
US: dict[str, Any] = {
    "symbol": "AAPL", "exchange": "SMART", "market": {
        "symbol": "AAPL", "opens": 200.0, "low": 180.0, "near": 198.0, "under": "197.5", "below_low": "179.5", "high": 210.0, "dear": 230.0,
        "apart": 0.01, "moves": ("200.1", "200"), "swings": ("198.5", "201.5", "200"), "unit": 10.0, "small": 1.0,
        "odd": (180.019, 30.0), "rounded": (180.01, 30.0), "little": 1.0, "too_little": 0.5,
    },
}
HELD: dict[str, Any] = {"sample_symbol": "AAPL", "sample_shares": 200}
# China Connect: lots, the day's band, T+1, and limit orders only
CN: dict[str, Any] = {
    "symbol": "600036", "exchange": "SSE", "market": {
        "symbol": "600036", "opens": 40.0, "low": 36.8, "near": 39.6, "under": "39.2", "below_low": "36.4", "high": 42.0, "dear": 43.6,
        "apart": 0.01, "moves": ("40.04", "40"), "swings": ("39.6", "40.4", "40"), "unit": 100.0, "small": 100.0,
        "odd": (36.839, 300.0), "rounded": (36.83, 300.0), "little": 100.0, "too_little": 50.0,
    },
    "setting": {**REAL["setting"], "Markets": "HK,US,CN", "Symbols": "600036.SSE, 688981.SSE, 510300.SSE, 000001.SZSE"},
    "boards": [
        ("688981", "SSE", 50.0, 199.0, "is below the minimum 200"), ("510300", "SSE", 4.0, 150.0, "is no multiple of the lot 100"),
        ("000001", "SZSE", 10.0, 150.0, "is no multiple of the lot 100"),
    ],
    "lacks": ("MARKET", "FAK", "FOK", "STOP"), "other_markets": ("02800", "AAPL"),
}
CN_HELD: dict[str, Any] = {"sample_symbol": "600036", "sample_shares": 2_000, "china_cash": 1_000_000}
PROFILES: list[dict[str, Any]] = [
    {
        **REAL, "name": "FUTUOPEND",
        "job": {
            "symbol": "00700.SEHK", "strategy": "vnpy_rehearsal.share_strategy:ShareRehearsalStrategy",
            # any of its shares can be named on the command line
            "setting": {"Symbols": "{symbol}", "Markets": "HK,US,CN", "Embedded Options": "--option futu.china_cash=1000000"},
            "each_fill": False,     # of the simulated account
        },
    },
    SIMULATED,
    {**REAL, **CN, "variant": "cn", "options": {**REAL["options"], **CN_HELD}},
    {**REAL, **US, "variant": "us", "options": {**REAL["options"], **HELD}},
    {**SIMULATED, **US, "variant": "us-simulated", "options": {**SIMULATED["options"], **HELD}},
]
