"""The vectors of the spec, section 2.8, copied as they stand there; every code from 1001 to 1013 by its cause."""

import re
from pathlib import Path

import pytest
from hashex_client import Rest

from mockexchange import MockExchange
from mockexchange.transport.machine import MACHINE
from mockexchange.dialects.hashex import limits
from mockexchange.dialects.hashex.limits import Nonces, Tokens, VisibilityDelay
from mockexchange.dialects.hashex.params import split_pairs
from mockexchange.dialects.hashex.signature import canonical_text, sign

SECRET: str = "hashex-secret"
STAMP: str = "1745392581693"

# spec 2.8: name, query, signed text without the timestamp, hmac
VECTORS: list[tuple[str, str, str, str]] = [
    ("V1", "", "", "a17af4f155ce59047d1466a7eacd665b9082a1d23eefc181dac30267d87ff456"),
    (
        "V2", "orderId=475533479170587712", "orderId=475533479170587712",
        "20c728dd38b50aba47ae7d1fae37d962155e562bd2fe4ea00718742efad55e3e",
    ),
    ("V3", "coin=USDT", "coin=USDT", "d299a417a4e0b51702f23a2214d838aec75f8a7b04b78bddf3e7e501acfebacc"),
    (
        "V4", "direction=BUY&price=60000&symbol=BTC_USDT&totalAmount=0.001&tradeType=LIMIT",
        "direction=BUY&price=60000&symbol=BTC_USDT&totalAmount=0.001&tradeType=LIMIT",
        "e3f9411d88cfe8b39bea08dc62ba3f5027f76d5e3984014ccec1441dfdbb04d3",
    ),
    (
        "V4 in another order", "symbol=BTC_USDT&direction=BUY&tradeType=LIMIT&totalAmount=0.001&price=60000",
        "direction=BUY&price=60000&symbol=BTC_USDT&totalAmount=0.001&tradeType=LIMIT",
        "e3f9411d88cfe8b39bea08dc62ba3f5027f76d5e3984014ccec1441dfdbb04d3",
    ),
    (
        "V5",
        "balanceType=1&clientOrderId=vnpy_000001&direction=SELL&price=95000.5&symbol=BTC_USDT&timeInForce=GTX&totalAmount=0.001&tradeType=LIMIT",
        "balanceType=1&clientOrderId=vnpy_000001&direction=SELL&price=95000.5&symbol=BTC_USDT&timeInForce=GTX&totalAmount=0.001&tradeType=LIMIT",
        "d0f38577c88d6b13d030d6cef311b0f708a0d089d5c0a677b80848880e144142",
    ),
    (
        "V6", "page=1&size=100&state=9&symbol=BTC_USDT", "page=1&size=100&state=9&symbol=BTC_USDT",
        "ba5040c5c57ff9289f92f0968fa5cba0ca46231d6a77ca0ba8c21316bda53dac",
    ),
    (
        "V7", "orderIdsJson=%5B%22475534805480815680%22%2C%22475534266177207360%22%5D",
        'orderIdsJson=["475534805480815680","475534266177207360"]',
        "594640a6635e30e8f7119f8e3a0532139ee002cc561e83c8197b1b966f0d6e70",
    ),
    (
        "V8",
        "ordersJsonStr=%5B%7B%22symbol%22%3A%22BTC_USDT%22%2C%22direction%22%3A%22BUY%22%2C%22tradeType%22%3A%22LIMIT%22%2C%22totalAmount%22%3A%220.001%22%2C%22price%22%3A%2260000%22%7D%2C%7B%22symbol%22%3A%22ETH_USDT%22%2C%22direction%22%3A%22SELL%22%2C%22tradeType%22%3A%22LIMIT%22%2C%22totalAmount%22%3A%220.01%22%2C%22price%22%3A%222500.5%22%7D%5D",
        'ordersJsonStr=[{"symbol":"BTC_USDT","direction":"BUY","tradeType":"LIMIT","totalAmount":"0.001","price":"60000"},{"symbol":"ETH_USDT","direction":"SELL","tradeType":"LIMIT","totalAmount":"0.01","price":"2500.5"}]',
        "fda28143cb52fbb6bc606dcfd913397a103ec1a5d215ac840b4e5dbbcb809213",
    ),
    (
        "V9", "clientOrderId=%E7%BD%91%E6%A0%BC-1&symbol=BTC_USDT", "clientOrderId=网格-1&symbol=BTC_USDT",
        "4642d111fa601770932e7605d9dd683e1b00cfe2eb5f1047b15cc60cac330c68",
    ),
    (
        "V10", "a=%5B%22x%22%5D&z=a%20b%26c%3Dd%2Be%2520%2Ff", 'a=["x"]&z=a b&c=d+e%20/f',
        "ab8766300300cc78eff11f09a1b6f748478fbc00d444fdad68cf3fb8ff3cacd1",
    ),
    (
        "V11", "B=3&Size=10&a=2&page=1", "B=3&Size=10&a=2&page=1",
        "7b14ccd416996b6716a6d30cbe827ccb6413e295c2a2d161765531db1ccecb34",
    ),
    ("V12", "page=1&symbol=", "page=1&symbol=", "8a63f3810c2bfe81e27d7074ec052d8989b48c3c130f2dc8008c66f3d093ef05"),
    (
        "V13",
        "direction=NEXT&endTime=1745392581693&id=475533479170587712&limit=50&startTime=1745300000000&symbol=BTC_USDT",
        "direction=NEXT&endTime=1745392581693&id=475533479170587712&limit=50&startTime=1745300000000&symbol=BTC_USDT",
        "d46d920f320921f42fcaaae17a4a07876a1b3b3abc2de642ac6b305a9e15082e",
    ),
]

