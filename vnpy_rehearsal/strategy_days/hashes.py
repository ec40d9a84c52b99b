"""Sets of text in one order: vn.py's engines keep order ids in sets, and cancel in the order of the set."""

import os
import sys

NAME: str = "PYTHONHASHSEED"


def can_fork() -> bool:
    """Whether days can be split from one process."""
    return sys.platform.startswith("linux") and hasattr(os, "fork")


def settle_hashes(arguments: list[str]) -> None:
    """
    Give the processes that play days a fixed hash seed. Where this one plays them itself it begins again, since Python takes the seed at its
    start. ``arguments``: those of its command line; if they are not, it is somebody else's process and stays as it is.
    """
    if not sys.flags.hash_randomization or os.environ.get(NAME) == "0":     # with -E or -I the seed is not read: no second try
        return
    os.environ[NAME] = "0"
    if can_fork() and arguments == sys.argv[1:] == sys.orig_argv[-len(arguments):]:
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
