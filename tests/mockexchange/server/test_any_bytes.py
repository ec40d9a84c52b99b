"""Whatever bytes a client sends, a venue answers with the documented error of its dialect: never a trace, never silence."""

import asyncio
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockexchange import MockExchange

LONG: bool = bool(os.environ.get("LONG"))
DIALECTS: tuple[str, ...] = ("binance", "hashex", "qte", "qmt")
DEEP: bytes = b"[" * 100_000 + b"]" * 100_000

# what a query, a form or a value of a header may hold
TEXTS: dict[str, bytes] = {
    "no UTF-8": b"\xff\xfe", "cut UTF-8": b"BTC\xe4\xba", "a surrogate in UTF-8": b"\xed\xa0\x80", "latin": b"\xe9t\xe9",
    "an escape that is no UTF-8": b"%FF%FE", "an escaped surrogate": b"%ED%A0%80", "half an escape": b"%", "a bad escape": b"%zz%u1234",
    "an escaped NUL": b"%00", "an escaped end of line": b"%0D%0A", "very long digits": b"9" * 5_000, "an exponent": b"1e999999999",
    "a tiny exponent": b"1e-999999999", "not a number": b"NaN", "endless": b"-Infinity", "other digits": "١٢٣".encode(),
    "a superscript": "²".encode(), "brackets": b"[" * 3_000, "deep JSON": b"%5B" * 2_000, "quotes": b'"\\', "many ands": b"&" * 3_000,
    "many equals": b"=" * 3_000, "astral": "\U0001F4B0".encode(), "underscores": b"1_000", "a sign": b"+-1",
}
NAMES: tuple[str, ...] = (
    "symbol", "side", "type", "direction", "tradeType", "timeInForce", "quantity", "totalAmount", "price", "newClientOrderId", "clientOrderId",
    "orderId", "orderIds", "origClientOrderId", "timestamp", "recvWindow", "signature", "limit", "startTime", "endTime", "interval", "symbols",
    "balanceType", "page", "mins", "fromId", "timeZone", "windowSize", "", "unknown",
)
QMT_NAMES: tuple[str, ...] = (
    "stock_list", "period", "start_time", "end_time", "count", "field_list", "json", "client_id", "client_secret", "timestamp", "signature",
    "username", "password", "", "unknown",
)
PATHS: dict[str, tuple[tuple[str, str], ...]] = {
    "binance": (
        ("GET", "/api/v3/depth"), ("GET", "/api/v3/klines"), ("GET", "/api/v3/exchangeInfo"), ("GET", "/api/v3/ticker/24hr"),
        ("POST", "/api/v3/order"), ("DELETE", "/api/v3/order"), ("PUT", "/api/v3/order/amend/keepPriority"), ("GET", "/api/v3/order"),
        ("GET", "/api/v3/ticker"), ("GET", "/fapi/v1/exchangeInfo"), ("GET", "/api/v3/nowhere"), ("GET", "/"),
    ),
    "hashex": (
        ("GET", "/spot/v1/p/symbol/configs"), ("GET", "/spot/v1/p/quotation/depth"), ("POST", "/spot/v1/u/trade/order/create"),
        ("POST", "/spot/v1/u/trade/order/cancel"), ("GET", "/spot/v1/u/trade/order/list"), ("GET", "/spot/v1/u/balance/spot"), ("GET", "/nowhere"),
    ),
    "qte": (
        ("GET", "/api/v1/depth"), ("GET", "/api/v1/klines"), ("GET", "/api/v1/avgPrice"), ("POST", "/api/v1/order"), ("DELETE", "/api/v1/order"),
        ("GET", "/api/v1/order"), ("GET", "/api/v1/account"), ("GET", "/api/v1/myTrades"), ("GET", "/nowhere"),
    ),
    "qmt": (
        ("GET", "/qmt/data/api/get_full_tick"), ("GET", "/qmt/data/api/get_market_data_ex"), ("POST", "/login"), ("GET", "/qmt/trade/api/positions/0"),
        ("POST", "/qmt/trade/api/sell"), ("POST", "/qmt/trade/api/outer/trade/buy"), ("POST", "/qmt/trade/api/trade"), ("GET", "/logout"), ("GET", "/nowhere"),
    ),
}
CONTROL: tuple[str, ...] = ("reset", "price", "deposit", "clock", "key", "symbol", "instrument", "amend", "ban", "options", "faults")
BODIES: dict[str, bytes] = {
    "nothing but bytes": b"\xff\xfe\x00\x01", "a lone surrogate": b'{"symbol": "\\ud800", "price": "\\udfff"}', "NUL": b'{"symbol": "a\\u0000", "key": "\\u0000"}',
    "deep": DEEP, "deep objects": b'{"a":' * 20_000, "a huge number": b'{"price": ' + b"9" * 5_000 + b', "symbol": "BTCUSDT"}',
    "a huge exponent": b'{"symbol": "BTCUSDT", "price": 1e999}', "exponent in text": b'{"symbol": "BTCUSDT", "price": "1e999999999"}',
    "long digits in text": b'{"symbol": "BTCUSDT", "price": "' + b"9" * 5_000 + b'"}', "NaN": b'{"price": NaN}', "null": b"null", "a list": b"[]",
    "a number": b"1", "no UTF-8 in text": b'{"symbol": "\xff"}', "a BOM": b'\xef\xbb\xbf{"symbol": "BTCUSDT"}', "half": b'{"symbol": "BTC', "spaces": b"   ",
    "a field of surrogates": b'{"\\ud800": 1}', "huge milliseconds": b'{"advance_ms": 99999999999999999999, "ms": 99999999999999999999}',
    "values of wrong types": b'{"symbol": {}, "key": [], "price": true, "kind": {"a": 1}, "ms": "1", "match": 1}',
    "a bad expression": b'{"kind": "delay", "match": "(((", "ms": 1e308}',
}


