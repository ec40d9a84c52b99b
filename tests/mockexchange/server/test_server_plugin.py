"""The pytest plugin, in a run of its own."""

import os
import subprocess
import sys
from pathlib import Path

from children import python_path

ROOT: Path = Path(__file__).parents[3]

TESTS: str = '''
import http.client
import pytest

def answers(venue):
    connection = http.client.HTTPConnection(venue.rest.removeprefix("http://"), timeout=5)
    connection.request("GET", "/_mock/state")
    return connection.getresponse().status == 200

def test_default(mock_exchange):
    assert answers(mock_exchange)
    assert mock_exchange.state()["dialect"] == "binance"

@pytest.mark.mock_exchange(feed="none", seed=3, accounts=["k:s:USDT=5"])
def test_marked(mock_exchange):
    assert mock_exchange.state()["seed"] == 3
    assert (mock_exchange.key, mock_exchange.secret) == ("k", "s")
'''


def test_fixture(tmp_path: Path) -> None:
    path: Path = tmp_path / "test_it.py"
    path.write_text(TESTS)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "mockexchange.pytest_plugin", str(path)],
        capture_output=True, text=True, cwd=tmp_path, timeout=60,
        env={**os.environ, "PYTHONPATH": python_path(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert result.returncode == 0 and "2 passed" in result.stdout, result.stdout


FAULTS: str = '''
import http.client
import pytest

ARMED = dict(match="GET /api/v3/time", stage="on_reply", action="status", status=503)

def ask(venue, path="/api/v3/time"):
    connection = http.client.HTTPConnection(venue.rest.removeprefix("http://"), timeout=5)
    connection.request("GET", path)
    return connection.getresponse().status

@pytest.mark.mock_exchange(feed="none")
def test_bites(mock_exchange):
    mock_exchange.faults.add(ARMED)
    assert ask(mock_exchange) == 503
    mock_exchange.faults.clear()

@pytest.mark.mock_exchange(feed="none")
def test_counts(mock_exchange):
    mock_exchange.faults.add(match="GET *", stage="on_reply", action="delay", ms=0, times=0)

@pytest.mark.mock_exchange(feed="none")
def test_may_miss(mock_exchange):
    mock_exchange.faults.add(ARMED, must_bite=False)

@pytest.mark.mock_exchange(feed="none", must_bite=False)
def test_is_not_looked_at(mock_exchange):
    mock_exchange.faults.add(ARMED)

@pytest.mark.mock_exchange(feed="none")
def test_idle(mock_exchange):
    mock_exchange.faults.add(ARMED)

@pytest.mark.mock_exchange(feed="none")
def test_idle_and_cleared(mock_exchange):
    mock_exchange.faults.add(ARMED)
    mock_exchange.faults.clear()

@pytest.mark.mock_exchange("hashex", feed="none")
def test_wrong_label(mock_exchange):
    mock_exchange.faults.add(match="PUSH BTCUSDT@*", stage="on_push", action="drop")

@pytest.mark.mock_exchange(feed="none")
def test_fails(mock_exchange):
    mock_exchange.faults.add(ARMED)
    assert ask(mock_exchange, "/api/v3/ping") == 503
'''


def test_faults_of_the_fixture_that_never_bit(tmp_path: Path) -> None:
    """They are an error at the teardown of a test that passed, and stand beside the failure of one that did not."""
    path: Path = tmp_path / "test_it.py"
    path.write_text(FAULTS)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "--strict-markers", "-p", "mockexchange.pytest_plugin", str(path)],
        capture_output=True, text=True, cwd=tmp_path, timeout=60,
        env={**os.environ, "PYTHONPATH": python_path(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    said: str = result.stdout
    assert result.returncode == 1, said
    assert "1 failed, 7 passed, 1 warning, 3 errors" in said, said
    assert {line.split("::")[1].split(" ")[0] for line in said.splitlines() if line.startswith("ERROR ")} == {
        "test_idle", "test_idle_and_cleared", "test_wrong_label",
    }
    idle: str = "mock_exchange: 1 of this test's faults never bit: 'GET /api/v3/time' (status, on_reply)"
    assert said.count(idle) >= 3        # two errors, and the section of the test that failed
    assert "fits no label of the hashex dialect at on_push" in said
