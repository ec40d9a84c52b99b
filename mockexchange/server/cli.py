"""The command line: ``python -m mockexchange serve binance=8801 ...`` (DESIGN.md 4.1)."""

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from rest_locale import _

from .. import conform
from ..dialects import load_dialect
from ..journal import JournalError
from ..options import read_option_texts
from ..version import release
from .access import is_loopback
from .listener import Listener, close_event_loop, new_event_loop
from .tls import Tls, given_tls, own_tls
from .traffic_log import TrafficLog
from .venue import Venue

USAGE_ERROR: int = 2
ENVIRONMENT: str = "ENV:"
LOST: int = 3                       # what was done could not be written


class UsageError(Exception):
    """What is wrong with the command line, in one line."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line, and which tells its version."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.add_argument("--version", action="version", version=f"%(prog)s {release()}", help=_("show program's version number and exit"))

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def make_parser() -> Parser:
    """The parser of the whole command line."""
    parser: Parser = Parser(prog="mockexchange", description=_("A simulated exchange that speaks real wire dialects."))
    commands = parser.add_subparsers(dest="command", required=True, metavar="serve|conform")
    serve: argparse.ArgumentParser = commands.add_parser("serve", help=_("serve one or more venues"))
    serve.add_argument("listeners", nargs="+", metavar="DIALECT=PORT", help=_("e.g. binance=8801; port 0: any free port"))
    serve.add_argument("--host", default="127.0.0.1", help=_("address to listen on (default: 127.0.0.1)"))
    serve.add_argument("--control-token", metavar="TOKEN", help=_("asked for by /_mock/; needed for a host others can reach; ENV:NAME: the value of an environment variable"))
    serve.add_argument("--tls", action="store_true", help=_("speak TLS (https, wss) with a certificate of its own, whose path is in the ready line; kept with --state"))
    serve.add_argument("--tls-cert", metavar="PATH", help=_("speak TLS with this PEM certificate (chain)"))
    serve.add_argument("--tls-key", metavar="PATH", help=_("its private key, where it is not in the same file"))
    serve.add_argument("--feed", default="synthetic", metavar="synthetic|PATH|DRIVER:SPEC|none", help=_(
        "the market: synthetic, a Binance public-dump CSV of any symbol (trades, aggTrades or klines; plain, gzipped or zipped) or a table "
        "of bars, DRIVER:SPEC (vnpy:BTCUSDT.GLOBAL: bars of VeighNa's database), or none: a book that holds only what users put there"
    ))
    serve.add_argument("--feed-timezone", default="", metavar="ZONE", help=_("of a feed's times that are text without an offset, e.g. Asia/Shanghai (default: the machine's)"))
    serve.add_argument("--speed", default="1", metavar="1|N|max", help=_("how fast the venue's time goes, and its market with it; max: as fast as a recording can be played"))
    serve.add_argument("--feed-start", default="", metavar="DATE|MS", help=_(
        "where in a recording the market begins, e.g. 2022-01-03 or 2022-01-03T12:30 (UTC) or ms since 1970; what is before it is the past "
        "(default: with its first record)"
    ))
    serve.add_argument("--loop", action="store_true", help=_("a recording begins again when it is over; dates and ids go on"))
    serve.add_argument("--seed", type=int, default=0, metavar="N", help=_("same seed, same market, same ids"))
    serve.add_argument("--state", metavar="DIR", help=_("keep the journal there and continue from it"))
    serve.add_argument("--clock", default="system", metavar="system|manual|manual=MS", help=_(
        "system: from the machine's time, or a recording's own date, as fast as --speed says; manual: time stands still (there, or at that "
        "ms of the UTC epoch) until POST /_mock/clock advances it"
    ))
    serve.add_argument("--account", action="append", default=[], metavar="KEY:SECRET:USDT=100000,BTC=1", help=_("an account (repeatable)"))
    serve.add_argument("--list", action="append", default=[], metavar="SYMBOL:BASE:QUOTE:TICK:STEP[:PRICE]", help=_(
        "list one more symbol, e.g. DOGEUSDT:DOGE:USDT:0.00001:1:0.32; a dump of a symbol that is not listed lists it by itself "
        "(repeatable)"
    ))
    serve.add_argument("--symbols", type=int, metavar="N", help=_("list so many symbols in all: those there are, and made up ones, the same at every start"))
    serve.add_argument("--option", action="append", default=[], metavar="DIALECT.NAME=VALUE", help=_("what a dialect leaves open, e.g. hashex.text_key=msg (repeatable)"))
    serve.add_argument("--unsigned", action="store_true", help=_("binance: calls with the header X-API-KEY need no signature; short for --option binance.unsigned=true"))
    serve.add_argument("--log", action="store_true", help=_("a line on stderr for each request, and for each stream how many pushes, with the label that a fault is matched with"))
    serve.add_argument("--exit-with-stdin", action="store_true", help=_("end when standard input ends: a child that must not outlive its parent"))
    conform.add_arguments(commands.add_parser("conform", help=_("run the fault matrix on a gateway")))
    return parser


def read_listeners(texts: Sequence[str]) -> list[tuple[str, int]]:
    """``binance=8801`` -> ("binance", 8801). UsageError names what is wrong."""
    result: list[tuple[str, int]] = []
    for text in texts:
        name, equals, port = text.partition("=")
        if not equals or not (port.isascii() and port.isdigit()) or int(port) > 65535:
            raise UsageError(_("not DIALECT=PORT (0 to 65535): {text!r}").format(text=text))
        try:
            load_dialect(name)
        except ValueError as error:
            raise UsageError(f"{text!r}: {error}") from None
        result.append((name, int(port)))
    return result


def make_tls(arguments: argparse.Namespace) -> Tls | None:
    """One for all listeners, None where TLS is not wanted."""
    if arguments.tls_cert is not None:
        return given_tls(Path(arguments.tls_cert), None if arguments.tls_key is None else Path(arguments.tls_key))
    if arguments.tls_key is not None:
        raise UsageError(_("--tls-key {path}: --tls-cert is needed as well").format(path=arguments.tls_key))
    if not arguments.tls:
        return None
    return own_tls([arguments.host], None if arguments.state is None else Path(arguments.state))


def make_listeners(arguments: argparse.Namespace, tls: Tls | None) -> list[Listener]:
    """One venue of its own per listener. Raises what Venue raises."""
    result: list[Listener] = []
    seen: dict[str, int] = {}
    try:
        wanted: list[tuple[str, int]] = read_listeners(arguments.listeners)
        options: dict[str, dict[str, str]] = read_option_texts(arguments.option)
        if arguments.unsigned:
            if "unsigned" in options.setdefault("binance", {}):
                raise UsageError(_("--unsigned: --option binance.unsigned is given as well"))
            options["binance"]["unsigned"] = "true"
        served: set[str] = {name for name, __ in wanted}
        if arguments.unsigned and "binance" not in served:
            raise UsageError(_("--unsigned: dialect 'binance' is not served"))
        for dialect in options.keys() - served:
            raise UsageError(_("option: dialect {dialect!r} is not served").format(dialect=dialect))
        for name, port in wanted:
            seen[name] = seen.get(name, 0) + 1
            venue: Venue = Venue(
                name,
                feed=arguments.feed,
                speed=arguments.speed,
                seed=arguments.seed,
                accounts=arguments.account,
                state=arguments.state,
                state_name=name if seen[name] == 1 else f"{name}-{seen[name]}",
                options=options.get(name),
                clock=arguments.clock,
                listed=arguments.list,
                feed_timezone=arguments.feed_timezone,
                feed_start=arguments.feed_start,
                loop=arguments.loop,
                symbols=arguments.symbols,
            )
            result.append(Listener(venue, arguments.host, port, arguments.control_token or "", tls))
    except BaseException:
        close_all(result)
        raise
    return result


def close_all(listeners: list[Listener]) -> None:
    """Let go of the journals."""
    for listener in listeners:
        listener.venue.close()


def end_with_stdin(end: Callable[[], None]) -> None:
    """Call ``end`` when standard input is at its end: its writer has closed it, or died."""

    def watch() -> None:
        try:
            while os.read(0, 4096):
                pass
        except OSError:
            pass
        end()

    threading.Thread(target=watch, name="mockexchange-stdin", daemon=True).start()


async def serve(listeners: list[Listener], with_stdin: bool, is_logged: bool = False) -> None:
    """Serve until SIGINT or SIGTERM, printing one ready line per listener once all of them listen. ``is_logged``: what passes is told on stderr."""
    loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
    ended: asyncio.Event = asyncio.Event()
    logs: list[TrafficLog] = []

    def end() -> None:
        try:
            loop.call_soon_threadsafe(ended.set)
        except RuntimeError:
            pass                # the loop is closed: it has ended already

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: end())
    try:
        for listener in listeners:
            listener.venue.on_lost = end_at_once
            await listener.start()
        for listener in listeners if is_logged else ():
            logs.append(TrafficLog(f"{listener.venue.dialect}:{listener.port}", listener.venue.faults.traffic, log))
            logs[-1].begin()
        for listener in listeners:
            print(msgspec.json.encode(listener.ready()).decode(), flush=True)
        if with_stdin:
            end_with_stdin(end)
        await ended.wait()
    finally:
        for each in logs:
            each.end()
        await asyncio.gather(*[listener.stop() for listener in listeners])


def log(line: str) -> None:
    """Standard output has the ready lines and nothing else."""
    print(line, file=sys.stderr, flush=True)


def end_at_once(why: str) -> None:
    """End the process before anything more is told to anybody."""
    print(_("mockexchange: error: {line}").format(line=" ".join(why.split())), file=sys.stderr, flush=True)
    os._exit(LOST)


def tune_collector() -> None:
    """
    Collect garbage less often: what a venue makes lives on in books and journal, and looking
    through it costs orders about a tenth of their time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def read_token(text: str | None) -> str | None:
    """The token itself: ``ENV:NAME`` keeps it off the list of processes, which everybody on the machine can read."""
    if text is None or not text.startswith(ENVIRONMENT):
        return text
    name: str = text.removeprefix(ENVIRONMENT)
    token: str = os.environ.get(name, "").strip() if name else ""
    if not token:
        raise UsageError(_("--control-token {text}: the environment variable {name!r} is not set").format(text=text, name=name))
    return token


