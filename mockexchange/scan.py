"""
Reading a journal's file: every row is checked, and where the rows are is remembered.

A long life is a million rows, so blocks of them are taken apart at once, and what a checkpoint answers for is checked by
one sum over its bytes.
"""

import re
from array import array
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, NoReturn
from zlib import crc32

import msgspec

from rest_locale import _

from .pages import FileIndex

CRC: bytes = b',"crc":'
MORE: bytes = b',"more":true'
ROW_END: re.Pattern[bytes] = re.compile(rb',"crc":(\d+)}\n')
AROUND_CRC: int = len(CRC) + len(b"}\n")
BLOCK: int = 1 << 22


class JournalError(Exception):
    """The journal on disk cannot be used: says which record of which file, and why."""


@dataclass
class Prefix:
    """
    The whole batches at a file's beginning: how many rows and bytes, the newest row's ``crc`` and time (ms), the CRC-32
    of all bytes, and where every PAGE-th row begins.
    """

    rows: int = 0
    size: int = 0
    crc: int = 0
    raw_crc: int = 0
    last_ms: int = 0
    offsets: "array[int]" = field(default_factory=lambda: array("Q"))


class Scan:
    """One pass over a file. ``known``: a prefix that needs no look at each row when its bytes are as they were."""

    def __init__(self, path: Path, known: Prefix | None = None) -> None:
        self.path: Path = path
        self.known_rows: int = 0            # of ``known``, when the file fits it
        self._known: Prefix | None = known
        self._index: FileIndex = FileIndex()
        self._whole: Prefix = Prefix()
        self._last: bytes = b""             # the newest row that ends a batch
        self._rows: int = 0
        self._offset: int = 0
        self._crc: int = 0
        self._raw_crc: int = 0

    def run(self, end: int = -1) -> Prefix:
        """
        Read to the end, or to byte ``end``; what is left of a batch that was not written to its end does not count.

        :raises JournalError: a row is not as it was written
        """
        rest: bytes = b""
        with open(self.path, "rb") as file:
            self._skip(file)
            while chunk := file.read(BLOCK if end < 0 else min(BLOCK, end - file.tell())):
                data: bytes = rest + chunk if rest else chunk
                cut: int = data.rfind(b"\n") + 1
                rest = data[cut:]
                if cut and not self._take(data[:cut]):
                    self._complain(data[:cut])
        whole: Prefix = self._whole
        self._index.cut(whole.rows)
        whole.offsets = self._index.offsets
        if self._last:
            whole.last_ms = msgspec.json.decode(self._last + b"}")["t"]
        return whole

    def _skip(self, file: BinaryIO) -> None:
        """Go to the end of the known prefix, if the file begins with it."""
        known: Prefix | None = self._known
        if known is None:
            return
        if not begins_with(file, known):
            file.seek(0)
            return
        self._whole = Prefix(known.rows, known.size, known.crc, known.raw_crc, known.last_ms)
        self._index = FileIndex(known.rows, known.offsets)
        self.known_rows = self._rows = known.rows
        self._offset, self._crc, self._raw_crc = known.size, known.crc, known.raw_crc

    def _take(self, block: bytes) -> bool:
        """Whole lines that follow what was read; False, and nothing is taken, when one of them is not as it was written."""
        parts: list[bytes] = ROW_END.split(block)       # body, crc, body, crc, ..., nothing
        if parts.pop():
            return False
        rows, marks = parts[::2], parts[1::2]
        crc: int = self._crc
        for row, mark in zip(rows, marks, strict=True):
            crc = crc32(row, crc)
            if mark != b"%d" % crc:
                return False
        first, last = self._rows + 1, self._rows + len(rows)
        if not (rows[0].startswith(b'{"n":%d,"t":' % first) and rows[-1].startswith(b'{"n":%d,"t":' % last)):
            return False
        ends: list[int] = list(accumulate(len(row) + len(mark) + AROUND_CRC for row, mark in zip(rows, marks, strict=True)))
        self._index.extend([self._offset, *(self._offset + end for end in ends[:-1])])
        newest: int = len(rows) - 1                     # of the rows that end a batch
        while newest >= 0 and rows[newest].endswith(MORE):
            newest -= 1
        if newest >= 0:
            self._last = rows[newest]
            self._whole = Prefix(
                self._rows + newest + 1, self._offset + ends[newest], int(marks[newest]), crc32(block[:ends[newest]], self._raw_crc)
            )
        self._raw_crc = crc32(block, self._raw_crc)
        self._rows, self._offset, self._crc = last, self._offset + len(block), crc
        return True

    def _complain(self, block: bytes) -> NoReturn:
        """JournalError for the first row that is not as it was written."""
        n, crc = self._rows, self._crc
        line: bytes = b""
        for line in block.splitlines(keepends=True):
            n += 1
            mark: int = line.rfind(CRC)
            crc = crc32(line[:mark], crc)
            if mark < 0 or not line.startswith(b'{"n":%d,"t":' % n) or line[mark:] != b"%s%d}\n" % (CRC, crc):
                break
        raise JournalError(_("journal {path}: record {number} is corrupt: {complaint}").format(path=self.path, number=n, complaint=complaint(line, n)))


def begins_with(file: BinaryIO, prefix: Prefix) -> bool:
    """Whether a file has the bytes of a prefix; it is read up to there."""
    left, crc = prefix.size, 0
    while left and (chunk := file.read(min(BLOCK, left))):
        crc = crc32(chunk, crc)
        left -= len(chunk)
    return not left and crc == prefix.raw_crc


def complaint(line: bytes, n: int) -> str:
    """What is wrong with a row that is not as it was written."""
    try:
        row: object = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return str(error)
    if not isinstance(row, dict) or row.get("n") != n or type(row.get("t")) is not int:
        return _("not row number {number}").format(number=n)
    return _("its checksum is not that of what it says")
