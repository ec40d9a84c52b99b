"""The main job on a share venue that comes by entry points (tests/tinyvenue): T+1, polled, no fills told, another exchange than GLOBAL."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from children import LONG, python_path

ROOT: Path = Path(__file__).parents[2]

STRATEGY: str = """
from vnpy_ctastrategy import CtaTemplate

class Round(CtaTemplate):
    author = "test"
    sent = 0

    def on_init(self): pass

    def on_tick(self, tick):
        if self.trading and not self.sent:
            self.sent += 1
            self.sell(tick.bid_price_1 - 0.05, 100)
            self.buy(tick.ask_price_1 + 0.05, 200)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / ".vntrader").mkdir()
    (tmp_path / "own.py").write_text(STRATEGY)
    return tmp_path


def run(place: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "vnpy_rehearsal", "run", "--gateway", "tiny", *arguments], cwd=place, capture_output=True, text=True, timeout=90,
        env=os.environ | {"HOME": str(place), "LANGUAGE": "en", "PYTHONPATH": python_path(ROOT, ROOT / "tests/tinyvenue", place)},
    )


def test_the_default_strategy_trades_and_gateway_and_venue_agree(place: Path) -> None:
    done = run(place, "--seconds", "12")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"book \d+\.\d\d/\d+\.\d\d  last \d+\.\d\d  position 100,000 \(1,000 lots\), 100,000 sellable  cash 1,000,000\.00 CNY", done.stdout)
    assert "direction=SHORT" in done.stdout.split("Send new order")[1]
    assert "the sum of every order's fills, every balance." in done.stdout


def test_a_strategy_and_a_symbol_of_ones_own(place: Path) -> None:
    """600002.SSE is not held: it cannot be sold, which the gateway says."""
    done = run(place, "--strategy", "own:Round", "--seconds", "4", "--symbol", "600002.sse")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Order rejected, not sent: volume 100 of 600002 is above the 0 that can be sold now" in done.stdout
    assert re.search(r"600002\.SSE: position 200 \(2 lots\), 0 sellable, cash 99\d,\d{3}\.\d\d CNY\.", done.stdout)
    assert "Gateway and venue agree" in done.stdout


@pytest.mark.skipif(not LONG, reason="LONG=1: coins have the same")
def test_a_symbol_that_is_not_there(place: Path) -> None:
    done = run(place, "--symbol", "600009.SSE")
    assert done.returncode == 1
    assert done.stderr == "python -m vnpy_rehearsal run: no contract 600009.SSE, there are: 600001.SSE, 600002.SSE\n"
