"""Sessions (1.3), both login contracts (2.7), and what a session may do (1.2, 2.5)."""

import json
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from qmt_client import DAY, FORM, JSON, TRADE, Answer, Rest

from mockexchange import MockExchange


def form(rest: Rest, user: str = "admin", password: str = "password") -> Answer:
    return rest.call("POST", "/login", FORM, f"username={user}&password={password}")


def cookie(answer: Answer) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


def by_session(rest: Rest, session: str, method: str, path: str, data: Any = None) -> Answer:
    body = None if data is None else json.dumps(data)
    return rest.call(method, f"{TRADE}/{path}", {**JSON, "Cookie": session}, body)


def test_the_public_servers_login(venue: MockExchange, rest: Rest) -> None:
    answer = form(rest)
    assert (answer.status, answer.headers["location"]) == (302, "/trading")
    name, *rules = answer.headers["set-cookie"].split("; ")
    assert name.startswith("session=") and {"HttpOnly", "Path=/"} <= set(rules)
    expires = parsedate_to_datetime(next(rule for rule in rules if rule.startswith("Expires=")).removeprefix("Expires="))
    assert expires.timestamp() == venue.state()["now"] / 1000 + 180 * 86_400
    bad = form(rest, "admin", "wrong")
    assert bad.status == 200 and bad.headers["content-type"].startswith("text/html") and "用户名或密码错误" in bad.text
    assert "set-cookie" not in bad.headers
    assert form(rest, "mock-key", "mock-secret").status == 302
    assert form(rest, "mock-key", "mock-secret-1").status == 200
    page = rest.call("GET", "/trading", {"Cookie": cookie(answer)})
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    assert rest.call("GET", "/trading").headers["location"] == "/login"
    assert rest.call("GET", "/login").status == 200


def test_the_manuals_login(rest: Rest) -> None:
    """2.7: the shapes of a double of the SDK's contract."""
    right = rest.call("POST", "/login", JSON, '{"username": "admin", "password": "password"}')
    assert (right.status, right.json) == (200, {"success": True}) and cookie(right).startswith("session=")
    wrong = rest.call("POST", "/login", JSON, '{"username": "admin", "password": "no"}')
    assert (wrong.status, wrong.json) == (200, {"success": False, "error": "用户名或密码错误"})
    assert rest.call("GET", "/logout", {**JSON, "Cookie": cookie(right)}).json == {"success": True}


@pytest.mark.parametrize("options", [{"login": "form"}], indirect=True)
def test_json_cannot_log_in_at_the_public_server(rest: Rest) -> None:
    answer = rest.call("POST", "/login", JSON, '{"username": "admin", "password": "password"}')
    assert (answer.status, answer.text) == (500, "Internal Server Error")
    assert form(rest).status == 302
    logout = rest.call("GET", "/logout", JSON)
    assert (logout.status, logout.headers["location"]) == (302, "/login")


@pytest.mark.parametrize("options", [{"login": "json"}], indirect=True)
def test_a_form_cannot_log_in_at_the_manuals_server(rest: Rest) -> None:
    assert form(rest).status == 500
    assert rest.call("POST", "/login", JSON, '{"username": "admin", "password": "password"}').json == {"success": True}
    assert rest.call("GET", "/logout").json == {"success": True}


def test_what_a_session_may_read_and_what_not(rest: Rest) -> None:
    session = cookie(form(rest))
    for path in ("accounts", "portfolio/0", "positions/1"):
        assert by_session(rest, session, "GET", path).status == 200
    for path in ("orders", "order", "cancel_order", "outer/trade/buy", "trade/allin", "trade/nhg", "cancel_orders/buy"):
        assert by_session(rest, session, "POST", path, {"trader_index": 0}).error == (401, "缺少必要的签名验证参数")
    for path in ("buy", "sell", "trade"):
        assert rest.post(f"{TRADE}/{path}", {"symbol": "000001"}).error == (401, "未登录，请先登录")


def test_a_session_ends(venue: MockExchange, rest: Rest) -> None:
    session = cookie(form(rest))
    own = cookie(form(rest, "mock-key", "mock-secret"))
    venue.restart(keep_state=True)
    assert by_session(rest, session, "GET", "accounts").status == 200           # the server keeps nothing of it
    venue.set_key("mock-key")
    assert by_session(rest, own, "GET", "accounts").error == (401, "未登录或缺少必要的签名验证参数")
    venue.clock(180 * DAY - 1)
    assert by_session(rest, session, "GET", "accounts").status == 200
    venue.clock(180 * DAY)
    assert by_session(rest, session, "GET", "accounts").error == (401, "未登录或缺少必要的签名验证参数")
    assert by_session(rest, session, "POST", "buy", {}).error == (401, "未登录，请先登录")


