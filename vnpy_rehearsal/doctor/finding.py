"""What a check has found: one line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

OK, NOTE, WRONG = "ok", "note", "wrong"


@dataclass(frozen=True)
class Finding:
    """
    ``text``: what was looked at and how it is. ``advice``: what to do, for ``wrong`` always. A ``note`` is nothing that has to be
    mended.
    """

    grade: str
    text: str
    advice: str = ""

    @property
    def line(self) -> str:
        return f"{self.grade + ':':<7}{' '.join(self.text.split())}" + (f"; {self.advice}" if self.advice else "")


def ok(text: str) -> Finding:
    return Finding(OK, text)


def note(text: str, advice: str = "") -> Finding:
    return Finding(NOTE, text, advice)


def wrong(text: str, advice: str) -> Finding:
    return Finding(WRONG, text, advice)


Check = Callable[[], Iterable[Finding]]


def examine(name: str, check: Check) -> list[Finding]:
    """The findings of a check; one that cannot be made is a finding, too."""
    found: list[Finding] = []
    try:
        found.extend(check())
    except Exception as error:          # what is looked at may be broken in any way
        found.append(wrong(f"{name}: cannot be looked at: {type(error).__name__}: {error}", "mend what this line names"))
    return found
