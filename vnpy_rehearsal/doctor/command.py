"""The command line of ``doctor``. It works where vn.py cannot be imported: that is one of its findings."""

import sys
from functools import partial
from urllib.parse import urlsplit

from ..parser import Parser
from . import installed, machine, trader
from .finding import WRONG, Check, examine


def start(program: str, arguments: list[str]) -> int:
    """The exit status: 0 when nothing is wrong, 1 when something is, 2 for a command line that is wrong."""
    parser: Parser = Parser(prog=program, description="What is wrong with this set-up, a line each; exit status 1 where something is.")
    parser.add_argument("--url", default="", metavar="URL", help="of a venue or a mock exchange: the clock is held against its")
    parser.add_argument("--port", type=int, action="append", default=[], metavar="N", help="that the mock exchange is to listen on (repeatable)")
    parser.add_argument("--live", action="store_true", help="of a machine that trades on a real venue only: the mock exchange is not needed, a setting with a key is")
    found = parser.parse_args(arguments)
    for port in found.port:
        if not 1 <= port <= 65_535:
            parser.error(f"--port must be from 1 to 65535, got {port}")
    if found.url:
        try:
            parts = urlsplit(found.url)
            sound: bool = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound:
            parser.error(f"--url must look like https://host[:port][/path], got {found.url!r}")
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    number: int = 0
    for name, check in checks(found.url, found.port, found.live).items():
        for finding in examine(name, check):
            print(finding.line, flush=True)
            number += finding.grade == WRONG
    print("Nothing is wrong." if not number else f"{number} thing{'s are' if number > 1 else ' is'} wrong.")
    return int(number > 0)


def checks(url: str, ports: list[int], live: bool) -> dict[str, Check]:
    """In the order in which one mends: what is below needs what is above."""
    found: dict[str, Check] = {
        "Python": installed.look_at_python,
        "distributions": partial(installed.look_at_distributions, "" if live else installed.EXTRA),
        "compiled modules": installed.look_at_compiled_modules,
        "entry points": installed.look_at_entry_points,
        "window": installed.look_at_window,
        "time zones": machine.look_at_zones,
        "clock": partial(machine.look_at_clock, url),
        "proxies": machine.look_at_proxies,
        "text": machine.look_at_text,
        "ports": partial(machine.look_at_ports, ports),
        "VeighNa's folder": trader.look_at_folder,
        "connect settings": partial(trader.look_at_settings, live),
    }
    return found if live else {**found, "embedded exchange": trader.look_at_embedded}
