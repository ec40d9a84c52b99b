"""F12 to F21: pushes that come twice, late, out of order; cancels; ids; clocks."""

from vnpy.trader.constant import Status

from rest_locale import N_, _

from .matrix import Run, row
from .recorder import Missed

BEYOND_MS: int = 15_000          # longer than the window of any dialect
HELD_MS: int = 700              # shorter than any gateway's time-out


@row("F12", N_("duplicated pushes"), streams=True)
def duplicated(run: Run) -> None:
    desk = run.desk()
    twice = run.arm(run.wire.user_push, "on_push", "duplicate", copies=3, times=0)
    first = desk.send("BUY", run.market.high, run.market.volume(2))
    run.struck(twice)
    desk.wait_status(first, Status.ALLTRADED)
    run.clear()
    late = run.arm(run.wire.user_push, "on_push", "duplicate", copies=2, ms=1_500, times=0)
    second = desk.send("BUY", run.market.high, run.market.volume(3))
    desk.wait_status(second, Status.ALLTRADED)
    run.struck(late)
    desk.recorder.pass_time(2.0)        # what comes again comes then


@row("F13", N_("pushes out of order"), streams=True)
def out_of_order(run: Run) -> None:
    desk = run.desk()
    for count in (2, 3, 4):
        mixed = run.arm(run.wire.user_push, "on_push", "reorder", count=count, times=0)
        orderid = desk.send("BUY", run.market.high, run.market.volume(2))
        run.struck(mixed)
        desk.wait_status(orderid, Status.ALLTRADED)
        run.clear()
    resting = desk.send("BUY", run.market.near, run.market.volume(5))
    desk.wait_status(resting, Status.NOTTRADED)
    shuffled = run.arm(run.wire.user_push, "on_push", "reorder", count=3, order="shuffle", times=0)
    run.venue.set_price(run.market.symbol, run.market.under)
    run.struck(shuffled)
    desk.wait_status(resting, Status.ALLTRADED)


@row("F14", N_("the push before the answer"), streams=True)
def push_before_answer(run: Run) -> None:
    desk = run.desk()
    late = run.arm(run.wire.order, "on_reply", "delay", ms=500, times=2)
    resting = desk.send("BUY", run.market.low, run.market.volume(10))
    filled = desk.send("BUY", run.market.high, run.market.volume(1))
    run.struck(late, times=2)
    desk.wait_status(filled, Status.ALLTRADED, seconds=20)
    desk.wait_status(resting, Status.NOTTRADED, seconds=20)
    desk.recorder.pass_time(0.7)        # the answers are here by now
    if desk.order(filled).status is not Status.ALLTRADED:
        raise Missed("invented", _("the answer took the order back"))
    run.away(desk, resting)


@row("F15", N_("a fill in the answer only, or before its order"), streams=True)
def fill_first(run: Run) -> None:
    desk = run.desk()
    dropped = run.arm(run.wire.order_push, "on_push", "drop", times=0)
    first = desk.send("BUY", run.market.high, run.market.volume(2))
    run.struck(dropped)
    run.resolved(desk, first, Status.ALLTRADED)
    run.clear()
    mixed = run.arm(run.wire.user_push, "on_push", "reorder", count=2, times=0)
    second = desk.send("BUY", run.market.high, run.market.volume(3))
    run.struck(mixed)
    desk.wait_status(second, Status.ALLTRADED, seconds=20)


@row("F16", N_("cancel before the answer to the order"))
def cancel_first(run: Run) -> None:
    desk = run.desk()
    for stage in ("before_engine", "on_reply"):
        held = run.arm(run.wire.order, stage, "delay", ms=HELD_MS)
        orderid = desk.send("BUY", run.market.low, run.market.volume(10))
        with run.while_held(held, HELD_MS):
            desk.cancel(orderid)
        run.resolved(desk, orderid, Status.CANCELLED, Status.REJECTED)
        run.clear()


@row("F17", N_("cancel and fill cross"))
def race(run: Run) -> None:
    desk = run.desk()
    orderid = desk.send("BUY", run.market.near, run.market.volume(10))
    desk.wait_status(orderid, Status.NOTTRADED)
    held = run.arm(run.wire.cancel, "before_engine", "delay", ms=HELD_MS)
    desk.cancel(orderid)
    with run.while_held(held, HELD_MS):
        run.venue.set_price(run.market.symbol, run.market.under)
    run.resolved(desk, orderid, Status.ALLTRADED)


@row("F18", N_("the fate of a cancel unknown"), seconds=13)
def cancel_unknown(run: Run) -> None:
    desk = run.desk()
    for stage, action in (("before_engine", "hang"), ("after_engine", "hang"), ("on_reply", "reset")):
        orderid = desk.send("BUY", run.market.low, run.market.volume(10))
        run.resolved(desk, orderid, Status.NOTTRADED)
        lost = run.arm(run.wire.cancel, stage, action)
        desk.cancel(orderid)
        run.struck(lost)
        run.resolved(desk, orderid, Status.NOTTRADED, Status.CANCELLED)
        run.away(desk, orderid)
        run.clear()


@row("F19", N_("client order ids: unique, and one that is in use"))
def client_ids(run: Run) -> None:
    one, two = run.desk("ONE"), run.desk("TWO")
    ids = [desk.send("BUY", run.market.low, run.market.volume(1)) for __ in range(10) for desk in (one, two)]
    if len(set(ids)) != len(ids):
        raise Missed("doubled", _("two gateways give the same ids"))
    for n, orderid in enumerate(ids):
        desk = (one, two)[n % 2]
        run.resolved(desk, orderid, Status.NOTTRADED)
        run.away(desk, orderid)
    if run.wire.duplicate:
        in_use = run.arm(run.wire.order, "after_engine", "status", status=400, body=run.wire.duplicate)
        orderid = one.send("BUY", run.market.low, run.market.volume(10))
        run.struck(in_use)
        run.resolved(one, orderid, Status.NOTTRADED)
        run.away(one, orderid)


@row("F20", N_("clocks: ten seconds off, and a step"))
def clocks(run: Run) -> None:
    run.venue.clock(10_000)
    desk = run.desk()
    first = desk.send("BUY", run.market.low, run.market.volume(10))
    desk.wait_status(first, Status.NOTTRADED)
    run.venue.clock(-10_000)
    run.away(desk, first)
    second = desk.send("BUY", run.market.low, run.market.volume(10))
    run.resolved(desk, second)
    desk.recorder.pass_time(1.0)
    third = desk.send("BUY", run.market.low, run.market.volume(10))
    run.resolved(desk, third, Status.NOTTRADED)
    for orderid in (second, third):
        run.away(desk, orderid)


@row("F21", N_("a wait beyond the request's window"))
def too_old(run: Run) -> None:
    desk = run.desk()
    held = run.arm(run.wire.order, "before_engine", "delay", ms=HELD_MS)
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    with run.while_held(held, HELD_MS):
        run.venue.clock(BEYOND_MS)
    run.resolved(desk, orderid)
    run.away(desk, orderid)
    run.sent_once(2)
    desk.recorder.pass_time(1.0)
    run.works(desk)
