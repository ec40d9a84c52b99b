"""A small world for the core's tests: coarse instruments, one-line orders, and what must always hold."""

from dataclasses import replace
from typing import Any

import pytest

from mockexchange.core import Exchange, Instrument
from mockexchange.core.commands import (
    CancelOrder,
    CancelOrderList,
    Deposit,
    FeedTrade,
    PlaceOrder,
    PlaceOrderList,
    Quote,
)
from mockexchange.core.errors import Refusal
from mockexchange.core.events import Event, Fill, ListReport, OrderReport, PublicTrade
from mockexchange.core.instruments import make_instrument
from mockexchange.core.numbers import SCALE, parse_amount
from mockexchange.core.orders import STOP_TYPES, BookOrder, Order, OrderList

NOW: int = 1_700_000_000_000_000
SYMBOL: str = "AAABBB"
DUST: str = "DUSTBBB"                   # price times quantity does not come out even here


def amount(value: str | int) -> int:
    return parse_amount(value)


def instrument(**changes: Any) -> Instrument:
    """AAABBB: tick 1, step 0.1, opens at 100, no fees, no narrow filters unless asked for."""
    plain = make_instrument(SYMBOL, "AAA", "BBB", "1", "0.1", "100")
    loose = {"min_notional": 0, "maker_fee": 0, "taker_fee": 0, "default_stp_mode": "NONE", "max_num_algo_orders": 50}
    return replace(plain, **{**loose, **changes})


def dust() -> Instrument:
    plain = make_instrument(DUST, "DUST", "BBB", "0.00000001", "0.00000001", "0.00000100")
    return replace(plain, min_notional=0, maker_fee=123_457, taker_fee=234_567)


