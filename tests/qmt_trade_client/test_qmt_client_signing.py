"""Signatures against the vectors of the protocol digest (specs/qmt.md, 1.5)."""

import json
from typing import Any

import pytest

from qmt_trade_client.signing import body_field, canonical_json, canonical_string, signature, signed_headers

CLIENT_ID = "demo"
SECRET = "qmt-secret"
TIMESTAMP = 1700000000
API = "/qmt/trade/api"
TICK = "/qmt/data/api/get_full_tick"

# method, path, query, body (None for a GET), BODY field, signature
VECTORS: dict[int, tuple[str, str, str, Any, str, str]] = {
    1: ("GET", f"{API}/accounts", "", None, "", "0ee0ff54fc420a0b26f4723e6dc5b96de0f6ad3333a2949824a2c69b41a3d491"),
    2: ("GET", f"{API}/portfolio/0", "", None, "", "e16ee77475b691f3234ffd85472a8846b1991dba6a402fc7e358527ad9d67c0c"),
    3: ("GET", f"{API}/positions/0", "", None, "", "605fda6d62f05100a5a145544404fe6cb00d96b434213371c09e52d4cc702c7a"),
    4: (
        "POST", f"{API}/outer/trade/buy", "",
        {"symbol": "000001", "trade_price": 10.50, "price_type": 0, "strategy_name": "客户端交易", "order_num": 500, "trader_index": 0},
        r'{"order_num":500,"price_type":0,"strategy_name":"\u5ba2\u6237\u7aef\u4ea4\u6613","symbol":"000001","trade_price":10.5,"trader_index":0}',
        "e4594c35c004c762a668e2c669c668e3e979ecb601905970d3c1f482c0b1aa61",
    ),
    5: (
        "POST", f"{API}/outer/trade/sell", "",
        {"symbol": "000001.SZ", "trade_price": 10.60, "price_type": 0, "strategy_name": "vnpy", "order_num": 500, "trader_index": 0},
        '{"order_num":500,"price_type":0,"strategy_name":"vnpy","symbol":"000001.SZ","trade_price":10.6,"trader_index":0}',
        "05d301a300479210a5b4e8b1791470189ddc50e84680529e74a258da68152bfd",
    ),
    6: (
        "POST", f"{API}/outer/trade/sell", "",
        {"symbol": "000001", "trade_price": 10.6, "price_type": 0, "strategy_name": "清仓卖出", "position_pct": 1.0},
        r'{"position_pct":1.0,"price_type":0,"strategy_name":"\u6e05\u4ed3\u5356\u51fa","symbol":"000001","trade_price":10.6}',
        "aefcaf07fb195eef0b124572478a3ad3744c5e6c1a1f4c2016b2b3b8c18b38dc",
    ),
    7: (
        "POST", f"{API}/orders", "", {"trader_index": 0, "cancelable_only": False},
        '{"cancelable_only":false,"trader_index":0}', "3da63456cd59f2584c31c5bc27ad640f0e67c3760f980cdf3b9fe893477f44be",
    ),
    8: (
        "POST", f"{API}/orders", "", {"trader_index": 0, "cancelable_only": True},
        '{"cancelable_only":true,"trader_index":0}', "702333aef4c60a1c93244414c3eae352fa9a38772f61ff0a97f054c674e5c464",
    ),
    9: (
        "POST", f"{API}/order", "", {"order_id": 12345, "trader_index": 0},
        '{"order_id":12345,"trader_index":0}', "3de59bec46d9438556d6ccaf3aab6841100836fd30afcb2a8a63bd52852b080d",
    ),
    10: (
        "POST", f"{API}/cancel_order", "", {"order_id": 12345, "trader_index": 0},
        '{"order_id":12345,"trader_index":0}', "e270c3319eeb0a3fa1703db2ee894aedfc4ecaed1f19ebaf2b3d6fd506900682",
    ),
    11: (
        "POST", f"{API}/cancel_orders/buy", "", {"trader_index": 0}, '{"trader_index":0}',
        "6a1fcf378a39c02e8eb07ee8913f523c5c54e8d6032dd9cffadac8cc97688b94",
    ),
    12: (
        "POST", f"{API}/cancel_orders/sale", "", {"trader_index": 0}, '{"trader_index":0}',
        "f6f95f41502fdd768e69b3d2e308694a9ead2b0df5019b4fb65d32d155686c77",
    ),
    13: (
        "POST", f"{API}/cancel_orders/buy", "", {}, "",
        "70d0ec8158e3ab8cee03f18b039d7e755af706c566271ad39e348074d183eed2",
    ),
    14: (
        "POST", f"{API}/trade/allin", "", {"symbol": "000001", "cur_price": 10.50, "trader_index": 0},
        '{"cur_price":10.5,"symbol":"000001","trader_index":0}', "70623f30d0c44554b0e924ea11bbc896a3f9582a09c336dddacba70624367408",
    ),
    15: (
        "POST", f"{API}/trade/nhg", "", {"reserve_amount": 1000, "trader_index": 0},
        '{"reserve_amount":1000,"trader_index":0}', "26bafe4154afdc20ab795bc2f87fed5cb4f2a46096935ced8c41b044c4a0e0cd",
    ),
    16: ("GET", TICK, "stock_list=000001,600000", None, "", "552f92c3e54cb871ec74176e3c8d7902214419ced2afa6c12dce358d26c74740"),
    17: ("GET", TICK, "stock_list=000001%2C600000", None, "", "6e2b599f351083fc3c086a9d452ec84a8d638e5f07824575b16f234079bdbcbf"),
}


