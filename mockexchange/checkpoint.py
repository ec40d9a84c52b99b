"""
What a journal's rows come to, kept beside it, so that a venue with a long life comes back at once.

A checkpoint is a convenience: one that is missing, from another version, or that does not fit the journal's bytes is
as none, and the rows are folded from the first one. It is written when a journal is closed, and by a process of its
own while a venue goes on (``python -m mockexchange.checkpoint``).
"""

import gc
import os
import subprocess
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec

from .core.events import Fill
from .core.orders import Amendment, Order
from .journal import Journal
from .pages import FileIndex
from .replay import KeptList, RestoredState, fold_lines, without_gc
from .scan import Prefix, Scan, begins_with

FORMAT: int = 3
WORTH: int = 20_000                 # rows that are folded fast enough without one
EVERY: int = 200_000                # rows between two checkpoints of a venue that goes on

_FIELDS: tuple[str, ...] = (
    "order_id", "client_order_id", "account", "symbol", "is_buy", "type", "price", "quantity", "time", "time_in_force",
    "quote_quantity", "stop_price", "iceberg_quantity", "stp_mode", "strategy_id", "strategy_type", "status", "executed",
    "remaining", "prevented", "prevented_match_id", "executed_quote", "update_time", "working_time", "expiry_reason",
    "reject_reason", "sequence", "queued",
)
_MADE_OF: int = 16                  # the first of them, which an order is made of


class State(msgspec.Struct, array_like=True):
    """The file's content: a prefix of the journal (scan.py), and what its rows come to (fold.py)."""

    format: int
    rows: int
    size: int
    crc: int
    raw_crc: int
    last_ms: int
    offsets: bytes
    balances: list[tuple[str, str, int, int, int]]
    orders: list[tuple[Any, ...]]
    amendments: dict[int, list[Amendment]]
    fills: list[Fill]
    statuses: dict[str, str]
    rules: dict[str, dict[str, int]]
    closes: dict[str, int]
    last_execution_id: int
    last_prevented_match_id: int
    lists: list[KeptList]
    discounts: dict[str, bool] = {}

    def prefix(self) -> Prefix:
        """Of the journal."""
        offsets: array[int] = array("Q")
        offsets.frombytes(self.offsets)
        return Prefix(self.rows, self.size, self.crc, self.raw_crc, self.last_ms, offsets)


def path_of(journal: Path) -> Path:
    """Where a journal's checkpoint is."""
    return journal.with_suffix(".checkpoint")


def open_journal(path: Path | None) -> Journal:
    """
    The journal ``path``, or one in memory; what its checkpoint answers for is checked as a whole.

    :raises JournalError: it cannot be used
    """
    state: State | None = None if path is None else read(path)
    return Journal(path, state.prefix() if state else None)


def restore(journal: Journal) -> RestoredState:
    """
    What the journal's rows come to. The orders in it are nobody else's.

    :raises ValueError: names the row that does not say what its kind must say
    """
    state: State | None = None if journal.path is None or journal.last < WORTH else read(journal.path)
    if state is not None and journal.path is not None and state.rows != journal.known_rows:
        with open(journal.path, "rb") as file:              # written while the journal was open, or not of it
            state = state if state.size <= journal.size and begins_with(file, state.prefix()) else None
    if state is None:
        return fold_lines(journal.each_line())
    return fold_lines(journal.each_line(state.rows), unpack(state))


def save(journal: Journal) -> None:
    """Write a checkpoint of all rows, where it is worth it. A disk that cannot take it keeps the old one."""
    if journal.path is None or journal.last - journal.known_rows < WORTH:
        return
    try:
        with without_gc():
            fold: RestoredState = restore(journal)
    except (OSError, ValueError):           # said at the next opening, by whoever needs it
        return
    write(journal.path, pack(journal.prefix(), fold))
    journal.known_rows = journal.last


class Keeper:
    """Has a checkpoint written by another process each time so many rows have come."""

    def __init__(self, journal: Journal, every: int = EVERY) -> None:
        self._journal: Journal = journal
        self._every: int = every
        self._next: int = journal.known_rows + every
        self._process: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Cheap; to be called now and then."""
        if self._journal.last < self._next or self._journal.path is None:
            return
        if self._process is not None and self._process.poll() is None:
            return
        self._next = self._journal.last + self._every
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mockexchange.checkpoint", str(self._journal.path), str(self._journal.size)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        except OSError:
            pass                    # it would have been a convenience

    def close(self) -> None:
        """End the process; a checkpoint is whole or the old one."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def pack(prefix: Prefix, fold: RestoredState) -> State:
    """A checkpoint of what ``prefix`` of a journal comes to."""
    return State(
        FORMAT, prefix.rows, prefix.size, prefix.crc, prefix.raw_crc, prefix.last_ms, prefix.offsets.tobytes(),
        [(*key, *amounts) for key, amounts in fold.balances.items()],
        [tuple([getattr(order, name) for name in _FIELDS]) for order in fold.orders.values()],
        {order.order_id: list(order.amendments) for order in fold.orders.values() if order.amendments},
        fold.fills, fold.statuses, fold.rules, fold.closes, fold.last_execution_id, fold.last_prevented_match_id,
        list(fold.lists.values()), fold.discounts,
    )


def unpack(state: State) -> RestoredState:
    """What was given to ``pack``."""
    fold: RestoredState = RestoredState(
        {(account, asset): (free, locked, late) for account, asset, free, locked, late in state.balances}, {}, state.fills,
        state.statuses, state.rules, state.closes, {kept.order_list_id: kept for kept in state.lists},
        state.last_execution_id, state.last_prevented_match_id, state.discounts,
    )
    for values in state.orders:
        order: Order = Order(*values[:_MADE_OF])
        (
            order.status, order.executed, order.remaining, order.prevented, order.prevented_match_id, order.executed_quote,
            order.update_time, order.working_time, order.expiry_reason, order.reject_reason, order.sequence, order.queued,
        ) = values[_MADE_OF:]
        fold.orders[order.order_id] = order
    for order_id, amendments in state.amendments.items():
        fold.orders[order_id].amendments = tuple(amendments)
    return fold


def read(journal: Path) -> State | None:
    """The checkpoint beside a journal, None when there is none that can be used."""
    try:
        data: bytes = path_of(journal).read_bytes()
        content, mark = data[:-4], data[-4:]
        if crc32(content).to_bytes(4, "big") != mark:
            return None
        state: State = msgspec.msgpack.decode(content, type=State)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return state if state.format == FORMAT else None


def write(journal: Path, state: State) -> None:
    """Replace the checkpoint beside a journal, as a whole or not at all."""
    fresh: Path = path_of(journal).with_suffix(f".{os.getpid()}.tmp")
    try:
        content: bytes = msgspec.msgpack.encode(state)
        fresh.write_bytes(content + crc32(content).to_bytes(4, "big"))
        os.replace(fresh, path_of(journal))
    except (OSError, OverflowError):        # a full disk; a number of more than 64 bits
        fresh.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """Write a checkpoint of the first bytes of a journal that somebody else goes on writing."""
    path, size = Path(arguments[0]), int(arguments[1])
    if hasattr(os, "nice"):
        os.nice(10)
    state: State | None = read(path)
    scan: Scan = Scan(path, state.prefix() if state else None)
    prefix: Prefix = scan.run(size)
    before: RestoredState | None = unpack(state) if state and scan.known_rows else None
    lines: Iterator[bytes] = FileIndex(prefix.rows, prefix.offsets).lines(path, scan.known_rows, prefix.rows)
    gc.disable()                                # the process ends soon
    write(path, pack(prefix, fold_lines(lines, before)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
