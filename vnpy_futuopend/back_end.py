"""Whether the gateway has its connections to Futu: its HTTP answers without them too. SerialExecutor thread only."""

from collections.abc import Callable
from logging import ERROR, WARNING
from typing import Any

from rest_locale import _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Reply
from vnpy_restgateway.net.validate import whole

from .endpoints import GLOBAL_STATE
from .outcomes import payload, read_error
from .pushes import Push
from .rest import FutuRest
from .timings import Timings

APART_MS: float = 2_500.0       # of the clocks, which neither a cut second nor a slow answer explains
AGREES: float = 1.0             # s, of two clocks one of which tells whole seconds


class BackEnd:
    """
    Told by the answers to global-state, asked now and then, and by pushes.

    :param on_back: called when they are there again
    """

    def __init__(self, host: Host, rest: FutuRest, timings: Timings, on_back: Callable[[], None]) -> None:
        self.host: Host = host
        self.rest: FutuRest = rest
        self.timings: Timings = timings
        self.on_back: Callable[[], None] = on_back
        self.up: bool = True            # that for trading
        self.pushed_at: float = float("-inf")       # monotonic s: an answer that was asked for before that is old

    def watch(self) -> None:
        """Ask now, and from now on."""
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            self.host.executor.call_later(max(self.timings.state_interval, self.host.pause()), "state", self.watch)
            if reply is not None and error is None and read_error(reply) is None:
                found: dict[str, Any] = payload(reply.data)
                if asked_at > self.pushed_at:
                    self.hear_state(found)
                now_ms: int = self.host.clock.now_ms()
                if abs(time_of(found, now_ms) - now_ms) > APART_MS * self.host.clock.scale:
                    self.host.keeper.measure()

        self.rest.call("GET", GLOBAL_STATE, {}, answered)

    def answered(self) -> None:
        """A list was answered: where it was not without Futu, Futu is back. A look at the state tells whether that is all."""
        if not self.up and self.rest.failed:
            self.rest.failed = False
            self.hear(True, True)
            self.watch()

    def hear_state(self, found: dict[str, Any]) -> None:
        """An answer to global-state."""
        self.hear(found.get("qot_logined") is not False, found.get("trd_logined") is not False)

    def on_push(self, push: Push) -> None:
        """A push 1003."""
        status, event = push.data.get("connect_status"), push.data.get("event")
        if status is not None:
            self.pushed_at = self.host.monotonic()
            self.hear(status["qot_logined"], status["trd_logined"])
        if event is not None:
            self.host.log_rarely(f"event {event['event_type']}", _("The gateway says: {text} (event {event})").format(text=event['desc'], event=event['event_type']), WARNING)

    def hear(self, quotes: bool, trading: bool) -> None:
        """How they are."""
        if not quotes:
            self.host.log_once("quotes back end", _("The gateway has no connection to Futu's quote servers"), WARNING)
        if trading is self.up:
            return
        self.up = trading
        if trading:
            self.host.log(_("The gateway is connected to Futu again"), WARNING)
            self.on_back()
        else:
            self.host.log(_("Trade API disconnected: the gateway has lost its connection to Futu's servers, no orders are sent"), ERROR)


def time_of(found: dict[str, Any], now_ms: int) -> int:
    """
    Futu's time in an answer to global-state, in ms. It is told in whole seconds: the gateway's own clock, which is told with it, has
    the rest where the two agree; else what is known of the time (``now_ms``) stays, as far as it fits into that second.
    """
    second: int = whole(found["time"])
    local: Any = found.get("local_time")
    if not isinstance(local, bool) and isinstance(local, int | float) and abs(local - second - 0.5) <= AGREES:
        return int(local * 1_000)
    return min(max(now_ms, second * 1_000), second * 1_000 + 999)
