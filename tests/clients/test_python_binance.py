"""python-binance, unmodified, against the mock exchange: only its API_URL is changed."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from mockexchange import MockExchange


class Lazy:
    """Imported when a test asks for it: it takes seconds, and every worker reads this file."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_", "pytest")):        # asked for by pytest of every object in a module
            raise AttributeError(name)
        return getattr(pytest.importorskip("binance"), name)


binance: Any = Lazy()


@pytest.fixture(scope="module")
def venue() -> Iterator[MockExchange]:
    with MockExchange("binance", seed=12) as running:
        yield running


@pytest.fixture
def make(venue: MockExchange, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``make(key, secret)``: the constructor pings, so the host is set on the class."""
    monkeypatch.setattr(binance.Client, "API_URL", f"{venue.rest}/api")

    def connect(key: str = venue.key, secret: str = venue.secret) -> Any:
        return binance.Client(key, secret)

    return connect


@pytest.fixture
def client(make: Any) -> Any:
    return make()


def refusal(call: Any, *args: Any, **params: Any) -> tuple[int, str]:
    with pytest.raises(binance.exceptions.BinanceAPIException) as caught:
        call(*args, **params)
    return caught.value.code, caught.value.message


def test_market_data(client: Any) -> None:
    assert client.ping() == {}
    assert client.get_server_time()["serverTime"] > 0
    info = client.get_symbol_info("BTCUSDT")
    assert info["status"] == "TRADING"
    assert [each["symbol"] for each in client.get_exchange_info()["symbols"]][0] == "BTCUSDT"
    book = client.get_order_book(symbol="BTCUSDT", limit=10)
    assert len(book["bids"]) == 10
    assert client.get_symbol_ticker(symbol="BTCUSDT")["symbol"] == "BTCUSDT"
    assert client.get_orderbook_ticker(symbol="BTCUSDT")["bidPrice"]
    assert client.get_ticker(symbol="BTCUSDT")["lastPrice"]
    assert client.get_avg_price(symbol="BTCUSDT")["mins"] == 5
    assert len(client.get_klines(symbol="BTCUSDT", interval="1m", limit=20)) == 20
    assert len(client.get_historical_klines("BTCUSDT", "1h", "1 day ago UTC")) in (24, 25)
    assert isinstance(client.get_recent_trades(symbol="BTCUSDT"), list)
    assert isinstance(client.get_aggregate_trades(symbol="BTCUSDT"), list)


def test_account(client: Any) -> None:
    assert client.get_account()["accountType"] == "SPOT"
    assert float(client.get_asset_balance("USDT")["free"]) > 0


def test_limit_order_query_cancel(client: Any) -> None:
    price = f"{float(client.get_symbol_ticker(symbol='BTCUSDT')['price']) * 0.9:.2f}"
    placed = client.order_limit_buy(symbol="BTCUSDT", quantity="0.01", price=price, newClientOrderId="pb-1")
    assert (placed["status"], placed["clientOrderId"]) == ("NEW", "pb-1")
    key = {"symbol": "BTCUSDT", "orderId": placed["orderId"]}
    assert client.get_order(**key)["status"] == "NEW"
    assert [order["orderId"] for order in client.get_open_orders(symbol="BTCUSDT")] == [placed["orderId"]]
    assert client.cancel_order(**key)["status"] == "CANCELED"
    assert client.get_all_orders(symbol="BTCUSDT")[-1]["status"] == "CANCELED"
    assert refusal(client.cancel_order, **key) == (-2011, "Unknown order sent.")
    assert refusal(client.get_order, symbol="BTCUSDT", orderId=1) == (-2013, "Order does not exist.")


def test_market_order_and_fills(client: Any) -> None:
    bought = client.order_market_buy(symbol="BTCUSDT", quantity="0.01")
    assert (bought["status"], bought["executedQty"]) == ("FILLED", "0.01000000")
    assert bought["fills"][0]["commissionAsset"] == "BTC"
    sold = client.order_market_sell(symbol="BTCUSDT", quantity="0.01")
    fills = client.get_my_trades(symbol="BTCUSDT")
    assert {fill["orderId"] for fill in fills} >= {bought["orderId"], sold["orderId"]}
    assert client.order_market_buy(symbol="BTCUSDT", quoteOrderQty="50")["status"] == "FILLED"


def test_times_in_force(client: Any) -> None:
    last = float(client.get_symbol_ticker(symbol="BTCUSDT")["price"])
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01"}
    for time_in_force in ("IOC", "FOK"):
        expired = client.create_order(**order, timeInForce=time_in_force, price=f"{last * 0.9:.2f}")
        assert (expired["status"], expired["executedQty"]) == ("EXPIRED", "0.00000000")
        filled = client.create_order(**order, timeInForce=time_in_force, price=f"{last * 1.02:.2f}")
        assert filled["status"] == "FILLED"


def test_refusals(client: Any) -> None:
    order = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}
    price = f"{float(client.get_symbol_ticker(symbol='BTCUSDT')['price']) * 0.9:.2f}"
    assert refusal(client.create_order, **order, quantity="100", price=price)[0] == -2010
    assert refusal(client.create_order, **order, quantity="0.01", price="1.001") == (
        -1013, "Filter failure: PRICE_FILTER",
    )
    assert refusal(client.get_symbol_ticker, symbol="NOPE") == (-1121, "Invalid symbol.")
    assert client.create_test_order(**order, quantity="0.01", price=price) == {}


def test_wrong_keys(make: Any, venue: MockExchange) -> None:
    assert refusal(make("nobody", "x").get_account)[0] == -2015
    assert refusal(make(venue.key, "wrong").get_account) == (-1022, "Signature for this request is not valid.")


def test_websocket_api(venue: MockExchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binance.AsyncClient, "API_URL", f"{venue.rest}/api")
    monkeypatch.setattr(binance.AsyncClient, "WS_API_URL", f"{venue.stream}/ws-api/v3")

    async def trade() -> None:
        client = await binance.AsyncClient.create(venue.key, venue.secret)
        try:
            last = float((await client.ws_get_symbol_ticker(symbol="BTCUSDT"))["price"])
            placed = await client.ws_create_order(
                symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC", quantity="0.01", price=f"{last * 0.9:.2f}"
            )
            assert placed["status"] == "NEW"
            gone = await client.ws_cancel_order(symbol="BTCUSDT", orderId=placed["orderId"])
            assert gone["status"] == "CANCELED"
        finally:
            await client.close_connection()

    asyncio.run(trade())


def test_order_lists(client: Any) -> None:
    last = float(client.get_symbol_ticker(symbol="BTCUSDT")["price"])
    low, high, least, most = (f"{last * part:.2f}" for part in (0.9, 1.1, 0.85, 1.15))
    pair = client.order_oco_sell(
        symbol="BTCUSDT", quantity="0.01", aboveType="LIMIT_MAKER", abovePrice=high, belowType="STOP_LOSS_LIMIT", belowStopPrice=low,
        belowPrice=least, belowTimeInForce="GTC",
    )
    assert [report["type"] for report in pair["orderReports"]] == ["STOP_LOSS_LIMIT", "LIMIT_MAKER"]
    number = pair["orderListId"]
    assert client.v3_get_order_list(orderListId=number)["listOrderStatus"] == "EXECUTING"
    assert [each["orderListId"] for each in client.get_open_oco_orders()] == [number]
    assert {order["orderListId"] for order in client.get_open_orders(symbol="BTCUSDT")} == {number}
    assert client.v3_delete_order_list(symbol="BTCUSDT", orderListId=number)["listStatusType"] == "ALL_DONE"
    bought = client.order_oco_buy(symbol="BTCUSDT", quantity="0.01", aboveType="STOP_LOSS", aboveStopPrice=most, belowType="LIMIT_MAKER", belowPrice=low)
    assert client.cancel_order(symbol="BTCUSDT", orderId=bought["orders"][0]["orderId"])["listOrderStatus"] == "ALL_DONE"
    working = {"symbol": "BTCUSDT", "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": high, "workingQuantity": "0.01", "workingTimeInForce": "GTC"}
    filled = client.v3_post_order_list_otoco(
        **working, pendingSide="SELL", pendingQuantity="0.01", pendingAboveType="LIMIT_MAKER", pendingAbovePrice=most, pendingBelowType="STOP_LOSS",
        pendingBelowStopPrice=low,
    )
    assert [report["status"] for report in filled["orderReports"]] == ["FILLED", "PENDING_NEW", "PENDING_NEW"]
    now = [client.get_order(symbol="BTCUSDT", orderId=order["orderId"])["status"] for order in filled["orders"]]
    assert now == ["FILLED", "NEW", "NEW"]
    assert client.v3_get_all_order_list(fromId=number)[-1]["orderListId"] == filled["orderListId"]
    assert refusal(client.v3_delete_order_list, symbol="BTCUSDT", orderListId=number) == (-2011, "Unknown order sent.")
    client.v3_delete_order_list(symbol="BTCUSDT", orderListId=filled["orderListId"])


def test_order_lists_over_the_websocket_api(venue: MockExchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binance.AsyncClient, "API_URL", f"{venue.rest}/api")
    monkeypatch.setattr(binance.AsyncClient, "WS_API_URL", f"{venue.stream}/ws-api/v3")

    async def trade() -> None:
        client = await binance.AsyncClient.create(venue.key, venue.secret)
        try:
            last = float((await client.ws_get_symbol_ticker(symbol="BTCUSDT"))["price"])
            placed = await client.ws_create_oco_order(
                symbol="BTCUSDT", side="SELL", quantity="0.01", aboveType="LIMIT_MAKER", abovePrice=f"{last * 1.1:.2f}", belowType="STOP_LOSS",
                belowStopPrice=f"{last * 0.9:.2f}",
            )
            assert placed["listOrderStatus"] == "EXECUTING"
            assert (await client.ws_get_oco_order(orderListId=placed["orderListId"]))["orderListId"] == placed["orderListId"]
            assert [each["orderListId"] for each in await client.ws_get_oco_open_orders()] == [placed["orderListId"]]
            gone = await client.ws_cancel_oco_order(symbol="BTCUSDT", orderListId=placed["orderListId"])
            assert gone["listOrderStatus"] == "ALL_DONE"
        finally:
            await client.close_connection()

    asyncio.run(trade())
