"""A QTE server: found out, its clock, its contracts from the setting, orders and balances by polling. SerialExecutor thread only."""

from collections.abc import Callable, Generator
from datetime import datetime
from functools import partial
from logging import ERROR, WARNING
from typing import Any

from vnpy.trader.constant import Interval, OrderType
from vnpy.trader.object import BarData, ContractData, OrderData

from rest_locale import N_, _
from vnpy_restgateway.capabilities import Capabilities
from vnpy_restgateway.contracts import Listed
from vnpy_restgateway.crypto_balances import CryptoBalances
from vnpy_restgateway.host import Host
from vnpy_restgateway.market.download import Download
from vnpy_restgateway.net.outcome import Reply
from vnpy_restgateway.net.validate import amount, label
from vnpy_restgateway.orders.reconcile import VenueOrder
from vnpy_restgateway.orders.table import Push
from vnpy_restgateway.polled.health import ConnectionHealth
from vnpy_restgateway.session import Session
from vnpy_restgateway.trading_rules import CryptoRules

from ..enums import INTERVAL_VT2BINANCE, ORDERTYPE_VT2BINANCE
from ..parse import Listing
from ..timings import Timings
from .builds import ACCOUNT, ALL_ORDERS, FAITHFUL, TIME, Build, NotQte, detect
from .history import query_history
from .orders import PAGE, QteOrders, lock_out
from .parse import read_error
from .quotes import PARSE_ERRORS, QteQuotes
from .rest import QteRest, Rank

ORDER_TYPES: frozenset[OrderType] = frozenset({OrderType.LIMIT, OrderType.MARKET})
LOOK_AGAIN: float = 0.2             # s
LIFE_INTERVAL: float = 60.0         # s between questions whether the server still knows what it knew


