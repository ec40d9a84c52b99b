"""The command line of ``doctor``. It works where vn.py cannot be imported: that is one of its findings."""

import sys
from functools import partial
from urllib.parse import urlsplit

from rest_locale import _

from ..parser import Parser
from . import installed, machine, trader
from .finding import WRONG, Check, examine, note

IMPORTING: tuple[object, ...] = (installed.look_at_entry_points, trader.look_at_settings, trader.look_at_embedded, machine.look_at_exchange)      # gateways and dialects


def start(program: str, arguments: list[str]) -> int:
    """The exit status: 0 when nothing is wrong, 1 when something is, 2 for a command line that is wrong."""
    parser: Parser = Parser(prog=program, description=_("What is wrong with this set-up, a line each; exit status 1 where something is."))
    parser.add_argument("--url", default="", metavar="URL", help=_("of a venue or a mock exchange: the clock is held against its"))
    parser.add_argument("--port", type=int, action="append", default=[], metavar="N", help=_("that the mock exchange is to listen on (repeatable)"))
    parser.add_argument("--live", action="store_true", help=_("of a machine that trades on a real venue only: the mock exchange is not needed, a setting with a key is"))
    found = parser.parse_args(arguments)
    for port in found.port:
        if not 1 <= port <= 65_535:
            parser.error(_("--port must be from 1 to 65535, got {port}").format(port=port))
    if found.url:
        try:
            parts = urlsplit(found.url)
            sound: bool = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if not sound:
            parser.error(_("--url must look like https://host[:port][/path], got {url!r}").format(url=found.url))
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    number: int = 0
    killed: bool = False
    for name, check in checks(found.url, found.port, found.live).items():
        if killed and check_of(check) in IMPORTING:
            print(note(_("{name}: not looked at, before the import that ends the process is mended").format(name=name)).line, flush=True)
            continue
        for finding in examine(name, check):
            print(finding.line, flush=True)
            number += finding.grade == WRONG
            killed = killed or finding.kills
    if number == 0:
        print(_("Nothing is wrong."))
    else:
        print(_("1 thing is wrong.") if number == 1 else _("{number} things are wrong.").format(number=number))
    return int(number > 0)


def check_of(check: Check) -> object:
    return check.func if isinstance(check, partial) else check


def checks(url: str, ports: list[int], live: bool) -> dict[str, Check]:
    """In the order in which one mends: what is below needs what is above."""
    alone: bool = not live and installed.is_exchange_alone()
    found: dict[str, Check] = {
        "Python": installed.look_at_python,
        _("distributions"): installed.look_at_exchange_alone if alone else partial(installed.look_at_distributions, "" if live else installed.EXTRA),
        _("compiled modules"): installed.look_at_compiled_modules,
        _("entry points"): partial(installed.look_at_entry_points, alone),
        _("window"): installed.look_at_window,
        _("time zones"): machine.look_at_zones,
        _("clock"): partial(machine.look_at_clock, url),
        _("proxies"): machine.look_at_proxies,
        _("text"): machine.look_at_text,
        _("ports"): partial(machine.look_at_ports, ports),
        _("VeighNa's folder"): trader.look_at_folder,
        _("connect settings"): partial(trader.look_at_settings, live),
        _("embedded exchange"): trader.look_at_embedded,
    }
    if live:
        del found[_("embedded exchange")]
    if alone:
        for name in (_("window"), _("VeighNa's folder"), _("connect settings"), _("embedded exchange")):     # of vn.py
            del found[name]
        found[_("mock exchange")] = machine.look_at_exchange
    return found
