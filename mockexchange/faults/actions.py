"""
What can go wrong: one small class per action, registered under its name by being defined.

A class says at which stages it makes sense (``stages``), reads its own fields from the
fault's specification, and strikes: ``strike`` what is asked and answered, ``spoil`` what is
pushed. A new action is a new class in one of the files beside this one and nothing else.
"""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, ClassVar

from ..fields import Fields
from .wire import FaultReply, Wire

if TYPE_CHECKING:
    from .line import Push

BEFORE_ENGINE: str = "before_engine"    # the request is read, the engine has not seen it
AFTER_ENGINE: str = "after_engine"      # the engine has applied the command, no answer is sent
ON_REPLY: str = "on_reply"              # the answer is about to leave
ON_PUSH: str = "on_push"                # a message nobody asked for is about to leave on one websocket
ON_ACCEPT: str = "on_accept"            # a TCP connection was accepted, or a websocket handshake came in
REQUEST_STAGES: tuple[str, ...] = (BEFORE_ENGINE, AFTER_ENGINE, ON_REPLY)
STAGES: tuple[str, ...] = (*REQUEST_STAGES, ON_PUSH, ON_ACCEPT)

ACTIONS: dict[str, type["Action"]] = {}


class Action:
    """
    One thing that goes wrong. ``matches`` and ``random`` are its fault's: whether it is for what
    passes under a label, and the randomness that the venue's seed gives it.
    """

    name: ClassVar[str]
    stages: ClassVar[tuple[str, ...]] = STAGES

    matches: Callable[[str], object]
    random: Random

    def __init_subclass__(cls) -> None:
        ACTIONS[cls.name] = cls

    def __init__(self, fields: Fields, stage: str) -> None:
        """Read the action's own fields; ValueError names the field and the value."""

    async def strike(self, wire: Wire, answer: FaultReply) -> FaultReply | None:
        """
        Do it to a request, an answer or a new connection. A Reply replaces the answer, None lets
        things take their course. ``answer`` is the one about to leave, with an empty body until there is one.
        """
        raise NotImplementedError

    def spoil(self, push: "Push") -> None:
        """Do it to a push, which leaves afterwards as it then is."""
        raise NotImplementedError
