"""Accounts, funds, positions, unlock, what can be traded, fees (spec 2.13 to 2.16, 2.21 to 2.24)."""

from hashlib import md5

import pytest
from futu_client import REAL, SIMULATED, TENCENT, TOKEN, Rest, real, simulated

from mockexchange import MockExchange


def test_accounts(rest: Rest) -> None:
    paper, money = rest.get("accounts").s2c["acc_list"]
    assert (paper["trd_env"], paper["acc_id"], paper["trd_market_auth_list"], paper["sim_acc_type"]) == (0, SIMULATED, [1, 2, 3], 1)
    assert (money["trd_env"], money["acc_id"], money["trd_market_auth_list"], money["acc_type"]) == (1, REAL, [1, 2, 4, 113], 2)
    assert (money["card_num"], money["security_firm"], money["acc_status"]) == ("1001000000000001", 1, 0)


@pytest.mark.parametrize("options", [{"acc_id": "text", "sim_accounts": "per_market"}], indirect=True)
def test_accounts_of_later_builds(rest: Rest) -> None:
    rows = rest.get("accounts").s2c["acc_list"]
    assert [(row["acc_id"], row["trd_market_auth_list"]) for row in rows] == [
        ("987654", [1]), ("1000002", [2]), ("1000003", [3]), ("281000000000000001", [1, 2, 4, 113]),
    ]
    assert rest.funds({"trd_env": 0, "acc_id": 1000002, "trd_market": 2})["cash"] == 200_000.0
    assert rest.post("funds", header=simulated(2)).failure[1].endswith("has no authority for trd_market 2")


@pytest.mark.parametrize("options", [{"odd_accounts": True}], indirect=True)
def test_accounts_that_no_document_has(rest: Rest) -> None:
    rows = rest.get("accounts").s2c["acc_list"]
    assert [row.get("acc_label") for row in rows] == [None, None, "paper_trade", "crypto"]
    assert rest.post("positions", header={"trd_env": 0, "acc_id": 1000100, "trd_market": 1}).failure[0] == -1


def test_two_logins_see_their_own() -> None:
    accounts = [f"{name}:x:HKD=1000" for name in ("fc_a", "fc_a-real", "fc_b")]
    with MockExchange("futu", accounts=accounts, feed="none") as venue:
        first, second = Rest(venue.rest, "fc_a"), Rest(venue.rest, "fc_b")
        assert [row["acc_id"] for row in first.get("accounts").s2c["acc_list"]] == [SIMULATED, REAL]
        assert [row["acc_id"] for row in second.get("accounts").s2c["acc_list"]] == [SIMULATED + 10]
        assert second.post("funds", header=simulated()).failure[1] == f"[err_code=none] account {SIMULATED} does not exist"


@pytest.mark.parametrize("header", [
    {"trd_env": 2, "acc_id": SIMULATED, "trd_market": 1}, {"trd_env": 0, "acc_id": REAL, "trd_market": 1},
    {"trd_env": 0, "acc_id": 1, "trd_market": 1}, {"trd_env": 0, "acc_id": SIMULATED, "trd_market": 5},
    {"trd_env": 1, "acc_id": REAL, "trd_market": 113},
])
def test_headers_that_are_none(rest: Rest, header: dict[str, int]) -> None:
    assert rest.post("positions", header=header).failure[0] == -1


def test_funds_of_a_simulated_account_are_its_markets(rest: Rest) -> None:
    hk, us = rest.funds(), rest.funds(simulated(2), currency=1)
    assert (hk["power"], hk["total_assets"], hk["cash"], hk["frozen_cash"]) == (1_000_000.0, 1_000_000.0, 1_000_000.0, 0.0)
    assert (us["cash"], us["currency"], us["cash_info_list"]) == (200_000.0, None, [])
    rest.buy(100, 290.0)
    assert rest.funds()["frozen_cash"] == pytest.approx(29_000 + 8.7 + 31.47, abs=0.01)
    assert rest.funds(simulated(2))["frozen_cash"] == 0.0


def test_funds_of_a_universal_account_need_a_currency(rest: Rest) -> None:
    text = "[err_code=none] currency None is not supported, supported are: HKD(1), USD(2), CNH(3)"
    assert rest.post("funds", header=real()).failure == (-1, text, None)
    assert rest.post("funds", header=real(), currency=4).failure[0] == -1
    hkd, usd = rest.funds(real(), currency=1), rest.funds(real(2), currency=2)
    assert hkd["cash"] == 1_000_000 + 200_000 * 7.8 and hkd["currency"] == 1
    assert usd["cash"] == pytest.approx(hkd["cash"] / 7.8)
    assert [(row["currency"], row["cash"]) for row in hkd["cash_info_list"]] == [(1, 1_000_000.0), (2, 200_000.0)]


