"""Ticks from a server that pushes nothing: book and price of every subscribed symbol, asked for again and again."""

from datetime import datetime
from functools import partial
from logging import WARNING
from time import monotonic

from vnpy.trader.constant import Direction
from vnpy.trader.object import ContractData, TickData

from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Reply
from vnpy_restgateway.polled.health import ConnectionHealth

from ..ticks import SET_BACK
from ..timings import Timings
from .builds import DAY, DEPTH, PRICE
from .parse import Level, parse_day, parse_depth, parse_prices, read_error
from .rest import QteRest, Rank

LEVELS: int = 5             # one of the limits that every build takes (Q32)
FRESH: float = 5.0          # s a book tells where the market stands
PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, LookupError)


class Quote:
    """The state of one symbol's market."""

    def __init__(self, contract: ContractData, gateway_name: str, moment: datetime) -> None:
        self.contract: ContractData = contract
        self.tick: TickData = TickData(
            symbol=contract.symbol, exchange=contract.exchange, datetime=moment, name=contract.name,
            gateway_name=gateway_name,
        )
        self.bids: list[Level] = []
        self.asks: list[Level] = []
        self.price: float = 0.0         # the last the server told; 0: it knows none
        self.at: float = 0.0            # monotonic s, of the book
        self.day_due: float = 0.0
        self.steps: int = 0             # of the venue's clock, as far as ticks know of them

    def make(self, moment: datetime, steps: int = 0) -> TickData | None:
        """
        The next tick; None without a price, or from a book that is crossed. Its time never goes back unless the venue's
        clock was set back, ``steps`` being how often it has jumped.
        """
        tick: TickData = self.tick
        if steps != self.steps:
            self.steps = steps
            if tick.datetime - moment > SET_BACK:
                tick.datetime = moment
        bid: float = self.bids[0][0] if self.bids else 0.0
        ask: float = self.asks[0][0] if self.asks else 0.0
        if bid and ask and bid >= ask:
            return None
        tick.last_price = self.price or (bid + ask) / 2 * bool(bid and ask)     # Q30
        if not tick.last_price:
            return None
        tick.datetime = max(tick.datetime, moment)
        tick.localtime = datetime.now()
        made: TickData = object.__new__(TickData)
        fields = dict(tick.__dict__)
        for side, rows in (("bid", self.bids), ("ask", self.asks)):
            for n, (price, volume) in enumerate(rows[:LEVELS], 1):
                fields[f"{side}_price_{n}"] = price
                fields[f"{side}_volume_{n}"] = volume
        made.__dict__ = fields
        return made


class QteQuotes:
    """Polls the market. SerialExecutor thread only."""

    def __init__(self, host: Host, rest: QteRest, timings: Timings) -> None:
        self.host: Host = host
        self.rest: QteRest = rest
        self.timings: Timings = timings
        self.link: ConnectionHealth = ConnectionHealth(host, "MD API")
        self.quotes: dict[str, Quote] = {}          # by the venue's symbol
        self.prefix: str = ""                       # of the build's paths, "" while none is known
        self._asked: int = 0

    def start(self, prefix: str) -> None:
        """The server is known; subscriptions made before are kept."""
        self.prefix = prefix
        self.link = ConnectionHealth(self.host, "MD API")
        self._asked = 0
        self.poll()

    def stop(self) -> None:
        """No more polls."""
        self.prefix = ""

    def subscribe(self, contract: ContractData) -> None:
        """Poll a symbol from now on."""
        if contract.name not in self.quotes:
            self.quotes[contract.name] = Quote(contract, self.host.gateway_name, self.host.now())
            if self.prefix and not self._asked:
                self.poll()

    def reference(self, name: str, direction: Direction | None) -> float:
        """What the market stands at for somebody who takes that side, 0 when it is not known."""
        quote: Quote | None = self.quotes.get(name)
        if quote is None or monotonic() > quote.at + FRESH:
            return 0.0
        rows: list[Level] = quote.asks if direction is Direction.LONG else quote.bids
        return rows[0][0] if rows else quote.price

    def poll(self) -> None:
        """One round: book and price of every symbol, the day's figures now and then; the next when it is over."""
        if not self.prefix or self._asked:
            return
        if not self.quotes:
            # nothing to ask for; that the server is there is known from the connect
            self.link.good()
            return
        now: float = monotonic()
        for name, quote in self.quotes.items():
            self._ask(DEPTH, quote, {"symbol": name, "limit": LEVELS})
            if now >= quote.day_due:
                quote.day_due = now + self.timings.day_interval
                self._ask(DAY, quote, {"symbol": name})
            self._ask(PRICE, quote, {"symbol": name})

    def _ask(self, path: str, quote: Quote, params: dict[str, str | int]) -> None:
        self._asked += 1
        self.rest.call(
            "GET", self.prefix + path, params, partial(self._on_answer, path, quote), rank=Rank.POLL, private=False
        )

    def _on_answer(
        self, path: str, quote: Quote, reply: Reply | None, error: BaseException | None, asked_at: float
    ) -> None:
        self._asked = max(0, self._asked - 1)
        name: str = quote.contract.name
        if reply is None:
            self.link.bad(error or "no answer")
        else:
            if reply.status < 500:
                self.link.good()
            found = read_error(reply)
            try:
                if found is not None or error is not None:
                    raise ValueError(f"code: {found[0]}, message: {found[1]}" if found else str(error))
                self._take(path, quote, reply, asked_at)
            except PARSE_ERRORS as problem:
                self._miss(path, quote, str(problem))
            if path == PRICE:
                tick: TickData | None = quote.make(self.host.now(), self.host.clock.steps)
                if tick:
                    self.host.on_tick(tick)
                elif not quote.bids and not quote.asks:
                    self.host.log_once(
                        f"quote {name}", f"Symbol {name} has neither a price nor a book at the server: no ticks until it has",
                        WARNING,
                    )
        if not self._asked and self.prefix:
            self.host.executor.call_later(self.link.delay(self.timings.quotes_interval), "quotes", self.poll)

    def _take(self, path: str, quote: Quote, reply: Reply, asked_at: float) -> None:
        if path == DEPTH:
            quote.bids, quote.asks = parse_depth(reply.data)        # type: ignore[arg-type]
            quote.at = asked_at
        elif path == PRICE:
            quote.price = parse_prices(reply.data)[quote.contract.name]
        else:
            day = parse_day(reply.data)         # type: ignore[arg-type]
            tick: TickData = quote.tick
            tick.open_price, tick.high_price, tick.low_price = day.open, day.high, day.low
            tick.volume, tick.turnover = day.volume, day.turnover

    def _miss(self, path: str, quote: Quote, reason: str) -> None:
        """An error says nothing of the market; a symbol that has never traded has no price (Q30)."""
        if path == DEPTH:
            quote.bids, quote.asks = [], []
        elif path == PRICE:
            quote.price = 0.0
        self.host.log_once(f"{path} {quote.contract.name}", f"{path} of {quote.contract.name} not to be had, {reason}", WARNING)
