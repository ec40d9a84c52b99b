"""The socket: pushes of everything that happens in the trading process, to every client alike (spec 4)."""

import json
from collections.abc import Callable
from typing import Any

import msgspec

from rest_locale import N_, _
from vnpy_restgateway.clients import VenueStream
from vnpy_restgateway.host import Host

from .endpoints import stream_url
from .timings import Timings

TOPICS: tuple[str, ...] = ("eOrder", "eTrade", "ePosition", "eAccount")
TICK: str = "eTick"
REFUSES: float = 2.0            # s; a socket that is closed sooner was closed for its token
PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError)


def decode(payload: bytes) -> Any:
    """
    A frame: strictly, else as Python writes it, with NaN and Infinity.

    :raises ValueError: it is no JSON
    """
    try:
        return msgspec.json.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        try:
            return json.loads(payload)
        except RecursionError as error:
            raise ValueError(str(error)) from None


class WebStream(VenueStream):
    """
    Frames to pushes, in the stream's thread. Never sends a binary frame: the server would stop serving the clients behind this one.

    :param on_tick: gets ticks, here
    :param on_push: gets the other pushes by topic, in the executor's thread; with None for one that could not be read
    :param on_up: a connection stands, or is gone; in the executor's thread
    :param on_refused: no connection came about; in the executor's thread
    """

    title = N_("User data stream")

    def __init__(
        self, host: Host, timings: Timings, on_tick: Callable[[Any], None], on_push: Callable[[str, Any], None], on_up: Callable[[bool], None],
        on_refused: Callable[[], None],
    ) -> None:
        super().__init__(host)
        self.timings: Timings = timings
        self._on_tick: Callable[[Any], None] = on_tick
        self._on_push: Callable[[str, Any], None] = on_push
        self._on_up: Callable[[bool], None] = on_up
        self._on_refused: Callable[[], None] = on_refused
        self._rest: str = ""
        self._token: str = ""
        self._says_token: bool = False      # a server of another make takes the token as the first message
        self._opened_at: float = 0.0

    def connect(self, rest: str, token: str, proxy_host: str, proxy_port: int) -> None:
        """Connect, and stay connected until stop()."""
        self._rest, self._token = rest, token
        self.init(
            stream_url(rest, token), proxy_host, proxy_port, ping_interval=self.timings.ping_interval, receive_timeout=0,
            pong_timeout=self.timings.pong_timeout, backoff_base=0.5, backoff_cap=10,
        )
        self.start()

    def set_token(self, token: str) -> None:
        """For the next connection; one that stands outlives its token."""
        self._token = token
        if self._rest:
            self.set_host(stream_url(self._rest, token))

    # stream thread

    def on_connected(self) -> None:
        self._opened_at = self.home.monotonic()
        if self._says_token:
            self.send_bytes(self._token.encode())
        self.home.log(_("{title} connected").format(title=_(self.title)))
        self.home.executor.post(self._on_up, True)

    def on_disconnected(self, status_code: int, msg: str) -> None:
        super().on_disconnected(status_code, msg)
        if (status_code == 1008 or 4_000 <= status_code < 5_000) and self.home.monotonic() < self._opened_at + REFUSES:
            self._says_token = True
        self.home.executor.post(self._on_up, False)

    def on_error(self, e: Exception) -> None:
        super().on_error(e)
        if self.active and not self.connected:
            self.home.executor.post(self._on_refused)

    def on_frame(self, payload: bytes) -> None:
        try:
            frame: Any = decode(payload)
        except ValueError as error:
            if payload[:1] == b"{":
                self.on_bad_frame(payload, error)
                self.home.executor.post(self._on_push, "", None)
            else:
                self.send_bytes(payload)    # a heartbeat of a server of another make
            return
        topic: Any = frame.get("topic") if isinstance(frame, dict) else None
        if not isinstance(topic, str):
            self.send_bytes(payload)
        elif topic.startswith(TICK):
            try:
                self._on_tick(frame["data"])
            except PARSE_ERRORS as error:
                self.home.log_rarely("tick", _("Tick not understood ({kind}: {error}): {frame!r}").format(kind=type(error).__name__, error=error, frame=payload[:120]))
        elif topic.startswith(TOPICS):
            self.home.executor.post(self._on_push, topic, frame.get("data"))
