"""
Every ratio the project stands by, side by side in one run: ``python benchmarks/run.py [--quick]``.

The peers are optional (``pip install -e ".[bench]"``); a row whose peer is missing says what to
install. Each script runs in a process of its own, and prints its rows when started alone.
"""

import argparse
import importlib
import multiprocessing
import platform
import sys
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.connection import Connection

import wakes
from side_by_side import Row, print_rows, row, stands

# script -> what it measures, shown when it cannot be measured at all
SCRIPTS: dict[str, str] = {
    "tick": "tick in process",
    "depth_tick": "20-level depth text to tick",
    "tick_socket": "socket to OMS handler, bookTicker",
    "stream_client": "socket to handler, 20-level depth",
    "rest_client": "REST requests",
    "rest_order": "REST order of the gateway",
    "websocket_order": "WebSocket API order of the gateway",
    "send_order": "send_order, CPU",
    "tick_to_order": "tick to order through CtaEngine",
    "connect_big": "connect with 3,000 symbols",
    "history": "a year of minute bars",
    "qmt_poll": "QMT: polls",
    "futu_push": "Futu: pushes",
    "core": "the core of the mock exchange",
    "post_order": "POST order at the mock exchange",
    "fanout": "market data to many clients",
    "growth": "cost as work grows",
    "big_venue": "a mock exchange of 3,000 symbols",
    "replay": "a recorded day of a million trades",
    "storm": "everything settled after a bad wire",
}
PACKAGES: tuple[str, ...] = (
    "vnpy", "vnpy_binance", "vnpy_rest", "vnpy_websocket", "websocket-client", "websockets", "requests", "urllib3",
    "aiohttp", "uvloop", "picows", "msgspec", "fastapi", "uvicorn", "httptools", "flask", "waitress", "lightmatchingengine",
    "vnpy_ctastrategy", "futu-api", "protobuf",
)


def work(pipe: Connection, name: str, quick: bool) -> None:
    """The rows of one script, or the line that says why there are none."""
    try:
        pipe.send(importlib.import_module(name).run(quick))
    except ModuleNotFoundError as error:
        pipe.send(f"pip install {(error.name or '').partition('.')[0]}")
    except Exception as error:
        pipe.send(f"{type(error).__name__}: {error}")


def rows_of(name: str, quick: bool) -> list[Row]:
    """Run one script in a new process."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=work, args=(there, name, quick))
    process.start()
    there.close()
    try:
        answer: list[Row] | str = here.recv()
    except EOFError:
        answer = "the process has died"
    process.join(10)
    if process.is_alive():
        process.terminate()
    if isinstance(answer, str):
        return [row(SCRIPTS[name], "", None, 0.0, note=answer)]
    return answer


def versions() -> str:
    """What was measured with what."""
    free: bool = not getattr(sys, "_is_gil_enabled", lambda: True)()
    found: list[str] = [f"Python {platform.python_version()}{', free-threaded' if free else ''}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} -")
    return ", ".join(found)


def main() -> int:
    """The status is the number of rows that do not stand."""
    parser: argparse.ArgumentParser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("scripts", nargs="*", metavar="script", help=f"only these: {', '.join(SCRIPTS)}")
    arguments = parser.parse_args()
    unknown: list[str] = [name for name in arguments.scripts if name not in SCRIPTS]
    if unknown:
        parser.error(f"no such script: {', '.join(unknown)}")
    print(wakes.describe(), flush=True)
    rows: list[Row] = []
    for name in arguments.scripts or SCRIPTS:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows.extend(rows_of(name, arguments.quick))
    print_rows(rows)
    print(f"\n{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC, {platform.platform()}\n{versions()}")
    return sum(stands(one) is False for one in rows)


if __name__ == "__main__":
    sys.exit(main())
