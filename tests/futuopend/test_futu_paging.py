"""Iterators over pages."""

from typing import Any

import pytest
from futu_payloads import KLINE, SECURITY
from futu_server import FutuServer, as_json, success

from vnpy_futuopend import FutuOpenDClient
from vnpy_futuopend.errors import FutuBadAnswer, FutuTooManyRequests

ASKED: dict[str, Any] = {"security": SECURITY, "kl_type": 1, "rehab_type": 0, "begin_time": "2026-01-05", "end_time": "2026-01-06"}


def bars(*minutes: int, key: Any = None, blank: bool = False) -> Any:
    rows = [{**KLINE, "time": f"2026-01-05 10:{minute:02}:00"} for minute in minutes]
    if blank:
        rows.append({"time": "2026-01-05 12:00:00", "is_blank": True})
    return success({"security": SECURITY, "name": None, "kl_list": rows, "next_req_key": key})


@pytest.mark.parametrize("end", [None, []])
def test_bars_of_all_pages_without_blank_ones(end: Any, server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(bars(1, 2, key=[0, 200, 255], blank=True), bars(key=[1]), bars(3, key=end))
    assert [row["time"][-5:] for row in client.iter_history_kline(**ASKED)] == ["01:00", "02:00", "03:00"]
    assert [request.json for request in server.seen] == [
        {**ASKED, "max_ack_kl_num": 1000},
        {**ASKED, "max_ack_kl_num": 1000, "next_req_key": [0, 200, 255]},
        {**ASKED, "max_ack_kl_num": 1000, "next_req_key": [1]},
    ]


def test_one_page_without_a_key(server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(success({"security": SECURITY, "kl_list": [KLINE]}))
    assert len(list(client.iter_history_kline(**ASKED))) == 1


def test_pages_that_do_not_end(server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(bars(1, key=[1]), bars(2, key=[2]), bars(3, key=[1]))
    found = []
    with pytest.raises(FutuBadAnswer, match="the same next_req_key again"):
        for row in client.iter_history_kline(**ASKED):
            found.append(row)
    assert len(found) == 3 and len(server.seen) == 3


@pytest.mark.parametrize("key", ["AQID", {"a": 1}, [1.5], ["1"], 5])
def test_a_key_that_is_no_list_of_bytes(key: Any, server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(bars(1, key=key))
    with pytest.raises(FutuBadAnswer, match="next_req_key"):
        list(client.iter_history_kline(**ASKED))


def test_pages_are_asked_for_when_they_are_needed(server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(bars(1, 2, key=[1]), as_json({"error": "slow down"}, 429))
    rows = client.iter_history_kline(**ASKED)
    assert not server.seen
    assert (next(rows)["time"], next(rows)["time"], len(server.seen)) == ("2026-01-05 10:01:00", "2026-01-05 10:02:00", 1)
    with pytest.raises(FutuTooManyRequests):
        next(rows)


def warrants(count: int, last: bool) -> Any:
    return success({"warrant_data_list": [{"name": "W"}] * count, "last_page": last, "all_count": 3})


def test_warrants_of_all_pages(server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(warrants(2, False), warrants(1, True))
    assert len(list(client.iter_warrant(sort_field=1, ascend=True, filters={"type_list": [1]}, num=2))) == 3
    assert [request.json for request in server.seen] == [
        {"type_list": [1], "begin": begin, "num": 2, "sort_field": 1, "ascend": True} for begin in (0, 2)
    ]


def test_an_empty_page_that_is_not_the_last(server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(warrants(0, False))
    with pytest.raises(FutuBadAnswer, match="an empty page that is not the last_page"):
        list(client.iter_warrant(sort_field=1, ascend=True))
