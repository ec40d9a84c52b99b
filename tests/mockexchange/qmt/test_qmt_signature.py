"""Signatures (1.4): the vectors of 1.5, sent to a venue whose clock stands at their time; the checks and their order."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from qmt_client import DATA, JSON, TRADE, Answer, Rest, digest

from mockexchange import MockExchange

STAMP: int = 1_700_000_000
BUY = '{"order_num":500,"price_type":0,"strategy_name":"\\u5ba2\\u6237\\u7aef\\u4ea4\\u6613","symbol":"000001","trade_price":10.5,"trader_index":0}'
SELL = '{"order_num":500,"price_type":0,"strategy_name":"vnpy","symbol":"000001.SZ","trade_price":10.6,"trader_index":0}'
CLEAR = '{"position_pct":1.0,"price_type":0,"strategy_name":"\\u6e05\\u4ed3\\u5356\\u51fa","symbol":"000001","trade_price":10.6}'
# number, method, path, query, BODY field, signature (1.5)
VECTORS: list[tuple[int, str, str, str, str, str]] = [
    (1, "GET", f"{TRADE}/accounts", "", "", "0ee0ff54fc420a0b26f4723e6dc5b96de0f6ad3333a2949824a2c69b41a3d491"),
    (2, "GET", f"{TRADE}/portfolio/0", "", "", "e16ee77475b691f3234ffd85472a8846b1991dba6a402fc7e358527ad9d67c0c"),
    (3, "GET", f"{TRADE}/positions/0", "", "", "605fda6d62f05100a5a145544404fe6cb00d96b434213371c09e52d4cc702c7a"),
    (4, "POST", f"{TRADE}/outer/trade/buy", "", BUY, "e4594c35c004c762a668e2c669c668e3e979ecb601905970d3c1f482c0b1aa61"),
    (5, "POST", f"{TRADE}/outer/trade/sell", "", SELL, "05d301a300479210a5b4e8b1791470189ddc50e84680529e74a258da68152bfd"),
    (6, "POST", f"{TRADE}/outer/trade/sell", "", CLEAR, "aefcaf07fb195eef0b124572478a3ad3744c5e6c1a1f4c2016b2b3b8c18b38dc"),
    (7, "POST", f"{TRADE}/orders", "", '{"cancelable_only":false,"trader_index":0}', "3da63456cd59f2584c31c5bc27ad640f0e67c3760f980cdf3b9fe893477f44be"),
    (8, "POST", f"{TRADE}/orders", "", '{"cancelable_only":true,"trader_index":0}', "702333aef4c60a1c93244414c3eae352fa9a38772f61ff0a97f054c674e5c464"),
    (9, "POST", f"{TRADE}/order", "", '{"order_id":12345,"trader_index":0}', "3de59bec46d9438556d6ccaf3aab6841100836fd30afcb2a8a63bd52852b080d"),
    (10, "POST", f"{TRADE}/cancel_order", "", '{"order_id":12345,"trader_index":0}', "e270c3319eeb0a3fa1703db2ee894aedfc4ecaed1f19ebaf2b3d6fd506900682"),
    (11, "POST", f"{TRADE}/cancel_orders/buy", "", '{"trader_index":0}', "6a1fcf378a39c02e8eb07ee8913f523c5c54e8d6032dd9cffadac8cc97688b94"),
    (12, "POST", f"{TRADE}/cancel_orders/sale", "", '{"trader_index":0}', "f6f95f41502fdd768e69b3d2e308694a9ead2b0df5019b4fb65d32d155686c77"),
    (13, "POST", f"{TRADE}/cancel_orders/buy", "", "", "70d0ec8158e3ab8cee03f18b039d7e755af706c566271ad39e348074d183eed2"),
    (14, "POST", f"{TRADE}/trade/allin", "", '{"cur_price":10.5,"symbol":"000001","trader_index":0}', "70623f30d0c44554b0e924ea11bbc896a3f9582a09c336dddacba70624367408"),
    (15, "POST", f"{TRADE}/trade/nhg", "", '{"reserve_amount":1000,"trader_index":0}', "26bafe4154afdc20ab795bc2f87fed5cb4f2a46096935ced8c41b044c4a0e0cd"),
    (16, "GET", f"{DATA}/get_full_tick", "stock_list=000001,600000", "", "552f92c3e54cb871ec74176e3c8d7902214419ced2afa6c12dce358d26c74740"),
    (17, "GET", f"{DATA}/get_full_tick", "stock_list=000001%2C600000", "", "6e2b599f351083fc3c086a9d452ec84a8d638e5f07824575b16f234079bdbcbf"),
]
# what the server answers where it is not 200
OTHERS: dict[int, tuple[int, str]] = {9: (500, "'NoneType' object has no attribute 'order_id'"), 13: (500, "Internal Server Error")}


def demo(build: str = "A", accounts: str = "demo:qmt-secret:CNY=1000000,000001.SZ=1000") -> MockExchange:
    return MockExchange("qmt", seed=7, accounts=[accounts], options={"build": build}, clock=f"manual={STAMP * 1000}")


@pytest.fixture
def venue() -> Iterator[MockExchange]:
    """In the place of the folder's: its clock stands at the vectors' time."""
    with demo() as running:
        yield running


@pytest.fixture
def rest(venue: MockExchange) -> Rest:
    return Rest(venue.rest, "demo", "qmt-secret", lambda: STAMP)


def sent(rest: Rest, vector: tuple[int, str, str, str, str, str], **changes: str) -> Answer:
    _, method, path, query, body, signature = vector
    headers = {**JSON, "X-Client-ID": "demo", "X-Timestamp": str(STAMP), "X-Signature": signature, **changes}
    return rest.call(method, path + (f"?{query}" if query else ""), headers, body or None)


@pytest.mark.parametrize("build", ["A", "B"])
def test_the_vectors_are_right(build: str) -> None:
    """B has no fixed quantity: vectors 4 and 5 pass the signature and lack the percentage; A has no market data."""
    with demo(build) as venue:
        rest = Rest(venue.rest, "demo", "qmt-secret")
        for vector in VECTORS:
            number, *_ = vector
            answer = sent(rest, vector)
            if number in OTHERS:
                status, words = OTHERS[number]
                assert (answer.status, words in answer.text) == (status, True), number
            elif number in (16, 17) and build == "A":
                assert (answer.status, answer.text) == (404, "Not Found")
            elif number in (4, 5) and build == "B":
                assert answer.error == (400, "缺少必要参数: symbol, trade_price, position_pct")
            else:
                assert answer.status == 200, (number, answer.text)


def test_a_signature_of_raw_chinese_is_none(rest: Rest) -> None:
    """The negative vector of 1.5."""
    wrong = "a0ac7b35d91fad5c27c65be91b572de282420c0b4d49a420ff96f320477cc251"
    assert sent(rest, VECTORS[3], **{"X-Signature": wrong}).error == (401, "签名验证失败")


def test_what_is_sent_is_parsed_and_signed_anew(venue: MockExchange, rest: Rest) -> None:
    """Order, spaces, raw Chinese and 10.50 in place of 10.5 make no difference: the signature is of the canonical form."""
    texts = [
        '{"trader_index": 0, "symbol": "000001", "trade_price": 10.50, "price_type": 0, "strategy_name": "客户端交易", "order_num": 500}',
        BUY,
    ]
    for text in texts:
        number, method, path, query, _, signature = VECTORS[3]
        assert sent(rest, (number, method, path, query, text, signature)).status == 200
    assert len(rest.orders()) == 2


def test_a_number_signed_as_it_was_written_is_refused(rest: Rest) -> None:
    body = '{"order_num":500,"symbol":"000001","trade_price":10.50,"trader_index":0}'
    path = f"{TRADE}/outer/trade/buy"
    headers = {**JSON, "X-Client-ID": "demo", "X-Timestamp": str(STAMP)}
    signature = digest("qmt-secret", "POST", path, "", body, str(STAMP), "demo")
    assert rest.call("POST", path, {**headers, "X-Signature": signature}, body).error == (401, "签名验证失败")


def test_the_checks_come_in_the_servers_order(rest: Rest) -> None:
    """Each request has what all later checks refuse, too."""
    vector = (0, "GET", f"{TRADE}/accounts", "", "", "wrong")
    assert sent(rest, vector, **{"X-Signature": "", "X-Timestamp": "1.5"}).error == (401, "未登录或缺少必要的签名验证参数")
    for timestamp in ("1700000000.0", "soon", "1.7e9", ""):
        expected = "无效的时间戳格式" if timestamp else "未登录或缺少必要的签名验证参数"
        assert sent(rest, vector, **{"X-Timestamp": timestamp, "X-Client-ID": "nobody"}).error == (401, expected)
    for stamp in (STAMP - 301, STAMP + 301, STAMP * 1000):
        assert sent(rest, vector, **{"X-Timestamp": str(stamp), "X-Client-ID": "nobody"}).error == (401, "请求时间戳过期")
    assert sent(rest, vector, **{"X-Client-ID": "nobody"}).error == (401, "无效的客户端ID")
    assert sent(rest, vector).error == (401, "签名验证失败")


def test_signed_endpoints_name_no_login(rest: Rest) -> None:
    answer = rest.call("POST", f"{TRADE}/orders", JSON, '{"trader_index":0}')
    assert answer.error == (401, "缺少必要的签名验证参数")
    assert answer.text == '{"error":"\\u7f3a\\u5c11\\u5fc5\\u8981\\u7684\\u7b7e\\u540d\\u9a8c\\u8bc1\\u53c2\\u6570"}\n'


def test_the_window(venue: MockExchange, rest: Rest) -> None:
    """300 s on both sides of the venue's own time, which an offset moves; an option makes it smaller."""
    for offset, status in ((300, 200), (-300, 200), (301, 401), (-301, 401)):
        venue.clock(offset * 1000)
        assert sent(rest, VECTORS[0]).status == status, offset
    venue.set_options(window_s=10)
    for offset, status in ((10, 200), (11, 401)):
        venue.clock(offset * 1000)
        assert sent(rest, VECTORS[0]).status == status, offset


