"""A REST client of the tests' own: it sends what the document says, one connection a request, and hides nothing."""

import http.client
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

DEADLINE: float = 10.0
FORM: dict[str, str] = {"Content-Type": "application/x-www-form-urlencoded"}


class Answer:
    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def refusal(self) -> tuple[int, Any]:
        """HTTP status and body."""
        return self.status, self.json


class Rest:
    """``call`` sends what it is given; ``get`` and ``form`` send the key, in query and form as the document has it."""

    def __init__(self, url: str, key: str = "mock-key") -> None:
        self.address = urlsplit(url).netloc
        self.key = key

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, body: str | None = None) -> Answer:
        connection = http.client.HTTPConnection(self.address, timeout=DEADLINE)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            text = response.read().decode()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
        finally:
            connection.close()

    def public(self, path: str, version: str = "v1", **params: Any) -> Answer:
        return self.call("GET", f"/api/{version}/{path}" + ("?" + urlencode(params) if params else ""))

    def get(self, path: str, **params: Any) -> Answer:
        query = "?" + urlencode(params) if params else ""
        return self.call("GET", f"/api/v1/{path}{query}", {"X-API-KEY": self.key})

    def form(self, method: str, path: str, **params: Any) -> Answer:
        return self.call(method, f"/api/v1/{path}", {"X-API-KEY": self.key, **FORM}, urlencode(params))

    def order(self, **changes: Any) -> Answer:
        base = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01"}
        return self.form("POST", "order", **{k: v for k, v in {**base, **changes}.items() if v is not None})

    def placed(self, **changes: Any) -> str:
        """The id of an order that must be accepted."""
        answer = self.order(**changes)
        assert answer.status == 200, answer.text
        return str(answer.json["orderId"])

    def detail(self, order_id: str) -> Answer:
        return self.get("order", order_id=order_id)

    def cancel(self, order_id: str) -> Answer:
        return self.form("DELETE", "order", order_id=order_id)
