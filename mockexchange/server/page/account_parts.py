"""What a viewer is told of the accounts: balances, what they hold is worth, open orders."""

from typing import Any

from ...core.exchange import Exchange
from ...core.ledger import Ledger
from ...core.orders import Order
from ..venue import Venue
from .text import plain

MOST_ORDERS: int = 200              # open orders shown, the newest


class BalancesPart:
    """Account -> asset -> [free, locked, unsettled], of the accounts whose balances have changed."""

    name: str = "balances"

    def __init__(self, venue: Venue) -> None:
        self._venue: Venue = venue
        self._journal: int = -1
        self._told: dict[str, dict[str, list[str]]] = {}

    def take(self) -> dict[str, Any] | None:
        if self._venue.journal.last == self._journal:
            return None
        self._journal = self._venue.journal.last
        exchange: Exchange = self._venue.exchange
        ledger: Ledger = exchange.ledger
        changed: dict[str, Any] = {}
        for account in self._venue.accounts:
            late: dict[str, int] = ledger.unsettled.get(account.key, {})
            now: dict[str, list[str]] = {
                asset: [plain(free), plain(locked), plain(late.get(asset, 0))]
                for asset, (free, locked) in exchange.balances(account.key).items()
            }
            if self._told.get(account.key) != now:
                self._told[account.key] = changed[account.key] = now
        return changed or None


class PricesPart:
    """Symbol -> last price, of the symbols shown or held, where it has changed."""

    name: str = "prices"

    def __init__(self, venue: Venue, symbol: str) -> None:
        self._venue: Venue = venue
        self._shown: str = symbol
        self._told: dict[str, int] = {}
        self._journal: int = -1
        self._symbols: list[str] = []

    def take(self) -> dict[str, str] | None:
        exchange: Exchange = self._venue.exchange
        if self._venue.journal.last != self._journal:
            self._journal = self._venue.journal.last
            held: set[str] = {
                asset for account in self._venue.accounts for asset, parts in exchange.balances(account.key).items() if any(parts)
            }
            self._symbols = [name for name, each in exchange.instruments.items() if each.base in held or name == self._shown]
        changed: dict[str, str] = {}
        for symbol in self._symbols:
            price: int = exchange.tapes[symbol].last_price
            if self._told.get(symbol) != price:
                self._told[symbol] = price
                changed[symbol] = plain(price)
        return changed or None


class OrdersPart:
    """Open orders of all accounts: ``set`` what is new or has changed, ``gone`` the ids of those that are open no more."""

    name: str = "orders"

    def __init__(self, venue: Venue) -> None:
        self._venue: Venue = venue
        self._journal: int = -1
        self._told: dict[int, dict[str, Any]] = {}

    def take(self) -> dict[str, Any] | None:
        if self._venue.journal.last == self._journal:
            return None
        self._journal = self._venue.journal.last
        exchange: Exchange = self._venue.exchange
        orders: list[Order] = [order for each in self._venue.accounts for order in exchange.open_orders(each.key)]
        newest: list[Order] = sorted(orders, key=lambda order: order.order_id)[-MOST_ORDERS:]
        now: dict[int, dict[str, Any]] = {order.order_id: describe_order(order) for order in newest}
        changed: list[dict[str, Any]] = [row for id, row in now.items() if self._told.get(id) != row]
        gone: list[int] = [id for id in self._told if id not in now]
        self._told = now
        return {"set": changed, "gone": gone, "total": len(orders)} if changed or gone else None


def describe_order(order: Order) -> dict[str, Any]:
    """An open order."""
    return {
        "id": order.order_id, "client_id": order.client_order_id, "account": order.account, "symbol": order.symbol, "side": order.side,
        "type": order.type, "status": order.status, "price": plain(order.price), "stop": plain(order.stop_price),
        "quantity": plain(order.quantity), "executed": plain(order.executed), "t": order.time // 1000,
    }
