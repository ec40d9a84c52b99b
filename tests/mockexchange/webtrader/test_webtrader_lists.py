"""What can be read: spec 3, 3.2, 5; and what keeps a list from coming."""

import http.client
import json
import time
from typing import Any

import pytest
from webtrader_client import DEADLINE, EN, SYMBOL, VT_SYMBOL, Rest
from waiting import until

from mockexchange import MockExchange

ENGLISH = pytest.mark.parametrize("options", [{"language": "en"}], indirect=True)


def test_literal_rows(rest: Rest) -> None:
    """The rows of spec 3.2 that MockBinance has, key by key."""
    contract = rest.rows("contract")[0]
    literal = json.loads(
        '{"gateway_name":"MOCKBINANCE","symbol":"BTCUSDT_SPOT_BINANCE","exchange":"GLOBAL","name":"BTCUSDT","product":"现货","size":1,'
        '"pricetick":0.01,"min_volume":1e-05,"max_volume":9000.0,"stop_supported":true,"net_position":true,"history_data":true,'
        '"option_strike":null,"option_underlying":null,"option_type":null,"option_listed":null,"option_expiry":null,"option_portfolio":null,'
        '"option_index":null,"vt_symbol":"BTCUSDT_SPOT_BINANCE.GLOBAL","extra":{"base":"BTC","quote":"USDT","status":"TRADING"}}'
    )
    assert contract == literal and list(contract) == list(literal)
    assert [row["name"] for row in rest.rows("contract")] == ["BTCUSDT", "ETHUSDT", "BNBUSDT", "ETHBTC"]
    assert rest.rows("account") == [{
        "gateway_name": "MOCKBINANCE", "accountid": "USDT", "balance": 100000.0, "frozen": 0.0, "available": 100000.0,
        "vt_accountid": "MOCKBINANCE.USDT",
    }]
    assert rest.rows("position") == [{
        "gateway_name": "MOCKBINANCE", "symbol": SYMBOL, "exchange": "GLOBAL", "direction": "净", "volume": 1.0, "frozen": 0.0, "price": 0,
        "pnl": 0, "yd_volume": 0, "vt_symbol": VT_SYMBOL, "vt_positionid": f"MOCKBINANCE.{VT_SYMBOL}.净",
    }]
    assert rest.rows("order") == rest.rows("trade") == rest.rows("tick") == []


def test_the_form_of_an_answer(rest: Rest) -> None:
    answer = rest.call("GET", "/account", Accept_Encoding="gzip")
    assert answer.headers["content-type"] == "application/json" and answer.headers["server"] == "uvicorn"
    assert "content-encoding" not in answer.headers and ", " not in answer.text
    assert "净" in rest.call("GET", "/position").text              # unescaped (spec 3)


@ENGLISH
def test_english_words(rest: Rest) -> None:
    assert rest.rows("contract")[0]["product"] == "Spot"
    position = rest.rows("position")[0]
    assert position["direction"] == "Net" and position["vt_positionid"].endswith(".Net")
    assert rest.row(rest.order())["status"] == "Not Traded"
    chinese = rest.send(direction="多", type="限价")
    assert chinese.status == 422
    assert chinese.json["detail"][0]["ctx"] == {"expected": "'Long', 'Short' or 'Net'"}


@pytest.mark.parametrize(("options", "direction", "offset", "kinds"), [
    ({}, ["多", "空", "净"], ["", "开", "平", "平今", "平昨"], ["限价", "市价", "STOP", "FAK", "FOK", "询价", "ETF"]),
    (
        {"language": "en"}, ["Long", "Short", "Net"], ["", "Open", "Close", "Close Today", "Close Yesterday"],
        ["Limit", "Market", "STOP", "FAK", "FOK", "RFQ", "ETF"],
    ),
], indirect=["options"])
def test_the_schema_shows_the_words(rest: Rest, direction: list[str], offset: list[str], kinds: list[str]) -> None:
    """Without a token, in the order of the definition (spec 5.1)."""
    schemas: dict[str, Any] = Rest(f"http://{rest.address}").call("GET", "/openapi.json").json["components"]["schemas"]
    assert [schemas[name]["enum"] for name in ("Direction", "Offset", "OrderType")] == [direction, offset, kinds]
    assert "EUX" in schemas["Exchange"]["enum"]


def test_pages_need_no_token(rest: Rest) -> None:
    for path in ("/", "/docs"):
        answer = Rest(f"http://{rest.address}").call("GET", path)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_what_there_is_not(rest: Rest) -> None:
    for path in ("log", "exchange", "gateway", "history", "bar", "quote", "connect", "health", "account/MOCKBINANCE.USDT", "ws/"):
        answer = rest.call("GET", f"/{path}")
        assert (answer.status, answer.json) == (404, {"detail": "Not Found"}), path
    for method, path, allowed in (
        ("GET", "/order/CTP.1", "DELETE"), ("PUT", "/order", "POST"), ("POST", "/account", "GET"), ("OPTIONS", "/order", "POST"),
        ("GET", f"/tick/{VT_SYMBOL}", "POST"), ("HEAD", "/account", "GET"),
    ):
        answer = rest.call(method, path)
        assert (answer.status, answer.headers["allow"]) == (405, allowed), path
        assert method == "HEAD" or answer.json == {"detail": "Method Not Allowed"}
    for method in ("GET", "POST", "DELETE"):
        answer = rest.call(method, "/order/?a=1", "" if method == "POST" else None)
        assert (answer.status, answer.headers["location"]) == (307, f"http://{rest.address}/order?a=1")


