"""One connection to Binance, or to a server that answers as Binance does: its clients wired together, and its contracts."""

from collections.abc import Callable
from functools import partial
from logging import WARNING
from typing import Any

from vnpy.trader.object import ContractData

from rest_locale import N_, _
from vnpy_restgateway.capabilities import Capabilities
from vnpy_restgateway.collector import collector_paused
from vnpy_restgateway.host import Host
from vnpy_restgateway.orders.table import Push
from vnpy_restgateway.session import Session
from vnpy_restgateway.trading_rules import CryptoRules

from .account import Account
from .amends import Amends
from .endpoints import stream_hosts
from .enums import INTERVAL_VT2BINANCE, ORDERTYPE_VT2BINANCE
from .errors import INVALID_SYMBOL
from .klines import query_history
from .orders import Orders
from .parse import ExchangeInfo, Listing, parse_listing, parse_weight_limit, read_symbol
from .polling import Polling
from .qte.builds import V3
from .qte.quotes import QteQuotes
from .qte.rest import QteRest
from .rest import RestApi
from .streams import Listener, MdApi, TradeApi
from .timings import Timings

STREAM_PATIENCE: float = 2.0            # s the user data stream gets before we ask without it
RULES_AGAIN: float = 5.0                # s at least between questions for the rules of one symbol


