"""
A venue of nobody's: A-shares over HTTP, nothing pushed, no fills told, ids that begin again every day.

    GET /time /securities /account /positions /orders /quote?code=    POST /order /cancel      header X-Key
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from mockexchange.contents import Contents
from mockexchange.core.ack_first import Acknowledged
from mockexchange.core.calendar import RoundTheClock
from mockexchange.core.commands import CancelOrder, PlaceOrder
from mockexchange.core.errors import Refusal
from mockexchange.core.instruments import CashEquity, Instrument
from mockexchange.core.numbers import SCALE, format_amount, parse_amount
from mockexchange.core.orders import Order
from mockexchange.venue_api import VenueApi

CALENDAR = RoundTheClock("Asia/Shanghai")
FEES = {"commission": "0.00025", "least_commission": "5", "stamp_duty": "0.0005", "transfer_fee": "0.00001"}
NO_TIME: str = "requests carry neither a time nor a nonce"
LABELS: dict[str, Any] = {
    "order": ("POST /order",), "cancel": ("POST /cancel",), "account": "GET /account", "open_orders": "GET /orders",
    "unknown": (500, '{"error":"INTERNAL"}'), "too_many": '{"error":"TOO_MANY"}', "busy": '{"error":"BUSY"}',
    "odd_order": {"id": "1", "newField": 1},
    "numbers": {
        "GET /orders": ("*.volume", "*.traded", "*.price"), "GET /account": ("cash",), "GET /positions": ("0.volume",), "GET /quote": ("last",),
    },
    "says_cancelled": {"*.status": "CANCELED"}, "refused_inside": [(200, '{"error":"INSUFFICIENT_BALANCE","message":"no cash"}', "no cash")],
    "contradictions": [(("GET /orders",), "on_reply", {"*.traded": "500"}), (("GET /orders",), "on_reply", {"*.status": "FILLED"})],
    "wrong_ids": [*((("POST /order",), "on_reply", {"id": no_id}) for no_id in (None, [1], True, "")), (("GET /orders",), "on_reply", {"*.id": [1]})],
}
TRAITS: dict[str, Any] = {
    "tells_fills": False, "pushed": False, "has_bars": False, "exchange": "SSE", "daily_ids": True,
    "absent": {"F20": NO_TIME, "F21": NO_TIME, "F34": NO_TIME, "F43": "the lots of a board do not change in mid-session"},
    "market": {
        "symbol": "600001.SH", "opens": 10.0, "low": 9.2, "near": 9.9, "under": "9.8", "below_low": "9.1", "high": 10.5, "dear": 10.9,
        "apart": 0.01, "moves": ("10.01", "10"), "swings": ("9.9", "10.1", "10"), "unit": 100.0, "small": 100.0,
        "odd": (9.219, 300.0), "rounded": (9.21, 300.0), "little": 100.0, "too_little": 50.0,
    },
}


def share(symbol: str, price: str) -> Instrument:
    terms = CashEquity(lot=100 * SCALE, least=100 * SCALE, band=SCALE // 10, t_plus=1, **{name: parse_amount(rate) for name, rate in FEES.items()})
    return Instrument(
        symbol, symbol, "CNY", tick_size=parse_amount("0.01"), step_size=SCALE, min_price=parse_amount("0.01"), max_price=parse_amount("1000"), min_quantity=SCALE,
        max_quantity=1_000_000 * SCALE, market_max_quantity=1_000_000 * SCALE, min_notional=0, max_notional=0,
        start_price=parse_amount(price), maker_fee=0, taker_fee=0, default_stp_mode="NONE", max_num_orders=10_000, equity=terms,
    )


class TinyDialect:
    name = "tiny"
    wire_labels = LABELS
    traits = TRAITS

    def __init__(self, venue: VenueApi) -> None:
        self.venue = venue

    @staticmethod
    def contents() -> Contents:
        funds = {"CNY": 1_000_000 * SCALE, "600001.SH": 100_000 * SCALE}
        return Contents([share("600001.SH", "10"), share("600002.SH", "25")], [("mock-key", "mock-secret", funds)], CALENDAR)

    def add_routes(self, app: web.Application) -> None:
        for method, path in (("GET", self.time), ("GET", self.securities), ("GET", self.account), ("GET", self.positions), ("GET", self.orders),
                             ("GET", self.quote), ("POST", self.order), ("POST", self.cancel)):
            app.router.add_route(method, f"/{path.__name__}", self.handler(path))

    def labels(self) -> tuple[str, ...]:
        return ()

    async def start(self) -> None: ...
    async def stop(self) -> None: ...

    def handler(self, call: Callable[[str, Any], Any]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.Response:
            key: str = request.headers.get("X-Key", "")
            if key not in self.venue.keys:
                return web.json_response({"error": "BAD_KEY", "message": "unknown key"}, status=401)
            try:
                given = await request.json() if request.method == "POST" else dict(request.query)
                return web.json_response(call(key, given))
            except Refusal as refusal:
                return web.json_response({"error": refusal.reason, "message": f"{refusal.filter} {refusal.text}"}, status=400)
            except (KeyError, TypeError, ValueError) as error:
                return web.json_response({"error": "BAD_REQUEST", "message": repr(error)}, status=400)
        return handle

    def today(self, key: str) -> list[Order]:
        """Oldest first: an order's id is its place among them, from 1 on."""
        exchange, day = self.venue.exchange, CALENDAR.trading_day(self.venue.now())
        found = [one for symbol in exchange.instruments for one in exchange.all_orders(key, symbol) if CALENDAR.trading_day(one.time) == day]
        return sorted(found, key=lambda one: one.order_id)

    def time(self, key: str, given: Any) -> Any:
        return {"now": self.venue.now() // 1000}

    def securities(self, key: str, given: Any) -> Any:
        return [{"code": one, "name": f"Share {one[:6]}", "lot": 100, "tick": "0.01"} for one in self.venue.exchange.instruments]

    def account(self, key: str, given: Any) -> Any:
        free, locked = self.venue.exchange.balances(key)["CNY"]
        return {"cash": format_amount(free), "frozen": format_amount(locked)}

    def positions(self, key: str, given: Any) -> Any:
        late = self.venue.exchange.ledger.unsettled[key]
        rows = {code: (free, free + locked + late.get(code, 0)) for code, (free, locked) in {**dict.fromkeys(late, (0, 0)), **self.venue.exchange.balances(key)}.items() if code != "CNY"}
        return [{"code": code, "volume": format_amount(total), "sellable": format_amount(free)} for code, (free, total) in rows.items() if total]

    def orders(self, key: str, given: Any) -> Any:
        return [{
            "id": n, "tag": one.client_order_id, "code": one.symbol, "side": "B" if one.is_buy else "S", "price": format_amount(one.price),
            "volume": format_amount(one.quantity), "traded": format_amount(one.executed), "turnover": format_amount(one.executed_quote),
            "status": one.status, "time": one.time // 1000,
        } for n, one in enumerate(self.today(key), 1)]

    def quote(self, key: str, given: Any) -> Any:
        book, tape = self.venue.exchange.books[given["code"]], self.venue.exchange.tapes[given["code"]]
        levels = {side: [[format_amount(price), format_amount(size)] for price, size in rows] for side, rows in (("bids", book.bids(5)), ("asks", book.asks(5)))}
        return {"last": format_amount(tape.last_price), **levels}

    def order(self, key: str, given: Any) -> Any:
        command = PlaceOrder(
            key, given["code"], {"B": "BUY", "S": "SELL"}[given["side"]], "LIMIT", parse_amount(given["volume"]), parse_amount(given["price"]),
            client_order_id=given["tag"], stp_mode="NONE",
        )
        events = self.venue.apply(command)
        return {"id": len(self.today(key)) + isinstance(events, Acknowledged)}

    def cancel(self, key: str, given: Any) -> Any:
        one = dict(enumerate(self.today(key), 1))[given["id"]]
        self.venue.apply(CancelOrder(key, one.symbol, one.order_id))
        return {"id": given["id"]}
