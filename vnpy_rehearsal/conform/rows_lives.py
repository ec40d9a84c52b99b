"""F62 to F65, F71, F74, F75: what is told while it is in doubt, a venue that begins anew, and one wrong word."""

from vnpy.trader.constant import Status

from rest_locale import N_, _

from .harness import GatewayHarness
from .matrix import Run, row
from .recorder import Missed

STILL: float = 0.001            # of the market's speed: the ids go to our orders alone, so that each life has the same


@row("F62", N_("the push confirms, and then the answer says: unknown"), streams=True)
def confirmed(run: Run) -> None:
    desk = run.desk()
    status, body = run.wire.unknown
    run.arm(run.wire.order, "after_engine", "delay", ms=600)
    struck = run.arm(run.wire.order, "after_engine", "status", status=status, body=body)
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.resolved(desk, orderid, Status.NOTTRADED)
    run.struck(struck)
    desk.recorder.pass_time(1.5)
    run.sent_once(1)
    if desk.order(orderid).status is not Status.NOTTRADED:
        raise Missed("invented", _("the answer goes before what the venue has shown"))
    run.away(desk, orderid)


@row("F63", N_("a filled order is absent from the list of open ones"), streams=True)
def absent(run: Run) -> None:
    desk = run.desk()
    resting = desk.send("BUY", run.market.near, run.market.volume(10))
    desk.wait_status(resting, Status.NOTTRADED)
    dropped = run.arm(run.wire.user_push, "on_push", "drop", times=0)
    run.venue.set_price(run.market.symbol, run.market.under)
    desk.recorder.pass_time(0.5)
    run.struck(dropped)
    run.clear()
    run.arm(run.wire.user_push, "on_push", "close")
    other = desk.send("SELL", run.market.high, run.market.volume(10))
    run.resolved(desk, resting, Status.ALLTRADED)
    told = [order.status for order in desk.recorder.order_pushes if order.orderid == resting]
    if Status.CANCELLED in told or Status.REJECTED in told:
        raise Missed("invented", _("concluded from the list of open orders alone"))
    run.away(desk, other)


@row("F64", N_("a list and a push tell the same fill at the same time"), streams=True, needs="fills")
def told_twice(run: Run) -> None:
    desk = run.desk()
    first = desk.send("BUY", run.market.high, run.market.volume(1))
    desk.wait_status(first, Status.ALLTRADED)
    before: int = len(desk.recorder.said(run.profile.ready_line))
    cut = run.arm(run.wire.user_push, "on_push", "close")
    listed = run.wire.fills if run.profile.tells_fills else run.wire.open_orders
    slow = run.arm(listed, "on_reply", "delay", ms=700, times=6)
    orders = [desk.send("BUY", run.market.high, run.market.volume(2))]
    run.struck(cut)
    desk.recorder.wait(lambda: len(desk.recorder.said(run.profile.ready_line)) > before, _("the stream again"), run.profile.patience)
    orders += [desk.send("BUY", run.market.high, run.market.volume(3 + n)) for n in range(3)]
    run.struck(slow)
    for orderid in orders:
        run.resolved(desk, orderid, Status.ALLTRADED)
    desk.recorder.pass_time(1.0)        # what is told twice is told by now


@row("F65", N_("an order is executed after it was taken for lost"))
def too_late(run: Run) -> None:
    desk = run.desk()
    rule = desk.gateway.flow.table.rule if hasattr(desk.gateway, "flow") else None
    bound: float = rule.bound + rule.misses * max(rule.spacing, rule.longest) + 4.0 if rule else 40.0
    ms: int = int(bound * 1_000)
    if run.profile.executed_late:       # an order that is acknowledged would be on the venue's lists
        with run.options({**run.profile.executed_late, "late_ms": ms}):
            orderid = desk.send("BUY", run.market.low, run.market.volume(10))
            desk.wait_status(orderid, Status.REJECTED, seconds=bound + 5.0)
    else:
        run.arm(run.wire.order, "before_engine", "delay", ms=ms, ack=True)
        run.arm(run.wire.order, "on_reply", "reset")
        orderid = desk.send("BUY", run.market.low, run.market.volume(10))
        desk.wait_status(orderid, Status.REJECTED, seconds=bound + 5.0)
    desk.wait_status(orderid, Status.NOTTRADED, seconds=bound + run.profile.patience)
    if not desk.recorder.said("turned up at the venue after all", 40):
        raise Missed("lost", _("the user was not told"))
    run.venue.set_price(run.market.symbol, run.market.below_low)
    run.resolved(desk, orderid, Status.ALLTRADED)


