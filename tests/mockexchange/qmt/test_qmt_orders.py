"""Orders of the day and cancels (2.4), their statuses and delays (5.5), and what a restart keeps."""

from pathlib import Path
from typing import Any

import pytest
from qmt_client import DAY, HOUR, NOON, STILL, TRADE, Rest
from waiting import until

from mockexchange import MockExchange
from mockexchange.core.commands import PlaceOrder
from mockexchange.core.numbers import SCALE


def journalled(venue: MockExchange) -> list[tuple[str, str]]:
    """(client order id, status) of every order row."""
    return [(row["client_order_id"], row["status"]) for row in venue.journal() if row["kind"] == "order"]


def test_a_row(rest: Rest) -> None:
    """The sample of 2.4."""
    rest.order("buy", 500, 9.5, strategy_name="my")
    answer = rest.post(f"{TRADE}/orders", {"trader_index": 0, "cancelable_only": False})
    assert answer.json == [{
        "order_id": 1000, "symbol": "000001.SZ", "side": "buy", "status": 50, "m_status": "已报", "volume": 500, "time": NOON // 1000,
        "price": 9.5, "price_type": 11, "traded_volume": 0, "traded_price": 0.0, "strategy_name": "my",
    }]
    assert rest.row(1000) == answer.json[0]
    assert answer.text.startswith('[{"m_status":"\\u5df2\\u62a5","order_id":1000,"price":9.5,')


@pytest.mark.parametrize("options", [{"time_unit": "milliseconds"}], indirect=True)
def test_time_in_milliseconds(rest: Rest) -> None:
    assert rest.row(rest.order("buy", 500, 9.5)["order_id"])["time"] == NOON


def test_the_list_has_all_statuses_in_order_of_id(venue: MockExchange, rest: Rest) -> None:
    ids = [
        rest.order("buy", 500, 9.5)["order_id"], rest.order("buy", 500, 10.5)["order_id"], rest.order("buy", 500, 9.6)["order_id"],
        rest.order("buy", 500, 20.0)["order_id"], rest.order("buy", 100, 1.0, "111001")["order_id"], rest.order("buy", 500, 9.7, trader_index=1)["order_id"],
    ]
    assert ids == [1000, 1001, 1002, 1003, 1004, 1005]
    assert rest.cancel(1002) is True
    assert [(row["order_id"], row["status"]) for row in rest.orders()] == [(1000, 50), (1001, 56), (1002, 54), (1003, 57), (1004, 57)]
    assert [row["order_id"] for row in rest.orders(only=True)] == [1000]
    assert [row["order_id"] for row in rest.orders(1)] == [1005]


def test_errors_of_queries(rest: Rest) -> None:
    for path in ("orders", "order", "cancel_order"):
        assert rest.post(f"{TRADE}/{path}", {"order_id": 1}).error == (400, "无效的交易器索引: None")
        assert rest.post(f"{TRADE}/{path}", {"order_id": 1, "trader_index": 2}).error == (400, "无效的交易器索引: 2")
        assert rest.post(f"{TRADE}/{path}", {"order_id": 1, "trader_index": "0"}).error == (500, f"接口异常: {path}")
    unknown = rest.post(f"{TRADE}/order", {"order_id": 999, "trader_index": 0})
    assert unknown.json == {"error": "接口异常: order", "message": "'NoneType' object has no attribute 'order_id'"} and unknown.status == 500


def test_cancel(rest: Rest) -> None:
    """200 in both outcomes; an order belongs to one account, and its id is an integer."""
    rest.order("buy", 500, 9.5)

    def cancel(order_id: Any, index: int = 0) -> Any:
        return rest.post(f"{TRADE}/cancel_order", {"order_id": order_id, "trader_index": index}).json

    assert cancel("1000") == {"success": False, "order_id": "1000", "message": "撤单失败: OrderID 1000"}
    assert cancel(1000, 1)["success"] is False and cancel(None)["success"] is False and cancel(True)["success"] is False
    assert cancel(1000) == {"success": True, "order_id": 1000, "message": "撤单成功: OrderID 1000"}
    assert cancel(1000)["success"] is False and rest.status(1000) == 54


