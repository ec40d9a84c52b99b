"""What ``conform`` prints and writes: the table, the reasons, the files, the progress."""

import io
import json
import re
from pathlib import Path
from threading import Event
from xml.etree import ElementTree

import pytest
from children import python_path
from mockexchange.conform import ENDED, RowInfo, in_a_process, outcomes, pick
from mockexchange.conform_progress import Progress, spoken
from mockexchange.conform_report import Outcome, Report, to_json, to_junit
from mockexchange.faults.actions import ACTIONS
from mockexchange.faults.catalogue import in_words

from rest_locale import _, speaking
from vnpy_rehearsal.conform import driver
from vnpy_rehearsal.strategy_days import judge

LONG: str = "lost order 17: gateway says SUBMITTING, venue NEW, " + "and more of it " * 20 + "END"


def report(*outcomes: Outcome) -> Report:
    found = Report("a_module:Gateway", "binance", "2026-11-28 06:00 UTC", "a_module 1.0")
    for outcome in outcomes:
        found.add(outcome)
    return found


def test_reasons_are_whole() -> None:
    """The first line stands in the table, all of them below it."""
    found = report(
        Outcome("F1", "title", "survived", "", 1.0),
        Outcome("F2", "title", "lost", f"{LONG}\nThe log ends:\nfirst\n\nlast line of the log", 2.0),
        Outcome("F3", "title", "-", "it cannot", 0.0),
        Outcome("F4", "title", "vacuous", "never bit: X (reset, on_reply)", 3.0),
    )
    assert found.add(Outcome("F5", "title", "hung", f"{LONG}\nmore", 0.0)).endswith(f"hung      {LONG}")
    tail = list(found.tail())
    assert tail[0] == "\nF2 title: lost"
    assert tail[1:5] == [f"    {LONG}", "    The log ends:", "    first", "    last line of the log"]
    assert not any("F4" in line for line in tail), "one line is no more than what the table has"
    assert tail[-2] == "\n1 survived, 1 lost, 1 do not apply, 1 vacuous, 1 hung"
    assert tail[-1].startswith("2026-11-28 06:00 UTC, Python 3.") and tail[-1].endswith(", a_module 1.0")
    assert not found.is_good
    assert list(found.tail(stopped=True))[-2].endswith("; stopped before the end")


@pytest.mark.parametrize("verdict", ["lost", "doubled", "invented", "hung", "vacuous"])
def test_every_verdict_but_two_fails(verdict: str) -> None:
    good = (Outcome("F1", "t", "survived", "", 1.0), Outcome("F2", "t", "-", "no", 0.0))
    assert report(*good).is_good
    assert not report(*good, Outcome("F3", "t", verdict, "why", 0.0)).is_good


def test_json_has_everything() -> None:
    found = json.loads(to_json(report(Outcome("F2", "t", "lost", f"{LONG}\nlög\x00", 2.5))))
    assert found["rows"] == [{"id": "F2", "title": "t", "verdict": "lost", "reason": f"{LONG}\nlög\x00", "seconds": 2.5}]
    assert (found["passed"], found["counts"], found["dialect"]) == (False, {"lost": 1}, "binance")


def test_junit_takes_what_xml_cannot_have() -> None:
    root = ElementTree.fromstring(to_junit(report(Outcome("F2", "a <b> & \"c\"", "lost", "first \x00\x1b[31m\ud800 ]]>\nlög 订单", 2.5))))
    case = root.find("testsuite/testcase")
    assert case is not None and case.get("name") == 'F2 a <b> & "c"' and case.get("time") == "2.5"
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("message") == "first ??[31m? ]]>"
    assert failure.text == "first ??[31m? ]]>\nlög 订单"


ROWS: list[RowInfo] = [RowInfo(f"F{n}", "t", "", 1.0) for n in (1, 2, 9, 10, 41)]


@pytest.mark.parametrize(("text", "ids"), [
    (None, "F1 F2 F9 F10 F41"), ("F1", "F1"), (" f10 , F2 ", "F2 F10"), ("F2-F10", "F2 F9 F10"), ("F1,F9-F41,", "F1 F9 F10 F41"), ("f9-f9", "F9"),
])
def test_rows_are_picked(text: str | None, ids: str) -> None:
    assert " ".join(row.id for row in pick(text, ROWS)) == ids


@pytest.mark.parametrize(("text", "line"), [
    ("F3", "--rows: no row 'F3', there are: F1 to F41"), ("F1-", "--rows: no row '', there are"), ("-F1", "--rows: no row '', there are"),
    ("F1-F3", "--rows: no row 'F3', there are"), ("F41-F1", "--rows: F41 comes after F1: 'F41-F1'"),
    ("", "--rows: names no rows, such as F2 or F2,F22-F24: ''"), (" , ", "--rows: names no rows"),
])
def test_rows_that_are_none(text: str, line: str) -> None:
    with pytest.raises(ValueError) as found:
        pick(text, ROWS)
    assert str(found.value).startswith(line)


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError


