"""
What a Futu gateway's venue lists and holds on its first day: Hong Kong and US shares, a simulated and a real account.

Lots are the exchanges' (spec 5.6). Fees of a retail account, rounded: Hong Kong commission 0.03 % (3 HKD at least), stamp duty
and levies 0.1085 % of both sides; US commission 0.03 % (0.99 USD at least).
"""

from typing import NamedTuple

from ...contents import Contents
from ...core.calendar import RoundTheClock, hong_kong, new_york
from ...core.instruments import CashEquity, Instrument
from ...core.numbers import SCALE, parse_amount
from .enums import (
    CNH,
    EQUITY,
    HK_MAIN,
    HKD,
    NASDAQ,
    QOT_HK,
    QOT_SH,
    QOT_US,
    SHANGHAI,
    TRD_HK,
    TRD_HKCC,
    TRD_US,
    TRUST,
    USD,
)
from .ticks import Ticks, hong_kong_funds, hong_kong_shares, united_states

TOKEN: str = "fc_6d6f636b2d6b6579"          # the ready line's key
REAL_SUFFIX: str = "-real"                  # of the core account that is a token's real one


class MarketFacts(NamedTuple):
    """One market: what it is called in quotes and trades, its money and its time."""

    qot_market: int
    trd_market: int
    sec_market: int
    currency: str                           # the core's asset
    currency_code: int
    zone: str
    prefix: str
    exch_type: int


HONG_KONG: MarketFacts = MarketFacts(QOT_HK, TRD_HK, 1, "HKD", HKD, "Asia/Hong_Kong", "HK", HK_MAIN)
UNITED_STATES: MarketFacts = MarketFacts(QOT_US, TRD_US, 2, "USD", USD, "America/New_York", "US", NASDAQ)
MARKETS: tuple[MarketFacts, ...] = (HONG_KONG, UNITED_STATES)
CONNECT: MarketFacts = MarketFacts(QOT_SH, TRD_HKCC, 31, "CNH", CNH, "Asia/Shanghai", "SH", SHANGHAI)       # nothing is listed there
BY_CURRENCY: dict[str, MarketFacts] = {each.currency: each for each in MARKETS}


class SecurityFacts(NamedTuple):
    """What is listed of a security besides its rules."""

    name: str
    listed_on: str
    kind: int = EQUITY
    shares: int = 1_000_000_000             # issued, for turnover rates


SECURITIES: dict[str, SecurityFacts] = {
    "00700": SecurityFacts("TENCENT", "2004-06-16", shares=9_200_000_000),
    "09988": SecurityFacts("BABA-W", "2019-11-26", shares=19_000_000_000),
    "02800": SecurityFacts("TRACKER FUND", "1999-11-12", TRUST),
    "00005": SecurityFacts("HSBC HOLDINGS", "1975-04-01", shares=17_500_000_000),
    "00939": SecurityFacts("CCB", "2005-10-27", shares=240_000_000_000),
    "AAPL": SecurityFacts("Apple", "1980-12-12", shares=15_000_000_000),
    "TSLA": SecurityFacts("Tesla", "2010-06-29", shares=3_200_000_000),
    "SPY": SecurityFacts("SPDR S&P 500 ETF", "1993-01-29", TRUST),
}


def security(symbol: str, market: MarketFacts, price: str, lot: int, tick: str, ticks: Ticks) -> Instrument:
    """
    A share or fund. ``tick``: what the market maker quotes in multiples of, which fits every table near the price;
    orders go by ``ticks``.
    """
    is_hk: bool = market is HONG_KONG
    terms: CashEquity = CashEquity(
        lot=lot * SCALE, least=lot * SCALE, odd_lots=False, ticks=ticks, commission=parse_amount("0.0003"),
        least_commission=parse_amount("3" if is_hk else "0.99"), transfer_fee=parse_amount("0.001085") if is_hk else 0,
        stops=True, gtc=True,
    )
    most: int = 3_000 * lot * SCALE if is_hk else 500_000 * SCALE
    return Instrument(
        symbol, symbol, market.currency, tick_size=parse_amount(tick), step_size=lot * SCALE, min_price=parse_amount(tick),
        max_price=9_995 * SCALE, min_quantity=lot * SCALE, max_quantity=most, market_max_quantity=most, min_notional=0,
        max_notional=0, start_price=parse_amount(price), maker_fee=0, taker_fee=0, max_num_orders=10_000,
        default_stp_mode="NONE", equity=terms,
    )


def instruments() -> list[Instrument]:
    """A new list."""
    shares, funds, us = hong_kong_shares("phase_1"), hong_kong_funds(), united_states()
    return [
        security("00700", HONG_KONG, "300", 100, "0.2", shares),
        security("09988", HONG_KONG, "120", 100, "0.1", shares),
        security("02800", HONG_KONG, "25", 500, "0.02", funds),
        security("00005", HONG_KONG, "80", 400, "0.05", shares),
        security("00939", HONG_KONG, "6", 1000, "0.01", shares),
        security("AAPL", UNITED_STATES, "200", 1, "0.01", us),
        security("TSLA", UNITED_STATES, "300", 1, "0.01", us),
        security("SPY", UNITED_STATES, "500", 1, "0.01", us),
    ]


def contents() -> Contents:
    """The simulated account is the token's own, the real one beside it. Always open unless the option ``calendar`` is ``exchange``."""
    funds: dict[str, int] = {"HKD": 1_000_000 * SCALE, "USD": 200_000 * SCALE}
    listed: list[Instrument] = instruments()
    american: list[str] = [each.symbol for each in listed if each.quote == UNITED_STATES.currency]
    always, core_session = RoundTheClock(UNITED_STATES.zone), new_york()
    return Contents(
        listed, [(TOKEN, "", funds), (TOKEN + REAL_SUFFIX, "", funds)], RoundTheClock(HONG_KONG.zone), hong_kong(),
        dict.fromkeys(american, always), dict.fromkeys(american, core_session),
    )
