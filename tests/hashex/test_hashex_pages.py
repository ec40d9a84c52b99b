"""Walks through paged lists, and bars (specs/hashex.md, 3.4, 3.13 - 3.15, 7.16, 7.19)."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hashex_payloads import GATEWAY, make_contract
from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData

from vnpy_hashex import klines
from vnpy_hashex.endpoints import PAGES
from vnpy_hashex.pages import DealsWalk, HistoryWalk, Walk, open_orders
from vnpy_hashex.parse import parse_bar


def rows(*ids: int, key: str = "orderId", **values: Any) -> list[dict[str, Any]]:
    return [{key: str(id), **values} for id in ids]


def page(items: list[dict[str, Any]] | None, ps: int = 100, total: int = 0) -> dict[str, Any]:
    return {"page": 1, "ps": ps, "total": total, "items": items}


def test_open_orders_page_by_page_and_none_twice() -> None:
    walk = open_orders()
    assert walk.params() == {"state": 9, "page": 1, "size": 100}
    assert walk.take(page(rows(*range(100)), total=150))
    assert walk.params()["page"] == 2
    assert not walk.take(page(rows(*range(95, 150)), total=150))
    assert walk.complete and len(walk.rows) == 150


@pytest.mark.parametrize("last", [[], None, rows(1, 2)])
def test_a_page_with_nothing_new_is_the_last(last: Any) -> None:
    walk = open_orders()
    assert walk.take(page(rows(1, 2), ps=2, total=25))        # the total of the document's example is larger than its rows
    assert not walk.take(page(last, ps=2, total=25))
    assert walk.complete and list(walk.rows) == ["1", "2"]


def test_the_venue_may_give_smaller_pages_than_asked_for() -> None:
    walk = open_orders()
    assert walk.take(page(rows(*range(50)), ps=50, total=60))
    assert not walk.take(page(rows(*range(50, 60)), ps=50, total=60)) and walk.complete


def test_a_walk_without_end_is_incomplete() -> None:
    walk = HistoryWalk(5)
    count = 0
    while walk.take({"hasNext": True, "items": rows(count)}):
        count += 1
        assert walk.params() == {"startTime": 5, "limit": 100, "id": str(count - 1), "direction": "NEXT"}
    assert walk.pages == PAGES and not walk.complete


@pytest.mark.parametrize("data", [
    {"hasPrev": True, "hasNext": False, "items": rows(3)}, {"hasNext": True, "items": []}, {"hasNext": True, "items": None},
    {"hasNext": True, "items": rows(1)}, {"items": rows(3)},
])
def test_ends_of_history(data: dict[str, Any]) -> None:
    walk = HistoryWalk(5)
    assert walk.params() == {"startTime": 5, "limit": 100}
    assert walk.take({"hasNext": True, "items": rows(1)})
    assert not walk.take(data) and walk.complete


def test_deals() -> None:
    walk = DealsWalk("77")
    assert walk.params() == {"orderId": "77", "page": 1, "size": 100}
    assert not walk.take(page(rows(1, 2, key="execId", timestamp=5), total=2)) and walk.complete
    walk = DealsWalk(start_ms=100)
    assert walk.params()["orderId"] is None
    assert walk.take(page(rows(*range(100), key="execId", timestamp=150)))
    assert not walk.take(page(rows(*range(100, 200), key="execId", timestamp=50))), "older than what is wanted"


@pytest.mark.parametrize("data", [None, [], "x", {"page": 1}, {"items": [{}]}])
def test_another_shape_is_no_page(data: Any) -> None:
    for walk in (open_orders(), HistoryWalk(5), DealsWalk("1")):
        assert isinstance(walk, Walk)
        with pytest.raises((KeyError, TypeError)):
            walk.take(data)


# bars

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def bar(minute: int) -> BarData:
    row = {
        "s": "BTC_USDT", "t": int((START + timedelta(minutes=minute)).timestamp() * 1_000), "o": "1", "h": "2", "l": "0.5",
        "c": "1.5", "a": "10", "v": "15",
    }
    return parse_bar(row, make_contract(), Interval.MINUTE, GATEWAY)


class KlineVenue:
    """Bars by minute; answers in descending order, with the rows around the window that nobody asked for."""

    def __init__(self, have: range, start_time_works: bool = True) -> None:
        self.have = have
        self.start_time_works = start_time_works
        self.asked: list[tuple[int | None, int]] = []

    def page(self, start_ms: int | None, end_ms: int, limit: int) -> list[BarData] | None:
        self.asked.append((start_ms, end_ms))
        if start_ms is not None and not self.start_time_works:
            return []
        last = int((end_ms / 1_000 - START.timestamp()) // 60) + 1
        first = last - limit - 1 if start_ms is None else int((start_ms / 1_000 - START.timestamp()) // 60) - 1
        assert limit <= 1_500
        return [bar(n) for n in range(last, first - 1, -1) if n in self.have][:limit + 2]

    def fetch(self, start: int, end: int | None, now: float) -> list[int]:
        bars = klines.fetch(
            self.page, Interval.MINUTE, START + timedelta(minutes=start),
            None if end is None else START + timedelta(minutes=end), START + timedelta(minutes=now),
        )
        return [int((b.datetime - START).total_seconds() // 60) for b in bars]


def test_bars_of_several_windows_sorted_and_without_the_running_one() -> None:
    venue = KlineVenue(range(5_000))
    assert venue.fetch(0, None, 4_000.5) == list(range(4_000))
    assert len(venue.asked) == 3
    assert venue.fetch(10, 20, 4_000) == list(range(10, 21))


def test_bars_of_a_symbol_that_answers_only_without_start_time() -> None:
    venue = KlineVenue(range(4_000), start_time_works=False)
    assert venue.fetch(100, 3_900, 5_000) == list(range(100, 3_901))
    assert venue.asked[0][0] is not None and all(start is None for start, _ in venue.asked[1:])


def test_bars_of_a_symbol_that_was_listed_later() -> None:
    assert KlineVenue(range(100_000, 101_000)).fetch(0, None, 101_500) == list(range(100_000, 101_000))


def test_gaps_do_not_end_the_walk() -> None:
    have = [*range(100), *range(6_000, 6_100)]
    assert KlineVenue(have).fetch(0, None, 7_000) == have       # type: ignore[arg-type]


def test_a_failed_page_leaves_what_was_had() -> None:
    answers: list[Any] = [[bar(n) for n in range(1_500)], None]
    bars = klines.fetch(lambda *_: answers.pop(0), Interval.MINUTE, START, None, START + timedelta(days=9))
    assert len(bars) == 1_500
    assert klines.fetch(lambda *_: None, Interval.MINUTE, START, None, START + timedelta(days=9)) == []
    assert klines.fetch(lambda *_: [], Interval.MINUTE, START, None, START + timedelta(days=9)) == []


def test_windows_side_by_side_are_windows_one_after_the_other() -> None:
    """Two dozen windows, of which the first, a few and the last two have bars."""
    have = [*range(10), *range(4_000, 9_000), *range(33_000, 35_000)]
    venue = KlineVenue(have)        # type: ignore[arg-type]
    batches: list[int] = []

    def run(jobs: klines.Jobs) -> list[list[BarData]]:
        batches.append(len(jobs))
        found = {number: job() for number, job in reversed(list(enumerate(jobs)))}
        return [rows for number in range(len(jobs)) if (rows := found[number]) is not None]

    bars = klines.fetch(venue.page, Interval.MINUTE, START, None, START + timedelta(minutes=35_000), run)
    assert [int((b.datetime - START).total_seconds() // 60) for b in bars] == have
    assert batches == [1, 20, 3]
