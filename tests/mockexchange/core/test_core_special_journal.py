"""What a journal keeps of trailing stops, pegged, routed and iceberg orders and of prevented matches: everything."""

from typing import Any

import msgspec
from core_world import NOW, check_invariants, order_state
from hypothesis import given
from test_core_properties import checked, commands, make_exchange, open_exchange, send

from mockexchange import checkpoint
from mockexchange.core import Exchange
from mockexchange.core.commands import FeedTrade, Quote, TapeTrade
from mockexchange.journal import Journal
from mockexchange.replay import RestoredState, fold_rows, put_into
from mockexchange.scan import Prefix

FLOW = (Quote, FeedTrade, TapeTrade)


def journalled(sent: list[Any], opening: int) -> tuple[Exchange, Journal]:
    """An exchange that has done this, and its journal as a venue writes it."""
    exchange, journal = open_exchange(opening), Journal()
    for number, command in enumerate(sent):
        now = NOW + number * 1000
        events = send(exchange, command, now)
        if events:
            journal.record(now, None if isinstance(command, FLOW) else command, events)
    return exchange, journal


def rebuilt(fold: RestoredState, old: Exchange) -> Exchange:
    new = make_exchange(5)
    for account in old.accounts():
        for asset, (free, locked) in old.balances(account).items():
            fold.balances[account, asset] = (free, locked, 0)
    put_into(new, fold, NOW)
    return new


def queues(exchange: Exchange) -> dict[str, list[tuple[int, int]]]:
    """Users' orders in the order of priority, with what the book shows of them."""
    return {
        symbol: [
            (order.order_id, book.shown(order))
            for is_buy in (True, False) for level in book.levels(is_buy) for order in level if order.account
        ]
        for symbol, book in exchange.books.items()
    }


def stops(exchange: Exchange) -> dict[str, Any]:
    return {
        symbol: ([row[:2] for row in each.stops._rising], [row[:2] for row in each.stops._falling], sorted(each.stops._tracking))
        for symbol, each in exchange._markets.items()
    }


def states(exchange: Exchange) -> list[Any]:
    """All orders; an iceberg's place in its queue is what ``queues`` compares."""
    found: list[Any] = []
    for account in exchange.accounts():
        for symbol in exchange.instruments:
            for order in exchange.all_orders(account, symbol):
                order.queued = 0
                found.append(order_state(order))
    return sorted(found, key=lambda state: state[0])


@checked
@given(commands)
def test_what_is_read_back_is_what_was(sent: list[Any]) -> None:
    old, journal = journalled(sent, 10**13)
    fold = fold_rows(journal.rows())
    data = msgspec.msgpack.encode(checkpoint.pack(Prefix(0, 0, 0, 0, 0, journal._index.offsets), fold))
    again = checkpoint.unpack(msgspec.msgpack.decode(data, type=checkpoint.State))
    for each in (fold, again):
        new = rebuilt(each, old)
        check_invariants(new)
        assert queues(new) == queues(old) and stops(new) == stops(old)
        for account in old.accounts():
            for symbol in old.instruments:
                assert new.fills(account, symbol) == old.fills(account, symbol)
                assert new.allocations(account, symbol) == old.allocations(account, symbol)
                assert new.prevented_matches(account, symbol) == old.prevented_matches(account, symbol)
        assert states(new) == states(old)


