"""A dialect of the tests' own, as small as one can be: orders as JSON, events as a websocket."""

import asyncio
from typing import Any

import msgspec
from aiohttp import web

from mockexchange.core.commands import CancelOrder, PlaceOrder
from mockexchange.core.errors import Refusal
from mockexchange.core.events import Event, OrderReport
from mockexchange.core.numbers import parse_amount
from mockexchange.dialects import DIALECTS
from mockexchange.server.venue import Venue

DIALECTS["test"] = "server_dialect:ServerDialect"

KEY: str = "mock-key"


class ServerDialect:
    """POST /order, DELETE /order, GET /echo, GET /hold (never answers), GET /ws (events)."""

    name = "test"

    def __init__(self, venue: Venue) -> None:
        self.venue: Venue = venue
        self.sockets: set[web.WebSocketResponse] = set()

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/order", self.place)
        app.router.add_delete("/order", self.cancel)
        app.router.add_route("*", "/echo", self.echo)
        app.router.add_get("/hold", self.hold)
        app.router.add_get("/ws", self.stream)

    async def start(self) -> None:
        self.unlisten = self.venue.listen(self.publish)

    async def stop(self) -> None:
        self.unlisten()

    async def place(self, request: web.Request) -> web.Response:
        data: dict[str, Any] = msgspec.json.decode(await request.read())
        for name in ("quantity", "price", "stop_price"):
            if name in data:
                data[name] = parse_amount(data[name])
        return self.applied(PlaceOrder(**{"account": KEY, "symbol": "BTCUSDT", "type": "LIMIT", **data}))

    async def cancel(self, request: web.Request) -> web.Response:
        return self.applied(CancelOrder(KEY, "BTCUSDT", int(request.query["order_id"])))

    def applied(self, command: Any) -> web.Response:
        try:
            events: list[Event] = self.venue.apply(command)
        except Refusal as refusal:
            return web.json_response({"refused": refusal.reason}, status=400)
        reports: list[OrderReport] = [event for event in events if isinstance(event, OrderReport)]
        return web.json_response({"order_id": reports[0].order_id, "status": reports[-1].status})

    async def echo(self, request: web.Request) -> web.Response:
        return web.json_response({"path": request.path})

    async def hold(self, request: web.Request) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    async def stream(self, request: web.Request) -> web.WebSocketResponse:
        socket: web.WebSocketResponse = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.add(socket)
        async for _ in socket:
            pass
        self.sockets.discard(socket)
        return socket

    def publish(self, events: list[Event]) -> None:
        for socket in self.sockets:
            asyncio.ensure_future(socket.send_str(f"{len(events)} events"))
