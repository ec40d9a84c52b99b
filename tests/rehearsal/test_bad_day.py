"""The main job's bad day: which rows strike and when, what counts as a strike, and that all five gateways can have one."""

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from children import LONG, ROOT, python_path
from waiting import until
from websockets.sync.client import connect

from mockexchange.dialects import contents_of
from vnpy_rehearsal.bad_day.day import BadDay
from vnpy_rehearsal.bad_day.outcome import ARMED, MISSED, OVER, STRIKING, WAITING, Struck, Turn, times
from vnpy_rehearsal.bad_day.plan import EACH, LAST, OWN_LIFE, QUIET, USUAL, BadPlan, choose, enough, last_moment, rows_of, turns
from vnpy_rehearsal.bad_day.venue import BadVenue, levels_of
from vnpy_rehearsal.conform.matrix import ROWS
from vnpy_rehearsal.conform.profile import Profile
from vnpy_rehearsal.job import find_profile, named_profiles
from vnpy_rehearsal.strikes import NO_STRIKE, NOTHING_TO_COMPARE, STRIKES

GATEWAYS: tuple[str, ...] = ("MOCKBINANCE", "HASHEX", "QMTREST", "FUTUOPEND", "WEBTRADER")
DAY: float = 60.0


def plan(gateway: str = "MOCKBINANCE", rows: str = "", seconds: float = DAY, seed: int = 0) -> BadPlan:
    return BadPlan(find_profile(gateway, named_profiles()), rows, seconds, seed)


def profile(gateway: str = "MOCKBINANCE") -> Profile:
    return plan(gateway).profile


# which and when

@pytest.mark.parametrize("gateway", GATEWAYS)
def test_every_row_of_the_matrix_can_strike_or_says_why_not(gateway: str) -> None:
    rows = rows_of(profile(gateway))
    assert [row.id for row in rows] == list(ROWS), "one list of rows"
    for row in rows:
        assert row.absent or row.id in STRIKES
        assert bool(row.absent) >= (row.id in {*NO_STRIKE, *NOTHING_TO_COMPARE, *OWN_LIFE}), row
    usual = choose("", profile(gateway), DAY)
    assert len(usual) == 4 and not any(row.absent for row in usual) and {row.id for row in usual} <= set(USUAL)
    assert [row.id for row in choose("", profile(gateway), 5.0)] == [usual[0].id]
    assert len(choose("", profile(gateway), 0.0)) > 4, "a day without an end has them all"


def test_rows_that_are_named_are_those_of_the_matrix() -> None:
    assert [row.id for row in choose("F22-F24,F2", profile(), DAY)] == ["F2", "F22", "F23", "F24"]
    for text, words in (("F99", "--bad-day: no row 'F99', there are: F1 to "), ("F5-F2", "--bad-day: F5 comes after F2"), ("F37", "--bad-day: F37 cannot strike on binance here: ")):
        with pytest.raises(ValueError, match=words):
            choose(text, profile(), DAY)


def test_a_run_that_is_too_short_for_its_rows_says_how_long_it_should_be() -> None:
    assert [enough(rows) for rows in (1, 2, 4, 10)] == [20, 40, 70, 150]
    for rows in (1, 4, 10):
        found = list(turns([f"F{n}" for n in range(rows)], enough(rows), 0))
        assert all(turn.ends - previous >= EACH for previous, turn in zip([0.0, *(each.ends for each in found)], found, strict=False))
    assert plan(rows="F2", seconds=5.0).too_short() == "5 s may be too short for the row of this bad day: give it --seconds 20"
    assert plan(rows="F2,F22,F24,F37", seconds=20.0).too_short(0.5) == "20 s may be too short for the 3 rows of this bad day: give it --seconds 60", "F37 cannot strike"
    assert plan(rows="F2", seconds=20.0).too_short() == plan(rows="F2,F22-F24", seconds=0.0).too_short() == plan(seconds=DAY).too_short(0.5) == ""


def test_moments_come_from_the_seed_and_leave_time_to_heal() -> None:
    rows = list(USUAL)
    first, again, other = (list(turns(rows, DAY, seed)) for seed in (7, 7, 8))
    assert first == again != other and sorted(turn.row for turn in first) == sorted(rows)
    for found in (first, other):
        assert all(0 <= turn.at < turn.ends <= DAY * (1 - QUIET) + 10 for turn in found)
        assert all(before.ends <= after.at + 1e-6 for before, after in zip(found, found[1:], strict=False)), "each has its share of the day"
        assert [turn.row in LAST for turn in found] == sorted(turn.row in LAST for turn in found)
    assert last_moment(DAY) < DAY and last_moment(0.0) == float("inf")
    assert list(turns([], DAY, 1)) == list(turns([], 0.0, 1)) == []