class Venue:
    """A running venue and raw bytes to it."""

    def __init__(self, dialect: str) -> None:
        self.dialect: str = dialect
        self.names: tuple[str, ...] = QMT_NAMES if dialect == "qmt" else NAMES
        self.start: bytes = b"stock_list=000001&" if dialect == "qmt" else b"symbol=BTCUSDT&interval=1m&"     # of a query that is answered
        self.session: bytes = b""
        # build B has bars; the synthetic market's month of them takes seconds to make
        self.mock: MockExchange = MockExchange(dialect, feed="none", options={"build": "B"}) if dialect == "qmt" else MockExchange(dialect)

    def log_in(self) -> None:
        """Where there are sessions: what a session may do is done, whatever the signature."""
        if self.dialect == "qmt":
            _, head, _ = self.request("POST", b"/login", b"username=admin&password=password", {"Content-Type": b"application/x-www-form-urlencoded"})
            self.session = head.partition(b"Set-Cookie: ")[2].partition(b";")[0]

    def send(self, data: bytes, seconds: float = 10.0) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer to the bytes of one request that asks to close the connection."""
        address = urlsplit(self.mock.rest)
        with socket.create_connection((address.hostname, address.port), seconds) as peer:
            try:
                peer.sendall(data)
            except ConnectionError:
                pass                    # the answer may be here before all was sent
            got: bytes = b""
            end: float = time.monotonic() + seconds
            while time.monotonic() < end:
                try:
                    more: bytes = peer.recv(65_536)
                except ConnectionError:
                    break
                if not more:
                    break
                got += more
        head, _, body = got.partition(b"\r\n\r\n")
        assert head.startswith((b"HTTP/1.1 ", b"HTTP/1.0 400 ")), f"no answer: {got[:100]!r} to {data[:200]!r}"
        return int(head.split()[1]), head, body

    def request(self, method: str, target: bytes, body: bytes = b"", headers: dict[str, bytes] | None = None) -> tuple[int, bytes, bytes]:
        lines: list[bytes] = [b"%s %s HTTP/1.1" % (method.encode(), target), b"Host: 127.0.0.1", b"Connection: close", b"Content-Length: %d" % len(body)]
        lines += [name.encode() + b": " + value for name, value in (headers or {}).items()]
        return self.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)

    def headers(self) -> dict[str, bytes]:
        key: bytes = self.mock.key.encode()
        form: bytes = b"application/x-www-form-urlencoded"
        if self.dialect == "binance":
            return {"X-MBX-APIKEY": key, "Content-Type": form}
        if self.dialect == "qte":
            return {"X-API-KEY": key, "Content-Type": form}
        if self.dialect == "qmt":
            return {
                "X-Client-ID": key, "X-Signature": b"0" * 64, "X-Timestamp": b"%d" % int(time.time()), "Cookie": self.session, "Content-Type": form,
            }
        return {
            "X-Access-Key": key, "X-Signature": b"0" * 64, "X-Request-Timestamp": b"%d" % int(time.time() * 1000),
            "X-Request-Nonce": b"n", "Content-Type": form,
        }

    def documented(self, answer: tuple[int, bytes, bytes]) -> None:
        """No 5xx that the dialect's document does not have, and the body in the shape it gives for errors (or a success)."""
        status, head, body = answer
        text: str = body.decode("utf-8")
        if self.dialect == "qmt" and self.of_qmt(status, head, text):
            return
        assert 200 <= status < 500, answer
        if b"text/html" in head.lower():
            assert self.dialect == "qte" and status in (404, 405) and text.startswith("<!doctype html>"), answer
            return
        if b"application/json" not in head.lower():
            assert status in (400, 404, 405, 413), answer       # before any dialect: not HTTP, or no path of a venue
            return
        found = json.loads(text)
        text.encode("utf-8")
        if self.dialect == "hashex" and status == 200:
            assert set(found) == {"code", self.mock.run(lambda venue: venue.options.text_key), "data"}, found
        elif status >= 400:
            assert isinstance(found, dict) and ("error" in found or {"code", "msg"} <= set(found)), found


    @staticmethod
    def of_qmt(status: int, head: bytes, text: str) -> bool:
        """An answer that only this dialect has: 500 for what a handler cannot read, redirects, the login page."""
        if status == 500:
            return text == "Internal Server Error" or json.loads(text)["error"].startswith("接口异常: ")
        return (status == 302 and b"Location: /" in head) or (status == 200 and text.startswith("<!doctype html>"))


