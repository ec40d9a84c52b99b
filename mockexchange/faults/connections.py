"""Faults that end a connection, or make it wait."""

import asyncio

from ..fields import Fields
from .actions import BEFORE_ENGINE, ON_ACCEPT, ON_PUSH, REQUEST_STAGES, STAGES, Action
from .line import Push
from .wire import Dropped, FaultReply, Wire

LONGEST_MS: int = 3_600_000
FIRST_CODE, LAST_CODE = 1000, 4999      # RFC 6455, 7.4.2


class Hang(Action):
    """No answer ever comes: the connection stays open until the client gives up."""

    name = "hang"
    stages = (*REQUEST_STAGES, ON_ACCEPT)

    async def strike(self, wire: Wire, answer: FaultReply) -> FaultReply | None:
        await wire.closed()
        raise Dropped


class Reset(Action):
    """The connection is cut with a TCP RST."""

    name = "reset"

    async def strike(self, wire: Wire, answer: FaultReply) -> FaultReply | None:
        wire.reset()
        raise Dropped

    def spoil(self, push: Push) -> None:
        push.gone = True
        push.wire.reset()


class Close(Action):
    """The connection is ended with a FIN; a websocket says a close frame before it when there is a ``code``."""

    name = "close"

    def __init__(self, fields: Fields, stage: str) -> None:
        self.code: int | None = None
        if "code" in fields:
            self.code = fields.integer("code", low=FIRST_CODE, high=LAST_CODE)

    async def strike(self, wire: Wire, answer: FaultReply) -> FaultReply | None:
        wire.finish(self.code)
        raise Dropped

    def spoil(self, push: Push) -> None:
        push.gone = True
        push.wire.finish(self.code)


class Delay(Action):
    """
    Everything behind this point happens ``ms`` milliseconds later, even if the client has gone by then.

    A push takes the pushes behind it with it, in order, unless they may ``overtake``. With ``ack``, an order
    is answered as accepted at once, and only the engine sees it later.
    """

    name = "delay"
    stages = STAGES

    def __init__(self, fields: Fields, stage: str) -> None:
        self.seconds: float = fields.number("ms", high=LONGEST_MS) / 1000
        self.overtake: bool = fields.flag("overtake", False) if stage == ON_PUSH else False
        self.ack: bool = fields.flag("ack", False) if stage == BEFORE_ENGINE else False

    async def strike(self, wire: Wire, answer: FaultReply) -> FaultReply | None:
        if self.ack:
            return FaultReply(answer.status, is_edit=True, late=self.seconds)
        await asyncio.sleep(self.seconds)
        return None

    def spoil(self, push: Push) -> None:
        push.seconds += self.seconds
        push.is_overtaken = self.overtake


class Silence(Action):
    """
    From now on nothing is pushed on this websocket, for ``ms`` milliseconds or for ever; what is asked
    is answered still, and pings are, unless ``pings`` is false: then the connection is half-open, reads
    nothing, sends nothing and never ends. What would have been pushed is lost.
    """

    name = "silence"
    stages = (ON_PUSH, ON_ACCEPT)

    def __init__(self, fields: Fields, stage: str) -> None:
        self.seconds: float | None = None
        if "ms" in fields:
            self.seconds = fields.number("ms", low=1, high=LONGEST_MS) / 1000
        self.pings: bool = fields.flag("pings", True)

    async def strike(self, wire: Wire, answer: FaultReply) -> FaultReply | None:
        """Of a plain HTTP connection nothing is left when it is silent; a websocket falls silent when it opens."""
        await wire.closed()
        raise Dropped

    def spoil(self, push: Push) -> None:
        push.gone = True
        push.line.mute(self.seconds, self.pings)
