"""Orders by signature (2.3): validations in order, results, the shrinking, percentages, lots (4.2), price types (5.4), the repo."""

from typing import Any

import pytest
from qmt_client import NOON, TRADE, Answer, Rest

from mockexchange import MockExchange

GOOD: dict[str, Any] = {"symbol": "000001", "trade_price": 10.5, "price_type": 0, "order_num": 500, "trader_index": 0, "strategy_name": "my"}


def with_(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not None}


def test_the_sample(rest: Rest) -> None:
    """The request and the reply of 2.3."""
    assert rest.trade("buy", GOOD).json == {
        "message": "第三方buy交易执行完成", "operation": "buy", "trade_mode": "order_num", "trade_param": 500, "strategy_name": "my",
        "results": [{"trader_index": 0, "status": "success", "result": {
            "success": True, "symbol": "000001.SZ", "order_num": 500, "price": 10.5, "value": 5250.0, "order_id": 1000,
            "message": "买入限价单提交成功: 000001.SZ 500股 @10.5, OrderID: 1000",
        }}],
    }
    sold = rest.trade("sell", with_(position_pct=0.5, order_num=None, strategy_name=None, trade_price=10.9)).json
    assert (sold["message"], sold["trade_mode"], sold["trade_param"], sold["strategy_name"]) == (
        "第三方sell交易执行完成", "position_pct", 0.5, "外部策略",
    )
    assert sold["results"][0]["result"]["message"] == "卖出限价单提交成功: 000001.SZ 500股 @10.9, OrderID: 1001"


@pytest.mark.parametrize("operation, data, error", [
    ("hold", {}, "操作类型必须是 buy 或 sell"),
    ("buy", {}, "请求数据不能为空"),
    ("buy", {"trade_price": 1, "position_pct": 2, "order_num": 0}, "缺少必要参数: symbol, trade_price"),
    ("buy", {"symbol": "000001", "order_num": 0}, "缺少必要参数: symbol, trade_price"),
    ("buy", with_(order_num=None, trader_index=9), "必须提供 position_pct 或 order_num 其中之一"),
    ("buy", with_(order_num=-1, position_pct=2, trader_index=9), "position_pct 和 order_num 不能同时提供，请选择其中一个"),
    ("buy", with_(order_num=None, position_pct=1.01, trader_index=9), "position_pct 必须在 0 到 1 之间"),
    ("buy", with_(order_num=0, trader_index=9), "order_num 必须大于 0"),
    ("sell", with_(order_num=150, trader_index=9), "order_num 必须是 100 的倍数（股）"),
    ("buy", with_(symbol="128013.SZ", order_num=15, trader_index=9), "order_num 必须是 10 的倍数（张）"),
    ("buy", with_(trader_index=9), "无效的交易器索引: 9"),
    ("buy", with_(trader_index=-1), "无效的交易器索引: -1"),
])
def test_validations_in_their_order(rest: Rest, operation: str, data: dict[str, Any], error: str) -> None:
    """Each request would be refused by what is checked later, too."""
    assert rest.trade(operation, data).error == (400, error)
    assert rest.orders() == []


@pytest.mark.parametrize("data", [with_(trader_index="0"), with_(order_num="500"), with_(symbol=1), with_(trader_index=0.0), [1], 5])
def test_values_of_wrong_types(rest: Rest, data: Any) -> None:
    answer = rest.trade("buy", data)
    assert answer.error == (500, "接口异常: outer_trade") and answer.json["message"]


def test_the_probe_of_build_a(rest: Rest) -> None:
    """2.0: it breaks the lot rule and names an account that there is not."""
    probe = {"order_num": 1, "price_type": 0, "symbol": "000001", "trade_price": 1, "trader_index": 999999}
    assert rest.trade("buy", probe).error == (400, "order_num 必须是 100 的倍数（股）")
    tick = rest.get("/qmt/data/api/get_full_tick")
    assert (tick.status, tick.text) == (404, "Not Found")


