"""What a fault can lay its hands on: a connection, the answer that leaves on it, and what is pushed over it."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class FaultReply:
    """
    An answer that takes the place of the dialect's own.

    ``is_edit``: it is the dialect's own with another body; status and headers stay. ``keep``: only
    that many bytes of the body leave, and the connection ends there when ``is_torn``. ``late``: the dialect
    answers as ever, but the engine sees an order only so many seconds later.
    """

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    is_edit: bool = False
    keep: int | None = None
    is_torn: bool = False
    late: float = 0.0


class Dropped(Exception):
    """The connection is gone, or will never say anything: whoever was about to answer says nothing."""


class Wire(Protocol):
    """One client connection, whatever is spoken on it."""

    def reset(self) -> None:
        """Cut the connection with a TCP RST, losing what was not delivered."""

    def finish(self, code: int | None) -> None:
        """End it with a FIN; on a websocket after a close frame with ``code`` unless that is None."""

    def closed(self) -> Awaitable[None]:
        """Await this to be woken when the connection is gone."""


class PushWire(Wire, Protocol):
    """A websocket of the server, as far as pushes are concerned."""

    is_open: bool

    def send(self, payload: bytes) -> None:
        """Send one text message; nothing happens on a connection that is gone."""

    def tear(self, payload: bytes, keep: int, ends: bool) -> None:
        """Send the first ``keep`` bytes: as a message of its own, or, when it ``ends``, as the whole one's beginning and then a FIN."""

    def freeze(self) -> None:
        """Read nothing and send nothing any more, and never close: the peer of a half-open connection."""

    def thaw(self) -> None:
        """Undo ``freeze``."""
