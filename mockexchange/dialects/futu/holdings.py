"""What holdings cost and what was traded of them today, by core account and symbol. The ledger knows how many there are."""

from dataclasses import dataclass

from ...core.events import BalanceDelta, DayEnd, Event, Fill
from ...core.exchange import Exchange
from ...core.numbers import SCALE


@dataclass(slots=True)
class Holding:
    """
    Quantities and amounts in 1e-8. ``cost``: of what is held, by the mean price of purchases; ``paid``: what was paid for it
    less what sales brought (its mean is the diluted cost); the others are of today.
    """

    quantity: int = 0
    cost: int = 0
    paid: int = 0
    realized: int = 0
    bought: int = 0
    bought_for: int = 0
    sold: int = 0
    sold_for: int = 0

    def add(self, quantity: int, amount: int) -> None:
        """More for ``amount``, or less (both negative): what leaves takes its share of the cost along."""
        self.paid += amount
        if quantity < 0:
            gone: int = self.cost * min(-quantity, self.quantity) // self.quantity if self.quantity > 0 else 0
            self.realized += -amount - gone
            amount = -gone
        self.quantity += quantity
        self.cost += amount
        if self.quantity <= 0:
            self.cost = self.paid = 0

    def trade(self, fill: Fill) -> None:
        """A fill of today."""
        if fill.is_buy:
            self.bought += fill.quantity
            self.bought_for += fill.quote
        else:
            self.sold += fill.quantity
            self.sold_for += fill.quote

    def new_day(self) -> None:
        self.realized = self.bought = self.bought_for = self.sold = self.sold_for = 0


class Holdings:
    """One venue's. What was not bought (deposits) cost the instrument's start price, also after a restart."""

    def __init__(self, exchange: Exchange, day_begins: dict[str, int]) -> None:
        """``day_begins``: symbol -> when its day began, in us: older fills are not of today."""
        self._prices: dict[str, int] = {symbol: each.start_price for symbol, each in exchange.instruments.items()}
        self._found: dict[tuple[str, str], Holding] = {}
        for account in exchange.accounts():
            for symbol, instrument in exchange.instruments.items():
                fills = exchange.fills(account, symbol)
                free, locked = exchange.balances(account).get(instrument.base, (0, 0))
                late: int = exchange.ledger.unsettled[account].get(instrument.base, 0)
                grown: int = sum(fill.quantity if fill.is_buy else -fill.quantity for fill in fills)
                self._deposit(account, symbol, free + locked + late - grown)
                for fill in fills:
                    self._fill(fill, fill.time >= day_begins[symbol])

    def of(self, account: str, symbol: str) -> Holding:
        return self._found.setdefault((account, symbol), Holding())

    def on_events(self, events: list[Event]) -> None:
        """Follow what a command did."""
        for event in events:
            if type(event) is Fill:
                self._fill(event, True)
            elif type(event) is BalanceDelta and event.asset in self._prices:
                self._deposit(event.account, event.asset, event.delta)
            elif type(event) is DayEnd:
                for (_, symbol), holding in self._found.items():
                    if symbol == event.symbol:
                        holding.new_day()

    def _deposit(self, account: str, symbol: str, quantity: int) -> None:
        if quantity:
            holding: Holding = self.of(account, symbol)
            realized: int = holding.realized
            holding.add(quantity, quantity * self._prices[symbol] // SCALE)
            holding.realized = realized             # a withdrawal is no sale

    def _fill(self, fill: Fill, is_today: bool) -> None:
        holding: Holding = self.of(fill.account, fill.symbol)
        holding.add(fill.quantity if fill.is_buy else -fill.quantity, fill.quote if fill.is_buy else -fill.quote)
        if is_today:
            holding.trade(fill)
        else:
            holding.realized = 0
