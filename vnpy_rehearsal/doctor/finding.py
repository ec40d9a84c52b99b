"""What a check has found: one line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rest_locale import N_, _

OK, NOTE, WRONG = N_("ok"), N_("note"), N_("wrong")


@dataclass(frozen=True)
class Finding:
    """
    ``text``: what was looked at and how it is. ``advice``: what to do, for ``wrong`` always. A ``note`` is nothing that has to be
    mended. ``kills``: an import that ends the process, which nobody may make any more.
    """

    grade: str
    text: str
    advice: str = ""
    kills: bool = False

    @property
    def line(self) -> str:
        text: str = " ".join(self.text.split())
        width: int = max(len(_(grade) + _(": ")) for grade in (OK, NOTE, WRONG))
        return (_(self.grade) + _(": ")).ljust(width) + (text + _("; ") + self.advice if self.advice else text)


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
        found.append(wrong(_("{name}: cannot be looked at: {error}").format(name=name, error=f"{type(error).__name__}: {error}"), _("mend what this line names")))
    return found