@pytest.mark.parametrize("number", VECTORS)
def test_vector(number: int) -> None:
    method, path, query, body, expected, digest = VECTORS[number]
    text = body_field(body)
    assert text == expected
    assert signature(SECRET, canonical_string(method, path, TIMESTAMP, CLIENT_ID, text, query)) == digest


def test_there_are_seventeen() -> None:
    assert list(VECTORS) == list(range(1, 18))


def test_the_text_of_the_first_vector() -> None:
    assert canonical_string("GET", "/qmt/trade/api/accounts", 1700000000, "demo") == "GET\n/qmt/trade/api/accounts\n\n\n1700000000\ndemo"
    assert canonical_string("get", "/a", "1", "b") == "GET\n/a\n\n\n1\nb"


def test_chinese_that_is_not_escaped_gives_a_signature_the_server_refuses() -> None:
    method, path, _, body, _, digest = VECTORS[4]
    raw = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    wrong = signature(SECRET, canonical_string(method, path, TIMESTAMP, CLIENT_ID, raw))
    assert wrong == "a0ac7b35d91fad5c27c65be91b572de282420c0b4d49a420ff96f320477cc251"
    assert wrong != digest


@pytest.mark.parametrize(("value", "text"), [
    ({"b": {"d": 1, "c": 2}, "a": [1, 2]}, '{"a":[1,2],"b":{"c":2,"d":1}}'),
    ({"x": 10.50}, '{"x":10.5}'),
    ({"x": 1.0}, '{"x":1.0}'),
    ({"x": True, "y": None}, '{"x":true,"y":null}'),
    ({"x": "\U0001f600ÿ"}, r'{"x":"\ud83d\ude00\u00ff"}'),
])
def test_canonical_json(value: Any, text: str) -> None:
    assert canonical_json(value) == text
    assert canonical_json(json.loads(text)) == text, "what the server forms of it"


@pytest.mark.parametrize("value", [None, {}, []])
def test_an_empty_body_is_signed_as_nothing(value: Any) -> None:
    assert body_field(value) == ""


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_json_has_no_such_number(value: float) -> None:
    with pytest.raises(ValueError):
        canonical_json({"x": value})


def test_headers() -> None:
    assert signed_headers(CLIENT_ID, SECRET, "GET", "/qmt/trade/api/accounts", "", TIMESTAMP) == {
        "X-Client-ID": "demo", "X-Timestamp": "1700000000",
        "X-Signature": "0ee0ff54fc420a0b26f4723e6dc5b96de0f6ad3333a2949824a2c69b41a3d491",
    }
