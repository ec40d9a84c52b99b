"""Requests that are answered as they come off the wire get the answer they get by aiohttp's way, and what is not plain goes that way."""

import asyncio
import hashlib
import hmac
import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiohttp import EMPTY_PAYLOAD
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpProcessingError, HttpRequestParser
from hypothesis import given, settings
from hypothesis import strategies as st
from malice_child import read_all
from waiting import until

from mockexchange import MockExchange
from mockexchange.server import guard
from mockexchange.server.direct import IS_POSSIBLE, Direct, Heads, is_plain
from mockexchange.transport.answers import Answer

NOW: int = 1_700_000_000_000
SHORT: float = 0.6

pytestmark = pytest.mark.skipif(not IS_POSSIBLE, reason="this aiohttp is made another way")


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Answer]]:
    """What was answered at once."""
    found: list[Answer] = []
    render: Callable[[Direct, Answer], bytes] = Direct.render

    def spy(self: Direct, answer: Answer) -> bytes:
        found.append(answer)
        return render(self, answer)

    monkeypatch.setattr(Direct, "render", spy)
    yield found


def venue_of(**options: Any) -> MockExchange:
    return MockExchange("binance", feed="none", seed=7, clock=f"manual={NOW}", **options)


def connect(venue: MockExchange) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(venue.rest.rpartition(":")[2])), 5)


def signed(query: str, stamp: int = NOW) -> str:
    text: str = f"{query}&timestamp={stamp}".lstrip("&")
    return f"{text}&signature={hmac.new(b'mock-secret', text.encode(), hashlib.sha256).hexdigest()}"


def request(method: str, target: str, *headers: str, body: str = "", key: str = "mock-key", version: str = "1.1") -> bytes:
    lines: list[str] = [f"{method} {target} HTTP/{version}", "Host: x", *headers]
    if key:
        lines.append(f"X-MBX-APIKEY: {key}")
    if body or method in ("POST", "PUT"):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def ask(sock: socket.socket, *pieces: bytes) -> bytes:
    """The whole answer, without the time of day that the machine says."""
    for piece in pieces:
        sock.sendall(piece)
    data: bytes = b""
    while (end := data.find(b"\r\n\r\n")) < 0 or len(data) < end + 4 + int(re.search(rb"Content-Length: (\d+)", data)[1]):    # type: ignore[index]
        more: bytes = sock.recv(65_536)
        assert more, data
        data += more
    return re.sub(rb"Date: [^\r]+", b"Date: -", data)


def is_at_once(sock: socket.socket, rendered: list[Answer]) -> bool:
    """Whether a request is answered at once; aiohttp may still be busy with what is behind the answer before."""
    before: int = len(rendered)
    assert b" 200 " in ask(sock, request("GET", "/api/v3/time"))
    return len(rendered) > before


ORDER: str = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=30000&newClientOrderId="
SELL: str = "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=GTC&quantity=0.005&price=30000&selfTradePreventionMode=NONE"
REQUESTS: list[bytes] = [
    request("GET", "/api/v3/ping"),
    request("GET", "/api/v3/time", key=""),
    request("GET", "/api/v3/time", "X-MBX-TIME-UNIT: microsecond"),
    request("GET", "/api/v3/time", "X-MBX-TIME-UNIT: hour"),
    request("GET", "/api/v3/depth?symbol=BTCUSDT", key=""),
    request("GET", "/api/v3/depth?symbol=NOSUCH", key=""),
    request("GET", "/api/v3/depth?symbol=BTCUSDT&symbol=BTCUSDT", key=""),
    request("POST", "/api/v3/order?" + signed(ORDER + "a1")),
    request("POST", "/api/v3/order?" + signed(ORDER + "a1")),                       # the id is taken
    request("POST", "/api/v3/order", "Content-Type: application/x-www-form-urlencoded", body=signed(ORDER + "a2")),
    request("POST", "/api/v3/order?" + signed(ORDER + "a3&newOrderRespType=ACK")),
    request("POST", "/api/v3/order?" + signed(ORDER + "a4") + "0"),                # the signature is wrong
    request("POST", "/api/v3/order?" + signed(ORDER + "a5", NOW - 6_000)),
    request("POST", "/api/v3/order?" + signed(ORDER + "a6&color=blue")),
    request("POST", "/api/v3/order?" + signed(ORDER + "a%207")),
    request("POST", "/api/v3/order?" + signed(ORDER.replace("30000", "30000.001") + "a8")),
    request("POST", "/api/v3/order?" + signed(SELL)),
    request("POST", "/api/v3/order/test?" + signed(ORDER + "a9&computeCommissionRates=true")),
    request("POST", "/api/v3/order?" + signed(ORDER + "b1"), key="stranger"),
    request("POST", "/api/v3/order?" + signed(ORDER + "b2"), key=""),
    request("POST", "/api/v3/order?" + ORDER + "b3"),
    request("GET", "/api/v3/openOrders?" + signed("symbol=BTCUSDT"), body="color=blue"),
    request("GET", "/api/v3/account?" + signed("")),
    request("DELETE", "/api/v3/order?" + signed("symbol=BTCUSDT&origClientOrderId=a2&newClientOrderId=c")),
    request("DELETE", "/api/v3/order?" + signed("symbol=BTCUSDT&origClientOrderId=a2&newClientOrderId=c")),
    request("GET", "/sapi/v1/system/status"),
    request("GET", "/api/v3/rateLimit/order?" + signed("")),
]


