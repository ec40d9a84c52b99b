"""F45 to F47: markets with nothing to say, clocks that jump by hours, years of bars from a slow venue."""

from datetime import datetime, timedelta
from typing import Any

from vnpy.trader.constant import Interval, Status
from vnpy.trader.object import BarData, HistoryRequest

from rest_locale import N_, _

from .harness import GatewayHarness
from .matrix import Run, row
from .recorder import Missed

HOURS: int = 8
MINUTES: int = 20_000           # bars: several pages of any venue
AT_MOST: float = 180.0          # s that the whole is given
SLOW, SLOWER = 65, 50           # ms a page takes for each second of the gateway's patience; where one request goes at a time, and elsewhere
PATIENCE: float = 8.0           # s that a gateway whose patience can be set waits for the next page, at most
OFF: float = 5.0                # seconds a tick may be off the venue's time


@row("F45", N_("a market in which nothing happens"), clock="manual", streams=True, seconds=45)
def quiet(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    run.ticks_flow(desk, moves=True)
    run.venue.advance(3_000)        # what is published from time to time is published
    desk.recorder.pass_time(1.0)
    connections = run.arm("ACCEPT ws *", "on_accept", "delay", ms=0, times=0)
    timings = getattr(desk.gateway, "timings", None)
    silence: float = min(float(getattr(timings, "market_silence", getattr(timings, "give_up", 30.0))), 30.0)
    ticks: int = len(desk.recorder.ticks)
    run.never(lambda: run.bitten(connections), _("a healthy stream that has nothing to say was connected again"), 1.4 * silence + 2.0)
    shown = {(tick.last_price, tick.bid_price_1, tick.ask_price_1) for tick in desk.recorder.ticks[ticks:]}
    if len(shown) > 2:
        raise Missed("vacuous", _("the market was not quiet: {count} prices").format(count=len(shown)))
    run.ticks_flow(desk, moves=True)
    run.works(desk)


@row("F46", N_("clocks jump by hours"), streams=True, seconds=10)
def jump(run: Run) -> None:
    desk = run.desk()
    desk.subscribe()
    run.ticks_flow(desk)
    for hours in (HOURS, 0):
        run.venue.clock(hours * 3_600_000)

        def right(hours: int = hours) -> bool:
            newest: datetime = desk.recorder.ticks[-1].datetime
            return abs(newest.timestamp() - run.stage.seams.wall() - hours * 3_600) < OFF

        desk.recorder.wait(right, _("ticks with the venue's time, {hours} hours ahead").format(hours=hours), run.profile.patience)
        orderid = desk.send("BUY", run.market.low, run.market.volume(1))
        run.resolved(desk, orderid, Status.NOTTRADED)
        run.away(desk, orderid)


@row("F47", N_("years of bars from a slow but steady venue"), seconds=130)
def years(run: Run) -> None:
    if not run.profile.has_bars:
        return
    desk: GatewayHarness = run.desk(ready=False)
    timings: Any = getattr(desk.gateway, "timings", None)
    patience: float = 60.0
    delay: float = patience * (SLOWER if run.profile.pushed else SLOW) / 1_000
    if hasattr(timings, "history_patience"):        # pages that are under way side by side are not long in coming
        delay = min(PATIENCE, *(getattr(timings, name, PATIENCE) for name in ("request_timeout", "query_timeout"))) / 2
        patience = timings.history_patience = 2 * delay
    desk.ready()
    pages = run.arm(run.wire.history, "on_reply", "delay", ms=int(1_000 * delay), times=0)
    end: datetime = run.stage.now().replace(second=0, microsecond=0) - timedelta(minutes=2)
    start: datetime = end - timedelta(minutes=MINUTES - 1)
    request: HistoryRequest = HistoryRequest(run.profile.symbol, run.profile.exchange, start, end, Interval.MINUTE)
    found: list[Any] = []
    begun: float = run.stage.monotonic()
    with run.aside(lambda: found.extend(desk.gateway.query_history(request)), AT_MOST):
        pass
    if run.stage.monotonic() - begun < patience:
        raise Missed("vacuous", _("the history took {seconds:.1f} s, which is within {patience:g} s").format(seconds=run.stage.monotonic() - begun, patience=patience))
    run.struck(pages, 2)
    bars: list[BarData] = found
    if [bar.datetime for bar in bars] != [start + timedelta(minutes=n) for n in range(MINUTES)]:
        raise Missed("lost", _("{count} of {total} bars").format(count=len(bars), total=MINUTES))
