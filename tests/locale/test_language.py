"""Which language is chosen, by environment and by hand."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

import rest_locale
from rest_locale import N_, _, catalogue, commands, language, messages, speaking
from rest_locale.english import FIELD, english

CONTRACTS: str = N_("Contract data received")
DOUBT: str = N_("Order {orderid} in doubt ({text}), asking the venue")


@pytest.mark.parametrize(("environment", "expected"), [
    ({}, "en"),
    ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
    ({"LANG": "zh_CN"}, "zh_CN"),
    ({"LANG": "zh-CN"}, "zh_CN"),
    ({"LANG": "zh_TW.UTF-8"}, "zh_CN"),
    ({"LANG": "zh"}, "zh_CN"),
    ({"LANG": "zh_CN.GBK@pinyin"}, "zh_CN"),
    ({"LANG": "C"}, "en"),
    ({"LANG": "C.UTF-8"}, "en"),
    ({"LANG": "POSIX"}, "en"),
    ({"LANG": "en_US.UTF-8"}, "en"),
    ({"LANG": "fr_FR.UTF-8"}, "en"),
    ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh_CN"),
    ({"LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
    ({"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"}, "zh_CN"),
    ({"LANGUAGE": "fr:zh_CN:en"}, "zh_CN"),
    ({"LANGUAGE": "en:zh_CN", "LANG": "zh_CN.UTF-8"}, "en"),
    ({"LANGUAGE": "", "LANG": "zh_CN.UTF-8"}, "zh_CN"),
    ({"LANG": "zu_ZA.UTF-8"}, "en"),
])
def test_the_environment_chooses(environment: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in catalogue.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert catalogue.find(catalogue.wanted()).language == expected


@pytest.mark.parametrize(("code", "expected"), [(0x0804, "zh_CN"), (0x0404, "zh_CN"), (0x0409, "en"), (0x1, "en")])
def test_windows_goes_by_its_user_interface(code: int, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Library:
        def __getattr__(self, name: str) -> object:
            return Library() if name == "kernel32" else lambda: code

    import ctypes
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", Library(), raising=False)
    for name in catalogue.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert catalogue.find(catalogue.wanted()).language == expected
    monkeypatch.setenv("LANG", "C")
    assert catalogue.find(catalogue.wanted()).language == "en"


def test_a_windows_without_that_call_goes_by_its_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    import locale
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(locale, "getlocale", lambda: ("Chinese (Simplified)_China", "936"))
    assert catalogue.find(catalogue.windows_language()).language == "zh_CN"
    monkeypatch.setattr(locale, "getlocale", lambda: ("English_United States", "1252"))
    assert catalogue.find([*catalogue.windows_language(), "zh_CN"]).language == "en"
    monkeypatch.setattr(locale, "getlocale", lambda: (None, None))
    assert catalogue.find(catalogue.windows_language()).language == "en"


def test_tests_are_in_english() -> None:
    assert language() == "en" and _(CONTRACTS) == CONTRACTS


def test_a_process_started_by_a_test_is_in_english(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import rest_locale; print(rest_locale.language())"], capture_output=True, text=True, timeout=30, check=True,
    )
    assert done.stdout.strip() == "en"


def test_a_language_for_a_while() -> None:
    with speaking("zh_CN"):
        assert language() == "zh_CN" and _(CONTRACTS) == "合约信息查询成功"
        with speaking("en"):
            assert _(CONTRACTS) == CONTRACTS
        assert _(CONTRACTS) == "合约信息查询成功"
    assert _(CONTRACTS) == CONTRACTS


def test_what_is_not_in_the_catalogue_stays_as_it_is() -> None:
    with speaking("zh_CN"):
        assert _("Order refused: {text} 你好".format(text="x")) == "Order refused: x 你好" and _("") == ""


@pytest.mark.parametrize("name", ["en", "zh_CN"])
def test_a_line_is_read_back_in_english(name: str) -> None:
    with speaking(name):
        inner = _(N_("no connection to {place}: {reason}")).format(place="127.0.0.1:1", reason=_(N_("timed out")))
        line = _(DOUBT).format(orderid="v1-2", text=inner)
        assert english(line) == "Order v1-2 in doubt (no connection to 127.0.0.1:1: timed out), asking the venue"
        assert english(_(N_("volume {volume:g} of {symbol} is below the minimum {least}")).format(volume=5.0, symbol="000001", least=10)) == (
            "volume 5 of 000001 is below the minimum 10"
        )
        assert english(_(CONTRACTS)) == CONTRACTS and english("资金 something else") == "资金 something else"


def test_translations_are_read_back() -> None:
    """Few are taken for another: some words are one in Chinese and two in English."""
    wrong: list[str] = []
    with speaking("zh_CN"):
        for message, text in messages("zh_CN").items():
            values = {name: f"<{name}>" for name in FIELD.findall(message)}
            said, meant = (FIELD.sub(r"{\1}", each).format(**values) if values else each for each in (text, message))
            if english(said) != meant:
                wrong.append(f"{meant!r} <- {english(said)!r}")
    assert len(wrong) < 0.03 * len(messages("zh_CN")), wrong


def test_the_messages_of_a_language() -> None:
    assert messages("zh_CN")[CONTRACTS] == "合约信息查询成功" and "" not in messages("zh_CN")
    assert messages("en") == {} == messages("tlh")


@pytest.mark.parametrize(("encoding", "expected"), [("utf-8", "zh_CN"), ("gbk", "zh_CN"), ("ascii", "en"), ("cp1252", "en")])
def test_a_terminal_that_cannot_show_the_language_gets_english(encoding: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", stream)
    with speaking("zh_CN"):
        commands.prepare()
        assert rest_locale.language() == expected