class World:
    """One exchange with the accounts "a" and "b", each with 1000 AAA and 100000 BBB."""

    def __init__(self, seed: int = 1, **changes: Any) -> None:
        self.exchange: Exchange = Exchange([instrument(**changes), dust()], seed)
        self.now: int = NOW
        for account in ("a", "b"):
            self.apply(Deposit(account, "AAA", amount("1000")))
            self.apply(Deposit(account, "BBB", amount("100000")))

    def apply(self, command: Any) -> list[Event]:
        self.now += 1000
        events: list[Event] = self.exchange.apply(command, self.now)
        self.exchange.ledger.check()
        return events

    def place(self, account: str, side: str, type: str = "LIMIT", quantity: str = "1", price: str = "0", **more: Any) -> list[Event]:
        for name in ("stop_price", "quote_quantity", "iceberg_quantity"):
            if name in more:
                more[name] = amount(more[name])
        return self.apply(PlaceOrder(account, SYMBOL, side, type, amount(quantity), amount(price), **more))

    def limit(self, account: str, side: str, quantity: str, price: str, **more: Any) -> Order:
        """Place a limit order and return it."""
        return self.order_of(self.place(account, side, "LIMIT", quantity, price, **more))

    def order_of(self, events: list[Event]) -> Order:
        first = reports(events)[0]
        return self.exchange.find_order(first.account, first.symbol, first.order_id)

    def cancel(self, order: Order, **more: Any) -> list[Event]:
        return self.apply(CancelOrder(order.account, order.symbol, order.order_id, **more))

    def leg(self, account: str, side: str, type: str, quantity: str = "1", price: str = "0", stop: str = "0", **more: Any) -> PlaceOrder:
        return PlaceOrder(account, SYMBOL, side, type, amount(quantity), amount(price), stop_price=amount(stop), **more)

    def place_list(self, contingency: str, *legs: PlaceOrder, **more: Any) -> tuple[OrderList, list[Event]]:
        """Place a list of orders; returns it, and what happened."""
        events = self.apply(PlaceOrderList(legs[0].account, SYMBOL, contingency, list(legs), **more))
        first = next(event for event in events if isinstance(event, ListReport))
        return self.exchange.lists.find(first.account, first.order_list_id), events

    def oco(self, account: str = "a", side: str = "SELL", stop: str = "90", price: str = "110", quantity: str = "1", **more: Any) -> OrderList:
        """A pair of STOP_LOSS and LIMIT_MAKER."""
        return self.place_list(
            "OCO", self.leg(account, side, "STOP_LOSS", quantity, stop=stop), self.leg(account, side, "LIMIT_MAKER", quantity, price), **more
        )[0]

    def cancel_list(self, of: OrderList, **more: Any) -> list[Event]:
        return self.apply(CancelOrderList(of.account, of.symbol, of.order_list_id, **more))

    def quote(self, side: str, price: str, quantity: str) -> None:
        self.apply(Quote(SYMBOL, side, amount(price), amount(quantity)))

    def hit(self, side: str, quantity: str, limit: str = "0") -> list[Event]:
        return self.apply(FeedTrade(SYMBOL, side, amount(quantity), amount(limit)))

    def balance(self, account: str, asset: str) -> tuple[str, str]:
        free, locked = self.exchange.balances(account)[asset]
        return plain(free), plain(locked)

    def book(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        book = self.exchange.books[SYMBOL]
        bids, asks = book.bids(50), book.asks(50)
        return [(plain(p), plain(q)) for p, q in bids], [(plain(p), plain(q)) for p, q in asks]

    def refused(self, command: Any, reason: str, filter: str = "") -> None:
        """The command is refused for this reason, and nothing has changed."""
        before = snapshot(self.exchange)
        with pytest.raises(Refusal) as caught:
            self.exchange.apply(command, self.now)
        assert (caught.value.reason, caught.value.filter) == (reason, filter)
        assert snapshot(self.exchange) == before


def plain(value: int) -> str:
    """Amount -> shortest decimal text."""
    whole, rest = divmod(abs(value), SCALE)
    text = f"{whole}.{rest:08d}".rstrip("0").rstrip(".")
    return "-" + text if value < 0 else text


def reports(events: list[Event], execution_type: str = "") -> list[OrderReport]:
    return [e for e in events if isinstance(e, OrderReport) and execution_type in ("", e.execution_type)]


def fills(events: list[Event]) -> list[Fill]:
    return [e for e in events if isinstance(e, Fill)]


def prints(events: list[Event]) -> list[PublicTrade]:
    return [e for e in events if isinstance(e, PublicTrade)]


def list_reports(events: list[Event]) -> list[str]:
    return [event.status_type for event in events if isinstance(event, ListReport)]


def statuses(of: OrderList) -> list[str]:
    return [order.status for order in of.orders]


def reasons(of: OrderList) -> list[str]:
    return [order.expiry_reason for order in of.orders]


def order_state(order: Order) -> tuple[Any, ...]:
    linked = {"prev", "next", "level", "order_list"}
    return (*(getattr(order, name) for name in BookOrder.__slots__ + Order.__slots__ if name not in linked), order.order_list_id)


def list_state(of: OrderList) -> tuple[Any, ...]:
    return (*(getattr(of, name) for name in OrderList.__slots__ if name not in ("orders", "reports")), tuple(order.order_id for order in of.orders))


def snapshot(exchange: Exchange) -> tuple[Any, ...]:
    """All state a command could change."""
    matcher = exchange._matcher
    markets = []
    for symbol, market in exchange._markets.items():
        book, tape = market.book, market.tape
        queue = [
            (order.account, order.price, order.remaining, order.order_id)
            for side in (True, False) for level in book.levels(side) for order in level
        ]
        stops = market.stops
        markets.append((
            symbol, queue, book.update_id, tape.count, tape.last_price, market.next_trade_id,
            [row[:2] for row in stops._rising], [row[:2] for row in stops._falling], market.instrument.status,
        ))
    orders = [
        order_state(order)
        for account in exchange.accounts() for symbol in exchange.instruments
        for order in exchange.all_orders(account, symbol)
    ]
    ledger = exchange.ledger
    money = [{k: dict(v) for k, v in part.items()} for part in (ledger.free, ledger.locked)]
    return (
        markets, orders, money, dict(ledger.fees), dict(ledger.deposited), exchange._random.getstate(),
        matcher.next_order_id, matcher.next_execution_id, matcher.next_prevented_id, dict(matcher._touched),
        [exchange.update_time(account) for account in exchange.accounts()],
        [list_state(of) for account in exchange.accounts() for of in exchange.lists.all_lists(account)],
        [[of.order_list_id for of in exchange.lists.open_lists(account)] for account in exchange.accounts()],
        exchange.lists._next_id,
    )


def check_invariants(exchange: Exchange) -> None:
    """What holds between any two commands."""
    exchange.ledger.check()
    resting: dict[int, Order] = {}
    for symbol, market in exchange._markets.items():
        book = market.book
        bid, ask = book.best_bid(), book.best_ask()
        assert bid is None or ask is None or bid.price < ask.price, f"{symbol} is crossed"
        for side in (True, False):
            last = None
            for level in book.levels(side):
                assert last is None or (level.price < last if side else level.price > last)
                last = level.price
                queue = list(level)
                assert queue and level.tail is queue[-1] and level.head.prev is None and level.tail.next is None
                assert level.total == sum(order.remaining for order in queue)
                for index, order in enumerate(queue):
                    assert order.level is level and order.price == last and order.is_buy == side and order.remaining > 0
                    assert order.prev is (queue[index - 1] if index else None)
                    if order.account:
                        resting[order.order_id] = order
        for row in market.stops._rising + market.stops._falling:
            resting[row[2].order_id] = row[2]
            assert not row[2].working_time
        assert not market.stops.triggered
    opened = {order.order_id: order for name in exchange.accounts() for order in exchange.open_orders(name)}
    pending = {number: order for number, order in opened.items() if order.status == "PENDING_NEW"}
    assert opened == {**resting, **pending} and not resting.keys() & pending.keys()
    check_lists(exchange)
    locked: dict[tuple[str, str], int] = {}
    for name in exchange.accounts():
        for symbol, rules in exchange.instruments.items():
            waiting = 0
            for order in exchange.all_orders(name, symbol):
                check_order(exchange, order, order.order_id in opened)
                key = (name, rules.quote if order.is_buy else rules.base)
                locked[key] = locked.get(key, 0) + order.locked
                waiting += order.type in STOP_TYPES and not order.working_time and not order.is_final
            assert exchange._accounts[name].count_waiting(symbol) == waiting
    for name in exchange.accounts():
        for asset, (_, held) in exchange.balances(name).items():
            assert held == locked.get((name, asset), 0), f"{name} {asset}"


def check_order(exchange: Exchange, order: Order, is_open: bool) -> None:
    found = exchange.order_fills(order.account, order.order_id)
    assert order.executed == sum(fill.quantity for fill in found)
    assert order.executed_quote == sum(fill.quote for fill in found)
    assert order.remaining == order.quantity - order.executed - order.prevented
    assert order.is_final != is_open
    if order.is_final:
        assert order.locked == 0
        assert order.status != "FILLED" or order.remaining == 0
    elif order.status == "PENDING_NEW":
        assert order.order_list is not None and not order.working_time and not order.executed
        assert order.order_list.pays or not order.locked
    else:
        assert order.remaining > 0
        assert order.status == ("PARTIALLY_FILLED" if order.executed else "NEW")
        assert order.locked == needed(order)
    if order.price:
        for fill in found:
            assert fill.price <= order.price if order.is_buy else fill.price >= order.price


def alone(order: Order) -> int:
    """What an open order needs by itself."""
    price = order.price or order.stop_price
    return -(-price * order.remaining // SCALE) if order.is_buy else order.remaining


def needed(order: Order) -> int:
    """What an open order has locked: of two that end each other one holds what the more expensive needs, the other nothing."""
    rivals = [each for each in order.order_list.orders if not each.is_final and each.status != "PENDING_NEW"] if order.order_list else []
    if len(rivals) != 2:
        return alone(order)
    holder = next((each for each in rivals if each.working_time), rivals[0])
    return max(alone(each) for each in rivals) if order is holder else 0


def check_lists(exchange: Exchange) -> None:
    """What holds of every order list between any two commands."""
    assert not any(market.leg_reports for market in exchange._markets.values())
    for account in exchange.accounts():
        lists = exchange.lists.all_lists(account)
        assert [of.order_list_id for of in lists] == sorted({of.order_list_id for of in lists})
        assert exchange.lists.open_lists(account) == [of for of in lists if not of.is_done]
        for of in lists:
            orders = of.orders
            assert all((each.account, each.symbol, each.order_list) == (account, of.symbol, of) for each in orders)
            assert of.is_done == all(each.is_final for each in orders)
            rivals = orders if of.contingency == "OCO" else orders[1:]
            if of.contingency == "OTO":
                working = orders[0]
                if not working.is_final:
                    assert all(each.status == "PENDING_NEW" for each in rivals)
                elif working.status != "FILLED":
                    assert all(each.is_final and not each.executed for each in rivals)
                else:
                    assert all(each.status != "PENDING_NEW" for each in rivals)
            if len(rivals) == 2:
                assert sum(bool(each.executed) for each in rivals) <= 1, "both orders of a pair have traded"
                assert sum(each.executed for each in rivals) <= max(each.quantity for each in rivals)
                if any(each.executed or each.prevented or each.is_final for each in rivals):
                    assert sum(not each.is_final for each in rivals) <= 1
                if all(not each.is_final for each in rivals):
                    assert rivals[0].quantity == rivals[1].quantity
