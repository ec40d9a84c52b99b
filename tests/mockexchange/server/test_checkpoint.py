"""A checkpoint beside a journal: what comes back is what the rows say, with it and without it."""

import random
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from waiting import until

from mockexchange import checkpoint
from mockexchange.checkpoint import Keeper, open_journal, path_of, restore, save
from mockexchange.core.commands import (
    AmendOrder,
    CancelOrder,
    Deposit,
    PlaceOrder,
    SetPrice,
    SetRules,
    SetSymbolStatus,
)
from mockexchange.core.errors import Refusal
from mockexchange.core.numbers import SCALE
from mockexchange.journal import Journal
from mockexchange.replay import RestoredState, fold_lines
from mockexchange.scan import JournalError
from mockexchange.server.venue import Venue


def open_venue(folder: Path) -> Venue:
    return Venue("binance", feed="none", seed=7, state=folder, clock="manual=1700000000000")


def live(venue: Venue, orders: int, seed: int) -> None:
    """Every kind of row: resting, filled, cancelled, amended, triggered and refused orders, other rules, statuses."""
    source = random.Random(seed)
    names: list[str] = []
    commands: list[Any] = [Deposit("mock-key", "BTC", 10_000 * SCALE), Deposit("mock-key", "USDT", 10 ** 9 * SCALE)]
    for number in range(orders):
        name = f"{seed}-{number}"
        names.append(name)
        side, price = source.choice(["BUY", "SELL"]), (39_900 + source.randrange(200)) * SCALE
        if number % 11 == 0:
            commands.append(PlaceOrder(
                "mock-key", "BTCUSDT", side, "STOP_LOSS_LIMIT", SCALE // 100, price, stop_price=price, client_order_id=name,
            ))
        else:
            commands.append(PlaceOrder(
                "mock-key", "BTCUSDT", side, "LIMIT", SCALE * (1 + source.randrange(9)) // 100, price, client_order_id=name,
                strategy_id=number, stp_mode=source.choice(["NONE", "EXPIRE_MAKER", "DECREMENT"]),
            ))
        if number % 5 == 0:
            commands.append(CancelOrder("mock-key", "BTCUSDT", client_order_id=source.choice(names)))
        if number % 7 == 0:
            commands.append(AmendOrder(
                "mock-key", "BTCUSDT", client_order_id=source.choice(names), quantity=SCALE * (1 + source.randrange(9)) // 100,
                may_grow=True,
            ))
        if number % 13 == 0:
            commands.append(SetPrice("BTCUSDT", (39_900 + source.randrange(200)) * SCALE))
    commands += [SetRules("ETHUSDT", {"max_num_orders": 100 + seed}), SetSymbolStatus("ETHUSDT", "HALT")]
    for command in commands:
        try:
            venue.apply(command)
        except Refusal:
            pass
    venue.journal.fault(venue.now(), {"id": seed})


def plain(value: Any) -> Any:
    """Without objects that are compared by identity."""
    if isinstance(value, RestoredState):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if is_dataclass(value) or type(value).__name__ == "Order":
        return [getattr(value, name, None) for cls in type(value).__mro__ for name in getattr(cls, "__slots__", ())]
    if isinstance(value, dict):
        return [(key, plain(each)) for key, each in value.items()]
    return value


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "WORTH", 10)


def closed(folder: Path, lives: int = 1, orders: int = 150) -> Path:
    """The journal of so many lives; each was closed."""
    path: Path = Path()
    for seed in range(lives):
        venue = open_venue(folder)
        live(venue, orders, seed)
        assert venue.journal.path is not None
        path = venue.journal.path
        venue.close()
    return path


@pytest.mark.parametrize("lives", [1, 3])
def test_what_comes_back_is_what_the_rows_say(small: None, tmp_path: Path, lives: int) -> None:
    path = closed(tmp_path, lives)
    journal = open_journal(path)
    try:
        assert journal.known_rows == journal.last > 300
        kinds = {row.get("execution") for row in journal.rows()}
        assert {"NEW", "TRADE", "CANCELED", "REPLACED", "TRADE_PREVENTION"} <= kinds
        found = restore(journal)
        assert found.orders and found.fills and found.rules and found.statuses and any(o.amendments for o in found.orders.values())
        assert plain(found) == plain(fold_lines(journal.each_line()))
        assert [o.order_id for o in found.book_order()] == [o.order_id for o in fold_lines(journal.each_line()).book_order()]
    finally:
        journal.close()
    with_it = open_venue(tmp_path)
    rows = with_it.journal.rows()
    told = with_it.describe()
    with_it.journal.close()
    path_of(path).unlink()
    without = open_venue(tmp_path)
    assert without.journal.known_rows == 0
    assert (without.describe(), without.journal.rows()) == (told, rows)
    without.journal.close()


