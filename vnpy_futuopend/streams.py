"""The gateway's websocket: pushes only, of everything that any client has subscribed to (section 4)."""

from collections.abc import Callable
from typing import Any

import msgspec

from rest_locale import N_, _
from vnpy_restgateway.clients import VenueStream
from vnpy_restgateway.host import Host

from .endpoints import stream_host
from .errors import FutuBadAnswer
from .pushes import Push, decode_push
from .timings import Timings


class FutuStream(VenueStream):
    """
    Frames to pushes, in the stream's thread. Silence is no failure: nothing is pushed while markets are closed.

    :param on_quote: gets pushes of quotes, here; ``on_read`` is called after those of one read of the socket
    :param on_trade: gets pushes of orders, fills and of the gateway's state, in the executor's thread
    :param on_up: a connection stands, or is gone; in the executor's thread
    """

    title = N_("Push API")

    def __init__(
        self, host: Host, timings: Timings, on_quote: Callable[[Push], None], on_read: Callable[[], None], on_trade: Callable[[Push], None],
        on_up: Callable[[bool], None],
    ) -> None:
        super().__init__(host)
        self.timings: Timings = timings
        self._on_quote: Callable[[Push], None] = on_quote
        self._on_read: Callable[[], None] = on_read
        self._on_trade: Callable[[Push], None] = on_trade
        self._on_up: Callable[[bool], None] = on_up
        self._last: bytes = b""             # frame of this connection
        self.quotes: int = 0                # pushes of quotes so far

    def connect(self, rest: str, token: str, proxy_host: str, proxy_port: int) -> None:
        """Connect, and stay connected until stop()."""
        header: dict[str, str] = {"Authorization": f"Bearer {token}"} if token else {}
        self.init(
            stream_host(rest), proxy_host, proxy_port, ping_interval=self.timings.ping_interval, receive_timeout=0, header=header,
            pong_timeout=self.timings.pong_timeout, backoff_base=0.5, backoff_cap=30,
        )
        self.start()

    # stream thread

    def on_connected(self) -> None:
        self._last = b""
        self.home.log(_("{title} connected").format(title=_(self.title)))
        self.home.executor.post(self._on_up, True)

    def on_disconnected(self, status_code: int, msg: str) -> None:
        super().on_disconnected(status_code, msg)
        self.home.executor.post(self._on_up, False)

    def on_frame(self, payload: bytes) -> None:
        if payload == self._last:
            return                      # told twice in a row: nothing has changed
        self._last = payload
        try:
            frame: Any = msgspec.json.decode(payload)
            push: Push = decode_push(frame)
        except (msgspec.DecodeError, FutuBadAnswer, ValueError, RecursionError) as error:
            self.on_bad_frame(payload, error)
            if b'"trade"' in payload[:200] or b'"proto_id":22' in payload[:200]:
                self.home.executor.post(self._on_trade, Push("trade", 0, {}))       # something has happened to an order
            return
        if push.kind == "quote":
            self.quotes += 1
            self._on_quote(push)
        else:
            self.home.executor.post(self._on_trade, push)

    def on_read_end(self) -> None:
        self._on_read()
