"""
What must hold whatever is sent: hypothesis draws the commands, the checks follow every one of them.

``EXAMPLES=120 pytest tests/mockexchange/core/test_core_properties.py`` is the long form.
"""

import os
from random import Random
from typing import Any

from core_world import DUST, NOW, SIBLING, SYMBOL, check_invariants, dust, instrument, list_state, order_state, sibling, snapshot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockexchange.checkpoint import restore
from mockexchange.core import Exchange
from mockexchange.core.commands import (
    AmendOrder,
    CancelAll,
    CancelOrder,
    CancelOrderList,
    Deposit,
    FeedTrade,
    PlaceOrder,
    PlaceOrderList,
    Quote,
    SetPrice,
    SetRules,
    SetSymbolStatus,
    TapeTrade,
)
from mockexchange.core.errors import Refusal
from mockexchange.core.events import BalanceChange, Event, OrderReport, PublicTrade
from mockexchange.core.instruments import ALL_STP_MODES
from mockexchange.core.numbers import SCALE
from mockexchange.core.orders import FINAL_STATUSES
from mockexchange.journal import Journal
from mockexchange.replay import put_into

ACCOUNTS: list[str] = ["a", "b", "c"]
SCALES: dict[str, tuple[int, int, int]] = {
    SYMBOL: (SCALE, SCALE // 10, 100 * SCALE), DUST: (1, 1_234_567, 100), SIBLING: (SCALE, SCALE // 10, 100 * SCALE),
}
TYPES: list[str] = [
    "LIMIT", "LIMIT", "LIMIT", "LIMIT", "MARKET", "LIMIT_MAKER",
    "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT",
]

symbols = st.sampled_from([SYMBOL, SYMBOL, SYMBOL, DUST, SIBLING])
sides = st.sampled_from(["BUY", "SELL"])
ticks = st.integers(-6, 6)
lots = st.integers(1, 30)
client_ids = st.integers(0, 40).map(lambda n: f"c{n}")


@st.composite
def place(draw: Any) -> PlaceOrder:
    symbol = draw(symbols)
    tick, step, middle = SCALES[symbol]
    kind = draw(st.sampled_from(TYPES))
    by_quote = kind == "MARKET" and draw(st.booleans())
    market = kind in ("MARKET", "STOP_LOSS", "TAKE_PROFIT")
    return PlaceOrder(
        draw(st.sampled_from(ACCOUNTS)), symbol, draw(sides), kind,
        0 if by_quote else draw(lots) * step,
        0 if market else middle + draw(ticks) * tick,
        draw(st.sampled_from(["GTC", "GTC", "GTC", "IOC", "FOK"])),
        middle + draw(ticks) * tick if kind.startswith(("STOP", "TAKE")) else 0,
        draw(lots) * middle * step // SCALE + 7 if by_quote else 0,
        draw(client_ids),
        draw(st.sampled_from([*ALL_STP_MODES, "NONE", ""])),
    )


@st.composite
def special(draw: Any) -> PlaceOrder:
    """A trailing stop, a pegged, routed or iceberg order, or what cannot be one."""
    order: PlaceOrder = draw(place())
    kind = draw(st.sampled_from(["trailing", "trailing", "pegged", "routed", "iceberg", "pegged stop"]))
    tick, step, middle = SCALES[order.symbol]
    if kind == "trailing" or kind == "pegged stop":
        order.type = draw(st.sampled_from(["STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"]))
        order.quantity, order.quote_quantity = order.quantity or step, 0
        order.price = middle + draw(ticks) * tick if order.type.endswith("LIMIT") else 0
        order.stop_price = draw(st.one_of(st.just(0), ticks.map(lambda n: middle + n * tick)))
        order.trailing_delta = draw(st.sampled_from([10, 100, 100, 300, 2000]))
    if kind.startswith("pegged"):
        order.type = "STOP_LOSS_LIMIT" if kind == "pegged stop" else draw(st.sampled_from(["LIMIT", "LIMIT", "LIMIT_MAKER"]))
        order.quantity, order.quote_quantity = order.quantity or step, 0
        order.price = draw(st.sampled_from([0, 0, middle]))
        order.peg_price_type = draw(st.sampled_from(["PRIMARY_PEG", "MARKET_PEG"]))
        order.peg_offset = draw(st.sampled_from([None, None, 0, 1]))
        order.time_in_force = draw(st.sampled_from(["GTC", "GTC", "GTC", "IOC"]))
        if kind == "pegged":
            order.stop_price = 0
    elif kind == "routed":
        order.type = draw(st.sampled_from(["LIMIT", "LIMIT", "MARKET"]))
        order.quantity, order.quote_quantity, order.stop_price = order.quantity or step, 0, 0
        order.price = middle + draw(ticks) * tick if order.type == "LIMIT" else 0
        order.uses_sor = True
    if kind == "iceberg" or (kind == "routed" and order.type == "LIMIT" and draw(st.booleans())):
        order.type = "LIMIT" if order.type in ("MARKET", "STOP_LOSS", "TAKE_PROFIT") else order.type
        order.quantity, order.quote_quantity = order.quantity or step, 0
        order.price = order.price or middle
        order.stop_price = 0 if order.type.startswith("LIMIT") else order.stop_price
        order.iceberg_quantity = max(order.quantity // step // draw(st.integers(1, 8)), 1) * step
        order.time_in_force = "GTC"
    return order


@st.composite
def place_list(draw: Any) -> PlaceOrderList:
    """Most of them straddle the middle, as they must."""
    symbol = draw(symbols)
    tick, step, middle = SCALES[symbol]
    account = draw(st.sampled_from(ACCOUNTS))
    quantity = draw(lots) * step
    stp_mode = draw(st.sampled_from([*ALL_STP_MODES, "NONE", ""]))

    def one(side: str, kind: str, price: int, stop: int, size: int) -> PlaceOrder:
        market = kind in ("MARKET", "STOP_LOSS", "TAKE_PROFIT")
        order = PlaceOrder(
            account, symbol, side, kind, size, 0 if market else price,
            draw(st.sampled_from(["GTC", "GTC", "IOC", "FOK"])) if kind in ("LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT") else "GTC",
            stop if kind.startswith(("STOP", "TAKE")) else 0, 0, draw(client_ids), stp_mode,
        )
        extra = draw(st.sampled_from(["", "", "trailing", "tracking", "pegged", "iceberg"]))
        if extra in ("trailing", "tracking") and order.stop_price:
            order.trailing_delta = draw(st.sampled_from([10, 100, 300, 2000]))
            order.stop_price = 0 if extra == "tracking" else order.stop_price
        elif extra == "pegged" and order.price:
            order.peg_price_type = draw(st.sampled_from(["PRIMARY_PEG", "PRIMARY_PEG", "MARKET_PEG"]))
            order.peg_offset = draw(st.sampled_from([None, 0, 1]))
            order.price = draw(st.sampled_from([0, 0, price]))
            order.time_in_force = "GTC"
        if extra == "iceberg" or draw(st.integers(0, 5)) == 0:
            if not market:
                order.iceberg_quantity = max((size or quantity) // step // draw(st.integers(1, 8)), 1) * step
                order.time_in_force = "GTC"
        return order

    def pair(side: str, size: int) -> list[PlaceOrder]:
        away = -1 if side == "SELL" else 1
        near, far = draw(st.integers(1, 5)), draw(st.integers(1, 5))
        loss, other = middle + away * near * tick, middle - away * far * tick
        return [
            one(side, draw(st.sampled_from(["STOP_LOSS", "STOP_LOSS_LIMIT"])), loss + draw(ticks) * tick, loss, size),
            one(side, draw(st.sampled_from(["LIMIT_MAKER", "LIMIT_MAKER", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"])), other, other, size),
        ]

    client_id = draw(st.one_of(st.just(""), st.integers(0, 20).map(lambda n: f"l{n}")))
    kind = draw(st.sampled_from(["OCO", "OCO", "OTO", "OTOCO", "OPO", "OPOCO"]))
    side = draw(sides)
    if kind == "OCO":
        return PlaceOrderList(account, symbol, "OCO", pair(side, quantity), client_id)
    pays = kind in ("OPO", "OPOCO")
    first = one("BUY" if pays else side, draw(st.sampled_from(["LIMIT", "LIMIT", "LIMIT_MAKER"])), middle + draw(ticks) * tick, 0, quantity)
    then = "SELL" if pays else draw(sides)
    size = 0 if pays else quantity
    if kind in ("OTOCO", "OPOCO"):
        return PlaceOrderList(account, symbol, "OTO", [first, *pair(then, size)], client_id, pays)
    price = middle + draw(ticks) * tick
    second = one(then, draw(st.sampled_from(["LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS", "TAKE_PROFIT_LIMIT"])), price, price, size)
    return PlaceOrderList(account, symbol, "OTO", [first, second], client_id, pays)


@st.composite
def cancel_list(draw: Any) -> CancelOrderList:
    return CancelOrderList(
        draw(st.sampled_from(ACCOUNTS)), draw(symbols), None, draw(st.integers(0, 20).map(lambda n: f"l{n}")),
    )


@st.composite
def quote(draw: Any) -> Quote:
    symbol = draw(symbols)
    tick, step, middle = SCALES[symbol]
    return Quote(symbol, draw(sides), middle + draw(ticks) * tick, draw(st.integers(0, 20)) * step)


@st.composite
def feed_trade(draw: Any) -> FeedTrade:
    symbol = draw(symbols)
    tick, step, middle = SCALES[symbol]
    limit = draw(st.one_of(st.just(0), ticks.map(lambda n: middle + n * tick)))
    return FeedTrade(symbol, draw(sides), draw(lots) * step, limit)


@st.composite
def set_price(draw: Any) -> SetPrice:
    symbol = draw(symbols)
    tick, _, middle = SCALES[symbol]
    return SetPrice(symbol, middle + draw(ticks) * tick)


@st.composite
def tape_trade(draw: Any) -> TapeTrade:
    symbol = draw(symbols)
    tick, step, middle = SCALES[symbol]
    number = draw(st.integers(1, 1000))
    return TapeTrade(
        symbol, number, middle + draw(ticks) * tick, draw(lots) * step, draw(st.booleans()), NOW - 10**12 + number,
    )


@st.composite
def amend(draw: Any) -> AmendOrder:
    symbol = draw(symbols)
    return AmendOrder(
        draw(st.sampled_from(ACCOUNTS)), symbol, None, draw(client_ids), draw(lots) * SCALES[symbol][1],
        draw(st.one_of(st.just(""), client_ids)), draw(st.booleans()),
    )


@st.composite
def set_rules(draw: Any) -> SetRules:
    symbol = draw(symbols)
    tick, step, _ = SCALES[symbol]
    name, value = draw(st.sampled_from([
        ("tick_size", tick), ("tick_size", 2 * tick), ("step_size", step), ("step_size", 3 * step),
        ("min_quantity", step), ("min_quantity", 4 * step), ("min_notional", 0), ("min_notional", 50), ("taker_fee", 200_000),
    ]))
    return SetRules(symbol, {name: value})


common = [
    amend(), amend(), set_rules(),
    place(), place(), place(), place(), special(), special(), place_list(), place_list(), cancel_list(),
    quote(), quote(), feed_trade(),
    st.builds(CancelOrder, st.sampled_from(ACCOUNTS), symbols, st.none(), client_ids),
    st.builds(CancelAll, st.sampled_from(ACCOUNTS), symbols),
    st.builds(Deposit, st.sampled_from(ACCOUNTS), st.sampled_from(["AAA", "BBB", "CCC", "DUST"]), st.integers(-(10**10), 10**10)),
    st.builds(SetSymbolStatus, symbols, st.sampled_from(["TRADING", "TRADING", "TRADING", "HALT"])),
]
commands = st.lists(st.one_of(*common, set_price(), tape_trade()), min_size=40, max_size=60)
commands_without_tape = st.lists(st.one_of(*common), min_size=40, max_size=60)
openings = st.sampled_from([10**10, 10**12, 10**13])

EXAMPLES: int = int(os.environ.get("EXAMPLES", "25"))
checked = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def make_exchange(seed: int) -> Exchange:
    first = instrument(maker_fee=100_000, taker_fee=150_000, max_position=2 * 10**13, max_num_iceberg_orders=50)
    exchange = Exchange([first, dust(), sibling()], seed)
    exchange.set_routes([(SYMBOL, SIBLING)])
    return exchange


def open_exchange(opening: int, seed: int = 5) -> Exchange:
    exchange = make_exchange(seed)
    for account in ACCOUNTS:
        for asset in ("AAA", "BBB", "CCC", "DUST"):
            exchange.apply(Deposit(account, asset, opening), NOW)
    return exchange


def send(exchange: Exchange, command: Any, now: int) -> list[Event] | None:
    """The events, or None when it was refused; a refused command must have changed nothing."""
    before = snapshot(exchange)
    try:
        return exchange.apply(command, now)
    except (Refusal, ValueError):
        assert snapshot(exchange) == before
        return None


@checked
@given(commands, openings)
def test_money_book_and_orders_stay_sound(sent: list[Any], opening: int) -> None:
    exchange = open_exchange(opening)
    for number, command in enumerate(sent):
        send(exchange, command, NOW + number * 1000)
        check_invariants(exchange)


@checked
@given(commands, openings)
def test_reports_tell_a_consistent_story(sent: list[Any], opening: int) -> None:
    exchange = open_exchange(opening)
    last: dict[int, OrderReport] = {}
    executions: list[int] = []
    trades: set[tuple[str, int]] = set()
    for number, command in enumerate(sent):
        events = send(exchange, command, NOW + number * 1000) or []
        own = {event.trade_id for event in events if isinstance(event, PublicTrade)}
        for event in events:
            if isinstance(event, PublicTrade) and not isinstance(command, TapeTrade):
                assert (event.symbol, event.trade_id) not in trades
                trades.add((event.symbol, event.trade_id))
            if not isinstance(event, OrderReport):
                continue
            before = last.get(event.order_id)
            executions.append(event.execution_id)
            assert before is None or before.status not in FINAL_STATUSES, "a final order came back"
            assert (before is None) <= (event.execution_type == "NEW")
            assert event.executed >= (before.executed if before else 0)
            assert event.executed + event.prevented <= event.quantity
            if event.execution_type == "TRADE":
                assert before is not None and event.executed == before.executed + event.last_quantity
                assert event.trade_id in own or (event.trade_id == -1 and event.special is not None and event.special.used_sor)
                if event.price:
                    better = event.last_price <= event.price if event.side == "BUY" else event.last_price >= event.price
                    assert better
            last[event.order_id] = event
    assert executions == list(range(1, len(executions) + 1))
    for order_id, report in last.items():
        order = exchange.find_order(report.account, report.symbol, order_id)
        assert (order.status, order.executed, order.prevented) == (report.status, report.executed, report.prevented)


@checked
@given(commands_without_tape, openings)
def test_price_time_priority(sent: list[Any], opening: int) -> None:
    exchange = open_exchange(opening)
    for number, command in enumerate(sent):
        if not isinstance(command, PlaceOrder) or command.uses_sor:
            send(exchange, command, NOW + number * 1000)
            continue
        is_buy = command.side == "BUY"
        book = exchange.books[command.symbol]
        queue = [
            (order.account, order.price, quantity, order.order_id)
            for level in book.levels(not is_buy) for order, quantity in book.chunks(level)
        ]
        events = send(exchange, command, NOW + number * 1000) or []
        reports = [event for event in events if isinstance(event, OrderReport)]
        if not reports:
            continue
        taker = reports[0].order_id
        mode = reports[0].stp_mode
        met = [event for event in events if isinstance(event, PublicTrade) and event.taker_order_id == taker]
        waiting = [row for row in queue if mode == "NONE" or row[0] != command.account]
        for trade, (_, price, quantity, _) in zip(met, waiting, strict=False):
            assert trade.price == price
            assert trade.quantity == quantity or trade is met[-1]
        makers = [r.order_id for r in reports if r.is_maker and r.trade_id in {t.trade_id for t in met}]
        assert makers == [row[3] for row in waiting[:len(met)] if row[0]]


@settings(checked, max_examples=-(-EXAMPLES // 3))
@given(commands, openings)
def test_same_seed_same_commands_same_events(sent: list[Any], opening: int) -> None:
    left, right = open_exchange(opening, 3), open_exchange(opening, 3)
    for number, command in enumerate(sent):
        now = NOW + number * 1000
        # reads in between must not matter
        for tape in right.tapes.values():
            tape.bars("1h", 5)
            tape.average(5, now)
            tape.aggregates(5)
        assert send(left, command, now) == send(right, command, now)
    assert snapshot(left) == snapshot(right)


@settings(checked, max_examples=-(-EXAMPLES // 3))
@given(commands, openings)
def test_dry_run_says_what_the_exchange_would(sent: list[Any], opening: int) -> None:
    exchange = open_exchange(opening)
    for number, command in enumerate(sent):
        now = NOW + number * 1000
        verdict = ""
        if isinstance(command, PlaceOrder):
            before = snapshot(exchange)
            try:
                exchange.check_filters(command, now)
            except Refusal as refusal:
                verdict = refusal.reason
            assert snapshot(exchange) == before
        try:
            exchange.apply(command, now)
            assert not verdict
        except Refusal as refusal:
            assert not isinstance(command, PlaceOrder) or refusal.reason == verdict
        except ValueError:
            pass


@settings(checked, max_examples=-(-EXAMPLES // 2))
@given(commands, openings)
def test_depth_changes_rebuild_the_book(sent: list[Any], opening: int) -> None:
    exchange = open_exchange(opening)
    mirrors: dict[str, tuple[dict[int, int], dict[int, int]]] = {name: ({}, {}) for name in exchange.books}
    for number, command in enumerate(sent):
        send(exchange, command, NOW + number * 1000)
        for name, book in exchange.books.items():
            known = book.update_id
            _, last, *sides = book.take_changes()
            assert last == known
            for mirror, changes in zip(mirrors[name], sides, strict=True):
                for price, total in changes.items():
                    if total:
                        mirror[price] = total
                    else:
                        mirror.pop(price, None)
            assert mirrors[name] == (dict(book.bids(1000)), dict(book.asks(1000)))


@settings(checked, max_examples=-(-EXAMPLES // 2))
@given(commands, openings)
def test_restored_exchange_goes_on_as_the_old_one(sent: list[Any], opening: int) -> None:
    old = open_exchange(opening)
    for number, command in enumerate(sent):
        if not isinstance(command, Quote | TapeTrade | SetPrice | FeedTrade):
            send(old, command, NOW + number * 1000)
    new = make_exchange(5)
    for name in old.accounts():
        for asset, (free, locked) in old.balances(name).items():
            new.restore_balance(name, asset, free, locked)
    orders = [order for name in old.accounts() for symbol in old.books for order in old.all_orders(name, symbol)]
    queues = {order.order_id: place for place, order in enumerate(
        order for book in old.books.values() for side in (True, False) for level in book.levels(side) for order in level
    )}
    lists = [of for name in old.accounts() for of in old.lists.all_lists(name)]
    before = [list_state(of) for of in lists]
    reserved = [of.orders[1].locked if of.pays and of.pending else 0 for of in lists]
    for order in sorted(orders, key=lambda each: queues.get(each.order_id, -1)):
        order.prev = order.next = order.level = None
        new.restore_order(order)
    for of, amount in sorted(zip(lists, reserved, strict=True), key=lambda row: row[0].order_list_id):
        new.restore_list(of, amount)
    for name in old.accounts():
        for symbol in old.books:
            for fill in old.fills(name, symbol) + old.allocations(name, symbol):
                new.restore_fill(fill)
    assert [list_state(of) for name in old.accounts() for of in new.lists.all_lists(name)] == before
    check_invariants(new)
    for name in old.accounts():
        assert new.balances(name) == old.balances(name)
        assert new.lists.open_lists(name) == old.lists.open_lists(name)
        for symbol in old.books:
            assert new.all_orders(name, symbol) == old.all_orders(name, symbol)
            assert new.fills(name, symbol) == old.fills(name, symbol)
            assert new.allocations(name, symbol) == old.allocations(name, symbol)
        for symbol in old.books:
            if new.open_orders(name, symbol):
                new.apply(CancelAll(name, symbol), NOW + 10**9)
    check_invariants(new)
    assert all(not locked for name in new.accounts() for _, locked in new.balances(name).values())


@settings(checked, max_examples=-(-EXAMPLES // 12))
@given(st.integers(0, 10**9), openings)
def test_a_journal_brings_everything_back(seed: int, opening: int) -> None:
    """Orders, lists and what is locked for them, as the rows of a journal come to them."""
    old = open_exchange(opening)
    journal = Journal()
    for account in ACCOUNTS:
        for asset, (free, locked) in old.balances(account).items():
            journal.record(NOW, Deposit(account, asset, free), [BalanceChange(account, NOW, {asset: (free, locked)})])
    for number, command in enumerate(storm(Random(seed), 250)):
        now = NOW + number * 1000
        events = send(old, command, now)
        if events is not None:
            journal.record(now, command, events)
    new = Exchange([instrument(maker_fee=100_000, taker_fee=150_000, max_position=2 * 10**13), dust()], 5)
    put_into(new, restore(journal), NOW)
    check_invariants(new)
    assert any(old.lists.all_lists(name) for name in ACCOUNTS)
    for name in ACCOUNTS:
        assert new.balances(name) == old.balances(name)
        assert [list_state(of) for of in new.lists.all_lists(name)] == [list_state(of) for of in old.lists.all_lists(name)]
        assert [of.order_list_id for of in new.lists.open_lists(name)] == [of.order_list_id for of in old.lists.open_lists(name)]
        for symbol in old.books:
            assert [order_state(order) for order in new.all_orders(name, symbol)] == [order_state(order) for order in old.all_orders(name, symbol)]
            if new.open_orders(name, symbol):
                new.apply(CancelAll(name, symbol), NOW + 10**9)
    check_invariants(new)
    assert all(not locked for name in new.accounts() for _, locked in new.balances(name).values())


def storm_list(random: Random, number: int, account: str, symbol: str) -> PlaceOrderList:
    """A list of any kind; ids are those of the storm's single orders, so that orders of lists are cancelled and amended too."""
    tick, step, middle = SCALES[symbol]
    lot = random.randint(1, 30) * step
    stp_mode = random.choice(ALL_STP_MODES)

    def one(side: str, kind: str, place: int, size: int, suffix: str = "") -> PlaceOrder:
        price = middle + place * tick
        is_market = kind in ("MARKET", "STOP_LOSS", "TAKE_PROFIT")
        return PlaceOrder(
            account, symbol, side, kind, size, 0 if is_market else price + random.randint(-1, 1) * tick * ("STOP" in kind),
            random.choice(["GTC", "GTC", "IOC"]) if kind in ("LIMIT", "STOP_LOSS_LIMIT") else "GTC",
            price if kind.startswith(("STOP", "TAKE")) else 0, 0, f"c{number}{suffix}", stp_mode,
        )

    def pair(side: str, size: int) -> list[PlaceOrder]:
        away = -1 if side == "SELL" else 1
        return [
            one(side, random.choice(["STOP_LOSS", "STOP_LOSS_LIMIT"]), away * random.randint(1, 5), size),
            one(side, random.choice(["LIMIT_MAKER", "LIMIT_MAKER", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"]), -away * random.randint(1, 5), size, "o"),
        ]

    kind, side = random.choice(["OCO", "OCO", "OTO", "OTOCO", "OPO", "OPOCO"]), random.choice(["BUY", "SELL"])
    if kind == "OCO":
        return PlaceOrderList(account, symbol, "OCO", pair(side, lot), f"l{number}")
    pays = kind in ("OPO", "OPOCO")
    first = one("BUY" if pays else side, random.choice(["LIMIT", "LIMIT", "LIMIT_MAKER"]), random.randint(-4, 4), lot, "w")
    then, size = ("SELL", 0) if pays else (random.choice(["BUY", "SELL"]), lot)
    if kind in ("OTOCO", "OPOCO"):
        return PlaceOrderList(account, symbol, "OTO", [first, *pair(then, size)], f"l{number}", pays)
    second = one(then, random.choice(["LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS"]), random.randint(-5, 5), size)
    return PlaceOrderList(account, symbol, "OTO", [first, second], f"l{number}", pays)


def storm(random: Random, length: int) -> list[Any]:
    """Commands as a busy market sees them: evenly mixed, so that deep states are reached."""
    sent: list[Any] = []
    for number in range(length):
        symbol = random.choice([SYMBOL, SYMBOL, DUST])
        tick, step, middle = SCALES[symbol]
        side = random.choice(["BUY", "SELL"])
        price = middle + random.randint(-6, 6) * tick
        lot = random.randint(1, 30) * step
        account = random.choice(ACCOUNTS[:2])
        dice = random.random()
        if dice < 0.15:
            sent.append(storm_list(random, number, account, symbol))
        elif dice < 0.6:
            kind = random.choice(TYPES)
            is_market = kind in ("MARKET", "STOP_LOSS", "TAKE_PROFIT")
            by_quote = kind == "MARKET" and random.random() < 0.5
            sent.append(PlaceOrder(
                account, symbol, side, kind, 0 if by_quote else lot, 0 if is_market else price,
                random.choice(["GTC", "GTC", "GTC", "IOC", "FOK"]),
                middle + random.randint(-9, 9) * tick if kind.startswith(("STOP", "TAKE")) else 0,
                lot * middle // SCALE if by_quote else 0, f"c{number}", random.choice(ALL_STP_MODES),
            ))
        elif dice < 0.7:
            sent.append(CancelOrder(account, symbol, None, f"c{random.randint(max(number - 30, 0), number)}"))
        elif dice < 0.77:
            sent.append(AmendOrder(
                account, symbol, None, f"c{random.randint(max(number - 30, 0), number)}", lot, f"a{number}", random.random() < 0.5
            ))
        elif dice < 0.85:
            sent.append(Quote(symbol, side, price, random.randint(0, 20) * step))
        elif dice < 0.92:
            sent.append(FeedTrade(symbol, side, lot, random.choice([0, price])))
        elif dice < 0.95:
            sent.append(SetPrice(symbol, price))
        elif dice < 0.99:
            sent.append(TapeTrade(symbol, number, price, lot, random.random() < 0.5, NOW - 10**12 + number))
        else:
            sent.append(CancelAll(account, symbol))
    return sent


@settings(checked, max_examples=-(-EXAMPLES // 12))
@given(st.integers(0, 10**9), openings)
def test_storms(seed: int, opening: int) -> None:
    exchange = open_exchange(opening)
    seen: set[tuple[str, str]] = set()
    for number, command in enumerate(storm(Random(seed), 250)):
        for event in send(exchange, command, NOW + number * 1000) or []:
            if isinstance(event, OrderReport):
                seen.add((event.execution_type, event.status))
        check_invariants(exchange)
    assert {("TRADE", "FILLED"), ("TRADE", "PARTIALLY_FILLED")} <= seen
