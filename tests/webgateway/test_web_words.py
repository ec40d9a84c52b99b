"""Words of both languages, and names; what is checked before an order leaves. Spec 5.1, 3.4."""

from typing import Any

import msgspec
import pytest
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Product, Status
from vnpy.trader.object import OrderData

from vnpy_webgateway.calls import cancel_call, order_call, tick_call
from vnpy_webgateway.endpoints import stream_url
from vnpy_webgateway.enums import CHINESE, ENGLISH, NAMES, language_of, language_of_refusal, language_of_schema, read, write
from vnpy_webgateway.parse import parse_contract
from vnpy_webgateway.rules import RemoteRules

from .payloads import COIN, FUTURE, row


@pytest.mark.parametrize(("member", "chinese", "english"), [
    (Direction.LONG, "多", "Long"), (Direction.NET, "净", "Net"), (Offset.NONE, "", ""), (Offset.CLOSETODAY, "平今", "Close Today"),
    (Status.PARTTRADED, "部分成交", "Part Traded"), (Status.REJECTED, "拒单", "Rejected"), (OrderType.MARKET, "市价", "Market"),
    (OrderType.FAK, "FAK", "FAK"), (Product.EQUITY, "股票", "Stock"), (Product.ETF, "ETF", "ETF"), (Exchange.EUREX, "EUX", "EUX"),
])
def test_words_both_ways(member: object, chinese: str, english: str) -> None:
    for language, text in ((CHINESE, chinese), (ENGLISH, english), (NAMES, member.name)):     # type: ignore[attr-defined]
        assert write(member, language) == text         # type: ignore[arg-type]
        assert read(type(member), text) is member       # type: ignore[type-var]


@pytest.mark.parametrize("word", ["BRAND_NEW", "long", None, 1, ["多"], True])
def test_unknown_words_are_named(word: object) -> None:
    with pytest.raises(ValueError, match="unknown direction"):
        read(Direction, word)


def test_the_language_is_what_the_server_shows() -> None:
    def schema(words: object) -> dict[str, object]:
        return {"components": {"schemas": {"Direction": {"enum": words}}}}

    assert language_of_schema(schema(["多", "空", "净"])) == CHINESE
    assert language_of_schema(schema(["Long", "Short", "Net"])) == ENGLISH
    assert language_of_schema(schema(["LONG", "SHORT", "NET"])) == NAMES
    closed: Any
    for closed in (None, {}, schema(None), schema([1, None]), [], "text"):
        assert language_of_schema(closed) == ""
    assert language_of(["STOP", "FAK"]) == ""
    assert language_of_refusal("direction: Input should be '多', '空' or '净'") == CHINESE
    assert language_of_refusal("direction: Input should be 'Long', 'Short' or 'Net'") == ENGLISH
    assert language_of_refusal("volume: Field required") == ""


def order(**fields: object) -> OrderData:
    given = {"type": OrderType.LIMIT, "direction": Direction.LONG, "offset": Offset.OPEN, "price": 3500.0, "volume": 1.0, **fields}
    return OrderData("WEBTRADER", "rb2601", Exchange.SHFE, "vabcdefghij-1", **given)      # type: ignore[arg-type]


def test_an_order_as_the_document_has_it() -> None:
    call = order_call(order(), CHINESE)
    assert (call.method, call.path) == ("POST", "/order")
    assert msgspec.json.decode(msgspec.json.encode(call.params)) == {
        "symbol": "rb2601", "exchange": "SHFE", "direction": "多", "type": "限价", "volume": 1, "price": 3500, "offset": "开",
        "reference": "vabcdefghij-1",
    }
    assert order_call(order(offset=Offset.NONE, type=OrderType.FOK), ENGLISH).params["offset"] == ""


def test_numbers_go_out_without_exponent() -> None:
    sent = msgspec.json.encode(order_call(order(price=5e-05, volume=1e-05), ENGLISH).params)
    assert b'"volume":0.00001,"price":0.00005' in sent


def test_paths_are_percent_encoded() -> None:
    assert cancel_call("CTP.1_1").path == "/order/CTP.1_1"
    assert cancel_call("IB.a b/c?#").path == "/order/IB.a%20b%2Fc%3F%23"
    assert tick_call("BRK.B.NYSE").path == "/tick/BRK.B.NYSE"


def test_the_socket_follows_the_host() -> None:
    assert stream_url("http://127.0.0.1:8000", "a.b") == "ws://127.0.0.1:8000/ws/?token=a.b"
    assert stream_url("https://host/webtrader", "a+b") == "wss://host/webtrader/ws/?token=a%2Bb"


@pytest.mark.parametrize(("fields", "reason"), [
    ({"volume": 0.0}, "is below the minimum"), ({"volume": -1.0}, "is below the minimum"), ({"volume": float("nan")}, "is not a number"),
    ({"volume": 10_000.0}, "is above the maximum 9000.0"), ({"price": 0.0}, "is below the tick"), ({"price": float("inf")}, "is not a number"),
    ({"volume": 1e-06}, "is below the minimum"),
])
def test_what_never_leaves(fields: dict[str, object], reason: str) -> None:
    assert reason in RemoteRules(parse_contract(row(COIN), "WEBTRADER")).check(order(**fields))


def test_coins_are_rounded_and_shares_are_not() -> None:
    coin, future = RemoteRules(parse_contract(row(COIN), "WEBTRADER")), RemoteRules(parse_contract(row(FUTURE), "WEBTRADER"))
    given = order(price=0.1 + 0.2, volume=0.123456)
    assert coin.check(given) == "" and (given.price, given.volume) == (0.3, 0.12345)
    odd = order(price=3500.4, volume=1.5)
    assert future.check(odd) == "" and (odd.price, odd.volume) == (3500.0, 1.5)
    assert future.check(order(price=-12.0)) == ""           # oil has been there
