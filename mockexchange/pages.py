"""Where a journal's rows are kept: packed in memory, or in the file, of which only a few places are remembered."""

import marshal
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

PAGE: int = 256                     # rows packed together, or between two places of the file that are remembered

Entry = tuple[int, Any]             # us, and the record


class MemoryPages:
    """
    Entries in memory: the newest as they are, the others compressed, a page at a time. A row takes about fifty bytes
    then, a twentieth of what its objects take.
    """

    def __init__(self, pack: Callable[[Any], Any], unpack: Callable[[Any], Any]) -> None:
        self._pack: Callable[[Any], Any] = pack         # record -> tuples, texts and numbers
        self._unpack: Callable[[Any], Any] = unpack
        self._pages: list[bytes] = []
        self._tail: list[Entry] = []

    def __len__(self) -> int:
        return len(self._pages) * PAGE + len(self._tail)

    def extend(self, entries: list[Entry]) -> None:
        """Append entries; full pages are packed."""
        tail: list[Entry] = self._tail
        tail += entries
        while len(tail) >= 2 * PAGE:                # one page stays as it is: the newest rows are asked for most
            pack = self._pack
            self._pages.append(zlib.compress(marshal.dumps([(now, pack(record)) for now, record in tail[:PAGE]]), 1))
            del tail[:PAGE]

    def entries(self, start: int) -> Iterator[Entry]:
        """Those from index ``start`` on."""
        page, first = divmod(start, PAGE)
        for packed in self._pages[page:]:
            for now, plain in marshal.loads(zlib.decompress(packed))[first:]:
                yield now, self._unpack(plain)
            first = 0
        yield from self._tail[max(0, start - len(self._pages) * PAGE):]

    def clear(self) -> None:
        self._pages.clear()
        self._tail.clear()


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
