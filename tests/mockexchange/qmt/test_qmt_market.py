"""Market data of build B (2.6)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from qmt_client import DATA, DAY, HOUR, NOON, STILL, Rest

from mockexchange import MockExchange

TICK_FIELDS = {
    "timetag", "timeFmt", "lastPrice", "open", "high", "low", "lastClose", "amount", "volume", "pvolume", "stockStatus", "openInt",
    "lastSettlementPrice", "settlementPrice", "askPrice", "bidPrice", "askVol", "bidVol",
}
BAR_COLUMNS = [
    "time", "timeFmt", "open", "high", "low", "close", "volume", "amount", "settelementPrice", "openInterest", "preClose", "suspendFlag",
]


@pytest.fixture
def options(request: pytest.FixtureRequest) -> dict[str, object]:
    """In the place of the shared one: the venue is of build B."""
    return {"build": "B", **getattr(request, "param", {})}


@pytest.fixture(scope="module")
def reader() -> Iterator[Rest]:
    """For tests that only read bars: what a market has behind it is made once."""
    with MockExchange("qmt", seed=7, options={"build": "B"}, clock=f"manual={NOON}", speed=STILL) as venue:
        yield Rest(venue.rest, now=lambda: NOON / 1000)


def ticks(rest: Rest, codes: str) -> dict[str, Any]:
    answer = rest.get(f"{DATA}/get_full_tick", f"stock_list={codes}")
    assert answer.status == 200 and answer.json["status"] == "success", answer.text
    return dict(answer.json["data"])


def bars(rest: Rest, query: str) -> Any:
    answer = rest.get(f"{DATA}/get_market_data_ex", query)
    assert answer.status == 200, answer.text
    return answer.json["data"]


def test_full_tick(venue: MockExchange, rest: Rest) -> None:
    venue.set_price("000001.SZ", "10.2")
    found = ticks(rest, "000001.SH,600000,999999")
    assert list(found) == ["000001.SZ", "600000.SH"]
    tick = found["000001.SZ"]
    assert set(tick) == TICK_FIELDS
    assert (tick["timetag"], tick["timeFmt"]) == ("20260105 12:00:00.000", "20260105 12:00:00.000")
    assert (tick["lastPrice"], tick["lastClose"], tick["openInt"]) == (10.2, 10.0, 13)
    assert tick["low"] <= tick["open"] <= tick["high"] and tick["high"] >= 10.2
    asks = venue.run(lambda inner: inner.exchange.books["000001.SZ"].asks(5))
    assert tick["askPrice"] == [price / 1e8 for price, _ in asks]
    assert tick["askVol"] == [total // (100 * 10 ** 8) for _, total in asks]            # in 手
    assert len(tick["bidPrice"]) == len(tick["bidVol"]) == 5 and tick["bidPrice"][0] < 10.2 < tick["askPrice"][0] + 0.02
    assert tick["volume"] == tick["pvolume"] // 100


def test_an_empty_book_is_zeros() -> None:
    for missing, text in ((False, "0.0"), (True, "NaN")):
        options = {"build": "B", "nan_prices": missing}
        with MockExchange("qmt", feed="none", options=options, clock=f"manual={NOON}") as venue:
            rest = Rest(venue.rest, now=lambda: NOON / 1000)
            answer = rest.get(f"{DATA}/get_full_tick", "stock_list=000001")
            assert f'"askPrice":[{text},{text},{text},{text},{text}]' in answer.text and '"askVol":[0,0,0,0,0]' in answer.text
            assert json.loads(answer.text)["data"]["000001.SZ"]["lastPrice"] == 10.0


def test_a_session_may_ask(rest: Rest) -> None:
    login = rest.call("POST", "/login", {"Content-Type": "application/x-www-form-urlencoded"}, "username=admin&password=password")
    cookie = login.headers["set-cookie"].partition(";")[0]
    assert rest.call("GET", f"{DATA}/get_full_tick?stock_list=000001", {"Cookie": cookie}).status == 200
    assert rest.call("GET", f"{DATA}/get_full_tick").error == (401, "未登录或缺少必要的签名验证参数")


def test_day_bars(reader: Rest) -> None:
    """The last 60 days by default, as pandas splits a frame; time is the day's midnight in Shanghai, in ms."""
    table = bars(reader, "stock_list=000001")["000001.SZ"]
    assert table["columns"] == ["time", "open", "high", "low", "close", "volume", "amount", *BAR_COLUMNS[8:], "timeFmt"]
    assert len(table["data"]) == len(table["index"]) and table["index"][-2:] == ["20260104", "20260105"]
    row = dict(zip(table["columns"], table["data"][-1], strict=True))
    assert (row["time"], row["timeFmt"]) == (NOON - 12 * HOUR, "20260105")
    assert row["low"] <= min(row["open"], row["close"]) and row["high"] >= max(row["open"], row["close"])
    assert row["preClose"] == dict(zip(table["columns"], table["data"][-2], strict=True))["close"]


