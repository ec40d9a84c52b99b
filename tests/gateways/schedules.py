"""Schedules of orders, cancels, moves of the market and faults, as hypothesis draws them, and what carries them out."""

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from vnpy.trader.constant import Exchange, Status

from mockexchange import MockExchange
from mockexchange.core.errors import Refusal

from .harness import Case, Desk

FAR, NEAR, ACROSS = 30_000.0, 39_900.0, 45_000.0       # of a market between 39000 and 41000: never, perhaps, at once


class Order(NamedTuple):
    """Volumes are all different, so that no two orders can be taken for each other."""

    price: float
    side: str = "BUY"


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
    """``on``: order, cancel, read or push."""

    on: str
    stage: str
    action: str
    fields: tuple[tuple[str, Any], ...]


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


Step = Order | Cancel | Amend | Price | Fault | Restart | Clock | Pause | DayTurn

DAY_MS: int = 86_400_000
UNTIL_NIGHT_MS: int = 50_370_000            # from 10:00 to half a minute before the day ends
ZONES: dict[Exchange, str] = {Exchange.SMART: "America/New_York"}


def monday(case: Case) -> str:
    """A clock that is moved by hand, from 5 January 2026 on, 10:00 where the case trades."""
    zone = ZoneInfo(ZONES.get(case.exchange, "Asia/Shanghai"))
    return f"manual={int(datetime(2026, 1, 5, 10, tzinfo=zone).timestamp()) * 1_000}"


PAGE: str = "<html>Bad Gateway</html>"
ANSWERS: list[tuple[str, tuple[tuple[str, Any], ...]]] = [
    ("hang", ()), ("reset", ()), ("close", ()), ("delay", (("ms", 250),)), ("delay", (("ms", 1_400),)),
    ("status", (("status", 502), ("body", PAGE))), ("status", (("status", 500), ("body", "{}"))),
]
SPOILT: list[tuple[str, tuple[tuple[str, Any], ...]]] = [
    ("body", (("body", '{"a'),)), ("truncate", ()), ("body", (("set", {"newField": {"a": [1]}}),)),
]
PUSHES: list[tuple[str, tuple[tuple[str, Any], ...]]] = [
    ("drop", ()), ("duplicate", (("copies", 3),)), ("duplicate", (("ms", 300),)), ("delay", (("ms", 300),)),
    ("delay", (("ms", 200), ("overtake", True))), ("reorder", (("count", 2),)), ("reorder", (("count", 3), ("order", "shuffle"))),
    ("close", ()), ("reset", ()), ("truncate", ()), ("body", (("body", "]"),)),
]


def faults(case: Case, on: list[str]) -> st.SearchStrategy[Fault]:
    """Faults that strike once or a few times."""
    found: list[Fault] = []
    for what in on:
        if what == "push":
            found += [Fault(what, "on_push", action, fields) for action, fields in PUSHES]
            continue
        for stage in ("before_engine", "after_engine", "on_reply"):
            found += [Fault(what, stage, action, fields) for action, fields in ANSWERS]
        found += [Fault(what, "on_reply", action, fields) for action, fields in SPOILT]
    return st.builds(
        lambda fault, times: fault._replace(fields=(*fault.fields, ("times", times))), st.sampled_from(found), st.integers(1, 2)
    )


def schedules(case: Case) -> st.SearchStrategy[list[Step]]:
    """
    Up to 14 steps. A venue that finds no final order without its own id either keeps its answers to orders, or gets
    only orders that nothing fills: what else happens to the others cannot be known (docs/qte.md).
    """
    def of(prices: list[float], on: list[str], restarts: bool) -> st.SearchStrategy[list[Step]]:
        if case.pushed:
            on = [*on, "push"]
        steps: list[st.SearchStrategy[Step]] = [
            st.builds(Order, st.sampled_from(prices), st.just("BUY")), st.builds(Order, st.sampled_from(prices), st.just("BUY")),
            st.builds(Cancel, st.integers(0, 3)), st.builds(Amend, st.integers(0, 3), st.sampled_from([370, 730, 1_310])),
            st.builds(Price, st.integers(39_000, 41_000)),
            faults(case, on), faults(case, on),
            st.builds(Clock, st.sampled_from([-10_000, 0, 10_000])), st.builds(Pause, st.sampled_from([20, 150, 400])),
        ]
        if restarts:
            steps.append(st.builds(Restart, st.sampled_from([0, 200, 700])))
        return st.lists(st.one_of(steps), min_size=3, max_size=14)

    if case.equity:
        return share_schedules(case)
    if case.finds_lost:
        return of([FAR, NEAR, NEAR, ACROSS], ["order", "cancel", "read"], True)
    return st.one_of(of([FAR, NEAR, NEAR, ACROSS], ["cancel", "read"], False), of([FAR], ["order", "cancel", "read"], True))


