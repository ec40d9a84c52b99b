"""``python -m mockexchange conform``: its arguments, its table and its exit status."""

import subprocess
import sys

import pytest

OURS: str = "vnpy_mockbinance:MockBinanceGateway"


def conform(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mockexchange", "conform", *arguments], capture_output=True, text=True, timeout=120
    )


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


def test_row_that_is_not_survived() -> None:
    """The official gateway, unmodified but for its hosts: what it raises while the venue is away reaches the caller (M12)."""
    pytest.importorskip("vnpy_binance")
    done = conform("vnpy_binance:BinanceSpotGateway", "--rows", "F28")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "hung      an exception reached the caller" in done.stdout.splitlines()[1]


@pytest.mark.parametrize(("arguments", "line"), [
    ((OURS, "--rows", "F41"), "--rows: no row 'F41', there are: F1 to F40"),
    ((OURS, "--jobs", "0"), "--jobs: not a number from 1 on: 0"),
    ((OURS, "--dialect", "nyse"), f"{OURS} is not known here: --dialect, --symbol and --setting say how it is pointed at a venue"),
    (("no_such_module:Thing", "--dialect", "binance", "--symbol", "X", "--setting", "a=b"), "'no_such_module:Thing' is no module:Class that can be imported"),
    (("json:JSONDecoder", "--dialect", "binance", "--symbol", "X", "--setting", "a=b"), "'json:JSONDecoder' is no BaseGateway"),
    ((OURS, "--setting", "Server"), "--setting: not NAME=VALUE: 'Server'"),
    ((OURS, "--patch", "json:NOPE=1"), "patch: 'json:NOPE' is no module:NAME that is there"),
    ((OURS, "--driver", "nobody"), "no driver 'nobody' is installed"),
])
def test_bad_arguments_are_one_line_and_status_2(arguments: tuple[str, ...], line: str) -> None:
    done = conform(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"mockexchange: error: {line}"), done.stderr
    assert done.stderr.count("\n") == 1
