"""China Connect: A-shares of Shanghai and Shenzhen (spec 2.2, 2.5 to 2.24, 3, 5.1, 5.6, 5.7)."""

from typing import Any

import pytest
from futu_client import DAY, HOUR, NOON, REAL, SIMULATED, Rest, order_of, real, simulated, stream

from mockexchange import MockExchange

MOUTAI: dict[str, Any] = {"market": 21, "code": "600519"}
BANK: dict[str, Any] = {"market": 21, "code": "600036"}
SMIC: dict[str, Any] = {"market": 21, "code": "688981"}
FUND: dict[str, Any] = {"market": 21, "code": "510300"}
PING_AN: dict[str, Any] = {"market": 22, "code": "000001"}
PAPER, MONEY = simulated(3), real(4)
RICH: dict[str, object] = {"china_cash": 1_000_000}
rich = pytest.mark.parametrize("options", [RICH], indirect=True)


# what is listed

def test_static_info_and_snapshot(rest: Rest) -> None:
    rows = rest.post("static-info", security_list=[MOUTAI, SMIC, FUND, PING_AN]).s2c["static_info_list"]
    found = [[row["basic"][name] for name in ("security", "lot_size", "sec_type", "exch_type")] for row in rows]
    assert found == [[MOUTAI, 100, 3, 14], [SMIC, 100, 3, 16], [FUND, 100, 4, 14], [PING_AN, 100, 3, 15]]
    shown = rest.post("snapshot", security_list=[MOUTAI, BANK, FUND, PING_AN]).s2c["snapshot_list"]
    assert [(row["basic"]["cur_price"], row["basic"]["price_spread"]) for row in shown] == [(1500.0, 0.01), (40.0, 0.01), (4.0, 0.001), (10.0, 0.01)]
    assert shown[2]["trust_ex_data"] and shown[3]["equity_ex_data"]
    assert rest.post("snapshot", security_list=[{"market": 22, "code": "SZ.000001"}]).s2c["snapshot_list"][0]["basic"]["security"]["market"] == 22


@pytest.mark.parametrize("security", [{"market": 21, "code": "000001"}, {"market": 22, "code": "600519"}, {"market": 1, "code": "600519"}])
def test_a_code_belongs_to_one_exchange(rest: Rest, security: dict[str, Any]) -> None:
    """000001 of Shanghai is an index, and not listed here."""
    assert rest.post("static-info", security_list=[security]).failure[1].endswith(f"unknown stock: {security['market']}_{security['code']}")


@pytest.mark.parametrize("options", [{"checks": "late"}], indirect=True)
def test_exchange_codes_of_later_builds(rest: Rest) -> None:
    rows = rest.post("snapshot", security_list=[BANK, PING_AN]).s2c["snapshot_list"]
    assert [row["exchange_code"] for row in rows] == ["SSE", "SZSE"]


def test_quote_book_ticker_and_points(venue: MockExchange, rest: Rest) -> None:
    rest.subscribe(1, 2, 4, 5, 11, 14, security=BANK)
    [quote] = rest.post("quote", security_list=[BANK]).s2c["basic_qot_list"]
    assert (quote["security"], quote["cur_price"], quote["last_close_price"], quote["price_spread"]) == (BANK, 40.0, 40.0, 0.01)
    book = rest.post("orderbook", security=BANK, num=5).s2c
    assert book["order_book_bid_list"][0]["price"] < book["order_book_ask_list"][0]["price"] and book["order_book_bid_list"][0]["volume"] % 100 == 0
    assert rest.post("rt", security=BANK).s2c["rt_list"][-1]["time"] == "2026-01-05 12:00:00"
    [bar] = rest.post("kline", security=BANK, rehab_type=0, kl_type=1, req_num=1).s2c["kl_list"]
    assert (bar["time"], bar["timestamp"]) == ("2026-01-05 12:00:00", NOON / 1000)
    assert rest.post("broker", security=BANK).s2c["broker_bid_list"] == []
    venue.set_price("600036", "40.2")
    trade = rest.post("ticker", security=BANK, max_ret_num=1).s2c["ticker_list"][0]
    assert (trade["price"], trade["time"], trade["volume"] % 100) == (40.2, "2026-01-05 12:00:00", 0)


