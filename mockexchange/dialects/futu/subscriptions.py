"""Subscriptions of quotes (spec 2.4): shared by all REST clients, counted against a quota, gone with the process."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .errors import Failure
from .options import FutuOptions

Pair = tuple[str, int]                  # symbol, sub_type


@dataclass(slots=True)
class Subscription:
    """``since``: us; ``is_pushed``: registered for pushes."""

    since: int
    is_pushed: bool = False


class Subscriptions:
    """One venue's."""

    def __init__(self, options: FutuOptions, now: Callable[[], int]) -> None:
        self._options: FutuOptions = options
        self._now: Callable[[], int] = now
        self.found: dict[Pair, Subscription] = {}

    @property
    def left(self) -> int:
        """Of the quota."""
        return self._options.sub_quota - len(self.found)

    def add(self, pairs: Iterable[Pair], push: bool | None) -> list[Pair]:
        """
        Subscribe; ``push`` None leaves the registration as it is. Returns the pairs that are registered for pushes now.

        Failure when the quota does not suffice: then nothing is subscribed.
        """
        wanted: list[Pair] = list(dict.fromkeys(pairs))
        fresh: list[Pair] = [pair for pair in wanted if pair not in self.found]
        if len(fresh) > self.left:
            raise Failure(f"subscription quota exceeded: {len(fresh)} wanted, {self.left} left")
        for pair in wanted:
            one: Subscription = self.found.setdefault(pair, Subscription(self._now()))
            if push is not None:
                one.is_pushed = push
        return [pair for pair in wanted if self.found[pair].is_pushed]

    def remove(self, pairs: Iterable[Pair]) -> None:
        """Unsubscribe. Failure for one that is too young: then all stay."""
        youngest: int = self._now() - self._options.min_sub_s * 1_000_000
        wanted: list[Pair] = [pair for pair in pairs if pair in self.found]
        if any(self.found[pair].since > youngest for pair in wanted):
            raise Failure(f"a subscription can be ended after {self._options.min_sub_s} seconds")
        for pair in wanted:
            del self.found[pair]

    def need(self, symbol: str, sub_type: int, name: str) -> None:
        """Failure for what is not subscribed to, or whose cache is not ready yet."""
        one: Subscription | None = self.found.get((symbol, sub_type))
        if one is None:
            raise Failure(f"{symbol}: not subscribed to {name}, call /api/subscribe first")
        if self._now() < one.since + self._options.cache_ms * 1000:
            raise Failure(f"{symbol}: cache not ready")

    def is_pushed(self, symbol: str, sub_type: int) -> bool:
        """Whether pushes go out."""
        one: Subscription | None = self.found.get((symbol, sub_type))
        return one is not None and (one.is_pushed or self._options.quote_push == "subscribed")

    def pushed(self) -> list[Pair]:
        """Everything that is pushed."""
        return [pair for pair in self.found if self.is_pushed(*pair)]
