"""An operation: ``call(ctx, params)`` -> the ``data`` of the answer. It raises ApiError, or lets a core Refusal through."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ...core.exchange import Exchange
from .state import DialectState, Listing
from .options import HashExOptions
from .params import Params


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
    def options(self) -> HashExOptions:
        return self.desk.options

    def listing(self, params: Params) -> Listing:
        """The symbol that must be named."""
        return self.desk.listing(params.text("symbol"))

    def listings(self, params: Params) -> list[Listing]:
        """The symbol that may be named, else all."""
        if params.values.get("symbol"):
            return [self.listing(params)]
        return list(self.desk.by_symbol.values())


Call = Callable[[Context, Params], object]


def always(options: HashExOptions) -> bool:
    """Whether an endpoint that every deployment has exists."""
    return True


class Operation(NamedTuple):
    """One endpoint. ``exists`` says whether this deployment has it."""

    method: str
    path: str
    call: Call
    signed: bool = False
    exists: Callable[[HashExOptions], bool] = always
