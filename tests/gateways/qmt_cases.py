"""QmtRestGateway on the builds of its server, in the suite's pace."""

from typing import Any

from vnpy.trader.gateway import BaseGateway

from vnpy_qmtrest import QmtRestGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy

from .harness import Case, known


def quick_qmt(gateway: BaseGateway) -> None:
    """Seconds instead of tens of seconds: the mock terminal is never slower than that."""
    assert isinstance(gateway, QmtRestGateway)
    timings = gateway.timings
    timings.order_timeout = timings.query_timeout = 1.5
    timings.orders_interval = timings.idle_interval = 0.2
    timings.account_interval, timings.identity_interval, timings.ticks_interval = 0.4, 5.0, 0.3
    timings.order_gap, timings.stale_after = 0.0, 2.0
    gateway.flow.table.rule = NotFoundPolicy(bound=2.5, spacing=0.2, misses=3, first=0.05, longest=0.5)


def qmt(name: str, **options: Any) -> Case:
    return known(
        name, "vnpy_qmtrest:QmtRestGateway", "qmt", quick_qmt,
        order_label="POST /qmt/trade/api/outer/trade/buy", cancel_label="POST /qmt/trade/api/cancel_order", secret_field="Secret Key",
        poor="needed with fees", knows_limits=False, patience=60.0, options=options, in_matrix=name == "qmt",
    )


CASES: list[Case] = [qmt("qmt")]
