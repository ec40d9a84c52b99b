"""ccxt.pro: watched book, trades, bars, orders, fills and balances, orders over the WebSocket API."""

import asyncio
from typing import Any

import ccxt
import ccxt.pro
from talk import SETTINGS, hear, say

SYMBOL: str = "BTC/USDT"
DEADLINE: float = 40.0
WORDS: dict[str, str] = {"closed": "FILLED", "canceled": "CANCELED", "open": "NEW", "expired": "EXPIRED", "rejected": "REJECTED"}


def connect() -> Any:
    exchange = ccxt.pro.binance({
        "apiKey": SETTINGS["key"], "secret": SETTINGS["secret"], "newUpdates": True,
        "options": {"watchOrderBook": {"maxRetries": 5}, "fetchMarkets": {"types": ["spot"]}},
    })
    urls = exchange.urls["api"]
    for name, url in urls.items():
        if isinstance(url, str):
            urls[name] = url.replace("https://api.binance.com", SETTINGS["rest"])
    urls["ws"]["spot"] = f"{SETTINGS['stream']}/ws"
    urls["ws"]["ws-api"]["spot"] = f"{SETTINGS['stream']}/ws-api/v3"
    return exchange


async def until(condition: Any, what: str) -> None:
    end = asyncio.get_running_loop().time() + DEADLINE
    while not condition():
        if asyncio.get_running_loop().time() > end:
            raise TimeoutError(what)
        await asyncio.sleep(0.01)


class Watched:
    """What the watch calls have said; one that fails for the network is called again, as ccxt's manual has it."""

    def __init__(self, exchange: Any) -> None:
        self.exchange = exchange
        self.orders: dict[str, list[Any]] = {}
        self.fills: dict[str, list[Any]] = {}
        self.trades: dict[str, list[Any]] = {}
        self.book: Any = None
        self.bar: list[Any] = []
        self.free: dict[str, Any] = {}
        self.errors: list[str] = []
        self.tasks = [
            asyncio.create_task(self.watch(call, take))
            for call, take in (
                (exchange.watch_orders, self.take_orders), (exchange.watch_my_trades, self.take_fills),
                (exchange.watch_balance, self.take_balance), (exchange.watch_trades, self.take_trades),
                (exchange.watch_order_book, self.take_book), (exchange.watch_ohlcv, self.take_bars),
            )
        ]

    async def watch(self, call: Any, take: Any) -> None:
        arguments = [] if call == self.exchange.watch_balance else [SYMBOL]
        while True:
            try:
                take(await call(*arguments))
            except ccxt.NetworkError as error:
                self.errors.append(f"{call.__name__}: {error}")
                await asyncio.sleep(0.1)

    def take_orders(self, orders: Any) -> None:
        self.orders.update({order["id"]: [WORDS[order["status"]], order["filled"]] for order in orders})

    def take_fills(self, fills: Any) -> None:
        for fill in fills:
            assert fill["id"] not in self.fills, fill
            self.fills[fill["id"]] = [
                fill["id"], fill["order"], fill["price"], fill["amount"], fill["fee"]["cost"], fill["fee"]["currency"],
            ]

    def take_trades(self, trades: Any) -> None:
        self.trades.update({trade["id"]: [trade["id"], trade["price"], trade["amount"]] for trade in trades})

    def take_balance(self, balance: Any) -> None:
        self.free = balance["free"]

    def take_book(self, book: Any) -> None:
        self.book = book

    def take_bars(self, bars: Any) -> None:
        self.bar = bars[-1]

    def check(self) -> None:
        for task in self.tasks:
            if task.done():
                task.result()


async def main() -> None:
    exchange = connect()
    await exchange.load_markets()
    seen = Watched(exchange)
    await until(lambda: seen.check() or seen.book, "the book")
    say("ready", {"version": ccxt.__version__})
    await asyncio.to_thread(hear)                       # the user data stream is subscribed
    await exchange.create_order_ws(SYMBOL, "market", "buy", 0.01)
    await exchange.create_order(SYMBOL, "market", "sell", 0.004)
    far = await exchange.create_order_ws(SYMBOL, "limit", "buy", 0.01, 39000)
    await exchange.edit_order_ws(far["id"], SYMBOL, "limit", "buy", 0.02, 39001)
    open_orders = await exchange.fetch_open_orders_ws(SYMBOL)
    assert [order["price"] for order in open_orders] == [39001], open_orders
    await exchange.cancel_order_ws(open_orders[0]["id"], SYMBOL)
    await until(lambda: seen.orders.get(open_orders[0]["id"], [""])[0] == "CANCELED", "the cancel")
    say("traded")
    await asyncio.to_thread(hear)                       # the stream has been cut and subscribed again
    near = await exchange.create_order_ws(SYMBOL, "limit", "buy", 0.01, 39995)
    await until(lambda: seen.check() or seen.orders.get(near["id"], [""])[0] == "FILLED", "the fill of the resting order")
    say("filled")
    wanted = await asyncio.to_thread(hear)
    await until(lambda: str(wanted["trade"]) in seen.trades, "the last trade")
    await until(lambda: seen.book["nonce"] >= wanted["update"], "the last update of the book")
    last = seen.trades[str(wanted["trade"])][1]
    await until(lambda: seen.bar and seen.bar[4] == last, "the bar with the last trade")
    balance = await exchange.fetch_balance()
    say("report", {
        "orders": seen.orders, "fills": list(seen.fills.values()), "trades": list(seen.trades.values()),
        "balances": {asset: [balance[asset]["free"], balance[asset]["used"]] for asset in balance["total"]},
        "free": seen.free, "bids": list(seen.book["bids"]), "asks": list(seen.book["asks"]), "bar": seen.bar, "errors": seen.errors,
    })
    for task in seen.tasks:
        task.cancel()
    await asyncio.gather(*seen.tasks, return_exceptions=True)
    await exchange.close()


asyncio.run(main())
