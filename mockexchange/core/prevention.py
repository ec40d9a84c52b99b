"""Self-trade prevention: what happens to two orders of one account that would trade with each other (faqs/stp_faq.md)."""

from contextlib import AbstractContextManager, nullcontext

from .engine import Engine
from .events import PreventedMatch
from .filters import SHRINKING
from .market import Market
from .orders import Order


def prevent(
    engine: Engine, market: Market, taker: Order, maker_market: Market, maker: Order,
    elsewhere: AbstractContextManager[None] | None = None,
) -> None:
    """
    Prevent a match: the taker's mode decides. There are no trade groups, so TRANSFER does what DECREMENT does, and it is called
    that unless both orders ask for it.

    ``elsewhere``: within it the maker's balances change, for a maker of another symbol.
    """
    mode: str = taker.stp_mode
    if mode == "TRANSFER" and maker.stp_mode != mode:
        mode = "DECREMENT"
    match_id: int = engine.next_prevented_id
    engine.next_prevented_id = match_id + 1
    from_taker: int = 0 if mode == "EXPIRE_MAKER" else taker.remaining
    from_maker: int = 0 if mode == "EXPIRE_TAKER" else maker.remaining
    smaller: int = min(taker.remaining, maker.remaining)
    if mode in SHRINKING:
        from_taker = from_maker = smaller
    match: PreventedMatch = PreventedMatch(
        taker.account, market.symbol, match_id, taker.order_id, maker_market.symbol, maker.order_id, mode, maker.price, smaller,
        from_taker, from_maker, engine.now,
    )
    engine.accounts[taker.account].add_prevented(match)
    engine.events.append(match)
    if from_maker:
        maker_market.book.reduce(maker, from_maker)
        with elsewhere or nullcontext():
            _take_off(engine, maker_market, maker, from_maker, match, taker.order_id)
    if from_taker:
        taker.remaining -= from_taker
        _take_off(engine, market, taker, from_taker, match, maker.order_id)


def _take_off(engine: Engine, market: Market, order: Order, quantity: int, match: PreventedMatch, counter_order_id: int) -> None:
    order.prevented += quantity
    order.prevented_match_id = match.match_id
    order.match = match
    order.update_time = engine.now
    if not order.remaining:
        order.status = "EXPIRED_IN_MATCH"
        engine.end(market, order)
    elif order.locked:
        engine.unlock(market, order, market.settlement.reserve(
            order.is_buy, order.price, order.remaining, order.executed_quote
        ))
    engine.report(
        order, "TRADE_PREVENTION",
        last_prevented=quantity, prevented_match_id=match.match_id, counter_order_id=counter_order_id,
    )
