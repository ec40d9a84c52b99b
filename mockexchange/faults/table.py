"""The faults of one venue, and where they are asked."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import partial
from typing import Any

from .actions import ON_ACCEPT, ON_PUSH, REQUEST_STAGES
from .connections import Silence
from .fault import Fault
from .labels import Labels
from .line import Push, PushQueue
from .traffic import Traffic
from .wire import PushWire, FaultReply, Wire

LATE: ContextVar[float] = ContextVar("late", default=0.0)       # s; of the request that is handled, whatever it waits for
MOST_IDLE: int = 1000           # faults that never bit, of which a venue of a long life remembers the newest


class FaultTable:
    """
    The faults of one venue. ``on_bite(fault, label)`` is called at every bite, before it hurts.

    The hot paths ask for one attribute each: ``active`` is False while no fault can bite a request and nobody watches ``traffic``,
    ``accepts`` while none can bite a new connection, ``pushes`` while none can bite a push,
    nothing stands in the way of any and nobody counts them.
    """

    def __init__(self, on_bite: Callable[[Fault, str], None] | None = None, seed: int = 0, traffic: Traffic | None = None) -> None:
        self.traffic: Traffic = traffic or Traffic()
        self.traffic.on_watch = self._look
        self.active: bool = False
        self.accepts: bool = False
        self.pushes: bool = False
        self.held: dict[asyncio.Task[Any], None] = {}       # requests that a fault may hold back; they die with the server
        self.labels: Labels | None = None               # the dialect's own; None while nobody has said them
        self.promised: int = 0          # orders that are answered, and that the engine sees later
        self._faults: list[Fault] = []
        self._idle: deque[dict] = deque(maxlen=MOST_IDLE)       # those that must bite and were disarmed before they did
        self._on_bite: Callable[[Fault, str], None] | None = on_bite
        self._seed: int = seed
        self._last_id: int = 0
        self.changes: int = 0           # grows when a fault is added, bites or goes
        self._lines: dict[PushWire, PushQueue] = {}

    def add(self, spec: dict) -> dict:
        """
        Arm a fault and return its description; ValueError names the field and the value that is wrong.

        A ``match`` that fits no label of the dialect is armed too, because a client may ask for what the venue does
        not know; its description has a ``warning``.
        """
        fault: Fault = Fault(self._last_id + 1, spec, self._seed)
        if self.labels is not None:
            fault.warning = self.labels.warning(fault.stage, fault.match)
        self._last_id = fault.id
        self._faults.append(fault)
        self._look()
        return fault.describe()

    def never_bitten(self) -> list[dict]:
        """Those that must bite and never did, of all since the venue was opened."""
        return [*self._idle, *(fault.describe() for fault in self._faults if fault.is_idle)]

    def clear(self) -> None:
        """
        Disarm all. Silences end, and pushes held back leave now; a request that
        hangs already goes on hanging until its client leaves.
        """
        self._idle.extend(fault.describe() for fault in self._faults if fault.is_idle)
        self._faults.clear()
        for line in list(self._lines.values()):
            line.release()
        self._look()

    def remove(self, id: int) -> None:
        """
        Disarm one. Where it has struck pushes or new connections, silences end and pushes held back leave now, as with
        ``clear``. ValueError for an id that no fault has.
        """
        fault: Fault | None = next((each for each in self._faults if each.id == id), None)
        if fault is None:
            raise ValueError(f"id: no fault {id!r}, there are: {', '.join(str(each.id) for each in self._faults) or 'none'}")
        self._faults.remove(fault)
        if fault.is_idle:
            self._idle.append(fault.describe())
        if fault.bitten and fault.stage in (ON_PUSH, ON_ACCEPT):
            for line in list(self._lines.values()):
                line.release()
        self._look()

    def reset(self) -> None:
        """``clear``, and count from 1 again: the same faults will bite as they did."""
        self.clear()
        self._last_id = 0

    # requests, answers, new connections

    def concerns(self, label: str, stages: Iterable[str] = REQUEST_STAGES) -> bool:
        """Whether some fault may yet bite what passes one of the stages under ``label``."""
        return any(fault.concerns(stages, label) for fault in self._faults)

    async def bite(self, stage: str, label: str, wire: Wire, answer: FaultReply | None = None) -> FaultReply | None:
        """
        Let every fault that matches bite, in the order they were added, until one answers.

        ``answer`` is the dialect's own, where there is one; faults that edit it let the next one bite. Returns the
        Reply that takes its place, or None to carry on; raises Dropped when the connection is gone.
        """
        found: FaultReply | None = None
        for fault in self._faults.copy():
            if not fault.bites(stage, label):
                continue
            self._bitten(fault, label)
            self.traffic.struck(fault.id, label)
            reply: FaultReply | None = await fault.action.strike(wire, found or answer or FaultReply(200))
            if reply is not None:
                found = reply
                if not reply.is_edit:
                    break
        return found

    @property
    def late(self) -> float:
        """Seconds; above 0 while a request is handled whose order the engine sees later."""
        return LATE.get()

    @contextmanager
    def acknowledging(self, seconds: float) -> Iterator[None]:
        """
        Within it orders are answered first and applied so much later. What is awaited within may do other requests' work, if it does that
        in their contexts.
        """
        token: Token[float] = LATE.set(seconds)
        try:
            yield
        finally:
            LATE.reset(token)

    async def bite_handshake(self, label: str, wire: Wire) -> tuple[FaultReply | None, Callable[[PushWire], None] | None]:
        """As ``bite`` for a websocket's handshake; with the answer comes what to do to the websocket once it is open."""
        for fault in self._faults.copy():
            if not fault.bites(ON_ACCEPT, label):
                continue
            self._bitten(fault, label)
            self.traffic.struck(fault.id, label)
            if isinstance(fault.action, Silence):
                return None, partial(self._mute, seconds=fault.action.seconds, pings=fault.action.pings)
            reply: FaultReply | None = await fault.action.strike(wire, FaultReply(200))
            if reply is not None:
                return reply, None
        return None, None

    # pushes

    def push(self, label: str, wires: Iterable[PushWire], payload: bytes) -> None:
        """Send one message to many websockets, past the faults: each of them is a push of its own."""
        for wire in list(wires):
            if wire.is_open:
                if self.traffic.counts_pushes:
                    self.traffic.pushed[label] += 1
                self._push(label, wire, payload)
        if not all(wire.is_open for wire in self._lines):
            self._look()

    def _push(self, label: str, wire: PushWire, payload: bytes) -> None:
        line: PushQueue | None = self._lines.get(wire)
        push: Push = Push(label, payload, line or PushQueue(wire, self._forget))
        if line is not None and line.takes(push):
            return
        for fault in self._faults.copy():
            if not fault.bites(ON_PUSH, label):
                continue
            self._lines[wire] = push.line
            self._bitten(fault, label)
            if self.traffic.counts_pushes:
                self.traffic.bitten[label] += 1
            fault.action.spoil(push)
            if push.gone:
                break
        if not push.gone:
            push.line.deliver(push)
        if push.line.is_idle:
            self._forget(push.line)

    def _mute(self, wire: PushWire, seconds: float | None, pings: bool) -> None:
        line: PushQueue | None = self._lines.get(wire)
        if line is None:
            line = self._lines[wire] = PushQueue(wire, self._forget)
        line.mute(seconds, pings)
        self._look()

    def _forget(self, line: PushQueue) -> None:
        if self._lines.get(line.wire) is line:
            del self._lines[line.wire]
            self._look()

    # within

    def _bitten(self, fault: Fault, label: str) -> None:
        fault.bitten += 1
        if self._on_bite is not None:
            self._on_bite(fault, label)
        self._look()

    def _look(self) -> None:
        self.changes += 1
        stages: set[str] = {fault.stage for fault in self._faults if not fault.spent}
        self.active = self.traffic.is_watched or bool(stages - {ON_PUSH})
        self.accepts = ON_ACCEPT in stages
        self._lines = {wire: line for wire, line in self._lines.items() if wire.is_open}
        self.pushes = ON_PUSH in stages or bool(self._lines) or self.traffic.counts_pushes

    def list(self) -> list[dict]:
        """Every fault since the last ``clear``, with how often it has bitten."""
        return [fault.describe() for fault in self._faults]
