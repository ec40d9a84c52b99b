"""
What a Futu gateway's venue lists and holds on its first day: Hong Kong, US and China Connect shares, a simulated and a real account.

Lots are the exchanges' (spec 5.6). Fees of a retail account, rounded: Hong Kong commission 0.03 % (3 HKD at least), stamp duty
and levies 0.1085 % of both sides; US commission 0.03 % (0.99 USD at least). China Connect: commission 0.03 % (3 CNY at least), and what
HKEX publishes for northbound trading: handling, management and transfer fees of both sides, 0.00841 % of shares and 0.006 % of funds,
stamp duty 0.05 % of sales of shares. Bands and lots of A-shares are those of the trading rules of the two exchanges, their days Shanghai's: northbound
trading also rests on Hong Kong's holidays, which is left out here.
"""

from typing import NamedTuple

from ...contents import Contents
from ...core.calendar import AnyCalendar, RoundTheClock, hong_kong, new_york, shanghai
from ...core.instruments import CashEquity, Instrument
from ...core.numbers import SCALE, parse_amount
from . import enums
from .enums import EQUITY, TRUST
from .ticks import Ticks, hong_kong_funds, hong_kong_shares, united_states

TOKEN: str = "fc_6d6f636b2d6b6579"          # the ready line's key
REAL_SUFFIX: str = "-real"                  # of the core account that is a token's real one


class TradeMarket(NamedTuple):
    """
    A market that a header's ``trd_market`` names: ``real`` of real accounts, ``simulated`` of simulated ones. ``word``: of a key's
    whitelist and of the groups of securities.
    """

    word: str
    real: int
    simulated: int
    currency: str                           # the core's asset
    currency_code: int
    zone: str

    def number(self, is_real: bool) -> int:
        """``trd_market`` of an account's orders, fills and positions."""
        return self.real if is_real else self.simulated


class MarketFacts(NamedTuple):
    """One exchange, as quotes call it. China Connect is one market of two exchanges."""

    qot_market: int
    sec_market: int
    prefix: str
    exch_type: int
    code: str                               # ``exchange_code`` of a snapshot
    trade: TradeMarket

    @property
    def zone(self) -> str:
        return self.trade.zone

    @property
    def currency(self) -> str:
        return self.trade.currency

    @property
    def currency_code(self) -> int:
        return self.trade.currency_code


HK: TradeMarket = TradeMarket("HK", enums.TRD_HK, enums.TRD_HK, "HKD", enums.HKD, "Asia/Hong_Kong")
US: TradeMarket = TradeMarket("US", enums.TRD_US, enums.TRD_US, "USD", enums.USD, "America/New_York")
CN: TradeMarket = TradeMarket("CN", enums.TRD_HKCC, enums.TRD_CN, "CNY", enums.CNH, "Asia/Shanghai")
TRADE_MARKETS: tuple[TradeMarket, ...] = (HK, US, CN)
BY_NUMBER: dict[int, TradeMarket] = {number: each for each in TRADE_MARKETS for number in (each.real, each.simulated)}

HONG_KONG: MarketFacts = MarketFacts(enums.QOT_HK, 1, "HK", enums.HK_MAIN, "HKEX", HK)
UNITED_STATES: MarketFacts = MarketFacts(enums.QOT_US, 2, "US", enums.NASDAQ, "NASDAQ", US)
SHANGHAI: MarketFacts = MarketFacts(enums.QOT_SH, 31, "SH", enums.SH_MAIN, "SSE", CN)
SHENZHEN: MarketFacts = MarketFacts(enums.QOT_SZ, 32, "SZ", enums.SZ_MAIN, "SZSE", CN)
MARKETS: tuple[MarketFacts, ...] = (HONG_KONG, UNITED_STATES, SHANGHAI, SHENZHEN)
CODES_OF_SHANGHAI: tuple[str, ...] = ("5", "6", "9")        # first digits (spec 5.1); codes of shares and funds are unique in China


def market_of(instrument: Instrument) -> MarketFacts:
    """The exchange of an instrument: by its currency, in China by its code too."""
    if instrument.quote == CN.currency:
        return SHANGHAI if instrument.symbol.startswith(CODES_OF_SHANGHAI) else SHENZHEN
    return UNITED_STATES if instrument.quote == US.currency else HONG_KONG


class SecurityFacts(NamedTuple):
    """What is listed of a security besides its rules. ``exch_type`` 0: that of its market."""

    name: str
    listed_on: str
    kind: int = EQUITY
    shares: int = 1_000_000_000             # issued, for turnover rates
    exch_type: int = 0


