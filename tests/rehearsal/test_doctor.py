"""The doctor: each thing that it looks at is broken, and named in one line with what to do."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from time import time
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import pytest
from children import ROOT, python_path
from vnpy_rehearsal.doctor import installed, machine, trader
from vnpy_rehearsal.doctor.command import start
from vnpy_rehearsal.doctor.finding import NOTE, OK, WRONG, Finding, examine

from mockexchange import MockExchange
from rest_locale import speaking

SECRET = "s3cr3t-Of-Nobody"


def grades(found: Iterable[Finding]) -> list[str]:
    return [finding.grade for finding in found]


def only_wrong(found: Iterable[Finding], *words: str) -> None:
    """One thing is wrong, its line has the words, and says what to do."""
    wrongs = [finding for finding in found if finding.grade == WRONG]
    assert len(wrongs) == 1, wrongs
    line = wrongs[0].line
    assert line.startswith("wrong: ") and "\n" not in line and all(word in line for word in words), line
    assert wrongs[0].advice and "; " in line


def all_well(found: Iterable[Finding]) -> None:
    listed = list(found)
    assert listed and set(grades(listed)) == {OK}, listed


# Python and what is installed

def test_python_as_it_is_and_as_it_should_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    all_well(installed.look_at_python())
    for version in ((3, 9, 9), (3, 14, 0)):
        monkeypatch.setattr(installed.sys, "version_info", version)
        only_wrong(installed.look_at_python(), "CPython 3.10 to 3.13")


def test_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    all_well(installed.look_at_distributions())
    real = installed.version
    monkeypatch.setattr(installed, "version", lambda name: "1.26.5" if name == "urllib3" else real(name))
    only_wrong(installed.look_at_distributions(), "urllib3 1.26.5", ">=2", 'pip install "urllib3>=2"')


@pytest.mark.parametrize(("name", "extra", "whose"), [("picows", "mock", "every gateway"), ("aiohttp", "mock", "the extra mock"), ("aiohttp", "", "")])
def test_a_missing_distribution(name: str, extra: str, whose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = installed.version

    def version(asked: str) -> str:
        if asked == name:
            raise installed.PackageNotFoundError(asked)
        return real(asked)

    monkeypatch.setattr(installed, "version", version)
    if whose:
        only_wrong(installed.look_at_distributions(extra), f"{name} is missing", whose, "pip install")
    else:
        all_well(installed.look_at_distributions(extra))


def test_the_exchange_is_alone_where_nothing_needs_vnpy(monkeypatch: pytest.MonkeyPatch) -> None:
    def there(*named: tuple[str, list[str]]) -> bool:
        monkeypatch.setattr(installed, "distributions", lambda: [SimpleNamespace(metadata={"Name": name}, requires=requires) for name, requires in named])
        return installed.is_exchange_alone()

    ours = ("vnpy_mockbinance", ["vnpy>=4.1", "requests"])
    assert not there(ours), "vn.py is installed"
    monkeypatch.setattr(installed, "is_installed", lambda name: name != "vnpy")
    assert there(ours, ("aiohttp", ["attrs"]), ("other", ['vnpy; extra == "trading"', "vnpy_like>=1"]))
    assert not there(ours, ("vnpy_ctastrategy", ["vnpy>=4.0"])) and not there(("other", ["vnpy"]))
    found = installed.look_at_exchange_alone()
    assert grades(found) == [OK, NOTE, *[OK] * len(installed.EXCHANGE)]
    monkeypatch.setattr(installed, "is_installed", lambda name: name not in ("vnpy", "cryptography"))
    only_wrong(installed.look_at_exchange_alone(), "cryptography is missing, the mock exchange needs it", "pip install cryptography")


def test_a_wheel_that_does_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "picows.py").write_text("raise ImportError('DLL load failed')")
    (tmp_path / "msgspec.py").write_text("import os; os._exit(57)")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), python_path()]))
    monkeypatch.setattr(installed, "COMPILED", {"numpy": "numpy", "picows": "picows", "msgspec": "msgspec"})
    found = [finding for finding in installed.look_at_compiled_modules() if finding.grade == WRONG]
    assert ["picows" in finding.text and "DLL load failed" in finding.text for finding in found] == [True, False]
    assert "msgspec" in found[1].text and "status 57" in found[1].text
    assert all("--only-binary :all:" in finding.advice for finding in found)
    with speaking("en"):
        assert start("doctor", []) == 1
    told = capsys.readouterr().out
    assert [f"note:  {name}: not looked at" in told for name in ("entry points", "connect settings", "embedded exchange", "clock")] == [True] * 3 + [False]
    assert told.endswith("2 things are wrong.\n"), "whoever imports msgspec ends the doctor, too"


def test_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    all_well(installed.look_at_entry_points())

    def load() -> None:
        raise ModuleNotFoundError("No module named 'gone'")

    broken = SimpleNamespace(name="mine", value="gone:PROFILES", load=load)
    real = installed.entry_points
    monkeypatch.setattr(installed, "entry_points", lambda group: [*real(group=group), broken] if "profiles" in group else real(group=group))
    only_wrong(installed.look_at_entry_points(), "gateways: mine (gone:PROFILES)", "No module named 'gone'")
    monkeypatch.setattr(installed, "entry_points", lambda group: [])
    assert grades(installed.look_at_entry_points()) == [WRONG, WRONG]


# the machine

@pytest.fixture(params=[0, 60, -60])
def clock(request: pytest.FixtureRequest) -> Iterator[tuple[str, float]]:
    """A server whose clock is so many seconds ahead of ours."""
    ahead: float = request.param

    class Handler(BaseHTTPRequestHandler):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(int(time() + ahead))

        def do_GET(self) -> None:
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://me:{SECRET}@127.0.0.1:{server.server_port}/x?token={SECRET}", ahead
        server.shutdown()
        thread.join()


def test_the_clock_against_a_venue(clock: tuple[str, float]) -> None:
    url, ahead = clock
    url = url.replace(f"me:{SECRET}@", "")
    found = list(machine.look_at_clock(url))
    assert SECRET not in found[0].line
    if not ahead:
        all_well(found)
    else:
        only_wrong(found, "behind" if ahead > 0 else "ahead of", "NTP")
        assert f" {abs(ahead) - 1:.0f} s" in found[0].line or f" {abs(ahead):.0f} s" in found[0].line


def test_the_clock_alone_and_against_nobody() -> None:
    all_well(machine.look_at_clock(""))
    only_wrong(machine.look_at_clock("", lambda: 946_684_800.0), "2000-01-01", "before this package was installed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    only_wrong(machine.look_at_clock(f"http://127.0.0.1:{port}"), f"http://127.0.0.1:{port} gives no answer")


def test_the_clock_against_a_mock_exchange_and_its_port() -> None:
    with MockExchange("binance", feed="none") as venue:
        found = list(machine.look_at_clock(venue.rest))
        all_well(found)
        assert "mock exchange, binance" in found[0].line
        only_wrong(machine.look_at_ports([int(venue.rest.rpartition(":")[2])]), "is taken, by a mock exchange (binance)")


def test_ports() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        only_wrong(machine.look_at_ports([port]), f"port {port} cannot be used", "another port")
    all_well(machine.look_at_ports([port]))


def test_time_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    all_well(machine.look_at_zones())

    def missing(name: str) -> None:
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr(machine, "ZoneInfo", missing)
    assert "pip install tzdata" in next(iter(machine.look_at_zones())).line


@pytest.mark.parametrize(("environment", "grade"), [
    ({}, OK), ({"HTTP_PROXY": f"http://me:{SECRET}@proxy:3128"}, WRONG),
    ({"HTTPS_PROXY": f"http://me:{SECRET}@proxy:3128", "NO_PROXY": "127.0.0.1,localhost"}, NOTE),
])
def test_proxies(environment: dict[str, str], grade: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = list(machine.look_at_proxies())
    assert grades(found) == [grade] and SECRET not in found[0].line
    assert grade == OK or "proxy:3128" in found[0].line
    assert urllib.request.getproxies().keys() >= {name.partition("_")[0].lower() for name in environment if name != "NO_PROXY"}


@pytest.mark.parametrize(("encoding", "grade"), [("utf-8", OK), ("gbk", OK), ("cp1252", WRONG), ("ascii", WRONG), ("nonsense", WRONG)])
def test_text(encoding: str, grade: str) -> None:
    assert grades(machine.look_at_text(SimpleNamespace(encoding=encoding))) == [grade]


# VeighNa's folder and the settings in it

@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / ".vntrader").mkdir()
    return tmp_path / ".vntrader"


def test_the_folder(place: Path) -> None:
    found = list(trader.look_at_folder())
    all_well(found)
    assert str(place) in found[0].line and "working directory" in found[0].line
    (place / "vt_setting.json").write_text("{")
    only_wrong(trader.look_at_folder(), "vt_setting.json: not JSON")
    (place / "vt_setting.json").unlink()
    place.rmdir()
    found = list(trader.look_at_folder())
    all_well(found)
    assert "will be made" in found[0].line and "of your home" in found[0].line
    assert not (Path.home() / ".vntrader").exists(), "it looks, and makes nothing"
    place.write_text("")
    only_wrong(trader.look_at_folder(), "cannot be used")


KEY = {"API Key": "k" * 20, "API Secret": SECRET}
HERE = {"Server": "BINANCE", "REST Host": "http://127.0.0.1:1", "Stream Host": "ws://127.0.0.1:1"}
SETTINGS: list[tuple[Any, list[str], tuple[str, ...]]] = [
    ({**HERE, **KEY}, [OK, NOTE], ("plain text",)),
    ({"Server": "EMBEDDED"}, [OK], ()),
    ({**HERE, **KEY, "API Kye": "x"}, [WRONG, NOTE], ("'API Kye' is not known", "correct its name")),
    ({**HERE, **KEY, "REST Host": 5}, [WRONG], ("'REST Host' must be text, got 5",)),
    ({**HERE, **KEY, "Server": "BINANC"}, [WRONG], ("'Server' must be one of EMBEDDED, BINANCE, QTE, got 'BINANC'",)),
    ({**HERE, "API Key": "k" * 20}, [WRONG], ("'API Secret (Password 密码)' is empty",)),
    ({**HERE}, [WRONG], ("BINANCE without a key", "ENV:NAME")),
    ({**HERE, "API Key": "ENV:DOCTOR_KEY", "API Secret": "ENV:DOCTOR_NONE"}, [WRONG], ("'DOCTOR_NONE', which is not set",)),
    ({**HERE, "API Key": "ENV:DOCTOR_KEY", "API Secret": "ENV:DOCTOR_KEY"}, [OK], ()),
    ({**HERE, **KEY, "API Secret": f"{SECRET} x"}, [WRONG], ("must be ASCII text without spaces",)),
    ([SECRET], [WRONG], ("not a JSON object",)),
    (f'{{"API Secret": "{SECRET}', [WRONG], ("not JSON",)),
]


@pytest.mark.parametrize(("setting", "expected", "words"), SETTINGS, ids=lambda value: str(value)[:40])
def test_settings(setting: Any, expected: list[str], words: tuple[str, ...], place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTOR_KEY", SECRET)
    monkeypatch.delenv("DOCTOR_NONE", raising=False)
    (place / "connect_mockbinance.json").write_text(setting if isinstance(setting, str) else json.dumps(setting), encoding="utf-8")
    found = list(trader.look_at_settings())
    lines = "\n".join(finding.line for finding in found)
    assert [grade for grade in grades(found) if grade != OK] == [grade for grade in expected if grade != OK], lines
    assert all(word in lines for word in words) and "connect_mockbinance.json" in lines, lines
    assert SECRET not in lines and KEY["API Key"] not in lines


def test_a_live_machine_wants_settings_of_a_real_venue(place: Path) -> None:
    assert grades(trader.look_at_settings()) == [NOTE]
    only_wrong(trader.look_at_settings(live=True), "no connect settings")
    (place / "connect_hashex.json").write_text('{"Server": "EMBEDDED"}')
    only_wrong(trader.look_at_settings(live=True), "connect_hashex.json: Server is EMBEDDED", "HASHEX")


def test_the_embedded_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    from vnpy_restgateway import embedded

    monkeypatch.setattr(embedded.EmbeddedExchange, "missing", staticmethod(lambda: ["aiohttp"]))
    only_wrong(trader.look_at_embedded(), "aiohttp", "[mock]")
    monkeypatch.undo()
    monkeypatch.setattr(embedded, "find_python", lambda: "/no/such/python")
    only_wrong(trader.look_at_embedded(), "/no/such/python")
    monkeypatch.undo()
    all_well(trader.look_at_embedded())


# the command

def test_a_check_that_cannot_be_made_is_wrong_itself() -> None:
    def check() -> Iterator[Finding]:
        raise RuntimeError("nobody\nexpected this")
        yield

    only_wrong(examine("this", check), "this: cannot be looked at: RuntimeError: nobody expected this")


@pytest.mark.parametrize(("arguments", "words"), [
    (["--port", "0"], "--port must be from 1 to 65535, got 0"), (["--port", "x"], "--port"), (["--url", "ftp://x"], "--url must look like"),
    (["--url", "x"], "got 'x'"), (["--colour"], "--colour"),
])
def test_a_bad_argument_is_one_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        start("doctor", arguments)
    err = capsys.readouterr().err
    assert ended.value.code == 2 and err.count("\n") == 1 and words in err


def test_without_vnpy_it_still_says_what_is_wrong(tmp_path: Path) -> None:
    """The mock exchange alone is installed, or vn.py is broken."""
    (tmp_path / "vnpy.py").write_text("raise ImportError('vnpy is broken')")
    (tmp_path / ".vntrader").mkdir()
    (tmp_path / ".vntrader" / "connect_hashex.json").write_text("{}")
    done = subprocess.run(
        [sys.executable, "-m", "vnpy_rehearsal", "doctor"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), python_path(ROOT)])},
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and not done.stderr, done.stderr
    assert [line for line in lines if line.startswith("wrong: ") and "vnpy" in line]
    assert all(line.startswith(("ok: ", "note: ", "wrong: ")) for line in lines[:-1]) and lines[-1].endswith("wrong.")


def test_in_chinese(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same things are wrong in it."""
    (place / "connect_mockbinance.json").write_text(json.dumps({**HERE, **KEY, "API Kye": "x"}), encoding="utf-8")
    monkeypatch.setattr(installed, "version", lambda name: "1.26.5")
    with speaking("zh_CN"):
        found = [finding.line for finding in installed.look_at_distributions()]
        assert '有误：已安装urllib3 1.26.5，需要>=2；请运行pip install "urllib3>=2"' in found, found
        found = [finding.line for finding in trader.look_at_settings() if finding.grade == WRONG]
        assert found == ["有误：connect_mockbinance.json：未知设置项'API Kye'，已忽略；请改正名称，或删除这一项"]
        with pytest.raises(SystemExit):
            start("doctor", ["--port", "0"])
        assert capsys.readouterr().err == "doctor：错误：--port必须在1到65535之间，实际为0\n"
