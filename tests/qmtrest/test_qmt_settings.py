"""The connect dialog (DESIGN, 4.4)."""

from logging import ERROR
from typing import Any

import pytest
from vnpy.event import Event
from vnpy.trader.constant import Exchange
from vnpy.trader.event import EVENT_LOG
from vnpy.trader.object import LogData

from vnpy_qmtrest import QmtRestGateway
from vnpy_qmtrest.gateway import read_symbols
from vnpy_qmtrest.session import is_tag
from vnpy_restgateway.settings import SettingError, read_setting

SECRET = "Secret Key (Password 密码)"
FIELDS = QmtRestGateway.fields
GIVEN: dict[str, Any] = {"Client ID": "demo", "Secret Key": "qmt-secret"}


def test_the_dialog() -> None:
    assert QmtRestGateway.default_name == "QMTREST" and QmtRestGateway.exchanges == [Exchange.SSE, Exchange.SZSE, Exchange.BSE]
    setting = QmtRestGateway.default_setting
    for key, default in {
        "Client ID": "", SECRET: "", "Server": ["EMBEDDED", "QMT"], "Host": "http://localhost:9091", "Account": "",
        "Market Order": ["BEST5_CANCEL", "LATEST", "OWN_BEST", "PEER_BEST"], "Symbols": "", "Proxy Host": "", "Proxy Port": 0, "Embedded Options": "",
    }.items():
        assert setting[key] == default, key


def test_the_untouched_dialog_is_good() -> None:
    values, warnings = read_setting(QmtRestGateway.default_setting, FIELDS)
    assert not warnings and (values["Server"], values["Market Order"]) == ("EMBEDDED", "BEST5_CANCEL")
    assert (values["FAK"], values["Price Off Tick"], values["In Doubt"]) == ("REFUSE", "REFUSE", "ALLOW"), "what loses protection is opted in to (5.4)"


def test_a_script_that_gives_a_key_means_the_real_server() -> None:
    values, warnings = read_setting(GIVEN, FIELDS)
    assert (values["Server"], values[SECRET], values["Host"]) == ("QMT", "qmt-secret", "http://localhost:9091")
    assert warnings == ["Setting 'Server' is missing, but 'Client ID' is given: taken as QMT"]
    assert read_setting({"Host": "http://10.0.0.5:9091/"}, FIELDS)[0]["Server"] == "QMT"


@pytest.mark.parametrize(("key", "value"), [
    ("Market Order", "BEST"), ("Server", "QMT2"), ("Host", "localhost:9091"), ("Host", "ftp://localhost"), ("Proxy Port", 70_000), ("FAK", "YES"),
    ("Symbols", "600000"), ("Symbols", ["600000.SSE"]), ("Symbols", "000001.SSE"), ("Client ID", "a b"), (SECRET, "密"), ("Account", True), ("In Doubt", "x"),
    ("Price Off Tick", "x"),
])
def test_bad_values_are_named(key: str, value: Any) -> None:
    with pytest.raises(SettingError) as failure:
        read_setting({key: value}, FIELDS)
    assert len(failure.value.messages) == 1 and failure.value.messages[0].startswith(f"Setting {key!r}")


def test_values_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QMT_SECRET", "from-outside")
    monkeypatch.setenv("QMT_SYMBOLS", "600000.SH")
    values, _ = read_setting({**GIVEN, "Secret Key": "ENV:QMT_SECRET", "Symbols": "env:QMT_SYMBOLS"}, FIELDS)
    assert values[SECRET] == "from-outside" and read_symbols(values["Symbols"]) == [("600000", Exchange.SSE)]
    with pytest.raises(SettingError, match="'NOT_THERE', which is not set"):
        read_setting({"Client ID": "ENV:NOT_THERE"}, FIELDS)
    monkeypatch.setenv("QMT_SYMBOLS", "600000.XX")
    with pytest.raises(SettingError, match="600000.XX"):
        read_setting({"Symbols": "ENV:QMT_SYMBOLS"}, FIELDS)


