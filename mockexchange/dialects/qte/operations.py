"""An operation: ``call(ctx, params)`` -> the JSON of the answer. It raises ApiError, or lets a core Refusal through."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ...core.exchange import Exchange
from .state import DialectState
from .options import QteOptions
from .params import Params

V1: tuple[str, ...] = ("v1",)
V3: tuple[str, ...] = ("v3",)
BOTH: tuple[str, ...] = ("v1", "v3")


@dataclass(slots=True)
class Context:
    """Who asks (``account`` is "" for a public request), and when (microseconds)."""

    desk: DialectState
    account: str
    now: int

    @property
    def exchange(self) -> Exchange:
        return self.desk.venue.exchange

    @property
    def options(self) -> QteOptions:
        return self.desk.options


Call = Callable[[Context, Params], object]


class Operation(NamedTuple):
    """One endpoint: ``/api/<version><path>`` under each of its versions (spec 1.2, column S)."""

    method: str
    path: str
    call: Call
    versions: tuple[str, ...] = V1
    private: bool = False
