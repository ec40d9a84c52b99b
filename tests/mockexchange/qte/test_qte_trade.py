"""Account and orders (2.3 and 2.4 of the analysis document). Bodies quoted there are literal here."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from qte_client import Answer, Rest

from mockexchange import MockExchange
from mockexchange.dialects.qte.state import order_uuid

Market = Callable[..., None]
NOBODYS: str = "00000000-0000-4000-8000-000000000000"


def statuses(venue: MockExchange, client_order_id: str) -> list[str]:
    rows = [row for row in venue.journal() if row["kind"] == "order" and row["client_order_id"] == client_order_id]
    return [row["status"] for row in rows]


def test_account() -> None:
    """2.3.1, the sample."""
    with MockExchange("qte", feed="none", accounts=["k:s:BTC=10.5"]) as venue:
        rest = Rest(venue.rest, "k")
        rest.placed(side="SELL", price="50000", quantity="0.5")
        assert rest.get("account").json == {
            "userId": "user1", "canTrade": True, "balances": [{"asset": "BTC", "free": "10.0", "locked": "0.5"}],
        }


def test_accounts_are_numbered(rest: Rest, other: Rest) -> None:
    assert (rest.get("account").json["userId"], other.get("account").json["userId"]) == ("user1", "user2")


def test_zero_balances_are_listed(venue: MockExchange, rest: Rest) -> None:
    """2.3.1: ``omitZeroBalances`` is not known."""
    venue.deposit("mock-key", "BTC", "-1")
    rows = rest.get("account", omitZeroBalances="true").json["balances"]
    assert {"asset": "BTC", "free": "0.0", "locked": "0.0"} in rows


def test_new_order(rest: Rest) -> None:
    """2.4.1, the sample: eight fields and nothing about what was filled."""
    answer = rest.order(quantity="1.0", price="30000.0", client_order_id="custom-id")
    body = answer.json
    order_id = body.pop("orderId")
    assert UUID(order_id).version == 4 and str(UUID(order_id)) == order_id
    assert body == {
        "clientOrderId": "custom-id", "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "1.0",
        "price": "30000.0", "status": "NEW",
    }


def test_the_names_of_binance_are_not_read(rest: Rest) -> None:
    """2.4.1: ``newClientOrderId``, ``timeInForce``, ``newOrderRespType``, ``stopPrice`` are unknown, and ignored."""
    answer = rest.order(
        price="30000", newClientOrderId="mine", timeInForce="IOC", newOrderRespType="ACK", stopPrice="1", icebergQty="1",
    )
    assert answer.status == 200
    assert answer.json["clientOrderId"] is None and answer.json["status"] == "NEW" and len(answer.json) == 8
    assert rest.order(type="MARKET", quantity=None, quoteOrderQty="100").refusal == (
        400, {"error": "缺少必要参数: quantity"},
    )


def test_an_order_that_trades_at_once(venue: MockExchange, rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "0.3"))
    filled = rest.order(price="40000", quantity="0.1", client_order_id="all").json
    part = rest.order(price="40000", quantity="0.5", client_order_id="part").json
    assert (filled["status"], part["status"]) == ("FILLED", "PARTIALLY_FILLED")
    assert "executedQty" not in filled and "fills" not in filled
    assert rest.detail(part["orderId"]).json["executedQty"] == "0.2"
    assert statuses(venue, "all") == ["NEW", "FILLED"]


def test_market_orders(rest: Rest, market: Market) -> None:
    """A price sent along is not read; what the book cannot give expires."""
    market(("SELL", "40000", "0.3"), ("BUY", "39000", "1"))
    bought = rest.order(type="MARKET", quantity="0.1", price="1").json
    assert (bought["status"], bought["type"], bought["price"]) == ("FILLED", "MARKET", "0.0")
    assert rest.order(side="SELL", type="MARKET", quantity="0.1").json["status"] == "FILLED"
    short = rest.order(type="MARKET", quantity="0.5").json
    assert short["status"] == "EXPIRED"
    assert rest.detail(short["orderId"]).json["executedQty"] == "0.2"


def test_words_in_lower_case(rest: Rest) -> None:
    body = rest.order(side="buy", type="limit", price="30000").json
    assert (body["side"], body["type"]) == ("BUY", "LIMIT")


@pytest.mark.parametrize(("changes", "text"), [
    ({"symbol": None}, "缺少必要参数: symbol"),
    ({"side": None}, "缺少必要参数: side"),
    ({"type": ""}, "缺少必要参数: type"),
    ({"quantity": None}, "缺少必要参数: quantity"),
    ({"symbol": "NOPE"}, "无效的交易对: NOPE"),
    ({"symbol": "btcusdt"}, "无效的交易对: btcusdt"),
    ({"type": "STOP_LOSS"}, "无效的订单类型: STOP_LOSS"),
    ({"type": "LIMIT_MAKER"}, "无效的订单类型: LIMIT_MAKER"),
    ({"side": "HOLD"}, "无效的订单方向: HOLD"),
    ({"quantity": "0"}, "数量必须大于0"),
    ({"quantity": "-1"}, "数量必须大于0"),
    ({"quantity": "much"}, "无效的数量格式: much"),
    ({"quantity": "1e3"}, "无效的数量格式: 1e3"),
    ({"quantity": "9" * 30}, "无效的数量格式: " + "9" * 30),
    ({"price": None}, "限价单必须提供价格"),
    ({"price": "0.0"}, "价格必须大于0"),
    ({"price": "nan"}, "无效的价格格式: nan"),
    ({"quantity": "50"}, "资金不足"),
    ({"side": "SELL", "quantity": "2"}, "资金不足"),
    ({"price": "30000.001"}, "订单不符合交易规则: PRICE_FILTER"),
    ({"quantity": "0.000001"}, "订单不符合交易规则: LOT_SIZE"),
])
def test_refusals(venue: MockExchange, rest: Rest, changes: dict[str, Any], text: str) -> None:
    assert rest.order(**{"price": "30000", **changes}).refusal == (400, {"error": text})
    assert rest.get("open_orders").json == []
    assert not [row for row in venue.journal() if row["kind"] == "order"]


def test_market_closed(venue: MockExchange, rest: Rest) -> None:
    from mockexchange.core.commands import SetSymbolStatus

    venue.run(lambda inside: inside.apply(SetSymbolStatus("BTCUSDT", "HALT")))
    assert rest.order(price="30000").refusal == (400, {"error": "交易对已暂停交易"})


def send(rest: Rest, method: str, path: str, kind: str, body: str) -> Answer:
    return rest.call(method, path, {"X-API-KEY": "mock-key", "Content-Type": kind}, body)


def test_only_the_form_is_read(rest: Rest) -> None:
    """2.4.1: ``request.form``; neither the query nor JSON."""
    form = "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=0.01&price=30000"
    values = json.dumps(dict(pair.split("=") for pair in form.split("&")))
    missing = (400, {"error": "缺少必要参数: symbol"})
    assert rest.call("POST", f"/api/v1/order?{form}", {"X-API-KEY": "mock-key"}).refusal == missing
    assert send(rest, "POST", "/api/v1/order", "application/json", values).refusal == missing
    assert send(rest, "POST", "/api/v1/order", "application/x-www-form-urlencoded; charset=UTF-8", form).status == 200
    twice = send(rest, "POST", "/api/v1/order", "application/x-www-form-urlencoded", form + "&quantity=0.02&client_order_id=a%2Bb+c")
    assert (twice.json["quantity"], twice.json["clientOrderId"]) == ("0.01", "a+b c")


# 2.4.2, 2.4.4: queries

def test_query_order(venue: MockExchange, rest: Rest, market: Market) -> None:
    """2.4.2: by ``order_id`` alone, and final orders too ("status": "FILLED" in the sample)."""
    market(("SELL", "40000", "1"))
    order_id = rest.placed(price="40000", quantity="1.0", client_order_id="custom-id")
    body = rest.detail(order_id).json
    assert len(str(body.pop("time"))) == 13
    assert body == {
        "orderId": order_id, "clientOrderId": "custom-id", "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT",
        "quantity": "1.0", "price": "40000.0", "status": "FILLED", "executedQty": "1.0",
    }
    assert rest.get("order").refusal == (400, {"error": "缺少必要参数: order_id"})
    assert rest.get("order", orderId=order_id).status == 400, "orderId is Binance's name"
    assert rest.get("order", symbol="BTCUSDT", origClientOrderId="custom-id").status == 400
    assert rest.get("order", order_id=order_id, symbol="ETHUSDT").status == 200, "the symbol is not looked at"
    for wrong in (NOBODYS, "1", order_id.upper()):
        assert rest.detail(wrong).refusal == (404, {"error": "订单不存在"})


def test_another_users_order(rest: Rest, other: Rest) -> None:
    order_id = other.placed(price="30000")
    assert rest.detail(order_id).refusal == (403, {"error": "无权查看此订单"})
    assert rest.cancel(order_id).refusal == (403, {"error": "无权操作此订单"})
    assert rest.get("open_orders").json == []


def test_open_orders(rest: Rest) -> None:
    """2.4.4: of one symbol or of all."""
    first = rest.placed(price="30000")
    second = rest.placed(symbol="ETHUSDT", price="2000", quantity="0.1")
    rows = rest.get("open_orders").json
    assert sorted(row["orderId"] for row in rows) == sorted([first, second])
    assert rest.get("open_orders", symbol="ETHUSDT").json == [rest.detail(second).json]
    assert rest.get("open_orders", symbol="NOPE").json == []


# 2.4.3: cancel

def test_cancel_order(venue: MockExchange, rest: Rest) -> None:
    """2.4.3, the sample: two fields, a status that is spelled with two L; the journal spells it as Binance does."""
    order_id = rest.placed(price="30000", client_order_id="mine")
    assert rest.cancel(order_id).json == {"orderId": order_id, "status": "CANCELLED"}
    assert rest.detail(order_id).json["status"] == "CANCELLED"
    assert statuses(venue, "mine") == ["NEW", "CANCELED"]
    assert rest.get("open_orders").json == []
    assert {"asset": "USDT", "free": "100000.0", "locked": "0.0"} in rest.get("account").json["balances"]


def test_cancel_reads_the_form_only(rest: Rest) -> None:
    """2.4.3: ``request.form`` of a DELETE; the query is not read, nor are Binance's names."""
    order_id = rest.placed(price="30000", client_order_id="mine")
    missing = (400, {"error": "缺少必要参数: order_id"})
    in_query = rest.call("DELETE", f"/api/v1/order?order_id={order_id}", {"X-API-KEY": "mock-key"})
    assert in_query.refusal == missing
    assert rest.form("DELETE", "order", symbol="BTCUSDT", orderId=order_id).refusal == missing
    assert rest.form("DELETE", "order", symbol="BTCUSDT", origClientOrderId="mine").refusal == missing
    both = rest.form("DELETE", f"order?order_id={order_id}", order_id=order_id, symbol="BTCUSDT", newClientOrderId="c")
    assert both.json["status"] == "CANCELLED", "a client may send it in both"


