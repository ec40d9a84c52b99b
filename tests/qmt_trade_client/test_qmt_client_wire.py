"""What every method sends, byte by byte, and what it makes of the answer (specs/qmt.md, 1.4, 2 and 3.3)."""

import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from scripted_server import Answer, ScriptedServer, Seen, as_json

from qmt_trade_client import QMTAPIError, QMTTradeClient, QMTTraderIndexWarning
from qmt_trade_client.signing import canonical_string, signature

API = "/qmt/trade/api"
NAME = r"\u5ba2\u6237\u7aef\u4ea4\u6613"
Call = Callable[[QMTTradeClient], Any]

SIGNED: list[tuple[Call, str, str]] = [
    (lambda c: c.get_accounts(), "GET accounts", ""),
    (lambda c: c.get_portfolio(2), "GET portfolio/2", ""),
    (lambda c: c.get_positions(), "GET positions/0", ""),
    (lambda c: c.get_position_by_symbol("000001.SZ", 1), "GET positions/1", ""),
    (lambda c: c.has_position("000001.SZ"), "GET positions/0", ""),
    (
        lambda c: c.buy("000001", price=10.50, shares=500), "POST outer/trade/buy",
        f'{{"order_num":500,"price_type":0,"strategy_name":"{NAME}","symbol":"000001","trade_price":10.5}}',
    ),
    (
        lambda c: c.buy("000001", 10.5, 0.1, None, 2, 1, "my"), "POST outer/trade/buy",
        '{"position_pct":0.1,"price_type":2,"strategy_name":"my","symbol":"000001","trade_price":10.5,"trader_index":1}',
    ),
    (
        lambda c: c.sell("000001", price=10.6, shares=0, trader_index=0), "POST outer/trade/sell",
        f'{{"order_num":0,"price_type":0,"strategy_name":"{NAME}","symbol":"000001","trade_price":10.6,"trader_index":0}}',
    ),
    (
        lambda c: c.sell("000001", price=10.6, position_pct=0), "POST outer/trade/sell",
        f'{{"position_pct":0,"price_type":0,"strategy_name":"{NAME}","symbol":"000001","trade_price":10.6}}',
    ),
    (
        lambda c: c.sell_all("000001", 10.6), "POST outer/trade/sell",
        r'{"position_pct":1.0,"price_type":0,"strategy_name":"\u6e05\u4ed3\u5356\u51fa","symbol":"000001","trade_price":10.6}',
    ),
    (lambda c: c.buy_all("000001", 10.5), "POST trade/allin", '{"cur_price":10.5,"symbol":"000001"}'),
    (lambda c: c.buy_all("000001", 10.5, 0), "POST trade/allin", '{"cur_price":10.5,"symbol":"000001","trader_index":0}'),
    (lambda c: c.reverse_repo(), "POST trade/nhg", '{"reserve_amount":0}'),
    (lambda c: c.reverse_repo(1000, 0), "POST trade/nhg", '{"reserve_amount":1000,"trader_index":0}'),
    (lambda c: c.get_order(12345, 0), "POST order", '{"order_id":12345,"trader_index":0}'),
    (lambda c: c.get_orders(0), "POST orders", '{"cancelable_only":false,"trader_index":0}'),
    (lambda c: c.get_orders(trader_index=0, cancelable_only=True), "POST orders", '{"cancelable_only":true,"trader_index":0}'),
    (lambda c: c.cancel_order(12345, 0), "POST cancel_order", '{"order_id":12345,"trader_index":0}'),
    (lambda c: c.cancel_all_buy_orders(), "POST cancel_orders/buy", "{}"),
    (lambda c: c.cancel_all_buy_orders(0), "POST cancel_orders/buy", '{"trader_index":0}'),
    (lambda c: c.cancel_all_sell_orders(), "POST cancel_orders/sale", "{}"),
    (lambda c: c.cancel_all_sell_orders(0), "POST cancel_orders/sale", '{"trader_index":0}'),
]

