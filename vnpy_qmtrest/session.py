"""One connection to a QMT server: which account, which build, and the readings that the polled session asks for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from logging import ERROR, INFO, WARNING
from typing import Any, NamedTuple

from vnpy.event import EventEngine
from vnpy.trader.constant import Exchange, Interval, OrderType
from vnpy.trader.object import AccountData, BarData, ContractData, OrderData, PositionData

from rest_locale import N_, _
from vnpy_restgateway.calendar import Calendar, shanghai
from vnpy_restgateway.capabilities import Capabilities, Correlation, Fills
from vnpy_restgateway.contracts import Listed
from vnpy_restgateway.host import Host
from vnpy_restgateway.market.download import Download
from vnpy_restgateway.net.outcome import Code, Reply, coded, describe
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.polled.order_list import ListedOrder
from vnpy_restgateway.polled.ranked_rest import Command, Rank
from vnpy_restgateway.polled.session import Intervals, Listing, Paths, PolledSession
from vnpy_restgateway.session import Session
from vnpy_restgateway.trading_rules import Holding, MarketView

from .boards import board_of, listing_of
from .builds import REFUSALS as BUILD_REFUSALS
from .builds import Build, build_of, has_ticks
from .calls import cancel_call, orders_call, place_call, portfolio_call, positions_call, probe_call
from .endpoints import ACCOUNTS, TICKS
from .enums import INTERVALS, REFUSED
from .errors import GONE, REFUSALS, STALE, read_error
from .identity import Identity, choose, moved, read_accounts
from .klines import query_history
from .parse import (
    CHINA,
    parse_account,
    parse_order,
    parse_position,
    placed_id,
    placed_volume,
    symbol_of,
    tidy_price,
    wire_id,
)
from .quotes import Quotes
from .rest import QmtRest
from .timings import Timings

DAY: Calendar = Calendar("Asia/Shanghai", weekends=True)        # the list of orders, and their ids, are of a local day
CAN: Capabilities = Capabilities(
    Correlation.VENUE_ID, Fills.DERIVED, cancels_by_venue_id=True, cancels_are_final=False, may_shrink=True, amends=False, holdings=True,
    order_types=frozenset({OrderType.LIMIT, OrderType.MARKET}),
)
KEEP_FOUND: int = 1_000         # rows that are listed twice, said once each


class Choices(NamedTuple):
    """What the connect dialog says of orders and symbols."""

    account: str
    market_order: str
    fak: bool
    rounds: bool
    waits_in_doubt: bool
    symbols: tuple[tuple[str, Exchange], ...]
    quotes_from: str


class QmtSession(PolledSession):
    """The order list has everything of today: what is alive, what has ended, and what each has traded."""

    capabilities = CAN
    zone = CHINA
    refusals = REFUSALS
    gone = GONE
    # the server's times are whole seconds of the terminal's clock, and a queue may be worked off late
    order_slack = timedelta(seconds=5)
    order_within = timedelta(minutes=30)

    def __init__(
        self, host: Host, timings: Timings, venue: dict[str, Any], proxy: tuple[str, int], choices: Choices, event_engine: EventEngine,
    ) -> None:
        self.timings: Timings = timings
        self.venue: dict[str, Any] = venue
        self.proxy: tuple[str, int] = proxy
        self.choices: Choices = choices
        self.qmt: QmtRest = QmtRest(host, timings)
        self.qmt.minds_routes = False       # one that is not there may be the other build's
        self.build: Build = Build.UNKNOWN
        self.ours: Identity | None = None
        self.moved: str = ""                # why the account is not to be traded any more
        self.names: dict[str, str] = {}     # server's symbol -> what a holding is called
        self.said: dict[str, None] = {}
        if choices.fak:
            self.capabilities = replace(CAN, order_types=CAN.order_types | {OrderType.FAK}, unpriced=frozenset({OrderType.FAK}))
        self.paths = Paths("", "", "", "", "/", "")         # with the index of the account, once it is known
        intervals = Intervals(
            lambda: timings.orders_interval if host.flow.table.active else timings.idle_interval, lambda: timings.account_interval,
            lambda: timings.ticks_interval,
            lambda: timings.ticks_interval if self.ticks.follows_positions else timings.account_interval,
        )
        super().__init__(host, self.qmt, intervals, day=DAY)
        self.ticks: Quotes = Quotes(host, self.qmt, intervals.quotes, choices.quotes_from, event_engine)
        self.bars = self._bars

    # life: which account, which build, then what is held

    def open(self) -> None:
        if not (self.venue["key"] and self.venue["secret"]):
            self.host.log(_("No Client ID and Secret Key given: the server answers signed requests only"), ERROR)
            return
        self.host.start(self.start_rest)
        self.query_accounts()

    def start_rest(self) -> None:
        self.qmt.connect(self.venue["rest"], self.venue["key"], self.venue["secret"], *self.proxy)

    def closers(self) -> list[Callable[[], None]]:
        return [self.qmt.stop, self.ticks.stop]

    def take_over(self, last: Session) -> None:
        if isinstance(last, QmtSession):
            self.names.update(last.names)

    def health(self) -> dict[str, bool]:
        return {"REST": self.qmt.active and self.host.ready, "market data": self.ticks.link.up, "trading": self.link.up}

    def query_time(self) -> None:
        """No route tells it: every answer has it, and the client has heard it by then."""
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            if reply is None:
                self.again(N_("time"), self.query_time)
                return
            self._tries.pop("time", None)
            self.on_time(self.host.clock.now_ms(), asked_at, self.host.monotonic())

        self.qmt.call("GET", ACCOUNTS, {}, answered, rank=Rank.QUESTION)

    def query_accounts(self) -> None:
        """Which accounts there are: at connect, and again and again, for an index may come to mean another account."""
        self.until_answered(N_("accounts"), ACCOUNTS, self._on_accounts)

    def explain(self, path: str, reply: Reply | None) -> str:
        if reply is None:
            return ""
        foreign: bool = reply.malformed and reply.status < 500 or reply.status in (404, 405, 501)
        return _("{url} is no QMT server: it answers HTTP {status} for {path}. Check Host").format(url=self.venue['rest'], status=reply.status, path=path) if foreign else ""

    def _on_accounts(self, data: Any, asked_at: float) -> None:
        accounts: list[Identity] = read_accounts(data)
        host = self.host
        host.executor.call_later(self.timings.identity_interval, "accounts", self.query_accounts)
        if self.ours is None:
            try:
                self.ours = choose(accounts, self.choices.account)
            except ValueError as error:
                host.executor.timers.drop("accounts")
                host.log(_("Setting 'Account': {error}").format(error=error), ERROR)
                return
            index: int = self.ours.place
            self.paths = Paths("", "", orders_call(index), portfolio_call(index), positions_call(index), "")
            self._until_told(N_("build"), probe_call(), self._on_build)
            return
        was: str = self.moved
        self.moved = moved(accounts, self.ours)
        if self.moved and not was:
            host.log(_("No orders are sent any more: {what}. Connect again").format(what=self.moved), ERROR)
        elif was and not self.moved:
            host.log(_("The accounts of the server are as they were: orders are sent again"), WARNING)

    def _until_told(self, name: str, command: Command, take: Callable[[Reply], None]) -> None:
        """As ``until_answered``, of a question whose answer is a refusal."""
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            try:
                if reply is None or reply.status >= 500 or reply.status in (401, 429):
                    raise ValueError(str(error) if reply is None else coded(*(read_error(reply) or ("", ""))))
                take(reply)
            except Exception as problem:
                if self.host.locked_out:
                    return
                self.fail(name, describe(problem))
                self.again(name, partial(self._until_told, name, command, take))

        self.qmt.call(*command, answered, rank=Rank.QUESTION)

    def _on_build(self, reply: Reply) -> None:
        self.build = build_of(reply)
        if self.build is not Build.FIXED:
            self.host.log(_("Orders are refused: {reason}").format(reason=_(BUILD_REFUSALS[self.build])), ERROR)
        self._until_told(N_("quotes"), Command("GET", TICKS, {}), self._on_ticks_probed)

    def _on_ticks_probed(self, reply: Reply) -> None:
        if has_ticks(reply):
            self.capabilities = replace(self.capabilities, intervals=frozenset(INTERVALS))
        self.ticks.has_ticks = bool(self.capabilities.intervals)
        assert self.ours is not None
        self.until_answered(N_("position"), positions_call(self.ours.place).path, self._on_first_positions)

    def _on_first_positions(self, data: Any, asked_at: float) -> None:
        self.first_positions = data, asked_at
        host = self.host
        for row in self.rows_of_positions(data):
            host.each([row], lambda d: self._contract_of(d["symbol"], d), N_("position"))
        for symbol, exchange in self.choices.symbols:
            listing: Listing | None = self.make_listing(symbol, exchange)
            if listing is not None and listing.contract.vt_symbol not in host.contracts:
                host.add_contract(*listing)
        if not self.qmt.mock or self.qmt.hours == "exchange":
            for poller in (self.looks, self.account, self.holdings):
                if poller is not None:
                    poller.calendar = shanghai()
        self.qmt.minds_routes = True
        self.begin()

    def start_quotes(self) -> None:
        self.ticks.start(bool(self.capabilities.intervals))

    # contracts: what is held, what is wished for, what is asked for; the digits tell the rest

    def make_listing(self, symbol: str, exchange: Exchange) -> Listing | None:
        name: str = next((self.names[key] for key in self.names if key[:6] == symbol and board_is(key, exchange)), "")
        return listing_of(symbol, exchange, name, self.host.gateway_name, bool(self.capabilities.intervals), self.choices.rounds)

    def _contract_of(self, text: Any, row: Any) -> ContractData | None:
        """The contract of a symbol that a row has; None of a placeholder."""
        found = symbol_of(text)
        if found is None:
            return None
        contract: ContractData | None = self.host.contracts.of_venue(text)
        if contract is None:
            name: Any = row.get("name")
            if isinstance(name, str) and name.strip() and name != text:
                self.names[text] = name.strip()[:32]
            try:
                board_of(*found)
            except ValueError as error:
                self.host.log_once(f"symbol {text}", _("{text} is not shown: {error}").format(text=text, error=error), WARNING)
                return None
            listing: Listing | None = self.make_listing(*found)
            assert listing is not None
            self.host.add_contract(*listing)
            contract = listing.contract
        return contract

    # what the answers say

    def read_error(self, reply: Reply) -> tuple[Code, str] | None:
        return read_error(reply)

    def read_order(self, d: Any) -> ListedOrder | None:
        contract: ContractData | None = self._contract_of(d["symbol"], d)
        if contract is None:
            return None
        table = self.flow.table
        listed: ListedOrder = parse_order(d, contract, self.host.gateway_name)
        order, venue_id = listed.record
        known: Entry | None = table.find(venue_id)
        if known is not None and d["status"] not in range(48, 58):
            listed = parse_order(d, contract, self.host.gateway_name, known.order.status)
            order, venue_id = listed.record
        tag: str = order.reference
        if not is_tag(tag):
            order.reference = ""        # a word of somebody's, which many orders may have
        else:
            named: Entry | None = table.get(tag)
            if named is not None and named.venue_id not in ("", venue_id) and named.acknowledged and not self.flow.venue_ids.is_tentative(named):
                self._say_twice(tag, venue_id)
                order.reference = ""
            elif named is None:
                order.orderid, order.vt_orderid = tag, f"{order.gateway_name}.{tag}"
        if d["status"] == REFUSED:
            ours: bool = is_tag(tag) and known is None
            self._say_refused(known.orderid if known is not None else tag if ours else order.orderid, order, d)
        return listed

    def _say_once(self, key: str, line: str, level: int = ERROR) -> None:
        if key not in self.said:
            self.said[key] = None
            if len(self.said) > KEEP_FOUND:
                del self.said[next(iter(self.said))]
            self.host.log(line, level)

    def _say_twice(self, tag: str, venue_id: str) -> None:
        self._say_once(f"twice {venue_id}", _("Order {tag} is at the server once more, as {venue_id}: something on the way has sent it twice. It is shown as placed elsewhere").format(tag=tag, venue_id=venue_id))

    def _say_refused(self, orderid: str, order: OrderData, d: dict[str, Any]) -> None:
        line: str = _("Order {orderid} refused by the terminal (status 57, {status}): {side} {volume:.12g} {symbol} at {price:.12g}. {reason}").format(
            orderid=orderid, status=d.get("m_status"), side=d["side"], volume=order.volume, symbol=order.symbol, price=order.price,
            reason=self._why_refused(order) or _("The server does not tell the reason, the terminal's window does"),
        )
        self._say_once(f"refused {orderid}", line, ERROR if self.positions.counts else INFO)        # those of before are no news

    def _why_refused(self, order: OrderData) -> str:
        calendar: Calendar | None = self.looks.calendar
        if calendar is not None and order.datetime is not None and not calendar.is_open(order.datetime):
            return _("The market was closed")
        return _("The mock exchange's journal has the reason") if self.qmt.mock else ""

    def read_account(self, data: Any) -> tuple[AccountData, float]:
        assert self.ours is not None
        return parse_account(data, self.ours.account_id, self.host.gateway_name)

    def rows_of_positions(self, data: Any) -> list[Any]:
        rows: Any = data.get("positions") if isinstance(data, dict) else None
        if not isinstance(rows, list):
            raise ValueError(_("no list of positions"))
        return rows

    def read_position(self, d: Any) -> PositionData | None:
        contract: ContractData | None = self._contract_of(d["symbol"], d)
        if contract is None:
            return None
        self.ticks.on_position(d, contract)
        return parse_position(d, contract, self.host.gateway_name)

    def read_placed(self, data: Any) -> str:
        return placed_id(data, self.host.now().date())

    def read_volume(self, data: Any) -> float:
        return placed_volume(data)

    def tidy_price(self, order: OrderData, price: float, spread: float) -> float:
        return tidy_price(self.host.contracts[order.vt_symbol].contract, order, price, spread)

    # orders

    def unsupported(self, order: OrderData) -> str:
        """Any thread."""
        if self.build is not Build.FIXED:
            return _(BUILD_REFUSALS[self.build])
        if order.type is OrderType.FAK and not self.choices.fak:
            return _("order type FAK is not supported: best five levels and cancel ignores the limit price. Choose it in the setting FAK")
        if order.type is OrderType.FAK and order.exchange is Exchange.BSE:
            return _("order type FAK is not supported on BSE: the server has a code of Shenzhen's for it")
        if order.type in (OrderType.FOK, OrderType.STOP, OrderType.RFQ):
            return _("order type {order_type} is not supported: the server has limit orders and market orders").format(order_type=order.type.value)
        if order.type is not OrderType.LIMIT and not order.price and not self.ticks.price(order.vt_symbol):
            return (
                _(
                    "no price of {symbol} is known, with which the server values a market order against the cash: give the order a price, or subscribe "
                    "to quotes"
                ).format(symbol=order.symbol)
            )
        if self.choices.waits_in_doubt and any(
            entry.order.vt_symbol == order.vt_symbol and entry.doubt and not entry.acknowledged for entry in list(self.flow.table.active.values())
        ):
            return _("an order of {symbol} is in doubt, and the setting In Doubt says to wait for it").format(symbol=order.symbol)
        return self.unable()

    def unable(self) -> str:
        if self.moved:
            return self.moved
        if self.link.hangs and not self.link.up:
            return _("the terminal behind the server does not answer")
        return ""

    def holding(self, order: OrderData) -> Holding:
        found: Holding = super().holding(order)
        listed: Listed[Any] | None = self.host.contracts.get(order.vt_symbol)
        foreign: bool = listed is not None and (listed.contract.extra or {}).get("quote") != "CNY"
        return Holding(found.sellable, None) if foreign else found

    def market(self, order: OrderData) -> MarketView:
        return MarketView(order.price or self.ticks.price(order.vt_symbol))

    def place_call(self, order: OrderData, venue_symbol: str) -> Command:
        assert self.ours is not None
        return place_call(order, venue_symbol, self.ours.place, self.choices.market_order, self.ticks.price(order.vt_symbol))

    def cancel_call(self, entry: Entry) -> Command:
        assert self.ours is not None
        return cancel_call(wire_id(entry.venue_id), self.ours.place)

    def refused(self, entry: Entry, code: Code, text: str) -> bool:
        """A request that was too old was not looked at: it goes once more, by the clock of the server, which its answer told."""
        if code != STALE or entry.resent or entry.acknowledged or entry.cancel_wanted:
            return False
        entry.resent = True
        self.flow.venue_ids.sought.pop(entry.orderid, None)
        self.host.log(_("Order {orderid} refused for its timestamp, sending it again by the server's clock").format(orderid=entry.orderid), WARNING)
        self.place(entry)
        return True

    def on_lost(self, error: BaseException | None) -> None:
        """Nothing more goes into a terminal that may hang before it has answered: the list is asked for first."""
        if error is not None:
            self.link.bad(error)
        self.looks.first()

    def stale_after(self) -> float:
        return self.timings.stale_after

    def on_back(self) -> None:
        """The terminal works off its queue from now on: the minute for which an order may be absent begins only now."""
        super().on_back()
        now: float = self.host.monotonic()
        for entry in self.flow.table.doubtful():
            if entry.doubt:
                entry.doubt.sent = max(entry.doubt.sent, now)
        if self.ours is not None:
            self.query_accounts()       # the server may have come back with another configuration

    # market data

    def subscribe(self, contract: ContractData) -> None:
        self.ticks.subscribe(contract)
        if self.host.ready and self.ticks.follows_positions and self.holdings:
            self.holdings.soon()

    def _bars(self, contract: ContractData, interval: Interval, start: Any, end: Any, download: Download) -> list[BarData]:
        return query_history(self.host, self.qmt, self.host.contracts[contract.vt_symbol], interval, start, end, download)


def board_is(venue_symbol: str, exchange: Exchange) -> bool:
    """Whether a symbol of the server is of an exchange."""
    found = symbol_of(venue_symbol)
    return found is not None and found[1] is exchange


def is_tag(text: str) -> bool:
    """Whether it is an id of one of these gateways: "v", ten letters or digits, "-", a number."""
    head, dash, number = text.partition("-")
    return bool(dash) and len(head) == 11 and head[0] == "v" and head.isascii() and head.isalnum() and number.isascii() and number.isdigit()
