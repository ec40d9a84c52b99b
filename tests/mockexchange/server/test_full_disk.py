"""A journal that cannot be written: what is told is in the file, and the market does not stand still in silence."""

import hashlib
import hmac
import json
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from children import LONG, python_path
import requests
from waiting import until

from mockexchange import MockExchange
from mockexchange.journal import Journal, JournalError
from mockexchange.server.venue import Venue

resource = pytest.importorskip("resource")
ROOT: Path = Path(__file__).parents[3]
LIMITED: str = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, resource.RLIM_INFINITY)); from mockexchange.server.cli import main; sys.exit(main(sys.argv[1:]))"
# the n-th write to the journal fails, whatever the room
FAILING: str = """
import os, sys
from mockexchange import journal, room
from mockexchange.server.cli import main
write, count = os.write, [0]
def failing(file, data):
    count[0] += 1
    if count[0] > {0}:
        {1}
    return write(file, data)
journal.os.write = failing
sys.exit(main(sys.argv[1:]))
"""
FAILURES: dict[str, str] = {
    "no space": "raise OSError(28, 'No space left on device')",
    "half a write, then no space": "return write(file, data[:30]) if count[0] == {0} + 1 else (_ for _ in ()).throw(OSError(28, 'No space left on device'))",
    "nothing written": "return 0",
    "quota": "raise OSError(122, 'Disk quota exceeded')",
    "input/output": "raise OSError(5, 'Input/output error')",
}


class Child:
    """``serve`` with a state, in a process whose files fail."""

    def __init__(self, script: str, folder: Path, *more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, "serve", "binance=0", "--state", str(folder), "--seed", "3", *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            # what it compiles would be cut off, and read by everybody
            env={**os.environ, "PYTHONPATH": python_path(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert self.process.stdout is not None
        line: str = self.process.stdout.readline()
        self.base: str = json.loads(line)["rest"] if line else ""

    def signed(self, method: str, path: str, **query: object) -> requests.Response:
        query["timestamp"] = int(time.time() * 1000)
        text: str = "&".join(f"{name}={value}" for name, value in query.items())
        text += "&signature=" + hmac.new(b"mock-secret", text.encode(), hashlib.sha256).hexdigest()
        return requests.request(method, f"{self.base}{path}?{text}", headers={"X-MBX-APIKEY": "mock-key"}, timeout=10)

    def place(self, number: int, price: str = "30000") -> requests.Response:
        return self.signed(
            "POST", "/api/v3/order", symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.01", price=price,
            newClientOrderId=f"o{number}",
        )

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = requests.get(self.base + "/_mock/state", timeout=10).json()
        return found

    def end(self) -> str:
        if self.process.poll() is None:
            self.process.kill()
        return self.process.communicate(timeout=10)[1]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux lifts the limit of another process")
def test_a_command_without_room_is_not_done(tmp_path: Path) -> None:
    """Refused before it is done; queries go on; the market waits and says so; with room it all goes on."""
    child: Child = Child(LIMITED.format(40_000), tmp_path)
    try:
        answers: dict[int, requests.Response] = {number: child.place(number) for number in range(40)}
        done: set[int] = {number for number, answer in answers.items() if answer.status_code == 200}
        refused: set[int] = answers.keys() - done
        assert done and refused and max(done) < min(refused)
        assert all(answers[number].status_code == 500 and answers[number].json()["code"] == -1000 for number in refused)
        for number in answers:
            found = child.signed("GET", "/api/v3/order", symbol="BTCUSDT", origClientOrderId=f"o{number}")
            assert (found.status_code == 200) is (number in done), found.text
        assert requests.post(child.base + "/_mock/price", json={"symbol": "BTCUSDT", "price": "29000"}, timeout=10).status_code == 400
        assert until(lambda: child.state()["feed"]["status"] == "halted")
        assert child.state()["journal_error"] == "no room"
        resource.prlimit(child.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert until(lambda: child.state()["feed"]["status"] == "running")
        assert child.place(50).status_code == 200
    finally:
        said: str = child.end()
    assert said.count("no room for journal") == 1 and said.count("the market goes on") == 1 and "Traceback" not in said
    again: Child = Child("import sys; from mockexchange.server.cli import main; sys.exit(main(sys.argv[1:]))", tmp_path)
    try:
        for number in (*done, 50):
            assert again.signed("GET", "/api/v3/order", symbol="BTCUSDT", origClientOrderId=f"o{number}").json()["status"] == "NEW"
    finally:
        again.end()


@pytest.mark.parametrize("kind", FAILURES if LONG else list(FAILURES)[1:3])
def test_a_write_that_fails_ends_the_venue_at_once(tmp_path: Path, kind: str) -> None:
    """No answer tells of what is not in the file."""
    child: Child = Child(FAILING.format(6, FAILURES[kind].format(6)), tmp_path)
    told: list[int] = []
    try:
        with pytest.raises(requests.ConnectionError):
            for number in range(40):
                if child.place(number).status_code == 200:
                    told.append(number)
        assert child.process.wait(10) == 3
    finally:
        said: str = child.end()
    assert told and said.count("\n") == 1 and "cannot be written, the venue ends" in said
    again: Child = Child("import sys; from mockexchange.server.cli import main; sys.exit(main(sys.argv[1:]))", tmp_path)
    try:
        for number in range(len(told) + 2):
            found = again.signed("GET", "/api/v3/order", symbol="BTCUSDT", origClientOrderId=f"o{number}")
            assert (found.status_code == 200) is (number in told)
    finally:
        again.end()


def test_no_room_at_the_start(tmp_path: Path) -> None:
    child: Child = Child(LIMITED.format(1_000), tmp_path)
    assert not child.base and child.process.wait(10) == 2
    said: str = child.end()
    assert said.splitlines()[-1].startswith("mockexchange: error: journal") and "Traceback" not in said


def test_within_a_process_nothing_is_told_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    with MockExchange("binance", state=tmp_path) as mock:
        assert mock.state()["journal_error"] == ""

        def failing(journal: Journal, entries: list[Any]) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Journal, "_write", failing)
        with pytest.raises(JournalError, match="No space left on device"):
            mock.set_price("BTCUSDT", "40000")
        with pytest.raises(requests.ConnectionError):
            requests.get(mock.rest + "/api/v3/ping", timeout=5)
        assert "cannot be written, the venue ends" in mock.state()["journal_error"]
        assert until(lambda: mock.state()["feed"]["status"] == "failed")
        assert "cannot be written" in mock.state()["feed"]["error"]
    assert any(record.levelno == logging.CRITICAL for record in caplog.records)


def test_a_feed_that_fails_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with MockExchange("qte") as mock:
        def spoil(venue: Venue) -> None:
            def broken() -> Any:
                raise RuntimeError("the generator is broken")
                yield

            venue.pump._next, venue.pump._steps = venue.pump._next, broken()

        mock.run(spoil)
        assert until(lambda: mock.state()["feed"]["status"] == "failed")
        assert mock.state()["feed"]["error"] == "RuntimeError: the generator is broken"
    assert any("the market stands still" in record.getMessage() for record in caplog.records)
