"""
Open orders with another volume or price (rest-api.md, "Order Amend Keep Priority", "Cancel an Existing Order and Send a New Order").

A smaller volume at the same price keeps the order, its id and its place in the queue. Anything else cancels the order and places
another in one request, which does nothing where the cancel fails.
"""

from dataclasses import replace
from functools import partial
from logging import ERROR, WARNING
from typing import Any

from vnpy.trader.object import ContractData, OrderData

from rest_locale import N_, _
from vnpy_restgateway.contracts import Listed
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import NotSent, Outcome, Reply, classify
from vnpy_restgateway.orders.flow import OrderFlow
from vnpy_restgateway.orders.order_data import copy
from vnpy_restgateway.orders.states import VOLUME_NOISE
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.trading_rules import CryptoRules

from .calls import Params, amend_params, replace_params
from .endpoints import AMEND, CANCEL_REPLACE
from .errors import (
    AMEND_REFUSALS,
    AUTHENTICATION,
    REPLACE_FAILED,
    REPLACE_PARTIAL,
    TIMESTAMP,
    error_of,
)
from .orders import PARSE_ERRORS, Orders
from .rest import REST_PLACE, RestApi


class Amends:
    """Sends amendments and says what came of them. Executor's thread only, but for ``why_not`` and ``keeps``."""

    def __init__(self, host: Host, rest: RestApi, orders: Orders) -> None:
        self.host: Host = host
        self.flow: OrderFlow = host.flow
        self.rest: RestApi = rest
        self.orders: Orders = orders
        orders.in_place_of = self.send_replacement

    @staticmethod
    def keeps(known: OrderData, wanted: OrderData) -> bool:
        """Whether the order keeps its id and its place."""
        return wanted.price == known.price and wanted.volume < known.volume - VOLUME_NOISE

    @staticmethod
    def why_not(known: OrderData, wanted: OrderData) -> str:
        """Why an order cannot become what is wanted, or ""."""
        if wanted.volume <= known.traded + VOLUME_NOISE:
            return _("volume {volume:.12g} is not above the {traded:.12g} that is traded already").format(volume=wanted.volume, traded=known.traded)
        if wanted.price == known.price and abs(wanted.volume - known.volume) <= VOLUME_NOISE:
            return _("neither volume nor price would be another")
        return ""

    # the same order, smaller

    def reduce(self, orderid: str, volume: float) -> None:
        """Give an open order a smaller volume (with what is traded of it)."""
        entry: Entry | None = self.flow.table.active.get(orderid)
        if entry is None:
            self.host.log(_("Amend not sent, order {orderid} is over").format(orderid=orderid), WARNING)
            return
        if reason := self.host.unable(self.rest.key, N_("API key")):
            self.host.log(_("Amend of {orderid} not sent: {reason}").format(orderid=orderid, reason=reason), ERROR)
            return
        listed: Listed[CryptoRules] = self.orders.contracts[entry.order.vt_symbol]
        params: Params = amend_params(self.orders.name_of(entry, listed.contract), volume, listed.rules.steps[1], entry.client_id)
        answer = partial(self.on_reduced, entry, listed.contract, self.host.monotonic())
        self.rest.call("PUT", params, answer, path=AMEND, urgent=True)

    def on_reduced(self, entry: Entry, contract: ContractData, sent: float, reply: Reply | None, error: BaseException | None) -> None:
        """What the venue said; what it did not is asked."""
        outcome, code, text = classify(reply, error, AMEND_REFUSALS)
        orderid: str = entry.orderid
        if reply is not None:
            self.rest.on_limits(reply, code, text)
        if code in AUTHENTICATION:
            self.rest.on_locked_out(code, text)
        elif code == TIMESTAMP:
            self.host.keeper.measure()
        if outcome is Outcome.ACCEPTED and reply is not None:
            try:
                amended: dict[str, Any] = reply.data["amendedOrder"]      # type: ignore[index]
                record = self.orders.read_order({**amended, "origQty": amended["qty"]}, contract, entry)
            except PARSE_ERRORS as problem:
                self.host.log(_("Amend of {orderid}: answer not understood ({problem}), asking the venue").format(orderid=orderid, problem=problem), WARNING)
            else:
                self.flow.on_order(record.order, record.venue_id, sent, asked=True)
                return
        elif outcome in (Outcome.REFUSED, Outcome.NOT_SENT):
            line: str = _("Amend of {orderid} rejected, code: {code}, message: {text}") if code else _("Amend of {orderid} not sent: {reason}")
            self.host.log(line.format(orderid=orderid, code=code, text=text, reason=text), ERROR)
        else:
            self.host.log(_("Amend of {orderid} unanswered ({text}), asking the venue").format(orderid=orderid, text=text), WARNING)
        self._ask(entry)

    # another order in its place

    def send_replacement(self, entry: Entry) -> None:
        """
        Cancel the order that ``entry`` replaces, and place ``entry`` if that succeeds.

        :raises NotSent: the other order is over, or is to be cancelled
        """
        old: Entry | None = self.flow.table.active.get(entry.replaces)
        if old is None or old.cancel_wanted:
            line: str = _("order {orderid}, which it was to replace, is over") if old is None else _("order {orderid}, which it was to replace, is to be cancelled")
            raise NotSent(line.format(orderid=entry.replaces))
        listed: Listed[CryptoRules] = self.orders.contracts[entry.order.vt_symbol]
        try:
            params: Params = replace_params(
                entry.order, self.orders.name_of(old, listed.contract), *listed.rules.steps, has_traded=old.order.traded > 0
            )
        except Exception as error:
            raise NotSent(_("request could not be built: {kind}: {error}").format(kind=type(error).__name__, error=error)) from error
        self.rest.call("POST", params, partial(self.on_replaced, entry, old, old.order.traded), path=CANCEL_REPLACE, entry=entry)

    def on_replaced(self, entry: Entry, old: Entry, traded: float, reply: Reply | None, error: BaseException | None) -> None:
        """What the venue said: of the order that was to go, then of the one in its place."""
        parts: dict[str, Any] = parts_of(reply)
        place: dict[str, Any] | None = parts.get("newOrderResponse")
        if parts.get("cancelResult") == "SUCCESS":
            self._on_cancelled(old, traded, parts.get("cancelResponse"))
        if reply is not None and parts and reply.status == 200 and isinstance(place, dict):
            self.orders.on_place(entry, REST_PLACE, replace(reply, data=place), None)
        elif reply is not None and parts.get("newOrderResult") == "NOT_ATTEMPTED":
            self.rest.on_limits(reply, *error_of(reply))
            refusal: Any = parts.get("cancelResponse")
            code, text = (refusal.get("code", 0), refusal.get("msg", "")) if isinstance(refusal, dict) else error_of(reply)
            self.flow.on_outcome(entry.orderid, Outcome.REFUSED, code, _("order {orderid} was not replaced: {text}").format(orderid=old.orderid, text=text))
            self._ask(old)
        elif reply is not None and parts.get("newOrderResult") == "FAILURE" and isinstance(place, dict):
            self.host.log(_("Order {orderid} is cancelled, and the order in its place was refused").format(orderid=old.orderid), WARNING)
            self.orders.on_place(entry, REST_PLACE, replace(reply, status=400 if reply.status == 409 else reply.status, data=place), None)
        else:
            self.orders.on_place(entry, REST_PLACE, reply, error)
            self._ask(old)

    def _on_cancelled(self, old: Entry, traded: float, answer: Any) -> None:
        """The order is gone; what it has traded since the other one was sent is too much."""
        try:
            record = self.orders.read_order(answer, self.orders.contracts[old.order.vt_symbol].contract, old)
        except PARSE_ERRORS as problem:
            self.host.log(_("Cancel of {orderid}: answer not understood ({problem}), asking the venue").format(orderid=old.orderid, problem=problem), WARNING)
            self._ask(old)
            return
        if record.order.traded > traded + VOLUME_NOISE:
            self.host.log(
                _("Order {orderid} traded {more:.12g} more before it was replaced: as much more may be traded in all").format(orderid=old.orderid, more=record.order.traded - traded), WARNING
            )
        self.flow.on_order(record.order, record.venue_id)

    def _ask(self, entry: Entry) -> None:
        if entry.is_active:
            self.flow.query_status(entry)


def parts_of(reply: Reply | None) -> dict[str, Any]:
    """The two halves of a cancelReplace's answer: of the answer itself, or of an error's data; {} where there are none."""
    data: Any = reply.data if reply is not None else None
    if isinstance(data, dict) and data.get("code") in (REPLACE_PARTIAL, REPLACE_FAILED):
        data = data.get("data")
    return data if isinstance(data, dict) and "cancelResult" in data and "newOrderResult" in data else {}


def changed(known: OrderData, volume: float, price: float) -> OrderData:
    """A copy of an order with another volume or price; 0: as it is."""
    wanted: OrderData = copy(known)
    wanted.volume = volume or known.volume
    wanted.price = price or known.price
    return wanted
