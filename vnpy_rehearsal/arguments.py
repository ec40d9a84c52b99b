"""The main job's command line. What is wrong with it is one line that names option and value."""

import argparse
import re
from pathlib import Path
from typing import NoReturn

DEFAULT_STRATEGY: str = "vnpy_rehearsal.strategy:RehearsalStrategy"
USUAL: str = "BTCUSDT"                  # what every venue here trades
EXCHANGE: str = ".GLOBAL"
FASTEST: float = 1e6
SYMBOL: re.Pattern[str] = re.compile(r"[A-Z0-9]{2,20}")


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: error: {' '.join(message.split())}\n")


def read_arguments(arguments: list[str] | None, program: str, usual: str) -> argparse.Namespace:
    """
    The command line; ends the process with status 2 and one line on stderr for what is wrong. ``usual``: how the
    gateway names BTCUSDT.

    ``feed`` comes back as an absolute path, because vn.py changes the working directory; ``symbol`` as a vt_symbol.
    """
    parser: Parser = Parser(prog=program, description="Rehearse a CTA strategy on the embedded mock exchange.")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="how long to trade, 0: until Ctrl-C (default 60)")
    parser.add_argument("--feed", default="synthetic", help="synthetic, or the path of a Binance public-dump CSV")
    parser.add_argument("--speed", default="1", metavar="1|N|max", help="replay speed")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="same seed, same market")
    parser.add_argument("--symbol", default="BTCUSDT", help=f"what to trade: BTCUSDT (default), or its vt_symbol {usual}{EXCHANGE}")
    parser.add_argument("--strategy", default=DEFAULT_STRATEGY, metavar="MODULE:CLASS", help="a CtaTemplate of yours")
    parser.add_argument("--plain", action="store_true", help="log lines instead of the live view")
    found: argparse.Namespace = parser.parse_args(arguments)
    if not 0 <= found.seconds < float("inf"):
        parser.error(f"--seconds must be 0 or more, got {found.seconds}")
    if not is_speed(found.speed):
        parser.error(f'--speed must be "max" or a number above 0 and up to {FASTEST:.0f}, got {found.speed!r}')
    if abs(found.seed) >= 2 ** 63:
        parser.error(f"--seed must have fewer than 64 bits, got {found.seed}")
    try:
        found.symbol = read_symbol(found.symbol, usual.removeprefix(USUAL))
    except ValueError as error:
        parser.error(f"--symbol {error}")
    if found.feed != "synthetic":
        path: Path = Path(found.feed)
        if not path.is_file():
            parser.error(f"--feed: no such file: {found.feed}")
        found.feed = str(path.resolve())
    return found


def is_speed(text: str) -> bool:
    """As the mock exchange takes it."""
    try:
        return text == "max" or 0 < float(text) <= FASTEST
    except ValueError:
        return False


def read_symbol(text: str, suffix: str) -> str:
    """
    BTCUSDT, btcusdt, BTC/USDT, BTCUSDT_SPOT_BINANCE or BTCUSDT_SPOT_BINANCE.GLOBAL -> the last of them, for the suffix
    _SPOT_BINANCE.

    :raises ValueError: it is none of these
    """
    name: str = text.strip().upper().removesuffix(EXCHANGE).removesuffix(suffix).replace("/", "").replace("-", "")
    if not SYMBOL.fullmatch(name):
        raise ValueError(f"must be a symbol such as BTCUSDT or {USUAL}{suffix}{EXCHANGE}, got {text!r}")
    return f"{name}{suffix}{EXCHANGE}"
