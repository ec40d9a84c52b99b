"""Gateways on the running dialect, for the tests of FutuOpenDGateway."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from gateways.futu_cases import futu
from gateways.harness import Case, Desk
from vnpy.trader.constant import Direction, Exchange, OrderType
from vnpy.trader.object import OrderRequest

from mockexchange import MockExchange
from vnpy_futuopend import FutuOpenDClient

REAL_ID: str = "281000000000000001"
ENVIRONMENTS: tuple[str, ...] = ("REAL", "SIMULATE")


def case_of(environment: str, **options: Any) -> Case:
    return futu("futu", **options) if environment == "REAL" else futu("futu-simulated", "simulated", **options)


@contextmanager
def a_desk(
    environment: str = "SIMULATE", ready: bool = True, setting: dict[str, Any] | None = None,
    before: Callable[[Desk], Any] = lambda desk: None, **options: Any,
) -> Iterator[Desk]:
    """
    A gateway on a venue with these options of its dialect. ``setting``: what it connects with otherwise than ever; ``before``: called
    before that.
    """
    case: Case = case_of(environment, **options)
    with ExitStack() as stack:
        venue = stack.enter_context(MockExchange("futu", seed=7, options=dict(case.options)))
        desk = Desk(case, venue, spoils=False)
        stack.callback(desk.close)
        before(desk)
        (desk.ready if ready else desk.connect)(**(setting or {}))
        yield desk


def send(desk: Desk, symbol: str, exchange: Exchange, price: float, volume: float, side: Direction = Direction.LONG, type: OrderType = OrderType.LIMIT) -> str:
    return str(desk.gateway.send_order(OrderRequest(symbol, exchange, side, type, volume, price))).split(".", 1)[1]


def client_of(desk: Desk) -> FutuOpenDClient:
    """Another program on the same gateway."""
    return FutuOpenDClient(desk.venue.rest, desk.venue.key)


def counted(desk: Desk, match: str) -> Callable[[], int]:
    """How many such requests have come since."""
    found = desk.venue.faults.add(match=match, stage="before_engine", action="delay", ms=0, times=0)
    return lambda: next(int(fault["bitten"]) for fault in desk.venue.faults.list() if fault["id"] == found["id"])