def test_what_cannot_be_cancelled(rest: Rest) -> None:
    order_id = rest.placed(price="30000")
    assert rest.cancel(order_id).status == 200
    assert rest.cancel(order_id).refusal == (400, {"error": "取消订单失败"})
    assert rest.cancel(NOBODYS).refusal == (404, {"error": "订单不存在"})


# ids

def test_order_ids_come_from_the_seed() -> None:
    def some(seed: int) -> list[str]:
        with MockExchange("qte", feed="none", seed=seed) as venue:
            rest = Rest(venue.rest)
            ids = [rest.placed(price="30000", client_order_id=f"c{n}") for n in range(3)]
            numbers = {row["client_order_id"]: row["order_id"] for row in venue.journal() if row["kind"] == "order"}
            assert ids == [order_uuid(seed, numbers[f"c{n}"]) for n in range(3)]
            return ids

    first = some(7)
    assert len(set(first)) == 3 and some(7) == first and some(8) != first


def test_client_ids_are_taken_any_number_of_times(rest: Rest) -> None:
    """Spec, U41; and an id that ends like the mock's own marks."""
    ids = [rest.placed(price="30000", client_order_id="twice") for _ in range(3)]
    assert len(set(ids)) == 3
    assert [rest.detail(one).json["clientOrderId"] for one in ids] == ["twice"] * 3
    assert rest.detail(rest.placed(price="30000", client_order_id="a#1")).json["clientOrderId"] == "a#1"
    for none in (None, ""):
        assert rest.detail(rest.placed(price="30000", client_order_id=none)).json["clientOrderId"] is None
    assert rest.cancel(ids[0]).status == rest.cancel(ids[1]).status == 200
    assert [rest.detail(one).json["status"] for one in ids] == ["CANCELLED", "CANCELLED", "NEW"]


