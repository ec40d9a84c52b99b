"""
A venue that says just enough of Binance spot for a gateway to connect, get its ticks and bars, and have orders taken.

It runs in a process of its own, so that what is measured is the client. One listener serves both gateways: ours under
``/stream`` and ``/ws-api/v3``, vnpy_binance under ``/stock`` and ``/stock/ws-api/v3``.
"""

import asyncio
import json
import threading
import time
from multiprocessing.connection import Connection
from typing import Any

from aiohttp import WSMsgType, web
from side_by_side import KEY, SECRET

PAGE: int = 1_000
MINUTE: int = 60_000
# rest-api.md, "Exchange information": a symbol with all the filters it has on the venue
FILTERS: list[dict[str, Any]] = [
    {"filterType": "PRICE_FILTER", "minPrice": "0.01000000", "maxPrice": "1000000.00000000", "tickSize": "0.01000000"},
    {"filterType": "LOT_SIZE", "minQty": "0.00001000", "maxQty": "9000.00000000", "stepSize": "0.00001000"},
    {"filterType": "ICEBERG_PARTS", "limit": 10},
    {"filterType": "MARKET_LOT_SIZE", "minQty": "0.00000000", "maxQty": "120.00000000", "stepSize": "0.00000000"},
    {"filterType": "TRAILING_DELTA", "minTrailingAboveDelta": 10, "maxTrailingAboveDelta": 2000, "minTrailingBelowDelta": 10,
     "maxTrailingBelowDelta": 2000},
    {"filterType": "PERCENT_PRICE_BY_SIDE", "bidMultiplierUp": "5", "bidMultiplierDown": "0.2", "askMultiplierUp": "5", "askMultiplierDown": "0.2",
     "avgPriceMins": 5},
    {"filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": True, "maxNotional": "9000000.00000000", "applyMaxToMarket": False,
     "avgPriceMins": 5},
    {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
    {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
]


def our_gateway(port: int) -> tuple[Any, dict[str, Any]]:
    """MockBinanceGateway, and its setting for the venue."""
    from vnpy_mockbinance import MockBinanceGateway

    return MockBinanceGateway, {
        "API Key": KEY, "API Secret (Password 密码)": SECRET, "Server": "BINANCE", "REST Host": f"http://127.0.0.1:{port}",
        "Stream Host": f"ws://127.0.0.1:{port}",
    }


def stock_gateway(port: int) -> tuple[Any, dict[str, Any]]:
    """vnpy_binance's gateway with its hosts at the venue, for all of this process, and its setting."""
    from vnpy_binance import spot_gateway

    spot_gateway.REAL_REST_HOST = f"http://127.0.0.1:{port}"
    spot_gateway.REAL_DATA_HOST = f"ws://127.0.0.1:{port}/stock"
    spot_gateway.REAL_TRADE_HOST = f"ws://127.0.0.1:{port}/stock/ws-api/v3"
    return spot_gateway.BinanceSpotGateway, {
        "API Key": KEY, "API Secret": SECRET, "Server": "REAL", "Kline Stream": "False", "Proxy Host": "", "Proxy Port": 0,
    }


def symbol(name: str) -> dict[str, Any]:
    """One symbol of exchangeInfo."""
    return {
        "symbol": name, "status": "TRADING", "baseAsset": name.removesuffix("USDT"), "baseAssetPrecision": 8, "quoteAsset": "USDT", "quotePrecision": 8,
        "quoteAssetPrecision": 8, "baseCommissionPrecision": 8, "quoteCommissionPrecision": 8,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"],
        "icebergAllowed": True, "ocoAllowed": True, "otoAllowed": True, "quoteOrderQtyMarketAllowed": True, "allowTrailingStop": True,
        "cancelReplaceAllowed": True, "amendAllowed": True, "isSpotTradingAllowed": True, "isMarginTradingAllowed": True, "filters": FILTERS,
        "permissions": [], "permissionSets": [["SPOT", "MARGIN", "TRD_GRP_004", "TRD_GRP_005"]], "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": ["EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"],
    }


class BareVenue:
    """
    :param symbols: how many are listed; the first is BTCUSDT
    :param page_delay: seconds a page of klines takes
    """

    def __init__(self, symbols: int = 1, page_delay: float = 0.0) -> None:
        names: list[str] = ["BTCUSDT", *(f"A{number}USDT" for number in range(1, symbols))]
        self.info: bytes = json.dumps({
            "timezone": "UTC", "serverTime": 0, "rateLimits": [], "exchangeFilters": [], "symbols": [symbol(name) for name in names],
        }).encode()
        self.page_delay: float = page_delay
        self.pages: int = 0
        self.number: int = 0
        self.orders: dict[int, dict[str, Any]] = {}
        self.markets: dict[str, web.WebSocketResponse] = {}
        self.trades: dict[str, web.WebSocketResponse] = {}
        self.ordered: dict[str, asyncio.Future[int]] = {}       # who -> when its next order has been read, perf_counter ns
        # a page of klines but for its times
        row: str = ',"42000.01000000","42001.01000000","42000.00000000","42000.50000000","12.34500000",{close},"518490.12345000",123,"6.1","256000.1","0"]'
        self.row: str = row

    def app(self) -> web.Application:
        found: web.Application = web.Application()
        found.router.add_get("/api/v3/time", lambda request: self.answer({"serverTime": time.time_ns() // 1_000_000}))
        found.router.add_get("/api/v3/exchangeInfo", self.exchange_info)
        found.router.add_get("/api/v3/account", lambda request: self.answer({"balances": [{"asset": "USDT", "free": "1000000", "locked": "0"}]}))
        found.router.add_get("/api/v3/klines", self.klines)
        found.router.add_get("/api/v3/order", self.order)
        for name in ("/stream", "/stock"):
            found.router.add_get(name, self.market)
        for name in ("/ws-api/v3", "/stock/ws-api/v3"):
            found.router.add_get(name, self.trade)
        found.router.add_route("*", "/{rest:.*}", lambda request: self.answer([]))
        return found

    async def answer(self, data: Any) -> web.Response:
        return web.json_response(data)

    async def exchange_info(self, request: web.Request) -> web.Response:
        return web.Response(body=self.info, content_type="application/json")

    async def klines(self, request: web.Request) -> web.Response:
        """Minute bars of all time, at most a page of them; a moment's wait, as a venue far away has."""
        self.pages += 1
        if self.page_delay:
            await asyncio.sleep(self.page_delay)
        start: int = -(-int(request.query["startTime"]) // MINUTE) * MINUTE
        end: int = int(request.query.get("endTime", time.time_ns() // 1_000_000))
        text: str = ",".join(f"[{begin}{self.row.replace('{close}', str(begin + MINUTE - 1))}" for begin in range(start, min(end + 1, start + PAGE * MINUTE), MINUTE))
        return web.Response(body=f"[{text}]".encode(), content_type="application/json")

    async def order(self, request: web.Request) -> web.Response:
        """An order that was taken, and has ended again since."""
        known: dict[str, Any] | None = self.orders.get(int(request.query.get("orderId", 0)))
        return web.json_response({**known, "status": "CANCELED"} if known else {"code": -2013, "msg": "Order does not exist."}, status=200 if known else 400)

    def who(self, request: web.Request) -> str:
        """Which of the gateways is there."""
        return "stock" if request.path.startswith("/stock") else "ours"

    async def market(self, request: web.Request) -> web.WebSocketResponse:
        socket: web.WebSocketResponse = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        who: str = self.who(request)
        self.markets[who] = socket
        async for message in socket:
            packet: Any = json.loads(message.data)
            await socket.send_str(json.dumps({"result": None, "id": packet.get("id")}))
        return socket

    async def trade(self, request: web.Request) -> web.WebSocketResponse:
        socket: web.WebSocketResponse = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        who: str = self.who(request)
        self.trades[who] = socket
        async for message in socket:
            now: int = time.perf_counter_ns()
            if message.type is not WSMsgType.TEXT:
                continue
            packet: Any = json.loads(message.data)
            if packet["method"] == "order.place":
                waiting: asyncio.Future[int] | None = self.ordered.pop(who, None)
                if waiting is not None:
                    waiting.set_result(now)
                await self.take_order(socket, packet)
            else:
                await socket.send_str(json.dumps({"id": packet["id"], "status": 200, "result": {}, "rateLimits": []}))
        return socket

    async def take_order(self, socket: web.WebSocketResponse, packet: Any) -> None:
        """An answer, and a report that the order has ended again."""
        params: Any = packet["params"]
        self.number += 1
        ms: int = time.time_ns() // 1_000_000
        order: dict[str, Any] = {
            "symbol": params["symbol"], "orderId": self.number, "orderListId": -1, "clientOrderId": params["newClientOrderId"], "transactTime": ms,
            "price": params["price"], "origQty": params["quantity"], "executedQty": "0.00000000", "cummulativeQuoteQty": "0.00000000",
            "status": "NEW", "timeInForce": "GTC", "type": "LIMIT", "side": params["side"], "workingTime": ms, "fills": [],
            "selfTradePreventionMode": "EXPIRE_MAKER",
        }
        self.orders[self.number] = order
        await socket.send_str(json.dumps({"id": packet["id"], "status": 200, "rateLimits": [], "result": order}))
        await socket.send_str(json.dumps({"subscriptionId": 0, "event": {
            "e": "executionReport", "E": ms, "s": params["symbol"], "c": params["newClientOrderId"], "S": params["side"], "o": "LIMIT", "f": "IOC",
            "q": params["quantity"], "p": params["price"], "P": "0", "F": "0", "g": -1, "C": "", "x": "CANCELED", "X": "CANCELED", "r": "NONE",
            "i": self.number, "l": "0.00000000", "z": "0.00000000", "L": "0.00000000", "n": "0", "N": None, "T": ms, "t": -1, "I": 1, "w": False, "m": False,
            "O": ms, "Z": "0.00000000", "Y": "0.00000000", "Q": "0.00000000", "W": ms, "V": "EXPIRE_MAKER",
        }}))

    async def send_day(self, who: str) -> None:
        """The day's figures, without which a tick has no last price."""
        ms: int = time.time_ns() // 1_000_000
        day: dict[str, Any] = {
            "e": "24hrTicker", "E": ms, "s": "BTCUSDT", "p": "0", "P": "0", "w": "40000", "x": "40000", "c": "40000.00", "Q": "1", "b": "39999.99",
            "B": "1", "a": "40000.01", "A": "1", "o": "40000", "h": "40001", "l": "39999", "v": "1000", "q": "40000000", "O": ms - 86_400_000,
            "C": ms, "F": 1, "L": 2, "n": 2,
        }
        await self.markets[who].send_str(json.dumps({"stream": "btcusdt@ticker", "data": day} if who != "stock" else day))

    async def tick(self, who: str, update: int, waits: bool = True) -> float:
        """Seconds from the writing of a bookTicker frame until the order that answers it has been read."""
        raw: str = f'{{"u":{update},"s":"BTCUSDT","b":"39999.99","B":"{update % 97 + 1}.5","a":"40000.01","A":"1.0"}}'
        text: str = f'{{"stream":"btcusdt@bookTicker","data":{raw}}}' if who != "stock" else raw
        waiting: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if waits:
            self.ordered[who] = waiting
        begin: int = time.perf_counter_ns()
        await self.markets[who].send_str(text)
        return (await asyncio.wait_for(waiting, 5.0) - begin) / 1e9 if waits else 0.0

    async def ticks(self, count: int, pause: float, whom: tuple[str, ...], first: int) -> dict[str, list[float]]:
        """So many ticks for each, in turns, ``pause`` seconds from the order to the next tick."""
        taken: dict[str, list[float]] = {who: [] for who in whom}
        for number in range(count):
            for who in whom:
                taken[who].append(await self.tick(who, first + number))
                if pause:
                    await asyncio.sleep(pause)
        return taken


def serve(pipe: Connection, symbols: int = 1, page_delay: float = 0.0) -> None:
    """
    The child process; ends when the pipe does. It sends its port; then a tuple through the pipe is a method's name and its
    arguments, whose result, or error, comes back.
    """
    venue: BareVenue = BareVenue(symbols, page_delay)

    async def main() -> None:
        runner: web.AppRunner = web.AppRunner(venue.app(), access_log=None)
        await runner.setup()
        site: web.TCPSite = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        pipe.send(runner.addresses[0][1])
        loop = asyncio.get_running_loop()
        asked: asyncio.Queue[Any] = asyncio.Queue()

        def read() -> None:
            try:
                while True:
                    loop.call_soon_threadsafe(asked.put_nowait, pipe.recv())
            except EOFError:
                loop.call_soon_threadsafe(asked.put_nowait, None)

        threading.Thread(target=read, daemon=True).start()
        while (call := await asked.get()) is not None:
            name, *arguments = call
            try:
                pipe.send(await getattr(venue, name)(*arguments))
            except Exception as error:
                pipe.send(error)

    asyncio.run(main())


def ask(pipe: Connection, *call: Any) -> Any:
    """A method of the venue in the child."""
    pipe.send(call)
    answer: Any = pipe.recv()
    if isinstance(answer, Exception):
        raise answer
    return answer