def test_a_request_can_be_sent_again(rest: Rest) -> None:
    """There is no nonce: an order that is sent again is a second order."""
    first, second = sent(rest, VECTORS[3]).json, sent(rest, VECTORS[3]).json
    ids = [answer["results"][0]["result"]["order_id"] for answer in (first, second)]
    assert ids == [1000, 1001] and len(rest.orders()) == 2


def test_bodies_that_hold_nothing(rest: Rest) -> None:
    """No body: 500. ``{}`` signed as nothing: all accounts. ``{}`` signed as ``{}``: 401."""
    path = f"{TRADE}/cancel_orders/buy"

    def call(signed: str, body: str | None, **headers: str) -> Answer:
        return rest.call("POST", path, {**rest.headers("POST", path, signed), **headers}, body)

    assert (call("", None).status, call("", None).text) == (500, "Internal Server Error")
    assert call("", "{}").json == {"message": "取消所有买单完成", "results": [{"trader_index": 0, "status": "success"}]}
    assert call("{}", "{}").error == (401, "签名验证失败")
    for broken in ('{"trader_index":', "NaN,", ""):
        answer = call("", broken)
        assert (answer.status, answer.text) == (500, "Internal Server Error")
    other = call("", '{"trader_index":0}', **{"Content-Type": "text/plain"})
    assert other.status == 500 and other.json["error"] == "接口异常: cancel_all_orders_buy" and "415" in other.json["message"]
    assert call('{"trader_index":0}', '{"trader_index":0}', **{"Content-Type": "text/plain"}).error == (401, "签名验证失败")


