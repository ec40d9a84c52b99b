"""
A session: everything of one connection to a venue, made anew at every connect. A venue's package has one class of it.

It owns its clients, is given a ``Host``, and is thrown away when the gateway is closed. All of its methods run in the
executor's thread, but for ``closers`` and ``query_history``.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timezone, tzinfo

from vnpy.trader.constant import Exchange, Interval
from vnpy.trader.object import BarData, ContractData, OrderData

from .capabilities import Capabilities
from .contracts import Listed, Listing
from .host import Host
from .market.download import Download
from .orders.table import Entry, Push
from .trading_rules import UNKNOWN_HOLDING, UNKNOWN_MARKET, Holding, MarketView
from .venue import OrderDesk


Bars = Callable[[ContractData, Interval, datetime, datetime | None, Download], list[BarData]]


class Session(ABC):
    """What a venue implements. Orders: see ``venue.Venue``."""

    capabilities: Capabilities = Capabilities()
    zone: tzinfo = timezone.utc         # of all times that the gateway shows
    on_publish: Callable[[Push], None] | None = None
    on_growth: Callable[[OrderData, str], None] | None = None       # where fills are derived: see ``venue.Venue``
    bars: Bars | None = None
    history_patience: float = 60.0      # seconds without a further page after which a history is cut short

    orders: OrderDesk               # who sends orders and asks for them

    def __init__(self, host: Host) -> None:
        self.host: Host = host

    # life

    @abstractmethod
    def open(self) -> None:
        """Start the clients and ask for what comes first; ``host.ready`` is set when orders can be taken."""

    @abstractmethod
    def closers(self) -> list[Callable[[], None]]:
        """Calls that end the clients; they run side by side, from any thread. Safe before ``open`` and twice."""

    def abandoned(self) -> list[Callable[[], None]]:
        """What is to be called for orders that were waiting in line when the clients ended."""
        return []

    def take_over(self, last: "Session") -> None:
        """What outlives a connection is taken from the last session, whatever that was."""
        return None

    def health(self) -> dict[str, bool]:
        """What of the connections stands, by a name for people."""
        return {"REST": self.host.ready}

    def is_mock(self) -> bool:
        """Whether a mock exchange answers."""
        return False

    def on_locked_out(self) -> None:
        """The venue refused the key: nothing signed is sent any more, market data goes on."""
        return None

    # clock and contracts

    def query_time(self) -> None:
        """Ask for the venue's clock once, where it tells it; the answer goes to ``on_time``."""
        return None

    def on_time(self, server_ms: int, sent: float, received: float) -> None:
        """One sample of the clock, times in monotonic seconds; the first measurement is what the contracts wait for."""
        if self.host.keeper.sampled(server_ms, sent, received) and not self.host.ready:
            self.query_contract()

    def query_contract(self) -> None:
        """Ask what is traded."""
        return None

    def make_listing(self, symbol: str, exchange: Exchange) -> Listing | None:
        """
        The contract of a symbol that was not listed, where the symbol tells all of it; None: there is none. Any thread.

        :raises ValueError: why there is none
        """
        return None

    def ask_listing(self, symbol: str, exchange: Exchange, then: Callable[[], None]) -> bool:
        """
        Ask the venue for the contract of a symbol that was not listed, where it tells contracts one by one, and call ``then`` when
        it has answered. False: nothing is asked.
        """
        return False

    # orders

    def look_again(self) -> None:
        """See ``venue.Venue``."""
        return None

    def on_new_life(self) -> None:
        """See ``venue.Venue``."""
        return None

    def tells_of(self, entry: Entry) -> bool:
        """See ``venue.Venue``."""
        return True

    def unseen_of_day(self, entry: Entry) -> str:
        """See ``venue.Venue``."""
        return ""

    def unsupported(self, order: OrderData) -> str:
        """What of an order the venue's API does not have, or ""; beyond ``capabilities``. Caller's thread."""
        return ""

    def holding(self, order: OrderData) -> Holding:
        """What the account can put behind an order, asked where ``capabilities.holdings``. Caller's thread."""
        return UNKNOWN_HOLDING

    def market(self, order: OrderData) -> MarketView:
        """What is known of the price. Caller's thread."""
        return UNKNOWN_MARKET

    # the rest of BaseGateway

    @abstractmethod
    def subscribe(self, contract: ContractData) -> None:
        """Ticks of a contract, now and after every reconnect of this session."""

    @abstractmethod
    def query_account(self) -> None:
        """Ask for balances now."""

    def query_position(self) -> None:
        """Ask for positions now; where they come with the balances, for those."""
        self.query_account()

    def query_history(
        self, listed: Listed, interval: Interval, start: datetime, end: datetime | None, download: Download
    ) -> list[BarData]:
        """
        Finished bars, oldest first, stamped with their start. What could be had, if it was cut short. Caller's thread. By
        ``bars``, where ``capabilities`` have intervals.
        """
        return self.bars(listed.contract, interval, start, end, download) if self.bars else []


class NoSession(Session):
    """Before the first connect; and, for venues in one piece, one that sends its orders itself."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self.orders = self

    def open(self) -> None: ...
    def closers(self) -> list[Callable[[], None]]:
        return []

    def place(self, entry: Entry) -> None:
        """Nothing can be sent: orders are refused before."""

    def cancel_order(self, entry: Entry) -> None:
        """As ``place``."""

    def query_order(self, entry: Entry) -> None:
        """Nobody is there to be asked."""

    def query_fills(self, entry: Entry) -> None:
        """As ``query_order``."""

    def subscribe(self, contract: ContractData) -> None: ...
    def query_account(self) -> None: ...
