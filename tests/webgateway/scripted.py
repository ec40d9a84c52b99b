"""A WebTrader server of one test: a trading process's lists, a script that goes before them, and a socket that pushes what it is told."""

import base64
import hashlib
import json
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Status
from vnpy.trader.object import CancelRequest, OrderRequest, SubscribeRequest

from vnpy_rehearsal.conform.recorder import Recorder
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_webgateway import WebTraderGateway

from .payloads import COIN, FUTURE, row

GUID: bytes = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CHINESE_WORDS = ["多", "空", "净"]
ENGLISH_WORDS = ["Long", "Short", "Net"]


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    status: int = 200
    body: bytes = b"null"
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False                  # no byte until the test ends


FAILED: Answer = Answer(500, b"Internal Server Error", "text/plain; charset=utf-8")


def as_json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False).encode())


class WebTraderServer:
    """
    ``script(request)`` answers first, None leaves it to the lists. ``as_form`` False: logins are JSON, as the manual has it; ``words``: of
    its language.
    """

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.script: Callable[[Seen], Answer | None] = lambda request: None
        self.lists: dict[str, list[Any]] = {name: [] for name in ("/account", "/position", "/order", "/trade", "/tick")}
        self.lists["/contract"] = [row(FUTURE), row(COIN)]
        self.lists["/account"] = [{"gateway_name": "CTP", "accountid": "123456", "balance": 100_000.0, "frozen": 0.0, "available": 100_000.0}]
        self.words: list[str] = CHINESE_WORDS
        self.as_form: bool = True
        self.tokens: list[str] = []         # issued; only the last is good
        self.closes_socket: int = 0         # with this code, at once, unless the token comes as text
        self.sockets: list[Any] = []
        self.texts: list[str] = []          # that clients have sent over the socket
        self.ended = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one(self) -> None:
                if self.path.startswith("/ws/"):
                    owner.serve_socket(self)
                    return
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Seen(self.command, unquote(self.path), {k.lower(): v for k, v in self.headers.items()}, body)
                owner.seen.append(request)
                answer = owner.script(request) or owner.answer(request)
                if answer.hang:
                    owner.ended.wait(30)
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                self.send_header("Content-Length", str(len(answer.body)))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = do_DELETE = handle_one       # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass                    # connections end as the tests want

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url: str = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, request: Seen) -> Answer:
        path = request.path
        if path == "/token":
            if self.as_form != request.headers["content-type"].startswith("application/x-www-form"):
                return as_json({"detail": [{"type": "missing", "loc": ["body", "username"], "msg": "Field required", "input": None}]}, 422)
            fields = parse_qs(request.body.decode()) if self.as_form else {k: [v] for k, v in request.json.items()}
            if (fields["username"], fields["password"]) != (["vnpy"], ["secret-word"]):
                return as_json({"detail": "Incorrect username or password"}, 401)
            self.tokens.append(f"token-{len(self.tokens)}-{id(self)}")
            return as_json({"access_token": self.tokens[-1], "token_type": "bearer"})
        if path == "/openapi.json":
            return as_json({"components": {"schemas": {"Direction": {"enum": self.words}}}})
        if request.headers.get("authorization") != f"Bearer {self.tokens[-1] if self.tokens else ''}":
            return as_json({"detail": "Could not validate credentials"}, 401)
        if request.method == "GET":
            return as_json(self.lists[path]) if path in self.lists else as_json({"detail": "Not Found"}, 404)
        return Answer()

    def serve_socket(self, handler: Any) -> None:
        key = handler.headers["Sec-WebSocket-Key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        token = parse_qs(urlsplit(handler.path).query).get("token", [""])[0]
        if token not in self.tokens[-1:]:
            handler.wfile.write(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            handler.close_connection = True
            return
        handler.wfile.write(
            f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        handler.close_connection = True
        wire = handler.wfile
        if self.closes_socket:
            handler.connection.settimeout(0.3)
            try:
                if self._read_frame(handler.rfile)[1].decode() != token:
                    raise OSError
            except (OSError, ValueError):
                wire.write(b"\x88\x02" + struct.pack(">H", self.closes_socket))
                return
            handler.connection.settimeout(None)
        self.sockets.append(wire)
        try:
            while True:
                kind, payload = self._read_frame(handler.rfile)
                if kind == 9:
                    wire.write(bytes([0x8A, len(payload)]) + payload)
                elif kind == 8:
                    wire.write(bytes([0x88, len(payload)]) + payload)
                    break
                elif kind == 1:
                    self.texts.append(payload.decode())
                else:
                    assert kind == 10, "a binary frame ends the server's pushes"
        except (OSError, ValueError):
            pass
        finally:
            if wire in self.sockets:
                self.sockets.remove(wire)

    @staticmethod
    def _read_frame(stream: Any) -> tuple[int, bytes]:
        head = stream.read(2)
        if len(head) < 2:
            raise ValueError("gone")
        size = head[1] & 127
        if size == 126:
            size = struct.unpack(">H", stream.read(2))[0]
        mask = stream.read(4)
        return head[0] & 15, bytes(byte ^ mask[i % 4] for i, byte in enumerate(stream.read(size)))

    def push_text(self, text: str) -> None:
        payload = text.encode()
        size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack(">H", len(payload))
        for wire in list(self.sockets):
            wire.write(b"\x81" + size + payload)

    def push(self, topic: str, data: Any) -> None:
        self.push_text(json.dumps({"topic": topic, "data": data}, ensure_ascii=False))

    def sent(self, line: str) -> list[Seen]:
        return [request for request in list(self.seen) if request.line == line]

    def __enter__(self) -> "WebTraderServer":
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def order_row(vt_orderid: str = "CTP.1_1", **fields: Any) -> dict[str, Any]:
    return {
        "gateway_name": "CTP", "symbol": "rb2601", "exchange": "SHFE", "orderid": vt_orderid.partition(".")[2], "type": "限价",
        "direction": "多", "offset": "开", "price": 3500.0, "volume": 2.0, "traded": 0, "status": "未成交", "datetime": None, "reference": "",
        "vt_symbol": "rb2601.SHFE", "vt_orderid": vt_orderid, **fields,
    }


def trade_row(vt_tradeid: str = "CTP.t1", vt_orderid: str = "CTP.1_1", **fields: Any) -> dict[str, Any]:
    return {
        "gateway_name": "CTP", "symbol": "rb2601", "exchange": "SHFE", "orderid": vt_orderid.partition(".")[2], "tradeid": "t1", "direction": "多",
        "offset": "开", "price": 3500.0, "volume": 1, "datetime": "2026-11-28 21:00:00+08:00", "vt_symbol": "rb2601.SHFE",
        "vt_orderid": vt_orderid, "vt_tradeid": vt_tradeid, **fields,
    }


class Trader:
    """A gateway on such a server, in a hurry."""

    def __init__(self, server: WebTraderServer) -> None:
        self.server: WebTraderServer = server
        self.recorder: Recorder = Recorder(spoils=False)
        self.gateway: Any = WebTraderGateway(self.recorder, "WEBTRADER")     # type: ignore[arg-type]
        timings = self.gateway.timings
        timings.orders_interval = timings.idle_interval = timings.account_interval = 0.2
        timings.doubt_after, timings.order_timeout, timings.query_timeout = 0.3, 3.0, 1.0
        timings.push_delay, timings.silence, timings.settle, timings.restart_settle = 0.3, 0.5, 0.3, 1.0
        self.gateway.flow.table.rule = NotFoundPolicy(bound=1.0, spacing=0.1, misses=3, first=0.05, longest=0.3)

    def connect(self, ready: bool = True, **setting: Any) -> None:
        self.gateway.connect({"Server": "WEBTRADER", "Host": self.server.url, "Username": "vnpy", "Password": "secret-word", **setting})
        if ready:
            self.recorder.wait(lambda: self.gateway.ready and self.server.sockets, "connected")

    def send(self, volume: float = 2.0, symbol: str = "rb2601", exchange: Exchange = Exchange.SHFE, offset: Offset = Offset.OPEN) -> str:
        request = OrderRequest(symbol, exchange, Direction.LONG, OrderType.LIMIT, volume, 3500.0, offset, "mine")
        return str(self.gateway.send_order(request)).split(".", 1)[1]

    def cancel(self, orderid: str) -> None:
        self.gateway.cancel_order(CancelRequest(orderid, "rb2601", Exchange.SHFE))

    def subscribe(self, symbol: str, exchange: Exchange) -> None:
        self.gateway.subscribe(SubscribeRequest(symbol, exchange))

    def status(self, orderid: str, status: Status, seconds: float = 8.0) -> Any:
        return self.recorder.wait(
            lambda: (order := self.recorder.orders.get(orderid)) and order.status is status and order, f"{orderid} {status.name}", seconds
        )

    def heard(self, text: str, seconds: float = 8.0) -> None:
        self.recorder.wait(lambda: self.recorder.said(text), text, seconds)


@contextmanager
def a_trader(connect: bool = True, setting: Mapping[str, Any] = {}) -> Iterator[Trader]:
    """A server and a gateway; connected unless the test does that itself."""
    with WebTraderServer() as server:
        trader = Trader(server)
        try:
            if connect:
                trader.connect(**dict(setting))
            yield trader
        finally:
            trader.gateway.close()
