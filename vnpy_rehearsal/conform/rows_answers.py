"""F54, F55, F57, F58: answers that say one thing and mean another, fills between two looks, tags and sessions that are lost."""

from logging import WARNING
from typing import Any

from vnpy.trader.constant import Status

from rest_locale.english import english
from rest_locale import N_, _
from mockexchange.core.commands import FeedTrade
from mockexchange.core.numbers import SCALE, parse_amount

from .harness import GatewayHarness
from .matrix import Run, row
from .recorder import Missed
from .rows_orders import HELD_MS
from .rows_shares import STILL, free, money_of

CENT: float = 0.01
LATE_MS: int = 1_500            # an answer comes that late, and no gateway has given it up by then
PART: float = 0.6               # of the cash that an order may take which sweeps the book
TRIES: int = 4
ALIKE: float = 10.0             # s in which two orders that may be each other are told apart, or never


def rows_of(desk: GatewayHarness, orderid: str, kind: str) -> list[dict[str, Any]]:
    """The venue's rows of one order."""
    return [row for row in desk.journal() if row["kind"] == kind and row["client_order_id"] == orderid]


def told(desk: GatewayHarness, words: str, since: int = 0, level: int = 0) -> bool:
    """Whether a line has these words, one of at least this level."""
    return any(words in english(log.msg) and log.level >= level for log in desk.recorder.logs[since:])


@row("F54", N_("200 with a refusal inside, or a smaller volume"), needs="refused_inside")
def inside(run: Run) -> None:
    desk = run.desk()
    for status, body, words in run.wire.refused_inside:
        lines: int = len(desk.recorder.logs)
        struck = run.arm(run.wire.order, "before_engine", "status", status=status, body=body)
        orderid = desk.send("BUY", run.market.low, run.market.volume(10))
        run.struck(struck)
        run.resolved(desk, orderid, Status.REJECTED)
        if not told(desk, words, lines):
            raise Missed("lost", _("no line has the venue's reason {words!r} in it").format(words=words))
        run.clear()
    if run.profile.shrinks:
        shrunk(run, desk)
    run.works(desk)


def shrunk(run: Run, desk: GatewayHarness) -> None:
    """The account has lost most of its cash, and the gateway has not looked yet: the venue takes what can be paid."""
    money, market = money_of(run), run.market
    wanted: float = market.volume(10)
    for __ in range(TRIES):
        gone: str = f"{free(run, money) - market.low * market.volume(5):.2f}"
        run.venue.deposit(run.venue.key, money, f"-{gone}")
        orderid = desk.send("BUY", market.low, wanted)
        order = run.resolved(desk, orderid, Status.NOTTRADED, Status.REJECTED)
        run.venue.deposit(run.venue.key, money, gone)
        if order.status is Status.NOTTRADED:
            break
    else:
        raise Missed("vacuous", _("the gateway looked at its cash before each order"))
    volume: float = float(rows_of(desk, orderid, "order")[-1]["qty"])
    if volume >= wanted:
        raise Missed("vacuous", _("the venue took all of {wanted:.12g}").format(wanted=wanted))
    desk.recorder.wait(lambda: desk.order(orderid).volume == volume, _("the volume {volume:.12g} that the venue took").format(volume=volume), run.profile.patience)
    run.venue.set_price(market.symbol, market.below_low)
    order = run.resolved(desk, orderid, Status.ALLTRADED)
    if (order.volume, order.traded) != (volume, volume):
        raise Missed("invented", _("traded {traded!r} of {total!r}, the venue {venue!r}").format(traded=order.traded, total=order.volume, venue=volume))
    run.venue.set_price(market.symbol, f"{market.opens:.12g}")


