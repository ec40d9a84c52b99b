"""Outcome of a request -> exception and message, row by row (specs/qmt.md, 3.5)."""

import logging
import pickle
import socket
from collections.abc import Callable
from typing import Any

import pytest
from scripted_server import Answer, ScriptedServer, as_json, as_text

from qmt_trade_client import QMTAPIError, QMTAuthenticationError, QMTTradeClient, QMTTradeClientError

MESSAGE_401 = "认证失败，请检查登录状态或API密钥"


def buy(client: QMTTradeClient) -> dict[str, Any]:
    return client.buy("000001", 10.5, shares=100)


def test_signing_without_credentials(server: ScriptedServer, plain: QMTTradeClient) -> None:
    plain.use_signature = True
    with pytest.raises(QMTAuthenticationError) as caught:
        plain.get_accounts()
    assert str(caught.value) == "使用签名认证需要提供 client_id 和 secret_key"
    assert not server.seen


def test_another_verb(server: ScriptedServer, signed: QMTTradeClient) -> None:
    with pytest.raises(QMTAPIError) as caught:
        signed._request("DELETE", "/x", None, True)
    assert str(caught.value) == "不支持的HTTP方法: DELETE"
    assert not server.seen


@pytest.mark.parametrize("cause", ["请求时间戳过期", "签名验证失败", "无效的客户端ID", None])
def test_401_keeps_the_manuals_text_and_shows_the_servers_cause_beside_it(
    cause: str | None, server: ScriptedServer, signed: QMTTradeClient, caplog: pytest.LogCaptureFixture,
) -> None:
    server.answer(as_text("no", 401) if cause is None else as_json({"error": cause}, 401))
    with caplog.at_level(logging.DEBUG), pytest.raises(QMTAuthenticationError) as caught:
        buy(signed)
    assert str(caught.value) == MESSAGE_401
    assert (caught.value.status_code, caught.value.server_error, caught.value.in_doubt) == (401, cause, False)
    warned = [row for row in caplog.records if row.name == "qmt_trade_client" and row.levelno == logging.WARNING]
    assert [row.getMessage() for row in warned] == [f"/qmt/trade/api/outer/trade/buy answered 401: {cause!r}"]
    assert "qmt-secret" not in caplog.text and server.seen[0].headers["x-signature"] not in caplog.text


@pytest.mark.parametrize(("answer", "message", "error"), [
    (as_json({"error": "order_num 必须是 100 的倍数（股）"}, 400), "API调用失败: order_num 必须是 100 的倍数（股）", "order_num 必须是 100 的倍数（股）"),
    (as_json({"error": "order_num 必须是 10 的倍数（张）"}, 400), "API调用失败: order_num 必须是 10 的倍数（张）", "order_num 必须是 10 的倍数（张）"),
    (as_text("Not Found", 404), "API调用失败: HTTP 404", None),
    (as_text("Internal Server Error", 500), "API调用失败: HTTP 500", None),
    (as_json(["x"], 400), "API调用失败: HTTP 400", None),
    (as_json({"message": "x"}, 403), "API调用失败: HTTP 403", None),
    (as_json({"error": None}, 400), "API调用失败: HTTP 400", None),
    (Answer(502, b""), "API调用失败: HTTP 502", None),
    (Answer(500, b"[" * 100_000), "API调用失败: HTTP 500", None),
])
def test_statuses(answer: Answer, message: str, error: str | None, server: ScriptedServer, signed: QMTTradeClient) -> None:
    server.answer(answer)
    with pytest.raises(QMTAPIError) as caught:
        buy(signed)
    assert str(caught.value) == message
    assert (caught.value.status_code, caught.value.server_error) == (answer.status, error)
    assert caught.value.in_doubt == (answer.status >= 500)
    assert len(server.seen) == 1


def test_what_a_handler_says_of_its_exception(server: ScriptedServer, signed: QMTTradeClient) -> None:
    server.answer(as_json({"error": "接口异常: order", "message": "'NoneType' object has no attribute 'order_id'"}, 500))
    with pytest.raises(QMTAPIError, match="^API调用失败: 接口异常: order$") as caught:
        signed.get_order(1, 0)
    assert caught.value.server_message == "'NoneType' object has no attribute 'order_id'"


