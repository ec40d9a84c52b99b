"""
From the server's order to the exchange: what terminal, broker and exchange make of it. Amounts in 1e-8.

An order that the exchange refuses was accepted before: it has a number, and comes back with status 57 (spec 2.3, 5.4).
"""

from dataclasses import dataclass

from ...core.commands import PlaceOrder
from ...core.errors import Refusal, refuse
from ...core.kept_orders import keep_order
from ...core.numbers import SCALE
from ...plain import encodable
from . import money, unlisted
from .codes import STAR
from .contents import REPO
from .params import to_amount
from .rendering import BEST_FIVE, LATEST, LIMIT, OWN_BEST
from .state import DialectState

REFUSED: int = -1                       # in place of an order's number
LEVELS: int = 5                         # of the best five
MOST_SHARES: int = 10 ** 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order as the server was asked for it. ``price`` as it was sent, ``price_type`` of PRICE_TYPES."""

    account: str
    symbol: str
    is_buy: bool
    price: float
    price_type: int
    strategy_name: str


def submit(desk: DialectState, wanted: Wanted, count: int) -> int:
    """
    Send an order of ``count`` shares to the exchange. Returns its number, or REFUSED where refusals come at once.

    Raises ValueError for a number that no terminal can hold, Refusal when the venue has no room for its journal.
    """
    if count > MOST_SHARES:
        raise ValueError(f"order_num: {MOST_SHARES} at most")
    venue = desk.venue
    now: int = venue.now()
    command: PlaceOrder = PlaceOrder(
        wanted.account, wanted.symbol, "BUY" if wanted.is_buy else "SELL", "LIMIT", count * SCALE, stp_mode="NONE",
        client_order_id=desk.client_ids.core(wanted.account, wanted.symbol, encodable(wanted.strategy_name)),
        strategy_id=desk.day.take_number(now), strategy_type=int(wanted.price_type),
    )
    assert command.strategy_id is not None
    try:
        set_price(desk, command, wanted)
        venue.apply(command)
    except Refusal as refusal:
        if refusal.reason == "JOURNAL_FULL":
            raise
        return refuse_later(desk, command, refusal.reason, now)
    except ValueError:
        return refuse_later(desk, command, "FILTER", now)
    return command.strategy_id


def set_price(desk: DialectState, command: PlaceOrder, wanted: Wanted) -> None:
    """
    Give the command the price, or the kind, of its price type (spec 5.4). Raises Refusal for what no counter takes:
    market types outside continuous trading, of STAR shares, and the best five in Beijing.
    """
    exchange = desk.venue.exchange
    kind: int = wanted.price_type
    if kind == LIMIT:
        command.price = to_amount(wanted.price)
    book = exchange.books.get(wanted.symbol)
    if book is None or wanted.symbol not in exchange.instruments or wanted.symbol in desk.venue.incidents.removed:
        raise refuse("INVALID_SYMBOL")
    if wanted.symbol == REPO:
        raise refuse("UNSUPPORTED_TYPE")            # only by trade/nhg
    if kind == LATEST:
        command.price = exchange.tapes[wanted.symbol].last_price
    if kind in (LIMIT, LATEST):
        return
    is_open: bool = exchange.instruments[wanted.symbol].status == "TRADING"
    if not is_open or wanted.symbol.startswith(STAR) or (kind == BEST_FIVE and wanted.symbol.endswith(".BJ")):
        raise refuse("UNSUPPORTED_TYPE")
    own, peer = (book.bids, book.asks) if wanted.is_buy else (book.asks, book.bids)
    levels = own(1) if kind == OWN_BEST else peer(LEVELS if kind == BEST_FIVE else 1)
    if levels:
        command.price = levels[-1][0]
        command.time_in_force = "IOC" if kind == BEST_FIVE else "GTC"
    elif kind == BEST_FIVE:
        command.type = "MARKET"                     # meets nobody, and ends
    else:
        raise refuse("NO_LIQUIDITY")


def refuse_later(desk: DialectState, command: PlaceOrder, reason: str, now: int) -> int:
    """Keep a refused order as one that was accepted and then refused; REFUSED where refusals come at once."""
    if desk.options.refusals == "at_once":
        return REFUSED
    assert command.strategy_id is not None
    venue = desk.venue
    if command.symbol in venue.exchange.books:
        keep(desk, command, now, "REJECTED", reason)
        return command.strategy_id
    desk.add(unlisted.refuse(venue, command, now))
    return command.strategy_id


def keep(desk: DialectState, command: PlaceOrder, now: int, status: str, reason: str = "NONE", quote: int = 0) -> None:
    """An order that is final from the start; with ``quote`` all of it was traded for so much."""
    venue = desk.venue
    events = keep_order(venue.exchange, command, now, status, reason, command.quantity if quote else 0, quote)
    venue.journal.record(now, None, events)
    desk.holdings.on_events(events)
    found = venue.exchange.find_order(command.account, command.symbol, None, command.client_order_id)
    desk.add(found)


def lend(desk: DialectState, account: str, count: int) -> int:
    """Lend by the one-day repo, ``count`` 张 of 100 CNY each, at the latest rate. Returns the order's number."""
    venue = desk.venue
    now: int = venue.now()
    command: PlaceOrder = PlaceOrder(
        account, REPO, "BUY" if desk.options.repo_side == "buy" else "SELL", "LIMIT", count * SCALE,
        client_order_id=desk.client_ids.core(account, REPO, ""), stp_mode="NONE",
        strategy_id=desk.day.take_number(now), strategy_type=LATEST,
    )
    assert command.strategy_id is not None
    instrument = venue.exchange.instruments.get(REPO)
    if instrument is None or instrument.status != "TRADING" or command.side == "BUY":
        return refuse_later(desk, command, "MARKET_CLOSED" if command.side == "SELL" else "UNSUPPORTED_TYPE", now)
    command.price = venue.exchange.tapes[REPO].last_price
    try:
        money.lend(venue, account, command.quantity)
    except Refusal as refusal:
        return refuse_later(desk, command, refusal.reason, now)
    keep(desk, command, now, "FILLED", quote=command.price * count)
    return command.strategy_id