def test_without_an_index_every_account_trades(rest: Rest) -> None:
    results = rest.trade("buy", with_(trader_index=None, trade_price=9.5)).json["results"]
    assert [(each["trader_index"], each["result"]["order_id"]) for each in results] == [(0, 1000), (1, 1001)]
    assert [len(rest.orders(index)) for index in (0, 1)] == [1, 1]


def test_texts_in_place_of_numbers_fail_inside(rest: Rest) -> None:
    bought = rest.order("buy", 500, "10.5")         # type: ignore[arg-type]
    assert (bought["success"], bought["order_num"], bought["order_result"]) == (False, 0, None)
    assert bought["message"].startswith("买入异常: ")
    sold = rest.order("sell", 500, "10.5")          # type: ignore[arg-type]
    assert sold["success"] is False and sold["message"].startswith("下单时发生异常: ")
    assert rest.orders() == []


@pytest.mark.parametrize("price_type", [4, 6, "0", None])
def test_unknown_price_types(rest: Rest, price_type: Any) -> None:
    result = rest.trade("buy", {**GOOD, "price_type": price_type}).json["results"][0]
    assert result["status"] == "success"
    assert result["result"] == {"success": False, "message": f"错误：不支持的价格类型 {price_type}"}


# cash

def test_a_purchase_is_shrunk_to_what_cash_pays() -> None:
    """2.3: 10000 requested, 4700 sent, success."""
    with MockExchange("qmt", seed=7, accounts=["k:s:CNY=50000"], clock=f"manual={NOON}") as venue:
        rest = Rest(venue.rest, "k", "s", lambda: NOON / 1000)
        result = rest.order("buy", 10_000, 10.5)
        assert (result["success"], result["order_num"], result["value"]) == (True, 4700, 4700 * 10.5)
        row = rest.row(result["order_id"])
        assert (row["volume"], row["status"]) == (4700, 56)


def test_a_purchase_is_shrunk_by_a_lot_more_for_the_fees(rest: Rest) -> None:
    """100000 shares at 10 are all the cash there is; its fees are not."""
    shrunk = rest.order("buy", 150_000, 9.5, strategy_name="shrunk")
    assert shrunk["order_num"] == 105_200
    assert rest.status(shrunk["order_id"]) == 50
    rest.cancel(shrunk["order_id"])
    exact = rest.order("buy", 100_000, 10.0)
    assert exact["order_num"] == 100_000 and rest.status(exact["order_id"]) == 57


def test_no_cash(venue: MockExchange, rest: Rest) -> None:
    venue.deposit("mock-key", "CNY", "-999500")
    result = rest.order("buy", 100, 10.5)
    assert result == {
        "success": False, "symbol": "000001.SZ", "order_num": 0, "price": 10.5, "value": 0, "order_result": None,
        "message": "资金不足，无法买入: 000001.SZ, 可用资金 500.00",
    }
    assert rest.orders() == []


# sales

def test_what_is_not_held(rest: Rest) -> None:
    assert rest.order("sell", 500, 10.5, "600000.SH") == {
        "success": False, "symbol": "600000.SH", "order_num": 0, "price": 10.5, "value": 0, "order_result": None,
        "message": "未持有该股票: 600000.SH",
    }


def test_more_than_can_be_sold_comes_back_refused(venue: MockExchange, rest: Rest) -> None:
    """2.3 and F50: the order has an id, and status 57; the journal has it as REJECTED under its tag."""
    result = rest.order("sell", 1100, 10.0, strategy_name="too-much")
    assert result["success"] is True and result["order_id"] == 1000
    row = rest.row(1000)
    assert (row["status"], row["m_status"], row["volume"], row["traded_volume"], row["price"]) == (57, "废单", 1100, 0, 10.0)
    rows = [row for row in venue.journal() if row["kind"] == "order"]
    assert [(row["client_order_id"], row["status"], row["reject_reason"]) for row in rows] == [("too-much", "REJECTED", "INSUFFICIENT_BALANCE")]


