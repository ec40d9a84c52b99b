"""
What REST and the WebSocket API have in common: an operation knows nothing of either.

An operation is ``call(ctx, params) -> JSON-able result``; it raises ApiError, or lets a core Refusal through.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from ...core.events import Event
from ...core.exchange import Exchange
from ...core.instruments import Instrument
from .errors import ApiError, bad_combination, invalid_data, invalid_symbol
from .limits import Limits
from .params import Params

if TYPE_CHECKING:
    from ...server.venue import Venue

NONE: str = "NONE"
USER_DATA: str = "USER_DATA"
TRADE: str = "TRADE"
MARKET_DATA: str = "MARKET_DATA"            # a key, no signature

SIGNED_NAMES: frozenset[str] = frozenset({"recvWindow", "timestamp", "signature"})
STATUS_NAMES: tuple[str, ...] = ("TRADING", "HALT", "BREAK")


class Context(Struct):
    """
    Who asks, when, and how times are to be written.

    ``account`` is "" for unsigned requests. ``now`` is microseconds. ``per_time`` divides a
    time in microseconds into the unit of the answer: 1000 for milliseconds, 1 for microseconds.
    ``is_websocket``: cancelReplace past the order limit is 409 on the WebSocket API, 429 on REST.
    """

    venue: "Venue"
    limits: Limits
    account: str
    now: int
    ip: str
    per_time: int = 1000
    is_websocket: bool = False

    @property
    def exchange(self) -> Exchange:
        return self.venue.exchange

    def apply(self, command: object) -> list[Event]:
        return self.venue.apply(command)  # type: ignore[arg-type]

    def instrument(self, symbol: str) -> Instrument:
        """The listed instrument, else -1121."""
        found: Instrument | None = self.venue.exchange.instruments.get(symbol)
        if found is None:
            raise invalid_symbol()
        return found


Call = Callable[[Context, Params], object]
Prepare = Callable[[Context, Params], Iterable[None]]


class Operation(NamedTuple):
    """
    One thing that can be asked. ``names`` are all parameters it has, ``size`` how many those are.

    ``weight`` is a number or is computed from the parameters. ``free`` operations cost no weight
    when they succeed. ``shows_orders``: the answer carries the unfilled order counts. ``is_long``: the result may be ``Slices``;
    ``prepare`` is what has to be done first, in small steps (slices.py).
    """

    call: Call
    names: frozenset[str]
    size: int
    weight: int | Callable[[Params], int]
    security: str = NONE
    free: bool = False
    shows_orders: bool = False
    is_long: bool = False
    prepare: Prepare | None = None


def operation(
    call: Call,
    names: str,
    weight: int | Callable[[Params], int],
    security: str = NONE,
    free: bool = False,
    shows_orders: bool = False,
    is_long: bool = False,
    prepare: Prepare | None = None,
) -> Operation:
    """An Operation from the names of its parameters, separated by spaces; a signed one has the signed names too."""
    known: frozenset[str] = frozenset(names.split())
    if security in (USER_DATA, TRADE):
        known |= SIGNED_NAMES
    return Operation(call, known, len(known), weight, security, free, shows_orders, is_long or prepare is not None, prepare)


def requested_status(params: Params) -> str:
    """``symbolStatus``, "" when not sent. Raises -1122."""
    value: str | None = params.values.get("symbolStatus")
    if value is not None and value not in STATUS_NAMES:
        raise ApiError(-1122, "Invalid symbolStatus.")
    return value or ""


def one_instrument(ctx: Context, params: Params) -> Instrument:
    """The instrument of the mandatory ``symbol``, which must have the ``symbolStatus`` asked for (-1220)."""
    instrument = ctx.instrument(params.symbol())
    status: str = requested_status(params)
    if status and instrument.status != status:
        raise ApiError(-1220, "The symbol's status does not match the requested symbolStatus.")
    return instrument


def some_instruments(
    ctx: Context, params: Params, mandatory: bool = False, maximum: int = 0
) -> tuple[list[Instrument], bool]:
    """
    The instruments of ``symbol``, ``symbols`` or neither (all), and whether a single one was asked for.

    Of several, those whose status is not the ``symbolStatus`` asked for are left out.
    """
    symbols: list[str] | None = params.symbols()
    if "symbol" in params:
        if symbols is not None:
            raise bad_combination()
        return [one_instrument(ctx, params)], True
    if symbols is None:
        if mandatory:
            raise ApiError(-1102, "Param 'symbol' or 'symbols' must be sent, but both were empty/null!")
        found: list[Instrument] = list(ctx.exchange.instruments.values())
    else:
        if maximum and len(symbols) > maximum:
            raise invalid_data("symbols")
        found = [ctx.instrument(symbol) for symbol in symbols]
    status: str = requested_status(params)
    if status:
        found = [instrument for instrument in found if instrument.status == status]
    return found, False


def count_symbols(params: Params) -> int:
    """How many symbols were named, 0 for all of them; never raises, as weights are booked before parameters are read."""
    if "symbol" in params:
        return 1
    text: str = params.values.get("symbols", "")
    return text.count(",") + 1 if text else 0
