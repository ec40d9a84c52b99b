"""The gateway of that venue, made of the base's polled session: paths, readings and commands are all there is of the venue."""

from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal
from time import monotonic
from typing import Any

import msgspec
from vnpy.trader.constant import Direction, Exchange, OrderType, Product, Status
from vnpy.trader.object import AccountData, ContractData, OrderData, PositionData

from vnpy_restgateway.calendar import Calendar
from vnpy_restgateway.embedded_venue import EMBEDDED, OPTIONS_FIELD
from vnpy_restgateway.gateway import RestGateway
from vnpy_restgateway.net.outcome import NotSent, Reply, http_code
from vnpy_restgateway.net.rest import Request
from vnpy_restgateway.net.validate import amount, label
from vnpy_restgateway.orders.contradictions import number_id
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.polled.order_list import ListedOrder
from vnpy_restgateway.polled.quotes import Quote
from vnpy_restgateway.polled.ranked_rest import RankedCall, RankedRest
from vnpy_restgateway.polled.session import Command, Intervals, Listing, Paths, PolledSession
from vnpy_restgateway.settings import Field, dialog
from vnpy_restgateway.trading_rules import CashEquityRules

EXCHANGES = {"SH": Exchange.SSE, "SZ": Exchange.SZSE}
SIDES = {"B": Direction.LONG, "S": Direction.SHORT}
STATUSES = {
    "NEW": Status.NOTTRADED, "PARTIALLY_FILLED": Status.PARTTRADED, "FILLED": Status.ALLTRADED, "CANCELED": Status.CANCELLED,
    "EXPIRED": Status.CANCELLED, "REJECTED": Status.REJECTED,
}
CALENDAR = Calendar("Asia/Shanghai", weekends=True)


@dataclass
class Timings:
    request_timeout: float = 4.0
    orders_interval: float = 1.0
    quotes_interval: float = 1.0
    account_interval: float = 4.0


class TinyRest(RankedRest):
    key: str = ""

    def on_reply(self, call: RankedCall, reply: Reply) -> None:
        self.home.apply_retry_after(reply, reply.body[:100].decode("utf-8", "replace"), 5.0)
        if reply.status == 401:
            self.home.lock_out("Authentication failed. Check Key, then connect again")

    def sign(self, request: Request) -> Request:
        call: Any = request.extra
        if reason := self.home.why_paused("key", keyless=not call.private):
            raise NotSent(reason)
        call.sent = monotonic()
        request.headers = {"X-Key": self.key, "Content-Type": "application/json"}
        if call.method == "POST":
            request.data = msgspec.json.encode(call.params)
        return request


