"""``python -m vnpy_rehearsal simulate``: the command line of the search."""

import logging
import shlex
import sys

from ..arguments import Parser
from ..conform.known import make_profile, make_target
from ..conform.profile import Profile
from .schedule import Step, read_schedule, to_text
from .search import Day, Tally, play, search, shrink
from .states import states_of

ENOUGH: int = 300                   # days after which every state must have been reached
EVERY: int = 100                    # days from one line to the next


def start(program: str, arguments: list[str]) -> int:
    """The exit status: 0 when every day went well and every state was reached, 1 otherwise, 2 for a command line that is wrong."""
    parser: Parser = Parser(prog=program, description="Simulated days of a gateway: orders, cancels and faults drawn from a seed, in virtual time.")
    parser.add_argument("gateway", metavar="MODULE:CLASS", help="e.g. vnpy_mockbinance:MockBinanceGateway")
    parser.add_argument("--dialect", default="", help="the venue, where more than one is known for the gateway")
    parser.add_argument("--variant", default="", metavar="NAME", help="another market or account of that venue")
    parser.add_argument("--seeds", default=str(ENOUGH), metavar="N|A-B", help=f"the days: 0 to N-1, or A to B (default {ENOUGH})")
    parser.add_argument("--seed", type=int, metavar="N", help="one day")
    parser.add_argument("--schedule", default="", metavar="STEPS", help="what happens on that day, as this command prints it (default: what the seed draws)")
    found = parser.parse_args(arguments)
    try:
        profile: Profile = make_profile(found.gateway, make_target(found.gateway, found.dialect, {}, {}, "", {}, found.variant))
        steps: list[Step] | None = read_schedule(found.schedule) if found.schedule else None
        seeds: range = range(found.seed, found.seed + 1) if found.seed is not None else read_seeds(found.seeds)
    except ValueError as error:
        parser.error(str(error))
    if steps is not None and found.seed is None:
        parser.error("--schedule: --seed is missing")
    again: str = " ".join([program, found.gateway, *(f"--{name} {getattr(found, name)}" for name in ("dialect", "variant") if getattr(found, name))])
    logging.getLogger("vnpy_rehearsal.simulation").setLevel(logging.CRITICAL)
    logging.getLogger("mockexchange").setLevel(logging.CRITICAL)
    if found.seed is not None:
        day: Day = play(profile, found.seed, steps)
        print(to_text(day.steps))
        print(f"{day.seconds:.1f} s virtual: {day.kind or 'well'}")
        if day.kind:
            print(day.text)
        return int(bool(day.kind))
    return run(profile, seeds, again)


def run(profile: Profile, seeds: range, again: str) -> int:
    """Play all days, print what went wrong and what was reached."""
    tally: Tally = Tally()
    try:
        for day in search(profile, seeds):
            tally.add(day)
            if day.kind:
                print(f"seed {day.seed}: {day.kind}: {day.text.splitlines()[0]}", flush=True)
                short: Day = shrink(profile, day)
                print(f"  {again} --seed {short.seed} --schedule {shlex.quote(to_text(short.steps))}", flush=True)
            if not tally.days % EVERY:
                print(f"{tally.days} days, {tally.seconds:.0f} s virtual, {tally.rate:.0f} a second", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
    for state in sorted(states_of(profile)):
        print(f"{tally.states[state]:7}  {state}")
    print(f"{tally.days} days, {tally.seconds:.0f} s virtual in {tally.took:.0f} s, {tally.rate:.0f} a second; {len(tally.wrong)} went wrong")
    missing: list[str] = tally.missing(profile) if tally.days >= ENOUGH else []
    if missing:
        print(f"never reached: {', '.join(missing)}")
    return int(bool(tally.wrong or missing))


def read_seeds(text: str) -> range:
    """``300`` or ``300-599``. ValueError names what is wrong."""
    first, dash, last = text.partition("-")
    if not first.isascii() or not first.isdigit() or dash and not (last.isascii() and last.isdigit() and int(last) >= int(first)):
        raise ValueError(f"--seeds: neither N nor A-B: {text!r}")
    return range(int(first), int(last) + 1) if dash else range(int(first))
