"""One side of the market maker's book: a touch that follows the price, and a window of slots behind it."""

from random import Random

from ..core.commands import Command, FeedTrade, Quote
from ..core.numbers import BEYOND
from .shape import MarketShape

EVERYTHING: int = BEYOND            # more than rests anywhere
FEWER: int = 4                      # slots behind the touch: what falls short of the depth by more is filled up to it,
MORE: int = 8                       # what goes beyond it by more is taken back to it


class Quoter:
    """
    What the market maker quotes on one side, in ticks and steps. ``way`` is 1 for asks, -1 for bids: outwards.

    The exchange refuses a quote that would cross, and a user's order may rest anywhere the market maker does not.
    So a trade stopped at the touch goes ahead of the quotes: it takes what is offered there, users' orders
    that the market has moved through among it, and is nothing where nobody is in the way.
    """

    def __init__(self, name: str, way: int) -> None:
        self.name: str = name
        self.way: int = way
        self.quotes: dict[int, int] = {}    # price -> quantity, as last quoted
        self.touch: int = 0
        self.near: int = 0                  # slots quoted, near to far outwards, both included
        self.far: int = -way
        self.turn: int = 0                  # the slot renewed last in its turn

    def clear(self, shape: MarketShape) -> list[Command]:
        """Take every quote back."""
        commands: list[Command] = [self._quote(shape, ticks, 0) for ticks in self.quotes]
        self.quotes = {}
        self.touch, self.near, self.far = 0, 0, -self.way
        return commands

    def follow(self, shape: MarketShape, rng: Random, touch: int, eat: bool) -> tuple[list[Command], list[Command]]:
        """
        Let the touch be at a price: what to take back, and what to quote once the way is free.

        With ``eat`` the old touch is left to the trade that goes ahead of the other side's quotes.
        """
        way: int = self.way
        depth: int = shape.activity.depth
        old: int = self.touch
        gone: dict[int, None] = {}
        added: dict[int, int] = {}
        if touch != old:
            if old in self.quotes:
                gone[old] = None
            added[touch] = shape.level(rng, 0)
            self.touch = touch
        near: int = shape.slot_above(touch) if way > 0 else shape.slot_below(touch)
        far: int = self.far
        if (far - near) * way < -1 or (self.near - near) * way > depth:
            for slot in range(self.near, far + way, way):       # a jump: nothing of the window is left
                gone[shape.slot_price(slot)] = None
            far = near - way
        else:
            for slot in range(self.near, near, way):
                gone[shape.slot_price(slot)] = None
            for slot in range(near, self.near, way):
                added[shape.slot_price(slot)] = shape.level(rng, (slot - near) * way + 1)
        count: int = (far - near) * way + 1
        if count < depth - FEWER:
            for slot in range(far + way, near + depth * way, way):
                added[shape.slot_price(slot)] = shape.level(rng, (slot - near) * way + 1)
            far = near + (depth - 1) * way
        elif count > depth + MORE:
            for slot in range(near + depth * way, far + way, way):
                gone[shape.slot_price(slot)] = None
            far = near + (depth - 1) * way
        self.near, self.far = near, far

        quotes: dict[int, int] = self.quotes
        pulls: list[Command] = []
        for ticks in gone:
            if ticks not in added and quotes.pop(ticks, 0) and not (eat and ticks == old):
                pulls.append(self._quote(shape, ticks, 0))
        return pulls, [self.set(shape, ticks, steps) for ticks, steps in added.items() if shape.lowest <= ticks <= shape.highest]

    def set(self, shape: MarketShape, ticks: int, steps: int) -> Quote:
        """Quote a level."""
        self.quotes[ticks] = steps
        return self._quote(shape, ticks, steps)

    def guard(self, shape: MarketShape) -> FeedTrade:
        """The trade that goes ahead of quotes on this side."""
        return FeedTrade(shape.symbol, self.name, EVERYTHING, self.touch * shape.tick)

    def pick(self, shape: MarketShape, rng: Random) -> int:
        """A level to renew, in ticks, near the touch mostly."""
        ticks: int = shape.slot_price(self.near + (int(rng.expovariate(0.35)) - 1) * self.way)
        return ticks if ticks in self.quotes else self.touch

    def next(self, shape: MarketShape) -> int:
        """Every level in turn, in ticks: what users have taken, or kept from being quoted, is there again in time."""
        self.turn += self.way
        if not 0 <= (self.turn - self.near) * self.way <= (self.far - self.near) * self.way:
            self.turn = self.near
        ticks: int = shape.slot_price(self.turn)
        return ticks if ticks in self.quotes else self.touch

    def _quote(self, shape: MarketShape, ticks: int, steps: int) -> Quote:
        return Quote(shape.symbol, self.name, ticks * shape.tick, steps * shape.step)
