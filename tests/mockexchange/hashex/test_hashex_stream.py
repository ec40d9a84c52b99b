"""The socket (spec, section 5): texts, one symbol per socket, user pushes, heartbeat; literals of section 5.6."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hashex_client import Rest, Wire
from websockets import ConnectionClosed

from mockexchange import MockExchange
from mockexchange.core.bars import Bar
from mockexchange.core.events import BalanceChange, Fill, OrderReport, PublicTrade
from mockexchange.core.exchange import Exchange
from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.numbers import parse_amount
from mockexchange.core.tape import Window
from mockexchange.dialects.hashex import stream_rendering as render
from mockexchange.dialects.hashex import user_data
from mockexchange.dialects.hashex.state import Listing

BTC: Listing = Listing("BTC_USDT", "BTCUSDT", 1, 2, 5)

Market = Callable[..., None]


def amounts(*texts: str) -> list[int]:
    return [parse_amount(text) for text in texts]


# literal payloads of the spec, 5.6

def test_depth_literals() -> None:
    price, total = amounts("93503.08", "2.05713")
    assert render.level_change(BTC, 485241469557277058, False, price, total, 1745392581693000) == (
        b'{"resType":"qDepth","data":{"id":"485241469557277058","s":"BTC_USDT","m":2,"p":"93503.08","q":"2.05713",'
        b'"t":1745392581693}}'
    )
    asks = [tuple(amounts("30100", "0.1")), tuple(amounts("30200", "0.5"))]
    bids = [tuple(amounts("29900", "0.3")), tuple(amounts("29800", "0.6"))]
    assert render.whole_depth(BTC, 12345678, bids, asks) == (          # type: ignore[arg-type]
        b'{"resType":"qAllDepth","data":{"s":"BTC_USDT","id":"12345678","a":[["30100.00","0.1"],["30200.00","0.5"]],'
        b'"b":[["29900.00","0.3"],["29800.00","0.6"]]}}'
    )


def test_deal_literal() -> None:
    price, quantity = amounts("30050", "0.25")
    trade = PublicTrade("BTCUSDT", 1, price, quantity, 0, 1687245871234000, False, 1)
    assert render.deal(BTC, trade) == (
        b'{"resType":"qDeal","data":{"s":"BTC_USDT","p":"30050.00","a":"0.25","m":1,"t":1687245871234}}'
    )


def test_kline_and_stats_literals() -> None:
    opened, close, high, low, volume, quote = amounts("30000", "30100", "30200", "29900", "10.5", "315000.5")
    bar = Bar(1687245871234000, 0, opened, high, low, close, volume, quote, 1, 0, 0, 1, 1)
    assert render.kline(BTC, "1m", bar) == (
        b'{"resType":"qKLine","data":{"s":"BTC_USDT","o":"30000.00","c":"30100.00","h":"30200.00","l":"29900.00",'
        b'"a":"10.5","v":"315000.50","i":"1m","t":1687245871234}}'
    )
    assert render.stats(BTC, Window(opened, high, low, close, volume, quote, 1, 1, 1, opened)) == (
        b'{"resType":"qStats","data":{"s":"BTC_USDT","o":"30000.00","c":"30100.00","h":"30200.00","l":"29900.00",'
        b'"a":"10.5","v":"315000.50","r":"0.0033"}}'
    )


def report(**changes: Any) -> OrderReport:
    price, quantity, executed, quote = amounts("30000", "0.1", "0.05", "1502.5")
    base: dict[str, Any] = {
        "execution_type": "TRADE", "execution_id": 1, "account": "me", "symbol": "BTCUSDT",
        "order_id": 475533479170587712, "client_order_id": "x", "side": "BUY", "type": "LIMIT", "time_in_force": "GTC",
        "price": price, "quantity": quantity, "quote_quantity": 0, "stop_price": 0, "iceberg_quantity": 0,
        "stp_mode": "NONE", "status": "PARTIALLY_FILLED", "executed": executed, "executed_quote": quote, "prevented": 0,
        "time": 1687245871234000, "update_time": 0, "working_time": 0, "expiry_reason": "", "reject_reason": "",
        "is_on_book": True, "strategy_id": None, "strategy_type": None,
    }
    return OrderReport(**{**base, **changes})


def test_order_literal() -> None:
    assert json.dumps(user_data.order_push(report(), BTC), separators=(",", ":")) == (
        '{"resType":"uOrder","data":{"orderId":"475533479170587712","balanceType":1,"orderType":1,"symbol":"BTC_USDT",'
        '"price":"30000.00","direction":1,"origQty":"0.1","avgPrice":"30050.00","dealQty":"0.05","state":2,'
        '"createTime":1687245871234}}'
    )


@pytest.mark.parametrize(("status", "executed", "state"), [
    ("NEW", "0", 1), ("PARTIALLY_FILLED", "0.05", 2), ("FILLED", "0.1", 3), ("CANCELED", "0", 4),
    ("CANCELED", "0.05", 4), ("REJECTED", "0", 5), ("EXPIRED", "0", 6), ("EXPIRED_IN_MATCH", "0.05", 4),
])
def test_states_as_numbers(status: str, executed: str, state: int) -> None:
    """Spec 4.2."""
    data = user_data.order_push(report(status=status, executed=parse_amount(executed), side="SELL", type="MARKET"), BTC)["data"]
    assert (data["state"], data["direction"], data["orderType"]) == (state, 2, 2)


def test_trade_and_balance_literals() -> None:
    price, quantity, quote = amounts("30050", "0.05", "1502.5")
    fill = Fill("me", "BTCUSDT", 1, 475533479170587712, "x", True, price, quantity, quote, 0, "BTC", False, 1687245871500000)
    assert user_data.trade_push(fill, BTC) == {
        "resType": "uTrade",
        "data": {
            "orderId": "475533479170587712", "price": "30050.00", "quantity": "0.05", "marginUnfrozen": "1502.5",
            "timestamp": 1687245871500,
        },
    }
    free, locked = amounts("76027890.2214756", "948.5")
    assert user_data.balance_push(Exchange(default_instruments()), "USDT", free, locked) == {
        "resType": "uBalance",
        "data": {
            "coin": "USDT", "balanceType": 1, "balance": "76027890.2214756", "freeze": "948.5",
            "availableBalance": "76027890.2214756", "estimatedTotalAmount": "76028838.7214756",
            "estimatedCynAmount": "547407638.79462432", "estimatedAvailableAmount": "76027890.2214756",
            "estimatedCoinType": "USDT",
        },
    }
    assert BalanceChange("me", 1, {}).assets == {}


# the socket

@pytest.fixture
def wire(venue: MockExchange) -> Any:
    with Wire(venue.stream) as opened:
        yield opened


@pytest.mark.parametrize("text", ["ping", '{"action":"ping"}', '{"ping":"ping"}'])
def test_heartbeat(wire: Wire, text: str) -> None:
    """Spec 5.2: the forms that clients send."""
    wire.send(text)
    assert wire.next() == "pong"


@pytest.mark.parametrize("options", [{"heartbeat_ms": 150}], indirect=True)
def test_a_silent_client_is_disconnected(venue: MockExchange, wire: Wire) -> None:
    wire.subscribe(sub="subStats")
    with pytest.raises(ConnectionClosed):
        while True:
            wire.next()


@pytest.mark.parametrize("options", [{"heartbeat_ms": 500}], indirect=True)
def test_pings_keep_a_connection(wire: Wire) -> None:
    """Answers to pings are all that passes the time here: the first deadline is long gone at the end."""
    import time

    end = time.monotonic() + 0.7
    while time.monotonic() < end:
        wire.send("ping")
        assert wire.next() == "pong"


@pytest.mark.parametrize(("request_text", "answer"), [
    ("hello", "invalid param"),
    ("5", "invalid param"),
    ("[" * 100_000, "invalid param"),
    ("{}", "invalid param"),
    ('{"sub":"subEverything"}', "invalid param"),
    ('{"sub":"subSymbol"}', "invalid param"),
    ('{"sub":"subSymbol","symbol":5}', "invalid param"),
    ('{"sub":"subKline","symbol":"BTC_USDT"}', "invalid param"),
    ('{"sub":"subKline","symbol":"BTC_USDT","type":"3m"}', "sub fail"),
    ('{"sub":"subUser"}', "auth fail"),
    ('{"sub":"subUser","token":""}', "auth fail"),
    ('{"sub":"subUser","token":"stale"}', "invalid_ws_token"),
    ('{"sub":"subSymbol","symbol":"DOGE_USDT"}', "succeed"),
    ('{"sub":"subKline","symbol":"DOGE_USDT","type":"1m"}', "succeed"),
])
def test_words(wire: Wire, request_text: str, answer: str) -> None:
    """Spec 5.4. An unknown symbol is accepted and stays silent: the next word is the pong."""
    wire.send(request_text)
    wire.send("pong")
    wire.send("ping")
    assert [wire.next(), wire.next()] == [answer, "pong"]


def test_symbol(wire: Wire, rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"), ("BUY", "39000", "0.5"))
    wire.send({"sub": "subSymbol", "symbol": "BTC_USDT"})
    assert wire.next() == "succeed"
    whole = wire.next()
    number = int(whole["data"].pop("id"))
    assert whole == {
        "resType": "qAllDepth", "data": {"s": "BTC_USDT", "a": [["40000.00", "1"]], "b": [["39000.00", "0.5"]]},
    }
    assert wire.next()["resType"] == "qStats"
    rest.placed(price="40000", totalAmount="0.25")
    deal = wire.push("qDeal")
    assert list(deal) == ["s", "p", "a", "m", "t"] and (deal["p"], deal["a"], deal["m"]) == ("40000.00", "0.25", 1)
    change = wire.push("qDepth")
    assert list(change) == ["id", "s", "m", "p", "q", "t"] and int(change["id"]) > number
    assert (change["m"], change["p"], change["q"]) == (2, "40000.00", "0.75")
    again = wire.push("qAllDepth", a=[["40000.00", "0.75"]])
    assert int(again["id"]) >= int(change["id"])
    assert wire.push("qStats", c="40000.00")["a"] == "0.25"
    rest.placed(price="40000", totalAmount="0.75")
    assert wire.push("qDepth", p="40000.00")["q"] == "0", "a level that is gone"


def test_changes_applied_to_a_whole_book_give_the_book(venue: MockExchange) -> None:
    """Spec 5.6: changes with an id not above the whole book's are in it already."""
    with MockExchange("hashex", seed=5) as busy, Wire(busy.stream) as wire:
        wire.send({"sub": "subSymbol", "symbol": "BTC_USDT"})
        sides: dict[int, dict[str, str]] = {1: {}, 2: {}}
        last, books, changes = -1, 0, 0
        while books < 4:
            message = wire.next()
            if not isinstance(message, dict) or message["resType"] not in ("qDepth", "qAllDepth"):
                continue
            data = message["data"]
            if message["resType"] == "qDepth":
                assert int(data["id"]) > last
                last = int(data["id"])
                sides[data["m"]][data["p"]] = data["q"]
                changes += 1
                continue
            books += 1
            whole = {1: dict(data["b"]), 2: dict(data["a"])}
            if books > 1:
                assert int(data["id"]) == last
                for side in (1, 2):
                    known = {price: total for price, total in sides[side].items() if total != "0"}
                    ahead = sorted(known, key=float, reverse=side == 1)[:20]
                    assert ahead == sorted(whole[side], key=float, reverse=side == 1)[:20]
                    assert all(known[price] == whole[side][price] for price in ahead)
            last, sides = int(data["id"]), whole
        assert changes


