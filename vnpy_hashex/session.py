"""One connection to HashEx: its clients wired together, its contracts, and what is asked of them."""

from collections.abc import Callable
from functools import partial
from logging import WARNING
from typing import Any

from vnpy.trader.constant import Direction, OrderType
from vnpy.trader.object import ContractData, OrderData

from rest_locale import N_, _
from vnpy_restgateway.capabilities import Capabilities, Correlation, Fills
from vnpy_restgateway.contracts import Listed
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Outcome
from vnpy_restgateway.orders.flow import OrderFlow
from vnpy_restgateway.orders.venue_ids import VenueIds
from vnpy_restgateway.session import Session
from vnpy_restgateway.trading_rules import CryptoRules

from .account import Account
from .calls import REFUSE
from .endpoints import SYMBOLS, TICKERS, stream_host
from .enums import INTERVAL_VT2HASHEX
from .klines import query_history
from .orders import Orders
from .parse import Listing, guess_listing, parse_listing
from .rest import RestApi
from .streams import MdApi, UserSocket
from .timings import Timings


class HashExSession(Session):
    """Orders are known to the venue by its own ids only; vn.py's order ids stay ours, those of orders placed elsewhere are the venue's."""

    capabilities = Capabilities(
        Correlation.VENUE_ID, Fills.LISTED, cancels_by_venue_id=True, cancels_are_final=False,
        order_types=frozenset({OrderType.LIMIT, OrderType.MARKET}), intervals=frozenset(INTERVAL_VT2HASHEX),
    )

    def __init__(self, host: Host, timings: Timings, venue: dict[str, Any], proxy: tuple[str, int], market_buy: str) -> None:
        super().__init__(host)
        self.flow: OrderFlow = host.flow
        self.ids: VenueIds = host.flow.venue_ids
        self.timings: Timings = timings
        self.history_patience = timings.history_patience
        self.venue: dict[str, Any] = venue
        self.proxy: tuple[str, int] = proxy
        self.market_buy: str = market_buy
        self.rest: RestApi = RestApi(host, timings)
        self.orders: Orders = Orders(host, self.rest, timings, market_buy, self.query_contract)
        self.account: Account = Account(host, self.rest, self.orders, timings, lambda: self.user.subscribed)
        self.bars = partial(query_history, self.rest)
        self.md: MdApi = MdApi(host, self.rest, timings)
        self.user: UserSocket = UserSocket(host, self.rest, self.account)

        self.on_publish = self.orders.on_publish

    # life

    def open(self) -> None:
        """Start REST. Orders are taken once the contracts are here."""
        key, secret = self.venue["key"], self.venue["secret"]
        if not key or not secret:
            self.host.log(_("No access key and secret key given: market data only"), WARNING)
            key = secret = ""
        self.host.start(partial(self.rest.connect, self.venue["rest"], key, secret, *self.proxy))
        self.host.keeper.measure()

    def closers(self) -> list[Callable[[], None]]:
        return [*self.md.closers(), self.user.stop, self.rest.stop]

    def abandoned(self) -> list[Callable[[], None]]:
        self.rest.pacer.clear()
        return [
            partial(self.flow.on_outcome, orderid, Outcome.NOT_SENT, "", _("gateway closed"))
            for orderid, entry in self.flow.table.active.items() if not entry.acknowledged and orderid not in self.ids.sought
        ]

    def take_over(self, last: Session) -> None:
        if isinstance(last, HashExSession):
            self.account.balances.nonzero = last.account.balances.nonzero         # what is zero now must be told
            self.orders.capped = last.orders.capped
            self.orders.parked.news = last.orders.parked.news

    def health(self) -> dict[str, bool]:
        books = list(self.md.sockets.values())
        return {
            "REST": self.rest.active and self.host.ready, "market data": any(socket.connected for socket in books),
            "trading": self.user.subscribed,
        }

    def is_mock(self) -> bool:
        return bool(self.rest.mock)

    def on_locked_out(self) -> None:
        self.user.stop()

    # orders

    def look_again(self) -> None:
        self.account.look_again()

    def on_new_life(self) -> None:
        self.account.on_new_life()

    def unsupported(self, order: OrderData) -> str:
        if order.type in (OrderType.FAK, OrderType.FOK, OrderType.STOP):
            return (
                _("order type {order_type} is not supported: HashEx's API takes limit orders that stay until cancelled, and market orders").format(order_type=order.type.value)
            )
        if order.type is OrderType.MARKET and order.direction is Direction.LONG and self.market_buy == REFUSE:
            return (
                _(
                    "MARKET BUY is not sent, because HashEx documents its amount both as quote and as base: choose Market Buy in the connect settings, "
                    "or send a limit order"
                )
            )
        return ""

    # clock and contracts

    def query_time(self) -> None:
        self.rest.query_time(self.on_time)

    def query_contract(self) -> None:
        """What is traded: symbol/configs, or the tickers where that does not exist."""
        self.rest.query(
            N_("contract"), SYMBOLS, {}, partial(self.on_query_contract, parse_listing), signed=False,
            refused=self.on_contract_refused,
        )

    def on_contract_refused(self, code: int | str, text: str) -> bool:
        """No symbol/configs here; a server in trouble is asked again instead."""
        if str(code).startswith("HTTP 5"):
            return False
        self.host.log(
            _(
                "{path} refused, code: {code}, message: {message}. Taking symbols, ticks and steps from the tickers: they are guessed from the "
                "numbers shown, and may be coarser than the venue's"
            ).format(path=SYMBOLS, code=code, message=text), WARNING
        )
        self.rest.query(N_("contract"), TICKERS, {}, partial(self.on_query_contract, guess_listing), signed=False)
        return True

    def on_query_contract(self, parse: Callable[[dict[str, Any], str], Listing], data: Any, asked_at: float) -> None:
        """All symbols: at connect, on a slow schedule, after a refusal, and when the venue speaks of one we do not know."""
        host = self.host
        host.executor.call_later(self.timings.rules_interval, "rules", self.query_contract)
        guessed: bool = parse is guess_listing

        def add(d: dict[str, Any]) -> None:
            listing: Listing = parse(d, host.gateway_name)
            contract: ContractData = listing.contract
            rules: CryptoRules = CryptoRules(*listing)
            known: Listed[CryptoRules] | None = host.contracts.get(contract.vt_symbol)
            if not host.ready:
                host.add_contract(contract, contract.name, rules)
            elif not (guessed and known and all(new >= old for new, old in zip(rules.steps, known.rules.steps, strict=True))):
                host.renew_contract(contract, contract.name, rules)     # what is guessed from the numbers shown only becomes finer

        if host.each(data, add, N_("contract")) == 0:
            raise ValueError(_("no symbols"))
        first: bool = not host.ready
        host.ready = True
        if first:
            host.log(_("Contract data received"))
            host.warn_made_up(self.rest.mock)
            self.start_streams()
        self.orders.on_contracts()

    def start_streams(self) -> None:
        """Everything that wants the contracts first."""
        where = (stream_host(self.venue["rest"], self.venue["stream"]), *self.proxy)
        self.host.start(partial(self.md.connect, *where))
        if self.rest.key:
            self.ids.resume()
            self.host.start(partial(self.user.connect, *where))
            self.account.catch_up()
            self.host.executor.call_later(self.timings.poll_interval, "reconcile", self.account.reconcile)

    # account and market data

    def query_account(self) -> None:
        self.account.query_account()

    def subscribe(self, contract: ContractData) -> None:
        self.md.subscribe(contract)
