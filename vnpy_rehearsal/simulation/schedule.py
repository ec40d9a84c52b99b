"""
Schedules: orders, cancels, moves of the market and faults, as text, as objects, and carried out on a gateway.

A step is a word and its values: ``order BUY 39900``, ``order BUY 39900 20``, ``cancel 0``, ``amend 1 730``, ``price 40100``,
``fault order before_engine hang times=2``, ``wire deafen``, ``restart 200``, ``clock -10000``, ``pause 400``, ``day``, ``check``. Steps
are parted by semicolons. Orders and cancels count from the last order sent, back; times are milliseconds.
"""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from vnpy.trader.constant import Exchange, Status

from mockexchange.core.errors import Refusal

from ..conform.harness import GatewayHarness
from ..conform.profile import PAGE, Profile
from ..conform.recorder import Missed
from ..conform.storm import OverWire

FAR, NEAR, ACROSS = 30_000.0, 39_900.0, 45_000.0        # of a market of coins between 39000 and 41000: never, perhaps, at once
DAY_MS: int = 86_400_000
UNTIL_NIGHT_MS: int = 50_370_000            # from 10:00 to half a minute before the day ends
ZONES: dict[Exchange, str] = {Exchange.SMART: "America/New_York"}
WIRE: tuple[str, ...] = ("deafen", "reset", "reset_new", "refuse", "forget", "heal")
STAGES: tuple[str, ...] = ("before_engine", "after_engine", "on_reply", "on_push")
KINDS: tuple[str, ...] = ("order", "cancel", "read", "push")

Fields = tuple[tuple[str, Any], ...]


class Order(NamedTuple):
    """Volumes are all different, so that no two orders can be taken for each other; ``size``: how many times as large as the least."""

    price: float
    side: str = "BUY"
    size: int = 1


class Cancel(NamedTuple):
    """Of the n-th order sent, from the last one back."""

    back: int


class Amend(NamedTuple):
    """The n-th order sent, from the last one back, gets another quantity elsewhere, in thousandths of what it has."""

    back: int
    part: int


class Price(NamedTuple):
    """The market moves there."""

    price: float


class Fault(NamedTuple):
    """``on``: one of KINDS."""

    on: str
    stage: str
    action: str
    fields: Fields


class Wire(NamedTuple):
    """Something happens to the network between gateway and venue: one of WIRE."""

    what: str


class Restart(NamedTuple):
    """The venue dies and comes back with its state."""

    down_ms: int


class Clock(NamedTuple):
    """The venue's clock jumps."""

    offset_ms: int


class DayTurn(NamedTuple):
    """A trading day passes, on a clock that stands otherwise."""


class Pause(NamedTuple):
    """Nothing, for a moment."""

    ms: int


class Check(NamedTuple):
    """The faults end, and the gateway's word becomes the venue's in time."""


Step = Order | Cancel | Amend | Price | Fault | Wire | Restart | Clock | Pause | DayTurn | Check

ANSWERS: list[tuple[str, Fields]] = [
    ("hang", ()), ("reset", ()), ("close", ()), ("delay", (("ms", 250),)), ("delay", (("ms", 1_400),)),
    ("status", (("status", 502), ("body", PAGE))), ("status", (("status", 500), ("body", "{}"))),
]
SPOILT: list[tuple[str, Fields]] = [
    ("body", (("body", '{"a'),)), ("truncate", ()), ("body", (("set", {"newField": {"a": [1]}}),)),
]
PUSHES: list[tuple[str, Fields]] = [
    ("drop", ()), ("duplicate", (("copies", 3),)), ("duplicate", (("ms", 300),)), ("delay", (("ms", 300),)),
    ("delay", (("ms", 200), ("overtake", True))), ("reorder", (("count", 2),)), ("reorder", (("count", 3), ("order", "shuffle"))),
    ("close", ()), ("reset", ()), ("truncate", ()), ("body", (("body", "]"),)),
]


def monday(exchange: Exchange) -> str:
    """A clock that is moved by hand, from 5 January 2026 on, 10:00 where the exchange is."""
    zone: ZoneInfo = ZoneInfo(ZONES.get(exchange, "Asia/Shanghai"))
    return f"manual={int(datetime(2026, 1, 5, 10, tzinfo=zone).timestamp()) * 1_000}"


