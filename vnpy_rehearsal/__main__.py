"""
``python -m vnpy_rehearsal``: ``run`` is the main job on any gateway, ``conform`` the fault matrix, ``simulate`` days
in virtual time, ``strategy`` a strategy on bad days, ``new-venue`` writes the files of one.
"""

import argparse
import sys

PROGRAM: str = "python -m vnpy_rehearsal"
RUN, CONFORM, SIMULATE, STRATEGY, NEW_VENUE = "run", "conform", "simulate", "strategy", "new-venue"


def start(arguments: list[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog=PROGRAM, description="Try gateways and strategies on bad days, without key and network.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser(RUN, help="a CTA strategy trades on the embedded mock exchange, on any gateway", add_help=False)
    commands.add_parser(CONFORM, help="the fault matrix on a gateway", add_help=False)
    commands.add_parser(SIMULATE, help="many days of a gateway in virtual time, with orders and faults drawn from seeds", add_help=False)
    commands.add_parser(STRATEGY, help="a strategy once undisturbed and once for each fault, in virtual time, judged by the venue's journal", add_help=False)
    commands.add_parser(NEW_VENUE, help="the files of a new gateway and its dialect, with their tests", add_help=False)
    found, _ = parser.parse_known_args(arguments)
    if found.command == CONFORM:
        from mockexchange.__main__ import start as exchange

        sys.argv = [PROGRAM, *arguments]
        return exchange()
    if found.command == SIMULATE:
        from .simulation.command import start as simulate

        return simulate(f"{PROGRAM} {SIMULATE}", arguments[arguments.index(SIMULATE) + 1:])
    if found.command == STRATEGY:
        from .strategy_days.command import start as strategy

        return strategy(f"{PROGRAM} {STRATEGY}", arguments[arguments.index(STRATEGY) + 1:])
    if found.command == NEW_VENUE:
        from .scaffold import start as scaffold

        return scaffold(f"{PROGRAM} {NEW_VENUE}", arguments[arguments.index(NEW_VENUE) + 1:])
    from .job import start as job

    return job("", f"{PROGRAM} {RUN}", arguments[arguments.index(RUN) + 1:])


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
