"""Signatures against the worked vectors of the protocol digest (specs/hashex.md, 2.8)."""

import re
from concurrent.futures import ThreadPoolExecutor
from random import SystemRandom

import pytest

from vnpy_hashex.auth import canonical, new_nonce, query_string, sign, signed_headers, wire_params

SECRET = "hashex-secret"
TIMESTAMP = "1745392581693"
TAIL = f"&timestamp={TIMESTAMP}"

BATCH = (
    '[{"symbol":"BTC_USDT","direction":"BUY","tradeType":"LIMIT","totalAmount":"0.001","price":"60000"},'
    '{"symbol":"ETH_USDT","direction":"SELL","tradeType":"LIMIT","totalAmount":"0.01","price":"2500.5"}]'
)
# name -> parameters, signed text without the timestamp, HMAC, query as the document has it ("" where its order differs)
VECTORS: dict[str, tuple[dict[str, str | int | None], str, str, str]] = {
    "V1": ({}, "", "a17af4f155ce59047d1466a7eacd665b9082a1d23eefc181dac30267d87ff456", ""),
    "V2": (
        {"orderId": "475533479170587712"}, "orderId=475533479170587712",
        "20c728dd38b50aba47ae7d1fae37d962155e562bd2fe4ea00718742efad55e3e", "orderId=475533479170587712",
    ),
    "V3": ({"coin": "USDT"}, "coin=USDT", "d299a417a4e0b51702f23a2214d838aec75f8a7b04b78bddf3e7e501acfebacc", "coin=USDT"),
    "V4": (
        {"symbol": "BTC_USDT", "direction": "BUY", "tradeType": "LIMIT", "totalAmount": "0.001", "price": "60000"},
        "direction=BUY&price=60000&symbol=BTC_USDT&totalAmount=0.001&tradeType=LIMIT",
        "e3f9411d88cfe8b39bea08dc62ba3f5027f76d5e3984014ccec1441dfdbb04d3",
        "direction=BUY&price=60000&symbol=BTC_USDT&totalAmount=0.001&tradeType=LIMIT",
    ),
    "V5": (
        {
            "symbol": "BTC_USDT", "balanceType": 1, "clientOrderId": "vnpy_000001", "direction": "SELL",
            "price": "95000.5", "timeInForce": "GTX", "totalAmount": "0.001", "tradeType": "LIMIT",
        },
        "balanceType=1&clientOrderId=vnpy_000001&direction=SELL&price=95000.5&symbol=BTC_USDT&timeInForce=GTX"
        "&totalAmount=0.001&tradeType=LIMIT",
        "d0f38577c88d6b13d030d6cef311b0f708a0d089d5c0a677b80848880e144142", "",
    ),
    "V6": (
        {"symbol": "BTC_USDT", "state": 9, "page": 1, "size": 100, "startTime": None},
        "page=1&size=100&state=9&symbol=BTC_USDT",
        "ba5040c5c57ff9289f92f0968fa5cba0ca46231d6a77ca0ba8c21316bda53dac", "page=1&size=100&state=9&symbol=BTC_USDT",
    ),
    "V7": (
        {"orderIdsJson": '["475534805480815680","475534266177207360"]'},
        'orderIdsJson=["475534805480815680","475534266177207360"]',
        "594640a6635e30e8f7119f8e3a0532139ee002cc561e83c8197b1b966f0d6e70",
        "orderIdsJson=%5B%22475534805480815680%22%2C%22475534266177207360%22%5D",
    ),
    "V8": (
        {"ordersJsonStr": BATCH}, f"ordersJsonStr={BATCH}",
        "fda28143cb52fbb6bc606dcfd913397a103ec1a5d215ac840b4e5dbbcb809213", "",
    ),
    "V9": (
        {"clientOrderId": "网格-1", "symbol": "BTC_USDT"}, "clientOrderId=网格-1&symbol=BTC_USDT",
        "4642d111fa601770932e7605d9dd683e1b00cfe2eb5f1047b15cc60cac330c68",
        "clientOrderId=%E7%BD%91%E6%A0%BC-1&symbol=BTC_USDT",
    ),
    "V10": (
        {"a": '["x"]', "z": "a b&c=d+e%20/f"}, 'a=["x"]&z=a b&c=d+e%20/f',
        "ab8766300300cc78eff11f09a1b6f748478fbc00d444fdad68cf3fb8ff3cacd1",
        "a=%5B%22x%22%5D&z=a%20b%26c%3Dd%2Be%2520%2Ff",
    ),
    "V11": (
        {"a": 2, "B": 3, "page": 1, "Size": 10}, "B=3&Size=10&a=2&page=1",
        "7b14ccd416996b6716a6d30cbe827ccb6413e295c2a2d161765531db1ccecb34", "B=3&Size=10&a=2&page=1",
    ),
    "V13": (
        {
            "direction": "NEXT", "endTime": 1745392581693, "id": "475533479170587712", "limit": 50,
            "startTime": 1745300000000, "symbol": "BTC_USDT",
        },
        "direction=NEXT&endTime=1745392581693&id=475533479170587712&limit=50&startTime=1745300000000&symbol=BTC_USDT",
        "d46d920f320921f42fcaaae17a4a07876a1b3b3abc2de642ac6b305a9e15082e", "",
    ),
}
# what mistakes would give (2.8, "Negative vectors")
MISTAKES = {
    "761710e85553f044b8e9c0bd50dcdf6425c6207ee9e9c4d5bc91bcf39391f1c5",
    "f6179f40ea0edc760a53f3f81b5fa1104e06791ef36cd7265ec6742924b70c3c",
    "894e75b963f62c62f750ed61bc2968755828902b6f2d7d640143c9aa9c071027",
    "0998be5bb8300578ff3ca17894ab73d9047c691d1d824d54eac44c2202c8d860",
    "6d846cfceece2390eae95c9b24a0222b4db07d7a74ea4d6dcb0e359fc6e7690f",
}


