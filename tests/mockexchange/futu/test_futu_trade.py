"""Orders, amendments, cancels, lists, fills (spec 2.17 to 2.20, 3), with the delays of brokers."""

from typing import Any

import pytest
from futu_client import REAL, TOKEN, Rest, real, simulated
from waiting import until

from mockexchange import MockExchange

FIELDS = {
    "trd_side", "order_type", "order_status", "order_id", "order_id_ex", "code", "name", "qty", "price", "create_time", "update_time",
    "fill_qty", "fill_avg_price", "last_err_msg", "sec_market", "create_timestamp", "update_timestamp", "remark", "time_in_force",
    "fill_outside_rth", "aux_price", "trail_type", "trail_value", "trail_spread", "currency", "trd_market", "session", "jp_acc_type",
    "expire_time",
}


def test_an_order_rests_and_is_cancelled(venue: MockExchange, rest: Rest) -> None:
    """The digest's own example, with its remark in the journal."""
    body = {
        "packet_id": {"conn_id": 918273645, "serial_no": 1}, "header": simulated(), "trd_side": 1, "order_type": 1, "code": "00700",
        "qty": 100, "price": 290.0, "sec_market": 1, "remark": "vt-1", "time_in_force": 0,
    }
    s2c = rest.post("order", body).s2c
    assert s2c["header"] == simulated()
    row = rest.row(s2c["order_id"])
    assert set(row) == FIELDS
    assert (row["order_status"], row["order_id_ex"], row["remark"], row["name"]) == (5, s2c["order_id_ex"], "vt-1", "TENCENT")
    assert (row["qty"], row["price"], row["fill_qty"], row["fill_avg_price"]) == (100.0, 290.0, 0.0, 0.0)
    assert (row["create_time"], row["create_timestamp"]) == ("2026-01-05 12:00:00", 1767585600.0)
    assert (row["currency"], row["trd_market"], row["sec_market"], row["last_err_msg"]) == (1, 1, 1, "")
    told = [row for row in venue.journal() if row["kind"] == "order"]
    assert (told[-1]["client_order_id"], told[-1]["account"], told[-1]["symbol"]) == ("vt-1", TOKEN, "00700")
    cancel = {
        "packet_id": {"conn_id": 918273645, "serial_no": 2}, "header": simulated(), "order_id": s2c["order_id"],
        "modify_order_op": 2, "qty": 0, "price": 0,
    }
    assert rest.post("modify-order", cancel).s2c == {**s2c}
    assert rest.status(s2c["order_id"]) == 15
    assert rest.modify(s2c["order_id"], 2).failure[0] == -1


def test_an_american_order_is_in_new_yorks_time(rest: Rest) -> None:
    order = rest.buy(10, 190.0, "AAPL", header=simulated(2))
    row = rest.row(order, simulated(2))
    assert (row["create_time"], row["trd_market"], row["sec_market"], row["currency"]) == ("2026-01-04 23:00:00", 2, 2, 2)
    assert rest.orders() == []


def test_statuses(venue: MockExchange, rest: Rest) -> None:
    filled, resting = rest.buy(100, 303.0), rest.buy(100, 298.0)
    assert rest.row(filled)["order_status"] == 11 and rest.row(filled)["fill_qty"] == 100.0
    venue.set_price("00700", "297")
    assert rest.status(resting) == 11
    part = rest.buy(2000, 297.4, order_type=8)
    assert rest.status(part) == 14 and 0 < rest.row(part)["fill_qty"] < 2000


def test_partly_filled_then_cancelled(venue: MockExchange, rest: Rest) -> None:
    order = rest.buy(1000, 300.4)
    row = rest.row(order)
    assert row["order_status"] == 10 and 0 < row["fill_qty"] < 1000
    rest.modify(order, 2)
    assert rest.status(order) == 14


@pytest.mark.parametrize("order, words", [
    ({"quantity": 150, "price": 290.0}, "lot size"), ({"quantity": 50, "price": 290.0}, "lot size"),
    ({"quantity": 0, "price": 290.0}, "lot size"), ({"quantity": 400_000, "price": 2.0}, "lot size"),
    ({"quantity": 100, "price": 290.1}, "tick size"), ({"quantity": 100, "price": 0}, "price: must be positive"),
    ({"quantity": 100, "price": 290.0, "code": "00001"}, "unknown stock"),
    ({"quantity": 100, "price": 290.0, "code": "AAPL"}, "unknown stock"),
    ({"quantity": 100, "price": 290.0, "sec_market": 2}, "sec_market"),
    ({"quantity": 100, "price": 290.0, "trd_side": 3}, "trd_side"),
    ({"quantity": 100, "price": 290.0, "order_type": 14}, "order_type"),
    ({"quantity": 100, "price": 290.0, "order_type": 6}, "not supported now"),
    ({"quantity": 100, "price": 290.0, "time_in_force": 3}, "time_in_force"),
    ({"quantity": 100, "price": 290.0, "order_type": 10}, "aux_price"),
    ({"quantity": 100, "price": 290.0, "remark": "x" * 65}, "remark"),
    ({"quantity": -100, "price": 290.0}, "out of range"), ({"quantity": 5000, "price": 290.0}, "insufficient"),
])
def test_refusals(venue: MockExchange, rest: Rest, order: dict[str, Any], words: str) -> None:
    kind, text, _ = rest.send(order.pop("trd_side", 1), order.pop("quantity"), **order).failure
    assert kind == -1 and words in text
    assert rest.orders() == []


