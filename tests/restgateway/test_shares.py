"""What of the base is for shares: contracts of one symbol on two exchanges, what can be sold and spent, fills made of growth, ids of a day."""

from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from flow_desk import Desk
from order_makers import make_order
from test_gateway_base import ListGateway, Recorder
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Product, Status
from vnpy.trader.object import AccountData, ContractData, OrderData, OrderRequest, PositionData, TradeData

from vnpy_restgateway.contracts import Contracts
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.polled.derived_fills import DerivedFills
from vnpy_restgateway.positions import Positions
from vnpy_restgateway.trading_rules import CashEquityRules

NOW = datetime(2026, 1, 5, 2, 0, tzinfo=timezone.utc)


def share(symbol: str = "000001", exchange: Exchange = Exchange.SZSE, name: str = "平安银行") -> ContractData:
    return ContractData("TEST", symbol, exchange, name, Product.EQUITY, 1, 0.01, 100, net_position=True)


def rules(contract: ContractData) -> CashEquityRules:
    return CashEquityRules(contract, [(Decimal(0), Decimal("0.01"))], Decimal(100), Decimal(100), fee_rate=0.0003, least_fee=5.0)


def test_one_symbol_on_two_exchanges_is_two_contracts() -> None:
    contracts: Contracts[CashEquityRules] = Contracts("TEST")
    bank, index = share(), share(exchange=Exchange.SSE, name="上证指数")
    for contract, venue_symbol in ((bank, "000001.SZ"), (index, "000001.SH")):
        contracts.add(contract, venue_symbol, rules(contract))
    assert contracts["000001.SZSE"].contract is bank and contracts["000001.SSE"].contract is index
    assert contracts.of_venue("000001.SZ") is bank and contracts.name_of("000001.SSE") == "000001.SH"
    assert contracts.exchanges_of("000001") == [Exchange.SZSE, Exchange.SSE]
    assert contracts.of_venue("平安银行") is None and contracts.of_venue(None) is None and contracts.get("000001.SEHK") is None
    again = contracts.add(bank, "SZ000001", rules(bank))
    assert contracts.of_venue("000001.SZ") is None and contracts.of_venue("SZ000001") is again.contract


@pytest.fixture
def pair() -> Iterator[tuple[ListGateway, Recorder]]:
    recorder = Recorder()
    gateway = ListGateway(recorder, "TEST")
    contract = share()
    gateway.host.add_contract(contract, "000001.SZ", rules(contract))
    yield gateway, recorder
    gateway.close()


def position(volume: float, sellable: float) -> PositionData:
    return PositionData("TEST", "000001", Exchange.SZSE, Direction.NET, volume, volume - sellable, yd_volume=sellable)


def order(direction: Direction, volume: float, orderid: str = "1") -> OrderData:
    return OrderData("TEST", "000001", Exchange.SZSE, orderid, OrderType.LIMIT, direction, Offset.NONE, 10.0, volume)


def test_what_can_be_sold_and_spent_counts_own_orders_since_the_venue_was_asked(pair: tuple[ListGateway, Recorder]) -> None:
    gateway, _ = pair
    positions = Positions(gateway.host)
    unknown = positions.holding(order(Direction.SHORT, 100))
    assert unknown.sellable is None and unknown.cash is None
    positions.update([position(1_050, 950)], asked_at=100.0)
    positions.update_account(AccountData("LIST", "CNY", 50_000.0), 50_000.0, asked_at=100.0)
    table = gateway.flow.table
    table.submit(order(Direction.SHORT, 300, "before"), 99.0)
    assert positions.holding(order(Direction.SHORT, 100)) == (950.0, 50_000.0), "the venue's figure knows of it"
    table.submit(order(Direction.SHORT, 400, "sale"), 101.0)
    table.submit(order(Direction.LONG, 1_000, "purchase"), 101.0)
    assert positions.holding(order(Direction.SHORT, 100)) == (550.0, 40_000.0)
    table.refuse("sale")
    assert positions.holding(order(Direction.SHORT, 100)) == (950.0, 40_000.0)
    positions.update([], asked_at=102.0)
    assert positions.holding(order(Direction.SHORT, 100)).sellable == 0.0


def test_a_position_that_vanishes_is_told_once_with_nothing(pair: tuple[ListGateway, Recorder]) -> None:
    gateway, _ = pair
    told: list[PositionData] = []
    gateway.host.on_position = told.append
    positions = Positions(gateway.host)
    for rows in ([position(300, 300)], [], []):
        positions.update(rows, asked_at=1.0)
    assert [(row.vt_symbol, row.volume) for row in told] == [("000001.SZSE", 300), ("000001.SZSE", 0)]


