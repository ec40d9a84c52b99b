"""
``python -m vnpy_mockbinance`` as a user meets it: its arguments, its terminal, its folder. ``LONG=1`` is the long form, with
more names of terminals.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from children import python_path
from vnpy_rehearsal.arguments import read_arguments, read_symbol
from vnpy_rehearsal.folder import trouble

PROGRAM, USUAL, SUFFIX = "python -m vnpy_mockbinance", "BTCUSDT_SPOT_BINANCE", "_SPOT_BINANCE"

ROOT: Path = Path(__file__).parents[2]
LONG: bool = bool(os.environ.get("LONG"))
ALT_ON, ALT_OFF, HIDE, SHOW = b"\x1b[?1049h", b"\x1b[?1049l", b"\x1b[?25l", b"\x1b[?25h"

posix = pytest.mark.skipif(os.name != "posix", reason="a pseudo terminal")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "vnpy_mockbinance", *arguments]


def environment(place: Path, **more: str) -> dict[str, str]:
    return os.environ | {"HOME": str(place), "LANGUAGE": "en", "PYTHONPATH": python_path(ROOT)} | more


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / ".vntrader").mkdir()
    return tmp_path


# arguments: one line that names option and value, before anything is started

STRATEGIES: list[str] = ["no.such:Thing", "x", "os:path", ":", "vnpy_rehearsal.strategy:Nobody"]
BAD: list[tuple[list[str], str, str]] = [
    *[(["--seconds", value], "--seconds", value) for value in ("-1", "nan", "inf", "x", "1,5", "")],
    *[(["--speed", value], "--speed", value) for value in ("0", "-1", "nan", "inf", "fast", "1000001", "MAX ", "", "0x10")],
    *[(["--seed", value], "--seed", value) for value in ("x", "1.5", "", str(2 ** 64))],
    *[(["--symbol", value], "--symbol", value) for value in ("", "BTCUSDT.SSE", "BTC USDT", "BTCUSDT_SPOT_HASHEX", "B", "比特币", "A" * 99)],
    (["--bad-day", ""], "--bad-day", "''"), (["--bad-day", ","], "--bad-day", "','"),
    *[(["--feed", value], "--feed", value) for value in ("nowhere.csv", ".", "Synthetic")],
    *[(["--strategy", value], "--strategy", value) for value in STRATEGIES[:None if LONG else 1]],
    (["--colour"], "--colour", ""), (["--seconds"], "--seconds", ""), (["extra"], "extra", ""), (["--plain=yes"], "--plain", "yes"),
]


@pytest.mark.parametrize(("arguments", "option", "value"), BAD, ids=lambda v: " ".join(v) if isinstance(v, list) else None)
def test_a_bad_argument_is_one_line_that_names_it(
    arguments: list[str], option: str, value: str, capfd: pytest.CaptureFixture[str], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    if option == "--strategy":      # loaded with vn.py, not by the parser
        done = subprocess.run(command(*arguments), cwd=place, env=environment(place), capture_output=True, text=True, timeout=40)
        status, out, err = done.returncode, done.stdout, done.stderr
    else:
        with pytest.raises(SystemExit) as ended:
            read_arguments(arguments, PROGRAM, USUAL)
        status, (out, err) = ended.value.code, capfd.readouterr()
    assert (status, out) == (2, "") and err.count("\n") == 1 and err.startswith("python -m vnpy_mockbinance: error: "), err
    assert option in err and value.strip() in err


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_strategy_that_cannot_be_loaded_is_named(name: str) -> None:
    from vnpy_rehearsal.rehearsal import load_strategy

    with pytest.raises(ValueError) as error:
        load_strategy(name)
    assert repr(name) in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize("text", [
    "BTCUSDT", "btcusdt", " BtcUsdt ", "BTC/USDT", "btc-usdt", "BTCUSDT_SPOT_BINANCE", "btcusdt_spot_binance.global", "BTCUSDT_SPOT_BINANCE.GLOBAL",
])
def test_a_symbol_as_people_write_it(text: str) -> None:
    assert read_symbol(text, SUFFIX) == "BTCUSDT_SPOT_BINANCE.GLOBAL" == read_arguments(["--symbol", text], PROGRAM, USUAL).symbol


def test_good_arguments(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    (place / "a.csv").write_text("")
    found = read_arguments(["--seconds", "0", "--speed", "max", "--seed", "-7", "--feed", "a.csv"], PROGRAM, USUAL)
    assert (found.seconds, found.speed, found.seed, found.feed) == (0.0, "max", -7, str(place / "a.csv"))
    assert all(read_arguments(["--speed", value], PROGRAM, USUAL).speed == value for value in ("1", "0.5", "1e6", "60"))


def test_what_the_child_cannot_read_is_said_once(place: Path) -> None:
    (place / "BTCUSDT-trades-2021-01-08.csv").write_text("1,abc\n")
    done = subprocess.run(
        command("--feed", "BTCUSDT-trades-2021-01-08.csv", "--plain"), cwd=place, env=environment(place), capture_output=True, text=True, timeout=40,
    )
    assert done.returncode == 1
    assert (done.stdout + done.stderr).count("BTCUSDT-trades-2021-01-08.csv:1") == 1, done.stdout + done.stderr
    assert done.stderr == "python -m vnpy_mockbinance: the embedded exchange did not come up\n"


@posix
@pytest.mark.parametrize("encoding", ["ascii", "gbk"] if LONG else ["gbk"])
def test_a_terminal_of_another_code_page(place: Path, encoding: str) -> None:
    done = subprocess.run(
        command("--symbol", "bnbusdt", "--seconds", "1"), cwd=place, timeout=40, capture_output=True,
        env=environment(place, PYTHONIOENCODING=encoding, LANGUAGE="zh_CN"),
    )
    assert b"Traceback" not in done.stderr + done.stdout and b"BNB" not in done.stderr, done.stderr
    assert ("委托 " if encoding == "gbk" else "Orders ") in done.stdout.decode(encoding), "in Chinese where that can be shown"


@posix
def test_a_reader_that_goes_away_ends_it(place: Path) -> None:
    process = subprocess.Popen(command("--plain", "--seconds", "60"), cwd=place, env=environment(place), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    try:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(20) == 1 and b"Traceback" not in process.stderr.read()
    finally:
        process.kill()


# terminals

class Terminal:
    """The main job on a pseudo terminal; ``out`` is what it wrote."""

    def __init__(self, place: Path, *arguments: str, term: str | None = "xterm-256color") -> None:
        import pty

        self.master, self.slave = pty.openpty()     # kept open: what was written last is lost with the last of its holders
        self.out: bytes = b""
        variables = environment(place, COLUMNS="120", LINES="40")
        variables.pop("TERM", None)
        if term is not None:
            variables["TERM"] = term
        self.process = subprocess.Popen(
            command(*arguments), cwd=place, env=variables, stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True
        )

    def read_some(self, seconds: float) -> bool:
        """What comes within so many seconds; whether something did."""
        import select

        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.out += os.read(self.master, 65536)
        return True

    def read_until(self, condition: Callable[[bytes], Any], seconds: float = 30.0) -> bytes:
        """Read until the condition holds."""
        deadline = monotonic() + seconds
        while monotonic() < deadline and not condition(self.out):
            self.read_some(0.1)
        assert condition(self.out), self.out[-2000:]
        return self.out

    def end(self) -> tuple[int, bytes]:
        self.read_until(lambda out: self.process.poll() is not None)
        while self.read_some(0.2):
            pass
        return self.process.wait(10), self.out

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


def restored(out: bytes) -> bool:
    """The screen is the normal one and has its cursor."""
    return out.rfind(ALT_OFF) > out.rfind(ALT_ON) and out.rfind(SHOW) > out.rfind(HIDE)


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"] if LONG else ["SIGTERM"])
def test_a_signal_leaves_the_terminal_as_it_was(place: Path, name: str) -> None:
    terminal = Terminal(place, "--seconds", "0")
    try:
        terminal.read_until(lambda out: ALT_ON in out and HIDE in out and b"ticks/s" in out)
        assert not restored(terminal.out)
        terminal.process.send_signal(getattr(signal, name))
        status, out = terminal.end()
        assert restored(out), out[-500:]
        after = out[out.rfind(ALT_OFF):]
        assert b"Stopping" in after and b"Traceback" not in out
        assert status in (0, 1) and (b"agree" in after or b"did not trade" in after)
    finally:
        terminal.close()


@posix
@pytest.mark.parametrize("pause", [0.0, 0.05, 0.3] if LONG else [0.05])
def test_signals_that_come_again_and_again(place: Path, pause: float) -> None:
    terminal = Terminal(place, "--seconds", "0")
    try:
        terminal.read_until(lambda out: ALT_ON in out and b"ticks/s" in out)
        for _ in range(40):
            terminal.process.send_signal(signal.SIGTERM)
            if terminal.process.poll() is not None:
                break
            terminal.read_some(pause)
        status, out = terminal.end()
        # -SIGTERM: it came after the interpreter had given up its handlers, at the very end
        assert restored(out) and status in (0, 1, 130, -signal.SIGTERM), (status, out[-500:])
        assert b"Traceback" not in out, out[-2000:]
    finally:
        terminal.close()


@posix
def test_the_end_of_time_leaves_the_terminal_as_it_was(place: Path) -> None:
    terminal = Terminal(place, "--seconds", "3")
    try:
        status, out = terminal.end()
        assert ALT_ON in out and restored(out) and b"Orders " in out[out.rfind(ALT_OFF):]
    finally:
        terminal.close()


@posix
@pytest.mark.parametrize("term", ["dumb", "unknown", "DUMB", "", None] if LONG else ["unknown"])
def test_a_terminal_that_cannot_draw_gets_lines_at_once(place: Path, term: str | None) -> None:
    terminal = Terminal(place, "--seconds", "60", term=term)
    try:
        out = terminal.read_until(lambda out: out.count(b"ticks/s") >= 2)
        assert b"Embedded exchange ready" in out and b"\x1b" not in out
        terminal.process.send_signal(signal.SIGTERM)
        _, out = terminal.end()
        assert b"\x1b" not in out and b"Stopping" in out and b"Orders " in out
    finally:
        terminal.close()


# vn.py's folder

@pytest.mark.parametrize("home", ["file/home", "missing/home"] if LONG else ["file/home"])
def test_a_home_that_cannot_be_written_to(tmp_path: Path, home: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "here").mkdir()
    done = subprocess.run(
        command("--plain", "--seconds", "2"), cwd=tmp_path / "here", env=environment(tmp_path / home), capture_output=True, text=True, timeout=60,
    )
    assert "Traceback" not in done.stderr and "Gateway and venue agree" in done.stdout, done.stderr
    line = done.stderr.strip()
    assert "\n" not in line and str(tmp_path / home / ".vntrader") in line
    used = Path(line.split("go to ")[1].split(",")[0])
    assert not used.exists(), "the temporary folder is left behind"
    assert not list((tmp_path / "here").iterdir())


def test_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    assert str(tmp_path / "home") in trouble()
    (tmp_path / "home").mkdir()
    assert trouble() == "" and (tmp_path / "home/.vntrader").is_dir()
    (tmp_path / ".vntrader").write_text("a file")
    assert str(tmp_path / ".vntrader") in trouble()
    (tmp_path / ".vntrader").unlink()
    (tmp_path / ".vntrader").mkdir()
    assert trouble() == ""
    for text in ("{", "[]", "\xff"):
        (tmp_path / ".vntrader/vt_setting.json").write_bytes(text.encode("latin-1"))
        assert "vt_setting.json: not" in trouble()
    (tmp_path / ".vntrader/vt_setting.json").write_text('{"font.size": 12}')
    assert trouble() == ""
    if os.name == "posix" and os.geteuid() != 0:
        (tmp_path / ".vntrader").chmod(0o500)
        assert "ermission" in trouble()
        (tmp_path / ".vntrader").chmod(0o700)


def dump_of(place: Path, symbol: str) -> Path:
    """Twenty minutes, whose prices rise and fall."""
    path: Path = place / f"{symbol}-1m-2022-01-01.csv"
    path.write_text("".join(
        f"{1_640_995_200_000 + 60_000 * n},{40_000 + n % 5},{40_020 + n % 5},{39_990 + n % 5},{40_001 + n % 5},9.5,{1_640_995_259_999 + 60_000 * n},0,0,0,0,0\n"
        for n in range(20)
    ))
    return path


def test_a_recordings_own_symbol_is_traded_and_its_end_is_said(place: Path) -> None:
    dump_of(place, "DOGEUSDT")
    done = subprocess.run(
        command("--feed", "DOGEUSDT-1m-2022-01-01.csv", "--speed", "200", "--seconds", "9", "--plain"),
        cwd=place, env=environment(place), capture_output=True, text=True, timeout=60,
    )
    assert "symbol='DOGEUSDT_SPOT_BINANCE'" in done.stdout and "symbol='BTCUSDT" not in done.stdout, done.stdout + done.stderr
    assert done.stdout.count("has ended at 2022-01-01T00:") == 1
    assert "  2022-01-01 00:0" in done.stdout and "  feed ended" in done.stdout


def test_another_symbol_than_the_recordings_is_refused_at_once(place: Path) -> None:
    dump_of(place, "DOGEUSDT")
    done = subprocess.run(
        command("--feed", "DOGEUSDT-1m-2022-01-01.csv", "--symbol", "BTCUSDT", "--plain"),
        cwd=place, env=environment(place), capture_output=True, text=True, timeout=40,
    )
    assert done.returncode == 1 and "the feed is of DOGEUSDT, no market is made in BTCUSDT_SPOT_BINANCE.GLOBAL" in done.stderr, done.stderr
