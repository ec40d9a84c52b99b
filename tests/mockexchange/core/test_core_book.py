"""The book alone: price-time priority, levels, and the record of what changed."""

import pytest

from mockexchange.core.book import NO_ASK, NO_BID, Book
from mockexchange.core.orders import BookOrder, Order


def put(book: Book, is_buy: bool, price: int, quantity: int, account: str = "") -> BookOrder:
    order = BookOrder(is_buy, price, quantity)
    order.account = account
    book.add(order)
    return order


def sides(book: Book) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    return book.bids(100), book.asks(100)


def test_an_empty_book() -> None:
    book = Book()
    assert book.best_bid() is None and book.best_ask() is None
    assert (book.top_bid, book.top_ask) == (NO_BID, NO_ASK)
    assert sides(book) == ([], [])
    assert not book.crosses(True, 10**18) and not book.crosses(False, 0)
    assert book.take(True, 5) == [] and book.take(False, 5) == []
    first, last, bids, asks = book.take_changes()
    assert first > last and bids == asks == {}


def test_levels_come_best_first_and_hold_the_sum() -> None:
    book = Book()
    for price, quantity in ((10, 1), (12, 2), (11, 3), (12, 4)):
        put(book, True, price, quantity)
    for price, quantity in ((15, 1), (13, 2), (14, 3), (13, 4)):
        put(book, False, price, quantity)
    assert sides(book) == ([(12, 6), (11, 3), (10, 1)], [(13, 6), (14, 3), (15, 1)])
    assert book.bids(2) == [(12, 6), (11, 3)] and book.asks(1) == [(13, 6)]
    assert [level.price for level in book.levels(True)] == [12, 11, 10]
    assert [level.price for level in book.levels(False)] == [13, 14, 15]
    assert (book.top_bid, book.top_ask) == (12, 13)
    best_bid, best_ask = book.best_bid(), book.best_ask()
    assert best_bid is not None and best_bid.price == 12 and best_ask is not None and best_ask.price == 13


def test_crossing_starts_at_the_others_best_price() -> None:
    book = Book()
    put(book, True, 10, 1)
    put(book, False, 12, 1)
    assert [book.crosses(True, price) for price in (11, 12, 13)] == [False, True, True]
    assert [book.crosses(False, price) for price in (9, 10, 11)] == [True, True, False]


def test_the_older_order_of_a_price_is_taken_first() -> None:
    book = Book()
    old, new, better = put(book, False, 11, 2), put(book, False, 11, 2), put(book, False, 10, 1)
    assert book.take(True, 4) == [(better, 1), (old, 2), (new, 1)]
    assert (old.remaining, new.remaining) == (0, 1)
    assert sides(book) == ([], [(11, 1)])
    assert old.level is None and old.next is None and new.prev is None


def test_take_stops_at_its_limit_price() -> None:
    book = Book()
    for price in (10, 11, 12):
        put(book, False, price, 1)
        put(book, True, price - 5, 1)
    assert [(order.price, part) for order, part in book.take(True, 9, 11)] == [(10, 1), (11, 1)]
    assert [(order.price, part) for order, part in book.take(False, 9, 6)] == [(7, 1), (6, 1)]
    assert sides(book) == ([(5, 1)], [(12, 1)])


def test_take_stops_in_front_of_the_account_to_avoid() -> None:
    book = Book()
    first, own, behind = put(book, False, 10, 1), put(book, False, 10, 1, "me"), put(book, False, 10, 1)
    assert book.take(True, 3, 0, "me") == [(first, 1)]
    assert sides(book) == ([], [(10, 2)])
    before = book.update_id
    assert book.take(True, 3, 0, "me") == [] and book.update_id == before
    level = book.best_ask()
    assert level is not None and list(level) == [own, behind]


def test_orders_leave_from_the_front_the_middle_and_the_back() -> None:
    book = Book()
    orders = [put(book, True, 10, quantity) for quantity in (1, 2, 3, 4)]
    level = book.best_bid()
    assert level is not None
    book.remove(orders[1])
    assert list(level) == [orders[0], orders[2], orders[3]]
    book.remove(orders[0])
    book.remove(orders[3])
    assert list(level) == [orders[2]] and level.head is level.tail is orders[2] and level.total == 3
    book.remove(orders[2])
    assert sides(book) == ([], []) and orders[2].remaining == 3


@pytest.mark.parametrize("is_buy", [True, False])
def test_the_top_follows_levels_that_come_and_go(is_buy: bool) -> None:
    book = Book()
    low, middle, high = (put(book, is_buy, price, 1) for price in (10, 11, 12))
    book.remove(middle)
    assert [level.price for level in book.levels(is_buy)] == ([12, 10] if is_buy else [10, 12])
    book.remove(high if is_buy else low)
    assert (book.top_bid if is_buy else book.top_ask) == (10 if is_buy else 12)
    book.remove(low if is_buy else high)
    assert (book.top_bid, book.top_ask) == (NO_BID, NO_ASK)


def test_reducing_keeps_the_place_and_at_zero_removes() -> None:
    book = Book()
    first, second = put(book, True, 10, 5), put(book, True, 10, 5)
    book.reduce(first, 3)
    level = book.best_bid()
    assert level is not None and list(level) == [first, second] and level.total == 7 and first.remaining == 2
    book.reduce(first, 2)
    assert list(level) == [second] and first.remaining == 0 and first.level is None and level.total == 5


def test_growing_adds_to_the_last_order() -> None:
    book = Book()
    order = put(book, False, 10, 1)
    book.grow(order, 4)
    assert order.remaining == 5 and sides(book) == ([], [(10, 5)])


def test_changes_since_the_last_call() -> None:
    book = Book()
    put(book, True, 10, 1)
    gone = put(book, False, 12, 1)
    assert book.take_changes() == (1, 2, {10: 1}, {12: 1})
    put(book, True, 10, 4)
    book.remove(gone)
    put(book, False, 13, 2)
    assert book.take_changes() == (3, 5, {10: 5}, {12: 0, 13: 2})
    book.take(False, 2)
    assert book.take_changes() == (6, 6, {10: 3}, {})
    assert book.take_changes() == (7, 6, {}, {})


def test_a_sweep_is_one_update_for_every_level() -> None:
    book = Book()
    for price in (10, 10, 11, 12):
        put(book, False, price, 1)
    book.take_changes()
    book.take(True, 3)
    assert book.take_changes() == (5, 6, {}, {10: 0, 11: 0})


def test_users_orders_and_the_houses_share_the_queue() -> None:
    book = Book()
    house = put(book, True, 10, 1)
    order = Order(7, "x", "a", "AAABBB", True, "LIMIT", 10, 2, 0)
    book.add(order)
    level = book.level(True, 10)
    assert level is not None and list(level) == [house, order] and level.total == 3
    assert book.level(False, 10) is None
