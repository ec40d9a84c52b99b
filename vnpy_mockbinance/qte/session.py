"""A QTE server: found out, its clock, its contracts from the setting, orders and balances by polling. SerialExecutor thread only."""

from collections.abc import Callable, Generator
from functools import partial
from logging import ERROR, WARNING
from time import monotonic
from typing import TYPE_CHECKING, Any

from vnpy.trader.constant import OrderType
from vnpy.trader.object import OrderData

from vnpy_restgateway.clock_keeper import ClockKeeper
from vnpy_restgateway.net.outcome import Reply
from vnpy_restgateway.net.validate import amount
from vnpy_restgateway.orders.reconcile import VenueOrder

from ..parse import Listing
from .builds import ACCOUNT, ALL_ORDERS, FAITHFUL, TIME, Build, NotQte, detect
from .parse import read_error
from .quotes import PARSE_ERRORS
from .rest import ConnectionHealth, Rank
from .trading import PAGE, QteTrading

if TYPE_CHECKING:
    from ..gateway import MockBinanceGateway

ORDER_TYPES: frozenset[OrderType] = frozenset({OrderType.LIMIT, OrderType.MARKET})
LIFE_INTERVAL: float = 60.0         # s between questions whether the server still knows what it knew


class QteDesk(QteTrading):
    """The half that connects and listens. One for each ``connect()``."""

    def __init__(self, gateway: "MockBinanceGateway", listings: list[Listing], on_faithful: Callable[[], None]) -> None:
        super().__init__(gateway)
        self.listings: list[Listing] = listings
        self.on_faithful: Callable[[], None] = on_faithful      # called when the server is none of QTE's
        self.known: bool = False            # which build answers
        self.link: ConnectionHealth = ConnectionHealth(gateway, "Trade API")
        self._found: ConnectionHealth = ConnectionHealth(gateway, "QTE server")
        self.keeper: ClockKeeper = ClockKeeper(gateway.writer, self._sample, gateway.log, lambda: bool(self.rest.mock))
        gateway.clock = self.keeper.begin()
        self._life_due: float = 0.0
        self._nonzero: set[str] = set()

    # finding out

    def connect(self, host: str, key: str, proxy_host: str, proxy_port: int) -> None:
        """Start the client, and find out what answers."""
        self.rest.connect(host, key, proxy_host, proxy_port)
        self.gateway.flow.needs_venue_id = True
        self.find_out()

    def take_over(self, last: "QteDesk") -> None:
        """What outlives a session: subscriptions, and what balances tell of orders that are in doubt."""
        self.quotes.quotes = last.quotes.quotes
        self.witness, self.marks = last.witness, last.marks

    def stop(self) -> None:
        """End the client; what waits in line is told by ``abandon``. From any thread."""
        self.rest.stop()

    def abandon(self) -> list[Callable[[], None]]:
        """What is to be called for the orders that waited in line when the client ended."""
        return self.rest.abandon()

    def find_again(self) -> None:
        """A path that was there is gone: perhaps another build answers now. Asked once; what is known stays until it is known better."""
        self.find_out()

    def find_out(self) -> None:
        """Ask what answers, again and again until something does."""
        self._next(detect(bool(self.rest.key)), None)

    def _next(self, steps: Generator[tuple[str, bool], Reply, Build], reply: Reply | None) -> None:
        try:
            path, private = next(steps) if reply is None else steps.send(reply)
        except StopIteration as end:
            self.on_build(end.value)
            return
        except NotQte as problem:
            self._not_found(f"no QTE server: {problem}")
            return

        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            if reply is None:
                self._not_found(str(error))
            elif reply.status // 100 == 5 or reply.status == 429:
                self._not_found(f"{path} answers status {reply.status}")
            else:
                self._next(steps, reply)

        self.rest.call("GET", path, {}, answered, private=private)

    def _not_found(self, reason: str) -> None:
        self._found.failures += 1
        if self._found.failures == 1 or self._found.failures % 10 == 0:
            self.log(f"{self.rest.url_base} not understood, trying again: {reason}", ERROR)
        self.gateway.writer.call_later(max(self._found.delay(0.5), self.gateway.gate.remaining(monotonic())), "qte find out", self.find_out)

    def on_build(self, build: Build) -> None:
        """It is known what answers."""
        again: bool = self.known
        if again and build is self.build:
            return
        self.build = build
        self.known = True
        self._found.failures = 0
        if build is FAITHFUL:
            self.gateway.ready = False          # until the contracts are here
            self.on_faithful()
            return
        self.log(f"QTE server found: {build.title}")
        if not build.trades:
            self.log(f"Orders will be rejected: {build.title} misreports them", ERROR)
        elif not self.rest.key:
            self.log("No API key given: market data only", WARNING)
        if again and self.quotes.prefix:
            self.quotes.prefix = build.prefix
        self.query_time()

    def query_time(self) -> None:
        """Several samples of the server's clock, which may be a virtual one (Q24)."""
        self.keeper.measure()

    def _sample(self) -> None:
        self.rest.call("GET", self.build.prefix + TIME, {}, self._on_time, rank=Rank.QUESTION, private=False)

    def _on_time(self, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        gateway = self.gateway
        try:
            is_finished: bool = self.keeper.sampled(int(reply.data["serverTime"]), asked_at, monotonic())       # type: ignore
        except PARSE_ERRORS as problem:
            self._found.failures += 1
            if self._found.failures == 1:
                self.log(f"Query time failed, trying again: {error or problem}", WARNING)
            gateway.writer.call_later(self._found.delay(0.5), "qte time", self._sample)
            return
        self._found.failures = 0
        if is_finished and not gateway.ready:
            self.open()

    def open(self) -> None:
        """Contracts, quotes, and the account."""
        gateway = self.gateway
        for listing in self.listings:
            listing.contract.history_data = self.build.has_bars
            gateway.add_contract(*listing)
        gateway.ready = True
        self.log("Contract data received")
        gateway.warn_made_up(self.rest.mock)
        self.quotes.start(self.build.prefix)
        if self.rest.key and self.build.trades:
            self.poll_account()
            self.poll_orders()

    def unsupported(self, order: OrderData) -> str:
        """Why an order cannot be sent to this server, or ""."""
        if order.type not in ORDER_TYPES:
            return (
                f"order type {order.type.value} is not supported: a QTE server takes limit orders that stay until "
                "cancelled, and market orders"
            )
        return "" if self.build.trades else self.unable()

    # polls

    def poll_account(self) -> None:
        """Ask for the balances, now."""
        if not self.known or self.unable():
            return
        self.rest.call("GET", self.build.prefix + ACCOUNT, {}, self._on_account)

    def _on_account(self, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        if self._good(reply, error) and reply is not None:
            self.on_account(reply, asked_at)
        self.gateway.writer.call_later(self.link.delay(self.gateway.account_interval), "qte account", self.poll_account)

    def on_account(self, reply: Reply, asked_at: float) -> None:
        """The balances. Zeros are told only of what was shown before: some builds list what was never held (Q37)."""
        if read_error(reply) is not None:
            return
        totals: dict[str, float] = {}

        def take(d: dict[str, Any]) -> None:
            free, locked = amount(d["free"]), amount(d["locked"])
            self.gateway.on_balance(d["asset"], free, locked)
            totals[d["asset"]] = free + locked

        rows: Any = reply.data["balances"]      # type: ignore[index]
        if self.gateway.each(rows, take, "balance") == len(rows):
            self.witness.on_balances(totals, asked_at)
        self.gateway.log_first("Account data received")

    def poll_orders(self) -> None:
        """Ask for the orders: all open ones, or of every symbol all, as the build has it."""
        if not self.known or self.unable():
            self.gateway.writer.call_later(max(self.gateway.pause(), self.gateway.idle_interval), "qte orders", self.poll_orders)
            return
        if self.build.open_orders:
            self.rest.call("GET", self.build.prefix + self.build.open_orders, {}, partial(self._on_orders, [], [], None))
        else:
            names: list[str] = [contract.name for contract in self.gateway.contracts.values()]
            self._poll_symbols(names, [], None)

    def _poll_symbols(self, names: list[str], listed: list[VenueOrder], first: float | None) -> None:
        params: dict[str, str | int] = {"symbol": names[0], "limit": PAGE}
        self.rest.call(
            "GET", self.build.prefix + ALL_ORDERS, params, partial(self._on_orders, names[1:], listed, first)
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
                self.gateway.log_once("orders shape", f"Orders not understood: {str(rows)[:80]}", WARNING)
            elif self.on_rows(rows, listed, asked_at) == len(rows):
                if names:
                    self._poll_symbols(names, listed, first)
                    return
                self.gateway.flow.on_open_orders(listed, first)
                self.gateway.log_first("Order data received")
        table = self.gateway.flow.table
        interval: float = self.gateway.orders_interval if table.active else self.gateway.idle_interval
        self.gateway.writer.call_later(self.link.delay(interval), "qte orders", self.poll_orders)

    def _good(self, reply: Reply | None, error: BaseException | None) -> bool:
        """Whether an answer is one, and what else it means."""
        gateway = self.gateway
        if reply is None or error is not None or reply.status >= 500:
            self.link.bad(error or f"status {reply.status if reply else 0}")
            gateway.flow.life.disconnected()
            if reply is not None:
                gateway.log_once("server error", f"The server answers {(read_error(reply) or ('', error))[1]}, status {reply.status}", WARNING)
            return False
        found = read_error(reply)
        if reply.status == 401:
            gateway.on_locked_out(*(found or ("HTTP 401", "")))
            return False
        if found is not None:
            gateway.log_once("poll", f"Account or orders not to be had, code: {found[0]}, message: {found[1]}", WARNING)
            return False
        if self.link.good() or monotonic() >= self._life_due:
            self._life_due = monotonic() + LIFE_INTERVAL
            if self.build.finds_final:
                gateway.flow.life.check()
        return True
