"""Orders on a QTE server: sent, cancelled, asked for. What ``flow.OrderFlow`` asks of a venue. SerialExecutor thread only."""

from collections.abc import Callable, Iterable
from functools import partial
from logging import ERROR, WARNING
from typing import Any

from vnpy.trader.constant import Direction, OrderType, Status
from vnpy.trader.object import ContractData, OrderData, TradeData

from rest_locale import N_, _
from vnpy_restgateway.contracts import Listed
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Outcome, Reply, classify, describe
from vnpy_restgateway.orders.contradictions import Contradiction
from vnpy_restgateway.orders.flow import OrderFlow
from vnpy_restgateway.orders.order_data import copy
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Entry, Push
from vnpy_restgateway.orders.table import FINAL, VOLUME_NOISE
from vnpy_restgateway.polled.derived_fills import DerivedFills
from vnpy_restgateway.trading_rules import CryptoRules

from .balance_evidence import BalanceEvidence
from .builds import (
    ACCOUNT,
    ALL_ORDERS,
    DEPTH,
    MY_TRADES,
    ORDER,
    PRICE,
    WHY_NOT,
)
from .calls import order_params, place_params
from .parse import (
    QteOrder,
    fill_price,
    parse_depth,
    parse_fill,
    parse_id,
    parse_order,
    parse_prices,
    proves_refusal,
    read_error,
)
from .quotes import LEVELS, PARSE_ERRORS, QteQuotes
from .rest import Params, Place, QteRest, Rank

PAGE: int = 500                     # rows of a list; what every build takes


