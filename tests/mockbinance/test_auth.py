"""Golden vectors of Binance's documents."""

from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from vnpy_mockbinance.auth import sign, signed_params, signed_query

KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = b"NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"

# rest-api.md, "SIGNED Endpoint Examples for POST /api/v3/order", "HMAC Keys"
REST_PARAMS: dict[str, str | int] = {
    "symbol": "LTCBTC", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1", "price": "0.1",
    "recvWindow": 5000, "timestamp": 1499827319559,
}
REST_ASCII = "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
REST_OTHER = "e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3"

# web-socket-api.md, "SIGNED request example (HMAC)"
WS_PARAMS: dict[str, str | int] = {
    "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01000000",
    "price": "52000.00", "recvWindow": 100, "timestamp": 1645423376532, "apiKey": KEY,
}
WS_ASCII = "aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24"
WS_OTHER_PARAMS: dict[str, str | int] = {
    **WS_PARAMS, "symbol": "１２３４５６", "side": "BUY", "price": "0.10000000", "quantity": "1.00000000", "recvWindow": 5000,
}
WS_OTHER = "b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd"


def test_rest_ascii() -> None:
    query = (
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
    )
    assert sign(SECRET, query) == REST_ASCII
    assert signed_query(SECRET, REST_PARAMS) == f"{query}&signature={REST_ASCII}"


def test_rest_other_than_ascii_is_encoded_before_it_is_signed() -> None:
    query = (
        "symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&timeInForce=GTC"
        "&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559"
    )
    assert signed_query(SECRET, {**REST_PARAMS, "symbol": "１２３４５６"}) == f"{query}&signature={REST_OTHER}"


TEXTS = st.text(max_size=8) | st.text("aZ09-_.~&=+ %/", max_size=8)


@given(st.dictionaries(TEXTS, TEXTS | st.integers(), max_size=4))
def test_whatever_is_signed_is_percent_encoded(params: dict[str, str | int]) -> None:
    query, _, signature = signed_query(SECRET, params).rpartition("&signature=")
    assert query == urlencode(params) and signature == sign(SECRET, query)


def test_websocket_ascii() -> None:
    signed = signed_params(SECRET, WS_PARAMS)
    assert signed == {**WS_PARAMS, "signature": WS_ASCII}
    assert signed["timestamp"] == 1645423376532, "numbers stay numbers"


def test_websocket_other_than_ascii_is_signed_as_it_is() -> None:
    payload = "&".join(f"{name}={WS_OTHER_PARAMS[name]}" for name in sorted(WS_OTHER_PARAMS))
    assert payload == (
        f"apiKey={KEY}&price=0.10000000&quantity=1.00000000&recvWindow=5000&side=BUY&symbol=１２３４５６"
        "&timeInForce=GTC&timestamp=1645423376532&type=LIMIT"
    )
    assert sign(SECRET, payload) == signed_params(SECRET, WS_OTHER_PARAMS)["signature"]


def test_the_documents_own_signature_of_that_request() -> None:
    assert signed_params(SECRET, WS_OTHER_PARAMS)["signature"] == WS_OTHER


def test_signing_changes_nothing_it_was_given() -> None:
    params = dict(WS_PARAMS)
    signed_params(SECRET, params)
    signed_query(SECRET, params)
    assert params == WS_PARAMS
