"""The binance dialect with a trivial route beside its own: what an answer of this server costs at least."""

import msgspec
from aiohttp import web

from mockexchange.dialects.binance import BinanceDialect

ANSWER: dict[str, object] = {"symbol": "BTCUSDT", "orderId": 28, "clientOrderId": "x-20260801-000001"}


async def trivial(request: web.Request) -> web.Response:
    """A small JSON answer, made anew every time."""
    return web.Response(body=msgspec.json.encode(ANSWER), content_type="application/json")


class BenchDialect(BinanceDialect):
    """Named to ``MockExchange`` as "bench_dialect:BenchDialect"."""

    def add_routes(self, app: web.Application) -> None:
        super().add_routes(app)
        app.router.add_post("/trivial", trivial)
