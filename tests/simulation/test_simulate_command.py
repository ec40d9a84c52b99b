"""``python -m vnpy_rehearsal simulate``: what it prints, in whatever number of processes, and what it says of a wrong command line."""

import re

import pytest

from vnpy_rehearsal.simulation.command import start

GATEWAY: str = "vnpy_hashex:HashExGateway"
PROGRAM: str = "python -m vnpy_rehearsal simulate"


def test_the_same_is_printed_in_one_process_and_in_two(capsys: pytest.CaptureFixture[str]) -> None:
    printed: list[list[str]] = []
    for jobs in ("1", "2"):
        assert start(PROGRAM, [GATEWAY, "--seeds", "5-8", "--jobs", jobs]) == 0
        printed.append(capsys.readouterr().out.splitlines())
    *one, rate = printed[0]
    *two, _ = printed[1]
    assert one == two and re.fullmatch(r"\d+ s, \d+ venue-seconds a second", rate)
    assert re.fullmatch(r"4 seeds, \d+ venue-seconds; 0 went wrong; fingerprint [0-9a-f]{16}", one[-1])


def test_one_seed_can_be_played_again_with_its_schedule(capsys: pytest.CaptureFixture[str]) -> None:
    assert start(PROGRAM, [GATEWAY, "--seed", "7"]) == 0
    steps, first = capsys.readouterr().out.splitlines()
    assert start(PROGRAM, [GATEWAY, "--seed", "7", "--schedule", steps]) == 0
    assert capsys.readouterr().out.splitlines() == [steps, first]
    assert "well, fingerprint " in first


@pytest.mark.parametrize(("arguments", "why"), [
    (["--jobs", "two"], "--jobs: not a whole number from 0 to 1000: 'two'"), (["--days", "-1"], "--days: not a whole number from 0 to 366: '-1'"),
    (["--seeds", "9-3"], "--seeds: neither N nor A-B: '9-3'"), (["--schedule", "day"], "--schedule: --seed is missing"),
])
def test_a_wrong_command_line(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        start(PROGRAM, [GATEWAY, *(f"{arguments[0]}={each}" for each in arguments[1:])])
    assert caught.value.code == 2 and why in capsys.readouterr().err
