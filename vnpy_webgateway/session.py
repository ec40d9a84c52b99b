"""One connection to a WebTrader server: the words of its lists, and pushes that make them faster."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from logging import ERROR, WARNING
from typing import Any

from vnpy.trader.constant import Direction, OrderType, Status
from vnpy.trader.object import AccountData, ContractData, OrderData, PositionData

from rest_locale import N_, _
from vnpy_restgateway.capabilities import Capabilities, Correlation, Fills
from vnpy_restgateway.contracts import Listing
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Code, NotSent, Outcome, Reply, classify, describe
from vnpy_restgateway.orders.order_matching import SentOrder
from vnpy_restgateway.orders.push_watch import PushWatch
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Entry, Push
from vnpy_restgateway.polled.derived_fills import NoDerivedFills
from vnpy_restgateway.polled.order_list import ListedOrder, OrderList
from vnpy_restgateway.polled.ranked_rest import Command, Rank, RankedCall
from vnpy_restgateway.polled.session import Intervals, Paths, PolledSession
from vnpy_restgateway.tags import is_tag
from vnpy_restgateway.trading_rules import Holding, MarketView

from .calls import cancel_call, order_call
from .endpoints import ACCOUNTS, CONTRACTS, ORDERS, POSITIONS, SCHEMA, TRADES
from .enums import CHINESE, language_of, language_of_refusal, language_of_schema
from .fills import RemoteFills
from .holdings import Holdings
from .names import RemoteNames
from .outcomes import GONE, REFUSALS, failure_inside, read_error
from .parse import SIGNED, parse_contract, parse_order, remote
from .rest import WebRest
from .restarts import RestartWatch
from .rpc import ListHealth, RpcHealth, poisoned
from .rules import RemoteRules
from .streams import WebStream
from .ticks import Ticks
from .timings import Timings

ORDER: str = "order"
BUFFERED: int = 10_000          # pushes that came before the contracts; beyond, the lists tell
ROWS_A_SECOND: float = 1_000.0      # of the lists of orders and trades, which grow over days: so much longer between looks
CLOCK_CUT: float = 2.0          # s by which the server's header Date may be late: it is cut to seconds, and made once a second
CONTRACT_SOON: float = 2.0      # s from news of an unknown symbol, or a refusal, to the question for contracts
CONTRACT_REST: float = 15.0     # s at least between two such questions: the list may be long
TIMES_KEPT: int = 20_000
INSTEAD: str = N_("orders, trades and ticks are asked for, which is slower")
OLD_COMMAND: str = N_("its web process may have been started by a command line of uvicorn 0.47 or newer")
PROGRESS: dict[Status, int] = {Status.SUBMITTING: 0, Status.NOTTRADED: 1, Status.PARTTRADED: 2}        # a final one is 3


class RemoteOrders(OrderList):
    """The list of orders of this run of the trading process; what is missing there means nothing before it has settled."""

    session: "WebTraderSession"

    def take(self, rows: list[Any], asked_at: float, about: Sequence[Entry] = (), concludes: bool = True) -> None:
        session = self.session
        session.listed_orders(rows)
        super().take(rows, asked_at, about, concludes and session.concludes(asked_at))


class WebTraderSession(PolledSession):
    """Orders are found again by the remote's id, by ours in the reference where the remote gateway keeps it, else by what was sent."""

    capabilities = Capabilities(
        Correlation.VENUE_ID, Fills.LISTED, cancels_by_venue_id=True, cancels_are_final=False, order_types=frozenset(OrderType),
        directions=frozenset(Direction),
    )
    paths = Paths(SCHEMA, CONTRACTS, ORDERS, ACCOUNTS, POSITIONS, "")
    refusals = REFUSALS
    gone = GONE
    question_lane = "query"             # the web process asks one thing at a time, so that orders do not wait for their answers here
    order_slack = timedelta(minutes=1)      # nobody tells the clock of the venue at the far end

    def __init__(self, host: Host, timings: Timings, venue: dict[str, Any], proxy: tuple[str, int], wanted: str) -> None:
        self.timings: Timings = timings
        self.venue: dict[str, Any] = venue
        self.proxy: tuple[str, int] = proxy
        self.language: str = ""             # of the server's words, as far as it is known
        self.contracts_at: float = float("-inf")        # of the last list, monotonic s
        self.looked: bool = False           # at the positions, before orders are taken
        self.rows: int = 0                  # of the list of orders
        self.times: OrderedDict[str, datetime] = OrderedDict()      # remote id of an order -> its time as told last
        self.buffered: list[tuple[str, Any]] = []
        self.watch: PushWatch = PushWatch(host, N_("The WebTrader server"), lambda: timings.push_delay, INSTEAD, OLD_COMMAND)
        self.names: RemoteNames = RemoteNames(wanted)
        self.api: WebRest = WebRest(host, timings, lambda token: self.stream.set_token(token))
        super().__init__(host, self.api, Intervals(self._interval, lambda: timings.account_interval, lambda: 0.0))
        self.rpc: RpcHealth = RpcHealth(host, self._probe, self.resume)
        self.link = self.rpc
        self.restarts: RestartWatch = RestartWatch(host, timings, self.resume)
        orders: RemoteOrders = RemoteOrders(host, self.read_order)
        orders.session = self
        orders.fills = NoDerivedFills(host.flow)
        self.list = orders
        self.on_growth = None
        holdings: Holdings = Holdings(host, self.names, lambda: timings.stale_after, lambda: min(self.looks.heard_at, self.trades.poller.heard_at))
        self.positions: Holdings = holdings
        self.ticks: Ticks = Ticks(host, self.api, timings, self.names, self.watch, lambda: self.rpc.up)
        self.trades: RemoteFills = RemoteFills(
            host, self.api, self.names, self.watch, self.signed, self._interval,
            ListHealth(host, TRADES, self.rpc, N_("Until then fills are known by their pushes only. ")),
        )
        self.stream: WebStream = WebStream(host, timings, self.ticks.on_push, self.on_push, self.on_stream, self.account.now)
        self.account.link = self.rpc
        self.looks.link = ListHealth(host, ORDERS, self.rpc, N_("Until then orders are followed by their pushes only. "))
        if self.holdings is not None:
            self.holdings.link = ListHealth(host, POSITIONS, self.rpc, "")
        self.handlers: dict[str, Callable[[Any], None]] = {
            "eOrder": self.on_order_row, "eTrade": self.on_trade_row, "ePosition": self.on_position_row, "eAccount": holdings.on_account,
        }

    def _interval(self) -> float:
        timings, active = self.timings, bool(self.flow.table.active)
        seconds: float = timings.orders_interval if active else timings.idle_interval
        return (timings.lossy_interval if self.watch.lossy and active else seconds) + self.rows / ROWS_A_SECOND

    # life: a token, the language, is the RPC alive, the socket, then the lists

    def open(self) -> None:
        self.host.start(self.start_rest)
        user: str = self.venue.get("user") or self.venue["key"]
        self.api.login.begin(user, self.venue["secret"], lambda renewed: self.host.keeper.measure() if renewed else None)

    def start_rest(self) -> None:
        self.api.connect(self.venue["rest"], *self.proxy)

    def closers(self) -> list[Callable[[], None]]:
        return [self.stream.stop, self.api.stop]

    def health(self) -> dict[str, bool]:
        return {
            "REST": self.api.active and self.host.ready, "trading": self.rpc.up and not self.rpc.refusing,
            "push": self.stream.connected and not self.watch.lossy, "market data": self.rpc.up,
        }

    def heard(self, call: RankedCall) -> None:
        if call.path != SCHEMA:
            self.rpc.heard(call.sent)

    def query_time(self) -> None:
        """The web process's clock, cut to seconds, and its language."""
        self.api.call("GET", SCHEMA, {}, self._on_schema)

    def _on_schema(self, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        if reply is None or reply.status >= 500:
            self.fail(N_("time"), describe(error) if error is not None else f"status {reply.status if reply else 0}")
            self.again("time", self.query_time)
            return
        self.language = language_of_schema(reply.data) or self.language
        now: float = self.host.seams.wall()
        try:
            told: float = parsedate_to_datetime(reply.headers.get("Date", "")).timestamp() + CLOCK_CUT / 2
        except (TypeError, ValueError):
            told = now
        self.on_time(int((now if abs(told - now) < CLOCK_CUT else told) * 1_000), asked_at, self.host.monotonic())

    def _probe(self) -> None:
        """Whether the web process lives."""
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            self.rpc.web_lives = self.rpc.failures > 0 and error is None and reply is not None and reply.status == 200

        self.api.call("GET", SCHEMA, {}, answered, lane="order", rank=Rank.QUESTION)

    def query_contract(self) -> None:
        """The clock is known, or contracts are wanted anew."""
        if not self.host.ready and not self.stream.active:
            self.account.now()
            self.host.start(partial(self.stream.connect, self.venue["rest"], self.api.login.token, *self.proxy))
        super().query_contract()

    def explain(self, path: str, reply: Reply | None) -> str:
        if path == CONTRACTS and reply is not None and reply.status == 500 and self.rpc.up and not self.rpc.refusing and self._tries.get("contract"):
            return _("{path} fails while /account answers: {reason}").format(path=path, reason=poisoned(''))
        return ""

    def _on_contracts(self, data: Any, asked_at: float) -> None:
        self.contracts_at = self.host.monotonic()
        self.host.executor.call_later(self.timings.contracts_interval, "contracts", self.query_contract)
        if isinstance(data, list) and not data:
            self.restarts.saw("contract", set())
            raise ValueError(_("no contracts yet, the remote gateway is not connected"))
        shown: list[Any] = [d for d in data if not self.names.wanted or not isinstance(d, dict) or d.get("gateway_name") == self.names.wanted]
        if not shown:
            others: set[str] = {str(d.get("gateway_name")) for d in data}
            raise ValueError(_("no contracts of the remote gateway {gateway}, but of {others}").format(gateway=self.names.wanted, others=', '.join(sorted(others))))
        super()._on_contracts(shown, asked_at)
        self.restarts.saw("contract", {CONTRACTS})

    def read_contract(self, d: Any) -> Listing:
        contract: ContractData = parse_contract(d, self.host.gateway_name)
        self.names.learn(contract, remote(d))
        return Listing(contract, contract.vt_symbol, RemoteRules(contract))

    def begin(self) -> None:
        """The contracts are here; positions are looked at once before any order can change them."""
        if self.host.ready:
            return
        if not self.looked:
            self.looked = True
            self.api.call("GET", POSITIONS, {}, self._on_first_positions)
            return
        super().begin()
        self.trades.poller.now()
        if self.watch.connected:
            self._say_subscribed()
        buffered, self.buffered = self.buffered, []
        for topic, data in buffered:
            self.on_push(topic, data)

    def _on_first_positions(self, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        """A list that cannot be had now keeps nobody from trading."""
        if reply is not None and error is None and read_error(reply) is None:
            self.first_positions = reply.data, asked_at
        self.host.guard(self.begin)

    def start_quotes(self) -> None:
        self.ticks.start()

    def concludes(self, asked_at: float) -> bool:
        """Whether an order that is missing in a list, asked for at a monotonic time, is not there (spec 8.1, 8.3)."""
        return asked_at >= max(self.rpc.since + self.timings.settle, self.restarts.settled)

    def tells_of(self, entry: Entry) -> bool:
        """A trading process that was restarted knows what lives, as far as its gateways report it."""
        return entry.is_active or entry.final_at > self.restarts.at

    # pushes

    def on_stream(self, up: bool) -> None:
        """The socket stands, or is gone."""
        self.watch.on_stream(up)
        if up:
            self.resume()
            if self.host.ready:
                self._say_subscribed()
            return
        self.host.say_anew()
        self.flow.life.disconnected()
        self.look_again()

    def _say_subscribed(self) -> None:
        self.host.log(_("{title} subscribed").format(title=_(self.stream.title)))

    def resume(self) -> None:
        """Everything is read again, and subscribed to again."""
        if not self.host.ready:
            self.account.now()
            return
        self.query_contract()
        self.ticks.again()
        self.look_again()
        self.query_account()

    def look_again(self) -> None:
        """Lists of orders and trades."""
        if self.host.ready:
            self.looks.soon()
            self.trades.poller.soon()

    def on_push(self, topic: str, data: Any) -> None:
        """An order, a trade, a position or an account; what cannot be read costs a look at the lists."""
        self.watch.heard += 1
        if not self.host.ready:
            if len(self.buffered) < BUFFERED:
                self.buffered.append((topic, data))
            return
        try:
            self.handlers[topic.partition(".")[0]](data)
        except Exception as problem:
            self.host.log_rarely(f"push {topic}", _("Push {topic} not understood ({problem}), asking the server").format(topic=topic, problem=describe(problem)), WARNING)
            self.look_again()
            self.query_account()

    def on_order_row(self, d: Any) -> None:
        """An order was pushed."""
        listed: ListedOrder | None = self.read_order(d)
        if listed is not None:
            self.watch.pushed(ORDER, listed.record.venue_id, progress(listed.record.order))
            self.flow.on_order(*listed.record)

    def on_trade_row(self, d: Any) -> None:
        """A trade was pushed."""
        if not self.trades.on_row(d):
            self.looks.soon()

    def on_position_row(self, d: Any) -> None:
        """A position was pushed."""
        self.positions.on_position(d)

    # what the answers say

    def read_error(self, reply: Reply) -> tuple[Code, str] | None:
        return read_error(reply)

    def signed(self, vt_symbol: str) -> bool:
        """Whether prices of a symbol may be negative."""
        listed = self.host.contracts.get(vt_symbol)
        if listed is None:
            self._contracts_soon()
        return listed is None or listed.contract.product in SIGNED

    def _contracts_soon(self) -> None:
        """A symbol is new, or a contract may have another tick by now."""
        rests: float = self.contracts_at + CONTRACT_REST - self.host.monotonic()
        self.host.executor.reschedule_earlier(max(CONTRACT_SOON, rests), "new contracts", self.query_contract)

    def read_order(self, d: Any) -> ListedOrder | None:
        if not self.names.shows(d):
            return None
        self.language = self.language or language_of([d.get("direction")])
        order, venue_id = parse_order(d, self.host.gateway_name, self.signed(f"{d['symbol']}.{d['exchange']}"))
        self._settle_time(order, venue_id)
        tag: str = order.reference.partition(" ")[0]
        order.reference = tag if is_tag(tag) and self._may_be(tag, venue_id) else ""
        if order.reference and self.flow.table.get(tag) is None:
            order.orderid, order.vt_orderid = tag, f"{order.gateway_name}.{tag}"        # ours, of before a restart
        return ListedOrder(VenueOrder(order, venue_id), 0.0)

    def _settle_time(self, order: OrderData, venue_id: str) -> None:
        """
        The time of an order is that which was told first. A remote gateway may tell another one with every change; only of an order that is
        over a later time means another order under the same id: an earlier one is of a list that was asked for before its end.
        """
        entry: Entry | None = self.flow.table.find(venue_id)
        if entry is None or order.datetime is None:
            return
        if entry.is_active:
            self.times[venue_id] = order.datetime
            if len(self.times) > TIMES_KEPT:
                self.times.popitem(last=False)
        last: datetime | None = self.times.get(venue_id)
        if last is not None and order.datetime <= last:
            order.datetime = entry.created or entry.order.datetime or order.datetime

    def _may_be(self, tag: str, venue_id: str) -> bool:
        """Whether a tag names the order that it stands in: a remote strategy may copy it into another one."""
        named: Entry | None = self.flow.table.get(tag)
        return named is None or named.venue_id in ("", venue_id) or not named.acknowledged or self.flow.venue_ids.is_tentative(named)

    def listed_orders(self, rows: list[Any]) -> None:
        """A list of orders, before it is taken: what no push has brought, and what a restart has taken away."""
        ids: set[str] = set()
        self.rows = len(rows)
        for d in rows:
            try:
                order, venue_id = parse_order(d, self.host.gateway_name, True)
            except (ValueError, KeyError, TypeError):
                return                  # said by whoever takes it
            ids.add(venue_id)
            self.watch.listed(ORDER, venue_id, progress(order))
        self.watch.taken(ORDER)
        self.restarts.saw(ORDER, ids)

    def read_account(self, data: Any) -> tuple[AccountData, float]:
        """One of several: see ``_on_account``."""
        raise NotImplementedError

    def _on_account(self, reply: Reply, asked_at: float) -> None:
        if not isinstance(reply.data, list):
            raise ValueError("not a list")
        ids: set[str] | None = self.positions.take_accounts(reply.data, asked_at)
        if ids is not None:
            self.restarts.saw("account", ids)
        self.host.log_first(_("Account data received"))

    def read_position(self, d: Any) -> PositionData | None:
        return self.positions.read_position(d)

    def _show_positions(self, rows: list[PositionData], asked_at: float) -> None:
        self.positions.take(rows, asked_at, self.concludes(asked_at))

    def read_placed(self, data: Any) -> str:
        if isinstance(data, dict):
            data = data.get("vt_orderid") or data.get("orderid")
        if type(data) is not str or not data or not data.isprintable():
            raise ValueError("no order id")
        return data

    # orders

    def unsupported(self, order: OrderData) -> str:
        """Any thread."""
        return self.rpc.reason

    def unable(self) -> str:
        return self.rpc.reason

    def place_call(self, order: OrderData, venue_symbol: str) -> Command:
        return order_call(order, self.language or CHINESE)

    def _as_sent(self, order: OrderData) -> SentOrder:
        self.host.executor.call_later(self.timings.doubt_after, f"answer {order.orderid}", partial(self._still_unanswered, order.orderid))
        return super()._as_sent(order)._replace(
            type=order.type, price=order.price if order.type is not OrderType.MARKET else None, offset=order.offset,
        )

    def _still_unanswered(self, orderid: str) -> None:
        """A push, or the list, may tell what became of an order long before the answer to its sending."""
        entry: Entry | None = self.flow.table.active.get(orderid)
        if entry is not None and not entry.acknowledged and not entry.waits:
            self.flow.mark_in_doubt(orderid, _("no answer yet"))

    def _on_place(self, entry: Entry, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        self.host.executor.timers.drop(f"answer {entry.orderid}")
        # until now the server may have been at it: what it says of an order that is not there counts from here
        entry.sent = self.host.monotonic()
        if entry.doubt is not None:
            entry.doubt.sent = entry.sent
        super()._on_place(entry, reply, error, asked_at)
        if reply is not None and reply.status == 500:
            self.account.soon(0.0)

    def refused(self, entry: Entry, code: Code, text: str) -> bool:
        """The server takes the words of another language, and says which: nothing was sent, and the order goes in that language."""
        language: str = language_of_refusal(text) if code == "422" else ""
        if not language or language == self.language or entry.resent or entry.acknowledged or entry.cancel_wanted:
            return False
        self.language = language
        entry.resent = True
        self.flow.venue_ids.sought.pop(entry.orderid, None)
        self.host.log(_("The WebTrader server's words are {language}: order {orderid} is sent again in them").format(language=language, orderid=entry.orderid), WARNING)
        self.place(entry)
        return True

    def cancel_call(self, entry: Entry) -> Command:
        return cancel_call(entry.venue_id)

    def cancel_order(self, entry: Entry) -> None:
        if "/" in entry.venue_id:
            self.flow.on_cancel_outcome(
                entry.orderid, Outcome.REFUSED, "", _("the server has no way to cancel {venue_id}, for the slash in it: cancel it there").format(venue_id=entry.venue_id)
            )
            return
        super().cancel_order(entry)

    def _on_cancel(self, entry: Entry, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        failure: str = failure_inside(reply.data) if reply is not None and error is None else ""
        if failure:
            self.host.log(_("Cancel of {orderid} was answered {failure}").format(orderid=entry.orderid, failure=failure), ERROR)
        outcome, code = classify(reply, error, self.refusals, self.read_error)[:2]
        if outcome is Outcome.REFUSED and code == "401":
            error, reply = NotSent(_("the token was refused")), None
        super()._on_cancel(entry, reply, error, asked_at)

    def _published(self, item: Push) -> None:
        if isinstance(item, OrderData) and item.status is Status.REJECTED and self.host.ready:
            entry: Entry | None = self.flow.table.get(item.orderid)
            if entry is not None:
                self._contracts_soon()
            if entry is not None and entry.acknowledged and entry.sent:
                self.host.log(_("Order rejected by the remote gateway, whose log says why: {orderid}").format(orderid=item.orderid), ERROR)
        super()._published(item)

    def query_fills(self, entry: Entry) -> None:
        self.trades.query(entry)

    def holding(self, order: OrderData) -> Holding:
        return Holding()

    def market(self, order: OrderData) -> MarketView:
        return MarketView()

    # market data

    def subscribe(self, contract: ContractData) -> None:
        self.ticks.subscribe(contract)


def progress(order: OrderData) -> tuple[float, int]:
    """How far an order has come: it rises with every change."""
    return order.traded, PROGRESS.get(order.status, 3)


