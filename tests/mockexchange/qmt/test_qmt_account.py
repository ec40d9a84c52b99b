"""Accounts, portfolio and positions (2.2), and the errors around them (2.1). Bodies quoted there are literal here."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from qmt_client import NOON, TRADE, Rest

from mockexchange import MockExchange

COLUMNS = {
    "symbol", "name", "volume", "can_use_volume", "frozen_volume", "market_value", "avg_price", "open_price", "current_price", "profit",
    "profit_ratio",
}


def test_accounts(rest: Rest) -> None:
    answer = rest.get(f"{TRADE}/accounts")
    assert answer.text == (
        '{"accounts":[{"account_id":"10000001","index":0,"nick_name":"\\u8d26\\u62371"},'
        '{"account_id":"10000002","index":1,"nick_name":"\\u8d26\\u62372"}]}\n'
    )
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("options", [{"account_order": "reversed"}], indirect=True)
def test_indices_shift_when_the_configuration_changes(rest: Rest) -> None:
    rows = rest.get(f"{TRADE}/accounts").json["accounts"]
    assert [(row["index"], row["account_id"], row["nick_name"]) for row in rows] == [(0, "10000002", "账户1"), (1, "10000001", "账户2")]
    assert list(rest.positions(0)) == [] and list(rest.positions(1)) == ["000001.SZ"]
    order = rest.order("sell", 1000, 10.9, trader_index=1)
    assert [row["order_id"] for row in rest.orders(1)] == [order["order_id"]] and rest.orders(0) == []


def test_portfolio(rest: Rest) -> None:
    assert rest.get(f"{TRADE}/portfolio/0").json == {"portfolio": {
        "total_asset": 1_010_000.0, "cash": 1_000_000.0, "frozen_cash": 0.0, "market_value": 10_000.0, "profit": 0, "profit_ratio": 0,
    }}
    rest.order("buy", 500, 9.5)
    after = rest.portfolio()
    assert after["frozen_cash"] == 4750.0 + 5.05 and after["cash"] == 1_000_000.0 - 4755.05      # commission 5, transfer fee 0.05
    assert after["total_asset"] == 1_010_000.0


def test_positions(venue: MockExchange, rest: Rest) -> None:
    assert rest.get(f"{TRADE}/positions/0").json == {"positions": [{
        "symbol": "000001.SZ", "name": "平安银行", "volume": 1000, "can_use_volume": 1000, "frozen_volume": 0, "market_value": 10000.0,
        "avg_price": 10.0, "open_price": 10.0, "current_price": 10.0, "profit": 0.0, "profit_ratio": 0.0,
    }]}
    assert rest.get(f"{TRADE}/positions/1").json == {"positions": []}
    rest.order("sell", 200, 10.9)
    venue.set_price("000001.SZ", "10.5")
    row = rest.positions()["000001.SZ"]
    assert set(row) == COLUMNS
    assert (row["volume"], row["can_use_volume"], row["frozen_volume"]) == (1000, 800, 200)
    assert (row["market_value"], row["profit"], row["profit_ratio"]) == pytest.approx((10_500.0, 500.0, 5.0))


def test_the_cost_is_the_mean_of_what_was_bought(venue: MockExchange, rest: Rest) -> None:
    venue.set_price("000001.SZ", "10.6")
    order = rest.row(rest.order("buy", 1000, 10.99)["order_id"])
    assert order["status"] == 56
    cost = (10.0 + order["traded_price"]) / 2
    row = rest.positions()["000001.SZ"]
    assert (row["avg_price"], row["volume"], row["can_use_volume"]) == (pytest.approx(cost), 2000, 1000)
    rest.order("sell", 1000, 9.5)
    sold = rest.positions()["000001.SZ"]
    assert (sold["avg_price"], sold["volume"], sold["can_use_volume"]) == (pytest.approx(cost), 1000, 0)


def test_what_is_sold_to_the_last_share_stays_for_the_day(venue: MockExchange, rest: Rest) -> None:
    assert rest.status(rest.order("sell", 1000, 9.5)["order_id"]) == 56
    row = rest.positions()["000001.SZ"]
    assert (row["volume"], row["can_use_volume"], row["market_value"], row["avg_price"]) == (0, 0, 0.0, 10.0)
    venue.restart(keep_state=True)
    assert list(rest.positions()) == ["000001.SZ"]
    venue.clock(12 * 3_600_000)
    assert rest.positions() == {}


def test_shares_can_be_deposited(venue: MockExchange, rest: Rest) -> None:
    venue.deposit("mock-key", "600000.SH", "300")
    row = rest.positions()["600000.SH"]
    assert (row["volume"], row["can_use_volume"], row["avg_price"], row["name"]) == (300, 300, 8.0, "浦发银行")
    venue.deposit("mock-key", "CNY", "-999000")
    assert rest.portfolio()["cash"] == 1000.0


@pytest.mark.parametrize("options", [{"nan_prices": True, "odd_rows": True}], indirect=True)
def test_odd_rows_and_prices_that_are_missing(rest: Rest) -> None:
    """6, #25 and 2.2: NaN in JSON, and a placeholder code."""
    text = rest.get(f"{TRADE}/positions/0").text
    assert '"current_price":NaN' in text and '"market_value":NaN' in text
    assert rest.positions()["SHR680.SH"]["name"] == "SHR680.SH"
    rest.order("buy", 100, 9.5)
    assert '"traded_price":NaN' in rest.post(f"{TRADE}/orders", {"trader_index": 0}).text


