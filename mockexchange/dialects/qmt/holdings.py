"""What holdings cost: the mean price of purchases, by account and symbol. The ledger knows how many there are, not for how much."""

from dataclasses import dataclass

from ...core.events import BalanceDelta, Event, Fill
from ...core.exchange import Exchange
from ...core.numbers import SCALE


@dataclass(slots=True)
class Holding:
    """``quantity`` and ``cost`` in 1e-8; ``price`` is their mean, the last one while nothing is held; ``time``: of the last fill."""

    quantity: int = 0
    cost: int = 0
    price: int = 0
    time: int = 0

    def add(self, quantity: int, cost: int) -> None:
        """More, or less when ``quantity`` is negative: what leaves takes its share of the cost along."""
        if quantity < 0:
            cost = -(self.cost * min(-quantity, self.quantity) // self.quantity) if self.quantity > 0 else 0
        self.quantity += quantity
        self.cost += cost
        if self.quantity > 0:
            self.price = self.cost * SCALE // self.quantity



class Holdings:
    """One venue's. What was not bought (the first day's holdings, deposits) cost the instrument's start price."""

    def __init__(self, exchange: Exchange, cash: str) -> None:
        self._exchange: Exchange = exchange
        self._found: dict[tuple[str, str], Holding] = {}
        late = exchange.ledger.unsettled
        for account in exchange.accounts():
            for symbol, (free, locked) in exchange.balances(account).items():
                if symbol == cash or symbol not in exchange.instruments:
                    continue
                fills = exchange.fills(account, symbol)
                grown: int = sum(fill.quantity if fill.is_buy else -fill.quantity for fill in fills)
                self._deposit(account, symbol, free + locked + late[account].get(symbol, 0) - grown)
                for fill in fills:
                    self._fill(fill)

    def of(self, account: str, symbol: str) -> Holding:
        return self._found.setdefault((account, symbol), Holding())

    def on_events(self, events: list[Event]) -> None:
        """Follow what a command did."""
        for event in events:
            if type(event) is Fill:
                self._fill(event)
            elif type(event) is BalanceDelta and event.asset in self._exchange.instruments:
                self._deposit(event.account, event.asset, event.delta)

    def _deposit(self, account: str, symbol: str, quantity: int) -> None:
        price: int = self._exchange.instruments[symbol].start_price
        self.of(account, symbol).add(quantity, quantity * price // SCALE)

    def _fill(self, fill: Fill) -> None:
        holding: Holding = self.of(fill.account, fill.symbol)
        holding.add(fill.quantity if fill.is_buy else -fill.quantity, fill.quote)
        holding.time = max(holding.time, fill.time)