def test_reference(rest: Rest) -> None:
    plates = [plate for market in (21, 22) for plate in rest.post("plate-set", market=market, plate_set_type=0).s2c["plate_info_list"]]
    assert [plate["name"] for plate in plates] == ["STAR Market", "Banks", "Liquor", "ETFs", "Banks"]
    members = rest.post("plate-security", plate=plates[-1]["plate"]).s2c["static_info_list"]
    assert [row["basic"]["security"] for row in members] == [PING_AN]
    page = rest.post("stock-filter", begin=0, num=10, market=21).s2c
    assert [row["security"]["code"] for row in page["data_list"]] == ["600519", "600036", "688981", "510300"]
    group = rest.post("user-security", group_name="CN").s2c["static_info_list"]
    assert [row["basic"]["security"]["code"] for row in group] == ["600519", "600036", "688981", "510300", "000001"]
    assert rest.post("ipo-list", market=22).s2c == {"ipo_list": []}


# money

def test_no_money_of_china_without_the_option(rest: Rest) -> None:
    assert rest.funds(PAPER)["cash"] == 0.0
    assert [(row["currency"], row["cash"]) for row in rest.funds(MONEY, currency=3)["cash_info_list"]] == [(1, 1_000_000.0), (2, 200_000.0)]
    assert rest.send(1, 100, 36.8, "600036", header=PAPER, sec_market=31).failure[1].endswith("insufficient buying power or position")


@rich
def test_funds(venue: MockExchange, rest: Rest) -> None:
    paper, money = rest.funds(PAPER), rest.funds(MONEY, currency=3)
    assert (paper["cash"], paper["power"], paper["currency"]) == (1_000_000.0, 1_000_000.0, None)
    assert (rest.funds()["cash"], rest.funds(simulated(2))["cash"]) == (1_000_000.0, 200_000.0)
    assert [(row["currency"], row["cash"], row["available_balance"]) for row in money["cash_info_list"]] == [
        (1, 1_000_000.0, 1_000_000.0), (2, 200_000.0, 200_000.0), (3, 1_000_000.0, 1_000_000.0),
    ]
    assert money["currency"] == 3 and money["cash"] == pytest.approx((1_000_000 + 200_000 * 7.8) / 1.08 + 1_000_000)
    assert [row["trd_market"] for row in money["market_info_list"]] == [1, 2, 4]
    venue.restart(keep_state=True)
    assert rest.funds(PAPER)["cash"] == 1_000_000.0


# orders

@rich
def test_an_order_of_a_simulated_account(rest: Rest) -> None:
    order = rest.buy(100, 36.8, "600036", header=PAPER, sec_market=31, remark="mine")
    row = rest.row(order, PAPER)
    assert {name: row[name] for name in ("code", "order_status", "order_type", "qty", "price", "sec_market", "currency", "trd_market", "remark")} == {
        "code": "600036", "order_status": 5, "order_type": 1, "qty": 100.0, "price": 36.8, "sec_market": 31, "currency": 3, "trd_market": 3,
        "remark": "mine",
    }
    assert row["create_time"] == "2026-01-05 12:00:00" and row["order_id_ex"].startswith("20260105")
    assert rest.funds(PAPER)["frozen_cash"] == pytest.approx(3_680 + 3 + 0.31)
    assert rest.orders() == [] and rest.modify(order, 2, header=PAPER).s2c["order_id"] == order
    assert rest.status(order, PAPER) == 15


