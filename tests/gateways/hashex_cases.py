"""HashExGateway on HashEx and its sibling deployments, in the suite's pace."""

from collections.abc import Callable
from typing import Any

from vnpy.trader.gateway import BaseGateway

from vnpy_hashex import HashExGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy

from .harness import Case, known


def quick_hashex(gateway: BaseGateway) -> None:
    assert isinstance(gateway, HashExGateway)
    gateway.timings.request_timeout = 2.0       # a busy machine may take more than a second
    gateway.timings.requests_per_second = 500.0
    gateway.timings.give_up, gateway.timings.history_patience = 6.0, 3.0
    gateway.flow.table.rule = NotFoundPolicy(bound=3.0, spacing=0.2, misses=3, first=0.05, longest=0.5)


def hashex(name: str, quick: Callable[[BaseGateway], None] = quick_hashex, **options: Any) -> Case:
    return known(
        name, "vnpy_hashex:HashExGateway", "hashex", quick,
        order_label="POST /spot/v1/u/trade/order/create", cancel_label="POST /spot/v1/u/trade/order/cancel",
        history_label="GET /spot/v1/p/quotation/kline", options=options, in_matrix=name == "hashex", secret_field="Secret Key",
        poor="Order rejected, code: -1, message: insufficient balance", knows_limits=False,
    )


CASES: list[Case] = [
    hashex("hashex"),
    # the later documents' words: no client order ids at all, another text key, other optional fields
    hashex("hashex-nameless", client_order_id=False, text_key="msg", order_fields="sibling", unknown_order="null"),
]
