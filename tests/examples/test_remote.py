"""examples/remote: both servers, each with a strategy in a process of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from socket import socket

import pytest
from children import python_path

ROOT: Path = Path(__file__).parents[2]
REMOTE: str = "examples/remote"
LONG: bool = bool(os.environ.get("LONG"))
SECONDS: str = "30" if LONG else "8"        # it needs six seconds of ticks until it can trade: the long form waits until it has
OURS: tuple[str, ...] = (
    "vnpy_mockbinance", "vnpy_hashex", "vnpy_qmtrest", "vnpy_futuopend", "vnpy_webgateway", "vnpy_restgateway", "vnpy_rehearsal", "mockexchange",
)
# a script run as if no package of ours were installed
WITHOUT_OURS: str = """
import os, runpy, sys

sys.modules.update(dict.fromkeys({ours!r}))         # None there: no such module, for an import and for find_spec
del sys.argv[0]
sys.path[0] = os.path.dirname(os.path.abspath(sys.argv[0]))
runpy.run_path(sys.argv[0], run_name="__main__")
"""

webtrader = pytest.mark.skipif(find_spec("vnpy_webtrader") is None, reason="pip install vnpy_webtrader")
rpcservice = pytest.mark.skipif(find_spec("vnpy_rpcservice") is None, reason="pip install vnpy_rpcservice")
posix = pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is another thing there")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("remote", "cta_strategy"):
        shutil.copytree(ROOT / "examples" / name, tmp_path / "examples" / name, ignore=shutil.ignore_patterns(".vntrader", "__pycache__"))
    return tmp_path


def environment(place: Path) -> dict[str, str]:
    return os.environ | {
        "HOME": str(place), "LANGUAGE": "en", "PYTHONPATH": python_path(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1", "WEBTRADER_PASSWORD": "a-word",
    }


@contextmanager
def server(place: Path, log: Path, ready: str, *words: str) -> "Iterator[tuple[subprocess.Popen[bytes], re.Match[str]]]":
    """One of the servers, once it has printed a line that matches."""
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, *words], cwd=place, env=environment(place), stdout=out, stderr=subprocess.STDOUT)
    try:
        for _ in range(400):
            found = re.search(ready, log.read_text("utf-8"))
            if found or process.poll() is not None:
                break
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                pass
        assert found, log.read_text("utf-8")
        yield process, found
    finally:
        process.kill()
        process.wait()


def client(place: Path, *words: str) -> str:
    done = subprocess.run([sys.executable, *words], cwd=place, env=environment(place), capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def status_of(url: str, token: str = "") -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


@webtrader
@posix
def test_webtrader(place: Path) -> None:
    log = place / "server.txt"
    words = (f"{REMOTE}/webtrader_server.py", "--port", "0")
    with server(place, log, r"WebTrader at (http\S+), user trader, MOCKBINANCE behind it", *words) as (process, ready):
        out = client(place, f"{REMOTE}/webtrader_strategy.py", "--host", ready[1], "--seconds", SECONDS)
        found = re.search(r"(\d+) orders, (\d+) trades, position of the strategy \+0(\.01)?\nUSDT \d+,\d{3}\.\d\d, frozen 0.00", out)
        assert found and (int(found[2]) or not LONG) and "pushes nothing" not in out, out
        # the token that anybody can sign with the package's own secret, for this user and for ever
        from jose import jwt

        assert status_of(f"{ready[1]}/account", jwt.encode({"sub": "trader"}, "test", algorithm="HS256")) == 401
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    said = log.read_text("utf-8")
    assert said.endswith("Both processes have ended.\n")
    assert said.count("Send new order -> MOCKBINANCE") == int(found[1])
    assert "eyJ" not in said and "a-word" not in said


@webtrader
@posix
def test_webtrader_makes_a_password_where_none_is_given(place: Path) -> None:
    words = (f"{REMOTE}/webtrader_server.py", "--port", "0", "--password", "", "--gateway", "HASHEX", "--language", "zh_CN", "--setting", "Server=EMBEDDED")
    with server(place, place / "server.txt", r"user trader, password \S{16} \(made for this run\), HASHEX behind it", *words):
        pass


@rpcservice
@posix
def test_rpcservice_with_a_client_that_has_none_of_our_packages(place: Path) -> None:
    log = place / "server.txt"
    with socket() as one, socket() as two:
        for each in (one, two):
            each.bind(("127.0.0.1", 0))
        req, sub = (str(each.getsockname()[1]) for each in (one, two))
    words = (f"{REMOTE}/rpc_server.py", "--req-port", req, "--sub-port", sub)
    with server(place, log, r"MOCKBINANCE is served on ports \d+ \(requests\) and \d+ \(pushes\)", *words) as (process, _):
        out = client(
            place, "-c", WITHOUT_OURS.format(ours=OURS), f"{REMOTE}/rpc_strategy.py",
            "--req", f"tcp://127.0.0.1:{req}", "--sub", f"tcp://127.0.0.1:{sub}", "--seconds", SECONDS,
        )
        assert "Packages of the project here: none" in out
        found = re.search(r"(\d+) orders, (\d+) trades, position of the strategy", out)
        assert found and (int(found[2]) or not LONG), out
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    assert f"The gateway had {found[1]} orders, {found[2]} trades" in log.read_text("utf-8")
