"""Clients that collect what they are told, and servers' manners for them."""

import json
import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from net_servers import DEADLINE, Peer, answer, frame, threads

from vnpy_restgateway.net.rest import Request, RestClient
from vnpy_restgateway.net.stream import WebsocketClient

Result = tuple[str, Any, Any]           # "data" | "failed" | "error", value, request


class RestProbe(RestClient):
    """Collects what becomes of its requests."""

    def __init__(self) -> None:
        super().__init__()
        self.results: queue.Queue[Result] = queue.Queue()
        self.stray: queue.Queue[BaseException] = queue.Queue()

    def ask(self, method: str, path: str, **kwargs: Any) -> Request:
        return self.add_request(
            method, path,
            lambda data, request: self.results.put(("data", data, request)),
            on_failed=lambda status, request: self.results.put(("failed", status, request)),
            on_error=lambda exc, value, tb, request: self.results.put(("error", value, request)),
            **kwargs,
        )

    def next(self) -> Result:
        return self.results.get(timeout=DEADLINE)

    def on_error(self, exc: Any, value: BaseException, tb: Any, request: Any) -> None:
        self.stray.put(value)


@contextmanager
def rest_probe(made: Any = None) -> Iterator[Any]:
    """A client that is stopped in time and leaves no thread."""
    made = made or RestProbe()
    try:
        yield made
    except BaseException:
        made.stop()
        raise
    began: float = monotonic()
    made.stop()
    assert monotonic() - began < 2
    assert not threads("rest-")


def each(reply: Callable[[str, str, str, bytes], bytes | None]) -> Callable[[Peer], None]:
    """A handler that answers request after request on a kept-alive connection; None hangs."""
    def handler(peer: Peer) -> None:
        while True:
            data: bytes | None = reply(*peer.request())
            if data is None:
                peer.hang()
                return
            peer.send(data)
    return handler


def echo(method: str, target: str, head: str, body: bytes) -> bytes:
    return answer(json.dumps({"method": method, "target": target, "head": head, "body": body.decode()}).encode())


def hang_or_echo(method: str, target: str, head: str, body: bytes) -> bytes | None:
    return None if "hang" in target else echo(method, target, head, body)


def once(data: bytes) -> Callable[[Peer], None]:
    """Answers the first request of each connection with these bytes, and closes."""
    def handler(peer: Peer) -> None:
        peer.request()
        peer.send(data)
    return handler


Event = tuple[Any, ...]


class StreamProbe(WebsocketClient):
    """Collects what it is told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.events: queue.Queue[Event] = queue.Queue()
        self.greeting: dict | None = None

    def go(self, url: str, **kwargs: Any) -> None:
        kwargs = {"ping_interval": 0, "receive_timeout": 0, "backoff_base": 0.02, "backoff_cap": 0.05, **kwargs}
        self.init(url, **kwargs)
        self.start()

    def next(self, kind: str = "") -> Event:
        """The next event; with a kind, the next of that kind."""
        end: float = monotonic() + DEADLINE
        while True:
            event: Event = self.events.get(timeout=max(end - monotonic(), 0.001))
            if not kind or event[0] == kind:
                return event

    def on_connected(self) -> None:
        self.events.put(("connected", self.epoch))
        if self.greeting:
            self.send_packet(self.greeting)

    def on_disconnected(self, status_code: int, msg: str) -> None:
        self.events.put(("disconnected", status_code, msg))

    def on_packet(self, packet: Any) -> None:
        self.events.put(("packet", packet))

    def on_error(self, e: Exception) -> None:
        self.events.put(("error", e))


@contextmanager
def stream_probe() -> Iterator[StreamProbe]:
    """A client that is stopped in time and leaves no thread."""
    made: StreamProbe = StreamProbe()
    try:
        yield made
    except BaseException:
        made.stop()
        raise
    began: float = monotonic()
    made.stop()
    assert monotonic() - began < 2
    assert not threads("stream")


def first(misbehave: Callable[[Peer], None]) -> Callable[[Peer], None]:
    """The first connection greets and misbehaves; later ones are good and repeat what they hear."""
    def handler(peer: Peer) -> None:
        peer.handshake()
        if peer.number == 0:
            peer.message()
            misbehave(peer)
            return
        while True:
            peer.send(frame(peer.message()))
    return handler


def good(peer: Peer) -> None:
    """Repeats what it hears."""
    peer.handshake()
    while True:
        peer.send(frame(peer.message()))
