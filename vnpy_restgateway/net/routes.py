"""Routes that a venue has retired in mid-session: each is named once, and tried again now and then. SerialExecutor thread only."""

from collections.abc import Callable
from logging import INFO, WARNING

from rest_locale import _

from ..seams import MACHINE

TRY_AGAIN: float = 300.0        # seconds until a route that was gone is taken again


class Routes:
    """
    What is gone, by the names of the venue's documents ("POST /api/v3/order", "WS order.place").

    ``other``: route -> the one that does the same.
    """

    def __init__(
        self, log: Callable[[str, int], None], other: dict[str, str] | None = None, monotonic: Callable[[], float] = MACHINE.monotonic,
    ) -> None:
        self._monotonic: Callable[[], float] = monotonic
        self._log: Callable[[str, int], None] = log
        self._other: dict[str, str] = other or {}
        self._gone: dict[str, float] = {}       # route -> when it may be taken again, monotonic seconds

    def __bool__(self) -> bool:
        return bool(self._gone)

    def gone(self, route: str, status: int) -> None:
        """The venue answered that there is no such route."""
        known: bool = route in self._gone
        self._gone[route] = self._monotonic() + TRY_AGAIN
        if known:
            return
        other: str = self._other.get(route, "")
        if other and self.open(other):
            line: str = _("The venue has retired {route} (status {status}): going on with {other}")
        else:
            line = _("The venue has retired {route} (status {status}): there is no other way, it is tried again")
        self._log(line.format(route=route, status=status, other=other), WARNING)

    def back(self, route: str) -> None:
        """The route answers."""
        if self._gone.pop(route, None) is not None:
            self._log(_("{route} answers again").format(route=route), INFO)

    def open(self, route: str) -> bool:
        """Whether a route may be taken."""
        return not self._gone or self._monotonic() >= self._gone.get(route, 0.0)

    def prefer(self, route: str, other: str) -> bool:
        """Whether to take a route rather than another one that does the same."""
        return not self._gone or self.open(route) or not self.open(other)
