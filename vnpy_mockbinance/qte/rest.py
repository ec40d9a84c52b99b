"""
Requests to a QTE server: no signature, the key in a header, one at a time (Q38).
"""

from enum import IntEnum
from typing import Any

import msgspec

from rest_locale import N_
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import NotSent, Reply
from vnpy_restgateway.net.rest import Request
from vnpy_restgateway.polled.ranked_rest import Rank, RankedCall, RankedRest

from ..errors import limit_fallback
from ..timings import Timings
from .builds import DOCUMENT, Build

__all__ = ["LONGEST_ANSWER", "Params", "Place", "QteRest", "Rank"]

Params = dict[str, str | int]

LONGEST_ANSWER: float = 6.0  # s; one request is on its way at a time, so each that is lost holds the others (Q38: 5 to 10 s)


class Place(IntEnum):
    """Where the parameters go."""

    QUERY = 0
    FORM = 1
    JSON = 2
    BOTH = 3            # query and form: builds differ in which they read (Q11)


class QteRest(RankedRest):
    """``build``: which build of the server answers, as far as it is known."""

    def __init__(self, host: Host, timings: Timings) -> None:
        super().__init__(host)
        self.timings: Timings = timings
        self.key: str = ""
        self.build: Build = DOCUMENT
        self.minds_routes = False       # until it is known what answers

    def connect(self, base: str, key: str, proxy_host: str, proxy_port: int) -> None:
        """Start the workers. Nothing is asked yet."""
        self.key = key
        self.begin(base, proxy_host, proxy_port, min(self.timings.request_timeout, LONGEST_ANSWER), self.timings.query_timeout)

    def on_reply(self, call: RankedCall, reply: Reply) -> None:
        text: str = reply.body[:200].decode("utf-8", "replace")
        self.home.apply_retry_after(reply, text, limit_fallback(reply.status))

    def sign(self, request: Request) -> Request:
        """Called at send time: the key under both names, the time, the parameters where this call has them."""
        call: Any = request.extra
        if not isinstance(call, RankedCall):
            return request
        home = self.home
        if reason := home.why_paused(N_("API key"), keyless=not call.private):
            raise NotSent(reason)
        call.sent = home.monotonic()
        params: Params = dict(call.params)
        headers: dict[str, str] = {}
        if call.private:
            params["timestamp"] = home.clock.now_ms()       # one build wants it, the others ignore it (Q22)
            headers = {"X-API-KEY": self.key, "X-MBX-APIKEY": self.key}
        if call.place in (None, Place.QUERY, Place.BOTH):
            request.params = params
        if call.place in (Place.FORM, Place.BOTH):
            request.data = params
        elif call.place is Place.JSON:
            request.data = msgspec.json.encode(params)
            headers["Content-Type"] = "application/json"        # with a charset one build would not see it (1.4.11)
        request.headers = headers
        return request
