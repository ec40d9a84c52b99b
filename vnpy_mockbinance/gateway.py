"""MockBinanceGateway: settings, wiring, and what the venue's answers mean."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from logging import ERROR, WARNING
from threading import Lock
from time import monotonic
from typing import Any

import msgspec
from vnpy.event import EventEngine
from vnpy.trader.constant import Exchange
from vnpy.trader.object import (
    BarData,
    ContractData,
    HistoryRequest,
    OrderData,
)

from vnpy_restgateway.embedded_venue import EMBEDDED, OPTIONS_FIELD
from vnpy_restgateway.market.history import Download, aware
from vnpy_restgateway.net.routes import Routes
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.settings import PROXY_FIELDS, Field, dialog, half_pair

from .accounting import Accounting
from .endpoints import (
    ENGINE_TIMEOUT,
    QUERY_TIMEOUT,
    RECV_WINDOW,
    TESTNET_REST_HOST,
    stream_hosts,
)
from .enums import INTERVAL_VT2BINANCE, ORDERTYPE_VT2BINANCE
from .errors import INVALID_SYMBOL
from .parse import Listing, parse_listing
from .polling import Polling
from .qte import history as qte_history
from .qte.builds import DEFAULT_HOST, V3
from .qte.session import QteDesk
from .qte.symbols import parse_symbols
from .rest import RestApi
from .streams import MdApi, TradeApi
from .trading import OTHER_ROUTE

REAL: tuple[str, str] = ("BINANCE", "QTE")      # choices of Server that are not our own child
STREAM_PATIENCE: float = 2.0            # s the user data stream gets before we ask without it
RULES_AGAIN: float = 5.0                # s at least between questions for the rules of one symbol


class MockBinanceGateway(Accounting):
    """
    Binance spot for VeighNa: on the embedded mock exchange (``Server`` = EMBEDDED: no key, no
    network), on any Binance-compatible host (``Server`` = BINANCE; without hosts given, the
    public test network), or on a QTE server (``Server`` = QTE: a key, no signature, everything
    polled). Symbols are named as the official Binance gateway names them.
    """

    default_name: str = "MOCKBINANCE"
    fields = (
        Field("API Key", "secret", servers=REAL),
        Field("API Secret (Password 密码)", "secret", aliases=("API Secret",), servers=REAL),
        Field("Server", "choice", choices=(EMBEDDED, *REAL), real="BINANCE"),
        Field("REST Host", "host", servers=REAL),
        Field("Stream Host", "host", schemes=("ws", "wss"), servers=REAL),
        Field("Symbols", servers=("QTE",), check=lambda text: parse_symbols(text, "")),
        OPTIONS_FIELD,
        *(replace(field, servers=REAL) for field in PROXY_FIELDS),      # a proxy cannot reach our own child
    )
    default_setting: dict[str, Any] = dialog(fields)
    dialect: str = "binance"
    venue_name: str = "Binance"
    exchanges: list[Exchange] = [Exchange.GLOBAL]
    order_types = frozenset(ORDERTYPE_VT2BINANCE)

    request_timeout: float = ENGINE_TIMEOUT + 0.5       # s from sending to the end of the answer
    query_timeout: float = QUERY_TIMEOUT                # the same of a question
    history_patience: float = 60.0                      # s without a further page after which a history is cut short
    # an order that is older than its window is not taken any more, and the engine answers or gives up within its time-out
    not_found_policy = NotFoundPolicy(bound=ENGINE_TIMEOUT + RECV_WINDOW / 1_000, spacing=1.0, misses=3, first=0.2, longest=3.0)

    rules_interval: float = 1_800.0     # s between looks at the rules of all symbols
    ping_interval: int = 3              # s; a socket whose pings are not answered for four is dead
    market_silence: int = 30            # s; a market stream with subscriptions always has something to say

    # s between looks, where nothing is pushed (Server = QTE)
    quotes_interval: float = 1.0
    day_interval: float = 5.0
    orders_interval: float = 1.5            # while an order is alive
    idle_interval: float = 5.0
    account_interval: float = 4.0

    def __init__(self, event_engine: EventEngine, gateway_name: str) -> None:
        super().__init__(event_engine, gateway_name)
        self.rest: RestApi = RestApi(self)
        self.md: MdApi = MdApi(self)
        self.trade: TradeApi = TradeApi(self)
        self.qte: QteDesk | None = None
        self.polling: Polling | None = None         # in place of the user data stream, where there is none

        self.routes: Routes = Routes(self.log, OTHER_ROUTE)
        self._rules_asked: dict[str, float] = {}    # Binance symbol -> when its rules were asked for, monotonic s
        self._listings: dict[str, int] = {}         # Binance symbol -> hash of what the venue said of it
        self._delisted: set[str] = set()            # Binance symbols that the venue no longer lists
        self._proxy: tuple[str, int] = ("", 0)
        self._starting: Lock = Lock()               # close() must not overtake what the writer is starting

    # lifecycle

    def check_setting(self, values: dict[str, Any]) -> list[str]:
        if values["Server"] == "BINANCE":
            return half_pair(values, "API Key", "API Secret (Password 密码)")
        if values["Server"] == "QTE" and values["API Secret (Password 密码)"]:
            return half_pair(values, "API Key", "API Secret (Password 密码)")
        return []

    def open(self, values: dict[str, Any]) -> None:
        self.routes = Routes(self.log, OTHER_ROUTE)
        self._rules_asked.clear()
        self._listings.clear()
        self.flow.venue, self.flow.needs_venue_id = self, False
        self.rest.key, self.rest.unsigned = "", False
        self.polling = self.on_published = None
        self.last_trade.clear()
        self.pages.clear()
        server: str = values["Server"]
        self._proxy = ("", 0) if server == EMBEDDED else (values["Proxy Host"], values["Proxy Port"])
        if server == "QTE":
            self.open_qte(values)
        elif server == EMBEDDED:
            self.start_embedded(values)
        else:
            self.start_venue({
                "rest": values["REST Host"] or TESTNET_REST_HOST,
                "stream": values["Stream Host"],
                "key": values["API Key"],
                "secret": values["API Secret (Password 密码)"],
            })

    def open_qte(self, values: dict[str, Any]) -> None:
        """A QTE server, whatever build of it answers; one that answers as Binance does is taken for that."""
        listings: list[Listing] = parse_symbols(values["Symbols"], self.gateway_name)
        host: str = values["REST Host"] or DEFAULT_HOST
        key, secret = values["API Key"], values["API Secret (Password 密码)"]
        self.secrets = tuple(word for word in (key, secret) if word)
        self.clock = self.keeper.begin()

        def on_faithful() -> None:
            self.flow.venue, self.flow.needs_venue_id = self, False
            how: str = "signed, as with Server BINANCE" if secret else "unsigned, as no API secret is given"
            self.log(f"{host} is no QTE server, it answers as Binance does. Going on with it, requests go {how}")
            self.start_venue({
                "rest": host, "stream": values["Stream Host"], "key": key, "secret": secret, "unsigned": bool(key and not secret)
            })

        desk: QteDesk = QteDesk(self, listings, on_faithful)
        if self.qte:
            desk.take_over(self.qte)
        self.qte = desk
        self.flow.venue = desk
        self.start(lambda: desk.connect(host, key, *self._proxy))

    def start_venue(self, venue: dict[str, Any]) -> None:
        """Start the clients. Orders are taken once the contracts are here."""
        self.venue = venue
        key, secret = venue["key"], venue["secret"]
        self.secrets = tuple(word for word in (key, secret) if word)
        self.rest.unsigned = venue.get("unsigned", False)
        if not key or not secret and not self.rest.unsigned:
            self.log("No API key and secret given: market data only", WARNING)
            key = secret = ""
        self.start(lambda: self.rest.connect(venue["rest"], key, secret.encode(), *self._proxy))
        self.clock = self.keeper.begin()
        self.measure_clock()

    def start(self, client: Callable[[], None]) -> None:
        """Start a client or the child, unless close() has begun; it waits for what has begun before it."""
        with self._starting:
            if self.writer.alive:
                client()

    def closers(self) -> list[Callable[[], None]]:
        with self._starting:
            stops: list[Callable[[], None]] = [self.md.stop, self.trade.stop, self.rest.stop]
            if self.qte:
                stops.append(self.qte.stop)
            return [*stops, self.child.stop]

    def health(self) -> dict[str, bool]:
        if self.on_qte:
            return super().health()
        return {"REST": self.rest.active and self.ready, "market data": self.md.connected, "trading": self.trade.subscribed}

    def close_clients(self) -> None:
        """End the sockets and workers, as ``close`` does, but let the gateway live."""
        for stop in (self.md.stop, self.trade.stop, self.rest.stop):
            stop()

    def close(self) -> None:
        with self._lifecycle:
            super().close()
            for call in self.qte.abandon() if self.qte else ():
                self._guard(call)

    def unsupported(self, order: OrderData) -> str:
        return self.qte.unsupported(order) if self.qte and self.on_qte else ""

    @property
    def on_qte(self) -> bool:
        """Whether orders go to a QTE server."""
        return self.qte is not None and self.flow.venue is self.qte

    # market data

    def subscribe_ticks(self, contract: ContractData) -> None:
        if self.qte and self.qte.quotes.prefix:
            self.qte.quotes.subscribe(contract)
        else:
            self.md.subscribe(contract)

    def query_history(self, req: HistoryRequest) -> list[BarData]:
        contract: ContractData | None = self.contracts.get(req.symbol)
        if contract is None:
            self.log(f"Query kline history failed, symbol not found: {req.symbol}", WARNING)
            return []
        if not contract.history_data:
            self.log(f"Query kline history failed, this build of the QTE server has no real klines: {req.symbol}", WARNING)
            return []
        if req.interval not in INTERVAL_VT2BINANCE:
            self.log(f"Query kline history failed, interval not supported: {req.interval}", WARNING)
            return []
        download: Download = Download(req.symbol, self.log, self.history_patience)
        try:
            start, end = aware(req.start), aware(req.end) if req.end else None
            if self.qte is not None and self.qte.build.has_bars:
                bars: list[BarData] = qte_history.query_history(self.qte, contract, req.interval, start, end, download)
            else:
                bars = self.rest.query_history(contract, req.interval, start, end, download)
        except Exception as error:
            self.on_exception(error)
            return []
        download.finish(bars, req.interval)
        return bars

    # answers: contracts

    def query_time(self) -> None:
        self.rest.query_time()

    def is_mock(self) -> bool:
        return bool(self.rest.mock)

    def query_contract(self) -> None:
        self.rest.query_contract()

    def on_query_contract(self, data: Any, asked_at: float) -> None:
        """exchangeInfo: at connect, and again when the venue speaks of a symbol we do not know."""
        self.writer.call_later(self.rules_interval, "rules", self.rest.query_contract)

        def add(d: dict[str, Any]) -> None:
            said: int = hash(msgspec.json.encode(d))
            if self.ready and self._listings.get(d["symbol"]) == said:
                return                      # thousands of symbols, of which few ever change
            self.take_listing(d)
            self._listings[d["symbol"]] = said

        if self.each(data["symbols"], add, "contract") == 0:
            raise ValueError("no symbols")
        if self.ready:
            listed: set[str] = {str(d.get("symbol")) for d in data["symbols"] if isinstance(d, dict)}
            for name in self.names.keys() - listed - self._delisted:
                self.log(f"Symbol {name} is listed by the venue no longer", WARNING)
            self._delisted = self.names.keys() - listed
        first: bool = not self.ready
        self.ready = True
        if first:
            self.log("Contract data received")
            self.warn_made_up(self.rest.mock)
            self.start_streams()
        parked, self.parked_events = self.parked_events, {}
        for name, events in parked.items():
            if name not in self.names:
                self.log(f"The venue lists no symbol {name}, but tells of orders on it: shown when it does", ERROR)
                self.parked_events[name] = events
                continue
            for event in events:
                self.on_user_event(event)

    def take_listing(self, d: dict[str, Any]) -> None:
        """One symbol of exchangeInfo."""
        listing: Listing = parse_listing(d, self.gateway_name)
        if self.ready:
            self.renew_contract(*listing)
        else:
            self.add_contract(*listing)

    def on_query_rules(self, data: Any, asked_at: float) -> None:
        """One symbol, asked for after a refusal."""
        self.each(data["symbols"], self.take_listing, "contract")

    def on_rules_doubted(self, contract: ContractData, code: int) -> None:
        """An order was refused by a rule: ask for it again, not more often than every few seconds."""
        now: float = monotonic()
        due: float = max(0.0, self._rules_asked.get(contract.name, 0.0) + RULES_AGAIN - now)

        def ask() -> None:
            self._rules_asked[contract.name] = monotonic()
            if code == INVALID_SYMBOL:
                self.rest.query_contract()
            else:
                self.rest.query_rules(contract.name)

        self.writer.reschedule_earlier(due, f"rules {contract.name}", ask)

    def start_streams(self) -> None:
        """Everything that wants the contracts first."""
        md_host, trade_host = stream_hosts(self.venue["rest"], self.venue["stream"])
        if self.qte and self.rest.unsigned and not self.venue["stream"]:
            self.qte.quotes.start(V3)
        else:
            self.start(lambda: self.md.connect(md_host, *self._proxy))
        if self.rest.unsigned:
            self.polling = Polling(self)
            self.on_published = partial(self.writer.reschedule_earlier, 0.2, "account", self.rest.query_account)
            self.polling.look()
        elif self.rest.key:
            self.start(lambda: self.trade.connect(trade_host, self.rest.key, self.rest.secret, *self._proxy))
            # the user data stream asks for everything as soon as it stands; without it, we do
            self.writer.reschedule_earlier(STREAM_PATIENCE, "reconcile", self.reconcile)

    # without a user data stream

    def query_account(self) -> None:
        if self.on_qte and self.qte:
            self.writer.post(self.qte.poll_account)
        else:
            super().query_account()

    def on_query_open_orders(self, data: Any, asked_at: float) -> None:
        super().on_query_open_orders(data, asked_at)
        if self.polling:
            if self.polling.link.good():
                self.flow.life.check()

    def on_query_lost(self, name: str, error: BaseException) -> None:
        if self.polling and name in ("open orders", "account"):
            self.polling.link.bad(error)
            self.flow.life.disconnected()

    def on_locked_out(self, code: int | str, text: str) -> None:
        """The venue refused the key: one clear line, no further signed requests, market data goes on."""
        if self.locked_out:
            return
        self.locked_out = True
        wrong: str = "Check API Key" if self.on_qte else "Check API Key and API Secret"
        self.log(f"Authentication failed, code: {code}, message: {text}. {wrong}, then connect again", ERROR)
        self.trade.retire()