def test_malformed_json_is_met_behind_the_other_checks(rest: Rest) -> None:
    path = f"{TRADE}/orders"
    headers = {**rest.headers("POST", path), "X-Client-ID": "nobody"}
    assert rest.call("POST", path, headers, "{").error == (401, "无效的客户端ID")


@pytest.mark.parametrize("value", [1e16, 0.1 + 0.2, -0.0, 1e-7, "\U0001f600", {"b": [1, {"z": None, "a": True}], "a": "é"}])
def test_canonical_json_is_pythons(rest: Rest, value: Any) -> None:
    data = {"trader_index": 0, "extra": value}
    path = f"{TRADE}/orders"
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"))
    assert rest.call("POST", path, rest.headers("POST", path, canonical), json.dumps(data, ensure_ascii=False)).status == 200


def test_the_query_is_signed_as_it_came() -> None:
    with demo("B") as venue:
        rest = Rest(venue.rest, "demo", "qmt-secret", lambda: STAMP)
        path = f"{DATA}/get_full_tick"
        headers = rest.headers("GET", path, "", "stock_list=000001,600000")
        assert rest.call("GET", f"{path}?stock_list=000001,600000", headers).status == 200
        assert rest.call("GET", f"{path}?stock_list=000001%2C600000", headers).error == (401, "签名验证失败")


def test_build_b_takes_the_signature_in_the_query() -> None:
    path = f"{TRADE}/accounts"
    signature = VECTORS[0][5]
    triple = f"{path}?client_id=demo&timestamp={STAMP}&signature={signature}"
    with demo("B") as venue:
        rest = Rest(venue.rest, "demo", "qmt-secret")
        assert rest.call("GET", triple).status == 200
        assert rest.call("GET", triple[:-1]).error == (401, "签名验证失败")
        assert rest.call("GET", f"{path}?client_id=demo&client_secret=qmt-secret").status == 200
        assert rest.call("GET", f"{path}?client_id=demo&client_secret=wrong").error == (401, "客户端密钥错误")
        assert rest.call("GET", f"{path}?client_id=nobody&client_secret=wrong").error == (401, "无效的客户端ID")
        body = '{"trader_index": 0}'
        assert rest.call("POST", f"{TRADE}/orders?client_id=demo&client_secret=qmt-secret", JSON, body).json == []
    with demo("A") as venue:
        rest = Rest(venue.rest, "demo", "qmt-secret")
        for url in (triple, f"{path}?client_id=demo&client_secret=qmt-secret"):
            assert rest.call("GET", url).error == (401, "未登录或缺少必要的签名验证参数")


def test_every_client_reaches_every_account() -> None:
    with MockExchange("qmt", clock=f"manual={STAMP * 1000}") as venue:
        for client, secret in (("mock-key", "mock-secret"), ("mock-key-1", "mock-secret-1")):
            rest = Rest(venue.rest, client, secret, lambda: STAMP)
            assert [rest.portfolio(index)["cash"] for index in (0, 1)] == [1_000_000.0, 1_000_000.0]
        venue.set_key("mock-key-1")
        assert rest.get(f"{TRADE}/accounts").error == (401, "无效的客户端ID")
        assert len(Rest(venue.rest, now=lambda: STAMP).get(f"{TRADE}/accounts").json["accounts"]) == 2
