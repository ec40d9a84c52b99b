"""The seed document's own examples, word for word, and its tables."""

import re

import pytest
from futu_client import TOKEN, Rest

from mockexchange import MockExchange
from mockexchange.dialects.futu.routes import OPERATIONS

QUOTE = '{"security_list":[{"market":1,"code":"00700"}],"sub_type_list":[1]}'
ORDER = """{
  "packet_id": { "conn_id": 12345, "serial_no": 1 },
  "header":   { "trd_env": 1, "acc_id": 987654, "trd_market": 1 },
  "trd_side": 1,
  "order_type": 1,
  "code": "00700",
  "qty": 100,
  "price": 300.0,
  "sec_market": 1
}"""
ROUTES = """
GET /api/global-state qot:read    GET /api/user-info qot:read      GET /api/delay-statistics qot:read
POST /api/subscribe qot:read      GET /api/sub-info qot:read       POST /api/quote qot:read       POST /api/kline qot:read
POST /api/orderbook qot:read      POST /api/broker qot:read        POST /api/ticker qot:read      POST /api/rt qot:read
POST /api/snapshot qot:read       POST /api/static-info qot:read   POST /api/plate-set qot:read   POST /api/plate-security qot:read
POST /api/reference qot:read      POST /api/owner-plate qot:read   POST /api/option-chain qot:read POST /api/warrant qot:read
POST /api/capital-flow qot:read   POST /api/capital-distribution qot:read                         POST /api/user-security qot:read
POST /api/stock-filter qot:read   POST /api/ipo-list qot:read      POST /api/future-info qot:read POST /api/market-state qot:read
POST /api/history-kline qot:read  GET /api/accounts acc:read       POST /api/sub-acc-push acc:read POST /api/funds acc:read
POST /api/positions acc:read      POST /api/orders acc:read        POST /api/order-fills acc:read POST /api/max-trd-qtys acc:read
POST /api/history-orders acc:read POST /api/history-order-fills acc:read                          POST /api/margin-ratio acc:read
POST /api/order-fee acc:read      POST /api/unlock-trade trade:real POST /api/order trade:real    POST /api/modify-order trade:real
"""


def table() -> list[tuple[str, str, str]]:
    return re.findall(r"(GET|POST) (/api/\S+) (\S+)", ROUTES)


def test_the_table_is_the_dialects() -> None:
    """41 routes; one more is a later build's."""
    known = {(each.method, each.path) for each in OPERATIONS}
    assert len(table()) == 41
    assert known - {(method, path) for method, path, _ in table()} == {("POST", "/api/delay-statistics")}


def test_the_ready_line_is_a_token(venue: MockExchange) -> None:
    assert (venue.key, venue.secret) == (TOKEN, "")


def test_quote_of_the_document(rest: Rest) -> None:
    [quote] = rest.call("POST", "/api/quote", QUOTE).s2c["basic_qot_list"]
    assert (quote["security"], quote["cur_price"], quote["price_spread"]) == ({"market": 1, "code": "00700"}, 300.0, 0.2)


def test_order_of_the_document(venue: MockExchange, rest: Rest) -> None:
    s2c = rest.call("POST", "/api/order", ORDER).s2c
    assert s2c["header"] == {"trd_env": 1, "acc_id": 987654, "trd_market": 1}
    assert s2c["order_id"] > 9_000_000_000_000_000_000 and s2c["order_id_ex"].startswith("20260105")
    row = [row for row in venue.journal() if row["kind"] == "order"][-1]
    assert (row["account"], row["symbol"], row["side"], row["qty"]) == (TOKEN, "00700", "BUY", "100.00000000")


@pytest.mark.parametrize("options", [{"checks": "late", "trd_env": "official"}], indirect=True)
def test_later_builds_refuse_them(rest: Rest) -> None:
    assert rest.call("POST", "/api/quote", QUOTE).error == (400, "unknown field `sub_type_list`")
    assert rest.call("POST", "/api/order", ORDER).failure[0] == -1


@pytest.mark.parametrize("options", [{"trd_env": "seed"}], indirect=True)
def test_the_seeds_environments(rest: Rest) -> None:
    assert [row["trd_env"] for row in rest.get("accounts").s2c["acc_list"]] == [1, 2]
    assert rest.call("POST", "/api/order", ORDER).s2c["order_id"]
    assert rest.send(1, 100, 300.0, header={"trd_env": 0, "acc_id": 987654, "trd_market": 1}).failure[0] == -1


@pytest.mark.parametrize("method, path, scope", table())
def test_every_route_needs_its_scope(few: MockExchange, method: str, path: str, scope: str) -> None:
    for token, has in (("fc_quotes", {"qot:read"}), ("fc_account", {"acc:read"}), ("fc_trade", {"trade:real"})):
        answer = Rest(few.rest, token).call(method, path, None if method == "GET" else "{}")
        assert (answer.status == 403) == (scope not in has), (token, answer.text)
    assert Rest(few.rest, "").call(method, path).error == (401, "missing bearer token")


@pytest.fixture(scope="module")
def few() -> object:
    keys = "fc_quotes=qot:read,fc_account=acc:read,fc_trade=trade:real"
    with MockExchange("futu", options={"more_keys": keys}, feed="none") as running:
        yield running
