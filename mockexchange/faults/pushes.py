"""Faults of pushes: sent twice, never, in another order, or far too often."""

from ..fields import Fields
from .actions import ON_PUSH, Action
from .connections import LONGEST_MS
from .line import Push

MOST_COPIES: int = 1_000_000
CHUNK_SECONDS: float = 0.01


class Drop(Action):
    """The push is never sent; the connection lives."""

    name = "drop"
    stages = (ON_PUSH,)

    def spoil(self, push: Push) -> None:
        push.gone = True


class Duplicate(Action):
    """The push is sent ``copies`` times in all, each ``ms`` milliseconds after the one before."""

    name = "duplicate"
    stages = (ON_PUSH,)

    def __init__(self, fields: Fields, stage: str) -> None:
        self.copies: int = fields.integer("copies", 2, low=2, high=1000)
        self.seconds: float = fields.number("ms", 0, high=LONGEST_MS) / 1000

    def spoil(self, push: Push) -> None:
        push.repeat(self.copies - 1, 1, self.seconds)


class Flood(Action):
    """The push is sent ``copies`` times in all, ``per_second`` of them a second or as fast as it goes."""

    name = "flood"
    stages = (ON_PUSH,)

    def __init__(self, fields: Fields, stage: str) -> None:
        self.copies: int = fields.integer("copies", 10_000, low=2, high=MOST_COPIES)
        self.rate: int = 0
        if "per_second" in fields:
            self.rate = fields.integer("per_second", low=1, high=MOST_COPIES)

    def spoil(self, push: Push) -> None:
        if not self.rate:
            push.repeat(self.copies - 1, self.copies, 0.0)
            return
        seconds: float = max(CHUNK_SECONDS, 1 / self.rate)
        push.repeat(self.copies - 1, round(self.rate * seconds), seconds)


class Reorder(Action):
    """
    This push and the next ones that match wait on their connection until there are ``count`` of them, then
    they leave in ``order``: "reverse", or "shuffle" by the venue's seed. Others overtake them meanwhile. After
    ``ms`` milliseconds those that have come leave in that order, however few.
    """

    name = "reorder"
    stages = (ON_PUSH,)

    def __init__(self, fields: Fields, stage: str) -> None:
        self.count: int = fields.integer("count", 2, low=2, high=1000)
        self.order: str = fields.text("order", "reverse", choices=("reverse", "shuffle"))
        self.seconds: float = fields.number("ms", 1000, low=1, high=LONGEST_MS) / 1000

    def arrange(self, pushes: list[Push]) -> list[Push]:
        """The order they leave in: never the one they came in, when there are two or more."""
        arranged: list[Push] = pushes[::-1]
        if self.order == "shuffle" and len(pushes) > 1:
            while True:
                self.random.shuffle(arranged)
                if arranged != pushes:
                    break
        return arranged

    def spoil(self, push: Push) -> None:
        push.gone = True
        push.line.gather(push, self.matches, self.count, self.seconds, self.arrange)
