"""The book from the socket's pushes (specs/hashex.md, 5.6)."""

from datetime import datetime, timedelta, timezone
from typing import Any

from hashex_payloads import GATEWAY, make_contract

from vnpy_hashex.ticks import TickBook

MOMENT = datetime(2026, 1, 1, tzinfo=timezone.utc)
ALL_DEPTH: dict[str, Any] = {
    "s": "BTC_USDT", "id": "12345678", "a": [["30100.00", "0.1"], ["30200.00", "0.5"]],
    "b": [["29900.00", "0.3"], ["29800.00", "0.6"]],
}
DEAL: dict[str, Any] = {"s": "BTC_USDT", "p": "30050.00", "a": "0.25", "m": 1, "t": 1687245871234}
STATS: dict[str, Any] = {
    "s": "BTC_USDT", "o": "30000.00", "c": "30100.00", "h": "30200.00", "l": "29900.00", "a": "10.5", "v": "315000.50",
    "r": "0.0033",
}


def book(*, whole: bool = True) -> TickBook:
    found = TickBook(make_contract(), GATEWAY, MOMENT)
    if whole:
        found.on_all_depth(ALL_DEPTH)
    return found


def change(id: int, price: str, size: str, side: int = 2) -> dict[str, Any]:
    return {"id": str(id), "s": "BTC_USDT", "m": side, "p": price, "q": size, "t": 1745392581693}


def levels(found: TickBook) -> tuple[list[float], list[float]]:
    return [-key for key in found.bids.keys], found.asks.keys


def test_the_documents_pushes_make_a_tick() -> None:
    found = book()
    assert found.make(MOMENT, MOMENT) is None, "no last price yet"
    found.on_stats(STATS)
    found.on_deal(DEAL)
    tick = found.make(MOMENT + timedelta(seconds=1), MOMENT)
    assert tick is not None and tick.vt_symbol == "BTCUSDT_SPOT_HASHEX.GLOBAL"
    assert (tick.bid_price_1, tick.bid_volume_1, tick.bid_price_2, tick.bid_volume_2) == (29_900, 0.3, 29_800, 0.6)
    assert (tick.ask_price_1, tick.ask_volume_1, tick.ask_price_3) == (30_100, 0.1, 0)
    assert (tick.last_price, tick.last_volume, tick.volume) == (30_050, 0.25, 10.5)
    assert (tick.open_price, tick.high_price, tick.low_price, tick.turnover) == (30_000, 30_200, 29_900, 315_000.5)
    assert tick.datetime == MOMENT + timedelta(seconds=1) and not found.dirty
    again = found.make(MOMENT, MOMENT)
    assert again is not None and again is not tick and again.datetime == tick.datetime, "time never goes back"


def test_the_clock_is_set_back_and_what_was_told_before_it_does_not_count() -> None:
    found, hours = book(), timedelta(hours=8)
    ms = round(MOMENT.timestamp() * 1_000)

    def time_told(told: int, now: datetime) -> datetime:
        found.on_deal({**DEAL, "t": told})
        tick = found.make(now, now)
        assert tick is not None and tick.datetime is not None
        return tick.datetime

    assert time_told(ms + 60, MOMENT) == MOMENT + timedelta(milliseconds=60)
    found.restamp = True
    assert time_told(ms + 61, MOMENT - hours) == MOMENT - hours, "was on its way"
    after = ms - 8 * 3_600_000 + 500
    assert time_told(after, MOMENT - hours) == MOMENT - hours + timedelta(milliseconds=500)
    assert time_told(after - 10, MOMENT - hours) == MOMENT - hours + timedelta(milliseconds=500), "time never goes back"


def test_rows_in_any_order_scientific_notation_and_empty_levels() -> None:
    found = book(whole=False)
    found.on_all_depth({"id": 1, "b": [["1", "1.39E+3"], ["2", 5]], "a": [["4", "1"], ["3", "0"], ["3.5", "2"]]})
    assert levels(found) == ([2, 1], [3.5, 4])
    assert found.bids.sizes[-1.0] == 1_390
    found.on_all_depth({"id": 2, "b": None, "a": []})
    assert levels(found) == ([], []) and found.whole


def test_changes_are_absolute_and_zero_removes() -> None:
    found = book()
    assert found.on_depth(change(12345679, "30100.00", "0.4"))
    assert found.on_depth(change(12345690, "30150", "1"))
    assert found.on_depth(change(12345700, "29900.00", "0", side=1))
    assert levels(found) == ([29_800], [30_100, 30_150, 30_200])
    assert found.asks.sizes[30_100.0] == 0.4
    assert found.on_depth(change(12345701, "29900.00", "0", side=1)), "gone already"


def test_changes_of_before_the_snapshot_are_dropped() -> None:
    found = book()
    assert found.on_depth(change(12345678, "30100.00", "9"))
    assert found.on_depth(change(5, "30100.00", "9"))
    assert found.asks.sizes[30_100.0] == 0.1 and found.whole


def test_changes_without_id_or_snapshot_wait_for_the_next_snapshot() -> None:
    found = book(whole=False)
    assert found.on_depth(change(7, "30100.00", "9")) and not found.whole
    found = book()
    assert found.on_depth({"s": "BTC_USDT", "m": 0, "p": "30100.00", "q": "9"})     # an early document's
    assert found.asks.sizes[30_100.0] == 0.1
    found.on_all_depth({**ALL_DEPTH, "id": 0})          # by REST: its u is not the sockets' id
    assert found.on_depth(change(99999999, "30100.00", "9")) and found.asks.sizes[30_100.0] == 0.1


def test_a_torn_book_is_dropped_and_makes_no_tick() -> None:
    found = book()
    found.on_deal(DEAL)
    found.on_depth(change(12345700, "30100.00", "0.4"))
    assert found.on_depth(change(12345700, "30100.00", "0.4")), "told twice"
    assert not found.on_depth(change(12345690, "30200.00", "0.4")), "overtaken"
    assert not found.whole and found.make(MOMENT, MOMENT) is None
    found.on_all_depth(ALL_DEPTH)
    assert found.make(MOMENT, MOMENT) is not None


def test_a_crossed_book_makes_no_tick_until_the_rest_of_the_moment_is_here() -> None:
    found = book()
    found.on_deal(DEAL)
    assert found.on_depth(change(12345800, "30150.00", "1", side=1)) and found.crossed()
    assert found.make(MOMENT, MOMENT) is None
    assert found.on_depth(change(12345801, "30100.00", "0"))
    tick = found.make(MOMENT, MOMENT)
    assert tick is not None and (tick.bid_price_1, tick.ask_price_1) == (30_150, 30_200)


def test_reset() -> None:
    found = book()
    found.reset()
    assert levels(found) == ([], []) and not found.whole
    assert found.on_depth(change(99999999, "30100.00", "9")) and not found.asks.keys
