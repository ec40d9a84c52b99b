"""F44: an order's volume changes at the venue. What is believed at once, what is asked for, and what holds whatever comes."""

from datetime import timedelta
from typing import Any

import pytest
from flow_desk import RULE, VENUE_IDS, Desk
from children import LONG
from hypothesis import given, settings
from hypothesis import strategies as st
from order_makers import MOMENT, make_order, make_trade
from vnpy.trader.constant import OrderType, Status
from vnpy.trader.object import OrderData, TradeData

from vnpy_restgateway.orders.table import OrderTable


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def volume(desk: Desk, orderid: str = "o1") -> float:
    entry = desk.flow.table.get(orderid)
    assert entry is not None
    return entry.order.volume


def tell(desk: Desk, status: Status, traded: float, size: float, asked_at: float = 0.0, orderid: str = "o1") -> None:
    desk.flow.on_order(make_order(orderid, status, traded, volume=size), "1", asked_at)


def test_less_is_pushed_at_once(desk: Desk) -> None:
    desk.live()
    tell(desk, Status.NOTTRADED, 0.0, 6.0)
    assert desk.pushes[-1] == "NOTTRADED 0" and len(desk.pushes) == 3 and volume(desk) == 6.0
    tell(desk, Status.NOTTRADED, 0.0, 6.0)
    assert len(desk.pushes) == 3, "told again"


def test_less_of_a_partly_filled_order(desk: Desk) -> None:
    desk.live()
    desk.flow.on_fill(make_trade("t1", 4.0), "1")
    tell(desk, Status.PARTTRADED, 4.0, 6.0)
    desk.flow.on_fill(make_trade("t2", 2.0), "1")
    tell(desk, Status.ALLTRADED, 6.0, 6.0)
    assert desk.pushes[2:] == ["t1", "PARTTRADED 4", "t2", "ALLTRADED 6"] and volume(desk) == 6.0


def test_an_older_push_does_not_bring_the_old_volume_back(desk: Desk) -> None:
    """It is asked for, and the answer says that nothing has grown."""
    desk.live()
    tell(desk, Status.NOTTRADED, 0.0, 6.0)
    tell(desk, Status.NOTTRADED, 0.0, 10.0)
    assert volume(desk) == 6.0 and len(desk.pushes) == 3
    desk.answer = lambda orderid, moment: tell(desk, Status.NOTTRADED, 0.0, 6.0, moment)
    desk.wait(1)
    assert [orderid for orderid, _ in desk.queries] == ["o1"] and volume(desk) == 6.0
    desk.wait(60)
    assert len(desk.queries) == 1


def test_more_is_believed_of_an_answer(desk: Desk) -> None:
    desk.live()
    tell(desk, Status.NOTTRADED, 0.0, 15.0)
    assert volume(desk) == 10.0
    desk.answer = lambda orderid, moment: tell(desk, Status.NOTTRADED, 0.0, 15.0, 1e9 + moment)
    desk.wait(1)
    assert volume(desk) == 15.0 and desk.pushes[-1] == "NOTTRADED 0"


def test_an_answer_that_was_asked_for_before_the_change_is_older_news(desk: Desk) -> None:
    desk.live()
    tell(desk, Status.NOTTRADED, 0.0, 6.0, 2e9)
    tell(desk, Status.NOTTRADED, 0.0, 10.0, 1e9)
    assert volume(desk) == 6.0


def test_a_volume_below_what_was_traded_is_not_believed(desk: Desk) -> None:
    desk.live()
    desk.flow.on_fill(make_trade("t1", 4.0), "1")
    tell(desk, Status.PARTTRADED, 4.0, 10.0)
    tell(desk, Status.PARTTRADED, 4.0, 3.0)
    assert volume(desk) == 10.0
    desk.wait(1)
    assert desk.queries


def test_more_is_proven_by_what_is_traded(desk: Desk) -> None:
    """Alive with all traded that we knew of: taken for filled, it would be lost."""
    desk.live()
    tell(desk, Status.PARTTRADED, 10.0, 15.0)
    entry = desk.flow.table.get("o1")
    assert entry is not None and entry.is_active and volume(desk) == 15.0
    desk.flow.on_fill(make_trade("t1", 15.0), "1")
    tell(desk, Status.ALLTRADED, 15.0, 15.0)
    assert desk.pushes[-1] == "ALLTRADED 15"


