"""Requests as they go to urllib3."""

import pytest

from vnpy_restgateway.net.rest_format import (
    Headers,
    Response,
    encode_body,
    encode_headers,
    encode_target,
)


def test_targets() -> None:
    assert encode_target("/a", None) == "/a"
    assert encode_target("a", {"b": 1, "c": None, "d": "x y"}) == "/a?b=1&d=x+y"
    assert encode_target("/a?b=1", {"c": [1, 2]}) == "/a?b=1&c=1&c=2"
    assert encode_target("/a", "signature=ab%2F") == "/a?signature=ab%2F"
    assert encode_target("/ü", None) == "/%C3%BC"


def test_bodies() -> None:
    assert encode_body(None) == (None, "")
    assert encode_body("text") == (b"text", "")
    assert encode_body(b"bytes") == (b"bytes", "")
    assert encode_body({"a": 1, "b": None}) == (b"a=1", "application/x-www-form-urlencoded")


def test_headers_replace_the_standard_ones_whatever_their_case() -> None:
    found = encode_headers({"user-agent": "mine", "X-Number": 1, "X-None": None}, "text/plain")
    assert found["user-agent"] == "mine" and "User-Agent" not in found
    assert found["X-Number"] == "1" and "X-None" not in found
    assert found["Content-Type"] == "text/plain"
    assert encode_headers({"X-A": 1, "CONTENT-TYPE": "a", "x-a": b"2"}, "b") == {
        **encode_headers(None, ""), "CONTENT-TYPE": "a", "x-a": "2",
    }


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\n": "a"}, {"": "a"}, {"X": "a\0"}])
def test_header_injection_is_refused_by_name(headers: dict) -> None:
    with pytest.raises(ValueError, match="header"):
        encode_headers(headers, "")


def test_response_has_what_users_of_requests_know() -> None:
    response = Response(200, "OK", Headers([("Retry-After", "3")]), b'{"a":1}')
    assert response.headers["retry-after"] == response.headers["RETRY-AFTER"] == "3"
    assert response.json() == {"a": 1} and response.ok and response.text == '{"a":1}'
    assert not Response(503, "", Headers(), b"")


def test_repeated_headers_are_joined() -> None:
    headers = Headers([("Set-Cookie", "a=1"), ("Date", "today"), ("set-cookie", "b=2")])
    assert headers["Set-Cookie"] == "a=1, b=2" and list(headers) == ["set-cookie", "date"]
