"""
Stand-ins for the builds of the QTE server that the mock exchange has no dialect of: O, T and C, with the quirks that
the document of their code lists (specs/qte.md, 1.3 to 1.5). One request at a time, HTTP/1.0, as they have it.

An order at or beyond the price trades at once, any other rests until ``fill`` or a cancel.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid5

KEY: str = "0b9f5a52-3a2b-4f0e-8a59-9a6d1f1c2d3e"
PRICE: float = 40_000.0
PAGE: str = "<!doctype html>\n<html lang=en>\n<title>{0}</title>\n<h1>{0}</h1>"
NOW: int = 1_700_000_000_000

Body = dict[str, Any]


class Answer(Exception):
    """What the server says, from wherever it knows."""

    def __init__(self, status: int, body: Any) -> None:
        self.status: int = status
        self.body: Any = body


class Build:
    """State and rules of one build: "O", "T" or "C"."""

    def __init__(self, name: str) -> None:
        self.name: str = name
        self.orders: list[Body] = []
        self.trades: list[Body] = []
        self.seen: list[tuple[str, str, Body]] = []     # method, path, parameters
        self.lock: Lock = Lock()
        self.websocket: bool = False    # with its websocket server attached, a match fails after it happened (row 14)

    # what tests do to it

    def fill(self, order: Body) -> None:
        with self.lock:
            self._trade(order, float(order["price"]))

    def named(self, client_id: str) -> Body:
        with self.lock:
            return next(order for order in self.orders if order["clientOrderId"] == client_id)

    def sent(self, method: str, path: str) -> list[Body]:
        with self.lock:
            return [params for m, p, params in self.seen if (m, p) == (method, path)]

    # the wire

    def handle(self, method: str, path: str, query: Body, form: Body, body: Any, kind: str, key: str) -> Any:
        with self.lock:
            self.seen.append((method, path, {**query, **form, **(body or {})}))
            version, _, rest = path.removeprefix("/api/").partition("/")
            if not path.startswith("/api/") or version not in (("v1",) if self.name == "O" else ("v1", "v3")):
                raise Answer(404, PAGE.format("Not Found"))
            route = getattr(self, f"{method}_{rest.replace('/', '_')}", None)
            if route is None:
                raise Answer(404, PAGE.format("Not Found"))
            private: bool = rest in ("order", "openOrders", "allOrders", "account", "myTrades")
            if private and key != KEY:
                raise self.error(401, -1002, "未认证")
            if private and self.name == "C" and "timestamp" not in {**query, **form}:
                raise Answer(500, PAGE.format("Internal Server Error"))
            return route(query, form, body, kind)

    def error(self, status: int, code: int, text: str) -> Answer:
        return Answer(status, {"error": text} if self.name == "O" else {"code": code, "msg": text})

    def GET_ping(self, *_: Any) -> Any:
        return {} if self.name == "C" else {"status": "ok"}

    def GET_time(self, *_: Any) -> Any:
        return {"serverTime": NOW}

    def GET_ticker_price(self, query: Body, *_: Any) -> Any:
        if query.get("symbol", "BTCUSDT") != "BTCUSDT":
            raise self.error(404 if self.name == "O" else 400, -1121, f"交易对 {query['symbol']} 无价格数据")
        one = {"symbol": "BTCUSDT", "price": str(PRICE)}
        return one if "symbol" in query else [one]

    def GET_ticker_24hr(self, query: Body, *_: Any) -> Any:
        return {"symbol": query["symbol"], "lastPrice": str(PRICE), "volume": "0", "highPrice": "0", "lowPrice": "0",
                "priceChange": "0", "priceChangePercent": "0"}

    def GET_depth(self, query: Body, *_: Any) -> Any:
        if query["symbol"] != "BTCUSDT":
            return {"symbol": query["symbol"], "bids": [], "asks": []}
        bids = [["39990.0", "1.0"], ["39999.0", "2.0"]]         # O does not sort them
        return {"symbol": "BTCUSDT", "bids": bids, "asks": [["40001.0", "1.0"]]}

    def GET_account(self, *_: Any) -> Any:
        rows = [{"asset": "BTC", "free": "100", "locked": "0"}, {"asset": "USDT", "free": "10000", "locked": "0"},
                {"asset": "EUSDT", "free": "0", "locked": "0"}]
        return {"accountId": "user1", "balances": rows} if self.name == "O" else {"canTrade": True, "balances": rows}

    def POST_order(self, query: Body, form: Body, body: Any, kind: str) -> Any:
        if self.name == "O":
            if kind != "application/json":
                raise Answer(415, PAGE.format("Unsupported Media Type"))
            asked: Body = body
        else:
            asked = body if kind == "application/json" else form or query
        limit: bool = asked["type"] == "LIMIT"
        if self.name == "C" and limit and asked.get("timeInForce") not in ("GTC", "IOC", "FOK"):
            raise self.error(400, -1101, "Parameter 'timeInForce' is invalid.")
        if not limit and asked["side"] == "BUY" or float(asked["quantity"]) > 1_000:
            raise self.error(400, -2018, "资金不足" if self.name == "O" else "Insufficient balance.")
        order: Body = {
            "symbol": asked["symbol"], "orderId": str(uuid5(UUID(KEY), str(len(self.orders)))),
            "clientOrderId": asked.get("newClientOrderId"), "price": asked.get("price", "0"), "origQty": asked["quantity"],
            "executedQty": "0.0", "status": "NEW", "type": asked["type"], "side": asked["side"], "time": NOW,
        }
        if self.name == "C":
            order["timeInForce"] = asked.get("timeInForce", "")
        self.orders.append(order)
        price: float = float(order["price"])
        if not limit or (price >= PRICE if asked["side"] == "BUY" else price <= PRICE):
            self._trade(order, PRICE)
            if self.websocket:
                if self.name == "O":
                    raise self.error(400, 0, "创建订单失败: no running event loop")
                raise self.error(500, -1000, "Order creation failed due to an internal error: no running event loop")
        return {**{k: v for k, v in order.items() if k != "time"}, "transactTime": NOW}

    def _trade(self, order: Body, price: float) -> None:
        order["executedQty"], order["status"] = order["origQty"], "FILLED"
        number: int = len(self.trades) + 1
        self.trades.append({
            "symbol": order["symbol"], "id": str(uuid5(UUID(KEY), f"t{number}")) if self.name == "O" else number,
            "orderId": order["orderId"], "price": str(price), "qty": order["origQty"], "time": NOW + number,
            "isBuyer": order["side"] == "BUY", "isMaker": False,
        })

    def _find(self, asked: Body) -> Body:
        for order in self.orders:
            if asked.get("orderId") == order["orderId"] or asked.get("origClientOrderId") == order["clientOrderId"]:
                return order
        raise self.error(404, -2013, "订单不存在")

    def GET_order(self, query: Body, *_: Any) -> Any:
        order = self._find(query)
        if self.name == "C" and order["timeInForce"]:
            raise Answer(500, PAGE.format("Internal Server Error"))
        if self.name == "O" and order["status"] not in ("NEW", "PARTIALLY_FILLED"):
            raise self.error(404, -2013, "订单不存在")
        return order

    def DELETE_order(self, query: Body, form: Body, *_: Any) -> Any:
        order = self._find(query if self.name == "O" else form or query)
        if order["status"] not in ("NEW", "PARTIALLY_FILLED"):
            raise self.error(404, -2013, "订单不存在") if self.name == "O" else Answer(500, PAGE.format("Internal Server Error"))
        order["status"] = "CANCELED"
        if self.name == "C" and order["timeInForce"]:
            raise Answer(500, PAGE.format("Internal Server Error"))
        return {name: order[name] for name in ("symbol", "orderId", "clientOrderId", "status")}

    def GET_openOrders(self, *_: Any) -> Any:
        found = [order for order in self.orders if order["status"] in ("NEW", "PARTIALLY_FILLED")]
        if self.name == "C" and any(order["timeInForce"] for order in found):
            raise Answer(500, PAGE.format("Internal Server Error"))
        return found

    def GET_allOrders(self, query: Body, *_: Any) -> Any:
        if self.name != "C":
            return self.GET_openOrders()
        return [order for order in reversed(self.orders) if order["symbol"] == query["symbol"]]     # newest first

    def GET_myTrades(self, query: Body, *_: Any) -> Any:
        found = [trade for trade in self.trades if trade["symbol"] == query["symbol"]]
        return found if self.name == "C" else found[::-1]


@contextmanager
def serve(build: Build) -> Iterator[str]:
    """Its address."""

    class Handler(BaseHTTPRequestHandler):
        server_version = "Werkzeug/2.3.7"

        def answer(self) -> None:
            url = urlsplit(self.path)
            raw: bytes = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            kind: str = self.headers.get("Content-Type", "")
            form: Body = dict(parse_qsl(raw.decode())) if kind.startswith("application/x-www-form-urlencoded") else {}
            body: Any = json.loads(raw) if kind.startswith("application/json") else None
            try:
                status, said = 200, build.handle(
                    self.command, url.path, dict(parse_qsl(url.query)), form, body, kind, self.headers.get("X-API-KEY", "")
                )
            except Answer as found:
                status, said = found.status, found.body
            data: bytes = said.encode() if isinstance(said, str) else json.dumps(said, sort_keys=True).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if isinstance(said, str) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
