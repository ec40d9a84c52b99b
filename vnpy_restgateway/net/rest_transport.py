"""
The connections of one REST client: which are idle, which are at work, and until when.

A total deadline (monotonic seconds) is kept, so that a peer that drips bytes holds a worker no longer
than one that says nothing. Everything that fails before the first byte of a request is handed to the kernel is
``NotSent``; everything after is ``Unknown``.

A router may forget idle connections, and nobody is told. So one request that gets no answer ends every idle
connection on which the peer has not been heard since that request was sent, and what is asked next goes over a new
one: a dead connection is never tried twice. An order never leaves over a connection that has been idle for more than
a few seconds.
"""

import http.client
import ssl
from collections.abc import Callable, Mapping
from threading import Thread

from urllib3.exceptions import HTTPError

from rest_locale import _

from ..seams import MACHINE, Seams
from .dial import default_context
from .outcome import NotSent, TimedOut, Unknown, describe
from .proxy import Proxy
from .rest_connection import FRESH, IDLE_LIMIT, Connection, Origin, ends_with_connection
from .rest_format import Response

WATCH: float = 0.2                  # seconds between looks at answers that drip
AT_ONCE: int = 8_192                # bytes that an idle connection's buffer takes for sure
IDLE_LIMITS: dict[str, float] = {"order": FRESH}            # by lane, seconds; other lanes: IDLE_LIMIT
ERRORS: tuple[type[Exception], ...] = (                     # what an exchange that breaks may raise
    TimeoutError, HTTPError, http.client.HTTPException, OSError, ValueError, AttributeError
)


