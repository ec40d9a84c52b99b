"""F56, F70: a venue whose HTTP lives while what stands behind it hangs, or says the same for ever."""

from collections import Counter
from logging import WARNING

from vnpy.trader.constant import Status

from rest_locale.english import english

from rest_locale import N_, _

from .matrix import Run, row
from .recorder import Missed
from .rows_shares import base_of, free, refused_here

NOTICED: float = 90.0           # s until it is noticed: two time-outs of a patient gateway, and a pause
SAID_ONCE: int = 2              # times at most that one line is said within seconds
WORDS: tuple[str, ...] = ("position", "balance", "account", "holding")


@row("F56", N_("the venue's back end hangs while its HTTP lives"), needs="backend_lost", seconds=75)
def back_end_lost(run: Run) -> None:
    desk = run.desk()
    resting = desk.send("BUY", run.market.low, run.market.volume(10))
    run.resolved(desk, resting, Status.NOTTRADED)
    requests = run.counted("* /*")
    with run.options(run.profile.backend_lost):
        desk.recorder.wait(lambda: desk.recorder.said("disconnected"), _("the line that says that the venue is lost"), NOTICED)
        if not requests():
            raise Missed("vacuous", _("nothing was asked of the back end"))
        if not run.answers():
            raise Missed("vacuous", _("the venue's HTTP did not live"))
        lost = desk.send("BUY", run.market.low_at(1), run.market.volume(1))
        desk.recorder.wait(lambda: lost in desk.recorder.orders, _("the order that was sent"))
        desk.recorder.soon(lambda: desk.order(lost).status is Status.REJECTED, 3.0)
        if desk.order(lost).status not in (Status.REJECTED, Status.SUBMITTING):
            raise Missed("invented", _("an order is shown as {status}, and nobody can have taken it").format(status=desk.order(lost).status.name))
    run.resolved(desk, lost)
    run.sent_once(2)
    if desk.order(resting).status is not Status.NOTTRADED:
        raise Missed("invented", _("the order that rests is shown as {status}").format(status=desk.order(resting).status.name))
    for orderid in (resting, lost):
        run.away(desk, orderid)
    run.trades_again(desk)
    run.works(desk, run.profile.patience)


@row("F70", N_("positions never change again"), needs="stale", seconds=20)
def stale(run: Run) -> None:
    desk, market = run.desk(), run.market
    sent = run.counted(run.wire.order + run.wire.sell)
    base = base_of(run)
    held: float = free(run, base)
    if not held:
        raise Missed("vacuous", _("the account holds nothing that can be sold"))
    lines: int = len(desk.recorder.logs)

    def said() -> list[str]:
        return [log.msg for log in desk.recorder.logs[lines:] if log.level >= WARNING and any(word in english(log.msg).lower() for word in WORDS)]

    with run.options(run.profile.stale):
        sold = desk.send("SELL", market.low, held)
        run.resolved(desk, sold, Status.ALLTRADED)
        bought = desk.send("BUY", market.high, market.volume(2))
        run.resolved(desk, bought, Status.ALLTRADED)
        desk.recorder.wait(said, _("the line that says that positions contradict the fills"), run.profile.patience)
        desk.recorder.pass_time(2.0)
        if repeated := [line for line, times in Counter(said()).items() if times > SAID_ONCE]:
            raise Missed("invented", _("said again and again: {repeated}").format(repeated=repeated[0]))
        left: float = 0.0 if run.profile.t_plus else market.volume(2)
        refused_here(run, desk, sent, ("SELL", market.low, market.volume(3)), f" {left:.12g} ")
    run.works(desk, run.profile.patience)
