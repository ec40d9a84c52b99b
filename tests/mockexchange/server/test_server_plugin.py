"""The pytest plugin, in a run of its own."""

import os
import subprocess
import sys
from pathlib import Path

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
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    assert result.returncode == 0 and "2 passed" in result.stdout, result.stdout
