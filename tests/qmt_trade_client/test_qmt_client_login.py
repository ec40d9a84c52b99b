"""Login and logout at servers of both contracts (specs/qmt.md, 1.3 and 3.5)."""

import json
import logging
from urllib.parse import parse_qs

import pytest
from scripted_server import Answer, ScriptedServer, Seen, as_json, as_text

from qmt_trade_client import QMTAuthenticationError, QMTTradeClient

COOKIE = "session=abc; Expires=Wed, 01 Jan 2098 00:00:00 GMT; HttpOnly; Path=/"
FORM = "application/x-www-form-urlencoded"
GOOD = ("用户", "p&ss=wörd +%")
PAGE = "<html><p>用户名或密码错误</p></html>"


def manual_server(seen: Seen) -> Answer:
    """JSON in, JSON out; what is not JSON is refused."""
    if seen.path == "/logout":
        return as_json({"success": True})
    if seen.path != "/login":
        return as_json({"accounts": []}, 200 if "session=abc" in seen.headers.get("cookie", "") else 401)
    if seen.headers["content-type"] != "application/json":
        return as_text("Unsupported Media Type", 415)
    fields = json.loads(seen.body)
    if (fields["username"], fields["password"]) == GOOD:
        return as_json({"success": True}, **{"Set-Cookie": COOKIE})
    return as_json({"success": False, "error": "用户名或密码错误"})


def public_server(seen: Seen) -> Answer:
    """Form in, 302 or a page out; a JSON body fails in the handler."""
    if seen.path == "/logout":
        return as_text("", 302, Location="/login")
    if seen.path != "/login":
        return as_json({"accounts": []}, 200 if "session=abc" in seen.headers.get("cookie", "") else 401)
    if seen.headers["content-type"] != FORM:
        return as_text("Internal Server Error", 500)
    fields = parse_qs(seen.body.decode())
    if (fields["username"], fields["password"]) == ([GOOD[0]], [GOOD[1]]):
        return as_text("", 302, Location="/trading", **{"Set-Cookie": COOKIE})
    return as_text(PAGE)


def failure(client: QMTTradeClient, name: str = "admin", password: str = "hidden-pw") -> QMTAuthenticationError:
    with pytest.raises(QMTAuthenticationError) as caught:
        client.login(name, password)
    return caught.value


@pytest.mark.parametrize("script", [manual_server, public_server])
def test_a_login_holds_for_the_calls_after_it(
    script: object, server: ScriptedServer, plain: QMTTradeClient, caplog: pytest.LogCaptureFixture,
) -> None:
    server.script = script      # type: ignore[assignment]
    with caplog.at_level(logging.DEBUG):
        assert plain.login(*GOOD) is True
        assert plain.get_accounts() == []
        assert plain.logout() is True
    assert GOOD[1] not in caplog.text


@pytest.mark.parametrize("script", [manual_server, public_server])
def test_a_wrong_password(script: object, server: ScriptedServer, plain: QMTTradeClient) -> None:
    server.script = script      # type: ignore[assignment]
    error = failure(plain)
    assert str(error) == "登录失败: 用户名或密码错误"
    assert (error.status_code, error.server_error) == (200, "用户名或密码错误")


def test_a_wrong_password_is_tried_once(server: ScriptedServer, plain: QMTTradeClient) -> None:
    server.script = manual_server
    failure(plain)
    assert server.lines == ["POST /login"]
    server.seen.clear()
    server.script = public_server
    failure(plain)
    assert [seen.headers["content-type"] for seen in server.seen] == ["application/json", FORM], "the first one is not read"


def test_what_is_sent(server: ScriptedServer, signed: QMTTradeClient) -> None:
    server.script = public_server
    failure(signed, "a b", "c&d")
    assert [seen.body for seen in server.seen] == [b'{"password":"c&d","username":"a b"}', b"username=a+b&password=c%26d"]
    assert not [name for seen in server.seen for name in seen.headers if name.startswith("x-")], "never signed"


