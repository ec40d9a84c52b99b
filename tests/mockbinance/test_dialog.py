"""The connect dialog of MockBinanceGateway."""

from vnpy_mockbinance import MockBinanceGateway
from vnpy_restgateway.settings import dialog, read_setting

# DESIGN 4.4
KEYS = [
    "API Key", "API Secret (Password 密码)", "Server", "REST Host", "Stream Host", "Symbols", "Embedded Options", "Proxy Host", "Proxy Port",
]


def test_default_setting_is_what_the_fields_say() -> None:
    assert MockBinanceGateway.default_setting == dialog(MockBinanceGateway.fields)
    assert list(MockBinanceGateway.default_setting) == KEYS
    assert MockBinanceGateway.default_setting["Server"] == ["EMBEDDED", "BINANCE", "QTE"]
    assert MockBinanceGateway.default_name == "MOCKBINANCE"


def test_the_untouched_default_setting_is_accepted() -> None:
    values, warnings = read_setting(MockBinanceGateway.default_setting, MockBinanceGateway.fields)
    assert values["Server"] == "EMBEDDED" and warnings == []


def test_short_names_are_accepted() -> None:
    values, warnings = read_setting({"API Key": "k", "API Secret": "s", "Server": "BINANCE"}, MockBinanceGateway.fields)
    assert values["API Secret (Password 密码)"] == "s" and warnings == []


def test_veighna_trader_masks_the_secret_in_both_locales() -> None:
    """It masks a field whose name contains "Password" (English) or "密码" (Chinese). A key by itself opens nothing."""
    secrets = [field.name for field in MockBinanceGateway.fields if field.kind == "secret" and field.name != "API Key"]
    assert secrets == ["API Secret (Password 密码)"]
    assert all("Password" in name and "密码" in name for name in secrets)


def test_no_two_fields_answer_to_one_name() -> None:
    names = [name for field in MockBinanceGateway.fields for name in (field.name, *field.aliases)]
    assert len(set(names)) == len(names)