def test_more_than_is_held_is_not_sold(venue: MockExchange, rest: Rest) -> None:
    """Bought today, sold today; an odd lot cannot be sold, and nothing is sold short."""
    assert "insufficient" in rest.send(2, 100, 290.0).failure[1]
    rest.buy(100, 303.0)
    assert rest.status(rest.sell(100, 290.0)) == 11
    venue.deposit(TOKEN, "00700", 150)
    assert "lot size" in rest.send(2, 150, 290.0).failure[1]


@pytest.mark.parametrize("options, status", [({"refusals": "later"}, 21), ({"refusals": "submit_failed"}, 3)], indirect=["options"])
def test_refused_later(venue: MockExchange, rest: Rest, status: int) -> None:
    order = rest.buy(100, 290.1, remark="bad")
    row = rest.row(order)
    assert (row["order_status"], row["last_err_msg"], row["remark"]) == (status, "the price is not a multiple of the tick size", "bad")
    assert [row["status"] for row in venue.journal() if row["kind"] == "order"] == ["REJECTED"]
    venue.restart(keep_state=True)
    assert rest.status(order) == status


@pytest.mark.parametrize("options", [{"submit_ms": 1000, "hidden_ms": 300}], indirect=True)
def test_new_orders_are_hidden_then_waiting_then_submitting(venue: MockExchange, rest: Rest) -> None:
    order = rest.buy(100, 303.0)
    assert rest.orders() == []
    venue.advance(300)
    row = rest.row(order)
    assert (row["order_status"], row["fill_qty"]) == (1, 0.0)
    venue.advance(200)
    assert rest.status(order) == 2
    venue.advance(499)
    assert rest.status(order) == 2
    venue.advance(1)
    assert rest.status(order) == 11 and rest.row(order)["fill_qty"] == 100.0


@pytest.mark.parametrize("options", [{"cancel_ms": 1000}], indirect=True)
def test_a_cancel_under_way(venue: MockExchange, rest: Rest) -> None:
    order, other = rest.buy(100, 290.0), rest.buy(100, 298.0)
    assert rest.modify(order, 2).status == rest.modify(other, 2).status == 200
    assert rest.status(order) == 13
    assert rest.modify(order, 2).failure[0] == -1
    venue.set_price("00700", "297")
    venue.advance(1000)
    assert (rest.status(order), rest.status(other)) == (15, 11)


@pytest.mark.parametrize("options", [{"reply_ids": "none"}], indirect=True)
def test_an_answer_without_ids(rest: Rest) -> None:
    s2c = rest.send(1, 100, 290.0, remark="who").s2c
    assert (s2c["order_id"], s2c["order_id_ex"]) == (None, None)
    assert rest.orders()[0]["remark"] == "who"


def test_amend(venue: MockExchange, rest: Rest) -> None:
    """The id stays; a price that meets the book trades; quantity is the new total."""
    order = rest.buy(200, 290.0, remark="mine")
    assert rest.modify(order, 1, qty=300, price=291.0).s2c["order_id"] == order
    row = rest.row(order)
    assert (row["qty"], row["price"], row["order_status"], row["remark"]) == (300.0, 291.0, 5, "mine")
    assert rest.funds()["frozen_cash"] == pytest.approx(300 * 291 * 1.001385, abs=1)
    assert rest.modify(order, 1, qty=300, price=291.0).failure[1].endswith("nothing to modify")
    assert rest.modify(order, 1, qty=300, price=291.1).failure[1].endswith("tick size")
    assert rest.modify(order, 1, qty=350, price=291.0).failure[1].endswith("lot size")
    assert rest.modify(order, 1, qty=100_000, price=291.0).failure[0] == -1
    assert rest.modify(order, 1, qty=100, price=303.0).status == 200
    row = rest.row(order)
    assert (row["order_status"], row["fill_qty"], row["qty"]) == (11, 100.0, 100.0)
    assert rest.modify(order, 1, qty=200, price=290.0).failure[0] == -1
    venue.restart(keep_state=True)
    row = rest.row(order)
    assert (row["price"], row["qty"], row["order_status"]) == (303.0, 100.0, 11)