# spec 2.8, negative vectors: signed text -> hmac; the digest itself is right, the text is the mistake
MISTAKES: list[tuple[str, str]] = [
    ("timestamp=1745392581693", "761710e85553f044b8e9c0bd50dcdf6425c6207ee9e9c4d5bc91bcf39391f1c5"),
    (
        "symbol=BTC_USDT&direction=BUY&tradeType=LIMIT&totalAmount=0.001&price=60000&timestamp=1745392581693",
        "f6179f40ea0edc760a53f3f81b5fa1104e06791ef36cd7265ec6742924b70c3c",
    ),
    (
        "direction=BUY&price=60000&symbol=BTC_USDT&timestamp=1745392581693&totalAmount=0.001&tradeType=LIMIT",
        "894e75b963f62c62f750ed61bc2968755828902b6f2d7d640143c9aa9c071027",
    ),
    (
        "direction=BUY&price=60000&symbol=BTC_USDT&totalAmount=0.001&tradeType=LIMIT",
        "0998be5bb8300578ff3ca17894ab73d9047c691d1d824d54eac44c2202c8d860",
    ),
    (
        "orderIdsJson=%5B%22475534805480815680%22%2C%22475534266177207360%22%5D&timestamp=1745392581693",
        "6d846cfceece2390eae95c9b24a0222b4db07d7a74ea4d6dcb0e359fc6e7690f",
    ),
]


@pytest.mark.parametrize("name, query, text, digest", VECTORS, ids=[one[0] for one in VECTORS])
def test_vectors(name: str, query: str, text: str, digest: str) -> None:
    signed = canonical_text(split_pairs(query), STAMP)
    assert signed == f"{text}&timestamp={STAMP}"
    assert sign(SECRET, signed) == digest


@pytest.mark.parametrize("text, digest", MISTAKES)
def test_mistakes_sign_otherwise(text: str, digest: str) -> None:
    assert sign(SECRET, text) == digest
    assert digest not in [one[3] for one in VECTORS]


def test_the_dialect_takes_signing_from_nobody() -> None:
    """DESIGN.md, section 2: two independent readings of one protocol."""
    folder = Path(limits.__file__).parent
    for path in folder.glob("*.py"):
        assert not re.search(r"^\s*(from|import)\s+vnpy", path.read_text(), re.MULTILINE), path


# the codes of the seed, section 6; the order of the checks is that of signature.py

def code(rest: Rest, offset_ms: int = 0, path: str = "/spot/v1/u/balance/spot", **changes: str | None) -> int:
    answer = rest.call("GET", path, rest.headers({}, offset_ms, **changes))
    assert rest.status == 200
    if answer["code"]:
        assert answer["message"] and answer["data"] is None
    return int(answer["code"])


def test_a_signed_request_passes(rest: Rest) -> None:
    assert code(rest) == 0


def test_1001_no_hmac_in_hex(rest: Rest) -> None:
    assert code(rest, X_Signature="A" * 64) == 1001
    assert code(rest, X_Signature="0" * 32) == 1001


def test_1002_older_than_one_window(rest: Rest) -> None:
    assert code(rest, offset_ms=-5_000) == 0
    assert code(rest, offset_ms=-11_000) == 1002


