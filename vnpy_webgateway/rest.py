"""Requests to the web process: a bearer token, renewed where a 401 proves that nothing was done, and no redirects (spec 3)."""

from collections.abc import Callable, Hashable
from typing import Any

import msgspec

from rest_locale import _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import NotSent, Reply
from vnpy_restgateway.net.rest import Request
from vnpy_restgateway.polled.ranked_rest import Rank, RankedCall, RankedRest, TimedAnswer

from .endpoints import ORDERS, SCHEMA
from .login import Login
from .outcomes import read_error
from .timings import Timings

NO_ROUTE: dict[str, str] = {"detail": "Not Found"}
BACK_OFF: float = 2.0           # s, after a 429 without Retry-After; the package never sends one, a proxy may


class Attempt:
    """One sending of a request: the token that it left with."""

    def __init__(self) -> None:
        self.token: str = ""


class WebRest(RankedRest):
    """
    Questions go one at a time: the web process asks the trading process one at a time too. Orders and cancels do not wait for each
    other, as one that the remote gateway is slow with is answered after a minute.
    """

    at_once = {"order": 8}

    def __init__(self, host: Host, timings: Timings, changed: Callable[[str], None]) -> None:
        super().__init__(host)
        self.timings: Timings = timings
        self.login: Login = Login(host, self, timings, changed)
        self.answered_routes: set[str] = {f"POST {ORDERS}"}         # of those that every server must have

    def connect(self, base: str, proxy_host: str, proxy_port: int) -> None:
        """Start the workers. Nothing is asked yet."""
        self.begin(base, proxy_host, proxy_port, self.timings.order_timeout, self.timings.query_timeout)

    def patience(self, call: RankedCall) -> float | None:
        """A cancel is repeated without harm, so that nobody waits long for its answer."""
        return self.query_timeout if call.rank is Rank.CANCEL else super().patience(call)

    def call(
        self, method: str, path: str, params: dict[str, Any], answer: TimedAnswer, *, lane: str = "query", rank: Rank = Rank.POLL,
        place: Hashable = None, private: bool = True, before: Callable[[], bool] | None = None, dropped: Callable[[], None] | None = None,
    ) -> None:
        """See RankedRest. What is answered 401 is sent once more with a new token."""
        attempt: Attempt = Attempt()

        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            if error is None and reply is not None and reply.status // 100 == 3:
                target: str = reply.headers.get("Location", "")
                answer(None, NotSent(_("{path} is redirected to {target}: Host is not the address of the WebTrader server").format(path=path, target=target)), asked_at)
                return
            if error is not None or reply is None or reply.status != 401:
                answer(reply, error, asked_at)
                return

            def then(renewed: bool) -> None:
                if renewed:
                    again()
                else:
                    answer(reply, error, asked_at)

            self.login.renew(attempt.token, then)

        def wanted() -> bool:
            if before is None or before():
                return True
            answer(None, NotSent(_("cancelled while the token was renewed")), self.home.monotonic())
            return False

        def again() -> None:
            super(WebRest, self).call(
                method, path, params, answer, lane=lane, rank=rank, place=Attempt(), private=private, before=wanted, dropped=dropped,
            )

        super().call(
            method, path, params, answered, lane=lane, rank=rank, place=attempt, private=private, before=before, dropped=dropped,
        )

    def sign(self, request: Request) -> Request:
        """Called when it leaves."""
        call: Any = request.extra
        if not isinstance(call, RankedCall):
            return request
        home = self.home
        if pause := home.pause():
            reason: str = home.gate.reason or _("the server refused user name and password")
            raise NotSent(_("{reason}, {seconds:.0f} s to go").format(reason=reason, seconds=pause))
        call.sent = home.monotonic()
        if call.path != SCHEMA:
            request.headers = {"Authorization": f"Bearer {self.login.token}"}
        if isinstance(call.place, Attempt):
            call.place.token = self.login.token
        if call.method == "POST" and call.params:
            request.headers = {**(request.headers or {}), "Content-Type": "application/json"}
            request.data = msgspec.json.encode(call.params)
        return request

    def on_reply(self, call: RankedCall, reply: Reply) -> None:
        if reply.status in (418, 429):
            self.home.apply_retry_after(reply, (read_error(reply) or ("", ""))[1], BACK_OFF)

    def _mind_route(self, call: RankedCall, reply: Reply) -> None:
        """The server's own 404 for a contract or an order says which; "Not Found" is said of a route."""
        place, __, name = call.path.lstrip("/").partition("/")
        route: str = f"{call.method} /{place}{'/*' if name else ''}"
        if reply.status // 100 == 2:
            self.answered_routes.add(route)
            if self.routes:
                self.routes.back(route)
        elif route in self.answered_routes and "%2F" not in name and (
            reply.status == 410 or reply.status == 404 and (reply.malformed or reply.data == NO_ROUTE)
        ):
            self.routes.gone(route, reply.status)
