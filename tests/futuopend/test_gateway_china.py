"""China Connect of FutuOpenDGateway (sections 3, 5.1 to 5.7): what is sent and read, pure, and trading on the running dialect."""

from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from futuopend.gateway_desks import ENVIRONMENTS, REAL_ID, a_desk, case_of, client_of, counted, send
from gateways.harness import Desk
from vnpy.trader.constant import Direction, Exchange, Interval, OrderType, Product, Status
from vnpy.trader.object import ContractData, HistoryRequest, OrderData, SubscribeRequest

from mockexchange import MockExchange
from vnpy_futuopend.calls import place_call
from vnpy_futuopend.enums import SH, SZ
from vnpy_futuopend.idempotency import Commands
from vnpy_futuopend.listings import listing_of
from vnpy_futuopend.parse import accounts_of, market_of, parse_fill, parse_funds, parse_order, parse_position

SHANGHAI: ZoneInfo = ZoneInfo("Asia/Shanghai")
LONG, SHORT = Direction.LONG, Direction.SHORT
SSE, SZSE = Exchange.SSE, Exchange.SZSE
both = pytest.mark.parametrize("environment", ENVIRONMENTS)

# section 2.17, of a real account
ORDER: dict[str, Any] = {
    "trd_side": 1, "order_type": 1, "order_status": 10, "order_id": 9000000000000000002, "order_id_ex": "EX2", "code": "600036",
    "name": "招商银行", "qty": 300.0, "price": 40.0, "create_time": "2026-01-05 10:00:00", "update_time": "2026-01-05 10:00:01",
    "create_timestamp": None, "update_timestamp": None, "fill_qty": 100.0, "fill_avg_price": 39.99, "sec_market": 31, "remark": None,
    "time_in_force": 0, "currency": 3, "trd_market": 4,
}
# 2.18 and 2.16
FILL: dict[str, Any] = {
    "trd_side": 1, "fill_id": 5002, "fill_id_ex": "F2", "order_id": 9000000000000000002, "order_id_ex": "EX2", "code": "600036",
    "name": "招商银行", "qty": 100.0, "price": 39.99, "create_time": "2026-01-05 10:00:01", "sec_market": 31, "create_timestamp": 1767578401.0,
    "status": 0, "trd_market": 4,
}
POSITION: dict[str, Any] = {
    "position_id": 6596101776329286055, "position_side": 0, "code": "600036", "name": "招商银行", "qty": 350.0, "can_sell_qty": 250.0,
    "price": 40.0, "cost_price": 39.5, "val": 14000.0, "pl_val": 175.0, "pl_ratio": 1.27, "sec_market": 31, "currency": 3, "trd_market": 4,
    "average_cost_price": 39.5, "diluted_cost_price": 39.4,
}
# 2.15
FUNDS: dict[str, Any] = {
    "power": 100000.0, "total_assets": 300000.0, "cash": 250000.0, "market_val": 50000.0, "frozen_cash": 1000.0, "debt_cash": 0.0,
    "avl_withdrawal_cash": 90000.0, "currency": 1, "cash_info_list": [
        {"currency": 1, "cash": 70000.0, "available_balance": 69000.0, "net_cash_power": 69000.0},
        {"currency": 3, "cash": 20000.0, "available_balance": 15000.0, "net_cash_power": 15000.0},
    ],
}


def contract(code: str = "600036", exchange: Exchange = SSE) -> ContractData:
    return ContractData(symbol=code, exchange=exchange, name=code, product=Product.EQUITY, size=1, pricetick=0.01, gateway_name="F")


# what is sent and read, pure


@pytest.mark.parametrize(("row", "market"), [
    ({"code": "000001", "sec_market": 32}, SZ), ({"code": "000001", "sec_market": 31}, SH), ({"code": "600036", "trd_market": 4}, SH),
    ({"code": "000001", "trd_market": 3}, SZ), ({"code": "510300", "trd_market": 3}, SH), ({"code": "300750", "trd_market": 4}, SZ),
    ({"code": "688981", "sec_market": None, "trd_market": 4}, SH),
])
def test_the_exchange_of_a_row(row: dict[str, Any], market: object) -> None:
    assert market_of(row) is market


def test_rows_of_orders_fills_and_positions() -> None:
    order = parse_order(ORDER, contract(), SHANGHAI, "F").record.order
    assert (order.vt_symbol, order.price, order.volume, order.traded, order.status) == ("600036.SSE", 40.0, 300.0, 100.0, Status.PARTTRADED)
    assert order.datetime == datetime(2026, 1, 5, 10, tzinfo=SHANGHAI)
    trade = parse_fill(FILL, contract(), SHANGHAI, FILL["order_id"], "F").trade
    assert (trade.tradeid, trade.price, trade.volume) == ("5002", 39.99, 100.0) and trade.datetime == datetime(2026, 1, 5, 10, 0, 1, tzinfo=SHANGHAI)
    position = parse_position(POSITION, contract(), "F")
    assert (position.volume, position.frozen, position.yd_volume, position.price, position.pnl) == (350.0, 100.0, 250.0, 39.5, 175.0)


