"""F22 to F29: restarts, sockets that die or fall silent, keys that are refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from vnpy.trader.constant import Interval, Status
from vnpy.trader.object import HistoryRequest

from rest_locale import N_, _

from .harness import GatewayHarness
from .matrix import Run, row
from .recorder import Missed

NOTICED: float = 45.0           # s until a half-open socket is noticed, and what was missed is here: 30, and some


@row("F22", N_("the venue restarts with its state"))
def restart(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    run.ticks_flow(desk)
    filled = desk.send("BUY", run.market.near, run.market.volume(10))
    stays = desk.send("BUY", run.market.low, run.market.volume(10))
    for orderid in (filled, stays):
        desk.wait_status(orderid, Status.NOTTRADED)
    hanging = run.arm(run.wire.order, "after_engine", "hang")
    lost = desk.send("BUY", run.market.low, run.market.volume(20))
    run.struck(hanging)
    run.venue.restart(keep_state=True, down=1.0)
    run.venue.set_price(run.market.symbol, run.market.under)
    run.resolved(desk, filled, Status.ALLTRADED)
    run.resolved(desk, lost)
    for orderid in (stays, lost):
        run.away(desk, orderid)
    run.ticks_flow(desk)
    run.works(desk)


@row("F23", N_("the venue restarts without its state"), seconds=30)
def wiped(run: Run) -> None:
    desk = run.desk()
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    desk.wait_status(orderid, Status.NOTTRADED)
    run.venue.restart(keep_state=False, down=0.5)
    run.resolved(desk, orderid, Status.CANCELLED, Status.REJECTED)
    desk.recorder.orders.pop(orderid)       # the new journal knows nothing of it
    run.works(desk)


@row("F24", N_("the user's stream drops, and fills happen meanwhile"), streams=True)
def user_stream_drops(run: Run) -> None:
    desk = run.desk()
    first = desk.send("BUY", run.market.near, run.market.volume(10))
    gone = desk.send("BUY", run.market.low, run.market.volume(10))
    for orderid in (first, gone):
        desk.wait_status(orderid, Status.NOTTRADED)
    refused = run.arm("ACCEPT ws *", "on_accept", "status", status=503, times=2)
    cut = run.arm(run.wire.user_push, "on_push", "close")
    run.venue.set_price(run.market.symbol, run.market.under)       # the first push of it cuts the socket
    run.struck(cut)
    run.struck(refused, times=2, seconds=NOTICED)                # it comes back, and is refused twice
    run.resolved(desk, first, Status.ALLTRADED)
    run.clear()
    run.away(desk, gone)
    run.works(desk)


@row("F25", N_("half-open sockets, and a silent stream with live pings"), streams=True, seconds=34)
def half_open(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    run.ticks_flow(desk)
    resting = desk.send("BUY", run.market.near, run.market.volume(10))
    desk.wait_status(resting, Status.NOTTRADED)
    silent = run.arm(run.wire.quote_push, "on_push", "silence")
    if run.profile.one_stream:          # a websocket falls silent once
        run.struck(silent)
        ticks_again(desk)
        run.struck(run.arm(run.wire.quote_push, "on_push", "delay", ms=0, times=0), seconds=NOTICED)    # a new one speaks
    half_open = run.arm(run.wire.user_push, "on_push", "silence", pings=False)
    run.venue.set_price(run.market.symbol, run.market.under)
    run.struck(half_open)
    run.struck(silent)
    desk.wait_status(resting, Status.ALLTRADED, seconds=NOTICED)
    ticks_again(desk)


def ticks_again(desk: GatewayHarness) -> None:
    """Ticks come although their stream is silent."""
    seen: int = len(desk.recorder.ticks)
    desk.recorder.wait(lambda: len(desk.recorder.ticks) > seen + 3, _("ticks after a silent stream"), NOTICED)


@contextmanager
def going(run: Run) -> Iterator[None]:
    """A clock that stands still is moved on, so that it goes about as a real one does."""
    threads = run.stage.seams.threads
    ended = threads.Event()

    def move() -> None:
        while not ended.wait(0.05):
            run.venue.advance(50)

    thread = threads.Thread(target=move, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(10.0)


@row("F26", N_("the end of a connection's 24 hours"), streams=True, clock="manual", speed=0.005)
def a_day(run: Run) -> None:
    with going(run):
        desk = run.desk()
        resting = desk.send("BUY", run.market.low, run.market.volume(10))
        desk.wait_status(resting, Status.NOTTRADED)
        again = run.arm("ACCEPT ws *", "on_accept", "delay", ms=0, times=0)
        run.venue.advance(24 * 3_600_000 + 1_000)
        run.struck(again, seconds=run.profile.patience)     # the venue has ended the connections, and new ones come
        desk.subscribe()
        run.ticks_flow(desk, seconds=run.profile.patience, moves=True)
        run.away(desk, resting)
        run.works(desk, run.profile.patience)
        desk.assert_truth(run.profile.patience)


@row("F27", N_("a subscription that is refused, or never answered"), streams=True, seconds=9)
def subscription(run: Run) -> None:
    def subscribe(name: str, struck: list[int]) -> None:
        desk = run.desk(name, past=False)
        desk.subscribe()
        run.struck(struck)
        desk.recorder.wait(lambda: desk.recorder.ticks, "ticks", NOTICED)
        run.works(desk)
        run.clear()

    subscribe("ONE", run.arm(run.wire.subscribe, "on_reply", "hang"))
    refusal: str = run.wire.refused_subscription
    subscribe("TWO", run.arm(run.wire.subscribe, "before_engine", "status", status=400, body=refusal))


@row("F28", N_("everything while the venue is away"), seconds=9)
def away(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    run.ticks_flow(desk)
    sent: list[str] = []

    def down() -> None:
        run.venue.restart(keep_state=True, down=4.0)

    with run.aside(down):
        run.gone()
        try:
            sent += [desk.send("BUY", run.market.low, run.market.volume(10)) for __ in range(3)]
            desk.subscribe(next((s for s in desk.recorder.contracts if s != run.profile.symbol), ""))
            desk.cancel(sent[0])
            desk.gateway.query_account()
        except Exception as error:
            raise Missed("hung", _("an exception reached the caller: {kind}: {error}").format(kind=type(error).__name__, error=error)) from error
        desk.recorder.pass_time(1.5)
        run.gone()
    for orderid in sent:
        run.resolved(desk, orderid)
        run.away(desk, orderid)
    desk.assert_engine()
    run.ticks_flow(desk, seconds=run.profile.patience)
    run.works(desk, run.profile.patience)


@row("F29", N_("the key is revoked in mid-session"))
def revoked(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    run.ticks_flow(desk)
    requests = run.arm("*", "before_engine", "delay", ms=0, times=0)
    run.venue.set_key(run.venue.key, True)
    orderid = desk.send("BUY", run.market.low, run.market.volume(10))
    run.resolved(desk, orderid, Status.REJECTED)
    run.struck(requests)                # else nothing would be counted
    before: int = run.bitten(requests)
    if run.profile.keyless_ticks:
        run.ticks_flow(desk)
    desk.recorder.pass_time(3.0)
    storm: int = run.bitten(requests) - before
    if run.profile.pushed and storm > 30:
        raise Missed("invented", _("{count} requests in 3 s with a key that is refused").format(count=storm))
    secrets: list[str] = [log.msg for log in desk.recorder.logs for secret in (run.venue.key, run.venue.secret) if secret and secret in log.msg]
    if secrets:
        raise Missed("invented", _("the secret is in the log: {secrets}").format(secrets=secrets[0][:80]))
    run.clear()
    run.venue.set_key(run.venue.key, False)
    if run.profile.real_engine:
        return
    desk.gateway.connect(run.profile.setting(run.venue))
    desk.recorder.wait(lambda: desk.gateway.ready, _("second connect"), 20.0)
    run.works(desk)


@row("F32", N_("hung routes: orders flow, history gives up"), seconds=13)
def hung(run: Run) -> None:
    desk = run.desk()
    bars: list[int] = run.arm(run.wire.history, "before_engine", "hang", times=0) if run.profile.has_bars else []
    reads = run.arm("GET *", "before_engine", "hang", times=0, must_bite=not bars)
    now = run.stage.now()
    request = HistoryRequest(run.profile.symbol, run.profile.exchange, now - timedelta(hours=1), now, Interval.MINUTE)
    with run.aside(lambda: desk.gateway.query_history(request)):
        desk.gateway.query_account()
        orderid = desk.send("BUY", run.market.low, run.market.volume(1))
        desk.wait_status(orderid, Status.NOTTRADED, seconds=max(5.0, run.profile.shown_within))
        run.struck(bars or reads)
        run.clear()
    run.away(desk, orderid)
    filled = desk.send("BUY", run.market.high, run.market.volume(1))
    run.resolved(desk, filled, Status.ALLTRADED)