# percentages

def percent(rest: Rest, operation: str, fraction: float, price: float, symbol: str = "000001", index: int = 0) -> dict[str, Any]:
    data = {"symbol": symbol, "trade_price": price, "position_pct": fraction, "trader_index": index}
    answer = rest.trade(operation, data)
    assert answer.status == 200, answer.text
    return dict(answer.json["results"][0]["result"])


def test_a_percentage_of_all_assets_buys(rest: Rest) -> None:
    """Of 1,010,000 CNY, and not of the cash alone; at most the cash."""
    assert percent(rest, "buy", 0.1, 10.0)["order_num"] == 10_100
    assert percent(rest, "buy", 1.0, 9.0, index=1)["order_num"] == 111_000
    little = percent(rest, "buy", 0.0, 10.0)
    assert little == {
        "success": False, "symbol": "000001.SZ", "order_num": 0, "price": 10.0, "error": "Insufficient funds",
        "message": "资金不足，无法买入一手: 000001.SZ",
    }
    assert percent(rest, "buy", 0.5, 0)["message"].startswith("买入异常: ")


def test_a_percentage_sells(rest: Rest) -> None:
    assert percent(rest, "sell", 0.55, 10.9)["order_num"] == 500


@pytest.mark.parametrize("fraction", [0.0, 0.05, 0.099])
def test_a_percentage_below_a_lot_sells_everything(rest: Rest, fraction: float) -> None:
    assert percent(rest, "sell", fraction, 10.9)["order_num"] == 1000


def test_nothing_that_can_be_sold(rest: Rest) -> None:
    rest.order("sell", 1000, 10.9)
    assert percent(rest, "sell", 1.0, 10.9)["message"] == "卖出股数不足100股: 0"


@pytest.mark.parametrize("options", [{"percent_retries": 2}], indirect=True)
def test_a_percentage_buy_may_be_done_again(rest: Rest) -> None:
    result = percent(rest, "buy", 0.1, 9.5)
    assert [row["order_id"] for row in rest.orders()] == [1000, 1001, 1002] and result["order_id"] == 1002


def test_all_in(rest: Rest) -> None:
    answer = rest.post(f"{TRADE}/trade/allin", {"symbol": "000001", "cur_price": 9.5, "trader_index": 1})
    assert answer.json == {"message": "全仓买入完成", "results": [{"trader_index": 1, "status": "success", "result": None}]}
    [row] = rest.orders(1)
    assert (row["volume"], row["price"], row["status"], row["strategy_name"]) == (105_200, 9.5, 50, "")
    assert rest.post(f"{TRADE}/trade/allin", {"symbol": "000001"}).error == (400, "缺少必要参数: symbol, cur_price")
    assert rest.post(f"{TRADE}/trade/allin", {"symbol": "1", "cur_price": 1, "trader_index": 2}).error == (400, "无效的交易器索引: 2")


# codes and lots (4.1, 4.2)

@pytest.mark.parametrize("given, sent", [
    ("000001.SH", "000001.SZ"), ("000001", "000001.SZ"), ("600000.SZ", "600000.SH"), ("688981", "688981.SH"), ("510300", "510300.SH"),
    ("128013", "128013.SZ"), ("110001", "110001.SH"), ("111001.SH", "111001.SZ"), ("118001.SH", "118001.SZ"), ("113050", "113050.SH"),
    ("920002", "920002.BJ"), ("830799", "830799.BJ"), ("430047", "430047.BJ"), ("900901", "900901.SH"), ("010107.SH", "010107.SZ"),
    ("300750", "300750.SZ"), ("200011", "200011.SZ"), ("204001", "204001.SH"), ("115001", "115001.SZ"), ("sh600000", "sh600000.SZ"),
    ("159915", "159915.SZ"), ("560001", "560001.SH"), ("132001", "132001.SH"), ("136001", "136001.SZ"), ("730001", "730001.SH"),
])
def test_the_market_follows_from_the_digits(given: str, sent: str) -> None:
    from mockexchange.dialects.qmt.codes import full_code

    assert full_code(given) == sent


