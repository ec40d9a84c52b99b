"""Literal payloads of Binance's documents as vn.py objects."""

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from payloads import GATEWAY, make_contract
from vnpy.trader.constant import (
    Direction,
    Exchange,
    Interval,
    OrderType,
    Product,
    Status,
)
from vnpy.trader.object import TradeData

from vnpy_mockbinance.parse import (
    parse_bar,
    parse_direction,
    parse_execution,
    parse_fill,
    parse_listing,
    parse_order,
    parse_order_fills,
    parse_time,
    precision,
    report_on,
)

# rest-api.md, "New order (TRADE)", Response - FULL
NEW_ORDER_FULL: dict[str, Any] = {
    "symbol": "BTCUSDT",
    "orderId": 28,
    "orderListId": -1,
    "clientOrderId": "6gCrw2kRUAF9CvJDGP16IP",
    "transactTime": 1507725176595,
    "price": "0.00000000",
    "origQty": "10.00000000",
    "executedQty": "10.00000000",
    "origQuoteOrderQty": "0.000000",
    "cummulativeQuoteQty": "10.00000000",
    "status": "FILLED",
    "timeInForce": "GTC",
    "type": "MARKET",
    "side": "SELL",
    "workingTime": 1507725176595,
    "selfTradePreventionMode": "NONE",
    "fills": [
        {"price": "4000.00000000", "qty": "1.00000000", "commission": "4.00000000", "commissionAsset": "USDT", "tradeId": 56},
        {"price": "3999.00000000", "qty": "5.00000000", "commission": "19.99500000", "commissionAsset": "USDT", "tradeId": 57},
        {"price": "3998.00000000", "qty": "2.00000000", "commission": "7.99600000", "commissionAsset": "USDT", "tradeId": 58},
        {"price": "3997.00000000", "qty": "1.00000000", "commission": "3.99700000", "commissionAsset": "USDT", "tradeId": 59},
        {"price": "3995.00000000", "qty": "1.00000000", "commission": "3.99500000", "commissionAsset": "USDT", "tradeId": 60},
    ],
}

# rest-api.md, "Cancel order (TRADE)"
CANCEL_ORDER: dict[str, Any] = {
    "symbol": "LTCBTC",
    "origClientOrderId": "myOrder1",
    "orderId": 4,
    "orderListId": -1,
    "clientOrderId": "cancelMyOrder1",
    "transactTime": 1684804350068,
    "price": "2.00000000",
    "origQty": "1.00000000",
    "executedQty": "0.00000000",
    "origQuoteOrderQty": "0.000000",
    "cummulativeQuoteQty": "0.00000000",
    "status": "CANCELED",
    "timeInForce": "GTC",
    "type": "LIMIT",
    "side": "BUY",
    "selfTradePreventionMode": "NONE",
}

# rest-api.md, "Query order (USER_DATA)"
QUERY_ORDER: dict[str, Any] = {
    "symbol": "LTCBTC",
    "orderId": 1,
    "orderListId": -1,
    "clientOrderId": "myOrder1",
    "price": "0.1",
    "origQty": "1.0",
    "executedQty": "0.0",
    "cummulativeQuoteQty": "0.0",
    "status": "NEW",
    "timeInForce": "GTC",
    "type": "LIMIT",
    "side": "BUY",
    "stopPrice": "0.0",
    "icebergQty": "0.0",
    "time": 1499827319559,
    "updateTime": 1499827319559,
    "isWorking": True,
    "workingTime": 1499827319559,
    "origQuoteOrderQty": "0.000000",
    "selfTradePreventionMode": "NONE",
}

# rest-api.md, "Account trade list (USER_DATA)"
MY_TRADE: dict[str, Any] = {
    "symbol": "BNBBTC",
    "id": 28457,
    "orderId": 100234,
    "orderListId": -1,
    "price": "4.00000100",
    "qty": "12.00000000",
    "quoteQty": "48.000012",
    "commission": "10.10000000",
    "commissionAsset": "BNB",
    "time": 1499865549590,
    "isBuyer": True,
    "isMaker": False,
    "isBestMatch": True,
}

# rest-api.md, "Kline/Candlestick data"
KLINE: list[Any] = [
    1499040000000, "0.01634790", "0.80000000", "0.01575800", "0.01577100", "148976.11427815",
    1499644799999, "2434.19055334", 308, "1756.87402397", "28.46694368", "0",
]

