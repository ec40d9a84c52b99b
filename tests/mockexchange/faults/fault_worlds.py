"""The three dialects as the fault tests use them: how an order is sent, what streams there are, what they say."""

import hashlib
import hmac
import json
import socket
import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from raw_websocket import DEADLINE, RawWebSocket, dial

from mockexchange import MockExchange

ACCOUNTS: list[str] = ["mock-key:mock-secret:USDT=100000,BTC=1", "other:other-secret:USDT=1000000,BTC=100"]
SECRETS: dict[str, str] = {"mock-key": "mock-secret", "other": "other-secret"}
HASHEX_SOCKET: str = "/spot/v1/ws/socket"
BINANCE_API: str = "/ws-api/v3"

Values = dict[str, str]


def _hmac(key: str, text: str) -> str:
    return hmac.new(SECRETS.get(key, "wrong").encode(), text.encode(), hashlib.sha256).hexdigest()


def binance_params(values: dict[str, Any], key: str) -> dict[str, Any]:
    """The parameters of a signed WebSocket API request."""
    params = {**values, "apiKey": key, "timestamp": int(time.time() * 1000)}
    text = "&".join(f"{name}={params[name]}" for name in sorted(params))
    return {**params, "signature": _hmac(key, text)}


class Http(NamedTuple):
    method: str
    path: str
    headers: Values
    body: str = ""

    def render(self, host: str) -> bytes:
        headers = {"Host": host, "Connection": "close", "Content-Length": str(len(self.body)), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{lines}\r\n{self.body}".encode()


def binance_call(method: str, path: str, values: dict[str, Any], key: str) -> Http:
    query = urlencode({**values, "timestamp": int(time.time() * 1000)})
    return Http(method, f"{path}?{query}&signature={_hmac(key, query)}", {"X-MBX-APIKEY": key})


def hashex_call(method: str, path: str, values: dict[str, Any], key: str) -> Http:
    stamp = str(int(time.time() * 1000))
    text = "&".join(f"{name}={values[name]}" for name in sorted(values)) + "&timestamp=" + stamp
    headers = {
        "X-Access-Key": key, "X-Signature": _hmac(key, text), "X-Request-Timestamp": stamp,
        "X-Request-Nonce": uuid.uuid4().hex,
    }
    return Http(method, path + ("?" + urlencode(values) if values else ""), headers)


def qte_call(method: str, path: str, values: dict[str, Any], key: str) -> Http:
    headers = {"X-API-KEY": key}
    if method == "GET":
        return Http(method, path + "?" + urlencode(values), headers)
    return Http(method, path, {**headers, "Content-Type": "application/x-www-form-urlencoded"}, urlencode(values))


class World(NamedTuple):
    """
    ``order(key, side, quantity, price)`` is the request that places a limit order, ``symbols`` a public one; ``tls``: spoken
    over TLS.
    """

    dialect: str
    order_label: str
    order: Callable[[str, str, str, str], Http]
    symbol_label: str
    symbols: Http
    accepted: Callable[[Any], bool]
    tls: bool = False


def _binance_order(key: str, side: str, quantity: str, price: str) -> Http:
    values = {
        "symbol": "BTCUSDT", "side": side, "type": "LIMIT", "timeInForce": "GTC", "quantity": quantity, "price": price
    }
    return binance_call("POST", "/api/v3/order", values, key)


def _hashex_order(key: str, side: str, quantity: str, price: str) -> Http:
    values = {
        "symbol": "BTC_USDT", "direction": side, "tradeType": "LIMIT", "totalAmount": quantity, "price": price
    }
    return hashex_call("POST", "/spot/v1/u/trade/order/create", values, key)


def _qte_order(key: str, side: str, quantity: str, price: str) -> Http:
    values = {"symbol": "BTCUSDT", "side": side, "type": "LIMIT", "quantity": quantity, "price": price}
    return qte_call("POST", "/api/v1/order", values, key)


WORLDS: dict[str, World] = {
    "binance": World(
        "binance", "POST /api/v3/order", _binance_order, "GET /api/v3/exchangeInfo",
        Http("GET", "/api/v3/exchangeInfo", {}), lambda answer: "orderId" in answer,
    ),
    "hashex": World(
        "hashex", "POST /spot/v1/u/trade/order/create", _hashex_order, "GET /spot/v1/p/symbol/configs",
        Http("GET", "/spot/v1/p/symbol/configs", {}), lambda answer: answer.get("code") == 0,
    ),
    "qte": World(
        "qte", "POST /api/v1/order", _qte_order, "GET /api/v1/depth",
        Http("GET", "/api/v1/depth?symbol=BTCUSDT", {}), lambda answer: "orderId" in answer,
    ),
}


WORLDS["binance-tls"] = WORLDS["binance"]._replace(tls=True)


class Answer(NamedTuple):
    status: int
    headers: Values
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One HTTP connection, opened by the first ``send``, that ends with its answer."""

    def __init__(self, base: str, timeout: float = DEADLINE) -> None:
        self.host: str = urlsplit(base).netloc
        self.socket: socket.socket = dial(base, timeout)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, request: Http) -> None:
        self.socket.sendall(request.render(self.host))

    def read(self) -> bytes:
        """Everything until the FIN."""
        parts: list[bytes] = []
        while data := self.socket.recv(65536):
            parts.append(data)
        return b"".join(parts)


def parse(data: bytes) -> Answer:
    if not data:
        raise ConnectionAbortedError("closed without an answer")
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Answer(int(first.split(" ")[1]), headers, body)


def call(venue: MockExchange, request: Http, timeout: float = DEADLINE) -> Answer:
    """One request, its answer."""
    with Client(venue.rest, timeout) as client:
        client.send(request)
        return parse(client.read())


def order(world: World, venue: MockExchange, quantity: str = "0.01", price: str = "39000", key: str = "mock-key",
          side: str = "BUY") -> Answer:
    return call(venue, world.order(key, side, quantity, price))


def placed(venue: MockExchange) -> int:
    """How many orders the engine has seen."""
    return sum(row["kind"] == "command" and row["command"] == "PlaceOrder" for row in venue.journal())


def faults_seen(venue: MockExchange) -> list[dict[str, Any]]:
    return [row for row in venue.journal() if row["kind"] == "fault"]


# streams

class Source(NamedTuple):
    """
    A stream on which every ``trigger`` makes one push that can be told from the others by a quantity.

    ``path`` leads to the quantity in a message, ``label`` is what faults call the push.
    """

    dialect: str
    label: str
    open: Callable[[MockExchange], RawWebSocket]
    is_trade: bool
    path: str
    ws_path: str
    tls: bool = False


def ask(client: RawWebSocket, request: dict[str, Any]) -> Any:
    """The answer of a JSON request with an id, whatever is pushed before it."""
    client.send(json.dumps(request))
    while True:
        message = json.loads(client.text())
        if message.get("id") == request["id"]:
            return message


def open_raw(venue: MockExchange) -> RawWebSocket:
    client = RawWebSocket(venue.stream, "/ws")
    assert ask(client, {"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 1})["result"] is None
    return client


def open_combined(venue: MockExchange) -> RawWebSocket:
    client = RawWebSocket(venue.stream, "/stream?streams=btcusdt@trade")
    ask(client, {"method": "LIST_SUBSCRIPTIONS", "id": 1})
    return client


def open_user(venue: MockExchange) -> RawWebSocket:
    client = RawWebSocket(venue.stream, BINANCE_API)
    params = binance_params({}, "mock-key")
    answer = ask(client, {"id": 1, "method": "userDataStream.subscribe.signature", "params": params})
    assert answer["status"] == 200, answer
    return client


def open_hashex(venue: MockExchange, sub: dict[str, str]) -> RawWebSocket:
    client = RawWebSocket(venue.stream, HASHEX_SOCKET)
    client.send(json.dumps(sub))
    while (answer := client.text()) != b"succeed":
        assert answer.startswith(b"{"), answer
    return client


def open_deals(venue: MockExchange) -> RawWebSocket:
    return open_hashex(venue, {"sub": "subSymbol", "symbol": "BTC_USDT"})


def open_hashex_user(venue: MockExchange) -> RawWebSocket:
    token = call(venue, hashex_call("GET", "/spot/v1/u/ws/token", {}, "mock-key")).json["data"]
    return open_hashex(venue, {"sub": "subUser", "token": token})


SOURCES: dict[str, Source] = {
    "binance-raw": Source("binance", "PUSH btcusdt@trade", open_raw, True, "q", "/ws"),
    "binance-combined": Source("binance", "PUSH btcusdt@trade", open_combined, True, "data.q", "/stream"),
    "binance-user": Source("binance", "PUSH user executionReport", open_user, False, "event.q", BINANCE_API),
    "hashex-symbol": Source("hashex", "PUSH BTC_USDT@qDeal", open_deals, True, "data.a", HASHEX_SOCKET),
    "hashex-user": Source("hashex", "PUSH user uOrder", open_hashex_user, False, "data.origQty", HASHEX_SOCKET),
}
SOURCES["binance-tls"] = SOURCES["binance-user"]._replace(tls=True)


def value(source: Source, message: bytes) -> int | None:
    """The number of a push that ``trigger`` made, None for other messages."""
    data: Any = json.loads(message) if message.startswith(b"{") else {}
    if source.dialect == "hashex" and data.get("resType") != source.label.rpartition("@")[2].split(" ")[-1]:
        return None
    for step in source.path.split("."):
        data = data.get(step) if isinstance(data, dict) else None
    return None if data is None else int(Decimal(data) * 1000)


def trigger(source: Source, venue: MockExchange, number: int) -> None:
    """Let the venue make the push whose quantity is ``number`` thousandths: a trade, or a new order."""
    world: World = WORLDS[source.dialect]
    if source.is_trade:
        answer = order(world, venue, f"{number / 1000:.3f}", "40000", "other", "SELL")
        assert world.accepted(answer.json), answer
    answer = order(world, venue, f"{number / 1000:.3f}", "40000" if source.is_trade else "39000")
    assert world.accepted(answer.json), answer


def numbers(source: Source, client: RawWebSocket, count: int, timeout: float = DEADLINE) -> list[int]:
    """The numbers of the next ``count`` pushes."""
    found: list[int] = []
    while len(found) < count:
        number = value(source, client.text(timeout))
        if number is not None:
            found.append(number)
    return found


def is_quiet(source: Source, client: RawWebSocket, seconds: float = 0.3) -> bool:
    """Whether no push of the source comes for so long."""
    end: float = time.monotonic() + seconds
    try:
        while (left := end - time.monotonic()) > 0:
            if value(source, client.text(left)) is not None:
                return False
    except TimeoutError:
        pass
    return True
