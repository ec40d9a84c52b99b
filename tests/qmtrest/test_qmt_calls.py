"""vn.py's requests as the server wants them (specs/qmt.md, 2.0, 2.3, 2.4, 5.2, 5.4), and the builds (2.0)."""

from math import inf, nan
from typing import Any

import pytest
from qmt_payloads import GATEWAY, reply
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType
from vnpy.trader.object import OrderData

from vnpy_qmtrest.auth import body_of
from vnpy_qmtrest.builds import REFUSALS, Build, build_of, has_ticks
from vnpy_qmtrest.calls import cancel_call, orders_call, place_call, portfolio_call, positions_call, probe_call
from vnpy_qmtrest.enums import MARKET_ORDERS, price_type_of

API = "/qmt/trade/api"
SSE, SZSE, BSE = Exchange.SSE, Exchange.SZSE, Exchange.BSE
LIMIT, MARKET, FAK = OrderType.LIMIT, OrderType.MARKET, OrderType.FAK


def order(price: float = 10.5, type: OrderType = LIMIT, direction: Direction = Direction.LONG, exchange: Exchange = SZSE) -> OrderData:
    return OrderData(GATEWAY, "000001", exchange, "vabcdefghij-1", type, direction, Offset.NONE, price, 500.0)


def placed(given: OrderData, market_order: str = "BEST5_CANCEL", reference: float = 0.0) -> dict[str, Any]:
    return place_call(given, "000001.SZ", 0, market_order, reference).params


def test_an_order() -> None:
    """2.3: the index always, for without it all accounts order; never ``position_pct``."""
    method, path, params = place_call(order(), "000001.SZ", 3, "BEST5_CANCEL", 0.0)
    assert (method, path) == ("POST", f"{API}/outer/trade/buy")
    assert params == {
        "symbol": "000001.SZ", "trade_price": 10.5, "price_type": 0, "order_num": 500, "trader_index": 3, "strategy_name": "vabcdefghij-1",
    }
    assert type(params["order_num"]) is int and type(params["trade_price"]) is float
    assert place_call(order(direction=Direction.SHORT), "000001.SZ", 0, "LATEST", 0.0)[:2] == ("POST", f"{API}/outer/trade/sell")
    assert place_call(order(), "000001.SZ", 0, "LATEST", 99.0).params["trade_price"] == 10.5, "a limit order is sent at its limit"


def test_prices_have_three_decimals() -> None:
    """4.3."""
    assert placed(order(0.1 + 0.2))["trade_price"] == 0.3 and placed(order(4.0004))["trade_price"] == 4.0 and placed(order(4.001))["trade_price"] == 4.001


@pytest.mark.parametrize(("setting", "sse", "szse", "bse"), [
    ("BEST5_CANCEL", 2, 2, 5), ("LATEST", 1, 1, 1), ("OWN_BEST", 3, 3, 3), ("PEER_BEST", 5, 5, 5),
])
def test_market_orders(setting: str, sse: int, szse: int, bse: int) -> None:
    """5.4: type 2 sends a code of Shenzhen's for Beijing."""
    assert [price_type_of(MARKET, exchange, setting) for exchange in (SSE, SZSE, BSE)] == [sse, szse, bse]
    assert [price_type_of(LIMIT, exchange, setting) for exchange in (SSE, SZSE, BSE)] == [0, 0, 0]
    assert placed(order(type=MARKET, exchange=BSE), setting)["price_type"] == bse and setting in MARKET_ORDERS


@pytest.mark.parametrize("setting", MARKET_ORDERS)
def test_fak_is_best_five_and_cancel_whatever_market_orders_are(setting: str) -> None:
    """5.4: "2 only on explicit opt-in"; 1 and 3 may rest in the book, and 5 leaves the remainder there."""
    assert [price_type_of(FAK, exchange, setting) for exchange in (SSE, SZSE)] == [2, 2]


def test_beijing_has_no_fak() -> None:
    """5.4: 2 is a code of Shenzhen's there, and 5 leaves the remainder as a limit order."""
    with pytest.raises(ValueError, match="FAK"):
        price_type_of(FAK, BSE, "BEST5_CANCEL")


def test_a_market_order_is_valued_at_its_own_price_or_the_last_one() -> None:
    """5.2."""
    assert placed(order(0.0, MARKET), reference=10.4)["trade_price"] == 10.4
    assert placed(order(10.6, MARKET), reference=10.4)["trade_price"] == 10.6


@pytest.mark.parametrize("given", [order(0.0, MARKET), order(-1.0, MARKET), order(nan, MARKET), order(0.0), order(-1.0), order(nan)])
def test_without_a_price_nothing_is_sent(given: OrderData) -> None:
    with pytest.raises(ValueError, match="no price is known of 000001"):
        placed(given)


def test_infinity_comes_no_further_than_the_body() -> None:
    with pytest.raises(ValueError):
        body_of(placed(order(inf)))


def test_the_other_calls() -> None:
    """2.2 and 2.4; no body is ever empty (1.4)."""
    assert cancel_call(1000, 0) == ("POST", f"{API}/cancel_order", {"order_id": 1000, "trader_index": 0})
    assert orders_call(1) == ("POST", f"{API}/orders", {"trader_index": 1, "cancelable_only": False})
    assert portfolio_call(1) == ("GET", f"{API}/portfolio/1", {}) and positions_call(0) == ("GET", f"{API}/positions/0", {})


def test_the_probe_is_the_harmless_one() -> None:
    """2.0."""
    assert probe_call() == ("POST", f"{API}/outer/trade/buy", {
        "order_num": 1, "price_type": 0, "symbol": "000001", "trade_price": 1, "trader_index": 999999,
    })


@pytest.mark.parametrize(("status", "text", "build"), [
    (400, "order_num 必须是 100 的倍数（股）", Build.FIXED), (400, "缺少必要参数: symbol, trade_price, position_pct", Build.PERCENT),
    (400, "缺少必要参数: symbol, trade_price", Build.UNKNOWN), (400, "无效的交易器索引: 999999", Build.UNKNOWN), (400, "", Build.UNKNOWN),
    (401, "签名验证失败", Build.UNKNOWN), (500, "order_num 必须是 100 的倍数（股）", Build.UNKNOWN), (200, "order_num 必须是 100 的倍数（股）", Build.UNKNOWN),
    (400, None, Build.UNKNOWN), (400, 7, Build.UNKNOWN), (400, ["order_num 必须是 100 的倍数（股）"], Build.UNKNOWN),
])
def test_builds(status: int, text: Any, build: Build) -> None:
    assert build_of(reply({"error": text}, status)) is build
    assert build is Build.FIXED or REFUSALS[build]


@pytest.mark.parametrize("body", ["<html>order_num 必须是 100 的倍数</html>", "[]", '"order_num 必须是 100 的倍数"', "", "{}"])
def test_what_is_no_answer_to_the_probe(body: str) -> None:
    assert build_of(reply(body, 400)) is Build.UNKNOWN and not has_ticks(reply(body, 400))


@pytest.mark.parametrize(("status", "body", "there"), [
    (400, {"error": "缺少必要参数: stock_list"}, True), (404, {"error": "缺少必要参数: stock_list"}, False), (400, {"error": "签名验证失败"}, False),
    (200, {"status": "success", "data": {}}, False), (400, [], False),
])
def test_market_data(status: int, body: Any, there: bool) -> None:
    """2.0: 404 is none."""
    assert has_ticks(reply(body, status)) is there
    assert not has_ticks(reply("Not Found", 404))
