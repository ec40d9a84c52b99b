"""The main job through a real WebTrader that it starts itself, and on the dialect where there is none."""

import os
import re
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from children import LONG, python_path
from waiting import until

ROOT: Path = Path(__file__).parents[2]

STRATEGY: str = """
from vnpy_ctastrategy import CtaTemplate

class Quick(CtaTemplate):
    author = "test"
    sent = 0

    def on_init(self): pass

    def on_tick(self, tick):
        if self.trading and not self.pos and not self.sent and tick.ask_price_1:
            self.sent += 1
            self.buy(tick.ask_price_1 * 1.01, 0.01)
            self.buy(tick.ask_price_1 * 0.9, 0.01)
"""

# the main job, with another far end than the profile's
CHANGED: str = """
import sys
from contextlib import contextmanager
from dataclasses import replace

import vnpy_webgateway.far_end as module
from vnpy_rehearsal.job import start

{change}
sys.exit(start("WEBTRADER", "python -m vnpy_webgateway"))
"""

real = pytest.mark.skipif(find_spec("vnpy_webtrader") is None, reason="the real WebTrader is not installed: pip install vnpy_webtrader")
posix = pytest.mark.skipif(os.name != "posix", reason="signals, and a list of processes")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / ".vntrader").mkdir()
    (tmp_path / "quick.py").write_text(STRATEGY)
    return tmp_path


def start(place: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *words, "--plain", "--strategy", "quick:Quick"], cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
        env=os.environ | {"HOME": str(place), "LANGUAGE": "en", "PYTHONPATH": python_path(ROOT, place), "TMPDIR": str(place)},
    )


def run(place: Path, *words: str) -> tuple[int, str, str]:
    process = start(place, *words)
    try:
        out, err = process.communicate(timeout=90)
    finally:
        process.kill()
    return process.returncode, out, err


def children(place: Path) -> dict[str, int]:
    """Process ids of the server's two scripts that were started for a run in ``place``, by name."""
    found: dict[str, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words, cwd = (folder / "cmdline").read_bytes().split(b"\0"), os.readlink(folder / "cwd")
        except OSError:
            continue
        if cwd.startswith(str(place)) and len(words) > 1 and words[1].endswith(b"_process.py"):
            found[Path(words[1].decode()).stem] = int(folder.name)
    return found


@real
def test_it_trades_and_agrees_with_the_venue_at_the_far_end(place: Path) -> None:
    status, out, err = run(place, "-m", "vnpy_webgateway", "--seconds", "3")
    assert status == 0, out + err
    first = out.splitlines()[0]
    assert re.fullmatch(r"WebTrader 1\S* started: web process at http://127.0.0.1:\d+, trading process with MOCKBINANCE on http://127.0.0.1:\d+", first)
    assert "Orders 2 (1 alltraded, 1 cancelled), fills" in out
    assert "Gateway and venue agree: every order's status and traded volume, every fill once, every balance." in out
    assert "WEBTRADER    Embedded exchange" not in out


@real
@pytest.mark.skipif(not LONG, reason="LONG=1: two more processes of a real WebTrader")
def test_the_journal_of_the_far_end_is_what_counts(place: Path) -> None:
    """With another account's rows of the same journal, gateway and venue do not agree, and the exit status says so."""
    change = """
inner = module.real_webtrader

@contextmanager
def other(arguments):
    with inner(arguments) as far:
        yield replace(far, key="nobody")

module.real_webtrader = other
"""
    status, out, _ = run(place, "-c", CHANGED.format(change=change), "--seconds", "2")
    assert status == 1
    assert "Gateway and venue disagree" in out and "the venue never had it" in out


def test_without_a_webtrader_it_runs_on_the_dialect_and_says_so(place: Path) -> None:
    change = "module.missing = lambda *more: ['vnpy_webtrader']"
    status, out, err = run(place, "-c", CHANGED.format(change=change), "--seconds", "2")
    assert status == 0, out + err
    assert out.splitlines()[0] == (
        "No real WebTrader, vnpy_webtrader is not installed (pip install vnpy_webtrader): this runs on the mock exchange's webtrader dialect"
    )
    assert "WEBTRADER    Embedded exchange ready" in out and "Gateway and venue agree" in out


@real
def test_a_far_end_that_does_not_come_up(place: Path) -> None:
    status, out, err = run(place, "-c", CHANGED.format(change="module.REMOTE = 'vnpy_mockbinance:NoGateway'"), "--seconds", "2")
    assert (status, out) == (1, "")
    assert err.startswith("python -m vnpy_webgateway: the trading process did not come up: it ended with status 1; its last words: AttributeError")
    assert not children(place)


@real
@posix
def test_the_trading_process_dies_in_the_midst(place: Path) -> None:
    process = start(place, "-m", "vnpy_webgateway", "--seconds", "0")
    try:
        assert process.stdout
        for line in process.stdout:
            if "ticks/s" in line:
                os.kill(children(place)["trading_process"], signal.SIGKILL)
                break
        out, err = process.communicate(timeout=40)
    finally:
        process.kill()
    assert process.returncode == 1
    assert "the trading process has ended (SIGKILL)" in err
    assert not children(place)


@real
@posix
def test_nothing_is_left_when_it_is_killed(place: Path) -> None:
    process = start(place, "-m", "vnpy_webgateway", "--seconds", "0")
    try:
        assert process.stdout
        for line in process.stdout:
            if "ticks/s" in line:
                break
        assert set(children(place)) == {"trading_process", "web_process"}
    finally:
        process.kill()
        process.communicate()
    until(lambda: not children(place), what="both processes end when whoever started them is gone")