@pytest.mark.parametrize("name", VECTORS)
def test_worked_vector(name: str) -> None:
    params, text, digest, query = VECTORS[name]
    wire = wire_params(params)
    assert canonical(wire, TIMESTAMP) == text + TAIL
    assert sign(SECRET, canonical(wire, TIMESTAMP)) == digest
    assert digest not in MISTAKES
    if query:
        assert query_string(wire) == query


def test_empty_value_signs_as_the_document_says_but_is_never_sent() -> None:
    """V12"""
    digest = "8a63f3810c2bfe81e27d7074ec052d8989b48c3c130f2dc8008c66f3d093ef05"
    assert sign(SECRET, canonical({"symbol": "", "page": "1"}, TIMESTAMP)) == digest
    assert wire_params({"symbol": "", "page": 1}) == {"page": "1"}


def test_headers() -> None:
    headers = signed_headers("the-key", SECRET, {"coin": "USDT"}, int(TIMESTAMP), "0af1")
    assert headers == {
        "X-Request-Nonce": "0af1",
        "X-Access-Key": "the-key",
        "X-Signature": "d299a417a4e0b51702f23a2214d838aec75f8a7b04b78bddf3e7e501acfebacc",
        "X-Request-Timestamp": TIMESTAMP,
    }
    assert re.fullmatch("[0-9a-f]{32}", new_nonce(SystemRandom()))


def test_no_nonce_comes_twice_from_many_threads() -> None:
    """FAULTS F34"""
    def take(_: int) -> list[str]:
        return [new_nonce(random) for _ in range(500)]

    random = SystemRandom()
    with ThreadPoolExecutor(8) as pool:
        nonces = [nonce for batch in pool.map(take, range(8)) for nonce in batch]
    assert len(set(nonces)) == len(nonces) == 4_000
