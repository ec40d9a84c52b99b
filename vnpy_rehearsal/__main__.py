"""
``python -m vnpy_rehearsal``, also ``vnpy-rehearsal``: ``run`` is the main job on any gateway, ``conform`` the fault matrix, ``simulate``
days in virtual time, ``strategy`` a strategy on bad days, ``new-venue`` writes the files of one, ``doctor`` looks at a set-up, ``trade`` runs strategies without a window.
"""

import argparse
import sys
from collections.abc import Callable

from mockexchange.version import release
from rest_locale import _
from rest_locale.commands import prepare

PROGRAM, SCRIPT = "python -m vnpy_rehearsal", "vnpy-rehearsal"
RUN, CONFORM, SIMULATE, STRATEGY, NEW_VENUE = "run", "conform", "simulate", "strategy", "new-venue"
DOCTOR, TRADE, HEALTH = "doctor", "trade", "health"
FOREIGN: tuple[str, ...] = ("vnpy", "vnpy_ctastrategy", "vnpy_rest", "vnpy_websocket")


def start(arguments: list[str], program: str = PROGRAM) -> int:
    """The exit status; 2 with one line on stderr where vn.py is missing. ``program``: the name it was called by."""
    prepare()
    return with_vnpy(program, lambda: dispatch(arguments, program))


def start_job(gateway: str, program: str) -> int:
    """The main job on a gateway, for its ``__main__.py``; the exit status, 2 with one line on stderr where vn.py is missing."""
    def run() -> int:
        from .job import start as job

        return job(gateway, program)

    return with_vnpy(program, run)


def with_vnpy(program: str, run: Callable[[], int]) -> int:
    try:
        return run()
    except ModuleNotFoundError as error:
        name: str = (error.name or "").partition(".")[0]
        if name not in FOREIGN:
            raise
        text: str = _("{program}: error: {name} is missing, install it with: {command}")
        print(text.format(program=program, name=name, command='pip install "vnpy_mockbinance[mock]"'), file=sys.stderr)
        return 2


def dispatch(arguments: list[str], called: str) -> int:
    parser = argparse.ArgumentParser(prog=called, description=_("Try gateways and strategies on bad days, without key and network."))
    parser.add_argument("--version", action="version", version=f"%(prog)s {release()}", help=_("show program's version number and exit"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser(RUN, help=_("a CTA strategy trades on the embedded mock exchange, on any gateway"), add_help=False)
    commands.add_parser(CONFORM, help=_("the fault matrix on a gateway"), add_help=False)
    commands.add_parser(SIMULATE, help=_("many days of a gateway in virtual time, with orders and faults drawn from seeds"), add_help=False)
    commands.add_parser(STRATEGY, help=_("a strategy once undisturbed and once for each fault, in virtual time, judged by the venue's journal"), add_help=False)
    commands.add_parser(NEW_VENUE, help=_("the files of a new gateway and its dialect, with their tests"), add_help=False)
    commands.add_parser(DOCTOR, help=_("what is wrong with this set-up, a line each"), add_help=False)
    commands.add_parser(TRADE, help=_("CTA strategies trade in a process without a window, which a supervisor starts again"), add_help=False)
    commands.add_parser(HEALTH, help=_("how a process started by trade is"), add_help=False)
    found = parser.parse_known_args(arguments)[0]
    rest: list[str] = arguments[arguments.index(found.command) + 1:]
    program: str = f"{called} {found.command}"
    if found.command == CONFORM:
        from mockexchange.__main__ import start as exchange

        sys.argv = [called, *arguments]
        return exchange()
    if found.command == SIMULATE:
        from .simulation.command import start as simulate

        return simulate(program, rest)
    if found.command == STRATEGY:
        from .strategy_days.command import start as strategy
        from .strategy_days.hashes import settle_hashes

        settle_hashes(arguments)
        return strategy(program, rest)
    if found.command == NEW_VENUE:
        from .scaffold import start as scaffold

        return scaffold(program, rest)
    if found.command == DOCTOR:
        from .doctor.command import start as doctor

        return doctor(program, rest)
    if found.command == TRADE:
        from .trading.command import start as trade

        return trade(program, rest)
    if found.command == HEALTH:
        from .trading.health import start as health

        return health(program, rest)
    from .job import start as job

    return job("", program, rest)


def main(program: str = SCRIPT) -> int:
    """The console script."""
    return start(sys.argv[1:], program)


if __name__ == "__main__":
    sys.exit(main(PROGRAM))
