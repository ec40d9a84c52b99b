"""A REST client of the tests' own: signs as rest-api.md says and hides nothing of the answer."""

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

DEADLINE: float = 10.0


class Answer:
    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> tuple[int, int, str]:
        """HTTP status, code, msg."""
        body = self.json
        return self.status, body["code"], body["msg"]


class Rest:
    """``call`` sends what it is given, ``signed`` adds timestamp and signature."""

    def __init__(
        self, url: str, key: str = "mock-key", secret: str = "mock-secret", signer: Callable[[bytes], str] | None = None,
    ) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=DEADLINE)
        self.key = key
        self.secret = secret
        self.signer: Callable[[bytes], str] = signer or self.by_secret

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, body: str | None = None) -> Answer:
        sent = dict(headers or {})
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body=body, headers=sent)
        response = self.connection.getresponse()
        text = response.read().decode()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)

    def get(self, path: str, **params: Any) -> Answer:
        return self.call("GET", f"/api/v3/{path}" + ("?" + urlencode(params) if params else ""))

    def sign(self, params: dict[str, Any]) -> str:
        params = {"timestamp": int(time.time() * 1000), **params}
        query = urlencode(params)
        return f"{query}&signature={quote(self.signer(query.encode()), safe='')}"

    def by_secret(self, payload: bytes) -> str:
        return hmac.new(self.secret.encode(), payload, hashlib.sha256).hexdigest()

    def signed(
        self, method: str, path: str, headers: dict[str, str] | None = None, in_body: bool = False, **params: Any
    ) -> Answer:
        query = self.sign(params)
        sent = {"X-MBX-APIKEY": self.key, **(headers or {})}
        if in_body:
            return self.call(method, f"/api/v3/{path}", sent, query)
        return self.call(method, f"/api/v3/{path}?{query}", sent)

    def order(self, **params: Any) -> Answer:
        base = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
        merged = {**base, **params}
        return self.signed("POST", "order", **{name: value for name, value in merged.items() if value is not None})