def test_a_day_without_an_end_has_every_row_again_and_again() -> None:
    found = list(islice(turns(["F2", "F22", "F42"], 0.0, 3), 9))
    assert [sorted(turn.row for turn in found[n:n + 3]) for n in (0, 3, 6)] == [["F2", "F22", "F42"]] * 3
    assert [turn.at for turn in found] == sorted(turn.at for turn in found)


@pytest.mark.parametrize(("dialect", "symbol"), [("binance", "ETHUSDT"), ("qmt", "600000.SH"), ("futu", "00700"), ("futu", "AAPL")])
def test_prices_and_volumes_of_strikes_are_those_of_what_is_traded(dialect: str, symbol: str) -> None:
    instrument = next(each for each in contents_of(dialect).instruments if each.symbol == symbol)
    price: int = instrument.start_price * 2
    found = levels_of(instrument, price, profile().market)
    low, unit = round(found.low * 1e8), round(found.unit * 1e8)
    assert found.symbol == symbol and 0.9 * price < low < price and low % instrument.tick_size == 0
    assert unit >= instrument.min_quantity and unit % (instrument.equity.lot if instrument.equity else instrument.step_size) == 0
    assert low * unit // 10 ** 8 >= instrument.min_notional and float(found.coarse["tick_size"]) * 1e8 > instrument.tick_size


# the day

class Told(list[tuple[int, str]]):
    """Log lines."""

    def words(self) -> list[str]:
        return [text for _, text in self]


@pytest.fixture
def venue() -> Iterator[BadVenue]:
    with plan().open(("--feed", "none", "--seed", "3")) as found:
        yield found


def day(venue: BadVenue, *given: Turn, rows: str = "", last: float = 60.0) -> tuple[BadDay, Told]:
    told: Told = Told()
    process: Any = SimpleNamespace(reconnect=lambda: None, disconnect=lambda: None)
    found = BadDay(venue, choose(rows or ",".join(turn.row for turn in given), venue.profile, 0.0), process, iter(given), last, 5, lambda level, text: told.append((level, text)))
    found.begin(lambda: venue.profile)
    return found, told


def ask(address: str, method: str, path: str) -> int:
    """Status of an answer, 0 for none."""
    connection = http.client.HTTPConnection(address.partition("://")[2], timeout=1.0)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def test_a_fault_strikes_when_it_has_bitten_and_others_stay(venue: BadVenue) -> None:
    theirs = venue.venue.faults.add(match="GET /api/v3/time", stage="on_reply", action="delay", ms=0, times=0)
    found, told = day(venue, Turn("F4", 0.0, 30.0))
    until(lambda: found.outcomes()[0].state == ARMED and len(venue.venue.faults.list()) > 2)
    assert told.words() == ["Fault F4 is armed: 500, 502, 503, 504 with HTML or JSON"] and found.outcomes()[0].times == 0
    assert ask(venue.wire.rest, "POST", "/api/v3/order") in (500, 502, 503, 504)
    result: Struck = until(lambda: found.outcomes()[0].state == OVER and found.outcomes()[0])
    assert result.times == 1 and result.begun is not None and result.armed is not None and result.armed <= result.begun <= (result.over or 0.0)
    assert [text.partition(": ")[0] for text in told.words()[1:]] == ["Fault F4 strikes", "Fault F4 is over, it has struck once"]
    assert [fault["id"] for fault in venue.venue.faults.list()] == [theirs["id"]], "what was armed for it is gone, and nothing else"
    found.end()
    assert found.missed(True) == []


def test_one_of_several_faults_strikes_while_another_is_waited_for(venue: BadVenue) -> None:
    """F25 silences the quotes: a strategy gets no ticks, sends nothing, and nothing is pushed to the user."""
    found, told = day(venue, Turn("F25", 0.0, 1.0), last=3.0)
    with connect(f"{venue.wire.stream}/ws/btcusdt@trade", proxy=None) as stream:
        until(lambda: len(venue.venue.faults.list()) == 2)
        venue.venue.set_price("BTCUSDT", "39000")
        result: Struck = until(lambda: found.results[0].state == OVER and found.results[0])
        assert result.times == 1 and result.idle == ["PUSH user * (silence, on_push)"] and "Fault F25 strikes: " in told.words()[1]
        with pytest.raises(TimeoutError):
            stream.recv(0)
    found.end()
    assert found.missed(True) == []


def test_one_that_nothing_calls_out_has_not_struck(venue: BadVenue) -> None:
    found, told = day(venue, Turn("F18", 0.0, 0.1), rows="F18,F22,F37", last=0.2)
    until(lambda: found.results and found.results[0].state == MISSED)
    assert told[-1][1].startswith("Fault F18 has not struck: nothing of the kind came within 0 s: ") and "order.cancel" in told[-1][1]
    found.end()
    outcomes = {each.row: each for each in found.outcomes()}
    assert outcomes["F22"].state == WAITING and outcomes["F22"].why_not == "its moment did not come" and not outcomes["F37"].can and outcomes["F22"].can
    assert found.missed(True) == ["F18", "F22"] and found.missed(False) == ["F18"], "the user may end a day before a moment has come"
    assert not venue.venue.faults.list()


