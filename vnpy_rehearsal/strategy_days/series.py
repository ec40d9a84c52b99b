"""All days of one plan: which rows are played, what became of each, and what is told of it."""

from collections.abc import Callable
from typing import Any

from mockexchange.conform import RowInfo
from mockexchange.conform_report import ABSENT, Outcome, Report

from rest_locale import N_, _

from ..conform.matrix import ROWS
from ..conform.profile import Profile
from ..strikes import reason_against
from .judge import FINE, IDLE, Finding, clock, judge, untried
from .moments import moment_of
from .page import to_page
from .plan import Plan
from .record import Record
from .split import Split, Turn
from .subject import Subject

CALM: str = "-"                 # id of the undisturbed day
TITLES: dict[str, str] = {
    "F37": N_("the trading process is closed, and started again"), "F69": N_("the trading process is killed, and started again"),
}


class Series:
    """
    The days of a plan. ``page`` and ``details`` are of those that are over.

    :raises ValueError: the strategy or the gateway cannot be used
    """

    def __init__(self, plan: Plan, jobs: int) -> None:
        self.plan: Plan = plan
        self.subject: Subject = plan.subject()
        self.profile: Profile = plan.profile()
        self._split: Split = Split(plan, jobs, False if plan.real else None)
        self.undisturbed: Record = Record()
        self.days: dict[str, Record] = {}
        self.findings: dict[str, list[Finding]] = {}
        self.notes: dict[str, str] = {}

    def rows(self) -> list[RowInfo]:
        """Every row of the matrix, and why its fault cannot concern a strategy on this gateway, "" where it can."""
        return [RowInfo(row.id, _(TITLES.get(row.id, row.title)), reason_against(row.id, self.profile), row.seconds) for row in ROWS.values()]

    def play(self, rows: list[RowInfo], tell: Callable[[Outcome], None]) -> None:
        """Play them; ``tell`` is handed the outcomes, the undisturbed day's first, then in the order of the rows."""
        over: dict[str, Outcome] = {}
        waiting: list[RowInfo] = list(rows)

        def tell_next() -> None:
            while waiting and waiting[0].id in over:
                tell(over[waiting.pop(0).id])

        def choose(undisturbed: Record) -> list[Turn]:
            self.undisturbed = undisturbed
            tell(self._calm())
            if undisturbed.flood is not None:
                waiting.clear()             # every row would begin with it
                return []
            found: list[Turn] = []
            for row in rows:
                moment, never = (0.0, row.absent) if row.absent else moment_of(row.id, undisturbed, self.plan.seed)
                if never:
                    over[row.id] = Outcome(row.id, row.title, ABSENT, never, 0.0)
                else:
                    found.append((row.id, moment))
            tell_next()
            return found

        titles: dict[str, str] = {row.id: row.title for row in rows}

        def take(id: str, day: Record) -> None:
            self.days[id] = day
            found: list[Finding] = judge(day, self.undisturbed, self.plan.max_position)
            self.findings[id] = found
            self.notes[id] = "" if found else untried(day, self.undisturbed)
            over[id] = Outcome(id, titles[id], found[0].verdict if found else FINE, reason(found) or self.notes[id], day.took)
            tell_next()

        undisturbed: Record = self._split.play(choose, take)
        if undisturbed.trouble:
            self.undisturbed = undisturbed
            tell(self._calm())

    def _calm(self) -> Outcome:
        """Of the undisturbed day."""
        day: Record = self.undisturbed
        found: list[Finding] = judge(day, None, self.plan.max_position)
        self.findings[CALM] = found
        traded, sent = len(day.traded()), len(day.sent())
        self.notes[CALM] = _("{time} of market, {sent} orders, {traded} traded").format(time=clock(day.stopped), sent=sent, traded=traded)
        if not found and not traded:
            told: str = self.notes[CALM] + _(": try --seconds, or parameters with --setting, until it trades")
            found.append(Finding(IDLE, told))
        return Outcome(CALM, _("undisturbed"), found[0].verdict if found else FINE, reason(found) or self.notes[CALM], day.took)

    # what is told

    def details(self) -> dict[str, Any]:
        """What the JSON report has besides the verdicts: of each day its findings, and when the fault struck, in s since the start."""
        return {
            "strategy": self.plan.spec, "setting": dict(self.subject.setting), "seed": self.plan.seed, "feed": self.plan.feed,
            "seconds": self.undisturbed.stopped,
            "days": {
                id: {
                    "findings": [each._asdict() for each in self.findings[id]], "note": self.notes[id], "fault": day.did, "armed": day.armed,
                    "struck": day.struck, "over": day.over, "stopped": day.stopped, "orders": len(day.sent()), "traded": len(day.traded()),
                } for id, day in ((id, self.days[id]) for id in ROWS if id in self.days)
            },
        }

    def page(self, report: Report) -> bytes:
        """The report as HTML."""
        symbol: str = self.profile.market.symbol
        about: str = f"{report.gateway} · {report.dialect} · seed {self.plan.seed} · {clock(self.undisturbed.stopped)} · {report.summary}"
        if self.subject.setting:
            about += " · " + ", ".join(f"{name}={value}" for name, value in self.subject.setting.items())
        return to_page(self.subject.name, about, symbol, self.undisturbed, report.outcomes, self.days, self.findings, self.notes)


def reason(found: list[Finding]) -> str:
    """The worst without its verdict, which stands beside it; then the others."""
    return "\n".join(each.text if not number else f"{_(each.verdict)}: {each.text}" for number, each in enumerate(found))
