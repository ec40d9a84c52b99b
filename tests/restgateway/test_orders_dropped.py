"""Orders that are over are dropped when there are many: what is told of them afterwards is still not news."""

from collections.abc import Callable

import pytest
from order_makers import make_order, make_trade
from test_orders import RULE, told, words
from vnpy.trader.constant import Direction, Status

from vnpy_restgateway.orders import delivered_fills
from vnpy_restgateway.orders import table as orders
from vnpy_restgateway.orders.table import OrderTable

Make = Callable[..., OrderTable]


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """A table that keeps few: ``make(final, over, trades)``."""
    def make(final: int = 2, over: int = 1_000, trades: int = 1_000) -> OrderTable:
        monkeypatch.setattr(orders, "FINAL_KEPT", final)
        monkeypatch.setattr(orders, "FINISHED_KEPT", over)
        monkeypatch.setattr(delivered_fills, "IDS_KEPT", trades)
        return OrderTable(RULE)
    return make


def trade_all(table: OrderTable, first: int, last: int) -> None:
    """Orders ``o1`` to ``o9`` with venue's ids 1 to 9 and trades ``t1`` to ``t9``, sent and filled."""
    for n in range(first, last + 1):
        table.submit(make_order(f"o{n}"), float(n))
        assert words(table.fill(make_trade(f"t{n}", 10.0, f"o{n}"), str(n))) == [f"t{n}"]
        assert words(table.update(told(Status.ALLTRADED, 10.0, f"o{n}"), str(n))) == ["ALLTRADED 10"]


def test_bounds(make: Make) -> None:
    table = make(final=10, over=20, trades=25)
    trade_all(table, 0, 999)
    assert not table.active and not table.orphan_fills
    assert len(table.final) == 10 and len(table.by_venue_id) == 10
    assert table.get("o999") is not None and table.get("o900") is None
    assert table.find("995") is table.get("o995")
    assert all(f"t{n}" in table.delivered for n in range(975, 1_000))
    assert not any(f"t{n}" in table.delivered for n in range(950))
    assert table.delivered.size <= 2 * 25 * 64 + 64 * delivered_fills.PRINTS_KEPT and table.finished.size <= 20 * 64


def test_a_trade_of_a_dropped_order_is_not_pushed_again(make: Make) -> None:
    table = make()
    trade_all(table, 1, 5)
    assert table.get("o1") is None
    assert table.fill(make_trade("t1", 10.0, "o1"), "1") == []
    assert table.fill(make_trade("t1", 10.0, ""), "1") == []
    assert not table.orphan_fills              # nor is the venue asked for its order


def test_a_dropped_order_told_again_is_not_pushed_again(make: Make) -> None:
    """The day's orders are asked for at every connect: thousands of them may be dropped already."""
    table = make()
    trade_all(table, 1, 5)
    assert table.update(told(Status.ALLTRADED, 10.0, "o1"), "1") == []
    assert table.get("o1") is None and table.find("1") is None and not any(e.awaiting_fills for e in table.final.values())


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.REJECTED])
def test_a_dropped_order_without_trades_is_known_too(make: Make, status: Status) -> None:
    table = make()
    table.submit(make_order("o0"), 1.0)
    assert words(table.update(told(status, 0.0, "o0"), "100")) == [f"{status.name} 0"]
    trade_all(table, 1, 5)
    assert table.get("o0") is None
    assert table.update(told(status, 0.0, "o0"), "100") == []


def test_a_dropped_order_of_somebody_else_is_known_too(make: Make) -> None:
    table = make()
    assert words(table.update(told(Status.CANCELLED, 0.0, "web"), "100")) == ["CANCELLED 0"]
    trade_all(table, 1, 5)
    assert table.get("web") is None and table.update(told(Status.CANCELLED, 0.0, "web"), "100") == []


def test_another_order_under_the_id_of_a_dropped_one_is_news(make: Make) -> None:
    """F23: a venue that lost its state counts from the beginning. Binance's order ids are unique per symbol only."""
    table = make()
    trade_all(table, 1, 5)
    elsewhere = told(Status.ALLTRADED, 10.0, "web1")
    elsewhere.symbol = "ETHUSDT_SPOT_BINANCE"
    others = [
        elsewhere, told(Status.ALLTRADED, 10.0, "web2", direction=Direction.SHORT), told(Status.ALLTRADED, 5.0, "web3")
    ]
    for number, other in enumerate(others, 1):
        table.update(other, str(number))
        assert table.get(f"web{number}") is not None


@pytest.mark.parametrize("status", [Status.NOTTRADED, Status.CANCELLED])
def test_the_id_of_a_dropped_order_with_another_state_is_news(make: Make, status: Status) -> None:
    table = make()
    trade_all(table, 1, 5)
    assert words(table.update(told(status, 0.0, "web"), "1")) == [f"{status.name} 0"]


def test_the_id_of_a_dropped_cancelled_order_that_is_refused_is_news(make: Make) -> None:
    table = make()
    table.update(told(Status.CANCELLED, 0.0, "web"), "100")
    trade_all(table, 1, 5)
    assert words(table.update(told(Status.REJECTED, 0.0, "web2"), "100")) == ["REJECTED 0"]


