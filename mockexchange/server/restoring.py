"""An exchange as a journal has left it."""

from ..checkpoint import restore
from ..core.errors import Refusal
from ..core.exchange import Exchange
from ..core.instruments import Instrument
from ..journal import Journal, JournalError
from ..replay import RestoredState, put_into, without_gc
from .market_memory import LastPrices


def restored_exchange(instruments: list[Instrument], seed: int, journal: Journal, market: LastPrices, now: int) -> Exchange:
    """A new exchange holding what the journal says its users have. Raises JournalError."""
    exchange: Exchange = Exchange(instruments, seed)
    if not journal.last:
        return exchange
    try:
        with without_gc():
            fold: RestoredState = restore(journal)
            put_into(exchange, fold, now)
    except (KeyError, ValueError, Refusal) as error:
        raise JournalError(f"journal {journal.path or 'in memory'}: {error}") from None
    exchange.restore_counters(
        execution_id=fold.last_execution_id,
        prevented_match_id=fold.last_prevented_match_id,
        trade_ids={symbol: last for symbol, (_, last) in market.items() if symbol in exchange.tapes},
    )
    return exchange
