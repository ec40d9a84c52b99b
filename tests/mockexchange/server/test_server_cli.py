"""The command line (DESIGN.md 4.1), as a child process."""

import json
import logging
import os
import select
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from children import python_path
from server_client import call, place

from mockexchange.server.cli import CauseFirst

HERE: Path = Path(__file__).parent
ROOT: Path = HERE.parents[2]

# "python -m mockexchange", with the tests' own dialect known to it
START: str = "import sys, server_dialect; from mockexchange.__main__ import start; sys.exit(start())"


class Server:
    """A child process that serves; its lines are read with a deadline."""

    def __init__(self, *arguments: str, plain: bool = False) -> None:
        command: list[str] = ["-m", "mockexchange"] if plain else ["-c", START]
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, *command, *arguments],
            bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": python_path(ROOT, HERE)},
        )

    def ready(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], 15)[0], "no ready line"
        line: bytes = self.process.stdout.readline()
        assert line, self.process.stderr and self.process.stderr.read()
        return json.loads(line)

    def wait(self, seconds: float) -> tuple[int, str, str]:
        """Exit status, the rest of stdout, stderr."""
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out.decode(), err.decode()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@pytest.fixture
def serve() -> Iterator[Any]:
    servers: list[Server] = []

    def start(*arguments: str, plain: bool = False) -> Server:
        servers.append(Server("serve", *arguments, plain=plain))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def test_ready_line_is_the_contract(serve: Any) -> None:
    server: Server = serve("binance=0", "--seed", "7", plain=True)
    ready = server.ready()
    port: str = ready["rest"].rpartition(":")[2]
    assert ready == {
        "event": "ready", "dialect": "binance", "rest": f"http://127.0.0.1:{port}", "stream": f"ws://127.0.0.1:{port}",
        "key": "mock-key", "secret": "mock-secret",
    }
    assert call(ready["rest"], "GET", "/_mock/state").body["seed"] == 7
    server.process.send_signal(signal.SIGTERM)
    assert server.wait(2) == (0, "", "")


def test_tls_is_for_every_listener_and_leaves_nothing(serve: Any) -> None:
    server: Server = serve("test=0", "test=0", "--tls")
    lines = [server.ready() for _ in range(2)]
    certificate = Path(lines[0]["certificate"])
    assert [line["certificate"] for line in lines] == [str(certificate)] * 2
    context = ssl.create_default_context(cafile=certificate)
    for line in lines:
        assert line["rest"].startswith("https://") and line["stream"].startswith("wss://")
        with urllib.request.urlopen(line["rest"] + "/_mock/state", context=context, timeout=5) as answer:
            assert answer.status == 200
    server.process.send_signal(signal.SIGTERM)
    assert server.wait(3) == (0, "", "")
    assert not certificate.parent.exists()