def test_codes_that_are_not_listed_come_back_refused(venue: MockExchange, rest: Rest) -> None:
    result = rest.order("buy", 100, 10.5, "111001.SH", strategy_name="none")
    assert (result["success"], result["symbol"]) == (True, "111001.SZ")
    row = rest.row(result["order_id"])
    assert (row["status"], row["symbol"], row["volume"], row["strategy_name"]) == (57, "111001.SZ", 100, "none")
    assert rest.cancel(result["order_id"]) is False
    venue.restart(keep_state=True)
    assert rest.row(result["order_id"]) == row and rest.order("buy", 100, 9.5)["order_id"] == result["order_id"] + 1


def test_a_share_that_is_delisted(venue: MockExchange, rest: Rest) -> None:
    venue.remove_symbol("000001.SZ")
    assert rest.positions()["000001.SZ"]["volume"] == 1000
    for operation in ("buy", "sell"):
        assert rest.status(rest.order(operation, 100, 10.0)["order_id"]) == 57
    venue.add_symbol("000001.SZ")
    assert rest.status(rest.order("sell", 100, 9.9)["order_id"]) == 56


@pytest.mark.parametrize("symbol, shares, price, status", [
    ("688981", 100, 50.5, 57), ("688981", 200, 50.5, 56), ("128013", 10, 126.0, 56), ("128013", 10, 126.0005, 57), ("920002", 100, 15.1, 56),
    ("300750", 100, 239.0, 56), ("300750", 100, 241.0, 57), ("920002", 100, 19.51, 57), ("510300", 100, 4.009, 56), ("510300", 100, 4.0005, 57), ("000001", 100, 10.005, 57),
    ("000001", 100, 11.01, 57), ("000001", 100, 8.99, 57), ("000001", 100, 9.0, 50), ("000001", 1_000_100, 0.01, 57), ("131810", 100, 1.5, 57),
    ("000001", 100, 0, 57), ("000001", 100, -1, 57), ("600000", 100, 1e300, 0),
])
def test_the_exchange_has_its_own_rules(rest: Rest, symbol: str, shares: int, price: float, status: int) -> None:
    """4.2 and 4.3: what the server lets pass comes back with status 57."""
    result = rest.order("buy", shares, price, symbol)
    assert (rest.status(result["order_id"]) if status else result["order_num"]) == status


def test_convertible_bonds_are_counted_in_tens(rest: Rest) -> None:
    """2.0 and 4.2; they can be sold on the day they are bought."""
    assert rest.order("buy", 20, 126.0, "128013")["success"] is True
    sold = rest.order("sell", 20, 120.0, "128013.SZ")
    assert rest.status(sold["order_id"]) == 56


# price types (5.4)

def typed(rest: Rest, kind: int, operation: str = "buy", shares: int = 500, symbol: str = "000001", price: float = 10.0) -> dict[str, Any]:
    return rest.row(rest.order(operation, shares, price, symbol, price_type=kind)["order_id"])


def book(venue: MockExchange, symbol: str = "000001.SZ") -> tuple[list[float], list[float]]:
    """The prices of bids and asks, best first."""
    def prices(inner: Any) -> tuple[list[float], list[float]]:
        found = inner.exchange.books[symbol]
        return [price / 1e8 for price, _ in found.bids(5)], [price / 1e8 for price, _ in found.asks(5)]

    return venue.run(prices)


