"""How a gateway is pointed at a simulated venue, and what the pair of them can do."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from vnpy.trader.constant import Exchange, OrderType
from vnpy.trader.gateway import BaseGateway

PAGE: str = "<html><body>Bad Gateway</body></html>"


class Faults(Protocol):
    """The faults of a venue."""

    def add(self, spec: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]: ...

    def list(self) -> list[dict[str, Any]]: ...

    def clear(self) -> None: ...


class Venue(Protocol):
    """A simulated venue, as the rows of the matrix see it."""

    faults: Any

    @property
    def rest(self) -> str: ...

    @property
    def stream(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def secret(self) -> str: ...

    def journal(self, after: int = 0) -> list[dict[str, Any]]: ...

    def set_price(self, symbol: str, price: str | int) -> None: ...

    def clock(self, offset_ms: int) -> None: ...

    def restart(self, keep_state: bool = True, down: float = 0.0) -> None: ...

    def set_key(self, key: str, revoked: bool = True) -> None: ...

    def remove_symbol(self, symbol: str) -> None: ...

    def add_symbol(self, symbol: str) -> None: ...

    def ban(self, ms: int, status: int = 418) -> None: ...

    def wire(self) -> Any: ...

    def set_rules(self, symbol: str, *, status: str = "", **rules: str | int) -> None: ...

    def amend(self, quantity: str | int, *, order_id: int | None = None) -> None: ...


class Wire(NamedTuple):
    """
    What a dialect calls things: labels of requests and pushes, as faults match them, and answers that mean something.
    Where an order can go out in two ways, both labels are there; the one that is not used is never struck.
    """

    order: tuple[str, ...]
    cancel: tuple[str, ...]
    order_push: str = ""            # "": nothing is pushed
    user_push: str = ""
    quote_push: str = ""
    subscribe: str = ""             # the request that subscribes to quotes, over a websocket
    account: str = ""
    open_orders: str = ""
    history: str = ""
    retired: tuple[tuple[int, str], ...] = ((410, PAGE), (404, PAGE))     # statuses and bodies: the route is gone
    unknown: tuple[int, str] = (500, "")        # status and body: the venue does not know what became of an order
    too_many: str = ""              # body of a 429: too many orders
    busy: str = ""                  # body of a 503: nothing was done
    duplicate: str = ""             # body of a 400: the client order id is in use
    refused_subscription: str = ""  # what a request to subscribe is answered that is refused
    odd_order: Mapping[str, Any] = {}           # what to set in the answer to an order, so that it is odd
    odd_push: Mapping[str, Any] = {}            # and in the push of an order
    numbers: Mapping[str, tuple[str, ...]] = {}     # label -> paths of numbers in the message


SEVERAL: tuple[str, ...] = ("order", "cancel")
LABELS: tuple[str, ...] = (
    *SEVERAL, "order_push", "user_push", "quote_push", "subscribe", "account", "open_orders", "history",
)
WIRES: dict[str, Wire] = {
    "binance": Wire(
        order=("WS order.place", "POST /api/v3/order"), cancel=("WS order.cancel", "DELETE /api/v3/order"),
        order_push="PUSH user executionReport", user_push="PUSH user *", quote_push="PUSH btcusdt@*", subscribe="WS SUBSCRIBE",
        account="GET /api/v3/account", open_orders="GET /api/v3/openOrders", history="GET /api/v3/klines",
        retired=((410, '{"code":-1016,"msg":"This service is no longer available."}'), (404, '{"code":-1020,"msg":"This operation is not supported."}')),
        unknown=(400, '{"code":-1007,"msg":"Timeout waiting for response from backend server. Send status unknown; execution status unknown."}'),
        too_many='{"code":-1015,"msg":"Too many new orders; current limit is 50 orders per 10 SECOND."}',
        busy='{"code":-1008,"msg":"Server is currently overloaded with other requests. Please try again in a few minutes."}',
        duplicate='{"code":-2010,"msg":"Duplicate order sent."}',
        refused_subscription='{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"}',
        odd_order={"status": "BRAND_NEW", "result.status": "BRAND_NEW", "result.orderId": "12", "newField": 1},
        odd_push={"event.X": "BRAND_NEW", "event.o": "BRAND_NEW_TYPE", "event.newField": {"a": 1}},
        numbers={
            "PUSH btcusdt@aggTrade": ("data.p", "data.q"), "PUSH btcusdt@bookTicker": ("data.b", "data.A"),
            "PUSH btcusdt@depth5*": ("data.bids.0.0", "data.asks.0.1"), "PUSH btcusdt@ticker": ("data.c", "data.v"),
            "PUSH user executionReport": ("event.q", "event.z", "event.l", "event.L"),
            "PUSH user outboundAccountPosition": ("event.B.0.f", "event.B.0.l"),
            "WS order.place": ("result.origQty", "result.executedQty"), "GET /api/v3/account": ("balances.0.free", "balances.0.locked"),
            "GET /api/v3/order": ("origQty", "executedQty"), "GET /api/v3/myTrades": ("*.price", "*.qty"),
        },
    ),
    "hashex": Wire(
        order=("POST /spot/v1/u/trade/order/create",), cancel=("POST /spot/v1/u/trade/order/cancel",),
        order_push="PUSH user uOrder", user_push="PUSH user *", quote_push="PUSH BTC_USDT@*", subscribe="WS subSymbol",
        account="GET /spot/v1/u/balance/spot", open_orders="GET /spot/v1/u/trade/order/list",
        history="GET /spot/v1/p/quotation/kline", refused_subscription="sub fail",
        unknown=(200, '{"code":10,"msg":"internal error"}'),
        odd_order={"data": {"odd": 1}, "newField": 1},
        odd_push={"data.state": 99, "data.newField": {"a": 1}},
        numbers={
            "PUSH BTC_USDT@qDeal": ("data.p", "data.a"), "PUSH BTC_USDT@qDepth": ("data.p", "data.q"),
            "PUSH BTC_USDT@qAllDepth": ("data.b.0.0", "data.a.0.1"), "PUSH *qStats": ("data.c", "data.v"),
            "PUSH user uOrder": ("data.origQty", "data.dealQty", "data.price"), "PUSH user uBalance": ("data.availableBalance", "data.freeze"),
            "GET /spot/v1/u/trade/order/deal": ("data.items.*.price", "data.items.*.quantity"),
            "GET /spot/v1/u/trade/order/detail": ("data.origQty", "data.executedQty"),
            "GET /spot/v1/u/balance/spot": ("data.0.availableBalance", "data.0.freeze"),
        },
    ),
    "qte": Wire(
        order=("POST /api/v1/order",), cancel=("DELETE /api/v1/order",),
        account="GET /api/v1/account", open_orders="GET /api/v1/open_orders", history="GET /api/v1/klines",
        unknown=(400, '{"error":"创建订单失败: no running event loop"}'),
        odd_order={"status": "BRAND_NEW", "quantity": None, "newField": 1},
        numbers={
            "POST /api/v1/order": ("quantity", "executedQty"), "GET /api/v1/open_orders": ("*.quantity", "*.executedQty", "*.price"),
            "GET /api/v1/account": ("balances.0.free", "balances.0.locked"), "GET /api/v1/depth": ("bids.0.0", "asks.0.1"),
            "GET /api/v1/ticker/price": ("price", "BTCUSDT"), "GET /api/v1/ticker/24hr": ("lastPrice", "volume"),
        },
    ),
}


@dataclass
class Profile:
    """One gateway on one dialect."""

    name: str
    dialect: str
    gateway_class: type[BaseGateway]
    setting: Callable[[Any], dict[str, Any]]        # of a venue
    symbol: str                                     # vn.py symbol
    venue_symbol: str = "BTCUSDT"
    options: Mapping[str, Any] = field(default_factory=dict)        # of the dialect
    lacks: frozenset[OrderType] = frozenset()       # order types that are refused by the gateway
    names_orders: bool = True       # the venue calls orders by our ids; else foreign ones have the venue's
    ready_line: str = "User data stream subscribed"     # the log line with which orders and fills begin to come; "": none is known
    orders_line: str = "Order data received"            # the log line after the first orders; "": none is known
    tells_fills: bool = True        # the venue tells each fill; else the gateway makes them of what was executed
    finds_lost: bool = True         # an order that is final can be found without the venue's id
    pushed: bool = True             # orders and ticks come by a websocket, with every figure; else by polling what there is
    has_bars: bool = True
    quick: Callable[[BaseGateway], None] = lambda gateway: None     # called before the gateway connects
    patience: float = 60.0          # s for what a gateway finds out by itself
    shown_within: float = 0.0       # s after it was sent until an order must be seen at the venue, where that is long
    strike: float = 10.0            # s within which a fault strikes after what calls it out
    real_engine: bool = False       # vn.py's own event engine, which a gateway can kill
    absent: Mapping[str, str] = field(default_factory=dict)         # row -> why it cannot apply to this pair
    labels: Mapping[str, str] = field(default_factory=dict)         # of LABELS -> what stands for the dialect's own
    exchange: Exchange = Exchange.GLOBAL

    @property
    def wire(self) -> Wire:
        """What the dialect calls things."""
        others: dict[str, Any] = {name: (text,) if name in SEVERAL else text for name, text in self.labels.items()}
        return WIRES[self.dialect]._replace(**others)


def load_class(target: str) -> type[BaseGateway]:
    """
    "module:Class" -> the class.

    :raises ValueError: saying what cannot be found, or is none
    """
    module_name, _, name = target.partition(":")
    try:
        found: Any = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"{target!r} is no module:Class that can be imported: {error}") from None
    if not (isinstance(found, type) and issubclass(found, BaseGateway)):
        raise ValueError(f"{target!r} is no BaseGateway")
    return found