@pytest.mark.parametrize(("market", "code", "header", "sec_market"), [
    (SH, "600036", {"trd_env": 1, "acc_id": 281000000000000001, "trd_market": 4}, 31), (SZ, "000001", {"trd_env": 0, "acc_id": 987654, "trd_market": 3}, 32),
])
def test_an_order_as_it_is_sent(market: Any, code: str, header: dict[str, int], sec_market: int) -> None:
    order = OrderData(symbol=code, exchange=market.exchange, orderid="mine", type=OrderType.LIMIT, direction=SHORT, price=36.8, volume=150.0, gateway_name="F")
    body = dict(place_call(order, market, header, Commands().fresh(), 0.0).params)
    assert body.pop("packet_id").keys() == {"conn_id", "serial_no"}
    assert body == {
        "header": header, "trd_side": 2, "order_type": 1, "code": code, "qty": 150.0, "price": 36.8, "sec_market": sec_market, "remark": "mine",
        "time_in_force": 0,
    }


def test_money_by_currency() -> None:
    """CNH of the wire is CNY; of a currency that the account's list lacks there is nothing."""
    found = {cash.currency: (cash.total, cash.power, cash.assets) for cash in parse_funds(FUNDS, "HKD", ["HKD", "USD", "CNY"])}
    assert found == {"HKD": (70000.0, 69000.0, 300000.0), "USD": (0.0, 0.0, 0.0), "CNY": (20000.0, 15000.0, 20000.0)}
    assert parse_funds({**FUNDS, "cash_info_list": FUNDS["cash_info_list"][:1]}, "HKD", ["CNY"]) == [("CNY", 0.0, 0.0, 0.0)]
    paper = {**FUNDS, "currency": None, "cash_info_list": []}
    rows = [{"asked": {"header": {"trd_env": 0, "acc_id": 7, "trd_market": 3}}, "funds": paper}]
    [(account, cash)] = accounts_of(rows, "", ["HKD", "CNY"], "F")
    assert (account.accountid, account.extra, account.balance, cash) == ("7_CNY", {"currency": "CNY"}, 300000.0, 249000.0)


@pytest.mark.parametrize(("market", "code", "kind", "least", "lot", "tick"), [
    (21, "600036", 3, "100", "100", 0.01), (21, "688981", 3, "200", "1", 0.01), (21, "689009", 3, "200", "1", 0.01), (21, "510300", 4, "100", "100", 0.001),
    (22, "000001", 3, "100", "100", 0.01), (22, "300750", 3, "100", "100", 0.01),
])
def test_lots_and_ticks_by_board(market: int, code: str, kind: int, least: str, lot: str, tick: float) -> None:
    """Sections 5.6 and 5.7; the tick that the gateway tells is not needed."""
    static = {"security": {"market": market, "code": code}, "lot_size": 100, "sec_type": kind, "name": code}
    listing = listing_of(static, {"cur_price": 40.0}, "F", True)
    assert (listing.contract.exchange, listing.contract.pricetick, listing.contract.extra["quote"]) == (SSE if market == 21 else SZSE, tick, "CNY")
    assert (listing.rules.least, listing.rules.lot, listing.rules.odd_lots) == (Decimal(least), Decimal(lot), True)


# on the dialect

CHINA: dict[str, Any] = {"Markets": "HK,US,CN", "Symbols": "02800.SEHK, 600036.SSE, 688981.SSE, 510300.SSE, 000001.SZSE"}
HELD: dict[str, Any] = {"china_cash": 100_000, "sample_symbol": "600036", "sample_shares": 250}


@both
def test_contracts_accounts_and_positions(environment: str) -> None:
    with a_desk(environment, setting=CHINA, **HELD) as desk:
        seen = desk.recorder
        assert [(seen.contracts[code].exchange, seen.contracts[code].pricetick, seen.contracts[code].min_volume) for code in ("600036", "510300", "000001")] == [
            (SSE, 0.01, 100), (SSE, 0.001, 100), (SZSE, 0.01, 100),
        ]
        acc_id = REAL_ID if environment == "REAL" else "987654"
        seen.wait(lambda: {f"{acc_id}_HKD", f"{acc_id}_USD", f"{acc_id}_CNY"} <= seen.accounts.keys(), "three currencies")
        assert [seen.accounts[f"{acc_id}_{name}"].available for name in ("HKD", "USD", "CNY")] == [1_000_000.0, 200_000.0, 100_000.0]
        seen.wait(lambda: "600036" in seen.positions and seen.positions["600036"].yd_volume == 250.0, "the position")
        assert not seen.complaints()
        desk.assert_truth()


