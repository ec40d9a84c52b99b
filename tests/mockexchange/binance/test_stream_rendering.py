"""Market data payloads against the literal examples of web-socket-streams.md."""

import json
from decimal import Decimal
from typing import Any

import pytest

from mockexchange.core.bars import Bar
from mockexchange.core.events import PublicTrade
from mockexchange.core.numbers import parse_amount as amount
from mockexchange.core.tape import Aggregate, Window
from mockexchange.dialects.binance import stream_rendering as render

NOW: int = 1672515782136_000


def plain(value: Any) -> Any:
    """The same JSON with the decimal texts as numbers: the documents write "0.001", the venue "0.00100000"."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str) and value[:1].isdigit() and value.replace(".", "", 1).isdigit():
        return Decimal(value)
    return value


def same(payload: bytes, document: str) -> None:
    """Same fields in the same order, same types, same values."""
    ours, theirs = json.loads(payload), json.loads(document)
    assert plain(ours) == plain(theirs)
    assert shape(ours) == shape(theirs)


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return [(name, shape(item)) for name, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value)


def test_trade() -> None:
    event = PublicTrade("BNBBTC", 12345, amount("0.001"), amount("100"), amount("0.1"), NOW, True, 7)
    same(render.trade(event, NOW), """{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100",
        "T":1672515782136,"m":true,"M":true}""")


def test_amounts_have_eight_digits_and_microseconds_are_whole() -> None:
    event = PublicTrade("BNBBTC", 1, amount("0.001"), amount("100"), amount("0.1"), NOW + 7, False, 7)
    assert render.trade(event, NOW + 9, render.MICROSECOND) == (
        b'{"e":"trade","E":1672515782136009,"s":"BNBBTC","t":1,"p":"0.00100000","q":"100.00000000",'
        b'"T":1672515782136007,"m":false,"M":true}'
    )


def test_aggregate_trade() -> None:
    event = Aggregate(12345, amount("0.001"), amount("100"), 100, 105, NOW, True)
    same(render.aggregate_trade("BNBBTC", event, NOW), """{"e":"aggTrade","E":1672515782136,"s":"BNBBTC","a":12345,
        "p":"0.001","q":"100","f":100,"l":105,"T":1672515782136,"m":true,"M":true}""")


def test_kline() -> None:
    bar = Bar(
        1672515780000_000, 1672515839999_999, amount("0.0010"), amount("0.0025"), amount("0.0015"), amount("0.0020"),
        amount("1000"), amount("1.0000"), 100, amount("500"), amount("0.500"), 100, 200,
    )
    # "B" is "Ignore" in the document; the venue sends "0"
    same(render.kline("BNBBTC", "1m", bar, False, NOW), """{"e":"kline","E":1672515782136,"s":"BNBBTC","k":{
        "t":1672515780000,"T":1672515839999,"s":"BNBBTC","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020",
        "h":"0.0025","l":"0.0015","v":"1000","n":100,"x":false,"q":"1.0000","V":"500","Q":"0.500","B":"0"}}""")


WINDOW = Window(
    open=amount("0.0010"), high=amount("0.0025"), low=amount("0.0010"), last=amount("0.0025"),
    volume=amount("10000"), quote=amount("18"), count=18151, first_id=0, last_id=18150, prev_close=amount("0.0009"),
)


def test_mini_ticker() -> None:
    same(render.mini_ticker("BNBBTC", WINDOW, NOW), """{"e":"24hrMiniTicker","E":1672515782136,"s":"BNBBTC",
        "c":"0.0025","o":"0.0010","h":"0.0025","l":"0.0010","v":"10000","q":"18"}""")


def test_ticker() -> None:
    payload = render.ticker(
        "BNBBTC", WINDOW, amount("10"), (amount("0.0024"), amount("10")), (amount("0.0026"), amount("100")),
        0, 86400000_000, NOW,
    )
    # the document's "P" of 250.00 is no change from 0.0010 to 0.0025; that is 150 %
    same(payload, """{"e":"24hrTicker","E":1672515782136,"s":"BNBBTC","p":"0.0015","P":"150.00","w":"0.0018",
        "x":"0.0009","c":"0.0025","Q":"10","b":"0.0024","B":"10","a":"0.0026","A":"100","o":"0.0010","h":"0.0025",
        "l":"0.0010","v":"10000","q":"18","O":0,"C":86400000,"F":0,"L":18150,"n":18151}""")


def test_window_ticker() -> None:
    same(render.window_ticker("BNBBTC", "1h", WINDOW, 0, 1675216573749_000, NOW), """{"e":"1hTicker",
        "E":1672515782136,"s":"BNBBTC","p":"0.0015","P":"150.00","o":"0.0010","h":"0.0025","l":"0.0010","c":"0.0025",
        "w":"0.0018","v":"10000","q":"18","O":0,"C":1675216573749,"F":0,"L":18150,"n":18151}""")


def test_book_ticker() -> None:
    bid, ask = (amount("25.3519"), amount("31.21")), (amount("25.3652"), amount("40.66"))
    assert render.book_ticker("BNBUSDT", 400900217, bid, ask) == (
        b'{"u":400900217,"s":"BNBUSDT","b":"25.35190000","B":"31.21000000","a":"25.36520000","A":"40.66000000"}'
    )


def test_average_price() -> None:
    payload = render.average_price("BTCUSDT", 5, amount("25776.86"), 1693907032213_000, 1693907033000_000)
    assert payload == (
        b'{"e":"avgPrice","E":1693907033000,"s":"BTCUSDT","i":"5m","w":"25776.86000000","T":1693907032213}'
    )


def test_reference_price() -> None:
    same(render.reference_price("BAZUSD", amount("1.00"), 1770313263917_000),
         '{"e":"referencePrice","s":"BAZUSD","r":"1.00","t":1770313263917}')
    assert json.loads(render.reference_price("BAZUSD", None, 0))["r"] is None


def test_partial_depth() -> None:
    payload = render.partial_depth(160, [(amount("0.0024"), amount("10"))], [(amount("0.0026"), amount("100"))])
    same(payload, '{"lastUpdateId":160,"bids":[["0.0024","10"]],"asks":[["0.0026","100"]]}')
    two = render.partial_depth(160, [(amount("0.0024"), amount("10")), (amount("0.0023"), amount("5"))], [])
    same(two, '{"lastUpdateId":160,"bids":[["0.0024","10"],["0.0023","5"]],"asks":[]}')


def test_depth_update() -> None:
    payload = render.depth_update(
        "BNBBTC", 157, 160, [(amount("0.0024"), amount("10"))], [(amount("0.0026"), amount("100"))], NOW,
    )
    same(payload, """{"e":"depthUpdate","E":1672515782136,"s":"BNBBTC","U":157,"u":160,
        "b":[["0.0024","10"]],"a":[["0.0026","100"]]}""")


def test_empty_sides() -> None:
    assert render.partial_depth(1, [], []) == b'{"lastUpdateId":1,"bids":[],"asks":[]}'
    assert b'"b":"0.00000000","B":"0.00000000"' in render.book_ticker("A", 1, (0, 0), (1, 1))


def test_array_and_combined_form() -> None:
    assert render.array([b'{"a":1}', b'{"a":2}']) == b'[{"a":1},{"a":2}]'
    assert render.combine("btcusdt@trade", b'{"a":1}') == b'{"stream":"btcusdt@trade","data":{"a":1}}'


def test_server_shutdown() -> None:
    same(render.server_shutdown(1770123456789_000, False), '{"e":"serverShutdown","E":1770123456789}')
    same(render.server_shutdown(1770123456789_000, True),
         '{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}')


@pytest.mark.parametrize(("start", "end", "text"), [
    ("100", "100", "0.000"), ("100", "101", "1.000"), ("100", "99", "-1.000"), ("0", "5", "0.000"),
    ("300", "301", "0.333"), ("300", "302", "0.667"), ("300", "298", "-0.667"), ("1000000", "999999", "0.000"),
    ("200000", "199999", "-0.001"),
])
def test_percent(start: str, end: str, text: str) -> None:
    assert render.percent(amount(start), amount(end)) == text


def test_average_of_nothing() -> None:
    assert render.average(WINDOW._replace(volume=0, quote=0)) == 0