def test_accounts_by_the_command_line_form() -> None:
    with MockExchange("qmt", accounts=["k:s:CNY=500.25,000001.SZ=300", "l:t:"], clock=f"manual={NOON}") as venue:
        rest = Rest(venue.rest, "l", "t", lambda: NOON / 1000)
        assert [rest.portfolio(index)["cash"] for index in (0, 1)] == [500.25, 0.0]
        assert rest.positions(0)["000001.SZ"]["volume"] == 300


@pytest.mark.parametrize("path", ["portfolio", "positions"])
def test_bad_indices(rest: Rest, path: str) -> None:
    assert rest.get(f"{TRADE}/{path}/2").error == (400, "无效的交易器索引")
    for none in ("-1", "x", "1.5", ""):
        answer = rest.get(f"{TRADE}/{path}/{none}")
        assert (answer.status, answer.text) == (404, "Not Found")


@pytest.mark.parametrize("method, path, status", [
    ("GET", "/", 404), ("GET", "/qmt/trade/api/nothing", 404), ("POST", "/qmt/trade/api/outer/trade/batch/buy", 404),
    ("POST", "/qmt/trade/api/accounts", 500), ("GET", "/qmt/trade/api/orders", 500), ("PUT", "/qmt/trade/api/portfolio/0", 500),
    ("DELETE", "/login", 500), ("GET", "/qmt/data/api/get_full_tick", 404), ("GET", "/qmt/data/api/get_market_data_ex", 404),
])
def test_unknown_paths_and_wrong_verbs(rest: Rest, method: str, path: str, status: int) -> None:
    """2.1: plain text, and never 405."""
    answer = rest.call(method, path)
    assert (answer.status, answer.text) == (status, "Not Found" if status == 404 else "Internal Server Error")
    assert answer.headers["content-type"].startswith("text/plain")


def test_the_date_is_the_venues(venue: MockExchange, rest: Rest) -> None:
    """Of every answer, whatever its status."""
    def date(answer: Any) -> float:
        return parsedate_to_datetime(answer.headers["date"]).timestamp() * 1000

    for path in (f"{TRADE}/accounts", "/nothing", "/login", f"{TRADE}/portfolio/9", "/_mock/state"):
        assert date(rest.get(path)) == NOON
    venue.clock(-7_200_000)
    assert date(rest.get(f"{TRADE}/accounts")) == NOON - 7_200_000
    venue.clock(0)
    venue.advance(5_000)
    assert date(rest.get(f"{TRADE}/accounts")) == NOON + 5_000
    venue.faults.add(match="GET *", stage="before_engine", action="status", status=502)
    answer = rest.get(f"{TRADE}/accounts")
    assert (answer.status, date(answer)) == (502, NOON + 5_000)


def test_send_msg(rest: Rest) -> None:
    assert rest.post("/send_msg", {"msg": "你好"}).json == {"status": "success", "message": "消息发送成功"}
    failed = rest.post("/send_msg", {"text": "x"})
    assert (failed.status, failed.json["status"]) == (500, "error")