def test_a_restart_keeps_the_orders(venue: MockExchange, rest: Rest) -> None:
    order_id = rest.placed(price="30000", client_order_id="mine")
    gone = rest.placed(price="30000")
    rest.cancel(gone)
    before = [rest.detail(one).json for one in (order_id, gone)]
    venue.restart()
    assert [rest.detail(one).json for one in (order_id, gone)] == before
    assert rest.cancel(order_id).json["status"] == "CANCELLED"
    assert rest.placed(price="30000") not in (order_id, gone)
    venue.reset()
    assert rest.detail(order_id).status == 404


def test_a_journal_on_disk_keeps_them_too(tmp_path: Path) -> None:
    ids: list[str] = []
    for _ in range(2):
        with MockExchange("qte", feed="none", seed=7, state=tmp_path) as venue:
            rest = Rest(venue.rest)
            ids.append(rest.placed(price="30000"))
            assert sorted(row["orderId"] for row in rest.get("open_orders").json) == sorted(ids)
    assert len(set(ids)) == 2


def test_an_account_trades_with_itself(rest: Rest) -> None:
    """Spec 1.5, row 10."""
    first = rest.placed(side="SELL", price="40000", quantity="0.1")
    assert rest.order(price="40000", quantity="0.1").json["status"] == "FILLED"
    assert rest.detail(first).json["status"] == "FILLED"
