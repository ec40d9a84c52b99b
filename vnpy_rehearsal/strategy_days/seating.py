"""Which engine a strategy sits in."""

from vnpy.trader.engine import MainEngine

from .seats import Seat
from .subject import CTA, PORTFOLIO, Subject


def take_seat(subject: Subject, main_engine: MainEngine, vt_symbols: list[str]) -> Seat:
    """The strategy in the engine it is made for."""
    if subject.kind == CTA:
        return Seat(subject, main_engine, vt_symbols)
    if subject.kind == PORTFOLIO:
        from .portfolio import PortfolioSeat

        return PortfolioSeat(subject, main_engine, vt_symbols)
    from .script import ScriptSeat

    return ScriptSeat(subject, main_engine, vt_symbols)