# rest-api.md, "Exchange information", with the filters of filters.md
EXCHANGE_SYMBOL: dict[str, Any] = {
    "symbol": "ETHBTC",
    "status": "TRADING",
    "baseAsset": "ETH",
    "baseAssetPrecision": 8,
    "quoteAsset": "BTC",
    "quotePrecision": 8,
    "quoteAssetPrecision": 8,
    "baseCommissionPrecision": 8,
    "quoteCommissionPrecision": 8,
    "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"],
    "icebergAllowed": True,
    "isSpotTradingAllowed": True,
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "0.00000100", "maxPrice": "100000.00000000", "tickSize": "0.00000100"},
        {"filterType": "LOT_SIZE", "minQty": "0.00100000", "maxQty": "100000.00000000", "stepSize": "0.00100000"},
        {"filterType": "NOTIONAL", "minNotional": "10.00000000", "applyMinToMarket": False,
         "maxNotional": "10000.00000000", "applyMaxToMarket": False, "avgPriceMins": 5},
    ],
    "permissions": [],
    "permissionSets": [["SPOT", "MARGIN"]],
    "defaultSelfTradePreventionMode": "NONE",
    "allowedSelfTradePreventionModes": ["NONE"],
}

# user-data-stream.md, "Order Update"
EXECUTION: dict[str, Any] = {
    "e": "executionReport", "E": 1499405658658, "s": "ETHBTC", "c": "mUvoqJxFIILMdfAW5iGSOW", "S": "BUY",
    "o": "LIMIT", "f": "GTC", "q": "1.00000000", "p": "0.10264410", "P": "0.00000000", "F": "0.00000000",
    "g": -1, "C": "", "x": "NEW", "X": "NEW", "r": "NONE", "i": 4293153, "l": "0.00000000", "z": "0.00000000",
    "L": "0.00000000", "n": "0", "N": None, "T": 1499405658657, "t": -1, "v": 3, "I": 8641984, "w": True,
    "m": False, "M": False, "O": 1499405658657, "Z": "0.00000000", "Y": "0.00000000", "Q": "0.00000000",
    "W": 1499405658657, "V": "NONE",
}


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)        # type: ignore[misc, arg-type]


# orders


