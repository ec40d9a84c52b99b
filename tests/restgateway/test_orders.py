"""The order table: whatever is told in whatever order, nothing is lost, doubled or invented."""

from functools import reduce
from operator import add
from typing import Any

import pytest
from order_makers import make_order, make_trade, spoil
from vnpy.trader.constant import Status
from vnpy.trader.object import OrderData, TradeData

from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.orders.table import OrderTable, Push

RULE = NotFoundPolicy(bound=15.0, spacing=2.0, misses=3)


def words(pushes: list[Push]) -> list[str]:
    """Pushes as short words: a trade's id, or an order's status and traded volume."""
    return [p.tradeid if isinstance(p, TradeData) else f"{p.status.name} {p.traded:g}" for p in pushes]


@pytest.fixture
def table() -> OrderTable:
    table = OrderTable(RULE)
    table.submit(make_order("o1"), now=100.0)
    return table


def told(status: Status, traded: float = 0.0, orderid: str = "o1", **values: Any) -> OrderData:
    return make_order(orderid, status, traded, **values)


# one order


def test_an_ordinary_life() -> None:
    table = OrderTable(RULE)
    assert table.submit(make_order("o1"), 100.0) is table.get("o1")
    assert words(table.update(told(Status.NOTTRADED), "1")) == ["NOTTRADED 0"]
    assert words(table.fill(make_trade("t1", 4.0), "1")) == ["t1"]
    assert words(table.update(told(Status.PARTTRADED, 4.0), "1")) == ["PARTTRADED 4"]
    assert words(table.fill(make_trade("t2", 6.0), "1")) == ["t2"]
    assert words(table.update(told(Status.ALLTRADED, 10.0), "1")) == ["ALLTRADED 10"]
    assert not table.active and list(table.final) == ["o1"]


def test_the_final_update_waits_for_its_trades(table: OrderTable) -> None:
    assert table.update(told(Status.ALLTRADED, 10.0), "1") == []
    assert words(table.fill(make_trade("t1", 4.0), "1")) == ["t1"]
    assert words(table.update(told(Status.ALLTRADED, 10.0), "1")) == []
    assert words(table.fill(make_trade("t2", 6.0), "1")) == ["t2", "ALLTRADED 10"]
    assert table.fill(make_trade("t2", 6.0), "1") == []


def test_a_held_final_can_be_released_without_its_trades(table: OrderTable) -> None:
    assert table.release_final("o1") == []
    table.update(told(Status.CANCELLED, 3.0), "1")
    assert words(table.release_final("o1")) == ["CANCELLED 3"]
    assert table.release_final("o1") == []
    assert words(table.fill(make_trade("t1", 3.0), "1")) == ["t1"]
    assert table.release_final("unknown") == []


def test_a_cancelled_order_that_turns_out_to_have_traded_more_is_held_for_it(table: OrderTable) -> None:
    assert words(table.update(told(Status.CANCELLED), "1")) == ["CANCELLED 0"]
    assert table.update(told(Status.CANCELLED, 2.0), "1") == []
    assert words(table.fill(make_trade("t1", 2.0), "1")) == ["t1", "CANCELLED 2"]


def test_large_volumes_do_not_wait_for_float_noise(table: OrderTable) -> None:
    """0.1-steps at 1e8: the sum of the fills differs from the venue's total by more than 1e-9."""
    volumes = [12345678.1] * 9 + [0.1] * 3
    total = 111111103.2
    # sum() has no such noise from Python 3.12 on
    assert abs(reduce(add, volumes) - total) > 1e-9, "the noise this test is about"
    table.submit(make_order("o2", volume=total), now=100.0)
    for n, volume in enumerate(volumes):
        table.fill(make_trade(f"t{n}", volume, "o2"), "1")
    assert words(table.update(told(Status.ALLTRADED, total, "o2", volume=total), "1")) == [f"ALLTRADED {total:g}"]


def test_the_smallest_missing_fill_is_missed(table: OrderTable) -> None:
    table.fill(make_trade("t1", 10.0 - 1e-8), "1")
    assert table.update(told(Status.ALLTRADED, 10.0), "1") == []


def test_refuse_is_final_unless_the_venue_has_shown_it_alive(table: OrderTable) -> None:
    table.accept("o1", "1")
    assert table.refuse("o1") == []
    table.submit(make_order("o2"), 100.0)
    assert words(table.refuse("o2")) == ["REJECTED 0"]
    assert table.refuse("o2") == []
    assert table.refuse("unknown") == []
    assert table.update(told(Status.NOTTRADED, orderid="o2"), "2") == [], "refused with proof: a stale push changes nothing"


