"""An exchange as a journal has left it."""

from ..checkpoint import restore
from ..core.commands import SetRules
from ..core.errors import Refusal
from ..core.exchange import Exchange
from ..core.instruments import Instrument
from ..journal import Journal, JournalError
from ..replay import RestoredState, without_gc
from .market_memory import LastPrices


def restored_exchange(instruments: list[Instrument], seed: int, journal: Journal, market: LastPrices, now: int) -> Exchange:
    """A new exchange holding what the journal says its users have. Raises JournalError."""
    exchange: Exchange = Exchange(instruments, seed)
    if not journal.last:
        return exchange
    try:
        with without_gc():
            fold: RestoredState = restore(journal)
            for (account, asset), amounts in fold.balances.items():
                exchange.restore_balance(account, asset, *amounts)
            for fill in fold.fills:
                exchange.restore_fill(fill)
            for symbol, close in fold.closes.items():
                exchange.restore_close(symbol, close)
            exchange.discount.chosen.update(fold.discounts)
            for symbol, rules in fold.rules.items():
                exchange.apply(SetRules(symbol, rules), now)
            for order in fold.book_order():
                exchange.restore_order(order)
            for symbol, status in fold.statuses.items():
                exchange.instruments[symbol].status = status
    except (KeyError, ValueError, Refusal) as error:
        raise JournalError(f"journal {journal.path or 'in memory'}: {error}") from None
    exchange.restore_counters(
        execution_id=fold.last_execution_id,
        prevented_match_id=fold.last_prevented_match_id,
        trade_ids={symbol: last for symbol, (_, last) in market.items() if symbol in exchange.tapes},
    )
    return exchange
