"""Readers that a replay waits for."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Reader = TypeVar("Reader")

LOOK_EVERY: float = 0.002               # s


async def wait_for_readers(
    behind: Callable[[], list[Reader]], backlog: Callable[[Reader], int], patience: float, give_up: Callable[[Reader], None],
) -> None:
    """
    Wait while anybody is ``behind``. One whose ``backlog`` has not shrunk for ``patience`` seconds is given up, so that one dead reader
    does not stop the market for the others; ``behind`` must not name it any more then.
    """
    loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
    seen: dict[Reader, tuple[int, float]] = {}              # -> lowest backlog, and since when
    while found := behind():
        now: float = loop.time()
        for reader in found:
            left: int = backlog(reader)
            lowest, since = seen.get(reader, (left + 1, now))
            if left < lowest:
                seen[reader] = (left, now)
            elif now - since > patience:
                give_up(reader)
        await asyncio.sleep(LOOK_EVERY)