def test_1003_no_signature(rest: Rest) -> None:
    assert code(rest, X_Signature=None) == code(rest, X_Signature="") == 1003


def test_1004_a_header_is_missing(rest: Rest) -> None:
    assert code(rest, X_Access_Key=None) == code(rest, X_Access_Key="") == 1004
    assert code(rest, X_Request_Nonce=None) == code(rest, X_Request_Nonce="") == 1004
    answer = rest.call("GET", "/spot/v1/u/balance/spot")
    assert (answer["code"], answer["message"]) == (1004, "signature parameter is empty: X-Access-Key")


def test_1005_the_signature_of_something_else(rest: Rest) -> None:
    assert code(rest, X_Signature="0" * 64) == 1005
    answer = rest.call("GET", "/spot/v1/u/balance/spot?coin=BTC", rest.headers({"coin": "USDT"}))
    assert answer["code"] == 1005 and "coin=BTC&timestamp=" in answer["message"]


def test_1005_a_wrong_secret(venue: MockExchange) -> None:
    stranger = Rest(venue.rest, secret="guess")
    assert code(stranger) == 1005
    stranger.connection.close()


def test_1006_no_timestamp(rest: Rest) -> None:
    assert code(rest, X_Request_Timestamp=None) == code(rest, X_Request_Timestamp="") == 1006


def test_1007_ahead_of_the_server_or_no_milliseconds(rest: Rest) -> None:
    assert code(rest, offset_ms=5_000) == 0
    assert code(rest, offset_ms=20_000) == 1007
    assert code(rest, X_Request_Timestamp="1745392581") == 1007
    assert code(rest, X_Request_Timestamp="1745392581693000") == 1007


def test_1008_long_past(rest: Rest) -> None:
    assert code(rest, offset_ms=-110_000) == 1008


@pytest.mark.parametrize("text", ["now", "1745392581693.0", "-1745392581693", "0x1", "1745392581693 "[:-1] + "ms"])
def test_1009_no_number(rest: Rest, text: str) -> None:
    assert code(rest, X_Request_Timestamp=text) == 1009


def test_1010_a_nonce_is_good_for_one_request(rest: Rest, other: Rest) -> None:
    assert code(rest, X_Request_Nonce="once") == 0
    assert code(rest, X_Request_Nonce="once") == 1010
    assert code(other, X_Request_Nonce="once") == 0, "nonces belong to a key"
    assert code(rest, X_Request_Nonce="twice", X_Signature="0" * 64) == 1005
    assert code(rest, X_Request_Nonce="twice") == 0, "a refused request does not use its nonce up"


def test_1010_a_create_sent_again_is_no_second_order(rest: Rest) -> None:
    params = {"symbol": "BTC_USDT", "direction": "BUY", "tradeType": "LIMIT", "totalAmount": "0.01", "price": "39000"}
    path = "/spot/v1/u/trade/order/create?" + "&".join(f"{name}={value}" for name, value in params.items())
    headers = rest.headers(params)
    assert rest.call("POST", path, headers)["code"] == 0
    assert rest.call("POST", path, headers)["code"] == 1010
    assert rest.private("GET", "trade/order/list", state=9)["data"]["total"] == 1


def test_1011_an_unknown_key(venue: MockExchange) -> None:
    stranger = Rest(venue.rest, "nobody")
    assert code(stranger) == 1011
    stranger.connection.close()


@pytest.mark.parametrize("options", [{"hosts": ["10.1.2.3"]}], indirect=True)
def test_1012_another_address(rest: Rest, venue: MockExchange) -> None:
    assert code(rest) == 1012
    assert rest.public("time")["code"] == 0, "public requests come from anywhere"
    venue.set_options(hosts="10.1.2.3, 127.0.0.1")
    assert code(rest) == 0


def test_1013_no_such_path_or_method(rest: Rest) -> None:
    assert code(rest, path="/spot/v1/u/balance/margin") == 1013
    assert code(rest, path="/") == 1013
    assert code(rest, path="/spot/v1/u/trade/order/create") == 1013
    assert rest.call("POST", "/spot/v1/p/time")["code"] == 1013


