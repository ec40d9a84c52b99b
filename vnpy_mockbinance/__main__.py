"""
``python -m vnpy_mockbinance``: a CTA strategy trades on the embedded mock exchange, watched live.

Exit status: 0 when the strategy sent orders, got fills, and gateway and venue agree on all of
it; 1 when not; 2 for bad arguments.
"""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from time import monotonic

NEEDS: tuple[str, ...] = ("aiohttp", "rich", "vnpy_ctastrategy", "vnpy_sqlite")
DEFAULT_STRATEGY: str = "vnpy_mockbinance.strategy:RehearsalStrategy"


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The command line; argparse ends with status 2 and one line on stderr for what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m vnpy_mockbinance", description="Rehearse a CTA strategy on the embedded mock exchange.")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="how long to trade, 0: until Ctrl-C (default 60)")
    parser.add_argument("--feed", default="synthetic", help="synthetic, or the path of a Binance public-dump CSV")
    parser.add_argument("--speed", default="1", help="replay speed: 1, N or max")
    parser.add_argument("--seed", type=int, default=0, help="same seed, same market")
    parser.add_argument("--symbol", default="BTCUSDT", help="what to trade (default BTCUSDT)")
    parser.add_argument("--strategy", default=DEFAULT_STRATEGY, metavar="MODULE:CLASS", help="a CtaTemplate of yours")
    parser.add_argument("--plain", action="store_true", help="log lines instead of the live view")
    found = parser.parse_args(arguments)
    if not 0 <= found.seconds < float("inf"):
        parser.error(f"--seconds must be 0 or more, got {found.seconds}")
    if found.feed != "synthetic":
        path: Path = Path(found.feed)
        if not path.is_file():
            parser.error(f"--feed: no such file: {found.feed}")
        found.feed = str(path.resolve())        # vn.py changes the working directory
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run; the exit status."""
    options = parse_arguments(arguments)
    missing: list[str] = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        print(f'This needs {", ".join(missing)}: pip install "vnpy_mockbinance[mock]"', file=sys.stderr)
        return 2
    sys.path.insert(0, str(Path.cwd()))         # for --strategy, before vn.py changes the working directory

    from vnpy.trader.setting import SETTINGS
    SETTINGS["log.console"] = False             # we print the lines ourselves

    import requests
    from rich.console import Console
    from rich.live import Live

    from .rehearsal import Rehearsal, load_strategy
    from .view import Rates, View, log_line, print_summary, status_line

    try:
        load_strategy(options.strategy)
    except ValueError as error:
        print(f"python -m vnpy_mockbinance: error: --strategy: {error}", file=sys.stderr)
        return 2

    console: Console = Console(soft_wrap=True)
    plain: bool = options.plain or not console.is_terminal
    child: tuple[str, ...] = ("--feed", options.feed, "--speed", options.speed, "--seed", str(options.seed))
    run: Rehearsal = Rehearsal(options.symbol, options.strategy, {}, child)
    if plain:
        run.record.on_log = lambda log: print(log_line(log), flush=True)

    pause: Event = Event()
    found: list[str] = []
    try:
        try:
            run.start()
            ends: float = monotonic() + options.seconds if options.seconds else float("inf")
            if plain:
                rates: Rates = Rates()
                while monotonic() < ends:
                    pause.wait(min(1.0, max(0.0, ends - monotonic())))
                    print(status_line(run, rates), flush=True)
                    run.check()
            else:
                view: View = View(run, options.seconds, console)
                with Live(view.render(), console=console, screen=True, auto_refresh=False) as live:
                    while monotonic() < ends:
                        pause.wait(min(0.25, max(0.0, ends - monotonic())))
                        live.update(view.render(), refresh=True)
                        run.check()
        except KeyboardInterrupt:
            print("Stopping", flush=True)
            if run.strategy is None:
                print("Stopped before the strategy was there.")
                return 1
        run.stop_trading()
        found = run.compare()
    except KeyboardInterrupt:
        print("Stopped before gateway and venue were compared", file=sys.stderr)
        return 1
    except RuntimeError as error:
        print(f"python -m vnpy_mockbinance: {error}", file=sys.stderr)
        return 1
    except requests.RequestException as error:
        print(f"python -m vnpy_mockbinance: the venue's journal could not be read: {error}", file=sys.stderr)
        return 1
    finally:
        run.close()

    print_summary(console, run, found)
    if not run.record.orders or not run.record.trades:
        print("The strategy did not trade.")
        return 1
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:           # while still importing
        sys.exit(130)
