"""
One undisturbed beginning for all rows: where the system can fork, a process is split at every row's moment, and each half goes on, one with the
fault. Elsewhere each row is played from its beginning in a process of its own. Both give the same days.
"""

import asyncio
import gc
import os
import pickle
import random
import select
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rest_locale import _

from .day import Day, play_alone
from .hashes import can_fork
from .places import quiet
from .plan import Plan
from .record import Record

Turn = tuple[str, float]                # row, moment


class Split:
    """The days of one plan. ``jobs``: processes at the same time."""

    def __init__(self, plan: Plan, jobs: int, forks: bool | None = None) -> None:
        self.plan: Plan = plan
        self.jobs: int = jobs
        self.forks: bool = can_fork() if forks is None else forks

    def play(self, choose: Callable[[Record], list[Turn]], take: Callable[[str, Record], None]) -> Record:
        """
        Play the undisturbed day, then one for each turn that ``choose`` makes of it; ``take`` is handed row and day as they come. Gives
        the undisturbed day.
        """
        return self._split(choose, take) if self.forks else self._apart(choose, take)

    # each from its beginning

    def _apart(self, choose: Callable[[Record], list[Turn]], take: Callable[[str, Record], None]) -> Record:
        with ProcessPoolExecutor(self.jobs, get_context("spawn"), initializer=quiet) as pool:
            undisturbed: Record = pool.submit(play_alone, self.plan, "", 0.0, None).result()
            waiting: dict[Future[Record], str] = {
                pool.submit(play_alone, self.plan, row, moment, undisturbed): row for row, moment in choose(undisturbed)
            }
            for done in as_completed(waiting):
                take(waiting[done], done.result())
        return undisturbed

    # split

    def _split(self, choose: Callable[[Record], list[Turn]], take: Callable[[str, Record], None]) -> Record:
        with tempfile.TemporaryDirectory(prefix="strategy-days-") as place:
            (Path(place) / "trunk").mkdir()
            day: Day = Day(self.plan, Path(place) / "trunk")
            halves: Halves = Halves(day, Path(place))

            def live() -> Record:
                day.open()
                gc.collect()
                gc.freeze()             # what is there is shared with every half
                halves.start("", day.undisturbed)
                undisturbed: Record = next(halves.collect(0))[1]
                if undisturbed.trouble:
                    return undisturbed
                for row, moment in sorted(choose(undisturbed), key=lambda turn: turn[1]):
                    day.trade_until(moment)
                    for each in halves.collect(self.jobs - 1):
                        take(*each)
                    halves.start(row, lambda row=row: day.disturbed(row, undisturbed))      # type: ignore[misc]
                for each in halves.collect(0):
                    take(*each)
                return undisturbed

            try:
                with day.within():
                    return day.world.run(live)
            finally:
                halves.end()
                day.world.close()


class Halves:
    """The processes that were split off and have not been collected."""

    def __init__(self, day: Day, place: Path) -> None:
        self._day: Day = day
        self._place: Path = place
        self._running: dict[int, tuple[str, int, Path]] = {}        # pipe -> row, process, file

    def start(self, row: str, play: Callable[[], Record]) -> None:
        """Split off a process that plays, and goes no further."""
        reads, writes = os.pipe()
        file: Path = self._place / f"{row or 'undisturbed'}.pickle"
        chance: Any = random.getstate()
        sys.stdout.flush()
        sys.stderr.flush()
        process: int = os.fork()
        if process:
            os.close(writes)
            self._running[reads] = (row, process, file)
            return
        status: int = 1
        try:
            os.close(reads)
            random.setstate(chance)                 # Python gives a new process another chance
            asyncio._set_running_loop(self._day.world.loop)
            self._day.move(self._place / f"{row or 'undisturbed'}")
            file.write_bytes(pickle.dumps(play()))
            status = 0
        except BaseException as error:
            file.write_bytes(pickle.dumps(Record(trouble=f"{type(error).__name__}: {error}")))
        finally:
            os._exit(status)

    def collect(self, most: int) -> Iterator[tuple[str, Record]]:
        """Wait until no more than ``most`` are running; row and day of those that are over."""
        while len(self._running) > most:
            for pipe in select.select(list(self._running), [], [])[0]:
                row, process, file = self._running.pop(pipe)
                os.close(pipe)
                os.waitpid(process, 0)
                yield row, pickle.loads(file.read_bytes()) if file.exists() else Record(trouble=_("its process has ended"))
                file.unlink(missing_ok=True)

    def end(self) -> None:
        """End those that are running."""
        for pipe, running in self._running.items():
            os.close(pipe)
            os.kill(running[1], 9)
            os.waitpid(running[1], 0)
        self._running.clear()
