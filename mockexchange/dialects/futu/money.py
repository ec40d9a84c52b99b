"""What an account holds and what it is worth (spec 2.15, 2.16). Amounts in 1e-8."""

from typing import Any, NamedTuple
from zlib import crc32

from ...core.numbers import SCALE
from .contents import TRADE_MARKETS, TradeMarket
from .enums import CNH, HKD, USD
from .errors import Failure
from .holdings import Holding
from .rendering import Body, number
from .state import DialectState
from .trading_accounts import TradingAccount

# what a unit is worth in HKD, in 1e-8: fixed, so that figures can be compared
WORTH: dict[int, int] = {HKD: SCALE, USD: 780_000_000, CNH: 108_000_000}


class Cash(NamedTuple):
    """Of one currency."""

    market: TradeMarket
    free: int
    locked: int

    @property
    def total(self) -> int:
        return self.free + self.locked


class Position(NamedTuple):
    """What is held of one symbol."""

    symbol: str
    quantity: int
    free: int
    price: int
    holding: Holding

    @property
    def value(self) -> int:
        return self.quantity * self.price // SCALE


def convert(amount: int, from_currency: int, to_currency: int) -> int:
    return amount * WORTH[from_currency] // WORTH[to_currency]


def cash(desk: DialectState, core: str, market: TradeMarket) -> Cash:
    ledger = desk.venue.exchange.ledger
    asset: str = market.currency
    return Cash(market, ledger.free[core].get(asset, 0), ledger.locked[core].get(asset, 0))


def positions(desk: DialectState, core: str, market: TradeMarket) -> list[Position]:
    """What is held, and what was traded today, in one market."""
    found: list[Position] = []
    exchange = desk.venue.exchange
    ledger = exchange.ledger
    for symbol, facts in desk.markets.items():
        if facts.trade is not market:
            continue
        free, locked = ledger.free[core].get(symbol, 0), ledger.locked[core].get(symbol, 0)
        holding: Holding = desk.holdings.of(core, symbol)
        quantity: int = free + locked + ledger.unsettled[core].get(symbol, 0)
        if quantity or holding.bought or holding.sold:
            found.append(Position(symbol, quantity, free, exchange.tapes[symbol].last_price, holding))
    return found


def position_id(core: str, symbol: str) -> int:
    """The same for as long as there is such an account and symbol."""
    return 1 << 62 | crc32(core.encode()) << 20 | crc32(symbol.encode()) & 0xF_FFFF


def position_row(desk: DialectState, account: TradingAccount, row: Position) -> Body:
    market = desk.markets[row.symbol]
    holding: Holding = row.holding
    cost: float = holding.cost / row.quantity if row.quantity else 0.0
    diluted: float = holding.paid / row.quantity if row.quantity else 0.0
    profit: int = row.value - holding.cost if row.quantity else 0
    ratio: float = profit / holding.cost * 100 if row.quantity and holding.cost else 0.0
    # what today's trades and the move from yesterday's close make of it
    before: int = row.quantity - holding.bought + holding.sold
    close: int = desk.venue.exchange.previous_close(row.symbol)
    today: int = row.value - before * close // SCALE - holding.bought_for + holding.sold_for
    return {
        "position_id": position_id(account.core, row.symbol),
        "position_side": 0,
        "code": row.symbol,
        "name": desk.facts(row.symbol).name,
        "qty": number(row.quantity),
        "can_sell_qty": number(row.free),
        "price": number(row.price),
        "cost_price": cost,
        "val": number(row.value),
        "pl_val": number(profit),
        "pl_ratio": ratio,
        "sec_market": market.sec_market,
        "td_pl_val": number(today),
        "td_trd_val": number(holding.bought_for + holding.sold_for),
        "td_buy_val": number(holding.bought_for),
        "td_buy_qty": number(holding.bought),
        "td_sell_val": number(holding.sold_for),
        "td_sell_qty": number(holding.sold),
        "unrealized_pl": number(profit),
        "realized_pl": number(holding.realized),
        "currency": market.currency_code,
        "trd_market": market.trade.number(account.is_real),
        "diluted_cost_price": diluted,
        "average_cost_price": cost if account.is_real else None,
        "average_pl_ratio": ratio if account.is_real else None,
    }


def funds(desk: DialectState, account: TradingAccount, market: TradeMarket, currency: int | None) -> Body:
    """
    A universal account answers for all its money in the currency that is asked for, which must be named; a simulated one for
    the money of the header's market. Money of a currency that the account never had is not listed.
    """
    if account.is_real:
        if currency not in WORTH:
            supported: str = ", ".join(f"{name}({code})" for name, code in (("HKD", HKD), ("USD", USD), ("CNH", CNH)))
            raise Failure(f"currency {currency} is not supported, supported are: {supported}")
        markets: tuple[TradeMarket, ...] = TRADE_MARKETS
    else:
        markets = (market,)
        currency = market.currency_code
    assert currency is not None
    every: list[Cash] = [cash(desk, account.core, each) for each in markets]

    def total(amounts: list[tuple[int, int]]) -> int:
        return sum(convert(amount, code, currency) for amount, code in amounts)

    known = desk.venue.exchange.balances(account.core)
    free: int = total([(each.free, each.market.currency_code) for each in every])
    locked: int = total([(each.locked, each.market.currency_code) for each in every])
    held: list[Position] = [row for each in markets for row in positions(desk, account.core, each)]
    worth: int = total([(row.value, desk.markets[row.symbol].currency_code) for row in held])
    gained: int = total([
        (row.value - row.holding.cost, desk.markets[row.symbol].currency_code) for row in held if row.quantity
    ])
    realized: int = total([(row.holding.realized, desk.markets[row.symbol].currency_code) for row in held])
    found: dict[str, Any] = {
        "power": number(free),
        "total_assets": number(free + locked + worth),
        "cash": number(free + locked),
        "market_val": number(worth),
        "frozen_cash": number(locked),
        "debt_cash": 0.0,
        "avl_withdrawal_cash": number(free),
        "currency": currency if account.is_real else None,
        "available_funds": None,
        "unrealized_pl": number(gained),
        "realized_pl": number(realized),
        "risk_level": None,
        "initial_margin": None,
        "maintenance_margin": None,
        "cash_info_list": [{
            "currency": each.market.currency_code, "cash": number(each.total), "available_balance": number(each.free),
            "net_cash_power": number(each.free),
        } for each in every if each.market.currency in known] if account.is_real else [],
        "max_power_short": 0.0,
        "net_cash_power": number(free),
        "long_mv": number(worth),
        "short_mv": 0.0,
        "pending_asset": 0.0,
        "max_withdrawal": number(free),
        "risk_status": None,
        "margin_call_margin": None,
        "securities_assets": number(free + locked + worth),
        "fund_assets": 0.0 if account.is_real else None,
        "bond_assets": 0.0 if account.is_real else None,
        "market_info_list": [{
            "trd_market": each.real,
            "assets": number(sum(row.value for row in held if desk.markets[row.symbol].trade is each)),
        } for each in markets] if account.is_real else [],
    }
    return found