def share_schedules(case: Case) -> st.SearchStrategy[list[Step]]:
    """As ``schedules``, of shares: they are sold too, what was bought only on another day, and days pass."""
    market = case.market
    prices = st.sampled_from([market.low, market.near, market.near, market.high])
    sale = st.builds(Order, st.sampled_from([market.near, market.high, market.low]), st.just("SELL"))

    def price(ticks: int) -> float:
        return float(f"{ticks * market.apart:.12g}")

    on: list[str] = ["order", "cancel", "read", *(["push"] if case.pushed else [])]
    return st.lists(st.one_of(
        st.builds(Order, prices, st.just("BUY")), st.builds(Order, prices, st.just("BUY")), sale, st.builds(Cancel, st.integers(0, 3)),
        st.builds(Price, st.integers(round(0.98 * market.near / market.apart), round(1.03 * market.near / market.apart)).map(price)),
        faults(case, on), faults(case, on), st.builds(Pause, st.sampled_from([20, 150, 400])), st.builds(Restart, st.sampled_from([0, 200, 700])),
        st.just(DayTurn()),
    ), min_size=3, max_size=14)


def carry_out(case: Case, venue: MockExchange, steps: list[Step]) -> None:
    """
    Do it all, let the venue be good again, and hold the gateway's word against the journal.

    :raises AssertionError: they do not agree
    """
    desk: Desk = Desk(case, venue)
    wire = case.wire
    labels: dict[str, tuple[str, ...]] = {
        "order": wire.order, "cancel": wire.cancel, "read": ("GET *",) if not case.equity else (wire.open_orders, wire.account), "push": (wire.user_push,),
    }
    sent: list[str] = []
    try:
        desk.ready()
        for step in steps:
            match step:
                case Order(price, side):
                    sent.append(desk.send(side, price, round(case.market.small * (len(sent) + 1), 3)))
                case Cancel(back) if back < len(sent):
                    desk.cancel(sent[-1 - back])
                case Amend(back, part) if back < len(sent):
                    amend(desk, sent[-1 - back], part)
                case Price(price):
                    venue.set_price(case_symbol(desk), str(price))
                case Fault(on, stage, action, fields):
                    for label in labels[on]:
                        venue.faults.add({"match": label, "stage": stage, "action": action, **dict(fields)})
                case Restart(down_ms):
                    venue.restart(keep_state=True, down=down_ms / 1_000)
                case Clock(offset_ms):
                    venue.clock(offset_ms)
                case DayTurn():
                    for part in (UNTIL_NIGHT_MS, DAY_MS - UNTIL_NIGHT_MS):
                        night(desk, sent)
                        venue.advance(part)
                case Pause(ms):
                    desk.recorder.pass_time(ms / 1_000)
        venue.faults.clear()
        settled(desk, sent)
        desk.assert_truth(desk.profile.patience)
        made = {row["order_id"]: row for row in desk.rows("order")}
        assert len(made) <= len(sent), "an order was sent again"
        for row in desk.journal():
            order = desk.recorder.orders.get(row["client_order_id"]) if row["kind"] == "order" else None
            if order and order.traded and made[row["order_id"]]["client_order_id"] == row["client_order_id"]:
                assert abs(order.volume - float(made[row["order_id"]]["qty"])) < 1e-9, f"volume of {order.orderid}"
    finally:
        desk.close()


def night(desk: Desk, sent: list[str]) -> None:
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


def amend(desk: Desk, orderid: str, part: int) -> None:
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


def case_symbol(desk: Desk) -> str:
    return desk.profile.venue_symbol


def settled(desk: Desk, sent: list[str]) -> None:
    """Nothing is in doubt any more, and nothing alive."""
    orders = desk.recorder.orders
    desk.recorder.wait(
        lambda: all(orderid in orders and orders[orderid].status is not Status.SUBMITTING for orderid in sent),
        "every order answered for", desk.profile.patience,
    )
    for orderid in sent:
        if orders[orderid].is_active():
            desk.cancel(orderid)
    desk.recorder.wait(lambda: not any(orders[orderid].is_active() for orderid in sent), "every order over", desk.profile.patience)
