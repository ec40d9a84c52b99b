"""
Schedules: orders, cancels, moves of the market and faults, as objects and as text.

A step is a word and its values: ``order BUY 39900``, ``order BUY 39900 20``, ``cancel 0``, ``amend 1 730``, ``price 40100``,
``fault order before_engine hang times=2``, ``says wrong_ids 3``, ``wire deafen``, ``restart 200``, ``wipe 500``, ``clock -10000``,
``pause 400``, ``day``, ``check``. Steps are parted by semicolons. Orders and cancels count from the last order sent, back; times are milliseconds.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

WIRE: tuple[str, ...] = ("deafen", "reset", "reset_new", "refuse", "forget", "heal")
STAGES: tuple[str, ...] = ("before_engine", "after_engine", "on_reply", "on_push")
KINDS: tuple[str, ...] = ("order", "cancel", "read", "push")
SAYINGS: tuple[str, ...] = ("contradictions", "wrong_ids", "no_numbers", "cancelled", "answers")
OPTIONS: tuple[str, ...] = ("nameless", "tag_lost", "backend_lost", "stale")

Fields = tuple[tuple[str, Any], ...]


class Order(NamedTuple):
    """Volumes are all different, so that no two orders can be taken for each other; ``size``: how many times as large as the least."""

    price: float
    side: str = "BUY"
    size: float = 1


class Burst(NamedTuple):
    """So many purchases far below the market at once, and their cancels, the last one first."""

    number: int


class Cancel(NamedTuple):
    """Of the n-th order sent, from the last one back."""

    back: int


class Amend(NamedTuple):
    """The n-th order sent, from the last one back, gets another quantity elsewhere, in thousandths of what it has."""

    back: int
    part: int


class Foreign(NamedTuple):
    """Another program on the account sends an order."""

    price: float
    side: str = "BUY"


class Price(NamedTuple):
    """The market moves there."""

    price: float


class Fault(NamedTuple):
    """``on``: one of KINDS."""

    on: str
    stage: str
    action: str
    fields: Fields


class Says(NamedTuple):
    """The venue says once what cannot be, or what it says rarely: the n-th in the list of its dialect. ``what``: one of SAYINGS."""

    what: str
    number: int


class Option(NamedTuple):
    """The venue goes on with other options: the n-th of those that the profile names. ``name``: one of OPTIONS."""

    name: str
    number: int = 0


class Wire(NamedTuple):
    """Something happens to the network between gateway and venue: one of WIRE."""

    what: str


class Restart(NamedTuple):
    """The venue dies and comes back with its state."""

    down_ms: int


class Wipe(NamedTuple):
    """The venue dies and comes back without its state, and counts its ids from the beginning."""

    down_ms: int


class Clock(NamedTuple):
    """The venue's clock jumps."""

    offset_ms: int


class Rules(NamedTuple):
    """The symbol gets another tick, step and least volume."""


class Subscribe(NamedTuple):
    """Ticks are wanted."""


class Still(NamedTuple):
    """The market of this day moves only when it is told to."""


class DayTurn(NamedTuple):
    """A trading day passes, on a clock that stands otherwise."""


class Pause(NamedTuple):
    """Nothing, for a moment."""

    ms: int


class Check(NamedTuple):
    """The faults end, and the gateway's word becomes the venue's in time."""


Step = (
    Order | Burst | Cancel | Amend | Foreign | Price | Fault | Says | Option | Wire | Restart | Wipe | Clock | Rules | Subscribe | Still
    | Pause | DayTurn | Check
)


def to_text(steps: list[Step]) -> str:
    """A schedule as ``read_schedule`` takes it."""
    return "; ".join(map(step_text, steps))


def step_text(step: Step) -> str:
    match step:
        case Order(price, side, size):
            return f"order {side} {price:.12g}" + (f" {size:.12g}" if size != 1 else "")
        case Foreign(price, side):
            return f"foreign {side} {price:.12g}"
        case Price(price):
            return f"price {price:.12g}"
        case Fault(on, stage, action, fields):
            return " ".join(["fault", on, stage, action, *(f"{name}={_json(value)}" for name, value in fields)])
        case DayTurn():
            return "day"
        case Check():
            return "check"
    return " ".join([type(step).__name__.lower(), *map(str, step)])


def read_schedule(text: str) -> list[Step]:
    """:raises ValueError: naming the step and the value that is wrong"""
    return [read_step(part.strip()) for part in text.split(";") if part.strip()]


def read_step(text: str) -> Step:
    word, *values = text.split(" ")
    try:
        reader: Callable[..., Step] = READERS[word]
    except KeyError:
        raise ValueError(f"schedule: no step {word!r}, there are: {', '.join(READERS)}") from None
    try:
        return reader(*values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"schedule: {text!r}: {error}") from None


def _json(value: Any) -> str:
    """JSON in which no space and no semicolon is: they part steps and values."""
    return json.dumps(value, separators=(",", ":")).replace(" ", "\\u0020").replace(";", "\\u003b")


def _one_of(value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"{value!r} is none of {', '.join(choices)}")
    return value


def _side(value: str) -> str:
    return _one_of(value, ("BUY", "SELL"))


def _size(value: str) -> float:
    return float(value) if "." in value or "e" in value else int(value)


def _fault(on: str, stage: str, action: str, *fields: str) -> Fault:
    found: list[tuple[str, Any]] = []
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals:
            raise ValueError(f"not NAME=VALUE: {field!r}")
        found.append((name, json.loads(value)))
    return Fault(_one_of(on, KINDS), _one_of(stage, STAGES), action, tuple(found))


READERS: dict[str, Callable[..., Step]] = {
    "order": lambda side, price, size="1": Order(float(price), _side(side), _size(size)),
    "burst": lambda number: Burst(int(number)),
    "cancel": lambda back: Cancel(int(back)),
    "amend": lambda back, part: Amend(int(back), int(part)),
    "foreign": lambda side, price: Foreign(float(price), _side(side)),
    "price": lambda price: Price(float(price)),
    "fault": _fault,
    "says": lambda what, number: Says(_one_of(what, SAYINGS), int(number)),
    "option": lambda name, number="0": Option(_one_of(name, OPTIONS), int(number)),
    "wire": lambda what: Wire(_one_of(what, WIRE)),
    "restart": lambda down_ms: Restart(int(down_ms)),
    "wipe": lambda down_ms: Wipe(int(down_ms)),
    "clock": lambda offset_ms: Clock(int(offset_ms)),
    "rules": lambda: Rules(),
    "subscribe": lambda: Subscribe(),
    "still": lambda: Still(),
    "pause": lambda ms: Pause(int(ms)),
    "day": lambda: DayTurn(),
    "check": lambda: Check(),
}
