"""Whether a figure that a venue tells again and again still moves with what is known to have happened. Pure."""

NOISE: float = 1e-9
ABOUT: float = 0.02             # part of an amount that fees may be


class Standstill:
    """
    One figure, such as the shares held of one code. Times are monotonic seconds.

    A change that nothing explains is kept for a while: the fill that made it may be heard of later than the figure.
    """

    def __init__(self, value: float) -> None:
        self.value: float = value
        self.stands: bool = False
        self._happened: list[tuple[float, float]] = []      # (time, amount) that the figure does not show yet
        self._ahead: float = 0.0                            # what the figure shows, and nothing has explained yet
        self._ahead_at: float = float("-inf")

    @property
    def unseen(self) -> float:
        """What happened and is not in the figure."""
        return sum(amount for _, amount in self._happened)

    @property
    def unseen_sales(self) -> float:
        """The part of it that made less."""
        return sum(amount for _, amount in self._happened if amount < 0)

    def happened(self, amount: float, now: float, within: float = 30.0) -> None:
        """The figure must have changed by an amount, or will."""
        known: bool = self._ahead * amount > 0 and abs(self._ahead) >= abs(amount) * (1.0 - ABOUT) and now - self._ahead_at <= within
        if known:
            self._ahead -= amount
        else:
            self._happened.append((now, amount))

    def told(self, value: float, asked_at: float, patience: float) -> None:
        """The figure, as it was asked for at a time. It stands still if it is the same so long after something happened."""
        if abs(value - self.value) > NOISE:
            seen: float = sum(amount for at, amount in self._happened if at < asked_at)
            self._ahead = value - self.value - seen
            self._ahead_at = asked_at
            self.value = value
            self.stands = False
            self._happened = [(at, amount) for at, amount in self._happened if at >= asked_at]
        elif abs(self.unseen) <= NOISE:
            self._happened = [(at, amount) for at, amount in self._happened if at >= asked_at]
            self.stands = False
        elif any(at <= asked_at - patience for at, _ in self._happened):
            self.stands = True
