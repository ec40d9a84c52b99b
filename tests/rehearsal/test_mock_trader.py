"""The fixture ``mock_trader`` as a strategy's author meets it: a test file of theirs, run by pytest, and what it says."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from children import python_path
from vnpy.trader import database, datafeed, utility
from vnpy.trader.setting import SETTINGS

from vnpy_rehearsal.simulation import clocks

pytest_plugins = ["pytester"]

ROOT: Path = Path(__file__).parents[2]

STRATEGY: str = '''
import time
from datetime import date, datetime, timezone
from pathlib import Path

import pytest
from vnpy_ctastrategy import BarGenerator, CtaTemplate


class Probe(CtaTemplate):
    buys, raises = 0.0, ""
    bars = 0
    parameters = ["buys", "raises"]
    variables = ["bars"]

    def on_init(self):
        self.fail("on_init")
        self.bg = BarGenerator(self.on_bar)
        self.minutes = []

    def on_tick(self, tick):
        self.bg.update_tick(tick)

    def on_bar(self, bar):
        self.bars += 1
        self.minutes.append(bar.datetime.minute)
        self.fail("on_bar")
        if self.buys:
            self.buy(bar.close_price * 1.01, self.buys)

    def on_stop(self):
        self.fail("on_stop")

    def fail(self, where):
        if self.raises == where:
            raise ZeroDivisionError(f"in {where}")
'''


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a test file; its result."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    # an inner run would forget what it has imported, and later tests import it a second time
    monkeypatch.setattr("_pytest.pytester.SysModulesSnapshot.restore", lambda snapshot: None)

    def start(tests: str) -> pytest.RunResult:
        pytester.makepyfile(STRATEGY + tests)
        return pytester.runpytest_inprocess("-q", "-p", "vnpy_rehearsal.pytest_plugin", "--strict-markers", "--tb=short")

    return start


def test_bars_pass_and_the_strategy_sees_them(run: Any) -> None:
    run('''
def test_bars(mock_trader):
    strategy = mock_trader.run(Probe, {"buys": 0.5})
    mock_trader.advance_bars(3)
    assert strategy.minutes == [0, 1, 2] and strategy.pos == pytest.approx(1.5)
    assert {order.status.name for order in mock_trader.orders} == {"ALLTRADED"}
    found = mock_trader.assert_agrees()
    assert found.orders == 3 and found.fills == len(mock_trader.trades) >= 3 and found.balances >= 2 and found.strategies == 1
    mock_trader.venue.restart(down=2.0)
    mock_trader.advance(30)
    strategy.sell(39_000, 0.5)                  # as a callback does, from the test
    mock_trader.advance(1)
    assert strategy.pos == pytest.approx(1.0)
    mock_trader.assert_agrees()
    mock_trader.stop()
    assert not strategy.trading

def test_time_is_virtual(mock_trader):
    mock_trader.run(Probe)
    assert datetime.now(timezone.utc) == mock_trader.now and isinstance(mock_trader.now, datetime)
    assert date.today() == datetime.fromtimestamp(time.time()).date() == date(2026, 1, 5)
    before = time.time()
    time.sleep(120)
    assert time.time() - before == pytest.approx(120)

@pytest.mark.mock_trader(start="2026-02-03T04:05", speed=0.001)
def test_another_day(mock_trader):
    assert mock_trader.now.isoformat()[:16] == "2026-02-03T04:05"

def test_time_is_real_again():
    assert datetime.now().year >= 2026 and time.sleep.__module__ == "time"
''').assert_outcomes(passed=4)
    assert clocks.datetime is datetime


def test_what_a_strategy_raises_fails_the_test(run: Any) -> None:
    result = run('''
def test_caught(mock_trader):
    mock_trader.run(Probe, {"raises": "on_bar"})
    with pytest.raises(ZeroDivisionError, match="in on_bar"):
        mock_trader.advance_bars(2)
    mock_trader.advance_bars(1)                 # once

def test_in_bar(mock_trader):
    mock_trader.run(Probe, {"raises": "on_bar"})
    mock_trader.advance_bars(2)

def test_in_init(mock_trader):
    mock_trader.run(Probe, {"raises": "on_init"})

def test_in_stop(mock_trader):
    mock_trader.run(Probe, {"raises": "on_stop"})

class Endless(Probe):
    def on_bar(self, bar):
        while True:
            time.sleep(1)

@pytest.mark.mock_trader(speed=0.01)
def test_never_returns(mock_trader):
    mock_trader.run(Endless)
    mock_trader.advance_bars(1)

def test_the_next_one_is_well(mock_trader):
    mock_trader.run(Probe)
    mock_trader.advance_bars(1)
''')
    result.assert_outcomes(passed=3, failed=3, errors=2)
    said: str = result.stdout.str()
    assert "ZeroDivisionError: in on_bar" in said and "ZeroDivisionError: in on_init" in said and "ZeroDivisionError: in on_stop" in said
    assert "in on_bar\n    self.fail(\"on_bar\")" in said and "simulation" not in said, "the strategy's own lines, and none of ours"
    assert "mock_trader log" in said and "Probe initialization completed" in said
    assert "no bar of BTCUSDT_SPOT_BINANCE.GLOBAL has ended within 600 s: a callback has not returned for" in said
    assert "VeighNa's engines have not closed within 60 s" in said


def test_faults_must_bite(run: Any) -> None:
    result = run('''
quiet = pytest.mark.mock_trader(speed=0.001)

def test_bites(mock_trader):
    fault = mock_trader.fault("order", "hang")
    mock_trader.run(Probe, {"buys": 0.1})
    mock_trader.advance_bars(1)
    assert fault.bitten == 1
    mock_trader.assert_agrees()

@quiet
def test_idle(mock_trader):
    mock_trader.fault("cancel", "status", status=503)

@quiet
def test_idle_at_the_venue(mock_trader):
    mock_trader.venue.faults.add(match="GET /api/v3/myTrades", stage="on_reply", action="reset")

@quiet
def test_need_not(mock_trader):
    mock_trader.fault("order_push", "drop", must_bite=False)

@pytest.mark.mock_trader(must_bite=False)
def test_is_not_looked_at(mock_trader):
    mock_trader.fault("order_push", "drop")

@quiet
def test_failed(mock_trader):
    mock_trader.fault("account", "hang")
    raise KeyError

@quiet
@pytest.mark.parametrize("wrong, words", [
    (("ordr", "hang"), "what: unknown 'ordr', there are: order, cancel"), (("order", "hung"), "action: unknown action 'hung'"),
    (("order", "hang", "on_push"), "stage: action 'hang' cannot strike"), (("fill_push", "drop"), "nothing is called 'fill_push' on the dialect binance"),
])
def test_wrong(mock_trader, wrong, words):
    with pytest.raises(ValueError, match=words):
        mock_trader.fault(*wrong)

@quiet
@pytest.mark.parametrize("price, words", [("much", "price: not a decimal number: 'much'"), (float("nan"), "price: "), (40_000.001, "tick size 0.01, not 40000.001")])
def test_wrong_price(mock_trader, price, words):
    with pytest.raises(ValueError, match=words):
        mock_trader.set_price(price, "BTCUSDT_SPOT_BINANCE.GLOBAL")
''')
    result.assert_outcomes(passed=12, failed=1, errors=2)
    said: str = result.stdout.str()
    assert "mock_trader: 1 of this test's faults never bit: cancel: WS order.cancel or DELETE /api/v3/order (status, after_engine)" in said
    assert "mock_trader: 1 of this test's faults never bit: GET /api/v3/myTrades (reset, on_reply)" in said
    assert "mock_trader: 1 of this test's faults never bit: account: GET /api/v3/account (hang, after_engine)" in said


def test_rows_of_the_matrix_strike(run: Any) -> None:
    result = run('''
@pytest.mark.parametrize("row, seconds", [("f2", 60), ("F22", 60), ("F37", 120), ("F42", 60), ("F69", 240)])
def test_row(mock_trader, row, seconds):
    mock_trader.run(Probe, {"buys": 0.1})
    other = mock_trader.fault("history", "reset", must_bite=False)
    strike = mock_trader.strike(row)
    mock_trader.advance(seconds)
    mock_trader.advance_bars(1)
    assert strike.over and strike.bitten == 1 and strike.did
    assert [fault["id"] for fault in mock_trader.venue.faults.list()] == list(other.ids), "others stay armed"
    strategy = mock_trader.strategy
    assert strategy.trading and strategy.pos > 0 and mock_trader.assert_agrees().fills >= 1

@pytest.mark.mock_trader(speed=0.001)
def test_idle(mock_trader):
    mock_trader.strike("F2")
    mock_trader.advance(1)

@pytest.mark.parametrize("row, words", [("F99", "row: no 'F99' that can strike, there are: F1, F2, "), ("F54", "row: F54 cannot strike on binance here: ")])
@pytest.mark.mock_trader(speed=0.001)
def test_none(mock_trader, row, words):
    with pytest.raises(ValueError, match=words):
        mock_trader.strike(row)

def test_what_a_venue_that_has_forgotten_everything_leaves_to_compare(mock_trader):
    strategy = mock_trader.run(Probe, {"buys": 0.1})
    mock_trader.advance_bars(1)
    strike = mock_trader.strike("F23")
    mock_trader.advance(30)
    mock_trader.advance_bars(1)
    assert strike.over and strategy.pos == pytest.approx(0.2)
    with pytest.raises(AssertionError, match="nothing to compare after F23: the venue loses its journal"):
        mock_trader.assert_agrees()

@pytest.mark.mock_trader("QMTREST", speed=0.02)
@pytest.mark.parametrize("seconds, agrees", [(0.003, False), (0.05, False), (1.0, True)])
def test_an_order_on_its_way_when_the_process_is_killed(mock_trader, seconds, agrees):
    strategy = mock_trader.run(Probe)
    mock_trader.advance(5)
    strategy.buy(round(mock_trader.main_engine.get_tick(mock_trader.vt_symbol).last_price + 0.02, 2), 500)
    mock_trader.advance(seconds)
    strategy = mock_trader.restart(5)
    mock_trader.advance(30)
    assert sum(float(row["qty"]) for row in mock_trader.venue.journal() if row["kind"] == "fill") == 500
    assert strategy.pos == (500 if agrees else 0)
    if agrees:
        assert mock_trader.assert_agrees().fills == 1
    else:
        with pytest.raises(AssertionError, match="pos is 0, its orders at the venue have come to 500"):
            mock_trader.assert_agrees()

@pytest.mark.mock_trader("QMTREST", speed=0.001)
def test_not_here(mock_trader):
    with pytest.raises(ValueError, match="row: F24 cannot strike on qmt here: "):
        mock_trader.strike("F24")
''')
    result.assert_outcomes(passed=13, errors=1)
    assert "mock_trader: 1 of this test's faults never bit: F2 (WS order.place or POST /api/v3/order: hang after_engine)" in result.stdout.str()


def test_what_does_not_agree(run: Any) -> None:
    run('''
def test_nothing_to_compare(mock_trader):
    mock_trader.run(Probe)
    with pytest.raises(AssertionError, match="nothing to compare: no order has reached the venue"):
        mock_trader.assert_agrees()
    assert mock_trader.assert_agrees(may_be_idle=True).orders == 0

def test_pos(mock_trader):
    strategy = mock_trader.run(Probe, {"buys": 0.5})
    mock_trader.advance_bars(1)
    strategy.pos = 0.4
    with pytest.raises(AssertionError, match="strategy Probe: pos is 0.4, its orders at the venue have come to 0.5"):
        mock_trader.assert_agrees()

def test_a_gateway_that_loses_a_fill(mock_trader):
    mock_trader.run(Probe, {"buys": 0.5})
    events = mock_trader.main_engine.event_engine
    put, events.put = events.put, lambda event: None if event.type.startswith("eTrade.") else put(event)
    mock_trader.advance_bars(1)
    with pytest.raises(AssertionError, match="not shown by the gateway"):
        mock_trader.assert_agrees()
''').assert_outcomes(passed=3)


def test_a_killed_process_comes_back_to_its_own_folder(run: Any) -> None:
    before: Any = (utility.TRADER_DIR, utility.TEMP_DIR, dict(SETTINGS), database.database, datafeed.datafeed, Path.cwd())
    theirs: list[str] = sorted(path.name for path in utility.TEMP_DIR.iterdir())
    run('''
from vnpy.trader.constant import Exchange, Interval
from vnpy.trader.database import get_database
from vnpy.trader.object import BarData

def test_restart(mock_trader):
    strategy = mock_trader.run(Probe, {"buys": 0.5})
    mock_trader.advance_bars(2)
    again = mock_trader.restart(10)
    assert again is mock_trader.strategy and again is not strategy and again.trading and again.buys == 0.5
    assert (again.pos, again.bars) == (pytest.approx(1.0), 2)
    mock_trader.advance_bars(2)
    assert again.pos == pytest.approx(2.0) and strategy.bars == 2, "the dead one sees nothing"
    assert mock_trader.assert_agrees().orders == 4
    assert (mock_trader.folder / "cta_strategy_data.json").exists() and Path.cwd() == mock_trader.folder.parent

def test_a_fill_while_it_was_dead(mock_trader):
    strategy = mock_trader.run(Probe)
    strategy.buy(39_000, 0.5)
    mock_trader.advance(1)
    mock_trader.call(mock_trader._life.place.kill)
    mock_trader.set_price(38_000)
    strategy = mock_trader.restart()
    assert strategy.pos == 0
    with pytest.raises(AssertionError, match="pos is 0, its orders at the venue have come to 0.5"):
        mock_trader.assert_agrees()             # vn.py's CtaEngine forgets whose order it was

def test_sees_nothing_of_the_others(mock_trader):
    assert not mock_trader.cta_engine.strategies and not mock_trader.cta_engine.strategy_data

@pytest.mark.parametrize("number", [1, 2])
def test_a_database_of_its_own(mock_trader, number):
    start, end = datetime(2026, 1, 1), datetime(2026, 1, 2)
    query = ("X", Exchange.GLOBAL, Interval.MINUTE, start, end)
    assert get_database().load_bar_data(*query) == []
    get_database().save_bar_data([BarData("M", "X", Exchange.GLOBAL, start, Interval.MINUTE, close_price=1.0)])
    assert len(get_database().load_bar_data(*query)) == 1
''').assert_outcomes(passed=5)
    assert before == (utility.TRADER_DIR, utility.TEMP_DIR, dict(SETTINGS), database.database, datafeed.datafeed, Path.cwd())
    assert sorted(path.name for path in utility.TEMP_DIR.iterdir()) == theirs


def test_bad_input_is_one_line(run: Any) -> None:
    result = run('''
@pytest.mark.parametrize("name", [
    pytest.param("gateway", marks=pytest.mark.mock_trader("NOPE")), pytest.param("feed", marks=pytest.mark.mock_trader(feed="nope.csv")),
    pytest.param("start", marks=pytest.mark.mock_trader(start="2026-13-01")), pytest.param("variant", marks=pytest.mark.mock_trader(variant="us")),
    pytest.param("foreign", marks=pytest.mark.mock_trader("vnpy_binance:BinanceSpotGateway")),
    pytest.param("unknown", marks=pytest.mark.mock_trader(sed=1)), pytest.param("two", marks=pytest.mark.mock_trader("HASHEX", "QMTREST")),
    pytest.param("account", marks=pytest.mark.mock_trader(accounts=["x"])),
])
def test_mark(mock_trader, name):
    pass

def test_run(mock_trader):
    for arguments, words in [
        ((dict,), "strategy_class: no CtaTemplate"), ((Probe, {"bys": 1}), "setting: Probe has no parameter 'bys', there are: buys, raises"),
        ((Probe, {}, "X.GLOBAL"), "vt_symbol: no contract 'X.GLOBAL', there are: BNBUSDT"),
    ]:
        with pytest.raises(ValueError, match=words):
            mock_trader.run(*arguments)
    mock_trader.run(Probe)
    with pytest.raises(ValueError, match="name: a strategy 'Probe' runs already"):
        mock_trader.run(Probe)
    with pytest.raises(ValueError, match="the venue has no market of 'X.GLOBAL'"):
        mock_trader.set_price(1, "X.GLOBAL")
''')
    result.assert_outcomes(passed=1, errors=8)
    lines: list[str] = [line for line in result.outlines if line.startswith("mock_trader: ")]
    assert [line.removeprefix("mock_trader: ").split(" ")[0] for line in lines] == [
        "gateway:", "feed:", "start:", "gateway:", "gateway:", "mark:", "mark:", "account:",
    ], lines


def test_a_recorded_market_begins_at_its_own_date(run: Any, pytester: pytest.Pytester) -> None:
    rows = [f"2024-03-01 00:{minute:02}:00+00:00,{100 + minute},{101 + minute},{99 + minute},{100.5 + minute},5" for minute in range(20)]
    pytester.path.joinpath("BTCUSDT.csv").write_text("\n".join(["datetime,open,high,low,close,volume", *rows]))
    run('''
@pytest.mark.mock_trader(feed="BTCUSDT.csv")
def test_recorded(mock_trader):
    strategy = mock_trader.run(Probe)
    assert mock_trader.now.date() == date(2024, 3, 1)
    mock_trader.advance_bars(5)
    assert strategy.bars == 5 and strategy.bg.last_tick.last_price == pytest.approx(105, abs=1)
''').assert_outcomes(passed=1)


def test_without_the_extra(tmp_path: Path) -> None:
    """One line says what to install; pytest starts without vn.py, and ``mock_exchange`` works."""
    (tmp_path / "greenlet.py").write_text("raise ImportError('No module named greenlet')")
    (tmp_path / "test_it.py").write_text('''
import sys

def test_starts_light(mock_exchange):
    assert "vnpy_rehearsal.pytest_plugin" in sys.modules and not [name for name in sys.modules if name.partition(".")[0] in ("vnpy", "greenlet")]
    assert mock_exchange.state()["dialect"] == "binance"

def test_trader(mock_trader):
    pass
''')
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "mockexchange.pytest_plugin", "-p", "vnpy_rehearsal.pytest_plugin", "test_it.py"],
        capture_output=True, text=True, cwd=tmp_path, timeout=120,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{python_path(ROOT)}", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert "1 passed, 1 error" in result.stdout, result.stdout
    assert 'mock_trader: No module named greenlet: install what is missing with pip install "vnpy_mockbinance[mock]"' in result.stdout
