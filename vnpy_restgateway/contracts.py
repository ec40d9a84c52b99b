"""The contracts of a gateway, by vt_symbol and by the venue's own symbol, each with its rules. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, Generic, NamedTuple, TypeVar

from vnpy.trader.constant import Direction, Exchange, OrderType
from vnpy.trader.object import ContractData, OrderData, OrderRequest

from .trading_rules import TradingRules

Rules = TypeVar("Rules", bound=TradingRules)

# Fields of a request that ``OrderTemplate`` carries over; a vn.py that knows more of them makes its orders itself.
CARRIED: frozenset[str] = frozenset({"symbol", "exchange", "direction", "type", "volume", "price", "offset", "reference"})
KNOWN: bool = {field.name for field in fields(OrderRequest)} == CARRIED

new = object.__new__


class OrderTemplate:
    """An order of one contract, filled in by vn.py but for what differs from request to request."""

    __slots__ = ("exchange", "gateway_name", "_filled", "_vt_prefix")

    def __init__(self, contract: ContractData, gateway_name: str) -> None:
        request: OrderRequest = OrderRequest(
            contract.symbol, contract.exchange, Direction.LONG, OrderType.LIMIT, volume=0.0
        )
        self.exchange: Exchange = contract.exchange
        self.gateway_name: str = gateway_name
        order: OrderData = request.create_order_data("", gateway_name)
        self._filled: dict[str, Any] = dict(order.__dict__)
        self._vt_prefix: str = order.vt_orderid

    def fill(self, req: OrderRequest, orderid: str) -> OrderData:
        """As ``req.create_order_data``, for a request of this contract."""
        if not KNOWN or type(req) is not OrderRequest or req.exchange is not self.exchange:
            return req.create_order_data(orderid, self.gateway_name)
        order: OrderData = new(OrderData)
        filled: dict[str, Any] = self._filled.copy()
        order.__dict__ = filled
        filled["orderid"] = orderid
        filled["vt_orderid"] = self._vt_prefix + orderid
        filled["type"] = req.type
        filled["direction"] = req.direction
        filled["offset"] = req.offset
        filled["price"] = req.price
        filled["volume"] = req.volume
        filled["reference"] = req.reference
        return order


class Listing(NamedTuple):
    """A contract as the venue lists it, or as its symbol tells it."""

    contract: ContractData
    venue_symbol: str
    rules: TradingRules


class Listed(Generic[Rules]):
    """One contract: what vn.py calls it, what the venue calls it, what the venue takes of an order. It is never changed."""

    __slots__ = ("contract", "venue_symbol", "rules", "gateway_name", "_template")

    def __init__(self, contract: ContractData, venue_symbol: str, rules: Rules, gateway_name: str) -> None:
        self.contract: ContractData = contract
        self.venue_symbol: str = venue_symbol
        self.rules: Rules = rules
        self.gateway_name: str = gateway_name
        self._template: OrderTemplate | None = None

    @property
    def template(self) -> OrderTemplate:
        """The form of its orders, made with the first one: of thousands of contracts few are traded."""
        found: OrderTemplate | None = self._template
        if found is None:
            found = self._template = OrderTemplate(self.contract, self.gateway_name)
        return found

    def is_called(self, symbol: str) -> bool:
        """Whether a symbol such as BTCUSDT means it, whatever stands between the coins here: btc_usdt, BTC/USDT, BTCUSDT_SPOT_BINANCE."""
        names: tuple[str, ...] = (self.venue_symbol, self.contract.name, self.contract.symbol.partition("_SPOT_")[0])
        return symbol.upper() in [re.sub(r"[^A-Z0-9]", "", name.upper()) for name in names]


class Contracts(Generic[Rules]):
    """
    A store. Written by the executor's thread, read by any.

    000001.SSE (an index) and 000001.SZSE (a bank) are two contracts: nothing is found by the bare symbol.
    """

    def __init__(self, gateway_name: str) -> None:
        self._gateway_name: str = gateway_name
        self._listed: dict[str, Listed[Rules]] = {}
        self._by_venue: dict[str, Listed[Rules]] = {}
        self.find: Callable[[str], Listed[Rules] | None] = self._listed.get      # ``get``, without a call in between

    def add(self, contract: ContractData, venue_symbol: str, rules: Rules) -> Listed[Rules]:
        """Keep a contract, in place of one of the same vt_symbol."""
        listed: Listed[Rules] = Listed(contract, venue_symbol, rules, self._gateway_name)
        before: Listed[Rules] | None = self._listed.get(contract.vt_symbol)
        if before is not None and before.venue_symbol != venue_symbol:
            self._by_venue.pop(before.venue_symbol, None)
        self._listed[contract.vt_symbol] = listed
        self._by_venue[venue_symbol] = listed
        return listed

    def get(self, vt_symbol: str) -> Listed[Rules] | None:
        """By vt_symbol; None for a contract that is not known."""
        return self._listed.get(vt_symbol)

    def __getitem__(self, vt_symbol: str) -> Listed[Rules]:
        return self._listed[vt_symbol]

    def of_venue(self, venue_symbol: Any) -> ContractData | None:
        """The contract of a symbol that the venue has told; None for one that is not known, whatever it is."""
        listed: Listed[Rules] | None = self._by_venue.get(venue_symbol) if isinstance(venue_symbol, str) else None
        return listed.contract if listed else None

    def by_venue(self, venue_symbol: str) -> ContractData:
        """
        The contract of a symbol of the venue that is known.

        :raises KeyError: it is not
        """
        return self._by_venue[venue_symbol].contract

    def name_of(self, vt_symbol: str) -> str:
        """
        What the venue calls a contract.

        :raises KeyError: it is not known
        """
        return self._listed[vt_symbol].venue_symbol

    def exchanges_of(self, symbol: str) -> list[Exchange]:
        """Where a bare symbol is traded, for a line that says what is wrong with a vt_symbol."""
        return [listed.contract.exchange for listed in self if listed.contract.symbol == symbol]

    @property
    def venue_symbols(self) -> list[str]:
        """Of all contracts, in the order they came."""
        return list(self._by_venue)

    def __contains__(self, vt_symbol: object) -> bool:
        return vt_symbol in self._listed

    def __iter__(self) -> Iterator[Listed[Rules]]:
        return iter(list(self._listed.values()))

    def __len__(self) -> int:
        return len(self._listed)