def forget(desk: GatewayHarness) -> None:
    """The new journal knows nothing of the life before."""
    desk.recorder.orders.clear()
    desk.recorder.trades.clear()
    desk.recorder.sequence.clear()


@row("F71", N_("the venue loses its state, and gives the same ids again"), speed=STILL)
def lives(run: Run) -> None:
    desk = run.desk()

    def a_life(count: int) -> set[tuple[str, str]]:
        for n in range(count):
            filled = desk.send("BUY", run.market.high, run.market.volume(1) + n * run.market.small)
            run.resolved(desk, filled, Status.ALLTRADED)
        gone = desk.send("BUY", run.market.low, run.market.volume(10))
        run.resolved(desk, gone, Status.NOTTRADED)
        run.away(desk, gone)
        return {(str(row["symbol"]), str(row["order_id"])) for row in run.venue.journal() if row["kind"] == "order"}

    first = a_life(3)
    desk.assert_truth(run.profile.patience)
    shown = {trade.vt_tradeid for trade in desk.recorder.trades}
    before: int = len(desk.recorder.said(run.profile.ready_line))
    run.venue.restart(keep_state=False, down=0.5 if run.profile.pushed else 2.0)
    desk.recorder.wait(
        # one that polls may not notice that the venue was away, only that it begins anew
        lambda: len(desk.recorder.said(run.profile.ready_line)) > before or desk.recorder.said("begins anew", 40),
        _("the venue again"), run.profile.patience + 30.0,
    )
    forget(desk)
    if not first & a_life(5):
        raise Missed("vacuous", _("the venue gave other ids"))
    desk.recorder.wait(lambda: desk.recorder.said("begins anew", 40), _("the line that says so"), run.profile.patience + 60.0)
    desk.assert_truth(run.profile.patience)
    again = shown & {trade.vt_tradeid for trade in desk.recorder.trades}
    if again:
        raise Missed("doubled", _("trade ids of the life before are used again: {again}").format(again=', '.join(again)))


@row("F74", N_("one wrong word: cancelled, of a live order"), needs="says_cancelled")
def wrong_word(run: Run) -> None:
    desk = run.desk()
    labels = run.wire.order_push or run.wire.open_orders
    struck = run.arm(labels, "on_push" if run.wire.order_push else "on_reply", "body", set=dict(run.wire.says_cancelled))
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.struck(struck)
    desk.recorder.pass_time(0.2)
    run.resolved(desk, orderid, Status.NOTTRADED)
    desk.recorder.sequence.clear()      # what was wrong, and was taken back
    run.away(desk, orderid)
    run.clear()
    run.works(desk)


@row("F75", N_("two gateways send alike orders, and one of them is lost"))
def alike(run: Run) -> None:
    one, two = run.desk("ONE"), run.desk("TWO")
    struck = run.arm(run.wire.order, "before_engine", "hang")
    lost = one.send("BUY", run.market.low, run.market.volume(10))
    run.struck(struck)
    theirs = two.send("BUY", run.market.low, run.market.volume(10))
    two.wait_status(theirs, Status.NOTTRADED)
    one.cancel(lost)
    run.resolved(one, lost, Status.REJECTED, Status.CANCELLED)
    two.recorder.pass_time(1.0)
    if two.order(theirs).status is not Status.NOTTRADED:
        raise Missed("lost", _("the cancel of the order that was lost took the other gateway's"))
    run.away(two, theirs)
