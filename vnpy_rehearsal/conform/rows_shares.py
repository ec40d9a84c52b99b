"""F50 to F53: what only shares have. T+1, lots and the day's band, hours and holidays, days with ids of their own."""

import re
from collections.abc import Callable
from typing import Any

from vnpy.trader.constant import Status

from rest_locale.english import english
from rest_locale import N_, _
from mockexchange.core.commands import PlaceOrder
from mockexchange.core.errors import Refusal
from mockexchange.core.numbers import SCALE, parse_amount

from ..journal_check import STATUS
from .harness import GatewayHarness
from .matrix import Run, row
from .recorder import Missed

DAY: int = 86_400_000           # ms
OPENING: int = 5_000            # ms of a new day in which the market makers come
STILL: float = 0.001            # of the market's speed: prices stay inside the band while days pass
MONDAY: str = "manual=1767600000000"            # 2026-01-05, 16:00 in Shanghai
HOLIDAY_EVE: str = "manual=1790726400000"       # 2026-09-30, 08:00 in Shanghai: holidays and a week-end follow, there and in Hong Kong
STEP: int = 300_000             # ms between looks whether the market has opened or closed
LONGEST_BREAK: int = 15 * DAY
LAST_LOOKS: int = 900_000       # ms of a closed market in which a gateway may look still
OPEN, CLOSED = ("TRADING",), ("BREAK", "END_OF_DAY")
POLLS: int = 6                  # of an open market that are waited for
DEAD: tuple[str, ...] = ("disconnected", "begins anew", "never reached", "has lost its state")
HEARD: float = 2.5              # s after a request in which the venue's time is known again
ENDED: float = 60.0             # s besides the gateway's patience until an order that is on no list any more has ended
TRIES: int = 4                  # of what a look of the gateway, at a bad moment, can spoil


def base_of(run: Run) -> str:
    """The asset that is traded, as the venue's balances have it."""
    return str(run.venue.run(lambda venue: venue.exchange.instruments[run.market.symbol].base))


def money_of(run: Run) -> str:
    """The asset that is paid with."""
    return str(run.venue.run(lambda venue: venue.exchange.instruments[run.market.symbol].quote))


def free(run: Run, asset: str) -> float:
    """What the account can sell or spend of an asset, at the venue."""
    balances: dict[str, Any] = run.venue.state()["accounts"][run.venue.key]["balances"]
    return float(balances[asset]["free"]) if asset in balances else 0.0


def refused_here(run: Run, desk: GatewayHarness, sent: Callable[[], int], order: tuple[str, float, float], words: str, symbol: str = "", exchange: str = "") -> None:
    """
    An order (side, price, volume) is refused before it leaves, in words that have the figure in them.

    :raises Missed: ``invented``: it was sent; ``lost``: the user is not told why
    """
    before, lines = sent(), len(desk.recorder.logs)
    orderid = desk.send(*order, symbol=symbol, exchange=exchange)
    run.resolved(desk, orderid, Status.REJECTED)
    if sent() > before:
        raise Missed("invented", _("{order} was sent, although it can be known here that it must be refused").format(order=order))

    def told() -> bool:
        return any(words in english(log.msg) for log in desk.recorder.logs[lines:])

    desk.recorder.soon(told, 1.0)
    if not told():
        raise Missed("lost", _("{order} was refused, and no line has {words!r} in it").format(order=order, words=words))


def refused_there(run: Run, desk: GatewayHarness, sent: Callable[[], int], order: tuple[str, float, float], change: Callable[[bool], None]) -> None:
    """
    An order (side, price, volume) that the venue refuses is shown as rejected. ``change`` brings about what the gateway cannot
    know yet (True), and takes it back (False).

    :raises Missed: ``vacuous``: the gateway had looked before each try
    """
    for __ in range(TRIES):
        before: int = sent()
        change(True)
        orderid = desk.send(*order)
        run.resolved(desk, orderid, Status.REJECTED)
        change(False)
        if sent() > before:
            return
    raise Missed("vacuous", _("{order} never reached the venue").format(order=order))


def told_the_time(run: Run, desk: GatewayHarness) -> None:
    """The venue's clock was moved, and the machine's was not: let the gateway hear of it before it trades."""
    asked = run.counted("* /*")
    desk.gateway.query_account()
    desk.recorder.wait(asked, _("a request"), run.profile.patience)
    desk.recorder.pass_time(HEARD)


def next_day(run: Run, desk: GatewayHarness) -> None:
    """The day turns, after the gateway has looked at its orders as they are."""
    looks = run.counted(run.wire.open_orders)
    desk.recorder.wait(lambda: looks() > 1, _("looks at the orders"), run.profile.patience)
    run.venue.advance(DAY)
    told_the_time(run, desk)
    run.venue.advance(OPENING)


