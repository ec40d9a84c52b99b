"""Orders, cancels and questions about them: over the WebSocket API when it stands, else over REST."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from functools import partial
from logging import WARNING
from time import monotonic
from typing import TYPE_CHECKING, Any

from vnpy.trader.object import ContractData, OrderData

from vnpy_restgateway.gateway import RestGateway
from vnpy_restgateway.orders import Entry
from vnpy_restgateway.outcome import Outcome, Reply, classify

from .calls import Params, order_params, place_params
from .endpoints import MY_TRADES, WS_ORDER_CANCEL, WS_ORDER_PLACE
from .errors import (
    ARCHIVED_ORDER,
    AUTHENTICATION,
    CANCEL_REFUSALS,
    NO_SUCH_ORDER,
    TIMESTAMP,
    UNKNOWN_ORDER,
    error_of,
    proves_refusal,
)
from .limit_forms import LIMITS
from .parse import parse_fill, parse_order, parse_order_fills

if TYPE_CHECKING:
    from .rest import RestApi
    from .streams import TradeApi

Shape = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


class Trading(RestGateway):
    """The half of MockBinanceGateway that ``flow.OrderFlow`` asks. Writer thread only."""

    rest: "RestApi"
    trade: "TradeApi"
    locked_out: bool
    lost: bool                              # the embedded exchange is gone
    pages: dict[str, bool]

    @abstractmethod
    def on_locked_out(self, code: int | str, text: str) -> None:
        """The venue refused our key."""

    @abstractmethod
    def on_query_lost(self, name: str, error: BaseException) -> None:
        """A query got no usable answer; it is asked again."""

    @abstractmethod
    def measure_clock(self, then: Callable[[], None] | None = None) -> None:
        """Measure the server's clock anew, then go on."""

    @abstractmethod
    def each(self, rows: Iterable[Any], handle: Callable[[Any], Any], what: str) -> int:
        """Handle every row that can be."""

    # new orders

    def place(self, entry: Entry) -> None:
        """Send a new order under its own id."""
        if self.locked_out:
            self.flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", "the venue refused the API key")
            return
        if not self.rest.key:
            self.flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", "no API key given")
            return
        if self.lost or self.gate.shut_until or self.order_gate.shut_until:
            pause: float = max(self.pause(), self.order_gate.remaining(monotonic()))
            if pause:
                reason: str = self.gate.reason if self.pause() else self.order_gate.reason
                self.flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", f"{reason}, {pause:.0f} s to go")
                return
        order: OrderData = entry.order
        name: str = self.contracts[order.symbol].name
        self.pages.setdefault(name, True)
        answer = partial(self.on_place, entry)
        if order.type in LIMITS:
            if self.trade.place_limit(order, name, *self.rounding[order.symbol], answer):
                return
        params: Params = place_params(order, name, *self.steps[order.symbol])
        if not (self.trade.connected and self.trade.call(WS_ORDER_PLACE, params, answer)):
            self.rest.call("POST", params, answer)

    def on_place(self, entry: Entry, reply: Reply | None, error: BaseException | None) -> None:
        """What the venue said to a new order."""
        outcome, code, text = classify(reply, error, lambda code, reply: proves_refusal(code, error_of(reply)[1]))
        if reply is not None:
            self.rest.on_limits(reply, code, text)
        if outcome is Outcome.ACCEPTED and reply is not None:
            contract: ContractData = self.contracts[entry.order.symbol]
            try:
                record = parse_order(reply.data or {}, contract, self.gateway_name)
                fills = parse_order_fills(reply.data or {}, contract, self.gateway_name)
            except Shape as problem:
                self.flow.on_outcome(entry.orderid, Outcome.UNKNOWN, "", f"answer not understood: {problem!r}")
                return
            for trade in fills:
                self.flow.on_fill(trade, record.venue_id)
            self.flow.on_order(record.order, record.venue_id)
            return
        if code == TIMESTAMP and outcome is Outcome.REFUSED and not entry.resent and not entry.acknowledged:
            # proven refused, and for a reason that a new measurement of the clock mends: once more, under the same id
            entry.resent = True
            self.log(f"Order {entry.orderid} refused for its timestamp, sending it again by the new clock", WARNING)
            self.measure_clock(partial(self.place, entry))
            return
        if code in AUTHENTICATION:
            self.on_locked_out(int(code), text)
        self.flow.on_outcome(entry.orderid, outcome, code, text)

    # cancels

    def withdraw(self, entry: Entry) -> None:
        """Send a cancel."""
        pause: float = self.pause()
        if pause:
            reason: str = "the embedded exchange is gone" if self.lost else f"waiting {pause:.0f} s for the venue"
            self.flow.on_cancel_outcome(entry.orderid, Outcome.NOT_SENT, "", reason)
            return
        contract: ContractData = self.contracts[entry.order.symbol]
        params: Params = order_params(contract.name, entry.orderid, entry.venue_id)
        answer = partial(self.on_withdraw, entry)
        if not (self.trade.connected and self.trade.call(WS_ORDER_CANCEL, params, answer)):
            self.rest.call("DELETE", params, answer, urgent=True)

    def on_withdraw(self, entry: Entry, reply: Reply | None, error: BaseException | None) -> None:
        """What the venue said to a cancel."""
        outcome, code, text = classify(reply, error, CANCEL_REFUSALS)
        if reply is not None and self.rest.on_limits(reply, code, text) or code == TIMESTAMP:
            if code == TIMESTAMP:
                self.measure_clock()
            outcome = Outcome.NOT_SENT      # it reached the venue and provably did nothing: the same to us
        if code in AUTHENTICATION:
            self.on_locked_out(int(code), text)
        self.flow.on_cancel_outcome(entry.orderid, outcome, code, text, unknown_order=code == UNKNOWN_ORDER)
        if outcome is Outcome.ACCEPTED and reply is not None:
            try:
                record = parse_order(reply.data or {}, self.contracts[entry.order.symbol], self.gateway_name)
            except Shape:
                self.flow.on_cancel_outcome(entry.orderid, Outcome.UNKNOWN, "", "answer not understood")
                return
            self.flow.on_order(record.order, record.venue_id)

    # questions

    def query_order(self, entry: Entry) -> None:
        """Ask for one order."""
        if self.pause():
            return
        contract: ContractData = self.contracts[entry.order.symbol]
        self.rest.call(
            "GET", order_params(contract.name, entry.orderid, entry.venue_id),
            partial(self.on_query_order, entry.orderid, contract, monotonic()), lane="query", urgent=True,
        )

    def query_foreign(self, name: str, venue_id: str) -> None:
        """Ask for an order that we know by a fill only."""
        contract: ContractData = self.names[name]
        self.rest.call(
            "GET", order_params(name, "", venue_id),
            partial(self.on_query_order, "", contract, monotonic()), lane="query",
        )

    def on_query_order(
        self, orderid: str, contract: ContractData, asked_at: float,
        reply: Reply | None, error: BaseException | None,
    ) -> None:
        """The venue's word on one order. An answer that is none changes nothing: it is asked again."""
        if reply is None:
            return
        if reply.status == 200 and not reply.malformed:
            try:
                record = parse_order(reply.data or {}, contract, self.gateway_name)
            except Shape as problem:
                self.log_once("query order", f"Order data not understood: {problem!r}", WARNING)
                return
            if orderid and record.order.orderid != orderid:
                # asked by the venue's id, answered with another order: the venue has begun its ids anew
                self.flow.on_missing(orderid, asked_at)
            self.flow.on_order(record.order, record.venue_id)
            return
        code, text = error_of(reply)
        self.rest.on_limits(reply, code, text)
        if code in (NO_SUCH_ORDER, ARCHIVED_ORDER) and reply.status // 100 == 4:
            if orderid:
                self.flow.on_missing(orderid, asked_at)
        elif code in AUTHENTICATION:
            self.on_locked_out(code, text)
        elif code == TIMESTAMP:
            self.measure_clock()

    def query_fills(self, entry: Entry) -> None:
        """Ask for the fills of one order."""
        if not entry.venue_id:
            return
        contract: ContractData = self.contracts[entry.order.symbol]
        params: Params = order_params(contract.name, "", entry.venue_id)
        self.rest.call("GET", params, partial(self.on_query_fills, entry, contract), path=MY_TRADES, lane="query")

    def on_query_fills(
        self, entry: Entry, contract: ContractData, reply: Reply | None, error: BaseException | None
    ) -> None:
        """The fills of one order."""
        if reply is None or reply.status != 200 or not isinstance(reply.data, list):
            if reply is not None:
                self.rest.on_limits(reply, *error_of(reply))
            return
        trades: list[Any] = []
        self.each(reply.data, lambda d: trades.append(parse_fill(d, contract, entry.orderid, self.gateway_name)), "trade")
        self.flow.on_fills(entry.orderid, trades, entry.venue_id)