class TinySession(PolledSession):
    paths = Paths("/time", "/securities", "/orders", "/account", "/positions", "/quote?code={symbol}")
    refusals = frozenset({"BAD_KEY", "BAD_REQUEST", "TOO_MANY", "BUSY", "INSUFFICIENT_BALANCE", "MARKET_CLOSED", "FILTER", "HTTP 429", "HTTP 418"})
    gone = frozenset({"UNKNOWN_ORDER", "BAD_REQUEST"})

    def __init__(self, gateway: "TinyGateway", venue: dict[str, Any]) -> None:
        self.timings, self.venue = gateway.timings, venue
        timings, self.tiny = self.timings, TinyRest(gateway.host)
        super().__init__(gateway.host, self.tiny, Intervals(lambda: timings.orders_interval, lambda: timings.account_interval, lambda: timings.quotes_interval), day=CALENDAR)

    def start_rest(self) -> None:
        self.tiny.key = self.venue["key"]
        self.tiny.begin(self.venue["rest"], "", 0, self.timings.request_timeout, self.timings.request_timeout)

    def read_error(self, reply: Reply) -> tuple[int | str, str] | None:
        if isinstance(reply.data, dict) and isinstance(reply.data.get("error"), str):
            return reply.data["error"], str(reply.data.get("message", ""))
        return None if reply.status == 200 and not reply.malformed else (http_code(reply.status), "")

    def read_time(self, data: Any) -> int:
        return int(data["now"])

    def read_contract(self, d: Any) -> Listing:
        code, _, place = label(d["code"]).partition(".")
        contract = ContractData(self.host.gateway_name, code, EXCHANGES[place], d["name"], Product.EQUITY, 1, amount(d["tick"]), d["lot"], net_position=True)
        contract.extra = {"base": d["code"]}
        lot = Decimal(d["lot"])
        return Listing(contract, d["code"], CashEquityRules(contract, [(Decimal(0), Decimal(d["tick"]))], lot, lot, fee_rate=0.0003, least_fee=5.0))

    def read_order(self, d: Any) -> ListedOrder:
        contract, moment = self.host.contracts.by_venue(d["code"]), datetime.fromtimestamp(d["time"] / 1000, timezone.utc)
        venue_id = f"{CALENDAR.trading_day(moment)}-{number_id(d['id'])}"       # ids begin again every day
        order = OrderData(
            self.host.gateway_name, contract.symbol, contract.exchange, label(d["tag"]) if d["tag"] else venue_id, OrderType.LIMIT, SIDES[d["side"]],
            price=amount(d["price"]), volume=amount(d["volume"]), traded=amount(d["traded"]), status=STATUSES[d["status"]], datetime=moment,
        )
        return ListedOrder(VenueOrder(order, venue_id), amount(d["turnover"]))

    def read_account(self, data: Any) -> tuple[AccountData, float]:
        cash, frozen = amount(data["cash"]), amount(data["frozen"])
        return AccountData(self.host.gateway_name, "CNY", cash + frozen, frozen), cash

    def read_position(self, d: Any) -> PositionData:
        contract, volume, sellable = self.host.contracts.by_venue(d["code"]), amount(d["volume"]), amount(d["sellable"])
        return PositionData(self.host.gateway_name, contract.symbol, contract.exchange, Direction.NET, volume, volume - sellable, yd_volume=sellable)

    def read_quote(self, data: Any, quote: Quote) -> None:
        quote.bids, quote.asks = ([(amount(price), amount(size)) for price, size in data[side]] for side in ("bids", "asks"))
        quote.price = amount(data["last"])

    def read_placed(self, data: Any) -> str:
        return f"{CALENDAR.trading_day(self.host.now())}-{number_id(data['id'])}"

    def place_call(self, order: OrderData, venue_symbol: str) -> Command:
        side = "B" if order.direction is Direction.LONG else "S"
        return Command("POST", "/order", {"code": venue_symbol, "side": side, "price": f"{order.price:.2f}", "volume": f"{order.volume:.0f}", "tag": order.orderid})

    def cancel_call(self, entry: Entry) -> Command:
        return Command("POST", "/cancel", {"id": int(entry.venue_id.rpartition("-")[2])})


class TinyGateway(RestGateway):
    default_name = "TINY"
    venue_name = "a tiny venue"
    dialect = "tiny"
    exchanges = [Exchange.SSE, Exchange.SZSE]
    not_found_policy = NotFoundPolicy(bound=6.0, spacing=1.0, misses=3, first=0.2, longest=3.0)
    fields = (
        Field("Key", "secret", servers=("TINY",)), Field("Server", "choice", choices=(EMBEDDED, "TINY"), real="TINY"),
        Field("Host", "host", servers=("TINY",)), OPTIONS_FIELD,
    )
    default_setting = dialog(fields)

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.timings = Timings()

    def real_venue(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"rest": values["Host"], "stream": "", "key": values["Key"], "secret": ""}

    def make_session(self, venue: dict[str, Any], values: dict[str, Any]) -> TinySession:
        return TinySession(self, venue)


PROFILES: list[dict[str, Any]] = [{
    "name": "TINY", "gateway": "tiny_gateway:TinyGateway", "dialect": "tiny", "symbol": "600001",
    "setting": {"Server": "TINY", "Host": "{rest}", "Key": "{key}"}, "ready_line": "Trade API connected", "lacks": ("FAK", "FOK", "STOP", "MARKET"),
    "job": {"symbol": "600001.SSE", "strategy": "vnpy_rehearsal.share_strategy:ShareRehearsalStrategy"},
}]