def test_the_order_of_the_checks(rest: Rest) -> None:
    """signature.py: headers, timestamp, key, signature, nonce."""
    everything: dict[str, str | None] = {
        "X_Access_Key": "nobody", "X_Signature": "A", "X_Request_Timestamp": "now", "X_Request_Nonce": "",
    }
    codes = []
    for name, value in [
        ("X_Request_Nonce", "n"), ("X_Request_Timestamp", None), ("X_Access_Key", "mock-key"), ("X_Signature", "0" * 64),
    ]:
        codes.append(code(rest, **everything))
        if name == "X_Request_Timestamp":
            del everything[name]
        else:
            everything[name] = value
    codes.append(code(rest, **everything))
    assert codes == [1004, 1009, 1011, 1001, 1005]


def test_parameters_may_come_in_a_form_body(rest: Rest) -> None:
    """Spec 2.7: a servlet merges both."""
    params = {"symbol": "BTC_USDT", "direction": "BUY", "tradeType": "LIMIT", "totalAmount": "0.01", "price": "39000"}
    form = "&".join(f"{name}={value}" for name, value in params.items())
    headers = {**rest.headers(params), "Content-Type": "application/x-www-form-urlencoded"}
    assert rest.call("POST", "/spot/v1/u/trade/order/create", headers, form)["code"] == 0
    headers = {**rest.headers(params), "Content-Type": "application/json"}
    assert rest.call("POST", "/spot/v1/u/trade/order/create", headers, "{}")["code"] == 1005


def test_the_memory_for_nonces_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_NONCES", 100)
    nonces = Nonces()
    for number in range(500):
        assert nonces.take("key", str(number), number, 10_000)
    assert nonces.count("key") <= 101
    assert not nonces.take("key", "499", 500, 10_000)
    assert nonces.take("key", "late", 30_000, 10_000) and nonces.take("key", "later", 30_000, 10_000)
    for number in range(500):
        nonces.take("key", f"again {number}", 30_000, 10_000)
    assert nonces.take("key", "499", 30_000, 10_000), "a nonce is forgotten when its signature cannot be used any more"


def test_a_nonce_is_known_for_as_long_as_its_signature_may_be_used() -> None:
    nonces = Nonces()
    assert nonces.take("key", "first", 0, 10_000) and nonces.take("key", "second", 10_000, 10_000)
    assert not nonces.take("key", "first", 10_000, 10_000) and nonces.take("other", "first", 10_000, 10_000)
    assert nonces.take("key", "third", 10_001, 10_000) and nonces.take("key", "first", 10_001, 10_000)


def test_as_many_nonces_are_known_as_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_NONCES", 3)
    nonces = Nonces()
    for nonce in "abc":
        nonces.take("key", nonce, 0, 10_000)
    assert nonces.count("key") == 3 and not nonces.take("key", "a", 0, 10_000)
    assert nonces.take("key", "d", 0, 10_000) and nonces.count("key") == 3 and nonces.take("key", "a", 0, 10_000)


def test_a_token_has_32_hex_digits_and_ends_with_its_life() -> None:
    tokens, now = Tokens(MACHINE.token_bytes), 1_745_392_581_693
    token = tokens.issue("key", now)
    assert re.fullmatch(r"[0-9a-f]{32}", token) and tokens.redeem(token, now + 4_999, 5_000) == "key"
    assert tokens.redeem(tokens.issue("key", now), now + 5_000, 5_000) == ""
    assert tokens.redeem("no such token", 0, 5_000) == ""


def test_an_order_is_hidden_for_so_long() -> None:
    """In milliseconds, by a clock of seconds."""
    now = 100.0
    veil = VisibilityDelay(lambda: now)
    assert not veil.hides(1)
    veil.hide(1, 1_000)
    veil.hide(2, 10_000)
    assert veil.hides(1) and veil.hides(2) and not veil.hides(3)
    now = 100.9995
    assert veil.hides(1)
    now = 101.0
    assert not veil.hides(1) and veil.hides(2)
    veil.hide(3, 0)
    assert not veil.hides(3) and not veil.hides(1) and veil.hides(2)
    now = 110.0
    assert not veil.hides(2)


def test_tokens_are_bounded_and_used_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_TOKENS", 3)
    tokens = Tokens(MACHINE.token_bytes)
    issued = [tokens.issue("key", 1_000) for _ in range(5)]
    assert [tokens.redeem(token, 2_000, 5_000) for token in issued] == ["", "", "key", "key", "key"]
    assert tokens.redeem(issued[-1], 2_000, 5_000) == ""
    assert tokens.redeem(tokens.issue("key", 1_000), 7_000, 5_000) == ""
