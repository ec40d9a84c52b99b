"""Order lists in a state folder and over a restart; state folders that know none."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mockexchange.checkpoint import pack, restore, unpack
from mockexchange.core.commands import (
    AmendOrder,
    CancelOrderList,
    Deposit,
    PlaceOrder,
    PlaceOrderList,
    SetPrice,
)
from mockexchange.core.numbers import format_amount, parse_amount
from mockexchange.core.orders import OrderList
from mockexchange.journal import Journal, JournalError
from mockexchange.replay import fold_lines, fold_rows
from mockexchange.server.venue import Venue

# what the program of 2026-11-28, which knew no order lists, left on the disk: see test_state_of_before_there_were_lists
OLD: Path = Path(__file__).parent / "journals" / "before_order_lists.journal.jsonl"
ACCOUNTS: list[str] = ["k:s:USDT=10000,BTC=2", "m:t:USDT=10000,BTC=2"]


def open_venue(folder: Path | None, **options: Any) -> Venue:
    return Venue("binance", **{"feed": "none", "seed": 3, "state": folder, "clock": "manual=1700000000000", "accounts": ACCOUNTS, **options})


def order(side: str, kind: str, quantity: str = "0.01", price: str = "0", stop: str = "0", account: str = "k", name: str = "") -> PlaceOrder:
    return PlaceOrder(
        account, "BTCUSDT", side, kind, parse_amount(quantity), parse_amount(price), stop_price=parse_amount(stop), client_order_id=name,
    )


def place(venue: Venue, contingency: str, *orders: PlaceOrder, **more: Any) -> OrderList:
    report = venue.apply(PlaceOrderList("k", "BTCUSDT", contingency, list(orders), **more))[0]
    return venue.exchange.lists.find("k", report.order_list_id)        # type: ignore[union-attr]


def all_kinds(venue: Venue) -> dict[str, int]:
    """One list of every kind, at prices that do not meet each other; the working order of the last is filled in part."""
    def pair(size: str) -> tuple[PlaceOrder, PlaceOrder]:
        return order("SELL", "STOP_LOSS", size, stop="38000"), order("SELL", "LIMIT_MAKER", size, "43000")

    lists = {
        "oco": place(venue, "OCO", *pair("0.01"), client_order_id="oco"),
        "buys": place(venue, "OCO", order("BUY", "STOP_LOSS_LIMIT", "0.02", "42000", "42000"), order("BUY", "LIMIT_MAKER", "0.02", "37000")),
        "oto": place(venue, "OTO", order("BUY", "LIMIT", "0.01", "39000"), order("SELL", "MARKET", "0.01"), client_order_id="oto"),
        "otoco": place(venue, "OTO", order("BUY", "LIMIT", "0.01", "38900"), *pair("0.01")),
        "opo": place(venue, "OTO", order("BUY", "LIMIT", "0.03", "39500"), order("SELL", "LIMIT", "0", "43500"), pays=True),
    }
    venue.apply(order("SELL", "LIMIT", "0.01", "39500", account="m"))
    return {name: of.order_list_id for name, of in lists.items()}


def look(venue: Venue) -> dict[str, Any]:
    """All that there is of lists, and the money."""
    exchange = venue.exchange
    return {
        "lists": [
            (of.order_list_id, of.client_order_id, of.contingency, of.pays, of.is_done, of.time, [
                (one.order_id, one.status, one.type, one.quantity, one.executed, one.locked, one.order_list_id, one.expiry_reason)
                for one in of.orders
            ])
            for of in exchange.lists.all_lists("k")
        ],
        "open": [of.order_list_id for of in exchange.lists.open_lists("k")],
        "orders": [one.order_id for one in exchange.open_orders("k")],
        "money": [exchange.balances(name) for name in ("k", "m")],
    }


def go_on(venue: Venue, ids: dict[str, int]) -> None:
    """Every contingency does what it is there for."""
    def statuses(name: str) -> list[str]:
        return [one.status for one in venue.exchange.lists.find("k", ids[name]).orders]

    venue.apply(order("SELL", "LIMIT", "0.02", "39500", account="m"))
    assert statuses("opo") == ["FILLED", "NEW"]
    paid = venue.exchange.lists.find("k", ids["opo"]).orders[1]
    assert (paid.quantity, paid.locked) == (parse_amount("0.03"),) * 2
    venue.apply(order("SELL", "LIMIT", "0.02", "38900", account="m"))
    assert statuses("oto") == ["FILLED", "EXPIRED"]             # nobody buys at the market but the account itself
    assert statuses("buys") == ["EXPIRED", "EXPIRED_IN_MATCH"]
    assert statuses("otoco") == ["FILLED", "NEW", "NEW"]
    venue.apply(SetPrice("BTCUSDT", parse_amount("43000")))
    assert statuses("oco") == ["EXPIRED", "FILLED"]
    assert statuses("otoco") == ["FILLED", "EXPIRED", "FILLED"]
    assert [of.order_list_id for of in venue.exchange.lists.open_lists("k")] == [ids["opo"]]
    venue.exchange.ledger.check()
    place(venue, "OCO", order("SELL", "STOP_LOSS", stop="30000"), order("SELL", "LIMIT_MAKER", price="50000"), client_order_id="oco")
    assert venue.exchange.lists.all_lists("k")[-1].order_list_id == max(ids.values()) + 1


def test_lists_come_back_from_a_state_folder_and_go_on(tmp_path: Path) -> None:
    venue = open_venue(tmp_path)
    ids = all_kinds(venue)
    before = look(venue)
    assert before["money"][0]["BTC"][1] == parse_amount("0.02")         # of the pair, and what the working order bought
    venue.close()
    again = open_venue(tmp_path)
    assert look(again) == before
    go_on(again, ids)
    again.close()


def test_lists_survive_a_restart_in_memory() -> None:
    venue = open_venue(None)
    ids = all_kinds(venue)
    before = look(venue)
    venue.reopen(keep_state=True)
    assert look(venue) == before
    go_on(venue, ids)
    venue.reopen(keep_state=False)
    assert not venue.exchange.lists.all_lists("k")
    venue.close()


def test_a_checkpoint_keeps_lists(tmp_path: Path) -> None:
    venue = open_venue(tmp_path)
    all_kinds(venue)
    fold = restore(venue.journal)
    assert len(fold.lists) == 5 and any(kept.reserved for kept in fold.lists.values())
    assert unpack(pack(venue.journal.prefix(), fold)).lists == fold.lists
    venue.close()


def test_an_amended_order_of_a_list_comes_back(tmp_path: Path) -> None:
    venue = open_venue(tmp_path)
    of = place(venue, "OCO", order("SELL", "STOP_LOSS", "0.03", stop="38000"), order("SELL", "LIMIT_MAKER", "0.03", "43000"))
    venue.apply(AmendOrder("k", "BTCUSDT", of.orders[1].order_id, quantity=parse_amount("0.02")))
    before = look(venue)
    venue.close()
    again = open_venue(tmp_path)
    assert look(again) == before
    assert [one.locked for one in again.exchange.lists.find("k", of.order_list_id).orders] == [0, parse_amount("0.02")]
    again.close()


# -- the rows

def test_the_rows_of_a_list(tmp_path: Path) -> None:
    venue = open_venue(tmp_path)
    of = place(venue, "OCO", order("SELL", "STOP_LOSS", stop="38000", name="s"), order("SELL", "LIMIT_MAKER", price="43000", name="l"), client_order_id="mine")
    venue.apply(CancelOrderList("k", "BTCUSDT", of.order_list_id))
    rows = venue.journal.rows()
    command = next(row for row in rows if row.get("command") == "PlaceOrderList")
    assert (command["contingency"], command["client_order_id"], command["pays"]) == ("OCO", "mine", False)
    assert [(one["command"], one["order_type"], one["price"], one["stop_price"], one["client_order_id"]) for one in command["orders"]] == [
        ("PlaceOrder", "STOP_LOSS", "0.00000000", "38000.00000000", "s"), ("PlaceOrder", "LIMIT_MAKER", "43000.00000000", "0.00000000", "l"),
    ]
    lists = [row for row in rows if row["kind"] == "list"]
    assert [(row["status"], row["status_type"], row["list_client_order_id"]) for row in lists] == [
        ("EXECUTING", "EXEC_STARTED", "mine"), ("ALL_DONE", "ALL_DONE", "mine"),
    ]
    assert lists[0]["orders"] == [one.order_id for one in of.orders]
    assert [row["order_list_id"] for row in rows if row["kind"] == "order"] == [of.order_list_id] * 4
    venue.close()


def test_rows_are_the_same_once_they_are_packed() -> None:
    """In memory the older rows are packed, a page at a time."""
    venue = open_venue(None)
    all_kinds(venue)
    fresh = [row for row in venue.journal.rows() if row["kind"] in ("list", "reserve") or row.get("command") == "PlaceOrderList"]
    for number in range(400):
        venue.apply(Deposit("k", "USDT", number + 1))
    assert len(venue.journal.rows()) > 800
    assert [row for row in venue.journal.rows() if row["kind"] in ("list", "reserve") or row.get("command") == "PlaceOrderList"] == fresh
    assert {row["kind"] for row in fresh} == {"command", "list", "reserve"}
    venue.close()


def test_an_order_outside_of_lists_has_no_such_field(tmp_path: Path) -> None:
    venue = open_venue(tmp_path)
    venue.apply(order("BUY", "LIMIT", price="39000"))
    assert all("order_list_id" not in row for row in venue.journal.rows() if row["kind"] == "order")
    venue.close()


# -- formats

def test_state_of_before_there_were_lists(tmp_path: Path) -> None:
    """A limit order amended, another filled, a stop that waits, one cancelled: all as they were, and lists can be placed."""
    shutil.copy(OLD, tmp_path / "binance.journal.jsonl")
    venue = open_venue(tmp_path)
    found = {one.client_order_id: (one.status, one.type, format_amount(one.quantity), format_amount(one.locked)) for one in venue.exchange.all_orders("k", "BTCUSDT")}
    assert found == {
        "bought": ("FILLED", "LIMIT", "0.20000000", "0.00000000"),
        "stop": ("NEW", "STOP_LOSS_LIMIT", "0.10000000", "0.10000000"),
        "bid2": ("NEW", "LIMIT", "0.02500000", "997.50000000"),
        "gone": ("CANCELED", "LIMIT", "0.00100000", "0.00000000"),
    }
    assert not venue.exchange.lists.all_lists("k")
    ids = place(venue, "OCO", order("SELL", "STOP_LOSS", stop="38000"), order("SELL", "LIMIT_MAKER", price="43000")).order_list_id
    before = look(venue)
    venue.close()
    again = open_venue(tmp_path)
    assert look(again) == before and before["open"] == [ids]
    again.close()


def kinds(path: Path) -> list[str]:
    return [json.loads(line)["kind"] for line in path.read_bytes().splitlines()]


def test_the_first_list_names_the_format_that_it_needs(tmp_path: Path) -> None:
    """A program that knows no lists must not go on from here: it names the row's kind when it stops."""
    path = tmp_path / "binance.journal.jsonl"
    venue = open_venue(tmp_path)
    venue.apply(order("BUY", "LIMIT", price="39000"))
    assert not {"list", "reserve", "format-2"} & set(kinds(path))          # until then it is as it ever was
    all_kinds(venue)
    venue.close()
    found = kinds(path)
    assert found.count("format-2") == 1
    assert found[found.index("format-2") + 1] == "command" and found.index("format-2") < found.index("list")
    marked = json.loads(path.read_bytes().splitlines()[found.index("format-2")])
    assert marked["more"] is True                           # it is on the disk with the list, or not at all


