"""A market data client of the tests' own, on the `websockets` library."""

import json
import time
from collections.abc import Callable
from typing import Any

from websockets.sync.client import ClientConnection, connect

DEADLINE: float = 15.0


class Stream:
    """One connection; ``until`` is how a test waits."""

    def __init__(self, url: str, path: str = "/ws") -> None:
        opened = connect(url + path, proxy=None, max_size=None, ping_interval=None, close_timeout=1)
        self.connection: ClientConnection = opened.__enter__()
        self.last_id: int = 0

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def next(self) -> Any:
        return json.loads(self.connection.recv(timeout=DEADLINE))

    def until(self, wanted: Callable[[Any], object]) -> Any:
        """The first message that is wanted; TimeoutError when none comes in time."""
        end: float = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            message = self.next()
            if wanted(message):
                return message
        raise TimeoutError("no such message")

    def ask(self, method: str, *params: Any) -> Any:
        """The result of a control message, whatever data comes in between."""
        self.last_id += 1
        self.connection.send(json.dumps({"method": method, "params": params, "id": self.last_id}))
        return self.until(lambda message: isinstance(message, dict) and message.get("id") == self.last_id)["result"]

    def refused(self, text: str) -> Any:
        """The error a raw control message gets."""
        self.connection.send(text)
        return self.until(lambda message: isinstance(message, dict) and "code" in message)
