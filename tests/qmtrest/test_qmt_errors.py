"""What an answer proves of an order (specs/qmt.md, 1.4, 2.1 to 2.4): refused is proven, everything else is unknown."""

from typing import Any

import pytest
from qmt_payloads import ACCOUNTS, ORDERS, PLACED, PORTFOLIO, POSITIONS, reply, result

from vnpy_qmtrest.errors import (
    ADVICE,
    BAD_KEY,
    FAILED,
    GONE,
    INVALID,
    NO_SUCH_ORDER,
    REFUSALS,
    REFUSED,
    STALE,
    UNREADABLE,
    UNSIGNED,
    read_error,
)
from vnpy_restgateway.net.outcome import NotSent, Outcome, Unknown, classify


def outcome(answer: Any) -> Outcome:
    """Of a new order."""
    return classify(answer, None, REFUSALS, read_error)[0]


@pytest.mark.parametrize("body", [ACCOUNTS, PORTFOLIO, POSITIONS, ORDERS, ORDERS[0], PLACED])       # 2.2 to 2.4
def test_what_is_no_error(body: Any) -> None:
    assert read_error(reply(body)) is None and outcome(reply(body)) is Outcome.ACCEPTED


@pytest.mark.parametrize("text", [
    # 2.3, in the order they are checked in
    "操作类型必须是 buy 或 sell", "请求数据不能为空", "缺少必要参数: symbol, trade_price", "必须提供 position_pct 或 order_num 其中之一",
    "position_pct 和 order_num 不能同时提供，请选择其中一个", "position_pct 必须在 0 到 1 之间", "order_num 必须大于 0",
    "order_num 必须是 100 的倍数（股）", "order_num 必须是 10 的倍数（张）", "无效的交易器索引: 999999",
    "缺少必要参数: symbol, cur_price", "保留金额不能为负数",
    "无效的交易器索引", "无效的交易器索引: None", "缺少必要参数: stock_list",                  # 2.1, 2.4, 2.6
])
def test_400_is_a_refusal_in_the_servers_words(text: str) -> None:
    answer = reply({"error": text}, 400)
    assert classify(answer, None, REFUSALS, read_error) == (Outcome.REFUSED, INVALID, text)


@pytest.mark.parametrize(("text", "code"), [
    # 1.4 and 1.3
    ("缺少必要的签名验证参数", UNSIGNED), ("未登录或缺少必要的签名验证参数", UNSIGNED), ("无效的时间戳格式", UNSIGNED), ("请求时间戳过期", STALE),
    ("无效的客户端ID", BAD_KEY), ("签名验证失败", BAD_KEY), ("客户端密钥错误", BAD_KEY), ("未登录，请先登录", UNSIGNED),
])
def test_401_did_nothing_and_says_which_of_the_causes(text: str, code: str) -> None:
    assert classify(reply({"error": text}, 401), None, REFUSALS, read_error) == (Outcome.REFUSED, code, text)
    assert code == STALE or ADVICE[code]
    assert outcome(reply({"error": text}, 500)) is Outcome.UNKNOWN


@pytest.mark.parametrize(("status", "body", "code", "text"), [
    (404, "Not Found", "HTTP 404", "Not Found"), (500, "Internal Server Error", "HTTP 500", "Internal Server Error"),          # 2.1
    (500, '{"error":"接口异常: outer_trade","message":"timed out"}', "HTTP 500", "接口异常: outer_trade: timed out"),
    (500, '{"error":"接口异常: order","message":"\'NoneType\' object has no attribute \'order_id\'"}', "HTTP 500",
     "接口异常: order: 'NoneType' object has no attribute 'order_id'"),                      # 2.4
    (500, '{"error":"无法获取资产信息"}', "HTTP 500", "无法获取资产信息"), (500, '{"error":"接口异常: orders"}', "HTTP 500", "接口异常: orders"),
    (400, "<html>Bad Request</html>", "HTTP 400", "<html>Bad Request</html>"), (400, '{"message":"?"}', "HTTP 400", '{"message":"?"}'),
    (400, '{"error":null}', "HTTP 400", '{"error":null}'), (400, '{"error":["x"]}', "HTTP 400", '{"error":["x"]}'),
    (401, '{"error":"something new"}', "HTTP 401", "something new"), (403, '{"error":"no"}', "HTTP 403", "no"),
    (502, "<html>Bad Gateway</html>", "HTTP 502", "<html>Bad Gateway</html>"), (302, "", "HTTP 302", ""), (204, "", "HTTP 204", ""),
    (200, "<html>用户名或密码错误</html>", "HTTP 200", "<html>用户名或密码错误</html>"), (200, "", "HTTP 200", ""), (200, '{"results":[', "HTTP 200", '{"results":['),
])
def test_what_proves_nothing(status: int, body: str, code: str, text: str) -> None:
    assert read_error(reply(body, status)) == (code, text)
    assert outcome(reply(body, status)) is Outcome.UNKNOWN


def test_bytes_that_are_no_text() -> None:
    assert read_error(reply(b"\xff" + b"x" * 300, 502)) == ("HTTP 502", "\N{REPLACEMENT CHARACTER}" + "x" * 199)


def test_no_answer_and_too_many_requests() -> None:
    assert classify(None, Unknown("reset"), REFUSALS, read_error)[0] is Outcome.UNKNOWN
    assert classify(None, NotSent("refused"), REFUSALS, read_error)[0] is Outcome.NOT_SENT
    assert outcome(reply("slow down", 429)) is Outcome.REFUSED