@rich
def test_fills_and_fees_of_a_real_account(rest: Rest) -> None:
    rest.unlock()
    answer = rest.send(1, 200, 11.0, "000001", header=MONEY, sec_market=32).s2c
    [row] = rest.orders(MONEY)
    assert (row["order_id"], row["order_status"], row["trd_market"], row["sec_market"]) == (answer["order_id"], 11, 4, 32)
    fills = rest.post("order-fills", header=MONEY).s2c["order_fill_list"]
    assert {(fill["code"], fill["sec_market"], fill["trd_market"], fill["order_id"]) for fill in fills} == {("000001", 32, 4, answer["order_id"])}
    position = rest.positions(MONEY)["000001"]
    assert (position["qty"], position["can_sell_qty"], position["sec_market"], position["trd_market"], position["currency"]) == (200.0, 0.0, 32, 4, 3)
    [fee] = rest.post("order-fee", header=MONEY, order_id_ex_list=[answer["order_id_ex"]]).s2c["order_fee_list"]
    assert fee["fee_amount"] == pytest.approx(3 + round(200 * row["fill_avg_price"] * 0.0000841, 2), abs=0.011)


@pytest.mark.parametrize("options", [{**RICH, "sample_symbol": "600519", "sample_shares": 1_000}], indirect=True)
def test_stamp_duty_of_sales(rest: Rest) -> None:
    before = rest.funds(PAPER)["cash"]
    order = rest.sell(1_000, 1_400.0, "600519", header=PAPER, sec_market=31)
    value = rest.row(order, PAPER)["fill_avg_price"] * 1_000
    assert rest.funds(PAPER)["cash"] == pytest.approx(before + value * (1 - 0.0003 - 0.0000841 - 0.0005), abs=0.02)


@rich
@pytest.mark.parametrize("more", [
    {"order_type": 2}, {"order_type": 5}, {"order_type": 6}, {"order_type": 7}, {"order_type": 8}, {"order_type": 9},
    {"order_type": 10, "aux_price": 39.0}, {"order_type": 11, "aux_price": 39.0},
])
def test_only_limit_orders_are_taken(rest: Rest, more: dict[str, Any]) -> None:
    rest.unlock()
    for header in (PAPER, MONEY):
        kind, text, code = rest.send(1, 100, 36.8, "600036", header=header, sec_market=31, **more).failure
        assert (kind, code) == (-1, -400) and text.endswith(f"order_type {more['order_type']} is not supported in this market")
        assert rest.orders(header) == []


@rich
def test_orders_that_are_refused(rest: Rest) -> None:
    rest.unlock()
    for words, given in (
        ("time_in_force 1 is not supported", {"time_in_force": 1}), ("time_in_force 2 is not supported", {"time_in_force": 2}),
        ("sec_market 32 is not that of SH.600036", {"sec_market": 32}), ("sec_market 1 is not that of SH.600036", {"sec_market": 1}),
        ("unknown stock: CN.00700", {"code": "00700"}), ("trd_side 3 is not supported", {"trd_side": 3}),
        ("insufficient buying power or position", {"trd_side": 2}), ("tick size", {"price": 36.805}), ("lot size", {"qty": 150.0}),
        ("limits of the day", {"price": 44.01}), ("limits of the day", {"price": 35.99}), ("has no authority for trd_market 3", {"header": real(3)}),
    ):
        body = {"packet_id": rest.packet(), "header": MONEY, "trd_side": 1, "order_type": 1, "code": "600036", "qty": 100.0, "price": 36.8, "sec_market": 31}
        assert words in rest.post("order", {**body, **given}).failure[1], words
    assert rest.send(1, 100, 36.8, "600036", header=simulated(4)).failure[1].endswith("has no authority for trd_market 4")
    assert rest.buy(100, 44.0, "600036", header=MONEY) and rest.buy(100, 3.601, "510300", header=MONEY, sec_market=31)


@rich
def test_an_order_of_a_real_account_is_cancelled_and_never_modified(rest: Rest) -> None:
    """Futu's documents: China Connect takes cancels, and no amendments. Simulated accounts take both."""
    rest.unlock()
    for header, is_taken in ((MONEY, False), (PAPER, True)):
        order = rest.buy(200, 36.8, "600036", header=header, sec_market=31)
        answer = rest.modify(order, 1, header=header, qty=100, price=36.9)
        assert (answer.json["ret_type"] == 0) is is_taken and rest.row(order, header)["price"] == (36.9 if is_taken else 36.8)
        assert rest.modify(order, 2, header=header).s2c["order_id"] == order