def test_accept_names_the_order_and_ends_the_doubt(table: OrderTable) -> None:
    entry = table.mark_in_doubt("o1", 101.0)
    assert entry is not None and table.doubtful() == [entry]
    assert table.mark_in_doubt("o1", 102.0) is None, "in doubt already"
    table.accept("o1", "77")
    assert table.find("77") is entry and entry.acknowledged and table.doubtful() == []
    table.accept("unknown", "78")
    assert table.find("78") is None
    assert table.mark_in_doubt("unknown", 102.0) is None


def test_want_cancel(table: OrderTable) -> None:
    assert table.want_cancel("unknown") is None
    entry = table.want_cancel("o1")
    assert entry is not None and entry.cancel_wanted
    table.update(told(Status.CANCELLED), "1")
    assert not entry.cancel_wanted and table.want_cancel("o1") is None


# silence


def miss(table: OrderTable, orderid: str, *asked: float) -> list[str]:
    return [word for moment in asked for word in words(table.missing(orderid, moment))]


def test_missing_concludes_late_and_repeated_only(table: OrderTable) -> None:
    assert miss(table, "o1", 200.0, 210.0, 220.0) == [], "not asked for: not in doubt"
    table.mark_in_doubt("o1", 101.0)
    assert miss(table, "o1", 102.0, 104.0, 106.0, 108.0, 114.9) == []
    assert miss(table, "o1", 115.0, 115.1, 117.0) == []
    assert miss(table, "o1", 119.0) == ["REJECTED 0"]
    assert miss(table, "o1", 121.0) == []
    assert miss(table, "unknown", 121.0) == []


def test_an_acknowledged_order_that_is_gone_was_cancelled(table: OrderTable) -> None:
    table.update(told(Status.NOTTRADED), "1")
    table.mark_in_doubt("o1", 500.0)
    assert miss(table, "o1", 500.2, 502.2, 504.2) == ["CANCELLED 0"]


def inferred(table: OrderTable) -> None:
    table.mark_in_doubt("o1", 101.0)
    assert miss(table, "o1", 115.0, 117.0, 119.0) == ["REJECTED 0"]


def test_an_order_that_turns_up_after_all_is_shown(table: OrderTable) -> None:
    inferred(table)
    assert words(table.update(told(Status.NOTTRADED), "1")) == ["NOTTRADED 0"]
    assert list(table.active) == ["o1"] and not table.final
    table.fill(make_trade("t1", 10.0), "1")
    assert words(table.update(told(Status.ALLTRADED, 10.0), "1")) == ["ALLTRADED 10"]
    assert table.update(told(Status.NOTTRADED), "1") == [], "told, not inferred: never left"


def test_one_that_turns_up_filled_waits_for_its_trades(table: OrderTable) -> None:
    inferred(table)
    assert table.update(told(Status.ALLTRADED, 10.0), "1") == []
    assert words(table.fill(make_trade("t1", 10.0), "1")) == ["t1", "ALLTRADED 10"]


def test_a_presumption_the_venue_confirms_is_no_presumption_any_more(table: OrderTable) -> None:
    table.update(told(Status.NOTTRADED), "1")
    table.mark_in_doubt("o1", 500.0)
    assert miss(table, "o1", 500.0, 502.0, 504.0) == ["CANCELLED 0"]
    assert table.update(told(Status.CANCELLED), "1") == []
    assert table.update(told(Status.NOTTRADED), "1") == [], "an old push must not bring it back to life"


# who is meant


def test_fills_of_an_order_not_known_yet_are_parked(table: OrderTable) -> None:
    assert table.fill(make_trade("t9", 1.0, orderid=""), "55") == []
    assert table.fill(make_trade("t9", 1.0, orderid=""), "55") == []
    assert table.fill(make_trade("t8", 2.0, orderid="web"), "55") == []
    pushes = table.update(told(Status.PARTTRADED, 3.0, orderid="web"), "55")
    assert words(pushes) == ["t9", "t8", "PARTTRADED 3"]
    assert [p.vt_orderid for p in pushes] == ["TEST.web"] * 3
    assert not table.orphan_fills
    assert table.fill(make_trade("t9", 1.0, orderid=""), "55") == []


def test_a_foreign_order_is_shown_tracked_and_cancellable() -> None:
    table = OrderTable(RULE)
    assert words(table.update(told(Status.NOTTRADED, orderid="web"), "55")) == ["NOTTRADED 0"]
    assert words(table.fill(make_trade("t1", 10.0, orderid=""), "55")) == ["t1"]
    entry = table.want_cancel("web")
    assert entry is not None and entry.acknowledged and entry.venue_id == "55"
    assert words(table.update(told(Status.ALLTRADED, 10.0, orderid="web"), "55")) == ["ALLTRADED 10"]


