"""Account queries over REST (rest-api.md, "Account Endpoints")."""

from collections.abc import Callable

from binance_rest import Rest

Market = Callable[..., None]


def trade(rest: Rest, count: int) -> list[int]:
    ids = []
    for _ in range(count):
        answer = rest.order(type="MARKET", timeInForce=None, quantity="0.01")
        assert answer.status == 200, answer.text
        ids.append(answer.json["orderId"])
    return ids


def test_account(rest: Rest) -> None:
    body = rest.signed("GET", "account").json
    assert list(body) == [
        "makerCommission", "takerCommission", "buyerCommission", "sellerCommission", "commissionRates", "canTrade",
        "canWithdraw", "canDeposit", "brokered", "requireSelfTradePrevention", "preventSor", "updateTime",
        "accountType", "balances", "permissions", "uid",
    ]
    assert (body["makerCommission"], body["commissionRates"]["taker"]) == (10, "0.00100000")
    assert isinstance(body["uid"], int)
    balances = {row["asset"]: row["free"] for row in body["balances"]}
    assert balances == {
        "BTC": "1.00000000", "USDT": "100000.00000000", "ETH": "0.00000000", "BNB": "0.00000000",
    }
    short = rest.signed("GET", "account", omitZeroBalances="true").json["balances"]
    assert sorted(row["asset"] for row in short) == ["BTC", "USDT"]


def test_commission(rest: Rest) -> None:
    body = rest.signed("GET", "account/commission", symbol="BTCUSDT").json
    assert list(body) == ["symbol", "standardCommission", "specialCommission", "taxCommission", "discount"]
    assert body["standardCommission"] == {
        "maker": "0.00100000", "taker": "0.00100000", "buyer": "0.00000000", "seller": "0.00000000",
    }


def test_query_errors(rest: Rest) -> None:
    order_id = rest.order(price="39000", newClientOrderId="mine").json["orderId"]
    get = "GET"
    assert rest.signed(get, "order", symbol="BTCUSDT").error == (
        400, -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    )
    assert rest.signed(get, "order", symbol="BTCUSDT", orderId=1).error == (400, -2013, "Order does not exist.")
    assert rest.signed(get, "order", symbol="ETHUSDT", orderId=order_id).error[1] == -2013
    assert rest.signed(get, "order", symbol="BTCUSDT", origClientOrderId="mine").json["orderId"] == order_id
    assert rest.signed(get, "order", symbol="BTCUSDT", orderId=order_id, origClientOrderId="mine").status == 200
    assert rest.signed(get, "order", symbol="BTCUSDT", orderId=order_id, origClientOrderId="other").error == (
        400, -2039, "Client order ID is not correct for this order ID.",
    )


def test_accounts_do_not_see_each_other(rest: Rest, other: Rest) -> None:
    order_id = other.order(price="39000").json["orderId"]
    assert rest.signed("GET", "order", symbol="BTCUSDT", orderId=order_id).error[1] == -2013
    assert rest.signed("DELETE", "order", symbol="BTCUSDT", orderId=order_id).error[1] == -2011
    assert rest.signed("GET", "openOrders").json == []


def test_open_orders(rest: Rest) -> None:
    first = rest.order(price="39000").json["orderId"]
    second = rest.order(symbol="ETHUSDT", price="2400", quantity="0.1").json["orderId"]
    assert [row["orderId"] for row in rest.signed("GET", "openOrders").json] == [first, second]
    assert [row["orderId"] for row in rest.signed("GET", "openOrders", symbol="ETHUSDT").json] == [second]
    assert rest.signed("GET", "openOrders", symbol="NOPE").error[1:] == (-1121, "Invalid symbol.")


def test_all_orders(rest: Rest) -> None:
    orders = [rest.order(price=str(39000 + step)).json for step in range(4)]
    ids = [order["orderId"] for order in orders]

    def ask(**params: object) -> list[int]:
        answer = rest.signed("GET", "allOrders", symbol="BTCUSDT", **params)
        assert answer.status == 200, answer.text
        return [row["orderId"] for row in answer.json]

    assert ask() == ids
    assert ask(limit=2) == ids[-2:], "without a start: the most recent"
    assert ask(orderId=ids[1], limit=2) == ids[1:3]
    start, end = orders[0]["transactTime"], orders[-1]["transactTime"]
    assert ask(startTime=start, endTime=end) == ids
    assert ask(startTime=start, limit=1) == ids[:1], "with a start: the oldest"
    assert ask(endTime=end, limit=1) == ids[-1:]
    assert ask(startTime=end + 1000) == []
    day = 86_400_000
    assert rest.signed("GET", "allOrders", symbol="BTCUSDT", startTime=start, endTime=start + day + 1).error == (
        400, -1127, "More than 24 hours between startTime and endTime.",
    )


def test_my_trades(rest: Rest, market: Market) -> None:
    market(("SELL", "40000", "1"))
    orders = trade(rest, 3)

    def ask(**params: object) -> list[dict[str, object]]:
        answer = rest.signed("GET", "myTrades", symbol="BTCUSDT", **params)
        assert answer.status == 200, answer.text
        return list(answer.json)

    rows = ask()
    assert list(rows[0]) == [
        "symbol", "id", "orderId", "orderListId", "price", "qty", "quoteQty", "commission", "commissionAsset", "time",
        "isBuyer", "isMaker", "isBestMatch",
    ]
    assert [row["orderId"] for row in rows] == orders
    assert (rows[0]["quoteQty"], rows[0]["isBuyer"], rows[0]["isMaker"]) == ("400.00000000", True, False)
    ids = [row["id"] for row in rows]
    assert [row["id"] for row in ask(limit=2)] == ids[1:]
    assert [row["id"] for row in ask(fromId=ids[1])] == ids[1:]
    assert [row["id"] for row in ask(orderId=orders[1])] == [ids[1]]
    assert ask(orderId=orders[1], fromId=ids[2]) == []
    start = rows[0]["time"]
    assert [row["id"] for row in ask(startTime=start)] == ids
    assert [row["id"] for row in ask(endTime=rows[-1]["time"], limit=1)] == ids[-1:]
    for bad in ({"orderId": orders[0], "startTime": start}, {"fromId": 1, "endTime": start}):
        answer = rest.signed("GET", "myTrades", symbol="BTCUSDT", **bad)
        assert answer.error == (400, -1128, "Combination of optional parameters invalid.")


def test_unfilled_order_count_and_filters(rest: Rest) -> None:
    rest.order(price="39000")
    rows = rest.signed("GET", "rateLimit/order").json
    assert [(row["interval"], row["intervalNum"], row["count"]) for row in rows] == [("SECOND", 10, 1), ("DAY", 1, 1)]
    filters = rest.signed("GET", "myFilters", symbol="BTCUSDT").json
    assert list(filters) == ["exchangeFilters", "symbolFilters", "assetFilters"]
    assert filters["symbolFilters"][0]["filterType"] == "PRICE_FILTER"
