"""
The WebSocket API, ``/ws-api/v3`` (web-socket-api.md).

Requests are answered in the order they come; one that a fault holds back does not hold the
next. ``session.logon``, and ``userDataStream.subscribe`` after it, exist for Ed25519 keys only;
with another key user data comes through ``userDataStream.subscribe.signature``.
"""

import asyncio
import logging
from collections.abc import Awaitable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from ...core.errors import Refusal
from ...faults import FaultReply
from ...transport.clock import Timer
from ...transport.sockets import CLOSE_GOING_AWAY, CLOSE_POLICY, Socket
from ...transport.ws_requests import Requests
from .errors import ApiError, from_refusal
from .limits import Limits
from .operations import Operation
from .params import split_pairs
from .routes import RestRoutes, internal_error, read_time_unit
from .user_data import EVENTS
from .wsapi_methods import CONNECT_WEIGHT, GONE, METHODS, SESSION_METHODS
from .wsapi_session import WsApiRequest, RequestError, WsApiSession, read_request

if TYPE_CHECKING:
    from ...server.venue import Venue

logger: logging.Logger = logging.getLogger(__name__)

LIFE: float = 24 * 3600.0               # seconds a connection lives ("General API Information")
NOTICE: float = 600.0                   # seconds before its end that it is told


