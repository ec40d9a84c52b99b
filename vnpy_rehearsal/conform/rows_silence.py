"""F59, F60: pushes that never come again over a connection that lives, and an order that is executed after its 500."""

from vnpy.trader.constant import Status

from rest_locale import N_, _

from .matrix import PAGE, Run, row
from .recorder import Missed

SAID_ONCE: int = 6              # complaints at most while nothing is pushed
LATE: int = 3_000               # ms after its 500 in which an order is executed


@row("F59", N_("a stream that lives and never pushes again"), streams=True, seconds=40)
def never_pushes(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    run.ticks_flow(desk)
    resting = desk.send("BUY", run.market.near, run.market.volume(10))
    desk.wait_status(resting, Status.NOTTRADED)
    before: int = len(desk.recorder.complaints())
    quotes = run.arm(run.wire.quote_push, "on_push", "drop", times=0)
    users = run.arm(run.wire.user_push, "on_push", "drop", times=0)
    run.venue.set_price(run.market.symbol, run.market.under)
    run.resolved(desk, resting, Status.ALLTRADED)
    lives = desk.send("BUY", run.market.low, run.market.volume(1))
    run.resolved(desk, lives, Status.NOTTRADED)
    filled = desk.send("BUY", run.market.high, run.market.volume(2))
    run.resolved(desk, filled, Status.ALLTRADED)
    run.away(desk, lives)
    run.ticks_flow(desk, seconds=run.profile.patience, moves=True)
    run.struck(users)
    run.struck(quotes)
    desk.recorder.soon(lambda: len(desk.recorder.complaints()) > before, run.profile.patience)
    said: list[str] = desk.recorder.complaints()[before:]
    if not said:
        raise Missed("lost", _("nothing was pushed any more, and no line says so"))
    if len(said) > SAID_ONCE:
        raise Missed("invented", _("said {count} times: {line}").format(count=len(said), line=said[-1]))
    run.clear()
    run.works(desk, run.profile.patience)


@row("F60", N_("an order is executed after its 500, all else is 500"), seconds=8)
def executed_late(run: Run) -> None:
    desk = run.desk()
    late = run.arm(run.wire.order, "before_engine", "delay", ms=LATE, ack=True)
    failed = run.arm(run.wire.order, "on_reply", "status", status=500, body=PAGE)
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.struck(late)
    run.struck(failed)
    down = run.arm("*", "before_engine", "status", must_bite=False, status=500, body=PAGE, times=0)

    def made() -> bool:
        return any(row["kind"] == "order" for row in run.venue.journal())

    desk.recorder.wait(made, _("the order at the venue"), LATE / 1_000 + 10.0)
    run.soon(lambda: run.bitten(down), run.profile.strike)
    run.never(lambda: desk.order(orderid).status is Status.REJECTED, _("an order that was executed is shown as rejected"), 2.0)
    if not desk.recorder.complaints():
        raise Missed("lost", _("everything fails, and no line says so"))
    run.clear()
    run.resolved(desk, orderid, Status.NOTTRADED)
    run.struck(down)
    run.sent_once(1)
    run.away(desk, orderid)
    run.trades_again(desk)
    run.works(desk, run.profile.patience)
