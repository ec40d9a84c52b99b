"""The connect dialog (DESIGN, 4.4)."""

import pytest

from vnpy_hashex import HashExGateway
from vnpy_hashex.endpoints import stream_host
from vnpy_restgateway.settings import SettingError, read_setting


def test_the_dialog() -> None:
    assert HashExGateway.default_name == "HASHEX"
    assert HashExGateway.default_setting == {
        "Access Key": "", "Secret Key (Password 密码)": "", "Server": ["EMBEDDED", "HASHEX"],
        "REST Host": "https://open.hashex.vip", "Stream Host": "", "Embedded Options": "", "Proxy Host": "", "Proxy Port": 0, "Market Buy": ["REFUSE", "QUOTE", "BASE", "CAPPED LIMIT"],
    }


def test_short_name_and_defaults() -> None:
    values, warnings = read_setting({"Access Key": "k", "Secret Key": "s"}, HashExGateway.fields)
    assert warnings == ["Setting 'Server' is missing, but 'Access Key' is given: taken as HASHEX"]
    assert values["Server"] == "HASHEX" and values["Secret Key (Password 密码)"] == "s"
    assert values["REST Host"] == "https://open.hashex.vip" and values["Market Buy"] == "REFUSE"


def test_the_untouched_dialog_is_good() -> None:
    values, warnings = read_setting(HashExGateway.default_setting, HashExGateway.fields)
    assert values["Market Buy"] == "REFUSE" and values["Server"] == "EMBEDDED" and not warnings


@pytest.mark.parametrize("key, value", [
    ("Market Buy", "YES"), ("REST Host", "open.hashex.vip"), ("Stream Host", "https://open.hashex.vip"), ("Proxy Port", 70_000),
])
def test_bad_values_are_named(key: str, value: object) -> None:
    with pytest.raises(SettingError, match=key):
        read_setting({key: value}, HashExGateway.fields)


@pytest.mark.parametrize("rest, given, host", [
    ("https://open.hashex.vip", "", "wss://open.hashex.vip"),
    ("http://127.0.0.1:8803", "", "ws://127.0.0.1:8803"),
    ("https://open.mgbx.com", "wss://ws.mgbx.com", "wss://ws.mgbx.com"),
])
def test_the_sockets_are_where_the_rest_api_is(rest: str, given: str, host: str) -> None:
    assert stream_host(rest, given) == host
