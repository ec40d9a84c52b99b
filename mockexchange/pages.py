"""Where a journal's rows are kept: packed in memory, or in the file, of which only a few places are remembered."""

import marshal
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

PAGE: int = 256                     # rows compressed together, or between two places of the file that are remembered

Entry = tuple[int, Any]             # us, and the record


class MemoryPages:
    """
    Batches of rows in memory: packed one by one as they come, so that none of their objects lives on, and compressed a page at a time.
    A row takes about a dozen bytes then, a hundredth of what its objects take.
    """

    def __init__(self, unpack: Callable[[Any], list[Entry]]) -> None:
        self._unpack: Callable[[Any], list[Entry]] = unpack     # what ``append`` was given -> its rows
        self._pages: list[bytes] = []
        self._starts: list[int] = []                # index of each page's first row, and of the first that is in none yet
        self._fresh: list[bytes] = []
        self.clear()

    def __len__(self) -> int:
        return self._count

    def append(self, plain: Any, rows: int) -> None:
        """A batch of so many rows, of tuples, lists, dicts, texts and numbers."""
        self._fresh.append(marshal.dumps(plain))
        self._count += rows
        if self._count - self._starts[-1] >= PAGE:
            self._pages.append(zlib.compress(marshal.dumps(self._fresh), 1))
            self._starts.append(self._count)
            self._fresh.clear()

    def entries(self, start: int) -> Iterator[Entry]:
        """The rows from index ``start`` on."""
        first: int = max(bisect_right(self._starts, start) - 1, 0)
        skipped: int = start - self._starts[first]
        for page in (*self._pages[first:], None):
            for packed in self._fresh if page is None else marshal.loads(zlib.decompress(page)):
                rows: list[Entry] = self._unpack(marshal.loads(packed))
                yield from rows[max(skipped, 0):]
                skipped -= len(rows)

    def clear(self) -> None:
        self._pages.clear()
        self._starts[:] = [0]
        self._fresh.clear()
        self._count: int = 0


class FileIndex:
    """Where every PAGE-th row of the file begins."""

    def __init__(self, count: int = 0, offsets: "array[int] | None" = None) -> None:
        self.count: int = count
        self.offsets: array[int] = array("Q", offsets or ())

    def add(self, offset: int) -> None:
        """The next row begins there."""
        if self.count % PAGE == 0:
            self.offsets.append(offset)
        self.count += 1

    def extend(self, offsets: Sequence[int]) -> None:
        """The next rows begin there."""
        self.offsets.extend(offsets[-self.count % PAGE::PAGE])
        self.count += len(offsets)

    def cut(self, count: int) -> None:
        """Forget all but the first ``count`` rows."""
        self.count = count
        del self.offsets[-(-count // PAGE):]

    def lines(self, path: Path, start: int, end: int) -> Iterator[bytes]:
        """The lines of the rows from index ``start`` to before ``end``."""
        if start >= end:
            return
        page, skipped = divmod(start, PAGE)
        with open(path, "rb", 1 << 20) as file:
            file.seek(self.offsets[page])
            for index, line in zip(range(page * PAGE, end), file, strict=False):
                if index >= start:
                    yield line

    def clear(self) -> None:
        self.count = 0
        del self.offsets[:]


def read_line(line: bytes) -> dict[str, Any]:
    """A row as it was before it went into the file."""
    row: dict[str, Any] = msgspec.json.decode(line)
    del row["crc"]
    row.pop("more", None)
    return row