def test_a_newcomer_does_not_miss_or_repeat_a_change(venue: MockExchange, wire: Wire, market: Market) -> None:
    wire.subscribe(sub="subSymbol", symbol="BTC_USDT")
    market(("SELL", "40000", "1"))
    with Wire(venue.stream) as late:
        late.send({"sub": "subSymbol", "symbol": "BTC_USDT"})
        whole = late.push("qAllDepth")
        assert whole["a"] == [["40000.00", "1"]]
        market(("SELL", "40001", "1"))
        change = late.push("qDepth")
        assert (change["p"], int(change["id"]) > int(whole["id"])) == ("40001.00", True)
    assert [wire.push("qDepth")["p"] for _ in range(2)] == ["40000.00", "40001.00"]


def test_one_symbol_per_socket(venue: MockExchange, wire: Wire, rest: Rest, other: Rest, market: Market) -> None:
    """Spec 5.5: a second subscription replaces the first."""
    venue.deposit("other", "ETH", "10")
    market(("SELL", "40000", "1"))
    other.placed(symbol="ETH_USDT", direction="SELL", price="2500", totalAmount="1")
    wire.subscribe(sub="subSymbol", symbol="BTC_USDT")
    wire.subscribe(sub="subSymbol", symbol="ETH_USDT")
    assert wire.push("qAllDepth", s="ETH_USDT")
    rest.placed(price="40000")
    rest.placed(symbol="ETH_USDT", price="2500", totalAmount="0.5")
    assert wire.push("qDeal")["s"] == "ETH_USDT"
    wire.subscribe(sub="subSymbol", symbol="NONE_USDT")
    rest.placed(symbol="ETH_USDT", price="2500", totalAmount="0.5")
    wire.send("ping")
    assert wire.next() == "pong", "silence"