class BinanceSession(Session):
    """
    Signed, over REST and two sockets. Where ``venue["unsigned"]``: a key and no signature, the account polled, and the
    market, too, unless a stream host is given.
    """

    capabilities = Capabilities(order_types=frozenset(ORDERTYPE_VT2BINANCE), intervals=frozenset(INTERVAL_VT2BINANCE))

    def __init__(self, host: Host, timings: Timings, venue: dict[str, Any], proxy: tuple[str, int]) -> None:
        super().__init__(host)
        self.timings: Timings = timings
        self.history_patience = timings.history_patience
        self.venue: dict[str, Any] = venue
        self.proxy: tuple[str, int] = proxy
        unsigned: bool = venue.get("unsigned", False)

        self.rest: RestApi = RestApi(host, timings, self.on_query_contract, self.on_query_rules, self.on_query_lost)
        self.rest.unsigned = unsigned
        self.trade: TradeApi = TradeApi(host, timings, Listener(
            lambda event: self.account.on_user_event(event), lambda up: self.account.on_stream(up),
            lambda: self.account.reconcile_soon(), self.rest.on_locked_out,
        ))
        self.orders: Orders = Orders(host, self.rest, self.trade, self.on_rules_doubted, lambda: self.account.reconcile_soon())
        self.amends: Amends = Amends(host, self.rest, self.orders)
        self.account: Account = Account(host, self.rest, self.orders, self.trade, self.on_alive)
        self.bars = partial(query_history, self.rest)
        self.md: MdApi = MdApi(host, self.rest, timings)
        self.polling: Polling | None = Polling(host, self.account, timings) if unsigned else None
        self.quotes: QteQuotes | None = None            # in place of the market's stream
        if unsigned and not venue["stream"]:
            self.quotes = QteQuotes(host, QteRest(host, timings), timings)
        if unsigned:
            self.on_publish = self._account_soon

        self._rules_asked: dict[str, float] = {}    # Binance symbol -> when its rules were asked for, monotonic s
        self._listings: dict[int, str] = {}         # hash of what the venue said last of a symbol -> its name
        self._said: dict[str, int] = {}             # and the other way round
        self._delisted: set[str] = set()            # Binance symbols that the venue no longer lists

    # life

    def open(self) -> None:
        """Start REST. Orders are taken once the contracts are here."""
        key, secret = self.venue["key"], self.venue["secret"]
        if not key or not secret and not self.rest.unsigned:
            self.host.log(_("No API key and secret given: market data only"), WARNING)
            key = secret = ""
        self.host.start(partial(self.rest.connect, self.venue["rest"], key, secret.encode(), *self.proxy))
        self.host.keeper.measure()

    def closers(self) -> list[Callable[[], None]]:
        stops: list[Callable[[], None]] = [self.md.stop, self.trade.stop, self.rest.stop]
        return [*stops, self.quotes.rest.stop] if self.quotes else stops

    def take_over(self, last: Session) -> None:
        if isinstance(last, BinanceSession):
            self.account.balances.nonzero = last.account.balances.nonzero       # what is zero now must be told

    def health(self) -> dict[str, bool]:
        if self.polling:
            return super().health()
        return {"REST": self.rest.active and self.host.ready, "market data": self.md.connected, "trading": self.trade.subscribed}

    def is_mock(self) -> bool:
        return bool(self.rest.mock)

    def on_locked_out(self) -> None:
        self.trade.retire()

    # orders

    def look_again(self) -> None:
        self.account.look_again()

    def on_new_life(self) -> None:
        self.account.on_new_life()

    # clock and contracts

    def query_time(self) -> None:
        self.rest.query_time(self.on_time)

    def query_contract(self) -> None:
        self.rest.query_contract()

    def on_query_contract(self, data: Any, asked_at: float) -> None:
        """exchangeInfo: at connect, and again when the venue speaks of a symbol we do not know."""
        host = self.host
        host.executor.call_later(self.timings.rules_interval, "rules", self.rest.query_contract)

        if not isinstance(data, ExchangeInfo):
            raise ValueError(_("no symbols"))
        self.rest.weight_limit = parse_weight_limit(data.rateLimits, self.rest.weight_limit)
        listed: set[str] = set()

        def add(row: bytes) -> None:
            said: int = hash(row)
            name: str | None = self._listings.get(said)
            if name is None or not host.ready:      # thousands of symbols, of which few ever change
                d: dict[str, Any] = read_symbol(row)
                self.take_listing(d)
                name = str(d["symbol"])
                self._listings.pop(self._said.get(name, 0), None)       # what it was before may be told again
                self._listings[said], self._said[name] = name, said
            listed.add(name)

        with collector_paused():
            count: int = host.each(map(bytes, data.symbols), add, N_("contract"))
        if count == 0:
            raise ValueError(_("no symbols"))
        if host.ready:
            gone: set[str] = set(host.contracts.venue_symbols) - listed
            for name in gone - self._delisted:
                host.log(_("Symbol {name} is listed by the venue no longer").format(name=name), WARNING)
            self._delisted = gone
        first: bool = not host.ready
        host.ready = True
        if first:
            host.log(_("Contract data received"))
            host.warn_made_up(self.rest.mock)
            self.start_streams()
        self.account.on_contracts()

    def take_listing(self, d: dict[str, Any]) -> None:
        """One symbol of exchangeInfo."""
        listing: Listing = parse_listing(d, self.host.gateway_name)
        rules: CryptoRules = CryptoRules(*listing)
        if self.host.ready:
            self.host.renew_contract(listing.contract, listing.contract.name, rules)
        else:
            self.host.add_contract(listing.contract, listing.contract.name, rules)

    def on_query_rules(self, data: Any, asked_at: float) -> None:
        """One symbol, asked for after a refusal."""
        self.host.each(data["symbols"], self.take_listing, N_("contract"))

    def on_rules_doubted(self, contract: ContractData, code: int) -> None:
        """An order was refused by a rule: ask for it again, not more often than every few seconds."""
        now: float = self.host.monotonic()
        due: float = max(0.0, self._rules_asked.get(contract.name, 0.0) + RULES_AGAIN - now)

        def ask() -> None:
            self._rules_asked[contract.name] = self.host.monotonic()
            if code == INVALID_SYMBOL:
                self.rest.query_contract()
            else:
                self.rest.query_rules(contract.name)

        self.host.executor.reschedule_earlier(due, f"rules {contract.name}", ask)

    def start_streams(self) -> None:
        """Everything that wants the contracts first."""
        host = self.host
        md_host, trade_host = stream_hosts(self.venue["rest"], self.venue["stream"])
        if self.quotes:
            host.start(partial(self.quotes.rest.connect, self.venue["rest"], self.rest.key, *self.proxy))
            self.quotes.begin(V3)
        else:
            host.start(partial(self.md.connect, md_host, *self.proxy))
        if self.polling:
            self.polling.look()
        elif self.rest.key:
            host.start(partial(self.trade.connect, trade_host, self.rest.key, self.rest.secret, *self.proxy))
            # the user data stream asks for everything as soon as it stands; without it, we do
            host.executor.reschedule_earlier(STREAM_PATIENCE, "reconcile", self.account.reconcile)

    # account and market data

    def query_account(self) -> None:
        self.account.query_account()

    def subscribe(self, contract: ContractData) -> None:
        (self.quotes or self.md).subscribe(contract)

    # without a user data stream

    def _account_soon(self, item: Push) -> None:
        self.host.executor.reschedule_earlier(0.2, "account", self.account.query_account)

    def on_alive(self) -> None:
        """The list of open orders is here."""
        if self.polling:
            self.polling.on_alive()

    def on_query_lost(self, name: str, error: BaseException) -> None:
        """A query got no usable answer; it is asked again."""
        if self.polling:
            self.polling.on_lost(name, error)
