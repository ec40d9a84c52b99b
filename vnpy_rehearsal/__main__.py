"""
``python -m vnpy_rehearsal``: ``run`` is the main job on any gateway, ``conform`` the fault matrix.
"""

import argparse
import sys

PROGRAM: str = "python -m vnpy_rehearsal"
RUN, CONFORM = "run", "conform"


def start(arguments: list[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog=PROGRAM, description="Try gateways and strategies on bad days, without key and network.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(RUN, help="a CTA strategy trades on the embedded mock exchange", add_help=False)
    run.add_argument("--gateway", default="MOCKBINANCE", metavar="NAME")
    conform = commands.add_parser(CONFORM, help="the fault matrix on a gateway", add_help=False)
    for each in (run, conform):
        each.add_argument("more", nargs=argparse.REMAINDER)
    if arguments[:1] == [CONFORM]:
        from mockexchange.__main__ import start as exchange

        sys.argv = [PROGRAM, *arguments]
        return exchange()
    found, more = parser.parse_known_args(arguments) if arguments[:1] != [RUN] else run.parse_known_args(arguments[1:])
    from .job import start as job

    return job(found.gateway, f"{PROGRAM} {RUN}", [*more, *found.more])


if __name__ == "__main__":
    sys.exit(start(sys.argv[1:]))
