"""A row's turn on a bad day, and what became of it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from rest_locale import _

from ..conform.matrix import ROWS

WAITING, ARMED, STRIKING, OVER, MISSED = "waiting", "armed", "striking", "over", "missed"


class Turn(NamedTuple):
    """A row's turn. Seconds since the strategy's start: ``at``, when its fault is armed, and ``ends``, when the next one's turn comes."""

    row: str
    at: float
    ends: float


@dataclass
class Struck:
    """
    What became of a row's turn. Seconds since the strategy's start: when its fault was armed, when it struck first, when it was over.
    ``times``: how often it has struck. ``why_not``: why it did not. ``can`` False: it cannot here.
    """

    row: str
    armed: float | None = None
    begun: float | None = None
    over: float | None = None
    times: int = 0
    did: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    why_not: str = ""
    can: bool = True

    @property
    def title(self) -> str:
        return _(ROWS[self.row].title)

    @property
    def state(self) -> str:
        if self.over is not None:
            return OVER if self.times else MISSED
        return WAITING if self.armed is None else ARMED if self.begun is None else STRIKING


def times(number: int) -> str:
    """How often, in words."""
    return _("once") if number == 1 else _("{number} times").format(number=number)
