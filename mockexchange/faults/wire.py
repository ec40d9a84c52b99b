"""What a fault can lay its hands on: the connection, and the answer that leaves on it."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(slots=True)
class Reply:
    """An answer that takes the place of the dialect's own."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Dropped(Exception):
    """The connection is gone: whoever was about to answer says nothing."""


class Wire(Protocol):
    """One client connection, whatever is spoken on it."""

    def reset(self) -> None:
        """Cut the connection with a TCP RST, losing what was not delivered."""

    def closed(self) -> Awaitable[None]:
        """Await this to be woken when the connection is gone."""