# lots and days

@pytest.mark.parametrize("options", [{**RICH, "sample_symbol": "688981", "sample_shares": 250}], indirect=True)
def test_lots_of_star(rest: Rest) -> None:
    """200 at least, then one by one; what is left below 200 is sold at once. The band is 20 %."""
    for quantity, price, words in ((199, 50.0, "lot size"), (200, 60.01, "limits of the day"), (100, 41.0, "lot size")):
        assert words in rest.send(1, quantity, price, "688981", header=PAPER, sec_market=31).failure[1]
    assert rest.status(rest.buy(201, 41.0, "688981", header=PAPER, sec_market=31), PAPER) == 5
    assert rest.buy(200, 40.0, "688981", header=PAPER, sec_market=31)
    sold = rest.sell(201, 45.0, "688981", header=PAPER, sec_market=31)
    assert rest.status(sold, PAPER) == 11
    assert "lot size" in rest.send(2, 48, 45.0, "688981", header=PAPER, sec_market=31).failure[1]
    assert rest.status(rest.sell(49, 45.0, "688981", header=PAPER, sec_market=31), PAPER) == 11


@pytest.mark.parametrize("options", [{**RICH, "sample_symbol": "600036", "sample_shares": 250}], indirect=True)
def test_an_odd_remainder_is_sold(rest: Rest) -> None:
    assert "lot size" in rest.send(2, 30, 38.0, "600036", header=PAPER, sec_market=31).failure[1]
    assert rest.status(rest.sell(150, 38.0, "600036", header=PAPER, sec_market=31), PAPER) == 11
    assert rest.positions(PAPER)["600036"]["qty"] == 100.0


@rich
def test_what_was_bought_today_is_sold_tomorrow(venue: MockExchange, rest: Rest) -> None:
    rest.buy(100, 42.0, "600036", header=PAPER, sec_market=31)
    row = rest.positions(PAPER)["600036"]
    assert (row["qty"], row["can_sell_qty"], row["trd_market"], row["td_buy_qty"]) == (100.0, 0.0, 3, 100.0)
    assert rest.send(2, 100, 38.0, "600036", header=PAPER, sec_market=31).failure[1].endswith("insufficient buying power or position")
    venue.advance(DAY)
    row = rest.positions(PAPER)["600036"]
    assert (row["qty"], row["can_sell_qty"], row["td_buy_qty"]) == (100.0, 100.0, 0.0)
    assert rest.status(rest.sell(100, 38.0, "600036", header=PAPER, sec_market=31), PAPER) == 11


@pytest.mark.parametrize("options", [{"china_cash": 9_000, "sample_symbol": "688981", "sample_shares": 150}], indirect=True)
def test_max_trd_qtys_and_margin(rest: Rest) -> None:
    def most(security: dict[str, Any], price: float, sec_market: int = 31) -> tuple[float, float]:
        found = rest.post("max-trd-qtys", header=PAPER, order_type=1, code=security["code"], price=price, sec_market=sec_market).s2c["max_trd_qtys"]
        assert found["max_sell_short"] == 0.0
        return found["max_cash_buy"], found["max_position_sell"]

    assert most(BANK, 40.0) == (200.0, 0.0) and most(PING_AN, 10.0, 32) == (800.0, 0.0)
    assert most(SMIC, 44.0) == (204.0, 150.0) and most(SMIC, 50.0) == (0.0, 150.0)
    [row] = rest.post("margin-ratio", header=MONEY, security_list=[BANK]).s2c["margin_ratio_info_list"]
    assert (row["security"], row["is_short_permit"], row["im_long_ratio"]) == (BANK, False, 100.0)


# who may, and pushes

