"""ccxt, unmodified, against the mock exchange: only its hosts are changed."""

from collections.abc import Iterator
from typing import Any

import pytest

from mockexchange import MockExchange


class Lazy:
    """Imported when a test asks for it: it takes seconds, and every worker reads this file."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_", "pytest")):        # asked for by pytest of every object in a module
            raise AttributeError(name)
        return getattr(pytest.importorskip("ccxt"), name)


ccxt: Any = Lazy()

HOSTS: tuple[str, ...] = ("api.binance.com", "fapi.binance.com", "dapi.binance.com", "eapi.binance.com", "papi.binance.com")


@pytest.fixture(scope="module")
def venue() -> Iterator[MockExchange]:
    with MockExchange("binance", seed=11) as running:
        yield running


def connect(venue: MockExchange, key: str = "", secret: str = "") -> Any:
    client = ccxt.binance({"apiKey": key or venue.key, "secret": secret or venue.secret, "enableRateLimit": False})
    host = venue.rest.removeprefix("http://")
    for name, url in client.urls["api"].items():
        for known in HOSTS:
            if f"https://{known}/" in url:
                client.urls["api"][name] = url.replace(f"https://{known}/", f"http://{host}/")
    return client


@pytest.fixture
def client(venue: MockExchange) -> Iterator[Any]:
    found = connect(venue)
    yield found
    for order in found.fetch_open_orders("BTC/USDT"):
        found.cancel_order(order["id"], "BTC/USDT")


def test_instruments(client: Any) -> None:
    markets = client.load_markets()
    assert set(markets) == {"BTC/USDT", "ETH/USDT", "BNB/USDT", "ETH/BTC"}
    market = markets["BTC/USDT"]
    assert (market["precision"]["price"], market["precision"]["amount"]) == (0.01, 0.00001)
    assert market["limits"]["cost"]["min"] == 5
    assert market["spot"] and market["active"]


def test_market_data(client: Any) -> None:
    book = client.fetch_order_book("BTC/USDT", 10)
    assert len(book["bids"]) == len(book["asks"]) == 10
    assert book["bids"][0][0] < book["asks"][0][0]
    ticker = client.fetch_ticker("BTC/USDT")
    assert ticker["bid"] and ticker["ask"] and ticker["last"]
    assert set(client.fetch_tickers()) == {"BTC/USDT", "ETH/USDT", "BNB/USDT", "ETH/BTC"}
    bars = client.fetch_ohlcv("BTC/USDT", "1m", limit=50)
    assert len(bars) == 50
    assert all(after[0] - before[0] == 60_000 for before, after in zip(bars, bars[1:], strict=False))
    assert isinstance(client.fetch_trades("BTC/USDT", limit=5), list)
    assert isinstance(client.fetch_time(), int)


def test_balances(client: Any) -> None:
    balance = client.fetch_balance()
    assert balance["USDT"]["total"] > 0
    assert balance["BTC"]["total"] > 0
    assert client.fetch_trading_fee("BTC/USDT")["taker"] == 0.001


def test_limit_order_query_cancel(client: Any) -> None:
    last = client.fetch_ticker("BTC/USDT")["last"]
    placed = client.create_order("BTC/USDT", "limit", "buy", 0.01, round(last * 0.9, 2), {"clientOrderId": "ccxt-1"})
    assert (placed["status"], placed["clientOrderId"]) == ("open", "ccxt-1")
    assert client.fetch_order(placed["id"], "BTC/USDT")["status"] == "open"
    assert [order["id"] for order in client.fetch_open_orders("BTC/USDT")] == [placed["id"]]
    assert client.fetch_balance()["USDT"]["used"] > 0
    assert client.cancel_order(placed["id"], "BTC/USDT")["status"] == "canceled"
    assert client.fetch_order(placed["id"], "BTC/USDT")["status"] == "canceled"
    with pytest.raises(ccxt.OrderNotFound):
        client.cancel_order(placed["id"], "BTC/USDT")
    with pytest.raises(ccxt.OrderNotFound):
        client.fetch_order("1", "BTC/USDT")


def test_edit_order(client: Any) -> None:
    last = client.fetch_ticker("BTC/USDT")["last"]
    placed = client.create_order("BTC/USDT", "limit", "buy", 0.01, round(last * 0.9, 2))
    edited = client.edit_order(placed["id"], "BTC/USDT", "limit", "buy", 0.02, round(last * 0.89, 2))
    assert (edited["status"], edited["amount"]) == ("open", 0.02)
    assert client.fetch_order(placed["id"], "BTC/USDT")["status"] == "canceled"


def test_market_order_and_fills(client: Any) -> None:
    bought = client.create_order("BTC/USDT", "market", "buy", 0.01)
    assert (bought["status"], bought["filled"]) == ("closed", 0.01)
    assert bought["fee"]["currency"] == "BTC"
    sold = client.create_order("BTC/USDT", "market", "sell", 0.01)
    assert sold["status"] == "closed"
    fills = client.fetch_my_trades("BTC/USDT")
    assert {fill["order"] for fill in fills} >= {bought["id"], sold["id"]}
    spent = client.create_market_buy_order_with_cost("BTC/USDT", 100)
    assert spent["status"] == "closed" and 0 < spent["cost"] <= 100


def test_times_in_force(client: Any) -> None:
    last = client.fetch_ticker("BTC/USDT")["last"]
    low = round(last * 0.9, 2)
    for time_in_force in ("IOC", "FOK"):
        order = client.create_order("BTC/USDT", "limit", "buy", 0.01, low, {"timeInForce": time_in_force})
        assert (order["status"], order["filled"]) == ("expired", 0)
    high = round(last * 1.01, 2)
    assert client.create_order("BTC/USDT", "limit", "buy", 0.01, high, {"timeInForce": "IOC"})["status"] == "closed"
    with pytest.raises(ccxt.OrderImmediatelyFillable):
        client.create_order("BTC/USDT", "limit", "buy", 0.01, high, {"postOnly": True})


def test_refusals(client: Any) -> None:
    last = client.fetch_ticker("BTC/USDT")["last"]
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order("BTC/USDT", "limit", "buy", 100, round(last * 0.9, 2))
    with pytest.raises(ccxt.InvalidOrder, match="Filter failure: PERCENT_PRICE_BY_SIDE"):
        client.create_order("BTC/USDT", "limit", "buy", 0.01, round(last * 0.1, 2))


def test_wrong_keys(venue: MockExchange) -> None:
    with pytest.raises(ccxt.AuthenticationError):
        connect(venue, "nobody", "x").fetch_balance()
    with pytest.raises(ccxt.AuthenticationError):
        connect(venue, venue.key, "wrong").fetch_balance()


def test_order_lists(client: Any) -> None:
    """ccxt has no unified call for them: its implicit ones."""
    last = client.fetch_ticker("BTC/USDT")["last"]
    low, high = f"{last * 0.9:.2f}", f"{last * 1.1:.2f}"
    pair = client.private_post_orderlist_oco({
        "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "aboveType": "LIMIT_MAKER", "abovePrice": high, "belowType": "STOP_LOSS",
        "belowStopPrice": low,
    })
    number = pair["orderListId"]
    assert client.private_get_orderlist({"orderListId": number})["listOrderStatus"] == "EXECUTING"
    assert [each["orderListId"] for each in client.private_get_openorderlist()] == [number]
    assert {order["info"]["orderListId"] for order in client.fetch_open_orders("BTC/USDT")} == {number}
    old = client.private_post_order_oco({"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "price": high, "stopPrice": low})
    working = {"symbol": "BTCUSDT", "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": low, "workingQuantity": "0.01", "workingTimeInForce": "GTC"}
    paid = client.private_post_orderlist_opo({**working, "pendingType": "LIMIT", "pendingSide": "SELL", "pendingPrice": high, "pendingTimeInForce": "GTC"})
    assert client.fetch_order(paid["orders"][1]["orderId"], "BTC/USDT")["info"]["status"] == "PENDING_NEW"
    assert client.private_delete_orderlist({"symbol": "BTCUSDT", "orderListId": paid["orderListId"]})["listOrderStatus"] == "ALL_DONE"
    client.cancel_order(pair["orders"][0]["orderId"], "BTC/USDT")
    client.cancel_all_orders("BTC/USDT")
    assert client.private_get_openorderlist() == []
    assert {each["orderListId"] for each in client.private_get_allorderlist({"limit": 3})} == {number, old["orderListId"], paid["orderListId"]}
    with pytest.raises(ccxt.OrderNotFound):
        client.private_delete_orderlist({"symbol": "BTCUSDT", "orderListId": number})