def test_each_listener_is_a_venue_of_its_own(serve: Any, tmp_path: Path) -> None:
    server: Server = serve("test=0", "test=0", "--feed", "none", "--account", "a:b:USDT=5000", "--account", "c:d:", "--state", str(tmp_path))
    first, second = server.ready(), server.ready()
    assert first["rest"] != second["rest"] and (first["key"], first["secret"]) == ("a", "b")
    place(first["rest"], account="a")
    states = [call(each["rest"], "GET", "/_mock/state").body for each in (first, second)]
    assert [state["accounts"]["a"]["open_orders"] for state in states] == [1, 0]
    assert list(states[0]["accounts"]) == ["a", "c"]
    server.process.send_signal(signal.SIGINT)
    assert server.wait(2)[0] == 0
    assert sorted(path.name for path in tmp_path.glob("*.jsonl")) == ["test-2.journal.jsonl", "test.journal.jsonl"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_within_two_seconds_whoever_is_connected(serve: Any, number: int) -> None:
    server: Server = serve("test=0")
    ready = server.ready()
    fault = {"match": "GET /echo", "stage": "on_reply", "action": "hang"}
    call(ready["rest"], "POST", "/_mock/faults", fault)
    host, _, port = ready["rest"].removeprefix("http://").partition(":")
    held: list[socket.socket] = []
    for path in ("/echo", "/hold", "/ws"):
        connection = socket.create_connection((host, int(port)), timeout=5)
        upgrade: str = (
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" if path == "/ws" else ""
        )
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n".encode())
        held.append(connection)
    held[-1].recv(100)
    began: float = time.monotonic()
    server.process.send_signal(number)
    status, out, err = server.wait(5)
    assert time.monotonic() - began < 2
    assert (status, out, err) == (0, "", "")
    for connection in held:
        connection.close()


@pytest.mark.parametrize("arguments, words", [
    ([], "DIALECT=PORT"),
    (["binance"], "binance"),
    (["binance=x"], "binance=x"),
    (["binance=65536"], "65536"),
    (["klingon=0"], "klingon"),
    (["test=0", "--speed", "fast"], "fast"),
    (["test=0", "--speed", "-1"], "-1"),
    (["test=0", "--speed", "nan"], "nan"),
    (["test=0", "--seed", "x"], "seed.*x"),
    (["test=0", "--colour"], "colour"),
    (["test=0", "--host", "0.0.0.0"], "control-token"),
    (["test=0", "--account", "key"], "KEY:SECRET"),
    (["test=0", "--account", "k:s:USDT"], "USDT"),
    (["test=0", "--account", "k:s:USDT=1e5"], "1e5"),
    (["test=0", "--account", "k:s:USDT=-5"], "-5"),
    (["test=0", "--account", "k:s:USTD=5"], "USTD"),
    (["test=0", "--account", "k:s:BTC=5,BTC=6"], "BTC"),
    (["test=0", "--account", "k:s:", "--account", "k:t:"], "'k'"),
    (["test=0", "--account", ":s:"], "empty"),
    (["test=0", "--account", "a key:s:"], "'a key'.*spaces"),
    (["test=0", "--account", "k\u00e9y:s:"], "ASCII"),
    (["test=0", "--account", "k:s\n:"], "'k'.*ASCII"),
    (["test=0", "--account", "k:s:USDT=1:x"], "4 parts"),
    (["test=0", "--account", "k:@nowhere.pem:"], "'k': public key 'nowhere.pem': No such file"),
    (["test=0", "--account", "k:ed25519=gmDRTtj2FA+wzJUIlAL9ly1eovjLBu7uXUFR+jFULmg=:"], "'k': clients of the dialect 'test' sign with a secret"),
    (["test=0", "--tls-cert", "nowhere.pem"], "tls certificate 'nowhere.pem': No such file"),
    (["test=0", "--tls-key", "key.pem"], "--tls-key key.pem: --tls-cert is needed as well"),
    (["test=0", "--tls-cert", ""], "--tls-cert.*''"),
    (["=0"], "'=0'"),
    (["TEST=0"], "'TEST=0'"),
    (["test=\uff18\uff10"], "test=\uff18\uff10"),
    (["test=-1"], "test=-1"),
    (["test=0", "--state", ""], "--state.*''"),
    (["test=0", "--state", " "], "--state.*' '"),
    (["test=0", "--feed", ""], "--feed.*''"),
    (["test=0", "--host", ""], "--host.*''"),
    (["test=0", "--control-token", ""], "--control-token.*''"),
    (["test=0", "--control-token", "ENV:NO_SUCH_VARIABLE"], "--control-token ENV:NO_SUCH_VARIABLE.*'NO_SUCH_VARIABLE' is not set"),
    (["test=0", "--control-token", "ENV:"], "--control-token ENV:: .*'' is not set"),
    (["test=0", "--seed", str(2 ** 63)], str(2 ** 63)),
    (["test=0", "--seed", ""], "seed.*''"),
    (["test=0", "--speed", ""], "speed.*''"),
    (["test=0", "--speed", "0"], "speed.*'0'"),
    (["test=0", "--clock", "sundial"], "clock.*'sundial'"),
    (["test=0", "--clock", "manual=-5"], "clock.*'manual=-5'"),
    (["test=0", "--option", "x"], "option.*'x'"),
    (["test=0", "--option", "hashex.text_key=msg"], "'hashex'"),
    (["test=0", "--unsigned"], "--unsigned"),
    (["binance=0", "--option", "binance.unsigned=maybe"], "unsigned.*'maybe'"),
    (["binance=0", "--option", "binance.colour=red"], "'colour'"),
    (["test=0", "--feed", "."], "\\."),
    (["test=0", "--feed", "/no/such.csv"], "/no/such.csv"),
    (["test=0", "--state", "/dev/null"], "/dev/null"),
    (["test=0", "--host", "no.such.host.invalid", "--control-token", "t"], "no.such.host.invalid"),
])
def test_what_cannot_be_is_one_line_and_status_2(arguments: list[str], words: str, capfd: Any) -> None:
    import re

    from mockexchange.server.cli import main

    status: int = main(["serve", *arguments])
    out, err = capfd.readouterr()
    assert (status, out) == (2, "") and err.count("\n") == 1, err
    assert re.search(words, err), err
    assert "Traceback" not in err


def test_taken_port_is_one_line_and_status_2(serve: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        status, out, err = serve("test=0", f"test={port}").wait(15)
    assert (status, out) == (2, "") and err.count("\n") == 1 and str(port) in err


def test_malformed_feed_names_its_line(serve: Any, tmp_path: Path) -> None:
    path: Path = tmp_path / "BTCUSDT-trades-2021-01-08.csv"
    path.write_text("1,40000.0,0.1,4000.0,1610064000000,True,True\n2,abc,0.1,4000.0,1610064000001,True,True\n")
    status, out, err = serve("test=0", "--feed", str(path)).wait(15)
    assert (status, out) == (2, "") and err.count("\n") == 1, err
    assert "abc" in err and "2" in err


def test_ends_with_its_standard_input(serve: Any) -> None:
    server: Server = serve("test=0", "--feed", "none", "--exit-with-stdin")
    rest: str = server.ready()["rest"]
    assert server.process.stdin is not None
    server.process.stdin.write(b"whatever\n")
    server.process.stdin.flush()
    assert call(rest, "GET", "/echo").status == 200
    server.process.stdin.close()
    server.process.stdin = None
    assert server.wait(2)[0] == 0


def test_kill_9_loses_nothing(serve: Any, tmp_path: Path) -> None:
    arguments: list[str] = ["test=0", "--feed", "none", "--state", str(tmp_path)]
    server: Server = serve(*arguments)
    rest: str = server.ready()["rest"]
    ids: list[int] = [place(rest).body["order_id"] for _ in range(20)]
    rows = call(rest, "GET", "/_mock/journal").body["rows"]
    server.process.kill()
    server.wait(5)
    again: Server = serve(*arguments)
    rest = again.ready()["rest"]
    assert call(rest, "GET", "/_mock/journal").body["rows"] == rows
    assert call(rest, "GET", "/_mock/state").body["accounts"]["mock-key"]["open_orders"] == 20
    assert place(rest).body["order_id"] > ids[-1]
    busy: Server = serve(*arguments)
    status, out, err = busy.wait(15)
    assert (status, out) == (2, "") and "in use" in err and err.count("\n") == 1


def test_plugin_loads_without_the_server() -> None:
    code: str = "import sys, mockexchange.pytest_plugin; print([m for m in sys.modules if 'aiohttp' in m or 'mockexchange.server' in m])"
    out: str = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    assert out.strip() == "[]"


def test_a_line_of_the_log_names_what_was_raised() -> None:
    """A gateway shows its user the first line of what its exchange says, without the trace."""
    try:
        raise ZeroDivisionError("a price\nof 0")
    except ZeroDivisionError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "Error handling %s", ("GET /",), sys.exc_info())
    lines: list[str] = CauseFirst("%(levelname)s %(message)s").format(record).splitlines()
    assert lines[0] == "ERROR Error handling GET /: ZeroDivisionError: a price of 0" and "Traceback" in lines[1]
    record = logging.LogRecord("x", logging.WARNING, "x.py", 1, "slow", (), None)
    assert CauseFirst("%(levelname)s %(message)s").format(record) == "WARNING slow"
