"""
The manual's own examples, every Python block of it: programs run against the mock exchange, signatures are compared.

A program is changed in its address, credentials and order id only (``manual.put_in``). One that makes no client of its own
gets one in signature mode, as the manual's reader has. ``time.sleep`` does not wait; one of a minute is Ctrl+C.
"""

import inspect
import json
import logging
import re
import time
import typing
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from manual import BLOCKS, COPIES, PROGRAMS, SHOWN, put_in, run, shared_manual
from waiting import until

import qmt_trade_client
from mockexchange.api import MockExchange
from qmt_trade_client import QMTAPIError, QMTAuthenticationError, QMTTradeClient, QMTTraderIndexWarning

SYMBOLS = ["000001", "600000"]
BUY_500 = ("000001.SZ", "buy", 500)
Order = tuple[str, str, int]


# what there is


def test_every_block_is_run_or_compared() -> None:
    assert len(BLOCKS) == 54
    assert set(RUNS) == set(PROGRAMS), "all programs are run"
    assert len(PROGRAMS) == 34
    assert {*SIGNATURES, TREE} == set(SHOWN), "all others are compared"


def test_the_copies_are_the_manuals() -> None:
    manual = shared_manual()
    assert COPIES == BLOCKS
    assert manual is None or manual.count("```python") == len(BLOCKS)


# signatures

TREE = next(number for number, block in SHOWN.items() if block.startswith("QMTTradeClientError"))
SIGNATURES = {number: block for number, block in SHOWN.items() if number != TREE}


@pytest.mark.parametrize("number", SIGNATURES)
def test_signature(number: int) -> None:
    found = re.fullmatch(r"(?:client\.)?(\w+)(\(.*\)(?: -> .+)?)\n", SIGNATURES[number], re.DOTALL)
    assert found is not None
    name, text = found.groups()
    names: dict[str, Any] = {"List": list, "Dict": dict, "Optional": typing.Optional, "Any": Any}
    exec(f"def shown{text}: ...", names)
    shown = inspect.signature(names["shown"])
    real = inspect.signature(QMTTradeClient if name == "QMTTradeClient" else getattr(QMTTradeClient, name))
    parameters = [one for one in real.parameters.values() if one.name != "self"]
    if name == "QMTTradeClient":
        extra = parameters.pop()
        assert (extra.name, extra.default) == ("trader_index", None), "of the revision 1.1"
    assert [(one.name, one.kind, one.default, one.annotation) for one in parameters] == [
        (one.name, one.kind, one.default, one.annotation) for one in shown.parameters.values()
    ]
    if name == "get_orders":
        assert real.return_annotation == list[dict[str, Any]], "the server sends a list, the manual's dict is wrong"
    elif name != "QMTTradeClient":
        assert real.return_annotation == shown.return_annotation


def test_no_method_beyond_the_manuals() -> None:
    shown = {match[1] for block in SIGNATURES.values() if (match := re.match(r"client\.(\w+)\(", block))}
    assert {name for name in vars(QMTTradeClient) if not name.startswith("_")} == shown


def test_tree_of_exceptions() -> None:
    base, *others = re.findall(r"QMT\w+", SHOWN[TREE])
    for name in others:
        assert getattr(qmt_trade_client, name).__bases__ == (getattr(qmt_trade_client, base),)
    assert (base, others) == ("QMTTradeClientError", ["QMTAuthenticationError", "QMTAPIError"])


# programs


@dataclass
class Ran:
    """A block that was run, and what is to be seen of it."""

    names: dict[str, Any]
    output: str
    orders: list[dict[str, Any]]        # those of account 0 that it placed
    watch: QMTTradeClient
    order_id: int                       # of the order that rested before
    sleeps: list[float]
    logged: str

    @property
    def placed(self) -> list[Order]:
        return [(row["symbol"], row["side"], row["volume"]) for row in self.orders]


@dataclass
class Run:
    """How a block is run and checked. ``raises``: number of the statement -> what it raises."""

    check: Callable[[Ran], None]
    raises: dict[int, tuple[type[Exception], str]] = field(default_factory=dict)


def printed(*texts: str) -> Run:
    def check(ran: Ran) -> None:
        assert not [text for text in texts if text not in ran.output], ran.output
        assert not ran.orders

    return Run(check)


def placed(*orders: Order) -> Run:
    def check(ran: Ran) -> None:
        assert ran.placed == list(orders)

    return Run(check)


