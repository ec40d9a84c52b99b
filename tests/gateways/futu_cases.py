"""
FutuOpenDGateway on its server, in the suite's pace: a real account, whose fills are told, and a simulated one; Hong Kong, US and China
Connect shares.
"""

from typing import Any

from vnpy.trader.gateway import BaseGateway

from vnpy_futuopend import FutuOpenDGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy

from .harness import Case, known


def quick_futu(gateway: BaseGateway) -> None:
    """Seconds instead of tens of seconds."""
    assert isinstance(gateway, FutuOpenDGateway)
    timings = gateway.timings
    timings.order_timeout = timings.query_timeout = 2.0
    timings.orders_interval = timings.idle_interval = 0.3
    timings.account_interval, timings.fills_interval, timings.state_interval = 0.4, 0.5, 1.0
    timings.quotes_interval, timings.silence, timings.stale_after, timings.stream_silence = 0.3, 1.0, 2.0, 3.0
    timings.ping_interval, timings.pong_timeout, timings.history_patience = 3.0, 2.0, 4.0
    gateway.flow.table.rule = NotFoundPolicy(bound=2.5, spacing=0.2, misses=3, first=0.05, longest=0.5)


def futu(name: str, variant: str = "", **options: Any) -> Case:
    """``options`` of the dialect beside those of the profile."""
    case: Case = known(
        name, "vnpy_futuopend:FutuOpenDGateway", "futu", quick_futu, variant, order_label="POST /api/order",
        cancel_label="POST /api/modify-order", secret_field="Token", history_label="POST /api/history-kline", poor="insufficient",
        knows_limits=False,
    )
    case.options = {**case.options, **options}
    return case


CASES: list[Case] = [
    futu("futu"), futu("futu-simulated", "simulated"), futu("futu-us", "us"), futu("futu-us-simulated", "us-simulated"),
    futu("futu-cn", "cn"),
]
