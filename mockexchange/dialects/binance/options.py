"""What this venue may do besides what Binance does, and what it leaves open."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rest_locale import _

from ...core.exchange import Exchange
from ...core.instruments import VenueRules
from ...core.numbers import parse_amount
from ...options import choice, number
from ...transport.clock import Clock
from .signature import ANY_TIME

if TYPE_CHECKING:
    from ...venue_api import VenueApi

NOTIONAL: str = "NOTIONAL"
MIN_NOTIONAL: str = "MIN_NOTIONAL"
BOTH: str = "BOTH"
MOST: int = 1_000_000


@dataclass(slots=True)
class BinanceOptions:
    """
    - ``unsigned``: whether REST calls with the header ``X-API-KEY`` need no timestamp and no signature, as the clients
      of a QTE server send them (docs/qte_requirements.md, A33). Signed calls are verified either way (A34).
    - ``timestamps``: whether a signed request's must be the venue's time within its ``recvWindow``, or any will do: for clients
      that sign with the machine's clock while the venue's goes by a recording.
    - ``bnb_fees``: whether accounts pay their fees in BNB, 25 % less, where they have enough of it. An account that has said so itself
      (``POST /sapi/v1/bnbBurn``) goes by what it said.
    - ``notional_filter``: which of the two filters (filters.md) exchangeInfo shows: Binance gives a symbol one of them, NOTIONAL
      today; QTE's clients read MIN_NOTIONAL (A11), so a venue that is ``unsigned`` shows both.
    - ``sor``: the routes of smart order routing, ``BTC:BTCUSDT,BTCUSDC,ETH:ETHUSDT,ETHUSDC``; none without it.
    - ``max_num_orders``, ``max_num_algo_orders``, ``max_num_iceberg_orders``, ``max_order_lists``: the exchange filters of filters.md, 0: none.
    - ``max_asset``: the asset filters, ``USDC:42,BTC:1``.
    """

    unsigned: bool = False
    timestamps: str = choice("venue", "any")
    bnb_fees: bool = False
    notional_filter: str = choice(NOTIONAL, MIN_NOTIONAL, BOTH)
    sor: tuple[str, ...] = ()
    max_num_orders: int = number(0, 0, MOST)
    max_num_algo_orders: int = number(0, 0, MOST)
    max_num_iceberg_orders: int = number(0, 0, MOST)
    max_order_lists: int = number(0, 0, 10_000)
    max_asset: tuple[str, ...] = ()

    @property
    def notional_filters(self) -> tuple[str, ...]:
        """The filters that are shown."""
        return (MIN_NOTIONAL, NOTIONAL) if self.unsigned or self.notional_filter == BOTH else (self.notional_filter,)

    def per_real(self, clock: Clock) -> float:
        """Seconds of the venue's time that ``recvWindow`` has for each real one."""
        return clock.per_real if self.timestamps == "venue" else ANY_TIME

    def configure(self, exchange: Exchange) -> None:
        """
        Make an exchange what the options say.

        :raises ValueError: names the option and the value that is wrong; nothing has changed then
        """
        limits: dict[str, int] = read_limits(self.max_asset)
        routes: list[tuple[str, ...]] = read_routes(self.sor)
        for route, base in zip(routes, read_bases(self.sor), strict=True):
            for symbol in route:
                if symbol in exchange.instruments and exchange.instruments[symbol].base != base:
                    raise ValueError(_("sor: the base asset of {symbol} is {found}, not {base!r}").format(symbol=symbol, found=exchange.instruments[symbol].base, base=base))
        exchange.set_routes(routes)
        exchange.venue_rules = VenueRules(
            self.max_num_orders, self.max_num_algo_orders, self.max_num_iceberg_orders, self.max_order_lists, limits
        )
        exchange.discount.by_default = self.bnb_fees


def read_bases(items: tuple[str, ...]) -> list[str]:
    """The base asset of each route."""
    return [item.partition(":")[0].strip() for item in items if ":" in item]


def read_routes(items: tuple[str, ...]) -> list[tuple[str, ...]]:
    """``("BTC:BTCUSDT", "BTCUSDC")`` -> ``[("BTCUSDT", "BTCUSDC")]``; an item with a colon begins a route."""
    routes: list[list[str]] = []
    for item in items:
        base, colon, symbol = item.rpartition(":")
        if (colon and not base) or not symbol or (not colon and not routes):
            raise ValueError(_("sor: not BASE:SYMBOL,SYMBOL,...: {item!r}").format(item=item))
        if colon:
            routes.append([])
        routes[-1].append(symbol.strip())
    return [tuple(route) for route in routes]


def read_limits(items: tuple[str, ...]) -> dict[str, int]:
    """``("USDC:42",)`` -> ``{"USDC": 42 * 10**8}``."""
    limits: dict[str, int] = {}
    for item in items:
        asset, colon, amount = item.partition(":")
        try:
            limits[asset] = parse_amount(amount)
        except ValueError:
            limits[asset] = 0
        if not colon or not asset or limits[asset] <= 0:
            raise ValueError(_("max_asset: not ASSET:AMOUNT with an amount above 0: {item!r}").format(item=item))
    return limits


def options_of(venue: "VenueApi") -> BinanceOptions:
    """The options of a venue that speaks this dialect."""
    found: object = getattr(venue, "options", None)
    return found if isinstance(found, BinanceOptions) else BinanceOptions()