def play(out: io.StringIO) -> Progress:
    progress = Progress(out, [("F1", "first", 10.0), ("F2", "second", 20.0), ("F3", "third", 60.0)], 2)
    progress.start("F1")
    progress.start("F2")
    progress.end("F1")
    progress.start("F3")
    return progress


def test_progress_in_a_log() -> None:
    """The time it takes at first, then a line for each row that begins."""
    out = io.StringIO()
    progress = play(out)
    progress.clear()
    progress.show()
    for id in ("F2", "F3"):
        progress.end(id)
    progress.close()
    lines = out.getvalue().splitlines()
    assert lines[0] == "3 rows, 2 at a time: about 75 s"        # F3 begins when F1 is over: 12 + 62 s
    assert [line.split(":")[0] for line in lines[1:]] == ["F1 first", "F2 second", "F3 third"]
    assert lines[1] == "F1 first: runs, 2 left after it, about 75 s"
    assert lines[2] == "F2 second: runs, 1 left after these, about 75 s"
    assert "0 left after these, about " in lines[3]


def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, written anew, no wider than the terminal, and gone in the end."""
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    progress = play(out)
    assert out.getvalue().count("\n") == 1
    last = out.getvalue().rpartition("\r\x1b[K")[2]
    assert last.startswith("0 left after these, about ") and last.endswith("now F2 second; F3 third")
    assert max(len(line) for line in out.getvalue().split("\r\x1b[K")) <= 80
    progress.clear()
    assert out.getvalue().endswith("\r\x1b[K")
    progress.show()
    assert out.getvalue().endswith("now F2 second; F3 third")
    progress.end("F2")
    progress.end("F3")
    progress.close()
    assert out.getvalue().endswith("\r\x1b[K")


def test_progress_on_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = Terminal()
    play(out)
    assert "\r" not in out.getvalue() and out.getvalue().count("\n") == 4


def test_progress_that_nobody_reads() -> None:
    """A closed stderr does not end the run."""
    out = io.StringIO()
    progress = Progress(out, [("F1", "first", 1.0)], 1)
    out.close()
    progress.start("F1")
    progress.end("F1")
    progress.close()


@pytest.mark.parametrize(("seconds", "words"), [(0.0, "about 5 s"), (42.0, "about 40 s"), (89.0, "about 90 s"), (90.0, "about 2 min"), (1000.0, "about 17 min")])
def test_durations(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


def test_a_process_that_dies_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """All of its last words, however long."""
    (tmp_path / "mockexchange.py").write_text(
        "import sys\nsys.stderr.write('first words ' + 'x' * 500 + '\\n\\n\\nlast words')\nsys.stdout.write('no JSON')\nsys.exit(3)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", python_path(tmp_path))
    monkeypatch.setattr("sys.argv", ["conform"])
    verdict, text = in_a_process("--row", "F1")
    assert verdict == "hung"
    assert text == f"the process ended with status 3\nfirst words {'x' * 500}\nlast words"


def test_what_was_over_before_ctrl_c_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are told in their order; one that still runs does not take those behind it along when the user stops."""
    over = [Event() for _ in range(2)]

    def work(option: str, id: str) -> tuple[str, str]:
        if id == "F1":
            assert all(event.wait(10.0) for event in over)
            raise KeyboardInterrupt
        over[("F2", "F9").index(id)].set()
        return ("survived", "") if id == "F2" else ("hung", f"{ENDED} -2\nKeyboardInterrupt")

    monkeypatch.setattr("mockexchange.conform.in_a_process", work)
    told: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        for outcome in outcomes(ROWS[:3], 3, Progress(io.StringIO(), [(row.id, row.title, 1.0) for row in ROWS], 3)):
            told.append(outcome.id)
    assert told == ["F2"]


def test_verdicts_and_faults_are_in_the_users_language_and_those_in_files_are_not() -> None:
    with speaking("zh_CN"):
        words = {verdict: _(verdict) for verdict in (*driver.VERDICTS, *judge.VERDICTS)}
        assert len(words) == 16 and not [text for text in words.values() if text.isascii()]
        found = report(Outcome("F2", "交易所接受委托之后超时", "lost", "first\nsecond", 2.5))
        assert found.add(Outcome("F7", "429", "hung", "why", 1.0)).split() == ["F7", "429", "卡住", "why"]
        assert found.summary == "1项丢失, 1项卡住" and [line for line in found.tail() if line.startswith("\nF2 ")] == ["\nF2 交易所接受委托之后超时: 丢失"]
        assert [row["verdict"] for row in json.loads(to_json(found))["rows"]] == ["lost", "hung"] and b'type="lost"' in to_junit(found)
        for action, kind in ACTIONS.items():
            for stage in kind.stages:
                assert not re.search("[a-z]", in_words("", action, stage).replace("TCP", "")), (action, stage)
        assert in_words("POST /api/v3/order", "hang", "after_engine") == "POST /api/v3/order (不应答, 引擎执行后)"
    assert in_words("POST /api/v3/order", "hang", "after_engine") == "POST /api/v3/order (hang, after_engine)"
