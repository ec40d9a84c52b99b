"""Where a market with waves goes: by seed, symbol and time alone, so that it goes the same way whatever happens to its venue."""

from math import exp
from random import Random

from .shape import Activity

SECOND: int = 1_000_000
JUMP: float = 0.02                  # the largest move of a second


class Course:
    """Times are us since the venue was opened first. ``name`` tells courses apart."""

    def __init__(self, name: str, activity: Activity) -> None:
        self._name: str = name
        self._activity: Activity = activity
        self._rng: Random = Random(f"{name}:course")
        self._steps: list[float] = [0.0]        # second -> logarithm of the price, that of the opening being 1
        self._bias: float = 0.0                 # of this way up or down, in volatilities a minute
        self._turn: int = 0                     # the second at which it ends
        self._apart: float = SECOND / activity.events       # us from one moment at which something happens to the next, on average

    def at(self, us: int) -> float:
        """The price, that of the opening being 1."""
        second: int = us // SECOND
        while len(self._steps) <= second:
            self._step()
        return exp(self._steps[second])

    def next(self, us: int) -> int:
        """The first moment after that time at which something happens."""
        number: int = int(us // self._apart)
        while True:
            moment: int = self._moment(number)
            if moment > us:
                return moment
            number += 1

    def chance(self, us: int) -> Random:
        """What is drawn at a moment is drawn from this."""
        return Random(f"{self._name}:{us}")

    def _moment(self, number: int) -> int:
        return int((number + Random(f"{self._name}:{number}:moment").random()) * self._apart)

    def _step(self) -> None:
        rng, activity = self._rng, self._activity
        if len(self._steps) > self._turn:
            up: bool = self._bias < 0 if self._bias else rng.random() < 0.5
            self._bias = activity.trend * (0.75 + 0.5 * rng.random()) * (1 if up else -1)
            self._turn = len(self._steps) + int(activity.wave * (0.75 + 0.5 * rng.random()))
        noise: float = rng.gauss(0.0, 1.0) * (0.5 + 0.4 * rng.expovariate(1.0))
        move: float = activity.volatility * (noise / 60 ** 0.5 + self._bias / 60)
        self._steps.append(self._steps[-1] + max(-JUMP, min(JUMP, move)))