@row("F50", N_("shares bought today are sold today"), clock=MONDAY, speed=STILL, needs="t_plus", seconds=8)
def sold_too_early(run: Run) -> None:
    desk, market = run.desk(), run.market
    sent = run.counted(run.wire.order + run.wire.sell)
    base, held = base_of(run), free(run, base_of(run))
    today: float = market.volume(3)
    bought = desk.send("BUY", market.high, today)
    run.resolved(desk, bought, Status.ALLTRADED)
    if not sent():
        raise Missed("vacuous", _("no order came by {order}").format(order=_(" or ").join(run.wire.order)))
    too_much = PlaceOrder(run.venue.key, market.symbol, "SELL", "LIMIT", parse_amount(f"{held + today:.12g}"), parse_amount(f"{market.low:.12g}"))
    try:
        run.venue.run(lambda venue: venue.apply(too_much))
    except Refusal:
        pass
    else:
        raise Missed("vacuous", _("the venue sells today what was bought today"))
    refused_here(run, desk, sent, ("SELL", market.low, held + today), f"{held:.12g}")
    if held:
        yesterdays = desk.send("SELL", market.dear, held)
        run.resolved(desk, yesterdays, Status.NOTTRADED)
        refused_here(run, desk, sent, ("SELL", market.dear, market.volume(1)), " 0 ")
        run.away(desk, yesterdays)
        desk.recorder.wait(lambda: desk.balances().get(base) == (held + today, today), _("what can be sold again"), run.profile.patience)

        def change(gone: bool) -> None:
            run.venue.deposit(run.venue.key, base, f"{-held if gone else held:.12g}")

        refused_there(run, desk, sent, ("SELL", market.low, market.volume(1)), change)
        run.venue.deposit(run.venue.key, base, f"{-held:.12g}")
    next_day(run, desk)
    desk.recorder.wait(lambda: desk.balances().get(base) == (today, 0.0), _("the shares, to be sold"), run.profile.patience)
    sold = desk.send("SELL", market.low, today)
    run.resolved(desk, sold, Status.ALLTRADED)


@row("F51", N_("odd lots, ticks, the day's band, each board's rules"), speed=STILL, needs="equity")
def odd_orders(run: Run) -> None:
    desk, market, terms = run.desk(), run.market, run.profile.equity
    assert terms is not None
    sent = run.counted(run.wire.order + run.wire.sell)
    resting = desk.send("BUY", market.low, market.volume(1))
    run.resolved(desk, resting, Status.NOTTRADED)
    if not sent():
        raise Missed("vacuous", _("no order came by {order}").format(order=_(" or ").join(run.wire.order)))
    lot, least = terms.lot / SCALE, terms.least / SCALE
    refused_here(run, desk, sent, ("BUY", market.low, max(lot, least) + lot / 2), f"{lot:.12g}")
    refused_here(run, desk, sent, ("BUY", market.low, least / 2), f"{least:.12g}")
    tick: float = desk.recorder.contracts[run.profile.symbol].pricetick
    between = desk.send("BUY", market.low + 0.4 * tick, market.volume(1))
    run.resolved(desk, between, Status.NOTTRADED, Status.REJECTED)
    if reasons := [row["refused"] for row in desk.rows("command") if row.get("refused")]:
        raise Missed("invented", _("an order was sent that must be refused: {reasons}").format(reasons=reasons))
    if terms.band:
        close: float = run.venue.run(lambda venue: venue.exchange.previous_close(market.symbol)) / SCALE
        part: float = terms.band / SCALE
        for side, price in (("BUY", close * (1 + part) + 10 * tick), ("SELL", close * (1 - part) - 10 * tick)):
            beyond = desk.send(side, round(round(price / tick) * tick, 8), market.volume(1))
            run.resolved(desk, beyond, Status.REJECTED)
    for symbol, exchange, price, volume, words in run.profile.boards:
        refused_here(run, desk, sent, ("BUY", price, volume), words, symbol, exchange)
    for orderid in (resting, between):
        run.away(desk, orderid)
    run.works(desk)


def phase(run: Run, symbol: str = "") -> str:
    """What the venue says of a market now: that of the symbol that is traded, or of another."""
    return str(run.venue.state()["symbols"][symbol or run.market.symbol]["status"])


