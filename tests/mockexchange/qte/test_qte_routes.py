"""Which paths there are, who is let in, and how answers look; sections are those of the analysis document."""

import json
from typing import Any

import pytest
from qte_client import FORM, Rest

from mockexchange import MockExchange
from mockexchange.dialects.qte import QteDialect

# spec 1.2, column S
V1: list[tuple[str, str]] = [
    ("GET", "/ping"), ("GET", "/time"), ("GET", "/ticker/price"), ("GET", "/ticker/24hr"), ("GET", "/depth"),
    ("GET", "/trades"), ("GET", "/klines"), ("POST", "/order"), ("GET", "/order"), ("DELETE", "/order"),
    ("GET", "/open_orders"), ("GET", "/account"),
]
V3: list[tuple[str, str]] = [
    ("GET", "/ticker/price"), ("GET", "/ticker/24hr"), ("GET", "/depth"), ("GET", "/trades"), ("GET", "/klines"),
    ("GET", "/avgPrice"),
]
# of Binance's and of the project's later servers
NOT_THERE: list[tuple[str, str]] = [
    ("GET", "/api/v1/exchangeInfo"), ("GET", "/api/v3/exchangeInfo"), ("GET", "/api/v3/ping"), ("GET", "/api/v3/time"),
    ("GET", "/api/v1/avgPrice"), ("GET", "/api/v1/allOrders"), ("GET", "/api/v3/allOrders"), ("GET", "/api/v1/openOrders"),
    ("GET", "/api/v3/openOrders"), ("GET", "/api/v3/open_orders"), ("POST", "/api/v3/order"), ("GET", "/api/v3/account"),
    ("GET", "/api/v1/myTrades"), ("GET", "/api/v1/all_orders"), ("POST", "/api/v1/order/test"), ("GET", "/"),
    ("GET", "/api/v1/ticker/bookTicker"), ("POST", "/api/v3/userDataStream"), ("GET", "/ws"),
]
FLASK_404: str = (
    "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not "
    "found on the server. If you entered the URL manually please check your spelling and try again.</p>\n"
)


def test_the_routes_are_the_documents(venue: MockExchange) -> None:
    """Spec 1.2: nothing but these."""
    from mockexchange.dialects.qte.routes import OPERATIONS

    there = {(each.method, f"/api/{version}{each.path}") for each in OPERATIONS for version in each.versions}
    assert there == {(m, "/api/v1" + p) for m, p in V1} | {(m, "/api/v3" + p) for m, p in V3}
    assert QteDialect.name == "qte"


@pytest.mark.parametrize(("method", "path"), [(m, "/api/v1" + p) for m, p in V1] + [(m, "/api/v3" + p) for m, p in V3])
def test_every_route_answers_json(rest: Rest, method: str, path: str) -> None:
    answer = rest.call(method, path, {"X-API-KEY": "mock-key"})
    assert answer.status in (200, 400) and isinstance(answer.json, (dict, list))
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("method", "path"), NOT_THERE)
def test_what_is_not_there_is_flasks_page(rest: Rest, method: str, path: str) -> None:
    answer = rest.call(method, path, {"X-API-KEY": "mock-key"})
    assert (answer.status, answer.text) == (404, FLASK_404)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_a_wrong_method_is_flasks_page(rest: Rest) -> None:
    answer = rest.call("PUT", "/api/v1/order", {"X-API-KEY": "mock-key"})
    assert answer.status == 405 and "<title>405 Method Not Allowed</title>" in answer.text
    assert answer.headers["allow"] == "DELETE, GET, POST"
    assert rest.call("POST", "/api/v1/ping").status == 405


def test_a_crash_is_flasks_page(venue: MockExchange, rest: Rest) -> None:
    """A defect of the mock's own looks like one of the server's: nobody can read it as a refusal."""
    venue.run(lambda inside: inside.exchange.tapes.pop("ETHUSDT"))
    answer = rest.public("ticker/24hr", symbol="ETHUSDT")
    assert answer.status == 500 and "<title>500 Internal Server Error</title>" in answer.text


def test_ping_and_time(rest: Rest) -> None:
    """2.1.1 and 2.1.2."""
    assert rest.public("ping").json == {"status": "ok"}
    body = rest.public("time").json
    assert list(body) == ["serverTime"] and len(str(body["serverTime"])) == 13


def test_the_clock_is_the_venues(venue: MockExchange, rest: Rest) -> None:
    before = rest.public("time").json["serverTime"]
    venue.clock(3_600_000)
    assert rest.public("time").json["serverTime"] - before >= 3_600_000


def test_json_is_flasks(rest: Rest) -> None:
    """Spec 1.1: keys sorted, non-ASCII escaped, a newline at the end, one request per connection."""
    answer = rest.public("ticker/price", symbol="NOPE")
    escaped = "未找到指定交易对的价格".encode("unicode_escape").decode()
    assert answer.text == '{"code":-1121,"msg":"' + escaped + '"}\n'
    assert answer.headers["connection"] == "close" and answer.headers["server"].startswith("Werkzeug/")
    placed = rest.order(price="30000.0").json
    assert list(placed) == sorted(placed)


# 2.3.1: the key

PRIVATE: list[tuple[str, str]] = [
    ("GET", "account"), ("GET", "order"), ("GET", "open_orders"), ("POST", "order"), ("DELETE", "order"),
]


@pytest.mark.parametrize(("method", "path"), PRIVATE)
@pytest.mark.parametrize("headers", [
    {}, {"X-API-KEY": ""}, {"X-API-KEY": "qte_test_key"}, {"X-MBX-APIKEY": "mock-key"},
    {"Authorization": "Bearer mock-key"}, {"X-API-KEY": "mock-secret"},
])
def test_only_a_known_x_api_key_is_let_in(rest: Rest, method: str, path: str, headers: dict[str, str]) -> None:
    assert rest.call(method, f"/api/v1/{path}", headers).refusal == (401, {"error": "未认证"})


def test_the_key_is_asked_for_before_the_parameters(rest: Rest) -> None:
    assert rest.call("POST", "/api/v1/order", FORM, "symbol=BTCUSDT").refusal == (401, {"error": "未认证"})


def test_nothing_is_signed(rest: Rest) -> None:
    """2.3.1: neither timestamp nor signature nor recvWindow is looked at."""
    for query in ({}, {"timestamp": "1499827319559"}, {"timestamp": "x", "signature": "y", "recvWindow": "z"}):
        assert rest.get("account", **query).status == 200
    assert rest.order(price="30000", timestamp="0", signature="no").status == 200


def test_an_account_that_is_not_there(venue: MockExchange) -> None:
    """2.3.1: "API Key 无效/未找到账户" is an error answer."""
    venue.run(lambda inside: inside.keys.update(ghost="x"))
    assert Rest(venue.rest, "ghost").get("account").refusal == (404, {"error": "账户不存在"})


def test_a_fault_bites(venue: MockExchange, rest: Rest) -> None:
    venue.faults.add(match="POST /api/v1/order", stage="on_reply", action="status", status=502, body="<html>bad gateway</html>")
    answer = rest.order(price="30000")
    assert (answer.status, answer.text) == (502, "<html>bad gateway</html>")
    assert len(rest.get("open_orders").json) == 1, "the engine had it"


def test_the_control_api_is_there(rest: Rest) -> None:
    state: dict[str, Any] = json.loads(rest.call("GET", "/_mock/state").text)
    assert state["dialect"] == "qte" and state["seed"] == 7
    assert rest.call("GET", "/_mock/nothing").status == 404
