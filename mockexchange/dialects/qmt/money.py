"""What accounts hold and what it is worth; lending by the one-day repo and its repayment. Amounts in 1e-8."""

from typing import TYPE_CHECKING, NamedTuple

from ...core.commands import Deposit
from ...core.exchange import Exchange
from ...core.numbers import SCALE
from ...core.settlement import to_cent
from .contents import CASH, REPO, REPO_FACE
from .holdings import Holding, Holdings

if TYPE_CHECKING:
    from ...server.venue import Venue

DAYS_A_YEAR: int = 365


class Position(NamedTuple):
    """A row of positions. ``cost`` is the mean price of what was bought, ``price`` the last."""

    symbol: str
    free: int
    locked: int
    unsettled: int                  # bought today, not to be sold before tomorrow
    cost: int
    price: int

    @property
    def quantity(self) -> int:
        return self.free + self.locked + self.unsettled

    @property
    def worth(self) -> int:
        return self.quantity * self.price // SCALE


def cash(exchange: Exchange, account: str) -> tuple[int, int]:
    """(free, frozen) CNY."""
    return exchange.ledger.free[account].get(CASH, 0), exchange.ledger.locked[account].get(CASH, 0)


def positions(exchange: Exchange, account: str, holdings: Holdings, since: int) -> list[Position]:
    """What is held, and what was sold to the last share from ``since`` (us) on."""
    found: list[Position] = []
    late = exchange.ledger.unsettled[account]
    for symbol, (free, locked) in {**dict.fromkeys(late, (0, 0)), **exchange.balances(account)}.items():
        tape = exchange.tapes.get(symbol)
        if tape is None:
            continue
        holding: Holding = holdings.of(account, symbol)
        row: Position = Position(
            symbol, free, locked, late.get(symbol, 0), holding.price, REPO_FACE if symbol == REPO else tape.last_price
        )
        if row.quantity or holding.time >= since:
            found.append(row if symbol != REPO else row._replace(cost=REPO_FACE))
    return found


def worth(rows: list[Position]) -> int:
    """Of all of them."""
    return sum(row.worth for row in rows)


def lend(venue: "Venue", account: str, quantity: int) -> None:
    """Cash goes, and comes back when the day ends. Raises Refusal for more than is free."""
    venue.apply(Deposit(account, CASH, -quantity * REPO_FACE // SCALE))
    venue.apply(Deposit(account, REPO, quantity))


def repay(venue: "Venue", symbol: str) -> None:
    """The repo's day is over: what was lent comes back with a day's interest at the rates it was lent at."""
    if symbol != REPO:
        return
    exchange: Exchange = venue.exchange
    for account in exchange.accounts():
        quantity: int = exchange.balances(account).get(REPO, (0, 0))[0]
        if quantity <= 0:
            continue
        left: int = quantity
        interest: int = 0
        for fill in reversed(exchange.fills(account, REPO)):
            part: int = min(left, fill.quantity)
            interest += part * REPO_FACE // SCALE * fill.price // (100 * SCALE * DAYS_A_YEAR)
            left -= part
        venue.apply(Deposit(account, REPO, -quantity))
        venue.apply(Deposit(account, CASH, quantity * REPO_FACE // SCALE + to_cent(interest)))
