"""``python -m vnpy_rehearsal simulate``: the command line of the search."""

import hashlib
import shlex
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Any

from rest_locale import _

from ..arguments import Parser
from ..conform.profile import Profile
from .days import DAY
from .schedule import Step, read_schedule, to_text
from .search import Day, Tally, play, shrink
from .states import states_of
from .workers import Subject, cores, quiet, search

ENOUGH: int = 300                   # seeds after which every state must have been reached
EVERY: int = 100                    # seeds from one line to the next; 1 where each has whole days
MOST_DAYS: int = 366
TRIES: int = 200                    # to make a day that goes wrong shorter
TRIES_OF_DAYS: int = 20             # whole days, each of which takes many seconds


def start(program: str, arguments: list[str]) -> int:
    """The exit status: 0 when every day went well and every state was reached, 1 otherwise, 2 for a command line that is wrong."""
    parser: Parser = Parser(prog=program, description=_("Simulated days of a gateway: orders, cancels and faults drawn from a seed, in virtual time."))
    parser.add_argument("gateway", metavar="MODULE:CLASS", help="e.g. vnpy_mockbinance:MockBinanceGateway")
    parser.add_argument("--dialect", default="", help=_("the venue, where more than one is known for the gateway"))
    parser.add_argument("--variant", default="", metavar="NAME", help=_("another market or account of that venue"))
    parser.add_argument("--seeds", default=str(ENOUGH), metavar="N|A-B", help=_("the seeds: 0 to N-1, or A to B (default {default})").format(default=ENOUGH))
    parser.add_argument("--days", default="0", metavar="N", help=_("each seed has N whole days, with the market's own hours (default: as long as its steps take)"))
    parser.add_argument("--jobs", default="1", metavar="N", help=_("processes at once; 0: as many as there are cores (default 1)"))
    parser.add_argument("--seed", type=int, metavar="N", help=_("one seed"))
    parser.add_argument("--schedule", default="", metavar="STEPS", help=_("what happens then, as this command prints it (default: what the seed draws)"))
    found = parser.parse_args(arguments)
    try:
        days: int = read_count("--days", found.days, MOST_DAYS)
        jobs: int = read_count("--jobs", found.jobs, 1_000) or cores()
        subject: Subject = Subject(found.gateway, found.dialect, found.variant, days)
        profile: Profile = subject.profile()
        steps: list[Step] | None = read_schedule(found.schedule) if found.schedule else None
        seeds: range = range(found.seed, found.seed + 1) if found.seed is not None else read_seeds(found.seeds)
    except ValueError as error:
        parser.error(str(error))
    if steps is not None and found.seed is None:
        parser.error(_("--schedule: --seed is missing"))
    options: list[str] = [f"--{name} {value}" for name, value in zip(("dialect", "variant", "days"), subject[1:], strict=True) if value]
    again: str = " ".join([program, found.gateway, *options])
    quiet()
    if found.seed is not None:
        day: Day = play(profile, found.seed, steps, days)
        print(to_text(day.steps))
        print(_("{seconds:.1f} s virtual: {kind}, fingerprint {fingerprint}").format(seconds=day.seconds, kind=day.kind or _("well"), fingerprint=day.fingerprint))
        if day.kind:
            print(day.text)
        return int(bool(day.kind))
    return run(profile, subject, seeds, jobs, again)


def run(profile: Profile, subject: Subject, seeds: range, jobs: int, again: str) -> int:
    """Play all seeds, print what went wrong and what was reached. What is printed but for the last line does not depend on ``jobs``."""
    tally: Tally = Tally()
    whole: Any = hashlib.sha256()
    every: int = 1 if subject.days else EVERY
    began: float = perf_counter()

    def rate() -> str:
        return _("{rate:.0f} venue-seconds a second").format(rate=tally.seconds / (perf_counter() - began))

    played: Iterator[Day] = search(subject, seeds, jobs)
    try:
        for day in played:
            tally.add(day)
            whole.update(day.fingerprint.encode())
            if day.kind:
                report(profile, subject, day, again)
            if not tally.days % every:
                print(_("{count} seeds, {amount}, {rate}").format(count=tally.days, amount=amount(tally.seconds), rate=rate()), file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print(_("stopped"), file=sys.stderr)
    finally:
        getattr(played, "close", lambda: None)()
    for state in sorted(states_of(profile)):
        print(f"{tally.states[state]:7}  {state}")
    missing: list[str] = tally.missing(profile) if tally.days >= ENOUGH else []
    if missing:
        print(_("never reached: {states}").format(states=", ".join(missing)))
    print(_("{count} seeds, {amount}; {wrong} went wrong; fingerprint {fingerprint}").format(
        count=tally.days, amount=amount(tally.seconds), wrong=len(tally.wrong), fingerprint=whole.hexdigest()[:16],
    ))
    print(f"{perf_counter() - began:.0f} s, {rate()}")
    return int(bool(tally.wrong or missing))


def report(profile: Profile, subject: Subject, day: Day, again: str) -> None:
    """What went wrong, and the command that plays its fewest steps again."""
    print(_("seed {seed}: {kind}: {text}").format(seed=day.seed, kind=day.kind, text=day.text.splitlines()[0]), flush=True)
    short: Day = shrink(profile, day, TRIES if not subject.days else TRIES_OF_DAYS, subject.days)
    print(f"  {again} --seed {short.seed} --schedule {shlex.quote(to_text(short.steps))}", flush=True)


def amount(seconds: float) -> str:
    """Virtual time, as one reads it."""
    return (_("{days:.1f} venue-days") if seconds >= DAY else _("{seconds:.0f} venue-seconds")).format(days=seconds / DAY, seconds=seconds)


def read_count(option: str, text: str, most: int) -> int:
    """:raises ValueError: no whole number from 0 to ``most``"""
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise ValueError(_("{option}: not a whole number from 0 to {most}: {value!r}").format(option=option, most=most, value=text))
    return int(text)


def read_seeds(text: str) -> range:
    """``300`` or ``300-599``. ValueError names what is wrong."""
    first, dash, last = text.partition("-")
    if not first.isascii() or not first.isdigit() or dash and not (last.isascii() and last.isdigit() and int(last) >= int(first)):
        raise ValueError(_("--seeds: neither N nor A-B: {value!r}").format(value=text))
    return range(int(first), int(last) + 1) if dash else range(int(first))