def test_price_types(venue: MockExchange, rest: Rest) -> None:
    bids, asks = book(venue)
    latest = typed(rest, 1)
    assert (latest["price_type"], latest["price"]) == (5, 0.0)
    own = typed(rest, 3, price=99.0)
    assert (own["price_type"], own["price"], own["status"]) == (45, 0.0, 50)
    order = [row for row in venue.journal() if row["kind"] == "order"][-1]
    assert float(order["price"]) == bids[0]
    peer = typed(rest, 5, shares=300_000 // 100, price=10.0)
    assert (peer["price_type"], peer["price"], peer["status"]) == (44, 0.0, 55)         # the rest stays as a limit order
    assert peer["traded_price"] == pytest.approx(asks[0])
    limit = typed(rest, 0, price=9.5)
    assert (limit["price_type"], limit["price"]) == (11, 9.5)


def test_best_five_takes_five_levels_and_ends(venue: MockExchange, rest: Rest) -> None:
    _, asks = book(venue)
    row = typed(rest, 2, shares=90_000)
    assert (row["price_type"], row["status"], row["m_status"]) == (47, 53, "部撤")
    assert 0 < row["traded_volume"] < 90_000 and asks[0] <= row["traded_price"] <= asks[4]
    assert typed(rest, 2, symbol="600000", price=8.0)["price_type"] == 42
    sold = typed(rest, 2, "sell", 100)
    assert (sold["status"], sold["traded_volume"]) == (56, 100)


def test_market_types_that_no_counter_takes(rest: Rest) -> None:
    """5.4: STAR shares need a protective limit, and the best five have a Shenzhen code in Beijing."""
    assert [typed(rest, kind, shares=200, symbol="688981", price=50.0)["status"] for kind in (2, 3, 5)] == [57, 57, 57]
    assert typed(rest, 2, symbol="920002", price=15.0)["status"] == 57
    assert typed(rest, 5, shares=100, symbol="920002", price=15.0)["status"] == 56


def test_an_empty_book() -> None:
    with MockExchange("qmt", feed="none", clock=f"manual={NOON}") as venue:
        rest = Rest(venue.rest, now=lambda: NOON / 1000)
        assert [typed(rest, kind)["status"] for kind in (2, 3, 5)] == [54, 57, 57]


@pytest.mark.parametrize("options", [{"price_type": "observed"}], indirect=True)
def test_price_types_as_seen_at_counters(rest: Rest) -> None:
    assert [typed(rest, kind, price=9.5)["price_type"] for kind in (0, 1, 2)] == [50, 88, 88]


# results of other builds and terminals

@pytest.mark.parametrize("options", [{"refusals": "at_once"}], indirect=True)
def test_refusals_at_once(venue: MockExchange, rest: Rest) -> None:
    """2.3: "terminal refused"."""
    result = rest.order("sell", 1100, 10.0)
    assert result == {
        "success": False, "symbol": "000001.SZ", "order_num": 1100, "price": 10.0, "message": "卖出限价单提交失败: 000001.SZ 1100股 @10.0",
    }
    assert rest.orders() == [] and not [row for row in venue.journal() if row["kind"] == "order"]


@pytest.mark.parametrize("options", [{"results": "nested", "refusals": "at_once"}], indirect=True)
def test_older_builds_nest_the_result(rest: Rest) -> None:
    """2.0: ``success`` is true also where the inner one is not."""
    result = rest.order("buy", 100, 9.5)
    assert result["success"] is True and "order_id" not in result
    assert (result["order_result"]["success"], result["order_result"]["order_id"]) == (True, 1000)
    refused = rest.order("buy", 100, 20.0)
    assert (refused["success"], refused["order_result"]["success"]) == (True, False)


# build B (2.0)

B: list[dict[str, Any]] = [{"build": "B"}]


@pytest.mark.parametrize("options", B, indirect=True)
def test_the_probe_of_build_b(rest: Rest) -> None:
    probe = {"order_num": 1, "price_type": 0, "symbol": "000001", "trade_price": 1, "trader_index": 999999}
    assert rest.trade("buy", probe).error == (400, "缺少必要参数: symbol, trade_price, position_pct")
    assert rest.get("/qmt/data/api/get_full_tick").error == (400, "缺少必要参数: stock_list")


@pytest.mark.parametrize("options", B, indirect=True)
def test_build_b_orders_by_percentage_and_renames_them(rest: Rest) -> None:
    data = {"symbol": "000001", "trade_price": 9.5, "position_pct": 0.1, "order_num": 7, "trader_index": 1, "strategy_name": "mine"}
    body = rest.trade("buy", data).json
    assert set(body) == {"message", "operation", "strategy_name", "results"} and body["strategy_name"] == "mine"
    [entry] = body["results"]
    assert (entry["trader_index"], entry["result"]["order_num"]) == (0, 10_500)        # of one account: the first of the list
    assert [row["strategy_name"] for row in rest.orders(1)] == ["quant_1"]
    both = rest.trade("buy", {**data, "trader_index": None}).json
    assert [each["trader_index"] for each in both["results"]] == [0, 1]


@pytest.mark.parametrize("options", B, indirect=True)
def test_build_b_counts_bonds_in_hundreds(rest: Rest) -> None:
    assert percent(rest, "buy", 0.02, 126.0, "128013")["order_num"] == 100


# the repo

def repo(rest: Rest, **data: Any) -> Answer:
    return rest.post(f"{TRADE}/trade/nhg", data)


def test_the_repo(venue: MockExchange, rest: Rest) -> None:
    venue.deposit("mock-key", "CNY", "-950000")
    answer = repo(rest, reserve_amount=1000, trader_index=0).json
    message = answer["results"][0]["result"].pop("message")
    assert answer == {"message": "逆回购执行完成", "reserve_amount": 1000, "results": [{"trader_index": 0, "status": "success", "result": {
        "success": True, "symbol": "131810.SZ", "order_num": 490, "order_amount": 49000, "available_cash": 50000.0, "reserve_amount": 1000,
        "usable_cash": 49000.0, "order_id": 1000,
    }}]}
    assert "1000" in message
    [row] = rest.orders()
    assert (row["side"], row["status"], row["volume"], row["traded_volume"], row["strategy_name"]) == ("sell", 56, 490, 490, "")
    assert rest.portfolio()["cash"] == 1000.0 and rest.portfolio()["total_asset"] == 60_000.0
    less = repo(rest, reserve_amount=500, trader_index=0).json["results"][0]
    assert less["status"] == "failed" and less["result"]["success"] is False and less["result"]["order_num"] == 0
    assert not {"order_id", "order_amount"} & set(less["result"])
    assert repo(rest, reserve_amount=-1).error == (400, "保留金额不能为负数")
    assert repo(rest, trader_index=5).error == (400, "无效的交易器索引: 5")
    venue.restart(keep_state=True)
    assert [row["order_id"] for row in rest.orders()] == [1000]
    venue.advance(12 * 3_600_000 + 1_000)
    after = rest.portfolio()["cash"]
    assert 50_000.0 < after < 50_010.0          # with a day's interest
    assert "131810.SZ" not in {symbol: row for symbol, row in rest.positions().items() if row["volume"]}


@pytest.mark.parametrize("options", [{"repo_side": "buy"}], indirect=True)
def test_older_builds_buy_the_repo(rest: Rest) -> None:
    result = repo(rest, trader_index=0).json["results"][0]["result"]
    assert result["success"] is True                # without looking
    row = rest.row(result["order_id"])
    assert (row["side"], row["status"]) == ("buy", 57) and rest.portfolio()["cash"] == 1_000_000.0


@pytest.mark.parametrize("options", B, indirect=True)
def test_the_repo_of_build_b(rest: Rest) -> None:
    assert repo(rest, reserve_amount=-5, trader_index=1).json == {
        "message": "逆回购完成", "results": [{"trader_index": 0, "status": "success"}],
    }
