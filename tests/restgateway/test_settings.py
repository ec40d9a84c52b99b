"""The connect dialog's values."""

import re
from typing import Any

import pytest

from vnpy_restgateway.net.proxy import read_proxy
from vnpy_restgateway.net.rest import RestClient
from vnpy_restgateway.net.stream import WebsocketClient
from vnpy_restgateway.settings import (
    PROXY_FIELDS,
    Field,
    SettingError,
    dialog,
    half_pair,
    proxy_of,
    read_setting,
)

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
    return refused_by(setting, (*FIELDS, *PROXY_FIELDS))


def refused_by(setting: dict[str, Any], fields: tuple[Field, ...]) -> list[str]:
    with pytest.raises(SettingError) as caught:
        read_setting(setting, fields)
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


def test_a_bad_value_is_named() -> None:
    for name, value in [
    ("Key", 5), ("Key", ["k"]), ("Key", True),
    ("Server", "C"), ("Server", 1), ("Server", ["B"]), ("Server", ["B", "A"]),
    ("Host", "example.com"), ("Host", "ftp://example.com"), ("Host", "https://"), ("Host", "https://h:99999"),
    ("Host", "https://h:port"), ("Host", "https://h:0"), ("Host", "https://h?x=1"), ("Host", "https://h#x"),
    ("Host", "https://h/api/v3"), ("Host", "https://[::1"), ("Host", "wss://h"), ("Host", 5), ("Host", "   x"),
    ("Stream", "https://h"), ("Stream", "127.0.0.1:9000"),
    ("Port", "many"), ("Port", "1.5"), ("Port", 1.5), ("Port", -1), ("Port", 65_536), ("Port", True), ("Port", [1]),
]:
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


@pytest.mark.parametrize(("value", "used"), [
    ("http://[::1]:8080", "http://[::1]:8080"), ("http://127.0.0.1:8801", "http://127.0.0.1:8801"),
    ("https://api.binance.com", "https://api.binance.com"), ("HTTPS://API.Binance.com/", "https://api.binance.com"),
    ("https://api.binance.com:443", "https://api.binance.com"), ("http://h:80//", "http://h"), ("https://h:", "https://h"),
    ("https://h?", "https://h"), ("https://h#", "https://h"), ("\ufeff https://h:8443\u200b\r\n", "https://h:8443"),
    ("ｈｔｔｐｓ：／／ａｐｉ．ｈ：８０８０", "https://api.h:8080"), ("https://bücher.example", "https://xn--bcher-kva.example"),
    ("https://my_host-1.lan.", "https://my_host-1.lan."),
])
def test_good_addresses(value: str, used: str) -> None:
    assert read(Host=value)["Host"] == used


def test_values_that_are_blank_are_not_given() -> None:
    for blank in ("", " ", "\r\n", "\u3000", "\ufeff", None):
        assert read_setting(dict.fromkeys(("Key", SECRET, "Server", "Host", "Stream", "Port"), blank), FIELDS) == (
            {"Key": "", SECRET: "", "Server": "A", "Host": "", "Stream": "", "Port": 0}, []
        )


