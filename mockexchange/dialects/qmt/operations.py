"""An operation: ``await call(ctx, data)`` -> the JSON of the answer. Whatever it raises is an answer too (errors.py)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from ...core.exchange import Exchange
from .options import QmtOptions
from .state import DialectState

T = TypeVar("T")

EITHER: str = "session or signature"
SESSION: str = "session"
SIGNATURE: str = "signature"

TRADE: str = "/qmt/trade/api"
DATA: str = "/qmt/data/api"


@dataclass(slots=True)
class Context:
    """What an operation knows of its request. ``is_gone()``: the client has closed the connection."""

    desk: DialectState
    path: Mapping[str, str]             # its variable parts
    query: Mapping[str, str]
    is_gone: Callable[[], bool]

    @property
    def exchange(self) -> Exchange:
        return self.desk.venue.exchange

    @property
    def options(self) -> QmtOptions:
        return self.desk.options

    async def ask(self, question: Callable[[], T]) -> T:
        """A question to the terminal."""
        return await self.desk.terminal.ask(question, self.is_gone)

    async def do(self, *works: Callable[[], T]) -> list[T]:
        """Orders or cancels: they are carried out also when the client has gone by then."""
        return await self.desk.terminal.do(works, self.is_gone)

    def place_of(self, index: int, place: int) -> int:
        """The ``trader_index`` of a result: build B tells the place in the list of those that were asked (spec 2.0)."""
        return place if self.options.is_b else index


Call = Callable[[Context, Any], Awaitable[object]]


class Operation(NamedTuple):
    """One endpoint (spec 1.2). ``handler`` is what its errors call it (spec 2.1); ``builds`` those that have it."""

    method: str
    path: str
    handler: str
    call: Call
    auth: str
    builds: str = "AB"
