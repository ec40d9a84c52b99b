"""Signatures (specs/qmt.md, 1.4 and 1.5)."""

from typing import Any

import pytest

from vnpy_qmtrest.auth import body_of, signature, signed_headers

API = "/qmt/trade/api"
TICK = "/qmt/data/api/get_full_tick"

# 1.5: number -> method, path, query, what is sent (None: no body), BODY field, signature; client demo, secret qmt-secret, 1700000000
VECTORS: dict[int, tuple[str, str, str, dict[str, Any] | None, str, str]] = {
    1: ("GET", f"{API}/accounts", "", None, "", "0ee0ff54fc420a0b26f4723e6dc5b96de0f6ad3333a2949824a2c69b41a3d491"),
    2: ("GET", f"{API}/portfolio/0", "", None, "", "e16ee77475b691f3234ffd85472a8846b1991dba6a402fc7e358527ad9d67c0c"),
    3: ("GET", f"{API}/positions/0", "", None, "", "605fda6d62f05100a5a145544404fe6cb00d96b434213371c09e52d4cc702c7a"),
    4: (
        "POST", f"{API}/outer/trade/buy", "",
        {"symbol": "000001", "trade_price": 10.50, "price_type": 0, "order_num": 500, "trader_index": 0, "strategy_name": "客户端交易"},
        r'{"order_num":500,"price_type":0,"strategy_name":"\u5ba2\u6237\u7aef\u4ea4\u6613","symbol":"000001","trade_price":10.5,"trader_index":0}',
        "e4594c35c004c762a668e2c669c668e3e979ecb601905970d3c1f482c0b1aa61",
    ),
    5: (
        "POST", f"{API}/outer/trade/sell", "",
        {"symbol": "000001.SZ", "trade_price": 10.6, "price_type": 0, "order_num": 500, "trader_index": 0, "strategy_name": "vnpy"},
        '{"order_num":500,"price_type":0,"strategy_name":"vnpy","symbol":"000001.SZ","trade_price":10.6,"trader_index":0}',
        "05d301a300479210a5b4e8b1791470189ddc50e84680529e74a258da68152bfd",
    ),
    6: (
        "POST", f"{API}/outer/trade/sell", "",
        {"symbol": "000001", "trade_price": 10.6, "price_type": 0, "position_pct": 1.0, "strategy_name": "清仓卖出"},
        r'{"position_pct":1.0,"price_type":0,"strategy_name":"\u6e05\u4ed3\u5356\u51fa","symbol":"000001","trade_price":10.6}',
        "aefcaf07fb195eef0b124572478a3ad3744c5e6c1a1f4c2016b2b3b8c18b38dc",
    ),
    7: (
        "POST", f"{API}/orders", "", {"trader_index": 0, "cancelable_only": False}, '{"cancelable_only":false,"trader_index":0}',
        "3da63456cd59f2584c31c5bc27ad640f0e67c3760f980cdf3b9fe893477f44be",
    ),
    8: (
        "POST", f"{API}/orders", "", {"trader_index": 0, "cancelable_only": True}, '{"cancelable_only":true,"trader_index":0}',
        "702333aef4c60a1c93244414c3eae352fa9a38772f61ff0a97f054c674e5c464",
    ),
    9: (
        "POST", f"{API}/order", "", {"trader_index": 0, "order_id": 12345}, '{"order_id":12345,"trader_index":0}',
        "3de59bec46d9438556d6ccaf3aab6841100836fd30afcb2a8a63bd52852b080d",
    ),
    10: (
        "POST", f"{API}/cancel_order", "", {"order_id": 12345, "trader_index": 0}, '{"order_id":12345,"trader_index":0}',
        "e270c3319eeb0a3fa1703db2ee894aedfc4ecaed1f19ebaf2b3d6fd506900682",
    ),
    11: (
        "POST", f"{API}/cancel_orders/buy", "", {"trader_index": 0}, '{"trader_index":0}',
        "6a1fcf378a39c02e8eb07ee8913f523c5c54e8d6032dd9cffadac8cc97688b94",
    ),
    12: (
        "POST", f"{API}/cancel_orders/sale", "", {"trader_index": 0}, '{"trader_index":0}',
        "f6f95f41502fdd768e69b3d2e308694a9ead2b0df5019b4fb65d32d155686c77",
    ),
    13: ("POST", f"{API}/cancel_orders/buy", "", None, "", "70d0ec8158e3ab8cee03f18b039d7e755af706c566271ad39e348074d183eed2"),
    14: (
        "POST", f"{API}/trade/allin", "", {"symbol": "000001", "cur_price": 10.5, "trader_index": 0},
        '{"cur_price":10.5,"symbol":"000001","trader_index":0}', "70623f30d0c44554b0e924ea11bbc896a3f9582a09c336dddacba70624367408",
    ),
    15: (
        "POST", f"{API}/trade/nhg", "", {"reserve_amount": 1000, "trader_index": 0}, '{"reserve_amount":1000,"trader_index":0}',
        "26bafe4154afdc20ab795bc2f87fed5cb4f2a46096935ced8c41b044c4a0e0cd",
    ),
    16: ("GET", TICK, "stock_list=000001,600000", None, "", "552f92c3e54cb871ec74176e3c8d7902214419ced2afa6c12dce358d26c74740"),
    17: ("GET", TICK, "stock_list=000001%2C600000", None, "", "6e2b599f351083fc3c086a9d452ec84a8d638e5f07824575b16f234079bdbcbf"),
}


@pytest.mark.parametrize("number", VECTORS)
def test_vectors(number: int) -> None:
    method, path, query, params, body, wanted = VECTORS[number]
    sent = body_of(params) if params is not None else ""
    assert sent == body
    assert signed_headers("demo", "qmt-secret", method, path, query, sent, 1700000000) == {
        "X-Client-ID": "demo", "X-Timestamp": "1700000000", "X-Signature": wanted, "Content-Type": "application/json",
    }


def test_raw_chinese_is_another_signature() -> None:
    """1.5, the negative vector: the server refuses it."""
    raw = '{"order_num":500,"price_type":0,"strategy_name":"客户端交易","symbol":"000001","trade_price":10.5,"trader_index":0}'
    wrong = "a0ac7b35d91fad5c27c65be91b572de282420c0b4d49a420ff96f320477cc251"
    assert signature("qmt-secret", "POST", f"{API}/outer/trade/buy", "", raw, "1700000000", "demo") == wrong
    assert body_of(VECTORS[4][3] or {}) != raw and wrong != VECTORS[4][5]


@pytest.mark.parametrize(("params", "body"), [
    ({"b": {"d": 1, "c": 2}, "a": [True, None]}, '{"a":[true,null],"b":{"c":2,"d":1}}'),
    ({"x": "\U0001f600"}, r'{"x":"\ud83d\ude00"}'), ({"x": 1.0, "y": 10.50}, '{"x":1.0,"y":10.5}'),
])
def test_canonical_json(params: dict[str, Any], body: str) -> None:
    """1.4: keys sorted at every level, lower-case hex and surrogate pairs, the shortest form of a float."""
    assert body_of(params) == body


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_json_number_is_not_sent(value: float) -> None:
    with pytest.raises(ValueError):
        body_of({"trade_price": value})