class QteSession(Session):
    """
    ``on_faithful`` is called when the server is none of QTE's, but answers as Binance does: another session goes on.
    """

    def __init__(
        self, host: Host, timings: Timings, venue: dict[str, Any], proxy: tuple[str, int], listings: list[Listing],
        on_faithful: Callable[[], None],
    ) -> None:
        super().__init__(host)
        self.timings: Timings = timings
        self.history_patience = timings.history_patience
        self.venue: dict[str, Any] = venue
        self.proxy: tuple[str, int] = proxy
        self.listings: list[Listing] = listings
        self.on_faithful: Callable[[], None] = on_faithful
        self.known: bool = False            # which build answers
        self.ended: bool = False            # another session has taken over
        self.rest: QteRest = QteRest(host, timings)
        self.quotes: QteQuotes = QteQuotes(host, self.rest, timings)
        self.orders: QteOrders = QteOrders(host, self.rest, self.quotes, self.on_account)
        self.balances: CryptoBalances = CryptoBalances(host, lambda base, quote: host.contracts.of_venue(base + quote))
        self.on_publish = self._on_publish
        self.link: ConnectionHealth = ConnectionHealth(host, N_("Trade API"))
        self._found: ConnectionHealth = ConnectionHealth(host, N_("QTE server"))
        self._life_due: float = 0.0

    capabilities = Capabilities(
        cancels_by_venue_id=True, order_types=frozenset(ORDERTYPE_VT2BINANCE), intervals=frozenset(INTERVAL_VT2BINANCE),
    )

    # life

    def open(self) -> None:
        """Start the client, and find out what answers."""
        self.host.start(partial(self.rest.connect, self.venue["rest"], self.venue["key"], *self.proxy))
        self.find_out()

    def closers(self) -> list[Callable[[], None]]:
        return [self.rest.stop]

    def abandoned(self) -> list[Callable[[], None]]:
        return self.rest.abandon()

    def take_over(self, last: Session) -> None:
        if isinstance(last, QteSession):
            self.balances.nonzero = last.balances.nonzero
            self.orders.witness, self.orders.marks = last.orders.witness, last.orders.marks

    def is_mock(self) -> bool:
        return bool(self.rest.mock)

    # orders

    def look_again(self) -> None:
        self.host.executor.call_later(LOOK_AGAIN, "qte orders", self.poll_orders)

    def on_new_life(self) -> None:
        self.look_again()       # orders that are open are told anew; what is over is never told

    def _on_publish(self, item: Push) -> None:
        self.host.executor.reschedule_earlier(0.2, "qte account", self.poll_account)
        self.orders.on_publish(item)

    # account and market data

    def query_account(self) -> None:
        self.poll_account()

    def subscribe(self, contract: ContractData) -> None:
        self.quotes.subscribe(contract)

    def query_history(
        self, listed: Listed, interval: Interval, start: datetime, end: datetime | None, download: Download
    ) -> list[BarData]:
        if not self.rest.build.has_bars:
            download.fail(_("this build of the QTE server has no real klines"))
            return []
        return query_history(self.host, self.rest, listed.contract, interval, start, end, download)

    # finding out

    def find_again(self) -> None:
        """A path that was there is gone: perhaps another build answers now. Asked once; what is known stays until it is known better."""
        self.find_out()

    def find_out(self) -> None:
        """Ask what answers, again and again until something does."""
        if self.ended:
            return
        self._next(detect(bool(self.rest.key)), None)

    def _next(self, steps: Generator[tuple[str, bool], Reply, Build], reply: Reply | None) -> None:
        try:
            path, private = next(steps) if reply is None else steps.send(reply)
        except StopIteration as end:
            self.on_build(end.value)
            return
        except NotQte as problem:
            self._not_found(_("no QTE server: {problem}").format(problem=problem))
            return

        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            if reply is None:
                self._not_found(str(error))
            elif reply.status // 100 == 5 or reply.status == 429:
                self._not_found(_("{path} answers status {status}").format(path=path, status=reply.status))
            else:
                self._next(steps, reply)

        self.rest.call("GET", path, {}, answered, private=private)

    def _not_found(self, reason: str) -> None:
        self._found.failures += 1
        if self._found.failures == 1 or self._found.failures % 10 == 0:
            self.host.log(_("{url} not understood, trying again: {reason}").format(url=self.rest.url_base, reason=reason), ERROR)
        self.host.executor.call_later(max(self._found.delay(0.5), self.host.gate.remaining(self.host.monotonic())), "qte find out", self.find_out)

    def on_build(self, build: Build) -> None:
        """It is known what answers."""
        again: bool = self.known
        if again and build is self.rest.build:
            return
        self.rest.build = build
        self.known = True
        self.rest.minds_routes, self.rest.on_gone = True, self.find_again
        self._found.failures = 0
        if build is FAITHFUL:
            self.host.ready = False         # until the contracts are here
            self.ended = True
            self.known = False
            self.rest.minds_routes = False
            self.quotes.stop()
            self.on_faithful()
            return
        self.host.log(_("QTE server found: {build}").format(build=_(build.title)))
        if not build.trades:
            self.host.log(_("Orders will be rejected: {build} misreports them").format(build=_(build.title)), ERROR)
        elif not self.rest.key:
            self.host.log(_("No API key given: market data only"), WARNING)
        if again and self.quotes.prefix:
            self.quotes.prefix = build.prefix
        self.host.keeper.measure()          # it may be a virtual clock (Q24)

    def query_time(self) -> None:
        self.rest.call("GET", self.rest.build.prefix + TIME, {}, self._on_time, rank=Rank.QUESTION, private=False)

    def _on_time(self, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        try:
            server_ms: int = int(reply.data["serverTime"])       # type: ignore
        except PARSE_ERRORS as problem:
            self._found.failures += 1
            if self._found.failures == 1:
                self.host.log(_("Query time failed, trying again: {reason}").format(reason=error or problem), WARNING)
            self.host.executor.call_later(self._found.delay(0.5), "qte time", self.query_time)
            return
        self._found.failures = 0
        self.on_time(server_ms, asked_at, self.host.monotonic())

    def query_contract(self) -> None:
        """Contracts from the setting; then quotes, and the account."""
        host = self.host
        for listing in self.listings:
            listing.contract.history_data = self.rest.build.has_bars
            host.add_contract(listing.contract, listing.contract.name, CryptoRules(*listing))
        host.ready = True
        self.host.log(_("Contract data received"))
        host.warn_made_up(self.rest.mock)
        self.quotes.begin(self.rest.build.prefix)
        if self.rest.key and self.rest.build.trades:
            self.poll_account()
            self.poll_orders()

    def unsupported(self, order: OrderData) -> str:
        """Why an order cannot be sent to this server, or ""."""
        if order.type not in ORDER_TYPES:
            return (
                _("order type {order_type} is not supported: a QTE server takes limit orders that stay until cancelled, and market orders").format(order_type=order.type.value)
            )
        return "" if self.rest.build.trades else self.orders.unable()

    # polls

    def poll_account(self) -> None:
        """Ask for the balances, now."""
        if not self.known or self.orders.unable():
            return
        self.rest.call("GET", self.rest.build.prefix + ACCOUNT, {}, self._on_account)

    def _on_account(self, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        if self._good(reply, error) and reply is not None:
            self.on_account(reply, asked_at)
        self.host.executor.call_later(self.link.delay(self.timings.account_interval), "qte account", self.poll_account)

    def on_account(self, reply: Reply, asked_at: float) -> None:
        """The balances. Zeros are told only of what was shown before: some builds list what was never held (Q37)."""
        if read_error(reply) is not None:
            return
        totals: dict[str, float] = {}

        def take(d: dict[str, Any]) -> None:
            free, locked = amount(d["free"]), amount(d["locked"])
            self.balances.show(label(d["asset"]), free, locked)
            totals[d["asset"]] = free + locked

        rows: Any = reply.data["balances"]      # type: ignore[index]
        if self.host.each(rows, take, N_("balance")) == len(rows):
            self.orders.witness.on_balances(totals, asked_at)
        self.host.log_first(_("Account data received"))

    def poll_orders(self) -> None:
        """Ask for the orders: all open ones, or of every symbol all, as the build has it."""
        if self.ended:
            return
        if not self.known or self.orders.unable():
            self.host.executor.call_later(max(self.host.pause(), self.timings.idle_interval), "qte orders", self.poll_orders)
            return
        if self.rest.build.open_orders:
            self.rest.call("GET", self.rest.build.prefix + self.rest.build.open_orders, {}, partial(self._on_orders, [], [], None))
        else:
            names: list[str] = self.host.contracts.venue_symbols
            self._poll_symbols(names, [], None)

    def _poll_symbols(self, names: list[str], listed: list[VenueOrder], first: float | None) -> None:
        params: dict[str, str | int] = {"symbol": names[0], "limit": PAGE}
        self.rest.call(
            "GET", self.rest.build.prefix + ALL_ORDERS, params, partial(self._on_orders, names[1:], listed, first)
        )

    def _on_orders(
        self, names: list[str], listed: list[VenueOrder], first: float | None,
        reply: Reply | None, error: BaseException | None, asked_at: float,
    ) -> None:
        """A list of orders. Only when all are here can one that is missing mean something."""
        first = asked_at if first is None else first
        if self._good(reply, error) and reply is not None:
            rows: Any = reply.data
            if not isinstance(rows, list):
                self.host.log_once("orders shape", _("Orders not understood: {text}").format(text=str(rows)[:80]), WARNING)
            elif self.orders.on_rows(rows, listed, asked_at) == len(rows):
                if names:
                    self._poll_symbols(names, listed, first)
                    return
                self.host.flow.on_open_orders(listed, first)
                self.host.log_first(_("Order data received"))
        table = self.host.flow.table
        interval: float = self.timings.orders_interval if table.active else self.timings.idle_interval
        self.host.executor.call_later(self.link.delay(interval), "qte orders", self.poll_orders)

    def _good(self, reply: Reply | None, error: BaseException | None) -> bool:
        """Whether an answer is one, and what else it means."""
        host = self.host
        if reply is None or error is not None or reply.status >= 500:
            self.link.bad(error or f"status {reply.status if reply else 0}")
            host.flow.life.disconnected()
            if reply is not None:
                host.log_once("server error", _("The server answers {message}, status {status}").format(message=(read_error(reply) or ('', error))[1], status=reply.status), WARNING)
            return False
        found = read_error(reply)
        if reply.status == 401:
            lock_out(host, *(found or ("HTTP 401", "")))
            return False
        if found is not None:
            host.log_once("poll", _("Account or orders not to be had, code: {code}, message: {message}").format(code=found[0], message=found[1]), WARNING)
            return False
        if self.link.good() or self.host.monotonic() >= self._life_due:
            self._life_due = self.host.monotonic() + LIFE_INTERVAL
            if self.rest.build.finds_final:
                host.flow.life.check()
        return True
