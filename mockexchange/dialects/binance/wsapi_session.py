"""One WebSocket API connection: its requests, whom they are for, and its user data subscriptions."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from ...core.events import Event
from ...transport.sockets import Socket, text_frame
from ...public_keys import ED25519, PublicKey
from .errors import ApiError, illegal_characters, invalid_key, missing
from .limits import Limits
from .operations import NONE, Context, Operation
from .options import BinanceOptions
from .params import Params
from .signature import (
    check_ahead,
    check_key,
    check_signature,
    check_window,
    read_recv_window,
    read_timestamp,
    websocket_payload,
)
from .slices import in_slices, whole, whole_in_slices
from .user_data import RENDERERS, Terminated
from .wsapi_methods import GONE, METHODS, SESSION_METHODS, SESSION_WEIGHT

if TYPE_CHECKING:
    from ...server.venue import Venue

MAX_ACTIVE: int = 1_000                 # subscriptions of one session at a time
MAX_TOTAL: int = 65_535                 # and over its lifetime


class _Number(str):
    """A number with a point, in the text it was sent with: the signature covers that."""

    __slots__ = ()


_ENCODE: Callable[[object], bytes] = msgspec.json.Encoder().encode
_DECODE: Callable[[str], Any] = msgspec.json.Decoder(float_hook=_Number).decode


class WsApiRequest:
    """One request, its parameters as text. ``account`` is set once the signature holds."""

    __slots__ = ("id", "method", "values", "account", "shows_orders", "_limits_wanted")

    def __init__(self, id: int | str | None, method: str) -> None:
        self.id: int | str | None = id
        self.method: str = method
        self.values: dict[str, str] = {}
        self.account: str = ""
        self.shows_orders: bool = False
        self._limits_wanted: bool | None = None

    def want_limits(self, wanted: object) -> None:
        if not isinstance(wanted, bool):
            raise illegal_characters("returnRateLimits", "^(true|false)$")
        self._limits_wanted = wanted

    def shows_limits(self, session: "WsApiSession") -> bool:
        return session.shows_limits if self._limits_wanted is None else self._limits_wanted


class RequestError(ApiError):
    """A request that cannot be read; ``request`` is what is known of it."""

    def __init__(self, error: ApiError, request: WsApiRequest) -> None:
        super().__init__(error.code, error.msg, error.status)
        self.request: WsApiRequest = request


def read_request(text: str) -> WsApiRequest:
    """
    ``{"id", "method", "params"}`` as text -> Request. A method may be prefixed with "v3/".

    Raises -1135 for what is no JSON object, else RequestError with the id.
    """
    try:
        message: Any = _DECODE(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise ApiError(-1135, "Invalid JSON Request") from None
    if not isinstance(message, dict):
        raise ApiError(-1135, "Invalid JSON Request")
    id: Any = message.get("id")
    if isinstance(id, (bool, _Number)) or not isinstance(id, (int, str, type(None))):
        raise ApiError(-1135, "Invalid JSON Request")
    request: WsApiRequest = WsApiRequest(id, "")
    try:
        method: Any = message.get("method")
        if not isinstance(method, str) or not method:
            raise missing("method")
        request.method = method[3:] if method.startswith("v3/") else method
        for name in message:
            if name not in ("id", "method", "params"):
                raise ApiError(-1103, "An unknown parameter was sent.")
        params: Any = message.get("params")
        if params is not None:
            if not isinstance(params, dict):
                raise missing("params")
            for name, value in params.items():
                request.values[name] = _as_text(name, value)
            if "returnRateLimits" in params:
                request.want_limits(params["returnRateLimits"])
    except ApiError as error:
        raise RequestError(error, request) from None
    return request


def _as_text(name: str, value: Any) -> str:
    if isinstance(value, str):
        text: str = value
    elif value is True:
        text = "true"
    elif value is False:
        text = "false"
    elif isinstance(value, int):
        text = str(value)
    elif value is None:
        text = ""
    else:
        text = msgspec.json.encode(value).decode()
    if not text:
        raise ApiError(-1105, f"Parameter '{name}' was empty.")
    return text


class WsApiSession:
    """
    One connection, and whose it is ("Session Authentication"): the account that has logged on speaks where a request names
    no key, and its subscriptions of ``userDataStream.subscribe`` end when it logs out. After another logon they go on, as
    those by signature do; the document says nothing of it.
    """

    def __init__(self, venue: "Venue", limits: Limits, socket: Socket, ip: str, per_time: int) -> None:
        self.venue: Venue = venue
        self.options: BinanceOptions = venue.options if isinstance(venue.options, BinanceOptions) else BinanceOptions()
        self.limits: Limits = limits
        self.socket: Socket = socket
        self.ip: str = ip
        self.per_time: int = per_time
        self.shows_limits: bool = True
        self.connected: int = venue.now()
        self.account: str = ""                      # the key that is logged on
        self.authorized: int = 0                    # us, when it logged on
        self._fresh: list[tuple[int, Event | None, int]] = []       # subscription id, event or its end, when it came
        self._subscriptions: dict[int, str] = {}
        self._ids: dict[str, int] = {}              # account -> subscription id
        self._of_logon: set[int] = set()            # the subscriptions that end with the session
        self._next_id: int = 0
        self._unlisten: Callable[[], None] | None = None

    # requests

    def perform(self, request: WsApiRequest) -> tuple[object, bool]:
        """The result of a request, and whether its answer shows the order counts. Raises ApiError or Refusal."""
        operation: Operation | None = METHODS.get(request.method)
        if operation is None:
            return self._perform_own(request), False
        ctx, params, weight = self._admit(request, operation)
        result: object = whole(operation.call(ctx, params))
        if operation.free:
            self.limits.refund(self.ip, weight)
        return result, operation.shows_orders

    async def perform_long(self, request: WsApiRequest, operation: Operation) -> object:
        """``perform`` of a long read, a slice at a time."""
        ctx, params, _ = self._admit(request, operation)
        if operation.prepare is not None:
            await in_slices(operation.prepare(ctx, params), self.venue.clock.machine.spent)
        return await whole_in_slices(operation.call(ctx, params), self.venue.clock.machine.spent)

    def _admit(self, request: WsApiRequest, operation: Operation) -> tuple[Context, Params, int]:
        """Who asks for what, once limits, signature and names of parameters have been looked at; and the weight it has cost."""
        values: dict[str, str] = request.values
        now: int = self.venue.now()
        weight: int = operation.weight if isinstance(operation.weight, int) else operation.weight(Params(values))
        self.limits.charge(self.ip, weight, now)
        request.shows_orders = operation.shows_orders
        ctx: Context = Context(self.venue, self.limits, "", now, self.ip, self.per_time, is_websocket=True)
        if operation.security != NONE:
            timestamp, window = self._authenticate(request, now)
            ctx.account = request.account
            values.pop("apiKey", None)
            values.pop("returnRateLimits", None)
            params: Params = Params(values)
            params.check_known(operation.names, operation.size)
            check_window(timestamp, window, self.venue.now(), self.options.per_real(self.venue.clock))
        else:
            values.pop("returnRateLimits", None)
            params = Params(values)
            params.check_known(operation.names, operation.size)
        return ctx, params, weight

    def _authenticate(self, request: WsApiRequest, now: int) -> tuple[int, int]:
        """
        Sets the request's account: by ``apiKey`` and ``signature``, or without either the one that is logged on
        ("Authorize ad hoc requests"). Returns timestamp and window in microseconds.
        """
        values: dict[str, str] = request.values
        by_session: bool = bool(self.account) and "apiKey" not in values and "signature" not in values
        if not by_session and "apiKey" not in values:
            raise missing("apiKey")
        key: str = self.account if by_session else check_key(values["apiKey"])
        timestamp: int = read_timestamp(values.get("timestamp"))
        window: int = read_recv_window(values.get("recvWindow"))
        if not by_session and "signature" not in values:
            raise missing("signature")
        per_real: float = self.options.per_real(self.venue.clock)
        check_ahead(timestamp, now, per_real)
        check_window(timestamp, window, now, per_real)
        secret: str | None = self.venue.keys.get(key)
        if secret is None:
            raise invalid_key()
        if not by_session:
            check_signature(secret, websocket_payload(values), values["signature"], self.venue.public_keys.get(key))
        request.account = key
        return timestamp, window

    def _perform_own(self, request: WsApiRequest) -> object:
        method: str = request.method
        names: frozenset[str] | None = SESSION_METHODS.get(method)
        now: int = self.venue.now()
        self.limits.charge(self.ip, SESSION_WEIGHT if names is not None else 1, now)
        if names is None:
            if method in GONE:
                raise ApiError(-1016, "This service is no longer available.", status=410)
            raise ApiError(-1020, "This operation is not supported.")
        if "signature" in names:
            for name in ("apiKey", "signature"):
                if name not in request.values:
                    raise missing(name)             # whoever is logged on, these say who asks
            self._authenticate(request, now)
        request.values.pop("returnRateLimits", None)
        params: Params = Params(request.values)
        params.check_known(names, len(names))
        if method == "session.logon":
            self._log_on(request.account, now)
        elif method == "session.logout":
            self._log_out()
        elif method == "userDataStream.subscribe":
            if not self.account:
                raise ApiError(-1002, "You are not authorized to execute this request.")
            if self.account not in self.venue.keys:
                raise invalid_key()
            id: int = self.subscribe(self.account)
            self._of_logon.add(id)
            return {"subscriptionId": id}
        elif method == "userDataStream.subscribe.signature":
            return {"subscriptionId": self.subscribe(request.account)}
        elif method == "userDataStream.unsubscribe":
            self._unsubscribe(params)
            return {}
        elif method == "session.subscriptions":
            return [{"subscriptionId": id} for id in self._subscriptions]
        return self._status(now)

    # the session

    def _log_on(self, key: str, now: int) -> None:
        """Raises -4056 for a key that is not Ed25519 ("Authentication requests": those alone can log on)."""
        public_key: PublicKey | None = self.venue.public_keys.get(key)
        if public_key is None or public_key.kind != ED25519:
            kind: str = "HMAC_SHA256" if public_key is None else public_key.kind
            raise ApiError(-4056, f"{kind} API key is not supported.")
        self.account = key
        self.authorized = now

    def _log_out(self) -> None:
        self.account = ""
        self.authorized = 0
        for id in sorted(self._of_logon):
            self._end_subscription(id)

    def end_if_revoked(self) -> ApiError | None:
        """
        The session ends when its key is good no longer, after the next request, whatever that was; what the client is told
        then, beside the answer ("Regarding API key revocation").
        """
        if not self.account or self.account in self.venue.keys:
            return None
        self._log_out()
        return invalid_key()

    def _status(self, now: int) -> dict[str, object]:
        return {
            "apiKey": self.account or None,
            "authorizedSince": self.authorized // self.per_time if self.account else None,
            "connectedSince": self.connected // self.per_time,
            "returnRateLimits": self.shows_limits,
            "serverTime": now // self.per_time,
            "userDataStream": bool(self._subscriptions),
        }

    def rate_limits(self, account: str) -> list[dict[str, object]]:
        """The ``rateLimits`` of an answer; the order counts are of ``account`` when that is not ""."""
        rows: list[dict[str, object]] = self.limits.order_rows(account, self.venue.now()) if account else []
        rows.append(self.limits.weight_row(self.ip))
        return rows

    # user data

    def subscribe(self, account: str) -> int:
        """A new subscription id. Raises -2035 when the account has one here, -2042 past the lifetime's number."""
        if account in self._ids:
            raise ApiError(-2035, "User Data Stream subscription already active.")
        if len(self._ids) >= MAX_ACTIVE:
            raise ApiError(-1191, f"Too many subscriptions. Connection may create up to '{MAX_ACTIVE}' subscriptions at a time.")
        if self._next_id >= MAX_TOTAL:
            raise ApiError(-2042, "Maximum subscription ID reached for this connection.")
        id: int = self._next_id
        self._next_id += 1
        self._ids[account] = id
        self._subscriptions[id] = account
        if self._unlisten is None:
            self._unlisten = self.venue.listen(self._on_events)
        return id

    def _unsubscribe(self, params: Params) -> None:
        id: int | None = params.long("subscriptionId")
        if id is not None and id not in self._subscriptions:
            raise ApiError(-2036, "User Data Stream subscription not active.")
        for each in list(self._subscriptions) if id is None else [id]:
            self._end_subscription(each)

    def end_user_data(self, account: str) -> None:
        """End the account's subscription: its key is good no longer."""
        id: int | None = self._ids.get(account)
        if id is not None:
            self._end_subscription(id)

    def _end_subscription(self, id: int) -> None:
        """
        End it and say so (user-data-stream.md, "Event Stream Terminated"), behind the answer and what has happened before.
        """
        del self._ids[self._subscriptions.pop(id)]
        self._of_logon.discard(id)
        now: int = self.venue.now()
        if not self._fresh:
            self.venue.clock.call_soon(self._tell)
        self._fresh.append((id, None, now))
        if not self._subscriptions:
            self._stop_listening()

    def _on_events(self, events: list[Event]) -> None:
        """Keep them for the end of this turn of the loop: whoever waits for the answer to a command is served first."""
        ids: dict[str, int] = self._ids
        fresh = self._fresh
        now: int = 0
        for event in events:
            if type(event) in RENDERERS and (id := ids.get(event.account)) is not None:     # type: ignore[union-attr]
                if not now:
                    now = self.venue.now()
                    if not fresh:
                        self.venue.clock.call_soon(self._tell)
                fresh.append((id, event, now))

    def _tell(self) -> None:
        fresh, self._fresh = self._fresh, []
        exchange, per_time = self.venue.exchange, self.per_time
        faults, socket = self.venue.faults, self.socket
        for id, event, now in fresh:
            body: Any = RENDERERS[type(event)](event, now, exchange, per_time) if event is not None else Terminated(
                "eventStreamTerminated", now // per_time
            )
            payload: bytes = _ENCODE({"subscriptionId": id, "event": body})
            if faults.pushes:
                faults.push(f"PUSH user {body.e}", (socket,), payload)
            else:
                socket.send_frame(text_frame(payload))

    def _stop_listening(self) -> None:
        if self._unlisten is not None:
            self._unlisten()
            self._unlisten = None

    def close(self) -> None:
        self._subscriptions.clear()
        self._ids.clear()
        self._stop_listening()