def test_kinds_share_a_socket(wire: Wire, rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"))
    wire.subscribe(sub="subKline", symbol="BTC_USDT", type="1M")
    wire.subscribe(sub="subStats")
    found = {wire.push("qStats")["s"] for _ in range(4)}
    assert found == {"BTC_USDT", "ETH_USDT", "BNB_USDT", "ETH_BTC"}
    wire.subscribe(sub="subUser", token=rest.token())
    wire.subscribe(sub="subSymbol", symbol="BTC_USDT")
    rest.placed(price="40000", totalAmount="0.5")
    kinds: set[str] = set()
    while not {"qDeal", "qDepth", "qKLine", "qStats", "uOrder", "uTrade", "uBalance"} <= kinds:
        kinds.add(wire.next()["resType"])


def test_kline(wire: Wire, rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"), ("SELL", "40010", "1"))
    rest.placed(price="40000", totalAmount="0.5")
    wire.subscribe(sub="subKline", symbol="BTC_USDT", type="1M")
    first = wire.push("qKLine")
    assert list(first) == ["s", "o", "c", "h", "l", "a", "v", "i", "t"]
    assert (first["i"], first["c"], first["a"]) == ("1M", "40000.00", "0.5")
    rest.placed(price="40010", totalAmount="0.75")
    later = wire.push("qKLine")
    assert (later["t"], later["o"], later["c"], later["a"]) == (first["t"], "40000.00", "40010.00", "1.25")
    wire.subscribe(sub="subKline", symbol="BTC_USDT", type="1w")
    assert wire.push("qKLine")["i"] == "1w"


def test_user_pushes(wire: Wire, rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "0.5"))
    wire.subscribe(sub="subUser", token=rest.token())
    order_id = rest.placed(price="40000", totalAmount="0.75", clientOrderId="mine")
    accepted = wire.next()
    assert accepted["resType"] == "uOrder" and "mine" not in json.dumps(accepted)
    assert (accepted["data"]["orderId"], accepted["data"]["state"]) == (order_id, 1)
    traded = wire.push("uTrade")
    assert list(traded) == ["orderId", "price", "quantity", "marginUnfrozen", "timestamp"]
    assert (traded["orderId"], traded["quantity"], traded["marginUnfrozen"]) == (order_id, "0.5", "20000")
    rest.cancel(order_id)
    canceled = wire.push("uOrder", state=4)
    assert (canceled["dealQty"], canceled["avgPrice"]) == ("0.5", "40000.00")
    balance = wire.push("uBalance", coin="USDT", freeze="0")
    assert balance["balance"] == balance["availableBalance"] == "80000"


def test_user_states_and_partial_fills(wire: Wire, rest: Rest, other: Rest) -> None:
    wire.subscribe(sub="subUser", token=rest.token())
    order_id = rest.placed(price="40000", totalAmount="0.5")
    other.placed(direction="SELL", price="40000", totalAmount="0.2")
    other.placed(direction="SELL", price="40000", totalAmount="0.3")
    states = [wire.push("uOrder", orderId=order_id)["state"] for _ in range(3)]
    assert states == [1, 2, 3]


def test_a_rejected_order_is_pushed(wire: Wire, rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"))
    wire.subscribe(sub="subUser", token=rest.token())
    order_id = rest.placed(price="40000", timeInForce="GTX")
    assert wire.push("uOrder")["orderId"] == order_id


def test_users_hear_of_themselves_only(venue: MockExchange, wire: Wire, rest: Rest, other: Rest) -> None:
    wire.subscribe(sub="subUser", token=rest.token())
    other.placed(price="39000")
    wire.send("ping")
    assert wire.next() == "pong"
    venue.deposit("mock-key", "BNB", "2")
    assert wire.push("uBalance", coin="BNB")["balance"] == "2"


def test_a_token_is_good_for_one_subscription(venue: MockExchange, wire: Wire, rest: Rest) -> None:
    token = rest.token()
    wire.subscribe(sub="subUser", token=token)
    wire.send({"sub": "subUser", "token": token})
    assert wire.next() == "invalid_ws_token"
    rest.placed(price="39000")
    assert wire.push("uOrder"), "the subscription before it is still there"
    late = rest.token()
    venue.clock(120_000)
    with Wire(venue.stream) as second:
        second.send({"sub": "subUser", "token": late})
        assert second.next() == "invalid_ws_token"


def test_a_closed_socket_leaves_nothing_behind(venue: MockExchange, rest: Rest, market: Market) -> None:
    for _ in range(3):
        with Wire(venue.stream) as wire:
            wire.subscribe(sub="subSymbol", symbol="BTC_USDT")
            wire.subscribe(sub="subKline", symbol="BTC_USDT", type="1m")
            wire.subscribe(sub="subStats")
            wire.subscribe(sub="subUser", token=rest.token())
            wire.send("ping")
            wire.until(lambda message: message == "pong")
    market(("SELL", "40000", "1"))
    rest.placed(price="40000")
    with Wire(venue.stream) as wire:
        wire.subscribe(sub="subSymbol", symbol="BTC_USDT")
        assert wire.push("qAllDepth")["a"] == [["40000.00", "0.99"]]


def test_stopping_closes_the_sockets(venue: MockExchange, wire: Wire) -> None:
    wire.subscribe(sub="subSymbol", symbol="BTC_USDT")
    venue.stop()
    with pytest.raises(ConnectionClosed):
        while True:
            wire.next()


def test_no_websocket_handshake(rest: Rest) -> None:
    rest.connection.request("GET", "/spot/v1/ws/socket")
    response = rest.connection.getresponse()
    response.read()
    assert response.status == 400
