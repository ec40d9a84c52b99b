"""What a venue of some dialect lists and holds on its first day, unless it is told otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .core.calendar import AnyCalendar
from .core.instruments import Instrument


@dataclass(frozen=True)
class Contents:
    """
    A dialect makes them anew at each call of its ``contents``.

    ``accounts``: key, secret, and funds as asset -> amount in 1e-8; the first is the one that the ready line names.
    ``calendar``: when the market is open; None: always, and no day ends.
    """

    instruments: Sequence[Instrument]
    accounts: Sequence[tuple[str, str, Mapping[str, int]]]
    calendar: AnyCalendar | None = None
