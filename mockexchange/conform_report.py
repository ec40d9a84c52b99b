"""The verdicts of a run of the matrix: as a table, as JSON, and as JUnit XML."""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple
from unicodedata import east_asian_width
from xml.etree import ElementTree

import msgspec

from rest_locale import _

ABSENT: str = "-"
SURVIVED: str = "survived"
EMPTY: Mapping[str, object] = MappingProxyType({})

# characters that XML 1.0 cannot have (https://www.w3.org/TR/xml/#charsets)
_NO_XML: re.Pattern[str] = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Outcome(NamedTuple):
    """What became of a row. ``reason``: its first line says it, the others give the circumstances."""

    id: str
    title: str
    verdict: str
    reason: str
    seconds: float


class Report:
    """
    The outcomes of one run. ``good``: the verdict that is none; ``subject``: what is tried through the gateway, where it is not the gateway itself.
    ``began`` "": nothing of the wall clock is written, so that the reports of two equal runs are equal.
    """

    def __init__(self, gateway: str, dialect: str, began: str, versions: str, good: str = SURVIVED, subject: str = "") -> None:
        self.good: str = good
        self.subject: str = subject
        self.gateway: str = gateway
        self.dialect: str = dialect
        self.began: str = began
        self.versions: str = versions
        self.python: str = sys.version.split()[0]
        self.outcomes: list[Outcome] = []

    @property
    def head(self) -> str:
        """The first line."""
        if self.subject:
            return _("{subject} through {gateway} on the mock exchange's {dialect} dialect").format(
                subject=self.subject, gateway=self.gateway, dialect=self.dialect,
            )
        return _("{gateway} on the mock exchange's {dialect} dialect").format(gateway=self.gateway, dialect=self.dialect)

    @property
    def summary(self) -> str:
        """How often each verdict came up."""
        return ", ".join(
            (_("{count} do not apply") if verdict == ABSENT else _("{count} {verdict}")).format(count=count, verdict=_(verdict)) for verdict, count in self.counts.items()
        )

    @property
    def counts(self) -> dict[str, int]:
        """Verdict -> rows, in the order in which they came up."""
        return dict(Counter(outcome.verdict for outcome in self.outcomes))

    @property
    def is_good(self) -> bool:
        """Whether every row that applies survived."""
        return set(self.counts) <= {self.good, ABSENT}

    def add(self, outcome: Outcome) -> str:
        """Take an outcome; its line of the table."""
        self.outcomes.append(outcome)
        width: int = 9 if self.good == SURVIVED else 14
        return f"{outcome.id:<4} {padded(outcome.title, 55)} {padded(_(outcome.verdict), width)} {first_line(outcome.reason)}".rstrip()

    def tail(self, stopped: bool = False) -> Iterator[str]:
        """What stands below the table: circumstances, counts, versions."""
        for outcome in self.outcomes:
            lines: list[str] = [line for line in outcome.reason.splitlines() if line.strip()]
            if outcome.verdict not in (self.good, ABSENT) and len(lines) > 1:
                yield f"\n{outcome.id} {outcome.title}: {_(outcome.verdict)}"
                yield from (f"    {line}" for line in lines)
        told: str = self.summary or _("no row was over")
        yield "\n" + (_("{told}; stopped before the end").format(told=told) if stopped else told)
        yield ", ".join(filter(None, (self.began, f"Python {self.python}", self.versions)))


def padded(text: str, columns: int) -> str:
    """A text with spaces behind it up to so many columns of a terminal, of which a Chinese character takes two."""
    return text + " " * (columns - sum(2 if east_asian_width(each) in "WF" else 1 for each in text))


def first_line(text: str) -> str:
    """What a line of the table has room for, whole."""
    return " ".join(text.partition("\n")[0].split())


def to_json(report: Report, more: Mapping[str, object] = EMPTY) -> bytes:
    """The report as one JSON object, with what ``more`` has."""
    rows: list[dict[str, object]] = [dict(outcome._asdict()) for outcome in report.outcomes]
    if not report.began:
        for row in rows:
            del row["seconds"]
    return msgspec.json.format(msgspec.json.encode({
        "gateway": report.gateway, "dialect": report.dialect, **({"began": report.began} if report.began else {}), "python": report.python,
        "versions": report.versions, "passed": report.is_good, "counts": report.counts, "rows": rows,
        **more,
    }), indent=2) + b"\n"


def to_junit(report: Report) -> bytes:
    """The report as JUnit XML: a test case for each row, ``-`` as skipped, all other verdicts but the good one as failures."""
    counts: dict[str, int] = report.counts
    failures: int = sum(count for verdict, count in counts.items() if verdict not in (report.good, ABSENT))
    totals: dict[str, str] = {
        "tests": str(len(report.outcomes)), "failures": str(failures), "errors": "0", "skipped": str(counts.get(ABSENT, 0)),
        **spent(report, sum(outcome.seconds for outcome in report.outcomes)),
    }
    suites: ElementTree.Element = ElementTree.Element("testsuites", totals)
    suite: ElementTree.Element = ElementTree.SubElement(
        suites, "testsuite", {"name": plain(f"{report.subject or 'conform'} {report.gateway} on {report.dialect}"), **totals}
    )
    for outcome in report.outcomes:
        case: ElementTree.Element = ElementTree.SubElement(suite, "testcase", {
            "classname": plain(".".join(filter(None, (report.subject, report.gateway, report.dialect)))), "name": plain(f"{outcome.id} {outcome.title}"),
            **spent(report, outcome.seconds),
        })
        if outcome.verdict == ABSENT:
            ElementTree.SubElement(case, "skipped", {"message": plain(first_line(outcome.reason))})
        elif outcome.verdict != report.good:
            failure: ElementTree.Element = ElementTree.SubElement(
                case, "failure", {"type": outcome.verdict, "message": plain(first_line(outcome.reason) or outcome.verdict)}
            )
            failure.text = plain(outcome.reason)
    ElementTree.indent(suites)
    return bytes(ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)) + b"\n"


def spent(report: Report, seconds: float) -> dict[str, str]:
    """JUnit's attribute, none where nothing of the wall clock is written."""
    return {"time": f"{seconds:.1f}"} if report.began else {}


def plain(text: str) -> str:
    """Without what XML cannot have."""
    return _NO_XML.sub("?", text)