@pytest.mark.parametrize(("answer", "message", "requests"), [
    (as_json({"success": False}), "登录失败: 未知错误", 1),
    (as_json({"success": False, "error": "锁定"}), "登录失败: 锁定", 1),
    (as_json({"ok": 1}), "登录失败: 未知错误", 1),
    (as_json({"error": "锁定"}, 403), "登录失败: API调用失败: 锁定", 1),
    (as_json({"error": "用户名不能为空"}, 400), "登录失败: API调用失败: 用户名不能为空", 1),
    (as_json({"success": True}, 429), "登录失败: API调用失败: HTTP 429", 1),
    (as_text("Not Found", 404), "登录失败: API调用失败: HTTP 404", 1),
    (as_text("Bad Gateway", 502), "登录失败: API调用失败: HTTP 502", 1),
    (as_json({"error": "签名"}, 401), "认证失败，请检查登录状态或API密钥", 1),
    (as_text("Internal Server Error", 500), "登录失败: API调用失败: HTTP 500", 2),
    (as_text("Bad Request", 400), "登录失败: API调用失败: HTTP 400", 2),
    (as_text("<html>welcome</html>"), "登录失败: 未知错误", 2),
    (as_json([]), "登录失败: 未知错误", 2),
    (as_text("", 302, Location="/login", **{"Set-Cookie": COOKIE}), "登录失败: 未知错误", 2),
    (as_text("", 302, Location="http://127.0.0.1/login/?next=/", **{"Set-Cookie": COOKIE}), "登录失败: 未知错误", 2),
    (as_text("", 302, Location="/trading"), "登录失败: 未知错误", 2),
    (as_text("", 302, **{"Set-Cookie": COOKIE}), "登录失败: 未知错误", 2),
])
def test_failures(answer: Answer, message: str, requests: int, server: ScriptedServer, plain: QMTTradeClient) -> None:
    server.answer(answer)
    assert str(failure(plain)) == message
    assert server.lines == ["POST /login"] * requests, "no redirect is followed"


def test_a_manual_server_that_is_broken_is_reported_as_such(server: ScriptedServer, plain: QMTTradeClient) -> None:
    server.script = lambda seen: as_text("x", 415) if seen.headers["content-type"] == FORM else as_json({"error": "接口异常: login"}, 500)
    assert str(failure(plain)) == "登录失败: API调用失败: 接口异常: login"


@pytest.mark.parametrize("answer", [
    as_json({"success": True}), as_text("", 302, Location="/trading", **{"Set-Cookie": COOKIE}),
])
def test_either_answer_to_either_request_is_a_login(answer: Answer, server: ScriptedServer, plain: QMTTradeClient) -> None:
    server.answer(answer)
    assert plain.login("a", "b") is True
    assert len(server.seen) == 1
    server.script = lambda seen: answer if seen.headers["content-type"] == FORM else as_text("no", 500)
    assert plain.login("a", "b") is True


def test_no_answer_to_a_login(server: ScriptedServer, plain: QMTTradeClient) -> None:
    server.answer(Answer(cut=True))
    assert str(failure(plain)) == f"登录失败: 连接失败，请检查服务器地址: {server.url}"
    plain.timeout = 0.2         # type: ignore[assignment]
    server.answer(Answer(hang=True))
    assert str(failure(plain)) == "登录失败: 请求超时（0.2秒）"
    assert len(server.seen) == 2


@pytest.mark.parametrize(("answer", "done"), [
    (as_json({"success": True}), True), (as_text("<html>"), True), (Answer(204, b""), True),
    (as_text("", 302, Location="/login"), True), (as_text("x", 404), False), (as_text("x", 401), False),
    (as_text("x", 500), False), (Answer(cut=True), False),
])
def test_logout(answer: Answer, done: bool, server: ScriptedServer, signed: QMTTradeClient) -> None:
    server.answer(answer)
    assert signed.logout() is done
    assert server.lines == ["GET /logout"]
    assert "x-signature" not in server.seen[0].headers


def test_logout_never_raises() -> None:
    assert QMTTradeClient("no address at all").logout() is False
    assert QMTTradeClient("http://127.0.0.1:1", timeout=-1).logout() is False
