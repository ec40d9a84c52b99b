"""``python -m vnpy_rehearsal strategy``: each way to bear a bad day badly is told, and a seed gives the same days again."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from waiting import until

from vnpy_rehearsal.strategy_days import day as day_module
from vnpy_rehearsal.strategy_days.command import start
from vnpy_rehearsal.strategy_days.day import Day
from vnpy_rehearsal.strategy_days.judge import Finding, judge, reversed_side
from vnpy_rehearsal.strategy_days.machine import ChildProcess
from vnpy_rehearsal.strategy_days.plan import Plan
from vnpy_rehearsal.strategy_days.record import Record

HERE: Path = Path(__file__).parent
PROGRAM: str = "python -m vnpy_rehearsal strategy"
REFUSED: str = "F7"         # orders are answered 429
KILLED: str = "F69"         # the trading process


def play(tmp_path: Path, strategy: str, *arguments: str, rows: str = REFUSED, hashes: str = "random") -> tuple[int, dict[str, Any]]:
    """The exit status, and row -> what is written of it. In a process of its own: it splits itself, which one with other threads must not."""
    home: Path = tmp_path / "home"      # where vn.py goes
    home.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "vnpy_rehearsal", "strategy", strategy, "--rows", rows, "--seconds", "600", "--full", "--jobs", "2", "--json", "days.json", *arguments],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])]), "HOME": str(home), "PYTHONHASHSEED": hashes}, capture_output=True, text=True, timeout=120,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, {row["id"]: row for row in json.loads((tmp_path / "days.json").read_bytes())["rows"]}


def play_several(tmp_path: Path, plays: dict[str, list[str]]) -> dict[str, tuple[int, dict[str, dict[str, Any]], dict[str, Any]]]:
    """As ``play``, one strategy after the other in one process: the exit status, the rows, and all that is written."""
    (tmp_path / "home").mkdir()
    lines: list[list[str]] = [[f"bad_strategies:{name.split()[0]}", "--jobs", "2", "--json", f"{name}.json", *arguments] for name, arguments in plays.items()]
    done = subprocess.run(
        [sys.executable, str(HERE / "many_days.py"), json.dumps(lines)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])]), "HOME": str(tmp_path / "home"), "PYTHONHASHSEED": "0"}, capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0, done.stderr
    statuses: list[int] = json.loads(done.stderr.splitlines()[-1])
    found = {}
    for name, status in zip(plays, statuses, strict=True):
        written: dict[str, Any] = json.loads((tmp_path / f"{name}.json").read_bytes())
        found[name] = status, {row["id"]: row for row in written["rows"]}, written
    return found


WAYS: list[tuple[str, str, str, str]] = [
    ("Raises", REFUSED, "raised", "KeyError"), ("GivesUp", REFUSED, "stuck", "it traded"), ("Doubles", REFUSED, "exposed", "held and on order"),
    ("Leaves", KILLED, "left", "1 order lives at the venue after on_stop: BUY 0.01 at 34000"), ("Miscounts", REFUSED, "drifted", "the venue holds"),
    ("Floods", REFUSED, "flooded", " of market, 40 are allowed: "),
]


def test_each_way_to_bear_a_bad_day(tmp_path: Path) -> None:
    found = play_several(tmp_path, {
        **{strategy: ["--rows", row, "--seconds", "600", "--full", *(["--max-orders", "20"] if strategy == "Floods" else [])] for strategy, row, *_ in WAYS},
        "Steady without size": ["--setting", "size=0", "--seconds", "30", "--rows", REFUSED], "NeverBegins": ["--rows", REFUSED],
        "Endless": ["--seconds", "10", "--rows", REFUSED, "--max-orders", "50"],
        "Steady limited": ["--seconds", "300", "--rows", REFUSED, "--max-position", "0.001", "--junit", "days.xml"],
    })
    for strategy, row, verdict, why in WAYS:
        status, rows, __ = found[strategy]
        assert (rows["-"]["verdict"], rows[row]["verdict"], status) == ("fine", verdict, 1), (strategy, rows)
        assert why in rows[row]["reason"], (strategy, rows)

    status, rows, __ = found["Steady without size"]          # of a strategy that does not trade nothing is known
    assert (rows["-"]["verdict"], status) == ("idle", 1) and "0 traded: try --seconds" in rows["-"]["reason"], rows
    status, rows, written = found["NeverBegins"]        # vn.py calls no strategy again that has raised: the day is over
    assert (rows["-"]["verdict"], status) == ("raised", 1) and written["seconds"] < 60, rows
    status, rows, __ = found["Endless"]         # with so many orders no row is played
    assert (list(rows), rows["-"]["verdict"], status) == (["-"], "flooded", 1), rows
    assert re.match(r"\d{3,} orders in 0:00:\d\d of market, 50 are allowed: .*--max-orders N", rows["-"]["reason"]), rows
    status, rows, __ = found["Steady limited"]
    assert status == 1 and rows[REFUSED]["verdict"] == "exposed" and "--max-position 0.001" in rows[REFUSED]["reason"]
    suites = ElementTree.parse(tmp_path / "days.xml").getroot()
    assert int(suites.get("failures", "0")) >= 1 and len(list(suites.iter("testcase"))) == len(rows)


def test_who_waits_sees_how_far_a_day_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(day_module, "TELLS", 0.0)
    monkeypatch.syspath_prepend(str(HERE))
    day: Record = day_module.play_alone(Plan("bad_strategies:Steady", "vnpy_mockbinance:MockBinanceGateway", seconds=600.0, max_orders=2), "", 0.0, None)
    assert day.flood == (3, 2) and day.stopped < 100, "not to its end"
    assert capsys.readouterr().err.splitlines()[-1] == "... undisturbed: 0:01:05 of market, 3 orders"
    other: Record = day_module.play_alone(Plan("bad_strategies:Steady", "vnpy_mockbinance:MockBinanceGateway", seconds=600.0, seed=1, max_orders=2), "", 0.0, None)
    assert len(other.prices) > 5 and other.prices != day.prices, "another seed is another market"


def test_a_seed_gives_the_same_days_and_what_never_struck_is_not_fine(tmp_path: Path) -> None:
    pages: list[str] = []
    files: list[list[bytes]] = []
    for number, (seed, hashes) in enumerate((("3", "1"), ("3", "2"))):
        place: Path = tmp_path / str(number)
        page, junit = place / "days.html", place / "days.xml"
        status, rows = play(place, "bad_strategies:Steady", "--seed", seed, "--report", str(page), "--junit", str(junit), "--seconds", "200", rows="F7,F44,F69", hashes=hashes)
        pages.append(page.read_text(encoding="utf-8"))
        files.append([each.read_bytes() for each in (page, junit, place / "days.json")])
        verdicts: dict[str, str] = {id: row["verdict"] for id, row in rows.items()}
        assert verdicts.pop("F44") == "did not strike" and status == 1, "no order of it rests, so none can be amended"
        assert set(verdicts.values()) == {"fine"}, rows
    assert len(pages[0]) > 5_000 and files[0] == files[1]
    assert not [word for word in ("http://", "https://", " src=") if word in pages[0].replace("http://www.w3.org", "")], "it needs no network"


@pytest.mark.parametrize(("arguments", "why"), [
    (["bad_strategies:Nobody"], "Nobody"), (["no_such_module:Steady"], "no_such_module"), (["bad_strategies:Steady", "--rows", "F999"], "F999"), (["bad_strategies:Steady", "--rows", ""], "--rows: names no rows"), (["bad_strategies:Steady", "--max-orders", "0"], "--max-orders must be 1 or more, got 0"),
    (["bad_strategies:Steady", "--setting", "speed=3"], "speed"), (["bad_strategies:Steady", "--setting", "size=much"], "size"),
    (["bad_strategies:Steady", "--seconds", "-1"], "--seconds"), (["bad_strategies:Steady", "--feed-start", "2022-01-03"], "--feed-start: '2022-01-03' is for a recorded feed"), (["bad_strategies:Steady", "--gateway", "NONE"], "NONE"),
    (["bad_strategies:EVERY"], "EVERY"), (["bad_strategies:Steady", "--real"], "--seconds"), (["bad_strategies:Steady", "--max-position", "0"], "--max-position"),
])
def test_a_wrong_command_line_is_one_line(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        start(PROGRAM, [*arguments, "--jobs", "1"])
    assert caught.value.code == 2
    assert why in capsys.readouterr().err.splitlines()[-1]


def test_what_is_held_and_on_order_is_counted_once() -> None:
    """The journal tells what is left of an order before it tells the fill."""
    rows: list[dict[str, Any]] = []
    for number, side in enumerate(("BUY", "SELL") * 3):
        order = {"kind": "order", "symbol": "BTCUSDT", "order_id": number, "side": side, "qty": "0.01", "life": 0, "at": float(number)}
        rows += [{**order, "status": "NEW", "executed": "0"}, {**order, "status": "FILLED", "executed": "0.01"}, {**order, "kind": "fill"}]
    assert Record(rows=rows).most("BTCUSDT")[0] == pytest.approx(0.01)


def test_short_where_it_was_only_long_is_exposed() -> None:
    """Half of the strategies that count by themselves lose an entry, sell all the same, and never hold more than before."""
    def day(sides: tuple[str, ...], **more: Any) -> Record:
        fills = [{"kind": "fill", "symbol": "BTCUSDT", "order_id": n, "side": side, "qty": "0.01", "life": 0, "at": n + 1.0} for n, side in enumerate(sides)]
        return Record(rows=fills, symbols={"BTCUSDT": "BTCUSDT_SPOT_BINANCE.GLOBAL"}, **more)

    usual: Record = day(("BUY", "SELL", "BUY", "SELL"))
    assert reversed_side(day(("BUY", "SELL", "BUY")), usual, None) == []
    assert reversed_side(day(("BUY", "SELL", "SELL", "BUY")), usual, None) == [Finding("exposed", "0.01 BTCUSDT short, held and on order, never short undisturbed")]
    assert reversed_side(day(("SELL", "BUY")), day(("SELL", "BUY", "BUY")), None) == [], "it takes both"
    assert reversed_side(day(("BUY", "SELL", "SELL"), wiped=True), usual, None) == []
    assert reversed_side(day(("BUY", "SELL", "SELL", "BUY")), usual, 0.01) == []


def test_a_portfolio_of_two(tmp_path: Path) -> None:
    """Its engine saves positions when a strategy is stopped: one that is killed has forgotten them."""
    pytest.importorskip("vnpy_portfoliostrategy")
    status, rows = play(tmp_path, "pair_strategy:Pair", "--setting", "value=800", "--seconds", "300", rows="F7,F69")
    assert (rows["-"]["verdict"], rows[REFUSED]["verdict"], status) == ("fine", "fine", 1), rows
    assert rows["-"]["reason"].endswith("20 orders, 20 traded"), "both symbols, every half minute"
    assert "drifted" in (rows[KILLED]["verdict"] + rows[KILLED]["reason"])


def test_a_script_sleeps_in_the_days_time(tmp_path: Path) -> None:
    pytest.importorskip("vnpy_scripttrader")
    status, rows = play(tmp_path, str(HERE / "in_and_out.py"), rows="F7,F22,F69")
    assert status == 0 and {row["verdict"] for row in rows.values()} == {"fine"}, rows
    assert rows["-"]["reason"].endswith("25 orders, 25 traded")


def test_what_raises_in_a_script(tmp_path: Path) -> None:
    pytest.importorskip("vnpy_scripttrader")
    script: Path = tmp_path / "raises_at_once.py"
    script.write_text("def run(engine):\n    engine.write_log('begins')\n    raise KeyError('mine')\n", encoding="utf-8")
    try:
        day: Record = day_module.play_alone(Plan(str(script), "vnpy_mockbinance:MockBinanceGateway"), "", 0.0, None)
    finally:
        sys.path.remove(str(tmp_path))
    assert judge(day, None) == [Finding("raised", "run: KeyError: 'mine' (raises_at_once.py:3)")] and day.stopped < 60


def test_in_real_time_the_process_is_a_child_that_is_killed(tmp_path: Path) -> None:
    sys.path.insert(0, str(HERE))
    day: Day = Day(Plan("bad_strategies:Steady", "vnpy_mockbinance:MockBinanceGateway", real=True), tmp_path)
    try:
        day.open()
        assert not day.record.trouble, day.record
        until(lambda: list((day.process.positions() or {}).values()) == [0.01], what="it bought")
        process: ChildProcess = day.process
        before = process.seat.pid
        process.restart(0.0, kill=True)
        assert process.seat.pid != before and list(process.positions().values()) == [0.01], "CtaEngine had saved it"
        record = day._end()
    finally:
        day.close()
        sys.path.remove(str(HERE))
    assert (record.raised, record.trouble, record.alive()) == ([], "", []) and record.held() == {"BTCUSDT": 0.01}
    assert process.seat is None


@pytest.mark.skipif(not os.environ.get("LONG"), reason="a minute; LONG=1")
def test_days_in_real_time(tmp_path: Path) -> None:
    status, rows = play(tmp_path, "bad_strategies:Steady", "--real", "--seconds", "20", rows="F7,F22")
    assert status == 0 and {row["verdict"] for row in rows.values()} == {"fine"}, rows