# 2.3: what stands in results[0].result
NOTHING: dict[str, Any] = {"success": False, "symbol": "000001.SZ", "order_num": 0, "price": 10.5, "value": 0, "order_result": None}
PROVEN: list[dict[str, Any]] = [
    {"success": False, "symbol": "000001.SZ", "order_num": 500, "price": 10.5, "message": "买入限价单提交失败"},     # the terminal refused
    {"success": False, "message": "错误：不支持的价格类型 4"},
    {**NOTHING, "message": "资金不足，无法买入: 000001.SZ"}, {**NOTHING, "message": "未持有该股票: 000001.SZ"},
    {**NOTHING, "message": "卖出股数不足100股: 50"}, {**NOTHING, "message": "股数不足100股: 50"}, {**NOTHING, "message": "卖出张数不足10张: 5"},
    {"success": False, "symbol": "000001.SZ", "order_num": 0, "price": 10.5, "error": "Insufficient funds", "message": "资金不足"},
]
EXCEPTIONS: list[dict[str, Any]] = [
    {"success": False, "message": "下单时发生异常: read timed out"},
    {**NOTHING, "message": "买入异常: connection lost"}, {**NOTHING, "message": "卖出异常: connection lost"},
]


@pytest.mark.parametrize("inner", PROVEN, ids=lambda inner: inner["message"][:8])
def test_a_refusal_inside_a_200(inner: dict[str, Any]) -> None:
    """F54."""
    assert classify(reply(result(inner)), None, REFUSALS, read_error) == (Outcome.REFUSED, REFUSED, inner["message"])


@pytest.mark.parametrize("inner", EXCEPTIONS, ids=lambda inner: inner["message"][:8])
def test_an_exception_inside_a_200_leaves_the_order_in_doubt(inner: dict[str, Any]) -> None:
    assert classify(reply(result(inner)), None, REFUSALS, read_error) == (Outcome.UNKNOWN, FAILED, inner["message"])


def test_a_refusal_without_a_message_has_words_all_the_same() -> None:
    assert read_error(reply(result({"success": False, "error": "Insufficient funds"}))) == (REFUSED, "Insufficient funds")
    assert read_error(reply(result({"success": False}))) == (REFUSED, "no reason given")


@pytest.mark.parametrize("entry", [
    {"trader_index": 0, "status": "failed", "error": "第三方调用-交易器0buy交易失败: timed out"},
    {"trader_index": 0, "status": "success", "result": None}, {"trader_index": 0, "status": "success"},        # 2.3: trade/allin, build B
    {"trader_index": 0, "status": "failed", "result": {"success": False, "message": "资金不足"}}, {"trader_index": 0, "result": {"success": True}},
    {"trader_index": 0, "status": "success", "result": "x"},
])
def test_a_handler_that_died_proves_nothing(entry: dict[str, Any]) -> None:
    found = classify(reply({"results": [entry]}), None, REFUSALS, read_error)
    assert found[:2] == (Outcome.UNKNOWN, FAILED) and found[2] == entry.get("error", "no result")


@pytest.mark.parametrize("results", [
    [], None, {}, "x", [None], ["x"], [PLACED["results"][0], PLACED["results"][0]],
    [result({"success": False, "message": "no"})["results"][0]] * 2,
])
def test_anything_but_one_result_cannot_be_read(results: Any) -> None:
    assert classify(reply({"results": results}), None, REFUSALS, read_error)[:2] == (Outcome.UNKNOWN, UNREADABLE)


@pytest.mark.parametrize("success", [None, 1, 0, "true", "false", "", [], {}])
def test_a_success_that_is_neither_true_nor_false(success: Any) -> None:
    """2.3: acceptance is ``success is true``; and a refusal is false."""
    assert classify(reply(result({"success": success, "order_id": 1000})), None, REFUSALS, read_error)[:2] == (Outcome.UNKNOWN, UNREADABLE)


@pytest.mark.parametrize(("nested", "wanted"), [
    ({"success": True, "order_id": 1000}, Outcome.ACCEPTED), ({"order_id": 1000}, Outcome.ACCEPTED),
    ({"success": False, "message": "资金不足"}, Outcome.REFUSED), ({"success": False, "message": "下单时发生异常: x"}, Outcome.UNKNOWN),
])
def test_older_builds_say_success_outside_and_the_truth_within(nested: dict[str, Any], wanted: Outcome) -> None:
    """2.0."""
    answer = reply(result({"success": True, "order_result": nested}))
    assert outcome(answer) is wanted
    if wanted is not Outcome.ACCEPTED:
        assert classify(answer, None, REFUSALS, read_error)[2] == nested["message"]


@pytest.mark.parametrize("inner", [
    {"success": False, "order_id": 1000, "message": "?"}, {"success": False, "order_result": {"success": True, "order_id": 1000}, "message": "?"},
    {"success": False, "order_result": 1000, "message": "?"}, {"success": True, "order_result": {"success": False, "order_id": 1000, "message": "?"}},
])
def test_a_refusal_that_names_an_order_is_none(inner: dict[str, Any]) -> None:
    """It contradicts itself: that there is an order is as likely."""
    assert outcome(reply(result(inner))) is Outcome.UNKNOWN


@pytest.mark.parametrize(("body", "wanted"), [
    ({"success": True, "order_id": 1000, "message": "撤单成功: OrderID 1000"}, (Outcome.ACCEPTED, 0, "")),          # 2.4
    ({"success": False, "order_id": 1000, "message": "撤单失败: OrderID 1000"}, (Outcome.REFUSED, NO_SUCH_ORDER, "撤单失败: OrderID 1000")),
])
def test_cancels(body: Any, wanted: Any) -> None:
    assert classify(reply(body), None, REFUSALS | GONE, read_error) == wanted
    assert outcome(reply(body)) is not Outcome.REFUSED, "an order is not refused by a cancel's words"