SESSION: list[tuple[Call, str, str]] = [
    (lambda c: c.get_accounts(), "GET accounts", ""),
    (lambda c: c.get_portfolio(), "GET portfolio/0", ""),
    (lambda c: c.get_positions(0), "GET positions/0", ""),
    (
        lambda c: c.buy("000001", price=10.50, shares=500), "POST buy",
        f'{{"price":10.5,"price_type":0,"shares":500,"strategy_name":"{NAME}","symbol":"000001"}}',
    ),
    (
        lambda c: c.buy("000001", price=10.50, position_pct=0.1, price_type=5, trader_index=1, strategy_name="my"), "POST trade",
        '{"position_pct":0.1,"pricetype":5,"strategy_name":"my","symbol":"000001","trade_price":10.5,"trader_index":1}',
    ),
    (
        lambda c: c.sell("000001", price=10.6, shares=500, trader_index=0), "POST sell",
        f'{{"price":10.6,"price_type":0,"shares":500,"strategy_name":"{NAME}","symbol":"000001","trader_index":0}}',
    ),
    (
        lambda c: c.sell("000001", price=10.6, position_pct=0.5), "POST sell",
        f'{{"price":10.6,"price_type":0,"shares":null,"strategy_name":"{NAME}","symbol":"000001"}}',
    ),
    (
        lambda c: c.sell_all("000001", 10.6), "POST sell",
        r'{"price":10.6,"price_type":0,"shares":null,"strategy_name":"\u6e05\u4ed3\u5356\u51fa","symbol":"000001"}',
    ),
]


@pytest.fixture(autouse=True)
def no_index_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", QMTTraderIndexWarning)
        yield


def only(server: ScriptedServer) -> Seen:
    assert len(server.seen) == 1
    return server.seen[0]


@pytest.mark.parametrize("number", range(len(SIGNED)))
def test_what_is_sent_in_signature_mode(
    number: int, server: ScriptedServer, make_client: Callable[..., QMTTradeClient], monkeypatch: pytest.MonkeyPatch,
) -> None:
    call, line, body = SIGNED[number]
    monkeypatch.setattr("time.time", lambda: 1700000000.9)
    with make_client() as client:
        call(client)
    request = only(server)
    method, _, path = line.partition(" ")
    assert (request.line, request.body.decode()) == (f"{method} {API}/{path}", body)
    assert request.headers["content-type"] == "application/json"
    text = "" if body == "{}" else body
    assert {name: request.headers[name] for name in ("x-client-id", "x-timestamp", "x-signature")} == {
        "x-client-id": "demo", "x-timestamp": "1700000000",
        "x-signature": signature("qmt-secret", canonical_string(method, f"{API}/{path}", 1700000000, "demo", text)),
    }


@pytest.mark.parametrize("number", range(len(SESSION)))
def test_what_is_sent_in_session_mode(number: int, server: ScriptedServer, plain: QMTTradeClient) -> None:
    call, line, body = SESSION[number]
    call(plain)
    request = only(server)
    method, _, path = line.partition(" ")
    assert (request.line, request.body.decode()) == (f"{method} {API}/{path}", body)
    assert request.headers["content-type"] == "application/json"
    assert not [name for name in request.headers if name.startswith("x-")]


