"""Pages side by side: the same bars as one after the other, and what is said and done when they do not come."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vnpy.trader.constant import Exchange, Interval, Product
from vnpy.trader.object import BarData, ContractData

from vnpy_restgateway.market import history
from vnpy_restgateway.market.bars import BarTemplate
from vnpy_restgateway.market.download import Download, GiveUp, NotYet
from vnpy_restgateway.market.history import EPOCH, MILLISECOND, Page, fetch_bars
from vnpy_restgateway.net.outcome import Unknown
from vnpy_restgateway.seams import MACHINE

T0 = datetime(2024, 1, 1, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
SOON: float = 10.0


def bar(minute: int) -> BarData:
    return BarData(symbol="X", exchange=Exchange.GLOBAL, datetime=T0 + minute * MINUTE, interval=Interval.MINUTE, gateway_name="T")


def minutes(bars: list[BarData]) -> list[int]:
    return [(b.datetime - T0) // MINUTE for b in bars]


def ms(minute: float) -> int:
    return (T0 + minute * MINUTE - EPOCH) // MILLISECOND


def venue(have: list[int], size: int, minds_end: bool = True) -> Page:
    """Bars of these minutes, at most ``size`` a page."""
    def page(start: int, end: int) -> list[BarData]:
        return [bar(n) for n in have if start <= ms(n) and (ms(n) <= end or not minds_end)][:size]

    return page


def quiet(**changes: Any) -> Download:
    lines: list[str] = changes.pop("lines", [])
    return Download("X", lambda line, level: lines.append(line), seams=replace(MACHINE, **changes))


# in order, and the same as one page after the other


@given(
    st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=8), st.integers(1, 9), st.integers(0, 60), st.integers(0, 200),
    st.booleans(), st.integers(2, 4),
)
def test_side_by_side_is_one_after_the_other(
    runs: list[tuple[int, bool]], size: int, start: int, length: int, minds_end: bool, at_once: int,
) -> None:
    have: list[int] = []
    at = 0
    for count, there in runs:
        have += list(range(at, at + count)) if there else []
        at += count
    page = venue(have, size, minds_end)
    first, last, now = T0 + start * MINUTE, T0 + (start + length) * MINUTE, T0 + at * MINUTE
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "LEAST", 1)
        assert minutes(fetch_bars(page, Interval.MINUTE, first, last, now, quiet(), at_once)) == minutes(fetch_bars(page, Interval.MINUTE, first, last, now))


def test_pages_are_under_way_together_and_come_in_order() -> None:
    have = list(range(1_000))
    plain = venue(have, 100)
    together = threading.Barrier(3)

    def page(start: int, end: int) -> list[BarData]:
        if start > ms(0):
            together.wait(SOON)         # BrokenBarrierError unless three are asked for at once
        return plain(start, end)

    last = T0 + 998 * MINUTE            # nine pages after the first
    assert minutes(fetch_bars(page, Interval.MINUTE, T0, last, T0 + 2_000 * MINUTE, quiet(), 3)) == have[:999]


def test_a_first_page_of_few_bars_tells_nothing_of_the_venues_pages() -> None:
    asked: list[int] = []

    def page(start: int, end: int) -> list[BarData]:
        asked.append(start)
        return venue([0, 1, *range(500, 900)], 1_000 if len(asked) > 1 else 2)(start, end)

    assert len(fetch_bars(page, Interval.MINUTE, T0, None, T0 + 900 * MINUTE, quiet(), 4)) == 402
    assert len(asked) < 5


def test_a_page_that_failed_ends_it_and_what_is_before_it_is_kept() -> None:
    plain = venue(list(range(2_000)), 100)
    download = quiet()

    def page(start: int, end: int) -> list[BarData] | None:
        def ask(left: float) -> list[BarData]:
            if start > ms(650):
                raise GiveUp("no more")
            return plain(start, end)

        return download.page(ask)

    bars = fetch_bars(page, Interval.MINUTE, T0, None, T0 + 2_000 * MINUTE, download, 3)
    assert minutes(bars) == list(range(700)) and download.reason == "no more"


def test_what_a_job_raises_comes_out_and_none_is_begun_after_it() -> None:
    begun: list[int] = []

    def job(number: int) -> int:
        begun.append(number)
        if number == 2:
            raise KeyError("two")
        return number

    jobs: list[Callable[[], int | None]] = [lambda number=number: job(number) for number in range(100)]     # type: ignore[misc]
    with pytest.raises(KeyError, match="two"):
        quiet().side_by_side(jobs, 1)
    assert begun == [0, 1, 2]


# one page


class Steps:
    """What the next questions come to; a wait passes at once, and its length is kept."""

    def __init__(self, *steps: Exception | list[BarData]) -> None:
        self.steps = list(steps)
        self.now = 100.0
        self.waits: list[float] = []
        self.lines: list[str] = []
        steps_self = self

        class Event:
            """``threading.Event`` of a clock that jumps."""

            def __init__(self) -> None:
                self.flag = False

            def wait(self, seconds: float) -> bool:
                steps_self.waits.append(seconds)
                steps_self.now += seconds
                return self.flag

            def set(self) -> None:
                self.flag = True

            def is_set(self) -> bool:
                return self.flag

        threads = replace(MACHINE.threads, Event=Event)
        self.download = Download(
            "X", lambda line, level: self.lines.append(line), 60.0, replace(MACHINE, monotonic=lambda: self.now, threads=threads),
        )

    def ask(self, left: float) -> list[BarData]:
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


@pytest.mark.parametrize("error", [Unknown("lost"), ValueError("odd"), KeyError("none"), RecursionError()])
def test_a_page_that_failed_is_asked_for_again(error: Exception) -> None:
    steps = Steps(error, error, [bar(1)])
    assert steps.download.page(steps.ask) == [bar(1)]
    assert steps.waits == [1.0, 1.0] and not steps.download.reason


def test_a_page_that_never_comes_ends_when_the_patience_does() -> None:
    steps = Steps(*[Unknown("lost")] * 100)
    assert steps.download.page(steps.ask) is None
    assert steps.download.reason == "lost" and len(steps.waits) == 60


def test_the_venues_own_limits_cost_no_patience() -> None:
    steps = Steps(NotYet(55.0), NotYet(55.0), Unknown("lost"), [bar(1)])
    assert steps.download.page(steps.ask) == [bar(1)] and steps.waits == [55.0, 55.0, 1.0]


def test_giving_up_is_at_once() -> None:
    steps = Steps(GiveUp("no such symbol"), [bar(1)])
    assert steps.download.page(steps.ask) is None
    assert not steps.waits and steps.download.reason == "no such symbol"


def test_cancelled_it_asks_no_more() -> None:
    steps = Steps([bar(1)])
    steps.download.cancel("gateway closed")
    assert steps.download.page(steps.ask) is None
    assert steps.download.side_by_side([lambda: 1, lambda: 2], 2) == []
    assert steps.download.reason == "gateway closed" and len(steps.steps) == 1


def test_cancel_wakes_who_waits_and_no_thread_is_left() -> None:
    download = quiet()
    waiting = threading.Semaphore(0)

    def ask(left: float) -> list[BarData]:
        waiting.release()
        raise NotYet(600.0)

    results: list[Any] = []
    asking = threading.Thread(target=lambda: results.append(download.side_by_side([lambda: download.page(ask)] * 9, 3)))
    asking.start()
    for __ in range(3):
        assert waiting.acquire(timeout=SOON)
    download.cancel("gateway closed")
    download.join(SOON)
    asking.join(SOON)
    assert results == [[]] and download.reason == "gateway closed"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("history-")]


def test_progress_is_said_every_five_seconds_with_what_is_left() -> None:
    steps = Steps([bar(n) for n in range(100)], [bar(n) for n in range(100, 200)], [bar(200)])
    steps.download.expected = 1_000.0
    steps.now += 4.9
    steps.download.page(steps.ask)
    assert steps.lines == []
    steps.now += 5.1
    steps.download.page(steps.ask)
    steps.download.page(steps.ask)
    assert steps.lines == ["Query kline history of X: 200 bars so far, 20 a second, about 40 s to go"]


def test_the_first_page_tells_how_many_there_will_be() -> None:
    download = quiet()
    fetch_bars(venue(list(range(1_000)), 100), Interval.MINUTE, T0, T0 + 999 * MINUTE, T0 + 2_000 * MINUTE, download, 2)
    assert download.expected == pytest.approx(1_000, rel=0.02)


# bars


@given(st.sampled_from(list(Interval)), st.lists(st.floats(0, 1e9), min_size=6, max_size=6), st.datetimes(timezones=st.just(timezone.utc)))
def test_a_template_makes_the_bar_that_vnpy_makes(interval: Interval, numbers: list[float], begin: datetime) -> None:
    contract = ContractData("GW", "A", Exchange.GLOBAL, "a", Product.SPOT, 1, 0.1)
    a, b, c, d, volume, turnover = numbers
    made = BarTemplate(contract, interval, "GW").fill(begin, (a, b, c, d), volume, turnover)
    plain = BarData(
        "GW", "A", Exchange.GLOBAL, begin, interval, volume=volume, turnover=turnover, open_price=a, high_price=b, low_price=c, close_price=d,
    )
    assert vars(made) == vars(plain) and type(made) is type(plain)
    made.extra = {"note": 1}
    assert not hasattr(BarTemplate(contract, interval, "GW").fill(begin, (a, b, c, d), 1.0, 1.0), "note")