SECURITIES: dict[str, SecurityFacts] = {
    "00700": SecurityFacts("TENCENT", "2004-06-16", shares=9_200_000_000),
    "09988": SecurityFacts("BABA-W", "2019-11-26", shares=19_000_000_000),
    "02800": SecurityFacts("TRACKER FUND", "1999-11-12", TRUST),
    "00005": SecurityFacts("HSBC HOLDINGS", "1975-04-01", shares=17_500_000_000),
    "00939": SecurityFacts("CCB", "2005-10-27", shares=240_000_000_000),
    "AAPL": SecurityFacts("Apple", "1980-12-12", shares=15_000_000_000),
    "TSLA": SecurityFacts("Tesla", "2010-06-29", shares=3_200_000_000),
    "SPY": SecurityFacts("SPDR S&P 500 ETF", "1993-01-29", TRUST),
    "600519": SecurityFacts("贵州茅台", "2001-08-27", shares=1_256_000_000),
    "600036": SecurityFacts("招商银行", "2002-04-09", shares=25_200_000_000),
    "688981": SecurityFacts("中芯国际", "2020-07-16", shares=8_000_000_000, exch_type=enums.STAR),
    "510300": SecurityFacts("沪深300ETF", "2012-05-28", TRUST),
    "000001": SecurityFacts("平安银行", "1991-04-03", shares=19_400_000_000),
}


def security(symbol: str, market: MarketFacts, price: str, lot: int, tick: str, ticks: Ticks) -> Instrument:
    """
    A share or fund of Hong Kong or the US. ``tick``: what the market maker quotes in multiples of, which fits every table near the
    price; orders go by ``ticks``.
    """
    is_hk: bool = market is HONG_KONG
    terms: CashEquity = CashEquity(
        lot=lot * SCALE, least=lot * SCALE, odd_lots=False, ticks=ticks, commission=parse_amount("0.0003"),
        least_commission=parse_amount("3" if is_hk else "0.99"), transfer_fee=parse_amount("0.001085") if is_hk else 0,
        stops=True, gtc=True,
    )
    most: int = 3_000 * lot * SCALE if is_hk else 500_000 * SCALE
    return listed(symbol, market, price, tick, lot, most, terms)


def china_security(symbol: str, market: MarketFacts, price: str, *, is_fund: bool = False, is_star: bool = False) -> Instrument:
    """
    A share or fund of China Connect: T+1, the day's band, an odd remainder may be sold. Only limit orders of the day are taken there.
    STAR: 200 shares at least, then one by one. The market maker quotes lots of 100.
    """
    terms: CashEquity = CashEquity(
        lot=(1 if is_star else 100) * SCALE, least=(200 if is_star else 100) * SCALE, band=parse_amount("0.2" if is_star else "0.1"),
        t_plus=1, commission=parse_amount("0.0003"), least_commission=3 * SCALE, stamp_duty=0 if is_fund else parse_amount("0.0005"),
        transfer_fee=parse_amount("0.00006" if is_fund else "0.0000841"),
    )
    most: int = (100_000 if is_star else 1_000_000) * SCALE
    return listed(symbol, market, price, "0.001" if is_fund else "0.01", 100, most, terms)


def listed(symbol: str, market: MarketFacts, price: str, tick: str, step: int, most: int, terms: CashEquity) -> Instrument:
    """An instrument of shares. ``step``: its board lot, ``most``: the largest order in 1e-8."""
    return Instrument(
        symbol, symbol, market.currency, tick_size=parse_amount(tick), step_size=step * SCALE, min_price=parse_amount(tick),
        max_price=9_995 * SCALE, min_quantity=step * SCALE, max_quantity=most, market_max_quantity=most, min_notional=0,
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
        china_security("600519", SHANGHAI, "1500"),
        china_security("600036", SHANGHAI, "40"),
        china_security("688981", SHANGHAI, "50", is_star=True),
        china_security("510300", SHANGHAI, "4", is_fund=True),
        china_security("000001", SHENZHEN, "10"),
    ]


def contents() -> Contents:
    """The simulated account is the token's own, the real one beside it. Always open unless the option ``calendar`` is ``exchange``."""
    funds: dict[str, int] = {"HKD": 1_000_000 * SCALE, "USD": 200_000 * SCALE}
    found: list[Instrument] = instruments()
    always: dict[TradeMarket, AnyCalendar] = {each: RoundTheClock(each.zone) for each in TRADE_MARKETS}
    sessions: dict[TradeMarket, AnyCalendar] = {HK: hong_kong(), US: new_york(), CN: shanghai()}
    elsewhere: dict[str, TradeMarket] = {each.symbol: market_of(each).trade for each in found if market_of(each) is not HONG_KONG}
    return Contents(
        found, [(TOKEN, "", funds), (TOKEN + REAL_SUFFIX, "", funds)], always[HK], sessions[HK],
        {symbol: always[market] for symbol, market in elsewhere.items()}, {symbol: sessions[market] for symbol, market in elsewhere.items()},
    )
