"""
A ``vnpy_rest.RestClient`` to whoever uses it, with another engine room.

Every request ends in exactly one of callback, on_failed, on_error, no later than its time-out
plus half a second. Requests wait in two lanes with threads and connections of their own, so a
slow query never holds an order. Nothing is sent twice, no redirect is followed, TLS is verified,
and nothing printed or logged shows a key, a signature or a signed URL.
"""

import logging
import ssl
import sys
import traceback
from collections.abc import Callable, Iterable
from threading import Event, Thread
from types import TracebackType
from typing import Any

import vnpy_rest

from rest_locale import _

from ..seams import MACHINE, Seams
from .outcome import NotSent, Reply, RestError, Unknown, describe
from .proxy import Proxy, read_proxy
from .redact import redact
from .rest_connection import Connection, Origin, parse_url
from .rest_format import Response, encode_body, encode_headers, encode_target
from .rest_transport import Transport
from .rest_workers import Callback, OnError, OnFailed, Request, WorkerPool, unsent

LANES: tuple[str, str] = ("order", "query")
SENT_AT_ONCE: tuple[str] = ("order",)       # lanes whose requests the caller's thread sends when no waiting is needed
MAX_WORKERS: int = 16
STOP_PATIENCE: float = 1.5
LAST_TENTH: float = 0.1
MOCK_HEADER: str = "X-Mock-Exchange"        # on every answer of the mock exchange, on none of a real venue

logger: logging.Logger = logging.getLogger("vnpy_restgateway.net.rest")


