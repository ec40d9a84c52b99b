"""What a user reads in Chinese: the log of every gateway on a bad day, in virtual time, and the command line."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from gateways.conftest import EVERY_CASE
from gateways.harness import Case

import vnpy_rehearsal.conform.rows  # noqa: F401  (registers the rows)
from rest_locale import speaking
from rest_locale.english import english
from vnpy_rehearsal.conform.matrix import ROWS, Row, Run, venue_options, why_not
from vnpy_rehearsal.simulation.world import World

CASES: list[Case] = list({case.gateway_class: case for case in EVERY_CASE if case.in_matrix}.values())
LOST: str = "F1"            # the answer to an order is lost

CHINESE: re.Pattern[str] = re.compile("[\u4e00-\u9fff]")
QUOTED: re.Pattern[str] = re.compile(r"'[^']*'|\"[^\"]*\"|\([^)]*\)|（[^）]*）|https?://\S+|[A-Z]+ /\S+")
ENGLISH: re.Pattern[str] = re.compile(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b")      # three words of prose


def lines_of(row: Row, case: Case) -> list[str]:
    """The log of every gateway of a row of the matrix."""
    world: World = World(7)
    here: Case = replace(case, stage=world.stage())
    lines: list[str] = []

    def play() -> None:
        with world.exchange(case.dialect, options=venue_options(row, here), clock=row.clock, speed=row.speed) as venue:
            run = Run(here, venue, True)
            try:
                row.run(run)
                for desk in run.desks:
                    desk.assert_truth(here.patience)
                    lines.extend(log.msg for log in desk.recorder.logs)
            finally:
                run.close()

    try:
        world.run(play)
    finally:
        world.close()
    assert not world.errors
    return lines


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_log_of_a_gateway_in_both_languages(case: Case) -> None:
    """One seed, one day: the Chinese lines are those of the English day, and have no English of ours in them."""
    row = ROWS[LOST]
    assert not why_not(row, case)
    in_english = lines_of(row, case)
    with speaking("zh_CN"):
        in_chinese = lines_of(row, case)
        assert [english(line) for line in in_chinese] == in_english
    assert "Contract data received" in in_english and not [line for line in in_english if CHINESE.search(QUOTED.sub("", line))]
    assert "合约信息查询成功" in in_chinese
    assert not [line for line in in_chinese if not CHINESE.search(line) or ENGLISH.search(QUOTED.sub("", line))]


def command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([sys.executable, "-m", *arguments], env={**os.environ, **environment}, capture_output=True, timeout=60)


def test_help_and_complaints_of_the_mock_exchange(tmp_path: Path) -> None:
    text = command("mockexchange", "serve", "--help", LANGUAGE="zh_CN", PYTHONIOENCODING="utf-8").stdout.decode()
    assert text.startswith("用法：mockexchange serve") and "显示本帮助并退出" in text and "监听地址（默认：127.0.0.1）" in text
    done = command("mockexchange", "serve", "binanec=0", LANG="zh_CN.UTF-8", PYTHONIOENCODING="utf-8")
    assert done.returncode == 2 and done.stdout == b""
    assert done.stderr.decode() == "mockexchange：错误：'binanec=0': 未知协议'binanec'，可选：binance, futu, hashex, qmt, qte, webtrader\n"


def test_complaints_in_english_as_they_were() -> None:
    for environment in ({}, {"LANG": "C"}, {"LANG": "en_US.UTF-8"}, {"LANGUAGE": "zh_CN", "PYTHONIOENCODING": "ascii"}):
        done = command("mockexchange", "serve", "binanec=0", **environment)
        assert done.returncode == 2
        assert done.stderr == b"mockexchange: error: 'binanec=0': unknown dialect 'binanec', there are: binance, futu, hashex, qmt, qte, webtrader\n"
