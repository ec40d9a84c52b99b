"""A client of the WebTrader's wire that hides nothing, for the dialect's tests and for the real server."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from waiting import until

DEADLINE: float = 20.0
STILL: float = 0.001                    # of the market's speed
NOON: int = 1_795_867_200_000           # 2026-11-28 12:00 UTC
MINUTE: int = 60_000
SYMBOL: str = "BTCUSDT_SPOT_BINANCE"
VT_SYMBOL: str = f"{SYMBOL}.GLOBAL"
FORM: str = "application/x-www-form-urlencoded"
ZH: dict[str, str] = {"long": "多", "short": "空", "limit": "限价", "market": "市价", "rejected": "拒单"}
EN: dict[str, str] = {"long": "Long", "short": "Short", "limit": "Limit", "market": "Market", "rejected": "Rejected"}


class Answer:
    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status = status
        self.headers = headers
        self.text = text

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def is_bare_500(self) -> bool:
        return (self.status, self.text, self.headers["content-type"]) == (500, "Internal Server Error", "text/plain; charset=utf-8")


class Rest:
    """``call`` sends what it is given, with the token of ``login`` unless told otherwise."""

    def __init__(self, url: str, user: str = "mock-key", password: str = "mock-secret", words: dict[str, str] = ZH) -> None:
        self.address = urlsplit(url).netloc
        self.user = user
        self.password = password
        self.words = words
        self.token = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """``body``: text as it is, else as JSON."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            given.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None and not isinstance(body, str | bytes):
            body = json.dumps(body)
            given.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(self.address, timeout=DEADLINE)
        try:
            connection.request(method, path, body=body.encode() if isinstance(body, str) else body, headers=given)
            response = connection.getresponse()
            text = response.read().decode()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
        finally:
            connection.close()

    def ask_token(self, body: str = "", **headers: str) -> Answer:
        return self.call("POST", "/token", body or f"username={self.user}&password={self.password}", Content_Type=FORM, **headers)

    def login(self) -> str:
        """A token, used from now on."""
        answer = self.ask_token()
        assert answer.status == 200, answer.text
        self.token = answer.json["access_token"]
        return self.token

    def rows(self, name: str) -> list[dict[str, Any]]:
        answer = self.call("GET", f"/{name}")
        assert answer.status == 200, answer.text
        found: list[dict[str, Any]] = answer.json
        return found

    def body(self, price: float = 30_000, volume: float = 0.01, **more: Any) -> dict[str, Any]:
        return {
            "symbol": SYMBOL, "exchange": "GLOBAL", "direction": self.words["long"], "type": self.words["limit"], "volume": volume,
            "price": price, "offset": "", "reference": "ref-1", **more,
        }

    def send(self, price: float = 30_000, volume: float = 0.01, **more: Any) -> Answer:
        return self.call("POST", "/order", self.body(price, volume, **more))

    def order(self, price: float = 30_000, volume: float = 0.01, **more: Any) -> str:
        """The vt_orderid of an order that must be taken."""
        answer = self.send(price, volume, **more)
        assert answer.status == 200 and answer.json, answer.text
        return str(answer.json)

    def cancel(self, vt_orderid: str) -> Answer:
        return self.call("DELETE", f"/order/{quote(vt_orderid, safe='')}")

    def subscribe(self, vt_symbol: str = VT_SYMBOL) -> Answer:
        return self.call("POST", f"/tick/{quote(vt_symbol, safe='')}")

    def row(self, vt_orderid: str) -> dict[str, Any]:
        [found] = [row for row in self.rows("order") if row["vt_orderid"] == vt_orderid]
        return found


class Stream:
    """A websocket, read by a thread of its own. ``frames``: the texts that came."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[str] = []
        self.closed: tuple[int, str] | None = None              # code and reason; 1006: without a close frame
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            while True:
                self.frames.append(str(self.connection.recv()))
        except ConnectionClosed as error:
            self.closed = (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")

    def data(self, topic: str) -> list[dict[str, Any]]:
        """The rows that came under a topic."""
        found = [json.loads(text) for text in list(self.frames)]
        return [frame["data"] for frame in found if frame.get("topic") == topic]

    def topics(self) -> list[str]:
        return [json.loads(text)["topic"] for text in list(self.frames)]

    def orders(self, vt_orderid: str) -> list[dict[str, Any]]:
        return [row for row in self.data("eOrder.") if row["vt_orderid"] == vt_orderid]

    def reaches(self, vt_orderid: str, status: str) -> bool:
        """Whether the last push of an order shows this status in the end."""
        return bool(until(lambda: [row["status"] for row in self.orders(vt_orderid)][-1:] == [status]))

    def is_quiet(self) -> bool:
        """Whether the connection is alive, and all has been read that was sent until now."""
        for _ in range(2):
            count = len(self.frames)
            if not self.connection.ping().wait(DEADLINE) or self.closed is not None or len(self.frames) != count:
                return False
        return True

    def wait(self, topic: str, count: int = 1) -> list[dict[str, Any]]:
        """The rows of a topic, when there are so many."""
        return until(lambda: len(found := self.data(topic)) >= count and found)


@contextmanager
def stream(url: str, token: str, path: str = "/ws/", **options: Any) -> Iterator[Stream]:
    query = f"?token={token}" if token else ""
    with connect(f"{url}{path}{query}", proxy=None, max_size=None, **{"ping_interval": None, **options}) as connection:
        yield Stream(connection)


@contextmanager
def meanwhile() -> Iterator[Callable[..., "Future[Any]"]]:
    """Calls in threads of their own: ``begin(function, ...)`` returns a future."""
    with ThreadPoolExecutor(8) as pool:
        yield pool.submit
