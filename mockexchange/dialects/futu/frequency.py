"""The official frequencies of calls (spec 1.7), where the option ``frequency`` keeps them: a business failure above them."""

from collections import deque

from .errors import Failure
from .options import FutuOptions

WINDOW_US: int = 30_000_000
PLACE, MODIFY, UNLOCK, REFRESH, HISTORY, SNAPSHOT, BARS = "place", "modify", "unlock", "refresh", "history", "snapshot", "bars"
MOST: dict[str, int] = {PLACE: 15, MODIFY: 20, UNLOCK: 10, REFRESH: 10, HISTORY: 10, SNAPSHOT: 60, BARS: 60}


class Frequencies:
    """
    Calls by kind and account. "n per 30 s": request n + 1 must come more than 30 s after request 1.
    """

    def __init__(self, options: FutuOptions) -> None:
        self._options: FutuOptions = options
        self._calls: dict[tuple[str, str], deque[int]] = {}

    def count(self, kind: str, account: str, now: int) -> None:
        """``now`` in us. Failure for one too many."""
        if self._options.frequency != "official":
            return
        calls: deque[int] = self._calls.setdefault((kind, account), deque())
        while calls and calls[0] < now - WINDOW_US:
            calls.popleft()
        if len(calls) >= MOST[kind]:
            raise Failure(f"requests of this kind are limited to {MOST[kind]} in 30 seconds")
        calls.append(now)
