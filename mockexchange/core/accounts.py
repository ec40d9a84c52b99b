"""What the exchange keeps of one account besides its money: its orders and fills."""

from bisect import insort

from .events import Fill
from .orders import FINAL_STATUSES, STOP_TYPES, Order


class Account:
    """
    Orders and fills of one account, found without looking at the rest.

    ``free``, ``locked`` and ``unsettled`` are the ledger's own dicts. ``waiting`` counts the stop orders
    per symbol that have not triggered.
    """

    __slots__ = (
        "name", "free", "locked", "unsettled", "update_time", "_open", "_waiting", "_orders", "_by_client_id", "_fills",
    )

    def __init__(self, name: str, free: dict[str, int], locked: dict[str, int], unsettled: dict[str, int]) -> None:
        self.name: str = name
        self.free: dict[str, int] = free
        self.locked: dict[str, int] = locked
        self.unsettled: dict[str, int] = unsettled
        self.update_time: int = 0
        self._open: dict[str, dict[int, Order]] = {}
        self._waiting: dict[str, int] = {}
        self._orders: dict[str, list[Order]] = {}
        self._by_client_id: dict[tuple[str, str], Order] = {}
        self._fills: dict[str, list[Fill]] = {}

    def register(self, order: Order) -> None:
        """Remember an order; ids may come in any order."""
        orders = self._orders.setdefault(order.symbol, [])
        if orders and orders[-1].order_id > order.order_id:
            insort(orders, order, key=lambda each: each.order_id)
        else:
            orders.append(order)
        key = (order.symbol, order.client_order_id)
        known = self._by_client_id.get(key)
        if known is None or known.order_id < order.order_id:
            self._by_client_id[key] = order

    def rename(self, order: Order, client_order_id: str) -> None:
        """The order has another client order id from now on."""
        key = (order.symbol, order.client_order_id)
        if self._by_client_id.get(key) is order:
            del self._by_client_id[key]
        order.client_order_id = client_order_id
        self._by_client_id[order.symbol, client_order_id] = order

    def open(self, order: Order) -> None:
        """The order rests, or waits for its trigger."""
        self._open.setdefault(order.symbol, {})[order.order_id] = order
        if not order.working_time and order.type in STOP_TYPES:
            self._waiting[order.symbol] = self._waiting.get(order.symbol, 0) + 1

    def triggered(self, order: Order) -> None:
        """A stop order waits no more."""
        self._waiting[order.symbol] -= 1

    def close(self, order: Order) -> None:
        """The order is final."""
        orders = self._open.get(order.symbol)
        if orders is not None and orders.pop(order.order_id, None) is not None:
            if not order.working_time and order.type in STOP_TYPES:
                self._waiting[order.symbol] -= 1

    def add_fill(self, fill: Fill) -> None:
        fills = self._fills.setdefault(fill.symbol, [])
        if fills and fills[-1].trade_id > fill.trade_id:
            insort(fills, fill, key=lambda each: each.trade_id)
        else:
            fills.append(fill)

    def by_client_id(self, symbol: str, client_order_id: str) -> Order | None:
        """The newest order of that client id."""
        return self._by_client_id.get((symbol, client_order_id))

    def is_taken(self, symbol: str, client_order_id: str) -> bool:
        """Whether an open order has this client id."""
        order = self._by_client_id.get((symbol, client_order_id))
        return order is not None and order.status not in FINAL_STATUSES

    def count_open(self, symbol: str) -> int:
        orders = self._open.get(symbol)
        return len(orders) if orders is not None else 0

    def count_waiting(self, symbol: str) -> int:
        return self._waiting.get(symbol, 0)

    def open_buys(self, symbol: str) -> int:
        """What may still be bought by open orders."""
        return sum(order.remaining for order in self._open.get(symbol, {}).values() if order.is_buy)

    def open_orders(self, symbol: str | None = None) -> list[Order]:
        """By order id."""
        if symbol is not None:
            found = list(self._open.get(symbol, {}).values())
        else:
            found = [order for orders in self._open.values() for order in orders.values()]
        found.sort(key=lambda each: each.order_id)
        return found

    def all_orders(self, symbol: str) -> list[Order]:
        """By order id."""
        return list(self._orders.get(symbol, ()))

    def fills(self, symbol: str) -> list[Fill]:
        """By trade id."""
        return list(self._fills.get(symbol, ()))

    def balances(self) -> dict[str, tuple[int, int]]:
        free, locked = self.free, self.locked
        return {asset: (free.get(asset, 0), locked.get(asset, 0)) for asset in {**free, **locked}}
