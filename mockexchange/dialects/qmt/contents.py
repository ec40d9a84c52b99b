"""
What a QMT venue lists and holds on its first day: shares, funds, a convertible bond and the one-day repo, in CNY.

Lots, ticks and bands are those of spec 4.2 and 4.3 (exchange trading rules); names are what positions show (spec 2.2).
Fees of a retail account: commission 0.025 %, 5 CNY at least; transfer fee 0.001 %; stamp duty 0.05 % of sales of shares.
"""

from ...contents import Contents
from ...core.calendar import RoundTheClock, shanghai
from ...core.instruments import CashEquity, Instrument
from ...core.numbers import SCALE, parse_amount

ZONE: str = "Asia/Shanghai"
CASH: str = "CNY"
REPO: str = "131810.SZ"             # one-day repo of Shenzhen: its price is a rate in percent a year
REPO_FACE: int = 100 * SCALE        # CNY that one unit (张) of it lends

NAMES: dict[str, str] = {
    "000001.SZ": "平安银行", "600000.SH": "浦发银行", "000002.SZ": "万科A", "300750.SZ": "宁德时代", "688981.SH": "中芯国际",
    "920002.BJ": "万达轴承", "510300.SH": "沪深300ETF", "511880.SH": "银华日利", "128013.SZ": "洪涛转债", REPO: "R-001",
}


def share(
    symbol: str, price: str, *, band: str = "0.1", least: int = 100, lot: int = 100, most: int = 1_000_000, tick: str = "0.01",
    step: int = 100, t_plus: int = 1, is_share: bool = True,
) -> Instrument:
    """
    A security. ``price`` in CNY, ``band`` as a fraction of the previous close, the other numbers in shares (bonds: 张).

    The exchange takes multiples of ``lot`` from ``least`` to ``most``; the market maker quotes multiples of ``step``.
    """
    terms: CashEquity = CashEquity(
        lot=lot * SCALE, least=least * SCALE, band=parse_amount(band), t_plus=t_plus, commission=parse_amount("0.00025"),
        least_commission=5 * SCALE, stamp_duty=parse_amount("0.0005") if is_share else 0,
        transfer_fee=parse_amount("0.00001") if is_share else 0,
    )
    return Instrument(
        symbol, symbol, CASH, tick_size=parse_amount(tick), step_size=step * SCALE, min_price=parse_amount(tick),
        max_price=10_000 * SCALE, min_quantity=step * SCALE, max_quantity=most * SCALE, market_max_quantity=most * SCALE,
        min_notional=0, max_notional=0, start_price=parse_amount(price), maker_fee=0, taker_fee=0, max_num_orders=10_000,
        default_stp_mode="NONE", equity=terms,
    )


def instruments() -> list[Instrument]:
    """A new list; the first one is what the fault matrix trades."""
    return [
        share("000001.SZ", "10"),
        share("600000.SH", "8"),
        share("000002.SZ", "20"),
        share("300750.SZ", "200", band="0.2", most=300_000),                            # ChiNext
        share("688981.SH", "50", band="0.2", least=200, lot=1, most=100_000),           # STAR
        share("920002.BJ", "15", band="0.3", least=100, lot=1),
        share("510300.SH", "4", tick="0.001", is_share=False),
        share("511880.SH", "100", tick="0.001", t_plus=0, is_share=False),              # money market: T+0
        share("128013.SZ", "125", band="0.2", least=10, lot=10, step=10, tick="0.001", t_plus=0, is_share=False),
        share(REPO, "1.6", band="0", least=10, lot=10, step=10, tick="0.005", t_plus=0, is_share=False),
    ]


def contents() -> Contents:
    """Accounts 0 and 1; always open unless the option ``calendar`` is ``exchange``."""
    million: int = 1_000_000 * SCALE
    return Contents(
        instruments(),
        [("mock-key", "mock-secret", {CASH: million, "000001.SZ": 1_000 * SCALE}), ("mock-key-1", "mock-secret-1", {CASH: million})],
        RoundTheClock(ZONE), shanghai(),
    )