def test_cancel_all(rest: Rest) -> None:
    for index in (0, 1):
        for price in (9.5, 9.6):
            rest.order("buy", 100, price, trader_index=index)
    rest.order("sell", 500, 10.9)
    rest.order("buy", 100, 20.0)
    answer = rest.post(f"{TRADE}/cancel_orders/buy", {"trader_index": 0})
    assert answer.json == {"message": "取消所有买单完成", "results": [{"trader_index": 0, "status": "success"}]}
    assert [row["status"] for row in rest.orders()] == [54, 54, 50, 57] and [row["status"] for row in rest.orders(1)] == [50, 50]
    path = f"{TRADE}/cancel_orders/sale"
    sold = rest.call("POST", path, rest.headers("POST", path), "{}")
    assert sold.json["message"] == "取消所有卖单完成" and len(sold.json["results"]) == 2
    assert [row["status"] for row in rest.orders()] == [54, 54, 54, 57]
    assert rest.post(f"{TRADE}/cancel_orders/sell", {"trader_index": 0}).status == 404
    assert rest.post(f"{TRADE}/cancel_orders/buy", {"trader_index": 3}).error == (400, "无效的交易器索引: 3")


def test_partly_filled_and_cancelled(rest: Rest) -> None:
    row = rest.row(rest.order("buy", 90_000, 10.02)["order_id"])
    assert row["status"] == 55 and 0 < row["traded_volume"] < 90_000
    assert rest.cancel(1000) is True
    after = rest.row(1000)
    assert (after["status"], after["m_status"], after["traded_volume"]) == (53, "部撤", row["traded_volume"])


def test_the_traded_price_is_the_mean(venue: MockExchange, rest: Rest) -> None:
    rest.order("buy", 3_000, 10.9)
    fills = [row for row in venue.journal() if row["kind"] == "fill"]
    assert len(fills) > 1
    mean = sum(float(fill["price"]) * float(fill["qty"]) for fill in fills) / 3_000
    assert rest.row(1000)["traded_price"] == pytest.approx(mean, abs=1e-12)


# delays

@pytest.mark.parametrize("options", [{"report_ms": 1_000, "cancel_ms": 500}], indirect=True)
def test_orders_are_reported_and_cancelled_late(venue: MockExchange, rest: Rest) -> None:
    resting, filled, refused = (rest.order("buy", 500, price)["order_id"] for price in (9.5, 10.5, 20.0))
    for ms, expected in ((0, 48), (499, 48), (1, 49), (499, 49)):
        venue.advance(ms)
        assert [rest.row(each)["status"] for each in (resting, filled, refused)] == [expected] * 3
        assert rest.row(filled)["traded_volume"] == 0 and rest.row(filled)["m_status"] == {48: "未报", 49: "待报"}[expected]
    assert rest.orders(only=True) == []
    venue.advance(1)
    assert [rest.row(each)["status"] for each in (resting, filled, refused)] == [50, 56, 57]
    assert rest.cancel(resting) is True
    assert (rest.status(resting), rest.row(resting)["m_status"]) == (51, "已报待撤")
    assert rest.cancel(resting) is False and rest.orders(only=True) == []
    venue.advance(499)
    assert rest.status(resting) == 51 and rest.portfolio()["frozen_cash"] > 0
    venue.advance(1)
    assert rest.status(resting) == 54 and rest.portfolio()["frozen_cash"] == 0


@pytest.mark.parametrize("options", [{"cancel_ms": 500}], indirect=True)
def test_an_order_may_be_filled_while_its_cancel_is_under_way(venue: MockExchange, rest: Rest) -> None:
    part = rest.order("buy", 90_000, 10.02)["order_id"]
    rest.cancel(part)
    assert (rest.status(part), rest.row(part)["m_status"]) == (52, "部成待撤")
    venue.set_price("000001.SZ", "9.9")
    assert rest.status(part) == 56
    venue.advance(600)
    assert rest.status(part) == 56


# tags

def test_the_journal_has_the_strategy_name(venue: MockExchange, rest: Rest) -> None:
    """It is the client order id there; two live orders of one name differ by a mark that the wire does not show."""
    rest.order("buy", 100, 9.5, strategy_name="251128-7")
    assert journalled(venue) == [("251128-7", "NEW")]
    rest.order("buy", 100, 9.5, strategy_name="my")
    rest.order("buy", 100, 9.5, strategy_name="my")
    rest.order("buy", 100, 9.5, strategy_name="a#1")
    names = [name for name, _ in journalled(venue)]
    assert names[1] == "my" and names[2].startswith("my#") and len(set(names)) == 4
    assert [row["strategy_name"] for row in rest.orders()] == ["251128-7", "my", "my", "a#1"]


