"""
The simulated venue without any wire: its order book against lightmatchingengine, and `Exchange.apply` against
the bare book.

One stream for all three: limit orders around a price that wanders, some of which cross, and cancels that keep
the book from growing. First it is made sure that all three match the same orders. `Exchange.apply` does what the
book does and, for users' orders, filters, locks, fees, reports and fills besides.
"""

from dataclasses import replace
from random import Random
from time import thread_time
from types import ModuleType
from typing import Any

from side_by_side import Row, alternate, install_hint, main, peer_module, ratio_of, row

from mockexchange.core import Exchange, Instrument
from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.book import Book
from mockexchange.core.commands import CancelOrder, Command, Deposit, PlaceOrder
from mockexchange.core.events import Event, Fill
from mockexchange.core.numbers import SCALE
from mockexchange.core.orders import BookOrder

BOOK_PATH: str = "book alone: limit orders, cancels, some crossing"
BOOK_PEER: str = "lightmatchingengine"
BOOK_AT_LEAST: float = 6.0
APPLY_PATH: str = "Exchange.apply: filters, ledger, events; cost"
APPLY_PEER: str = "our own bare book"
APPLY_AT_MOST: float = 20.0

LENGTH: int = 10_000
OPEN: int = 1000                # orders on the book from which on there are as many cancels as orders
NOW: int = 1_700_000_000_000_000

Trade = tuple[int, int, int]    # number of the resting order, price, quantity
# number of the order meant; whether it buys, its price and quantity, or None to cancel it
Step = tuple[int, tuple[bool, int, int] | None]


def make_stream(instrument: Instrument, length: int) -> list[Step]:
    """Orders numbered from 1, and cancels of those that are open then; a book is kept to know which."""
    random = Random(7)
    book = Book()
    open_orders: list[BookOrder] = []
    tick, step = instrument.tick_size, instrument.step_size
    middle: int = instrument.start_price // tick
    steps: list[Step] = []
    number: int = 0
    while len(steps) < length:
        if not number % 100:
            open_orders = [order for order in open_orders if order.remaining]       # without those filled meanwhile
        if random.random() < 0.5 * min(len(open_orders) / OPEN, 1.0):
            index: int = random.randrange(len(open_orders))
            open_orders[index], open_orders[-1] = open_orders[-1], open_orders[index]
            order = open_orders.pop()
            if order.remaining:
                book.remove(order)
                steps.append((order.order_id, None))
            continue
        number += 1
        middle += random.randint(-1, 1)
        is_buy: bool = random.random() < 0.5
        behind: int = int(random.expovariate(1 / 25)) - 2
        price: int = (middle - behind if is_buy else middle + behind) * tick
        quantity: int = random.randint(50, 500) * step
        steps.append((number, (is_buy, price, quantity)))
        quantity -= sum(part for _, part in book.take(is_buy, quantity, price))
        if quantity:
            order = BookOrder(is_buy, price, quantity, number)
            book.add(order)
            open_orders.append(order)
    return steps


def our_book(steps: list[Step]) -> tuple[float, list[Trade]]:
    """Seconds the steps took, and the trades."""
    book = Book()
    add, remove, take = book.add, book.remove, book.take
    orders: dict[int, BookOrder] = {}
    taken: list[list[tuple[BookOrder, int]]] = []
    begin: float = thread_time()
    for number, terms in steps:
        if terms is None:
            remove(orders.pop(number))
            continue
        is_buy, price, quantity = terms
        if price >= book.top_ask if is_buy else price <= book.top_bid:      # as Book.crosses, and as the matcher looks
            fills = take(is_buy, quantity, price)
            for _, part in fills:
                quantity -= part
            taken.append(fills)
        if quantity:
            orders[number] = order = BookOrder(is_buy, price, quantity, number)
            add(order)
    spent: float = thread_time() - begin
    return spent, [(maker.order_id, maker.price, part) for fills in taken for maker, part in fills]