@pytest.mark.parametrize("answer", [Answer(hang=True), Answer(body=b'{"a":', stall=True)], ids=["hang", "stall"])
def test_a_read_that_times_out(answer: Answer, server: ScriptedServer, make_client: Callable[..., QMTTradeClient]) -> None:
    server.answer(answer)
    with pytest.raises(QMTAPIError) as caught:
        buy(make_client(timeout=0.2, trader_index=0))
    assert str(caught.value) == "请求超时（0.2秒）"
    assert caught.value.in_doubt and caught.value.status_code is None
    assert len(server.seen) == 1


def test_a_connection_that_times_out() -> None:
    """The queue of a socket that nobody accepts from is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(8)]
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(listener.getsockname())
            client = QMTTradeClient(f"http://127.0.0.1:{listener.getsockname()[1]}", "demo", "s", 0.2, 0)   # type: ignore[arg-type]
            with pytest.raises(QMTAPIError) as caught:
                buy(client)
            assert str(caught.value) == "请求超时（0.2秒）"
        finally:
            for one in waiting:
                one.close()


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(QMTAPIError) as caught:
            buy(QMTTradeClient(url + "//", "demo", "s", trader_index=0))
    assert str(caught.value) == f"连接失败，请检查服务器地址: {url}"
    assert not caught.value.in_doubt, "no byte was sent"


def test_a_connection_that_is_reset(server: ScriptedServer, signed: QMTTradeClient) -> None:
    server.answer(Answer(cut=True))
    with pytest.raises(QMTAPIError) as caught:
        buy(signed)
    assert str(caught.value) == f"连接失败，请检查服务器地址: {server.url}"
    assert caught.value.in_doubt
    assert len(server.seen) == 1, "an order is never sent twice"


@pytest.mark.parametrize("answer", [
    as_text("<html>"), Answer(204, b""), Answer(body=b"[" * 100_000), Answer(body=b"\xff\xfe\xfd"),
    as_text("x", 302, Location="/qmt/trade/api/loop"), Answer(200, b"x", {"Content-Encoding": "gzip"}),
])
def test_answers_that_are_not_json(answer: Answer, server: ScriptedServer, signed: QMTTradeClient) -> None:
    server.answer(answer)
    with pytest.raises(QMTAPIError, match="^请求异常: .+") as caught:
        buy(signed)
    assert caught.value.in_doubt


def test_a_redirect_is_followed_and_ends_as_a_page(server: ScriptedServer, plain: QMTTradeClient) -> None:
    server.script = lambda seen: as_text("<html>") if seen.path == "/login" else as_text("", 302, Location="/login")
    with pytest.raises(QMTAPIError, match="^请求异常: "):
        plain.get_accounts()
    assert server.lines == ["GET /qmt/trade/api/accounts", "GET /login"]


@pytest.mark.parametrize(("url", "client_id"), [("no-scheme", "demo"), ("ftp://x", "demo"), ("http://127.0.0.1:1", "客户"), ("http://127.0.0.1:1", "a\nb")])
def test_requests_that_cannot_be_made(url: str, client_id: str) -> None:
    with pytest.raises(QMTAPIError, match="^请求异常: ") as caught:
        buy(QMTTradeClient(url, client_id, "s", trader_index=0))
    assert not caught.value.in_doubt


def test_a_get_is_never_in_doubt(server: ScriptedServer, signed: QMTTradeClient) -> None:
    for answer in (Answer(500), Answer(cut=True), as_text("x")):
        server.answer(answer)
        with pytest.raises(QMTAPIError) as caught:
            signed.get_accounts()
        assert not caught.value.in_doubt


def test_the_tree() -> None:
    assert QMTTradeClientError.__bases__ == (Exception,)
    assert QMTAuthenticationError.__bases__ == QMTAPIError.__bases__ == (QMTTradeClientError,)
    error = QMTAPIError("x", status_code=400, server_error="y")
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (QMTAPIError, "x", vars(error))
    assert vars(QMTTradeClientError()) == {"status_code": None, "server_error": None, "server_message": None, "in_doubt": False}
