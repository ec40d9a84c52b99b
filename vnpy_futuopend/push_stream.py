"""The websocket ``/ws`` over the package ``websockets`` (15 or newer, from PyPI), which is imported when a stream is opened."""

import logging
import socket
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Literal
from urllib.parse import SplitResult, urlsplit

from .envelope import raise_for_status
from .errors import FutuError, FutuHttpError, FutuTransportError, FutuWrongServer
from .pushes import Push, decode_push
from .routes import ROUTES
from .transport import NOT_HTTP, hide

PING_EVERY: float = 15.0            # seconds
PING_PATIENCE: float = 10.0         # seconds
MAX_FRAME: int = 16 * 2**20         # bytes
OLDEST: int = 15
INSTALL: str = 'pushes need the package websockets: pip install "websockets>=15"'

# websockets logs the handshake, which has the token, at DEBUG
quiet: logging.Logger = logging.getLogger("vnpy_futuopend.websockets")
quiet.setLevel(logging.WARNING)


class PushStream:
    """
    Pushes of ``/ws``, as an iterator and a context manager. The socket is open from the constructor on.

    An iteration waits without limit: nothing comes while markets are closed. It ends after ``close``; a lost connection raises
    FutuTransportError, a push that cannot be read FutuBadAnswer, after which the iteration may go on. Nothing is resumed: after
    a new connection repeat ``sub_acc_push`` and ``subscribe``, and query orders and fills.
    """

    def __init__(self, url: str, token: str, timeout: float) -> None:
        self._closed: threading.Event = threading.Event()
        self._socket: Any = open_socket(url, token, timeout)

    def __iter__(self) -> "PushStream":
        return self

    def __next__(self) -> Push:
        push: Push | None = self.receive()
        if push is None:
            raise StopIteration
        return push

    def receive(self, timeout: float | None = None) -> Push | None:
        """The next push; None after ``timeout`` seconds without one, and after ``close``."""
        from websockets.exceptions import ConnectionClosed

        try:
            return decode_push(self._socket.recv(timeout))
        except TimeoutError:
            return None
        except ConnectionClosed as error:
            if self._closed.is_set():
                return None
            raise FutuTransportError(f"/ws: connection lost: {error}") from error

    def close(self) -> None:
        self._closed.set()
        self._socket.close()

    def __enter__(self) -> "PushStream":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        self.close()
        return False


def open_socket(url: str, token: str, timeout: float) -> Any:
    """A connected websocket of base URL ``url``. Raises FutuError; ImportError names what to install."""
    try:
        from websockets.exceptions import InvalidMessage, InvalidStatus
        from websockets.sync.client import connect
        from websockets.version import version
    except ImportError as error:
        raise ImportError(INSTALL) from error
    if int(version.split(".")[0]) < OLDEST:         # which have no keepalive for threads
        raise ImportError(f"{INSTALL} (found {version})")
    headers: dict[str, str] = {"Authorization": f"Bearer {token}"} if token else {}
    tcp: socket.socket | None = None
    try:
        # websockets follows redirects, with the token, unless the socket is made for it
        tcp = tcp_socket(url, timeout)
        # entered at once: newer releases connect only then
        return connect(
            "ws" + url.removeprefix("http") + ROUTES["ws"].path, sock=tcp, additional_headers=headers, open_timeout=timeout,
            proxy=None, ping_interval=PING_EVERY, ping_timeout=PING_PATIENCE, max_size=MAX_FRAME, logger=quiet,
        ).__enter__()
    except Exception as error:
        # of any kind: websockets also raises URL errors, and fails assertions where a connection ends in the midst of a handshake
        if tcp is not None:
            tcp.close()
        status: InvalidStatus | None = next((one for one in causes(error) if isinstance(one, InvalidStatus)), None)
        if status is not None:
            raise refused(status.response, token) from error
        if isinstance(error, TimeoutError):
            raise FutuTransportError(f"/ws: no answer of {url} within {timeout} s") from error
        if isinstance(error, OSError) or any(isinstance(one, EOFError | OSError) for one in causes(error)):
            raise FutuTransportError(f"/ws: no connection: {url}: {error}") from error
        if isinstance(error, InvalidMessage):
            raise FutuWrongServer(f"/ws: {url} {NOT_HTTP}") from error
        raise FutuWrongServer(f"/ws: {url} is no websocket: {error}") from error


def tcp_socket(url: str, timeout: float) -> socket.socket:
    parts: SplitResult = urlsplit(url)
    port: int = parts.port or (443 if parts.scheme == "https" else 80)
    made: socket.socket = socket.create_connection((parts.hostname or "", port), timeout)
    made.settimeout(None)           # silence is no failure; websockets has a limit of its own for the handshake
    return made


def causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def refused(response: Any, token: str) -> FutuError:
    """The error of a handshake that was answered with another status than 101."""
    status: int = response.status_code
    try:
        raise_for_status(ROUTES["ws"], status, response.headers.get("Content-Type", ""), bytes(response.body or b""))
    except FutuHttpError as error:
        hide(error, (token,))
        return error
    return FutuWrongServer(f"/ws: HTTP {status} instead of a websocket")
