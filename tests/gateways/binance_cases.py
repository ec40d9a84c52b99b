"""MockBinanceGateway on the venues it speaks to, in the suite's pace."""

from dataclasses import replace

from vnpy.trader.gateway import BaseGateway

from vnpy_mockbinance import MockBinanceGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy

from .harness import Case, known

MOCKBINANCE: str = "vnpy_mockbinance:MockBinanceGateway"


def quick_binance(gateway: BaseGateway) -> None:
    """Seconds instead of tens of seconds: the mock venue is never slower than that."""
    assert isinstance(gateway, MockBinanceGateway)
    gateway.timings.request_timeout, gateway.timings.reconcile_interval = 1.0, 5.0
    gateway.timings.ping_interval, gateway.timings.market_silence, gateway.timings.history_patience = 2, 5, 3.0
    gateway.flow.table.rule = NotFoundPolicy(bound=2.0, spacing=0.2, misses=3, first=0.05, longest=0.5)


def quick_qte(gateway: BaseGateway) -> None:
    quick_binance(gateway)
    assert isinstance(gateway, MockBinanceGateway)
    gateway.timings.quotes_interval = gateway.timings.orders_interval = 0.2
    gateway.timings.account_interval = gateway.timings.idle_interval = 0.5
    gateway.timings.day_interval = 1.0


def quick_unsigned(gateway: BaseGateway) -> None:
    """Binance's weights are counted: the list of open orders is 80 of 6000 a minute."""
    quick_qte(gateway)
    assert isinstance(gateway, MockBinanceGateway)
    gateway.timings.orders_interval, gateway.timings.idle_interval = 0.5, 1.0


QTE: Case = known(
    "qte", MOCKBINANCE, "qte", quick_qte,
    order_label="POST /api/v1/order", cancel_label="DELETE /api/v1/order", history_label="GET /api/v1/klines", secret_field="API Key",
    poor="Order rejected, code: HTTP 400, message: 资金不足", knows_limits=False, patience=60.0,
)
BINANCE: Case = known(
    "binance", MOCKBINANCE, "binance", quick_binance, order_label="WS order.place", cancel_label="WS order.cancel",
)
CASES: list[Case] = [
    BINANCE,
    QTE,
    # the QTE half of the gateway at a venue that is Binance but for its signatures
    replace(
        BINANCE, name="binance-unsigned", setting=QTE.setting, quick=quick_unsigned, options={"unsigned": True}, pushed=False,
        order_label="POST /api/v3/order", cancel_label="DELETE /api/v3/order", secret_field="API Key",
        ready_line=QTE.ready_line, in_matrix=False, patience=60.0,
    ),
]
