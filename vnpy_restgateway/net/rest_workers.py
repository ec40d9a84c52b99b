"""What a REST client keeps in line: requests, and the lanes they wait in."""

from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any

import vnpy_rest

from rest_locale import _

from ..seams import MACHINE
from ..threads import Threads
from .outcome import NotSent, Reply, RestError, Unknown
from .redact import redact
from .rest_connection import Connection
from .rest_format import Response

Callback = Callable[[Any, Any], Any]
OnFailed = Callable[[int, Any], Any]
OnError = Callable[[type[BaseException], BaseException, TracebackType | None, Any], Any]


class Request(vnpy_rest.Request):
    """
    One request. ``str()`` of it is safe to log.

    ``deadline`` is in monotonic seconds. ``sent`` is the connection it was sent over by whoever made it, or why
    that failed; None: the worker sends it. Once an answer came whole, ``response`` has it as it came
    and ``reply`` as ``outcome.classify`` takes it. ``decode`` reads the body of a 2xx, where that is large and little of it is wanted;
    what raises ValueError to it is read as any other answer.
    """

    def __init__(
        self,
        method: str,
        path: str,
        params: dict | None = None,
        data: dict | str | bytes | None = None,
        headers: dict | None = None,
        callback: Callback | None = None,
        on_failed: OnFailed | None = None,
        on_error: OnError | None = None,
        extra: Any = None,
        lane: str = "query",
        timeout: float = 10.0,
        monotonic: Callable[[], float] = MACHINE.monotonic,
        decode: Callable[[bytes], Any] | None = None,
    ) -> None:
        self.method: str = method
        self.path: str = path
        self.params: dict | None = params
        self.data: Any = data
        self.headers: dict | None = headers
        self.callback: Callback | None = callback
        self.on_failed: OnFailed | None = on_failed
        self.on_error: OnError | None = on_error
        self.extra: Any = extra
        self.lane: str = lane
        self.timeout: float = timeout
        self.deadline: float = monotonic() + timeout
        self.sent: Connection | RestError | None = None
        self.decode: Callable[[bytes], Any] | None = decode
        self.response: Any = None
        self.reply: Reply | None = None

    def __str__(self) -> str:
        response: Response | None = self.response
        status: str = "terminated" if response is None else str(response.status_code)
        path: str = self.path.partition("?")[0]
        text: str = f"request: {self.method} {path}, status: {status}"
        if self.params:
            text += f", params: {self.params}"
        if self.data:
            text += f", data: {self.data!r}"
        if response is not None:
            text += f", response: {response.text[:1000]}"
        return redact(text)

    __repr__ = __str__


class WorkerPool:
    """Requests waiting for one kind of worker. Those sent already and urgent ones go to the head of the line."""

    __slots__ = ("name", "sent", "urgent", "normal", "tokens", "workers", "idle")

    def __init__(self, name: str, threads: Threads) -> None:
        self.name: str = name
        self.sent: deque[Request] = deque()                 # each has a worker spoken for, to take its answer
        self.urgent: deque[Request] = deque()
        self.normal: deque[Request] = deque()
        self.tokens: SimpleQueue[bool] = threads.SimpleQueue()      # one per waiting request; False ends a worker
        self.workers: list[Thread] = []
        self.idle: int = 0                                  # workers not spoken for; under the client's lock

    def pop(self) -> Request | None:
        for line in (self.sent, self.urgent, self.normal):
            try:
                return line.popleft()
            except IndexError:
                continue
        return None

    def take_expired(self, now: float) -> list[Request]:
        """Out of the line with those whose deadline has passed."""
        expired: list[Request] = []
        for line in (self.urgent, self.normal):
            for request in list(line):
                if request.deadline <= now:
                    try:
                        line.remove(request)
                    except ValueError:
                        continue
                    expired.append(request)
        return expired


def unsent(request: Request, reason: str) -> RestError:
    """Why a request that no worker has had ends: one that was sent all the same has an unknown fate, and its connection ends."""
    if isinstance(request.sent, Connection):
        request.sent.close()
        return Unknown(_("client was stopped before the answer came"))
    return request.sent or NotSent(reason)
