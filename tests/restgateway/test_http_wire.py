"""Requests and answers are http.client's, byte for byte and field for field."""

import http.client
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpy_restgateway.net.http_wire import Answer, request_head
from vnpy_restgateway.net.rest_connection import Origin
from vnpy_restgateway.net.rest_format import STANDARD_HEADERS, Headers, encode_headers, encode_target, read_content


class Sink:
    """A socket that keeps what is sent."""

    def __init__(self) -> None:
        self.sent = b""

    def sendall(self, data: bytes) -> None:
        self.sent += data


class File(io.BufferedReader):
    """It can be read on after an answer has closed it."""

    def close(self) -> None:
        """Not yet."""


class Source:
    """A socket with an answer."""

    def __init__(self, data: bytes) -> None:
        self.file = File(io.BytesIO(data))     # type: ignore[arg-type]

    def makefile(self, mode: str) -> io.BufferedReader:
        return self.file


def plain_request(kind: type[http.client.HTTPConnection], host: str, port: int, method: str, target: str, headers: dict[str, str], body: bytes | None) -> bytes:
    connection = kind(host, port)
    connection.sock = sink = Sink()     # type: ignore[assignment]
    connection.request(method, target, body, headers)
    return sink.sent


TOKENS = st.text("abcXYZ-09", min_size=1, max_size=8)


@given(
    st.sampled_from(["GET", "POST", "DELETE", "PUT", "PATCH"]), st.text(max_size=20), st.dictionaries(TOKENS, st.text(" ~aé09", max_size=9), max_size=4),
    st.none() | st.binary(max_size=20), st.sampled_from(["http", "https"]), st.sampled_from(["localhost", "::1", "api.binance.com"]),
    st.sampled_from([80, 443, 8801]), st.booleans(),
)
def test_a_request_is_http_clients(
    method: str, path: str, headers: dict[str, str], body: bytes | None, scheme: str, host: str, port: int, named: bool,
) -> None:
    given: dict[str, str] = encode_headers({**headers, **({"host": "other"} if named else {})}, "text/plain" if body else "")
    target = encode_target("/" + path, {"a": 1})
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    expected = plain_request(kind, host, port, method, target, given, body)
    assert request_head(method, target, Origin(scheme, host, port).host_header, given, body) + (body or b"") == expected


def test_a_request_through_a_proxy_names_the_venue() -> None:
    target = "http://venue.com:80/path"
    expected = plain_request(http.client.HTTPConnection, "proxy", 3128, "GET", target, dict(STANDARD_HEADERS), None)
    assert request_head("GET", target, Origin("http", "venue.com", 80).authority, dict(STANDARD_HEADERS), None) == expected


def seen(kind: type[http.client.HTTPResponse], data: bytes, method: str) -> Any:
    """What an answer is read as, and what is left for the next one."""
    source = Source(data)
    answer = kind(source, method=method)        # type: ignore[arg-type]
    try:
        answer.begin()
        headers = answer.found if isinstance(answer, Answer) else Headers(answer.headers.raw_items())
        content = read_content(answer)
        return answer.status, answer.reason, dict(headers), content, answer.length, answer.will_close, answer.chunked, answer.version, source.file.read()
    except (http.client.HTTPException, ValueError, OSError) as error:
        return type(error), str(error)


LINES = st.sampled_from([
    "Content-Type: application/json", "x-mbx-used-weight-1m: 5", "Server:mock", "Empty:", "Spaces:  a b \t", "Date: Sat, 01 Aug 2026 00:00:00 GMT",
    "Set-Cookie: a=1", "Set-Cookie: b=2", "Connection: keep-alive", "Connection: close", "Connection: Keep-Alive", "Transfer-Encoding: chunked",
    "Content-Length: 5", "content-length: 3", "Content-Length: 0", "Content-Length: -1", "Content-Length: x", "Content-Length: 5, 5",
    "Content-Length: " + "9" * 30, " folded", "no colon", "Bad Name: x", ": nothing", "High: \u00e9", "Nul: \x00", "Content-Encoding: gzip", "Keep-Alive: 5",
])


@given(
    st.sampled_from(["HTTP/1.1", "HTTP/1.0", "HTTP/2", "http/1.1", ""]) | st.just("HTTP/1.1"),
    st.sampled_from(["200", "201", "204", "304", "400", "418", "503", "100", "999", "20", "abc", "2000"]) | st.just("200"),
    st.sampled_from(["", " ", " OK", " Not  Found", " I'm a teapot ", " \u00e9"]), st.lists(LINES, max_size=6), st.sampled_from(["\r\n"] * 4 + ["\n"]),
    st.sampled_from([b"", b"{}", b"hello", b"hello and more", b"5\r\nhello\r\n0\r\n\r\n"]), st.sampled_from(["GET", "POST", "HEAD"]),
)
def test_an_answer_is_http_clients(version: str, status: str, reason: str, lines: list[str], end: str, body: bytes, method: str) -> None:
    head = end.join([f"{version} {status}{reason}", *lines, "", ""])
    data = head.encode("latin-1") + body
    assert seen(Answer, data, method) == seen(http.client.HTTPResponse, data, method)


def test_a_usual_answer_is_read_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(answer: Any) -> None:
        raise AssertionError("http.client reads it")

    monkeypatch.setattr(http.client.HTTPResponse, "begin", slow)
    data = b"HTTP/1.1 200 OK\r\nContent-Type: application/json;charset=UTF-8\r\nContent-Length: 2\r\nx-mbx-used-weight-1m: 5\r\n\r\n{}HTTP/1.1 500"
    status, reason, headers, content, length, will_close, chunked, version, rest = seen(Answer, data, "POST")
    assert (status, reason, content, length, will_close, chunked, version, rest) == (200, "OK", b"{}", 0, False, False, 11, b"HTTP/1.1 500")
    assert headers == {"content-type": "application/json;charset=UTF-8", "content-length": "2", "x-mbx-used-weight-1m": "5"}
