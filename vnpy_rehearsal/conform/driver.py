"""
The driver that the mock exchange's command ``conform`` finds by its entry point (group ``mockexchange.drivers``).

It is told what to test and handed a way to start a venue; it knows nothing of who starts it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from threading import Thread
from traceback import format_exc
from types import MappingProxyType
from typing import Any

from rest_locale import N_, _
from vnpy_restgateway.gateway import RestGateway

from . import rows  # noqa: F401  (registers the rows)
from .harness import WrongSymbol
from .known import Target, make_profile, make_target
from .matrix import ROWS, Row, Run, run_row, venue_options, why_not
from .profile import LABELS, Profile
from .recorder import Missed

SURVIVED: str = N_("survived")
VERDICTS: tuple[str, ...] = (SURVIVED, N_("lost"), N_("doubled"), N_("invented"), N_("hung"), N_("vacuous"))
ROW_SECONDS: float = 180.0
EMPTY: Mapping[str, Any] = MappingProxyType({})

MakeVenue = Callable[[str, Mapping[str, Any], str, float], Any]     # dialect, options, clock, speed -> a context manager


class Driver:
    """
    The matrix for one gateway class.

    :raises ValueError: of the arguments, naming what is wrong
    """

    def __init__(
        self,
        name: str,
        dialect: str,
        setting: Mapping[str, str],
        patches: Mapping[str, str],
        symbol: str,
        labels: Mapping[str, str] = EMPTY,
        absent: Mapping[str, str] = EMPTY,
        traits: Mapping[str, Any] = EMPTY,
        options: Mapping[str, str] = EMPTY,
        variant: str = "",
    ) -> None:
        self.name: str = name
        self.target: Target = make_target(name, dialect, setting, patches, symbol, traits, variant)
        self.profile: Profile = make_profile(name, self.target)
        for row, reason in absent.items():
            if row.upper() not in ROWS or not reason:
                raise ValueError(_("--absent: not ROW=REASON with a row from {first} to {last}: '{row}={reason}'").format(first=next(iter(ROWS)), last=list(ROWS)[-1], row=row, reason=reason))
        self.profile.absent = {**self.profile.absent, **{row.upper(): reason for row, reason in absent.items()}}
        self.profile.labels = checked_labels(labels)
        self.profile.options = {**self.profile.options, **options}

    @property
    def dialect(self) -> str:
        return self.target.dialect

    @property
    def options(self) -> dict[str, Any]:
        """Of the venue's dialect."""
        return dict(self.profile.options)

    def rows(self) -> list[tuple[str, str, str, float]]:
        """Id, title, why it does not apply ("" if it does), and the seconds it takes as a rule."""
        return [(row.id, _(row.title), why_not(row, self.profile), row.seconds) for row in ROWS.values()]

    def check_simulated(self) -> None:
        """
        Whether this gateway can be run in virtual time.

        :raises ValueError: why not
        """
        if not issubclass(self.profile.gateway_class, RestGateway):
            raise ValueError(_("--virtual: {name} is not built on vnpy_restgateway: it goes by this machine's clock and threads").format(name=self.name))
        try:
            import greenlet  # noqa: F401
        except ImportError:
            raise ValueError(_("--virtual: greenlet is not installed: pip install greenlet")) from None

    def is_simulated(self, id: str) -> bool:
        """Whether a row can be run in virtual time."""
        return not ROWS[id].real

    def simulate(self, id: str, seed: int) -> tuple[str, str, float]:
        """One row in a world of that seed, in this process: the verdict, what went wrong, and the virtual seconds it took."""
        from ..simulation.world import World

        row: Row = ROWS[id]
        world: World = World(seed)
        profile: Profile = replace(self.profile, stage=world.stage())

        def play() -> tuple[str, str]:
            with world.exchange(self.target.dialect, options=venue_options(row, profile), clock=row.clock, speed=row.speed) as venue:
                return verdict(row, profile, venue, close=True)

        try:
            found, text = world.run(play)
        finally:
            world.close()
        return found, text, world.loop.now

    def versions(self) -> str:
        """Of what takes part."""
        package: str = self.name.partition(":")[0].partition(".")[0]
        found: list[str] = []
        for each in dict.fromkeys((package, "vnpy", "vnpy_rest", "vnpy_websocket", "websocket-client")):
            try:
                found.append(f"{each} {version(each)}")
            except PackageNotFoundError:
                continue
        return ", ".join(found)

    def check_symbol(self, make_venue: MakeVenue) -> tuple[str, str]:
        """Whether the gateway has a contract of that symbol: "refused" and the reason if other contracts came."""
        with make_venue(self.target.dialect, self.profile.options, "system", 1.0) as venue:
            try:
                Run(self.profile, venue).desk(ready=False).connect().wait_contract()
            except WrongSymbol as error:
                return "refused", str(error)
            except Exception as error:      # the rows will say what it means for each of them
                return "hung", str(error)
        return SURVIVED, ""

    def run(self, id: str, make_venue: MakeVenue) -> tuple[str, str]:
        """One row: the verdict, and what went wrong, in one line and then in full. Leaves threads behind that hang."""
        row: Row = ROWS[id]
        answer: list[tuple[str, str]] = []

        def work() -> None:
            with make_venue(self.target.dialect, venue_options(row, self.profile), row.clock, row.speed) as venue:
                answer.append(verdict(row, self.profile, venue))

        thread: Thread = Thread(target=work, daemon=True)
        thread.start()
        thread.join(ROW_SECONDS)
        return answer[0] if answer else ("hung", _("not over after {seconds:.0f} s").format(seconds=ROW_SECONDS))


def verdict(row: Row, profile: Profile, venue: Any, close: bool = False) -> tuple[str, str]:
    """What became of one row. ``close`` False leaves the gateways as they are: some never end."""
    try:
        run_row(row, profile, venue, close)
    except Missed as missed:
        return missed.kind, str(missed)
    except AssertionError as error:
        return "lost", str(error)
    except Exception as error:
        return "hung", _("an exception reached the caller: {kind}: {error}\n{trace}").format(kind=type(error).__name__, error=error, trace=format_exc())
    return SURVIVED, ""


def checked_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """
    Labels that replace the dialect's own.

    :raises ValueError: naming one that there is not, and the choices
    """
    for name, text in labels.items():
        if name not in LABELS:
            raise ValueError(_("--label: no label {name!r}, there are: {names}").format(name=name, names=', '.join(LABELS)))
        if not text:
            raise ValueError(_("--label: {name}: the text is empty").format(name=name))
    return dict(labels)
