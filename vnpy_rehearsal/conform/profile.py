"""How a gateway is pointed at a simulated venue, and what the pair of them can do."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from vnpy.trader.constant import Exchange, OrderType
from vnpy.trader.gateway import BaseGateway

from rest_locale import _
from mockexchange.core.instruments import CashEquity
from mockexchange.dialects import contents_of, load_dialect

from .market import PriceLevels
from .stage import Stage

PAGE: str = "<html><body>Bad Gateway</body></html>"


class Faults(Protocol):
    """The faults of a venue."""

    def add(self, spec: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]: ...

    def list(self) -> list[dict[str, Any]]: ...

    def clear(self) -> None: ...


class Venue(Protocol):
    """A simulated venue, as the rows of the matrix see it."""

    faults: Any

    @property
    def rest(self) -> str: ...

    @property
    def stream(self) -> str: ...

    @property
    def key(self) -> str: ...

    @property
    def secret(self) -> str: ...

    def journal(self, after: int = 0) -> list[dict[str, Any]]: ...

    def set_price(self, symbol: str, price: str | int) -> None: ...

    def clock(self, offset_ms: int) -> None: ...

    def restart(self, keep_state: bool = True, down: float = 0.0) -> None: ...

    def set_key(self, key: str, revoked: bool = True) -> None: ...

    def remove_symbol(self, symbol: str) -> None: ...

    def add_symbol(self, symbol: str) -> None: ...

    def ban(self, ms: int, status: int = 418) -> None: ...

    def wire(self) -> Any: ...

    def set_rules(self, symbol: str, *, status: str = "", **rules: str | int) -> None: ...

    def amend(self, quantity: str | int, *, order_id: int | None = None) -> None: ...

    def state(self) -> dict[str, Any]: ...

    def deposit(self, key: str, asset: str, amount: str | int) -> None: ...

    def advance(self, advance_ms: int) -> None: ...

    def set_options(self, **options: Any) -> None: ...

    def run(self, function: Callable[[Any], Any]) -> Any: ...


class DialectLabels(NamedTuple):
    """
    What a dialect calls things: labels of requests and pushes, as faults match them, and answers that mean something.
    Where an order can go out in two ways, both labels are there; the one that is not used is never struck.
    """

    order: tuple[str, ...]
    cancel: tuple[str, ...]
    sell: tuple[str, ...] = ()      # new orders that sell, where they do not go the way of ``order``; faults do not strike them
    order_push: str = ""            # "": nothing is pushed
    user_push: str = ""
    quote_push: str = ""
    subscribe: str = ""             # the request that subscribes to quotes, over a websocket
    account: str = ""
    open_orders: str = ""
    history: str = ""
    fills: str = ""                 # the list of fills
    fill_push: str = ""             # the push of a fill, where it is not the order's
    says_cancelled: Mapping[str, Any] = {}      # what to set in the push of a live order, or the list of open ones, so that it says: cancelled
    retired: tuple[tuple[int, str], ...] = ((410, PAGE), (404, PAGE))     # statuses and bodies: the route is gone
    unknown: tuple[int, str] = (500, "")        # status and body: the venue does not know what became of an order
    too_many: str = ""              # body of a 429: too many orders
    busy: str = ""                  # body of a 503: nothing was done
    duplicate: str = ""             # body of a 400: the client order id is in use
    refused_subscription: str = ""  # what a request to subscribe is answered that is refused
    odd_order: Mapping[str, Any] = {}           # what to set in the answer to an order, so that it is odd
    odd_push: Mapping[str, Any] = {}            # and in the push of an order
    numbers: Mapping[str, tuple[str, ...]] = {}     # label -> paths of numbers in the message
    # messages that cannot be: labels (alternatives of one call), stage, and what is set in the message
    contradictions: Sequence[tuple[tuple[str, ...], str, Mapping[str, Any]]] = ()
    wrong_ids: Sequence[tuple[tuple[str, ...], str, Mapping[str, Any]]] = ()
    # answers to an order that was not executed: status, body, and words of it that the user must read
    refused_inside: Sequence[tuple[int, str, str]] = ()
    # answers that prove that nothing was done, and that heal when the request is signed anew or the session renewed: status, body
    expired: Sequence[tuple[int, str]] = ()


SEVERAL: tuple[str, ...] = ("order", "cancel")
LABELS: tuple[str, ...] = (
    *SEVERAL, "order_push", "user_push", "quote_push", "subscribe", "account", "open_orders", "history",
)


def wire_of(dialect: str, labels: Mapping[str, Any]) -> DialectLabels:
    """
    What a dialect says of itself (its module ``labels``).

    :raises ValueError: it names something that there is not
    """
    try:
        return DialectLabels(**labels)
    except TypeError as error:
        raise ValueError(_("the labels of the dialect {dialect!r} cannot be used: {error}").format(dialect=dialect, error=error)) from None


@dataclass
class Profile:
    """One gateway on one dialect."""

    name: str
    dialect: str
    gateway_class: type[BaseGateway]
    setting: Callable[[Any], dict[str, Any]]        # of a venue
    symbol: str                                     # vn.py symbol
    market: PriceLevels = PriceLevels()                       # of that symbol
    options: Mapping[str, Any] = field(default_factory=dict)        # of the dialect
    lacks: frozenset[OrderType] = frozenset()       # order types that are refused by the gateway
    names_orders: bool = True       # the venue calls orders by our ids; else foreign ones have the venue's
    ready_line: str = "User data stream subscribed"     # the log line with which orders and fills begin to come; "": none is known
    orders_line: str = "Order data received"            # the log line after the first orders; "": none is known
    tells_fills: bool = True        # the venue tells each fill; else the gateway makes them of what was executed
    finds_lost: bool = True         # an order that is final can be found without the venue's id
    pushed: bool = True             # orders and ticks come by a websocket, with every figure; else by polling what there is
    one_stream: bool = False        # quotes and orders are pushed on the same websocket
    has_bars: bool = True
    keyless_ticks: bool = True      # ticks can be had without a key
    quick: Callable[[BaseGateway], None] = lambda gateway: None     # called before the gateway connects
    patience: float = 60.0          # s for what a gateway finds out by itself
    shown_within: float = 0.0       # s after it was sent until an order must be seen at the venue, where that is long
    strike: float = 10.0            # s within which a fault strikes after what calls it out
    real_engine: bool = False       # vn.py's own event engine, which a gateway can kill
    absent: Mapping[str, str] = field(default_factory=dict)         # row -> why it cannot apply to this pair
    labels: Mapping[str, str] = field(default_factory=dict)         # of LABELS -> what stands for the dialect's own
    patches: Mapping[str, str] = field(default_factory=dict)        # "module:NAME" -> the constant there, with {rest} and the like in it
    exchange: Exchange = Exchange.GLOBAL
    stage: Stage = Stage()
    daily_ids: bool = False         # the venue's ids of orders begin again every trading day
    number: str = ""                # of the journal's order rows the field that is the venue's own number of an order, where that is not ``order_id``
    shrinks: bool = False           # a purchase beyond the cash is taken with a smaller volume
    # orders that are refused before they leave: symbol, exchange, price, volume, and words of the refusal
    boards: Sequence[tuple[str, str, float, float, str]] = ()
    other_markets: Sequence[str] = ()       # a venue symbol of each further market that the gateway trades: it rests when all are closed
    # options of the dialect with which ...
    hours: Mapping[str, Any] = field(default_factory=dict)          # the market keeps its exchange's hours
    nameless: Mapping[str, Any] = field(default_factory=dict)       # lists show no id of ours
    tag_lost: Sequence[Mapping[str, Any]] = ()                      # the same, or another id in its place: each in its turn
    backend_lost: Mapping[str, Any] = field(default_factory=dict)   # the venue's back end hangs while its HTTP lives
    executed_late: Mapping[str, Any] = field(default_factory=dict)  # an order is answered 500 and executed ``late_ms`` after that
    stale: Mapping[str, Any] = field(default_factory=dict)          # positions, perhaps balances too, stay what they are

    @property
    def equity(self) -> CashEquity | None:
        """The terms of what is traded, where it is a share."""
        listed = contents_of(self.dialect).instruments
        return next((each.equity for each in listed if each.symbol == self.venue_symbol), None)

    @property
    def t_plus(self) -> int:
        """Trading days until what is bought can be sold."""
        return self.equity.t_plus if self.equity else 0

    @property
    def venue_symbol(self) -> str:
        """What the venue calls what is traded."""
        return self.market.symbol

    @property
    def wire(self) -> DialectLabels:
        """What the dialect calls things."""
        others: dict[str, Any] = {name: (text,) if name in SEVERAL else text for name, text in self.labels.items()}
        return wire_of(self.dialect, load_dialect(self.dialect).wire_labels)._replace(**others)


def load_class(target: str) -> type[BaseGateway]:
    """
    "module:Class" -> the class.

    :raises ValueError: saying what cannot be found, or is none
    """
    module_name, __, name = target.partition(":")
    try:
        found: Any = getattr(importlib.import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(_("{target!r} is no module:Class that can be imported: {error}").format(target=target, error=error)) from None
    if not (isinstance(found, type) and issubclass(found, BaseGateway)):
        raise ValueError(_("{target!r} is no BaseGateway").format(target=target))
    return found