class WebSocketApi:
    """All WebSocket API connections of one venue."""

    def __init__(self, venue: "Venue", limits: Limits) -> None:
        self.venue: Venue = venue
        self.limits: Limits = limits
        self._sessions: dict[WsApiSession, None] = {}       # in the order they came

    def labels(self) -> Iterator[str]:
        """What passes a socket, as faults are matched with it."""
        yield "ACCEPT ws /ws-api/v3"
        yield from (f"WS {name}" for name in (*METHODS, *SESSION_METHODS, *sorted(GONE)))
        yield from (f"PUSH user {name}" for name in EVENTS)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/ws-api/v3", self._connect)

    async def stop(self) -> None:
        """Tell every client ("Server Shutdown") and close; waits for nobody."""
        for session in list(self._sessions):
            self._announce_end(session)
            session.socket.drop(CLOSE_GOING_AWAY, b"server shutdown")

    def end_user_data(self, account: str) -> None:
        """Its key is good no longer: subscriptions end as the documents say."""
        for session in self._sessions:
            session.end_user_data(account)

    def _announce_end(self, session: WsApiSession) -> None:
        event: dict[str, object] = {"e": "serverShutdown", "E": self.venue.now() // session.per_time}
        session.socket.send(msgspec.json.encode({"event": event}))

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        try:
            self.limits.charge(request.remote or "", CONNECT_WEIGHT, self.venue.now())
            options: dict[str, str] = split_pairs(request.raw_path.partition("?")[2])
            per_time: int = read_time_unit(options.get("timeUnit", "MILLISECOND"))
        except ApiError as error:
            return RestRoutes(self.venue, self.limits).error(request, error)
        socket: Socket = Socket(request, clock=self.venue.clock)
        await socket.open()
        session: WsApiSession = WsApiSession(self.venue, self.limits, socket, request.remote or "", per_time)
        session.shows_limits = options.get("returnRateLimits", "true").lower() != "false"
        self._sessions[session] = None
        clock = self.venue.clock
        ends: list[Timer] = [clock.call_later(LIFE, socket.drop, CLOSE_POLICY, b"24 hours")]
        if LIFE > NOTICE:
            ends.append(clock.call_later(LIFE - NOTICE, self._announce_end, session))
        faults = self.venue.faults
        requests: Requests = Requests(faults, socket)
        try:
            while (text := await socket.receive()) is not None:
                if faults.active and self._is_struck(session, requests, text):
                    continue
                if (later := self._answer(session, text)) is not None:
                    await later
        finally:
            for end in ends:
                end.cancel()
            session.close()
            self._sessions.pop(session, None)
        return socket.response

    def _answer(self, session: WsApiSession, text: str) -> Awaitable[None] | None:
        """
        The reply goes out before the events that the request itself makes: those wait for the end of the turn. A long read is
        answered by what is returned; what comes after it waits.
        """
        request: WsApiRequest | None = None
        try:
            request = read_request(text)
            operation: Operation | None = METHODS.get(request.method)
            if operation is not None and operation.is_long:
                return self._answer_long(session, request, operation)
            reply: bytes = self._perform(session, request)
        except ApiError as error:
            reply = self._error(session, request, error)
        session.socket.send(reply)
        self._end_revoked(session)
        return None

    def _end_revoked(self, session: WsApiSession) -> None:
        """A session whose key has been revoked is told so after its next request."""
        error: ApiError | None = session.end_if_revoked()
        if error is not None:
            session.socket.send(msgspec.json.encode({"id": None, "status": error.status, "error": error.body()}))

    async def _answer_long(self, session: WsApiSession, request: WsApiRequest, operation: Operation) -> None:
        try:
            result: object = await session.perform_long(request, operation)
            reply: bytes = self._reply(session, request, result, False)
        except ApiError as error:
            reply = self._error(session, request, error)
        except Exception:
            logger.exception("%s failed", request.method)
            reply = self._error(session, request, internal_error())
        session.socket.send(reply)
        self._end_revoked(session)

    def _is_struck(self, session: WsApiSession, requests: Requests, text: str) -> bool:
        """Leave a request to the faults that may bite it, False when there are none. Events wait for no reply that a fault delays."""
        try:
            request: WsApiRequest = read_request(text)
        except ApiError:
            return False
        label: str = f"WS {request.method}"
        if not requests.concern(label):
            return False

        def perform() -> bytes:
            if request.method in SESSION_METHODS and not session.socket.is_open:
                return b""              # a subscription of a connection that has left would stay
            try:
                return self._perform(session, request)
            except ApiError as error:
                return self._error(session, request, error)

        requests.start(label, perform, lambda reply: _replaced(request, reply, self.venue.now(), session.per_time))
        return True

    def _perform(self, session: WsApiSession, request: WsApiRequest) -> bytes:
        """The encoded answer of a request; raises ApiError, and closes the connection of a banned address."""
        try:
            result, shows_orders = session.perform(request)
        except Refusal as refusal:
            raise from_refusal(refusal) from None
        except ApiError:
            raise
        except Exception:
            logger.exception("%s failed", request.method)
            raise internal_error() from None
        return self._reply(session, request, result, shows_orders)

    def _reply(self, session: WsApiSession, request: WsApiRequest, result: object, shows_orders: bool) -> bytes:
        answer: dict[str, object] = {"id": request.id, "status": 200, "result": result}
        if request.shows_limits(session):
            answer["rateLimits"] = session.rate_limits(request.account if shows_orders else "")
        return msgspec.json.encode(answer)

    def _error(self, session: WsApiSession, request: WsApiRequest | None, error: ApiError) -> bytes:
        if request is None and isinstance(error, RequestError):
            request = error.request
        body: dict[str, object] = error.body()
        if error.retry_at and error.data is None:
            now: int = self.venue.now()
            body["data"] = {
                "serverTime": now // session.per_time, "retryAfter": error.retry_at // session.per_time,
            }
        answer: dict[str, object] = {
            "id": request.id if request is not None else None, "status": error.status, "error": body,
        }
        if session.shows_limits if request is None else request.shows_limits(session):
            shows_orders: bool = request is not None and request.shows_orders
            answer["rateLimits"] = session.rate_limits(request.account if request is not None and shows_orders else "")
        if error.status == 418:
            asyncio.get_running_loop().call_soon(session.socket.drop, CLOSE_POLICY, b"IP banned")
        return msgspec.json.encode(answer)


def _replaced(request: WsApiRequest, reply: FaultReply, now: int, per_time: int) -> bytes:
    """
    A fault's answer in the envelope of this API, a Retry-After header as the two times that stand
    for it here; one whose body is no JSON goes out as it is.
    """
    try:
        body: Any = msgspec.json.decode(reply.body) if reply.body else {}
    except msgspec.DecodeError:
        return reply.body
    seconds: str = dict(reply.headers).get("Retry-After", "")
    if isinstance(body, dict) and seconds.isdigit():
        body["data"] = {
            "serverTime": now // per_time, "retryAfter": (now + int(seconds) * 1_000_000) // per_time,
        }
    name: str = "result" if reply.status == 200 else "error"
    return msgspec.json.encode({"id": request.id, "status": reply.status, name: body})
