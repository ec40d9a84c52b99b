"""The connect dialog's values."""

from typing import Any

import pytest

from vnpy_restgateway.settings import Field, SettingError, dialog, read_setting

SECRET = "Secret (Password 密码)"
FIELDS = (
    Field("Key"),
    Field(SECRET, "secret", aliases=("Secret",)),
    Field("Server", "choice", choices=("A", "B")),
    Field("Host", "host"),
    Field("Stream", "host", schemes=("ws", "wss")),
    Field("Port", "integer", default=0, high=65_535),
)
HIDDEN = "hunter2-hunter2"


def read(**setting: Any) -> dict[str, Any]:
    return read_setting(setting, FIELDS)[0]


def refused(setting: dict[str, Any]) -> list[str]:
    with pytest.raises(SettingError) as caught:
        read_setting(setting, FIELDS)
    return caught.value.messages


def test_the_dialog_is_what_veighna_trader_wants() -> None:
    assert dialog(FIELDS) == {"Key": "", SECRET: "", "Server": ["A", "B"], "Host": "", "Stream": "", "Port": 0}


def test_nothing_given_is_all_defaults() -> None:
    expected = {"Key": "", SECRET: "", "Server": "A", "Host": "", "Stream": "", "Port": 0}
    assert read_setting({}, FIELDS) == (expected, [])
    assert read_setting(dialog(FIELDS), FIELDS) == (expected, []), "the untouched default_setting"
    assert read_setting(dict.fromkeys(dialog(FIELDS)), FIELDS) == (expected, []), "None is as good as missing"


def test_reading_changes_neither_the_setting_nor_the_defaults() -> None:
    given = {"Server": ["A", "B"], "Key": " k "}
    read_setting(given, FIELDS)
    assert given == {"Server": ["A", "B"], "Key": " k "}


def test_values_are_stripped_and_typed() -> None:
    values = read(Key=" k ", Server=" B ", Host="https://example.com/", Stream="ws://127.0.0.1:9", Port=" 8080 ")
    assert values["Key"] == "k" and values["Server"] == "B"
    assert values["Host"] == "https://example.com" and values["Stream"] == "ws://127.0.0.1:9"
    assert values["Port"] == 8080


def test_aliases_and_unknown_keys() -> None:
    values, warnings = read_setting({"Secret": HIDDEN, "Sever": "B"}, FIELDS)
    assert values[SECRET] == HIDDEN and values["Server"] == "A"
    assert warnings == ["Setting 'Sever' is not known and is ignored"]
    assert read_setting({SECRET: "long", "Secret": "short"}, FIELDS)[0][SECRET] == "long"
    assert read_setting({SECRET: "", "Secret": "short"}, FIELDS)[0][SECRET] == "short"


def test_a_secret_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET", f" {HIDDEN} ")
    monkeypatch.setenv("MY_EMPTY", "")
    assert read(**{SECRET: "ENV:MY_SECRET"})[SECRET] == HIDDEN
    assert read(Key="ENV:MY_SECRET")["Key"] == HIDDEN
    for variable in ("MY_EMPTY", "MY_ABSENT"):
        message, = refused({"Secret": f"ENV:{variable}"})
        assert SECRET in message and variable in message


@pytest.mark.parametrize("name, value", [
    ("Key", 5), ("Key", ["k"]), ("Key", True),
    ("Server", "C"), ("Server", 1), ("Server", ["B"]), ("Server", ["B", "A"]),
    ("Host", "example.com"), ("Host", "ftp://example.com"), ("Host", "https://"), ("Host", "https://h:99999"),
    ("Host", "https://h:port"), ("Host", "https://h:0"), ("Host", "https://h?x=1"), ("Host", "https://h#x"),
    ("Host", "https://h/api/v3"), ("Host", "https://[::1"), ("Host", "wss://h"), ("Host", 5), ("Host", "   x"),
    ("Stream", "https://h"), ("Stream", "127.0.0.1:9000"),
    ("Port", "many"), ("Port", "1.5"), ("Port", 1.5), ("Port", -1), ("Port", 65_536), ("Port", True), ("Port", [1]),
])
def test_a_bad_value_is_named(name: str, value: Any) -> None:
    message, = refused({name: value})
    assert repr(name) in message
    assert str(value).strip() in message or repr(value) in message


def test_every_bad_value_is_named_not_only_the_first() -> None:
    messages = refused({"Server": "C", "Host": "x", "Port": "y", "Key": "fine"})
    assert len(messages) == 3
    assert [name for name in ("Server", "Host", "Port") if any(repr(name) in m for m in messages)] == ["Server", "Host", "Port"]


@pytest.mark.parametrize("value", [f"{HIDDEN} x", f"{HIDDEN}é", f"{HIDDEN}\n{HIDDEN}", [HIDDEN], {HIDDEN: 1}, (HIDDEN,)])
def test_a_secret_is_never_in_a_message(value: Any) -> None:
    message, = refused({SECRET: value})
    assert SECRET in message and "hunter2" not in message


def test_a_secret_that_is_a_number_is_not_shown() -> None:
    message, = refused({SECRET: 987654321})
    assert "987654321" not in message


def test_a_secret_of_the_environment_is_never_in_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET", f"{HIDDEN} and a space")
    message, = refused({SECRET: "ENV:MY_SECRET"})
    assert "hunter2" not in message


def test_credentials_in_an_address_are_refused_and_not_shown() -> None:
    message, = refused({"Host": f"https://user:{HIDDEN}@h"})
    assert "'Host'" in message and "hunter2" not in message


@pytest.mark.parametrize("value", ["http://[::1]:80", "http://127.0.0.1:8801", "https://api.binance.com", "HTTP://h"])
def test_good_addresses(value: str) -> None:
    assert read(Host=value)["Host"] == value
