"""A viewer of the page, without a browser."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from mockexchange import MockExchange

DEADLINE: float = 15.0


class Watcher:
    """A viewer's socket, and all that it has been told."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket: ClientConnection = socket
        self.messages: list[dict[str, Any]] = []

    def send(self, message: object) -> None:
        self.socket.send(json.dumps(message))

    def receive(self, timeout: float = DEADLINE) -> dict[str, Any]:
        """The next message. TimeoutError when none comes."""
        found: dict[str, Any] = json.loads(self.socket.recv(timeout))
        self.messages.append(found)
        return found

    def show(self, symbol: str, interval: str = "1m") -> dict[str, Any]:
        """Look at a symbol; the first message about it."""
        self.send({"show": {"symbol": symbol, "interval": interval}})
        while "shown" not in self.receive():
            pass
        return self.receive()

    def until(self, condition: Callable[[dict[str, Any]], Any]) -> Any:
        """What ``condition`` finds in a message, of those that have come or the next that do."""
        for message in self.messages:
            if found := condition(message):
                return found
        end: float = monotonic() + DEADLINE
        while monotonic() < end:
            if found := condition(self.receive(end - monotonic())):
                return found
        raise AssertionError("no such message")

    def closed(self) -> int:
        """The code with which the venue closes the socket."""
        try:
            while True:
                self.socket.recv(DEADLINE)
        except ConnectionClosed as error:
            assert error.rcvd is not None
            return error.rcvd.code


@contextmanager
def watching(venue: MockExchange, **options: Any) -> Iterator[Watcher]:
    """A viewer's socket."""
    with connect(f"{venue.stream}/_mock/watch", proxy=None, max_size=None, **options) as socket:
        yield Watcher(socket)
