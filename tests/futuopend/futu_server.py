"""A server of one test on a free port: HTTP that records requests and answers as told, or raw bytes."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

TOKEN: str = "fc_0123456789abcdef"


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]             # names in lower case
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False                  # no byte until the test ends


def as_json(value: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def as_text(text: str, status: int = 200, kind: str = "text/plain; charset=utf-8") -> Answer:
    return Answer(status, text.encode(), {"Content-Type": kind})


def success(s2c: Any) -> Answer:
    return as_json({"ret_type": 0, "ret_msg": None, "err_code": None, "s2c": s2c})


Script = Callable[[Seen], Answer]


class FutuServer:
    """Answers ``script(request)``, by default success with an empty payload."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.script: Script = lambda request: success({})
        self.ended = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                owner.seen.append(request)
                answer = owner.script(request)
                if answer.hang:
                    owner.ended.wait(30)
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = handle_one       # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass                    # connections end as the tests want

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, *answers: Answer) -> None:
        """One after the other; the last again and again."""
        left = list(answers)
        self.script = lambda request: left.pop(0) if len(left) > 1 else left[0]

    def __enter__(self) -> "FutuServer":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@contextmanager
def raw_server(answer: bytes, greet: bool = False) -> Iterator[str]:
    """Sends ``answer``, at once or after the first bytes of a request, and closes."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.settimeout(5)
                    if greet:
                        connection.sendall(answer)
                    connection.recv(65536)
                    if not greet:
                        connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):       # else unread bytes would reset the connection under the answer
                        pass
                except OSError:
                    pass

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
