"""
A session of a venue that pushes nothing and tells its orders by one list of today's: everything but the venue's own words.

What a venue gives are paths and pure readings; sending, asking, doubt, fills and polls are here. Made for share venues: orders
are found again by the tag that the list shows, fills are made of what an order has traded more than before.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from vnpy.trader.constant import Status
from vnpy.trader.object import AccountData, ContractData, OrderData, PositionData

from ..calendar import Calendar
from ..capabilities import Capabilities, Correlation, Fills
from ..host import Host
from ..net.outcome import Code, Outcome, Reply, classify, describe
from ..orders.order_data import copy
from ..orders.table import Entry, Push
from ..positions import Positions
from ..session import NoSession
from ..trading_rules import Holding, TradingRules
from .health import ConnectionHealth
from .order_list import ListedOrder, OrderList
from .poller import Poller
from .quotes import PARSE_ERRORS, PolledQuotes, Question, Quote
from .ranked_rest import Rank, RankedRest

AGAIN: float = 0.5              # seconds until a question that has to be answered is asked again
SOON: float = 0.05              # seconds after a command until the list is looked at
STAY_AWAY: tuple[Code, ...] = ("HTTP 429", "HTTP 418")


class Paths(NamedTuple):
    """What is asked for where; ``positions`` "": they come with the account."""

    time: str
    contracts: str
    orders: str
    account: str
    positions: str
    quote: str


class Command(NamedTuple):
    """A command as the venue wants it."""

    method: str
    path: str
    params: dict[str, Any]


class Listing(NamedTuple):
    """A contract as the venue lists it."""

    contract: ContractData
    venue_symbol: str
    rules: TradingRules


class Intervals(NamedTuple):
    """Seconds between looks."""

    orders: Callable[[], float]
    account: Callable[[], float]
    quotes: Callable[[], float]


class PolledSession(NoSession):
    """
    :param rest: a client that is not started yet; ``start_rest`` starts it
    :param calendar: looks at orders and account rest outside its sessions; None: never
    :param day: whose trading day the list of orders is of; None: it is of all orders there are
    """

    capabilities = Capabilities(Correlation.TAG, Fills.DERIVED, cancels_by_venue_id=True, holdings=True)
    paths: Paths
    refusals: frozenset[Code] = frozenset()         # a command answered with one of these did nothing
    gone: frozenset[Code] = frozenset()             # a cancel answered with one of these: no such live order, which says nothing of its end

    def __init__(self, host: Host, rest: RankedRest, intervals: Intervals, calendar: Calendar | None = None, day: Calendar | None = None) -> None:
        super().__init__(host)
        self.flow = host.flow
        self.rest: RankedRest = rest
        self.day: Calendar | None = day
        self.positions: Positions = Positions(host)
        self.list: OrderList = OrderList(host, self.read_order, self._on_missing)
        self.quotes: PolledQuotes = PolledQuotes(host, rest, intervals.quotes, self._questions, self.read_error)
        link: ConnectionHealth = ConnectionHealth(host, "Trade API")
        poll = partial(Poller, host, rest, read_error=self.read_error, link=link, calendar=calendar, back=self.flow.life.check)
        self.looks: Poller = poll("orders", self.paths.orders, intervals.orders, self._on_orders)
        self.account: Poller = poll("account", self.paths.account, intervals.account, self._on_account)
        self.holdings: Poller | None = poll("positions", self.paths.positions, intervals.account, self._on_positions) if self.paths.positions else None
        self.on_publish = self._published

    # the venue's words

    @abstractmethod
    def start_rest(self) -> None:
        """Start the client."""

    @abstractmethod
    def read_error(self, reply: Reply) -> tuple[Code, str] | None:
        """Code and text of an answer that is a refusal, None of one that is not."""

    @abstractmethod
    def read_time(self, data: Any) -> int:
        """The venue's time in ms."""

    @abstractmethod
    def read_contract(self, d: Any) -> Listing:
        """A row of the contracts."""

    @abstractmethod
    def read_order(self, d: Any) -> ListedOrder | None:
        """A row of today's orders: ``orderid`` is the tag, where it has one; the venue's id has the trading day in it where ids begin anew."""

    @abstractmethod
    def read_account(self, data: Any) -> tuple[AccountData, float]:
        """The account, and the cash that can be spent."""

    @abstractmethod
    def read_position(self, d: Any) -> PositionData:
        """A row of the positions; ``yd_volume`` is what can be sold now."""

    @abstractmethod
    def read_quote(self, data: Any, quote: Quote) -> None:
        """The market of a symbol, into ``quote``."""

    @abstractmethod
    def place_call(self, order: OrderData, venue_symbol: str) -> Command:
        """A new order, with its id as the tag."""

    @abstractmethod
    def cancel_call(self, entry: Entry) -> Command:
        """The cancel of an order whose venue id is known."""

    def read_placed(self, data: Any) -> str:
        """
        The venue's id of an order that was just taken, as ``read_order`` would have it; "" where the answer does not tell it.

        :raises ValueError: what is told is no id
        """
        return ""

    # life

    def open(self) -> None:
        self.host.start(self.start_rest)
        self.host.keeper.measure()

    def closers(self) -> list[Callable[[], None]]:
        return [self.rest.stop]

    def abandoned(self) -> list[Callable[[], None]]:
        return self.rest.abandon()

    def is_mock(self) -> bool:
        return bool(self.rest.mock)

    def health(self) -> dict[str, bool]:
        return {"REST": self.rest.active and self.host.ready, "market data": self.quotes.link.up, "trading": self.looks.link.up}

    # clock and contracts: asked until they are answered

    def _until_answered(self, name: str, path: str, take: Callable[[Any, float], None]) -> None:
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            try:
                if reply is None or (refused := self.read_error(reply)):
                    raise ValueError(str(error) if reply is None else f"code: {refused[0]}, message: {refused[1]}")     # type: ignore[index]
                take(reply.data, asked_at)
            except Exception as problem:
                self.host.log_once(f"query {name}", f"Query {name} failed, trying again: {describe(problem)}")
                self.host.executor.call_later(max(AGAIN, self.host.pause()), f"query {name}", partial(self._until_answered, name, path, take))

        self.rest.call("GET", path, {}, answered, private=name != "time")

    def query_time(self) -> None:
        self._until_answered("time", self.paths.time, lambda data, asked_at: self.on_time(self.read_time(data), asked_at, self.host.monotonic()))

    def query_contract(self) -> None:
        self._until_answered("contract", self.paths.contracts, self._on_contracts)

    def _on_contracts(self, data: Any, asked_at: float) -> None:
        host = self.host
        if not host.each(data, lambda d: host.renew_contract(*self.read_contract(d)), "contract"):
            raise ValueError("no contracts")
        host.ready = True
        host.log("Contract data received")
        host.warn_made_up(self.rest.mock)
        self.quotes.start()
        self.looks.now()
        self.query_account()

    # orders

    def place(self, entry: Entry) -> None:
        entry.waits = True
        order: OrderData = entry.order
        call: Command = self.place_call(order, self.host.contracts.name_of(order.vt_symbol))

        def before() -> bool:
            if not entry.is_active or entry.cancel_wanted:
                return False            # cancelled while it waited for its turn
            entry.waits = False
            return True

        self.rest.call(
            *call, partial(self._on_place, entry), lane="order", rank=Rank.ORDER, before=before,
            dropped=lambda: self.flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", "gateway closed"),
        )

    def _on_place(self, entry: Entry, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        outcome, code, text = classify(reply, error, self.refusals, self.read_error)
        if outcome is Outcome.ACCEPTED and reply is not None:
            self.looks.soon(SOON)
            try:
                venue_id: str = self.read_placed(reply.data)
            except PARSE_ERRORS as problem:
                self.flow.on_outcome(entry.orderid, Outcome.UNKNOWN, "", f"answer not understood: {problem}")
                return
            if venue_id and not entry.acknowledged:
                order: OrderData = copy(entry.order)
                order.status = Status.NOTTRADED
                self.flow.on_order(order, venue_id)
            else:
                self.host.executor.reschedule_earlier(4.0 * SOON, f"placed {entry.orderid}", partial(self._still_unseen, entry))
            return
        self.flow.on_outcome(entry.orderid, outcome, code, text)
        if outcome is Outcome.UNKNOWN:
            self.looks.soon(SOON)

    def _still_unseen(self, entry: Entry) -> None:
        if entry.is_active and not entry.acknowledged:
            self.flow.mark_in_doubt(entry.orderid, "accepted, and not listed yet")

    def cancel_order(self, entry: Entry) -> None:
        self.rest.call(
            *self.cancel_call(entry), partial(self._on_cancel, entry), lane="order", rank=Rank.CANCEL, before=partial(self.flow.cancel_is_wanted, entry)
        )

    def _on_cancel(self, entry: Entry, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        outcome, code, text = classify(reply, error, self.refusals | self.gone, self.read_error)
        if code in STAY_AWAY:
            outcome = Outcome.NOT_SENT          # it reached the venue and provably did nothing: the same to us
        self.flow.on_cancel_outcome(entry.orderid, outcome, code, text, unknown_order=code in self.gone)
        if outcome is Outcome.ACCEPTED:
            self.flow.mark_in_doubt(entry.orderid, "cancelled")      # taken, which is not yet done
        self.looks.soon(SOON)

    def query_order(self, entry: Entry) -> None:
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            if reply is not None and error is None and self.read_error(reply) is None and isinstance(reply.data, list):
                self.list.take(reply.data, asked_at, entry)

        self.rest.call("GET", self.paths.orders, {}, answered, lane="order", rank=Rank.QUESTION)

    def _on_missing(self, entry: Entry, asked_at: float) -> None:
        """Of a list of the day an order can be missing because the day has turned: our idea of the venue's time is looked at first."""
        def conclude() -> None:
            self.flow.on_missing(entry.orderid, asked_at)

        if self.day is None:
            conclude()
        else:
            self.host.keeper.measure(conclude, samples=1)

    def query_fills(self, entry: Entry) -> None:
        """None are told."""

    def look_again(self) -> None:
        self.looks.soon()

    def on_new_life(self) -> None:
        self.looks.soon()

    def holding(self, order: OrderData) -> Holding:
        return self.positions.holding(order)

    def _on_orders(self, reply: Reply, asked_at: float) -> None:
        if not isinstance(reply.data, list):
            raise ValueError("not a list")
        self.list.take(reply.data, asked_at)

    def tells_of(self, entry: Entry) -> bool:
        """The list is of the trading day."""
        born = entry.created or entry.order.datetime
        return self.day is None or born is None or self.day.trading_day(born) == self.day.trading_day(self.host.now())

    # account and market

    def query_account(self) -> None:
        self.account.now()
        if self.holdings:
            self.holdings.now()

    def _published(self, item: Push) -> None:
        self.account.soon()
        if self.holdings:
            self.holdings.soon()

    def _on_account(self, reply: Reply, asked_at: float) -> None:
        account, cash = self.read_account(reply.data)
        self.positions.update_cash(cash, asked_at)
        self.host.on_account(account)
        self.host.log_first("Account data received")

    def _on_positions(self, reply: Reply, asked_at: float) -> None:
        rows: list[PositionData] = []
        if not isinstance(reply.data, list):
            raise ValueError("not a list")
        if self.host.each(reply.data, lambda d: rows.append(self.read_position(d)), "position") == len(reply.data):
            self.positions.update(rows, asked_at)

    def subscribe(self, contract: ContractData) -> None:
        self.quotes.subscribe(contract)

    def _questions(self, quote: Quote) -> Iterator[Question]:
        def take(data: Any, asked_at: float) -> None:
            self.read_quote(data, quote)
            quote.at = asked_at

        yield Question(self.paths.quote.format(symbol=self.host.contracts.name_of(quote.contract.vt_symbol)), {}, take, last=True)
