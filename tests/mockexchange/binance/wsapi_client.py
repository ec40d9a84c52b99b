"""A WebSocket API client of the tests' own, on aiohttp: signs as web-socket-api.md says and hides nothing of the answer."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import aiohttp
from binance_rest import DEADLINE

from mockexchange import MockExchange


class Api:
    """One connection, driven from the test's own loop."""

    def __init__(
        self, venue: MockExchange, query: str = "", key: str = "mock-key", secret: str = "mock-secret",
        signer: Callable[[bytes], str] | None = None,
    ) -> None:
        self.loop = asyncio.new_event_loop()
        self.key = key
        self.secret = secret
        self.signer: Callable[[bytes], str] = signer or self.by_secret
        self.session, self.socket = self.loop.run_until_complete(self._open(f"{venue.rest}/ws-api/v3{query}"))
        self.last_id = 0
        self.events: list[dict[str, Any]] = []

    async def _open(self, url: str) -> tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse]:
        session = aiohttp.ClientSession()
        return session, await session.ws_connect(url)

    def close(self) -> None:
        self.loop.run_until_complete(self.session.close())
        self.loop.close()

    def send(self, text: str) -> None:
        self.loop.run_until_complete(self.socket.send_str(text))

    def receive(self) -> dict[str, Any]:
        message = self.loop.run_until_complete(self.socket.receive(DEADLINE))
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return dict(json.loads(message.data))

    def reply(self) -> dict[str, Any]:
        """The next answer; events that come before it are kept."""
        while "event" in (message := self.receive()):
            self.events.append(message)
        return message

    def event(self) -> dict[str, Any]:
        return self.events.pop(0) if self.events else self.receive()

    def request(self, method: str, **params: Any) -> dict[str, Any]:
        self.last_id += 1
        message: dict[str, Any] = {"id": self.last_id, "method": method}
        if params:
            message["params"] = params
        self.send(json.dumps(message))
        answer = self.reply()
        assert answer["id"] == self.last_id
        return answer

    def sign(self, params: dict[str, Any]) -> dict[str, Any]:
        params = {"apiKey": self.key, "timestamp": int(time.time() * 1000), **params}
        text = "&".join(f"{name}={_text(params[name])}" for name in sorted(params))
        return {**params, "signature": self.signer(text.encode())}

    def by_secret(self, payload: bytes) -> str:
        return hmac.new(self.secret.encode(), payload, hashlib.sha256).hexdigest()

    def signed(self, method: str, **params: Any) -> dict[str, Any]:
        return self.request(method, **self.sign(params))

    def order(self, **params: Any) -> dict[str, Any]:
        base = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
        return self.signed("order.place", **{**base, **params})


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
