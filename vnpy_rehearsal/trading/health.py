"""``python -m vnpy_rehearsal health``: for Docker's HEALTHCHECK and for people. Imports no vn.py: it is called every few seconds."""

import json
import os
import signal
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

from rest_locale import _

from ..folder import NAME
from ..parser import Parser
from .files import HEALTH, started_at

TOO_OLD: float = 10.0               # s; it is written every second
GOOD: str = "healthy"
GONE_WITHIN: float = 2.0            # s from the kill


def start(program: str, arguments: list[str]) -> int:
    """The exit status: 0 when the process is healthy, 1 when not."""
    parser: Parser = Parser(prog=program, description=_("How the process that trade has started is, in a line; exit status 0: healthy."))
    parser.add_argument("--json", action="store_true", help=_("all that is known: connections, orders, positions, strategies"))
    kill_help: str = _("kill it when it has given no sign of life for {seconds:g} s, so that whoever started it starts it again (Linux)")
    parser.add_argument("--kill", action="store_true", help=kill_help.format(seconds=TOO_OLD))
    found = parser.parse_args(arguments)
    here: Path = Path.cwd() / NAME
    path: Path = (here if here.exists() else Path.home() / NAME) / HEALTH
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        print(_("no process: {path} is not there").format(path=path))
        return 1
    except ValueError as error:
        print(_("{path}: not JSON: {error}").format(path=path, error=error))
        return 1
    age: float = seconds_since(told)
    if found.json:
        print(json.dumps(told | {"age": round(age, 1)}, ensure_ascii=False, indent=1))
    else:
        print(_("no sign of life for {seconds:.0f} s, last: {state}").format(seconds=age, state=told["line"]) if age > TOO_OLD else told["line"])
    if found.kill and age > TOO_OLD:
        print(kill(told))
    return int(age > TOO_OLD or told["state"] != GOOD)


def seconds_since(told: dict[str, Any]) -> float:
    """Since the file was written. A clock that is set and a machine that sleeps change nothing; after a boot the wall clock is all there is."""
    age: float = monotonic() - told["monotonic"]
    return age if age >= 0 else time() - told["time"]


def kill(told: dict[str, Any]) -> str:
    """End the process that has written this, and no other one that has its number now; what came of it."""
    pid: int = told["pid"]
    if not told["started_at"] or started_at(pid) != told["started_at"]:
        return _("process {pid} is not there any more, nothing is killed").format(pid=pid)
    try:
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    except OSError as error:
        return _("process {pid} cannot be killed: {error}").format(pid=pid, error=error.strerror)
    until: float = monotonic() + GONE_WITHIN
    while started_at(pid) == told["started_at"]:
        if monotonic() > until:
            return _("process {pid} cannot be killed from inside its container: start that with --init").format(pid=pid)
        sleep(0.05)
    return _("process {pid} was killed").format(pid=pid)