def test_an_empty_body_is_sent_as_two_brackets_and_signed_as_nothing(
    server: ScriptedServer, make_client: Callable[..., QMTTradeClient], monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Vector 13."""
    monkeypatch.setattr("time.time", lambda: 1700000000)
    make_client().cancel_all_buy_orders()
    assert only(server).body == b"{}"
    assert only(server).headers["x-signature"] == "70d0ec8158e3ab8cee03f18b039d7e755af706c566271ad39e348074d183eed2"


def test_a_session_percent_sell_fails_by_the_servers_answer(server: ScriptedServer, plain: QMTTradeClient) -> None:
    server.answer(as_json({"error": "缺少必要参数: symbol, price, shares"}, 400))
    with pytest.raises(QMTAPIError, match="^API调用失败: 缺少必要参数: symbol, price, shares$"):
        plain.sell_all("000001", 10.6)


REFUSED: list[tuple[Call, str]] = [
    (lambda c: c.buy_all("000001", 10.5), "全仓买入接口仅支持签名认证模式"),
    (lambda c: c.reverse_repo(), "逆回购接口仅支持签名认证模式"),
    (lambda c: c.cancel_order(1, 0), "撤单接口仅支持签名认证模式"),
    (lambda c: c.cancel_all_buy_orders(), "取消所有买单接口仅支持签名认证模式"),
    (lambda c: c.cancel_all_sell_orders(), "取消所有卖单接口仅支持签名认证模式"),
    (lambda c: c.get_order(1, 0), "订单查询接口仅支持签名认证模式"),
    (lambda c: c.get_orders(0), "订单查询接口仅支持签名认证模式"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_what_session_mode_refuses_without_a_request(
    call: Call, message: str, server: ScriptedServer, plain: QMTTradeClient,
) -> None:
    with pytest.raises(QMTAPIError) as caught:
        call(plain)
    assert str(caught.value) == message
    assert not caught.value.in_doubt
    assert not server.seen


# the index given to the constructor

INDEXED: list[tuple[Call, str]] = [
    (lambda c: c.get_portfolio(), "portfolio/3"),
    (lambda c: c.get_portfolio(None), "portfolio/3"),
    (lambda c: c.get_portfolio(0), "portfolio/0"),
    (lambda c: c.get_positions(), "positions/3"),
    (lambda c: c.get_positions(0), "positions/0"),
    (lambda c: c.has_position("000001.SZ"), "positions/3"),
    (lambda c: c.has_position("000001.SZ", 0), "positions/0"),
    (lambda c: c.get_position_by_symbol("000001.SZ"), "positions/3"),
]


@pytest.mark.parametrize(("call", "path"), INDEXED)
def test_queries_take_the_clients_index(
    call: Call, path: str, server: ScriptedServer, make_client: Callable[..., QMTTradeClient],
) -> None:
    call(make_client(trader_index=3))
    assert only(server).path == f"{API}/{path}"


TRADES: list[Call] = [
    lambda c: c.buy("000001", 10.5, shares=100),
    lambda c: c.buy("000001", 10.5, position_pct=0.1),
    lambda c: c.sell("000001", 10.5, shares=100),
    lambda c: c.sell_all("000001", 10.5),
]
SIGNED_TRADES: list[Call] = [
    lambda c: c.buy_all("000001", 10.5), lambda c: c.reverse_repo(), lambda c: c.cancel_all_buy_orders(),
    lambda c: c.cancel_all_sell_orders(), lambda c: c.get_orders(None), lambda c: c.cancel_order(1, None),
]


@pytest.mark.parametrize("call", TRADES + SIGNED_TRADES)
def test_trading_calls_send_the_clients_index(
    call: Call, server: ScriptedServer, make_client: Callable[..., QMTTradeClient],
) -> None:
    call(make_client(trader_index=3))
    assert b'"trader_index":3' in only(server).body


@pytest.mark.parametrize("call", TRADES)
def test_so_they_do_in_session_mode(call: Call, server: ScriptedServer, make_client: Callable[..., QMTTradeClient]) -> None:
    call(make_client(signed=False, trader_index=3))
    assert b'"trader_index":3' in only(server).body


# arguments


def test_neither_quantity_nor_both(server: ScriptedServer, signed: QMTTradeClient) -> None:
    for side in (signed.buy, signed.sell):
        with pytest.raises(ValueError) as caught:
            side("000001", 10.5)
        assert str(caught.value) == "必须提供 position_pct 或 shares 其中之一"
        with pytest.raises(ValueError) as caught:
            side("000001", 10.5, position_pct=0, shares=0)
        assert str(caught.value) == "position_pct 和 shares 不能同时提供"
    assert not server.seen


@pytest.mark.parametrize(("call", "message"), [
    (lambda c: c.buy("000001", float("nan"), shares=100), "price must be a finite number, got nan"),
    (lambda c: c.sell("000001", float("inf"), shares=100), "price must be a finite number, got inf"),
    (lambda c: c.sell("000001", 1.0, position_pct=float("nan")), "position_pct must be a finite number, got nan"),
    (lambda c: c.buy("000001", 1.0, shares=float("-inf")), "shares must be a finite number, got -inf"),
    (lambda c: c.buy_all("000001", float("nan")), "price must be a finite number, got nan"),
    (lambda c: c.sell_all("000001", float("nan")), "price must be a finite number, got nan"),
    (lambda c: c.reverse_repo(float("nan")), "reserve_amount must be a finite number, got nan"),
])
def test_numbers_that_json_has_not(call: Call, message: str, server: ScriptedServer, signed: QMTTradeClient) -> None:
    with pytest.raises(ValueError) as caught:
        call(signed)
    assert str(caught.value) == message
    assert not server.seen


def test_what_json_cannot_hold(server: ScriptedServer, signed: QMTTradeClient) -> None:
    with pytest.raises(TypeError):
        signed.buy("000001", object(), shares=100)      # type: ignore[arg-type]
    assert not server.seen


# answers

ROW = {"symbol": "000001.SZ", "volume": 0}


def test_what_queries_return(server: ScriptedServer, signed: QMTTradeClient) -> None:
    accounts = [{"index": 0, "account_id": "123456", "nick_name": "账户1"}]
    server.answer(as_json({"accounts": accounts, "portfolio": {"cash": 1.5}, "positions": [ROW]}))
    assert signed.get_accounts() == accounts
    assert signed.get_portfolio() == {"cash": 1.5}
    assert signed.get_positions() == [ROW]
    assert signed.get_position_by_symbol("000001.SZ") == ROW
    assert signed.get_position_by_symbol("000001") is None
    assert signed.has_position("000001.SZ") is True
    assert signed.has_position("000001") is False
    summary = signed.get_account_summary()
    moment = datetime.fromisoformat(summary.pop("timestamp"))
    assert moment.tzinfo is None and abs((datetime.now() - moment).total_seconds()) < 60
    assert summary == {"portfolio": {"cash": 1.5}, "positions": [ROW]}


def test_missing_keys(server: ScriptedServer, signed: QMTTradeClient) -> None:
    server.answer(as_json({}))
    assert (signed.get_accounts(), signed.get_portfolio(), signed.get_positions()) == ([], {}, [])


def test_the_summary_asks_for_the_portfolio_first(server: ScriptedServer, signed: QMTTradeClient) -> None:
    signed.get_account_summary(1)
    assert server.lines == [f"GET {API}/portfolio/1", f"GET {API}/positions/1"]


@pytest.mark.parametrize("reply", [[], [{"order_id": 1}], {"orders": []}])
def test_orders_are_returned_as_they_came(reply: Any, server: ScriptedServer, signed: QMTTradeClient) -> None:
    server.answer(as_json(reply))
    assert signed.get_orders(0) == reply


def test_a_price_that_is_not_a_number_can_be_read(server: ScriptedServer, signed: QMTTradeClient) -> None:
    server.answer(Answer(body=b'{"positions":[{"current_price":NaN}]}'))
    assert str(signed.get_positions()) == "[{'current_price': nan}]"


@pytest.mark.parametrize(("call", "reply", "named"), [
    (lambda c: c.get_accounts(), [], "accounts: expected an object, got a list"),
    (lambda c: c.get_accounts(), {"accounts": {}}, "accounts: expected a list, got an object"),
    (lambda c: c.get_accounts(), {"accounts": None}, "accounts: expected a list, got null"),
    (lambda c: c.get_accounts(), {"accounts": [{}, 5]}, "accounts[1]: expected an object, got a number"),
    (lambda c: c.get_portfolio(), {"portfolio": "x"}, "portfolio: expected an object, got a string"),
    (lambda c: c.get_positions(), {"positions": True}, "positions: expected a list, got a boolean"),
    (lambda c: c.has_position("1"), {"positions": ["1"]}, "positions[0]: expected an object, got a string"),
    (lambda c: c.buy("1", 1, shares=100), [], "outer/trade/buy: expected an object, got a list"),
    (lambda c: c.get_order(1, 0), None, "order: expected an object, got null"),
    (lambda c: c.get_orders(0), "x", "orders: expected a list, got a string"),
    (lambda c: c.get_orders(0), [1.5], "orders[0]: expected an object, got a number"),
])
def test_answers_of_another_type(call: Call, reply: Any, named: str, server: ScriptedServer, signed: QMTTradeClient) -> None:
    server.answer(as_json(reply))
    with pytest.raises(QMTAPIError) as caught:
        call(signed)
    assert str(caught.value) == f"请求异常: {named}"
