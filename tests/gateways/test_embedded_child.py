"""
The child that is none: no Python to start it with, or one that never gets ready, dies, or speaks another code page (F49).

``Server`` = EMBEDDED with a fake interpreter in ``sys.executable``: a script that does what a child may do.
"""

import builtins
import os
import sys
import time
from collections.abc import Iterator
from logging import ERROR, WARNING
from pathlib import Path
from typing import Any

import pytest

import vnpy_restgateway.embedded as embedded
from vnpy_restgateway.embedded import EmbeddedExchange, find_python, reading_time

from .child_desk import exists, make_desk, pid, threads_of_ours, until
from .harness import Desk

REAL: str = sys.executable
LONG: bool = bool(os.environ.get("LONG"))      # after every trouble a real child is started, not after some only
COULD_NOT = "The embedded exchange could not be started: "

posix = pytest.mark.skipif(os.name != "posix", reason="a script as an interpreter")


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Not connected yet."""
    found = make_desk()
    try:
        yield found
    finally:
        found.close()


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "started"


def interpreter(folder: Path, name: str, body: str) -> str:
    """A program of that name, in Python, whatever its arguments are. ``real()`` becomes the real child."""
    path = folder / name
    path.write_text(
        f"#!{REAL}\nimport os, sys, time\nopen({str(folder / 'started')!r}, 'a').write(' '.join(sys.argv[1:]) + chr(10))\n"
        f"def real(): os.execv({REAL!r}, [{REAL!r}, *sys.argv[1:]])\n{body}\n"
    )
    path.chmod(0o755)
    return str(path)


def complaint(desk: Desk, seconds: float = 15.0) -> str:
    """The one ERROR line."""
    desk.recorder.wait(lambda: desk.recorder.said(COULD_NOT, ERROR), "the line", seconds)
    line, *others = [log.msg for log in desk.recorder.logs if log.level == ERROR]
    assert not others
    return line


# programs that are no Python: never started a second time

FROZEN: dict[str, list[tuple[Any, str, Any]]] = {
    "PyInstaller": [(sys, "frozen", True), (sys, "_MEIPASS", "somewhere")],
    "cx_Freeze": [(sys, "frozen", True)],
    "py2exe": [(sys, "frozen", "windows_exe")],
    "Nuitka, our module": [(embedded, "__compiled__", object())],
    "Nuitka, the program": [(sys.modules["__main__"], "__compiled__", object())],
    "Nuitka, builtins": [(builtins, "__compiled__", object())],
    "PyOxidizer": [(sys, "oxidized", True)],
}


@posix
@pytest.mark.parametrize("how", FROZEN)
@pytest.mark.parametrize("name", ["trader.exe", "python3"])
def test_a_packed_program_is_never_started_again(
    desk: Desk, how: str, name: str, tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where, attribute, value in FROZEN[how]:
        monkeypatch.setattr(where, attribute, value, raising=False)
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, name, "time.sleep(30)"))
    began = time.monotonic()
    desk.connect()
    line = complaint(desk)
    assert "packed" in line and "the other Server with its hosts" in line
    assert time.monotonic() - began < 3 and not marker.exists()
    assert desk.gateway.embedded.process is None


@posix
@pytest.mark.parametrize("name", ["trader", "veighna.exe", "uwsgi", "blender", "pythonista.exe", ""])
def test_a_program_that_embeds_python_is_never_started_again(
    desk: Desk, name: str, tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a Python beside it a line; with one, that one."""
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, name, "time.sleep(30)") if name else None)
    monkeypatch.setattr(sys, "exec_prefix", str(tmp_path))
    desk.connect()
    assert "no Python interpreter" in complaint(desk) and not marker.exists()
    monkeypatch.setattr(sys, "exec_prefix", sys.prefix)
    if name == "trader" or LONG:
        desk.ready()
        assert not marker.exists()
    else:
        assert find_python() != sys.executable


