"""Signatures and timing against the vectors of rest-api.md and web-socket-api.md (github.com/binance/binance-spot-api-docs)."""

import pytest

from mockexchange.dialects.binance.errors import ApiError
from mockexchange.dialects.binance.signature import (
    check_ahead,
    check_key,
    check_signature,
    check_window,
    hmac_sha256,
    read_recv_window,
    read_timestamp,
    rest_payload,
    strip_signature,
    websocket_payload,
)

SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"

# rest-api.md, "SIGNED Endpoint Examples for POST /api/v3/order", "HMAC Keys"
ASCII_QUERY = (
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
)
ASCII_SIGNATURE = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
UNICODE_QUERY = (
    "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC"
    "&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
)
UNICODE_SIGNATURE = "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"


@pytest.mark.parametrize(
    ("query", "signature"), [(ASCII_QUERY, ASCII_SIGNATURE), (UNICODE_QUERY, UNICODE_SIGNATURE)]
)
def test_rest_vectors(query: str, signature: str) -> None:
    assert hmac_sha256(SECRET, rest_payload(query, "")) == signature
    check_signature(SECRET, rest_payload(f"{query}&signature={signature}", ""), signature)
    check_signature(SECRET, rest_payload("", f"{query}&signature={signature}"), signature.upper())


def test_query_and_body_are_joined_without_separator() -> None:
    """rest-api.md of earlier years had this as its third example; the rule is the same today."""
    query = "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC"
    body = "quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
    signature = "0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77"
    assert rest_payload(query, f"{body}&signature={signature}") == (query + body).encode()
    assert hmac_sha256(SECRET, (query + body).encode()) == signature


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("a=1&signature=x", "a=1"),
        ("signature=x&a=1", "a=1"),
        ("a=1&signature=x&b=2", "a=1&b=2"),
        ("signature=x", ""),
        ("a=1&mysignature=x", "a=1&mysignature=x"),
        ("", ""),
    ],
)
def test_only_the_signature_is_removed(text: str, rest: str) -> None:
    assert strip_signature(text) == rest


def test_order_is_the_order_sent() -> None:
    shuffled = "timestamp=1499827319559&" + ASCII_QUERY.replace("&timestamp=1499827319559", "")
    with pytest.raises(ApiError) as caught:
        check_signature(SECRET, rest_payload(shuffled, ""), ASCII_SIGNATURE)
    assert caught.value.body() == {"code": -1022, "msg": "Signature for this request is not valid."}


# web-socket-api.md, "SIGNED request example (HMAC)"
WS_ASCII = {
    "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01000000",
    "price": "52000.00", "recvWindow": "100", "timestamp": "1645423376532", "apiKey": KEY, "signature": "x",
}
WS_UNICODE = {
    "symbol": "１２３４５６", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1.00000000",
    "price": "0.10000000", "recvWindow": "5000", "timestamp": "1645423376532", "apiKey": KEY,
}


@pytest.mark.parametrize(
    ("params", "signature"),
    [
        (WS_ASCII, "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24"),
        (WS_UNICODE, "b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd"),
    ],
)
def test_websocket_vectors(params: dict[str, str], signature: str) -> None:
    assert hmac_sha256(SECRET, websocket_payload(params)) == signature


def test_timestamps_in_both_units() -> None:
    assert read_timestamp("1499827319559") == 1499827319559_000
    assert read_timestamp("1499827319559123") == 1499827319559123
    for text, code in ((None, -1102), ("12a", -1100), ("-5", -1100), ("9" * 20, -1108)):
        with pytest.raises(ApiError) as caught:
            read_timestamp(text)
        assert caught.value.code == code


def test_recv_window() -> None:
    assert read_recv_window(None) == 5_000_000
    assert read_recv_window("5000") == 5_000_000
    assert read_recv_window("6000.346") == 6_000_346
    assert read_recv_window("60000") == 60_000_000
    for text, code in (("60000.001", -1102), ("1.0001", -1111), ("ten", -1100), ("-1", -1100)):
        with pytest.raises(ApiError) as caught:
            read_recv_window(text)
        assert caught.value.code == code
    with pytest.raises(ApiError) as caught:
        read_recv_window("60001")
    assert caught.value.msg == "'recvWindow' contains unexpected value. Cannot be greater than 60000."


def test_time_window_is_the_documents() -> None:
    """rest-api.md, "Timing security"."""
    now = 1_700_000_000_000_000
    check_ahead(now + 999_999, now)
    with pytest.raises(ApiError) as caught:
        check_ahead(now + 1_000_000, now)
    assert caught.value.body() == {
        "code": -1021, "msg": "Timestamp for this request was 1000ms ahead of the server's time.",
    }
    check_window(now - 5_000_000, 5_000_000, now)
    with pytest.raises(ApiError) as caught:
        check_window(now - 5_000_001, 5_000_000, now)
    assert caught.value.body() == {
        "code": -1021, "msg": "Timestamp for this request is outside of the recvWindow.",
    }


def test_key_format() -> None:
    assert check_key(KEY) == KEY
    assert check_key("mock-key") == "mock-key"
    for bad in (None, "", "with space", "é", "x" * 200):
        with pytest.raises(ApiError) as caught:
            check_key(bad)
        assert (caught.value.code, caught.value.status) == (-2014, 401)
