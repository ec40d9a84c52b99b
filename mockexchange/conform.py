"""
``python -m mockexchange conform module:Class``: the fault matrix on a gateway, as a table.

What drives the gateway is somebody else's: an entry point of the group ``mockexchange.drivers``. This brings the venue, gives
each row a process of its own, and prints.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timezone
from functools import partial
from importlib.metadata import entry_points
from io import TextIOWrapper
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import msgspec

from rest_locale import N_, _
from rest_locale.english import english

from .api import MockExchange
from .conform_progress import Progress
from .conform_report import ABSENT, Outcome, Report, to_json, to_junit
from .dialects import options_type
from .options import check_options

GROUP: str = "mockexchange.drivers"
ROW_LIMIT: float = 240.0        # s until the process of a row is killed
ENDED: str = N_("the process ended with status {code}")
STOPPED: int = 130              # exit status after Ctrl-C, as shells have it

# option -> field of the driver's profile that it sets to False, and what it says
TRAITS: dict[str, tuple[str, str]] = {
    "--no-pushes": ("pushed", N_("orders and ticks are polled: rows about pushes do not apply")),
    "--no-fills": ("tells_fills", N_("fills are not told one by one: their sum is compared for each order")),
    "--no-own-ids": ("names_orders", N_("the venue does not call orders by the gateway's ids")),
    "--no-lost": ("finds_lost", N_("an order that has ended cannot be found again without the venue's id")),
    "--no-history": ("has_bars", N_("bars are not asked for")),
}


class RowInfo(NamedTuple):
    """A row, why it does not apply ("" if it does), and the seconds it takes."""

    id: str
    title: str
    absent: str
    seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("gateway", metavar="MODULE:CLASS", help=_("e.g. vnpy_mockbinance:MockBinanceGateway"))
    parser.add_argument("--dialect", default="", help=_("the venue it is pointed at, where more than one is known for it"))
    parser.add_argument("--variant", default="", metavar="NAME", help=_("another market or account of that venue, where the gateway's package has profiles for several"))
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help=_("of its connect dialog; {rest} {stream} {key} {secret} are the venue's (repeatable)"))
    parser.add_argument("--patch", action="append", default=[], metavar="MODULE:NAME=VALUE", help=_("a constant of its modules that holds a host (repeatable)"))
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help=_("what the venue's dialect leaves open, e.g. unsigned=true (repeatable)"))
    parser.add_argument("--symbol", default="", help=_("the gateway's name of BTCUSDT: symbol or vt_symbol, in any case"))
    parser.add_argument("--label", action="append", default=[], metavar="NAME=TEXT", help=_("what the dialect calls a request or push, e.g. order=\"POST /api/v3/order\" (repeatable)"))
    parser.add_argument("--rows", metavar="F1,F5-F9", help=_("only these"))
    parser.add_argument("--absent", action="append", default=[], metavar="ROW=REASON", help=_("a row that does not apply to this gateway (repeatable)"))
    parser.add_argument("--ready-line", metavar="TEXT", help=_("the log line with which it is ready; without one it is given 3 s"))
    parser.add_argument("--patience", type=float, metavar="SECONDS", help=_("how long it may take to find out by itself what became of an order (default: 60)"))
    for option, (name, words) in TRAITS.items():
        parser.add_argument(option, dest=name, action="store_false", default=None, help=_(words))
    parser.add_argument("--virtual", action="store_true", help=_("in virtual time, on one thread: a row takes a second, and the same seed gives the same run"))
    parser.add_argument("--seed", type=int, default=7, metavar="N", help=_("of the venue, and of all chance in virtual time (default: 7)"))
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help=_("rows at the same time"))
    parser.add_argument("--json", metavar="FILE", help=_("write the verdicts there, with the reasons in full"))
    parser.add_argument("--junit", metavar="FILE", help=_("write them there as JUnit XML"))
    parser.add_argument("--driver", default="vnpy", help=argparse.SUPPRESS)
    parser.add_argument("--row", default="", help=argparse.SUPPRESS)
    parser.add_argument("--check-symbol", action="store_true", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """0 when every row survived, 1 otherwise. ValueError names an argument that is wrong."""
    driver: Any = make_driver(arguments)
    if arguments.row or arguments.check_symbol:
        make: Callable[..., MockExchange] = partial(make_venue, arguments.seed)
        answer: tuple[str, str] = driver.check_symbol(make) if arguments.check_symbol else driver.run(arguments.row, make)
        plain: list[str] = [text.encode("utf-8", "replace").decode() for text in answer]      # JSON has no lone surrogates
        sys.stdout.buffer.write(msgspec.json.encode(plain) + b"\n")
        sys.stdout.flush()
        os._exit(0)         # a gateway that hangs leaves threads that nothing ends
    if arguments.jobs < 1:
        raise ValueError(_("--jobs: not a number from 1 on: {value}").format(value=arguments.jobs))
    rows: list[RowInfo] = pick(arguments.rows, [RowInfo(*row) for row in driver.rows()])
    if arguments.virtual:
        driver.check_simulated()
    files: dict[str, Path] = {
        option: writable(option, text) for option, text in (("--json", arguments.json), ("--junit", arguments.junit)) if text
    }
    if arguments.symbol:
        verdict, text = in_a_process("--check-symbol")
        if verdict == "refused":
            raise ValueError(f"--symbol: {text}")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")       # a log line may have what the terminal has not
    began: datetime = datetime.now(timezone.utc)
    report: Report = Report(arguments.gateway, " ".join(filter(None, (driver.dialect, arguments.variant))), f"{began:%Y-%m-%d %H:%M} UTC", driver.versions())
    print(report.head, flush=True)
    progress: Progress = Progress(
        sys.stderr, [(row.id, row.title, row.seconds) for row in rows if not row.absent], arguments.jobs
    )
    stopped: bool = False
    try:
        for outcome in outcomes(rows, arguments.jobs, progress, partial(simulated, driver, arguments.seed, progress) if arguments.virtual else None):
            progress.clear()
            print(report.add(outcome), flush=True)
            progress.show()
    except KeyboardInterrupt:
        stopped = True
    progress.close()
    for line in report.tail(stopped):
        print(line, flush=True)
    for option, path in files.items():
        path.write_bytes(to_json(report) if option == "--json" else to_junit(report))
    return STOPPED if stopped else 0 if report.is_good else 1


def outcomes(
    rows: list[RowInfo], jobs: int, progress: Progress, simulate: Callable[[RowInfo], Outcome | None] | None = None,
) -> Iterator[Outcome]:
    """
    What became of each row, in their order; ``jobs`` of them run at the same time. Those that ``simulate`` takes run here,
    one after the other.
    """

    def work(row: RowInfo) -> Outcome:
        progress.start(row.id)
        began: float = monotonic()
        verdict, text = in_a_process("--row", row.id)
        progress.end(row.id)
        return Outcome(row.id, row.title, verdict, text, round(monotonic() - began, 1))

    pool: ThreadPoolExecutor = ThreadPoolExecutor(jobs)
    try:
        waiting: list[Outcome | Future[Outcome]] = [
            absent(row) or pool.submit(work, row) for row in rows if simulate is None
        ]
        for row in rows if simulate is not None else ():
            yield absent(row) or (simulate(row) if simulate is not None else None) or work(row)
        while waiting:
            yield waiting[0] if isinstance(waiting[0], Outcome) else waiting[0].result()
            del waiting[0]
    except KeyboardInterrupt:
        # what was over by then and waited for its turn; Ctrl-C has ended the processes of the others too
        over: list[Outcome] = [
            each if isinstance(each, Outcome) else each.result()
            for each in waiting if isinstance(each, Outcome) or (each.done() and not each.cancelled() and each.exception() is None)
        ]
        yield from (each for each in over if not english(each.reason.partition("\n")[0]).startswith(ENDED.partition("{")[0]))
        raise
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def simulated(driver: Any, seed: int, progress: Progress, row: RowInfo) -> Outcome | None:
    """A row in virtual time; None for one that needs this machine."""
    if not driver.is_simulated(row.id):
        return None
    progress.start(row.id)
    began: float = monotonic()
    verdict, text, __ = driver.simulate(row.id, seed)
    progress.end(row.id)
    return Outcome(row.id, row.title, verdict, text, round(monotonic() - began, 1))


def absent(row: RowInfo) -> Outcome | None:
    """What is said of a row that does not apply."""
    return Outcome(row.id, row.title, ABSENT, row.absent, 0.0) if row.absent else None


def pick(text: str | None, rows: list[RowInfo], option: str = "--rows") -> list[RowInfo]:
    """The rows that ``F1,F5-F9`` names; all of them for None. ValueError names what is none, and the option."""
    if text is None:
        return rows
    names: list[str] = [row.id for row in rows]
    wanted: set[str] = set()
    for part in (each.strip().upper() for each in text.split(",") if each.strip()):
        first, dash, last = (each.strip() for each in part.partition("-"))
        for name in (first, last) if dash else (first,):
            if name not in names:
                raise ValueError(_("{option}: no row {name!r}, there are: {first} to {last}").format(option=option, name=name, first=names[0], last=names[-1]))
        begin, end = names.index(first), names.index(last if dash else first)
        if begin > end:
            raise ValueError(_("{option}: {first} comes after {last}: {part!r}").format(option=option, first=first, last=last, part=part))
        wanted.update(names[begin:end + 1])
    if not wanted:
        raise ValueError(_("{option}: names no rows, such as F2 or F2,F22-F24: {text!r}").format(option=option, text=text))
    return [row for row in rows if row.id in wanted]


def writable(option: str, text: str) -> Path:
    """A file that can be written, as an absolute path: vn.py changes the working directory. ValueError says why it cannot, before the rows are run."""
    path: Path = Path(text).absolute()
    try:
        path.open("ab").close()
    except OSError as error:
        raise ValueError(_("{option}: cannot write {text!r}: {reason}").format(option=option, text=text, reason=error.strerror)) from None
    return path


def make_driver(arguments: argparse.Namespace) -> Any:
    """The driver, told what to test. ValueError when there is none, or it cannot."""
    found = [each for each in entry_points(group=GROUP) if each.name == arguments.driver]
    if not found:
        raise ValueError(_("no driver {driver!r} is installed (entry point of the group {group})").format(driver=arguments.driver, group=GROUP))
    if arguments.patience is not None and not 0 < arguments.patience <= ROW_LIMIT:
        raise ValueError(_("--patience: not a number of seconds above 0 and up to {most:.12g}: {value:g}").format(most=ROW_LIMIT, value=arguments.patience))
    traits: dict[str, Any] = {
        name: getattr(arguments, name)
        for name in (*(name for name, __ in TRAITS.values()), "ready_line", "patience")
        if getattr(arguments, name) is not None
    }
    make: Any = found[0].load()
    driver: Any = make(
        arguments.gateway, arguments.dialect, pairs("--setting", arguments.setting), pairs("--patch", arguments.patch),
        arguments.symbol, labels=pairs("--label", arguments.label), absent=pairs("--absent", arguments.absent), traits=traits,
        options=pairs("--option", arguments.option), variant=arguments.variant,
    )
    check_options(options_type(driver.dialect), driver.dialect, driver.options)
    return driver


def pairs(option: str, texts: list[str]) -> dict[str, str]:
    """NAME=VALUE texts. ValueError names one that is none."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ValueError(_("{option}: not NAME=VALUE: {text!r}").format(option=option, text=text))
        found[name] = value
    return found


def make_venue(seed: int, dialect: str, options: Mapping[str, Any], clock: str, speed: float) -> MockExchange:
    """A venue for one row."""
    return MockExchange(dialect, seed=seed, options=dict(options), clock=clock, speed=speed)


def in_a_process(*arguments: str) -> tuple[str, str]:
    """One row, in a process that may be killed."""
    command: list[str] = [sys.executable, "-m", "mockexchange", *sys.argv[1:], *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=ROW_LIMIT)
    except subprocess.TimeoutExpired:
        return "hung", _("killed after {seconds:.0f} s").format(seconds=ROW_LIMIT)
    lines: list[str] = done.stdout.decode("utf-8", "replace").strip().splitlines()
    try:
        verdict, text = msgspec.json.decode(lines[-1], type=tuple[str, str])
    except (IndexError, msgspec.DecodeError):
        said: str = re.sub(r"\n{2,}", "\n", done.stderr.decode("utf-8", "replace").strip())
        return "hung", f"{_(ENDED).format(code=done.returncode)}\n{said}".strip()
    return verdict, text