@row("F55", N_("fills between two looks, and before the answer"), speed=STILL, seconds=6)
def unseen_fills(run: Run) -> None:
    desk, market = run.desk(), run.market
    asks: list[tuple[int, int]] = run.venue.run(lambda venue: venue.exchange.books[market.symbol].asks(2))
    (__, first), (limit, second) = asks
    unit: int = parse_amount(f"{market.unit:.12g}")
    swept: int = first + second
    volume: int = -(-swept // unit) * unit + 5 * unit           # whole units, and something that rests
    if volume * limit / SCALE / SCALE > PART * free(run, money_of(run)):
        raise Missed("vacuous", _("the account cannot pay for two levels of the book"))
    orderid = desk.send("BUY", limit / SCALE, volume / SCALE)
    desk.recorder.wait(
        lambda: orderid in desk.recorder.orders and desk.order(orderid).traded * SCALE >= swept - 1, _("the fills of two levels"), run.profile.patience
    )

    def fill_rest(venue: Any) -> None:
        for part in (2 * unit, volume - swept - 2 * unit):      # nobody can look in between
            venue.apply(FeedTrade(market.symbol, "SELL", part, limit))

    run.venue.run(fill_rest)
    run.resolved(desk, orderid, Status.ALLTRADED)
    paid(desk, orderid, least=4)

    with run.options(run.profile.nameless):
        shown: set[str] = set(desk.recorder.orders)
        late = run.arm(run.wire.order, "on_reply", "delay", ms=LATE_MS)
        early = desk.send("BUY", market.high, market.volume(2))
        run.struck(late)
        if not rows_of(desk, early, "fill") and run.profile.names_orders:
            raise Missed("vacuous", _("the order was not filled before its answer"))
        run.resolved(desk, early, Status.ALLTRADED)
        desk.recorder.pass_time(1.0)            # what is told twice is told by now
    paid(desk, early, least=1)
    if ghosts := set(desk.recorder.orders) - shown - {early}:
        raise Missed("invented", _("shown besides: {ghosts}").format(ghosts=', '.join(ghosts)))


def paid(desk: GatewayHarness, orderid: str, least: int) -> None:
    """What the trades of an order come to is what its fills have come to, and so many there were at least."""
    fills = rows_of(desk, orderid, "fill")
    if len(fills) < least:
        raise Missed("vacuous", _("{fills} fills, of which {least} are needed").format(fills=len(fills), least=least))
    truth: float = sum(float(fill["price"]) * float(fill["qty"]) for fill in fills)
    ours: float = sum(trade.price * trade.volume for trade in desk.recorder.trades if trade.orderid == orderid)
    if abs(ours - truth) > CENT:
        raise Missed("invented", _("trades of {orderid} come to {ours:.4f}, the venue's fills to {truth:.4f}").format(orderid=orderid, ours=ours, truth=truth))


@row("F57", N_("the tag that orders are found by is lost"), needs="tag_lost", seconds=30)
def tag_lost(run: Run) -> None:
    for number, options in enumerate(run.profile.tag_lost, 1):
        desk = run.desk(f"TAG{number}", past=False)
        with run.options(options):
            found_by_shape(run, desk)
            run.sent_once(3 * number)
        desk.assert_truth(run.profile.patience)
        desk.close()
        run.desks.remove(desk)


def found_by_shape(run: Run, desk: GatewayHarness) -> None:
    """Answers to orders are lost, and the lists show no tag: of an order that stands alone, then of two that are alike."""
    market = run.market
    lost = run.arm(run.wire.order, "after_engine", "reset")
    alone = desk.send("BUY", market.low, market.volume(10))
    run.struck(lost)
    run.resolved(desk, alone, Status.NOTTRADED)         # it can be no other
    run.away(desk, alone)
    run.clear()
    lost = run.arm(run.wire.order, "after_engine", "reset", times=2)
    alike = [desk.send("BUY", market.low_at(1), market.volume(5)) for __ in range(2)]
    run.struck(lost, times=2, seconds=2 * run.profile.strike)
    run.clear()
    desk.recorder.soon(lambda: all(desk.order(each).status is Status.NOTTRADED for each in alike), min(run.profile.patience / 2, ALIKE))
    for each in alike:
        if desk.order(each).status is Status.SUBMITTING and not told(desk, each, level=WARNING):
            raise Missed("lost", _("order {orderid} is in doubt, and nobody is told").format(orderid=each))
    end_alike(run, desk, alike)


def end_alike(run: Run, desk: GatewayHarness, alike: list[str]) -> None:
    """
    Cancel two orders that may be each other, under whatever id they are shown. One that is in doubt for ever and its twin under
    the venue's id are left out of the ground truth.
    """
    doubtful = [each for each in alike if desk.order(each).status is Status.SUBMITTING]
    for orderid, order in list(desk.recorder.orders.items()):
        if order.is_active():
            desk.cancel(orderid)
    for orderid, order in list(desk.recorder.orders.items()):
        if orderid not in doubtful or order.status is not Status.SUBMITTING:
            run.resolved(desk, orderid, Status.CANCELLED, Status.REJECTED, Status.ALLTRADED)
    last = {row["order_id"]: row for row in run.venue.journal() if row["kind"] == "order" and row["client_order_id"] in alike}
    for orderid in doubtful:
        if desk.order(orderid).status is Status.SUBMITTING:
            desk.recorder.orders.pop(orderid)
    if doubtful:
        desk.ended |= last.keys()
        for orderid in [orderid for orderid in desk.recorder.orders if orderid not in {row["client_order_id"] for row in desk.rows("order")}]:
            desk.recorder.orders.pop(orderid)       # the twin
    if living := [row["order_id"] for row in last.values() if row["status"] == "NEW"]:
        raise Missed("lost", _("orders that cannot be cancelled any more: {living}").format(living=living))


@row("F58", N_("the session, token or key ends in mid-order"), seconds=6)
def expired(run: Run) -> None:
    desk = run.desk()
    for status, body in run.wire.expired:
        for times in (1, 3):
            lines: int = len(desk.recorder.logs)
            struck = run.arm(run.wire.order, "before_engine", "status", status=status, body=body, times=times)
            orderid = desk.send("BUY", run.market.low, run.market.volume(10))
            run.struck(struck)
            order = run.resolved(desk, orderid, Status.NOTTRADED, Status.REJECTED)
            if order.status is Status.REJECTED and not any(log.level >= WARNING for log in desk.recorder.logs[lines:]):
                raise Missed("lost", _("the order was given up, and nobody is told"))
            if run.bitten(struck) > 2:
                raise Missed("invented", _("sent {count} times into a session that is over").format(count=run.bitten(struck)))
            run.clear()
            run.away(desk, orderid)
        run.works(desk, run.profile.patience)
    connected: int = len(desk.recorder.said(run.profile.ready_line))
    held = run.arm(run.wire.order, "before_engine", "delay", ms=HELD_MS)
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    with run.while_held(held, HELD_MS):
        run.venue.set_key(run.venue.key, True)
    desk.recorder.soon(lambda: not desk.order(orderid).is_active(), 3.0)
    run.clear()
    run.venue.set_key(run.venue.key, False)
    if run.profile.real_engine and not desk.order(orderid).is_active():
        return
    desk.gateway.connect(run.profile.setting(run.venue))
    desk.recorder.wait(lambda: len(desk.recorder.said(run.profile.ready_line)) > connected, _("second connect"), 30.0)
    run.resolved(desk, orderid)
    run.away(desk, orderid)
    run.works(desk, run.profile.patience)
