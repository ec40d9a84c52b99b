"""Days that are played in several processes at once, in the order of their seeds."""

import logging
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import NamedTuple

from ..conform.known import make_profile, make_target
from ..conform.profile import Profile
from .search import Day, play

AHEAD: int = 4                      # days a process that are asked for before the next one in order is over

_profile: Profile                   # of a worker


class Subject(NamedTuple):
    """What is played. ``days``: whole days of each seed; 0: as long as its steps take."""

    gateway: str
    dialect: str = ""
    variant: str = ""
    days: int = 0

    def profile(self) -> Profile:
        """:raises ValueError: naming what cannot be found"""
        return make_profile(self.gateway, make_target(self.gateway, self.dialect, {}, {}, "", {}, self.variant))


def quiet() -> None:
    """A simulated world says what went wrong by its days."""
    for name in ("vnpy_rehearsal.simulation", "mockexchange"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def cores() -> int:
    """That this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:              # not on Linux
        return os.cpu_count() or 1


def search(subject: Subject, seeds: Iterable[int], jobs: int = 1) -> Iterator[Day]:
    """
    The days of these seeds, in their order, whatever ``jobs``. Nothing is left running when it is closed.

    :raises BrokenProcessPool: a process has died
    """
    if jobs == 1:
        profile: Profile = subject.profile()
        for seed in seeds:
            yield play(profile, seed, days=subject.days)
        return
    before = set(multiprocessing.active_children())
    pool: ProcessPoolExecutor = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _begin, (subject,))
    under_way: deque[Future[Day]] = deque()
    try:
        for seed in seeds:
            under_way.append(pool.submit(_play, seed, subject.days))
            if len(under_way) >= AHEAD * jobs:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        is_over: bool = not under_way
        pool.shutdown(wait=is_over, cancel_futures=True)
        if not is_over:
            for process in set(multiprocessing.active_children()) - before:
                process.terminate()


def _begin(subject: Subject) -> None:
    global _profile
    signal.signal(signal.SIGINT, signal.SIG_IGN)        # Ctrl-C is the first process's
    quiet()
    _profile = subject.profile()


def _play(seed: int, days: int) -> Day:
    return play(_profile, seed, days=days)