def test_the_answers_are_the_same_byte_for_byte(monkeypatch: pytest.MonkeyPatch, rendered: list[Answer]) -> None:
    answers: list[list[bytes]] = []
    journals: list[Any] = []
    for possible in (True, False):
        monkeypatch.setattr(guard, "IS_POSSIBLE", possible)
        with venue_of() as venue, connect(venue) as sock:
            answers.append([ask(sock, one) for one in REQUESTS])
            journals.append(venue.journal())
    assert len(rendered) == len(REQUESTS), "each was answered at once, and none by aiohttp's way"
    for sent, direct, plain in zip(REQUESTS, *answers, strict=True):
        assert direct == plain, sent
    assert journals[0] == journals[1] and len(journals[0]) > 10
    assert {int(answer[9:12]) for answer in answers[0]} == {200, 400, 401}


NOT_PLAIN: dict[str, list[bytes]] = {
    "HTTP/1.0": [request("GET", "/api/v3/time", version="1.0")],
    "close": [request("GET", "/api/v3/time", "Connection: close")],
    "expect": [request("POST", "/api/v3/order?" + signed(ORDER + "a1"), "Expect: 200-ok")],
    "chunked": [request("DELETE", "/api/v3/order?" + signed(ORDER), "Transfer-Encoding: chunked") + b"0\r\n\r\n"],
    "another path": [request("GET", "/api/v3/no")],
    "control": [request("GET", "/_mock/labels")],
    "escaped path": [request("GET", "/api/v3/tim%65")],
    "long read": [request("GET", "/api/v3/ticker/price")],
    "no HTTP": [b"GET /api/v3/time HTP\r\n\r\n"],
}


