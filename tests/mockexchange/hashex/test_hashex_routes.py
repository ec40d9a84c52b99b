"""Envelopes, paging and cursors, balances; field lists are those of the seed document and the spec."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hashex_client import Rest

from mockexchange import MockExchange

# seed, 4.3 and 4.4
ROW_FIELDS: list[str] = [
    "orderId", "clientOrderId", "symbol", "orderType", "orderSide", "balanceType", "price", "origQty", "executedQty",
    "state", "createdTime",
]
# seed, 4.2
DETAIL_FIELDS: list[str] = [
    "orderId", "clientOrderId", "symbol", "orderType", "orderSide", "balanceType", "timeInForce", "price", "origQty",
    "avgPrice", "executedQty", "marginFrozen", "state", "createdTime",
]
# seed, 4.5
DEAL_FIELDS: list[str] = ["orderId", "execId", "symbol", "quantity", "price", "fee", "feeCoin", "timestamp"]
# spec 3.16
BALANCE_FIELDS: list[str] = [
    "coin", "balance", "freeze", "availableBalance", "estimatedTotalAmount", "estimatedCynAmount",
    "estimatedAvailableAmount", "estimatedFreeze", "estimatedCoinType",
]

Market = Callable[..., None]


def ids(answer: Any) -> list[str]:
    return [row["orderId"] for row in answer["data"]["items"]]


def test_envelope_of_the_seed(rest: Rest) -> None:
    answer = rest.public("time")
    assert list(answer) == ["code", "message", "data"] and answer["message"] == "success"
    refusal = rest.public("quotation/depth")
    assert refusal == {"code": -1, "message": "parameter symbol is missing", "data": None} and rest.status == 200


def test_create_and_detail(rest: Rest) -> None:
    """Seed, 4.1 and 4.2."""
    answer = rest.order(price="40000", totalAmount="0.001", clientOrderId="LIMIT_BUY_1684896521234", balanceType=1)
    assert answer == {"code": 0, "message": "success", "data": answer["data"]}
    order_id = answer["data"]
    assert isinstance(order_id, str) and len(order_id) == 18 and order_id.isdigit()
    detail = rest.detail(order_id)["data"]
    assert list(detail) == DETAIL_FIELDS
    created = detail.pop("createdTime")
    assert isinstance(created, int) and len(str(created)) == 13
    assert detail == {
        "orderId": order_id, "clientOrderId": "LIMIT_BUY_1684896521234", "symbol": "BTC_USDT", "orderType": "LIMIT",
        "orderSide": "BUY", "balanceType": 1, "timeInForce": "GTC", "price": "40000.00", "origQty": "0.001",
        "avgPrice": "0", "executedQty": "0", "marginFrozen": "40.00", "state": "NEW",
    }


def test_open_orders_page_by_page(rest: Rest) -> None:
    """Seed, 4.3."""
    placed = [rest.placed(price=str(39000 + number)) for number in range(25)]
    first = rest.private("GET", "trade/order/list", state=9)["data"]
    assert list(first) == ["page", "ps", "total", "items"]
    assert (first["page"], first["ps"], first["total"], len(first["items"])) == (1, 10, 25, 10)
    assert list(first["items"][0]) == ROW_FIELDS
    found: list[str] = []
    for page in range(1, 5):
        found += ids(rest.private("GET", "trade/order/list", page=page, size=9, symbol="BTC_USDT"))
    assert found == placed[::-1], "newest first, each once"
    assert rest.private("GET", "trade/order/list", size=1000)["data"]["ps"] == 100
    assert rest.private("GET", "trade/order/list", symbol="ETH_USDT")["data"] == {
        "page": 1, "ps": 10, "total": 0, "items": [],
    }


def test_list_filters(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "0.5"))
    resting = rest.placed(price="39000", clientOrderId="mine")
    partly = rest.placed(price="40000", totalAmount="0.8")
    filled = rest.placed(direction="SELL", price="40000", totalAmount="0.1")
    canceled = rest.placed(price="39000")
    rest.cancel(canceled)

    def listed(**params: Any) -> list[str]:
        return ids(rest.private("GET", "trade/order/list", **params))

    # spec 4.2
    assert listed(state=9) == listed() == [partly, resting]
    assert (listed(state=1), listed(state=2)) == ([resting], [partly])
    assert (listed(state=3), listed(state=4), listed(state=5), listed(state=6)) == ([filled], [canceled], [], [])
    assert listed(state=10) == [canceled, filled]
    assert listed(clientOrderId="mine") == [resting] and listed(clientOrderId="other") == []
    assert listed(balanceType=1) == [partly, resting] and listed(balanceType=2) == []
    created = rest.detail(partly)["data"]["createdTime"]
    assert partly in listed(startTime=created, endTime=created)
    assert listed(startTime=created + 60_000) == [] and listed(endTime=created - 60_000) == []
    assert rest.private("GET", "trade/order/list", state=7)["message"] == "parameter state is invalid: 7"
    assert rest.private("GET", "trade/order/list", page=0)["message"] == "parameter page is invalid: 0"
    assert rest.private("GET", "trade/order/list", symbol="BTCUSDT")["message"] == "parameter symbol is invalid: BTCUSDT"


def test_history_by_cursor(rest: Rest) -> None:
    """Seed, 4.4; spec 3.14 for ``direction``."""
    closed = []
    for _ in range(7):
        closed.append(rest.placed(price="39000", symbol="BTC_USDT"))
        rest.cancel(closed[-1])
    still_open = rest.placed(price="39000")
    newest = closed[::-1]

    def page(**params: Any) -> tuple[list[str], bool, bool]:
        data = rest.private("GET", "trade/order/history", **params)["data"]
        assert list(data) == ["hasPrev", "hasNext", "items"]
        return [row["orderId"] for row in data["items"]], data["hasPrev"], data["hasNext"]

    assert page(limit=3) == (newest[:3], False, True)
    assert page(limit=3, id=newest[2], direction="NEXT") == page(limit=3, id=newest[2]) == (newest[3:6], True, True)
    assert page(limit=3, id=newest[5]) == (newest[6:], True, False)
    assert page(limit=3, id=newest[6]) == ([], True, False)
    assert page(limit=2, id=newest[3], direction="PREV") == (newest[1:3], True, True)
    assert page(limit=5, id=newest[1], direction="PREV") == (newest[:1], False, True)
    assert page(id=still_open)[0] == newest, "a cursor need not be on the list"
    assert page() == (newest, False, False)
    assert list(rest.private("GET", "trade/order/history")["data"]["items"][0]) == ROW_FIELDS
    assert rest.private("GET", "trade/order/history", id="475533479170587712")["code"] == -1
    assert rest.private("GET", "trade/order/history", direction="DOWN")["code"] == -1


def test_own_deals(rest: Rest, market: Market) -> None:
    """Seed, 4.5."""
    market(("SELL", "40000", "0.001"), ("SELL", "40001", "0.002"))
    order_id = rest.placed(price="40001", totalAmount="0.003")
    data = rest.private("GET", "trade/order/deal", orderId=order_id)["data"]
    assert (data["page"], data["ps"], data["total"]) == (1, 10, 2)
    newest, oldest = data["items"]
    assert list(oldest) == DEAL_FIELDS
    assert len(oldest["execId"]) == 18 and int(newest["execId"]) > int(oldest["execId"])
    oldest.pop("timestamp"), oldest.pop("execId")
    assert oldest == {
        "orderId": order_id, "symbol": "BTC_USDT", "quantity": "0.001", "price": "40000.00", "fee": "0.000001",
        "feeCoin": "BTC",
    }
    everything = rest.private("GET", "trade/order/deal", page=2, size=1)["data"]
    assert everything["total"] == 2 and everything["items"][0]["price"] == "40000.00"
    assert rest.private("GET", "trade/order/deal", symbol="ETH_USDT", orderId=order_id)["data"]["items"] == []
    assert rest.private("GET", "trade/order/deal", orderId="1")["data"]["total"] == 0


def test_execution_ids_are_unique_across_symbols(venue: MockExchange, rest: Rest, other: Rest) -> None:
    venue.deposit("other", "ETH", "10")
    other.placed(symbol="ETH_USDT", direction="SELL", price="2500", totalAmount="1")
    other.placed(direction="SELL", price="40000", totalAmount="1")
    rest.placed(symbol="ETH_USDT", price="2500", totalAmount="1")
    rest.placed(price="40000")
    rows = rest.private("GET", "trade/order/deal")["data"]["items"]
    assert len({row["execId"] for row in rows}) == 2


def test_the_journal_has_the_ids_of_the_wire(venue: MockExchange, rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"))
    order_id = rest.placed(price="40000")
    deal = rest.private("GET", "trade/order/deal", orderId=order_id)["data"]["items"][0]
    rows = venue.journal()
    orders = [row for row in rows if row["kind"] == "order" and row["account"] == "mock-key"]
    assert [str(row["order_id"]) for row in orders] == [order_id, order_id]
    assert [row["status"] for row in orders] == ["NEW", "FILLED"] and orders[0]["symbol"] == "BTCUSDT"
    fills = [row for row in rows if row["kind"] == "fill" and row["account"] == "mock-key"]
    assert [str(row["exec_id"]) for row in fills] == [deal["execId"]]


def test_ids_go_on_after_a_restart(venue: MockExchange, rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"))
    resting = rest.placed(price="39000", clientOrderId="kept")
    silent = rest.placed(price="39000")
    rest.placed(price="40000")
    rejected = rest.placed(price="41000", timeInForce="GTX")
    before = rest.private("GET", "trade/order/deal")["data"]["items"]
    venue.restart()
    rest.connection.close()
    assert rest.detail(resting)["data"]["clientOrderId"] == "kept"
    assert rest.detail(silent)["data"]["clientOrderId"] is None
    assert rest.detail(rejected)["data"]["state"] == "REJECTED"
    fresh = rest.placed(price="40000")
    assert int(fresh) > int(silent)
    after = rest.private("GET", "trade/order/deal")["data"]["items"]
    assert after[1:] == before and int(after[0]["execId"]) > int(before[0]["execId"])
    assert rest.placed(price="39000") and rest.placed(price="41000", timeInForce="GTX") != rejected


def test_same_seed_same_ids() -> None:
    found = []
    for _ in range(2):
        with MockExchange("hashex", feed="none", seed=3) as venue:
            client = Rest(venue.rest)
            found.append(client.placed(price="39000"))
            client.connection.close()
    assert found[0] == found[1]


def test_balances(rest: Rest) -> None:
    """Spec 3.16."""
    rest.placed(price="39000")
    rows = rest.private("GET", "balance/spot")["data"]
    assert list(rows[0]) == BALANCE_FIELDS
    by_coin = {row["coin"]: row for row in rows}
    assert set(by_coin) == {"BTC", "USDT", "ETH", "BNB"}
    usdt = by_coin["USDT"]
    assert (usdt["balance"], usdt["freeze"], usdt["availableBalance"]) == ("100000", "390", "99610")
    assert rest.private("GET", "balance/spot", coin="BTC")["data"] == [by_coin["BTC"]]
    assert by_coin["BTC"] == {
        "coin": "BTC", "balance": "1", "freeze": "0", "availableBalance": "1", "estimatedTotalAmount": "40000",
        "estimatedCynAmount": "288000", "estimatedAvailableAmount": "40000", "estimatedFreeze": "0",
        "estimatedCoinType": "USDT",
    }
    assert rest.private("GET", "balance/spot", coin="DOGE")["data"] == []


def test_accounts_see_their_own_only(rest: Rest, other: Rest) -> None:
    theirs = other.placed(price="39000")
    assert rest.detail(theirs)["code"] == -1 and rest.cancel(theirs)["code"] == -1
    assert rest.private("GET", "trade/order/list")["data"]["total"] == 0
    assert rest.private("GET", "trade/order/history", id=theirs)["code"] == -1


def test_socket_token(rest: Rest) -> None:
    answer = rest.private("GET", "ws/token")
    assert answer["code"] == 0 and isinstance(answer["data"], str) and answer["data"] != rest.token()


def test_faults_bite_by_path(venue: MockExchange, rest: Rest) -> None:
    venue.faults.add(
        match="POST /spot/v1/u/trade/order/create", stage="after_engine", action="status", status=502, body="<html>",
    )
    with pytest.raises(json.JSONDecodeError):
        rest.order(price="39000")
    assert rest.status == 502
    assert rest.private("GET", "trade/order/list")["data"]["total"] == 1, "the order exists, its answer is lost"


def test_control_paths_are_not_the_dialects(rest: Rest) -> None:
    assert "rows" in rest.call("GET", "/_mock/journal")
    rest.connection.request("GET", "/_mock/nothing")
    response = rest.connection.getresponse()
    response.read()
    assert response.status == 404
