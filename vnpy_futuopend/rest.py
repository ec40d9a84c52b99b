"""Requests to the gateway: a token in a header, several bodies as one question, and what some answers mean whatever was asked."""

from collections.abc import Callable, Hashable
from http.client import BadStatusLine, RemoteDisconnected, UnknownProtocol
from logging import ERROR
from typing import Any

import msgspec

from rest_locale import N_, _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import NotSent, Reply, Unknown
from vnpy_restgateway.net.rest import Request
from vnpy_restgateway.polled.ranked_rest import Rank, RankedCall, RankedRest, TimedAnswer

from .calls import Keyed, Several
from .endpoints import MODIFY, PLACE, UNLOCK, WRITES
from .outcomes import read_error
from .timings import Timings

BACK_OFF: tuple[float, ...] = (1.0, 2.0, 4.0)       # s, after a 429 without Retry-After
SCOPES: dict[str, str] = {
    PLACE: "trade:real or trade:simulate", MODIFY: "trade:real or trade:simulate", UNLOCK: "trade:unlock (before 1.4.104: trade:real)",
}
READS_OF_ACCOUNT: str = "acc:read"
READS_OF_QUOTES: str = "qot:read"
ACCOUNT_PATHS: tuple[str, ...] = ("/api/accounts", "/api/sub-acc-push", "/api/funds", "/api/positions", "/api/orders", "/api/order-fills")
NOT_HTTP: str = N_(
    "the port does not speak HTTP: it may be the telnet console of the C++ OpenD, which is on 22222 too. The REST edition needs a port "
    "of its own (--rest-port), give that as REST Host"
)
WITHOUT_KEYS: str = N_("without a token of a keys file the gateway does not do this")
KEYS_FILE: str = N_("The gateway takes no orders without a keys file: start it with --rest-keys-file, and give a token of it as Token")


def is_other_server(error: BaseException | None) -> bool:
    """Whether what answered is no HTTP server."""
    cause: BaseException | None = error.__cause__ if error is not None else None
    return isinstance(cause, BadStatusLine | UnknownProtocol) and not isinstance(cause, RemoteDisconnected)


class FutuRest(RankedRest):
    """Orders and questions about them in one lane, polls and quotes in the other."""

    def __init__(self, host: Host, timings: Timings) -> None:
        super().__init__(host)
        self.timings: Timings = timings
        self.order_gap = timings.order_gap
        self.token: str = ""
        self.hours: str = ""            # which hours a mock exchange keeps, as it says; "" of a real gateway
        self.no_writes: str = ""        # why no orders are taken: a gateway without a keys file
        self.failed: bool = False       # an answer was 5xx
        self._limited: int = 0          # answers in a row that were 429

    def connect(self, base: str, token: str, proxy_host: str, proxy_port: int) -> None:
        """Start the workers. Nothing is asked yet."""
        self.token = token
        self.begin(base, proxy_host, proxy_port, self.timings.order_timeout, self.timings.query_timeout)

    def call(
        self, method: str, path: str, params: dict[str, Any], answer: TimedAnswer, *, lane: str = "query", rank: Rank = Rank.POLL,
        place: Hashable = None, private: bool = True, before: Callable[[], bool] | None = None, dropped: Callable[[], None] | None = None,
    ) -> None:
        """See RankedRest; ``Several`` bodies are one question."""
        if isinstance(params, Several):
            self._ask_each(path, params, answer, lane, rank)
        else:
            super().call(method, path, params, answer, lane=lane, rank=rank, place=place, private=private, before=before, dropped=dropped)

    def _ask_each(self, path: str, several: Several, answer: TimedAnswer, lane: str, rank: Rank) -> None:
        found: list[Any] = []
        asked: list[float] = []

        def ask(number: int) -> None:
            body: dict[str, Any] = several.bodies[number]

            def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
                asked.append(asked_at)
                if reply is None or error is not None or read_error(reply) is not None:
                    answer(reply, error, asked[0])
                    return
                try:
                    found.extend(several.pick(reply.data, body))
                except (ValueError, KeyError, TypeError) as problem:
                    answer(None, Unknown(_("{path} not understood: {problem}").format(path=path, problem=problem)), asked[0])
                    return
                if number + 1 < len(several.bodies):
                    ask(number + 1)
                else:
                    answer(Reply(200, reply.headers, b"", found, False), None, asked[0])

            self.call("POST", path, body, answered, lane=lane, rank=rank)

        ask(0)

    def sign(self, request: Request) -> Request:
        """Called when it leaves."""
        call: Any = request.extra
        if not isinstance(call, RankedCall):
            return request
        home = self.home
        if reason := home.why_paused(N_("token")):
            raise NotSent(reason)
        call.sent = home.monotonic()
        request.headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if call.method == "POST":
            request.headers["Content-Type"] = "application/json"
            request.data = msgspec.json.encode(call.params)
            if isinstance(call.params, Keyed):
                request.headers["Idempotency-Key"] = call.params.key
        return request

    def on_reply(self, call: RankedCall, reply: Reply) -> None:
        self.hours = reply.headers.get("X-Mock-Hours", "")
        if reply.status == 200:
            self._limited = 0
            return
        self.failed = self.failed or reply.status >= 500
        code, text = read_error(reply) or ("", "")
        if reply.status == 429 and call.path == PLACE and "Retry-After" not in reply.headers:
            return                          # a refusal of this order: a whitelist, or a limit of the key (section 6, row 4)
        if reply.status in (418, 429):
            self.home.apply_retry_after(reply, text, BACK_OFF[min(self._limited, len(BACK_OFF) - 1)])
            self._limited += 1
        elif reply.status == 401 and code == "401":
            self._on_unauthorized(call, text)
        elif reply.status == 403 and isinstance(reply.data, dict):
            scope: str = SCOPES.get(call.path, READS_OF_ACCOUNT if call.path in ACCOUNT_PATHS else READS_OF_QUOTES)
            why: str = _("the token lacks the scope {scope}, or a whitelist or limit of the key forbids it").format(scope=scope) if self.token else _(WITHOUT_KEYS)
            reply.data["error"] = f"{text}: {why}"

    def _on_unauthorized(self, call: RankedCall, text: str) -> None:
        if call.path in WRITES and not self.token:
            if not self.no_writes:
                self.no_writes = _(KEYS_FILE)
                self.home.log(f"{_(KEYS_FILE)} ({call.path}: 401 {text})", ERROR)
            return
        self.home.lock_out(
            # no full stop after a text that may end with "bearer token": what follows such words is masked
            (
                _("Authentication failed, message: {text}; the token is wrong, has expired or was revoked: check Token, then connect again") if self.token
                else _("Authentication failed, message: {text}; give a token of the gateway's keys file as Token, then connect again")
            ).format(text=text)
        )

    def _mind_route(self, call: RankedCall, reply: Reply) -> None:
        """The gateway's 404 has a body of its own."""
        if self.minds_routes and reply.status in (404, 410):
            self.routes.gone(f"{call.method} {call.path}", reply.status)
        elif self.routes and reply.status == 200:
            self.routes.back(f"{call.method} {call.path}")