@pytest.mark.parametrize("name", [
    "python", "python3", "python3.10", "python3.13t", "Python", "python.exe", "pythonw.exe", "PYTHON.EXE", "python_d.exe",
    "python3-dbg", "python3.12-intel64", "pypy3", "pypy3.10.exe",
])
def test_names_of_interpreters(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / name))
    assert find_python() == str(tmp_path / name)


# children that never get ready

@posix
@pytest.mark.parametrize(("body", "words"), [
    ("time.sleep(60)", ""),
    ("print('hello', flush=True); time.sleep(60)", "hello"),
    ("print('waiting for the network', file=sys.stderr, flush=True); time.sleep(60)", "waiting for the network"),
    ("import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)", ""),
    ("sys.stdout.write('{\"event\": \"ready\"'); sys.stdout.flush(); time.sleep(60)", ""),
    ("print('{\"event\": \"ready\", \"rest\": 5}', flush=True); time.sleep(60)", ""),
    ("sys.stdout.close(); os.close(1); time.sleep(60)", ""),
    ("os.fork(); time.sleep(60)", ""),
], ids=["silent", "stdout", "stderr", "deaf to SIGTERM", "half a line", "wrong line", "closed", "two of them"])
def test_a_child_that_never_gets_ready(desk: Desk, body: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert embedded.READY_WITHIN <= 14.0, "said within 15 s"
    monkeypatch.setattr(embedded, "READY_WITHIN", 1.0)
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, "python3", body))
    before = set(threads_of_ours())
    desk.connect()
    line = complaint(desk)
    assert "not ready within 1 s, ended" in line and words in line
    assert not exists(pid(desk)), "still there, or a zombie"
    assert desk.gateway.lost and not desk.gateway.ready
    monkeypatch.setattr(sys, "executable", REAL)
    monkeypatch.setattr(embedded, "READY_WITHIN", 12.0)
    if body.startswith(("time", "os.fork")) or LONG:
        desk.ready()
    desk.close()
    assert until(lambda: not set(threads_of_ours()) - before, 2.0)


@posix
def test_close_while_the_child_is_not_ready(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, "python3", "time.sleep(60)"))
    before = set(threads_of_ours())
    desk.connect()
    assert until(lambda: getattr(desk.gateway.embedded, "process", None) is not None)
    began = time.monotonic()
    desk.close()
    assert time.monotonic() - began < 2 and not exists(pid(desk)) and not desk.recorder.complaints()
    assert until(lambda: not set(threads_of_ours()) - before, 2.0)


# children that die

@posix
@pytest.mark.parametrize(("body", "words"), [
    ("sys.exit('no such thing')", "no such thing"),
    ("import no_such_module_of_ours", "No module named 'no_such_module_of_ours'"),
    ("print('first\\nlast words', file=sys.stderr); os._exit(3)", "last words"),
    ("os._exit(7)", "exit status 7"),
    ("print('usage: trader', flush=True); os._exit(0)", "usage: trader"),
    ("os.kill(os.getpid(), 9)", "exit status -9"),
    ("sys.stderr.buffer.write('\\u8d44\\u91d1\\u4e0d\\u8db3: kein Ger\\u00e4t'.encode('gbk', 'replace')); os._exit(2)", "kein Ger"),
    ("sys.stderr.buffer.write(b'\\xff\\xfe\\x00 bytes\\n'); os._exit(2)", "bytes"),
    ("sys.stdout.buffer.write(b'\\xff\\xfe\\x80[' * 100000); sys.stdout.flush(); sys.exit('after junk')", "after junk"),
    ("if os.fork() == 0: time.sleep(2)\nelse: sys.exit('left a child behind')", "left a child behind"),
], ids=["exit", "import", "two lines", "silent", "stdout", "killed", "gbk", "bytes", "long", "grandchild"])
def test_a_child_that_dies_is_said_with_its_last_words(desk: Desk, body: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, "python3", body))
    began = time.monotonic()
    desk.connect()
    assert words in complaint(desk)
    assert time.monotonic() - began < 5 and not exists(pid(desk))


