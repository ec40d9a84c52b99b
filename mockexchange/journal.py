"""
The journal: every command of a user and everything it did, append-only and numbered.

It is the ground truth a test compares a client with, and folding it (fold.py) is how a
restarted venue keeps its state. Appending is on the path of every order, so records are
kept as they come and rendered only when somebody reads them, or a file wants them.

Rows (DESIGN.md 4.3) have ``n`` (from 1 without gaps), ``t`` (ms) and ``kind``, decimals are text:

- ``order``: account, symbol, order_id, client_order_id, side, type, status, price, qty, executed
- ``fill``: account, symbol, order_id, client_order_id, exec_id, price, qty, fee, fee_asset, maker
- ``prevented``: what self-trade prevention did not let happen · ``trailing``: another extreme price of a trailing stop
- ``balance``: account, asset, free, locked; unsettled where shares settle late (``day``: symbol, previous_close)
- ``list``: account, symbol, order_list_id, list_client_order_id, contingency, status, orders (their ids) at every change of an order list
- ``reserve``: account, symbol, order_list_id, reserved: what its working order bought is kept for a list's pending orders
- ``fault``: a fault has bitten
- ``command``: what was asked, with ``refused`` when nothing came of it
- ``format-3``: what follows has order lists, or trailing, pegged or routed orders; a program that knows none cannot go on from it; in files only

Keys ending in ``_us`` are microseconds. The order's own type is ``type``, hence ``kind`` for the row.

In the file a row has two fields more: ``more`` where it means nothing without the next one, and at its end ``crc``,
the CRC-32 of everything before it, so that no byte can change and no line can go or come unnoticed.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from errno import EBADF, ENOSPC
from pathlib import Path
from typing import Any, get_args
from zlib import crc32

import msgspec
from msgspec.structs import astuple

from rest_locale import _

from .core.commands import Command, PlaceOrder, PlaceOrderList
from .core.events import BalanceChange, DayEnd, Event, Fill, ListReport, ListReserve, OrderReport, PreventedMatch, TrailingMove
from .core.special import Special
from .journal_rows import (
    FORMAT,
    RENDERERS,
    BalanceRecord,
    CommandRecord,
    DayRecord,
    FaultRecord,
    FormatRecord,
    Row,
)
from .pages import Entry, FileIndex, MemoryPages, read_line
from .room import Room
from .scan import CRC, JournalError, Prefix, Scan

KEPT: frozenset[type] = frozenset({OrderReport, Fill, ListReport, ListReserve, PreventedMatch, TrailingMove})     # as they are
NAMES: dict[type, str] = {kind: kind.__name__ for kind in (*KEPT, BalanceChange, DayEnd, FaultRecord)}     # what rows are made of
RECORDS: dict[str, Any] = {name: kind for kind, name in NAMES.items()}
COMMANDS: dict[str, Any] = {kind.__name__: kind for kind in get_args(Command)}


class Journal:
    """
    One venue's journal: packed in memory, or in the file ``path`` when one is given, of which memory holds an index only.

    The file takes one JSON line a row, handed to the system before the call returns: what the venue
    has answered survives the death of its process (not that of the machine: nothing waits for the disk).
    Opening an existing file continues it, without a last command that was not written to its end;
    JournalError when it is corrupt, cannot be read, or another process writes to it. It is left as it is then.
    ``known``: what a checkpoint says of the file (checkpoint.py).
    """

    def __init__(self, path: Path | None = None, known: Prefix | None = None) -> None:
        self.path: Path | None = path
        self.known_rows: int = 0            # that a checkpoint answers for
        self._memory: MemoryPages = MemoryPages(unpack)             # without a file
        self._index: FileIndex = FileIndex()            # with one: of whole batches
        self._last_time: int = 0            # us, of the newest row
        self._file: int = -1
        self._size: int = 0                 # bytes of the file that hold whole batches
        self._crc: int = 0                  # of the newest of their rows
        self._raw_crc: int = 0              # of all these bytes
        self._is_marked: bool = False       # with the format that order lists and special orders need
        self._room: Room | None = None if path is None else Room(path)
        if path is not None:
            self._open(path, known)

    @property
    def last(self) -> int:
        """Number of the newest row, 0 when there is none."""
        return len(self._memory) if self.path is None else self._index.count

    @property
    def last_time(self) -> int:
        """The latest us that the newest row may be of, 0 when there is none."""
        return self._last_time // 1000 * 1000 + 999 if self.last else 0

    def has_room(self, open_orders: Callable[[], int]) -> bool:
        """Whether one more command can be written: False when the disk is full, or the file as large as it may be."""
        return self._room is None or self._room.is_enough(self._size, open_orders)

    def record(self, now: int, command: Command | None, events: Sequence[Event]) -> None:
        """
        Append what a command did at ``now`` (us). ``command`` is None for what the
        market did to users: the flow's own commands are not journalled.
        """
        if self.path is not None:
            entries: list[Entry] = split(now, command, events)
            if not self._is_marked and needs_mark(command):
                entries.insert(0, (now, FormatRecord(FORMAT)))
                self._is_marked = True
            self._write(entries)
            return
        self._remember(now, command, "", events)

    def refused(self, now: int, command: Command, reason: str) -> None:
        """Append a command that the exchange refused."""
        if self.path is not None:
            self._write([(now, CommandRecord(command, reason))])
        else:
            self._remember(now, command, reason, ())

    def fault(self, now: int, detail: dict[str, Any]) -> None:
        """Append a fault's bite."""
        if self.path is not None:
            self._write([(now, FaultRecord(detail))])
        else:
            self._remember(now, None, "", (FaultRecord(detail),))

    def rows(self, after: int = 0) -> list[Row]:
        """The rows with ``n`` > ``after``, oldest first."""
        return list(self.each_row(after))

    def each_row(self, after: int = 0) -> Iterator[Row]:
        """As ``rows``, one at a time; nothing may be appended meanwhile."""
        start: int = max(after, 0)
        if self.path is not None:
            for line in self._index.lines(self.path, start, self._index.count):
                yield read_line(line)
            return
        for n, (now, record) in enumerate(self._memory.entries(start), start + 1):
            yield render(n, now, record)

    def each_line(self, after: int = 0) -> Iterator[bytes]:
        """As ``each_row``, as a file has them."""
        if self.path is not None:
            return self._index.lines(self.path, after, self._index.count)
        return map(msgspec.json.encode, self.each_row(after))

    @property
    def size(self) -> int:
        """Bytes of the file that hold whole batches."""
        return self._size

    def prefix(self) -> Prefix:
        """What a checkpoint of a file must know of it as it is now."""
        return Prefix(self._index.count, self._size, self._crc, self._raw_crc, self._last_time // 1000, self._index.offsets[:])

    def clear(self) -> None:
        """Forget everything; the next row is number 1 again."""
        self._memory.clear()
        self._index.clear()
        self._size = self._crc = self._raw_crc = self.known_rows = 0
        self._is_marked = False
        if self._file >= 0:
            self._truncate()

    def close(self) -> None:
        """Let go of the file; its rows can be read still."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _remember(self, now: int, command: Command | None, refused: str, events: Sequence[Any]) -> None:
        plain, rows = pack(now, command, refused, events)
        if rows:
            self._last_time = now
            self._memory.append(plain, rows)

    def _write(self, entries: list[Entry]) -> None:
        """
        Bring a command's rows into the file. ``more`` marks the rows that mean nothing without the next one:
        half of a command's rows would restore half of its money.
        """
        if not entries:
            return
        if self._file < 0:
            raise OSError(EBADF, os.strerror(EBADF))
        rows: list[Row] = [render(n, *entry) for n, entry in enumerate(entries, self._index.count + 1)]
        for row in rows[:-1]:
            row["more"] = True
        crc: int = self._crc
        lines: list[bytes] = []
        for row in rows:
            body: bytes = msgspec.json.encode(row)[:-1]
            crc = crc32(body, crc)
            lines.append(b"%s%s%d}\n" % (body, CRC, crc))
        data: bytes = b"".join(lines)
        done: int = 0
        try:
            while done < len(data):
                written: int = os.write(self._file, data[done:])
                if written <= 0:
                    raise OSError(ENOSPC, os.strerror(ENOSPC))
                done += written
        except OSError:
            self._truncate()        # a full disk must not leave half a row for the next one to follow
            raise
        for line in lines:
            self._index.add(self._size)
            self._size += len(line)
        self._crc = crc
        self._raw_crc = crc32(data, self._raw_crc)
        self._last_time = entries[-1][0]

    def _truncate(self) -> None:
        os.ftruncate(self._file, self._size)
        os.lseek(self._file, self._size, os.SEEK_SET)

    def _open(self, path: Path, known: Prefix | None) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise JournalError(_("cannot open journal {path}: {reason}").format(path=path, reason=error.strerror)) from None
        try:
            _lock(self._file, path)
            self._load(path, known)
        except BaseException:
            self.close()
            raise

    def _load(self, path: Path, known: Prefix | None) -> None:
        """Check every row, and remember where they are. What is in them is read when it is asked for."""
        end: int = path.stat().st_size
        scan: Scan = Scan(path, known)
        whole: Prefix = scan.run()
        self.known_rows = scan.known_rows
        self._index = FileIndex(whole.rows, whole.offsets)
        self._size, self._crc, self._raw_crc = whole.size, whole.crc, whole.raw_crc
        self._last_time = whole.last_ms * 1000
        if self._size < end:
            print(_("warning: journal {path}: cut {count} bytes of a torn last record").format(path=path, count=end - self._size), file=sys.stderr)
        self._truncate()


def needs_mark(command: Command | None) -> bool:
    """Whether a program of before order lists, or of before trailing, pegged and routed orders, would misread what this leads to."""
    if type(command) is PlaceOrder:
        return bool(command.trailing_delta or command.peg_price_type or command.uses_sor)
    return type(command) is PlaceOrderList


def split(now: int, command: Command | None, events: Sequence[Any], refused: str = "") -> list[Entry]:
    """What a command did, as one entry a row."""
    entries: list[Entry] = []
    if command is not None:
        entries.append((now, CommandRecord(command, refused)))
    for event in events:
        if type(event) in KEPT or type(event) is FaultRecord:
            entries.append((now, event))
        elif isinstance(event, BalanceChange):
            late = event.unsettled
            for asset, (free, locked) in event.assets.items():
                entries.append((now, BalanceRecord(event.account, asset, free, locked, None if late is None else late.get(asset, 0))))
        elif isinstance(event, DayEnd):
            entries.append((now, DayRecord(event.symbol, event.previous_close)))
    return entries


def pack(now: int, command: Command | None, refused: str, events: Sequence[Any]) -> tuple[list[Any], int]:
    """What ``split`` would be given, without classes of ours, and how many entries that is."""
    rows: int = 0
    plain: list[Any] = [now]
    if command is None:
        plain.append(None)
    else:
        rows = 1
        values: tuple[Any, ...] = astuple(command)
        if type(command) is PlaceOrderList:
            values = tuple([astuple(order) for order in value] if value is command.orders else value for value in values)
        plain.append((type(command).__name__, values, refused))
    for event in events:
        kind: type = type(event)
        name_of: str | None = NAMES.get(kind)
        if name_of is None:
            continue
        given: tuple[Any, ...] = event[:]
        if kind is OrderReport:
            if event.special is not None or event.match is not None:
                given = event._replace(special=event.special and event.special[:], match=event.match and event.match[:])[:]
        elif kind is FaultRecord:
            given = (msgspec.json.encode(event.detail),)
        rows += len(event.assets) if kind is BalanceChange else 1
        plain += name_of, given
    return plain, rows


def unpack(plain: list[Any]) -> list[Entry]:
    """The entries of what was packed."""
    now, asked, *told = plain
    command: Any = None
    refused: str = ""
    if asked is not None:
        name, values, refused = asked
        command = COMMANDS[name](*values)
        if name == "PlaceOrderList":
            command.orders = [PlaceOrder(*order) for order in command.orders]
    return split(now, command, [_event(name, values) for name, values in zip(told[::2], told[1::2], strict=True)], refused)


def _event(name: str, values: tuple[Any, ...]) -> Any:
    if name == "FaultRecord":
        return FaultRecord(msgspec.json.decode(values[0]))
    event: Any = RECORDS[name](*values)
    if name == "OrderReport" and (event.special is not None or event.match is not None):
        event = event._replace(special=event.special and Special(*event.special), match=event.match and PreventedMatch(*event.match))
    return event


def render(n: int, now: int, record: Any) -> Row:
    """The row of an entry."""
    return {"n": n, "t": now // 1000, **RENDERERS[type(record)](record)}


def _lock(file: int, path: Path) -> None:
    """Two processes writing one journal would ruin it: the second one is refused."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, 1 << 40, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            os.lseek(file, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise JournalError(_("journal {path} is in use by another process").format(path=path)) from None
