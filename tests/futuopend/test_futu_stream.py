"""The websocket: ``client.ws()``."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from futu_payloads import ORDER_B64, QUOTE_B64
from futu_server import TOKEN, Answer, FutuServer, as_json, as_text, raw_server

from vnpy_futuopend import FutuOpenDClient
from vnpy_futuopend.errors import (
    FutuBadAnswer, FutuError, FutuForbidden, FutuHttpError, FutuNotFound, FutuServerError, FutuTransportError, FutuUnauthorized,
    FutuWrongServer,
)

sync_server = pytest.importorskip("websockets.sync.server")

QUOTE: str = json.dumps({"type": "quote", "proto_id": 3005, "sec_key": "1_00700", "sub_type": 1, "body_b64": QUOTE_B64})
ORDER: str = json.dumps({"type": "trade", "proto_id": 2208, "acc_id": 1001, "trd_market": "HK", "body_b64": ORDER_B64})


@contextmanager
def gateway(serve: Callable[[Any], None]) -> Iterator[str]:
    """A websocket server that calls ``serve(connection)``."""
    with sync_server.serve(serve, "127.0.0.1", 0) as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{made.socket.getsockname()[1]}"
        made.shutdown()
        thread.join(5)


def test_pushes_until_the_connection_ends(caplog: pytest.LogCaptureFixture) -> None:
    requests: list[Any] = []

    def serve(connection: Any) -> None:
        requests.append(connection.request)
        for text in (QUOTE, "nonsense", ORDER.encode()):
            connection.send(text)

    with caplog.at_level(logging.DEBUG), gateway(serve) as url, FutuOpenDClient(url, token=TOKEN).ws() as pushes:
        assert next(pushes).sec_key == "1_00700"
        with pytest.raises(FutuBadAnswer, match="push is not JSON"):
            next(pushes)
        assert next(pushes).data["order"]["remark"] == "v1"
        with pytest.raises(FutuTransportError, match="/ws: connection lost"):
            next(pushes)
    request, = requests
    assert (request.path, request.headers["Authorization"]) == ("/ws", f"Bearer {TOKEN}")
    assert not [row for row in caplog.records if row.name == "vnpy_futuopend.websockets" and TOKEN in row.getMessage()]


def test_silence_and_close() -> None:
    with gateway(lambda connection: connection.recv()) as url, FutuOpenDClient(url).ws() as pushes:
        assert pushes.receive(timeout=0.01) is None
        closing = threading.Timer(0.05, pushes.close)
        closing.start()
        assert list(pushes) == []
        closing.join()
        assert pushes.receive(timeout=0.01) is None


def test_silence_longer_than_the_timeout_is_no_failure() -> None:
    go_on = threading.Event()

    def serve(connection: Any) -> None:
        go_on.wait(5)
        connection.send(QUOTE)

    with gateway(serve) as url, FutuOpenDClient(url, timeout=0.2).ws() as pushes:
        assert pushes.receive(timeout=0.3) is None
        go_on.set()
        assert next(pushes).kind == "quote"


def test_no_token_no_header() -> None:
    requests: list[Any] = []

    def serve(connection: Any) -> None:
        requests.append(connection.request)

    with gateway(serve) as url:
        FutuOpenDClient(url).ws().close()
    assert "Authorization" not in requests[0].headers


@pytest.mark.parametrize(("answer", "kind"), [
    (as_json({"error": f"bad {TOKEN}"}, 401), FutuUnauthorized), (as_json({"error": "no qot:read"}, 403), FutuForbidden),
    (as_json({"error": "x"}, 404), FutuNotFound), (as_json({"error": "x"}, 500), FutuServerError),
    (as_text("<html>", kind="text/html"), FutuWrongServer),
    (Answer(307, b"", {"Location": "http://127.0.0.1:1/ws"}), FutuHttpError), (Answer(307, b"", {"Location": "/ws"}), FutuHttpError),
    (Answer(307, b"", {"Location": "http://[::"}), FutuHttpError),
])
def test_handshakes_that_are_refused(answer: Answer, kind: type[FutuError], server: FutuServer, client: FutuOpenDClient) -> None:
    server.answer(answer)
    with pytest.raises(kind) as caught:
        client.ws()
    assert type(caught.value) is kind and TOKEN not in str(caught.value) + str(vars(caught.value))
    assert len(server.seen) == 1


def test_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(FutuTransportError, match="/ws: no connection"):
        FutuOpenDClient(f"127.0.0.1:{port}").ws()


def test_no_handshake_in_time(server: FutuServer) -> None:
    server.answer(Answer(hang=True))
    with pytest.raises(FutuTransportError, match="/ws: no answer of http://127.0.0.1:[0-9]+ within 0.1 s"):
        FutuOpenDClient(server.url, timeout=0.1).ws()


@pytest.mark.parametrize(("answer", "greet", "kind"), [
    (b"Futu OpenD Command Line\r\n>", True, FutuWrongServer), (b"what?\r\n", False, FutuWrongServer), (b"", False, FutuTransportError),
    (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", False, FutuWrongServer), (b"x" * 70_000 + b"\r\n", False, FutuWrongServer),
])
def test_servers_that_speak_no_websocket(answer: bytes, greet: bool, kind: type[FutuError]) -> None:
    with raw_server(answer, greet) as url, pytest.raises(kind) as caught:
        FutuOpenDClient(url, timeout=5).ws()
    assert type(caught.value) is kind


def test_websockets_that_are_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("websockets.version.version", "14.2")
    with pytest.raises(ImportError, match=r'pip install "websockets>=15" \(found 14.2\)'):
        FutuOpenDClient().ws()