def test_minute_bars_are_stamped_with_their_end(reader: Rest) -> None:
    rows = bars(reader, "stock_list=000001,600000&period=1m&json=1&start_time=20260105&end_time=20260105&count=3")
    assert list(rows) == ["000001.SZ", "600000.SH"]
    assert [row["time"] for row in rows["000001.SZ"]] == [NOON - 120_000, NOON - 60_000, NOON]
    assert set(rows["000001.SZ"][0]) == set(BAR_COLUMNS)


@pytest.mark.parametrize("period, step", [("5m", 300_000), ("15m", 900_000), ("30m", 1_800_000), ("1h", HOUR), ("1d", DAY), ("1w", 7 * DAY)])
def test_periods(reader: Rest, period: str, step: int) -> None:
    rows = bars(reader, f"stock_list=000001&period={period}&json=1&start_time=20251215&end_time=20260105")["000001.SZ"]
    times = [row["time"] for row in rows]
    assert len(times) > 1 and {later - earlier for earlier, later in zip(times, times[1:], strict=False)} == {step}


def test_months_ticks_and_fields(venue: MockExchange, rest: Rest) -> None:
    assert bars(rest, "stock_list=000001&period=1mon&json=1")["000001.SZ"][-1]["timeFmt"] == "20260101"
    venue.set_price("000001.SZ", "10.1")
    [trade] = bars(rest, "stock_list=000001&period=tick&json=1&count=1")["000001.SZ"]
    assert (trade["lastPrice"], trade["time"]) == (10.1, NOON)
    table = bars(rest, "stock_list=000001&field_list=close,volume&count=2")["000001.SZ"]
    assert table["columns"] == ["close", "volume"] and len(table["data"]) == 2


def test_errors(reader: Rest) -> None:
    for path in ("get_full_tick", "get_market_data_ex"):
        assert reader.get(f"{DATA}/{path}").error == (400, "缺少必要参数: stock_list")
    for query in ("period=2d", "count=x", "start_time=yesterday"):
        answer = reader.get(f"{DATA}/get_market_data_ex", f"stock_list=000001&{query}")
        assert answer.error == (500, "接口异常: get_market_data_ex")


@pytest.mark.parametrize("options", [{"calendar": "exchange"}], indirect=True)
def test_hours_of_the_exchange(venue: MockExchange, rest: Rest) -> None:
    """Trading states, and no bars of nights, breaks and week-ends."""
    assert ticks(rest, "000001")["000001.SZ"]["openInt"] == 14
    days = [row["timeFmt"] for row in bars(rest, "stock_list=000001&json=1&start_time=20251229&end_time=20260105")["000001.SZ"]]
    assert days == ["20251229", "20251230", "20251231", "20260105"]
    minutes = bars(rest, "stock_list=000001&period=1h&json=1&start_time=20251230&end_time=20251230")["000001.SZ"]
    assert [(row["time"] // HOUR + 8) % 24 for row in minutes] == [11, 12, 14, 15]
    for hours, state in ((1.5, 13), (2.96, 18), (4, 15)):
        venue.advance(round(NOON + hours * HOUR) - venue.state()["now"])
        assert ticks(rest, "000001")["000001.SZ"]["openInt"] == state
