"""A trading process that was restarted: nothing tells, its lists begin anew (spec 8.3). SerialExecutor thread only."""

from collections.abc import Callable
from logging import WARNING

from rest_locale import _
from vnpy_restgateway.host import Host

from .timings import Timings

MUST_COME_BACK: tuple[str, ...] = ("contract", "account")


class RestartWatch:
    """
    Compares lists with those before. Rows never leave the lists of a process that lives, but for contracts of a server that is not
    the package.

    :param restarted: called when the trading process has been restarted
    """

    def __init__(self, host: Host, timings: Timings, restarted: Callable[[], None]) -> None:
        self.host: Host = host
        self.timings: Timings = timings
        self.restarted: Callable[[], None] = restarted
        self.at: float = float("-inf")              # of the last restart, monotonic s
        self.settled: float = float("-inf")         # from then on an absent row means something
        self._known: dict[str, set[str]] = {}
        self._had: set[str] = set()                 # lists that have ever had rows
        self._awaited: set[str] = set()             # lists that must have rows again before that

    def saw(self, kind: str, ids: set[str]) -> None:
        """A whole list of one kind."""
        before: set[str] = self._known.get(kind, set())
        self._known[kind] = ids
        if ids:
            self._had.add(kind)
        # contracts are delisted one by one where the server is another one
        gone: bool = bool(before) and not ids if kind == "contract" else bool(before - ids)
        if gone:
            self._begin()
        if ids and self._awaited:
            self._awaited.discard(kind)
            if not self._awaited:
                self.settled = self.host.monotonic() + self.timings.restart_settle

    def _begin(self) -> None:
        again: bool = bool(self._awaited) or self.host.monotonic() < self.settled
        self.at = self.host.monotonic()
        self._awaited = self._had.intersection(MUST_COME_BACK)
        self.settled = float("inf")
        self._known = {}
        if not again:
            self.host.log(
                _(
                    "The trading process behind WebTrader was restarted: everything is read again, live orders are in doubt until its gateways have "
                    "reported them"
                ), WARNING
            )
        self.restarted()
