"""cryptofeed: book, trades, tickers and bars over TLS, and orders over its REST calls."""

import asyncio
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from cryptofeed import FeedHandler
from cryptofeed.connection import RestEndpoint, WebsocketEndpoint
from cryptofeed.defines import BUY, CANDLES, GOOD_TIL_CANCELED, L2_BOOK, LIMIT, SELL, TICKER, TRADES
from cryptofeed.exchanges import Binance
from cryptofeed.exchanges.mixins.binance_rest import BinanceRestMixin
from talk import SETTINGS, hear, say

SYMBOL: str = "BTC-USDT"
Binance.websocket_endpoints = [WebsocketEndpoint(SETTINGS["stream"])]
Binance.rest_endpoints = [RestEndpoint(SETTINGS["rest"], routes=Binance.rest_endpoints[0].routes)]
BinanceRestMixin.api = f"{SETTINGS['rest']}/api/v3/"


class Seen:
    def __init__(self) -> None:
        self.trades: list[dict[str, Any]] = []
        self.book: Any = None
        self.update = 0
        self.ticker: Any = None
        self.bar: Any = None

    async def on_trade(self, trade: Any, receipt: float) -> None:
        self.trades.append({name: trade.raw[name] for name in "aflpq"})

    async def on_book(self, book: Any, receipt: float) -> None:
        self.update = book.sequence_number
        self.book = [[str(price), str(side[price])] for side in (book.book.bids, book.book.asks) for price in side]

    async def on_ticker(self, ticker: Any, receipt: float) -> None:
        self.ticker = [str(ticker.bid), str(ticker.ask)]

    async def on_bar(self, bar: Any, receipt: float) -> None:
        self.bar = str(bar.close)


async def until(condition: Any, what: str) -> None:
    end = asyncio.get_running_loop().time() + 40
    while not condition():
        if asyncio.get_running_loop().time() > end:
            raise TimeoutError(what)
        await asyncio.sleep(0.01)


async def work(handler: FeedHandler, seen: Seen) -> None:
    say("started", {"version": version("cryptofeed")})
    await until(lambda: seen.book and seen.ticker, "book and ticker")
    say("ready")
    wanted = await asyncio.to_thread(hear)
    await until(lambda: wanted["trade"] in [trade["l"] for trade in seen.trades], "the last trade")
    await until(lambda: seen.update >= wanted["update"], "the last update of the book")
    await until(lambda: seen.bar is not None and Decimal(seen.bar) == Decimal(seen.trades[-1]["p"]), "the bar with the last trade")
    say("report", {"trades": seen.trades, "book": seen.book, "ticker": seen.ticker, "bar": seen.bar})


async def orders() -> None:
    """What cryptofeed can ask with a key."""
    client = Binance(config={"binance": {"key_id": SETTINGS["key"], "key_secret": SETTINGS["secret"]}})
    limit = {"order_type": LIMIT, "time_in_force": GOOD_TIL_CANCELED}
    await client.place_order(SYMBOL, BUY, amount=Decimal("0.01"), price=Decimal("40010"), **limit)
    await client.place_order(SYMBOL, SELL, amount=Decimal("0.004"), price=Decimal("39990"), **limit)
    far = await client.place_order(SYMBOL, BUY, amount=Decimal("0.01"), price=Decimal("39000"), **limit)
    found = await client.orders(SYMBOL)
    await client.cancel_order(far["orderId"], SYMBOL)
    say("traded", {"open": [each["orderId"] for each in found], "far": far["orderId"], "balances": await client.balances()})


async def main() -> None:
    await orders()
    seen = Seen()
    handler = FeedHandler()
    handler.add_feed(Binance(
        symbols=[SYMBOL], candle_closed_only=False, channels=[L2_BOOK, TRADES, TICKER, CANDLES],
        callbacks={L2_BOOK: seen.on_book, TRADES: seen.on_trade, TICKER: seen.on_ticker, CANDLES: seen.on_bar},
    ))
    handler.run(start_loop=False)
    await work(handler, seen)


asyncio.run(main())
