"""HashExGateway: settings, wiring, clock and contracts."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from logging import ERROR, WARNING
from time import monotonic
from typing import Any

from vnpy.event import EventEngine
from vnpy.trader.constant import Exchange, OrderType
from vnpy.trader.object import BarData, ContractData, HistoryRequest

from vnpy_restgateway.embedded_venue import EMBEDDED, OPTIONS_FIELD
from vnpy_restgateway.market.history import Download, aware
from vnpy_restgateway.net.outcome import Outcome
from vnpy_restgateway.net.routes import Routes
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.settings import PROXY_FIELDS, Field, dialog, half_pair
from vnpy_restgateway.trading_rules import CryptoRules

from .accounting import Accounting
from .calls import MARKET_BUY, REFUSE
from .endpoints import REQUESTS_PER_SECOND, REST_HOST, SYMBOLS, TICKERS, stream_host
from .enums import INTERVAL_VT2HASHEX
from .errors import ADVICE
from .parse import Listing, guess_listing, parse_listing
from .rest import RestApi
from .streams import MdApi, UserSocket

REAL: tuple[str, ...] = ("HASHEX",)        # choices of Server that are not our own child
RULES_AGAIN: float = 5.0                # s at least between questions for the rules after refusals


class HashExGateway(Accounting):
    """
    HashEx spot for VeighNa, and its siblings of the same platform under their own REST Host. Orders are known
    to the venue by its own ids only; vn.py's order ids stay ours, those of orders placed elsewhere are the venue's.
    """

    default_name: str = "HASHEX"
    fields = (
        Field("Access Key", "secret", servers=REAL),
        Field("Secret Key (Password 密码)", "secret", aliases=("Secret Key",), servers=REAL),
        Field("Server", "choice", choices=(EMBEDDED, *REAL), real="HASHEX"),
        Field("REST Host", "host", default=REST_HOST, servers=REAL),
        Field("Stream Host", "host", default="", schemes=("ws", "wss"), servers=REAL),
        OPTIONS_FIELD,
        *(replace(field, servers=REAL) for field in PROXY_FIELDS),      # a proxy cannot reach our own child
        Field("Market Buy", "choice", choices=MARKET_BUY),
    )
    default_setting: dict[str, Any] = dialog(fields)
    venue_name: str = "HashEx"
    dialect: str = "hashex"
    exchanges: list[Exchange] = [Exchange.GLOBAL]
    order_types = frozenset({OrderType.LIMIT, OrderType.MARKET})
    # an order may not be visible for half a minute after it was accepted
    not_found_policy = NotFoundPolicy(bound=30.0, spacing=1.0, misses=3, first=0.5, longest=3.0)

    rules_interval: float = 600.0       # s between looks at the rules of all symbols
    request_timeout: float = 10.0       # s from sending to the end of the answer
    query_timeout: float = 5.0          # the same of a question
    history_patience: float = 60.0      # s without a further page after which a history is cut short
    requests_per_second: float = REQUESTS_PER_SECOND
    silence: float = 5.0                # s without news of a book after which it is polled,
    poll_ticks: float = 2.0             # this often,
    give_up: float = 30.0               # and after which its socket is connected again

    def __init__(self, event_engine: EventEngine, gateway_name: str) -> None:
        super().__init__(event_engine, gateway_name)
        self.rest: RestApi = RestApi(self)
        self.md: MdApi = MdApi(self)
        self.user: UserSocket = UserSocket(self)
        self.market_buy: str = REFUSE
        self.routes: Routes = Routes(self.log)
        self._rules_asked: float = 0.0              # when the rules were asked for after a refusal, monotonic s
        self._stream_host: str = ""
        self._proxy: tuple[str, int] = ("", 0)

    # lifecycle

    def close(self) -> None:
        with self._lifecycle:
            super().close()
            for stop in self.closers():
                stop()              # what the writer's last job started meanwhile
            waiting: list[str] = [
                orderid for orderid, entry in self.flow.table.active.items()
                if not entry.acknowledged and orderid not in self.flow.sought
            ]
            self.rest.pacer.clear()
            for orderid in waiting:
                self._guard(partial(self.flow.on_outcome, orderid, Outcome.NOT_SENT, "", "gateway closed"))

    def check_setting(self, values: dict[str, Any]) -> list[str]:
        return half_pair(values, "Access Key", "Secret Key (Password 密码)")

    def open(self, values: dict[str, Any]) -> None:
        self.routes = Routes(self.log)
        self._rules_asked = 0.0
        self.restart_accounting()
        self.market_buy = values["Market Buy"]
        if values["Server"] == EMBEDDED:
            self._proxy = ("", 0)
            self.start_embedded(values)
            return
        self._proxy = (values["Proxy Host"], values["Proxy Port"])
        self.start_venue({
            "rest": values["REST Host"], "stream": values["Stream Host"],
            "key": values["Access Key"], "secret": values["Secret Key (Password 密码)"],
        })

    def start_venue(self, venue: dict[str, Any]) -> None:
        """Start the clients. Orders are taken once the contracts are here."""
        self.venue = venue
        self._stream_host = stream_host(venue["rest"], venue["stream"])
        key, secret = venue["key"], venue["secret"]
        self.secrets = (key, secret)
        if not key or not secret:
            self.log("No access key and secret key given: market data only", WARNING)
            key = secret = ""
        self.rest.connect(venue["rest"], key, secret, *self._proxy)
        self.clock = self.keeper.begin()
        self.measure_clock()

    def closers(self) -> list[Callable[[], None]]:
        return [*self.md.closers(), self.user.stop, self.rest.stop, self.child.stop]

    def health(self) -> dict[str, bool]:
        books = list(self.md.sockets.values())
        return {
            "REST": self.rest.active and self.ready, "market data": any(socket.connected for socket in books),
            "trading": self.user.subscribed,
        }

    def close_clients(self) -> None:
        for stop in (*self.md.closers(), self.user.stop, self.rest.stop):
            stop()

    # market data

    def subscribe_ticks(self, contract: ContractData) -> None:
        self.md.subscribe(contract)

    def query_history(self, req: HistoryRequest) -> list[BarData]:
        contract: ContractData | None = self.contracts.get(req.symbol)
        if contract is None:
            self.log(f"Query kline history failed, symbol not found: {req.symbol}", WARNING)
            return []
        if req.interval not in INTERVAL_VT2HASHEX:
            self.log(f"Query kline history failed, interval not supported: {req.interval}", WARNING)
            return []
        download: Download = Download(req.symbol, self.log, self.history_patience)
        try:
            bars: list[BarData] = self.rest.query_history(
                contract, req.interval, aware(req.start), aware(req.end) if req.end else None, download
            )
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
        """What is traded: symbol/configs, or the tickers where that does not exist."""
        self.rest.query(
            "contract", SYMBOLS, {}, partial(self.on_query_contract, parse_listing), signed=False,
            refused=self.on_contract_refused,
        )

    def on_contract_refused(self, code: int | str, text: str) -> bool:
        """No symbol/configs here; a server in trouble is asked again instead."""
        if str(code).startswith("HTTP 5"):
            return False
        self.log(
            f"{SYMBOLS} refused, code: {code}, message: {text}. Taking symbols, ticks and steps from the tickers: they "
            "are guessed from the numbers shown, and may be coarser than the venue's", WARNING
        )
        self.rest.query("contract", TICKERS, {}, partial(self.on_query_contract, guess_listing), signed=False)
        return True

    def on_query_contract(self, parse: Callable[[dict[str, Any], str], Listing], data: Any, asked_at: float) -> None:
        """All symbols: at connect, on a slow schedule, after a refusal, and when the venue speaks of one we do not know."""
        self.writer.call_later(self.rules_interval, "rules", self.query_contract)
        guessed: bool = parse is guess_listing

        def add(d: dict[str, Any]) -> None:
            listing: Listing = parse(d, self.gateway_name)
            rules: CryptoRules | None = self.rules.get(listing.contract.symbol)
            if not self.ready:
                self.add_contract(*listing)
            elif not (guessed and rules and listing.tick >= rules.steps[0] and listing.step >= rules.steps[1]):
                self.renew_contract(*listing)       # what is guessed from the numbers shown only becomes finer

        if self.each(data, add, "contract") == 0:
            raise ValueError("no symbols")
        first: bool = not self.ready
        self.ready = True
        if first:
            self.log("Contract data received")
            self.warn_made_up(self.rest.mock)
            self.start_streams()
        parked, self.parked = self.parked, {}
        for name, rows in parked.items():
            if name not in self.names:
                self.log(f"The venue lists no symbol {name}, but tells of orders on it: shown when it does", ERROR)
                self.parked[name] = rows
                continue
            self.each(rows, self.on_venue_order, "order")

    def on_rules_doubted(self) -> None:
        """An order was refused in words, perhaps for its precision: ask for the rules again, not more often than every few seconds."""
        due: float = max(0.0, self._rules_asked + RULES_AGAIN - monotonic())

        def ask() -> None:
            self._rules_asked = monotonic()
            self.query_contract()

        self.writer.reschedule_earlier(due, "rules doubted", ask)

    def start_streams(self) -> None:
        """Everything that wants the contracts first."""
        self.md.connect(self._stream_host, *self._proxy)
        if self.rest.key:
            self.flow.resume()
            self.user.connect(self._stream_host, *self._proxy)
            self.catch_up()
            self.writer.call_later(self.poll_interval, "reconcile", self.reconcile)

    def on_user_socket_lost(self) -> None:
        """Poll at once, and faster from now on."""
        self.say_anew()
        self.flow.life.disconnected()
        self.reconcile()

    def on_locked_out(self, code: int, text: str) -> None:
        """The venue refused the key: one clear line, no further signed requests, market data goes on."""
        if self.locked_out:
            return
        self.locked_out = True
        self.log(f"Authentication failed, code: {code}, message: {text}; {ADVICE[code]}, then connect again", ERROR)
        self.user.stop()
