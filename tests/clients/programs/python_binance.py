"""python-binance: AsyncClient, BinanceSocketManager with the user socket, DepthCacheManager, ThreadedWebsocketManager."""

import asyncio
import threading
from typing import Any

import binance
from binance import AsyncClient, BinanceSocketManager, DepthCacheManager, ThreadedWebsocketManager
from binance.ws.constants import WSListenerState
from talk import SETTINGS, hear, say

DEADLINE: float = 40.0
AsyncClient.API_URL = f"{SETTINGS['rest']}/api"
AsyncClient.WS_API_URL = f"{SETTINGS['stream']}/ws-api/v3"
BinanceSocketManager.STREAM_URL = f"{SETTINGS['stream']}/"


async def until(condition: Any, what: str) -> None:
    end = asyncio.get_running_loop().time() + DEADLINE
    while not condition():
        if asyncio.get_running_loop().time() > end:
            raise TimeoutError(what)
        await asyncio.sleep(0.01)


class User:
    """What the user socket says. python-binance tells of a cut connection; who uses it opens the socket again."""

    def __init__(self, manager: BinanceSocketManager) -> None:
        self.manager = manager
        self.orders: dict[str, list[str]] = {}
        self.fills: list[list[str]] = []
        self.pushed: dict[str, list[str]] = {}
        self.errors = 0
        self.opened = 0

    async def run(self) -> None:
        while True:
            async with self.manager.user_socket() as socket:
                self.opened += 1
                while (event := await socket.recv()).get("type") != "BinanceWebsocketClosed":
                    self.take(event)
                self.errors += 1
                socket._subscription_id = None          # it went with its connection
            # opened before python-binance has reconnected, it would wait on a connection that nobody reads
            await until(lambda: self.manager._client.ws_api.ws_state == WSListenerState.STREAMING, "the reconnect")

    def take(self, event: dict[str, Any]) -> None:
        if event["e"] == "executionReport":
            self.orders[event["i"]] = [event["X"], event["z"]]
            if event["x"] == "TRADE":
                self.fills.append([event[name] for name in "tiLlnN"])
        elif event["e"] == "outboundAccountPosition":
            self.pushed.update({row["a"]: [row["f"], row["l"]] for row in event["B"]})


async def main() -> None:
    client = await AsyncClient.create(SETTINGS["key"], SETTINGS["secret"])
    manager = BinanceSocketManager(client)
    user = User(manager)
    trades: list[list[Any]] = []
    bars: list[dict[str, Any]] = []

    async def listen() -> None:
        async with manager.multiplex_socket(["btcusdt@trade", "btcusdt@kline_1m"]) as socket:
            while True:
                message = await socket.recv()
                if message["stream"] == "btcusdt@trade":
                    trades.append([message["data"][name] for name in "tpq"])
                else:
                    bars.append(message["data"]["k"])

    cache: dict[str, Any] = {}

    async def copy_book() -> None:
        async with DepthCacheManager(client, "BTCUSDT", limit=1000, conv_type=str, ws_interval=100) as depth:
            cache["first"] = depth.get_depth_cache().get_bids()
            while True:
                found = await depth.recv()
                if isinstance(found, dict):             # an error: the next event that does not fit makes it ask again
                    cache["errors"] = cache.get("errors", 0) + 1
                    continue
                cache["bids"], cache["asks"], cache["id"] = found.get_bids(), found.get_asks(), depth._last_update_id

    tasks = [asyncio.create_task(each) for each in (user.run(), listen(), copy_book())]
    await until(lambda: user.opened and "first" in cache, "the sockets")
    say("ready", {"version": binance.__version__})
    await trade(client, user)
    wanted = await asyncio.to_thread(hear)
    for task in tasks:
        if task.done():
            task.result()
    await until(lambda: [each for each in trades if each[0] == wanted["trade"]], "the last trade")
    await until(lambda: cache.get("id", 0) >= wanted["update"], "the last update of the book")
    balances = {row["asset"]: [row["free"], row["locked"]] for row in (await client.get_account())["balances"]}
    say("report", {
        "orders": user.orders, "fills": user.fills, "balances": balances, "pushed": user.pushed, "trades": trades,
        "bids": cache["bids"], "asks": cache["asks"], "bar": bars[-1], "opened": user.opened, "errors": user.errors,
    })
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await client.close_connection()


async def trade(client: AsyncClient, user: User) -> None:
    limit = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01"}
    await client.order_market_buy(symbol="BTCUSDT", quantity="0.01")
    await client.ws_create_order(symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.004")
    far = await client.create_order(**limit, price="39000")
    await client.cancel_order(symbol="BTCUSDT", orderId=far["orderId"])
    await until(lambda: user.orders.get(far["orderId"], [""])[0] == "CANCELED", "the cancel")
    say("traded")
    await asyncio.to_thread(hear)                       # the user stream has been cut
    await until(lambda: user.opened >= 2, "the second user socket")
    near = await client.create_order(**limit, price="39995")
    await until(lambda: user.orders.get(near["orderId"], [""])[0] == "FILLED", "the fill of the resting order")
    say("filled")


def threaded() -> None:
    """The same streams through the manager that has a thread of its own."""
    heard: list[dict[str, Any]] = []
    reports: list[dict[str, Any]] = []
    told = threading.Event()
    asyncio.set_event_loop(asyncio.new_event_loop())
    manager = ThreadedWebsocketManager(api_key=SETTINGS["key"], api_secret=SETTINGS["secret"])
    manager.start()

    def on_user(message: dict[str, Any]) -> None:
        reports.append(message)
        told.set()

    manager.start_trade_socket(callback=heard.append, symbol="BTCUSDT")
    manager.start_user_socket(callback=on_user)
    say("threaded")
    wanted = hear()
    end = threading.Event()
    for _ in range(int(DEADLINE * 100)):
        if any(each.get("t") == wanted["trade"] for each in heard) and reports:
            break
        end.wait(0.01)
    manager.stop()
    say("threaded report", {"trades": [[each[name] for name in "tpq"] for each in heard], "events": [each["e"] for each in reports]})


asyncio.run(main())
threaded()