def first_example(ran: Ran) -> None:
    assert "总资产: " in ran.output
    bought, sold = ran.placed
    assert bought[:2] == ("000001.SZ", "buy") and bought[2] > 0 and bought[2] % 100 == 0
    assert sold == ("000001.SZ", "sell", 500)


def percent_buy(ran: Ran) -> None:
    [order] = ran.orders
    assert order["side"] == "buy" and order["volume"] % 100 == 0 and order["strategy_name"] in ("我的策略", "客户端交易")


def buy_all(ran: Ran) -> None:
    [order] = ran.orders
    assert order["side"] == "buy" and order["volume"] > 10_000


def logged_out(ran: Ran) -> None:
    assert ran.names["portfolio"]["total_asset"] > 0
    with pytest.raises(QMTAuthenticationError):
        ran.names["client"].get_portfolio(0)


def account_rows(ran: Ran) -> None:
    """The block is a list of rows; it has no effect."""
    shown = eval(BLOCKS[4])
    assert [set(row) for row in ran.watch.get_accounts()] == [set(row) for row in shown]


def sold_twice(ran: Ran) -> None:
    assert ran.placed == [("000001.SZ", "sell", 500), ("000001.SZ", "sell", 500)]


def queried(ran: Ran) -> None:
    assert ran.names["order"]["order_id"] == ran.order_id
    for name in ("orders", "cancelable_orders"):
        assert ran.order_id in [row["order_id"] for row in ran.names[name]]


def cancelled(ran: Ran) -> None:
    until(lambda: ran.watch.get_order(ran.order_id, 0)["status"] == 54)
    until(lambda: ran.watch.get_orders(0, cancelable_only=True) == [])


def lent(ran: Ran) -> None:
    assert ("131810.SZ", "sell") in {order[:2] for order in ran.placed}
    assert ran.watch.get_portfolio()["cash"] < 1_000


def simple_script(ran: Ran) -> None:
    assert ran.placed == [BUY_500]
    assert "可用资金: ¥" in ran.output and "买入结果: {" in ran.output


def grid(ran: Ran) -> None:
    assert ran.placed == [("000001.SZ", "buy", 100)] * 5
    assert [round(row["price"], 2) for row in ran.orders] == [9.9, 9.8, 9.7, 9.6, 9.5]
    assert ran.output.count("✓ 在 ¥") == 5 and "✗" not in ran.output
    assert ran.sleeps == [0.5] * 5


def monitored(ran: Ran) -> None:
    assert "000001.SZ" in ran.output and "  盈亏比例: " in ran.output
    assert ran.output.endswith("监控已停止\n") and "✗" not in ran.output
    assert ran.sleeps == [60]


def batch(ran: Ran) -> None:
    """The mock lists 000001 and 600000; the terminal may refuse 000002, which the example does not notice."""
    assert BUY_500 in ran.placed
    assert ran.output.count("✓ ") == 3 and "✗" not in ran.output
    assert ran.output.endswith("批量下单完成\n") and ran.sleeps == [0.5] * 3


def errors_shown(ran: Ran) -> None:
    assert ran.output.splitlines() == [
        "登录失败: 登录失败: 用户名或密码错误", "参数错误: position_pct 和 shares 不能同时提供",
        "交易失败: 认证失败，请检查登录状态或API密钥",
    ]
    assert not ran.orders


def logged_in(ran: Ran) -> None:
    assert ran.names["client"].use_signature is False
    assert len(ran.names["client"].get_accounts()) == 2


def with_timeout(ran: Ran) -> None:
    assert ran.names["client"].timeout == 60


def bought_twice(ran: Ran) -> None:
    assert ran.placed == [BUY_500, BUY_500]


def slow_and_fast(ran: Ran) -> None:
    assert ran.placed == [("000001.SZ", "buy", 100), ("600000.SH", "buy", 100)] * 2
    assert ran.sleeps == [0.5, 0.5]


def checked_first(ran: Ran) -> None:
    assert not ran.orders
    assert ran.names["safe_buy"](ran.watch, "000001", 10.5, 150) is None
    assert ran.names["safe_buy"](ran.watch, "000001", -1, 100) is None
    assert ran.names["safe_buy"](ran.watch, "000001", 10.5, 100)["results"][0]["result"]["order_id"] > 0


