"""
The main job: a CTA strategy trades through a gateway on the embedded mock exchange, watched live.

Exit status: 0 when the strategy sent orders, got fills, and gateway and venue agree on all of
it; 1 when not; 2 for bad arguments.
"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from rest_locale import _
from rest_locale.commands import prepare

from .arguments import DEFAULT_GATEWAY, find_config, read_arguments, read_gateway, refuse_dates
from .config import SETTING, Config
from .folder import settle_folder
from .profiles import JobProfile, read_job, read_profiles

if TYPE_CHECKING:
    from rich.console import Console

    from vnpy_restgateway.far_end import FarEnd

    from .bad_day.plan import BadPlan
    from .bad_day.venue import BadVenue

HALF: float = 0.5               # of the time that the rows of a bad day should have: with less it is said before
NEEDS: tuple[str, ...] = ("aiohttp", "rich", "vnpy_ctastrategy", "vnpy_sqlite")


class Termination:
    """
    The handler of SIGTERM. The first one ends the run as Ctrl-C does: terminal restored, orders cancelled, gateway and
    venue compared. One that comes more than a second later ends the process at once; ``timeout`` sends two together.
    """

    def __init__(self) -> None:
        self.first: float = 0.0         # monotonic s

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if not self.first:
            self.first = monotonic()
            raise KeyboardInterrupt
        if monotonic() > self.first + 1.0:
            end_at_once()


def is_plain(options: argparse.Namespace, console: "Console") -> bool:
    """Whether lines are printed instead of the live view: as asked, and where no terminal can draw it."""
    nameless: bool = os.name == "posix" and not os.environ.get("TERM")
    return options.plain or not console.is_terminal or console.is_dumb_terminal or nameless


def named_profiles() -> dict[str, Mapping[str, Any]]:
    """
    What packages say of their gateways, by default name.

    :raises ValueError: a profile cannot be read
    """
    found: dict[str, Mapping[str, Any]] = {}
    for entry in read_profiles(lambda each: each):
        if entry.get("name"):
            found.setdefault(entry["name"], entry)
    return dict(sorted(found.items()))


def find_profile(name: str, found: Mapping[str, Mapping[str, Any]]) -> JobProfile:
    """
    Of a gateway by its default name, MOCKBINANCE.

    :raises ValueError: there is none of that name, or it cannot be used
    """
    if name.upper() not in found:
        raise ValueError(_("no gateway {name!r}, there are: {names}").format(name=name, names=", ".join(found)))
    try:
        return read_job(found[name.upper()])
    except (TypeError, ValueError) as error:
        raise ValueError(_("the profile of {name!r} cannot be used: {error}").format(name=name.upper(), error=error)) from None


def main(arguments: list[str] | None, gateway: str, program: str) -> int:
    """Run; the exit status. ``gateway`` "": it is one of the arguments."""
    given: list[str] = sys.argv[1:] if arguments is None else arguments
    chosen: bool = not gateway
    try:
        config: Config | None = find_config(given, program)
    except ValueError as error:
        print(_("{program}: error: {error}").format(program=program, error=error), file=sys.stderr)
        return 2
    where: str = "--gateway"
    if chosen:
        in_file: Any = config.values.get("gateway") if config else None
        gateway, given = read_gateway(given, program, "" if in_file is not None else DEFAULT_GATEWAY)
        if config and not gateway:
            gateway, where = str(in_file), config.name_of("gateway")
    try:
        profiles: dict[str, Mapping[str, Any]] = named_profiles()
        profile: JobProfile = find_profile(gateway, profiles)
    except ValueError as error:
        print(_("{program}: error: {error}").format(program=program, error=f"{where}: {error}"), file=sys.stderr)
        return 2
    options = read_arguments(given, program, profile.symbol, profile.strategy, list(profiles) if chosen else (), config)
    options.file = config
    missing: list[str] = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        print(_('This needs {missing}: pip install "vnpy_mockbinance[mock]"').format(missing=", ".join(missing)), file=sys.stderr)
        return 2
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")       # a log line may have what the terminal's code page has not
    sys.path.insert(0, str(Path.cwd()))         # for --strategy, before vn.py changes the working directory
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, Termination())
    temporary = settle_folder()
    try:
        return rehearse(options, profile, program)
    finally:
        if temporary is not None:
            os.chdir(Path(temporary.name).parent)
            temporary.cleanup()


def rehearse(options: argparse.Namespace, profile: JobProfile, program: str) -> int:
    """The run itself; the exit status."""
    from vnpy.trader.setting import SETTINGS
    SETTINGS["log.console"] = False             # we print the lines ourselves

    from rich.console import Console

    from .rehearsal import load_strategy

    try:
        strategy_class: type = load_strategy(options.strategy)
    except ValueError as error:
        print(_("{program}: error: {error}").format(program=program, error=f"{options.origin.get('strategy', '--strategy')}: {error}"), file=sys.stderr)
        return 2
    try:
        refuse_dates(options)
        setting: dict[str, Any] = setting_of(options, profile, strategy_class)
        bad: BadPlan | None = plan_bad_day(options, profile)
    except ValueError as error:
        print(_("{program}: error: {error}").format(program=program, error=error), file=sys.stderr)
        return 2

    console: Console = Console(soft_wrap=True, file=sys.stdout)
    child: tuple[str, ...] = ("--feed", options.feed, "--speed", options.speed, "--seed", str(options.seed))
    if options.feed_timezone:
        child += ("--feed-timezone", options.feed_timezone)
    if options.feed_start:
        child += ("--feed-start", options.feed_start)
    if options.loop:
        child += ("--loop",)
    with ExitStack() as stack:
        try:
            far = stack.enter_context(far_end_of(profile, child)) if bad is None else None
            venue = stack.enter_context(bad.open(child)) if bad is not None else None
        except KeyboardInterrupt:
            print(_("Stopped before the strategy was there."))
            return 1
        except (ImportError, AttributeError, OSError, RuntimeError, ValueError) as error:
            print(f"{program}: {error}", file=sys.stderr)
            return 1
        if far is not None:
            print(far.line, flush=True)
        if bad is not None and (line := bad.too_short(HALF)):
            print(line, flush=True)
        if bad is not None and profile.far_end:
            print(_("Bad day: {gateway} trades on the mock exchange's dialect {dialect}, no other program is started").format(gateway=profile.name, dialect=profile.dialect), flush=True)
        return trade(Job(options, profile, program, console, child, far, setting, bad, venue))


def setting_of(options: argparse.Namespace, profile: JobProfile, strategy_class: type) -> dict[str, Any]:
    """
    The strategy's parameters: of the profile, of the file, of the command line; the last of these counts.

    :raises ValueError: naming parameter and value
    """
    from .parameters import read_parameters

    file: Config | None = options.file
    return {
        **(profile.strategy_setting if options.strategy == profile.strategy else {}),
        **(read_parameters(strategy_class, file.setting, f"{file.path}: {SETTING}") if file else {}),
        **read_parameters(strategy_class, options.setting),
    }


def plan_bad_day(options: argparse.Namespace, profile: JobProfile) -> "BadPlan | None":
    """
    What is to strike, None where nothing is.

    :raises ValueError: there is no such row, or none that can strike
    """
    if options.bad_day is None:
        return None
    from .bad_day.plan import BadPlan

    try:
        return BadPlan(profile, options.bad_day, options.seconds, options.seed)
    except ValueError as error:
        where: str = options.origin.get("bad-day", "")
        raise ValueError(f"{where}: {error}" if where else str(error)) from None


@contextmanager
def far_end_of(profile: JobProfile, child: tuple[str, ...]) -> Iterator["FarEnd | None"]:
    """What the profile's gateway trades through, started; None where it trades on its embedded exchange."""
    if not profile.far_end:
        yield None
        return
    module, __, name = profile.far_end.partition(":")
    with getattr(import_module(module), name)(child) as far:
        yield far