def test_positions_and_their_cost(venue: MockExchange, rest: Rest) -> None:
    venue.deposit(TOKEN, "00700", 200)
    rest.buy(100, 303.0)
    row = rest.positions()["00700"]
    bought = rest.row(rest.orders()[0]["order_id"])["fill_avg_price"]
    assert (row["position_side"], row["qty"], row["can_sell_qty"], row["sec_market"], row["currency"]) == (0, 300.0, 300.0, 1, 1)
    assert row["cost_price"] == pytest.approx((200 * 300 + 100 * bought) / 300)
    assert (row["td_buy_qty"], row["td_buy_val"], row["average_cost_price"]) == (100.0, 100 * bought, None)
    venue.set_price("00700", "310")
    row = rest.positions()["00700"]
    assert row["price"] == 310.0 and row["val"] == 93_000.0
    assert row["pl_val"] == pytest.approx(93_000 - 300 * row["cost_price"])
    resting = rest.sell(100, 320.0)
    assert rest.positions()["00700"]["can_sell_qty"] == 200.0
    rest.modify(resting, 2)
    rest.sell(300, 300.0, order_type=2)
    row = rest.positions()["00700"]
    assert (row["qty"], row["val"], row["pl_ratio"], row["td_sell_qty"]) == (0.0, 0.0, 0.0, 300.0)
    assert row["realized_pl"] > 0 and rest.positions(simulated(2)) == {}


def test_unlock_is_the_gateways(venue: MockExchange, rest: Rest) -> None:
    text = "[err_code=-401] trade is locked, call /api/unlock-trade first"
    assert rest.send(1, 100, 290.0, header=real()).failure == (-1, text, -401)
    assert rest.modify(1, 2, header=real()).failure[2] == -401
    rest.unlock()
    assert Rest(venue.rest).buy(100, 290.0, header=real(), packet_id={"conn_id": 2, "serial_no": 1})
    rest.post("unlock-trade", unlock=False)
    assert rest.send(1, 100, 290.0, header=real()).failure[2] == -401


@pytest.mark.parametrize("options", [{"trade_password": "pass 密"}], indirect=True)
def test_two_wrong_passwords_lock_for_a_minute(venue: MockExchange, rest: Rest) -> None:
    good = md5("pass 密".encode()).hexdigest()

    def unlock(digest: str) -> object:
        return rest.post("unlock-trade", unlock=True, pwd_md5=digest).json["ret_msg"]

    assert unlock(good.upper()) == unlock("0" * 32) == "[err_code=none] wrong trade password"
    assert "locked for 60 seconds" in str(unlock(good))
    venue.advance(59_999)
    assert "locked for 60 seconds" in str(unlock(good))
    venue.advance(1)
    assert unlock(good) is None
    assert rest.buy(100, 290.0, header=real())


def test_max_trd_qtys(venue: MockExchange, rest: Rest) -> None:
    body = {"header": simulated(), "order_type": 1, "code": "00700", "price": 300.0}
    found = rest.post("max-trd-qtys", body).s2c["max_trd_qtys"]
    assert (found["max_cash_buy"], found["max_position_sell"], found["max_sell_short"]) == (3300.0, 0.0, 0.0)
    assert rest.send(1, 3400, 300.0).failure[1].endswith("insufficient buying power or position")
    order = rest.buy(3300, 290.0)
    assert rest.post("max-trd-qtys", body).s2c["max_trd_qtys"]["max_cash_buy"] == 100.0
    assert rest.post("max-trd-qtys", body, order_id=order).s2c["max_trd_qtys"]["max_cash_buy"] == 3300.0
    venue.deposit(TOKEN, "AAPL", 7)
    found = rest.post("max-trd-qtys", header=simulated(2), order_type=1, code="AAPL", price=200).s2c["max_trd_qtys"]
    assert (found["max_cash_buy"], found["max_position_sell"]) == (999.0, 7.0)


def test_margin_ratio_and_fee(rest: Rest) -> None:
    [row] = rest.post("margin-ratio", header=real(), security_list=[TENCENT]).s2c["margin_ratio_info_list"]
    assert row["security"] == TENCENT and row["is_short_permit"] is False and row["im_long_ratio"] == 100.0
    rest.unlock()
    answer = rest.send(1, 100, 303.0, header=real()).s2c
    [fee] = rest.post("order-fee", header=real(), order_id_ex_list=[answer["order_id_ex"], "nothing"]).s2c["order_fee_list"]
    value = rest.row(answer["order_id"], real())["fill_avg_price"] * 100
    assert fee["order_id_ex"] == answer["order_id_ex"]
    assert fee["fee_amount"] == pytest.approx(round(value * 0.0003, 2) + round(value * 0.001085, 2), abs=0.011)
    assert sum(each["value"] for each in fee["fee_list"]) == fee["fee_amount"]
    assert rest.post("order-fee", header=simulated(), order_id_ex_list=[]).failure[0] == -1


def test_sub_acc_push_wants_own_accounts(rest: Rest) -> None:
    assert rest.post("sub-acc-push", acc_id_list=[SIMULATED, REAL]).s2c == {}
    assert rest.post("sub-acc-push", acc_id_list=[]).s2c == {}
    assert rest.post("sub-acc-push", acc_id_list=[1]).failure[0] == -1


@pytest.mark.parametrize("options", [{"main_account": "real", "sample_shares": 1000}], indirect=True)
def test_the_real_account_may_be_the_tokens_own(venue: MockExchange, rest: Rest) -> None:
    rest.unlock()
    rest.buy(500, 24.0, "02800", header=real())
    assert [row["account"] for row in venue.journal() if row["kind"] == "order"] == [TOKEN]
    assert rest.positions(real())["02800"]["qty"] == rest.positions()["02800"]["qty"] == 1000.0
    venue.restart(keep_state=True)
    assert rest.positions()["02800"]["qty"] == 1000.0
