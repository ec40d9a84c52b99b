"""
FutuOpenDGateway on its server, in the suite's pace: a real account, whose fills are told, and a simulated one. Its rows of the matrix are
run by hand until they are all survived (``python -m mockexchange conform vnpy_futuopend:FutuOpenDGateway``).
"""

from typing import Any

from vnpy.trader.gateway import BaseGateway

from vnpy_futuopend import FutuOpenDGateway
from vnpy_futuopend.profile import PROFILES
from vnpy_rehearsal.conform.known import make_profile, read_profile
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy

from .harness import Case


def quick_futu(gateway: BaseGateway) -> None:
    """Seconds instead of tens of seconds."""
    assert isinstance(gateway, FutuOpenDGateway)
    timings = gateway.timings
    timings.order_timeout = timings.query_timeout = 2.0
    timings.orders_interval = timings.idle_interval = 0.3
    timings.account_interval, timings.fills_interval, timings.state_interval = 0.4, 0.5, 1.0
    timings.quotes_interval, timings.silence, timings.stale_after = 0.3, 1.0, 2.0
    timings.ping_interval, timings.pong_timeout, timings.history_patience = 3.0, 2.0, 4.0
    gateway.flow.table.rule = NotFoundPolicy(bound=2.5, spacing=0.2, misses=3, first=0.05, longest=0.5)


def futu(name: str, **options: Any) -> Case:
    """On a real account; ``options`` of the dialect beside those of its traits."""
    # the entry point may not be installed: the profile is taken from the package itself
    profile: dict[str, Any] = vars(make_profile("vnpy_futuopend:FutuOpenDGateway", read_profile(PROFILES[0])))
    more: dict[str, Any] = {
        "name": name, "quick": quick_futu, "patience": 25.0, "real_engine": False, "order_label": "POST /api/order",
        "cancel_label": "POST /api/modify-order", "secret_field": "Token", "history_label": "POST /api/history-kline",
        "poor": "insufficient", "knows_limits": False, "in_matrix": False, "options": {**profile["options"], **options},
    }
    return Case(**{**profile, **more})


def simulated(name: str, **options: Any) -> Case:
    """On the simulated account: fills are made of what orders have traded more than before."""
    case: Case = futu(name, **{"main_account": "simulated", **options})
    setting = case.setting
    case.setting = lambda venue: {**setting(venue), "Environment": "SIMULATE", "Account ID": "", "Trade Password": ""}
    case.tells_fills = False
    return case


CASES: list[Case] = [futu("futu"), simulated("futu-simulated")]
