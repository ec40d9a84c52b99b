"""
The fixture ``mock_exchange``: a venue of its own for every test, on a free port. It comes with the package.

    pip install ".[test]"
    pytest examples/pytest_fixture
"""

import hashlib
import hmac
import time
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from mockexchange import MockExchange


class MyClient:
    """The client under test: a market order, and what to do when its answer does not come."""

    def __init__(self, host: str, key: str, secret: str) -> None:
        self.host, self.key, self.secret = host, key, secret

    def call(self, method: str, path: str, **params: Any) -> Any:
        query: str = urlencode({**params, "timestamp": int(time.time() * 1000)})
        signature: str = hmac.new(self.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        url: str = f"{self.host}{path}?{query}&signature={signature}"
        answer = requests.request(method, url, headers={"X-MBX-APIKEY": self.key}, timeout=1)
        answer.raise_for_status()
        return answer.json()

    def buy(self, quantity: str, order_id: str) -> Any:
        order = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": quantity, "newClientOrderId": order_id}
        try:
            return self.call("POST", "/api/v3/order", **order)
        except (requests.ConnectionError, requests.Timeout):        # sent or not? Ask; never send again blindly
            return self.call("GET", "/api/v3/order", symbol="BTCUSDT", origClientOrderId=order_id)


@pytest.fixture
def client(mock_exchange: MockExchange) -> MyClient:
    return MyClient(mock_exchange.rest, mock_exchange.key, mock_exchange.secret)


def test_buys(client: MyClient) -> None:
    assert client.buy("0.01", "one")["status"] == "FILLED"


@pytest.mark.parametrize("action", ["hang", "reset"])
def test_buys_once_when_the_answer_is_lost(client: MyClient, mock_exchange: MockExchange, action: str) -> None:
    mock_exchange.faults.add(match="POST /api/v3/order", stage="after_engine", action=action)
    assert client.buy("0.01", "one")["status"] == "FILLED"
    fills = [row for row in mock_exchange.journal() if row["kind"] == "fill"]
    assert [(fill["client_order_id"], Decimal(fill["qty"])) for fill in fills] == [("one", Decimal("0.01"))]


@pytest.mark.mock_exchange(feed="none", seed=7)
def test_an_empty_book(client: MyClient) -> None:
    assert client.buy("0.01", "one")["status"] == "EXPIRED"
