"""MockBinanceGateway: settings, wiring, and what the venue's answers mean."""

from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from logging import ERROR, WARNING
from typing import Any

from vnpy.event import EventEngine
from vnpy.trader.constant import Exchange
from vnpy.trader.object import AccountData, BarData, ContractData, HistoryRequest, SubscribeRequest

from vnpy_restgateway.clock import ServerClock
from vnpy_restgateway.history import aware
from vnpy_restgateway.orders import Entry
from vnpy_restgateway.settings import Field

from .balances import split_balance
from .embedded import INSTALL_HINT, EmbeddedExchange
from .endpoints import ENGINE_TIMEOUT, MOST_SYMBOLS, PAGE, SMALL_VENUE, TESTNET_REST_HOST, stream_hosts
from .enums import INTERVAL_VT2BINANCE, ORDERTYPE_VT2BINANCE
from .parse import parse_execution, parse_fill, parse_listing, parse_order
from .rest import RestApi
from .streams import MdApi, TradeApi
from .trading import Trading

RECONCILE_INTERVAL: float = 60.0        # s while the user data stream stands
POLL_INTERVAL: float = 5.0              # s while it does not
CLOCK_SAMPLES: int = 3
CLOCK_INTERVAL: float = 600.0           # s between measurements of the server's clock
EVENTS_PARKED: int = 1_000              # per symbol that is not known yet


