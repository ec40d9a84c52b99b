"""
What can go wrong on the wire, bitten at named stages (DESIGN.md 4.3; docs/faults.md has the whole list).

A fault is ``{"match": "POST /api/v3/order", "stage": "after_engine", "action": "hang", "times": 1}``
and the action's own fields. ``match`` is a shell pattern over the label of what passes:

- ``POST /api/v3/order``: a request over HTTP
- ``WS order.place``, ``WS SUBSCRIBE``: a request over a websocket
- ``PUSH btcusdt@trade``, ``PUSH user executionReport``: a message nobody asked for
- ``ACCEPT http``, ``ACCEPT ws /ws``: a new connection, a websocket's handshake

``times`` is how often it bites (default 1; 0 or "always": without end), ``skip`` how many pass
unharmed first, ``probability`` the chance that it bites one it could bite, by the venue's seed.
"""

from . import answers, connections, pushes  # noqa: F401  (registers the actions)
from .actions import (
    ACTIONS,
    AFTER_ENGINE,
    BEFORE_ENGINE,
    ON_ACCEPT,
    ON_PUSH,
    ON_REPLY,
    REQUEST_STAGES,
    STAGES,
    Action,
)
from .fault import Fault
from .labels import Labels
from .table import FaultTable
from .traffic import OPEN, Passing, Traffic
from .wire import Dropped, PushWire, FaultReply, Wire

__all__ = [
    "ACTIONS", "AFTER_ENGINE", "BEFORE_ENGINE", "ON_ACCEPT", "ON_PUSH", "ON_REPLY", "OPEN", "REQUEST_STAGES", "STAGES",
    "Action", "Dropped", "Fault", "FaultTable", "Labels", "Passing", "PushWire", "FaultReply", "Traffic", "Wire",
]