def their_book(module: ModuleType, steps: list[Step]) -> tuple[float, list[Trade]]:
    """The same of lightmatchingengine, which numbers orders from 1 too."""
    engine = module.LightMatchingEngine()
    add, cancel = engine.add_order, engine.cancel_order
    buy, sell = module.Side.BUY, module.Side.SELL
    sides: list[tuple[int, tuple[int, int, int] | None]] = [
        (number, None if terms is None else (terms[1], terms[2], buy if terms[0] else sell)) for number, terms in steps
    ]
    made: list[tuple[int, list[Any]]] = []
    begin: float = thread_time()
    for number, theirs in sides:
        if theirs is None:
            cancel(number, "BTCUSDT")
        else:
            made.append((number, add("BTCUSDT", theirs[0], theirs[1], theirs[2])[1]))
    spent: float = thread_time() - begin
    # each match is there twice, from the side of the taker as a whole and of every maker
    return spent, [
        (trade.order_id, trade.trade_price, trade.trade_qty)
        for number, trades in made for trade in trades if trade.order_id != number
    ]


def make_commands(instrument: Instrument, steps: list[Step]) -> list[Command]:
    """The steps as orders of two users, under client order ids of their own as vn.py sends them."""
    accounts: tuple[str, str] = ("one", "two")
    return [
        CancelOrder(accounts[number % 2], instrument.symbol, None, f"x{number}", f"y{number}") if terms is None
        else PlaceOrder(
            accounts[number % 2], instrument.symbol, "BUY" if terms[0] else "SELL", "LIMIT",
            terms[2], terms[1], client_order_id=f"x{number}",
        )
        for number, terms in steps
    ]


def whole_exchange(instrument: Instrument, commands: list[Command]) -> tuple[float, list[Trade]]:
    """The same of a fresh exchange."""
    exchange = Exchange([instrument])
    for account in ("one", "two"):
        for asset in (instrument.base, instrument.quote):
            exchange.apply(Deposit(account, asset, 10 ** 10 * SCALE), NOW)
    apply = exchange.apply
    batches: list[list[Event]] = []
    now: int = NOW
    begin: float = thread_time()
    for command in commands:
        now += 1000
        batches.append(apply(command, now))
    spent: float = thread_time() - begin
    exchange.ledger.check()
    numbers: dict[int, int] = {
        order.order_id: int(order.client_order_id[1:])
        for account in ("one", "two") for order in exchange.all_orders(account, instrument.symbol)
    }
    return spent, [
        (numbers[fill.order_id], fill.price, fill.quantity)
        for events in batches for fill in events if isinstance(fill, Fill) and fill.is_maker
    ]


def run(quick: bool) -> list[Row]:
    """Two rows for the table of ratios."""
    instrument: Instrument = replace(
        default_instruments()[0], max_num_orders=10 ** 9, default_stp_mode="NONE", min_notional=0
    )
    steps: list[Step] = make_stream(instrument, LENGTH)
    commands: list[Command] = make_commands(instrument, steps)
    trades: list[Trade] = our_book(steps)[1]
    if not trades or trades != whole_exchange(instrument, commands)[1]:
        raise RuntimeError("the exchange and its book match different orders")
    rounds: int = 5 if quick else 25
    chunks = {"book": lambda: our_book(steps)[0], "apply": lambda: whole_exchange(instrument, commands)[0]}
    taken = alternate(chunks, rounds)
    rows: list[Row] = [
        row(APPLY_PATH, APPLY_PEER, ratio_of(taken["apply"], taken["book"]), APPLY_AT_MOST, "lower")
    ]
    module = peer_module("lightmatchingengine.lightmatchingengine")
    if module is None:
        return [row(BOOK_PATH, BOOK_PEER, None, BOOK_AT_LEAST, note=install_hint("lightmatchingengine")), *rows]
    if trades != their_book(module, steps)[1]:
        raise RuntimeError("lightmatchingengine and our book match different orders")
    taken = alternate({"ours": lambda: our_book(steps)[0], "theirs": lambda: their_book(module, steps)[0]}, rounds)
    return [row(BOOK_PATH, BOOK_PEER, ratio_of(taken["theirs"], taken["ours"]), BOOK_AT_LEAST), *rows]


if __name__ == "__main__":
    main(run, __doc__)
