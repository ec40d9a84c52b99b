"""A package of somebody else brings a gateway, its profile and a dialect by entry points: no file of ours is edited."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from children import python_path

ROOT: Path = Path(__file__).parents[2]

MODULE: str = '''
from mockexchange.dialects.binance import BinanceDialect
from vnpy_mockbinance import MockBinanceGateway


class ElsewhereDialect(BinanceDialect):
    name = "elsewhere"
    traits = {**BinanceDialect.traits, "absent": {"F1": "not asked for here"}}


class ElsewhereGateway(MockBinanceGateway):
    default_name = "ELSEWHERE"
    dialect = "elsewhere"


PROFILES = [{
    "name": "ELSEWHERE", "gateway": "elsewhere:ElsewhereGateway", "dialect": "elsewhere", "symbol": "BTCUSDT_SPOT_BINANCE",
    "setting": {"Server": "BINANCE", "REST Host": "{rest}", "Stream Host": "{stream}", "API Key": "{key}", "API Secret": "{secret}"},
}]
BROKEN = [{"gateway": "elsewhere:ElsewhereGateway", "dialect": "elsewhere"}]
'''
ENTRIES: str = """
[mockexchange.dialects]
elsewhere = elsewhere:ElsewhereDialect
nowhere = no_such_module:Dialect

[vnpy_rehearsal.profiles]
elsewhere = elsewhere:PROFILES
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder on the path, as pip would fill it."""
    (tmp_path / "elsewhere.py").write_text(MODULE)
    info = tmp_path / "elsewhere-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRIES)
    return tmp_path


def run(installed: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, timeout=120, cwd=installed,
        env={**os.environ, "PYTHONPATH": python_path(ROOT, installed)},
    )


def test_the_matrix_knows_the_gateway_and_its_dialect(installed: Path) -> None:
    done = run(installed, "mockexchange", "conform", "elsewhere:ElsewhereGateway", "--rows", "F1,F2", "--json", "out.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "on the mock exchange's elsewhere dialect" in done.stdout
    verdicts = {row["id"]: row["verdict"] for row in json.loads((installed / "out.json").read_text())["rows"]}
    assert verdicts["F2"] == "survived" and "not asked for here" in done.stdout


def test_the_main_job_runs_on_it(installed: Path) -> None:
    done = run(installed, "vnpy_rehearsal", "run", "--seconds", "6", "--gateway", "elsewhere", "--plain")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Connect gateway -> ELSEWHERE" in done.stdout and "Gateway and venue agree" in done.stdout


def test_what_cannot_be_used_is_named(installed: Path) -> None:
    done = run(installed, "mockexchange", "serve", "nowhere=0")
    assert done.returncode == 2 and "dialect 'nowhere': no_such_module:Dialect cannot be imported" in done.stderr
    done = run(installed, "mockexchange", "serve", "nix=0")
    assert done.returncode == 2 and "there are: binance, elsewhere, futu, hashex, nowhere, qmt, qte" in done.stderr
    entries = installed / "elsewhere-1.0.dist-info" / "entry_points.txt"
    entries.write_text(ENTRIES.replace("elsewhere:PROFILES", "elsewhere:BROKEN"))
    done = run(installed, "mockexchange", "conform", "elsewhere:ElsewhereGateway", "--rows", "F2")
    assert done.returncode == 2 and "profile 'elsewhere' (elsewhere:BROKEN) cannot be used: ValueError: field 'setting' is missing" in done.stderr
