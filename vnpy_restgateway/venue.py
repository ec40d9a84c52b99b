"""What orders and the host ask of a session, and what the orders' flow asks of the host. Interfaces only."""

from collections.abc import Callable
from datetime import tzinfo
from logging import INFO
from typing import Protocol

from vnpy.trader.object import OrderData

from .capabilities import Capabilities
from .clock_keeper import ClockKeeper
from .executor import SerialExecutor
from .net.outcome import Outcome
from .orders.table import Entry, OrderTable, Push


class OrderDesk(Protocol):
    """Who sends orders to a venue and asks for them. None of these may block, or raise for network reasons."""

    def place(self, entry: Entry) -> None:
        """Send the order; the outcome comes back through ``OrderFlow.on_outcome``."""

    def cancel_order(self, entry: Entry) -> None:
        """Send the cancel; the outcome comes back through ``OrderFlow.on_cancel_outcome``."""

    def query_order(self, entry: Entry) -> None:
        """Ask for one order: ``on_order``, ``on_missing``, or nothing when the answer failed."""

    def query_fills(self, entry: Entry) -> None:
        """Ask for the fills of one order: ``on_fills``; nothing where none are told."""


class Venue(Protocol):
    """One connection to a venue (``session.Session``), as orders and host see it."""

    capabilities: Capabilities
    zone: tzinfo                                    # of all times that are shown
    on_publish: Callable[[Push], None] | None       # called before an order or a trade goes to the event engine
    on_growth: Callable[[OrderData, str], None] | None      # called with news of an order and its venue id, before they are taken: makes its fills

    @property
    def orders(self) -> OrderDesk:
        """Who sends them."""

    def look_again(self) -> None:
        """Ask for everything soon: what was told of an order that is not known cannot be."""

    def on_new_life(self) -> None:
        """The venue has lost its state: what is remembered of its ids means nothing, and everything of today is new."""

    def tells_of(self, entry: Entry) -> bool:
        """Whether the venue, asked now, would know of an order: some tell of the trading day's only."""

    def unseen_of_day(self, entry: Entry) -> str:
        """When an order that has ended with its day was looked at last, if it may have traded after that; "" if not."""

    def query_time(self) -> None:
        """Ask for the venue's clock once; the answer goes to ``on_time`` of the session."""

    def is_mock(self) -> bool:
        """Whether a mock exchange answers."""

    def on_locked_out(self) -> None:
        """The venue refused the key: nothing signed is sent any more, market data goes on."""


class FlowHost(Protocol):
    """What the orders' flow stands on (``host.Host``)."""

    @property
    def session(self) -> Venue:
        """The connection there is now; another one after every connect."""

    @property
    def desk(self) -> OrderDesk:
        """Who sends its orders."""

    @property
    def keeper(self) -> ClockKeeper:
        """Measures the venue's clock."""

    def publish(self, item: Push) -> None:
        """Hand an OrderData or TradeData to the event engine."""

    def log(self, msg: str, level: int = INFO) -> None:
        """One log line."""

    def pause(self) -> float:
        """Seconds the venue wants to be left alone (Retry-After), 0 if it does not."""


class Flow(Protocol):
    """What the parts of the orders' flow stand on (``orders.flow.OrderFlow``)."""

    host: FlowHost
    executor: SerialExecutor
    table: OrderTable
    capabilities: Capabilities

    @property
    def seen_within(self) -> float:
        """Seconds after its sending until every answer of the venue shows an order that it has shown once."""

    def take_order(self, order: OrderData, venue_id: str = "", asked_at: float = 0.0, asked: bool = False) -> None:
        """An order's state, of which it is told whose it is."""

    def on_outcome(self, orderid: str, outcome: Outcome, code: object = "", text: str = "") -> None:
        """What became of a new order."""

    def on_missing(self, orderid: str, asked_at: float) -> None:
        """The venue does not know an order."""

    def mark_in_doubt(self, orderid: str, text: str) -> None:
        """The fate of an order is unknown."""

    def query_all(self) -> None:
        """Ask for every live order."""

    def query_status(self, entry: Entry) -> None:
        """Ask for one order until it is told how it stands."""

    def disbelieve(self, about: Entry | OrderData, reason: str) -> None:
        """What was told cannot be: say so, and ask."""

    def mistake(self, entry: Entry, reason: str) -> None:
        """News of another order under the venue's id of one that is known."""

    def insists(self, entry: Entry, order: OrderData) -> bool:
        """Whether the venue has answered the same so often that it must be so."""

    def settle(self, entry: Entry) -> None:
        """What is left to do for an order whose state was just told."""

    def push(self, pushes: list[Push]) -> None:
        """Hand on what the table has made of news."""

    def report(self, what: str, error: Exception) -> None:
        """Log what was raised, and go on."""
