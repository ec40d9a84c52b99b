"""What the gateway suite stands on: the desk and recorder of the conformance driver, and one Case per gateway."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from vnpy.trader.constant import OrderType, Status
from vnpy.trader.gateway import BaseGateway

from mockexchange import MockExchange
from vnpy_rehearsal.conform.harness import GatewayHarness
from vnpy_rehearsal.conform.known import known_targets, make_profile
from vnpy_rehearsal.conform.profile import Profile
from vnpy_rehearsal.conform.recorder import Missed, Recorder

__all__ = ["Case", "Desk", "Missed", "Recorder"]


@dataclass
class Case(Profile):
    """One gateway on one dialect, and the words it is expected to say."""

    order_label: str = ""           # what faults match for a new order, on the path the gateway uses
    cancel_label: str = ""
    secret_field: str = "API Secret"
    history_label: str = "GET /api/v3/klines"
    poor: str = "Order rejected, code: -2010, message: Account has insufficient balance"    # the venue's refusal
    in_suite: bool = True           # the tests of gateways that trade coins are run on it
    in_matrix: bool = True          # the whole fault matrix is run on it
    knows_limits: bool = True       # the venue tells its least notional and largest volume

    def open_venue(self) -> MockExchange:
        return MockExchange(self.dialect, seed=7, options=dict(self.options))

    @contextmanager
    def open_venue_with_history(self) -> Iterator[MockExchange]:
        """A running venue whose past is made up beforehand: that takes it seconds."""
        with self.open_venue() as running:
            running.run(lambda venue: [tape.bars("1m", 1) for tape in venue.exchange.tapes.values()])
            yield running


class Desk(GatewayHarness):
    """A desk of the suite."""

    @property
    def case(self) -> Case:
        assert isinstance(self.profile, Case)
        return self.profile

    def refused_here(self, type: OrderType) -> bool:
        """
        An order of a type this venue has not is refused by the gateway, in words that say so. True if it is
        such a type, and the rest of a test does not apply.
        """
        if type not in self.profile.lacks:
            return False
        orderid = self.send("BUY", 30_000.0, 0.1, type)
        self.wait_status(orderid, Status.REJECTED)
        assert self.recorder.said(f"Order rejected, not sent: order type {type.value} is not supported: ")
        assert not self.rows("order")
        return True


targets = cache(known_targets)


def known(name: str, gateway: str, dialect: str, quick: Callable[[BaseGateway], None], variant: str = "", **more: Any) -> Case:
    """A case of what the conformance driver knows of a gateway, in the suite's pace and with the events in its hands."""
    target = next(each for each in targets(gateway) if (each.dialect, each.variant) == (dialect, variant))
    profile = vars(make_profile(gateway, target))
    return Case(**{**profile, "name": name, "quick": quick, "patience": 25.0, "real_engine": False, **more})
