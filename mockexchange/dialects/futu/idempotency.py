"""Answers to orders and modifications, kept for 90 s by packet id or Idempotency-Key (spec 1.6)."""

from collections.abc import Callable
from typing import Any

from .options import FutuOptions

Key = tuple[str, ...]


class Answers:
    """One venue's. What is asked again within the time is answered as it was, and not done again."""

    def __init__(self, options: FutuOptions, now: Callable[[], int]) -> None:
        self._options: FutuOptions = options
        self._now: Callable[[], int] = now
        self._kept: dict[Key, tuple[int, bytes]] = {}       # oldest first

    def find(self, key: Key | None) -> bytes | None:
        """The answer that was given, None for none."""
        self._forget()
        found = self._kept.get(key) if key is not None else None
        return found[1] if found is not None else None

    def keep(self, key: Key | None, answer: bytes) -> None:
        """Remember what was answered."""
        if key is not None and self._options.idempotency_s:
            self._kept[key] = (self._now(), answer)

    def _forget(self) -> None:
        since: int = self._now() - self._options.idempotency_s * 1_000_000
        for key, (time, _) in list(self._kept.items()):
            if time > since:
                break
            del self._kept[key]


def key_of(token: str, path: str, header: str, body: dict[str, Any]) -> Key | None:
    """The header goes before the packet id; None where a request has neither."""
    if header:
        return token, path, header
    packet: Any = body.get("packet_id")
    return (token, path, str(packet["conn_id"]), str(packet["serial_no"])) if packet else None
