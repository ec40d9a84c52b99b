"""What the operations and the streams of one venue share: symbols, ids, options, and what is remembered for a while."""

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import Refusal
from ...core.events import Event
from ...core.exchange import Exchange
from ...core.instruments import Instrument
from ...core.numbers import DIGITS
from ...core.orders import Order
from ..common.client_ids import ClientIds
from .errors import bad_parameter
from .limits import Nonces, Tokens, VisibilityDelay
from .options import HashExOptions

if TYPE_CHECKING:
    from ...server.venue import Venue

# Ids are decimal text of 18 digits (spec 1.4). The core counts from these numbers on, so the journal has the same ids.
ORDER_IDS: int = 475_000_000_000_000_000
REJECTED_IDS: int = 474_000_000_000_000_000
TRADE_IDS: int = 476_000_000_000_000_000
TRADE_IDS_PER_SYMBOL: int = 10 ** 13            # an execId is unique on the venue, a core trade id on its symbol
ID_SPREAD: int = 10 ** 14


class Listing(NamedTuple):
    """One symbol: ``name`` is the wire's (BTC_USDT), ``symbol`` the core's and the journal's (BTCUSDT)."""

    name: str
    symbol: str
    number: int                                 # "symbolId", from 1
    price_digits: int
    quantity_digits: int


def digits_of(step: int) -> int:
    """Decimals of a tick or step size in 1e-8."""
    for digits in range(DIGITS):
        if step % 10 ** (DIGITS - digits) == 0:
            return digits
    return DIGITS


class DialectState:
    """One venue's. Makes the core number its orders and trades as this venue does."""

    def __init__(self, venue: "Venue") -> None:
        self.venue: Venue = venue
        self.options: HashExOptions = venue.options if isinstance(venue.options, HashExOptions) else HashExOptions()
        self.nonces: Nonces = Nonces()
        self.tokens: Tokens = Tokens(venue.clock.machine.token_bytes)
        self.veil: VisibilityDelay = VisibilityDelay(venue.clock.time)
        self.publish: Callable[[list[Event]], None] = lambda events: None   # the streams take it over
        self.client_ids: ClientIds = ClientIds(venue)
        self.by_name: dict[str, Listing] = {}
        self.by_symbol: dict[str, Listing] = {}             # removed ones too: they have orders and fills still
        self.removed: set[str] = set(venue.incidents.removed)
        exchange: Exchange = venue.exchange
        self._numbers: dict[str, int] = {one.symbol: number for number, one in enumerate(venue.instruments, 1)}
        for one in venue.instruments:
            # a restarted venue has the rules that were changed before it died
            self._list(exchange.instruments.get(one.symbol, one))
            number: int = self._numbers[one.symbol]
            exchange.reserve_trade_ids(one.symbol, TRADE_IDS + number * TRADE_IDS_PER_SYMBOL)
        exchange.restore_counters(order_id=ORDER_IDS + Random(f"hashex:{venue.seed}").randrange(ID_SPREAD))

    def _list(self, one: Instrument) -> None:
        listing: Listing = Listing(
            f"{one.base}_{one.quote}", one.symbol, self._numbers[one.symbol], digits_of(one.tick_size), digits_of(one.step_size)
        )
        self.by_symbol[one.symbol] = listing
        if one.symbol not in self.removed:
            self.by_name[listing.name] = listing

    def list_anew(self, symbol: str) -> None:
        """A symbol has other ticks or steps."""
        self._list(self.venue.exchange.instruments[symbol])

    def listing(self, name: str) -> Listing:
        """The symbol of that wire name, else code -1."""
        found: Listing | None = self.by_name.get(name)
        if found is None:
            raise bad_parameter("symbol", name)
        return found

    def listed(self) -> list[Listing]:
        """The symbols there are now."""
        return list(self.by_name.values())

    def set_listed(self, symbol: str, is_listed: bool) -> None:
        """A symbol has been removed, or is back."""
        listing: Listing = self.by_symbol[symbol]
        if is_listed:
            self.removed.discard(symbol)
            self.by_name[listing.name] = listing
        else:
            self.removed.add(symbol)
            self.by_name.pop(listing.name, None)

    def instrument(self, listing: Listing) -> Instrument:
        return self.venue.exchange.instruments[listing.symbol]

    def find_order(self, account: str, order_id: int) -> Order | None:
        """The account's order if it can be seen already: there is no symbol in a request for one."""
        if self.veil.hides(order_id):
            return None
        exchange: Exchange = self.venue.exchange
        for symbol in self.by_symbol:
            try:
                return exchange.find_order(account, symbol, order_id)
            except Refusal:
                pass
        return None
