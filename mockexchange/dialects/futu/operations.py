"""An operation: ``call(ctx, body)`` -> the s2c of the answer. It raises ApiError, Failure or Refusal (errors.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...core.exchange import Exchange
from .access import Caller
from .options import FutuOptions
from .params import NOTHING, Body, Form
from .state import DialectState

QOT, ACC, TRADE, UNLOCK = "qot:read", "acc:read", "trade", "unlock"


@dataclass(slots=True)
class Context:
    """What an operation knows of its request. ``now`` in us."""

    desk: DialectState
    caller: Caller
    now: int

    @property
    def exchange(self) -> Exchange:
        return self.desk.venue.exchange

    @property
    def options(self) -> FutuOptions:
        return self.desk.options


Call = Callable[[Context, Body], dict[str, Any] | None]


class Operation(NamedTuple):
    """One route (spec 2)."""

    method: str
    path: str
    call: Call
    scope: str = QOT
    form: Form = NOTHING
    is_write: bool = False          # answered once for a packet id (spec 1.6)