def test_a_wire_that_carries_nothing_is_not_broken(venue: BadVenue) -> None:
    found, told = day(venue, Turn("F41", 0.0, 5.0), Turn("F41", 0.1, 5.0))
    until(lambda: found.results and found.results[0].state == MISSED)
    assert found.results[0].why_not == "no connection was there to be broken" and found.results[0].times == 0
    connection = http.client.HTTPConnection(venue.wire.address, timeout=5.0)
    connection.request("GET", "/api/v3/ping")
    assert connection.getresponse().read() == b"{}"
    again, _ = day(venue, Turn("F41", 0.0, 5.0))
    assert until(lambda: again.results and again.results[0].state == OVER and again.results[0]).times == 1
    connection.close()
    for each in (found, again):
        each.end()


def test_what_the_venue_refuses_to_do_has_not_struck(venue: BadVenue, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**given: Any) -> None:
        raise OSError("no restart today")

    monkeypatch.setattr(venue.venue, "restart", refuse)
    found, told = day(venue, Turn("F22", 0.0, 5.0))
    until(lambda: found.results and found.results[0].state == MISSED)
    assert found.results[0].why_not == "OSError: no restart today" and told.words()[-1] == "Fault F22 has not struck: OSError: no restart today"
    found.end()
    assert found.missed(True) == ["F22"]


def test_the_end_of_the_day_undoes_what_lasts(venue: BadVenue) -> None:
    found, _ = day(venue, Turn("F20", 0.0, 60.0))
    until(lambda: found.results and found.results[0].state == STRIKING)
    assert abs(venue.venue.state()["offset_ms"]) == 10_000
    found.end()
    assert venue.venue.state()["offset_ms"] == 0 and found.results[0].state == OVER and found.results[0].times == 1
    begun, over = found.results[0].begun, found.results[0].over
    assert begun is not None and over is not None and over - begun < 20.0


def test_a_day_that_ends_while_the_wire_is_bad_leaves_it_well(venue: BadVenue) -> None:
    asking = Thread(target=lambda: ask(venue.wire.rest, "GET", "/api/v3/ping"))
    asking.start()
    found, _ = day(venue, Turn("F42", 0.0, 60.0))
    until(lambda: found.results and found.results[0].state == STRIKING)
    found.end()
    asking.join()
    assert ask(venue.wire.rest, "GET", "/api/v3/ping") == 200


def test_how_often_in_words() -> None:
    assert (times(1), times(3)) == ("once", "3 times")


# the job

def run(place: Path, gateway: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    (place / ".vntrader").mkdir(exist_ok=True)
    environment = os.environ | {"HOME": str(place), "LANGUAGE": "en", "PYTHONPATH": python_path(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "vnpy_rehearsal", "run", "--gateway", gateway, *arguments], cwd=place, env=environment, capture_output=True, text=True, timeout=300,
    )


def test_a_bad_day_of_the_main_job(tmp_path: Path) -> None:
    """Both faults have struck, where and how often stands in the summary, and gateway and venue agree."""
    done = run(tmp_path, "MOCKBINANCE", "--bad-day", "F2,F22,F37", "--seconds", "14", "--seed", "5", "--setting", "hold=1.5", "--setting", "pause=0.2")
    assert done.returncode == 0, done.stdout + done.stderr
    for row, times_struck in (("F2", "once"), ("F22", "once")):
        assert f"Fault {row} strikes: " in done.stdout
        line = next(line for line in done.stdout.splitlines() if line.startswith(f"{row} "))
        assert line.split()[1] == times_struck and line.split()[3] == "s" and 0 < float(line.split()[2]) < 14
    assert "F37 cannot our own restart, with open orders and fills: the main job is the trading process itself" in " ".join(done.stdout.split())
    assert "/_mock/" in done.stdout and "A bad day" not in done.stderr
    assert "Gateway and venue agree: every order's status and traded volume, every fill once, every balance." in done.stdout
    orders = [line.split() for line in done.stdout.splitlines() if " LONG " in line or " SHORT " in line]
    assert len([line for line in orders if line[1] in ("LONG", "SHORT")]) > 2, "the closing table"


@pytest.mark.skipif(not LONG, reason="LONG=1: a minute for each gateway")
@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_bad_day_of_every_gateway(gateway: str, tmp_path: Path) -> None:
    done = run(tmp_path, gateway, "--bad-day", "--seed", "4")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sum(" strikes: " in line for line in done.stdout.splitlines()) == 4 and "Gateway and venue agree" in done.stdout
