"""Long answers, made a slice at a time, so that nobody else waits for them."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

SLICE_SECONDS: float = 0.005            # the longest that others are kept waiting at a stretch
MANY: int = 100                         # rows, from which on an answer is made in slices

encode: Callable[[object], bytes] = msgspec.json.Encoder().encode


class Slices:
    """A list of rows as JSON, alone or as the field ``name`` of an object between the fields ``head`` and ``tail``."""

    def __init__(
        self, render: Callable[[Any], object], items: Sequence[Any], head: dict[str, object] | None = None, name: str = "",
        tail: dict[str, object] | None = None,
    ) -> None:
        self._render: Callable[[Any], object] = render
        self._items: Sequence[Any] = items
        self._head: dict[str, object] | None = head
        self._name: str = name
        self._tail: dict[str, object] = tail or {}
        self._rows: list[bytes] = []

    def steps(self) -> Iterator[None]:
        """Render it, a row a step."""
        for item in self._items:
            self._rows.append(encode(self._render(item)))
            yield

    def body(self) -> bytes:
        """The JSON text of what is rendered."""
        rows: bytes = b"[" + b",".join(self._rows) + b"]"
        if self._head is None:
            return rows
        tail: bytes = b"," + encode(self._tail)[1:] if self._tail else b"}"
        return encode(self._head)[:-1] + b"," + encode(self._name) + b":" + rows + tail


def whole(result: object) -> object:
    """A result that can be encoded, made at once."""
    if type(result) is not Slices:
        return result
    for _ in result.steps():
        pass
    return msgspec.Raw(result.body())


async def in_slices(steps: Iterable[None], spent: Callable[[], float]) -> None:
    """Go through all steps, and let others go first now and then; ``spent``: seconds, of the machine (transport/machine.py)."""
    end: float = spent() + SLICE_SECONDS
    for _ in steps:
        if spent() > end:
            await asyncio.sleep(0)
            end = spent() + SLICE_SECONDS


async def whole_in_slices(result: object, spent: Callable[[], float]) -> object:
    """``whole``, a slice at a time."""
    if type(result) is not Slices:
        return result
    await in_slices(result.steps(), spent)
    return msgspec.Raw(result.body())