def test_long_and_short_side_by_side_are_counted_net(pair: tuple[ListGateway, Recorder]) -> None:
    """A purchase that closes a short position moves the net as one that opens a long one does."""
    gateway, recorder = pair
    positions = Positions(gateway.host, lambda: 0.0)
    positions.counts = True

    def rows(long: float, short: float) -> list[PositionData]:
        return [PositionData("TEST", "000001", Exchange.SZSE, side, volume) for side, volume in ((Direction.LONG, long), (Direction.SHORT, short))]

    positions.update(rows(300, 200), asked_at=1.0)
    positions.on_trade(TradeData("TEST", "000001", Exchange.SZSE, "1", "1", Direction.LONG, price=10.0, volume=100))
    positions.update(rows(300, 100), asked_at=gateway.host.monotonic() + 1.0)
    positions.update(rows(300, 100), asked_at=gateway.host.monotonic() + 2.0)
    assert not [log for log in recorder.logs if "stands still" in log.msg]


@pytest.mark.parametrize(("held", "volume", "words"), [
    (950.0, 1_000.0, "above the 950 that can be sold now"), (950.0, 130.0, "no multiple of the lot 100, with or without the odd 50"),
    (950.0, 950.0, ""), (950.0, 50.0, ""), (950.0, 900.0, ""),
])
def test_an_odd_remainder_is_sold_at_once(pair: tuple[ListGateway, Recorder], held: float, volume: float, words: str) -> None:
    gateway, _ = pair
    positions = Positions(gateway.host)
    positions.update([position(held, held)], asked_at=1.0)
    given = order(Direction.SHORT, volume)
    reason = gateway.contracts["000001.SZSE"].rules.check(given, positions.holding(given))
    assert words in reason and bool(words) == bool(reason)


def test_another_exchange_is_named(pair: tuple[ListGateway, Recorder]) -> None:
    gateway, recorder = pair
    gateway.host.ready = True
    gateway.send_order(OrderRequest("000001", Exchange.SSE, Direction.LONG, OrderType.LIMIT, 100, 10.0))
    assert recorder.said("000001 is traded on SZSE, not SSE")


# fills made of growth, and ids that begin again

def told(desk: Desk, fills: DerivedFills, venue_id: str, traded: float, turnover: float, status: Status = Status.PARTTRADED, orderid: str = "o1") -> None:
    found = make_order(orderid, status, traded, volume=1_000.0)
    record = VenueOrder(found, venue_id)
    fills.told(record, turnover)
    desk.flow.on_growth = fills.on_growth
    desk.flow.on_order(found, venue_id)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_fills_of_growth_have_the_price_of_what_was_paid_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fills = DerivedFills(desk.flow)
    trades: list[Any] = []
    publish = desk.publish
    monkeypatch.setattr(desk, "publish", lambda item: (trades.append(item) if hasattr(item, "tradeid") else None, publish(item)))
    desk.flow.submit(make_order("o1", volume=1_000.0))
    told(desk, fills, "2026-01-05-1", 300.0, 3_000.0)
    told(desk, fills, "2026-01-05-1", 300.0, 3_000.0)
    told(desk, fills, "2026-01-05-1", 1_000.0, 10_070.0, Status.ALLTRADED)
    assert [(trade.volume, round(trade.price, 10)) for trade in trades] == [(300.0, 10.0), (700.0, 10.1)]
    assert len({trade.tradeid for trade in trades}) == 2


def test_ids_that_begin_again_at_the_turn_of_the_day_are_other_orders(desk: Desk) -> None:
    fills = DerivedFills(desk.flow)
    for day, orderid in (("2026-01-05", "o1"), ("2026-01-06", "o2")):
        desk.flow.submit(make_order(orderid, volume=1_000.0))
        told(desk, fills, f"{day}-1", 1_000.0, 10_000.0, Status.ALLTRADED, orderid)
    table = desk.flow.table
    assert [table.final[orderid].venue_id for orderid in ("o1", "o2")] == ["2026-01-05-1", "2026-01-06-1"]
    assert len([push for push in desk.pushes if "2026-01-0" in push]) == 2 and table.life == 1


def test_an_order_of_which_the_venue_does_not_tell_any_more_has_ended_with_its_day(desk: Desk) -> None:
    desk.live()
    desk.answer = lambda orderid, now: desk.flow.on_missing(orderid, now)
    desk.untold.add("o1")
    desk.flow.mark_in_doubt("o1", "")
    desk.wait(60.0)
    assert desk.pushes[-1] == "CANCELLED 0" and desk.said("has ended with its trading day") and not desk.said("lost its state")
    assert desk.lives == 0 and desk.flow.life.witness is None