class Transport:
    """The connections of one client: idle ones by lane and origin, all of them for ``stop``."""

    def __init__(
        self, proxy: Proxy | None, connect_timeout: float, context: ssl.SSLContext | None, seams: Seams = MACHINE,
    ) -> None:
        self.seams: Seams = seams
        self._monotonic: Callable[[], float] = seams.monotonic
        threads = seams.threads
        self.proxy: Proxy | None = proxy
        self.connect_timeout: float = connect_timeout
        self.context: ssl.SSLContext | None = context
        self.stopped: bool = False
        self._lock = threads.Lock()
        self._all: dict[Connection, None] = {}         # in the order they came
        self._idle: dict[tuple[str, tuple[str, str, int]], list[Connection]] = {}
        self._busy: dict[Connection, None] = {}
        self._watcher: Thread | None = None
        self._wake = threads.Event()
        self._ended = threads.Event()

    def is_stopped(self) -> bool:
        return self.stopped

    def tls(self) -> ssl.SSLContext:
        """The verifying context, made once."""
        if self.context is None:
            self.context = default_context()
        return self.context

    def stop(self) -> None:
        """Wake every waiting thread; whatever is asked for later is NotSent."""
        with self._lock:
            self.stopped = True
            connections: list[Connection] = list(self._all)
            idle: list[Connection] = [c for pool in self._idle.values() for c in pool]
            self._idle.clear()
            watcher = self._watcher
        self._ended.set()
        self._wake.set()
        for connection in connections:
            connection.kill()
        for connection in idle:
            self._discard(connection)
        if watcher is not None and watcher is not self.seams.threads.current_thread():
            watcher.join(WATCH * 2)

    def start(
        self, lane: str, origin: Origin, method: str, target: str, headers: Mapping[str, str], body: bytes | None,
        deadline: float, waits: bool = True,
    ) -> Connection | None:
        """
        Send a request over an idle connection of the lane, or over a new one; ``finish`` has the answer. One that must not
        wait goes over an idle connection, and None is returned when there is none or the request is long.

        :raises NotSent: no connection came about, or the request cannot be put on the wire
        :raises Unknown: it broke after the first byte may have been sent
        """
        if not waits and len(target) + len(body or b"") > AT_ONCE:
            return None
        connection: Connection | None = self._take_idle(lane, origin)
        if connection is None:
            if not waits:
                return None
            connection = self._open(origin, min(deadline, self._monotonic() + self.connect_timeout))
        self._busy[connection] = None
        self._watch()
        try:
            connection.send(method, target, headers, body, deadline, waits)
        except ERRORS as exc:
            self._end(lane, connection, False)
            self._suspect(connection.sent_at)
            raise self._unknown(exc, deadline) from exc
        return connection

    def finish(self, lane: str, connection: Connection) -> Response:
        """
        The answer to what ``start`` sent. Nothing is ever sent a second time.

        :raises Unknown: there was none that can be used
        """
        whole: bool = False
        deadline: float = connection.deadline
        try:
            response: Response = connection.receive()
            if (self.stopped or self._monotonic() >= deadline) and ends_with_connection(response):
                raise TimeoutError(_("cut off"))
            whole = True
            if response.status_code == 407 and connection.prefix:
                # RFC 9110, 15.5.8: the proxy's own answer, the request went no further
                place: str = self.proxy.authority if self.proxy else ""
                raise NotSent(_("proxy {place} refused: 407 {reason}").format(place=place, reason=response.reason))
            return response
        except ERRORS as exc:
            self._suspect(connection.sent_at)
            raise self._unknown(exc, deadline) from exc
        finally:
            self._end(lane, connection, whole)

    def _unknown(self, exc: Exception, deadline: float) -> Unknown:
        if self.stopped:
            return Unknown(_("client was stopped before the answer came"))
        if isinstance(exc, TimeoutError) or self._monotonic() >= deadline:
            return TimedOut(_("timed out waiting for the answer"))
        return Unknown(_("no usable answer: {reason}").format(reason=describe(exc)))

    def _end(self, lane: str, connection: Connection, whole: bool) -> None:
        """Keep a connection whose exchange is whole, and no other."""
        self._busy.pop(connection, None)
        if whole and connection.http.sock is not None and not self.stopped:
            self._release(lane, connection)
        else:
            self._discard(connection)

    def has_idle(self, lane: str) -> bool:
        """Whether the lane has an idle connection, wherever to."""
        return any(pool and key[0] == lane for key, pool in list(self._idle.items()))

    def _suspect(self, sent_at: float) -> None:
        """A request that was sent at that monotonic time got no answer: close what is idle and has not been heard since."""
        dead: list[Connection] = []
        with self._lock:
            for pool in self._idle.values():
                dead += [connection for connection in pool if connection.idle_since <= sent_at]
                pool[:] = [connection for connection in pool if connection.idle_since > sent_at]
        for connection in dead:
            self._discard(connection)

    def _take_idle(self, lane: str, origin: Origin) -> Connection | None:
        limit: float = IDLE_LIMITS.get(lane, IDLE_LIMIT)
        pool: list[Connection] | None = self._idle.get((lane, origin.key))
        while pool:
            try:
                connection: Connection = pool.pop()
            except IndexError:
                break
            if connection.usable(self._monotonic(), limit):
                return connection
            self._discard(connection)
        return None

    def _open(self, origin: Origin, deadline: float) -> Connection:
        connection: Connection = Connection(self, origin)
        try:
            with self._lock:
                self._all[connection] = None
            self._busy[connection] = None
            connection.deadline = deadline
            self._watch()
            connection.open(deadline)
            if self.stopped:
                raise NotSent(_("client is stopped"))
            return connection
        except Exception as exc:
            self._discard(connection)
            if self.stopped:
                raise NotSent(_("client is stopped")) from exc
            if isinstance(exc, NotSent):
                raise
            place: str = _("proxy {place}").format(place=self.proxy.authority) if self.proxy else origin.authority
            reason: str = _("timed out") if self._monotonic() >= deadline else describe(exc)
            raise NotSent(_("no connection to {place}: {reason}").format(place=place, reason=reason)) from exc
        finally:
            self._busy.pop(connection, None)

    def _release(self, lane: str, connection: Connection) -> None:
        connection.idle_since = self._monotonic()
        with self._lock:
            if not self.stopped:
                self._idle.setdefault((lane, connection.origin.key), []).append(connection)
                return
        self._discard(connection)

    def _discard(self, connection: Connection) -> None:
        with self._lock:
            self._all.pop(connection, None)
        connection.close()

    def _watch(self) -> None:
        """A socket's time-out starts anew with every byte: somebody must mind the deadline of the whole."""
        if self._watcher is not None:
            if not self._wake.is_set():
                self._wake.set()
            return
        with self._lock:
            if self._watcher is None and not self.stopped:
                self._watcher = self.seams.threads.Thread(target=self._watch_deadlines, name="rest-answers", daemon=True)
                self._watcher.start()

    def _watch_deadlines(self) -> None:
        while not self.stopped:
            if not self._busy:
                self._wake.clear()
                if not self._busy and not self.stopped:
                    self._wake.wait()
            self._ended.wait(WATCH)
            now: float = self._monotonic()
            for connection in list(self._busy):
                if connection.deadline <= now:
                    connection.kill()
