"""Ticks carry the venue's time: bars under a manual clock; no reconnect and no refused time-stamp while it stands."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from vnpy.trader.constant import Status
from vnpy.trader.object import BarData
from vnpy.trader.utility import BarGenerator

from mockexchange import MockExchange

from .conftest import ALL_CASES
from .harness import Case, Desk

PUSHED = [case for case in ALL_CASES if case.name in ("binance", "hashex")]


@pytest.mark.parametrize("case", PUSHED, ids=lambda case: case.name)
def test_three_advances_of_a_minute_are_three_bars(case: Case) -> None:
    with MockExchange(case.dialect, clock="manual=1795000000000", seed=7, options=dict(case.options)) as venue:
        desk = Desk(case, venue)
        if case.name == "hashex":       # an advance ends its sockets: the book is polled until they are back
            desk.gateway.timings.silence, desk.gateway.timings.poll_ticks = 0.5, 0.3        # type: ignore[attr-defined]
        desk.ready()
        try:
            desk.subscribe()
            desk.recorder.wait(lambda: venue.advance(500) or desk.recorder.ticks, "the first tick", 20.0)
            bars: list[BarData] = []
            generator: BarGenerator = BarGenerator(bars.append)
            fed = 0
            for _ in range(4):
                before = len(desk.recorder.ticks)
                venue.advance(60_000)
                desk.recorder.wait(lambda before=before: len(desk.recorder.ticks) > before, "ticks")
                desk.recorder.wait(lambda: abs(venue.state()["now"] / 1000 - desk.recorder.ticks[-1].datetime.timestamp()) < 3.0, "the venue's time", 20.0)
                for tick in desk.recorder.ticks[fed:]:
                    generator.update_tick(tick)
                fed = len(desk.recorder.ticks)
            assert len(bars) >= 3
            minutes = [bar.datetime for bar in bars[-3:]]
            assert [b - a for a, b in zip(minutes, minutes[1:], strict=False)] == [timedelta(minutes=1)] * 2
            times = [tick.datetime for tick in desk.recorder.ticks]
            assert times == sorted(times)
        finally:
            desk.close()


@pytest.mark.parametrize("case", PUSHED, ids=lambda case: case.name)
def test_orders_go_through_while_the_clock_stands_and_after_it_was_advanced(case: Case) -> None:
    # an hour of a busy market takes seconds to pass
    with MockExchange(case.dialect, clock="manual", seed=7, options=dict(case.options), speed=0.05) as venue:
        desk = Desk(case, venue).ready()
        try:
            clock = desk.gateway.clock      # type: ignore[attr-defined]
            desk.recorder.wait(lambda: clock.standing, "the clock is known to stand", 10.0)
            stamps = venue.faults.add(match=case.order_label, stage="on_reply", action="delay", ms=0, times=0)["id"]
            for minutes in (0, 5, 60):
                venue.advance(minutes * 60_000)
                desk.recorder.wait(lambda: abs(clock.now_ms() - venue.state()["now"]) < 1_000, "the new time", 10.0)
                orderid = desk.send("BUY", 30_000.0, 0.01)
                desk.wait_status(orderid, Status.NOTTRADED)
                desk.cancel(orderid)
                desk.wait_status(orderid, Status.CANCELLED)
            assert [f["bitten"] for f in venue.faults.list() if f["id"] == stamps] == [3]       # none was sent twice
            said: Callable[[str], list[str]] = desk.recorder.said
            assert not said("for its timestamp")
            if case.name == "binance":      # HashEx ends sockets that have not said "ping" for 30 s of its own time
                assert not said("imestamp") and not said("disconnected")
        finally:
            desk.close()


def test_a_stream_that_never_told_anything_is_looked_at_and_not_cut() -> None:
    (case,) = (case for case in ALL_CASES if case.name == "binance")
    with MockExchange("binance", clock="manual", seed=7) as venue:
        desk = Desk(case, venue)
        desk.gateway.timings.market_silence = 1         # type: ignore[attr-defined]
        desk.ready()
        try:
            desk.subscribe()
            md = desk.gateway.session.md                # type: ignore[attr-defined]
            desk.recorder.wait(lambda: md.quiet.patience == 1.0, "the connection")
            desk.recorder.wait(lambda: md.quiet.patience >= 4.0, "two looks by REST", 25.0)
            assert len(desk.recorder.said("MD API connected")) == 1 and not desk.recorder.said("is silent")
            desk.recorder.wait(lambda: venue.advance(500) or desk.recorder.ticks, "ticks", 20.0)
        finally:
            desk.close()