@pytest.mark.parametrize("options", [{**RICH, "allowed_markets": "CN", "allowed_symbols": "SH.600036"}], indirect=True)
def test_whitelists(rest: Rest) -> None:
    rest.unlock()
    assert rest.buy(100, 36.8, "600036", header=PAPER)
    assert rest.send(1, 100, 9.2, "000001", header=PAPER).error[1] == "limit check failed: symbol SZ.000001 is not allowed"
    assert rest.send(1, 100, 36.8, "600036", header=MONEY).error[1] == "limit check failed: market HKCC is not allowed"


@rich
def test_pushes(venue: MockExchange, rest: Rest) -> None:
    rest.unlock()
    with stream(venue.stream) as socket:
        rest.post("sub-acc-push", acc_id_list=[SIMULATED, REAL])
        rest.subscribe(1, security=PING_AN)
        quote = socket.of(3005)
        assert (quote["sec_key"], quote["sub_type"]) == ("22_000001", 1)
        order = rest.buy(100, 36.8, "600036", header=PAPER, sec_market=31)
        frame = socket.of(2208)
        assert (frame["acc_id"], frame["trd_market"]) == (SIMULATED, "CN")
        row = order_of(frame)
        assert (row[4], row[6], row[15], row[25], row[26]) == (order, "600036", 31, 3, 3)
        order = rest.buy(100, 42.0, "600036", header=MONEY, sec_market=31)
        fill = socket.of(2218)
        assert (fill["acc_id"], fill["trd_market"]) == (REAL, "HKCC")
        row = order_of(fill)
        assert (row[4], row[6], row[13], row[17]) == (order, "600036", 31, 4)


# hours

def at(venue: MockExchange, hours: float) -> None:
    """Move the clock to an hour of Monday in Shanghai."""
    venue.advance(round(NOON + (hours - 12) * HOUR) - int(venue.state()["now"]))


@pytest.mark.parametrize("options, clock", [({**RICH, "calendar": "exchange"}, f"manual={NOON - 4 * HOUR}")], indirect=["options"])
def test_a_day_in_shanghai_and_shenzhen(venue: MockExchange, rest: Rest, clock: str) -> None:
    def states() -> tuple[int, int]:
        found = rest.get("global-state").s2c
        return found["market_sh"], found["market_sz"]

    assert states() == (6, 6) and rest.send(1, 100, 36.8, "600036", header=PAPER).failure[1].endswith("the market is closed")
    at(venue, 9.3)
    assert states() == (1, 1)
    order = rest.buy(100, 36.8, "600036", header=PAPER)
    for hour, state in ((9.45, 2), (9.6, 3), (12.0, 4), (13.5, 5), (14.97, 5)):
        at(venue, hour)
        assert states() == (state, state) and rest.status(order, PAPER) == 5
    at(venue, 15.1)
    assert states() == (6, 6) and rest.status(order, PAPER) == 15
    assert rest.post("market-state", security_list=[BANK]).s2c["market_info_list"][0]["market_state"] == 6


@pytest.mark.parametrize("options, clock", [({"calendar": "exchange"}, f"manual={NOON + 4 * DAY + 8 * HOUR}")], indirect=["options"])
def test_bars(rest: Rest, clock: str) -> None:
    """Labelled with their end in Shanghai's time; the closing auction is the end of the day's last one."""
    def find(kind: int) -> list[str]:
        body = {"security": BANK, "rehab_type": 0, "kl_type": kind, "begin_time": "2026-01-08", "end_time": "2026-01-08"}
        return [row["time"][11:16] for row in rest.post("history-kline", body).s2c["kl_list"]]

    minutes = find(1)
    assert (len(minutes), minutes[:2], minutes[120:122], minutes[-1]) == (241, ["09:30", "09:31"], ["11:30", "13:01"], "15:00")
    assert find(9) == ["10:30", "11:30", "14:00", "15:00"] and len(find(8)) == 8 and len(find(6)) == 48
    assert find(2) == ["00:00"]