def logged(ran: Ran) -> None:
    assert ran.placed == [BUY_500]
    assert "准备买入: 000001, 价格: 10.50, 股数: 500" in ran.logged and "买入成功: {" in ran.logged


def configured(ran: Ran) -> None:
    assert ran.names["config"]["base_url"] == ran.names["client"].base_url
    assert len(ran.names["client"].get_accounts()) == 2


RUNS: dict[int, Run] = {
    0: Run(first_example),
    1: Run(logged_out),
    2: Run(percent_buy),
    3: printed("账户0: ", "账户1: "),
    4: Run(account_rows),
    5: printed("总资产: ", "可用金额: ", "冻结金额: ", "持仓市值: ", "盈亏: ", "盈亏比例: "),
    6: printed("000001.SZ ", "  持仓: 1000股", "  可用: 1000股", "  成本价: ", "  现价: ", "  市值: "),
    7: Run(percent_buy),
    8: placed(BUY_500),
    9: placed(("128013.SZ", "buy", 100)),
    10: placed(*[BUY_500] * 5),
    11: Run(buy_all),
    12: Run(sold_twice),
    13: placed(("000001.SZ", "sell", 500)),
    14: placed(("000001.SZ", "sell", 1000)),
    15: Run(queried),
    16: Run(cancelled),
    17: Run(lent),
    18: printed("总资产: ", "持仓数量: 1只", "查询时间: "),
    19: printed("持有该股票", "持有 1000 股"),
    39: Run(simple_script),
    40: Run(grid),
    41: Run(monitored),
    42: Run(batch),
    43: printed("账户数量: 2"),
    # the client is not logged in, and its 401 is no QMTAPIError
    45: Run(errors_shown, {3: (QMTAuthenticationError, "认证失败，请检查登录状态或API密钥")}),
    46: Run(logged_in),
    47: Run(with_timeout),
    48: Run(bought_twice),
    49: Run(slow_and_fast),
    50: Run(bought_twice),
    # what the manual advises against
    51: Run(checked_first, {1: (QMTAPIError, "API调用失败: order_num 必须是 100 的倍数（股）")}),
    52: Run(logged),
    53: Run(configured),
}
# blocks that look at an order, or cancel one: it rests before
WITH_ORDER = (15, 16)


def credentials_of_a_session(venue: MockExchange) -> tuple[str, str]:
    return venue.key, venue.secret


@pytest.fixture
def venue() -> Iterator[MockExchange]:
    with MockExchange("qmt", port=0) as made:
        yield made


def rest_an_order(client: QMTTradeClient) -> int:
    """A buy and a sell of account 0 that rest; the id of the buy."""
    bought = client.buy("000001", price=9.2, shares=100)
    client.sell("000001", price=10.9, shares=100)
    return int(bought["results"][0]["result"]["order_id"])


@pytest.mark.parametrize("number", RUNS)
def test_program(
    number: int, venue: MockExchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    url, key, secret = venue.rest, venue.key, venue.secret
    watch = QMTTradeClient(url, key, secret, trader_index=0)
    order_id = rest_an_order(watch) if number in WITH_ORDER else 12345
    before = {row["order_id"] for row in watch.get_orders(0)}

    sleeps: list[float] = []

    def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        if seconds >= 60:
            raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    Path("config.json").write_text(json.dumps({"base_url": url, "client_id": key, "secret_key": secret}))
    caplog.set_level(logging.INFO)
    names: dict[str, Any] = {"__name__": "manual", "QMTTradeClient": QMTTradeClient, "QMTAPIError": QMTAPIError, "symbols": SYMBOLS}
    names["client"] = QMTTradeClient(url, key, secret)
    block = put_in(PROGRAMS[number], url, key, secret, *credentials_of_a_session(venue), order_id)
    capsys.readouterr()
    with warnings.catch_warnings(), monkeypatch.context() as patch:
        warnings.simplefilter("ignore", QMTTraderIndexWarning)
        patch.setattr(time, "sleep", sleep)
        statements, raised = run(block, names)
    assert statements > 0
    run_of = RUNS[number]
    assert {at: (type(error), str(error)) for at, error in raised.items()} == run_of.raises, raised
    output = capsys.readouterr().out
    orders = sorted((row for row in watch.get_orders(0) if row["order_id"] not in before), key=lambda row: row["order_id"])
    run_of.check(Ran(names, output, orders, watch, order_id, sleeps, caplog.text))
