"""Waiting for what tells nobody that it has happened."""

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import Any

DEADLINE: float = 20.0          # s


def until(condition: Callable[[], Any], seconds: float = DEADLINE, what: str = "what is waited for") -> Any:
    """
    Ask until the answer is true, and return it.

    :raises AssertionError: it has not been for so many seconds
    """
    never: Event = Event()
    end: float = monotonic() + seconds
    while not (found := condition()):
        assert monotonic() < end, f"not within {seconds:g} s: {what}"
        never.wait(0.01)
    return found