class MockBinanceGateway(Trading):
    """
    Binance spot for VeighNa: on the embedded mock exchange (``Server`` = EMBEDDED: no key, no
    network), or on any Binance-compatible host (``Server`` = BINANCE; without hosts given, the
    public test network). Symbols are named as the official Binance gateway names them.
    """

    default_name: str = "MOCKBINANCE"
    fields = (
        Field("API Key", "secret"),
        Field("API Secret (Password 密码)", "secret", aliases=("API Secret",)),
        Field("Server", "choice", choices=("EMBEDDED", "BINANCE", "QTE")),
        Field("REST Host", "host", default=""),
        Field("Stream Host", "host", default="", schemes=("ws", "wss")),
        Field("Symbols", default=""),
        Field("Proxy Host", default=""),
        Field("Proxy Port", "integer", default=0, high=65_535),
    )
    default_setting: dict[str, Any] = {
        "API Key": "",
        "API Secret (Password 密码)": "",
        "Server": ["EMBEDDED", "BINANCE", "QTE"],
        "REST Host": "",
        "Stream Host": "",
        "Symbols": "",
        "Proxy Host": "",
        "Proxy Port": 0,
    }
    exchanges: list[Exchange] = [Exchange.GLOBAL]
    order_types = frozenset(ORDERTYPE_VT2BINANCE)

    # more arguments for the embedded exchange's command line (--feed, --speed, --seed, ...)
    embedded_arguments: tuple[str, ...] = ()
    request_timeout: float = ENGINE_TIMEOUT + 0.5       # s from sending to the end of the answer

    def __init__(self, event_engine: EventEngine, gateway_name: str) -> None:
        super().__init__(event_engine, gateway_name)
        self.clock: ServerClock = ServerClock()
        self.rest: RestApi = RestApi(self)
        self.md: MdApi = MdApi(self)
        self.trade: TradeApi = TradeApi(self)
        self.embedded: EmbeddedExchange | None = None
        self.venue: dict[str, Any] = {}             # where the venue is, once known: rest, stream, key, secret

        self.locked_out: bool = False               # the venue refused our key: no signed requests
        self.lost: bool = False                     # the embedded exchange is gone
        self.last_trade: dict[str, int] = {}        # Binance symbol -> newest trade id seen, 0: none
        self.pages: dict[str, bool] = {}            # Binance symbol -> its day has been asked for
        self.parked_events: dict[str, list[dict[str, Any]]] = {}
        self.nonzero: set[str] = set()              # assets shown with a balance
        self._proxy: tuple[str, int] = ("", 0)
        self._samples: int = 0
        self._after_clock: list[Callable[[], None]] = []

    # lifecycle

    def open(self, values: dict[str, Any]) -> None:
        self.locked_out = self.lost = False
        self.last_trade.clear()
        self.pages.clear()
        self._proxy = (values["Proxy Host"], values["Proxy Port"])
        server: str = values["Server"]
        if server == "QTE":
            self.log("Server QTE is not supported by this version", ERROR)
        elif server == "EMBEDDED":
            self.start_embedded()
        else:
            self.start_venue({
                "rest": values["REST Host"] or TESTNET_REST_HOST,
                "stream": values["Stream Host"],
                "key": values["API Key"],
                "secret": values["API Secret (Password 密码)"],
            })

    def start_embedded(self) -> None:
        """Start the mock exchange as a child; it tells where it listens when it is ready."""
        missing: list[str] = EmbeddedExchange.missing()
        if missing:
            self.log(f"The embedded exchange needs {', '.join(missing)}: {INSTALL_HINT}", ERROR)
            return
        embedded: EmbeddedExchange = EmbeddedExchange(
            on_ready=lambda line: self.writer.post(self.on_embedded_ready, embedded, line),
            on_exit=lambda code, text: self.writer.post(self.on_embedded_exit, embedded, code, text),
        )
        self.embedded = embedded
        try:
            embedded.start(self.embedded_arguments)
        except OSError as error:
            self.log(f"The embedded exchange could not be started: {error}", ERROR)

    def on_embedded_ready(self, embedded: EmbeddedExchange, line: dict[str, Any]) -> None:
        """The child listens."""
        if embedded is self.embedded:
            self.log(f"Embedded exchange ready: {line['rest']}")
            self.start_venue(line)

    def on_embedded_exit(self, embedded: EmbeddedExchange, code: int, text: str) -> None:
        """The child died. Nothing is concluded from that: what was alive there stays in doubt."""
        if embedded is not self.embedded:
            return
        self.lost = True
        self.ready = False
        doubtful: int = self.flow.question_all()
        said: str = f", its last words: {text}" if text else ""
        self.log(
            f"Embedded exchange ended unexpectedly, exit status {code}{said}. "
            f"{doubtful} live orders are in doubt; connect again to go on", ERROR
        )
        self.close_clients()

    def start_venue(self, venue: dict[str, Any]) -> None:
        """Start the clients. Orders are taken once the contracts are here."""
        self.venue = venue
        key, secret = venue["key"], venue["secret"]
        self.secrets = tuple(word for word in (key, secret) if word)
        if not key or not secret:
            self.log("No API key and secret given: market data only", WARNING)
            key = secret = ""
        self.rest.connect(venue["rest"], key, secret.encode(), *self._proxy)
        self.clock = ServerClock()
        self.measure_clock()

    def closers(self) -> list[Callable[[], None]]:
        stops: list[Callable[[], None]] = [self.md.stop, self.trade.stop, self.rest.stop]
        if self.embedded:
            stops.append(self.embedded.stop)
        return stops

    def close_clients(self) -> None:
        """End the sockets and workers, as ``close`` does, but let the gateway live."""
        for stop in (self.md.stop, self.trade.stop, self.rest.stop):
            stop()

    def pause(self) -> float:
        return 3_600.0 if self.lost or self.locked_out else super().pause()

    # market data

    def subscribe(self, req: SubscribeRequest) -> None:
        """Ticks of a symbol, from now on and after every reconnect."""
        if not self.writer.post(self._subscribe, req):
            self.log(f"Failed to subscribe data, not connected: {req.symbol}", WARNING)

    def _subscribe(self, req: SubscribeRequest) -> None:
        contract: ContractData | None = self.contracts.get(req.symbol)
        if contract is None:
            self.log(f"Failed to subscribe data, symbol not found: {req.symbol}", ERROR)
            return
        self.md.subscribe(contract)

    def now(self) -> datetime:
        """The venue's time."""
        return datetime.fromtimestamp(self.clock.now_ms() / 1_000, timezone.utc)

    def query_history(self, req: HistoryRequest) -> list[BarData]:
        contract: ContractData | None = self.contracts.get(req.symbol)
        if contract is None:
            self.log(f"Query kline history failed, symbol not found: {req.symbol}", WARNING)
            return []
        if req.interval not in INTERVAL_VT2BINANCE:
            self.log(f"Query kline history failed, interval not supported: {req.interval}", WARNING)
            return []
        try:
            bars: list[BarData] = self.rest.query_history(
                contract, req.interval, aware(req.start), aware(req.end) if req.end else None
            )
        except Exception as error:
            self.on_exception(error)
            return []
        span: str = f"{bars[0].datetime} - {bars[-1].datetime}" if bars else "no bars"
        self.log(f"Query kline history finished, {req.symbol} - {req.interval.value}, {span}")
        return bars

    # answers: clock, contracts

    def measure_clock(self, then: Callable[[], None] | None = None) -> None:
        """Take several samples of the server's clock, then go on."""
        if then:
            self._after_clock.append(then)
        self._samples = 0
        self.clock.invalidate()
        self.rest.query_time()

    def on_query_time(self, server_ms: int, sent: float, received: float) -> None:
        """One sample of the server's clock."""
        self.clock.feed(sent, server_ms, received)
        self._samples += 1
        if self._samples < CLOCK_SAMPLES:
            self.rest.query_time()
            return
        self.log_once("clock", f"Server time updated, local offset: {-self.clock.offset_ms:.0f}ms")
        self.writer.later(CLOCK_INTERVAL, "clock", self.measure_clock)
        waiting, self._after_clock = self._after_clock, []
        for call in waiting:
            call()
        if not self.ready:
            self.rest.query_contract()

    def on_query_contract(self, data: Any, asked_at: float) -> None:
        """exchangeInfo: at connect, and again when the venue speaks of a symbol we do not know."""
        def add(d: dict[str, Any]) -> None:
            listing = parse_listing(d, self.gateway_name)
            known: ContractData | None = self.contracts.get(listing.contract.symbol)
            if known is None or not self.ready:
                self.add_contract(*listing)

        if self.each(data["symbols"], add, "contract") == 0:
            raise ValueError("no symbols")
        first: bool = not self.ready
        self.ready = True
        if first:
            self.log("Contract data received")
            self.start_streams()
        parked, self.parked_events = self.parked_events, {}
        for name, events in parked.items():
            if name not in self.names:
                self.log(f"The venue lists no symbol {name}, but tells of orders on it: shown when it does", ERROR)
                self.parked_events[name] = events
                continue
            for event in events:
                self.on_user_event(event)

    def start_streams(self) -> None:
        """Everything that wants the contracts first."""
        md_host, trade_host = stream_hosts(self.venue["rest"], self.venue["stream"])
        self.md.connect(md_host, *self._proxy)
        if self.rest.key:
            self.trade.connect(trade_host, self.rest.key, self.rest.secret, *self._proxy)
            self.reconcile()

    # answers: account, orders, trades

    def query_account(self) -> None:
        """Balances, now; positions come with them."""
        self.rest.query_account()

    def reconcile(self) -> None:
        """Ask for everything that could have happened unseen: open orders, balances, fills since the last seen."""
        if self.lost or self.locked_out or not self.rest.key:
            return
        self.rest.query_open_orders()
        self.rest.query_account()
        for name in self.pages:
            self.query_new_trades(name)
        interval: float = RECONCILE_INTERVAL if self.trade.subscribed else POLL_INTERVAL
        self.writer.later(max(interval, self.pause()), "reconcile", self.reconcile)

    def query_new_trades(self, name: str) -> None:
        """Fills of a symbol that we have not seen yet."""
        last: int = self.last_trade.get(name, 0)
        self.rest.query_trades(name, {"fromId": last + 1} if last else {"startTime": self.day_start()})

    def day_start(self) -> int:
        """The beginning of today, UTC, in milliseconds."""
        return self.clock.now_ms() // 86_400_000 * 86_400_000

    def on_query_account(self, data: Any, asked_at: float) -> None:
        """Balances, and with the first of them the symbols whose day is asked for."""
        rows: list[dict[str, Any]] = data["balances"]
        self.each(rows, lambda d: self.on_balance(d["asset"], d["free"], d["locked"]), "balance")
        self.log_once("account", "Account data received")
        for name in self.interesting(row["asset"] for row in rows if float(row["free"]) or float(row["locked"])):
            self.look_at(name)

    def interesting(self, assets: Iterable[str]) -> list[str]:
        """Symbols that the account may have orders or fills on today."""
        if len(self.names) <= SMALL_VENUE:
            return list(self.names)
        held: set[str] = set(assets)
        names: list[str] = [
            contract.name for contract in self.contracts.values()
            if contract.extra and contract.extra["base"] in held and contract.extra["quote"] in held
        ]
        if len(names) > MOST_SYMBOLS:
            self.log_once("day", f"Today's trades are queried for {MOST_SYMBOLS} of {len(names)} symbols held", WARNING)
        return names[:MOST_SYMBOLS]

    def look_at(self, name: str) -> None:
        """Ask once for a symbol's orders and fills of today, and from then on for new ones."""
        if name in self.names and name not in self.pages:
            self.pages[name] = False
            self.query_new_trades(name)

    def on_balance(self, asset: str, free: str, locked: str) -> None:
        """One balance. A zero is pushed only for what was shown before."""
        volume: float = float(free) + float(locked)
        if not volume and asset not in self.nonzero:
            return
        (self.nonzero.add if volume else self.nonzero.discard)(asset)
        item = split_balance(asset, float(free), float(locked), self.names, self.gateway_name)
        if isinstance(item, AccountData):
            self.on_account(item)
        else:
            self.on_position(item)

    def on_query_open_orders(self, data: Any, asked_at: float) -> None:
        """The whole list of open orders: only now can one that is missing mean something."""
        listed = []
        for d in data:
            contract: ContractData | None = self.names.get(d["symbol"])
            if contract is None:
                self.on_unknown_symbol(d["symbol"], None)
                continue
            listed.append(parse_order(d, contract, self.gateway_name))
            self.look_at(contract.name)
        self.flow.on_open_orders(listed, asked_at)
        self.log_once("orders", "Order data received")

    def on_query_trades(self, name: str, data: Any, asked_at: float) -> None:
        """A page of fills. Those of orders we do not know are parked until the orders are told."""
        contract: ContractData = self.names[name]
        unknown: set[str] = set()

        def add(d: dict[str, Any]) -> None:
            venue_id: str = str(d["orderId"])
            entry: Entry | None = self.flow.table.find(venue_id)
            trade = parse_fill(d, contract, entry.orderid if entry else "", self.gateway_name)
            if not self.flow.on_fill(trade, venue_id):
                unknown.add(venue_id)
            self.last_trade[name] = max(self.last_trade.get(name, 0), int(d["id"]))

        self.each(data, add, "trade")
        if len(data) >= PAGE:
            self.query_new_trades(name)
        elif self.pages.get(name):
            for venue_id in unknown:
                self.query_foreign(name, venue_id)
        else:
            self.pages[name] = True
            self.rest.query_orders(name, {"startTime": self.day_start()})

    def on_query_orders(self, name: str, data: Any, asked_at: float) -> None:
        """A page of a symbol's orders of today; their fills are here already."""
        contract: ContractData = self.names[name]
        self.each(data, lambda d: self.flow.on_order(*parse_order(d, contract, self.gateway_name)), "order")
        if len(data) >= PAGE:
            self.rest.query_orders(name, {"orderId": int(data[-1]["orderId"]) + 1})
            return
        for venue_id, trades in list(self.flow.table.parked_trades.items()):
            if trades and trades[0].symbol == contract.symbol:
                self.query_foreign(name, venue_id)

    # pushes

    def on_user_event(self, event: dict[str, Any]) -> None:
        """An event of the user data stream. One that cannot be read costs a reconciliation, never its content."""
        try:
            kind: Any = event.get("e")
            if kind == "executionReport":
                self.on_execution(event)
            elif kind == "outboundAccountPosition":
                self.each(event["B"], lambda d: self.on_balance(d["a"], d["f"], d["l"]), "balance")
            elif kind in ("balanceUpdate", "externalLockUpdate"):
                self.query_account()
            elif kind == "eventStreamTerminated":
                self.log("User data stream ended by the venue, subscribing again", WARNING)
                self.trade.subscribed = False
                self.trade.subscribe_user_stream()
            elif kind == "serverShutdown":
                self.log("Trade API: the server is about to shut down", WARNING)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            self.log(f"User event not understood ({type(error).__name__}: {error}), asking the venue", WARNING)
            self.reconcile()

    def on_execution(self, event: dict[str, Any]) -> None:
        """An order moved: its fill goes out first, then the order."""
        name: str = event["s"]
        contract: ContractData | None = self.names.get(name)
        if contract is None:
            self.on_unknown_symbol(name, event)
            return
        record, trade = parse_execution(event, contract, self.gateway_name)
        self.pages.setdefault(name, True)
        if trade:
            entry: Entry | None = self.flow.table.find(record.venue_id)
            if entry:
                trade.orderid, trade.vt_orderid = entry.orderid, entry.order.vt_orderid
            self.last_trade[name] = max(self.last_trade.get(name, 0), int(event["t"]))
            self.flow.on_fill(trade, record.venue_id)
        self.flow.on_order(record.order, record.venue_id)

    def on_unknown_symbol(self, name: str, event: dict[str, Any] | None) -> None:
        """The venue speaks of a symbol that we have no contract of: park it, ask for the contracts again."""
        parked: list[dict[str, Any]] = self.parked_events.setdefault(name, [])
        if event and len(parked) < EVENTS_PARKED:
            parked.append(event)
        self.log_once(f"symbol {name}", f"Symbol {name} is new, asking for the contracts", WARNING)
        self.writer.sooner(1.0, "contracts", self.rest.query_contract)

    def on_locked_out(self, code: int, text: str) -> None:
        """The venue refused the key: one clear line, no further signed requests, market data goes on."""
        if self.locked_out:
            return
        self.locked_out = True
        self.log(f"Authentication failed, code: {code}, message: {text}. Check API Key and API Secret, then connect again", ERROR)
        self.trade.stop()

    def each(self, rows: Iterable[Any], handle: Callable[[Any], Any], what: str) -> int:
        """Handle every row; one that cannot be read is said and costs only itself. Returns how many went well."""
        good: int = 0
        for row in rows:
            try:
                handle(row)
                good += 1
            except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
                shown: str = str(row)[:160]
                self.log_once(f"row {what}", f"{what} data not understood ({type(error).__name__}: {error}): {shown}", WARNING)
        return good
