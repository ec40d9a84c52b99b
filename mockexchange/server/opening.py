"""What a market opens with: the price at which it stood, and its past."""

from ..core.exchange import Exchange
from ..core.past import Minutes, Past
from ..feeds import Feed
from .market_memory import LastPrices


def last_prices(exchange: Exchange) -> LastPrices:
    """Where every market stands."""
    return {symbol: (tape.last_price, tape.last_id) for symbol, tape in exchange.tapes.items()}


def go_on(exchange: Exchange, feed: Feed, market: LastPrices) -> None:
    """Let a feed's markets go on where they stood; a recorded one begins where its record does."""
    if feed.recorded:
        return
    for symbol, (price, _) in market.items():
        if symbol in exchange.tapes:
            exchange.tapes[symbol].last_price = price
            feed.on_price(symbol, price)


def open_past(exchange: Exchange, feed: Feed, opened: int) -> None:
    """
    Give every market its past before ``opened`` (us). Its ids end where those of the market begin; after a restart they
    begin above all that were used before, by users too.
    """
    for symbol in feed.symbols:
        minutes: Minutes | None = feed.history(symbol, opened)
        if minutes is None:
            continue
        if symbol in feed.first_ids:
            trade_id, aggregate_id = feed.first_ids[symbol]
            past: Past = Past(minutes, trade_id - 1, aggregate_id - 1)
        else:
            last: int = exchange.reserve_trade_ids(symbol, 0, minutes.room)
            past = Past(minutes, last, last)
        exchange.tapes[symbol].set_past(past)
