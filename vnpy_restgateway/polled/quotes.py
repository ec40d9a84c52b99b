"""Ticks from a server that pushes nothing: what is known of each subscribed symbol, asked for again and again."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from logging import WARNING
from typing import Any, NamedTuple

from vnpy.trader.constant import Direction
from vnpy.trader.object import ContractData, TickData

from rest_locale import N_, _

from ..host import Host
from ..market.event_time import SET_BACK
from ..net.outcome import Reply, coded
from .health import ConnectionHealth
from .ranked_rest import Rank, RankedRest

LEVELS: int = 5
FRESH: float = 5.0          # s a book tells where the market stands
PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, LookupError)
Level = tuple[float, float]     # price, volume


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
        made: TickData = object.__new__(TickData)
        fields = dict(tick.__dict__)
        for side, rows in (("bid", self.bids), ("ask", self.asks)):
            for n, (price, volume) in enumerate(rows[:LEVELS], 1):
                fields[f"{side}_price_{n}"] = price
                fields[f"{side}_volume_{n}"] = volume
        made.__dict__ = fields
        return made


class Question(NamedTuple):
    """
    One request about a symbol. ``take`` gets the answer's data and when it was asked for; what it raises is said, and
    ``miss`` called: an error says nothing of the market. ``last``: a tick is made after it.
    """

    path: str
    params: dict[str, Any]
    take: Callable[[Any, float], None]
    miss: Callable[[], None] = lambda: None
    last: bool = False


class PolledQuotes:
    """
    Polls the market. SerialExecutor thread only.

    :param ask: the questions about a symbol, in the order in which they are asked; called anew each round
    :param read_error: code and text of an answer that is a refusal, None of one that is not
    """

    def __init__(
        self, host: Host, rest: RankedRest, interval: Callable[[], float], ask: Callable[[Quote], Iterable[Question]],
        read_error: Callable[[Reply], tuple[int | str, str] | None],
    ) -> None:
        self.host: Host = host
        self.rest: RankedRest = rest
        self.interval: Callable[[], float] = interval
        self.ask: Callable[[Quote], Iterable[Question]] = ask
        self.read_error: Callable[[Reply], tuple[int | str, str] | None] = read_error
        self.link: ConnectionHealth = ConnectionHealth(host, N_("MD API"))
        self.quotes: dict[str, Quote] = {}          # by the venue's symbol
        self.active: bool = False
        self._asked: int = 0

    def start(self) -> None:
        """The server is known; subscriptions made before are kept."""
        self.active = True
        self.link = ConnectionHealth(self.host, N_("MD API"))
        self._asked = 0
        self.poll()

    def stop(self) -> None:
        """No more polls."""
        self.active = False

    def subscribe(self, contract: ContractData) -> None:
        """Poll a symbol from now on."""
        name: str = self.host.contracts.name_of(contract.vt_symbol)
        if name not in self.quotes:
            self.quotes[name] = Quote(contract, self.host.gateway_name, self.host.now())
            if self.active and not self._asked:
                self.poll()

    def reference(self, name: str, direction: Direction | None) -> float:
        """What the market stands at for somebody who takes that side, 0 when it is not known."""
        quote: Quote | None = self.quotes.get(name)
        if quote is None or self.host.monotonic() > quote.at + FRESH:
            return 0.0
        rows: list[Level] = quote.asks if direction is Direction.LONG else quote.bids
        return rows[0][0] if rows else quote.price

    def poll(self) -> None:
        """One round; the next when it is over."""
        if not self.active or self._asked:
            return
        if not self.quotes:
            # nothing to ask for; that the server is there is known from the connect
            self.link.good()
            return
        for name, quote in self.quotes.items():
            for question in self.ask(quote):
                self._asked += 1
                self.rest.call(
                    "GET", question.path, question.params, partial(self._on_answer, name, quote, question), rank=Rank.POLL, private=False
                )

    def _on_answer(
        self, name: str, quote: Quote, question: Question, reply: Reply | None, error: BaseException | None, asked_at: float
    ) -> None:
        self._asked = max(0, self._asked - 1)
        if reply is None:
            self.link.bad(error or _("no answer"))
        else:
            if reply.status < 500:
                self.link.good()
            refused = self.read_error(reply)
            try:
                if refused is not None or error is not None:
                    raise ValueError(coded(*refused) if refused else str(error))
                question.take(reply.data, asked_at)
            except PARSE_ERRORS as problem:
                question.miss()
                path: str = question.path
                self.host.log_once(f"{path} {name}", _("{path} of {name} not to be had, {problem}").format(path=path, name=name, problem=problem), WARNING)
            if question.last:
                self._tell(name, quote)
        if not self._asked and self.active:
            self.host.executor.call_later(self.link.delay(self.interval()), "quotes", self.poll)

    def _tell(self, name: str, quote: Quote) -> None:
        tick: TickData | None = quote.make(self.host.now(), self.host.clock.steps)
        if tick:
            tick.localtime = self.host.seams.local_now()
        if tick:
            self.host.on_tick(tick)
        elif not quote.bids and not quote.asks:
            self.host.log_once(
                f"quote {name}", _("Symbol {name} has neither a price nor a book at the server: no ticks until it has").format(name=name), WARNING
            )
