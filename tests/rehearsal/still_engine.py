"""An event engine without a thread."""

from typing import Any

from vnpy.event import Event


class StillEngine:
    """What is put is handled at once, in the thread that puts it."""

    def __init__(self) -> None:
        self.handlers: dict[str, list[Any]] = {}

    def register(self, kind: str, handler: Any) -> None:
        self.handlers.setdefault(kind, []).append(handler)

    def put(self, kind: str, data: Any) -> None:
        for handler in self.handlers[kind]:
            handler(Event(kind, data))
