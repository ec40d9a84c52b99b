"""An HTTP server of one test: it records requests and answers what the test told it to."""

import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]             # names in lower case
    body: bytes

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Answer:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False                   # reset the connection instead
    hang: bool = False                  # no byte until the test ends
    stall: bool = False                 # head and half of the body, then no byte


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **headers})


def as_text(text: str, status: int = 200, **headers: str) -> Answer:
    return Answer(status, text.encode(), {"Content-Type": "text/html; charset=utf-8", **headers})


Script = Callable[[Seen], Answer]


class ScriptedServer:
    """Answers ``script(request)``, by default ``{}``, on a free port of the loopback."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.script: Script = lambda request: Answer()
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
                if answer.cut:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    self.connection.close()
                    return
                if answer.hang:
                    owner.ended.wait(30)
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body) * (2 if answer.stall else 1)))
                self.end_headers()
                self.wfile.write(answer.body)
                self.wfile.flush()
                if answer.stall:
                    owner.ended.wait(30)
                    self.close_connection = True

            do_GET = do_POST = handle_one       # noqa: N815

            def finish(self) -> None:
                try:
                    super().finish()
                except (OSError, ValueError):
                    pass

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

    @property
    def lines(self) -> list[str]:
        return [request.line for request in self.seen]

    def answer(self, answer: Answer) -> None:
        """The same to every request."""
        self.script = lambda request: answer

    def __enter__(self) -> "ScriptedServer":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