def test_a_foreign_order_first_heard_of_when_it_is_over() -> None:
    table = OrderTable(RULE)
    assert table.update(told(Status.ALLTRADED, 10.0, orderid="web"), "55") == []
    assert words(table.fill(make_trade("t1", 10.0, orderid=""), "55")) == ["t1", "ALLTRADED 10"]


def test_the_venues_id_goes_before_the_client_order_id(table: OrderTable) -> None:
    """Some answers name a cancelled order by the cancel's client id."""
    table.update(told(Status.NOTTRADED), "1")
    pushes = table.update(told(Status.CANCELLED, orderid="cancel-id"), "1")
    assert words(pushes) == ["CANCELLED 0"] and pushes[0].orderid == "o1"


def reuse(table: OrderTable) -> None:
    """The venue has order 1 under o1, over and done; then somebody uses o1 again for order 2."""
    table.update(told(Status.CANCELLED), "1")


def test_a_client_order_id_used_again_is_another_order(table: OrderTable) -> None:
    reuse(table)
    pushes = table.update(told(Status.NOTTRADED), "2")
    assert words(pushes) == ["NOTTRADED 0"]
    assert (pushes[0].orderid, pushes[0].vt_orderid) == ("2", "TEST.2")
    pushes = table.update(told(Status.CANCELLED), "2")
    assert words(pushes) == ["CANCELLED 0"] and pushes[0].orderid == "2"
    assert table.update(told(Status.CANCELLED), "1") == []


def test_a_fill_of_a_reused_client_order_id_goes_to_the_right_order(table: OrderTable) -> None:
    reuse(table)
    first = table.fill(make_trade("t1", 10.0), "2")
    pushes = first + table.update(told(Status.ALLTRADED, 10.0), "2")
    assert words(pushes) == ["t1", "ALLTRADED 10"]
    assert {p.orderid for p in pushes} == {"2"}
    old = table.get("o1")
    assert old is not None and old.filled == 0


def test_a_venue_that_lost_its_state_may_use_its_order_ids_again(table: OrderTable) -> None:
    """FAULTS F23: a fresh journal counts from the beginning. Our own client id says whose news these are."""
    table.update(told(Status.CANCELLED), "1")
    table.submit(make_order("o2"), 200.0)
    pushes = table.update(told(Status.NOTTRADED, orderid="o2"), "1")
    assert words(pushes) == ["NOTTRADED 0"] and pushes[0].orderid == "o2"
    entry = table.find("1")
    assert entry is not None and entry.orderid == "o2"
    assert [p.orderid for p in table.fill(make_trade("t1", 1.0, orderid=""), "1")] == ["o2"]


def test_one_trade_between_two_orders_of_one_account_needs_two_trade_ids(table: OrderTable) -> None:
    table.submit(make_order("o2"), 100.0)
    assert words(table.fill(make_trade("BTCUSDT-7-1", 1.0, "o1"), "1")) == ["BTCUSDT-7-1"]
    assert words(table.fill(make_trade("BTCUSDT-7-2", 1.0, "o2"), "2")) == ["BTCUSDT-7-2"]


# copies


def test_a_listener_that_changes_what_it_was_handed_changes_nothing() -> None:
    table = OrderTable(RULE)
    mine = make_order("o1")
    table.submit(mine, 100.0)
    pushes: list[Push] = [mine]
    mine.status, mine.volume = Status.REJECTED, 0.0
    for news in (told(Status.NOTTRADED), told(Status.PARTTRADED, 4.0), told(Status.CANCELLED, 4.0)):
        for push in pushes:
            spoil(push)
        pushes = table.update(news, "1")
        news.status, news.traded = Status.REJECTED, 99.0
        trade = make_trade("t1", 4.0)
        pushes += table.fill(trade, "1")
        spoil(trade)
    entry = table.get("o1")
    assert entry is not None
    assert (entry.order.status, entry.order.traded, entry.order.volume) == (Status.CANCELLED, 4.0, 10.0)
    assert entry.filled == 4.0
    held = table.update(told(Status.NOTTRADED, orderid="web"), "9")[0]
    spoil(held)
    assert table.active["web"].order.status is Status.NOTTRADED


def test_a_parked_fill_is_a_copy_when_it_comes_out(table: OrderTable) -> None:
    trade = make_trade("t1", 1.0, orderid="web")
    table.fill(trade, "5")
    out = table.update(told(Status.NOTTRADED, orderid="web"), "5")[0]
    assert out is not trade
