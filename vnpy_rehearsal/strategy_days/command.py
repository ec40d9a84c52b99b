"""``python -m vnpy_rehearsal strategy``: the command line of the strategy days."""

import argparse
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import monotonic
from typing import Any

from mockexchange.conform import STOPPED, RowInfo, pick, writable
from mockexchange.conform_report import Report, to_json, to_junit

from rest_locale import _

from ..arguments import DEFAULT_GATEWAY, Parser, read_feed, refuse_dates
from ..job import find_profile, named_profiles
from .record import MOST_ORDERS


def read(program: str, arguments: list[str]) -> argparse.Namespace:
    """The command line; ends the process with status 2 and one line for what is wrong."""
    parser: Parser = Parser(prog=program, description=_("A strategy once undisturbed and once for each fault of the matrix, in virtual time, on the same seeded market."))
    parser.add_argument("strategy", metavar="MODULE:CLASS", help=_("a CtaTemplate, a StrategyTemplate of vnpy_portfoliostrategy, or the path of a script with run(engine)"))
    parser.add_argument("--gateway", default=DEFAULT_GATEWAY, metavar="NAME", help=_("which gateway it trades through (default {default})").format(default=DEFAULT_GATEWAY))
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help=_("a parameter of the strategy (repeatable)"))
    parser.add_argument("--rows", metavar="F1,F5-F9", help=_("only these rows of the matrix"))
    parser.add_argument("--seed", type=int, default=0, metavar="N", help=_("same seed, same market, same moments"))
    parser.add_argument("--seconds", type=float, default=0.0, metavar="N", help=_("how long the undisturbed day is (default: until it has traded often enough, 2.5 hours at most)"))
    parser.add_argument("--full", action="store_true", help=_("every day lasts to its end, also when enough was seen"))
    parser.add_argument("--feed", default="synthetic", help=_("synthetic, the path of a Binance public-dump CSV or of a table of bars, or vnpy:BTCUSDT.GLOBAL"))
    parser.add_argument("--feed-timezone", default="", metavar="ZONE", help=_("of a feed's times that are text without an offset"))
    parser.add_argument("--feed-start", default="", metavar="DATE|MS", help=_("where in a recording the market begins"))
    parser.add_argument("--real", action="store_true", help=_("in real time, on this machine's clock and threads: --seconds N for each day"))
    parser.add_argument("--max-position", type=float, metavar="N", help=_("exposed is what holds or orders more than this, instead of more than undisturbed"))
    parser.add_argument("--max-orders", type=int, default=MOST_ORDERS, metavar="N", help=_("a day with more orders ends, and a disturbed one with twice as many (default {most})").format(most=MOST_ORDERS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help=_("days at the same time (default: one a processor)"))
    parser.add_argument("--json", metavar="FILE", help=_("write the verdicts there, with all findings"))
    parser.add_argument("--junit", metavar="FILE", help=_("write them there as JUnit XML"))
    parser.add_argument("--report", metavar="FILE.html", help=_("write a page there with price, fills, position, equity and log of every day"))
    found: argparse.Namespace = parser.parse_args(arguments)
    if not 0 <= found.seconds < float("inf"):
        parser.error(_("{option} must be 0 or more, got {value}").format(option="--seconds", value=found.seconds))
    if abs(found.seed) >= 2 ** 63:
        parser.error(_("{option} must have fewer than 64 bits, got {value}").format(option="--seed", value=found.seed))
    if found.real and not found.seconds:
        parser.error(_("--real needs --seconds N: so long is each day"))
    if found.jobs < 1:
        parser.error(_("{option} must be 1 or more, got {value}").format(option="--jobs", value=found.jobs))
    if found.max_orders < 1:
        parser.error(_("{option} must be 1 or more, got {value}").format(option="--max-orders", value=found.max_orders))
    if found.max_position is not None and not 0 < found.max_position < float("inf"):
        parser.error(_("{option} must be above 0, got {value}").format(option="--max-position", value=found.max_position))
    try:
        found.feed = read_feed(found.feed)
        refuse_dates(found)
        found.profile = find_profile(found.gateway, named_profiles())
        found.files = {option: writable(option, text) for option, text in (("--json", found.json), ("--junit", found.junit), ("--report", found.report)) if text}
    except ValueError as error:
        text: str = str(error)
        parser.error(text if text.startswith("--") else f"--gateway: {text}")
    found.fail = parser.error
    return found


def start(program: str, arguments: list[str]) -> int:
    """The exit status: 0 when all is fine, 1 when not, 2 for a command line that is wrong."""
    found: argparse.Namespace = read(program, arguments)
    from ..folder import settle_folder

    sys.path.insert(0, str(Path.cwd()))         # for the strategy, before vn.py changes the working directory
    here: str = os.getcwd()
    temporary = settle_folder()
    try:
        return run(found)
    finally:
        os.chdir(here)
        if temporary is not None:
            temporary.cleanup()


def run(found: argparse.Namespace) -> int:
    """Play, print, write."""
    from .places import quiet

    quiet()
    from .plan import Plan
    from .series import Series

    more: dict[str, Any] = {name: value for name, value in (("feed_timezone", found.feed_timezone), ("feed_start", found.feed_start)) if value}
    plan: Plan = Plan(
        found.strategy, found.profile.gateway, found.profile.dialect, tuple(found.setting), found.seconds, found.seed, found.feed, more, found.full,
        found.max_position, found.real, found.max_orders,
    )
    try:
        series: Series = Series(plan, found.jobs)
        wanted: list[RowInfo] = pick(found.rows, series.rows())
    except ValueError as error:
        found.fail(str(error))
    began: float = monotonic()
    report: Report = Report(found.profile.gateway, found.profile.dialect, "", versions(), "fine", found.strategy)
    print(report.head, flush=True)
    stopped: bool = False
    try:
        series.play(wanted, lambda outcome: print(report.add(outcome), flush=True))
    except KeyboardInterrupt:
        stopped = True
    for line in report.tail(stopped):
        print(line, flush=True)
    print(f"{monotonic() - began:.0f} s")
    for option, path in found.files.items():
        path.write_bytes(series.page(report) if option == "--report" else to_json(report, series.details()) if option == "--json" else to_junit(report))
    return STOPPED if stopped else 0 if report.is_good else 1


def versions() -> str:
    """Of what takes part."""
    found: list[str] = []
    for each in ("vnpy", "vnpy_ctastrategy", "vnpy_portfoliostrategy", "vnpy_scripttrader"):
        try:
            found.append(f"{each} {version(each)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)

