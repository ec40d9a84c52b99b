"""Gateways for the benchmarks: ours and the stock one, off the network, pushing into the same kind of engine."""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from threading import Condition
from typing import Any

from side_by_side import KEY, SECRET
from vnpy.event import Event
from vnpy.trader.constant import Direction, Exchange, Offset, OrderType, Product, Status
from vnpy.trader.event import EVENT_ORDER
from vnpy.trader.object import (
    CancelRequest,
    ContractData,
    OrderRequest,
    SubscribeRequest,
)

from vnpy_mockbinance import MockBinanceGateway
from vnpy_mockbinance.session import BinanceSession
from vnpy_restgateway.trading_rules import CryptoRules

DEADLINE: float = 20.0


class Sink:
    """An event engine that takes what it is given, in no time worth measuring, and keeps the last ``size``."""

    def __init__(self, size: int = 1) -> None:
        self.events: deque[Event] = deque(maxlen=size)
        self.put: Callable[[Event], None] = self.events.append

    def register(self, kind: str, handler: Any) -> None:
        """Nothing is handed on."""


def contract_of(name: str, gateway_name: str) -> ContractData:
    """A spot contract as both gateways make them."""
    return ContractData(
        symbol=f"{name}_SPOT_BINANCE", exchange=Exchange.GLOBAL, name=name, product=Product.SPOT, size=1,
        pricetick=0.01, min_volume=0.00001, gateway_name=gateway_name,
    )


def names_of(symbols: int) -> list[str]:
    """Names of that many symbols, as ``side_by_side.serve_mock`` lists further ones."""
    return ["BTCUSDT", *(f"A{number}USDT" for number in range(1, symbols))]


def our_desk(engine: Any, names: list[str]) -> MockBinanceGateway:
    """Our gateway, ready and with ticks of every symbol subscribed, but connected to nothing."""
    gateway: MockBinanceGateway = MockBinanceGateway(engine, "OURS")
    session: BinanceSession = BinanceSession(
        gateway.host, gateway.timings, {"rest": "", "stream": "", "key": KEY, "secret": SECRET}, ("", 0)
    )
    gateway._attach(session)
    for name in names:
        contract: ContractData = contract_of(name, "OURS")
        gateway.host.add_contract(contract, name, CryptoRules(contract, Decimal("0.01"), Decimal("0.00001")))
        session.subscribe(contract)
        book = session.md.books[contract.symbol]
        book.fields["last_price"] = 40000.0
        book.silent_until = 0.0         # no ticker stream will tell the day's figures
    now: float = time.monotonic()
    gateway.clock.feed(now, time.time() * 1_000, now)
    gateway.host.ready = True
    session.rest.key = session.trade.key = KEY
    session.trade.secret = SECRET.encode()
    return gateway


def stock_desk(engine: Any, names: list[str]) -> Any:
    """vnpy_binance's spot gateway, likewise. Raises ModuleNotFoundError when it is not installed."""
    from vnpy_binance import BinanceSpotGateway

    gateway: Any = BinanceSpotGateway(engine, "STOCK")
    for name in names:
        contract: ContractData = contract_of(name, "STOCK")
        gateway.on_contract(contract)
        gateway.md_api.subscribe(SubscribeRequest(contract.symbol, contract.exchange))
        gateway.md_api.ticks[contract.symbol].last_price = 40000.0
    gateway.trade_api.key = KEY
    gateway.trade_api.secret = SECRET.encode()
    gateway.trade_api.order_prefix = datetime.now().strftime("%y%m%d%H%M%S")
    return gateway


def order_request(price: float = 20000.0, volume: float = 0.001) -> OrderRequest:
    """A limit order that will rest on the book."""
    return OrderRequest(
        symbol="BTCUSDT_SPOT_BINANCE", exchange=Exchange.GLOBAL, direction=Direction.LONG, type=OrderType.LIMIT,
        volume=volume, price=price, offset=Offset.NONE,
    )


class Waiter:
    """An event engine in which one can wait for the state of an order, and that knows when it was told of it."""

    def __init__(self) -> None:
        self.changed: Condition = Condition()
        self.statuses: dict[str, Status] = {}
        self.told: dict[str, float] = {}        # perf_counter seconds of the newest status
        self.logs: list[str] = []

    def put(self, event: Event) -> None:
        data: Any = event.data
        if event.type == EVENT_ORDER:
            now: float = time.perf_counter()
            with self.changed:
                self.told[data.vt_orderid] = now
                self.statuses[data.vt_orderid] = data.status
                self.changed.notify()
        elif event.type == "eLog":
            self.logs.append(data.msg)

    def register(self, kind: str, handler: Any) -> None:
        """Nothing is handed on."""

    def wait(self, vt_orderid: str, status: Status) -> float:
        """When the order got there, perf_counter seconds; TimeoutError with the last of the log when it does not."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.statuses.get(vt_orderid) is status, DEADLINE):
                raise TimeoutError(f"{vt_orderid} is {self.statuses.get(vt_orderid)}. The log ends: {self.logs[-5:]}")
            return self.told[vt_orderid]


class OrderDesk:
    """Our gateway on a mock exchange; orders over REST, or over the WebSocket API."""

    def __init__(self, rest: str, stream: str, over_rest: bool) -> None:
        self.waiter: Waiter = Waiter()
        self.gateway: MockBinanceGateway = MockBinanceGateway(self.waiter, "OURS")
        if over_rest:
            self.gateway.make_session = self.make_without_sockets       # type: ignore[method-assign]
        self.over_rest: bool = over_rest
        self.request: OrderRequest = order_request()
        self.sent: list[str] = []
        self.gateway.connect({
            "API Key": KEY, "API Secret (Password 密码)": SECRET, "Server": "BINANCE",
            "REST Host": rest, "Stream Host": "" if over_rest else stream,
        })
        self._until_ready()

    def make_without_sockets(self, venue: dict[str, Any], values: dict[str, Any]) -> Any:
        """A session that has REST only."""
        session: Any = MockBinanceGateway.make_session(self.gateway, venue, values)
        session.trade.start = session.md.start = lambda: None
        return session

    def _until_ready(self) -> None:
        end: float = time.monotonic() + DEADLINE
        while not (self.gateway.ready and (self.over_rest or self.gateway.session.trade.subscribed)):
            if time.monotonic() > end:
                raise TimeoutError(f"the gateway does not get ready: {self.waiter.logs[-5:]}")
            time.sleep(0.01)

    def order(self) -> float:
        """Seconds from the call of ``send_order`` to that of ``on_order`` with NOTTRADED."""
        begin: float = time.perf_counter()
        vt_orderid: str = self.gateway.send_order(self.request)
        told: float = self.waiter.wait(vt_orderid, Status.NOTTRADED)
        self.sent.append(vt_orderid)
        return told - begin

    def clear(self) -> None:
        """Cancel what rests, and wait until it is cancelled."""
        sent, self.sent = self.sent, []
        for vt_orderid in sent:
            orderid: str = vt_orderid.partition(".")[2]
            self.gateway.cancel_order(CancelRequest(orderid, self.request.symbol, self.request.exchange))
        for vt_orderid in sent:
            self.waiter.wait(vt_orderid, Status.CANCELLED)
        self.waiter.statuses.clear()
        self.waiter.told.clear()

    def close(self) -> None:
        """End the gateway."""
        self.gateway.close()
