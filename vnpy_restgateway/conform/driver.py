"""
The driver that the mock exchange's command ``conform`` finds by its entry point (group ``mockexchange.drivers``).

It is told what to test and handed a way to start a venue; it knows nothing of who starts it.
"""

from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from threading import Thread
from typing import Any

from . import rows  # noqa: F401  (registers the rows)
from .known import Target, make_profile, make_target
from .matrix import ROWS, Row, run_row, why_not
from .profile import Profile
from .recorder import Missed

SURVIVED: str = "survived"
VERDICTS: tuple[str, ...] = (SURVIVED, "lost", "doubled", "invented", "hung", "vacuous")
ROW_SECONDS: float = 180.0

MakeVenue = Callable[[str, Mapping[str, Any], str, float], Any]     # dialect, options, clock, speed -> a context manager


class Driver:
    """
    The matrix for one gateway class.

    :raises ValueError: of the arguments, naming what is wrong
    """

    def __init__(
        self, name: str, dialect: str, setting: Mapping[str, str], patches: Mapping[str, str], symbol: str
    ) -> None:
        self.name: str = name
        self.target: Target = make_target(name, dialect, setting, patches, symbol)
        self.profile: Profile = make_profile(name, self.target)

    @property
    def dialect(self) -> str:
        return self.target.dialect

    def rows(self) -> list[tuple[str, str, str]]:
        """Id, title, and why it does not apply ("" if it does)."""
        return [(row.id, row.title, why_not(row, self.profile)) for row in ROWS.values()]

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

    def run(self, id: str, make_venue: MakeVenue) -> tuple[str, str]:
        """One row: the verdict, and the first line of what went wrong. Leaves threads behind that hang."""
        row: Row = ROWS[id]
        answer: list[tuple[str, str]] = []

        def work() -> None:
            with make_venue(self.target.dialect, self.profile.options, row.clock, row.speed) as venue:
                answer.append(verdict(row, self.profile, venue))

        thread: Thread = Thread(target=work, daemon=True)
        thread.start()
        thread.join(ROW_SECONDS)
        return answer[0] if answer else ("hung", f"not over after {ROW_SECONDS:.0f} s")


def verdict(row: Row, profile: Profile, venue: Any) -> tuple[str, str]:
    """What became of one row."""
    try:
        run_row(row, profile, venue, close=False)
    except Missed as missed:
        return missed.kind, str(missed).partition("\n")[0]
    except AssertionError as error:
        return "lost", str(error).partition("\n")[0]
    except Exception as error:
        return "hung", f"an exception reached the caller: {type(error).__name__}: {error}"
    return SURVIVED, ""