def test_what_is_missing_is_said_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmbeddedExchange, "missing", staticmethod(lambda: ["aiohttp"]))
    desk.connect()
    desk.recorder.wait(lambda: desk.recorder.said('pip install "vnpy_mockbinance[mock]"', ERROR), "the line", 3.0)
    assert desk.gateway.lost


# children with other manners, that work

@posix
@pytest.mark.parametrize("body", [
    "print('Intel MKL warning', flush=True); real()",
    "print('\\n\\n{\"event\": \"hello\"}\\n[1, 2\\n\"ready\"\\n5', flush=True); real()",
    "sys.stdout.buffer.write('\\u8b66\\u544a\\n'.encode('gbk') + b'\\xff\\xfe\\n'); sys.stdout.flush(); real()",
    "sys.stderr.buffer.write('\\u8b66\\u544a\\n'.encode('gbk') * 50_000); sys.stderr.flush(); real()",
    "print('[' * 100_000, flush=True); real()",
], ids=["a line", "json", "gbk", "much gbk", "deep"])
def test_junk_before_the_ready_line(desk: Desk, body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, "python3", body))
    desk.ready()
    assert not [log.msg for log in desk.recorder.logs if log.level == ERROR]


@posix
@pytest.mark.parametrize("locale", [
    {"LC_ALL": "C", "LANG": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "gbk", "PYTHONUTF8": "0"},
    {"PYTHONIOENCODING": "utf-16"}, {"PYTHONINSPECT": "1"},
])
def test_a_machine_of_another_code_page(desk: Desk, locale: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in locale.items():
        monkeypatch.setenv(name, value)
    desk.gateway.embedded_arguments = ("--feed", str(tmp_path / "\u6bd4\u7279\u5e01.csv"))
    desk.connect()
    assert "\u6bd4\u7279\u5e01.csv" in complaint(desk)
    if "LC_ALL" in locale or LONG:
        desk.gateway.embedded_arguments = ()
        desk.recorder.logs.clear()
        desk.ready()


def test_arguments_as_one_text(desk: Desk) -> None:
    desk.gateway.embedded_arguments = "--feed none --seed 7"
    desk.ready()
    assert desk.venue.ask("state")["seed"] == 7


@pytest.mark.parametrize("given", ["--seed '7", 5, None])
def test_arguments_that_are_none(desk: Desk, given: Any) -> None:
    desk.gateway.embedded_arguments = given
    desk.connect()
    desk.recorder.wait(lambda: desk.recorder.said("embedded_arguments must be texts, got ", ERROR), "the line")
    assert repr(given) in desk.recorder.complaints()[0] and desk.gateway.lost


# much to read: patience grows with it

def test_reading_time(tmp_path: Path) -> None:
    dump, packed = tmp_path / "a.csv", tmp_path / "a.zip"
    dump.write_bytes(b"x" * 2_000_000)
    packed.write_bytes(b"x" * 1_000_000)
    assert reading_time(("--seed", "7")) == reading_time(("--feed", "synthetic")) == reading_time(("--feed",)) == 0
    assert reading_time(("--feed", str(dump))) == reading_time((f"--feed={dump}", "--seed", "1")) == 2.0
    assert reading_time(("--feed", str(packed))) == 8.0
    assert reading_time(("--state", str(tmp_path))) == 10.0
    assert reading_time(("--feed", str(tmp_path / "none"))) == 0


@posix
def test_a_child_with_much_to_read_gets_more_time(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dump = tmp_path / "BTCUSDT-trades-2021-01-08.csv"
    dump.write_text("".join(f"{n},40000.0,0.1,4000.0,{1_610_064_000_000 + n},True,True\n" for n in range(1, 100)))
    monkeypatch.setattr(embedded, "READY_WITHIN", 0.3)
    monkeypatch.setattr(embedded, "BYTES_PER_SECOND", dump.stat().st_size / 20.0)
    monkeypatch.setattr(sys, "executable", interpreter(tmp_path, "python3", "time.sleep(1); real()"))
    desk.gateway.embedded_arguments = ("--feed", str(dump))
    desk.ready()
    assert len(desk.recorder.said("Embedded exchange is not ready yet", WARNING)) == 1
