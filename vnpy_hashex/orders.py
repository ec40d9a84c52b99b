"""Orders, cancels, and questions about them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from logging import WARNING
from typing import Any

from vnpy.trader.constant import Direction, OrderType, Status
from vnpy.trader.object import ContractData, OrderData

from rest_locale import N_, _
from vnpy_restgateway.clients import ParkedNews
from vnpy_restgateway.contracts import Contracts
from vnpy_restgateway.executor import SerialExecutor
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Outcome, Reply, classify, coded, describe
from vnpy_restgateway.net.validate import short
from vnpy_restgateway.orders.flow import OrderFlow
from vnpy_restgateway.orders.contradictions import Contradiction
from vnpy_restgateway.orders.order_matching import SentOrder
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Entry, Push
from vnpy_restgateway.orders.venue_ids import VenueIds
from vnpy_restgateway.trading_rules import CryptoRules

from .calls import CAPPED_LIMIT, QUOTE, create_params
from .endpoints import CANCEL, CREATE, DEALS, DEPTH, DETAIL, HISTORY, OPEN_ORDERS, Rank
from .enums import type_to_vt
from .errors import ADVICE, GENERAL, REFUSALS, RETRIED, TIMESTAMP, read_error
from .pages import DealsWalk, HistoryWalk, Walk, open_orders
from .parse import check_order, is_spot, number, parse_fill, parse_id, parse_order
from .rest import RestApi
from .timings import Timings

PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)

CLOCK_SLACK: timedelta = timedelta(seconds=1)       # by which our idea of the venue's clock may be wrong
EXECUTED_WITHIN: timedelta = timedelta(minutes=10)   # after its sending, an order that was given up may still be executed
HISTORY_MARGIN: timedelta = timedelta(minutes=1)
RESEND_WITHIN: float = 10.0                         # s; an order is not sent again later than that
LOOK_AGAIN: float = 0.2                             # s
RULES_AGAIN: float = 5.0                # s at least between questions for the rules after refusals


class Orders:
    """
    What the orders' flow asks of the venue, and what the venue says of orders. Executor's thread only.

    :param query_contract: asks what is traded, soon: the venue has spoken of a symbol that is not known, or refused an order
    """

    def __init__(self, host: Host, rest: RestApi, timings: Timings, market_buy: str, query_contract: Callable[[], None]) -> None:
        self.host: Host = host
        self.flow: OrderFlow = host.flow
        self.ids: VenueIds = host.flow.venue_ids
        self.executor: SerialExecutor = host.executor
        self.contracts: Contracts[CryptoRules] = host.contracts
        self.log = host.log
        self.rest: RestApi = rest
        self.timings: Timings = timings
        self.market_buy: str = market_buy
        self.query_contract: Callable[[], None] = query_contract
        self.searching: bool = False
        self.after_search: list[Callable[[bool], None]] = []
        self.fills_asked: dict[str, bool] = {}          # vn.py order id -> ask again when this is answered
        self.capped: set[str] = set()                   # market orders sent as limit orders: the rest is cancelled
        self.parked: ParkedNews = ParkedNews(host, query_contract)
        self._rules_asked: float = 0.0                  # when the rules were asked for after a refusal, monotonic s

    # new orders

    def place(self, entry: Entry) -> None:
        """Send a new order; what has to be known first is asked first."""
        order: OrderData = entry.order
        entry.waits = True
        if order.type is OrderType.MARKET and order.direction is Direction.LONG and self.market_buy in (QUOTE, CAPPED_LIMIT):
            name: str = self.contracts.name_of(order.vt_symbol)
            self.rest.query(
                N_("best ask") + f" {entry.orderid}", DEPTH, {"symbol": name, "level": 1}, partial(self.on_best_ask, entry),
                signed=False, rank=Rank.CREATE,
                failed=lambda: self.flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", _("the best ask could not be had")),
            )
            return
        self.create(entry, 0.0)

    def on_best_ask(self, entry: Entry, data: Any, asked_at: float) -> None:
        """The book's first level."""
        if not entry.is_active:
            return                  # cancelled meanwhile
        asks: list[Any] = data["a"] or []
        self.create(entry, min((number(row[0]) for row in asks), default=0.0))

    def create(self, entry: Entry, best_ask: float) -> None:
        """Put a new order in line."""
        reason: str = self.unable()
        if reason:
            self.flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", reason)
            return
        order: OrderData = entry.order
        try:
            params = create_params(
                order, self.contracts.name_of(order.vt_symbol), *self.contracts[order.vt_symbol].rules.steps,
                best_ask=best_ask, market_buy=self.market_buy,
            )
        except Exception as error:
            self.flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", describe(error))
            return
        market: bool = params["tradeType"] == "MARKET"
        if order.type is OrderType.MARKET and not market:
            self.capped.add(entry.orderid)

        def before() -> bool:
            if not entry.is_active:
                return False        # cancelled while it waited for its turn
            moment: datetime = self.host.now()
            self.ids.on_sent(entry, SentOrder(
                entry.orderid, order.symbol, order.direction, type_to_vt(params["tradeType"]),
                None if market else number(params["price"]),
                None if market and order.direction is Direction.LONG else number(params["totalAmount"]),
                moment - CLOCK_SLACK, moment + EXECUTED_WITHIN,
            ))
            entry.waits = False
            return True

        self.rest.call(
            "POST", CREATE, params, partial(self.on_create, entry), Rank.CREATE, before=before,
            wanted=lambda: not entry.cancel_wanted or entry.acknowledged,
        )

    def unable(self) -> str:
        """Why nothing signed can be sent now, or ""."""
        return self.host.unable(self.rest.key, N_("access key"))

    def on_create(self, entry: Entry, reply: Reply | None, error: BaseException | None) -> None:
        """What the venue said to a new order."""
        outcome, code, text = classify(reply, error, REFUSALS, read_error)
        if outcome is Outcome.ACCEPTED and reply is not None:
            try:
                venue_id: str = parse_id(reply.data["data"])        # type: ignore[index]
            except PARSE_ERRORS as problem:
                self.flow.on_outcome(entry.orderid, Outcome.UNKNOWN, "", _("answer not understood: {problem}").format(problem=repr(problem)))
                return
            self.ids.on_accepted(entry.orderid, venue_id)
            return
        if reply is not None:
            self.rest.on_limits(reply, text)
        if outcome is Outcome.REFUSED:
            if code in RETRIED and not entry.resent and not entry.acknowledged:
                entry.resent = True
                self.send_again(entry, int(code), text)
                return
            self.rest.on_code(code, text, "order")
            if code == GENERAL:
                self.on_rules_doubted()
            if code in ADVICE:
                text = f"{text} ({_(ADVICE[int(code)])})"
        self.flow.on_outcome(entry.orderid, outcome, code, text)

    def send_again(self, entry: Entry, code: int, text: str) -> None:
        """
        Refused before the trading system, by a code that a second try mends: once more, signed anew. After a
        repeated nonce only if the venue does not have the order: something on the way may have sent it twice.
        """
        name: str = f"resend {entry.orderid}"
        # a clock or a list that cannot be had must not keep the order for ever; it was refused, whatever happens
        self.executor.call_later(RESEND_WITHIN, name, lambda: self.flow.on_outcome(entry.orderid, Outcome.REFUSED, code, text))

        again: Callable[[], None] = partial(self.flow.send_again, entry, name)
        if code in TIMESTAMP:
            entry.waits = True          # nothing of it is at the venue: a cancel takes it back at once
            self.ids.sought.pop(entry.orderid, None)
            self.log(_("Order {orderid} refused for its timestamp, sending it again by the new clock").format(orderid=entry.orderid), WARNING)
            self.host.keeper.measure(again)
            return

        def looked(complete: bool) -> None:
            if entry.orderid in self.ids.contested:
                self.executor.timers.drop(name)       # it may be there, and no list will tell
            elif complete and name in self.executor.timers and entry.is_active and self.ids.is_suspected(entry.orderid):
                self.after_search.append(looked)      # one list is not believed: what it shows may be the order
                self.executor.call_later(LOOK_AGAIN, f"look {entry.orderid}", self.search_orders)
            elif complete:
                again()
                self.executor.timers.drop(name)
            else:
                self.executor.timers.drop(name)
                self.flow.on_outcome(entry.orderid, Outcome.UNKNOWN, "", coded(code, text))

        self.executor.timers.drop(name)
        self.executor.call_later(2 * RESEND_WITHIN, name, lambda: looked(False))
        self.log(_("Order {orderid} refused for its nonce, sending it again if the venue does not have it").format(orderid=entry.orderid), WARNING)
        self.ids.on_answer_lost(entry.orderid)
        self.after_search.append(looked)
        self.searching = False        # one that is under way may have asked before
        self.search_orders()

    # cancels

    def cancel_order(self, entry: Entry) -> None:
        """Send a cancel. Its acceptance is no cancellation: the flow asks what came of it."""
        reason: str = self.unable()
        if reason:
            self.flow.on_cancel_outcome(entry.orderid, Outcome.NOT_SENT, "", reason)
            return

        self.rest.call(
            "POST", CANCEL, {"orderId": entry.venue_id}, partial(self.on_cancel, entry), Rank.CANCEL,
            before=partial(self.flow.cancel_is_wanted, entry),
        )

    def on_cancel(self, entry: Entry, reply: Reply | None, error: BaseException | None) -> None:
        """What the venue said to a cancel."""
        outcome, code, text = classify(reply, error, REFUSALS, read_error)
        if reply is not None and self.rest.on_limits(reply, text) or outcome is Outcome.REFUSED and code in RETRIED:
            self.rest.on_code(code, text, "cancel")
            outcome = Outcome.NOT_SENT      # it reached the venue and provably did nothing: the same to us
        elif outcome is Outcome.REFUSED and code == GENERAL:
            # not there yet, final already, or anything else: the words are not documented
            self.host.log_once(f"cancel {entry.orderid}", _("Cancel of {orderid} refused ({text}), asking the venue").format(orderid=entry.orderid, text=text), WARNING)
        elif outcome is Outcome.REFUSED:
            self.rest.on_code(code, text, "cancel")
        elif outcome is Outcome.ACCEPTED and reply is not None and self.names_another(reply.data, entry):
            outcome, text = Outcome.UNKNOWN, _("the answer is about order {found}").format(found=short(reply.data['data']))     # type: ignore[index]
        self.flow.on_cancel_outcome(entry.orderid, outcome, code, text, unknown_order=code == GENERAL)

    @staticmethod
    def names_another(envelope: Any, entry: Entry) -> bool:
        """Whether the answer to a cancel has an id, and that of another order; some deployments answer with none."""
        told: Any = envelope.get("data") if isinstance(envelope, dict) else None
        return type(told) in (str, int) and str(told) != entry.venue_id

    # questions

    def query_order(self, entry: Entry) -> None:
        """Ask for one order: by its id, or among all there are."""
        if self.unable():
            return
        if not entry.venue_id or self.ids.is_tentative(entry) or self.flow.table.by_venue_id.get(entry.venue_id) not in (None, entry):
            self.search_orders()
            return
        self.rest.call(
            "GET", DETAIL, {"orderId": entry.venue_id}, partial(self.on_query_order, entry, self.host.monotonic()),
            Rank.QUESTION, lane="query",
        )

    def on_query_order(self, entry: Entry, asked_at: float, reply: Reply | None, error: BaseException | None) -> None:
        """The venue's word on one order. An answer that is none changes nothing: it is asked again."""
        if reply is None:
            return
        found = read_error(reply)
        if found is None and reply.status // 100 == 2:
            data: Any = reply.data.get("data")      # type: ignore[union-attr]
            if isinstance(data, dict):
                self.host.each([data], partial(self.on_detail, entry, asked_at), N_("order"))
                return
        elif found and found[0] != GENERAL:
            if not self.rest.on_limits(reply, found[1]):
                self.rest.on_code(*found, "order/detail")
            return
        if self.flow.life.is_witness(entry.orderid) or asked_at >= entry.sent + self.flow.table.rule.bound or self.flow.table.is_former(entry):
            self.search_orders()         # "not there" in one place is not enough

    def on_detail(self, entry: Entry, asked_at: float, d: dict[str, Any]) -> None:
        """
        The answer to the question about one order.

        :raises ValueError: among others, when it is about another order
        """
        venue_id: str = parse_id(d["orderId"])
        if venue_id != entry.venue_id:
            self.flow.doubt(entry.orderid, _("the answer is about order {found}").format(found=venue_id))
            raise Contradiction(_("order {found}, not {expected}").format(found=venue_id, expected=entry.venue_id))
        self.on_venue_order(d, asked_at, asked=True)

    def search_orders(self) -> None:
        """
        Look for all orders that are in doubt in the list of open orders, then in the history: one that closes meanwhile
        is in the second. Nothing is concluded unless both were seen whole.
        """
        if self.searching:
            return
        about: list[Entry] = self.ids.looked_for()
        since: datetime = min(
            (entry.order.datetime or self.sent_at(entry) for entry in about), default=self.host.now()
        ) - HISTORY_MARGIN
        start_ms: int = int(since.timestamp() * 1_000)
        asked_at: float = self.host.monotonic()
        self.searching = True
        waiting, self.after_search = self.after_search, []

        def end(complete: bool) -> None:
            self.searching = False
            for call in waiting:
                call(complete)

        def on_open(opened: Walk, __: float) -> None:
            self.rest.walk(
                N_("order history"), HISTORY, HistoryWalk(start_ms), partial(on_closed, opened), rank=Rank.QUESTION,
                failed=lambda: end(False),
            )

        def on_closed(opened: Walk, closed: Walk, __: float) -> None:
            if not (opened.complete and closed.complete):
                self.host.log_once("search", _("The venue has too many orders to look through them all"), WARNING)
                end(False)
                return
            listed: list[VenueOrder] = []
            rows: list[Any] = [*opened.rows.values(), *closed.rows.values()]
            read: int = self.host.each(rows, lambda d: self.collect(d, listed), N_("order"))
            if read == len(rows):
                self.ids.on_candidates(listed, [entry.orderid for entry in about], asked_at)
            end(read == len(rows))

        try:
            self.rest.walk(
                N_("open orders"), OPEN_ORDERS, open_orders(), on_open, rank=Rank.QUESTION, failed=lambda: end(False)
            )
        except Exception:
            end(False)              # else nobody would ever look again
            raise

    def sent_at(self, entry: Entry) -> datetime:
        """When an order of ours was sent, by the venue's clock, which may have been set on since; of another one, the beginning of today."""
        if not entry.sent:
            return self.host.now().replace(hour=0, minute=0, second=0, microsecond=0)
        moment: datetime = self.host.now() - timedelta(seconds=self.host.monotonic() - entry.sent)
        sought: SentOrder | None = self.ids.sought.get(entry.orderid) or self.ids.tentative.get(entry.orderid)
        return min(moment, sought.earliest) if sought else moment

    def collect(self, d: dict[str, Any], listed: list[VenueOrder]) -> None:
        """
        A row of a list as a record.

        :raises ValueError: among others, when its state does not say how it stands; it is then asked for by itself
        """
        if not is_spot(d):
            return
        contract: ContractData | None = self.contracts.of_venue(d["symbol"])
        if contract is None:
            self.parked.park(d["symbol"], d)
            return
        record: VenueOrder | None = parse_order(d, contract, self.host.gateway_name)
        if record is None:
            self.ids.look(parse_id(d["orderId"]))
            raise ValueError(_("state {state!r} is not known, asking again").format(state=d['state']))
        entry: Entry | None = self.flow.table.find(record.venue_id)
        try:
            check_order(d, record.order, self.flow.table.filled(record.venue_id))
        except Contradiction as problem:
            if entry:
                if record.order.status is Status.ALLTRADED:
                    self.query_fills(entry)
                self.flow.doubt(entry.orderid, str(problem))
            raise
        listed.append(record)

    def on_venue_order(self, d: dict[str, Any], asked_at: float = 0.0, asked: bool = False) -> None:
        """
        An order as the venue tells it, by push, or by the answer to what was asked at a monotonic time; ``asked``: about
        this order.
        """
        listed: list[VenueOrder] = []
        self.collect(d, listed)
        for record in listed:
            self.flow.on_order(record.order, record.venue_id, asked_at, asked)

    def on_publish(self, item: Push) -> None:
        """An order or a trade is about to be told to everybody."""
        if isinstance(item, OrderData) and item.orderid in self.capped and item.status is not Status.SUBMITTING:
            self.capped.discard(item.orderid)
            self.executor.post(self.cancel_rest, item.orderid)
        if isinstance(item, OrderData) and item.status is Status.REJECTED:
            entry: Entry | None = self.flow.table.get(item.orderid)
            if entry and entry.venue_id:
                self.on_rules_doubted()     # accepted first, refused afterwards

    def cancel_rest(self, orderid: str) -> None:
        """What a market order sent as a limit order did not get at once."""
        entry: Entry | None = self.flow.table.active.get(orderid)
        if entry and not entry.cancel_wanted:
            self.flow.cancel(orderid)

    def query_fills(self, entry: Entry) -> None:
        """Ask for the fills of one order, once at a time."""
        if not entry.venue_id or self.unable():
            return
        orderid, venue_id = entry.orderid, entry.venue_id
        if orderid in self.fills_asked:
            self.fills_asked[orderid] = True
            return
        contract: ContractData = self.contracts[entry.order.vt_symbol].contract
        self.fills_asked[orderid] = False

        def failed() -> None:
            self.fills_asked.pop(orderid, None)

        def done(walk: Walk, __: float) -> None:
            again: bool = self.fills_asked.pop(orderid, False)
            trades: list[Any] = []
            self.host.each(
                (row for row in walk.rows.values() if str(row["orderId"]) == venue_id),
                lambda d: trades.append(parse_fill(d, contract, entry.order.direction, self.host.gateway_name)), N_("trade"),
            )
            self.flow.on_fills(orderid, trades, venue_id)
            if again and (entry.lacks_fills or entry.is_active):
                self.query_fills(entry)

        self.rest.walk(N_("fills of") + f" {venue_id}", DEALS, DealsWalk(venue_id), done, rank=Rank.QUESTION, failed=failed)

    # rules, and symbols that are new

    def on_rules_doubted(self) -> None:
        """An order was refused in words, perhaps for its precision: ask for the rules again, not more often than every few seconds."""
        due: float = max(0.0, self._rules_asked + RULES_AGAIN - self.host.monotonic())

        def ask() -> None:
            self._rules_asked = self.host.monotonic()
            self.query_contract()

        self.executor.reschedule_earlier(due, "rules doubted", ask)

    def on_contracts(self) -> None:
        """The contracts are here."""
        self.parked.release(self.on_venue_order)