def test_an_idle_connection_is_closed(venue: MockExchange, rest: Rest) -> None:
    """After 5 s (spec 3), here after fewer; one that is used is not."""
    assert venue.run(lambda one: one.options.keep_alive_ms) == 5_000
    venue.set_options(keep_alive_ms=300)
    connection = http.client.HTTPConnection(rest.address, timeout=DEADLINE)
    began = time.monotonic()
    while time.monotonic() - began < 0.6:
        connection.request("GET", "/account", headers={"Authorization": f"Bearer {rest.token}"})
        connection.getresponse().read()
    idle = time.monotonic()
    assert connection.sock.recv(1) == b"" and time.monotonic() - idle > 0.2
    connection.close()


# -- illnesses

def test_20000_contracts(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(more_contracts=20_000)
    answer = rest.call("GET", "/contract")
    rows = answer.json
    assert len(rows) == 20_004 and len({row["vt_symbol"] for row in rows}) == 20_004
    assert 350 < len(answer.text) / len(rows) < 500                # bytes a contract (spec 7.2)
    last = rows[-1]
    assert rest.subscribe(last["vt_symbol"]).json is None
    answer = rest.send(symbol=last["symbol"], exchange=last["exchange"])
    assert (answer.status, answer.json) == (200, "")                # the contract's gateway is not there (spec 3.4)
    assert rest.send(symbol="SIM20000", exchange="LOCAL").status == 404


@pytest.mark.parametrize("name", ["order", "trade", "account", "position", "contract", "tick"])
def test_one_list_cannot_be_sent(venue: MockExchange, rest: Rest, name: str) -> None:
    """500 for the whole list, and nothing else is the worse for it (spec 5.3)."""
    venue.set_options(broken_lists=name)
    assert rest.call("GET", f"/{name}").is_bare_500
    for other in {"order", "trade", "account", "position", "contract", "tick"} - {name}:
        assert rest.call("GET", f"/{other}").status == 200
    assert rest.order()


def test_numbers_that_are_none_are_null_over_rest(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(nan_fields="available,price", null_fields="frozen")
    account = rest.rows("account")[0]
    assert (account["available"], account["frozen"], account["balance"]) == (None, None, 100000.0)
    assert rest.rows("position")[0]["price"] is None


def test_words_and_keys_that_no_version_has(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(odd_words="status,product", extra_keys=True)
    rest.order()
    [row] = rest.rows("order")
    assert (row["status"], row["direction"], row["new_field"]) == ("BRAND_NEW", "多", {"a": 1})
    assert rest.rows("contract")[0]["product"] == "BRAND_NEW"
    rest.subscribe()
    assert until(lambda: rest.rows("tick"))[0]["bid_price_10"] > 0


def test_two_remote_gateways_with_one_symbol(venue: MockExchange, rest: Rest) -> None:
    """Ids and names collide; the contract row names one of them (spec 8.2)."""
    venue.set_options(gateways="two", trading="down")
    venue.set_options(trading="up")
    ours = rest.order()
    accounts = rest.rows("account")
    assert {row["accountid"] for row in accounts} == {"USDT"} and len({row["vt_accountid"] for row in accounts}) == 2
    positions = [row for row in rest.rows("position") if row["vt_symbol"] == VT_SYMBOL]
    assert {row["gateway_name"] for row in positions} == {"MOCKBINANCE", "OTHERBINANCE"}
    assert {row["gateway_name"] for row in rest.rows("contract")} == {"MOCKBINANCE"}
    orders = {row["vt_orderid"]: row["orderid"] for row in rest.rows("order")}
    assert len(orders) == 2 and len(set(orders.values())) == 1 and ours in orders


def test_users_have_accounts_of_their_own() -> None:
    accounts = ["one:a:USDT=1000", "two:b:USDT=2000"]
    with MockExchange("webtrader", accounts=accounts) as venue:
        for user, password, balance in (("one", "a", 1000.0), ("two", "b", 2000.0)):
            rest = Rest(venue.rest, user, password, EN)
            rest.login()
            assert [row["balance"] for row in rest.rows("account")] == [balance]


def test_a_connection_in_use_is_not_closed(venue: MockExchange, rest: Rest) -> None:
    """A request that a fault holds back, and a websocket that came on a connection with a past."""
    venue.set_options(keep_alive_ms=100)
    connection = http.client.HTTPConnection(rest.address, timeout=DEADLINE)
    headers = {"Authorization": f"Bearer {rest.token}"}
    for delay in (0, 400):
        if delay:
            venue.faults.add(match="GET /account", stage="before_engine", action="delay", ms=delay)
        connection.request("GET", "/account", headers=headers)
        assert connection.getresponse().read()
    connection.request("GET", f"/ws/?token={rest.token}", headers={
        "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
    })
    connection.sock.settimeout(0.4)
    assert b" 101 " in connection.sock.recv(4096)
    with pytest.raises(TimeoutError):
        connection.sock.recv(1)
    connection.close()
