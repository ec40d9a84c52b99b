"""Orders, cancels and questions about them: over the WebSocket API when it stands, else over REST."""

from collections.abc import Callable
from functools import partial
from logging import WARNING
from typing import Any

from vnpy.trader.object import ContractData, OrderData, TradeData

from rest_locale import N_, _
from vnpy_restgateway.contracts import Contracts, Listed
from vnpy_restgateway.executor import SerialExecutor
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import NotSent, Outcome, Reply, classify, describe
from vnpy_restgateway.net.routes import Routes
from vnpy_restgateway.net.validate import short
from vnpy_restgateway.orders.contradictions import Contradiction, is_amended
from vnpy_restgateway.orders.flow import OrderFlow
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.trading_rules import CryptoRules

from .calls import Params, order_params, place_params
from .checks import check_fill, check_order, check_order_fills
from .endpoints import (
    MY_TRADES,
    WS_ORDER_CANCEL,
    WS_ORDER_PLACE,
    WS_ORDER_STATUS,
)
from .errors import (
    ARCHIVED_ORDER,
    AUTHENTICATION,
    CANCEL_REFUSALS,
    CLOSED_TEXT,
    NO_SUCH_ORDER,
    RETIRED,
    RULES_CHANGED,
    TIMESTAMP,
    UNKNOWN_ORDER,
    error_of,
    is_gone,
    proves_refusal,
)
from .calls import LIMITS
from .parse import order_key, parse_fill, parse_order, parse_order_fills, report_on
from .rest import OTHER_ROUTE, REST_CANCEL, REST_PLACE, REST_QUERY, WS_CANCEL, WS_PLACE, RestApi
from .streams import TradeApi

PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


RESEND_WITHIN: float = 10.0         # s; an order is not sent again later than that