def test_a_new_orders_full_answer() -> None:
    contract = make_contract("BTCUSDT")
    order, venue_id = parse_order(NEW_ORDER_FULL, contract, GATEWAY)
    assert (order.orderid, venue_id, order.vt_orderid) == ("6gCrw2kRUAF9CvJDGP16IP", "BTCUSDT-28", "MOCKBINANCE.6gCrw2kRUAF9CvJDGP16IP")
    assert (order.symbol, order.exchange) == ("BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL)
    assert (order.type, order.direction, order.status) == (OrderType.MARKET, Direction.SHORT, Status.ALLTRADED)
    assert (order.price, order.volume, order.traded) == (0.0, 10.0, 10.0)
    assert order.datetime == utc(2017, 10, 11, 12, 32, 56, 595_000)

    trades = parse_order_fills(NEW_ORDER_FULL, contract, GATEWAY)
    assert [(t.price, t.volume) for t in trades] == [(4000, 1), (3999, 5), (3998, 2), (3997, 1), (3995, 1)]
    assert sum(t.volume for t in trades) == order.traded
    assert {t.orderid for t in trades} == {order.orderid} and {t.direction for t in trades} == {Direction.SHORT}
    assert {t.datetime for t in trades} == {order.datetime}
    assert len({t.vt_tradeid for t in trades}) == 5
    assert {(t.symbol, t.gateway_name) for t in trades} == {("BTCUSDT_SPOT_BINANCE", GATEWAY)}


def test_result_and_ack_answers() -> None:
    contract = make_contract("BTCUSDT")
    result = {k: v for k, v in NEW_ORDER_FULL.items() if k != "fills"}
    assert parse_order_fills(result, contract, GATEWAY) == []
    ack = {k: NEW_ORDER_FULL[k] for k in ("symbol", "orderId", "orderListId", "clientOrderId", "transactTime")}
    with pytest.raises(KeyError):           # says nothing of the order: not to be taken for an answer
        parse_order(ack, contract, GATEWAY)


def test_a_cancels_answer_names_the_order_not_the_cancel() -> None:
    order, venue_id = parse_order(CANCEL_ORDER, make_contract("LTCBTC"), GATEWAY)
    assert (order.orderid, venue_id, order.status) == ("myOrder1", "LTCBTC-4", Status.CANCELLED)
    assert (order.price, order.volume, order.direction) == (2.0, 1.0, Direction.LONG)


# web-socket-api.md, "Cancel order": when an order list is canceled (shortened to what is read)
CANCEL_LIST: dict[str, Any] = {
    "orderListId": 19431, "contingencyType": "OCO", "listStatusType": "ALL_DONE", "listOrderStatus": "ALL_DONE",
    "listClientOrderId": "iuVNVJYYrByz6C4yGOPPK0", "transactionTime": 1660803702431, "symbol": "BTCUSDT",
    "orders": [
        {"symbol": "BTCUSDT", "orderId": 12569099453, "clientOrderId": "bX5wROblo6YeDwa9iTLeyY"},
        {"symbol": "BTCUSDT", "orderId": 12569099454, "clientOrderId": "Tnu2IP0J5Y4mxw3IATBfmW"},
    ],
    "orderReports": [
        {
            "symbol": "BTCUSDT", "origClientOrderId": "bX5wROblo6YeDwa9iTLeyY", "orderId": 12569099453, "orderListId": 19431,
            "clientOrderId": "OFFXQtxVFZ6Nbcg4PgE2DA", "transactTime": 1684804350068, "price": "23450.50000000", "origQty": "0.00850000",
            "executedQty": "0.00000000", "cummulativeQuoteQty": "0.00000000", "status": "CANCELED", "timeInForce": "GTC",
            "type": "STOP_LOSS_LIMIT", "side": "BUY", "stopPrice": "23430.00000000",
        },
        {
            "symbol": "BTCUSDT", "origClientOrderId": "Tnu2IP0J5Y4mxw3IATBfmW", "orderId": 12569099454, "orderListId": 19431,
            "clientOrderId": "OFFXQtxVFZ6Nbcg4PgE2DA", "transactTime": 1684804350068, "price": "23400.00000000", "origQty": "0.00850000",
            "executedQty": "0.00000000", "cummulativeQuoteQty": "0.00000000", "status": "CANCELED", "timeInForce": "GTC",
            "type": "LIMIT_MAKER", "side": "BUY",
        },
    ],
}


def test_an_order_that_takes_its_list_with_it() -> None:
    """The answer to its cancel is the list's: what it says of the one order is read."""
    order, venue_id = parse_order(report_on(CANCEL_LIST, "Tnu2IP0J5Y4mxw3IATBfmW"), make_contract("BTCUSDT"), GATEWAY)
    assert (order.orderid, order.price, order.status, order.type) == ("Tnu2IP0J5Y4mxw3IATBfmW", 23400.0, Status.CANCELLED, OrderType.LIMIT)
    assert venue_id.endswith("12569099454")
    assert report_on(CANCEL_LIST, "another") is CANCEL_LIST and report_on(CANCEL_ORDER, "x") is CANCEL_ORDER


def test_a_stop_that_waits_works_at_no_time() -> None:
    """``workingTime`` is -1 (rest-api.md, "New OCO", the stop); it is dated by its answer."""
    waiting = {**CANCEL_LIST["orderReports"][0], "workingTime": -1, "transactTime": 1563417480525, "status": "NEW"}
    order, _ = parse_order(waiting, make_contract("BTCUSDT"), GATEWAY)
    assert order.datetime is not None and order.datetime.timestamp() == 1563417480.525



def test_a_queried_order() -> None:
    order, venue_id = parse_order(QUERY_ORDER, make_contract("LTCBTC"), GATEWAY)
    assert (order.orderid, venue_id) == ("myOrder1", "LTCBTC-1")
    assert (order.type, order.status, order.traded) == (OrderType.LIMIT, Status.NOTTRADED, 0.0)
    assert order.datetime == utc(2017, 7, 12, 2, 41, 59, 559_000)


def test_an_orders_time_is_when_it_was_made() -> None:
    """Not when it last moved; a new order's answer has no ``time``, a cancel's neither ``time`` nor ``workingTime``."""
    contract = make_contract("LTCBTC")
    moved = {**QUERY_ORDER, "time": 1499827319559, "workingTime": 1499827320000, "updateTime": 1499827321000, "transactTime": 1499827322000}
    assert parse_order(moved, contract, GATEWAY).order.datetime == utc(2017, 7, 12, 2, 41, 59, 559_000)
    del moved["time"]
    assert parse_order(moved, contract, GATEWAY).order.datetime == utc(2017, 7, 12, 2, 42)
    moved["workingTime"] = -1           # a stop that waits
    assert parse_order(moved, contract, GATEWAY).order.datetime == utc(2017, 7, 12, 2, 42, 2)
    del moved["workingTime"]
    assert parse_order(moved, contract, GATEWAY).order.datetime == utc(2017, 7, 12, 2, 42, 2)


@pytest.mark.parametrize("type_, tif, price, stop, expected", [
    ("LIMIT", "GTC", "5", "0", (OrderType.LIMIT, 5.0)),
    ("LIMIT", "IOC", "5", "0", (OrderType.FAK, 5.0)),
    ("LIMIT", "FOK", "5", "0", (OrderType.FOK, 5.0)),
    ("LIMIT", "GTX", "5", "0", (OrderType.LIMIT, 5.0)),
    ("LIMIT_MAKER", "GTC", "5", "0", (OrderType.LIMIT, 5.0)),
    ("MARKET", "GTC", "0", "0", (OrderType.MARKET, 0.0)),
    ("STOP_LOSS_LIMIT", "GTC", "5", "6", (OrderType.STOP, 6.0)),
    ("STOP_LOSS", "GTC", "0", "6", (OrderType.STOP, 6.0)),
    ("TAKE_PROFIT_LIMIT", "GTC", "5", "6", (OrderType.STOP, 6.0)),
    ("TAKE_PROFIT", "GTC", "0", "6", (OrderType.STOP, 6.0)),
    ("TYPE_TO_COME", "GTC", "5", "0", (OrderType.LIMIT, 5.0)),
])
def test_types_and_prices(type_: str, tif: str, price: str, stop: str, expected: tuple[OrderType, float]) -> None:
    d = {**QUERY_ORDER, "type": type_, "timeInForce": tif, "price": price, "stopPrice": stop}
    order, _ = parse_order(d, make_contract(), GATEWAY)
    assert (order.type, order.price) == expected
    report = {**EXECUTION, "o": type_, "f": tif, "p": price, "P": stop}
    order = parse_execution(report, make_contract(), GATEWAY).record.order
    assert (order.type, order.price) == expected


def test_a_stop_without_its_trigger_shows_its_limit() -> None:
    order, _ = parse_order({**CANCEL_ORDER, "type": "STOP_LOSS_LIMIT"}, make_contract(), GATEWAY)
    assert order.price == 2.0


def test_words_we_do_not_know_lose_nothing() -> None:
    d = {**NEW_ORDER_FULL, "status": "STATUS_TO_COME", "type": "TYPE_TO_COME", "side": "SIDE_TO_COME", "new": {"field": 1}}
    order, _ = parse_order(d, make_contract(), GATEWAY)
    assert (order.status, order.type, order.direction, order.traded) == (Status.SUBMITTING, OrderType.LIMIT, None, 10.0)
    assert len(parse_order_fills(d, make_contract(), GATEWAY)) == 5
    report = {**EXECUTION, "X": "STATUS_TO_COME", "x": "TRADE", "o": "TYPE_TO_COME", "l": "1", "L": "2", "t": 9, "new": []}
    record, trade = parse_execution(report, make_contract(), GATEWAY)
    assert record.order.status is Status.SUBMITTING
    assert trade is not None and trade.volume == 1.0


def test_an_order_that_tells_no_price_has_none() -> None:
    told = {k: v for k, v in QUERY_ORDER.items() if k not in ("price", "stopPrice", "timeInForce")}
    order, _ = parse_order(told, make_contract("LTCBTC"), GATEWAY)
    assert (order.type, order.price) == (OrderType.LIMIT, 0.0)
    report = {k: v for k, v in EXECUTION.items() if k not in ("p", "P", "f", "l", "t")}
    for type_, expected in (("LIMIT", OrderType.LIMIT), ("STOP_LOSS", OrderType.STOP)):
        (order, _), trade = parse_execution({**report, "o": type_}, make_contract(), GATEWAY)
        assert (order.type, order.price, trade) == (expected, 0.0, None)


@pytest.mark.parametrize("missing", ["orderId", "clientOrderId", "origQty", "executedQty", "status", "type", "side"])
def test_an_order_without_what_it_needs_is_no_order(missing: str) -> None:
    with pytest.raises(KeyError):
        parse_order({k: v for k, v in QUERY_ORDER.items() if k != missing}, make_contract(), GATEWAY)


# fills


def test_a_trade_of_the_list() -> None:
    trade = parse_fill(MY_TRADE, make_contract("BNBBTC"), "ours", GATEWAY)
    assert (trade.orderid, trade.direction) == ("ours", Direction.LONG)
    assert (trade.price, trade.volume) == (4.000001, 12.0)
    assert (trade.symbol, trade.gateway_name) == ("BNBBTC_SPOT_BINANCE", GATEWAY)
    for is_maker in (True, False):
        assert parse_fill({**MY_TRADE, "isMaker": is_maker}, make_contract("BNBBTC"), "", GATEWAY).direction is Direction.LONG
    assert trade.datetime == utc(2017, 7, 12, 13, 19, 9, 590_000)
    assert parse_fill({**MY_TRADE, "isBuyer": False}, make_contract("BNBBTC"), "", GATEWAY).direction is Direction.SHORT


def test_one_fill_has_one_id_whichever_way_it_is_told() -> None:
    contract = make_contract("BTCUSDT")
    from_ack = parse_order_fills(NEW_ORDER_FULL, contract, GATEWAY)[0]
    from_list = parse_fill({**MY_TRADE, "id": 56, "orderId": 28}, contract, "", GATEWAY)
    report = {**EXECUTION, "i": 28, "t": 56, "l": "1.00000000", "L": "4000.00000000"}
    from_push = parse_execution(report, contract, GATEWAY).trade
    assert from_push is not None
    assert from_ack.tradeid == from_list.tradeid == from_push.tradeid


def test_trade_ids_differ_between_symbols_and_between_the_two_orders_of_a_self_trade() -> None:
    """FAULTS M14; and with STP mode NONE an account may trade with itself: one trade id, two orders."""
    one = parse_fill({**MY_TRADE, "id": 7, "orderId": 1}, make_contract("ETHBTC"), "", GATEWAY)
    other_symbol = parse_fill({**MY_TRADE, "id": 7, "orderId": 1}, make_contract("BNBBTC"), "", GATEWAY)
    other_side = parse_fill({**MY_TRADE, "id": 7, "orderId": 2, "isBuyer": False}, make_contract("ETHBTC"), "", GATEWAY)
    assert len({one.vt_tradeid, other_symbol.vt_tradeid, other_side.vt_tradeid}) == 3


def test_the_first_trade_of_a_symbol_has_the_id_0() -> None:
    contract = make_contract("BTCUSDT")
    fills = [{**NEW_ORDER_FULL["fills"][0], "tradeId": 0}]
    assert parse_order_fills({**NEW_ORDER_FULL, "fills": fills}, contract, GATEWAY)[0].tradeid == "BTCUSDT-0-28"
    assert parse_fill({**MY_TRADE, "id": 0, "orderId": 28}, contract, "", GATEWAY).tradeid == "BTCUSDT-0-28"
    trade = parse_execution({**EXECUTION, "i": 28, "t": 0, "l": "1.00000000", "L": "4000.00000000"}, contract, GATEWAY).trade
    assert trade is not None and trade.tradeid == "BTCUSDT-0-28"


# executionReport


def test_a_new_orders_report() -> None:
    (order, venue_id), trade = parse_execution(EXECUTION, make_contract(), GATEWAY)
    assert trade is None
    assert (order.orderid, venue_id) == ("mUvoqJxFIILMdfAW5iGSOW", "ETHBTC-4293153")
    assert (order.type, order.direction, order.status) == (OrderType.LIMIT, Direction.LONG, Status.NOTTRADED)
    assert (order.price, order.volume, order.traded) == (0.1026441, 1.0, 0.0)
    assert order.datetime == utc(2017, 7, 7, 5, 34, 18, 657_000)
    assert (order.symbol, order.gateway_name) == ("ETHBTC_SPOT_BINANCE", GATEWAY)


def test_a_trade_report() -> None:
    report = {
        **EXECUTION, "x": "TRADE", "X": "PARTIALLY_FILLED", "l": "0.40000000", "z": "0.60000000", "L": "0.10264400",
        "t": 77, "T": 1499405659000, "n": "0.1", "N": "BNB",
    }
    (order, _), trade = parse_execution(report, make_contract(), GATEWAY)
    assert (order.status, order.traded) == (Status.PARTTRADED, 0.6)
    assert trade is not None
    assert (trade.orderid, trade.price, trade.volume, trade.direction) == (order.orderid, 0.102644, 0.4, Direction.LONG)
    assert trade.datetime == utc(2017, 7, 7, 5, 34, 19)
    assert order.datetime == utc(2017, 7, 7, 5, 34, 18, 657_000), "when the order was made, not when it last moved"
    assert (trade.symbol, trade.gateway_name) == ("ETHBTC_SPOT_BINANCE", GATEWAY)


def test_a_report_without_times_of_its_own_has_that_of_the_event() -> None:
    report = {k: v for k, v in EXECUTION.items() if k not in ("O", "T")}
    (order, _), trade = parse_execution({**report, "x": "TRADE", "l": "1", "L": "2", "t": 9}, make_contract(), GATEWAY)
    assert trade is not None and trade.datetime == order.datetime == utc(2017, 7, 7, 5, 34, 18, 658_000)


def test_a_trade_has_both_a_volume_and_an_id() -> None:
    def trade(changes: dict[str, Any]) -> TradeData | None:
        return parse_execution({**EXECUTION, "L": "0.1", **changes}, make_contract(), GATEWAY).trade

    assert trade({"l": "0.00000000", "t": 9}) is None
    assert trade({"l": "0.40000000", "t": -1}) is None
    assert parse_execution({k: v for k, v in {**EXECUTION, "l": "0.4"}.items() if k != "t"}, make_contract(), GATEWAY).trade is None
    found = trade({"l": "0.40000000", "t": 1})
    assert found is not None and (found.tradeid, found.volume) == ("ETHBTC-1-4293153", 0.4)


def test_a_sell_that_is_filled_at_another_price() -> None:
    report = {
        **EXECUTION, "S": "SELL", "f": "IOC", "x": "TRADE", "X": "FILLED", "l": "0.30000000", "z": "1.00000000", "L": "0.20000000",
        "t": 78, "T": 1499405659000,
    }
    (order, _), trade = parse_execution(report, make_contract(), GATEWAY)
    assert (order.direction, order.type, order.status) == (Direction.SHORT, OrderType.FAK, Status.ALLTRADED)
    assert (order.price, order.volume, order.traded) == (0.1026441, 1.0, 1.0)
    assert trade is not None and (trade.direction, trade.price, trade.volume) == (Direction.SHORT, 0.2, 0.3)
    queried, _ = parse_order({**QUERY_ORDER, "side": "SELL"}, make_contract("LTCBTC"), GATEWAY)
    assert queried.direction is Direction.SHORT


def test_a_cancels_report_names_the_order_by_its_original_id() -> None:
    report = {**EXECUTION, "x": "CANCELED", "X": "CANCELED", "c": "cancelMyOrder1", "C": "mUvoqJxFIILMdfAW5iGSOW"}
    (order, _), trade = parse_execution(report, make_contract(), GATEWAY)
    assert (order.orderid, order.status, trade) == ("mUvoqJxFIILMdfAW5iGSOW", Status.CANCELLED, None)


def test_a_prevented_match_is_no_trade() -> None:
    """user-data-stream.md, "Conditional Fields": x TRADE_PREVENTION has no trade id."""
    report = {**EXECUTION, "x": "TRADE_PREVENTION", "X": "EXPIRED_IN_MATCH", "v": 3, "A": "3.000000", "B": "3.000000", "u": 1}
    (order, _), trade = parse_execution(report, make_contract(), GATEWAY)
    assert (order.status, trade) == (Status.CANCELLED, None)


# contracts, bars, times


def test_a_contract_with_its_filters() -> None:
    contract, tick, step, minimum, min_notional = parse_listing(EXCHANGE_SYMBOL, GATEWAY)
    assert (contract.symbol, contract.vt_symbol, contract.name) == ("ETHBTC_SPOT_BINANCE", "ETHBTC_SPOT_BINANCE.GLOBAL", "ETHBTC")
    assert (contract.product, contract.size) == (Product.SPOT, 1)
    assert (contract.pricetick, contract.min_volume, contract.max_volume) == (0.000001, 0.001, 100_000.0)
    assert contract.stop_supported and contract.net_position and contract.history_data
    assert contract.extra == {"base": "ETH", "quote": "BTC", "status": "TRADING"}
    assert (tick, step) == (Decimal("0.000001"), Decimal("0.001"))
    assert (minimum, min_notional) == (0.001, 10.0)
    assert contract.gateway_name == GATEWAY


def test_a_symbol_that_tells_its_name_only() -> None:
    contract, tick, step, minimum, min_notional = parse_listing({"symbol": "ETHBTC"}, GATEWAY)
    assert contract.extra == {"base": "", "quote": "", "status": ""}
    assert (tick, step, minimum, min_notional) == (Decimal("0.00000001"), Decimal("0.00000001"), 0.0, 0.0)
    assert contract.max_volume is None and not contract.stop_supported


def filters(*some: dict[str, Any]) -> dict[str, Any]:
    return {**EXCHANGE_SYMBOL, "filters": list(some)}


def test_min_notional_is_the_older_name() -> None:
    # filters.md, "MIN_NOTIONAL"
    d = {"filterType": "MIN_NOTIONAL", "minNotional": "0.00100000", "applyToMarket": True, "avgPriceMins": 5}
    assert parse_listing(filters(d), GATEWAY).min_notional == 0.001


def test_without_filters_the_precision_is_the_step() -> None:
    listing = parse_listing({**filters(), "quotePrecision": 2, "baseAssetPrecision": 5}, GATEWAY)
    assert (listing.tick, listing.step) == (Decimal("0.01"), Decimal("0.00001"))
    assert (listing.contract.pricetick, listing.contract.min_volume) == (0.01, 0.00001)
    assert listing.contract.max_volume is None and (listing.minimum, listing.min_notional) == (0.0, 0.0)


def test_a_tick_of_zero_means_no_such_rule() -> None:
    """filters.md: "The PRICE_FILTER can have a tickSize of 0"."""
    listing = parse_listing(filters(
        {"filterType": "PRICE_FILTER", "minPrice": "0", "maxPrice": "0", "tickSize": "0.00000000"},
        {"filterType": "LOT_SIZE", "minQty": "0", "maxQty": "0", "stepSize": "0.00000000"},
    ), GATEWAY)
    assert (listing.tick, listing.step) == (Decimal("1E-8"), Decimal("1E-8")) and listing.contract.max_volume is None


def test_a_whole_step_and_a_symbol_without_stops() -> None:
    d = filters({"filterType": "LOT_SIZE", "minQty": "20.00000000", "maxQty": "9000.00000000", "stepSize": "10.00000000"})
    listing = parse_listing({**d, "orderTypes": ["LIMIT", "MARKET"]}, GATEWAY)
    assert listing.minimum == 20.0 and listing.step == 10 and listing.contract.min_volume == 10.0 and not listing.contract.stop_supported


def test_a_kline() -> None:
    bar = parse_bar(KLINE, make_contract(), Interval.WEEKLY, GATEWAY)
    assert bar.datetime == utc(2017, 7, 3)
    assert (bar.symbol, bar.exchange, bar.gateway_name) == (make_contract().symbol, Exchange.GLOBAL, GATEWAY)
    assert (bar.open_price, bar.high_price, bar.low_price, bar.close_price) == (0.0163479, 0.8, 0.015758, 0.015771)
    assert (bar.volume, bar.turnover, bar.interval) == (148976.11427815, 2434.19055334, Interval.WEEKLY)


def test_times_in_milliseconds_and_microseconds() -> None:
    assert parse_time(1499405658657) == parse_time(1499405658657000) == utc(2017, 7, 7, 5, 34, 18, 657_000)
    assert parse_time(1499405658657).utcoffset() is not None
    assert parse_time(0) == utc(1970, 1, 1) and parse_time(10 ** 16) == utc(2286, 11, 20, 17, 46, 40)
    assert parse_time(100_000_000_000_000) == utc(5138, 11, 16, 9, 46, 40), "milliseconds yet"
    assert parse_time(100_000_000_000_001) == utc(1973, 3, 3, 9, 46, 40, 1), "microseconds"


@pytest.mark.parametrize("value", [-1, 10 ** 16 + 1, True])
def test_times_that_are_none(value: int) -> None:
    with pytest.raises(ValueError, match=f"^no plausible time: {value}$"):
        parse_time(value)


def test_precision_and_direction() -> None:
    assert precision(8) == Decimal("0.00000001") and precision(0) == 1
    assert parse_direction("BUY") is Direction.LONG and parse_direction("") is None
