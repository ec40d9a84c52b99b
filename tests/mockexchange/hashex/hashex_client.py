"""REST and socket clients of the tests' own: they sign as the seed document says and hide nothing of the answer."""

import hashlib
import hmac
import http.client
import json
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from websockets.sync.client import ClientConnection, connect

DEADLINE: float = 10.0
SOCKET: str = "/spot/v1/ws/socket"


class Rest:
    """``public`` and ``private`` return the decoded envelope; ``headers`` are those of a signed request."""

    def __init__(self, url: str, key: str = "mock-key", secret: str = "mock-secret") -> None:
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=DEADLINE)
        self.key = key
        self.secret = secret
        self.status = 0

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, body: str | None = None) -> Any:
        self.connection.request(method, path, body=body, headers=headers or {})
        response = self.connection.getresponse()
        self.status = response.status
        return json.loads(response.read())

    def public(self, path: str, **params: Any) -> Any:
        return self.call("GET", f"/spot/v1/p/{path}" + query(params))

    def headers(self, params: dict[str, Any], offset_ms: int = 0, **changes: str | None) -> dict[str, str]:
        stamp = str(int(time.time() * 1000) + offset_ms)
        text = "&".join(f"{name}={params[name]}" for name in sorted(params)) + "&timestamp=" + stamp
        named: dict[str, str | None] = {
            "X-Access-Key": self.key,
            "X-Signature": hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest(),
            "X-Request-Timestamp": stamp,
            "X-Request-Nonce": uuid.uuid4().hex,
            **{name.replace("_", "-"): value for name, value in changes.items()},
        }
        return {name: value for name, value in named.items() if value is not None}

    def private(self, method: str, path: str, **params: Any) -> Any:
        return self.call(method, f"/spot/v1/u/{path}" + query(params), self.headers(params))

    def order(self, **changes: Any) -> Any:
        base = {"symbol": "BTC_USDT", "direction": "BUY", "tradeType": "LIMIT", "totalAmount": "0.01"}
        params = {name: value for name, value in {**base, **changes}.items() if value is not None}
        return self.private("POST", "trade/order/create", **params)

    def placed(self, **changes: Any) -> str:
        """The id of an order that must be accepted."""
        answer = self.order(**changes)
        assert answer["code"] == 0, answer
        return str(answer["data"])

    def detail(self, order_id: str) -> Any:
        return self.private("GET", "trade/order/detail", orderId=order_id)

    def cancel(self, order_id: str) -> Any:
        return self.private("POST", "trade/order/cancel", orderId=order_id)

    def token(self) -> str:
        return str(self.private("GET", "ws/token")["data"])


def query(params: dict[str, Any]) -> str:
    return "?" + urlencode(params, quote_via=quote) if params else ""


class Wire:
    """One socket; what is no JSON comes as the bare word."""

    def __init__(self, url: str) -> None:
        opened = connect(url + SOCKET, proxy=None, max_size=None, ping_interval=None, close_timeout=1)
        self.connection: ClientConnection = opened.__enter__()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(self, request: Any) -> None:
        self.connection.send(request if isinstance(request, str) else json.dumps(request))

    def next(self) -> Any:
        text = self.connection.recv(timeout=DEADLINE)
        try:
            return json.loads(text)
        except ValueError:
            return text

    def until(self, wanted: Callable[[Any], object]) -> Any:
        """The first message that is wanted; TimeoutError when none comes in time."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            if wanted(message := self.next()):
                return message
        raise TimeoutError("no such message")

    def push(self, kind: str, **fields: Any) -> Any:
        """``data`` of the first push of a kind whose fields are these."""

        def wanted(message: Any) -> bool:
            return isinstance(message, dict) and message["resType"] == kind and fields.items() <= message["data"].items()

        return self.until(wanted)["data"]

    def subscribe(self, **request: Any) -> None:
        self.send(request)
        assert self.until(lambda message: isinstance(message, str)) == "succeed"
