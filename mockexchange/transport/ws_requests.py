"""Requests over a websocket, with the faults that bite around them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ..faults import AFTER_ENGINE, BEFORE_ENGINE, ON_REPLY, Dropped, FaultTable, FaultReply
from .sockets import Socket

Perform = Callable[[], bytes]
Replace = Callable[[FaultReply], bytes]


class Requests:
    """The requests of one websocket that a fault may hold back: each waits for itself, none for another."""

    def __init__(self, faults: FaultTable, socket: Socket) -> None:
        self._faults: FaultTable = faults
        self._socket: Socket = socket

    def concern(self, label: str) -> bool:
        """
        Whether a fault may bite a request of that label, which ``start`` is for then; any other is answered as if there were none.
        """
        if self._faults.concerns(label):
            return True
        self._faults.traffic.note(label)
        return False

    def start(self, label: str, perform: Perform, replace: Replace) -> None:
        """
        Answer one request: ``perform()`` does it and returns the answer, b"" for none;
        ``replace(reply)`` puts a fault's answer into the words of the dialect.
        """
        work: Coroutine[Any, Any, None] = self._answer(label, perform, replace)
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._faults.held[task] = None
        task.add_done_callback(lambda done: self._faults.held.pop(done, None))

    async def _answer(self, label: str, perform: Perform, replace: Replace) -> None:
        if not self._faults.traffic.is_watched:
            await self._answer_bitten(label, perform, replace)
            return
        with self._faults.traffic.passing(label):
            await self._answer_bitten(label, perform, replace)

    async def _answer_bitten(self, label: str, perform: Perform, replace: Replace) -> None:
        faults: FaultTable = self._faults
        socket: Socket = self._socket
        try:
            reply: FaultReply | None = await faults.bite(BEFORE_ENGINE, label, socket)
            if reply is None or reply.late:
                with faults.acknowledging(reply.late if reply is not None else 0.0):
                    payload: bytes = perform()
                answer: FaultReply = FaultReply(200, payload, is_edit=True)
                reply = await faults.bite(AFTER_ENGINE, label, socket, answer)
                reply = reply or await faults.bite(ON_REPLY, label, socket, answer)
                if reply is None:
                    reply = answer
        except Dropped:
            return
        payload = reply.body if reply.is_edit else replace(reply)
        if reply.keep is not None:
            socket.tear(payload, reply.keep, reply.is_torn)
        elif payload:
            socket.send(payload)
