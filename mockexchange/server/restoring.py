"""What a journal says of a venue's users, brought back into a new exchange."""

from rest_locale import _

from ..checkpoint import restore
from ..core.errors import Refusal
from ..core.exchange import Exchange
from ..journal import Journal, JournalError
from ..replay import RestoredState, put_into, without_gc
from .market_memory import LastPrices


def restore_users(exchange: Exchange, journal: Journal, now: int, market: LastPrices) -> None:
    """
    Give an exchange that has done nothing yet the balances, orders, fills and rules of a journal. ``now`` in us; ``market``: the
    last trade ids, which the journal does not have.

    :raises JournalError: says what the journal has that this exchange cannot have
    """
    try:
        with without_gc():
            fold: RestoredState = restore(journal)
            put_into(exchange, fold, now)
    except (KeyError, ValueError, Refusal) as error:
        raise JournalError(_("journal {path}: {error}").format(path=journal.path or _("in memory"), error=error)) from None
    exchange.restore_counters(
        execution_id=fold.last_execution_id,
        prevented_match_id=fold.last_prevented_match_id,
        trade_ids={symbol: last for symbol, (__, last) in market.items() if symbol in exchange.tapes},
    )
