"""The command line of ``trade``."""

import os
import signal
import sys
from pathlib import Path
from threading import Event as Flag
from typing import Any

from rest_locale import _

from ..folder import NAME, trouble
from ..parser import Parser

STUCK_AFTER, OFFLINE_AFTER = 15.0, 300.0        # s
USAGE_ERROR: int = 2


def start(program: str, arguments: list[str]) -> int:
    """
    The exit status: 0 after SIGTERM or Ctrl-C, 2 for a set-up that cannot be used; 70 and 75, for the supervisor, when the process was
    stuck or offline for too long (``process.py``).
    """
    parser: Parser = Parser(prog=program, description=_(
        "Run CTA strategies without a window: the gateways and strategies whose settings VeighNa Trader has saved in {name} of this folder, else of your home. "
        "It ends by itself when it hangs; let a supervisor start it again."
    ).format(name=NAME))
    stuck_help: str = _("end when the event engine has not answered for so many seconds; 0: never (default {seconds:g})")
    offline_help: str = _("end when a gateway has been without its connections for so many seconds; 0: never (default {seconds:g})")
    parser.add_argument("--gateway", action="append", default=[], metavar="NAME", help=_("e.g. HASHEX (repeatable; default: each that has a connect_NAME.json)"))
    parser.add_argument("--stuck-after", type=float, default=STUCK_AFTER, metavar="S", help=stuck_help.format(seconds=STUCK_AFTER))
    parser.add_argument("--offline-after", type=float, default=OFFLINE_AFTER, metavar="S", help=offline_help.format(seconds=OFFLINE_AFTER))
    found = parser.parse_args(arguments)
    for option in ("stuck_after", "offline_after"):
        if not 0 <= getattr(found, option) < float("inf"):
            parser.error(_("--{option} must be 0 or more, got {value}").format(option=option.replace("_", "-"), value=getattr(found, option)))
    problem: str = trouble()
    if problem:
        parser.error(_("VeighNa's folder cannot be used: {problem}").format(problem=problem))
    try:
        from vnpy.trader.utility import TEMP_DIR

        gateways = choose(found.gateway, TEMP_DIR)
    except ValueError as error:
        parser.error(str(error))
    return run(program, gateways, found.stuck_after, found.offline_after)


def choose(names: list[str], folder: Path) -> dict[str, tuple[type, dict[str, Any]]]:
    """
    Class and connect setting of each gateway, as ``folder`` has it.

    :raises ValueError: there is no such gateway, or no file with its setting
    """
    from vnpy_restgateway.gateway import RestGateway

    from ..conform.profile import load_class
    from ..job import find_profile, named_profiles
    from .files import read_object

    profiles = named_profiles()
    files: dict[str, Path] = {name: folder / f"connect_{name.lower()}.json" for name in profiles}
    wanted: list[str] = [name.upper() for name in names] or [name for name, file in files.items() if file.exists()]
    if not wanted:
        raise ValueError(_("--gateway: none is given, and no connect_NAME.json is in {folder}; there are: {names}").format(folder=folder, names=", ".join(profiles)))
    chosen: dict[str, tuple[type, dict[str, Any]]] = {}
    for name in wanted:
        try:
            kind: type = load_class(find_profile(name, profiles).gateway)
        except ValueError as error:
            raise ValueError(f"--gateway: {error}") from None
        if not issubclass(kind, RestGateway):
            raise ValueError(_("--gateway: {name} does not tell how its connections are, {kind} is no RestGateway").format(name=name, kind=kind.__name__))
        if not files[name].exists():
            raise ValueError(_("--gateway {name}: {file} is not there; save the connect dialog in VeighNa Trader, or write it: docs/deploy.md").format(name=name, file=files[name]))
        chosen[name] = kind, read_object(files[name])
    return chosen


def run(program: str, gateways: dict[str, tuple[type, dict[str, Any]]], stuck_after: float, offline_after: float) -> int:
    """Trade until a signal comes; the exit status."""
    from .process import TradingProcess

    ended: Flag = Flag()
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: ended.set())
    process: TradingProcess = TradingProcess(gateways, stuck_after, offline_after)
    try:
        status: int = process.run(ended)
    except ValueError as error:
        print(f"{program}: error: {error}", file=sys.stderr)
        status = USAGE_ERROR
    process.close()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)        # a strategy may have threads that never end