@pytest.mark.parametrize("pieces", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_not_plain_goes_aiohttps_way(pieces: list[bytes], rendered: list[Answer]) -> None:
    with venue_of() as venue, connect(venue) as sock:
        assert ask(sock, *pieces).startswith(b"HTTP/1.")
    assert not rendered


def test_a_body_that_comes_later_and_requests_in_one_piece(rendered: list[Answer]) -> None:
    with venue_of() as venue, connect(venue) as sock:
        head, end, body = request("POST", "/api/v3/order", body=signed(ORDER + "a1")).partition(b"\r\n\r\n")
        sock.sendall(head + end + body[:50])
        with connect(venue) as other:
            ask(other, request("GET", "/api/v3/ping"))          # the head has been read before the rest comes
        assert b'"clientOrderId":"a1"' in ask(sock, body[50:])
        sock.sendall(b"".join(request("POST", "/api/v3/order?" + signed(ORDER + name)) for name in ("b1", "b2", "b3")))
        data: bytes = b""
        while data.count(b'"clientOrderId"') < 3:
            data += sock.recv(65_536)
        assert re.findall(rb'"clientOrderId":"(\w+)"', data) == [b"b1", b"b2", b"b3"]
        assert len(rendered) == 1
        assert until(lambda: is_at_once(sock, rendered)), "the connection is answered at once again"


def test_an_armed_fault_strikes_the_next_request(rendered: list[Answer]) -> None:
    with venue_of() as venue, connect(venue) as sock:
        assert b" 200 " in ask(sock, request("GET", "/api/v3/time"))
        venue.faults.add(match="GET /api/v3/time", stage="before_engine", action="status", status=503, times=1)
        assert b" 503 " in ask(sock, request("GET", "/api/v3/time"))
        assert len(rendered) == 1
        assert until(lambda: is_at_once(sock, rendered))


def test_a_connection_is_closed_when_it_has_been_idle_since_its_last_answer(monkeypatch: pytest.MonkeyPatch, rendered: list[Answer]) -> None:
    monkeypatch.setattr(guard, "KEEP_ALIVE_SECONDS", SHORT)
    with venue_of() as venue, connect(venue) as sock:
        began: float = time.monotonic()
        while time.monotonic() - began < 2 * SHORT:
            ask(sock, request("GET", "/api/v3/time"))
        answered: float = time.monotonic()
        assert read_all(sock) == b""
        assert 0.5 * SHORT < time.monotonic() - answered < 8 * SHORT and rendered


# -- header lines that have been read before

HEADS: list[bytes] = [one for one in REQUESTS if one.endswith(b"\r\n\r\n")]         # those without a body


@pytest.fixture
def by_line(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The targets of which only the request line was read."""
    found: list[str] = []
    answer_line: Callable[..., bytes | None] = Direct.answer_line

    def spy(self: Direct, method: str, target: str, headers: Any, peer: Any) -> bytes | None:
        answer: bytes | None = answer_line(self, method, target, headers, peer)
        if answer is not None:
            found.append(target)
        return answer

    monkeypatch.setattr(Direct, "answer_line", spy)
    yield found


def test_known_header_lines_change_no_answer(monkeypatch: pytest.MonkeyPatch, by_line: list[str]) -> None:
    answers: list[list[bytes]] = []
    journals: list[Any] = []
    for most in (16, 0):
        monkeypatch.setattr("mockexchange.server.direct.MOST_HEADS", most)
        with venue_of() as venue, connect(venue) as sock:
            answers.append([ask(sock, one) for one in (*HEADS, *HEADS)])
            journals.append(venue.journal())
    assert len(by_line) > len(HEADS) and any("/api/v3/order?" in target for target in by_line)
    assert answers[0] == answers[1]
    assert journals[0] == journals[1] and len(journals[0]) > 10


def test_a_body_is_never_taken_for_a_request_with_known_header_lines(by_line: list[str]) -> None:
    known: bytes = request("GET", "/api/v3/time")
    with venue_of() as venue, connect(venue) as sock:
        ask(sock, known)
        ask(sock, known)
        assert len(by_line) == 1
        sock.sendall(f"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nX-MBX-APIKEY: mock-key\r\nContent-Length: {len(known) + 1}\r\n\r\n".encode())
        with connect(venue) as other:
            ask(other, known)                   # the head has been read before the rest comes
        sock.sendall(known)
        with connect(venue) as other:
            ask(other, known)
        assert b" 400 " in ask(sock, b"."), "one answer, to the order that makes no sense"
        assert b"serverTime" in ask(sock, known)
    assert len(by_line) == 1, "after that the parser reads everything"


def test_half_a_request_before_known_header_lines(by_line: list[str]) -> None:
    known: bytes = request("GET", "/api/v3/time")
    with venue_of() as venue, connect(venue) as sock:
        ask(sock, known)
        sock.sendall(b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\nX-")
        with connect(venue) as other:
            ask(other, known)
        assert b" 400 " in ask(sock, known)         # a header's name has no space in it
    assert not by_line


def test_a_fault_strikes_a_request_with_known_header_lines(by_line: list[str]) -> None:
    known: bytes = request("GET", "/api/v3/time")
    with venue_of() as venue, connect(venue) as sock:
        ask(sock, known)
        venue.faults.add(match="GET /api/v3/time", stage="before_engine", action="status", status=503, times=1)
        assert b" 503 " in ask(sock, known)
        assert not by_line
        assert until(lambda: b" 200 " in ask(sock, known) and by_line)


LINES: st.SearchStrategy[bytes] = st.sampled_from([
    b"Host: x", b"X-MBX-APIKEY: key", b"Content-Length: 0", b"Content-Length: 3", b" folded", b"A:b\nC: d", b"Connection: close", b"", b"X: \xff",
    b"Transfer-Encoding: chunked", b"Upgrade: websocket", b"Connection: Upgrade", b"GET / HTTP/1.1", b"Expect: 100-continue",
])
FIRST: st.SearchStrategy[bytes] = st.one_of(
    st.sampled_from([b"GET /a?b=%20&c=d HTTP/1.1", b"POST /a HTTP/1.1", b"GET /a#b HTTP/1.1", b"GET /a HTTP/1.0", b"", b"GET http://x/a HTTP/1.1"]),
    st.builds(lambda method, rest: method + b" /" + rest + b" HTTP/1.1", st.sampled_from([b"GET", b"POST", b"PUT", b"DELETE", b"CONNECT"]), st.binary(max_size=6)),
)


def parse(data: bytes) -> tuple[list[Any], Any]:
    """What a fresh parser makes of bytes, and the parser; nothing of what is no HTTP."""
    found: Any = HttpRequestParser(BaseProtocol(asyncio.get_running_loop()), asyncio.get_running_loop(), 2 ** 16)
    try:
        return found.feed_data(data)[0], found
    except HttpProcessingError:
        return [], found


def test_a_parser_that_reads_everything_says_the_same() -> None:
    compared: list[bytes] = []

    async def compare(block: bytes, first: bytes, second: bytes) -> None:
        heads: Heads = Heads()
        data: bytes = first + b"\r\n" + block
        messages, parser = parse(data)
        heads.learn(data, messages)
        again: bytes = second + b"\r\n" + block
        found = heads.find(again)
        if found is None:
            return
        for read in (parse(again)[0], parser.feed_data(again)[0]):         # the second stands where a request begins
            [(message, payload)] = read
            assert payload is EMPTY_PAYLOAD and is_plain(message)
            assert (message.method, message.path, message.headers) == found
        compared.append(again)

    @given(st.lists(LINES, max_size=3), FIRST, FIRST, st.sampled_from([b"", b"", b"x", b"\r\n"]))
    @settings(max_examples=400, deadline=None)
    def play(lines: list[bytes], first: bytes, second: bytes, tail: bytes) -> None:
        block: bytes = b"".join(line + b"\r\n" for line in (b"Host: y", *lines, b"")) + tail
        asyncio.run(compare(block, first, second))

    play()
    assert len(set(compared)) > 5