@pytest.mark.parametrize("fold", [
    lambda row: fold_rows([row]), lambda row: fold_lines([json.dumps(row).encode()]),
])
def test_a_later_format_is_refused_by_its_name(fold: Any) -> None:
    with pytest.raises(ValueError, match=r"^record 7 begins format-3, and this program reads up to format-2: a later one wrote it$"):
        fold({"n": 7, "t": 0, "kind": "format-3"})


def test_a_later_format_in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venue = open_venue(tmp_path)
    monkeypatch.setattr("mockexchange.journal.FORMAT", 3)
    all_kinds(venue)
    venue.close()
    with pytest.raises(JournalError, match=r"binance\.journal\.jsonl: record \d+ begins format-3, and this program reads up to format-2"):
        open_venue(tmp_path)


def test_a_list_without_its_orders_is_refused() -> None:
    row = {
        "n": 1, "t": 0, "kind": "list", "account": "k", "symbol": "BTCUSDT", "order_list_id": 1, "list_client_order_id": "x",
        "contingency": "OCO", "pays": False, "status": "EXECUTING", "orders": [1, 2], "time_us": 0,
    }
    assert fold_rows([row]).lists[1].order_ids == [1, 2]
    with pytest.raises(ValueError, match="record 1 is corrupt: KeyError"):
        fold_rows([{"n": 1, "t": 0, "kind": "reserve", "order_list_id": 1, "reserved": "1"}])


def test_a_refused_list_is_in_the_journal() -> None:
    journal = Journal()
    command = PlaceOrderList("k", "BTCUSDT", "OCO", [order("SELL", "STOP_LOSS", stop="38000")])
    journal.refused(1, command, "OCO_BAD_PRICES")
    assert (journal.rows()[0]["refused"], journal.rows()[0]["orders"][0]["stop_price"]) == ("OCO_BAD_PRICES", "38000.00000000")
