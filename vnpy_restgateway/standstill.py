"""Whether a figure that a venue tells again and again still moves with what is known to have happened. Pure."""

from collections.abc import Callable

NOISE: float = 1e-9
ABOUT: float = 0.02             # part of an amount that fees may be
WITHIN: float = 30.0            # s for which a change that nothing explains waits for what does


class Standstill:
    """
    One figure, such as the shares held of one code. Times are monotonic seconds.

    A figure shows what happened up to some moment, oldest first. A change that nothing explains is kept for a while: the fill that
    made it may be heard of later than the figure.

    :param fees: the figure changes by a little more or less than what happens
    :param heard: monotonic s up to which it has been told what happened
    """

    def __init__(self, value: float, fees: bool = False, heard: Callable[[], float] = lambda: float("inf")) -> None:
        self.value: float = value
        self.heard: Callable[[], float] = heard
        self.stands: bool = False
        self.fees: bool = fees
        self._happened: list[tuple[float, float]] = []      # (time, amount) that the figure does not show yet
        self._ahead: float = 0.0                            # what the figure shows, and nothing has explained yet
        self._ahead_at: float = float("-inf")
        self._blurred_at: float = float("-inf")             # what happened until then may be in the figure, with what we do not know

    @property
    def unseen(self) -> float:
        """What happened and is not in the figure."""
        return sum(amount for _, amount in self._happened)

    @property
    def unseen_sales(self) -> float:
        """The part of it that made less."""
        return sum(amount for _, amount in self._happened if amount < 0)

    @property
    def unseen_purchases(self) -> float:
        """The part of it that made more."""
        return sum(amount for _, amount in self._happened if amount > 0)

    def happened(self, amount: float, now: float) -> None:
        """The figure must have changed by an amount, or will."""
        self._forget(now)
        if self._ahead * amount > 0 and abs(self._ahead) >= abs(amount) * (1.0 - ABOUT):
            self._ahead -= amount
        else:
            if abs(self._ahead) > NOISE:
                self._blurred_at = now      # a figure that has just moved for what is not known whole does not stand still
            self._happened.append((now, amount))

    def told(self, value: float, asked_at: float, patience: float) -> None:
        """The figure, as it was asked for at a time. It stands still if it is the same so long after something happened."""
        self._forget(asked_at)
        moved: float = value - self.value
        shown: int | None = self._shown(self._ahead + moved)
        if shown is not None:
            if abs(self._ahead) > NOISE:
                self._blurred_at = asked_at + WITHIN        # what nothing has explained may be something else, and this as well
            self._ahead = 0.0
            del self._happened[:shown]
        elif abs(moved) > NOISE:
            seen: list[float] = [amount for at, amount in self._happened if at < asked_at]
            self._ahead += moved - sum(seen)
            self._ahead_at = asked_at
            if self.fees and abs(self._ahead) <= ABOUT * sum(map(abs, seen)):
                self._ahead = 0.0
            self._happened = self._happened[len(seen):]
        self.value = value
        self.stands = abs(moved) <= NOISE and any(self._blurred_at < at <= asked_at - patience for at, _ in self._happened)

    def _shown(self, change: float) -> int | None:
        """
        How many of what happened, from the oldest on, come to a change; the most there can be. Where there are fees, and no number comes to
        it as it is: the most that do but for fees, for what has been shown is not what stands still. None: no number of them does.
        """
        noise: float = NOISE * max(1.0, abs(change))
        total, spread, found = 0.0, 0.0, 0 if abs(change) <= NOISE else None
        exact: bool = found == 0
        for count, (_, amount) in enumerate(self._happened, 1):
            total += amount
            spread += abs(amount)
            apart: float = abs(total - change)
            if apart <= noise:
                found, exact = count, True
            elif self.fees and not exact and apart <= ABOUT * spread:
                found = count
        return found

    def _forget(self, now: float) -> None:
        if min(now, self.heard()) - self._ahead_at > WITHIN:
            self._ahead = 0.0
            self._happened = [(at, amount) for at, amount in self._happened if at > self._blurred_at]