@pytest.mark.parametrize("options, names", [
    ({"strategy_name": "overwritten"}, ["quant_1", "quant_2"]), ({"strategy_name": "dropped"}, ["", ""]), ({"build": "B"}, ["quant_1", "quant_2"]),
], indirect=["options"])
def test_names_that_are_lost(venue: MockExchange, rest: Rest, names: list[str]) -> None:
    for tag in ("one", "two"):
        data = {"symbol": "000001", "trade_price": 9.5, "position_pct": 0.1, "trader_index": 0, "strategy_name": tag}
        assert rest.trade("buy", data).status == 200
    assert [row["strategy_name"] for row in rest.orders()] == names
    assert journalled(venue) == [("one", "NEW"), ("two", "NEW")]


def test_a_name_stays_as_it_was_stored(venue: MockExchange, rest: Rest) -> None:
    rest.order("buy", 100, 9.5, strategy_name="first")
    venue.set_options(strategy_name="dropped")
    rest.order("buy", 100, 9.5, strategy_name="second")
    venue.set_options(strategy_name="kept")
    assert [row["strategy_name"] for row in rest.orders()] == ["first", ""]


def test_orders_that_came_another_way_are_shown(venue: MockExchange, rest: Rest) -> None:
    """Placed at the venue's core, as a fault row or a test does it: they have numbers, and can be cancelled."""
    rest.order("buy", 100, 9.5)
    venue.run(lambda inner: inner.apply(PlaceOrder("mock-key", "000001.SZ", "BUY", "LIMIT", 100 * SCALE, 95 * SCALE // 10, client_order_id="hand")))
    rest.order("buy", 100, 9.5)
    assert [(row["order_id"], row["strategy_name"]) for row in rest.orders()] == [(1000, "外部策略"), (1001, "hand"), (1002, "外部策略")]
    assert rest.cancel(1001) is True and rest.status(1001) == 54


def test_an_order_that_is_answered_before_the_exchange_sees_it(venue: MockExchange, rest: Rest) -> None:
    """A fault ``delay`` with ``ack``: the id is known, the order is not there yet."""
    venue.faults.add(match="POST */outer/trade/buy", stage="before_engine", action="delay", ms=300, ack=True)
    assert rest.order("buy", 100, 9.5, strategy_name="late")["order_id"] == 1000
    assert rest.orders() == []
    until(rest.orders)
    assert [(row["order_id"], row["strategy_name"]) for row in rest.orders()] == [(1000, "late")]


# restarts

def test_a_restart_keeps_ids_and_refused_orders(tmp_path: Path) -> None:
    def rest_of(venue: MockExchange) -> Rest:
        return Rest(venue.rest, now=lambda: venue.state()["now"] / 1000)

    with MockExchange("qmt", seed=7, state=tmp_path, clock=f"manual={NOON}", speed=STILL) as venue:
        rest = rest_of(venue)
        rest.order("buy", 500, 9.5, strategy_name="resting")
        rest.order("buy", 500, 20.0, strategy_name="refused")
        rest.order("buy", 100, 10.5, price_type=5, strategy_name="filled")
        before = rest.orders()
        assert [row["status"] for row in before] == [50, 57, 56] and before[2]["price_type"] == 44
        venue.restart(keep_state=True)
        assert rest.orders() == before
        assert rest.order("buy", 500, 9.5)["order_id"] == 1003
    with MockExchange("qmt", seed=7, state=tmp_path, clock=f"manual={NOON + HOUR}", speed=STILL) as venue:
        rest = rest_of(venue)
        assert rest.orders()[:3] == before and rest.cancel(1000) is True
        assert rest.order("buy", 500, 9.5)["order_id"] == 1004
        assert rest.positions()["000001.SZ"]["can_use_volume"] == 1000
    with MockExchange("qmt", seed=7, state=tmp_path, clock=f"manual={NOON + DAY}", speed=STILL) as venue:
        rest = rest_of(venue)
        assert rest.orders() == [] and rest.positions()["000001.SZ"]["can_use_volume"] == 1100
        assert rest.order("buy", 500, 9.5)["order_id"] == 1000


def test_a_wipe_forgets_all(venue: MockExchange, rest: Rest) -> None:
    rest.order("buy", 500, 9.5)
    venue.restart(keep_state=False)
    assert rest.orders() == [] and rest.order("buy", 500, 9.5)["order_id"] == 1000
    venue.reset()
    assert rest.orders() == [] and rest.portfolio()["frozen_cash"] == 0


def test_a_thousand_orders(rest: Rest, venue: MockExchange) -> None:
    """Numbers are one series for the venue, and an order is found at once."""
    def place(inner: Any) -> None:
        for _ in range(1_000):
            inner.apply(PlaceOrder("mock-key", "600000.SH", "BUY", "LIMIT", 100 * SCALE, 72 * SCALE // 10))

    venue.run(place)
    assert rest.row(1999)["order_id"] == 1999
    assert len(rest.orders()) == 1_000