class Orders:
    """
    What ``OrderFlow`` asks of the venue. Executor's thread only.

    :param doubted: an order was refused by a rule that we do not know of, with this code
    :param reconcile_soon: asks for everything, soon
    """

    def __init__(
        self, host: Host, rest: RestApi, trade: TradeApi, doubted: Callable[[ContractData, int], None], reconcile_soon: Callable[[], None],
    ) -> None:
        self.host: Host = host
        self.flow: OrderFlow = host.flow
        self.executor: SerialExecutor = host.executor
        self.contracts: Contracts[CryptoRules] = host.contracts
        self.log = host.log
        self.rest: RestApi = rest
        self.routes: Routes = rest.routes
        self.trade: TradeApi = trade
        self.doubted: Callable[[ContractData, int], None] = doubted
        self.reconcile_soon: Callable[[], None] = reconcile_soon
        self.in_place_of: Callable[[Entry], None] | None = None     # sends an order in the place of another
        self.pages: dict[str, bool] = {}        # Binance symbol -> its day is here (False: asked for)

    # new orders

    def place(self, entry: Entry) -> None:
        """Send a new order under its own id."""
        entry.waits = False
        host = self.host
        if not self.rest.key or host.locked_out or host.lost or host.gate.shut_until or host.order_gate.shut_until:
            reason: str = host.unable(self.rest.key, N_("API key"))
            if not reason and (left := host.order_gate.remaining(host.monotonic())):
                reason = _("{reason}, {seconds:.0f} s to go").format(reason=host.order_gate.reason, seconds=left)
            if reason:
                self.flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", reason)
                return
        order: OrderData = entry.order
        listed: Listed[CryptoRules] = self.contracts[order.vt_symbol]
        name: str = listed.venue_symbol
        self.pages.setdefault(name, True)
        if entry.replaces and self.in_place_of:
            self.in_place_of(entry)
            return
        over_ws: bool = self.routes.prefer(WS_PLACE, REST_PLACE)
        if over_ws:
            answer = partial(Orders.on_place, self, entry, WS_PLACE)        # without a bound method, which the collector would visit as well
            tick, step = listed.rules.rounding
            if order.type in LIMITS and self.trade.place_limit(order, name, tick, step, answer):
                return
        try:
            params: Params = place_params(order, name, *listed.rules.steps)
        except Exception as error:
            raise NotSent(_("request could not be built: {reason}").format(reason=describe(error))) from error
        if not (over_ws and self.trade.connected and self.trade.call(WS_ORDER_PLACE, params, answer)):
            self.rest.call("POST", params, partial(self.on_place, entry, REST_PLACE), entry=entry)

    def on_place(self, entry: Entry, route: str, reply: Reply | None, error: BaseException | None) -> None:
        """What the venue said to a new order that went over ``route``."""
        outcome, code, text = classify(reply, error, lambda code, reply: proves_refusal(code, error_of(reply)[1]))
        if reply is not None:
            self.rest.on_limits(reply, code, text)
            self.mind_route(route, reply)
        if outcome is Outcome.ACCEPTED and reply is not None:
            contract: ContractData = self.contracts[entry.order.vt_symbol].contract
            try:
                record = self.read_order(reply.data, contract, entry)
                check_order_fills(reply.data)       # type: ignore[arg-type]
                fills = parse_order_fills(reply.data or {}, contract, self.host.gateway_name)
            except PARSE_ERRORS as problem:
                self.on_place_not_understood(entry, problem)
                return
            for trade in fills:
                self.flow.on_fill(trade, record.venue_id)
            self.flow.on_order(record.order, record.venue_id)
            return
        if outcome is Outcome.REFUSED and not entry.resent and not entry.acknowledged:
            if code == TIMESTAMP:
                # proven refused, and for a reason that a new measurement of the clock mends: once more, under the same id
                entry.resent = True
                self.log(_("Order {orderid} refused for its timestamp, sending it again by the new clock").format(orderid=entry.orderid), WARNING)
                self.send_again(entry, code, text)
                return
            if code in RETIRED and self.routes.open(OTHER_ROUTE[route]) and (self.trade.connected or route == WS_PLACE):
                entry.resent = True
                self.log(_("Order {orderid} is sent over {route}").format(orderid=entry.orderid, route=OTHER_ROUTE[route]))
                self.flow.send(entry)
                return
        if outcome is Outcome.REFUSED and (code in RULES_CHANGED or text == CLOSED_TEXT):
            self.doubted(self.contracts[entry.order.vt_symbol].contract, int(code))
        if code in AUTHENTICATION:
            self.rest.on_locked_out(code, text)
        self.flow.on_outcome(entry.orderid, outcome, code, text)

    def send_again(self, entry: Entry, code: int | str, text: str) -> None:
        """Once more when the clock has been measured, unless that takes so long that nobody wants the order any more."""
        name: str = f"resend {entry.orderid}"
        entry.waits = True              # refused, so nothing of it is at the venue: a cancel takes it back at once

        self.executor.call_later(RESEND_WITHIN, name, lambda: self.flow.on_outcome(entry.orderid, Outcome.REFUSED, code, text))
        self.host.keeper.measure(partial(self.flow.send_again, entry, name))

    def mind_route(self, route: str, reply: Reply) -> None:
        """What an answer over the WebSocket API says of the method; the REST client looks at its own."""
        if route.startswith("WS "):
            if is_gone(reply.status, error_of(reply)[0]):
                self.routes.gone(route, reply.status)
            elif self.routes and reply.status == 200:
                self.routes.back(route)

    def on_place_not_understood(self, entry: Entry, problem: Exception) -> None:
        """The venue took an order, in words that cannot be: what it knows of it is asked, by our own id."""
        self.flow.on_outcome(entry.orderid, Outcome.UNKNOWN, "", _("answer not understood: {problem}").format(problem=problem))

    def read_order(self, d: Any, contract: ContractData, entry: Entry | None) -> VenueOrder:
        """
        An answer about one order.

        :raises ValueError: among others, when it contradicts itself, or is about another order than ``entry``
        """
        if not isinstance(d, dict):
            raise ValueError(f"not an object: {short(d)}")
        if entry is not None:
            d = report_on(d, entry.client_id)
        check_order(d)
        record: VenueOrder = parse_order(d, contract, self.host.gateway_name)
        if d.get("symbol", contract.name) != contract.name:
            raise Contradiction(_("symbol {symbol}, not {expected}").format(symbol=short(d['symbol']), expected=contract.name))
        if entry is not None and record.order.orderid != entry.client_id and not (
            record.venue_id == entry.venue_id and is_amended(entry.created, entry.order.direction, record.order)
        ):
            raise Contradiction(_("order {found}, not {expected}").format(found=record.order.orderid, expected=entry.client_id))
        return record

    # cancels

    def cancel_order(self, entry: Entry) -> None:
        """Send a cancel."""
        pause: float = self.host.pause()
        if pause:
            reason: str = _("the embedded exchange is gone") if self.host.lost else _("waiting {seconds:.0f} s for the venue").format(seconds=pause)
            self.flow.on_cancel_outcome(entry.orderid, Outcome.NOT_SENT, "", reason)
            return
        contract: ContractData = self.contracts[entry.order.vt_symbol].contract
        params: Params = self.name_of(entry, contract)
        over_ws: bool = self.routes.prefer(WS_CANCEL, REST_CANCEL)
        answer = partial(self.on_cancel, entry, WS_CANCEL)
        if not (over_ws and self.trade.connected and self.trade.call(WS_ORDER_CANCEL, params, answer)):
            self.rest.call("DELETE", params, partial(self.on_cancel, entry, REST_CANCEL), urgent=True)

    def on_cancel(self, entry: Entry, route: str, reply: Reply | None, error: BaseException | None) -> None:
        """What the venue said to a cancel that went over ``route``."""
        outcome, code, text = classify(reply, error, CANCEL_REFUSALS)
        if reply is not None:
            self.mind_route(route, reply)
            if code in RETIRED and self.routes.open(OTHER_ROUTE[route]):
                outcome = Outcome.NOT_SENT      # the next try goes the other way
        if reply is not None and self.rest.on_limits(reply, code, text) or code == TIMESTAMP:
            if code == TIMESTAMP:
                self.host.keeper.measure()
            outcome = Outcome.NOT_SENT      # it reached the venue and provably did nothing: the same to us
        if code in AUTHENTICATION:
            self.rest.on_locked_out(code, text)
        self.flow.on_cancel_outcome(entry.orderid, outcome, code, text, unknown_order=code == UNKNOWN_ORDER)
        if outcome is Outcome.ACCEPTED and reply is not None:
            try:
                record = self.read_order(reply.data, self.contracts[entry.order.vt_symbol].contract, entry)
            except PARSE_ERRORS as problem:
                self.flow.on_cancel_outcome(entry.orderid, Outcome.UNKNOWN, "", _("answer not understood: {problem}").format(problem=problem))
                return
            self.flow.on_order(record.order, record.venue_id)

    # questions

    def query_order(self, entry: Entry) -> None:
        """Ask for one order."""
        if self.host.pause():
            return
        contract: ContractData = self.contracts[entry.order.vt_symbol].contract
        params: Params = self.name_of(entry, contract)
        answer = partial(self.on_query_order, entry, contract, self.host.monotonic())
        if self.routes and not self.routes.open(REST_QUERY) and self.trade.connected:
            if self.trade.call(WS_ORDER_STATUS, params, answer):
                return
        self.rest.call("GET", params, answer, lane="query", urgent=True)

    def name_of(self, entry: Entry, contract: ContractData) -> Params:
        """
        Parameters that name one order: by Binance's id, for client ids can be used again; by ours where that id is in
        doubt, or may be another order's by now.
        """
        doubted: bool = entry.id_doubted or self.flow.table.is_former(entry) or self.flow.life.is_witness(entry.orderid)
        return order_params(contract.name, entry.client_id, "" if doubted and not entry.amended else entry.venue_id)

    def query_foreign(self, name: str, venue_id: str) -> None:
        """Ask for an order that we know by a fill only."""
        contract: ContractData = self.contracts.by_venue(name)
        self.rest.call(
            "GET", order_params(name, "", venue_id),
            partial(self.on_query_foreign, venue_id, contract), lane="query",
        )

    def on_query_foreign(
        self, venue_id: str, contract: ContractData, reply: Reply | None, error: BaseException | None
    ) -> None:
        """The venue's word on an order that we know by a fill only."""
        if reply is None or reply.status != 200 or reply.malformed:
            if reply is not None:
                self.rest.on_limits(reply, *error_of(reply))
            if reply is None or reply.status // 100 != 4:
                self.reconcile_soon()       # its fill waits for it
            return
        try:
            record = self.read_order(reply.data, contract, None)
            if record.venue_id != venue_id:
                raise Contradiction(_("order {found}, not {expected}").format(found=record.venue_id, expected=venue_id))
        except PARSE_ERRORS as problem:
            self.host.log_once("query order", _("Order data not understood: {problem}").format(problem=problem), WARNING)
            self.reconcile_soon()
            return
        self.flow.on_order(record.order, record.venue_id)

    def on_query_order(
        self, entry: Entry, contract: ContractData, asked_at: float, reply: Reply | None, error: BaseException | None,
    ) -> None:
        """The venue's word on one order. An answer that is none changes nothing: it is asked again."""
        if reply is None:
            return
        orderid: str = entry.orderid
        if reply.status == 200 and not reply.malformed:
            try:
                record = self.read_order(reply.data, contract, entry)
                if not (entry.is_active or entry.awaiting_fills) and entry.venue_id not in ("", record.venue_id):
                    raise Contradiction(_("order {found}, not {expected}").format(found=record.venue_id, expected=entry.venue_id))
            except PARSE_ERRORS as problem:
                self.host.log_once("query order", _("Order data not understood: {problem}").format(problem=problem), WARNING)
                # a wrong answer, or the venue has begun its ids anew: our own id tells
                entry.id_doubted = True
                if entry.is_active:
                    self.flow.doubt(orderid, str(problem))
                else:
                    self.flow.life.check()
                return
            self.flow.on_order(record.order, record.venue_id, asked_at, asked=True)
            return
        code, text = error_of(reply)
        self.rest.on_limits(reply, code, text)
        if code in (NO_SUCH_ORDER, ARCHIVED_ORDER) and reply.status // 100 == 4:
            self.flow.on_missing(orderid, asked_at)
            if entry.awaiting_fills and entry.venue_id and not entry.id_doubted:
                entry.id_doubted = True         # the id may be wrong, which the fills are asked for by
                self.query_order(entry)
        elif code in AUTHENTICATION:
            self.rest.on_locked_out(code, text)
        elif code == TIMESTAMP:
            self.host.keeper.measure()

    def query_fills(self, entry: Entry) -> None:
        """Ask for the fills of one order."""
        if not entry.venue_id:
            return
        contract: ContractData = self.contracts[entry.order.vt_symbol].contract
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
        self.host.each(reply.data, lambda d: trades.append(self.read_fill(d, contract, entry)), N_("trade"))
        self.flow.on_fills(entry.orderid, trades, entry.venue_id)

    def read_fill(self, d: Any, contract: ContractData, entry: Entry | None) -> TradeData:
        """
        A row of myTrades.

        :raises ValueError: among others, when it contradicts itself, or is of another order than ``entry``
        """
        check_fill(d)
        trade: TradeData = parse_fill(d, contract, entry.orderid if entry else "", self.host.gateway_name)
        if d.get("symbol", contract.name) != contract.name:
            raise Contradiction(_("symbol {symbol}, not {expected}").format(symbol=short(d['symbol']), expected=contract.name))
        if entry and order_key(contract.name, d["orderId"]) != entry.venue_id:
            raise Contradiction(_("order {found}, not {expected}").format(found=short(d['orderId']), expected=entry.venue_id))
        return trade
