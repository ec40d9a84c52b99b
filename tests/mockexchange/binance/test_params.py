"""Typed reading of parameters; texts are those of errors.md (11xx)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockexchange.core.numbers import format_amount
from mockexchange.dialects.binance.errors import ApiError
from mockexchange.dialects.binance.params import (
    Params,
    decimal,
    long,
    merge,
    split_pairs,
)


def code_of(caught: pytest.ExceptionInfo[ApiError]) -> int:
    return caught.value.code


def test_query_wins_over_body() -> None:
    """rest-api.md, "General Information on Endpoints"."""
    assert merge("symbol=A&side=BUY", "symbol=B&type=LIMIT") == {"symbol": "A", "side": "BUY", "type": "LIMIT"}


def test_percent_encoding() -> None:
    assert split_pairs("symbol=%EF%BC%91&a=b%2Bc&d=e+f") == {"symbol": "１", "a": "b+c", "d": "e f"}


def test_duplicate_and_empty() -> None:
    with pytest.raises(ApiError) as caught:
        split_pairs("symbol=A&symbol=B")
    assert caught.value.body() == {"code": -1101, "msg": "Duplicate values for a parameter detected."}
    with pytest.raises(ApiError) as caught:
        split_pairs("symbol=")
    assert caught.value.body() == {"code": -1105, "msg": "Parameter 'symbol' was empty."}


@given(st.text("a=&b1", max_size=12) | st.lists(st.text("ab1=", max_size=4), max_size=5).map("&".join))
def test_pairs_are_read_one_by_one(text: str) -> None:
    """Whatever has other than one "=" in each pair is not read in one go."""
    wanted: dict[str, str] | int = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        assert isinstance(wanted, dict)
        if name in wanted or not value:
            wanted = -1101 if name in wanted else -1105
            break
        wanted[name] = value
    try:
        found: dict[str, str] | int = split_pairs(text)
    except ApiError as error:
        found = error.code
    assert found == wanted


def test_unknown_parameters() -> None:
    names = frozenset({"symbol", "limit"})
    Params({"symbol": "A"}).check_known(names, 2)
    with pytest.raises(ApiError) as caught:
        Params({"symbol": "A", "foo": "1"}).check_known(names, 2)
    assert caught.value.body() == {
        "code": -1104, "msg": "Not all sent parameters were read; read '1' parameter(s) but was sent '2'.",
    }
    with pytest.raises(ApiError) as caught:
        Params({"foo": "1"}).check_known(frozenset(), 0)
    assert caught.value.body() == {"code": -1101, "msg": "Too many parameters; expected '0' and received '1'."}


def test_mandatory() -> None:
    with pytest.raises(ApiError) as caught:
        Params({}).text("side")
    assert caught.value.body() == {
        "code": -1102, "msg": "Mandatory parameter 'side' was not sent, was empty/null, or malformed.",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("abc", -1100), ("1e5", -1100), ("-1", -1100), ("+1", -1100), (".5", -1100), ("1.", -1100), ("1,5", -1100),
        ("٣", -1100), ("0.123456789", -1111), ("99999999999", -1108),
    ],
)
def test_bad_decimals(text: str, code: int) -> None:
    with pytest.raises(ApiError) as caught:
        decimal("price", text)
    assert code_of(caught) == code
    assert "'price'" in caught.value.msg


def test_decimal_text_of_1100() -> None:
    with pytest.raises(ApiError) as caught:
        decimal("quantity", "one")
    assert caught.value.msg == (
        r"Illegal characters found in parameter 'quantity'; legal range is '^([0-9]{1,20})(\.[0-9]{1,20})?$'."
    )


@given(st.integers(min_value=0, max_value=2 ** 62), st.integers(min_value=0, max_value=9))
def test_decimals_are_exact(amount: int, zeros: int) -> None:
    assert decimal("price", format_amount(amount) + "0" * zeros) == amount


def test_long() -> None:
    assert long("orderId", "12") == 12
    for text, code in (("1.5", -1100), ("-1", -1100), ("9" * 20, -1108), ("9" * 21, -1100)):
        with pytest.raises(ApiError) as caught:
            long("orderId", text)
        assert code_of(caught) == code


@pytest.mark.parametrize("text", ["x-1", "a.b:c/d_E-9", "A" * 36])
def test_client_ids(text: str) -> None:
    assert Params({"newClientOrderId": text}).client_id("newClientOrderId") == text


@pytest.mark.parametrize("text", ["a b", "é", "A" * 37, "a#b"])
def test_bad_client_ids(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        Params({"newClientOrderId": text}).client_id("newClientOrderId")
    assert caught.value.body() == {
        "code": -1100,
        "msg": "Illegal characters found in parameter 'newClientOrderId'; "
               r"legal range is '^[\.A-Z\:/a-z0-9_-]{1,36}$'.",
    }


def test_symbols() -> None:
    assert Params({"symbols": '["BTCUSDT","BNBUSDT"]'}).symbols() == ["BTCUSDT", "BNBUSDT"]
    assert Params({}).symbols() is None
    for text, code in (
        ('["BTCUSDT","BTCUSDT"]', -1151), ("[]", -1100), ('["btcusdt"]', -1100), ("[1]", -1100), ("[", -1135),
    ):
        with pytest.raises(ApiError) as caught:
            Params({"symbols": text}).symbols()
        assert code_of(caught) == code, text


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("0", 0), ("8", 480), ("4", 240), ("-1:00", -60), ("05:45", 345), ("-12:00", -720), ("14:00", 840), ("+14:00", 840)],
)
def test_time_zones(text: str, minutes: int) -> None:
    """rest-api.md, "Kline/Candlestick data"."""
    assert Params({"timeZone": text}).time_zone() == minutes * 60_000_000


@pytest.mark.parametrize("text", ["14:01", "-12:01", "15", "UTC", "1:60", "1:5"])
def test_bad_time_zones(text: str) -> None:
    with pytest.raises(ApiError) as caught:
        Params({"timeZone": text}).time_zone()
    assert code_of(caught) == -1130


def test_limit() -> None:
    assert Params({}).limit(500, 1000) == 500
    assert Params({"limit": "5000"}).limit(500, 1000) == 1000
    with pytest.raises(ApiError) as caught:
        Params({"limit": "0"}).limit(500, 1000)
    assert code_of(caught) == -1130