def test_a_dropped_order_that_lacked_fills_is_still_open_to_them(make: Make) -> None:
    """Its final state went out without them, as the venue did not have them: they are lost by no eviction."""
    table = make()
    table.submit(make_order("o0"), 1.0)
    assert words(table.fill(make_trade("t100", 4.0, "o0"), "100")) == ["t100"]
    assert table.update(told(Status.ALLTRADED, 10.0, "o0"), "100") == []
    assert words(table.release_final("o0")) == ["ALLTRADED 10"]
    trade_all(table, 1, 5)
    assert table.get("o0") is None
    assert table.fill(make_trade("t100", 4.0, ""), "100") == []
    assert table.fill(make_trade("t101", 6.0, ""), "100") == [] and "100" in table.orphan_fills
    assert words(table.update(told(Status.ALLTRADED, 10.0, "o0"), "100")) == ["t101"]


def test_a_dropped_order_that_was_only_presumed_dead_may_turn_up(make: Make) -> None:
    table = make()
    table.submit(make_order("o0"), 0.0)
    table.accept("o0", "100")
    table.mark_in_doubt("o0", 1.0)
    for n in range(RULE.misses):
        table.missing("o0", 100.0 + n * RULE.spacing)
    trade_all(table, 1, 5)
    assert table.get("o0") is None
    assert words(table.update(told(Status.CANCELLED, 0.0, "o0"), "100")) == ["CANCELLED 0"]


def test_a_final_order_is_not_dropped_before_it_was_pushed(make: Make) -> None:
    table = make()
    table.submit(make_order("o0"), 1.0)
    assert table.update(told(Status.ALLTRADED, 10.0, "o0"), "100") == []
    trade_all(table, 1, 9)
    assert len(table.final) == 2
    assert words(table.fill(make_trade("t100", 10.0, "o0"), "100")) == ["t100", "ALLTRADED 10"]
    trade_all(table, 10, 13)
    assert table.get("o0") is None and len(table.final) == 2


def test_held_orders_alone_do_not_push_out_a_new_one(make: Make) -> None:
    table = make()
    for n in range(6):
        table.submit(make_order(f"h{n}"), 1.0)
        table.update(told(Status.ALLTRADED, 10.0, f"h{n}"), f"{100 + n}")
    assert len(table.final) == 6 and all(e.awaiting_fills for e in table.final.values())
    trade_all(table, 1, 1)
    assert table.get("o1") is not None


def test_a_new_venue_has_nothing_over(make: Make) -> None:
    table = make()
    trade_all(table, 1, 5)
    table.forget_venue_ids()
    table.update(told(Status.ALLTRADED, 10.0, "web"), "1")
    assert words(table.fill(make_trade("t1", 10.0, ""), "1")) == ["t1@2", "ALLTRADED 10"]


def test_live_orders_are_never_dropped(make: Make) -> None:
    table = make(final=3)
    for n in range(50):
        table.submit(make_order(f"o{n}"), 1.0)
    assert len(table.active) == 50


def test_dropping_an_old_order_leaves_a_newer_one_of_the_same_venue_id(make: Make) -> None:
    table = make(final=1)
    for orderid in ("o1", "o2"):
        table.submit(make_order(orderid), 1.0)
    table.update(told(Status.CANCELLED, orderid="o1"), "1")
    table.update(told(Status.NOTTRADED, orderid="o2"), "1")
    table.update(told(Status.CANCELLED, orderid="o3"), "3")
    assert table.get("o1") is None
    entry = table.find("1")
    assert entry is not None and entry.orderid == "o2"


# what a venue invents


def test_live_orders_placed_elsewhere_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "LIVE_KEPT", 10)
    table = OrderTable(RULE)
    for n in range(1, 1_001):
        assert bool(table.update(told(Status.NOTTRADED, 0.0, f"web{n}"), str(n))) == (n <= 10)
    assert len(table.active) == len(table.by_venue_id) == 10 and table.turned_away == 990
    assert table.submit(make_order("o1"), 1.0).is_active, "ours are never too many"
    assert words(table.update(told(Status.NOTTRADED, 0.0, "o1"), "5000")) == ["NOTTRADED 0"]
    assert words(table.update(told(Status.CANCELLED, 0.0, "web500"), "500")) == ["CANCELLED 0"]
    table.update(told(Status.CANCELLED, 0.0, "web1"), "1")
    table.update(told(Status.CANCELLED, 0.0, "web2"), "2")
    assert words(table.update(told(Status.NOTTRADED, 0.0, "web11"), "11")) == ["NOTTRADED 0"], "there is room again"


def test_parked_fills_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "ORPHAN_FILLS", 20)
    table = OrderTable(RULE)
    for order in range(5):
        for n in range(10):
            assert table.fill(make_trade(f"t{order}.{n}", 1.0, ""), str(order)) == []
            table.fill(make_trade(f"t{order}.{n}", 1.0, ""), str(order))
    assert list(table.orphan_fills) == ["3", "4"]
    assert len(table.update(told(Status.PARTTRADED, 10.0, "web4"), "4")) == 11
    for n in range(1_000):
        table.fill(make_trade(f"u{n}", 1.0, ""), "9")
    assert sum(map(len, table.orphan_fills.values())) <= 20


def test_the_owners_of_fills_are_kept_as_long_as_their_ids(make: Make) -> None:
    """Else a fill of long ago, told again, would be taken for another order's."""
    table = make(final=1_000, over=1_000, trades=25)
    trade_all(table, 0, 999)
    for n in range(1_000):
        trade = make_trade(f"t{n}", 10.0, f"o{n}")
        trade.datetime = None           # told with another time: only the order shows that it is the same
        assert f"t{n}" not in table.delivered or not table.delivered.is_reused(trade, str(n))
    assert sum(f"t{n}" in table.delivered for n in range(1_000)) >= 25