@dataclass
class Job:
    """What is run: ``child``, words of the mock exchange's command line; ``far``, what the gateway trades through; ``bad`` and ``venue`` of a bad day."""

    options: argparse.Namespace
    profile: JobProfile
    program: str
    console: "Console"
    child: tuple[str, ...]
    far: "FarEnd | None"
    setting: dict[str, Any]
    bad: "BadPlan | None"
    venue: "BadVenue | None"


def trade(job: Job) -> int:
    """The strategy trades, then gateway and venue are compared; the exit status."""
    import requests

    from .printed import Printed
    from .rehearsal import Rehearsal
    from .summary import print_summary
    from .view import Lines, watch

    options, program = job.options, job.program
    try:
        run: Rehearsal = Rehearsal(job.profile, options.symbol, options.strategy, job.setting, job.child, job.far, options.named, job.venue)
    except ValueError as error:
        line: str = _("{program}: error: gateway {name} cannot be used: {error}")
        print(line.format(program=program, name=job.profile.name, error=error), file=sys.stderr)
        return 2
    lines: Lines | None = Lines(run) if is_plain(options, job.console) else None
    say: Callable[[str], None] = lines.say if lines is not None else partial(print, flush=True)
    printed: AbstractContextManager[object] = Printed(lines.printed, errors=False) if lines is not None else nullcontext()
    found: list[str] = []
    is_whole: bool = False
    with printed:
        try:
            try:
                run.start()
                if lines is not None:
                    say(run.where)
                if job.bad is not None:
                    run.begin_bad_day(job.bad)
                watch(run, options.seconds, job.console, lines)
                is_whole = True
            except KeyboardInterrupt:
                say(_("Stopping"))
                if run.strategy is None:
                    say(_("Stopped before the strategy was there."))
                    return 1
            run.end_bad_day()
            if run.bad is not None and run.record.active():
                say(_("Waiting until every order is settled, {seconds:.0f} s at most").format(seconds=run.patience))
            run.stop_trading()
            found = run.compare()
        except KeyboardInterrupt:
            print(_("Stopped before gateway and venue were compared"), file=sys.stderr)
            return 1
        except RuntimeError as error:
            said: bool = lines is not None and run.last_words() in str(error) and not run.cta.failure
            # its reason has been printed as a log line already
            print(f"{program}: {str(error).replace(': ' + run.last_words(), '') if said else error}", file=sys.stderr)
            return 1
        except requests.RequestException as error:
            print(_("{program}: the venue's journal could not be read: {error}").format(program=program, error=error), file=sys.stderr)
            return 1
        finally:
            run.end_bad_day()
            run.close()
    return 0 if print_summary(job.console, run, found, is_whole, job.bad.too_short() if job.bad is not None else "") else 1


def end_at_once() -> NoReturn:
    """Without a summary, and without waiting for anybody: threads of vn.py may be left that never end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    try:
        sys.stdout.flush()
    except (OSError, ValueError, RuntimeError):         # RuntimeError: in the midst of a print
        pass
    os._exit(130)


def start(gateway: str, program: str, arguments: list[str] | None = None) -> int:
    """``main``, and the ends that have no summary. ``gateway`` "": ``--gateway`` names it."""
    prepare()
    try:
        return main(arguments, gateway, program)
    except KeyboardInterrupt:           # while still importing, or once more while closing
        end_at_once()
    except BrokenPipeError:             # whoever read our lines has gone
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (OSError, ValueError):
            pass
        return 1
