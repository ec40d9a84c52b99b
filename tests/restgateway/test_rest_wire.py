"""HTTP/1.1 as bytes: the same answer however it is cut, and nothing but WireError for garbage."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpy_restgateway.rest_wire import ResponseParser, Truncated, WireError, encode_body, encode_request, encode_target, inflate

CHUNKED: bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\nx-a: 2\r\n\r\n5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nT: 1\r\n\r\n"
PLAIN: bytes = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 11\r\nX-A: 1\r\nX-A: 2\r\n\r\nhello world"


@given(st.sampled_from([CHUNKED, PLAIN]), st.lists(st.integers(0, 140), max_size=8))
def test_any_cut_gives_the_same_answer(wire: bytes, cuts: list[int]) -> None:
    places: list[int] = sorted({0, len(wire), *(min(c, len(wire)) for c in cuts)})
    parser = ResponseParser()
    done: list[bool] = [parser.feed(wire[a:b]) for a, b in zip(places, places[1:], strict=False)]
    assert done == [False] * (len(done) - 1) + [True]
    response = parser.response()
    assert response.content == b"hello world" and response.headers["X-a"] == "1, 2"
    assert parser.keep_alive and not parser.tail


@given(st.binary(max_size=300))
def test_garbage_raises_nothing_but_wire_errors(data: bytes) -> None:
    for prefix in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        parser = ResponseParser()
        try:
            if not parser.feed(prefix + data):
                parser.finish()
            parser.response()
        except WireError:
            pass


@given(st.sampled_from([CHUNKED, PLAIN]), st.data())
def test_every_prefix_is_truncated(wire: bytes, data: st.DataObject) -> None:
    parser = ResponseParser()
    assert not parser.feed(wire[: data.draw(st.integers(0, len(wire) - 1))])
    with pytest.raises(Truncated):
        parser.finish()


def test_what_comes_after_the_answer_ends_the_connection() -> None:
    parser = ResponseParser()
    assert parser.feed(PLAIN + b"HTTP/1.1 200 OK\r\n") and not parser.keep_alive and parser.tail


@pytest.mark.parametrize(
    ("wire", "keep"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", True),
        (b"HTTP/1.1 200\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", False),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", True),
    ],
)
def test_keep_alive(wire: bytes, keep: bool) -> None:
    parser = ResponseParser()
    assert parser.feed(wire) and parser.keep_alive is keep and parser.response().content == b""


def test_bodies_that_there_are_none_of() -> None:
    assert ResponseParser("HEAD").feed(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    assert ResponseParser().feed(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")


def test_bounds() -> None:
    with pytest.raises(WireError, match="exceeds 10 bytes"):
        ResponseParser(max_body=10).feed(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 11)
    with pytest.raises(WireError, match="exceeds 10 bytes"):
        ResponseParser(max_body=10).feed(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n")
    with pytest.raises(WireError, match="exceeds 10 bytes"):
        ResponseParser(max_body=10).feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n6\r\n123456\r\n")
    with pytest.raises(WireError, match="header"):
        ResponseParser().feed(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000)
    with pytest.raises(WireError, match="exceeds 1000 bytes"):
        inflate(gzip.compress(b"0" * 1001), "gzip", 1000)


def test_content_encodings() -> None:
    raw = zlib.compressobj(wbits=-15)
    for packed, name in (
        (gzip.compress(b"hi"), "gzip"), (zlib.compress(b"hi"), "deflate"), (raw.compress(b"hi") + raw.flush(), "deflate"),
    ):
        assert inflate(packed, name, 100) == b"hi"
    with pytest.raises(WireError, match="not supported"):
        inflate(b"x", "br", 100)


def test_targets() -> None:
    assert encode_target("/a", {"x": "1 2", "y": None, "z": ["a", "b"]}) == "/a?x=1+2&z=a&z=b"
    assert encode_target("/a?q=1", "r=2") == "/a?q=1&r=2"
    assert encode_target("a", {}) == "/a"
    assert encode_target("/a b\r\nX: y/é%20", None) == "/a%20b%0D%0AX:%20y/%C3%A9%20"


def test_requests() -> None:
    fixed: str = "Host: h\r\nUser-Agent: u\r\n"
    assert encode_request("GET", "/", fixed, None, None) == b"GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\n\r\n"
    wire = encode_request("POST", "/", fixed, {"user-agent": "me", "N": 1, "Skip": None}, *encode_body({"a": "é"}))
    assert wire == (
        b"POST / HTTP/1.1\r\nHost: h\r\nuser-agent: me\r\nN: 1\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\na=%C3%A9"
    )
    assert b"Content-Length: 0\r\n" in encode_request("POST", "/", fixed, None, None)
    with pytest.raises(ValueError, match="method"):
        encode_request("GET /x", "/", fixed, None, None)
