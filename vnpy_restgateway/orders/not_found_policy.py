"""When to ask the venue about an order whose fate is unknown, and when its silence is an answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NotFoundPolicy:
    """
    All times in seconds.

    ``bound`` is how long after sending the venue may still be working on the order (its own
    time-out plus the validity window of the request): a "not found" before that proves nothing.
    ``misses`` of them after the bound, each at least ``spacing`` apart, conclude that the order
    does not exist. Until the bound is over the questions come further and further apart, ``longest`` at most;
    from then on the first ones come every ``spacing``, so that silence is settled soon after it means something.
    """

    bound: float = 15.0
    spacing: float = 2.0
    misses: int = 3
    first: float = 0.2
    longest: float = 5.0


class StatusQuery:
    """The questioning of one order. ``now`` is a monotonic clock in seconds."""

    __slots__ = ("rule", "sent", "next_query", "_delay", "_misses", "_last_miss", "_late")

    def __init__(self, rule: NotFoundPolicy, sent: float, now: float) -> None:
        self.rule: NotFoundPolicy = rule
        self.sent: float = sent
        self.next_query: float = now + rule.first
        self._delay: float = rule.first
        self._misses: int = 0
        self._last_miss: float = float("-inf")
        self._late: int = 0                     # questions since the bound is over

    def asked(self, now: float) -> None:
        """A query went out: plan the next one."""
        rule, edge = self.rule, self.sent + self.rule.bound
        self._delay = min(self._delay * 2, rule.longest)
        if now >= edge:
            self._late += 1
            self.next_query = now + (rule.spacing if self._late <= 2 * rule.misses else max(self._delay, rule.spacing))
        else:
            self.next_query = min(now + self._delay, max(edge, now + rule.first))

    def missed(self, asked_at: float) -> bool:
        """
        The venue said "not found" to a query sent at ``asked_at``. True: that settles it.
        """
        if asked_at < self.sent + self.rule.bound:
            return False
        if asked_at >= self._last_miss + self.rule.spacing:
            self._misses += 1
            self._last_miss = asked_at
        return self._misses >= self.rule.misses
