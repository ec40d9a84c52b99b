"""What a polled venue is asked for where, and how often."""

from collections.abc import Callable
from typing import NamedTuple

from .ranked_rest import Command


class Paths(NamedTuple):
    """
    What is asked for where: a path to GET, or the whole command. ``time`` and ``contracts`` "": the venue does not tell them;
    ``positions`` "": they come with the account; ``quote`` "": it is the session's business.
    """

    time: str
    contracts: str
    orders: str | Command
    account: str | Command
    positions: str | Command
    quote: str


class Intervals(NamedTuple):
    """Seconds between looks; ``positions`` None: those of the account."""

    orders: Callable[[], float]
    account: Callable[[], float]
    quotes: Callable[[], float]
    positions: Callable[[], float] | None = None