def test_an_amended_price_survives_a_restart(venue: MockExchange, rest: Rest) -> None:
    order = rest.buy(200, 290.0)
    rest.modify(order, 1, qty=200, price=280.0)
    frozen = rest.funds()["frozen_cash"]
    venue.restart(keep_state=True)
    assert rest.row(order)["price"] == 280.0 and rest.funds()["frozen_cash"] == frozen
    venue.set_price("00700", "279")
    assert rest.status(order) == 11


def test_cancel_by_text_id_for_all_and_other_ops(rest: Rest) -> None:
    one, two, other = rest.buy(100, 290.0), rest.buy(100, 289.0), rest.buy(10, 190.0, "AAPL", header=simulated(2))
    ex = rest.row(one)["order_id_ex"]
    for op in (3, 4, 5):
        assert rest.modify(one, op).failure[0] == -1
    assert rest.modify(0, 2, order_id_ex=ex).s2c["order_id"] == one
    assert rest.modify(0, 2, order_id_ex="20260104" + ex[8:]).failure[0] == -1
    assert rest.modify(0, 2, for_all=True).status == 200
    assert [rest.status(each) for each in (one, two)] == [15, 15] and rest.status(other, simulated(2)) == 5
    assert rest.modify(12, 2).failure[1].endswith("the order does not exist: 12")


# types

def test_order_types(venue: MockExchange, rest: Rest) -> None:
    market = rest.buy(100, 0, order_type=2)
    assert (rest.status(market), rest.row(market)["price"], rest.row(market)["order_type"]) == (11, 0.0, 2)
    assert rest.status(rest.buy(100, 290.0, order_type=5)) == 5
    assert rest.status(rest.buy(100, 290.0, order_type=8)) == 15
    assert rest.status(rest.buy(100, 290.0, order_type=9)) == 15
    assert rest.status(rest.buy(100, 303.0, order_type=9)) == 11
    assert rest.status(rest.buy(100, 290.0, time_in_force=2)) == 15
    assert rest.send(1, 1, 190.0, "AAPL", header=simulated(2), order_type=5).failure[2] == -400
    assert rest.row(rest.buy(100, 290.0, time_in_force=1))["time_in_force"] == 1


def test_stops(venue: MockExchange, rest: Rest) -> None:
    """Stop and stop limit, market and limit if touched."""
    venue.deposit(TOKEN, "00700", 400)
    stop = rest.sell(100, 0, order_type=10, aux_price=295.0)
    limit = rest.sell(100, 294.0, order_type=11, aux_price=295.0)
    touched, limit_touched = rest.sell(100, 0, order_type=12, aux_price=305.0), rest.sell(100, 304.0, order_type=13, aux_price=305.0)
    assert [rest.status(each) for each in (stop, limit, touched, limit_touched)] == [5, 5, 5, 5]
    assert (rest.row(limit)["aux_price"], rest.row(limit)["price"]) == (295.0, 294.0)
    assert "trigger price" in rest.send(1, 100, 0, order_type=10, aux_price=290.0).failure[1]
    venue.restart(keep_state=True)
    venue.set_price("00700", "306")
    assert [rest.status(each) for each in (touched, limit_touched)] == [11, 11]
    assert [rest.row(each)["order_type"] for each in (touched, limit_touched)] == [12, 13]
    venue.set_price("00700", "294.8")
    until(lambda: rest.status(stop) == 11)
    assert rest.status(limit) == 11
    buying = rest.buy(100, 0, order_type=10, aux_price=310.0)
    assert rest.modify(buying, 2).status == 200 and rest.status(buying) == 15


def test_adjusted_prices(rest: Rest) -> None:
    order = rest.buy(100, 290.1, adjust_price=True, adjust_side_and_limit=0.015)
    assert rest.row(order)["price"] == 290.2
    order = rest.buy(100, 290.1, adjust_price=True, adjust_side_and_limit=-0.01)
    assert rest.row(order)["price"] == 290.0
    assert rest.send(1, 100, 290.1, adjust_price=True, adjust_side_and_limit=0.0).failure[0] == -1
    assert rest.row(rest.buy(100, 290.00099))["price"] == 290.0


@pytest.mark.parametrize("options, good, bad", [
    ({"ticks": "before_2025_08"}, 6.01, 6.005), ({"ticks": "phase_1"}, 6.01, 6.005), ({"ticks": "phase_2"}, 6.005, 6.001),
], indirect=["options"])
def test_ticks_of_the_three_tables(rest: Rest, good: float, bad: float) -> None:
    assert rest.buy(1000, good, "00939")
    assert "tick size" in rest.send(1, 1000, bad, "00939").failure[1]


