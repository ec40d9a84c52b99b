"""An operation: ``call(ctx)`` -> the JSON of the answer. It raises ApiError or InternalError (errors.py)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from .options import WebTraderOptions
from .state import DialectState


@dataclass(slots=True)
class Context:
    """What an operation knows of its request. ``account``: whose token it had; ``body``: of a POST with one, as it was decoded."""

    desk: DialectState
    account: str
    path: Mapping[str, str]
    body: Any = None

    @property
    def options(self) -> WebTraderOptions:
        return self.desk.options


Call = Callable[[Context], Awaitable[Any]]


class Operation(NamedTuple):
    """One route (spec 3). ``has_body``: its body is JSON, decoded before anything else is looked at."""

    method: str
    path: str
    call: Call
    name: str
    has_body: bool = False
    builds: str = "package seed"