def test_the_default_markets_leave_china_out() -> None:
    with a_desk(setting={"Symbols": "02800.SEHK, 600036.SSE"}, **HELD) as desk:
        assert "600036" not in desk.recorder.contracts and desk.recorder.accounts.keys() == {"987654_HKD", "987654_USD"}
        refused = send(desk, "600036", SSE, 36.8, 100.0)
        desk.wait_status(refused, Status.REJECTED)
        assert desk.recorder.said("SSE is not traded with this account: see the setting Markets")


@pytest.mark.parametrize(("environment", "acc_id"), [("REAL", REAL_ID), ("SIMULATE", "987654")])
@pytest.mark.parametrize("cash", [0, 100_000])
def test_china_alone(environment: str, acc_id: str, cash: int) -> None:
    """One currency: the account's number is its whole name. Without any of it, it has 0, not the money of other markets."""
    with a_desk(environment, ready=False, setting={"Markets": "CN", "Symbols": "600036.SSE"}, china_cash=cash) as desk:
        desk.recorder.wait(lambda: desk.recorder.accounts and "600036" in desk.recorder.contracts, "account and contract")
        assert {name: (row.available, row.extra) for name, row in desk.recorder.accounts.items()} == {acc_id: (cash, {"currency": "CNY"})}


def test_a_simulated_account_of_its_own() -> None:
    with a_desk(setting=CHINA, sim_accounts="per_market", **HELD) as desk, client_of(desk) as other:
        assert desk.recorder.said("Trading account 987654, 1000002, 1000003, simulated, markets HK, US, CN")
        assert desk.recorder.accounts.keys() == {"987654_HKD", "1000002_USD", "1000003_CNY"}
        orderid = send(desk, "000001", SZSE, 9.2, 100.0)
        desk.wait_status(orderid, Status.NOTTRADED)
        [row] = other.orders(header={"trd_env": 0, "acc_id": 1000003, "trd_market": 3})["order_list"]
        assert (row["code"], row["sec_market"], row["trd_market"], row["remark"]) == ("000001", 32, 3, orderid)
        desk.assert_truth()


@both
def test_orders_fills_and_what_can_be_sold_today(environment: str) -> None:
    with a_desk(environment, setting=CHINA, **HELD) as desk:
        seen = desk.recorder
        resting, other = send(desk, "600036", SSE, 36.8, 100.0), send(desk, "000001", SZSE, 9.2, 200.0)
        desk.wait_status(resting, Status.NOTTRADED)
        desk.wait_status(other, Status.NOTTRADED)
        bought = send(desk, "600036", SSE, 42.0, 300.0)
        order = desk.wait_status(bought, Status.ALLTRADED)
        assert order.datetime is not None and order.datetime.utcoffset() == timedelta(hours=8)
        seen.wait(lambda: (seen.positions["600036"].volume, seen.positions["600036"].yd_volume, seen.positions["600036"].frozen) == (550.0, 250.0, 300.0), "T+1")
        orders = counted(desk, "POST /api/order")
        for volume, words in (
            (300.0, "volume 300 of 600036 is above the 250 that can be sold now"), (30.0, "is no multiple of the lot 100, with or without the odd 50"),
        ):
            refused = send(desk, "600036", SSE, 38.0, volume, SHORT)
            desk.wait_status(refused, Status.REJECTED)
            assert seen.said(words)
        assert not orders()
        sold = send(desk, "600036", SSE, 38.0, 150.0, SHORT)
        desk.wait_status(sold, Status.ALLTRADED)
        desk.cancel(resting, "600036")
        desk.wait_status(resting, Status.CANCELLED)
        seen.wait(lambda: (seen.positions["600036"].volume, seen.positions["600036"].yd_volume) == (400.0, 100.0), "what is left")
        desk.assert_truth()


