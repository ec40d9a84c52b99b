"""The main job's command line. What is wrong with it is one line that names option and value."""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from vnpy.trader.constant import Exchange

from mockexchange.feeds.archive import FeedError, member_names
from mockexchange.feeds.drivers import split_spec

from rest_locale import _

from .config import Asking, Config, read_config
from .parser import Parser
from .profiles import DEFAULT_STRATEGY

P = TypeVar("P", bound=argparse.ArgumentParser)

USUAL: str = "BTCUSDT"                  # what every crypto venue here trades
GLOBAL: str = ".GLOBAL"
DEFAULT_GATEWAY: str = "MOCKBINANCE"
SYNTHETIC: str = "synthetic"             # the market that is made up
FASTEST: float = 1e6
ROWS: re.Pattern[str] = re.compile(r"F\d+\s*(-\s*F\d+)?(\s*,\s*F\d+\s*(-\s*F\d+)?)*")
SYMBOL: re.Pattern[str] = re.compile(r"[A-Z0-9]{2,20}")
CODE: re.Pattern[str] = re.compile(r"[A-Z0-9_-]{1,40}")         # no dot: CtaEngine splits a vt_symbol at each


def read_arguments(
    arguments: list[str] | None, program: str, usual: str, strategy: str = DEFAULT_STRATEGY, gateways: Sequence[str] = (), config: Config | None = None,
) -> argparse.Namespace:
    """
    The command line, and before it what a file has; ends the process with status 2 and one line on stderr for what is wrong. ``usual``: the
    vt_symbol that is traded by default, of Exchange.GLOBAL if it has none. ``strategy``: the default one. ``gateways``: names for the help
    text of ``--gateway``, which has been read before.

    ``feed`` comes back as an absolute path where it is a path, because vn.py changes the working directory; ``symbol`` as a vt_symbol,
    ``named`` tells whether the user gave it; ``origin`` what an error about a value begins with, where it is the file's. ``bad_day`` is None where none is wanted, else the rows that are named, "" for the usual ones.
    """
    usual = usual if "." in usual else usual + GLOBAL
    parser: Parser = make_parser(Parser, program, usual, strategy, gateways)
    words: list[str] = sys.argv[1:] if arguments is None else arguments
    origin: dict[str, str] = {}
    if config is not None:
        own: argparse.Namespace = parser.parse_args(words)
        origin = {
            name: config.name_of(name) for name in config.values
            if getattr(own, name.replace("-", "_"), None) == parser.get_default(name.replace("-", "_"))
        }
        asking: Asking = make_parser(Asking, program, usual, strategy, gateways)
        try:
            words = [*config.words(asking, lambda these: settle(asking, asking.parse_args(these), usual)), *words]
        except ValueError as error:
            parser.error(str(error))
    found: argparse.Namespace = settle(parser, parser.parse_args(words), usual)
    found.origin = origin
    return found


def make_parser(kind: type[P], program: str, usual: str, strategy: str, gateways: Sequence[str]) -> P:
    """The parser of the main job."""
    yes_or_no: Any = argparse.BooleanOptionalAction
    parser: P = kind(prog=program, description=_("Rehearse a CTA strategy on the embedded mock exchange."), allow_abbrev=False)
    add: Any = parser.add_argument
    if gateways:
        add("--gateway", metavar="NAME", help=_("which gateway: {names} (default {usual})").format(names=", ".join(gateways), usual=DEFAULT_GATEWAY))
    add("--config", metavar="FILE", help=_("a TOML file with any of these options; the command line wins over it"))
    add("--seconds", type=float, default=60.0, metavar="N", help=_("how long to trade, 0: until Ctrl-C (default 60)"))
    add("--feed", default=SYNTHETIC, help=_("synthetic, the path of a Binance public-dump CSV or of a table of bars, or vnpy:BTCUSDT.GLOBAL: bars of VeighNa's database"))
    add("--feed-timezone", default="", metavar="ZONE", help=_("of a feed's times that are text without an offset (default: the machine's)"))
    add("--feed-start", default="", metavar="DATE|MS", help=_("where in a recording the market begins, e.g. 2022-01-03; what is before it is the past"))
    add("--loop", action=yes_or_no, default=False, help=_("a recording begins again when it is over"))
    add("--speed", default="1", metavar="1|N|max", help=_("how fast the venue's time goes"))
    add("--seed", type=int, default=0, metavar="N", help=_("same seed, same market, same moments of a bad day"))
    line: str = _("what to trade: BTCUSDT (default; of a dump its own), or its vt_symbol {usual}") if is_coins(usual) else _("what to trade, a vt_symbol (default {usual})")
    add("--symbol", default=None, help=line.format(usual=usual))
    add("--strategy", default=strategy, metavar="MODULE:CLASS", help=_("a CtaTemplate of yours (default {strategy})").format(strategy=strategy))
    add("--setting", action="append", default=[], metavar="NAME=VALUE", help=_("a parameter of the strategy (repeatable)"))
    add("--bad-day", nargs="?", const=True, default=None, metavar="F2,F22-F24", help=_("faults strike at seeded moments: these rows of the matrix, or the usual ones"))
    add("--no-bad-day", dest="bad_day", action="store_const", const=None, help=argparse.SUPPRESS)
    add("--plain", action=yes_or_no, default=False, help=_("log lines instead of the live view"))
    return parser


