"""Nothing secret survives redact, in whatever shape a library prints it."""

import pytest

from vnpy_restgateway.net.redact import redact


@pytest.mark.parametrize(
    "text",
    [
        '{"apiKey":"TOPSECRET","symbol":"BTCUSDT"}',
        "{'X-MBX-APIKEY': 'TOPSECRET', 'symbol': 'BTCUSDT'}",
        r'"{\"secret\":\"TOPSECRET\",\"symbol\":\"BTCUSDT\"}"',
        "symbol: BTCUSDT, OK-ACCESS-SIGN: TOPSECRET",
        "symbol: BTCUSDT, OK-ACCESS-PASSPHRASE: TOPSECRET",
        "{'signature': b'TOPSECRET', 'symbol': 'BTCUSDT'}",
        "symbol=BTCUSDT password=TOPSECRET",
        "BTCUSDT Authorization: Bearer TOPSECRET",
        "BTCUSDT access_token = 'TOPSECRET'",
        "BTCUSDT API Key: TOPSECRET",
        "BTCUSDT Secret Key: TOPSECRET",
        "BTCUSDT wss://host/ws?listenKey=TOPSECRET",
        "BTCUSDT https://host/ws?token=TOPSECRET",
    ],
)
def test_named_fields(text: str) -> None:
    masked: str = redact(text)
    assert "TOPSECRET" not in masked and "BTCUSDT" in masked


def test_a_signed_query_goes_as_a_whole() -> None:
    masked: str = redact("GET /api/v3/order?symbol=BTCUSDT&timestamp=1499827319559&signature=c8db56825ae7 failed")
    assert masked == "GET /api/v3/order?*** failed"
    assert redact("b'side=BUY&timestamp=1&signature=ab'") == "b'***'"
    assert redact("/x?=a=1&sign=ab, a=b=c/d=e&signature=ab") == "/x?=*** ***"


def test_known_secrets_wherever_they_are() -> None:
    assert redact("boom: a/b+c, a%2Fb%2Bc!", ["a/b+c", ""]) == "boom: ***, ***!"


@pytest.mark.parametrize(
    "text",
    [
        "Order rejected, code: -1022, message: Signature for this request is not valid.",
        "code: -2015, message: Invalid API-key, IP, or permissions for action.",
        "GET /api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1000",
        "design: fine, assign=1",
        "",
    ],
)
def test_what_is_not_secret_stays(text: str) -> None:
    assert redact(text) == text
