"""Orders: states, refusals, post-only, market orders, batches, asynchronous creation (spec 3.8 - 3.11, 4)."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hashex_client import DEADLINE, Rest

from mockexchange import MockExchange
from mockexchange.core.numbers import parse_amount
from mockexchange.dialects.hashex import rendering

Market = Callable[..., None]


def state(rest: Rest, order_id: str) -> tuple[str, str]:
    body = rest.detail(order_id)["data"]
    return body["state"], body["executedQty"]


def test_states(rest: Rest, market: Market) -> None:
    """Spec 4.1."""
    market(("SELL", "40000", "0.5"))
    resting = rest.placed(price="39000")
    assert state(rest, resting) == ("NEW", "0")
    partly = rest.placed(price="40000", totalAmount="0.8")
    assert state(rest, partly) == ("PARTIALLY_FILLED", "0.5")
    body = rest.detail(partly)["data"]
    assert (body["avgPrice"], body["origQty"], body["marginFrozen"]) == ("40000.00", "0.8", "12000.00")
    assert rest.cancel(partly) == {"code": 0, "message": "success", "data": partly}
    assert state(rest, partly) == ("PARTIALLY_CANCELED", "0.5")
    assert rest.detail(partly)["data"]["marginFrozen"] == "0"
    rest.cancel(resting)
    assert state(rest, resting) == ("CANCELED", "0")
    market(("BUY", "39900", "1"))
    filled = rest.placed(direction="SELL", price="39000")
    assert state(rest, filled) == ("FILLED", "0.01")


@pytest.mark.parametrize(("status", "executed", "word"), [
    ("NEW", "0", "NEW"), ("PARTIALLY_FILLED", "0.05", "PARTIALLY_FILLED"), ("FILLED", "0.1", "FILLED"), ("REJECTED", "0", "REJECTED"),
    ("CANCELED", "0", "CANCELED"), ("CANCELED", "0.05", "PARTIALLY_CANCELED"), ("EXPIRED", "0", "EXPIRED"),
    ("EXPIRED_IN_MATCH", "0", "CANCELED"), ("EXPIRED_IN_MATCH", "0.05", "PARTIALLY_CANCELED"),
])
def test_states_as_words(status: str, executed: str, word: str) -> None:
    """Spec 4.1."""
    assert rendering.order_state(status, parse_amount(executed)) == word


@pytest.mark.parametrize(("amount", "text"), [("0.001", "0.001"), ("1", "1")])
def test_a_sell_freezes_base(rest: Rest, amount: str, text: str) -> None:
    order_id = rest.placed(direction="SELL", price="41000", totalAmount=amount)
    assert rest.detail(order_id)["data"]["marginFrozen"] == text


def test_cancel_of_what_cannot_be_cancelled(rest: Rest) -> None:
    order_id = rest.placed(price="39000")
    rest.cancel(order_id)
    assert rest.cancel(order_id)["message"] == f"order is finished: {order_id}"
    assert rest.cancel("475533479170587712")["message"] == "order does not exist: 475533479170587712"
    assert rest.cancel("abc")["message"] == "parameter orderId is invalid: abc"
    assert rest.private("POST", "trade/order/cancel")["message"] == "parameter orderId is missing"


@pytest.mark.parametrize(("changes", "text"), [
    ({"symbol": None}, "parameter symbol is missing"),
    ({"symbol": "BTCUSDT"}, "parameter symbol is invalid: BTCUSDT"),
    ({"symbol": "btc_usdt"}, "parameter symbol is invalid: btc_usdt"),
    ({"direction": "1"}, "parameter direction is invalid: 1"),
    ({"tradeType": "STOP"}, "parameter tradeType is invalid: STOP"),
    ({"totalAmount": None}, "parameter totalAmount is missing"),
    ({"totalAmount": "1e-3"}, "parameter totalAmount is invalid: 1e-3"),
    ({"totalAmount": "0"}, "parameter totalAmount is invalid: 0"),
    ({"totalAmount": "-1"}, "parameter totalAmount is invalid: -1"),
    ({"price": None}, "parameter price is missing"),
    ({"price": ""}, "parameter price is missing"),
    ({"timeInForce": "IOC"}, "parameter timeInForce is invalid: IOC"),
    ({"timeInForce": "FOK"}, "parameter timeInForce is invalid: FOK"),
    ({"tradeType": "MARKET", "timeInForce": "GTX"}, "parameter timeInForce is invalid: GTX"),
    ({"balanceType": "2"}, "margin trading is not open"),
    ({"balanceType": "3"}, "parameter balanceType is invalid: 3"),
    ({"clientOrderId": "x" * 65}, "parameter clientOrderId is invalid: " + "x" * 65),
    ({"price": "40000.001"}, "price is out of range or has too many decimals"),
    ({"totalAmount": "0.000001"}, "quantity is out of range or has too many decimals"),
    ({"totalAmount": "0.0001"}, "order amount is too small or too large"),
    ({"price": "1"}, "price is too far from the market"),
    ({"totalAmount": "3"}, "insufficient balance"),
    ({"direction": "SELL", "totalAmount": "2"}, "insufficient balance"),
    ({"tradeType": "MARKET"}, "no orders to match with"),
])
def test_refusals(venue: MockExchange, rest: Rest, changes: dict[str, Any], text: str) -> None:
    if changes == {"tradeType": "MARKET"}:
        venue.set_options(market_buy="quote")
        changes = {**changes, "totalAmount": "100"}
    assert rest.order(**{"price": "40000", **changes}) == {"code": -1, "message": text, "data": None}
    assert rest.status == 200
    assert rest.private("GET", "trade/order/list", state=10)["data"]["total"] == 0
    assert not [row for row in venue.journal() if row["kind"] == "order"]


def test_post_only(rest: Rest, market: Market) -> None:
    """Spec 4.1: one that would match is accepted and then rejected."""
    resting = rest.placed(price="39000", timeInForce="GTX")
    assert rest.detail(resting)["data"]["timeInForce"] == "GTX"
    assert rest.detail(resting)["data"]["orderType"] == "LIMIT"
    market(("SELL", "40000", "1"))
    crossing = rest.placed(price="40000", timeInForce="GTX", clientOrderId="crossing")
    assert len(crossing) == 18 and crossing != resting
    body = rest.detail(crossing)["data"]
    assert (body["state"], body["executedQty"], body["marginFrozen"], body["clientOrderId"]) == (
        "REJECTED", "0", "0", "crossing",
    )
    assert rest.cancel(crossing)["code"] == -1
    history = rest.private("GET", "trade/order/history")["data"]["items"]
    assert [row["orderId"] for row in history] == [crossing]


@pytest.mark.parametrize("options", [{"refusals": "later"}], indirect=True)
def test_refusals_that_come_later(venue: MockExchange, rest: Rest) -> None:
    order_id = rest.placed(price="40000", totalAmount="3")
    assert state(rest, order_id) == ("REJECTED", "0")
    rows = [row for row in venue.journal() if row["kind"] == "order"]
    assert [(str(row["order_id"]), row["status"], row["reject_reason"]) for row in rows] == [
        (order_id, "REJECTED", "INSUFFICIENT_BALANCE"),
    ]
    assert rest.order(price="1e5")["code"] == -1, "a bad parameter is refused at once"
    rest.placed(price="39000")


def test_market_orders(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "0.5"), ("BUY", "39000", "0.5"))
    bought = rest.placed(tradeType="MARKET", totalAmount="0.1", price="1")
    body = rest.detail(bought)["data"]
    assert (body["orderType"], body["state"], body["price"], body["origQty"], body["avgPrice"]) == (
        "MARKET", "FILLED", "0", "0.1", "40000.00",
    )
    sold = rest.placed(tradeType="MARKET", direction="SELL", totalAmount="0.7")
    assert state(rest, sold) == ("EXPIRED", "0.5")


@pytest.mark.parametrize("options", [{"market_buy": "quote"}], indirect=True)
def test_market_buy_by_quote(rest: Rest, market: Market) -> None:
    """Spec 3.8.1."""
    market(("SELL", "40000", "0.5"), ("BUY", "39000", "0.5"))
    bought = rest.placed(tradeType="MARKET", totalAmount="1000")
    body = rest.detail(bought)["data"]
    assert (body["state"], body["origQty"], body["executedQty"]) == ("FILLED", "0.025", "0.025")
    sold = rest.placed(tradeType="MARKET", direction="SELL", totalAmount="0.1")
    assert state(rest, sold) == ("FILLED", "0.1")


def test_the_same_client_order_id_any_number_of_times(venue: MockExchange, rest: Rest) -> None:
    """Spec 0.5: there is no idempotent create, a create sent twice is two orders."""
    first = rest.placed(price="39000", clientOrderId="again")
    second = rest.placed(price="39000", clientOrderId="again")
    odd = rest.placed(price="39000", clientOrderId="a#b#")
    assert first != second
    assert [rest.detail(one)["data"]["clientOrderId"] for one in (first, second, odd)] == ["again", "again", "a#b#"]
    assert rest.private("GET", "trade/order/list", clientOrderId="again")["data"]["total"] == 2
    assert [row["client_order_id"] for row in venue.journal() if row["kind"] == "order"][0] == "again"


def test_client_order_ids_in_any_script(rest: Rest) -> None:
    assert rest.detail(rest.placed(price="39000", clientOrderId="网格-1"))["data"]["clientOrderId"] == "网格-1"
    assert rest.detail(rest.placed(price="39000"))["data"]["clientOrderId"] is None
    assert rest.order(price="39000", clientOrderId="a\nb")["code"] == -1


def test_an_account_may_trade_with_itself(rest: Rest) -> None:
    resting = rest.placed(direction="SELL", price="40000")
    taker = rest.placed(price="40000")
    assert state(rest, resting) == state(rest, taker) == ("FILLED", "0.01")
    rows = rest.private("GET", "trade/order/deal")["data"]["items"]
    assert len({(row["orderId"], row["execId"]) for row in rows}) == 2


# asynchronous creation

@pytest.mark.parametrize("options", [{"create_delay_ms": 60_000}], indirect=True)
def test_an_order_that_cannot_be_seen_yet(venue: MockExchange, rest: Rest, market: Market) -> None:
    """Spec 3.8: the engine has it, detail, list, history, deal and cancel do not."""
    market(("SELL", "40000", "1"))
    resting = rest.placed(price="39000")
    filled = rest.placed(price="40000")
    for order_id in (resting, filled):
        assert rest.detail(order_id) == {"code": -1, "message": f"order does not exist: {order_id}", "data": None}
        assert rest.cancel(order_id)["code"] == -1
        assert rest.private("GET", "trade/order/deal", orderId=order_id)["data"]["total"] == 0
    assert rest.private("GET", "trade/order/list", state=9)["data"]["total"] == 0
    assert rest.private("GET", "trade/order/history")["data"]["items"] == []
    assert rest.private("GET", "trade/order/deal")["data"]["items"] == []
    assert rest.private("GET", "balance/spot", coin="USDT")["data"][0]["freeze"] == "390"
    journal = [
        (str(row["order_id"]), row["status"])
        for row in venue.journal() if row["kind"] == "order" and row["account"] == "mock-key"
    ]
    assert journal == [(resting, "NEW"), (filled, "NEW"), (filled, "FILLED")]
    venue.set_options(create_delay_ms=0)
    later = rest.placed(price="39000")
    assert rest.detail(later)["code"] == 0 and rest.detail(resting)["code"] == -1


@pytest.mark.parametrize("options", [{"create_delay_ms": 250}], indirect=True)
def test_an_order_turns_up_in_time(rest: Rest) -> None:
    order_id = rest.placed(price="39000")
    end = time.monotonic() + DEADLINE
    answers = [rest.detail(order_id)["code"]]
    while answers[-1] != 0 and time.monotonic() < end:
        answers.append(rest.detail(order_id)["code"])
    assert answers[0] == -1 and answers[-1] == 0
    assert rest.cancel(order_id)["code"] == 0


@pytest.mark.parametrize("options", [{"unknown_order": "null"}], indirect=True)
def test_an_unknown_order_may_be_null(rest: Rest) -> None:
    assert rest.detail("475533479170587712") == {"code": 0, "message": "success", "data": None}


# batches

def batch(rest: Rest, *orders: Any) -> Any:
    return rest.private("POST", "trade/order/batch/create", ordersJsonStr=json.dumps(list(orders)))


def entry(price: str, **changes: str) -> dict[str, str]:
    return {
        "symbol": "BTC_USDT", "direction": "BUY", "tradeType": "LIMIT", "totalAmount": "0.001", "price": price, **changes,
    }


def test_batch_create(rest: Rest) -> None:
    """Spec 3.10: best effort, an answer per entry in the order of the request."""
    answer = batch(rest, entry("39000"), entry("39000", totalAmount="100"), entry("39001"), 5)
    assert answer["code"] == 0
    first, refused, last, nonsense = answer["data"]
    assert list(first) == ["code", "message", "data"] and first["code"] == last["code"] == 0
    assert refused == {"code": -1, "message": "insufficient balance", "data": None} and nonsense["code"] == -1
    assert rest.detail(last["data"])["data"]["price"] == "39001.00"
    number: dict[str, Any] = {**entry("0"), "price": 39002.10, "totalAmount": 1e-3}
    assert batch(rest, {**number, "totalAmount": 0.001})["data"][0]["code"] == 0


def test_batch_cancel(rest: Rest) -> None:
    """Spec 3.11: entries that are finished do not affect the others."""
    placed = [str(one["data"]) for one in batch(rest, entry("39000"), entry("39001"))["data"]]
    rest.cancel(placed[0])
    answer = rest.private("POST", "trade/order/batch/cancel", orderIdsJson=json.dumps(placed))
    assert [one["code"] for one in answer["data"]] == [-1, 0] and answer["data"][1]["data"] == placed[1]
    assert [state(rest, one)[0] for one in placed] == ["CANCELED", "CANCELED"]


@pytest.mark.parametrize("options", [{"batch_answers": "bare"}], indirect=True)
def test_bare_batches(rest: Rest) -> None:
    """Spec 3.10, early revision, and 3.11, the table."""
    data = batch(rest, entry("39000"), entry("39000", totalAmount="100"))["data"]
    assert isinstance(data[0], int) and data[1] is None
    answer = rest.private("POST", "trade/order/batch/cancel", orderIdsJson=json.dumps([str(data[0])]))
    assert answer["data"] is True and state(rest, str(data[0]))[0] == "CANCELED"


@pytest.mark.parametrize("text", ["", "{}", "[]", "[", "5", json.dumps(["1"] * 21), "[" * 1500])
def test_batches_that_are_none(rest: Rest, text: str) -> None:
    assert rest.private("POST", "trade/order/batch/create", ordersJsonStr=text)["code"] == -1
    assert rest.private("POST", "trade/order/batch/cancel", orderIdsJson=text)["code"] == -1


def test_cancel_only_mode(venue: MockExchange, rest: Rest) -> None:
    from mockexchange.core.commands import SetSymbolStatus

    resting = rest.placed(price="39000")
    venue.run(lambda one: one.apply(SetSymbolStatus("BTCUSDT", "CANCEL_ONLY")))
    assert rest.order(price="39000")["message"] == "symbol is in cancel only mode"
    assert rest.cancel(resting)["code"] == 0
    venue.run(lambda one: one.apply(SetSymbolStatus("BTCUSDT", "HALT")))
    assert rest.order(price="39000")["message"] == "symbol is not trading"