def faults_of(on: list[str]) -> list[Fault]:
    """Every fault that can strike one of these kinds, without how often."""
    found: list[Fault] = []
    for what in on:
        if what == "push":
            found += [Fault(what, "on_push", action, fields) for action, fields in PUSHES]
            continue
        for stage in ("before_engine", "after_engine", "on_reply"):
            found += [Fault(what, stage, action, fields) for action, fields in ANSWERS]
        found += [Fault(what, "on_reply", action, fields) for action, fields in SPOILT]
    return found


# text

def to_text(steps: list[Step]) -> str:
    """A schedule as ``read_schedule`` takes it."""
    return "; ".join(map(step_text, steps))


def step_text(step: Step) -> str:
    match step:
        case Order(price, side, size):
            return f"order {side} {price:.12g}" + (f" {size}" if size != 1 else "")
        case Cancel(back):
            return f"cancel {back}"
        case Amend(back, part):
            return f"amend {back} {part}"
        case Price(price):
            return f"price {price:.12g}"
        case Fault(on, stage, action, fields):
            return " ".join(["fault", on, stage, action, *(f"{name}={_json(value)}" for name, value in fields)])
        case Wire(what):
            return f"wire {what}"
        case Restart(down_ms):
            return f"restart {down_ms}"
        case Clock(offset_ms):
            return f"clock {offset_ms}"
        case Pause(ms):
            return f"pause {ms}"
        case DayTurn():
            return "day"
        case Check():
            return "check"


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


def _fault(on: str, stage: str, action: str, *fields: str) -> Fault:
    found: list[tuple[str, Any]] = []
    for field in fields:
        name, equals, value = field.partition("=")
        if not equals:
            raise ValueError(f"not NAME=VALUE: {field!r}")
        found.append((name, json.loads(value)))
    return Fault(_one_of(on, KINDS), _one_of(stage, STAGES), action, tuple(found))


READERS: dict[str, Callable[..., Step]] = {
    "order": lambda side, price, size="1": Order(float(price), _one_of(side, ("BUY", "SELL")), int(size)),
    "cancel": lambda back: Cancel(int(back)),
    "amend": lambda back, part: Amend(int(back), int(part)),
    "price": lambda price: Price(float(price)),
    "fault": _fault,
    "wire": lambda what: Wire(_one_of(what, WIRE)),
    "restart": lambda down_ms: Restart(int(down_ms)),
    "clock": lambda offset_ms: Clock(int(offset_ms)),
    "pause": lambda ms: Pause(int(ms)),
    "day": lambda: DayTurn(),
    "check": lambda: Check(),
}


# carried out

def carry_out(
    profile: Profile, venue: Any, steps: list[Step], wire: Any = None,
    make: Callable[[Profile, Any], GatewayHarness] = GatewayHarness, settles_within: float = 0.0, pace: Callable[[], float] | None = None,
) -> GatewayHarness:
    """
    Do it all, let the venue be good again, and hold the gateway's word against the journal.

    :param wire: what ``venue.wire()`` gave, started: the gateway goes through it
    :param pace: s from one step to the next, where no time passes by itself
    :param settles_within: s after the last fault in which every order must be settled; 0: the profile's patience
    :raises AssertionError: they do not agree
    :return: the gateway, closed
    """
    desk: GatewayHarness = make(profile, OverWire(venue, wire) if wire is not None else venue)
    labels: dict[str, tuple[str, ...]] = {
        "order": profile.wire.order, "cancel": profile.wire.cancel,
        "read": ("GET *",) if not profile.equity else (profile.wire.open_orders, profile.wire.account), "push": (profile.wire.user_push,),
    }
    sent: list[str] = []
    try:
        desk.ready()
        for step in steps:
            match step:
                case Order(price, side, size):
                    sent.append(desk.send(side, price, round(profile.market.small * (len(sent) + 1) * size, 3)))
                case Cancel(back) if back < len(sent):
                    desk.cancel(sent[-1 - back])
                case Amend(back, part) if back < len(sent):
                    amend(desk, sent[-1 - back], part)
                case Price(price):
                    try:
                        venue.set_price(profile.venue_symbol, str(price))
                    except Refusal:
                        pass            # the market is closed
                case Fault(on, stage, action, fields):
                    for label in filter(None, labels[on]):
                        venue.faults.add({"match": label, "stage": stage, "action": action, **dict(fields)})
                case Wire(what) if wire is not None:
                    getattr(wire, what)()
                case Restart(down_ms):
                    venue.restart(keep_state=True, down=down_ms / 1_000)
                case Clock(offset_ms):
                    venue.clock(offset_ms)
                case DayTurn():
                    for part in (UNTIL_NIGHT_MS, DAY_MS - UNTIL_NIGHT_MS):
                        if wire is not None:
                            wire.heal()
                        night(desk, sent)
                        venue.advance(part)
                case Pause(ms):
                    desk.recorder.pass_time(ms / 1_000)
                case Check():
                    settle(desk, sent, wire, settles_within)
                    desk.assert_truth(profile.patience)
            if pace is not None:
                desk.recorder.pass_time(pace())
        settle(desk, sent, wire, settles_within)
        end_all(desk, sent)
        desk.assert_truth(profile.patience)
        made = {row["order_id"]: row for row in desk.rows("order")}
        if len(made) > len(sent):
            raise Missed("doubled", f"{len(made)} orders at the venue, {len(sent)} were sent")
        for row in desk.journal():
            order = desk.recorder.orders.get(row["client_order_id"]) if row["kind"] == "order" else None
            if order and order.traded and made[row["order_id"]]["client_order_id"] == row["client_order_id"]:
                if abs(order.volume - float(made[row["order_id"]]["qty"])) > 1e-9:
                    raise Missed("invented", f"volume of {order.orderid}: {order.volume:g}, the venue's is {made[row['order_id']]['qty']}")
    finally:
        desk.close()
    return desk