def controlled(answer: tuple[int, bytes, bytes]) -> None:
    """The control API's own error, or the answer to a request that was none."""
    status, head, body = answer
    assert status in (200, 400, 401, 403, 404, 405), answer
    if b"application/json" in head.lower():
        found = json.loads(body.decode("utf-8"))
        assert status == 200 or set(found) == {"error"}, answer


@pytest.fixture(scope="module", params=DIALECTS)
def venue(request: pytest.FixtureRequest) -> Iterator[Venue]:
    one: Venue = Venue(request.param)
    with one.mock:
        one.log_in()
        yield one


@pytest.fixture(autouse=True)
def no_traces(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that a client sends makes a log line with a trace."""
    caplog.set_level(logging.WARNING)
    yield
    traces: list[str] = [record.getMessage() for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR]
    assert not traces, traces[:5]


@pytest.mark.parametrize("kind", list(TEXTS) if LONG else list(TEXTS)[1::2])
def test_queries_and_forms(venue: Venue, kind: str) -> None:
    text: bytes = TEXTS[kind]
    for method, path in PATHS[venue.dialect] if LONG else PATHS[venue.dialect][list(TEXTS).index(kind) % 4::4]:
        pairs: bytes = b"&".join(name.encode() + b"=" + text for name in venue.names)
        if len(pairs) < 6_000:
            venue.documented(venue.request(method, path.encode() + b"?" + pairs, headers=venue.headers()))
        venue.documented(venue.request(method, path.encode(), pairs, venue.headers()))
        venue.documented(venue.request(method, path.encode(), text, venue.headers()))
        venue.documented(venue.request(method, path.encode(), b"symbol=BTCUSDT&" + text + b"=1", venue.headers()))
        if len(text) < 6_000:
            venue.documented(venue.request(method, path.encode() + b"?" + text, headers=venue.headers()))


@pytest.mark.parametrize("kind", list(TEXTS) if LONG else list(TEXTS)[::2])
def test_each_parameter_by_itself(venue: Venue, kind: str) -> None:
    at: int = list(TEXTS).index(kind) % len(PATHS[venue.dialect])      # by default each text goes to another path
    for method, path in PATHS[venue.dialect] if LONG else PATHS[venue.dialect][at:at + 1]:
        for name in venue.names:
            pair: bytes = venue.start + name.encode() + b"=" + TEXTS[kind]
            venue.documented(venue.request(method, path.encode() + (b"?" + pair if method == "GET" else b""), b"" if method == "GET" else pair, venue.headers()))


@pytest.mark.parametrize("kind", list(TEXTS) if LONG else list(TEXTS)[1::2])
def test_headers_and_paths(venue: Venue, kind: str) -> None:
    text: bytes = TEXTS[kind]
    method, path = PATHS[venue.dialect][4]
    more: tuple[str, ...] = ("X-MBX-TIME-UNIT", "Content-Type", "Origin", "Authorization", "X-Mock-Token", "Accept-Encoding", "Expect-Nothing", "Cookie")
    for name in (*venue.headers(), *more):
        venue.documented(venue.request(method, path.encode(), b"symbol=BTCUSDT", {**venue.headers(), name: text}))
        controlled(venue.request("GET", b"/_mock/state", headers={name: text}))
        controlled(venue.request("POST", b"/_mock/price", b"{}", headers={name: text}))
    if len(text) < 6_000:
        for start in (b"/", b"/api/v3/", b"/spot/v1/", b"/ws/", b"/stream?streams="):
            venue.documented(venue.request("GET", start + text))
        controlled(venue.request("GET", b"/_mock/journal?after=" + text))
        controlled(venue.request("GET", b"/_mock/" + text))


@pytest.mark.parametrize("kind", BODIES)
def test_bodies_of_the_control_api(venue: Venue, kind: str) -> None:
    for name in CONTROL:
        status, head, body = venue.request("POST", b"/_mock/" + name.encode(), BODIES[kind], {"Content-Type": b"application/json"})
        assert status in (200, 400), (name, status, body[:200])
        found = json.loads(body.decode("utf-8"))
        assert status == 200 or set(found) == {"error"}, found
        if name == "faults":
            venue.mock.run(lambda one: one.faults.clear())
    for method, path in PATHS[venue.dialect] if LONG else PATHS[venue.dialect][list(BODIES).index(kind) % 3::3]:
        venue.documented(venue.request(method, path.encode(), BODIES[kind], {**venue.headers(), "Content-Type": b"application/json"}))
        venue.documented(venue.request(method, path.encode(), BODIES[kind], venue.headers()))


FRAMES: dict[str, bytes] = {
    **BODIES, **TEXTS,
    "id is deep": b'{"id": ' + b"[" * 500 + b"]" * 500 + b', "method": "ping"}', "id with a surrogate": b'{"id": "\\ud800", "method": "ping"}',
    "method with a surrogate": b'{"id": 1, "method": "\\udc00"}', "params with surrogates": b'{"id": 1, "method": "order.place", "params": {"symbol": "\\ud800", "apiKey": "\\udfff"}}',
    "params of any type": b'{"id": 1, "method": "depth", "params": {"symbol": {"a": [1]}, "limit": 1e400}}', "a name with NUL": b'{"id": 1, "method": "depth", "params": {"\\u0000": 1}}',
    "streams with surrogates": b'{"id": 1, "method": "SUBSCRIBE", "params": ["\\ud800@trade", "btcusdt@depth\\u0000"]}', "huge id": b'{"id": ' + b"9" * 4_000 + b', "method": "ping"}',
    "sub of nothing": b'{"event": "sub", "params": "\\ud800"}', "sub of a number": b'{"sub": 1e999, "id": "\\u0000"}', "an op": b'{"op": "\\ud83d", "args": [null, {}, "\\ude00"]}',
    "req of surrogates": b'{"req": "\\ud800", "type": "\\ud800", "channel": "\\udfff", "symbol": "\\udfff"}', "signature of bytes": b'{"id": 1, "method": "session.logon", "params": {"apiKey": "k", "signature": "\xff", "timestamp": 1}}',
}
SOCKETS: dict[str, tuple[str, ...]] = {"binance": ("/ws", "/stream", "/ws/btcusdt@trade", "/ws-api/v3"), "hashex": ("/spot/v1/ws/socket",), "qte": (), "qmt": ()}


@pytest.mark.parametrize("kind", list(FRAMES) if LONG else list(FRAMES)[::2])
def test_frames(venue: Venue, kind: str) -> None:
    """As a text frame and as a binary one; the venue goes on to answer others."""
    async def talk() -> int:
        opened: int = 0
        async with aiohttp.ClientSession() as session:
            for path in SOCKETS[venue.dialect]:
                for opcode in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                    try:
                        peer = await session.ws_connect(venue.mock.stream + path)
                    except aiohttp.WSServerHandshakeError as error:
                        assert error.status < 500
                        continue
                    opened += 1
                    async with peer:
                        writer = peer._writer
                        await writer.send_frame(FRAMES[kind], opcode)
                        await peer.ping(b"1")
                        end: float = time.monotonic() + 5
                        try:
                            for _ in range(3):
                                message = await peer.receive(0.05)
                                if message.type is aiohttp.WSMsgType.TEXT:
                                    message.data.encode("utf-8")
                                elif message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING):
                                    assert peer.close_code != 1011, "an internal error"
                                    break
                        except asyncio.TimeoutError:
                            pass
                        assert time.monotonic() < end
        return opened

    opened: int = asyncio.run(talk())
    assert opened or not SOCKETS[venue.dialect]
    assert venue.mock.state()["dialect"] == venue.dialect


@settings(max_examples=60 if LONG else 25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    which=st.integers(0, 100), name=st.sampled_from((*NAMES, *QMT_NAMES)), data=st.binary(max_size=60), escaped=st.booleans(),
    header=st.sampled_from(("X-MBX-APIKEY", "X-API-KEY", "X-Access-Key", "X-Signature", "X-Request-Timestamp", "X-Request-Nonce", "X-Client-ID", "X-Timestamp", "Content-Type")),
    value=st.binary(max_size=20).map(lambda found: bytes(byte for byte in found if byte >= 0x20 and byte != 0x7F)),
)
def test_any_bytes_at_all(venue: Venue, which: int, name: str, data: bytes, escaped: bool, header: str, value: bytes) -> None:
    if escaped:
        data = b"".join(b"%%%02X" % byte for byte in data)
    method, path = PATHS[venue.dialect][which % len(PATHS[venue.dialect])]
    venue.documented(venue.request(method, path.encode(), name.encode() + b"=" + data, venue.headers()))
    venue.documented(venue.request(method, path.encode(), name.encode() + b"=" + data, {**venue.headers(), header: value}))
    status, _, body = venue.request("POST", b"/_mock/" + CONTROL[1 + which % (len(CONTROL) - 1)].encode(), data)
    assert status in (200, 400) and isinstance(json.loads(body), dict)
    venue.mock.run(lambda one: one.faults.clear())
