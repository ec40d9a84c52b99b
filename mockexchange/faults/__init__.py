"""
What can go wrong on the wire, bitten at named stages (DESIGN.md 4.3).

A fault is ``{"match": "POST /api/v3/order", "stage": "after_engine", "action": "hang", "times": 1}``
and the action's own fields. ``match`` is a shell pattern over the label of what passes:
``POST /api/v3/order`` for HTTP, ``WS order.place`` for the WebSocket API. ``times`` is how
often it bites (default 1; 0 or "always": without end).
"""

import re
from collections.abc import Callable
from fnmatch import translate

from ..fields import Fields
from .actions import ACTIONS, AFTER_ENGINE, BEFORE_ENGINE, ON_REPLY, STAGES, Action
from .wire import Dropped, Reply, Wire

__all__ = [
    "ACTIONS", "AFTER_ENGINE", "BEFORE_ENGINE", "ON_REPLY", "STAGES",
    "Action", "Dropped", "Fault", "FaultTable", "Reply", "Wire",
]


class Fault:
    """One fault and how often it has bitten. ValueError names the field and the value at fault."""

    def __init__(self, id: int, spec: object) -> None:
        fields: Fields = Fields(spec, "fault")
        self.id: int = id
        self.match: str = fields.text("match")
        self.stage: str = fields.text("stage", choices=STAGES)
        name: str = fields.text("action", choices=ACTIONS)
        times: object = fields.take("times", 1)
        if times == "always":
            times = 0
        if isinstance(times, bool) or not isinstance(times, int) or times < 0:
            raise ValueError(f'times: neither a whole number from 0 on nor "always": {times!r}')
        self.times: int = times
        kind: type[Action] = ACTIONS[name]
        if self.stage not in kind.stages:
            raise ValueError(f"stage: action {name!r} cannot strike at {self.stage!r}, only at {', '.join(kind.stages)}")
        self.action: Action = kind(fields)
        fields.finish()
        self.bitten: int = 0
        self._spec: dict[str, object] = dict(spec) if isinstance(spec, dict) else {}
        self._matches: Callable[[str], object] = re.compile(translate(self.match)).match

    @property
    def spent(self) -> bool:
        return self.times != 0 and self.bitten >= self.times

    def applies(self, stage: str, label: str) -> bool:
        """Whether it bites what passes ``stage`` under ``label``."""
        return self.stage == stage and not self.spent and self._matches(label) is not None

    def describe(self) -> dict[str, object]:
        """The specification as it was given, with ``id``, ``times`` and ``bitten``."""
        return {"id": self.id, **self._spec, "times": self.times, "bitten": self.bitten}


class FaultTable:
    """
    The faults of one venue. ``on_bite(fault, label)`` is called at every bite, before it hurts.

    ``active`` is False while no fault can bite, so that the hot path asks for one attribute.
    """

    def __init__(self, on_bite: Callable[[Fault, str], None] | None = None) -> None:
        self.active: bool = False
        self._faults: list[Fault] = []
        self._on_bite: Callable[[Fault, str], None] | None = on_bite
        self._last_id: int = 0

    def add(self, spec: dict) -> dict:
        """Arm a fault and return its description; ValueError names the field and the value that is wrong."""
        fault: Fault = Fault(self._last_id + 1, spec)
        self._last_id = fault.id
        self._faults.append(fault)
        self.active = True
        return fault.describe()

    def list(self) -> list[dict]:
        """Every fault since the last ``clear``, with how often it has bitten."""
        return [fault.describe() for fault in self._faults]

    def clear(self) -> None:
        """Disarm all. What hangs already goes on hanging until its client leaves."""
        self._faults.clear()
        self.active = False

    async def bite(self, stage: str, label: str, wire: Wire) -> Reply | None:
        """
        Let every fault that matches bite, in the order they were added, until one answers.

        Returns the Reply that replaces the answer, or None to carry on; raises
        Dropped when the connection is gone.
        """
        for fault in self._faults.copy():
            if not fault.applies(stage, label):
                continue
            fault.bitten += 1
            if self._on_bite is not None:
                self._on_bite(fault, label)
            self.active = any(not each.spent for each in self._faults)
            reply: Reply | None = await fault.action.strike(wire)
            if reply is not None:
                return reply
        return None