@pytest.mark.parametrize("session", ["", "session=", "session=a.b", "session=e30.00", "session=äöü.x", "other=1"])
def test_no_session(rest: Rest, session: str) -> None:
    headers = {"Cookie": session.encode().decode("latin-1")}
    assert rest.call("GET", f"{TRADE}/accounts", headers).error == (401, "未登录或缺少必要的签名验证参数")


def test_logout_clears_the_cookie(rest: Rest) -> None:
    answer = rest.call("GET", "/logout", {"Cookie": cookie(form(rest))})
    assert (answer.status, answer.headers["location"]) == (302, "/login")
    assert answer.headers["set-cookie"].startswith("session=;") and "1970" in answer.headers["set-cookie"]


# orders by session (2.5)

def test_buy_by_session(rest: Rest) -> None:
    """150 is floored to a lot; without an index every account buys."""
    session = cookie(form(rest))
    answer = by_session(rest, session, "POST", "buy", {"symbol": "000001", "price": 9.5, "shares": 150})
    assert answer.json["message"] == "买入执行完成"
    assert [(entry["trader_index"], entry["result"]["order_num"]) for entry in answer.json["results"]] == [(0, 100), (1, 100)]
    assert [row["strategy_name"] for row in rest.orders(1)] == ["Web界面"]
    less = by_session(rest, session, "POST", "buy", {"symbol": "000001", "price": 9.5, "shares": 50, "trader_index": 0})
    assert less.json["results"][0]["result"]["message"] == "股数不足100股: 0"


def test_sell_by_session(rest: Rest) -> None:
    """130 goes out as it is, and 0 is everything that can be sold."""
    session = cookie(form(rest))

    def sell(shares: int) -> dict[str, Any]:
        data = {"symbol": "000001", "price": 10.9, "shares": shares, "trader_index": 0, "strategy_name": "hand"}
        answer = by_session(rest, session, "POST", "sell", data)
        assert answer.json["message"] == "卖出执行完成"
        return dict(answer.json["results"][0]["result"])

    odd = sell(130)
    assert odd["order_num"] == 130 and rest.status(odd["order_id"]) == 57
    assert sell(50)["message"] == "卖出股数不足100股: 50"
    assert sell(0)["order_num"] == 1000
    assert [row["strategy_name"] for row in rest.orders()] == ["hand", "hand"]


def test_percent_by_session(rest: Rest) -> None:
    """No range is checked, and the price type is called ``pricetype``."""
    session = cookie(form(rest))
    data = {"symbol": "600000", "trade_price": 8.0, "position_pct": 1.5, "pricetype": 4, "trader_index": 1}
    answer = by_session(rest, session, "POST", "trade", data)
    assert answer.json["message"] == "交易执行完成"
    assert answer.json["results"][0]["result"] == {"success": False, "message": "错误：不支持的价格类型 4"}
    del data["pricetype"]
    assert by_session(rest, session, "POST", "trade", data).json["results"][0]["result"]["order_num"] == 124_900


def test_errors_by_session(rest: Rest) -> None:
    session = cookie(form(rest))
    for path, words in (("buy", "symbol, price, shares"), ("sell", "symbol, price, shares"), ("trade", "symbol, trade_price, position_pct")):
        assert by_session(rest, session, "POST", path, {}).error == (400, "请求数据不能为空")
        assert by_session(rest, session, "POST", path, {"symbol": "000001", "shares": None}).error == (400, f"缺少必要参数: {words}")
    wrong = by_session(rest, session, "POST", "buy", {"symbol": "000001", "price": 9.5, "shares": 100, "trader_index": 2})
    assert wrong.error == (400, "无效的交易器索引: 2")
    broken = rest.call("POST", f"{TRADE}/sell", {**JSON, "Cookie": session}, "{")
    assert broken.error == (500, "接口异常: sell_stock")


@pytest.mark.parametrize("options", [{"build": "B"}], indirect=True)
def test_build_b_has_no_buy_by_session(rest: Rest) -> None:
    session = cookie(form(rest))
    data = {"symbol": "000001", "price": 9.5, "shares": 100}
    answer = by_session(rest, session, "POST", "buy", data)
    assert (answer.status, answer.text) == (404, "Not Found")
    assert by_session(rest, session, "POST", "sell", data).status == 200
