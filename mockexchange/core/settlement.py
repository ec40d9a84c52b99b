"""
How money and securities of one market change hands: what an order reserves, what a fill delivers, what a day's end releases.

One object a market, made with it. All numbers are amounts in 1e-8.
"""

from collections.abc import Iterable
from typing import Protocol

from .accounts import Account
from .discount import ASSET, FeeDiscount
from .instruments import CashEquity, Instrument
from .ledger import MAKER, Ledger
from .numbers import SCALE
from .orders import Order

CENT: int = SCALE // 100


class Settlement(Protocol):
    """What differs by asset class once an order has been accepted."""

    def reserve(self, is_buy: bool, price: int, quantity: int, executed_quote: int = 0) -> int:
        """
        What to lock for ``quantity`` at ``price``: of the quote asset for a buy, of the base asset for a sell.

        ``executed_quote``: what the order has already traded for.
        """

    def spend(self, is_buy: bool, quantity: int, quote: int) -> int:
        """What a market order needs that takes ``quantity`` for ``quote``, in the asset its side gives."""

    def deliver(self, account: Account, order: Order, is_maker: bool, quantity: int, quote: int) -> tuple[str, int]:
        """Move a fill's money and securities; returns (fee asset, fee). The order's quantities count the fill already."""

    def end_of_day(self, accounts: Iterable[Account]) -> list[Account]:
        """Release what settles now; returns the accounts it changed."""


class SpotSettlement:
    """Crypto spot: delivery at once, the fee is taken from what is received (Binance, "Trading fees"), or in BNB (discount.py)."""

    def __init__(self, instrument: Instrument, ledger: Ledger, discount: FeeDiscount) -> None:
        self._instrument: Instrument = instrument
        self._discount: FeeDiscount = discount
        self._ledger: Ledger = ledger
        self._base: str = instrument.base
        self._quote: str = instrument.quote

    def reserve(self, is_buy: bool, price: int, quantity: int, executed_quote: int = 0) -> int:
        return -(-price * quantity // SCALE) if is_buy else quantity

    def spend(self, is_buy: bool, quantity: int, quote: int) -> int:
        return quote if is_buy else quantity

    def deliver(self, account: Account, order: Order, is_maker: bool, quantity: int, quote: int) -> tuple[str, int]:
        rules = self._instrument
        rate: int = rules.maker_fee if is_maker else rules.taker_fee
        base, money = self._base, self._quote
        free = account.free
        held: int = order.locked
        if order.is_buy:
            fee_asset: str = base
            fee: int = quantity * rate // SCALE
            free[base] = free.get(base, 0) + quantity - fee
            if held:
                keep: int = -(-order.price * order.remaining // SCALE)
                account.locked[money] -= held - keep
                free[money] += held - keep - quote
                order.locked = keep
            else:
                free[money] = free.get(money, 0) - quote
        else:
            fee_asset = money
            fee = quote * rate // SCALE
            free[money] = free.get(money, 0) + quote - fee
            if held:
                account.locked[base] -= quantity
                order.locked = held - quantity
            else:
                free[base] = free.get(base, 0) - quantity
        if self._discount.is_on(account.name):
            free[fee_asset] += fee
            paid: int = self._discount.charge(account, fee_asset, quantity if order.is_buy else quote, rate)
            if paid >= 0:
                fee_asset, fee = ASSET, paid
            else:
                free[fee_asset] -= fee
        if fee:
            fees = self._ledger.fees
            fees[fee_asset] = fees.get(fee_asset, 0) + fee
        return fee_asset, fee

    def end_of_day(self, accounts: Iterable[Account]) -> list[Account]:
        return []


class CashEquitySettlement:
    """
    Shares for cash. Cash moves at once; shares bought are sellable at once (T+0) or after the day's end (T+1).

    Fees are taken in cash, on the order's whole: commission with a minimum, stamp duty of sales, transfer fee, each
    rounded to the cent. A fill pays what the order's total grew by; a sale never pays more than its proceeds.
    """

    def __init__(self, instrument: Instrument, ledger: Ledger) -> None:
        assert instrument.equity is not None
        self._terms: CashEquity = instrument.equity
        self._ledger: Ledger = ledger
        self._base: str = instrument.base
        self._quote: str = instrument.quote

    def fees(self, is_buy: bool, quote: int) -> int:
        """Of an order that has traded for ``quote`` in all."""
        terms = self._terms
        if not quote:
            return 0
        total: int = max(to_cent(quote * terms.commission // SCALE), terms.least_commission)
        total += to_cent(quote * terms.transfer_fee // SCALE)
        if not is_buy:
            total += to_cent(quote * terms.stamp_duty // SCALE)
        return total

    def reserve(self, is_buy: bool, price: int, quantity: int, executed_quote: int = 0) -> int:
        if not is_buy:
            return quantity
        cost: int = -(-price * quantity // SCALE)
        return cost + self.fees(True, executed_quote + cost) - self.fees(True, executed_quote)

    def spend(self, is_buy: bool, quantity: int, quote: int) -> int:
        return quote + self.fees(True, quote) if is_buy else quantity

    def deliver(self, account: Account, order: Order, is_maker: bool, quantity: int, quote: int) -> tuple[str, int]:
        base, money = self._base, self._quote
        free = account.free
        held: int = order.locked
        fee: int = self.fees(order.is_buy, order.executed_quote) - self.fees(order.is_buy, order.executed_quote - quote)
        if order.is_buy:
            received = account.unsettled if self._terms.t_plus else free
            received[base] = received.get(base, 0) + quantity
            if held:
                keep: int = self.reserve(True, order.price, order.remaining, order.executed_quote)
                account.locked[money] -= held - keep
                free[money] += held - keep - quote - fee
                order.locked = keep
            else:
                free[money] = free.get(money, 0) - quote - fee
        else:
            fee = min(fee, quote)
            free[money] = free.get(money, 0) + quote - fee
            if held:
                account.locked[base] -= quantity
                order.locked = held - quantity
            else:
                free[base] = free.get(base, 0) - quantity
        if fee:
            fees = self._ledger.fees
            fees[money] = fees.get(money, 0) + fee
        return money, fee

    def end_of_day(self, accounts: Iterable[Account]) -> list[Account]:
        base: str = self._base
        changed: list[Account] = []
        for account in accounts:
            shares: int = account.unsettled.pop(base, 0)
            if shares:
                account.free[base] = account.free.get(base, 0) + shares
                changed.append(account)
        return changed


def deliver_to_maker(ledger: Ledger, base: str, quote_asset: str, is_buy: bool, quantity: int, quote: int) -> None:
    """The market maker's side of a fill: no fee, no lock, balances below zero allowed."""
    if not is_buy:
        quantity, quote = -quantity, -quote
    free = ledger.free[MAKER]
    free[base] = free.get(base, 0) + quantity
    free[quote_asset] = free.get(quote_asset, 0) - quote


def to_cent(amount: int) -> int:
    """Rounded half up to 0.01."""
    return (amount + CENT // 2) // CENT * CENT


def make_settlement(instrument: Instrument, ledger: Ledger, discount: FeeDiscount) -> Settlement:
    """The settlement of an instrument's asset class."""
    return SpotSettlement(instrument, ledger, discount) if instrument.equity is None else CashEquitySettlement(instrument, ledger)