def test_what_came_after_it_counts_too(small: None, tmp_path: Path) -> None:
    path = closed(tmp_path)
    venue = open_venue(tmp_path)
    known = venue.journal.known_rows
    live(venue, 60, 9)
    venue.journal.close()                       # a death: no checkpoint is written
    journal = open_journal(path)
    try:
        assert known == journal.known_rows < journal.last
        assert plain(restore(journal)) == plain(fold_lines(journal.each_line()))
        assert journal.rows(known)[0]["n"] == known + 1
    finally:
        journal.close()


@pytest.mark.parametrize("at", [0.0, 0.3, 0.7, 0.999])
def test_a_byte_that_changed_under_it_is_found(small: None, tmp_path: Path, at: float) -> None:
    path = closed(tmp_path)
    data = bytearray(path.read_bytes())
    place = int(at * len(data))
    data[place] ^= 1
    path.write_bytes(data)
    number = bytes(data[:place]).count(b"\n") + 1
    with pytest.raises(JournalError, match=f"record {number} is corrupt"):
        open_journal(path)


def test_one_that_does_not_fit_is_as_none(small: None, tmp_path: Path) -> None:
    path, other = closed(tmp_path / "a"), closed(tmp_path / "b", orders=151)
    good = path_of(path).read_bytes()
    assert good and path_of(other).read_bytes() != good
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 1
    for content in (path_of(other).read_bytes(), bytes(flipped), good[:-1], good[:len(good) // 2], b"", b"\x00", good + b"\x00"):
        path_of(path).write_bytes(content)
        journal = open_journal(path)
        try:
            assert journal.known_rows == 0
            assert plain(restore(journal)) == plain(fold_lines(journal.each_line()))
        finally:
            journal.close()
    path_of(path).write_bytes(good)
    journal = open_journal(path)
    assert journal.known_rows == journal.last
    journal.close()


def test_a_venue_that_forgets_everything_forgets_it_too(small: None, tmp_path: Path) -> None:
    closed(tmp_path)
    venue = open_venue(tmp_path)
    assert venue.journal.known_rows
    venue.reopen(keep_state=False)
    assert venue.journal.known_rows == 0 and not venue.exchange.all_orders("mock-key", "BTCUSDT")
    live(venue, 20, 5)
    told = venue.describe()
    venue.reopen(keep_state=True)
    assert venue.describe() == told
    venue.close()
    again = open_venue(tmp_path)
    assert again.describe()["accounts"] == told["accounts"]
    again.close()


def test_numbers_beyond_64_bits_cost_the_checkpoint_only(small: None, tmp_path: Path) -> None:
    venue = open_venue(tmp_path)
    live(venue, 30, 1)
    venue.apply(Deposit("mock-key", "BTC", 10 ** 21))
    told = venue.describe()["accounts"]
    venue.close()
    assert venue.journal.path is not None and not path_of(venue.journal.path).exists()
    again = open_venue(tmp_path)
    assert again.journal.known_rows == 0 and again.describe()["accounts"] == told
    again.close()


def test_another_process_writes_it_while_the_venue_goes_on(small: None, tmp_path: Path) -> None:
    venue = open_venue(tmp_path)
    keeper = Keeper(venue.journal, every=100)
    keeper.look()
    assert keeper._process is None              # too few rows
    live(venue, 60, 1)
    rows = venue.journal.last
    keeper.look()
    live(venue, 10, 2)                          # goes on meanwhile
    assert venue.journal.path is not None
    path = venue.journal.path
    until(path_of(path).exists, 30)
    keeper.close()
    assert plain(restore(venue.journal)) == plain(fold_lines(venue.journal.each_line()))
    venue.journal.close()
    journal: Journal = open_journal(path)
    try:
        assert journal.known_rows == rows < journal.last
        assert plain(restore(journal)) == plain(fold_lines(journal.each_line()))
        save(journal)
        assert journal.known_rows == journal.last
    finally:
        journal.close()
