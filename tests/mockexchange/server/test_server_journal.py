"""The journal: numbering, rendering, the file and what can happen to it; folding it back."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from mockexchange.core.commands import PlaceOrder, Quote, SetSymbolStatus
from mockexchange.core.events import BalanceChange, Fill, OrderReport, PublicTrade
from mockexchange.core.numbers import SCALE
from mockexchange.journal import Journal, JournalError
from mockexchange.replay import fold_rows

NOW: int = 1_700_000_000_123_456


def report(order_id: int = 7, status: str = "NEW", executed: int = 0, **changes: object) -> OrderReport:
    fields: dict = dict(
        execution_type="NEW", execution_id=order_id * 10, account="k", symbol="BTCUSDT", order_id=order_id,
        client_order_id=f"c{order_id}", side="BUY", type="LIMIT", time_in_force="GTC", price=40_000 * SCALE,
        quantity=SCALE // 2, quote_quantity=0, stop_price=0, iceberg_quantity=0, stp_mode="EXPIRE_MAKER",
        status=status, executed=executed, executed_quote=40_000 * executed, prevented=0, time=NOW, update_time=NOW,
        working_time=NOW, expiry_reason="NONE", reject_reason="NONE", is_on_book=True, strategy_id=None,
        strategy_type=None,
    )
    return OrderReport(**{**fields, **changes})


def fill(trade_id: int = 3) -> Fill:
    return Fill("k", "BTCUSDT", trade_id, 7, "c7", True, 40_000 * SCALE, SCALE // 4, 10_000 * SCALE, 25_000, "BTC", False, NOW)


def placed() -> PlaceOrder:
    return PlaceOrder("k", "BTCUSDT", "BUY", "LIMIT", SCALE // 2, 40_000 * SCALE)


def write(journal: Journal) -> None:
    journal.record(NOW, placed(), [
        report(),
        PublicTrade("BTCUSDT", 3, 40_000 * SCALE, SCALE // 4, 10_000 * SCALE, NOW, False, 7),
        report(status="PARTIALLY_FILLED", executed=SCALE // 4, execution_type="TRADE"),
        fill(),
        BalanceChange("k", NOW, {"BTC": (SCALE // 4 - 25_000, 0), "USDT": (80_000 * SCALE, 10_000 * SCALE)}),
    ])


def test_rows_are_numbered_timed_and_of_a_kind() -> None:
    journal: Journal = Journal()
    write(journal)
    journal.refused(NOW, placed(), "INSUFFICIENT_BALANCE")
    journal.fault(NOW, {"id": 1, "action": "hang"})
    rows = journal.rows()
    assert [row["n"] for row in rows] == list(range(1, 9))
    assert {row["t"] for row in rows} == {NOW // 1000}
    assert [row["kind"] for row in rows] == [
        "command", "order", "order", "fill", "balance", "balance", "command", "fault",
    ]
    order = rows[2]
    assert (order["account"], order["symbol"], order["order_id"], order["client_order_id"]) == ("k", "BTCUSDT", 7, "c7")
    assert (order["side"], order["type"], order["status"]) == ("BUY", "LIMIT", "PARTIALLY_FILLED")
    assert (Decimal(order["price"]), Decimal(order["qty"]), Decimal(order["executed"])) == (40_000, Decimal("0.5"), Decimal("0.25"))
    assert rows[3]["exec_id"] == 3 and Decimal(rows[3]["fee"]) == Decimal("0.00025")
    assert rows[3]["fee_asset"] == "BTC" and rows[3]["maker"] is False
    assert rows[5] == {
        "n": 6, "t": NOW // 1000, "kind": "balance", "account": "k", "asset": "USDT",
        "free": "80000.00000000", "locked": "10000.00000000",
    }
    assert rows[0]["command"] == "PlaceOrder" and rows[0]["order_type"] == "LIMIT" and "refused" not in rows[0]
    assert rows[6]["refused"] == "INSUFFICIENT_BALANCE"
    assert journal.rows(after=6) == rows[6:] and journal.last == 8
    json.dumps(rows)


def test_what_the_market_did_has_no_command() -> None:
    journal: Journal = Journal()
    journal.record(NOW, None, [report()])
    assert [row["kind"] for row in journal.rows()] == ["order"]


def test_file_is_continued(tmp_path: Path) -> None:
    path: Path = tmp_path / "deep" / "x.jsonl"
    journal: Journal = Journal(path)
    write(journal)
    rows = journal.rows()
    journal.close()
    again: Journal = Journal(path)
    assert again.rows() == rows
    again.fault(NOW, {"id": 1})
    again.close()
    last: Journal = Journal(path)
    assert last.last == 7 and last.rows(6)[0]["kind"] == "fault"
    last.clear()
    last.fault(NOW, {"id": 2})
    last.close()
    assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == [1]


def test_every_row_is_on_disk_when_the_call_returns(tmp_path: Path) -> None:
    path: Path = tmp_path / "x.jsonl"
    journal: Journal = Journal(path)
    write(journal)
    assert len(path.read_bytes().splitlines()) == 6
    journal.close()


@pytest.mark.parametrize("cut", [1, 40, 200])
def test_torn_tail_is_cut_to_the_last_whole_command(tmp_path: Path, cut: int, capsys: pytest.CaptureFixture[str]) -> None:
    path: Path = tmp_path / "x.jsonl"
    journal: Journal = Journal(path)
    journal.fault(NOW, {"id": 1})
    write(journal)
    journal.close()
    path.write_bytes(path.read_bytes()[:-cut])
    again: Journal = Journal(path)
    assert [row["kind"] for row in again.rows()] == ["fault"]       # half a command would be half its money
    assert "torn" in capsys.readouterr().err
    write(again)
    again.close()
    assert Journal(path).last == 7


@pytest.mark.parametrize("bad", [b"{not json\n", b"[]\n", b'{"n": 9, "t": 1}\n', b'{"n": 2}\n'])
def test_corrupt_record_is_refused_with_its_number(tmp_path: Path, bad: bytes) -> None:
    path: Path = tmp_path / "x.jsonl"
    journal: Journal = Journal(path)
    for _ in range(3):
        journal.fault(NOW, {"id": 1})
    journal.close()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + bad + lines[2])
    with pytest.raises(JournalError, match="record 2 is corrupt"):
        Journal(path)


def test_second_writer_is_refused(tmp_path: Path) -> None:
    path: Path = tmp_path / "x.jsonl"
    first: Journal = Journal(path)
    with pytest.raises(JournalError, match="in use"):
        Journal(path)
    first.close()
    Journal(path).close()


def test_full_disk_leaves_no_half_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path: Path = tmp_path / "x.jsonl"
    journal: Journal = Journal(path)
    journal.fault(NOW, {"id": 1})
    real = os.write
    parts = iter([lambda fd, data: real(fd, data[:30])])

    def full(fd: int, data: bytes) -> int:
        part = next(parts, None)
        if part is None:
            raise OSError(28, "No space left on device")
        return part(fd, data)

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(OSError):
            write(journal)
    assert len(path.read_bytes().splitlines()) == 1
    assert journal.last == 1                # what could not be written is not there
    journal.fault(NOW, {"id": 2})           # room again
    journal.close()
    assert [row["kind"] for row in Journal(path).rows()].count("fault") == 2
    assert len(path.read_bytes().splitlines()) == 2


def test_folding() -> None:
    journal: Journal = Journal()
    write(journal)
    journal.record(NOW, SetSymbolStatus("ETHUSDT", "HALT"), [])
    journal.record(NOW, None, [
        report(9, execution_type="TRADE_PREVENTION", prevented=SCALE // 8, prevented_match_id=4, working_time=NOW - 1),
    ])
    fold = fold_rows(journal.rows())
    assert fold.balances == {("k", "BTC"): (SCALE // 4 - 25_000, 0, 0), ("k", "USDT"): (80_000 * SCALE, 10_000 * SCALE, 0)}
    order = fold.orders[7]
    assert (order.status, order.executed, order.remaining, order.sequence) == ("PARTIALLY_FILLED", SCALE // 4, SCALE // 4, 2)
    assert (order.price, order.time, order.working_time, order.is_buy) == (40_000 * SCALE, NOW, NOW, True)
    assert fold.fills == [fill()]
    assert fold.orders[9].remaining == SCALE * 3 // 8 and fold.last_prevented_match_id == 4
    assert fold.last_execution_id == 90 and fold.statuses == {"ETHUSDT": "HALT"}
    assert [each.order_id for each in fold.book_order()] == [9, 7]


def test_fold_refuses_a_row_that_lacks_something() -> None:
    journal: Journal = Journal()
    write(journal)
    rows = journal.rows()
    del rows[2]["executed"]
    with pytest.raises(ValueError, match="record 3 is corrupt.*executed"):
        fold_rows(rows)


def test_house_commands_render_too() -> None:
    journal: Journal = Journal()
    journal.record(NOW, Quote("BTCUSDT", "BUY", SCALE, SCALE), [])
    assert journal.rows()[0]["quantity"] == "1.00000000"


def test_time_priority_on_a_clock_that_stands() -> None:
    """A stop that was placed first and triggered last is behind, though all of it happened at one time."""
    journal: Journal = Journal()
    journal.record(NOW, None, [report(1, type="STOP_LOSS_LIMIT", working_time=0, is_on_book=False)])
    journal.record(NOW, None, [report(2)])
    journal.record(NOW, None, [report(1, type="STOP_LOSS_LIMIT")])
    assert [order.order_id for order in fold_rows(journal.rows()).book_order()] == [2, 1]
