"""F1 to F11: requests whose answer is late, cut, wrong or missing."""

from typing import Any

from vnpy.trader.constant import Status

from rest_locale import N_, _

from .matrix import PAGE, Run, row
from .recorder import Missed


@row("F1", N_("time-out before the venue saw the order"), seconds=28)
def before_the_engine(run: Run) -> None:
    desk = run.desk()
    lost = run.arm(run.wire.order, "before_engine", "hang")
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.struck(lost)
    run.resolved(desk, orderid)
    run.sent_once(1)
    run.clear()
    run.works(desk)


@row("F2", N_("time-out after the venue accepted"))
def after_the_engine(run: Run) -> None:
    desk = run.desk()
    lost = run.arm(run.wire.order, "after_engine", "hang")
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.struck(lost)
    run.resolved(desk, orderid, Status.NOTTRADED)
    run.away(desk, orderid)
    run.sent_once(1)


@row("F3", N_("connection reset before, during, after the answer"), seconds=28)
def reset(run: Run) -> None:
    desk = run.desk()
    for stage, action in (("before_engine", "reset"), ("after_engine", "reset"), ("on_reply", "close")):
        cut = run.arm(run.wire.order, stage, action)
        orderid = desk.send("BUY", run.market.low, run.market.volume(10))
        run.struck(cut)
        run.resolved(desk, orderid)
        run.away(desk, orderid)
        run.clear()
    run.sent_once(3)


@row("F4", N_("500, 502, 503, 504 with HTML or JSON"))
def server_errors(run: Run) -> None:
    desk = run.desk()
    for status, body in ((500, PAGE), (502, PAGE), (503, '{"code":-1000,"msg":"unknown"}'), (504, "")):
        failed = run.arm(run.wire.order, "after_engine", "status", status=status, body=body)
        orderid = desk.send("BUY", run.market.low, run.market.volume(10))
        run.struck(failed)
        run.resolved(desk, orderid, Status.NOTTRADED)
        run.away(desk, orderid)
        run.clear()
    reads = run.arm(run.wire.account, "before_engine", "status", status=502, body=PAGE, times=2)
    run.read_account(desk, reads)
    run.works(desk)


@row("F5", N_("a body that says: unknown"))
def unknown_codes(run: Run) -> None:
    desk = run.desk()
    status, body = run.wire.unknown
    unknown = run.arm(run.wire.order, "after_engine", "status", status=status, body=body)
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.struck(unknown)
    run.resolved(desk, orderid, Status.NOTTRADED)
    run.away(desk, orderid)


@row("F6", N_("too many orders, and busy"), seconds=29)
def too_many_orders(run: Run) -> None:
    desk = run.desk()
    for status, body in ((429, run.wire.too_many), (503, run.wire.busy)):
        refused = run.arm(run.wire.order, "before_engine", "status", status=status, body=body, headers={"Retry-After": "1"})
        orderid = desk.send("BUY", run.market.low, run.market.volume(10))
        run.struck(refused)
        run.resolved(desk, orderid, Status.REJECTED)
        run.clear()
        desk.recorder.pass_time(1.1)
    run.works(desk)


def stay_away(run: Run, status: int) -> None:
    """After an answer with Retry-After nothing is sent until it is over, and then it goes on."""
    desk = run.desk()
    resting = desk.send("BUY", run.market.low, run.market.volume(10))
    desk.wait_status(resting, Status.NOTTRADED)
    refusal: dict[str, Any] = {"status": status, "headers": {"Retry-After": "3"}, "body": '{"code":-1003,"msg":"Too much request weight used."}'}
    struck = run.arm(run.wire.order, "before_engine", "status", **refusal)
    first = desk.send("BUY", run.market.low, run.market.volume(10))
    run.struck(struck)
    run.resolved(desk, first, Status.REJECTED)
    desk.recorder.pass_time(0.3)        # what had left before the refusal was read arrives
    seen = run.arm("* /*", "before_engine", "delay", ms=0, times=0)
    orders = run.arm("WS order.*", "before_engine", "delay", ms=0, times=0)
    desk.cancel(resting)
    run.never(lambda: run.bitten(seen + orders), _("it sends although it was told to wait"), 1.5)
    run.resolved(desk, resting, Status.CANCELLED)
    run.struck(seen + orders)           # else nothing would have been seen in the pause either
    run.clear()
    run.works(desk)


@row("F7", N_("429 with Retry-After"))
def rate_limit(run: Run) -> None:
    stay_away(run, 429)


@row("F8", N_("418, banned"))
def banned(run: Run) -> None:
    stay_away(run, 418)


@row("F9", N_("malformed JSON"))
def malformed(run: Run) -> None:
    desk = run.desk()
    broken = run.arm(run.wire.order, "on_reply", "body", body='{"orderId": 12, "status"')
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.struck(broken)
    run.resolved(desk, orderid, Status.NOTTRADED)
    run.away(desk, orderid)
    run.clear()
    balances = run.arm(run.wire.account, "on_reply", "body", body="]", times=2)
    run.read_account(desk, balances)
    run.works(desk)
    run.clear()
    open_orders = run.arm(run.wire.open_orders, "on_reply", "body", body="]", times=2)
    late = run.desk("LATE", ready=False, past=False).connect()      # every gateway asks for open orders when it connects
    run.struck(open_orders, seconds=2 * run.profile.strike)
    late.wait_ready()
    run.works(late)


@row("F10", N_("truncated body"))
def truncated(run: Run) -> None:
    desk = run.desk()
    cut = run.arm(run.wire.order, "on_reply", "truncate")
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.struck(cut)
    run.resolved(desk, orderid, Status.NOTTRADED)
    run.away(desk, orderid)
    run.clear()
    balances = run.arm(run.wire.account, "on_reply", "truncate", times=2)
    run.read_account(desk, balances)
    run.works(desk)


@row("F11", N_("unexpected types, unknown words, new fields"))
def odd(run: Run) -> None:
    desk = run.desk()
    answer = run.arm(run.wire.order, "on_reply", "body", set=dict(run.wire.odd_order))
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.struck(answer)
    run.resolved(desk, orderid, Status.NOTTRADED)
    run.away(desk, orderid)
    run.clear()
    if not run.profile.pushed:
        run.works(desk)
        return
    struck = run.arm(run.wire.order_push, "on_push", "body", set=dict(run.wire.odd_push), times=0)
    filled = desk.send("BUY", run.market.high, run.market.volume(2))
    run.struck(struck)
    run.clear()
    run.resolved(desk, filled, Status.ALLTRADED)
    if desk.profile.tells_fills and not desk.recorder.trades:
        raise Missed("lost", _("the fill of a push with an unknown word"))
