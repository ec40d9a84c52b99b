"""Python's cyclic garbage collector, which many objects at once set off again and again, over all that a VeighNa process has in memory."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """For some milliseconds in which thousands of objects are made that stay; in all threads. One that is off already stays off."""
    was_on: bool = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
