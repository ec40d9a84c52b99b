"""The option ``unsigned``: both ways a QTE server's clients may go (QTE's analysis document, 2.3.1: way 1 and way 2)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from binance_rest import Answer, Rest

from mockexchange import MockExchange
from mockexchange.dialects.binance.signature import unsigned_key
from mockexchange.server.cli import main

PLAIN: dict[str, str] = {"X-API-KEY": "mock-key"}
BOTH: dict[str, str] = {"X-API-KEY": "mock-key", "X-MBX-APIKEY": "mock-key"}
ORDER: str = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1.0&price=30000.0&newClientOrderId=custom-id"
MISSING: str = "Mandatory parameter '{}' was not sent, was empty/null, or malformed."


@pytest.fixture
def unsigned() -> Iterator[MockExchange]:
    with MockExchange("binance", feed="none", seed=7, options={"unsigned": True}) as running:
        yield running


@pytest.fixture
def plain(unsigned: MockExchange) -> Iterator[Rest]:
    """Its ``call`` is the unsigned way, its ``signed`` the other one."""
    client = Rest(unsigned.rest)
    yield client
    client.connection.close()


def test_a_day_with_nothing_but_the_key(plain: Rest) -> None:
    """Way 1: a preset X-API-KEY, no timestamp, no signature; everything else is Binance's."""
    placed = plain.call("POST", "/api/v3/order", PLAIN, ORDER)
    assert placed.status == 200, placed.text
    body = placed.json
    assert (body["clientOrderId"], body["status"], body["origQty"]) == ("custom-id", "NEW", "1.00000000")
    found = plain.call("GET", f"/api/v3/order?symbol=BTCUSDT&orderId={body['orderId']}", PLAIN).json
    assert (found["clientOrderId"], found["price"]) == ("custom-id", "30000.00000000")
    assert [row["orderId"] for row in plain.call("GET", "/api/v3/openOrders", PLAIN).json] == [body["orderId"]]
    locked = {row["asset"]: row["locked"] for row in plain.call("GET", "/api/v3/account", PLAIN).json["balances"]}
    assert locked["USDT"] == "30000.00000000"
    gone = plain.call("DELETE", "/api/v3/order?symbol=BTCUSDT&origClientOrderId=custom-id", PLAIN).json
    assert (gone["status"], gone["origClientOrderId"]) == ("CANCELED", "custom-id")
    assert [row["status"] for row in plain.call("GET", "/api/v3/allOrders?symbol=BTCUSDT", PLAIN).json] == ["CANCELED"]
    assert plain.call("GET", "/api/v3/myTrades?symbol=BTCUSDT", PLAIN).json == []


def test_timestamp_window_and_signature_are_not_looked_at(plain: Rest) -> None:
    for query in ("timestamp=1499827319559", "recvWindow=5000&timestamp=soon", "signature=x", "timestamp=1&signature=x"):
        assert plain.call("GET", f"/api/v3/account?{query}", PLAIN).status == 200, query


def test_signed_calls_are_verified_all_the_same(unsigned: MockExchange, plain: Rest) -> None:
    """Way 2, on the same venue and also beside the other header."""
    assert plain.signed("GET", "account").status == 200
    assert plain.signed("GET", "account", PLAIN).status == 200
    wrong = Rest(unsigned.rest, "mock-key", "wrong")
    for headers in ({}, PLAIN):
        assert wrong.signed("GET", "account", headers).error == (400, -1022, "Signature for this request is not valid.")
    assert wrong.signed("GET", "account", timestamp=1499827319559).error[1] == -1021
    wrong.connection.close()


def test_binances_header_alone_means_a_signature(plain: Rest) -> None:
    signed_only = {"X-MBX-APIKEY": "mock-key"}
    assert plain.call("GET", "/api/v3/account", signed_only).error == (400, -1102, MISSING.format("timestamp"))
    assert plain.call("GET", "/api/v3/account", BOTH).status == 200, "a QTE client that sends both headers"


def test_a_key_is_needed(plain: Rest) -> None:
    def ask(headers: dict[str, str]) -> Answer:
        return plain.call("GET", "/api/v3/account", headers)

    assert ask({}).error == (401, -2014, "API-key format invalid.")
    assert ask({"X-API-KEY": ""}).error == (401, -2014, "API-key format invalid.")
    assert ask({"X-API-KEY": "a b"}).error == (401, -2014, "API-key format invalid.")
    assert ask({"X-API-KEY": "nobody"}).error == (401, -2015, "Invalid API-key, IP, or permissions for action.")
    assert plain.call("GET", "/api/v3/time").status == 200, "public calls need none"


def test_a_venue_without_the_option_wants_signatures(venue: MockExchange, rest: Rest) -> None:
    assert venue.state()["options"]["unsigned"] is False
    assert rest.call("GET", "/api/v3/account", PLAIN).error == (401, -2014, "API-key format invalid.")
    assert rest.call("GET", "/api/v3/account", BOTH).error == (400, -1102, MISSING.format("timestamp"))
    venue.set_options(unsigned=True)
    assert rest.call("GET", "/api/v3/account", PLAIN).status == 200
    venue.reset()
    rest.connection.close()
    assert rest.call("GET", "/api/v3/account", PLAIN).status == 401, "a reset goes back to the options of the start"


@pytest.mark.parametrize(("headers", "values", "key"), [
    ({}, {}, None),
    ({"X-MBX-APIKEY": "k"}, {}, None),
    ({"X-MBX-APIKEY": "k"}, {"signature": "s"}, None),
    ({"X-API-KEY": "k"}, {}, "k"),
    ({"X-API-KEY": "k"}, {"signature": "s"}, "k"),
    ({"X-API-KEY": "k", "X-MBX-APIKEY": "m"}, {}, "k"),
    ({"X-API-KEY": "k", "X-MBX-APIKEY": "m"}, {"signature": "s"}, None),
])
def test_which_calls_are_unsigned(headers: dict[str, str], values: dict[str, str], key: str | None) -> None:
    assert unsigned_key(headers, values) == key


# the command line

def test_on_the_command_line(serve_command: Any) -> None:
    process = serve_command("binance=0", "--unsigned", "--feed", "none", "--exit-with-stdin")
    try:
        assert process.stdout is not None and process.stdin is not None
        ready: dict[str, Any] = json.loads(process.stdout.readline())
        rest = Rest(ready["rest"], ready["key"], ready["secret"])
        assert rest.call("GET", "/api/v3/account", PLAIN).status == rest.signed("GET", "account").status == 200
        rest.connection.close()
    finally:
        process.communicate(timeout=10)
    assert process.returncode == 0


@pytest.mark.parametrize(("arguments", "text"), [
    (["hashex=0", "--unsigned"], "dialect 'binance' is not served"),
    (["binance=0", "--unsigned", "--option", "binance.unsigned=false"], "--option binance.unsigned is given as well"),
    (["binance=0", "--option", "binance.unsigned=perhaps"], "unsigned: neither true nor false: 'perhaps'"),
])
def test_what_cannot_be_is_one_line_and_status_2(arguments: list[str], text: str, capfd: Any) -> None:
    assert main(["serve", *arguments]) == 2
    out, err = capfd.readouterr()
    assert out == "" and err.count("\n") == 1 and text in err