class QteOrders:
    """
    What ``OrderFlow`` asks of the server, and what the server tells of orders.

    :param on_account: takes an answer with the balances, and when it was asked for
    """

    def __init__(self, host: Host, rest: QteRest, quotes: QteQuotes, on_account: Callable[[Reply, float], None]) -> None:
        self.host: Host = host
        self.flow: OrderFlow = host.flow
        self.rest: QteRest = rest
        self.quotes: QteQuotes = quotes
        self.on_account: Callable[[Reply, float], None] = on_account
        self.fills: DerivedFills = DerivedFills(host.flow)
        self.witness: BalanceEvidence = BalanceEvidence()
        self.marks: dict[str, tuple[float, float] | None] = {}      # vn.py order id -> what was unexplained when it was sent

    # what the flow asks

    def on_publish(self, item: Push) -> None:
        """An order or a trade is about to be told to everybody."""
        if isinstance(item, TradeData):
            self.witness.on_trade(item, self._base(item.vt_symbol), self.host.monotonic())
        elif item.status in FINAL:
            self.marks.pop(item.orderid, None)

    def place(self, entry: Entry) -> None:
        """Send a new order; what a market order has to know first is asked first."""
        order: OrderData = entry.order
        entry.waits = True
        name: str = self.host.contracts.name_of(order.vt_symbol)
        if order.type is not OrderType.MARKET or order.direction is not Direction.LONG or self.rest.build.market_buys:
            self._send(entry, 0.0)
            return

        def on_depth(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            if not entry.is_active:
                return                  # cancelled meanwhile
            try:
                best: float = parse_depth(reply.data)[1][0][0]      # type: ignore
            except PARSE_ERRORS:
                self.flow.on_outcome(
                    entry.orderid, Outcome.NOT_SENT, "", _("this server cannot buy at the market, and shows no best ask for a limit order")
                )
                return
            self._send(entry, best)

        self.rest.call(
            "GET", self.rest.build.prefix + DEPTH, {"symbol": name, "limit": LEVELS}, on_depth,
            lane="order", rank=Rank.ORDER, private=False, dropped=partial(self._not_sent, entry),
        )

    def _send(self, entry: Entry, best: float) -> None:
        order: OrderData = entry.order
        flow = self.flow
        reason: str = self.unable()
        if reason:
            flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", reason)
            return
        listed: Listed[CryptoRules] = self.host.contracts[order.vt_symbol]
        try:
            params: Params = place_params(order, listed.venue_symbol, *listed.rules.steps, self.rest.build, best)
        except Exception as error:
            flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", _("request could not be built: {reason}").format(reason=describe(error)))
            return

        def before() -> bool:
            if not entry.is_active:
                return False            # cancelled while it waited for its turn
            self.marks[entry.orderid] = self.witness.mark(self._base(order.vt_symbol))
            entry.waits = False
            return True

        self.rest.call(
            "POST", self.rest.build.prefix + ORDER, params, partial(self.on_place, entry, best), lane="order", rank=Rank.ORDER,
            place=Place.JSON if self.rest.build.sends_json else Place.FORM, before=before, dropped=partial(self._not_sent, entry),
        )

    def _not_sent(self, entry: Entry) -> None:
        self.flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", _("gateway closed"))

    def unable(self) -> str:
        """Why no order can be sent now, or ""."""
        return self.host.unable(self.rest.key, N_("API key")) if self.rest.build.trades else _(WHY_NOT)

    def on_place(
        self, entry: Entry, best: float, reply: Reply | None, error: BaseException | None, asked_at: float
    ) -> None:
        """What the server said to a new order."""
        flow = self.flow
        outcome, code, text = classify(reply, error, proves_refusal, read_error)
        if outcome is Outcome.ACCEPTED and reply is not None:
            self._identify(entry, reply.data)
            try:
                # what else the answer lacks is known: it is an order of ours
                row: Any = {**_own_words(entry.order, self.host.contracts.name_of(entry.order.vt_symbol)), **_spoken(reply.data)}
                found: QteOrder = self._read(row)
                self._check_name(found.record, entry)
            except PARSE_ERRORS as problem:
                flow.on_outcome(entry.orderid, Outcome.UNKNOWN, "", _("answer not understood: {problem}").format(problem=problem))
                self.query_order(entry)
                return
            self.tell(found, taken=True)
            if found.traded is None:
                self.query_order(entry)
            if best and entry.is_active:
                flow.cancel(entry.orderid)      # what a market order did not get at once it does not get
            return
        if reply is not None and reply.status == 401:
            lock_out(self.host, code, text)
        flow.on_outcome(entry.orderid, outcome, code, text)

    def _identify(self, entry: Entry, data: Any) -> None:
        """The order's id first of all: whatever else of the answer is not understood, the order can be asked for by it."""
        try:
            venue_id: str = parse_id(data["orderId"])
        except PARSE_ERRORS:
            return
        table = self.flow.table
        if isinstance(data["orderId"], str) and table.find(venue_id) is None:
            table.accept(entry.orderid, venue_id)

    def cancel_order(self, entry: Entry) -> None:
        """Send a cancel. Its answer has two words; what the order came to is asked."""
        reason: str = self.unable()
        if reason:
            self.flow.on_cancel_outcome(entry.orderid, Outcome.NOT_SENT, "", reason)
            return

        name: str = self.host.contracts.name_of(entry.order.vt_symbol)
        self.rest.call(
            "DELETE", self.rest.build.prefix + ORDER, order_params(name, entry.venue_id), partial(self.on_cancel, entry),
            lane="order", rank=Rank.CANCEL, place=Place.BOTH, before=partial(self.flow.cancel_is_wanted, entry),
        )

    def on_cancel(self, entry: Entry, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        """What the server said to a cancel."""
        flow = self.flow
        outcome, code, text = classify(reply, error, proves_refusal, read_error)
        gone: bool = outcome is Outcome.REFUSED and reply is not None and reply.status in (400, 404)
        if reply is not None and reply.status == 429:
            outcome = Outcome.NOT_SENT
        elif reply is not None and reply.status == 401:
            lock_out(self.host, code, text)
        flow.on_cancel_outcome(entry.orderid, outcome, code, text, unknown_order=gone)
        if outcome is Outcome.ACCEPTED:
            flow.mark_in_doubt(entry.orderid, "cancelled")
            self.query_order(entry)

    # questions

    def query_order(self, entry: Entry) -> None:
        """Ask for one order, in the way in which this build can say what it came to."""
        if self.unable():
            return
        contract: ContractData = self.host.contracts[entry.order.vt_symbol].contract
        if self.rest.build.by_client_id:
            self._ask(ALL_ORDERS, {"symbol": contract.name, "limit": PAGE}, partial(self._on_all_orders, entry))
        elif entry.venue_id:
            self._ask(ORDER, order_params(contract.name, entry.venue_id), partial(self._on_order, entry, contract))
        else:
            self._ask(self.rest.build.open_orders, {}, partial(self._on_look, entry))

    def _ask(self, path: str, params: Params, answer: Callable[[Reply, float], None]) -> None:
        def on_answer(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            if reply is None or error is not None:
                return                  # asked again
            if reply.status == 401:
                lock_out(self.host, *(read_error(reply) or ("HTTP 401", "")))
                return
            answer(reply, asked_at)

        self.rest.call("GET", self.rest.build.prefix + path, params, on_answer, lane="order", rank=Rank.QUESTION)

    def _on_order(self, entry: Entry, contract: ContractData, reply: Reply, asked_at: float) -> None:
        if read_error(reply) is None:
            self._on_asked(entry, reply.data, asked_at)
        elif reply.status == 404 and not reply.malformed:
            if self.rest.build.finds_final:
                self.flow.on_missing(entry.orderid, asked_at)
            else:                       # only orders on the book are found: this one is final (Q16)
                self._ask(MY_TRADES, {"symbol": contract.name, "limit": PAGE}, partial(self._on_vanished, entry, contract))

    def _on_vanished(self, entry: Entry, contract: ContractData, reply: Reply, asked_at: float) -> None:
        """FILLED if its fills are all there, else CANCELED."""
        if read_error(reply) is not None or not isinstance(reply.data, list):
            return
        trades: list[TradeData] = self.fills_of(entry, contract, reply.data)
        traded: float = sum(trade.volume for trade in trades)
        order: OrderData = copy(entry.order)
        order.traded = traded
        order.status = Status.ALLTRADED if traded > order.volume - VOLUME_NOISE else Status.CANCELLED
        for trade in trades:
            self.flow.on_fill(trade, entry.venue_id)
        self.flow.on_order(order, entry.venue_id, asked_at, asked=True)

    def _on_all_orders(self, entry: Entry, reply: Reply, asked_at: float) -> None:
        if read_error(reply) is not None or not isinstance(reply.data, list):
            return
        for d in reply.data:
            if isinstance(d, dict) and (
                str(d.get("orderId")) == entry.venue_id or not entry.venue_id and d.get("clientOrderId") == entry.orderid
            ):
                self._on_asked(entry, d, asked_at)
                return
        self.flow.on_missing(entry.orderid, asked_at)

    def _on_asked(self, entry: Entry, d: Any, asked_at: float) -> None:
        """A row that answers the question about an order."""
        flow = self.flow
        try:
            found: QteOrder = self._read(d)
            self._check_name(found.record, entry)
        except PARSE_ERRORS as problem:
            self.host.log_once("query order", _("Order data not understood: {problem}").format(problem=problem), WARNING)
            if flow.life.is_witness(entry.orderid):
                flow.life.missed(asked_at)
            elif flow.table.is_former(entry):
                flow.on_missing(entry.orderid, asked_at)        # its id is another order's in this life of the venue
            else:
                flow.doubt(entry.orderid, str(problem))
                flow.life.check()
            return
        self.tell(found, asked_at=asked_at, asked=True)

    def _check_name(self, record: VenueOrder, entry: Entry) -> None:
        """
        Whether an answer is about an order.

        :raises Contradiction: it is about another
        """
        if record.order.symbol != entry.order.symbol:
            raise Contradiction(_("symbol {symbol}, not {expected}").format(symbol=record.order.symbol, expected=entry.order.symbol))
        if record.order.orderid not in (entry.client_id, record.venue_id):
            raise Contradiction(_("order {found}, not {expected}").format(found=record.order.orderid, expected=entry.client_id))
        if entry.venue_id and record.venue_id != entry.venue_id:
            raise Contradiction(_("order {found}, not {expected}").format(found=record.venue_id, expected=entry.venue_id))
        record.order.orderid = entry.orderid

    def _on_look(self, entry: Entry, reply: Reply, asked_at: float) -> None:
        """All open orders, asked for one whose answer was lost: it is there, or the balances must say that it never was."""
        if read_error(reply) is not None or not isinstance(reply.data, list):
            return
        self.on_rows(reply.data, None, asked_at)
        if entry.acknowledged or not entry.is_active:
            return

        def on_account(answer: Reply, __: float) -> None:
            self.on_account(answer, asked_at)
            if entry.acknowledged or not entry.is_active:
                return
            still: bool | None = self.witness.explains_no_fill(
                self.marks.get(entry.orderid), self._base(entry.order.vt_symbol), entry.order.volume
            )
            if still:
                self.flow.on_missing(entry.orderid, asked_at)
                return
            self.host.log_once(
                f"lost {entry.orderid}",
                _(
                    "Order {orderid} is not among the open orders, and the balances do not show that nothing came of it: this server finds no order by "
                    "our id, so it stays in doubt. Look at the account"
                ).format(orderid=entry.orderid), ERROR,
            )

        self._ask(ACCOUNT, {}, on_account)

    def query_fills(self, entry: Entry) -> None:
        """Ask for the fills of one order, where the server has any to tell."""
        if not self.rest.build.tells_fills or not entry.venue_id or self.unable():
            return
        contract: ContractData = self.host.contracts[entry.order.vt_symbol].contract

        def on_fills(reply: Reply, asked_at: float) -> None:
            if read_error(reply) is None and isinstance(reply.data, list):
                self.flow.on_fills(entry.orderid, self.fills_of(entry, contract, reply.data), entry.venue_id)

        self._ask(MY_TRADES, {"symbol": contract.name, "limit": PAGE}, on_fills)

    def fills_of(self, entry: Entry, contract: ContractData, rows: Iterable[Any]) -> list[TradeData]:
        """One order's rows of myTrades, oldest first."""
        found: list[TradeData] = []
        self.host.each(
            (d for d in rows if isinstance(d, dict) and str(d.get("orderId")) == entry.venue_id),
            lambda d: found.append(parse_fill(d, contract, entry.orderid, self.host.gateway_name)), N_("trade"),
        )
        return sorted(found, key=lambda trade: trade.datetime.timestamp() if trade.datetime else 0.0)

    # what the server tells

    def on_rows(self, rows: Iterable[Any], listed: list[VenueOrder] | None = None, asked_at: float = 0.0) -> int:
        """Rows of a list of orders, asked for at a monotonic time; returns how many could be read."""
        def take(d: dict[str, Any]) -> None:
            if self.host.contracts.of_venue(d["symbol"]) is None:
                line: str = _("Orders on {symbol} are not shown: the setting 'Symbols' does not list it")
                self.host.log_once(f"symbol {d['symbol']}", line.format(symbol=d["symbol"]), WARNING)
                return
            found: QteOrder = self._read(d)
            self.tell(found, asked_at=asked_at)
            if listed is not None and found.record.order.is_active():
                listed.append(found.record)

        return self.host.each(rows, take, N_("order"))

    def tell(self, found: QteOrder, taken: bool = False, asked_at: float = 0.0, asked: bool = False) -> None:
        """
        An order's state. The fills that nobody tells are made of what it has traded more than before; ``taken``:
        by an order that did not wait; ``asked``: the answer to a question about it.
        """
        record: VenueOrder = found.record
        order: OrderData = record.order
        entry: Entry | None = self._entry(record)
        order.traded = found.traded if found.traded is not None else entry.order.traded if entry else 0.0
        if found.traded is None and order.status is Status.PARTTRADED and not order.traded:
            order.status = Status.NOTTRADED         # how much is asked for
        if not self.flow.believes(order, record.venue_id, asked):
            return
        if not self.rest.build.tells_fills and self.fills.has_grown(record):
            name: str = self.host.contracts.name_of(order.vt_symbol)
            reference: float = self.quotes.reference(name, order.direction)
            price: float = fill_price(order, reference, taken)
            if not price or taken and not reference:
                self._ask_price(name, record)
                return
            self.fills.deliver(record, price, self.host.now())
        if found.traded is None and order.status in FINAL:
            self.host.log_once(
                f"traded {order.orderid}", _("How much of order {orderid} was traded before its end is not told by the server").format(orderid=order.orderid),
                WARNING,
            )
        self.flow.on_order(order, record.venue_id, asked_at, asked)

    def _entry(self, record: VenueOrder) -> Entry | None:
        return self.flow.table.whose(record.order.orderid, record.venue_id)

    def _ask_price(self, name: str, record: VenueOrder) -> None:
        """What the market stands at, for a fill whose price is not told."""
        def on_price(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            order: OrderData = record.order
            try:
                price: float = parse_prices(reply.data)[name]       # type: ignore[union-attr]
            except PARSE_ERRORS:
                price = order.price
            if self.fills.has_grown(record):
                self.fills.deliver(record, fill_price(order, price, True), self.host.now())
            self.flow.on_order(order, record.venue_id)

        self.rest.call(
            "GET", self.rest.build.prefix + PRICE, {"symbol": name}, on_price, lane="order", rank=Rank.CANCEL, private=False
        )

    def _read(self, d: dict[str, Any]) -> QteOrder:
        contract: ContractData = self.host.contracts.by_venue(d["symbol"])
        return parse_order(d, contract, self.host.now(), self.host.gateway_name)

    def _base(self, vt_symbol: str) -> str:
        listed = self.host.contracts.get(vt_symbol)
        return listed.contract.extra["base"] if listed and listed.contract.extra else ""


def lock_out(host: Host, code: int | str, text: str) -> None:
    """The server refused the key."""
    host.lock_out(_("Authentication failed, code: {code}, message: {message}. Check API Key, then connect again").format(code=code, message=text))


def _own_words(order: OrderData, name: str) -> dict[str, Any]:
    return {
        "symbol": name, "clientOrderId": order.orderid, "quantity": repr(order.volume), "price": repr(order.price),
        "type": "MARKET" if order.type is OrderType.MARKET else "LIMIT",
        "side": "BUY" if order.direction is Direction.LONG else "SELL", "status": "NEW",
    }


def _spoken(data: Any) -> dict[str, Any]:
    """What an answer says, without what it leaves open."""
    if not isinstance(data, dict):
        raise ValueError(f"not an object: {str(data)[:80]}")
    return {name: value for name, value in data.items() if value is not None and value != ""}
