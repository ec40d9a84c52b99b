"""What the gateway suite stands on: a recorder in place of the event engine, and one Case per gateway."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from logging import WARNING
from threading import Condition
from time import monotonic
from typing import Any

from vnpy.event import Event
from vnpy.trader.constant import Direction, Exchange, OrderType, Status
from vnpy.trader.event import (
    EVENT_ACCOUNT,
    EVENT_CONTRACT,
    EVENT_LOG,
    EVENT_ORDER,
    EVENT_POSITION,
    EVENT_TICK,
    EVENT_TRADE,
)
from vnpy.trader.gateway import BaseGateway
from vnpy.trader.object import (
    AccountData,
    CancelRequest,
    ContractData,
    LogData,
    OrderData,
    OrderRequest,
    PositionData,
    SubscribeRequest,
    TickData,
    TradeData,
)

from mockexchange import MockExchange
from vnpy_restgateway.ground_truth import disagreements


class Recorder:
    """Takes the gateway's events as the event engine would, and lets a test wait for what they say."""

    def __init__(self) -> None:
        self.condition: Condition = Condition()
        self.orders: dict[str, OrderData] = {}
        self.order_pushes: list[OrderData] = []
        self.sequence: list[OrderData | TradeData] = []
        self.trades: list[TradeData] = []
        self.accounts: dict[str, AccountData] = {}
        self.positions: dict[str, PositionData] = {}
        self.contracts: dict[str, ContractData] = {}
        self.ticks: list[TickData] = []
        self.logs: list[LogData] = []

    def put(self, event: Event) -> None:
        data: Any = event.data
        with self.condition:
            if event.type == EVENT_ORDER:
                # a listener that keeps and changes what it was handed (FAULTS F40)
                self.orders[data.orderid] = copy(data)
                self.order_pushes.append(copy(data))
                self.sequence.append(copy(data))
                data.status, data.traded = Status.REJECTED, -1.0
            elif event.type == EVENT_TRADE:
                self.trades.append(copy(data))
                self.sequence.append(copy(data))
                data.volume = -1.0
            elif event.type == EVENT_ACCOUNT:
                self.accounts[data.accountid] = data
            elif event.type == EVENT_POSITION:
                self.positions[data.symbol] = data
            elif event.type == EVENT_CONTRACT:
                self.contracts[data.symbol] = data
            elif event.type == EVENT_TICK:
                self.ticks.append(data)
            elif event.type == EVENT_LOG:
                self.logs.append(data)
            self.condition.notify_all()

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
        """Wait for a condition on what has been recorded; AssertionError says what did not come."""
        deadline: float = monotonic() + seconds
        with self.condition:
            # now and then also without news: the condition may be about somebody else
            while not (answer := condition()) and monotonic() < deadline:
                self.condition.wait(0.05)
        if not answer:
            lines: str = "\n".join(log.msg for log in self.logs[-15:])
            raise AssertionError(f"not within {seconds} s: {what}. The log ends:\n{lines}")
        return answer

    def said(self, text: str, level: int | None = None) -> list[str]:
        """Log lines that contain a text."""
        return [log.msg for log in self.logs if text in log.msg and (level is None or log.level == level)]

    def complaints(self) -> list[str]:
        """Everything from WARNING on."""
        return [log.msg for log in self.logs if log.level >= WARNING]


@dataclass
class Case:
    """One gateway on one dialect."""

    name: str
    dialect: str
    gateway_class: type[BaseGateway]
    setting: Callable[[MockExchange], dict[str, Any]]
    symbol: str                     # vn.py symbol
    venue_symbol: str
    order_label: str                # what faults match for a new order, on the path the gateway uses
    cancel_label: str
    quick: Callable[[BaseGateway], None] = lambda gateway: None     # shortens patience for tests
    options: Mapping[str, Any] = field(default_factory=dict)        # of the dialect
    lacks: frozenset[OrderType] = frozenset()       # order types the venue has not: refused here, with words
    names_orders: bool = True       # the venue calls orders by our ids; else foreign ones have the venue's
    secret_field: str = "API Secret"
    history_label: str = "GET /api/v3/klines"
    poor: str = "Order rejected, code: -2010, message: Account has insufficient balance"    # the venue's refusal
    knows_limits: bool = True       # the venue tells its least notional and largest volume
    ready_line: str = "User data stream subscribed"     # the log line with which orders and fills begin to come
    tells_fills: bool = True        # the venue tells each fill; else the gateway makes them of what was executed
    finds_lost: bool = True         # an order that is final can be found without the venue's id
    has_bars: bool = True
    pushed: bool = True             # ticks come by a stream, with every figure; else by polling what there is

    def open_venue(self) -> MockExchange:
        return MockExchange(self.dialect, seed=7, options=dict(self.options))


