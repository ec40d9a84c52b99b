"""What ``GET /_mock/state`` tells of symbols and accounts, and ``GET /_mock/catalogue`` of faults; decimals are text."""

from collections.abc import Iterable, Mapping
from typing import Any

from ..core.exchange import Exchange
from ..core.numbers import format_amount
from ..dialects import load_dialect
from ..faults.catalogue import describe_actions
from ..faults.presets import describe_presets
from .accounts import Account


def describe_symbols(exchange: Exchange) -> dict[str, Any]:
    """Symbol -> status, last price and touch."""
    symbols: dict[str, Any] = {}
    for symbol, instrument in exchange.instruments.items():
        bid = exchange.books[symbol].best_bid()
        ask = exchange.books[symbol].best_ask()
        symbols[symbol] = {
            "status": instrument.status,
            "last_price": format_amount(exchange.tapes[symbol].last_price),
            "best_bid": format_amount(bid.price) if bid else None,
            "best_ask": format_amount(ask.price) if ask else None,
        }
    return symbols


def describe_accounts(exchange: Exchange, accounts: Iterable[Account]) -> dict[str, Any]:
    """Key -> balances, and how many orders are open."""
    return {
        account.key: {
            "balances": {
                asset: {"free": format_amount(free), "locked": format_amount(locked)}
                for asset, (free, locked) in exchange.balances(account.key).items()
            },
            "open_orders": len(exchange.open_orders(account.key)),
        }
        for account in accounts
    }


def describe_faults(dialect: str) -> dict[str, Any]:
    """``actions``: what can go wrong, each with its fields; ``presets``: faults ready to be set on venues of a dialect."""
    labels: Mapping[str, Any] = getattr(load_dialect(dialect), "wire_labels", {})
    return {"actions": describe_actions(), "presets": describe_presets(labels)}
