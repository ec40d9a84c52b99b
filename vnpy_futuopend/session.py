"""One connection to a Futu OpenD gateway: the words of its lists, and pushes that make them faster."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from logging import ERROR, WARNING
from typing import Any
from zoneinfo import ZoneInfo

from vnpy.trader.constant import Exchange, OrderType
from vnpy.trader.object import AccountData, ContractData, OrderData, PositionData

from rest_locale import N_, _
from vnpy_restgateway.calendar import Calendar
from vnpy_restgateway.capabilities import Capabilities, Correlation, Fills
from vnpy_restgateway.contracts import Listed
from vnpy_restgateway.host import Host
from vnpy_restgateway.market.download import Download
from vnpy_restgateway.market.quiet import QuietWatch
from vnpy_restgateway.net.outcome import Code, NotSent, Outcome, Reply, classify
from vnpy_restgateway.net.validate import label
from vnpy_restgateway.orders.order_matching import SentOrder
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.polled.derived_fills import NoDerivedFills
from vnpy_restgateway.polled.order_list import ListedOrder
from vnpy_restgateway.polled.poller import Poller
from vnpy_restgateway.polled.ranked_rest import Command, Rank
from vnpy_restgateway.polled.session import Intervals, Paths, PolledSession
from vnpy_restgateway.tags import is_tag
from vnpy_restgateway.trading_rules import CashEquityRules, Holding, MarketView

from .accounts import Accounts, Choices
from .back_end import BackEnd, time_of
from .calls import cancel_call, funds_call, orders_call, place_call, positions_call
from .endpoints import GLOBAL_STATE
from .enums import BUSTED, BY_EXCHANGE, CURRENCIES, CURRENCY_CODES, HK, INTERVALS, REFUSED, US, Market, venue_symbol, wire_type
from .fills import FillLists, MarketFills
from .hours import AnyOpen, calendars
from .idempotency import Commands
from .klines import query_history
from .limits import BARS, KEPT, MODIFIES, PLACES, REFRESHES, SlidingWindow
from .listings import Listings, Wanted, tick_at
from .outcomes import FAILED, GONE, LOCKED, REFUSALS, payload, read_error
from .parse import accounts_of, market_of, parse_order, parse_position, tidy_price, wire_id
from .purses import Purses
from .pushes import NOTIFY, Push
from .questions import Questions
from .quotes import Quotes
from .rest import FutuRest
from .streams import FutuStream
from .timings import Timings
from .trade_pushes import TradePushes

SIMULATED: Capabilities = Capabilities(
    Correlation.VENUE_ID, Fills.DERIVED, cancels_by_venue_id=True, cancels_are_final=False, holdings=True,
    order_types=frozenset({OrderType.LIMIT, OrderType.MARKET, OrderType.FAK, OrderType.FOK}), intervals=frozenset(INTERVALS),
)
REAL: Capabilities = replace(SIMULATED, fills=Fills.LISTED)
SAME_DAY: tuple[Exchange, ...] = (HK.exchange, US.exchange)     # what is bought there can be sold at once
KEEP_FOUND: int = 1_000         # things that are said once each
CANCELS: int = 6                # refusals of a cancel, of an order that lives, before it is given up


class FutuSession(PolledSession):
    """The lists of today's orders are what is believed; pushes go through the same reading and come sooner."""

    refusals = REFUSALS
    gone = GONE

    def __init__(self, host: Host, timings: Timings, venue: dict[str, Any], proxy: tuple[str, int], choices: Choices) -> None:
        self.timings: Timings = timings
        self.venue: dict[str, Any] = venue
        self.proxy: tuple[str, int] = proxy
        self.choices: Choices = choices
        self.capabilities = REAL if choices.real else SIMULATED
        self.api: FutuRest = FutuRest(host, timings)
        self.questions: Questions = Questions(host, self.api)
        self.accounts: Accounts = Accounts(host, self.api, self.questions, choices, self._on_accounts, self._discover)
        self.said: dict[str, None] = {}
        self.was_heard: bool = False        # the lists have been answered before
        self.commands: Commands = Commands(host.seams.random)
        self.calendars: dict[str, Calendar] = {}            # by the market's word, where the hours are kept
        self.windows: dict[str, SlidingWindow] = {
            "place": SlidingWindow(PLACES), "modify": SlidingWindow(MODIFIES), "bars": SlidingWindow(BARS), "refresh": SlidingWindow(REFRESHES),
        }
        self.paths = Paths(GLOBAL_STATE, "", "/", "/", "/", "")     # asked with the accounts' headers
        self.history_patience = timings.history_patience
        intervals = Intervals(
            lambda: timings.orders_interval if host.flow.table.active else timings.idle_interval, lambda: timings.account_interval,
            lambda: timings.quotes_interval,
        )
        super().__init__(host, self.api, intervals)
        self.positions: Purses = Purses(host, self.stale_after, self._heard)
        self.back_end: BackEnd = BackEnd(host, self.api, timings, self.resume)
        self.listings: Listings = Listings(host, self.api, True, self.on_contracts)
        self.ticks: Quotes = Quotes(host, self.api, timings, lambda market: self.calendars.get(market.word))
        self.pushes: TradePushes = TradePushes(host, self.api, self.accounts, self.on_order_row, self.on_fill_row, self.look_again)
        self.stream: FutuStream = FutuStream(host, timings, self.ticks.on_push, self.ticks.on_read_end, self.on_push, self.on_stream)
        self.quiet: QuietWatch = QuietWatch(
            "quiet pushes", host.executor, lambda: self.stream.quotes, lambda: self.stream.connected and bool(self.ticks.confirmed),
            lambda: timings.stream_silence, self._on_quiet,
        )
        self.fill_lists: FillLists | None = None
        if choices.real:
            self.fill_lists = FillLists(host, self.api, self.accounts.headers, self.contract_of, timings, self.link, self.windows["refresh"])
            self.list.fills = NoDerivedFills(host.flow)
            self.on_growth = None
        else:
            self.list.fills = MarketFills(host.flow, host.now, self.tidy_price)
            self.on_growth = self.list.fills.on_growth
        self.bars = self._bars_of

    def _heard(self) -> float:
        """Monotonic s up to which all fills have been told."""
        return self.looks.heard_at if self.fill_lists is None else min(self.looks.heard_at, self.fill_lists.poller.heard_at)

    # life: the gateway's state, accounts, trading unlocked, then what is held and ordered

    def start_rest(self) -> None:
        self.api.connect(self.venue["rest"], self.venue["key"], *self.proxy)

    def closers(self) -> list[Callable[[], None]]:
        return [self.stream.stop, self.api.stop]

    def on_locked_out(self) -> None:
        self.stream.stop()

    def health(self) -> dict[str, bool]:
        return {
            "REST": self.api.active and self.host.ready, "market data": self.ticks.link.up, "trading": self.link.up and self.back_end.up,
            "push": self.stream.connected,
        }

    def query_time(self) -> None:
        self.questions.ask(N_("time"), Command("GET", GLOBAL_STATE, {}), self._on_state)

    def _on_state(self, reply: Reply, asked_at: float) -> None:
        """The gateway's clock, cut to seconds, and whether it has its connections to Futu."""
        found: dict[str, Any] = payload(reply.data)
        self.back_end.hear_state(found)
        self.on_time(time_of(found, self.host.clock.now_ms()), asked_at, self.host.monotonic())

    def query_contract(self) -> None:
        """The clock is known."""
        self.accounts.ask()

    def _on_accounts(self) -> None:
        if not self.api.mock or self.api.hours == "exchange":
            self.calendars = calendars()
            for poller in self.pollers():
                poller.calendar = self._any_open()
        self.host.start(partial(self.stream.connect, self.venue["rest"], self.venue["key"], *self.proxy))
        self.back_end.watch()

    def _any_open(self) -> Calendar | None:
        return AnyOpen([self.calendars[word] for word in self.accounts.words()]) if self.calendars else None

    def _discover(self) -> None:
        """Contracts of what is held, ordered, wished for and subscribed to."""
        found: dict[Wanted, None] = dict.fromkeys(self.choices.symbols)
        for market, code in found:
            if market.word not in self.choices.words:
                self.host.log(_("{code}.{exchange} of the setting Symbols is left out: {market} is not in the setting Markets").format(code=code, exchange=market.exchange.value, market=market.word), WARNING)
        for listed in list(self.host.contracts):
            found[BY_EXCHANGE[listed.contract.exchange], listed.contract.symbol] = None

        def collect(reply: Reply) -> None:
            self.host.each(reply.data or [], lambda d: found.setdefault((market_of(d), label(d["code"]))), N_("symbol"))

        def on_positions(reply: Reply, asked_at: float) -> None:
            self.first_positions = reply.data or [], asked_at
            collect(reply)
            self.questions.ask(N_("order"), self._ask("orders"), on_orders)

        def on_orders(reply: Reply, asked_at: float) -> None:
            collect(reply)
            self.listings.want([each for each in found if self.accounts.trades(each[0])], self.begin)

        self.questions.ask(N_("position"), self._ask("positions"), on_positions)

    def begin(self) -> None:
        if self.host.ready:
            return
        self.pushes.active = True
        self.pushes.subscribe()
        super().begin()
        if self.fill_lists is not None:
            self.fill_lists.poller.now()

    def pollers(self) -> list[Poller]:
        return [*super().pollers(), *([self.fill_lists.poller] if self.fill_lists is not None else [])]

    def start_quotes(self) -> None:
        self.ticks.start()

    def _ask(self, name: str) -> Command:
        headers: list[dict[str, int]] = self.accounts.headers()
        if name == "orders":
            return orders_call(headers)
        if name == "positions":
            return positions_call(headers, self._refreshes(len(headers), KEPT))
        headers = headers[:1] if self.choices.real else headers         # a real account tells all of its money at once
        return funds_call(headers, CURRENCY_CODES[self.choices.currency], self._refreshes(len(headers), KEPT))

    def _refreshes(self, requests: int, kept: int = 0) -> bool:
        """Whether the gateway may be told to ask Futu: so often within half a minute."""
        return self.windows["refresh"].take(self.host.monotonic(), requests, kept)

    # pushes

    def on_stream(self, up: bool) -> None:
        """The websocket stands, or is gone."""
        self.pushes.connected = up
        if up:
            self.quiet.begin()
            self.resume()
            return
        self.host.say_anew()
        self.flow.life.disconnected()
        self.look_again()

    def _on_quiet(self) -> None:
        """No quote was pushed for long. The polls of unpushed symbols tell whether there was anything to push."""
        name, moved_at = self.ticks.moved
        silent: bool = self.host.monotonic() - moved_at < self.quiet.patience
        if self.quiet.looked(silent):
            self.host.log_rarely("quiet pushes", _("Push API is silent while {name} moves: quotes are polled, connecting again").format(name=name), WARNING)
            self.stream.reconnect(_("no quotes are pushed"))

    def on_back(self) -> None:
        if self.was_heard and self.back_end.up:
            self.resume()
        self.back_end.answered()
        self.was_heard = True

    def resume(self) -> None:
        """Everything that a gateway forgets with a restart is asked for again, and everything is looked at."""
        self.pushes.subscribe()
        self.ticks.again()
        if self.host.ready:
            self.flow.life.check()
            self.look_again()
            self.query_account()

    def look_again(self) -> None:
        """Lists of orders and fills."""
        if self.host.ready:
            self.looks.soon()
            if self.fill_lists is not None:
                self.fill_lists.soon()

    def on_push(self, push: Push) -> None:
        """An order, a fill, or news of the gateway."""
        (self.pushes.on_push if push.proto_id != NOTIFY else self.back_end.on_push)(push)

    def on_order_row(self, d: Any) -> None:
        """An order was pushed."""
        listed: ListedOrder | None = self.read_order(d)
        if listed is not None:
            self.list.fills.told(*listed)
            self.flow.on_order(*listed.record)

    def on_fill_row(self, d: Any) -> None:
        """A fill was pushed: of simulated accounts they are made, never told."""
        if self.fill_lists is not None and not self.fill_lists.on_row(d):
            self.looks.soon()

    # contracts

    def on_contracts(self) -> None:
        """Contracts have come in mid-session: what was told of them is told again."""
        if self.host.ready:
            self.look_again()
            self.query_account()

    def contract_of(self, d: dict[str, Any]) -> ContractData | None:
        """The contract of a row; None where it is not known yet: it is asked for, and the row told again then."""
        market: Market = market_of(d)
        code: str = label(d["code"])
        found: ContractData | None = self.host.contracts.of_venue(venue_symbol(market, code))
        if found is None:
            self.listings.want([(market, code)])
        return found

    def ask_listing(self, symbol: str, exchange: Exchange, then: Callable[[], None]) -> bool:
        market: Market | None = BY_EXCHANGE.get(exchange)
        if market is None or not self.host.ready or not symbol or self.listings.is_unknown(market, symbol):
            return False
        self.listings.want([(market, symbol)], then)
        return True

    # what the answers say

    def read_error(self, reply: Reply) -> tuple[Code, str] | None:
        return read_error(reply)

    def read_order(self, d: Any) -> ListedOrder | None:
        contract: ContractData | None = self.contract_of(d)
        if contract is None:
            return None
        zone: ZoneInfo = ZoneInfo(BY_EXCHANGE[contract.exchange].zone)
        known: Entry | None = self.flow.table.find(str(wire_id(d["order_id"])))
        listed: ListedOrder = parse_order(d, contract, zone, self.host.gateway_name, known.order.status if known else None)
        order, venue_id = listed.record
        tag: str = order.reference
        named: Entry | None = self.flow.table.get(tag) if is_tag(tag) else None
        if not is_tag(tag) or named is not None and named.venue_id not in ("", venue_id) and named.acknowledged and not self.flow.venue_ids.is_tentative(named):
            order.reference = ""        # a word of somebody's, which many orders may have
        elif named is None:
            order.orderid, order.vt_orderid = tag, f"{order.gateway_name}.{tag}"
        if self.fill_lists is not None:
            self.fill_lists.learn(d.get("order_id_ex"), venue_id)
        self._say_state(d, tag if is_tag(tag) else venue_id, venue_id)
        return listed

    def _say_state(self, d: dict[str, Any], name: str, venue_id: str) -> None:
        status: int = d["order_status"]
        if status in REFUSED:
            line: str = _("Order {name} refused by the exchange or broker (status {status}): {reason}")
            self._say_once(f"refused {venue_id}", line.format(name=name, status=status, reason=d.get("last_err_msg") or _("no reason given")))
        elif status == BUSTED and self._say_once(f"busted {venue_id}", _("Fills of order {name} were cancelled by the exchange: look at the positions").format(name=name)):
            self.query_account()

    def _say_once(self, key: str, line: str) -> bool:
        if key in self.said:
            return False
        self.said[key] = None
        if len(self.said) > KEEP_FOUND:
            del self.said[next(iter(self.said))]
        self.host.log(line, ERROR)
        return True

    def read_account(self, data: Any) -> tuple[AccountData, float]:
        """One of several: see ``_on_account``."""
        raise NotImplementedError

    def _on_account(self, reply: Reply, asked_at: float) -> None:
        base: str = CURRENCIES[CURRENCY_CODES[self.choices.currency]] if self.choices.real else ""
        for account, cash in accounts_of(reply.data or [], base, self.accounts.currencies(), self.host.gateway_name):
            self.positions.update_account(account, cash, asked_at)
        self.host.log_first(_("Account data received"))

    def read_position(self, d: Any) -> PositionData | None:
        contract: ContractData | None = self.contract_of(d)
        return parse_position(d, contract, self.host.gateway_name) if contract else None

    def read_placed(self, data: Any) -> str:
        return str(wire_id(payload(data).get("order_id")))

    def tidy_price(self, order: OrderData, price: float, spread: float) -> float:
        rules: CashEquityRules = self.host.contracts[order.vt_symbol].rules
        return tidy_price(order, price, spread, float(tick_at(list(rules.ticks), price)))

    # orders

    def unsupported(self, order: OrderData) -> str:
        """Any thread."""
        market: Market | None = BY_EXCHANGE.get(order.exchange)
        if market is not None and not self.accounts.trades(market):
            return _("{exchange} is not traded with this account: see the setting Markets").format(exchange=order.exchange.value)
        if order.type in (OrderType.STOP, OrderType.RFQ):
            return _("order type {order_type} is not supported: limit, market, FAK and FOK orders are sent").format(order_type=order.type.value)
        if market is not None:
            try:
                wire_type(order.type, market)
            except ValueError as problem:
                return str(problem)
        if order.vt_symbol not in self.host.contracts and market is not None and not self.listings.is_unknown(market, order.symbol):
            self.host.executor.post(self.listings.want, [(market, order.symbol)])
            return _("the contract of {vt_symbol} is not known yet. It is asked for: send the order again when it is here").format(vt_symbol=order.vt_symbol)
        return self._locked()

    def _locked(self) -> str:
        if self.api.no_writes or self.accounts.locked:
            return self.api.no_writes or self.accounts.locked
        return "" if self.back_end.up else _("the gateway has lost its connection to Futu's servers")

    def unable(self) -> str:
        """Asked when the order's turn has come; one that may go is counted."""
        if reason := self._locked():
            return reason
        window, now = self.windows["place"], self.host.monotonic()
        if self._limits() and not window.take(now):
            return _("{most} orders within 30 s are all that Futu takes, the next one in {seconds:.1f} s").format(most=window.most, seconds=window.wait(now))
        return ""

    def refused(self, entry: Entry, code: Code, text: str) -> bool:
        """A gateway that was restarted has trading locked: it is unlocked with the password that was right before, and the order sent."""
        if code != LOCKED or not self.accounts.unlocked or entry.resent or entry.acknowledged or entry.cancel_wanted:
            return False
        entry.resent = entry.waits = True
        self.flow.venue_ids.sought.pop(entry.orderid, None)
        self.host.log(_("Trading is locked at the gateway again, unlocking it for order {orderid}").format(orderid=entry.orderid), WARNING)

        def then(unlocked: bool) -> None:
            if entry.is_active and unlocked:
                self.place(entry)
            elif entry.is_active:
                self.flow.on_outcome(entry.orderid, Outcome.REFUSED, code, text)

        self.accounts.unlock_again(then)
        return True

    def _limits(self) -> bool:
        """Whether frequencies are kept: a mock exchange has none unless it is told to."""
        return not self.api.mock or self.timings.limit_mock

    def holding(self, order: OrderData) -> Holding:
        found: Holding = self.positions.holding(order, order.exchange in SAME_DAY)
        return Holding(
            None if self.accounts.sells_short(order.exchange) else found.sellable, None if self.accounts.borrows(order.exchange) else found.cash,
        )

    def market(self, order: OrderData) -> MarketView:
        return MarketView(order.price or self.ticks.price(order.vt_symbol))

    def place_call(self, order: OrderData, venue_symbol: str) -> Command:
        header: dict[str, int] = self.accounts.header_of(order.exchange)
        return place_call(order, BY_EXCHANGE[order.exchange], header, self.commands.fresh(), self.ticks.price(order.vt_symbol))

    def _as_sent(self, order: OrderData) -> SentOrder:
        return super()._as_sent(order)._replace(type=order.type, price=order.price if order.type is not OrderType.MARKET else None)

    def cancel_call(self, entry: Entry) -> Command:
        return cancel_call(int(entry.venue_id), self.accounts.header_of(entry.order.exchange), self.commands.fresh())

    def cancel_order(self, entry: Entry) -> None:
        def before() -> bool:
            if not self.flow.cancel_is_wanted(entry):
                return False
            window, now = self.windows["modify"], self.host.monotonic()
            if self._limits() and not window.take(now):
                raise NotSent(_("{most} cancels within 30 s are all that Futu takes, {seconds:.1f} s to go").format(most=window.most, seconds=window.wait(now)))
            return True

        self.api.call(*self.cancel_call(entry), partial(self._on_cancel, entry), lane="order", rank=Rank.CANCEL, before=before)

    def _on_cancel(self, entry: Entry, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        outcome, code, text = classify(reply, error, self.refusals, self.read_error)
        if outcome is Outcome.REFUSED and code == FAILED and entry.cancel_tries > CANCELS:
            self.flow.on_cancel_outcome(entry.orderid, outcome, code, text)     # it lives, and is refused again and again
            return
        if outcome is Outcome.REFUSED and code == LOCKED and self.accounts.unlocked:
            self.accounts.unlock_again(
                lambda __: self.flow.on_cancel_outcome(entry.orderid, Outcome.NOT_SENT if self.accounts.unlocked else outcome, code, text)
            )
            return
        super()._on_cancel(entry, reply, error, asked_at)

    def query_order(self, entry: Entry) -> None:
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            if reply is not None and error is None and read_error(reply) is None:
                self.back_end.answered()
                self.list.take(reply.data or [], asked_at, [entry])

        headers: list[dict[str, int]] = self.accounts.headers()
        if headers:
            self.api.call(*orders_call(headers, self._refreshes(len(headers))), answered, lane="order", rank=Rank.QUESTION)

    def query_fills(self, entry: Entry) -> None:
        if self.fill_lists is not None:
            self.fill_lists.query(entry)

    def tells_of(self, entry: Entry) -> bool:
        """The lists are of a market's local day, with what is open."""
        born = entry.created or entry.order.datetime
        zone: ZoneInfo = ZoneInfo(BY_EXCHANGE[entry.order.exchange].zone)
        return entry.is_active or born is None or born.astimezone(zone).date() == self.host.now().astimezone(zone).date()

    def stale_after(self) -> float:
        return self.timings.stale_after

    # market data

    def subscribe(self, contract: ContractData) -> None:
        self.ticks.subscribe(contract)

    def _bars_of(self, contract: ContractData, interval: Any, start: Any, end: Any, download: Download) -> list[Any]:
        listed: Listed[Any] = self.host.contracts[contract.vt_symbol]
        return query_history(self.host, self.api, self.windows["bars"] if self._limits() else None, listed, interval, start, end, download)
