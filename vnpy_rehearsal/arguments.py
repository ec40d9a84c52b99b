"""The main job's command line. What is wrong with it is one line that names option and value."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from vnpy.trader.constant import Exchange

from mockexchange.feeds.archive import FeedError, member_names
from mockexchange.feeds.drivers import split_spec

from .parser import Parser
from .profiles import DEFAULT_STRATEGY

USUAL: str = "BTCUSDT"                  # what every crypto venue here trades
GLOBAL: str = ".GLOBAL"
DEFAULT_GATEWAY: str = "MOCKBINANCE"
FASTEST: float = 1e6
SYMBOL: re.Pattern[str] = re.compile(r"[A-Z0-9]{2,20}")
CODE: re.Pattern[str] = re.compile(r"[A-Z0-9_-]{1,40}")         # no dot: CtaEngine splits a vt_symbol at each


def read_arguments(
    arguments: list[str] | None, program: str, usual: str, strategy: str = DEFAULT_STRATEGY, gateways: Sequence[str] = ()
) -> argparse.Namespace:
    """
    The command line; ends the process with status 2 and one line on stderr for what is wrong. ``usual``: the vt_symbol that
    is traded by default, of Exchange.GLOBAL if it has none. ``strategy``: the default one. ``gateways``: names for the help text of
    ``--gateway``, which has been read before.

    ``feed`` comes back as an absolute path where it is a path, because vn.py changes the working directory; ``symbol`` as a vt_symbol,
    ``named`` tells whether the user gave it.
    """
    usual = usual if "." in usual else usual + GLOBAL
    parser: Parser = Parser(prog=program, description="Rehearse a CTA strategy on the embedded mock exchange.")
    if gateways:
        parser.add_argument("--gateway", metavar="NAME", help=f"which gateway: {', '.join(gateways)} (default {DEFAULT_GATEWAY})")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="how long to trade, 0: until Ctrl-C (default 60)")
    parser.add_argument("--feed", default="synthetic", help="synthetic, the path of a Binance public-dump CSV or of a table of bars, or vnpy:BTCUSDT.GLOBAL: bars of VeighNa's database")
    parser.add_argument("--feed-timezone", default="", metavar="ZONE", help="of a feed's times that are text without an offset (default: the machine's)")
    parser.add_argument("--feed-start", default="", metavar="DATE|MS", help="where in a recording the market begins, e.g. 2022-01-03; what is before it is the past")
    parser.add_argument("--loop", action="store_true", help="a recording begins again when it is over")
    parser.add_argument("--speed", default="1", metavar="1|N|max", help="how fast the venue's time goes")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="same seed, same market")
    coins: bool = is_coins(usual)
    parser.add_argument(
        "--symbol", default=None,
        help=f"what to trade: BTCUSDT (default; of a dump its own), or its vt_symbol {usual}" if coins else f"what to trade, a vt_symbol (default {usual})",
    )
    parser.add_argument("--strategy", default=strategy, metavar="MODULE:CLASS", help=f"a CtaTemplate of yours (default {strategy})")
    parser.add_argument("--plain", action="store_true", help="log lines instead of the live view")
    found: argparse.Namespace = parser.parse_args(arguments)
    if not 0 <= found.seconds < float("inf"):
        parser.error(f"--seconds must be 0 or more, got {found.seconds}")
    if not is_speed(found.speed):
        parser.error(f'--speed must be "max" or a number above 0 and up to {FASTEST:.0f}, got {found.speed!r}')
    if abs(found.seed) >= 2 ** 63:
        parser.error(f"--seed must have fewer than 64 bits, got {found.seed}")
    found.named = found.symbol is not None
    found.symbol = found.symbol if found.named else usual
    try:
        if coins:
            found.symbol = read_symbol(found.symbol, usual.removeprefix(USUAL).removesuffix(GLOBAL))
        else:
            found.symbol = read_vt_symbol(found.symbol, usual)
    except ValueError as error:
        parser.error(f"--symbol {error}")
    path: Path = Path(found.feed)
    if found.feed != "synthetic" and (path.exists() or split_spec(found.feed) is None):
        if not path.exists():
            parser.error(f"--feed: no such file: {found.feed}")
        try:
            member_names(path)
        except FeedError as error:
            parser.error(f"--feed: {error}")
        found.feed = str(path.resolve())
    return found


def read_gateway(arguments: list[str], program: str) -> tuple[str, list[str]]:
    """The value of ``--gateway``, and the other arguments."""
    parser: Parser = Parser(prog=program, add_help=False, allow_abbrev=False)
    parser.add_argument("--gateway", default=DEFAULT_GATEWAY)
    found, others = parser.parse_known_args(arguments)
    return found.gateway, others


def is_speed(text: str) -> bool:
    """As the mock exchange takes it."""
    try:
        return text == "max" or 0 < float(text) <= FASTEST
    except ValueError:
        return False


def is_coins(vt_symbol: str) -> bool:
    """Whether a gateway names its symbols as coin pairs with a suffix: then the pair alone will do."""
    return vt_symbol.startswith(USUAL) and vt_symbol.endswith(GLOBAL)


def read_vt_symbol(text: str, usual: str) -> str:
    """
    600000.SSE, 00700.sehk or aapl.smart -> the same in capitals.

    :raises ValueError: it is no vt_symbol; ``usual`` is one, as an example
    """
    code, _, exchange = text.strip().upper().rpartition(".")
    if not CODE.fullmatch(code) or exchange not in Exchange.__members__:
        raise ValueError(f"must be a vt_symbol such as {usual}, got {text!r}")
    return f"{code}.{exchange}"


def read_symbol(text: str, suffix: str) -> str:
    """
    BTCUSDT, btcusdt, BTC/USDT, BTCUSDT_SPOT_BINANCE or BTCUSDT_SPOT_BINANCE.GLOBAL -> the last of them, for the suffix
    _SPOT_BINANCE.

    :raises ValueError: it is none of these
    """
    name: str = text.strip().upper().removesuffix(GLOBAL).removesuffix(suffix).replace("/", "").replace("-", "")
    if not SYMBOL.fullmatch(name):
        raise ValueError(f"must be a symbol such as BTCUSDT or {USUAL}{suffix}{GLOBAL}, got {text!r}")
    return f"{name}{suffix}{GLOBAL}"
