"""Subscriptions, quotes, K lines and the small routes (spec 2.2 to 2.12, 2.25)."""

from typing import Any

import pytest
from futu_client import APPLE, DAY, HOUR, NOON, TENCENT, TRACKER, Rest

from mockexchange import MockExchange


def test_global_state_and_user_info(rest: Rest) -> None:
    state = rest.get("global-state").s2c
    assert (state["market_hk"], state["qot_logined"], state["trd_logined"], state["time"]) == (5, True, True, NOON // 1000)
    assert {"market_us", "market_sh", "market_sz", "market_hk_future", "server_ver", "server_build_no"} <= set(state)
    info = rest.get("user-info").s2c
    assert (info["sub_quota"], info["history_kl_quota"], info["hk_qot_right"]) == (300, 100, 3)


# subscriptions

def test_not_subscribed(rest: Rest) -> None:
    for path, body in (
        ("quote", {"security_list": [TENCENT]}), ("orderbook", {"security": TENCENT, "num": 10}),
        ("ticker", {"security": TENCENT, "max_ret_num": 10}), ("broker", {"security": TENCENT}), ("rt", {"security": TENCENT}),
        ("kline", {"security": TENCENT, "rehab_type": 0, "kl_type": 1, "req_num": 10}),
    ):
        kind, text, _ = rest.post(path, body).failure
        assert kind == -1 and "not subscribed" in text, path


def test_subscribe_and_sub_info(venue: MockExchange, rest: Rest) -> None:
    assert rest.get("sub-info").s2c == {"conn_sub_info_list": [], "total_used_quota": 0, "remain_quota": 300}
    assert rest.subscribe(1, 2).s2c == {}
    rest.subscribe(1, security=APPLE)
    s2c = rest.get("sub-info").s2c
    [own] = s2c["conn_sub_info_list"]
    assert (s2c["total_used_quota"], s2c["remain_quota"], own["is_own_conn_data"]) == (3, 297, True)
    assert {each["sub_type"]: each["security_list"] for each in own["sub_info_list"]} == {1: [TENCENT, APPLE], 2: [TENCENT]}
    assert rest.post("quote", security_list=[TENCENT, APPLE]).s2c["basic_qot_list"][1]["security"] == APPLE
    assert "can be ended after 60" in rest.subscribe(1, is_sub_or_un_sub=False).failure[1]
    venue.advance(60_000)
    assert rest.subscribe(1, is_sub_or_un_sub=False).s2c == {}
    assert rest.post("quote", security_list=[TENCENT]).failure[0] == -1
    assert rest.subscribe(is_unsub_all=True).s2c == {} and rest.get("sub-info").s2c["total_used_quota"] == 0


@pytest.mark.parametrize("body", [
    {"security_list": []}, {"sub_type_list": []}, {"sub_type_list": [3]}, {"security_list": [{"market": 1, "code": "99999"}]},
    {"security_list": [{"market": 11, "code": "00700"}]},
])
def test_subscriptions_that_fail(rest: Rest, body: dict[str, Any]) -> None:
    assert rest.subscribe(1, **body).failure[0] == -1
    assert rest.get("sub-info").s2c["total_used_quota"] == 0


@pytest.mark.parametrize("options", [{"sub_quota": 2, "cache_ms": 500}], indirect=True)
def test_the_quota_and_the_cache(venue: MockExchange, rest: Rest) -> None:
    assert "quota" in rest.subscribe(1, 2, 4).failure[1]
    rest.subscribe(1, 2)
    assert "cache not ready" in rest.post("quote", security_list=[TENCENT]).failure[1]
    venue.advance(500)
    assert rest.post("quote", security_list=[TENCENT]).s2c["basic_qot_list"]


# quotes

def test_quote(venue: MockExchange, rest: Rest) -> None:
    rest.subscribe(1)
    venue.set_price("00700", "310")
    [quote] = rest.post("quote", security_list=[TENCENT]).s2c["basic_qot_list"]
    assert (quote["cur_price"], quote["last_close_price"], quote["name"], quote["price_spread"]) == (310.0, 300.0, "TENCENT", 0.2)
    assert quote["low_price"] <= quote["open_price"] <= quote["high_price"] == 310.0
    assert (quote["list_time"], quote["update_time"], quote["is_suspended"]) == ("2004-06-16", "2026-01-05 12:00:00", False)
    assert isinstance(quote["volume"], int) and quote["turnover"] > 0
    assert quote["pre_market"] is None and "bid_price" not in quote
    venue.set_symbol_status("00700", "HALT")
    assert rest.post("quote", security_list=[TENCENT]).s2c["basic_qot_list"][0]["is_suspended"] is True


def test_orderbook_and_ticker(venue: MockExchange, rest: Rest) -> None:
    rest.subscribe(2, 4)
    book = rest.post("orderbook", security=TENCENT, num=5).s2c
    bids, asks = book["order_book_bid_list"], book["order_book_ask_list"]
    assert len(bids) == len(asks) == 5 and bids[0]["price"] < asks[0]["price"]
    assert [row["price"] for row in bids] == sorted((row["price"] for row in bids), reverse=True)
    assert set(bids[0]) == {"price", "volume", "oreder_count", "detail_list", "hp_volume"} and bids[0]["oreder_count"] >= 1
    assert book["svr_recv_time_bid_timestamp"] == NOON / 1000
    rest.buy(100, 303.0)
    [trade] = rest.post("ticker", security=TENCENT, max_ret_num=1).s2c["ticker_list"]
    assert (trade["price"], trade["volume"], trade["dir"], trade["timestamp"]) == (asks[0]["price"], 100, 1, NOON / 1000)
    assert trade["turnover"] == 100 * asks[0]["price"] and isinstance(trade["sequence"], int)
    assert rest.post("ticker", security=TENCENT, max_ret_num=1001).failure[0] == -1
    assert rest.post("orderbook", security=TENCENT, num=0).failure[0] == -1


def test_snapshot_and_static_info(rest: Rest) -> None:
    tencent, tracker = rest.post("snapshot", security_list=[TENCENT, TRACKER]).s2c["snapshot_list"]
    basic = tencent["basic"]
    assert (basic["lot_size"], basic["price_spread"], basic["type"], basic["cur_price"]) == (100, 0.2, 3, 300.0)
    assert basic["bid_price"] < basic["ask_price"] and basic["bid_vol"] >= 100
    assert tencent["equity_ex_data"] and tencent["option_ex_data"] is None and tracker["trust_ex_data"]
    assert (tracker["basic"]["lot_size"], tracker["basic"]["price_spread"], tracker["basic"]["type"]) == (500, 0.02, 4)
    [info] = rest.post("static-info", security_list=[TENCENT]).s2c["static_info_list"]
    assert info["basic"] == {
        "security": TENCENT, "id": info["basic"]["id"], "lot_size": 100, "sec_type": 3, "name": "TENCENT",
        "list_time": "2004-06-16", "delisting": False, "list_timestamp": 1087315200.0, "exch_type": 1,
    }

    def codes(**body: int) -> list[str]:
        return [row["basic"]["security"]["code"] for row in rest.post("static-info", **body).s2c["static_info_list"]]

    assert codes(market=1, sec_type=3) == ["00700", "09988", "00005", "00939"] and codes(market=11, sec_type=3) == ["AAPL", "TSLA"]
    assert codes(market=1, sec_type=4) == ["02800"] and codes(market=31) == []
    assert rest.post("static-info").error[0] == 400
    assert rest.post("snapshot", security_list=[{"market": 1, "code": "HK.00700"}]).s2c["snapshot_list"][0]["basic"] == basic


def test_a_symbol_is_removed(venue: MockExchange, rest: Rest) -> None:
    order = rest.buy(100, 290.0)
    venue.remove_symbol("00700")
    assert rest.status(order) == 15
    assert rest.send(1, 100, 290.0).failure[0] == rest.post("snapshot", security_list=[TENCENT]).failure[0] == -1
    venue.add_symbol("00700")
    assert rest.buy(100, 290.0)


def test_market_state(rest: Rest) -> None:
    rows = rest.post("market-state", security_list=[TENCENT, APPLE]).s2c["market_info_list"]
    assert [(row["security"], row["name"], row["market_state"]) for row in rows] == [(TENCENT, "TENCENT", 5), (APPLE, "Apple", 5)]


# K lines

KINDS: dict[int, int] = {1: 1, 10: 3, 6: 5, 12: 10, 7: 15, 8: 30, 9: 60, 13: 120, 14: 180, 15: 240}


def history(rest: Rest, kind: int, begin: str, end: str, security: dict[str, Any] = TENCENT, **more: Any) -> Any:
    body = {"security": security, "rehab_type": 0, "kl_type": kind, "begin_time": begin, "end_time": end}
    return rest.post("history-kline", {**body, **more}).s2c


def test_parts_of_a_day_are_labelled_with_their_end(rest: Rest) -> None:
    minutes = history(rest, 1, "2026-01-05 00:00:00", "2026-01-05 12:00:00")["kl_list"]
    assert minutes[0]["time"] == "2026-01-05 00:00:00" and minutes[-1]["time"] == "2026-01-05 12:00:00" and len(minutes) == 721
    assert [row["timestamp"] for row in minutes] == [NOON / 1000 - 60 * n for n in range(720, -1, -1)]
    assert minutes[-1]["close_price"] == 300.0
    assert all(row["last_close_price"] == before["close_price"] for before, row in zip(minutes, minutes[1:], strict=False))
    for kind, size in KINDS.items():
        rows = history(rest, kind, "2026-01-05 00:00:01", "2026-01-05 12:00:00")["kl_list"]
        assert len(rows) == 720 // size, kind
        for place, row in enumerate(rows):
            part = minutes[1 + place * size:1 + (place + 1) * size]
            assert row["time"] == part[-1]["time"] and row["high_price"] == max(each["high_price"] for each in part)
            assert (row["open_price"], row["close_price"]) == (part[0]["open_price"], part[-1]["close_price"])
            assert row["volume"] == sum(each["volume"] for each in part)


def test_days_and_longer_are_labelled_with_midnight(rest: Rest) -> None:
    days = history(rest, 2, "2025-12-20", "2026-01-05")["kl_list"]
    assert [row["time"] for row in days][:2] == ["2025-12-20 00:00:00", "2025-12-21 00:00:00"] and len(days) == 17
    american = history(rest, 2, "2025-12-20", "2026-01-05", APPLE)["kl_list"]
    assert american[-1]["time"] == "2026-01-04 00:00:00" and american[-1]["timestamp"] == 1767502800.0
    weeks, months = history(rest, 3, "2025-12-20", "2026-01-05")["kl_list"], history(rest, 4, "2025-11-01", "2026-01-05")["kl_list"]
    assert [row["time"][:10] for row in weeks] == ["2025-12-22", "2025-12-29", "2026-01-05"]
    assert [row["time"][:10] for row in months] == ["2025-12-01", "2026-01-01"]
    for kind, labels in ((11, ["2025-10-01", "2026-01-01"]), (5, ["2025-01-01", "2026-01-01"])):
        assert [row["time"][:10] for row in history(rest, kind, "2025-01-01", "2026-01-05")["kl_list"]] == labels


def test_pages(rest: Rest) -> None:
    whole = history(rest, 1, "2026-01-05 10:00:00", "2026-01-05 11:00:00")
    assert whole["next_req_key"] is None and len(whole["kl_list"]) == 61
    found: list[Any] = []
    key = None
    for size in (25, 25, 11):
        page = history(rest, 1, "2026-01-05 10:00:00", "2026-01-05 11:00:00", max_ack_kl_num=25, next_req_key=key)
        found += page["kl_list"]
        key = page["next_req_key"]
        assert len(page["kl_list"]) == size and (key is None) == (size == 11)
        assert key is None or all(isinstance(each, int) and 0 <= each <= 255 for each in key)
    assert found == whole["kl_list"]
    body = {"security": TENCENT, "rehab_type": 0, "kl_type": 1, "begin_time": "2026-01-05", "end_time": "2026-01-05"}
    assert rest.post("history-kline", body, next_req_key=[1, 2]).failure[0] == -1
    assert rest.post("history-kline", body, max_ack_kl_num=1001).failure[0] == -1
    assert rest.post("history-kline", {**body, "begin_time": "then"}).failure[0] == -1
    assert rest.post("history-kline", {**body, "kl_type": 16}).failure[0] == -1


@pytest.mark.parametrize("options", [{"history_quota": 1}], indirect=True)
def test_the_quota_of_histories(venue: MockExchange, rest: Rest) -> None:
    history(rest, 2, "2026-01-01", "2026-01-05")
    history(rest, 1, "2026-01-05", "2026-01-05")
    assert rest.get("user-info").s2c["history_kl_quota"] == 0
    body = {"security": APPLE, "rehab_type": 0, "kl_type": 2, "begin_time": "2026-01-01", "end_time": "2026-01-05"}
    assert "quota" in rest.post("history-kline", body).failure[1]


def test_kline(venue: MockExchange, rest: Rest) -> None:
    rest.subscribe(11, 6)
    body = {"security": TENCENT, "rehab_type": 1, "kl_type": 1, "req_num": 5}
    rows = rest.post("kline", body).s2c["kl_list"]
    assert [row["time"][11:16] for row in rows] == ["11:56", "11:57", "11:58", "11:59", "12:00"]
    venue.set_price("00700", "305")
    venue.advance(1000)
    [live] = rest.post("kline", {**body, "req_num": 1}).s2c["kl_list"]
    assert (live["time"], live["close_price"]) == ("2026-01-05 12:01:00", 305.0)
    [day] = rest.post("kline", {**body, "kl_type": 2, "req_num": 1}).s2c["kl_list"]
    assert (day["time"], day["close_price"]) == ("2026-01-05 00:00:00", 305.0)
    assert "not subscribed" in rest.post("kline", {**body, "kl_type": 9}).failure[1]
    assert rest.post("kline", {**body, "req_num": 1001}).failure[0] == -1


# the small routes

def test_small_routes(rest: Rest) -> None:
    rest.subscribe(5, 14)
    queue = rest.post("broker", security=TENCENT).s2c
    assert queue["broker_bid_list"] and set(queue["broker_ask_list"][0]) == {"id", "name", "pos", "order_id", "volume"}
    points = rest.post("rt", security=TENCENT).s2c["rt_list"]
    assert points[-1]["time"] == "2026-01-05 12:00:00" and points[-1]["price"] == 300.0 and points[-1]["minute"] == 720
    plates = rest.post("plate-set", market=1, plate_set_type=0).s2c["plate_info_list"]
    [plate] = [each["plate"] for each in plates if each["name"] == "Banks"]
    members = rest.post("plate-security", plate=plate).s2c["static_info_list"]
    assert [each["basic"]["security"]["code"] for each in members] == ["00005", "00939"]
    [owner] = rest.post("owner-plate", security_list=[{"market": 1, "code": "00005"}]).s2c["owner_plate_list"]
    assert plate in [each["plate"] for each in owner["plate_info_list"]]
    assert rest.post("reference", security=TENCENT, reference_type=1).s2c == {"static_info_list": []}
    chain = {"owner": TENCENT, "begin_time": "2026-01-05", "end_time": "2026-02-01"}
    assert rest.post("option-chain", chain).s2c == {"option_chain": []}
    assert rest.post("option-chain", {**chain, "end_time": "2026-03-01"}).failure[0] == -1
    assert rest.post("warrant", begin=0, num=10, sort_field=1, ascend=True).s2c == {"warrant_data_list": [], "last_page": True, "all_count": 0}
    flow = rest.post("capital-flow", security=TENCENT).s2c
    assert flow["flow_item_list"][-1]["time"] == "2026-01-05 12:00:00" and "last_valid_time" in flow
    assert rest.post("capital-distribution", security=TENCENT).s2c["capital_in_big"] > 0
    group = rest.post("user-security", group_name="US").s2c["static_info_list"]
    assert [each["basic"]["name"] for each in group] == ["Apple", "Tesla", "SPDR S&P 500 ETF"]
    page = rest.post("stock-filter", begin=4, num=2, market=1).s2c
    assert (page["last_page"], page["all_count"], page["data_list"][0]["security"]["code"]) == (True, 5, "00939")
    assert rest.post("ipo-list", market=1).s2c == {"ipo_list": []}
    assert rest.post("future-info", security_list=[TENCENT]).s2c == {"future_info_list": []}
    assert set(rest.get("delay-statistics").s2c) == set(rest.post("delay-statistics", type_list=[1]).s2c)
    for path, body in (
        ("plate-set", {"market": 31, "plate_set_type": 0}), ("plate-security", {"plate": {"market": 1, "code": "BK"}}),
        ("user-security", {"group_name": "Mine"}), ("ipo-list", {"market": 31}),
    ):
        assert rest.post(path, body).failure[0] == -1


# days of two markets

def test_the_days_of_two_markets_end_apart(venue: MockExchange, rest: Rest) -> None:
    """Noon in Hong Kong is 23:00 in New York: its day ends an hour later, Hong Kong's after twelve."""
    hk, us = rest.buy(100, 290.0), rest.buy(1, 190.0, "AAPL", header={"trd_env": 0, "acc_id": 987654, "trd_market": 2})
    kept = rest.buy(100, 289.0, time_in_force=1)
    header = {"trd_env": 0, "acc_id": 987654, "trd_market": 2}
    venue.advance(HOUR - 1)
    assert rest.status(us, header) == 5
    venue.advance(2)
    assert rest.status(us, header) == 15 and rest.status(hk) == 5
    venue.advance(11 * HOUR)
    assert (rest.status(kept), rest.status(hk)) == (5, 15)
    venue.advance(DAY)
    assert [row["order_id"] for row in rest.orders()] == [kept]
