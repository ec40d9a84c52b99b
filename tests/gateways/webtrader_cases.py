"""WebTraderGateway on its server, in the suite's pace: a remote VeighNa whose gateway trades coins."""

from vnpy.trader.gateway import BaseGateway

from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_webgateway import WebTraderGateway

from .harness import Case, known


def quick_webtrader(gateway: BaseGateway) -> None:
    """Seconds instead of tens of seconds."""
    assert isinstance(gateway, WebTraderGateway)
    timings = gateway.timings
    timings.order_timeout = timings.query_timeout = 2.0
    timings.orders_interval = timings.idle_interval = timings.lossy_interval = 0.3
    timings.account_interval, timings.contracts_interval, timings.silence, timings.push_delay = 0.5, 2.0, 1.0, 1.0
    timings.ping_interval, timings.stale_after, timings.settle, timings.restart_settle = 2, 2.0, 3.0, 1.0
    gateway.flow.table.rule = NotFoundPolicy(bound=4.0, spacing=0.2, misses=3, first=0.05, longest=0.5)


CASES: list[Case] = [known(
    "webtrader", "vnpy_webgateway:WebTraderGateway", "webtrader", quick_webtrader, order_label="POST /order", cancel_label="DELETE /order/*",
    secret_field="Password (密码)", history_label="", poor="Order rejected", knows_limits=False, in_suite=False,
)]
