"""Requests to the server: signed when they leave, one at a time, and its clock, which it tells in the header Date only."""

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from logging import ERROR, INFO, WARNING
from typing import Any

from rest_locale import N_, _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import NotSent, Reply
from vnpy_restgateway.net.rest import Request
from vnpy_restgateway.polled.ranked_rest import RankedCall, RankedRest

from .auth import body_of, signed_headers
from .errors import ADVICE, BAD_KEY, STALE, UNSIGNED, read_error
from .timings import Timings

WINDOW: float = 300.0           # seconds that a signature may be old, or too young
HALF_SECOND_MS: int = 500       # Date is cut to seconds
APART_MS: float = 1_500.0       # of the clocks, which no cut explains
NOTABLE_MS: float = 60_000.0    # and which is worth a warning
LIMIT_FALLBACK: float = 5.0     # s, of a 429 without Retry-After: the server has no limit, something before it may


class QmtRest(RankedRest):
    """One request is on its way: the server has four threads, and each of them waits for the terminal."""

    lanes = ("order",)

    def __init__(self, host: Host, timings: Timings) -> None:
        super().__init__(host)
        self.timings: Timings = timings
        self.order_gap = timings.order_gap
        self.client_id: str = ""
        self.secret: str = ""
        self.hours: str = ""            # which hours a mock exchange keeps, as it says; "" of a real server
        self.healed: bool = False       # the last answer has set our clock right
        self._apart_said: bool = False

    def connect(self, base: str, client_id: str, secret: str, proxy_host: str, proxy_port: int) -> None:
        """Start the workers. Nothing is asked yet."""
        self.client_id, self.secret = client_id, secret
        self.begin(base, proxy_host, proxy_port, self.timings.order_timeout, self.timings.query_timeout)

    def read_reply(self, status: int, headers: Mapping[str, str], body: bytes) -> Reply:
        """An answer; NaN stands in it where the terminal has no price, which is no JSON."""
        reply: Reply = Reply.parse(status, headers, body)
        if reply.malformed and (b"NaN" in body or b"Infinity" in body):
            try:
                return Reply(status, headers, body, json.loads(body), False)
            except (ValueError, RecursionError):
                pass
        return reply

    def sign(self, request: Request) -> Request:
        """Called when it leaves: what has waited in line is signed by the time it is then."""
        call: Any = request.extra
        if not isinstance(call, RankedCall):
            return request
        home = self.home
        if reason := home.why_paused(N_("Client ID or Secret Key")):
            raise NotSent(reason)
        call.sent = home.monotonic()
        body: str = "" if call.method == "GET" else body_of(call.params)
        path, __, query = call.path.partition("?")
        request.headers = signed_headers(
            self.client_id, self.secret, call.method, path, query, body, int(home.clock.now_ms() / 1_000)
        )
        if body:
            request.data = body.encode()
        return request

    def on_reply(self, call: RankedCall, reply: Reply) -> None:
        self.hours = reply.headers.get("X-Mock-Hours", "")
        self.healed = self._hear_time(call, reply)
        found = read_error(reply)
        if found is None:
            return
        code, text = found
        self.home.apply_retry_after(reply, text, LIMIT_FALLBACK)
        if code in (BAD_KEY, UNSIGNED):
            self.home.lock_out(_("Authentication failed, message: {message}. {advice}").format(message=text, advice=_(ADVICE[str(code)])))
        elif code == STALE and not self.healed:
            line: str = _(
                "The server refuses the time of a request ({text}): this machine's clock says {clock}, the server's Date {date}. "
                "Signatures are valid within {seconds:.0f} s: set the clocks right"
            )
            date: str = reply.headers.get("Date") or _("is not told")
            self.home.log_once("stale", line.format(text=text, clock=self._clock_text(), date=date, seconds=WINDOW), ERROR)

    def mended(self, code: int | str) -> bool:
        return code == STALE and self.healed

    def _clock_text(self) -> str:
        return datetime.fromtimestamp(self.home.seams.wall()).astimezone().isoformat(timespec="seconds")

    def _hear_time(self, call: RankedCall, reply: Reply) -> bool:
        """The server's clock, where ours is further from it than the second that Date is cut to: True, it goes by that from now on."""
        try:
            server_ms: float = parsedate_to_datetime(reply.headers["Date"]).timestamp() * 1_000 + HALF_SECOND_MS
        except (KeyError, ValueError, TypeError, OverflowError):
            return False
        home = self.home
        apart: float = server_ms - home.clock.now_ms()
        if abs(apart) <= APART_MS * home.clock.scale or not call.sent:
            return False
        try:
            home.keeper.told(server_ms, call.sent, home.monotonic())
        except ValueError:
            return False
        if not self._apart_said:
            self._apart_said = True
            home.log(
                _("Server time updated, local offset: {offset:.0f}ms. Requests are signed by the server's clock").format(offset=-apart),
                WARNING if abs(apart) >= NOTABLE_MS and not self.mock else INFO,
            )
        return True