@both
def test_what_cannot_be_ordered_is_refused_here(environment: str) -> None:
    with a_desk(environment, setting=CHINA, **HELD) as desk:
        orders = counted(desk, "POST /api/order")
        kinds = (OrderType.MARKET, OrderType.FAK, OrderType.FOK)
        for code, exchange, price, volume, words, kind in (
            ("600036", SSE, 36.8, 150.0, "volume 150 of 600036 is no multiple of the lot 100", OrderType.LIMIT),
            ("600036", SSE, 36.8, 50.0, "volume 50 of 600036 is below the minimum 100", OrderType.LIMIT),
            ("688981", SSE, 45.0, 199.0, "volume 199 of 688981 is below the minimum 200", OrderType.LIMIT),
            *(("600036", SSE, 36.8, 100.0, f"order type {each.value} is not supported: CN has no such orders at Futu", each) for each in kinds),
        ):
            refused = send(desk, code, exchange, price, volume, type=kind)
            desk.wait_status(refused, Status.REJECTED)
            assert desk.recorder.said(words), words
        assert not orders()
        star = send(desk, "688981", SSE, 45.0, 201.0)
        rounded = send(desk, "510300", SSE, 3.7009, 100.0)
        for orderid in (star, rounded):
            desk.wait_status(orderid, Status.NOTTRADED)
        assert desk.order(rounded).price == 3.7
        beyond = send(desk, "600036", SSE, 44.5, 100.0)
        desk.wait_status(beyond, Status.REJECTED)
        assert desk.recorder.said("the price is outside the limits of the day")
        desk.assert_truth()


def test_cash_of_a_simulated_account_is_that_of_china() -> None:
    with a_desk(setting=CHINA, **HELD) as desk:
        refused = send(desk, "600036", SSE, 36.8, 2_800.0)
        desk.wait_status(refused, Status.REJECTED)
        assert desk.recorder.said("600036: 103079.57 needed with fees, 100000.00 available")
        orderid = send(desk, "600036", SSE, 36.8, 2_700.0)
        desk.wait_status(orderid, Status.NOTTRADED)
        desk.assert_truth()


def test_ticks_and_bars() -> None:
    with a_desk(setting=CHINA, **HELD) as desk:
        desk.gateway.subscribe(SubscribeRequest("000001", SZSE))
        desk.recorder.wait(lambda: any(tick.symbol == "000001" and tick.bid_price_5 and tick.ask_price_5 for tick in desk.recorder.ticks), "a book")
        desk.venue.set_price("000001", "10.2")
        desk.recorder.wait(lambda: desk.recorder.ticks[-1].last_price >= 10.15, "the price")
        tick = desk.recorder.ticks[-1]
        assert (tick.exchange, tick.pre_close, tick.datetime.utcoffset()) == (SZSE, 10.0, timedelta(hours=8)) and tick.bid_price_1 < tick.ask_price_1
        now = datetime.now(SHANGHAI)
        bars = desk.gateway.query_history(HistoryRequest("000001", SZSE, now - timedelta(hours=3), now, Interval.MINUTE))
        assert len(bars) >= 170 and {bar.datetime.utcoffset() for bar in bars} == {timedelta(hours=8)}


@both
def test_what_was_bought_today_is_sold_on_the_next_day(environment: str) -> None:
    """In the exchanges' hours; the day ends at three o'clock in Shanghai, with what rests."""
    monday = int(datetime(2026, 1, 5, 10, tzinfo=SHANGHAI).timestamp() * 1_000)
    case = case_of(environment, calendar="exchange", **HELD)
    with MockExchange("futu", seed=7, clock=f"manual={monday}", options=dict(case.options), speed=0.001) as venue, closing(Desk(case, venue, spoils=False)) as desk:
        seen = desk.recorder

        def sellable() -> tuple[float, float]:
            return seen.positions["600036"].volume, seen.positions["600036"].yd_volume

        desk.ready(**CHINA)
        bought, resting = send(desk, "600036", SSE, 42.0, 100.0), send(desk, "600036", SSE, 36.8, 100.0)
        desk.wait_status(bought, Status.ALLTRADED)
        desk.wait_status(resting, Status.NOTTRADED)
        seen.wait(lambda: sellable() == (350.0, 250.0), "T+1")
        venue.advance(5 * 3_600_000 + 300_000)          # 15:05
        desk.gateway.query_account()
        desk.wait_status(resting, Status.CANCELLED, seconds=20.0)
        venue.advance(19 * 3_600_000)                   # 10:05 of Tuesday
        desk.gateway.query_account()
        seen.wait(lambda: sellable() == (350.0, 350.0), "the day after", 20.0)
        sold = send(desk, "600036", SSE, 37.0, 350.0, SHORT)
        desk.wait_status(sold, Status.ALLTRADED, seconds=20.0)
        desk.assert_truth(30.0)
        tuesday = datetime(2026, 1, 6, 10, 5, tzinfo=SHANGHAI)
        seen.wait(lambda: desk.gateway.now() >= tuesday, "the venue's time", 10.0)
        found = desk.gateway.query_history(HistoryRequest("600036", SSE, datetime(2026, 1, 5, tzinfo=SHANGHAI), datetime(2026, 1, 6, tzinfo=SHANGHAI), Interval.HOUR))
        assert [f"{bar.datetime.astimezone(SHANGHAI):%H:%M}" for bar in found] == ["09:30", "10:30", "13:00", "14:00"]