def until(run: Run, phases: tuple[str, ...]) -> int:
    """Move the clock on until the market is in one of these phases; the ms that took."""
    before: int = run.venue.state()["now"]
    while phase(run) not in phases:
        if run.venue.state()["now"] - before > LONGEST_BREAK:
            raise Missed("vacuous", _("the market was never in phase {phases} within 15 days").format(phases=_(" or ").join(phases)))
        run.venue.advance(STEP)
    return int(run.venue.state()["now"]) - before


@row("F52", N_("lunch, night, week-end and holidays"), clock=HOLIDAY_EVE, speed=STILL, needs="hours", options="hours", seconds=45)
def closed(run: Run) -> None:
    until(run, OPEN)
    desk = run.desk()
    polls = run.counted((run.wire.open_orders, run.wire.account))
    resting = desk.send("BUY", run.market.low, run.market.volume(10))
    run.resolved(desk, resting, Status.NOTTRADED)
    desk.recorder.pass_time(1.0)
    before, began = polls(), run.stage.monotonic()
    desk.recorder.wait(lambda: polls() >= before + POLLS, _("polls of an open market"), 60.0)
    window: float = run.stage.monotonic() - began
    rested: bool = False

    def rests() -> None:
        nonlocal rested
        run.venue.advance(LAST_LOOKS)
        told_the_time(run, desk)
        if any(phase(run, symbol) not in CLOSED for symbol in run.profile.other_markets):
            return
        rested = True
        for __ in range(TRIES):          # looks that were planned before the clock was moved come first
            before: int = polls()
            desk.recorder.pass_time(window)
            count: int = polls() - before
            if count <= POLLS // 3:
                return
        raise Missed("invented", _("{count} polls within {window:.1f} s of a closed market, {polls} of an open one").format(count=count, window=window, polls=POLLS))

    def goes_on() -> None:
        told_the_time(run, desk)
        if dead := [line for words in DEAD for line in desk.recorder.said(words)]:
            raise Missed("invented", _("the market was closed, no more: {dead}").format(dead=dead[0]))
        run.works(desk, run.profile.patience)

    def as_the_venue_says() -> bool:
        last = next(row for row in reversed(run.venue.journal()) if row["kind"] == "order" and row["client_order_id"] == resting)
        return desk.order(resting).status is STATUS[last["status"]]

    until(run, CLOSED)
    rests()
    if until(run, OPEN) < DAY // 8:             # it was lunch
        desk.recorder.wait(as_the_venue_says, _("what became of the order"), run.profile.patience)
        goes_on()
        until(run, CLOSED)
        desk.recorder.wait(as_the_venue_says, _("what became of the order at the end of the day"), run.profile.patience + ENDED)
        run.venue.advance(DAY)
        if phase(run) in CLOSED:
            rests()
        until(run, OPEN)
    desk.recorder.wait(as_the_venue_says, _("what became of the order"), run.profile.patience)
    goes_on()
    if not rested:
        raise Missed("vacuous", _("the markets that are traded were never all closed when the polls were counted"))


@row("F53", N_("a new day, on which the venue's ids begin again"), clock=MONDAY, speed=STILL, needs="daily_ids", seconds=40)
def new_day(run: Run) -> None:
    desk, market = run.desk(), run.market
    filled = desk.send("BUY", market.high, market.volume(2))
    run.resolved(desk, filled, Status.ALLTRADED)
    resting = desk.send("BUY", market.low, market.volume(1))
    run.resolved(desk, resting, Status.NOTTRADED)
    desk.assert_truth(run.profile.patience)
    next_day(run, desk)
    desk.wait_status(resting, Status.CANCELLED, seconds=run.profile.patience + ENDED)
    alive = desk.send("BUY", market.low_at(1), market.volume(3))        # has the id of the one that was filled
    run.resolved(desk, alive, Status.NOTTRADED)
    again = desk.send("BUY", market.high, market.volume(1))             # and this of the one that rested
    run.resolved(desk, again, Status.ALLTRADED)
    if desk.table is not None:
        numbers = [re.findall(r"\d+", str(desk.table.get(orderid).venue_id))[-1:] for orderid in (filled, resting, alive, again)]
        if numbers[:2] != numbers[2:]:
            raise Missed("vacuous", _("the venue gave other ids: {numbers}").format(numbers=numbers))
    late = run.desk("LATE", past=False)
    run.resolved(late, alive, Status.NOTTRADED)
    late.recorder.pass_time(1.0)
    if ghosts := {filled, resting} & set(late.recorder.orders):
        raise Missed("invented", _("orders of yesterday are shown as today's: {ghosts}").format(ghosts=', '.join(ghosts)))
    if lines := desk.recorder.said("begins anew"):
        raise Missed("invented", _("a new day is no new life of the venue: {lines}").format(lines=lines[0]))
    run.away(desk, alive)