class Desk:
    """A trader at one gateway: sends, waits, and in the end compares with the venue's journal."""

    def __init__(self, case: Case, venue: MockExchange, name: str = "") -> None:
        self.case: Case = case
        self.venue: MockExchange = venue
        self.recorder: Recorder = Recorder()
        self.gateway: Any = case.gateway_class(self.recorder, name or case.gateway_class.default_name)   # type: ignore[arg-type]
        case.quick(self.gateway)

    # life

    def connect(self, **setting: Any) -> "Desk":
        self.gateway.connect({**self.case.setting(self.venue), **setting})
        return self

    def ready(self) -> "Desk":
        """Connected, with contracts, balances and the user stream."""
        self.connect()
        self.recorder.wait(lambda: self.case.symbol in self.recorder.contracts, "contracts")
        self.recorder.wait(lambda: self.recorder.said("Account data received"), "account")
        self.recorder.wait(lambda: self.recorder.said("Order data received"), "orders")
        self.recorder.wait(lambda: self.recorder.said(self.case.ready_line), self.case.ready_line)
        return self

    def close(self) -> None:
        self.gateway.close()

    # trading

    def send(
        self, side: str, price: float, volume: float, type: OrderType = OrderType.LIMIT, symbol: str = ""
    ) -> str:
        """Send an order; the vn.py order id (without the gateway's name)."""
        vt_orderid: str = self.gateway.send_order(OrderRequest(
            symbol=symbol or self.case.symbol, exchange=Exchange.GLOBAL,
            direction=Direction.LONG if side == "BUY" else Direction.SHORT, type=type, price=price, volume=volume,
        ))
        assert vt_orderid.startswith(self.gateway.gateway_name + ".")
        return vt_orderid.split(".", 1)[1]

    def cancel(self, orderid: str, symbol: str = "") -> None:
        self.gateway.cancel_order(CancelRequest(orderid, symbol or self.case.symbol, Exchange.GLOBAL))

    def subscribe(self, symbol: str = "") -> None:
        self.gateway.subscribe(SubscribeRequest(symbol or self.case.symbol, Exchange.GLOBAL))

    def order(self, orderid: str) -> OrderData:
        return self.recorder.orders[orderid]

    def wait_status(self, orderid: str, *statuses: Status, seconds: float = 10.0) -> OrderData:
        """Wait until an order has been pushed with one of these states."""
        found = self.recorder.orders
        self.recorder.wait(
            lambda: orderid in found and found[orderid].status in statuses,
            f"order {orderid} {' or '.join(s.name for s in statuses)}, it is "
            f"{found[orderid].status.name if orderid in found else 'unknown'}", seconds,
        )
        return found[orderid]

    def refused_here(self, type: OrderType) -> bool:
        """
        An order of a type this venue has not is refused by the gateway, in words that say so. True if it is
        such a type, and the rest of a test does not apply.
        """
        if type not in self.case.lacks:
            return False
        orderid = self.send("BUY", 30_000.0, 0.1, type)
        self.wait_status(orderid, Status.REJECTED)
        assert self.recorder.said(f"Order rejected, not sent: order type {type.value} is not supported: ")
        assert not self.rows("order")
        return True

    def known_as(self, orderid: str) -> str:
        """The id under which other gateways on the account show an order of this one."""
        return orderid if self.case.names_orders else str(self.gateway.flow.table.get(orderid).venue_id)

    # truth

    def journal(self) -> list[dict[str, Any]]:
        """The venue's journal; where it does not call orders by our ids, with the ids the gateway knows them by."""
        rows = self.venue.journal()
        if not self.case.finds_lost:
            # what others did and is over is not told: the truth about the orders that were shown
            shown = self.recorder.orders
            rows = [row for row in rows if row["kind"] not in ("order", "fill") or row["client_order_id"] in shown]
        if self.case.names_orders:
            return rows
        find = self.gateway.flow.table.find

        def shown_as(venue_id: str) -> str:
            entry = find(venue_id)
            return str(entry.orderid) if entry else venue_id

        return [{**row, "client_order_id": shown_as(str(row["order_id"]))} if "order_id" in row else row for row in rows]

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return [row for row in self.venue.journal() if row["kind"] == kind]

    def balances(self) -> dict[str, tuple[float, float]]:
        shown = {a.accountid: (a.balance, a.frozen) for a in self.recorder.accounts.values()}
        for position in self.recorder.positions.values():
            contract = self.gateway.contracts[position.symbol]
            shown[contract.extra["base"]] = (position.volume, position.frozen)
        return shown

    def assert_truth(self, seconds: float = 15.0) -> None:
        """
        The ground truth (DESIGN.md 5): final status and traded volume of every order, every fill
        once, balances; and in what was pushed nothing ever went back, trades before final orders.
        """
        found: list[str] = []

        def agree() -> bool:
            nonlocal found
            found = disagreements(
                self.recorder.orders, self.recorder.trades, self.journal(), self.venue.key, self.balances(),
                self.case.tells_fills,
            )
            return not found

        deadline: float = monotonic() + seconds
        asked: float = 0.0
        while not agree() and monotonic() < deadline:
            if monotonic() > asked + 2.0:
                asked = monotonic()
                self.gateway.query_account()
            with self.recorder.condition:
                self.recorder.condition.wait(0.05)
        lines: str = "\n".join(log.msg for log in self.recorder.logs[-25:])
        assert not found, "\n".join(found) + "\nThe log ends:\n" + lines
        self.assert_monotone()

    def assert_monotone(self) -> None:
        """Traded never shrinks, a proven final state is never left, a final order comes after its trades."""
        final = (Status.ALLTRADED, Status.CANCELLED)
        last: dict[str, OrderData] = {}
        filled: dict[str, float] = {}
        for item in self.recorder.sequence:
            if isinstance(item, TradeData):
                filled[item.orderid] = filled.get(item.orderid, 0.0) + item.volume
                continue
            before: OrderData | None = last.get(item.orderid)
            if before:
                assert item.traded >= before.traded, f"{item.orderid}: traded went back"
                assert before.status not in final or item.status is before.status, f"{item.orderid}: left a final state"
            if item.status in final:
                assert filled.get(item.orderid, 0.0) >= item.traded - 1e-9, f"{item.orderid}: final before its trades"
            last[item.orderid] = item