@pytest.mark.parametrize("clock, wide", [("manual=1754150400000", True), ("manual=1754323200000", False)])
def test_ticks_by_date(rest: Rest, clock: str, wide: bool) -> None:
    """2025-08-03 and 2025-08-05: from the 4th on a share between 20 and 50 HKD has a tick of 0.02."""
    assert (rest.send(1, 400, 30.02, "00005").json["ret_type"] == 0) is not wide
    assert rest.buy(400, 30.05 if wide else 30.04, "00005")
    assert rest.buy(500, 24.02, "02800")


def test_the_ticks_of_america(rest: Rest) -> None:
    assert rest.buy(1, 190.01, "AAPL", header=simulated(2))
    assert rest.buy(1, 0.9999, "AAPL", header=simulated(2))
    assert rest.send(1, 1, 190.001, "AAPL", header=simulated(2)).failure[1].endswith("tick size")


# lists

def test_lists_are_filtered(rest: Rest) -> None:
    one, two = rest.buy(100, 290.0), rest.buy(400, 70.0, "00005")
    rest.modify(two, 2)

    def ids(**conditions: Any) -> list[int]:
        return [row["order_id"] for row in rest.orders(filter_conditions=conditions)]

    assert ids() == [two, one]
    assert ids(code_list=["00700"]) == ids(id_list=[one]) == ids(code_list=["HK.00700"]) == [one]
    assert ids(code_list=["00700"], id_list=[two]) == []
    assert ids(begin_time="2026-01-05 12:00:01") == [] and ids(end_time="2026-01-05 12:00:00") == [two, one]
    assert ids(order_id_ex_list=[rest.row(two)["order_id_ex"]]) == [two]
    assert [row["order_id"] for row in rest.orders(filter_status_list=[15])] == [two]
    assert rest.post("orders", header=simulated(), filter_conditions={"begin_time": "soon"}).failure[2] == -400


def test_fills_of_a_real_account(venue: MockExchange, rest: Rest) -> None:
    rest.unlock()
    order = rest.buy(300, 303.0, header=real())
    fills = rest.post("order-fills", header=real()).s2c["order_fill_list"]
    assert sum(fill["qty"] for fill in fills) == 300.0
    assert len({fill["fill_id"] for fill in fills}) == len({fill["fill_id_ex"] for fill in fills}) == len(fills)
    assert {(fill["order_id"], fill["code"], fill["trd_side"], fill["status"], fill["sec_market"]) for fill in fills} == {(order, "00700", 1, 0, 1)}
    assert "remark" not in fills[0]
    times = {"begin_time": "2026-01-05 00:00:00", "end_time": "2026-01-05 23:59:59"}
    assert rest.post("history-order-fills", header=real(), filter_conditions=times).s2c["order_fill_list"] == fills
    [past] = rest.post("history-orders", header=real(), filter_conditions=times).s2c["order_list"]
    assert past["order_id"] == order
    assert rest.post("history-orders", header=real(), filter_conditions={}).failure[2] == -400
    assert rest.post("history-orders", header=real()).error[0] == 400


def test_simulated_accounts_have_no_fills_and_no_past(rest: Rest) -> None:
    rest.buy(100, 303.0)
    times = {"begin_time": "2026-01-05", "end_time": "2026-01-05"}
    assert rest.post("order-fills", header=simulated()).failure[0] == -1
    assert rest.post("history-orders", header=simulated(), filter_conditions=times).failure[0] == -1


@pytest.mark.parametrize("options", [{"sim_fills": True, "sim_history": True}], indirect=True)
def test_unless_they_have(rest: Rest) -> None:
    rest.buy(100, 303.0)
    times = {"begin_time": "2026-01-05", "end_time": "2026-01-05"}
    assert len(rest.post("order-fills", header=simulated()).s2c["order_fill_list"]) == 1
    assert len(rest.post("history-orders", header=simulated(), filter_conditions=times).s2c["order_list"]) == 1


def test_an_order_from_elsewhere(venue: MockExchange, rest: Rest) -> None:
    """What the core was told by others is shown with the words that fit."""
    from mockexchange.core.commands import PlaceOrder
    from mockexchange.core.numbers import SCALE

    venue.run(lambda inner: inner.apply(PlaceOrder(f"{TOKEN}-real", "00700", "BUY", "LIMIT", 100 * SCALE, 290 * SCALE)))
    [row] = rest.orders(real())
    assert (row["order_type"], row["time_in_force"], row["order_status"]) == (1, 0, 5)
    assert rest.get("accounts").s2c["acc_list"][1]["acc_id"] == REAL
