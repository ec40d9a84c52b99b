"""Where the market and its clock stood, so that a venue that comes back jumps neither to its opening price nor back in time."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

SAVE_SECONDS: float = 1.0
SLACK: int = 10_000                 # trade ids that may have been used after the last save

# symbol -> (last price in 1e-8, newest public trade id)
LastPrices = dict[str, tuple[int, int]]


class Saved(msgspec.Struct):
    """What is in the file. Files from before the time was kept have the symbols only."""

    time: int                       # us, of the venue's clock without its offset
    symbols: LastPrices


class MarketMemory:
    """
    The last price and trade id of every symbol; also in the file ``path``, about once a second.

    It is a convenience: a file that is missing or unreadable is as none, the journal holds
    everything that belongs to users.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.market: LastPrices = {}
        self.time: int = 0
        self._path: Path | None = path
        self._task: asyncio.Task[None] | None = None
        self._source: Callable[[], Saved] | None = None
        self._also: Callable[[], None] = lambda: None
        if path is not None and path.exists():
            self._load(path)

    def forget(self) -> None:
        """Start from nothing."""
        self.market = {}
        self.time = 0
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def start(self, source: Callable[[], Saved], also: Callable[[], None] = lambda: None) -> None:
        """Save what ``source`` says from now on, where there is a file to save to; ``also`` is called each time."""
        self._source = source
        self._also = also
        if self._path is not None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Save once more and stop."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self._save()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            self._save()
            self._also()

    def _save(self) -> None:
        if self._path is None or self._source is None:
            return
        fresh: Path = self._path.with_suffix(".tmp")
        try:
            fresh.write_bytes(msgspec.json.encode(self._source()))
            os.replace(fresh, self._path)
        except OSError:
            pass                # tried again in a second; nothing of a user's is in it

    def _load(self, path: Path) -> None:
        try:
            data: bytes = path.read_bytes()
            try:
                saved: Saved = msgspec.json.decode(data, type=Saved)
            except msgspec.ValidationError:
                saved = Saved(0, msgspec.json.decode(data, type=LastPrices))
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        self.time = saved.time
        self.market = {symbol: (price, last + SLACK) for symbol, (price, last) in saved.symbols.items() if price > 0 and last >= 0}
