"""
What can go wrong: one small class per action, registered under its name by being defined.

A class says at which stages it makes sense (``stages``), reads its own fields from the
fault's specification, and strikes. A new action is a new class here and nothing else.
"""

import asyncio
from typing import ClassVar

import msgspec

from ..fields import Fields
from .wire import Dropped, Reply, Wire

BEFORE_ENGINE: str = "before_engine"    # the request is read, the engine has not seen it
AFTER_ENGINE: str = "after_engine"      # the engine has applied the command, no answer is sent
ON_REPLY: str = "on_reply"              # the answer is about to leave
STAGES: tuple[str, ...] = (BEFORE_ENGINE, AFTER_ENGINE, ON_REPLY)

ACTIONS: dict[str, type["Action"]] = {}


class Action:
    """One thing that goes wrong."""

    name: ClassVar[str]
    stages: ClassVar[tuple[str, ...]] = STAGES

    def __init_subclass__(cls) -> None:
        ACTIONS[cls.name] = cls

    def __init__(self, fields: Fields) -> None:
        """Read the action's own fields; ValueError names the field and the value."""

    async def strike(self, wire: Wire) -> Reply | None:
        """Do it. A Reply replaces the answer, None lets things take their course."""
        raise NotImplementedError


class Hang(Action):
    """No answer ever comes: the connection stays open until the client gives up."""

    name = "hang"

    async def strike(self, wire: Wire) -> Reply | None:
        await wire.closed()
        raise Dropped


class Reset(Action):
    """The connection is cut with a TCP RST."""

    name = "reset"

    async def strike(self, wire: Wire) -> Reply | None:
        wire.reset()
        raise Dropped


class Delay(Action):
    """Everything behind this point happens ``ms`` milliseconds later, even if the client has gone by then."""

    name = "delay"

    def __init__(self, fields: Fields) -> None:
        self.seconds: float = fields.number("ms", high=3_600_000) / 1000

    async def strike(self, wire: Wire) -> Reply | None:
        await asyncio.sleep(self.seconds)
        return None


class Status(Action):
    """The answer is ``status`` with ``body`` (text, or JSON written out) and ``headers`` (Retry-After ...)."""

    name = "status"

    def __init__(self, fields: Fields) -> None:
        self.status: int = fields.integer("status", low=200, high=599)
        body: object = fields.take("body", "")
        headers: object = fields.take("headers", {})
        if not isinstance(headers, dict):
            raise ValueError(f"headers: not a JSON object: {headers!r}")
        self.headers: dict[str, str] = {str(name): self._header(name, value) for name, value in headers.items()}
        if isinstance(body, str):
            self.body: bytes = body.encode()
            self.content_type: str = "text/html" if body.lstrip().startswith("<") else "application/json"
        elif isinstance(body, (dict, list)):
            self.body = msgspec.json.encode(body)
            self.content_type = "application/json"
        else:
            raise ValueError(f"body: neither text nor a JSON object or array: {body!r}")
        for name in list(self.headers):
            if name.lower() == "content-type":
                self.content_type = self.headers.pop(name)

    @staticmethod
    def _header(name: object, value: object) -> str:
        text: str = str(value)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ValueError(f"headers: {name!r} is neither text nor a number: {value!r}")
        if not str(name) or not str(name).isascii() or any(c in str(name) for c in " :\r\n\0") or any(c in text for c in "\r\n\0"):
            raise ValueError(f"headers: not a header: {name!r}: {value!r}")
        if str(name).lower() in ("content-length", "transfer-encoding"):
            raise ValueError(f"headers: {name!r} is set by the server: {value!r}")
        return text

    async def strike(self, wire: Wire) -> Reply | None:
        return Reply(self.status, self.body, self.content_type, dict(self.headers))
