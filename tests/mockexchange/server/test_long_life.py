"""A journal of many rows: little memory, and what it says stays what it was."""

import gc
import tracemalloc
from pathlib import Path

import pytest

from mockexchange.core.commands import (
    CancelOrder,
    Deposit,
    PlaceOrder,
    SetRules,
    SetSymbolStatus,
)
from mockexchange.core.exchange import Exchange
from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.numbers import SCALE
from mockexchange.journal import Journal, Row

NOW: int = 1_700_000_000_000_000


def live(journal: Journal, orders: int) -> None:
    """Every kind of row, again and again."""
    exchange: Exchange = Exchange(default_instruments(), 0)

    def apply(command: object) -> None:
        journal.record(NOW + journal_time[0], command, exchange.apply(command, NOW + journal_time[0]))      # type: ignore[arg-type]
        journal_time[0] += 1_000

    journal_time: list[int] = [0]
    for account in ("one", "two"):
        apply(Deposit(account, "USDT", 10 ** 8 * SCALE))
        apply(Deposit(account, "BTC", 10 ** 5 * SCALE))
    apply(SetRules("BTCUSDT", {"min_notional": SCALE, "max_num_orders": 150}))
    for number in range(orders):
        apply(PlaceOrder("one", "BTCUSDT", "SELL", "LIMIT", SCALE // 100, 40_000 * SCALE, client_order_id=f"s{number}", strategy_id=number))
        apply(PlaceOrder("two", "BTCUSDT", "BUY", "LIMIT", SCALE // 100, 40_000 * SCALE, client_order_id=f"b{number}"))
        apply(PlaceOrder("two", "BTCUSDT", "BUY", "LIMIT", SCALE // 100, 30_000 * SCALE, client_order_id=f"c{number}"))
        apply(CancelOrder("two", "BTCUSDT", client_order_id=f"c{number}"))
        journal.refused(NOW + journal_time[0], PlaceOrder("two", "BTCUSDT", "BUY", "LIMIT", 1, 1), "FILTER")
        journal.fault(NOW + journal_time[0], {"action": "delay", "ms": number, "label": "POST /api/v3/order", "nested": {"a": [1, None]}})
    apply(SetSymbolStatus("BTCUSDT", "HALT"))


def test_in_memory_and_in_a_file_it_is_the_same(tmp_path: Path) -> None:
    memory, file = Journal(), Journal(tmp_path / "x.jsonl")
    live(memory, 150)
    live(file, 150)
    rows: list[Row] = memory.rows()
    assert len(rows) == memory.last == file.last > 2_000
    assert rows == file.rows()
    assert [row["n"] for row in rows] == list(range(1, len(rows) + 1))
    assert {row["kind"] for row in rows} == {"order", "fill", "balance", "fault", "command"}
    file.close()
    again: Journal = Journal(tmp_path / "x.jsonl")
    for journal in (memory, file, again):
        assert journal.last_time == memory.last_time
        for after in (-5, 0, 1, 255, 256, 257, 511, 512, 1_000, len(rows) - 1, len(rows), len(rows) + 9, 10 ** 15):
            assert journal.rows(after) == rows[max(after, 0):]
    again.fault(NOW, {"id": 1})
    assert again.rows(len(rows)) == [{"n": len(rows) + 1, "t": NOW // 1000, "kind": "fault", "id": 1}]
    memory.clear()
    again.clear()
    assert memory.last == again.last == 0 and memory.rows() == again.rows() == []


@pytest.mark.parametrize("in_file", [False, True])
def test_a_row_takes_little_memory(tmp_path: Path, in_file: bool) -> None:
    """All that is reachable from the journal; the exchange that made the rows is gone."""
    live(Journal(), 200)                # caches of texts are not the journal's
    gc.collect()
    tracemalloc.start()
    try:
        journal: Journal = Journal(tmp_path / "x.jsonl" if in_file else None)
        before: int = tracemalloc.get_traced_memory()[0]
        live(journal, 600)
        gc.collect()
        taken: int = tracemalloc.get_traced_memory()[0] - before
        rows: int = journal.last
        assert rows > 10_000
        assert taken < rows * (60 if in_file else 120), f"{taken / rows:.0f} bytes a row"
    finally:
        tracemalloc.stop()
        journal.close()