def test_more_traded_than_we_knew_of_ends_well_when_the_venue_insists(desk: Desk) -> None:
    """A push that says so may be wrong; the answers are believed, and the order is never taken for filled meanwhile."""
    desk.live()
    desk.answer = lambda orderid, moment: desk.flow.on_order(
        make_order("o1", Status.PARTTRADED, 12.0, volume=15.0), "1", 1e9 + moment, True
    )
    tell(desk, Status.PARTTRADED, 12.0, 15.0)
    desk.wait(60)
    entry = desk.flow.table.get("o1")
    assert entry is not None and entry.is_active and (volume(desk), entry.order.traded) == (15.0, 12.0)
    assert desk.pushes[-1] == "PARTTRADED 12"


def test_the_end_of_an_order_tells_its_volume(desk: Desk) -> None:
    desk.live()
    tell(desk, Status.CANCELLED, 0.0, 15.0)
    assert volume(desk) == 15.0


def test_a_market_order_learns_its_volume_from_the_venue(desk: Desk) -> None:
    desk.flow.submit(make_order(type=OrderType.MARKET, volume=100.0))
    desk.flow.on_order(make_order(status=Status.PARTTRADED, traded=1.0, volume=120.0, type=OrderType.MARKET), "1")
    assert volume(desk) == 120.0


def test_a_final_order_is_not_amended(desk: Desk) -> None:
    desk.live()
    tell(desk, Status.CANCELLED, 0.0, 10.0)
    tell(desk, Status.NOTTRADED, 0.0, 4.0)
    assert volume(desk) == 10.0 and desk.pushes[-1] == "CANCELLED 0"


# a venue without client order ids

@pytest.fixture
def nameless(desk: Desk) -> Desk:
    desk.flow.go_by(VENUE_IDS)
    desk.submit()
    desk.flow.table.active["o1"].waits = False
    desk.flow.venue_ids.on_accepted("o1", "7")
    desk.flow.on_order(make_order("7", Status.NOTTRADED), "7")
    return desk


@pytest.mark.parametrize("change", [{}, {"datetime": MOMENT + timedelta(milliseconds=400)}, {"datetime": None}])
def test_it_stays_ours_when_it_is_amended(nameless: Desk, change: dict[str, Any]) -> None:
    nameless.flow.on_order(make_order("7", Status.NOTTRADED, volume=6.0, **change), "7")
    assert volume(nameless) == 6.0 and nameless.flow.table.get("7") is None


# whatever comes, in whatever order

news = st.tuples(
    st.sampled_from([Status.NOTTRADED, Status.PARTTRADED, Status.ALLTRADED, Status.CANCELLED, Status.SUBMITTING]),
    st.integers(0, 12), st.integers(1, 15), st.sampled_from([0.0, 1.0, 2.0, 3.0]),
)
fills = st.integers(1, 6)


@settings(max_examples=400 if LONG else 120, deadline=None, derandomize=True)
@given(st.lists(st.one_of(news, fills), min_size=1, max_size=25))
def test_nothing_goes_back(told: list[Any]) -> None:
    table = OrderTable(RULE)
    table.submit(make_order(), 0.5)
    pushed: list[OrderData | TradeData] = []
    trades: set[str] = set()
    for number, item in enumerate(told):
        if isinstance(item, int):
            pushed += table.fill(make_trade(f"t{item}", 1.0), "1")
            trades.add(f"t{item}")
            continue
        status, traded, size, asked = item
        pushed += table.update(make_order(status=status, traded=float(traded), volume=float(size)), "1", asked * 1e9 + number)
        entry = table.get("o1")
        assert entry is not None
        order = entry.order
        assert order.volume > 0
        if entry.is_active:
            assert order.volume >= order.traded - 1e-9 or table.unsure is entry
    delivered = [item.tradeid for item in pushed if isinstance(item, TradeData)]
    # what is beyond the order's volume is asked for before it is believed
    assert len(delivered) == len(set(delivered)) and set(delivered) <= trades
    orders = [item for item in pushed if isinstance(item, OrderData)]
    for before, after in zip(orders, orders[1:], strict=False):
        assert after.traded >= before.traded
        assert before.is_active() or after.status is before.status, "a final state was left"
