"""
``python -m mockexchange conform module:Class``: the fault matrix on a gateway, as a table.

What drives the gateway is somebody else's: an entry point of the group ``mockexchange.drivers``. This brings the venue, gives
each row a process of its own, and prints.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from importlib.metadata import entry_points
from typing import Any

import msgspec

from .api import MockExchange

GROUP: str = "mockexchange.drivers"
ABSENT: str = "-"
ROW_LIMIT: float = 240.0        # s until the process of a row is killed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("gateway", metavar="MODULE:CLASS", help="e.g. vnpy_mockbinance:MockBinanceGateway")
    parser.add_argument("--dialect", default="", help="the venue it is pointed at, where more than one is known for it")
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="of its connect dialog; {rest} {stream} {key} {secret} are the venue's (repeatable)")
    parser.add_argument("--patch", action="append", default=[], metavar="MODULE:NAME=VALUE", help="a constant of its modules that holds a host (repeatable)")
    parser.add_argument("--symbol", default="", help="vn.py's name of BTCUSDT there")
    parser.add_argument("--rows", default="", metavar="F1,F2", help="only these")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="rows at the same time")
    parser.add_argument("--driver", default="vnpy", help=argparse.SUPPRESS)
    parser.add_argument("--row", default="", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """0 when every row survived, 1 otherwise. ValueError names an argument that is wrong."""
    driver: Any = make_driver(arguments)
    if arguments.row:
        answer: tuple[str, str] = driver.run(arguments.row, make_venue)
        sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
        sys.stdout.flush()
        os._exit(0)         # a gateway that hangs leaves threads that nothing ends
    if arguments.jobs < 1:
        raise ValueError(f"--jobs: not a number from 1 on: {arguments.jobs}")
    rows: list[tuple[str, str, str]] = driver.rows()
    wanted: list[str] = [name.strip() for name in arguments.rows.split(",") if name.strip()]
    for name in wanted:
        if name not in {row[0] for row in rows}:
            raise ValueError(f"--rows: no row {name!r}, there are: {rows[0][0]} to {rows[-1][0]}")
    rows = [row for row in rows if not wanted or row[0] in wanted]
    began: datetime = datetime.now(timezone.utc)
    print(f"{arguments.gateway} on the mock exchange's {driver.dialect} dialect", flush=True)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        results = pool.map(lambda row: (ABSENT, row[2]) if row[2] else in_a_process(row[0]), rows)
        counts: dict[str, int] = {}
        for (name, title, _), (verdict, text) in zip(rows, results, strict=True):
            counts[verdict] = counts.get(verdict, 0) + 1
            print(f"{name:<4} {title:<55} {verdict:<9} {shorten(text)}".rstrip(), flush=True)
    told: str = ", ".join(f"{count} {'do not apply' if verdict == ABSENT else verdict}" for verdict, count in counts.items())
    print(f"\n{told}\n{began:%Y-%m-%d %H:%M} UTC, Python {sys.version.split()[0]}, {driver.versions()}")
    return 0 if set(counts) <= {"survived", ABSENT} else 1


def make_driver(arguments: argparse.Namespace) -> Any:
    """The driver, told what to test. ValueError when there is none, or it cannot."""
    found = [each for each in entry_points(group=GROUP) if each.name == arguments.driver]
    if not found:
        raise ValueError(f"no driver {arguments.driver!r} is installed (entry point of the group {GROUP})")
    make: Any = found[0].load()
    return make(
        arguments.gateway, arguments.dialect, pairs("--setting", arguments.setting), pairs("--patch", arguments.patch),
        arguments.symbol,
    )


def pairs(option: str, texts: list[str]) -> dict[str, str]:
    """NAME=VALUE texts. ValueError names one that is none."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ValueError(f"{option}: not NAME=VALUE: {text!r}")
        found[name] = value
    return found


def make_venue(dialect: str, options: Mapping[str, Any], clock: str, speed: float) -> MockExchange:
    """A venue for one row."""
    return MockExchange(dialect, seed=7, options=dict(options), clock=clock, speed=speed)


def in_a_process(row: str) -> tuple[str, str]:
    """One row, in a process that may be killed."""
    command: list[str] = [sys.executable, "-m", "mockexchange", *sys.argv[1:], "--row", row]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=ROW_LIMIT)
    except subprocess.TimeoutExpired:
        return "hung", f"killed after {ROW_LIMIT:.0f} s"
    lines: list[str] = done.stdout.strip().splitlines()
    try:
        verdict, text = msgspec.json.decode(lines[-1], type=tuple[str, str])
    except (IndexError, msgspec.DecodeError):
        return "hung", f"the process ended with status {done.returncode}: {done.stderr.strip()[-160:]}"
    return verdict, text


def shorten(text: str) -> str:
    """As much of a text as a line takes."""
    plain: str = " ".join(text.split())
    return plain if len(plain) <= 90 else plain[:87] + "..."
