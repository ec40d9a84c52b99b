"""
What spot does, byte for byte: recorded seeds keep their journals, whatever moves inside the core.

``python tests/mockexchange/core/test_core_golden.py`` prints the digests of the code as it is.
"""

import hashlib
import json
from random import Random
from typing import Any

import pytest
from core_world import DUST, NOW, SYMBOL, dust, instrument

from mockexchange import MockExchange
from mockexchange.core import Exchange
from mockexchange.core.commands import (
    CancelAll,
    CancelOrder,
    Command,
    Deposit,
    FeedTrade,
    PlaceOrder,
    Quote,
    SetPrice,
    TapeTrade,
)
from mockexchange.core.errors import Refusal
from mockexchange.core.events import (
    BalanceChange,
    BalanceDelta,
    Event,
    Fill,
    OrderReport,
    PublicTrade,
    SymbolStatus,
)
from mockexchange.core.numbers import SCALE, parse_amount

# the fields a digest covers: those of an event that were there when the digests were recorded
FIELDS: dict[type, tuple[str, ...]] = {
    OrderReport: OrderReport._fields[:37],
    Fill: Fill._fields[:13],
    PublicTrade: PublicTrade._fields[:10],
    BalanceChange: ("account", "time", "assets"),
    BalanceDelta: ("account", "asset", "delta", "time"),
    SymbolStatus: ("symbol", "status"),
}
CORE: dict[int, str] = {
    1: "63c6ca24730988e793ad1145d12ddf46538c37b63ac6920ad5125af9543e6bdb",
    2: "54e776dc85b455a448f1cd18a2daac67c169674afd12a84f1ce915b95b6b5f66",
    3: "a2a02d5cab46c452ca8fd43219bf4f25f4620036db4c3b772f9f848db33faacd",
}
VENUE: dict[int, str] = {
    1: "3f907ebea4fa44c1c9490a8a5bac095cae0361c21dc4486aff7d4235a4273c9d",
    7: "6280f815dec9c59e324fd72ada55b644d19295096876595eec79857ecfbd4d72",
}
TYPES: tuple[str, ...] = (
    "LIMIT", "LIMIT", "LIMIT", "MARKET", "LIMIT_MAKER", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT",
)
MODES: tuple[str, ...] = ("NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")


def command(random: Random, number: int) -> Command:
    """One command of a busy market. It has no twin in other tests: it must draw the same for ever."""
    symbol, tick, step, middle = random.choice(((SYMBOL, SCALE, SCALE // 10, 100 * SCALE), (DUST, 1, 1_234_567, 100)))
    side = random.choice(("BUY", "SELL"))
    price, lot = middle + random.randint(-6, 6) * tick, random.randint(1, 30) * step
    account = random.choice(("a", "b"))
    dice = random.random()
    if dice < 0.6:
        kind = random.choice(TYPES)
        is_market = kind in ("MARKET", "STOP_LOSS", "TAKE_PROFIT")
        by_quote = kind == "MARKET" and random.random() < 0.5
        stop = middle + random.randint(-9, 9) * tick if kind.startswith(("STOP", "TAKE")) else 0
        return PlaceOrder(
            account, symbol, side, kind, 0 if by_quote else lot, 0 if is_market else price,
            random.choice(("GTC", "GTC", "IOC", "FOK")), stop, lot * middle // SCALE if by_quote else 0,
            f"c{number}" if random.random() < 0.7 else "", random.choice(MODES),
        )
    if dice < 0.7:
        return CancelOrder(account, symbol, None, f"c{random.randint(max(number - 30, 0), number)}")
    if dice < 0.85:
        return Quote(symbol, side, price, random.randint(0, 20) * step)
    if dice < 0.92:
        return FeedTrade(symbol, side, lot, random.choice((0, price)))
    if dice < 0.95:
        return SetPrice(symbol, price)
    if dice < 0.99:
        return TapeTrade(symbol, number, price, lot, random.random() < 0.5, NOW - 10**12 + number)
    return CancelAll(account, symbol)


def line(event: Event) -> str:
    kind = type(event)
    return json.dumps([kind.__name__, *(getattr(event, name) for name in FIELDS[kind])])


def core_digest(seed: int) -> str:
    """Of all events and refusals of 1,500 commands."""
    random = Random(seed)
    exchange = Exchange([instrument(maker_fee=100_000, taker_fee=150_000, max_position=2 * 10**13), dust()], seed)
    for account in ("a", "b"):
        for asset in ("AAA", "BBB", "DUST"):
            exchange.apply(Deposit(account, asset, 10**13), NOW)
    found = hashlib.sha256()
    seen: set[str] = set()
    for number in range(1_500):
        try:
            events = exchange.apply(command(random, number), NOW + number * 1_000)
            lines = [line(event) for event in events if type(event) in FIELDS]
            seen.update(event.execution_type for event in events if isinstance(event, OrderReport))
        except (Refusal, ValueError) as error:
            lines = [f"{type(error).__name__}: {error}"]
        found.update("\n".join(lines).encode() + b"\n")
    assert seen == {"NEW", "TRADE", "CANCELED", "EXPIRED", "TRADE_PREVENTION"}
    return found.hexdigest()


def venue_digest(seed: int) -> str:
    """Of the journal of a venue with a manual clock and its synthetic market, in which somebody trades."""
    random = Random(seed)
    with MockExchange("binance", clock="manual=1795000000000", seed=seed) as venue:
        key = venue.key
        for number in range(12):
            venue.run(lambda each, number=number: trade(each, key, random, number))
            venue.advance(1_000)
        rows: list[dict[str, Any]] = venue.journal()
        past: int = venue.run(lambda each: each.exchange.tapes["BTCUSDT"].past.last_id)
    rows = [{**row, "exec_id": row["exec_id"] - past} if row["kind"] == "fill" else row for row in rows]    # counted from the market's first trade
    kinds = {row["kind"] for row in rows}
    assert {"order", "fill", "balance"} <= kinds
    return hashlib.sha256(json.dumps([row for row in rows if row["kind"] in ("order", "fill", "balance")]).encode()).hexdigest()


def trade(venue: Any, key: str, random: Random, number: int) -> None:
    side = random.choice(["BUY", "SELL"])
    price = random.choice(["39900", "40000", "40100"])
    venue.apply(PlaceOrder(key, "BTCUSDT", side, "LIMIT", parse_amount("0.01"), parse_amount(price), client_order_id=f"g{number}"))
    if number % 4 == 3:
        try:
            venue.apply(CancelAll(key, "BTCUSDT"))
        except Refusal:
            pass


@pytest.mark.parametrize("seed", sorted(CORE))
def test_the_core_does_with_a_seed_what_it_did(seed: int) -> None:
    assert core_digest(seed) == CORE[seed]


@pytest.mark.parametrize("seed", sorted(VENUE))
def test_the_journal_of_a_seed_is_what_it_was(seed: int) -> None:
    assert venue_digest(seed) == VENUE[seed]


if __name__ == "__main__":
    print({seed: core_digest(seed) for seed in (1, 2, 3)})
    print({seed: venue_digest(seed) for seed in (1, 7)})