def run(arguments: argparse.Namespace) -> None:
    """Check what can be checked, then serve."""
    arguments.control_token = read_token(arguments.control_token)
    for name in ("host", "control_token", "state", "feed", "tls_cert", "tls_key"):
        if getattr(arguments, name) is not None and not getattr(arguments, name).strip():
            raise UsageError(_("--{option} must not be empty, got {value!r}").format(option=name.replace('_', '-'), value=getattr(arguments, name)))
    if abs(arguments.seed) >= 2 ** 63:
        raise UsageError(_("--seed must have fewer than 64 bits, got {seed}").format(seed=arguments.seed))
    if not is_loopback(arguments.host) and not arguments.control_token:
        raise UsageError(_("--host {host}: others can reach it, so --control-token is needed").format(host=arguments.host))
    tls: Tls | None = make_tls(arguments)
    try:
        serve_until_ended(arguments, tls)
    finally:
        if tls is not None:
            tls.close()


def serve_until_ended(arguments: argparse.Namespace, tls: Tls | None) -> None:
    """Open the venues and serve them. Raises what Venue and Listener raise."""
    listeners: list[Listener] = make_listeners(arguments, tls)
    loop: asyncio.AbstractEventLoop = new_event_loop()
    tune_collector()
    try:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(serve(listeners, arguments.exit_with_stdin, arguments.log))
    finally:
        close_event_loop(loop)
        close_all(listeners)


class CauseFirst(logging.Formatter):
    """A line says what was raised, too: a gateway shows its user one line, not the trace below it."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        line: str = super().formatMessage(record)
        error: BaseException | None = record.exc_info[1] if record.exc_info else None
        return line if error is None else f"{line}: {type(error).__name__}: {' '.join(str(error).split())}"


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0 after a clean end, 2 with one line on stderr when it cannot start."""
    from ..feeds import FeedError

    handler: logging.Handler = logging.StreamHandler()
    handler.setFormatter(CauseFirst("%(levelname)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    try:
        arguments: argparse.Namespace = make_parser().parse_args(argv)
        if arguments.command == "conform":
            return conform.run(arguments)
        run(arguments)
    except (UsageError, FeedError, JournalError, ValueError, OSError) as error:
        line: str = " ".join(str(error).split())
        print(_("mockexchange: error: {line}").format(line=line), file=sys.stderr)
        return USAGE_ERROR
    return 0
