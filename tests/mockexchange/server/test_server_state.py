"""A state folder after the death of its process: torn, corrupt, half opened, and the market's memory beside it."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from children import LONG
from server_client import place

from mockexchange import MockExchange
from mockexchange.core.commands import CancelOrder, PlaceOrder
from mockexchange.core.numbers import SCALE
from mockexchange.journal import CRC, Journal, JournalError
from mockexchange.replay import RestoredState, fold_rows
from mockexchange.server.cli import main
from mockexchange.server.venue import Venue

DIALECTS: list[str] = ["binance", "hashex", "qte", "qmt"]


def open_venue(folder: Path, dialect: str = "binance", **options: Any) -> Venue:
    return Venue(dialect, **{"feed": "none", "seed": 7, "state": folder, "clock": "manual=1700000000000", **options})


def trade(venue: Venue) -> None:
    """Two orders that rest, one that is cancelled, one that takes a part of them."""
    is_shares: bool = venue.dialect == "qmt"
    symbol: str = "000001.SZ" if is_shares else "BTCUSDT"
    unit, high, low = (100 * SCALE, SCALE * 95 // 10, SCALE * 94 // 10) if is_shares else (SCALE // 100, SCALE * 39_000, SCALE * 38_000)

    def order(side: str, price: int, quantity: int, name: str) -> None:
        venue.apply(PlaceOrder("mock-key", symbol, side, "LIMIT", unit * quantity, price, client_order_id=name, stp_mode="NONE"))

    order("BUY", high, 10, "a")
    order("BUY", low, 10, "b")
    venue.apply(CancelOrder("mock-key", symbol, client_order_id="b"))
    order("SELL", high, 4, "c")


def file_of(folder: Path, dialect: str = "binance") -> Path:
    return folder / f"{dialect}.journal.jsonl"


def batches(content: bytes) -> list[bytes]:
    """The file cut into commands with all that came of them."""
    result: list[bytes] = [b""]
    for line in content.splitlines(keepends=True):
        result[-1] += line
        if b'"more":true' not in line:
            result.append(b"")
    return result[:-1]


@pytest.fixture
def written(tmp_path: Path, request: pytest.FixtureRequest) -> bytes:
    """What a venue that has traded leaves on the disk."""
    dialect: str = getattr(request, "param", "binance")
    venue: Venue = open_venue(tmp_path, dialect)
    trade(venue)
    venue.close()
    return file_of(tmp_path, dialect).read_bytes()


def folded(rows: list[dict[str, Any]]) -> dict[str, Any]:
    fold: RestoredState = fold_rows(rows)
    orders = {key: [getattr(order, name, None) for name in type(order).__slots__] for key, order in fold.orders.items()}
    return {**vars(fold), "orders": orders}


# -- torn


@pytest.mark.parametrize("written, dialect", [(name, name) for name in DIALECTS], indirect=["written"])
def test_a_last_record_torn_anywhere_is_as_if_it_were_not_there(written: bytes, dialect: str, tmp_path: Path) -> None:
    path: Path = file_of(tmp_path, dialect)
    parts: list[bytes] = batches(written)
    whole: bytes = b"".join(parts[:-1])
    deposits: int = 3 if dialect == "qmt" else 2
    assert len(parts) == deposits + 4 and parts[-1].count(b"\n") > 4
    path.write_bytes(whole)
    journal: Journal = Journal(path)
    rows, state = journal.rows(), folded(journal.rows())
    journal.close()
    for cut in range(len(whole), len(written), 1 if LONG else 5 if dialect == "binance" else 17):
        path.write_bytes(written[:cut])
        journal = Journal(path)
        try:
            assert journal.rows() == rows, cut
            if written[cut - 1:cut] == b"\n" or cut % 50 == 0:
                assert folded(journal.rows()) == state
        finally:
            journal.close()
        assert path.read_bytes() == whole, cut
    venue: Venue = open_venue(tmp_path, dialect)
    assert venue.journal.rows() == rows
    assert [order.client_order_id for order in venue.exchange.open_orders("mock-key")] == ["a"]
    venue.exchange.ledger.check()
    venue.close()


def test_torn_tails_that_are_no_text(written: bytes, tmp_path: Path) -> None:
    path: Path = file_of(tmp_path)
    for tail in (b"\0" * 4096, b"\xff\xfe", b"{", os.urandom(300).replace(b"\n", b"")):
        path.write_bytes(written + tail)
        venue: Venue = open_venue(tmp_path)
        venue.close()
        assert path.read_bytes() == written


def test_a_venue_that_died_at_its_opening_is_opened_to_the_end(tmp_path: Path) -> None:
    accounts: list[str] = ["a:s:USDT=100,BTC=1,ETH=2", "b:s:", "c:s:USDT=5"]
    venue: Venue = open_venue(tmp_path, accounts=accounts)
    want: dict[str, Any] = {key: venue.exchange.balances(key) for key in "abc"}
    rows = [{**row, "t": 0} for row in venue.journal.rows()]
    venue.close()
    content: bytes = file_of(tmp_path).read_bytes()
    assert len(batches(content)) == 5
    ends: list[int] = [at + 1 for at, byte in enumerate(content) if byte == 10]
    for cut in sorted({*range(0, len(content), 19), *ends}):
        file_of(tmp_path).write_bytes(content[:cut])
        venue = open_venue(tmp_path, accounts=accounts)
        assert {key: venue.exchange.balances(key) for key in "abc"} == want, cut
        assert [{**row, "t": 0} for row in venue.journal.rows()] == rows
        venue.close()


# -- corrupt


def lines_of(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def flip(line: bytes, old: bytes, new: bytes) -> bytes:
    assert old in line
    return line.replace(old, new, 1)


def retyped(line: bytes, **changes: Any) -> bytes:
    return json.dumps({**json.loads(line), **changes}).encode() + b"\n"


CORRUPTIONS: dict[str, Callable[[list[bytes], int], list[bytes]]] = {
    "digit": lambda lines, n: [*lines[:n], flip(lines[n], b"39000", b"39001"), *lines[n + 1:]],
    "name": lambda lines, n: [*lines[:n], flip(lines[n], b'"qty"', b'"qtx"'), *lines[n + 1:]],
    "checksum": lambda lines, n: [*lines[:n], lines[n][:-3] + b"0}\n", *lines[n + 1:]],
    "no checksum": lambda lines, n: [*lines[:n], lines[n][:lines[n].rfind(CRC)] + b"}\n", *lines[n + 1:]],
    "not text": lambda lines, n: [*lines[:n], b"\xff\xfe\n", *lines[n + 1:]],
    "not UTF-8": lambda lines, n: [*lines[:n], flip(lines[n], b"BTCUSDT", b"BTC\xe1SDT"), *lines[n + 1:]],
    "too deep": lambda lines, n: [*lines[:n], b'{"n":' + b"[" * 5000 + b"\n", *lines[n + 1:]],
    "empty line": lambda lines, n: [*lines[:n], b"\n", *lines[n:]],
    "zeros": lambda lines, n: [*lines[:n], b"\0" * (len(lines[n]) - 1) + b"\n", *lines[n + 1:]],
    "missing": lambda lines, n: [*lines[:n], *lines[n + 1:]],
    "twice": lambda lines, n: [*lines[:n], lines[n - 1], *lines[n:]],
    "swapped": lambda lines, n: [*lines[:n], lines[n + 1], lines[n], *lines[n + 2:]],
    "number": lambda lines, n: [*lines[:n], retyped(lines[n], n=n), *lines[n + 1:]],
    "number as text": lambda lines, n: [*lines[:n], retyped(lines[n], n=str(n + 1)), *lines[n + 1:]],
    "time as text": lambda lines, n: [*lines[:n], retyped(lines[n], t="1"), *lines[n + 1:]],
    "type": lambda lines, n: [*lines[:n], retyped(lines[n], price=5), *lines[n + 1:]],
    "list": lambda lines, n: [*lines[:n], b"[]\n", *lines[n + 1:]],
    "joined": lambda lines, n: [*lines[:n], lines[n][:-1] + lines[n + 1], *lines[n + 2:]],
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corrupt_record_is_refused_by_its_number(
    written: bytes, name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    lines: list[bytes] = lines_of(written)
    number: int = next(n for n, line in enumerate(lines) if b'"kind":"order"' in line)
    path: Path = file_of(tmp_path)
    ruined: bytes = b"".join(CORRUPTIONS[name](lines, number))
    path.write_bytes(ruined + lines[0][:30])        # torn as well: nothing may be cut then
    memory: list[Path] = sorted(tmp_path.iterdir())
    assert main(["serve", "binance=0", "--feed", "none", "--state", str(tmp_path)]) == 2
    out, err = capfd.readouterr()
    assert out == "" and err.count("\n") == 1 and f"record {number + 1} is corrupt" in err and str(path) in err, err
    assert path.read_bytes() == ruined + lines[0][:30] and sorted(tmp_path.iterdir()) == memory


@pytest.mark.parametrize("written, dialect", [(name, name) for name in DIALECTS], indirect=["written"])
def test_every_single_byte_matters(written: bytes, dialect: str, tmp_path: Path) -> None:
    """A byte that changes is found and its record named; only the newline at the very end looks like a torn record."""
    path: Path = file_of(tmp_path, dialect)
    starts: list[int] = [0]
    for line in lines_of(written):
        starts.append(starts[-1] + len(line))
    for place_ in range(0, len(written) - 1, 13 if dialect == "binance" else 71):
        number: int = next(n for n, end in enumerate(starts[1:], 1) if place_ < end)
        path.write_bytes(written[:place_] + bytes([written[place_] ^ (1 << place_ % 8)]) + written[place_ + 1:])
        with pytest.raises(JournalError, match=rf"record {number} is corrupt"):
            Journal(path)


def test_a_sound_record_that_says_nothing_is_refused_too(tmp_path: Path) -> None:
    """Its checksum is right: whoever wrote it wrote nonsense."""
    journal: Journal = Journal(file_of(tmp_path))
    for _ in range(3):
        journal.fault(1, {"id": 1})
    journal.fault(1, {"kind": "balance", "account": "k"})
    journal.close()
    content: bytes = file_of(tmp_path).read_bytes()
    with pytest.raises(JournalError, match="record 4 is corrupt: Object missing required field"):
        open_venue(tmp_path)
    assert file_of(tmp_path).read_bytes() == content


# -- the market's memory


@pytest.mark.parametrize("memory", [
    b"", b"{", b"[]", b"null", b"\0" * 60, b"\xff\xfe", b'{"BTCUSDT":5}', b'{"BTCUSDT":["a","b"]}', b'{"BTCUSDT":[1,2,3]}',
    b'{"BTC\xe1USDT":[1,1]}', b'{"BTCUSDT":[-1,-1]}', b'{"BTCUSDT":[1,1]}', b'{"BTCUSDT":[123456789012345678901234567890,5]}',
    b'{"BTCUSDT":[9000000000000000000,9000000000000000000]}', b'{"NOSUCH":[4000000000000,5]}', b"[" * 5000,
    b'{"BTCUSDT":[4000000000001,9223372036854775807]}',
])
@pytest.mark.parametrize("feed", ["none", "synthetic"])
def test_a_ruined_memory_of_the_market_costs_nothing_of_the_users(tmp_path: Path, memory: bytes, feed: str) -> None:
    venue: Venue = open_venue(tmp_path, feed=feed)
    trade(venue)
    rows, balances = venue.journal.rows(), venue.exchange.balances("mock-key")
    venue.close()
    (tmp_path / "binance.market.json").write_bytes(memory)
    with MockExchange("binance", feed=feed, seed=7, state=tmp_path, clock="manual=1700000000000") as again:
        assert again.journal()[:len(rows)] == rows
        if feed == "none":
            assert again.run(lambda each: each.exchange.balances("mock-key")) == balances
        again.advance(1_000)
        again.run(lambda each: each.exchange.ledger.check())
        assert again.state()["feed"]["status"] in ("running", "ended")
    (tmp_path / "binance.market.json").unlink()
    (tmp_path / "binance.market.json").mkdir()
    open_venue(tmp_path, feed=feed).close()


def test_a_venue_that_cannot_write_says_so(tmp_path: Path) -> None:
    if sys.platform == "win32" or os.geteuid() == 0:
        pytest.skip("permissions do not bind this user")
    (tmp_path / "shut").mkdir(mode=0o500)
    assert main(["serve", "binance=0", "--state", str(tmp_path / "shut")]) == 2


def test_what_is_answered_is_in_the_file(tmp_path: Path) -> None:
    with MockExchange("test", feed="none", state=tmp_path) as venue:
        for _ in range(20):
            order_id: int = place(venue.rest).body["order_id"]
            last = json.loads(file_of(tmp_path, "test").read_bytes().splitlines()[-2])
            assert (last["kind"], last["order_id"]) == ("order", order_id)
