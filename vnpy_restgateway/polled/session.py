"""
A session of a venue that pushes nothing and tells its orders by one list of today's: everything but the venue's own words.

What a venue gives are paths and pure readings; sending, asking, doubt, fills and polls are here. Made for share venues: orders
are found again by the tag that the list shows, fills are made of what an order has traded more than before.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from logging import WARNING
from typing import Any

from vnpy.trader.constant import Direction, OrderType, Status
from vnpy.trader.object import AccountData, ContractData, OrderData, PositionData, TradeData

from rest_locale import N_, _

from ..calendar import Calendar
from ..capabilities import Capabilities, Correlation, Fills
from ..contracts import Listing
from ..host import Host
from ..log import shown_query
from ..net.outcome import Code, NotSent, Outcome, Reply, classify, coded, describe
from ..orders.order_data import copy
from ..orders.order_matching import SentOrder
from ..orders.table import Entry, Push
from ..positions import Positions
from ..session import NoSession
from ..trading_rules import Holding
from .health import ConnectionHealth
from .order_list import ListedOrder, OrderList
from .paths import Intervals, Paths
from .poller import Poller
from .quotes import PARSE_ERRORS, PolledQuotes, Question, Quote
from .ranked_rest import Command, Rank, RankedCall, RankedRest

__all__ = ["Command", "Intervals", "Listing", "Paths", "PolledSession"]

AGAIN: float = 0.5              # seconds until a question that has to be answered is asked again, doubled up to
LONGEST_AGAIN: float = 5.0
SOON: float = 0.05              # seconds after a command until the list is looked at
DAYS_KEPT: int = 5
STAY_AWAY: tuple[Code, ...] = ("HTTP 429", "HTTP 418")


class PolledSession(NoSession):
    """
    :param rest: a client that is not started yet; ``start_rest`` starts it
    :param calendar: looks at orders and account rest outside its sessions; None: never
    :param day: whose trading day the list of orders is of; None: it is of all orders there are

    An order is found again by the tag that the list shows (``Correlation.TAG``), or by the venue's id that the answer to its
    sending tells, then by the tag, then by what was sent (``Correlation.VENUE_ID``: for venues that may lose the tag).
    """

    capabilities = Capabilities(Correlation.TAG, Fills.DERIVED, cancels_by_venue_id=True, holdings=True)
    paths: Paths
    refusals: frozenset[Code] = frozenset()         # a command answered with one of these did nothing
    order_slack: timedelta = timedelta(seconds=2)       # how far the venue's time of an order may be before our sending of it
    order_within: timedelta = timedelta(minutes=10)     # and after it, where the venue has a queue
    question_lane: str = "order"        # of questions about orders
    gone: frozenset[Code] = frozenset()             # a cancel answered with one of these: no such live order, which says nothing of its end

    def __init__(self, host: Host, rest: RankedRest, intervals: Intervals, calendar: Calendar | None = None, day: Calendar | None = None) -> None:
        super().__init__(host)
        self.flow = host.flow
        self.rest: RankedRest = rest
        rest.on_heard = self.heard
        self.day: Calendar | None = day
        self.positions: Positions = Positions(host, self.stale_after, lambda: self.looks.heard_at)
        self.list: OrderList = OrderList(host, self.read_order, self._on_missing, self.tidy_price)
        self.quotes: PolledQuotes = PolledQuotes(host, rest, intervals.quotes, self._questions, self.read_error)
        link: ConnectionHealth = ConnectionHealth(host, N_("Trade API"))
        poll = partial(Poller, host, rest, read_error=self.read_error, link=link, calendar=calendar, back=self.on_back)
        self.link: ConnectionHealth = link
        self.looks: Poller = poll("orders", partial(self._ask, "orders"), intervals.orders, self._on_orders)
        self.account: Poller = poll("account", partial(self._ask, "account"), intervals.account, self._on_account)
        self.holdings: Poller | None = poll("positions", partial(self._ask, "positions"), intervals.positions or intervals.account, self._on_positions) if self.paths.positions else None
        self.first_positions: tuple[Any, float] | None = None       # told at the connect, before any order of ours; and when, monotonic s
        self.on_publish = self._published
        self.on_growth = self.list.fills.on_growth
        self.looked_at: dict[date, datetime] = {}       # trading day -> its last list, by the venue's clock
        self._about: dict[str, Entry] = {}          # orders of the question that waits for its turn
        self._tries: dict[str, int] = {}            # question of the connect -> how often in a row it has failed
        self.by_venue_id: bool = self.capabilities.correlation is Correlation.VENUE_ID

    def pollers(self) -> list[Poller]:
        """What is asked again and again while the market is open, the orders first."""
        return [poller for poller in (self.looks, self.account, self.holdings) if poller is not None]

    def heard(self, call: RankedCall) -> None:
        """A request was answered: one about orders tells that what stands behind the server lives."""
        if call.rank < Rank.POLL:
            self.link.heard(call.sent)

    def on_time(self, server_ms: int, sent: float, received: float) -> None:
        super().on_time(server_ms, sent, received)
        if self.host.ready:
            for poller in self.pollers():
                poller.wake()

    # the venue's words

    @abstractmethod
    def start_rest(self) -> None:
        """Start the client."""

    @abstractmethod
    def read_error(self, reply: Reply) -> tuple[Code, str] | None:
        """Code and text of an answer that is a refusal, None of one that is not."""

    def read_time(self, data: Any) -> int:
        """The venue's time in ms, where it tells it."""
        raise NotImplementedError

    def read_contract(self, d: Any) -> Listing:
        """A row of the contracts, where the venue lists them."""
        raise NotImplementedError

    @abstractmethod
    def read_order(self, d: Any) -> ListedOrder | None:
        """A row of today's orders: ``orderid`` is the tag, where it has one; the venue's id has the trading day in it where ids begin anew."""

    @abstractmethod
    def read_account(self, data: Any) -> tuple[AccountData, float]:
        """The account, and the cash that can be spent."""

    @abstractmethod
    def read_position(self, d: Any) -> PositionData | None:
        """A row of the positions; ``yd_volume`` is what can be sold now. None: it is not to be shown."""

    def rows_of_positions(self, data: Any) -> list[Any]:
        """
        The rows in an answer about positions.

        :raises ValueError: it is none
        """
        if not isinstance(data, list):
            raise ValueError("not a list")
        return data

    def read_quote(self, data: Any, quote: Quote) -> None:
        """The market of a symbol, into ``quote``, where the venue tells it by symbol."""
        raise NotImplementedError

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

    def read_volume(self, data: Any) -> float:
        """
        The volume that an order was taken with, where the venue may take less than was ordered; 0 where that is not told.

        :raises ValueError: what is told is no volume
        """
        return 0.0

    def tidy_price(self, order: OrderData, price: float, spread: float) -> float:
        """The price of a derived fill without the rounding of a mean; ``spread`` times that is in it."""
        return price

    def refused(self, entry: Entry, code: Code, text: str) -> bool:
        """An order was refused for what can be mended, and is sent once more: True."""
        return False

    def on_lost(self, error: BaseException | None) -> None:
        """The answer to an order was lost, or is none."""
        self.looks.soon(SOON)

    def unable(self) -> str:
        """Why no new order can be sent now, asked when its turn has come; "" when it can."""
        return ""

    def stale_after(self) -> float:
        """Seconds after a fill until positions or cash that do not show it are said to stand still."""
        return 15.0

    def on_back(self) -> None:
        """The venue is heard again."""
        self.flow.life.check()

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

    def _ask(self, name: str) -> Command:
        asked: str | Command = getattr(self.paths, name)
        return Command("GET", asked, {}) if isinstance(asked, str) else asked

    # clock and contracts: asked until they are answered

    def until_answered(self, name: str, path: str, take: Callable[[Any, float], None]) -> None:
        """GET a path until the answer can be taken. A failure is said once."""
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            try:
                if reply is None:
                    raise ValueError(str(error))
                if refused := self.read_error(reply):
                    raise ValueError(coded(*refused))
                take(reply.data, asked_at)
            except Exception as problem:
                if not self.host.locked_out:
                    self.fail(name, self.explain(path, reply) or describe(problem))
                    self.again(name, partial(self.until_answered, name, path, take))
            else:
                self._tries.pop(name, None)

        self.rest.call("GET", path, {}, answered, private=name != "time")

    def explain(self, path: str, reply: Reply | None) -> str:
        """What an answer to a question of the connect means that nobody can use; "" where its error says it."""
        return ""

    def fail(self, name: str, reason: str) -> None:
        """A question of the connect has failed: said once, and the reason why orders are refused meanwhile."""
        if not self.host.ready:
            self.host.trouble = reason
        self.host.log_once(f"query {name}", _("Query {query} failed, trying again: {reason}").format(query=shown_query(name), reason=reason), WARNING)

    def again(self, name: str, call: Callable[[], None]) -> None:
        """Ask once more, further and further apart."""
        self._tries[name] = self._tries.get(name, 0) + 1
        seconds: float = min(AGAIN * 2.0 ** min(self._tries[name] - 1, 10), LONGEST_AGAIN)
        self.host.executor.call_later(max(seconds, self.host.pause()), f"query {name}", call)

    def query_time(self) -> None:
        self.until_answered(N_("time"), self.paths.time, lambda data, asked_at: self.on_time(self.read_time(data), asked_at, self.host.monotonic()))

    def query_contract(self) -> None:
        self.until_answered(N_("contract"), self.paths.contracts, self._on_contracts)

    def _on_contracts(self, data: Any, asked_at: float) -> None:
        host = self.host
        if not host.each(data, lambda d: host.renew_contract(*self.read_contract(d)), N_("contract")):
            raise ValueError(_("no contracts"))
        self.begin()

    def begin(self) -> None:
        """The contracts are here: orders are taken, and everything is looked at."""
        host = self.host
        host.ready = True
        host.log(_("Contract data received"))
        host.warn_made_up(self.rest.mock)
        if self.first_positions is not None:
            self._take_positions(*self.first_positions)
        if self.by_venue_id:
            self.flow.venue_ids.resume()
        self.start_quotes()
        self.looks.now()
        self.query_account()

    def start_quotes(self) -> None:
        """Quotes are asked for from now on."""
        self.quotes.start()

    # orders

    def place(self, entry: Entry) -> None:
        entry.waits = True
        order: OrderData = entry.order
        call: Command = self.place_call(order, self.host.contracts.name_of(order.vt_symbol))

        def before() -> bool:
            if not entry.is_active or entry.cancel_wanted:
                return False            # cancelled while it waited for its turn
            if reason := self.unable():
                raise NotSent(reason)
            if self.by_venue_id:
                self.flow.venue_ids.on_sent(entry, self._as_sent(order))
            entry.waits = False
            entry.left_at = self.host.now()
            return True

        self.rest.call(
            *call, partial(self._on_place, entry), lane="order", rank=Rank.ORDER, before=before,
            dropped=lambda: self.flow.on_outcome(entry.orderid, Outcome.NOT_SENT, "", _("gateway closed")),
        )

    def _as_sent(self, order: OrderData) -> SentOrder:
        limit: bool = order.type is OrderType.LIMIT
        now = self.host.now()
        return SentOrder(
            order.orderid, order.symbol, order.direction, OrderType.LIMIT if limit else OrderType.MARKET, order.price if limit else None,
            order.volume, now - self.order_slack, now + self.order_within,
            shrinks=self.capabilities.may_shrink and order.direction is Direction.LONG,
        )

    def _on_place(self, entry: Entry, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        outcome, code, text = classify(reply, error, self.refusals, self.read_error)
        if outcome is Outcome.ACCEPTED and reply is not None:
            self.looks.soon(SOON)
            try:
                venue_id, volume = self.read_placed(reply.data), self.read_volume(reply.data)
            except PARSE_ERRORS as problem:
                self.flow.on_outcome(entry.orderid, Outcome.UNKNOWN, "", _("answer not understood: {problem}").format(problem=problem))
                return
            if volume and volume < entry.order.volume:
                self.shrink(entry, volume)
            if venue_id and self.by_venue_id:
                self.flow.venue_ids.on_accepted(entry.orderid, venue_id)
            elif venue_id and not entry.acknowledged:
                order: OrderData = copy(entry.order)
                order.status = Status.NOTTRADED
                self.flow.on_order(order, venue_id)
            else:
                self.host.executor.reschedule_earlier(4.0 * SOON, f"placed {entry.orderid}", partial(self._still_unseen, entry))
            return
        if outcome is Outcome.REFUSED and self.refused(entry, code, text):
            return
        self.flow.on_outcome(entry.orderid, outcome, code, text)
        if outcome is Outcome.UNKNOWN:
            self.on_lost(error)

    def shrink(self, entry: Entry, volume: float) -> None:
        """The venue took less than was ordered: that is the order."""
        line: str = _("Order {orderid} was taken with {volume:.12g} of {total:.12g}: the venue takes no more")
        self.host.log(line.format(orderid=entry.orderid, volume=volume, total=entry.order.volume), WARNING)
        entry.order = smaller = copy(entry.order)
        smaller.volume = volume
        self.host.publish(copy(smaller))

    def _still_unseen(self, entry: Entry) -> None:
        if entry.is_active and not entry.acknowledged:
            self.flow.mark_in_doubt(entry.orderid, _("accepted, and not listed yet"))

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
        """One list answers for all that are asked for while it waits for its turn."""
        waits: bool = bool(self._about)
        self._about[entry.orderid] = entry
        if waits:
            return
        about: list[Entry] = []

        def before() -> bool:
            about.extend(self._about.values())
            self._about.clear()
            return True

        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            if reply is not None and error is None and self.read_error(reply) is None and isinstance(reply.data, list):
                self.list.take(reply.data, asked_at, about)

        self.rest.call(*self._ask("orders"), answered, lane=self.question_lane, rank=Rank.QUESTION, before=before, dropped=self._about.clear)

    def _on_missing(self, entry: Entry, asked_at: float) -> None:
        """Of a list of the day an order can be missing because the day has turned: our idea of the venue's time is looked at first."""
        conclude: Callable[[], None] = partial(self.flow.on_missing, entry.orderid, asked_at)
        if self.day is None:
            conclude()
        else:
            self.host.keeper.measure(conclude, samples=1)

    def query_fills(self, entry: Entry) -> None:
        """None are told."""

    def look_again(self) -> None:
        if self.host.ready:
            self.looks.soon()

    def on_new_life(self) -> None:
        self.positions.begin_life()
        self.look_again()
        self.query_account()

    def holding(self, order: OrderData) -> Holding:
        return self.positions.holding(order)

    def _on_orders(self, reply: Reply, asked_at: float) -> None:
        if not isinstance(reply.data, list):
            raise ValueError("not a list")
        life: int = self.flow.table.life
        self.list.take(reply.data, asked_at)
        if life == self.flow.table.life:
            self.positions.begin_counting()
        if self.day is not None:
            now: datetime = self.host.now()
            self.looked_at[self.day.trading_day(now)] = now
            while len(self.looked_at) > DAYS_KEPT:
                del self.looked_at[min(self.looked_at)]

    def tells_of(self, entry: Entry) -> bool:
        """The list is of the trading day."""
        born = entry.created or entry.order.datetime or entry.left_at
        return self.day is None or born is None or self.day.trading_day(born) == self.day.trading_day(self.host.now())

    def unseen_of_day(self, entry: Entry) -> str:
        """Nothing where the market was closed for the day at the last look, and its last orders had been told."""
        born = entry.created or entry.order.datetime or entry.left_at
        if self.day is None or born is None:
            return ""
        seen: datetime = self.looked_at.get(self.day.trading_day(born), born)
        calendar: Calendar | None = self.looks.calendar
        if calendar is not None:
            local: datetime = seen.astimezone(calendar.zone)
            if all(closes <= local.time() for __, closes in calendar.sessions_of(local.date())):
                return ""
        return f"{seen:%Y-%m-%d %H:%M:%S}"

    # account and market

    def query_account(self) -> None:
        if not self.host.ready:
            return              # it is not known yet where to ask
        self.account.now()
        if self.holdings:
            self.holdings.now()

    def _published(self, item: Push) -> None:
        if isinstance(item, TradeData):
            self.positions.on_trade(item)
        for poller in self.pollers()[1:] if self.host.ready else ():
            poller.soon()

    def _on_account(self, reply: Reply, asked_at: float) -> None:
        account, cash = self.read_account(reply.data)
        self.positions.update_account(account, cash, asked_at)
        self.host.log_first(_("Account data received"))

    def _on_positions(self, reply: Reply, asked_at: float) -> None:
        self._take_positions(reply.data, asked_at)

    def _take_positions(self, data: Any, asked_at: float) -> None:
        rows: list[PositionData] = []
        given: list[Any] = self.rows_of_positions(data)

        def handle(d: Any) -> None:
            row: PositionData | None = self.read_position(d)
            if row is not None:
                rows.append(row)

        if self.host.each(given, handle, N_("position")) == len(given):
            self._show_positions(rows, asked_at)

    def _show_positions(self, rows: list[PositionData], asked_at: float) -> None:
        self.positions.update(rows, asked_at)

    def subscribe(self, contract: ContractData) -> None:
        self.quotes.subscribe(contract)

    def _questions(self, quote: Quote) -> Iterator[Question]:
        def take(data: Any, asked_at: float) -> None:
            self.read_quote(data, quote)
            quote.at = asked_at

        yield Question(self.paths.quote.format(symbol=self.host.contracts.name_of(quote.contract.vt_symbol)), {}, take, last=True)
