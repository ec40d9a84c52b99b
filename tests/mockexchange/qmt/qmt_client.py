"""A client of the tests' own: it signs as section 1.4 of the protocol digest says, and hides nothing."""

import hmac
import http.client
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

DEADLINE: float = 30.0
TRADE: str = "/qmt/trade/api"
DATA: str = "/qmt/data/api"
JSON: dict[str, str] = {"Content-Type": "application/json"}
FORM: dict[str, str] = {"Content-Type": "application/x-www-form-urlencoded"}
NOON: int = 1_767_585_600_000           # 2026-01-05, a Monday, 12:00 in Shanghai
HOUR: int = 3_600_000
DAY: int = 24 * HOUR
STILL: float = 0.001                 # of the market's speed: what a feed makes of a day takes seconds


class Answer:
    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> tuple[int, Any]:
        """HTTP status and the text of the error."""
        return self.status, self.json["error"]


def canonical(data: Any) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True) if data else ""


def digest(secret: str, method: str, path: str, query: str, body: str, timestamp: str, client: str) -> str:
    text = "\n".join((method, path, query, body, timestamp, client))
    return hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()


class Rest:
    """``call`` sends what it is given. ``now`` is the server's time in seconds."""

    def __init__(
        self, url: str, client: str = "mock-key", secret: str = "mock-secret", now: Callable[[], float] = time.time,
    ) -> None:
        self.address = urlsplit(url).netloc
        self.client = client
        self.secret = secret
        self.now = now

    def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: str | bytes | None = None, timeout: float = DEADLINE,
    ) -> Answer:
        connection = http.client.HTTPConnection(self.address, timeout=timeout)
        try:
            connection.request(method, path, body=body.encode() if isinstance(body, str) else body, headers=headers or {})
            response = connection.getresponse()
            text = response.read().decode()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
        finally:
            connection.close()

    def headers(self, method: str, path: str, body: str = "", query: str = "") -> dict[str, str]:
        stamp = str(int(self.now()))
        return {
            **JSON, "X-Client-ID": self.client, "X-Timestamp": stamp,
            "X-Signature": digest(self.secret, method, path, query, body, stamp, self.client),
        }

    def get(self, path: str, query: str = "") -> Answer:
        return self.call("GET", path + (f"?{query}" if query else ""), self.headers("GET", path, "", query))

    def post(self, path: str, data: Any, timeout: float = DEADLINE) -> Answer:
        """As the SDK: what is sent is no canonical JSON, what is signed is."""
        return self.call("POST", path, self.headers("POST", path, canonical(data)), json.dumps(data, ensure_ascii=False), timeout)

    # -- the server's endpoints

    def trade(self, operation: str, data: Any, timeout: float = DEADLINE) -> Answer:
        return self.post(f"{TRADE}/outer/trade/{operation}", data, timeout)

    def order(self, operation: str, shares: int, price: float, symbol: str = "000001", **more: Any) -> dict[str, Any]:
        """The inner result of an order for account 0."""
        data = {"symbol": symbol, "trade_price": price, "order_num": shares, "trader_index": 0, **more}
        answer = self.trade(operation, data)
        assert answer.status == 200, answer.text
        [entry] = answer.json["results"]
        assert entry["status"] == "success"
        return dict(entry["result"])

    def orders(self, index: int = 0, only: bool = False) -> list[dict[str, Any]]:
        answer = self.post(f"{TRADE}/orders", {"trader_index": index, "cancelable_only": only})
        assert answer.status == 200, answer.text
        return list(answer.json)

    def row(self, order_id: int, index: int = 0) -> dict[str, Any]:
        answer = self.post(f"{TRADE}/order", {"order_id": order_id, "trader_index": index})
        assert answer.status == 200, answer.text
        return dict(answer.json)

    def status(self, order_id: int) -> int:
        return int(self.row(order_id)["status"])

    def cancel(self, order_id: Any, index: int = 0) -> bool:
        answer = self.post(f"{TRADE}/cancel_order", {"order_id": order_id, "trader_index": index})
        assert answer.status == 200, answer.text
        return bool(answer.json["success"])

    def portfolio(self, index: int = 0) -> dict[str, Any]:
        return dict(self.get(f"{TRADE}/portfolio/{index}").json["portfolio"])

    def positions(self, index: int = 0) -> dict[str, dict[str, Any]]:
        return {row["symbol"]: row for row in self.get(f"{TRADE}/positions/{index}").json["positions"]}


