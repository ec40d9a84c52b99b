"""Prices and quantities up to 1e18: through the file, the core, the journal and its restart, REST and the streams, digit by digit."""

import asyncio
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import aiohttp
import pytest

from mockexchange import MockExchange
from mockexchange.core.commands import PlaceOrder
from mockexchange.core.events import OrderReport

MINUTES: int = 40
START_MS: int = 1_704_067_200_000


def plain(text: str) -> str:
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(8, '0')}"


@pytest.mark.parametrize(("price", "quantity"), [
    ("1000000000000000000", "1000000000000000000"), ("1000000000000000000", "0.00000001"), ("0.00000001", "1000000000000000000"),
    ("100000000000.5", "123456789012.12345678"),
])
def test_through_everything(tmp_path: Path, price: str, quantity: str) -> None:
    path: Path = tmp_path / "BIGUSDT-1m.csv"
    path.write_text("".join(
        f"{at},{price},{price},{price},{price},{quantity},{at + 59_999},0,3,0,0,0\n" for at in range(START_MS, START_MS + MINUTES * 60_000, 60_000)
    ))
    with MockExchange("binance", feed=str(path), speed="max", state=tmp_path / "state") as venue:
        venue.deposit(venue.key, "USDT", "1000000000000000000")
        venue.deposit(venue.key, "BIG", "1000000000000000000")
        frames = asyncio.run(asyncio.wait_for(watch(venue.rest, venue.stream), 60))
        trades = [frame["data"] for frame in frames if frame["stream"].endswith("@trade")]
        assert len(trades) == MINUTES
        assert {(trade["p"], trade["q"]) for trade in trades} == {(plain(price), plain(quantity))}
        assert all("e+" not in json.dumps(frame).lower() and "e-" not in json.dumps(frame).lower() for frame in frames)
        before = venue.state()
        account, symbol = venue.key, "BIGUSDT"
        placed = venue.run(lambda inner: place(inner, account, symbol))
        assert placed["executed"] > 0 and placed["rested"] > 0
        balances = venue.run(lambda inner: inner.exchange.balances(account))
        venue.restart()
        assert venue.run(lambda inner: inner.exchange.balances(account)) == balances
        assert len(venue.run(lambda inner: inner.exchange.open_orders(account))) == 1
        venue.run(lambda inner: inner.exchange.ledger.check())
        assert before["feed"]["status"] == "ended"


def place(venue: Any, account: str, symbol: str) -> dict[str, int]:
    """The largest order at the touch, and one that rests."""
    book, rules = venue.exchange.books[symbol], venue.exchange.instruments[symbol]
    ask: int = book.asks(1)[0][0]
    least: int = max(rules.min_quantity, -(-rules.min_notional * 10 ** 8 // ask))
    least = -(-least // rules.step_size) * rules.step_size
    taken = venue.apply(PlaceOrder(account, symbol, "BUY", "LIMIT", least, ask))
    rested = venue.apply(PlaceOrder(account, symbol, "SELL", "LIMIT", least, ask + 2 * rules.tick_size))
    return {
        "executed": max(each.executed for each in taken if isinstance(each, OrderReport)),
        "rested": sum(each.is_on_book for each in rested if isinstance(each, OrderReport)),
    }


async def watch(rest: str, stream: str) -> list[dict[str, Any]]:
    """The stream's frames until the replay is over; REST answers of the market among them."""
    found: list[dict[str, Any]] = []
    deadline: float = time.monotonic() + 50
    async with aiohttp.ClientSession() as session:
        url: str = f"{stream}/stream?streams=bigusdt@trade/bigusdt@kline_1m/bigusdt@ticker/bigusdt@depth5"
        async with session.ws_connect(url) as socket:
            ended: bool = False
            while not ended or sum(frame["stream"].endswith("@trade") for frame in found) < MINUTES:
                assert time.monotonic() < deadline
                async with session.get(f"{rest}/_mock/state") as answer:
                    ended = (await answer.json())["feed"]["status"] == "ended"
                try:
                    while True:
                        found.append(json.loads((await socket.receive(0.2)).data))
                except (TimeoutError, asyncio.TimeoutError):
                    pass
        for path in ("ticker/24hr", "klines?interval=1m", "depth", "trades", "aggTrades", "avgPrice", "ticker/bookTicker", "exchangeInfo"):
            async with session.get(f"{rest}/api/v3/{path}{'&' if '?' in path else '?'}symbol=BIGUSDT") as answer:
                assert answer.status == 200
                found.append({"stream": path, "data": json.loads(await answer.text())})
    return found


def test_orders_over_rest(tmp_path: Path) -> None:
    """Of a symbol whose own filters go beyond Binance's 64 bits an order may, too; elsewhere it overflows."""
    with MockExchange("binance", feed="none", listed=["BIGUSDT:BIG:USDT:1:1:1000000000000000000", "TINYUSDT:TINY:USDT:0.00000001:1:0.00000001"]) as venue:
        venue.deposit(venue.key, "USDT", "10000000000000000000")
        venue.deposit(venue.key, "TINY", "1000000000000000000")
        big = order(venue, symbol="BIGUSDT", side="BUY", price="1000000000000000000", quantity="2")
        assert (big["price"], big["status"]) == ("1000000000000000000.00000000", "NEW")
        tiny = order(venue, symbol="TINYUSDT", side="SELL", price="0.00000001", quantity="900000000000000")
        assert (tiny["origQty"], tiny["status"]) == ("900000000000000.00000000", "NEW")
        assert order(venue, symbol="BTCUSDT", side="BUY", price="40000", quantity="99999999999")["code"] == -1108
        key: str = venue.key
        assert venue.run(lambda inner: inner.exchange.balances(key)["USDT"][1]) == 2 * 10 ** 26


def order(venue: MockExchange, **params: str) -> Any:
    query: str = urlencode({"type": "LIMIT", "timeInForce": "GTC", "timestamp": str(int(time.time() * 1000)), **params})
    query += "&signature=" + hmac.new(venue.secret.encode(), query.encode(), hashlib.sha256).hexdigest()
    request = Request(f"{venue.rest}/api/v3/order?{query}", b"", {"X-MBX-APIKEY": venue.key})
    try:
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)
    except HTTPError as error:
        return json.loads(error.read())
