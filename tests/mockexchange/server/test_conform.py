"""``python -m mockexchange conform``: its arguments, its table, its files and its exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from children import python_path
from mockexchange.server.cli import main

OURS: str = "vnpy_mockbinance:MockBinanceGateway"
HERE: Path = Path(__file__).parent
ROOT: Path = HERE.parents[2]


def conform(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mockexchange", "conform", *arguments], capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": python_path(ROOT, HERE)},
    )


def verdicts(done: "subprocess.CompletedProcess[str]") -> dict[str, str]:
    """Row -> verdict of the table."""
    lines = [line for line in done.stdout.splitlines() if line.startswith("F") and len(line) > 61]
    return {line.split()[0]: line[61:].split()[0] for line in lines}


def test_rows_of_a_gateway_that_survives_them() -> None:
    done = conform(OURS, "--rows", "F2,F31,F34")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert lines[0] == f"{OURS} on the mock exchange's binance dialect"
    assert [line.split()[0] for line in lines[1:4]] == ["F2", "F31", "F34"]
    assert lines[1].split()[-1] == lines[2].split()[-1] == "survived"
    assert "-         requests carry a time, no nonce" in lines[3]
    assert lines[5] == "2 survived, 1 do not apply"
    assert "vnpy_mockbinance " in lines[6]
    said = done.stderr.splitlines()
    assert said[0] == "2 rows, 2 at a time: about 5 s"
    assert sorted(line.split(":")[0] for line in said[1:]) == [
        "F2 time-out after the venue accepted", "F31 numbers: steps, 0.1 + 0.2, 5e-05".split(":")[0],
    ]
    assert any(line.startswith("F2 time-out after the venue accepted: runs, 1 left after it, about ") for line in said), said


def test_row_that_is_not_survived() -> None:
    """The official gateway, unmodified but for its hosts: what it raises while the venue is away reaches the caller (M12)."""
    pytest.importorskip("vnpy_binance")
    done = conform("vnpy_binance:BinanceSpotGateway", "--rows", "F28")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "hung      an exception reached the caller" in done.stdout.splitlines()[1]


POLLED: tuple[str, ...] = (
    "foreign_gateway:ForeignGateway", "--option", "unsigned=true", "--setting", "Server=QTE", "--setting", "REST Host={rest}",
    "--setting", "API Key={key}", "--setting", "Symbols=BTCUSDT:0.01:0.00001, ETHUSDT:0.01:0.0001",
)


def test_foreign_gateway_that_polls() -> None:
    """Pushes are no matter of it, its contract is found in any case, and it says itself when it is ready."""
    done = conform(
        *POLLED, "--dialect", "binance", "--symbol", "btcusdt_spot_binance.global", "--no-pushes", "--no-history",
        "--ready-line", "Trade API connected", "--rows", "F5,F12,F33", "--absent", "f33=it polls", "--patience", "30",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert verdicts(done) == {"F5": "survived", "F12": "-", "F33": "-"}
    assert done.stdout.count("nothing is pushed: everything is polled") == 1 and "it polls" in done.stdout


def test_symbol_that_does_not_come_is_one_line_with_those_that_did() -> None:
    done = conform(OURS, "--symbol", "BTCUSDT.GLOBAL", "--rows", "F2")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("mockexchange: error: --symbol: no contract 'BTCUSDT.GLOBAL' has come, but ")
    assert "BTCUSDT_SPOT_BINANCE" in done.stderr


def test_a_wrong_label_makes_the_rows_that_need_it_vacuous_and_files_say_so(tmp_path: Path) -> None:
    done = conform(
        OURS, "--rows", "F5,F31,F34", "--label", "order=POST /never", "--json", str(tmp_path / "a.json"), "--junit", str(tmp_path / "a.xml"),
    )
    assert done.returncode == 1, done.stderr
    assert verdicts(done) == {"F5": "vacuous", "F31": "survived", "F34": "-"}
    assert "never bit within 10 s: POST /never (" in done.stdout
    assert "\n1 vacuous, 1 survived, 1 do not apply\n" in done.stdout
    report = json.loads((tmp_path / "a.json").read_text())
    assert (report["gateway"], report["dialect"], report["passed"]) == (OURS, "binance", False)
    assert report["counts"] == {"vacuous": 1, "survived": 1, "-": 1}
    assert [(row["id"], row["verdict"]) for row in report["rows"]] == [("F5", "vacuous"), ("F31", "survived"), ("F34", "-")]
    assert report["rows"][0]["seconds"] > 1 and report["rows"][0]["reason"].startswith("never bit within 10 s: POST /never (")
    suite = ElementTree.parse(tmp_path / "a.xml").getroot().find("testsuite")
    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3", "failures": "1", "errors": "0", "skipped": "1",
    }
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == [
        "F5 a body that says: unknown", "F31 numbers: steps, 0.1 + 0.2, 5e-05", "F34 nonces: never used twice, always rising",
    ]
    failure = cases[0].find("failure")
    assert failure is not None and failure.get("type") == "vacuous" and "POST /never" in str(failure.text)
    assert cases[1].find("failure") is None and cases[1].find("skipped") is None
    skipped = cases[2].find("skipped")
    assert skipped is not None and skipped.get("message") == "requests carry a time, no nonce"


@pytest.mark.parametrize(("arguments", "line"), [
    (("vnpy_binance:BinanceSpotGateway", "--virtual", "--rows", "F2"), "--virtual: vnpy_binance:BinanceSpotGateway is not built on vnpy_restgateway"),
    ((OURS, "--rows", "F410"), "--rows: no row 'F410', there are: F1 to F"),
    ((OURS, "--rows", "F9-F5"), "--rows: F9 comes after F5: 'F9-F5'"),
    ((OURS, "--jobs", "0"), "--jobs: not a number from 1 on: 0"),
    ((OURS, "--patience", "0"), "--patience: not a number of seconds above 0 and up to 240: 0"),
    ((OURS, "--dialect", "nyse"), f"{OURS} is not known here: --dialect, --symbol and --setting say how it is pointed at a venue"),
    (("no_such_module:Thing", "--dialect", "binance", "--symbol", "X", "--setting", "a=b"), "'no_such_module:Thing' is no module:Class that can be imported"),
    (("json:JSONDecoder", "--dialect", "binance", "--symbol", "X", "--setting", "a=b"), "'json:JSONDecoder' is no BaseGateway"),
    ((OURS, "--setting", "Server"), "--setting: not NAME=VALUE: 'Server'"),
    ((OURS, "--patch", "json:NOPE=1"), "patch: 'json:NOPE' is no module:NAME that is there"),
    ((OURS, "--driver", "nobody"), "no driver 'nobody' is installed"),
    ((OURS, "--label", "ordre=POST /x"), "--label: no label 'ordre', there are: order, cancel, order_push, user_push, quote_push, subscribe, account, open_orders, history"),
    ((OURS, "--label", "order="), "--label: order: the text is empty"),
    ((OURS, "--label", "order"), "--label: not NAME=VALUE: 'order'"),
    ((OURS, "--absent", "F999=never"), "--absent: not ROW=REASON with a row from F1 to F"),
    ((OURS, "--absent", "F1="), "--absent: not ROW=REASON with a row from F1 to F"),
    ((OURS, "--option", "colour=red"), "options: unknown option 'colour' of dialect 'binance' (value 'red'), there are: unsigned"),
    ((OURS, "--json", "/no/such/folder/a.json"), "--json: cannot write '/no/such/folder/a.json': No such file or directory"),
    ((OURS, "--junit", "/no/such/folder/a.xml"), "--junit: cannot write '/no/such/folder/a.xml': No such file or directory"),
])
def test_bad_arguments_are_one_line_and_status_2(
    arguments: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["conform", *arguments])
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err.startswith(f"mockexchange: error: {line}"), err
    assert err.count("\n") == 1


def test_in_virtual_time() -> None:
    done = conform(OURS, "--virtual", "--rows", "F2,F34,F41,F61")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line.startswith("F")] == ["F2", "F34", "F41", "F61"]
    assert "3 survived" in done.stdout