class RestClient(vnpy_rest.RestClient):
    """
    * Override ``sign`` to sign a request: it is called at the moment of sending, in the worker or, for an order that can
      leave at once, in the caller's thread.
    * Override ``on_failed`` (answer that is not 2xx) and ``on_error`` (no usable answer, or an
      exception in a callback) for requests that bring no handler of their own.

    ``on_error`` gets a ``NotSent`` or an ``Unknown`` for the fate of a request; any other exception
    given to the client's own ``on_error`` comes from a callback, after the request was answered.
    Callbacks run in worker threads; on a client that is not running, ``on_error`` runs in the caller's.
    """

    def __init__(self, seams: Seams = MACHINE) -> None:
        self.seams: Seams = seams
        self._monotonic: Callable[[], float] = seams.monotonic
        threads = seams.threads
        self.url_base: str = ""
        self.active: bool = False
        self.proxies: dict | None = None
        self.ssl_context: ssl.SSLContext | None = None
        self.secrets: Iterable[str] = ()                # masked wherever they turn up in a log line
        self.connect_timeout: float = 4.0
        self.read_timeout: float = 10.0
        self.proxy: Proxy | None = None
        self.mock: str = ""                             # the dialect of the mock exchange that has answered, "" of none
        self._origin: tuple[str, Origin, str] | None = None
        self._lock = threads.Lock()
        self._quiet = threads.Condition(self._lock)
        self._pending: int = 0
        self._lanes: dict[str, WorkerPool] = {name: WorkerPool(name, threads) for name in LANES}
        self._transport: Transport = self._new_transport()
        self._sweeper: Thread | None = None
        self._swept = threads.Event()

    def init(
        self,
        url_base: str,
        proxy_host: str = "",
        proxy_port: int = 0,
        connect_timeout: float = 4.0,
        read_timeout: float = 10.0,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """
        :param url_base: "https://host[:port][/path]", put before every path
        :param proxy_host: HTTP proxy, as ``proxy.read_proxy`` takes it; environment variables are not looked at
        :param connect_timeout: seconds for name, TCP, proxy and TLS together
        :param read_timeout: seconds from add_request to the end of the answer, unless a request says otherwise
        :param ssl_context: instead of the default one, which verifies
        :raises ValueError: the proxy cannot be used
        """
        self.url_base = url_base
        self.proxy = read_proxy(proxy_host, int(proxy_port or 0))
        self.proxies = {"http": self.proxy.url, "https": self.proxy.url} if self.proxy else None
        self.connect_timeout = connect_timeout
        self.read_timeout = read_timeout
        self.ssl_context = ssl_context
        self._origin = None
        self.mock = ""
        if not self.active:
            self._transport.stop()
            self._transport = self._new_transport()

    def start(self, n: int = 3) -> None:
        """``n`` workers stand by in each lane; a lane grows to 16 while all of its own are busy."""
        with self._lock:
            if self.active:
                return
            if self._transport.stopped:
                self._transport = self._new_transport()
            self._lanes = {name: WorkerPool(name, self.seams.threads) for name in LANES}
            self._swept = self.seams.threads.Event()
            self._sweeper = None
            self.active = True
            for lane in self._lanes.values():
                for __ in range(min(max(n, 1), MAX_WORKERS)):
                    self._spawn_worker(lane, self._transport)
                    lane.idle += 1

    def stop(self) -> None:
        """
        End within 2 s in any state: requests still waiting get on_error with NotSent, those on the
        wire with Unknown. Safe to call twice, and from a callback.
        """
        with self._lock:
            active: bool = self.active
            self.active = False
            transport, lanes, sweeper = self._transport, self._lanes, self._sweeper
        transport.stop()
        if not active:
            return
        self._swept.set()
        waiting: list[Request] = []
        for lane in lanes.values():
            while request := lane.pop():
                waiting.append(request)
            for __ in lane.workers:
                lane.tokens.put(False)
        for request in waiting:
            self._finish_error(request, unsent(request, _("client was stopped before the request was sent")))
        patience: float = self._monotonic() + STOP_PATIENCE
        threads: list[Thread] = [t for lane in lanes.values() for t in lane.workers]
        if sweeper is not None:
            threads.append(sweeper)
        for thread in threads:
            if thread is not self.seams.threads.current_thread():
                thread.join(max(patience - self._monotonic(), 0.0))

    def join(self) -> None:
        """Wait until every request has been answered. Not from a callback."""
        with self._quiet:
            self._quiet.wait_for(lambda: not self._pending)

    def add_request(
        self,
        method: str,
        path: str,
        callback: Callback | None = None,
        params: dict | None = None,
        data: dict | str | bytes | None = None,
        headers: dict | None = None,
        on_failed: OnFailed | None = None,
        on_error: OnError | None = None,
        extra: Any = None,
        lane: str = "query",
        timeout: float | None = None,
        priority: bool = False,
        decode: Callable[[bytes], Any] | None = None,
    ) -> Request:
        """
        Put a request in line, or send an order that need not wait; returns at once.

        :param lane: "order" or "query"
        :param timeout: seconds from now to the end of the answer (default: ``read_timeout``)
        :param priority: True: ahead of everything waiting in its lane that has none (cancels)
        :param decode: see Request
        """
        request: Request = Request(
            method, path, params, data, headers, callback, on_failed, on_error, extra, lane,
            self.read_timeout if timeout is None else timeout, self._monotonic, decode,
        )
        if lane not in LANES:
            raise ValueError(f"lane is {lane!r}, not one of {', '.join(LANES)}")
        busy: bool = False
        with self._lock:
            self._pending += 1
            active: bool = self.active
            queue: WorkerPool = self._lanes[lane]
            here: bool = active and lane in SENT_AT_ONCE and queue.idle > 0 and not queue.urgent and not queue.normal
            if active:
                if not here:
                    (queue.urgent if priority else queue.normal).append(request)
                if queue.idle > 0:
                    queue.idle -= 1
                elif len(queue.workers) < MAX_WORKERS:
                    self._spawn_worker(queue, self._transport)
                else:
                    busy = True
                    queue.idle -= 1
        if here:
            self._send_here(request, self._transport)
            with self._lock:
                active = self.active and queue is self._lanes[lane]
                if active:
                    (queue.sent if request.sent else queue.urgent if priority else queue.normal).append(request)
        if not active:
            self._finish_error(request, unsent(request, _("client is not running")))
            return request
        queue.tokens.put(True)
        if busy:
            self._watch()
        return request

    def request(
        self,
        method: str,
        path: str,
        params: dict | None = None,
        data: dict | str | bytes | None = None,
        headers: dict | None = None,
        timeout: float | None = None,
    ) -> Response:
        """
        Send and wait, in the caller's thread.

        :return: an object with status_code, headers, content, text and json(), whatever the status
        :raises NotSent, Unknown: there was no usable answer
        """
        request: Request = Request(
            method, path, params, data, headers, timeout=self.read_timeout if timeout is None else timeout,
            monotonic=self._monotonic,
        )
        return self._send(request, self._transport)

    def known_secrets(self) -> tuple[str, ...]:
        """What is masked in log lines: ``secrets``, and what the proxy is told."""
        return (*self.secrets, *self.proxy.secrets) if self.proxy else tuple(self.secrets)

    read_reply: Callable[..., Reply] = staticmethod(Reply.parse)     # (status, headers, body) -> the answer; never raises

    def sign(self, request: Request) -> Request:
        """Override to sign; called just before sending. What it raises makes the request NotSent."""
        return request

    def on_failed(self, status_code: int, request: Request) -> None:
        """The answer was not 2xx and the request brought no handler for that."""
        logger.warning("%s", redact(str(request), self.known_secrets()))

    def on_error(
        self, exc: type[BaseException], value: BaseException, tb: TracebackType | None, request: Request | None
    ) -> None:
        """No usable answer and no handler for that, or an exception in a callback."""
        logger.error("%s", self.exception_detail(exc, value, tb, request))

    def exception_detail(
        self, exc: type[BaseException], value: BaseException, tb: TracebackType | None, request: Request | None
    ) -> str:
        """Exception, trace and request as text that is safe to log."""
        trace: str = "" if isinstance(value, RestError) else "\n" + "".join(traceback.format_exception(exc, value, tb))
        return redact(f"{exc.__name__}: {value}; {request if request is not None else ''}{trace}", self.known_secrets())

    def _new_transport(self) -> Transport:
        return Transport(self.proxy, self.connect_timeout, self.ssl_context, self.seams)

    def _spawn_worker(self, lane: WorkerPool, transport: Transport) -> None:
        thread: Thread = self.seams.threads.Thread(
            target=self._work, args=(lane, transport), name=f"rest-{lane.name}-{len(lane.workers)}", daemon=True
        )
        lane.workers.append(thread)
        thread.start()

    def _work(self, lane: WorkerPool, transport: Transport) -> None:
        while lane.tokens.get():
            request: Request | None = lane.pop()
            if request is not None:
                self.process_request(request, transport)
                request = None          # its answer may be megabytes, and the next one long in coming
            with self._lock:
                lane.idle += 1

    def _watch(self) -> None:
        """All workers of a lane are busy: somebody must mind the deadlines of those in line."""
        with self._lock:
            if self._sweeper is None and self.active:
                self._sweeper = self.seams.threads.Thread(target=self._sweep, args=(self._swept,), name="rest-deadlines", daemon=True)
                self._sweeper.start()

    def _sweep(self, swept: Event) -> None:
        lanes: list[WorkerPool] = list(self._lanes.values())
        while not swept.wait(0.1):
            now: float = self._monotonic()
            for lane in lanes:
                for request in lane.take_expired(now):
                    self._finish_error(request, NotSent(_("timed out waiting in line")))
            with self._lock:
                if not any(lane.urgent or lane.normal for lane in lanes):
                    if not swept.is_set():
                        self._sweeper = None
                    return

    def process_request(self, request: Request, transport: Transport) -> None:
        """Send one request and hand out its answer; nothing it meets ends the worker."""
        try:
            response: Response = self._send(request, transport)
            request.response = response
            status: int = response.status_code
            reply: Reply = self._read(request, response)
            request.reply = reply
            if not self.mock:       # a proxy may have given the first answers
                self.mock = response.headers.get(MOCK_HEADER, "")
            if status // 100 == 2 and reply.malformed:
                raise Unknown(_("answer is not JSON: {text!r}").format(text=redact(response.text[:200], self.known_secrets())))
        except Exception as exc:
            error: RestError = exc if isinstance(exc, RestError) else Unknown(f"{type(exc).__name__}: {exc}")
            self._finish_error(request, error.with_traceback(exc.__traceback__))
            return
        if status // 100 == 2:
            if request.callback:
                self._call(request, request.callback, reply.data, request)
        elif request.on_failed:
            self._call(request, request.on_failed, status, request)
        else:
            self._call(request, self.on_failed, status, request)
        self._finished()

    def _read(self, request: Request, response: Response) -> Reply:
        if request.decode is not None and response.status_code // 100 == 2:
            try:
                return Reply(response.status_code, response.headers, response.content, request.decode(response.content), False)
            except (ValueError, RecursionError):
                pass
        return self.read_reply(response.status_code, response.headers, response.content)

    def _send(self, request: Request, transport: Transport) -> Response:
        sent: Connection | RestError | None = request.sent
        if sent is None:
            # Sent so late that no answer can be awaited, a request would only become unknown.
            if request.deadline - self._monotonic() < LAST_TENTH * request.timeout:
                raise NotSent(_("timed out waiting in line"))
            sent = self._start(request, transport, waits=True)
            assert sent is not None
        elif isinstance(sent, RestError):
            raise sent
        return transport.finish(request.lane, sent)

    def _send_here(self, request: Request, transport: Transport) -> None:
        """
        Send in the caller's thread, if that takes no waiting: what is in a hurry leaves before a worker is awake, who then
        comes for the answer.
        """
        if not transport.has_idle(request.lane):
            return
        signed: Request = Request.__new__(Request)      # a copy: one that the worker must send is signed then
        signed.__dict__.update(request.__dict__)
        try:
            sent: Connection | RestError | None = self._start(signed, transport, waits=False)
        except RestError as error:
            sent = error
        except Exception as error:      # a worker is spoken for: it must come and tell
            sent = Unknown(f"{type(error).__name__}: {error}")
        if sent is not None:
            request.__dict__.update(signed.__dict__)
            request.sent = sent

    def _start(self, request: Request, transport: Transport, waits: bool) -> Connection | None:
        try:
            request = self.sign(request)
            origin, path = self._locate(self.make_full_url(request.path))
            target: str = encode_target(path, request.params)
            body, kind = encode_body(request.data)
            headers: dict[str, str] = encode_headers(request.headers, kind)
        except NotSent:
            raise
        except Exception as exc:
            raise NotSent(_("request could not be built: {reason}").format(reason=describe(exc))) from exc
        return transport.start(
            request.lane, origin, request.method.upper(), target, headers, body, request.deadline, waits
        )

    def _locate(self, url: str) -> tuple[Origin, str]:
        """Split a URL; the base, which nearly all begin with, is split once."""
        known: tuple[str, Origin, str] | None = self._origin
        if known is not None and url.startswith(known[0]) and url[len(known[0]):][:1] in ("/", "?", ""):
            return known[1], known[2] + url[len(known[0]):]
        origin, path = parse_url(url)
        base: str = self.url_base
        if base and url.startswith(base) and url[len(base):][:1] in ("/", "?", ""):
            self._origin = (base, origin, parse_url(base)[1])
        return origin, path

    def _call(self, request: Request, function: Callable[..., Any], *args: Any) -> None:
        try:
            function(*args)
        except Exception:
            self._report(request)

    def _report(self, request: Request) -> None:
        """An exception came out of a callback: tell the client's on_error, and trust not even that."""
        exc, value, tb = sys.exc_info()
        try:
            if exc is not None and value is not None:
                self.on_error(exc, value, tb, request)
        except Exception as error:
            logger.error("on_error raised %s", redact(describe(error)))

    def _finish_error(self, request: Request, error: RestError) -> None:
        if request.on_error:
            self._call(request, request.on_error, type(error), error, error.__traceback__, request)
        else:
            self._call(request, self.on_error, type(error), error, error.__traceback__, request)
        self._finished()

    def _finished(self) -> None:
        with self._quiet:
            self._pending -= 1
            if not self._pending:
                self._quiet.notify_all()


__all__ = ["NotSent", "Request", "Response", "RestClient", "RestError", "Unknown"]
