"""Tokens and who may what: spec 3.1 and 4."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from webtrader_client import FORM, NOON, Rest, stream
from websockets.exceptions import InvalidStatus

from mockexchange import MockExchange

OLD = pytest.mark.parametrize("clock", [f"manual={NOON}"])


def decoded(token: str) -> list[Any]:
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def forged(claims: dict[str, Any], secret: bytes, algorithm: str = "HS256") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": algorithm, "typ": "JWT"}, claims)]
    payload = b".".join(parts)
    return (payload + b"." + base64.urlsafe_b64encode(hmac.digest(secret, payload, hashlib.sha256)).rstrip(b"=")).decode()


@OLD
def test_a_token_says_who_and_until_when(rest: Rest) -> None:
    answer = rest.ask_token()
    assert set(answer.json) == {"access_token", "token_type"} and answer.json["token_type"] == "bearer"
    assert answer.json["access_token"].startswith("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.")       # spec 3.1, literally
    assert decoded(answer.json["access_token"]) == [{"alg": "HS256", "typ": "JWT"}, {"sub": "mock-key", "exp": NOON // 1000 + 1800}]


def test_forms_that_are_taken(rest: Rest) -> None:
    assert rest.ask_token("username=mock-key&password=mock-secret&grant_type=password&scope=").status == 200
    part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    multipart = part.format("username", "mock-key") + part.format("password", "mock-secret") + "--b--\r\n"
    assert rest.call("POST", "/token", multipart, Content_Type="multipart/form-data; boundary=b").status == 200


def test_what_is_wrong_with_a_form(rest: Rest) -> None:
    """The answers of spec 3.1, word for word."""
    both = [{"type": "missing", "loc": ["body", name], "msg": "Field required", "input": None} for name in ("username", "password")]
    for answer in (
        rest.call("POST", "/token", {"username": "vnpy", "password": "vnpy"}), rest.ask_token("username=&password="),
        rest.call("POST", "/token"), rest.call("POST", "/token", "username=vnpy&password=vnpy", Content_Type="text/plain"),
    ):
        assert (answer.status, answer.json) == (422, {"detail": both})
    wrong = rest.ask_token("username=mock-key&password=x")
    assert (wrong.status, wrong.json) == (401, {"detail": "Incorrect username or password"})
    assert wrong.headers["www-authenticate"] == "Bearer"
    assert rest.ask_token("username=%E4%B8%AD&password=vnpy").is_bare_500
    [grant] = rest.ask_token("username=vnpy&password=vnpy&grant_type=x").json["detail"]
    assert grant["msg"] == "String should match pattern '^password$'"
    asked = rest.call("GET", "/token")
    assert (asked.status, asked.json, asked.headers["allow"]) == (405, {"detail": "Method Not Allowed"}, "POST")
    assert rest.call("POST", "/token", "no parts", Content_Type="multipart/form-data; boundary=b").status == 400


def test_who_may_not(rest: Rest) -> None:
    for header in ("", "Basic abc", rest.token):
        answer = rest.call("GET", "/account", Authorization=header)
        assert (answer.status, answer.json) == (401, {"detail": "Not authenticated"}), header
        assert answer.headers["www-authenticate"] == "Bearer"
    other = forged({"sub": "somebody"}, b"test")
    for token in ("x", "", "a.b.c", "é.é.é", other, forged({"sub": "mock-key"}, b"test"), rest.token[:-2]):
        answer = rest.call("GET", "/account", Authorization="Bearer " + token)
        assert (answer.status, answer.json) == (401, {"detail": "Could not validate credentials"}), token
    assert rest.call("GET", "/account", Authorization=f"bEARer {rest.token}").status == 200
    assert Rest(f"http://{rest.address}").call("GET", f"/account?token={rest.token}").status == 401


def test_401_comes_before_the_body_is_looked_at(venue: MockExchange, rest: Rest) -> None:
    assert rest.call("POST", "/order", {"symbol": 1}, Authorization="Bearer x").status == 401
    assert [row for row in venue.journal() if row["kind"] == "order"] == []


@OLD
def test_a_token_ends_after_half_an_hour_and_its_socket_does_not(venue: MockExchange, rest: Rest) -> None:
    with stream(venue.stream, rest.token) as ws:
        venue.advance(1_799_000)
        assert rest.call("GET", "/account").status == 200
        venue.advance(1_000)
        assert rest.call("GET", "/account").json == {"detail": "Could not validate credentials"}
        old = rest.token
        rest.login()
        venue.advance(1)
        rest.order()
        assert ws.wait("eOrder.")
    with pytest.raises(InvalidStatus) as refused, stream(venue.stream, old):
        pass
    assert (refused.value.response.status_code, refused.value.response.body) == (500, b"Internal Server Error")
    venue.set_options(expired_handshake="403", token_s=60)
    with pytest.raises(InvalidStatus) as refused, stream(venue.stream, old):
        pass
    assert refused.value.response.status_code == 403
    assert decoded(rest.login())[1]["exp"] == (NOON + 1_800_001) // 1000 + 60


@pytest.mark.parametrize(("path", "query", "status"), [
    ("/ws/", "", 403), ("/ws/", "?token=", 500), ("/ws/", "?token=garbage", 500), ("/ws", "?token={token}", 403),
    ("/other", "?token={token}", 403), ("/order", "?token={token}", 403),
])
def test_handshakes_that_fail(venue: MockExchange, rest: Rest, path: str, query: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused, stream(venue.stream + path + query.format(token=rest.token), "", path=""):
        pass
    assert refused.value.response.status_code == status
    assert refused.value.response.body == (b"Internal Server Error" if status == 500 else b"")


def test_a_revoked_user_is_out(venue: MockExchange, rest: Rest) -> None:
    venue.set_key("mock-key")
    assert rest.call("GET", "/account").status == 401 and rest.ask_token().status == 401
    with pytest.raises(InvalidStatus) as refused, stream(venue.stream, rest.token):
        pass
    assert refused.value.response.status_code == 403


def test_the_secret_is_another_at_every_start(venue: MockExchange, rest: Rest) -> None:
    """Not the constant of the package (spec 9): neither that, nor a token of before, nor one of the same seed elsewhere."""
    with MockExchange("webtrader", seed=7) as twin:
        assert Rest(twin.rest).call("GET", "/account", Authorization=f"Bearer {rest.token}").status == 401
    venue.restart()
    assert rest.call("GET", "/account").status == 401
    rest.login()
    venue.set_options(web="kill")
    venue.set_options(web="up")
    assert rest.call("GET", "/account").status == 200               # tokens survive the web process (spec 3.1)
    venue.set_options(token_secret="fresh", web="kill")
    venue.set_options(web="up")
    assert rest.call("GET", "/account").status == 401


def test_a_token_without_an_end_is_good_when_it_is_signed_here(venue: MockExchange, rest: Rest) -> None:
    secret: bytes = venue.run(lambda one: one.options.on_change.__self__.tokens.secret)
    assert rest.call("GET", "/account", Authorization=f"Bearer {forged({'sub': 'mock-key'}, secret)}").status == 200
    assert rest.call("GET", "/account", Authorization=f"Bearer {forged({'sub': 'mock-key'}, secret, 'none')}").status == 401
    assert rest.call("GET", "/account", Authorization=f"Bearer {forged({}, secret)}").status == 401
    assert rest.call("GET", "/account", Authorization=f"Bearer {forged({'sub': 'mock-key', 'exp': 'x'}, secret)}").status == 401


def test_the_form_type(rest: Rest) -> None:
    assert rest.call("POST", "/token", f"username={rest.user}&password={rest.password}", Content_Type=f"{FORM}; charset=UTF-8").status == 200
