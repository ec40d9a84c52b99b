"""Faults that change what is said: another status, another body, half a body."""

from typing import Any

import msgspec

from rest_locale import _

from ..fields import Fields
from .actions import ON_ACCEPT, ON_PUSH, ON_REPLY, REQUEST_STAGES, Action
from .edits import Edit
from .line import Push
from .wire import FaultReply, Wire


def read_body(value: object) -> bytes:
    """Text as it is, JSON written out. ValueError for anything else."""
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, (dict, list)):
        return msgspec.json.encode(value)
    raise ValueError(_("body: neither text nor a JSON object or array: {value!r}").format(value=value))


class Status(Action):
    """The answer is ``status`` with ``body`` (text, or JSON written out) and ``headers`` (Retry-After ...)."""

    name = "status"
    stages = (*REQUEST_STAGES, ON_ACCEPT)

    def __init__(self, fields: Fields, stage: str) -> None:
        self.status: int = fields.integer("status", low=200, high=599)
        body: object = fields.take("body", "")
        headers: object = fields.take("headers", {})
        if not isinstance(headers, dict):
            raise ValueError(_("headers: not a JSON object: {headers!r}").format(headers=headers))
        self.headers: dict[str, str] = {str(name): self._header(name, value) for name, value in headers.items()}
        self.body: bytes = read_body(body)
        is_html: bool = isinstance(body, str) and body.lstrip().startswith("<")
        self.content_type: str = "text/html" if is_html else "application/json"
        for name in list(self.headers):
            if name.lower() == "content-type":
                self.content_type = self.headers.pop(name)

    @staticmethod
    def _header(name: object, value: object) -> str:
        text: str = str(value)
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ValueError(_("headers: {name!r} is neither text nor a number: {value!r}").format(name=name, value=value))
        if not str(name) or not str(name).isascii() or any(c in str(name) for c in " :\r\n\0") or any(c in text for c in "\r\n\0"):
            raise ValueError(_("headers: not a header: {name!r}: {value!r}").format(name=name, value=value))
        if str(name).lower() in ("content-length", "transfer-encoding"):
            raise ValueError(_("headers: {name!r} is set by the server: {value!r}").format(name=name, value=value))
        return text

    async def strike(self, wire: Wire, answer: FaultReply) -> FaultReply | None:
        return FaultReply(self.status, self.body, self.content_type, dict(self.headers))


class Body(Action):
    """
    The message is another: ``body`` (text, or JSON written out) in its place, or its own JSON with the
    values at the paths of ``set`` and without what is at those of ``remove``. Status and headers stay.
    """

    name = "body"
    stages = (ON_REPLY, ON_PUSH)

    def __init__(self, fields: Fields, stage: str) -> None:
        self.body: bytes | None = None
        self.edit: Edit | None = None
        if "body" in fields:
            self.body = read_body(fields.take("body"))
            if "set" in fields or "remove" in fields:
                raise ValueError(_("body: given together with 'set' or 'remove', which edit the message's own"))
            return
        values: Any = fields.take("set", {})
        paths: Any = fields.take("remove", [])
        if not values and not paths:
            raise ValueError(_("body: one of 'body', 'set' and 'remove' must be given"))
        self.edit = Edit(values, paths)

    def change(self, message: bytes) -> bytes:
        """The message as the client will see it; one that is no JSON cannot be edited and stays as it is."""
        if self.edit is None:
            assert self.body is not None
            return self.body
        return self.edit.apply(message)

    async def strike(self, wire: Wire, answer: FaultReply) -> FaultReply | None:
        return FaultReply(answer.status, self.change(answer.body), is_edit=True, keep=answer.keep, is_torn=answer.is_torn)

    def spoil(self, push: Push) -> None:
        push.payload = self.change(push.payload)


class Truncate(Action):
    """
    Only the first ``bytes`` of the message leave (half of it, when not given). Over HTTP Content-Length says
    what the whole has, and the connection ends. A websocket message is just shorter; with ``close`` true its
    frame announces the whole, and the connection ends within it.
    """

    name = "truncate"
    stages = (ON_REPLY, ON_PUSH)

    def __init__(self, fields: Fields, stage: str) -> None:
        self.bytes: int | None = None
        if "bytes" in fields:
            self.bytes = fields.integer("bytes", high=1 << 24)
        self.close: bool = fields.flag("close", False)

    def _keep(self, message: bytes) -> int:
        return len(message) // 2 if self.bytes is None else min(self.bytes, len(message))

    async def strike(self, wire: Wire, answer: FaultReply) -> FaultReply | None:
        return FaultReply(
            answer.status, answer.body, is_edit=True, keep=self._keep(answer.body), is_torn=self.close,
        )

    def spoil(self, push: Push) -> None:
        push.keep = self._keep(push.payload)
        push.is_torn = self.close