@pytest.mark.parametrize(("name", "value", "used"), [
    ("Server", "b", "B"), ("Server", "Ｂ", "B"), ("Port", "８０８０", 8080), ("Port", "\t8080\n", 8080), ("Port", "080", 80),
    ("Port", "ENV:MY_VALUE", 7), ("Port", "env: MY_VALUE", 7), ("Key", "env:MY_VALUE", "7"), (SECRET, "k\n", "k"),
    (SECRET, "\u200bk\ufeff", "k"), ("Key", "Ünicode stays", "Ünicode stays"),
])
def test_values_are_taken_as_they_are_meant(name: str, value: str, used: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_VALUE", " 7\n")
    assert read(**{name: value})[name] == used


@pytest.mark.parametrize("name", ["stream", "STREAM", " Stream ", "s_t_r_e_a_m"])
def test_names_may_differ_in_case_and_spaces(name: str) -> None:
    values, warnings = read_setting({name: "ws://h"}, FIELDS)
    assert values["Stream"] == "ws://h" and not warnings
    assert read_setting({name: "ws://other", "Stream": "ws://h"}, FIELDS)[0]["Stream"] == "ws://h"


@pytest.mark.parametrize("setting", [None, [], "Server", 5])
def test_a_setting_that_is_no_dict(setting: Any) -> None:
    message, = refused(setting)
    assert type(setting).__name__ in message


@pytest.mark.parametrize("value", ["  x\ny ", "a b", "a\x00b", "a\x7fb", "ä", 5, 0, None, ["ENV:MY_VALUE"], b"bytes", 1.5])
def test_every_kind_of_bad_secret_is_named(value: Any) -> None:
    if value is None:
        assert read(**{SECRET: value})[SECRET] == ""
        return
    message, = refused({SECRET: value})
    assert message.startswith(f"Setting {SECRET!r} must be ") and "bytes" not in message


def test_what_stands_in_the_environment_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret may have been put into the wrong field."""
    monkeypatch.setenv("MY_SECRET", HIDDEN)
    for name in ("Host", "Stream", "Port", "Server"):
        message, = refused({name: "ENV:MY_SECRET"})
        assert repr(name) in message and "'MY_SECRET'" in message and "hunter2" not in message
    for value in ("ENV:", "ENV: ", "env:"):
        assert "environment variable ''" in refused({"Key": value})[0]


def test_a_long_value_is_cut() -> None:
    assert len(refused({"Host": "x" * 100_000})[0]) < 400 and len(refused({"Key": ["x"] * 100_000})[0]) < 400


# Server decides what is used

SERVED = (
    Field("Server", "choice", choices=("OURS", "REAL", "OTHER"), real="REAL"),
    Field("Key", "secret", servers=("REAL", "OTHER")),
    Field("Host", "host", servers=("REAL", "OTHER")),
    Field("Symbols", servers=("OTHER",), check=int),
    *PROXY_FIELDS,
)


def test_what_the_server_does_not_use_is_said() -> None:
    values, warnings = read_setting({"Server": "OURS", "Key": "k", "Symbols": "5"}, SERVED)
    assert values["Key"] == "k"
    assert warnings == ["Setting 'Key' is not used with Server OURS", "Setting 'Symbols' is not used with Server OURS"]
    assert read_setting({"Server": "OTHER", "Key": "k", "Symbols": "5"}, SERVED)[1] == []


@pytest.mark.parametrize("given", [{"Key": "k"}, {"Host": "http://h"}, {"Key": "k", "Server": ""}])
def test_a_key_or_a_host_without_a_server_means_the_real_one(given: dict[str, Any]) -> None:
    values, warnings = read_setting(given, SERVED)
    assert values["Server"] == "REAL" and len(warnings) == 1 and "'Server'" in warnings[0] and "REAL" in warnings[0]
    assert read_setting({**given, "Server": "OURS"}, SERVED)[0]["Server"] == "OURS"
    assert read_setting({}, SERVED) == (read_setting(dialog(SERVED), SERVED)[0], [])


def test_a_name_may_imply_the_real_server_too_and_a_default_that_is_given_does() -> None:
    fields = (*SERVED, Field("User", default="me", servers=("REAL",), implies=True), Field("Place", "host", default="http://p", servers=("REAL",)))
    for given in ({"User": "me"}, {"User": "other"}, {"Place": "http://p"}):
        assert read_setting(given, fields)[0]["Server"] == "REAL"


@pytest.mark.parametrize(("value", "used"), [
    ("https://Host/webtrader/", "https://host/webtrader"), ("http://h:8000", "http://h:8000"), ("https://h:443/a/b", "https://h/a/b"),
])
def test_a_host_with_a_path(value: str, used: str) -> None:
    assert read_setting({"Host": value}, (Field("Host", "host", path=True),))[0]["Host"] == used
    with pytest.raises(SettingError, match=re.escape("http://host[:port][/path]")):
        read_setting({"Host": value.rstrip("/") + "?x=1"}, (Field("Host", "host", path=True),))


def test_a_fields_own_check_names_field_and_value() -> None:
    with pytest.raises(SettingError, match="^Setting 'Symbols': .*'x'"):
        read_setting({"Server": "OTHER", "Symbols": "x"}, SERVED)


# proxies: used as they are meant, or named; never left out

def test_a_proxy_is_taken_as_it_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, url in [
    ({}, None),
    ({"Proxy Host": " ", "Proxy Port": 0}, None),
    ({"Proxy Host": "127.0.0.1", "Proxy Port": 8080}, "http://127.0.0.1:8080"),
    ({"Proxy Host": "127.0.0.1", "Proxy Port": "8080"}, "http://127.0.0.1:8080"),
    ({"Proxy Host": "127.0.0.1:8080"}, "http://127.0.0.1:8080"),
    ({"Proxy Host": "127.0.0.1:8080", "Proxy Port": 8080}, "http://127.0.0.1:8080"),
    ({"Proxy Host": "http://127.0.0.1", "Proxy Port": 8080}, "http://127.0.0.1:8080"),
    ({"Proxy Host": "HTTP://Proxy.Example:8080/"}, "http://proxy.example:8080"),
    ({"Proxy Host": " proxy.example:8080\n"}, "http://proxy.example:8080"),
    ({"Proxy Host": "１２７．０．０．１：８０８０"}, "http://127.0.0.1:8080"),
    ({"Proxy Host": "ｈｔｔｐ：／／１２７．０．０．１：８０８０／"}, "http://127.0.0.1:8080"),
    ({"Proxy Host": "http://127.0.0.1:8080//"}, "http://127.0.0.1:8080"),
    ({"Proxy Host": "::1", "Proxy Port": 8080}, "http://[::1]:8080"),
    ({"Proxy Host": "[::1]", "Proxy Port": 8080}, "http://[::1]:8080"),
    ({"Proxy Host": "http://[2001:db8::1]:8080"}, "http://[2001:db8::1]:8080"),
    ({"Proxy Host": "http://user:pw@h:1"}, "http://user:pw@h:1"),
    ({"Proxy Host": "user:pw@h", "Proxy Port": 1}, "http://user:pw@h:1"),
    ({"Proxy Host": "http://user@h:1"}, "http://user:@h:1"),
    ({"Proxy Host": "http://us%40er:p%3Aw%2F@h:1"}, "http://us%40er:p%3Aw%2F@h:1"),
    ({"Proxy Host": "http://user:p@s/s?#w@h:1"}, "http://user:p%40s%2Fs%3F%23w@h:1"),
    ({"Proxy Host": "http://user:pässword@h:1"}, "http://user:p%C3%A4ssword@h:1"),
    ({"Proxy Host": "ENV:MY_PROXY"}, "http://user:hunter2@h:3128"),
    ({"Proxy Host": "h", "Proxy Port": "ENV:MY_PORT"}, "http://h:3128"),
    ({"proxy_host": "h", "proxyPort": 3128}, "http://h:3128"),
    ({"代理地址": "h", "代理端口": 3128}, "http://h:3128"),
    ({"Proxy": "http://h:3128"}, "http://h:3128"),
]:
        monkeypatch.setenv("MY_PROXY", "http://user:hunter2@h:3128")
        monkeypatch.setenv("MY_PORT", "3128")
        values, warnings = read_setting(setting, PROXY_FIELDS)
        found = proxy_of(values)
        assert (found.url if found else None) == url and not warnings
        # what clients are given reads as the same proxy
        assert read_proxy(values["Proxy Host"], values["Proxy Port"]) == found


def test_a_proxy_that_cannot_be_used_is_named() -> None:
    for setting, words in [
    ({"Proxy Host": "127.0.0.1"}, ("'Proxy Host'", "'127.0.0.1'", "no port")),
    ({"Proxy Host": "http://127.0.0.1", "Proxy Port": 0}, ("'Proxy Host'", "'http://127.0.0.1'", "no port")),
    ({"Proxy Port": 8080}, ("'Proxy Port'", "8080", "'Proxy Host'")),
    ({"Proxy Host": " ", "Proxy Port": 8080}, ("'Proxy Port'", "8080", "'Proxy Host'")),
    ({"Proxy Host": "h:8080", "Proxy Port": 8081}, ("'Proxy Host'", "8080", "8081")),
    ({"Proxy Host": "h:0"}, ("'Proxy Host'", "'h:0'", "65535")),
    ({"Proxy Host": "h:65536"}, ("'Proxy Host'", "'h:65536'", "65535")),
    ({"Proxy Host": "h", "Proxy Port": 65_536}, ("'Proxy Port'", "65536")),
    ({"Proxy Host": "h", "Proxy Port": -1}, ("'Proxy Port'", "-1")),
    ({"Proxy Host": "h", "Proxy Port": "x"}, ("'Proxy Port'", "'x'")),
    ({"Proxy Host": "h", "Proxy Port": 1.5}, ("'Proxy Port'", "1.5")),
    ({"Proxy Host": "h", "Proxy Port": True}, ("'Proxy Port'", "True")),
    ({"Proxy Host": "socks5://127.0.0.1", "Proxy Port": 1080}, ("'Proxy Host'", "'socks5://127.0.0.1'", "SOCKS")),
    ({"Proxy Host": "SOCKS5H://127.0.0.1:1080"}, ("'Proxy Host'", "SOCKS5H://127.0.0.1:1080", "SOCKS")),
    ({"Proxy Host": "socks4a://h:1"}, ("'Proxy Host'", "socks4a://h:1", "SOCKS")),
    ({"Proxy Host": "https://h:1"}, ("'Proxy Host'", "'https://h:1'", "TLS")),
    ({"Proxy Host": "ftp://h:1"}, ("'Proxy Host'", "'ftp://h:1'")),
    ({"Proxy Host": "http://"}, ("'Proxy Host'", "'http://'")),
    ({"Proxy Host": "a b:1"}, ("'Proxy Host'", "'a b:1'")),
    ({"Proxy Host": "h:1/path"}, ("'Proxy Host'", "'h:1/***'")),
    ({"Proxy Host": "8080"}, ("'Proxy Host'", "'8080'")),
    ({"Proxy Host": "256.0.0.1:1"}, ("'Proxy Host'", "'256.0.0.1:1'")),
    ({"Proxy Host": "[::1:80"}, ("'Proxy Host'",)),
    ({"Proxy Host": "[::1]80"}, ("'Proxy Host'",)),
    ({"Proxy Host": "::1"}, ("'Proxy Host'", "'::1'", "no port")),
    ({"Proxy Host": 8080}, ("'Proxy Host'", "text")),
    ({"Proxy Host": ["h"]}, ("'Proxy Host'", "text")),
    ({"Proxy Host": "ENV:MY_ABSENT"}, ("'Proxy Host'", "'MY_ABSENT'")),
    ({"Proxy Host": "h", "Proxy Port": "ENV:MY_ABSENT"}, ("'Proxy Port'", "'MY_ABSENT'")),
    ({"Proxy Host": f"user:{HIDDEN}@h"}, ("'Proxy Host'", "'***@h'", "no port")),
    ({"Proxy Host": f"https://user:{HIDDEN}@h:1"}, ("'Proxy Host'", "'https://***@h:1'", "TLS")),
    ({"Proxy Host": f"socks5://{HIDDEN}:x@h:1"}, ("'Proxy Host'", "'socks5://***@h:1'", "SOCKS")),
    ({"Proxy Host": f"h:8080:user:{HIDDEN}"}, ("'Proxy Host'", "'h:8080:***'")),
    ({"Proxy Host": f"user:{HIDDEN}"}, ("'Proxy Host'", "'user:***'")),
    ({"Proxy Host": f"http://:{HIDDEN}@h:1"}, ("'Proxy Host'", "user")),
    ({"Proxy Host": f"http://user:{HIDDEN}%0d%0a@h:1"}, ("'Proxy Host'", "control")),
    ({"Proxy Host": f"http://h:1?token={HIDDEN}"}, ("'Proxy Host'", "'http://h:1/***'")),
    ({"HTTP Proxy": f"http://user:{HIDDEN}@h:1"}, ("'HTTP Proxy'", "'Proxy Host'")),
    ({"Proxies": {"http": "http://h:1"}}, ("'Proxies'", "'Proxy Host'")),
]:
        message, *others = refused(setting)
        assert not others and all(word in message for word in words), message
        assert "hunter2" not in message


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 0), ("", 8080), ("socks5://h", 1), ("https://h", 1), ("h", 70_000)])
def test_a_client_does_not_leave_a_proxy_out_either(host: str, port: int) -> None:
    for client in (RestClient(), WebsocketClient()):
        with pytest.raises(ValueError):
            client.init("http://127.0.0.1", host, port)


def test_half_a_pair_is_named() -> None:
    assert half_pair({"Key": "k", "Secret": ""}, "Key", "Secret") == [
        "Setting 'Secret' is empty, but setting 'Key' is given: give both, or none for market data only"
    ]
    assert half_pair({"Key": "", "Secret": "s"}, "Key", "Secret")[0].startswith("Setting 'Key' is empty")
    assert half_pair({"Key": "k", "Secret": "s"}, "Key", "Secret") == half_pair({"Key": "", "Secret": ""}, "Key", "Secret") == []