def night(desk: GatewayHarness, sent: list[str]) -> None:
    """
    Hours lie between a market's close and the end of its day: what went wrong is over by then, and the day's orders are looked at. A day
    that ends in the midst of it is another matter (test_qmt): what the next day's list does not tell, nobody knows.
    """
    desk.venue.faults.clear()
    orders = desk.recorder.orders
    desk.recorder.wait(
        lambda: all(orderid in orders and orders[orderid].status is not Status.SUBMITTING for orderid in sent), "the day's orders", desk.profile.patience
    )
    now: int = desk.venue.state()["now"]
    desk.gateway.query_account()
    desk.recorder.wait(lambda: desk.gateway.now().timestamp() * 1_000 > now - 3_000, "the venue's clock", desk.profile.patience)
    desk.recorder.pass_time(0.6)            # some looks by that clock
    desk.assert_truth(desk.profile.patience)


def amend(desk: GatewayHarness, orderid: str, part: int) -> None:
    """An order that the gateway has shown alive; one whose answer is lost could not be known again by what was sent."""
    order = desk.recorder.orders.get(orderid)
    if order is None or order.status not in (Status.NOTTRADED, Status.PARTTRADED):
        return
    known = desk.known_as(orderid)
    rows = [row for row in desk.rows("order") if known in (row["client_order_id"], str(row["order_id"]))]
    quantity = Decimal(rows[-1]["qty"]) * part / 1_000
    try:
        desk.venue.amend(str(quantity.quantize(Decimal("0.00001"))), order_id=rows[-1]["order_id"])
    except (ValueError, Refusal):
        pass                # over by now, or no quantity for it


def settle(desk: GatewayHarness, sent: list[str], wire: Any, within: float) -> None:
    """
    Everything is well again, and nothing is in doubt any more ``within`` so many seconds; 0: within the profile's patience.

    :raises Missed: it took longer
    """
    desk.venue.faults.clear()
    if wire is not None:
        wire.heal()
    well: float = desk.profile.stage.monotonic()
    answered(desk, sent)
    took: float = desk.profile.stage.monotonic() - well
    if 0 < within < took:
        raise Missed("hung", f"all orders settled {took:.1f} s after the last fault, not within {within:g} s")


def answered(desk: GatewayHarness, sent: list[str]) -> None:
    """Nothing is in doubt any more."""
    orders = desk.recorder.orders
    desk.recorder.wait(
        lambda: all(orderid in orders and orders[orderid].status is not Status.SUBMITTING for orderid in sent),
        "every order answered for", desk.profile.patience,
    )


def end_all(desk: GatewayHarness, sent: list[str]) -> None:
    """Nothing is alive any more."""
    orders = desk.recorder.orders
    for orderid in sent:
        if orders[orderid].is_active():
            desk.cancel(orderid)
    desk.recorder.wait(lambda: not any(orders[orderid].is_active() for orderid in sent), "every order over", desk.profile.patience)