@pytest.mark.parametrize(("setting", "missing"), [
    ({"Client ID": "demo"}, [SECRET]), ({"Secret Key": "s"}, ["Client ID"]), ({"Server": "QMT"}, ["Client ID", SECRET]), (GIVEN, []), ({}, []),
])
def test_a_key_that_is_missing_is_named(setting: dict[str, Any], missing: list[str]) -> None:
    """1.2: a trading gateway needs signatures."""
    logs: list[LogData] = []

    class Engine:
        def put(self, event: Event) -> None:
            if event.type == EVENT_LOG:
                logs.append(event.data)

    gateway = QmtRestGateway(Engine(), "QMTREST")       # type: ignore[arg-type]
    values, _ = read_setting(setting, FIELDS)
    wanted = [f"Setting {name!r} is empty: the server takes signed requests only" for name in missing]
    assert gateway.check_setting(values) == wanted
    if missing:
        gateway.connect(setting)
        assert [line.msg for line in logs if line.level == ERROR] == wanted and not gateway.executor.alive, "nothing is started"
    else:
        venue = gateway.real_venue(read_setting(GIVEN, FIELDS)[0])
        assert venue == {"rest": "http://localhost:9091", "stream": "", "key": "demo", "secret": "qmt-secret"}


# Symbols

BANKS = [("000001", Exchange.SZSE), ("600000", Exchange.SSE)]


@pytest.mark.parametrize(("text", "found"), [
    ("", []), (" , ,", []), ("000001.SZSE, 600000.SSE", BANKS), ("000001.SZ,600000.SH", BANKS), ("000001.szse;600000.sh", BANKS),
    ("０００００１．ＳＺＳＥ，６０００００．ＳＳＥ", BANKS), ("000001.SZSE、600000.SSE；", BANKS), ("600000.SSE,600000.SH, 600000.SSE", BANKS[1:]),
    ("920002.BJ", [("920002", Exchange.BSE)]), ("920002.BSE", [("920002", Exchange.BSE)]),
])
def test_symbols(text: str, found: list[tuple[str, Exchange]]) -> None:
    assert read_symbols(text) == found


@pytest.mark.parametrize(("text", "words"), [
    ("600000", "'600000' is no vt_symbol of SSE, SZSE or BSE, with commas between them, as in '000001.SZSE, 600000.SSE'"), ("600000.SEHK", "'600000.SEHK' is no vt_symbol"),
    ("sh600000", "'sh600000' is no vt_symbol"), (".SSE", "'.SSE' is no vt_symbol"), ("600000.", "'600000.' is no vt_symbol"),
    ("000001.SZSE 600000.SSE", "with commas between them"), ("60000.SSE", "symbol '60000' of SSE is not six digits"),
    ("000001.SZSE, 000001.SSE", "000001.SSE is an index, it cannot be traded; 000001.SZSE is another security"),
    ("600000.SZ", "600000.SZSE is no code of SZSE, it is traded as 600000.SSE"), ("111001.SH", "111001.SSE cannot be traded through this server"),
    ("131810.SZ", "QMTTradeClient.reverse_repo()"),
])
def test_symbols_that_are_none(text: str, words: str) -> None:
    with pytest.raises(ValueError) as failure:
        read_symbols(text)
    assert words in str(failure.value)


@pytest.mark.parametrize(("text", "ours"), [
    ("vabcdefghi0-1", True), ("v0123456789-1234567", True), ("vabcdefghi0-", False), ("vabcdefghi-1", False), ("wabcdefghi0-1", False), ("my", False),
    ("", False), ("quant_7", False), ("vabcdefghi0-x", False), ("vabcdefghi0-²", False), ("vabcdefghié-1", False), ("vabcdefghi0-1-1", False),
])
def test_tags_of_these_gateways(text: str, ours: bool) -> None:
    assert is_tag(text) is ours


def test_the_ids_of_this_gateway_are_tags_of_ascii_and_24_characters_at_most() -> None:
    """5.2, 6 row 10."""
    class Engine:
        def put(self, event: Event) -> None:
            """Nobody listens."""

    gateway = QmtRestGateway(Engine(), "QMTREST")       # type: ignore[arg-type]
    tag = f"{gateway._prefix}123456789"
    assert is_tag(tag) and tag.isascii() and len(tag) <= 24