def settle(parser: argparse.ArgumentParser, found: argparse.Namespace, usual: str) -> argparse.Namespace:
    """What was parsed, checked and completed; what is wrong is the parser's ``error``."""
    if not 0 <= found.seconds < float("inf"):
        parser.error(_("--seconds must be 0 or more, got {seconds}").format(seconds=found.seconds))
    if not is_speed(found.speed):
        parser.error(_('--speed must be "max" or a number above 0 and up to {most:.0f}, got {speed!r}').format(most=FASTEST, speed=found.speed))
    if abs(found.seed) >= 2 ** 63:
        parser.error(_("--seed must have fewer than 64 bits, got {seed}").format(seed=found.seed))
    found.named = found.symbol is not None
    found.symbol = found.symbol if found.named else usual
    try:
        if is_coins(usual):
            found.symbol = read_symbol(found.symbol, usual.removeprefix(USUAL).removesuffix(GLOBAL))
        else:
            found.symbol = read_vt_symbol(found.symbol, usual)
    except ValueError as error:
        parser.error(f"--symbol {error}")
    try:
        found.feed = read_feed(found.feed)
        if found.bad_day is not None:
            found.bad_day = read_rows(found.bad_day)
    except ValueError as error:
        parser.error(str(error))
    return found


def read_rows(text: str | bool) -> str:
    """
    The value of ``--bad-day``, in capitals; "" where it has none, which is True.

    :raises ValueError: it names no rows
    """
    if isinstance(text, bool):
        return ""
    if not ROWS.fullmatch(text.upper()):
        raise ValueError(_("--bad-day: no rows of the matrix, such as F2 or F2,F22-F24: {text!r}").format(text=text))
    return text.upper()


def read_feed(text: str) -> str:
    """
    The value of ``--feed``, absolute where it is a path: vn.py changes the working directory.

    :raises ValueError: no such file, or it is no recording
    """
    path: Path = Path(text)
    if text == SYNTHETIC or not path.exists() and split_spec(text) is not None:
        return text
    if not path.exists():
        raise ValueError(_("--feed: no such file: {text}").format(text=text))
    try:
        member_names(path)
    except FeedError as error:
        raise ValueError(f"--feed: {error}") from None
    return str(path.resolve())


def refuse_dates(found: argparse.Namespace) -> None:
    """
    Options about a recording need one.

    :raises ValueError: naming the option and its value
    """
    for option in ("feed-start", "feed-timezone", "loop"):
        value: Any = getattr(found, option.replace("-", "_"), None)
        if value and found.feed == SYNTHETIC:
            name: str = getattr(found, "origin", {}).get(option, f"--{option}")
            raise ValueError(_("{name}: {value!r} is for a recorded feed, {feed!r} has no dates of its own").format(name=name, value=value, feed=found.feed))


def read_gateway(arguments: list[str], program: str, usual: str = DEFAULT_GATEWAY) -> tuple[str, list[str]]:
    """The value of ``--gateway``, and the other arguments."""
    parser: Parser = Parser(prog=program, add_help=False, allow_abbrev=False)
    parser.add_argument("--gateway", default=usual)
    found, others = parser.parse_known_args(arguments)
    return found.gateway, others


def find_config(arguments: list[str], program: str) -> Config | None:
    """
    The file that ``--config`` names.

    :raises ValueError: it cannot be read
    """
    parser: Parser = Parser(prog=program, add_help=False, allow_abbrev=False)
    parser.add_argument("--config")
    found, __ = parser.parse_known_args(arguments)
    return read_config(found.config) if found.config is not None else None


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
    code, __, exchange = text.strip().upper().rpartition(".")
    if not CODE.fullmatch(code) or exchange not in Exchange.__members__:
        raise ValueError(_("must be a vt_symbol such as {usual}, got {text!r}").format(usual=usual, text=text))
    return f"{code}.{exchange}"


def read_symbol(text: str, suffix: str) -> str:
    """
    BTCUSDT, btcusdt, BTC/USDT, BTCUSDT_SPOT_BINANCE or BTCUSDT_SPOT_BINANCE.GLOBAL -> the last of them, for the suffix
    _SPOT_BINANCE.

    :raises ValueError: it is none of these
    """
    name: str = text.strip().upper().removesuffix(GLOBAL).removesuffix(suffix).replace("/", "").replace("-", "")
    if not SYMBOL.fullmatch(name):
        raise ValueError(_("must be a symbol such as BTCUSDT or {usual}, got {text!r}").format(usual=f"{USUAL}{suffix}{GLOBAL}", text=text))
    return f"{name}{suffix}{GLOBAL}"
