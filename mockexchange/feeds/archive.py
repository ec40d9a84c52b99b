"""The text of a dump, whatever it is packed in: plain, gzipped, or zipped as people make zips."""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from rest_locale import _

MAX_NESTING: int = 3                # a zip in a zip in a zip
LOOKED_AT: int = 4096               # bytes at the beginning of a text
_JUNK: re.Pattern[str] = re.compile(
    r"(^|/)(__MACOSX/|\._|\.|thumbs\.db$|desktop\.ini$)|/$|\.(checksum|sha256|md5)$", re.IGNORECASE
)
_PACKED: re.Pattern[str] = re.compile(r"(\.csv)?(\.zip|\.gz)?$", re.IGNORECASE)


class FeedError(Exception):
    """A feed cannot be opened. The text names the file, the line, the field and its value."""


def open_texts(path: Path) -> Iterator[tuple[str, IO[str]]]:
    """
    The files a dump is made of, in the order of their names: (name for messages, text). A folder is those in it.

    What it is packed in is recognised by content, not by name. What a file manager leaves in an archive is skipped, as is
    whatever is no CSV where there is one. A UTF-8 byte order mark is skipped; bytes that are no text come through as
    surrogates, so that the field they damage can be named. To be read within ``reading``, as damage may show late.
    """
    with reading(path):
        if not path.is_dir():
            yield from _file_texts(path)
            return
        for name in members([each.name for each in path.iterdir() if each.is_file()], str(path), "folder"):
            yield from _file_texts(path / name)


def _file_texts(path: Path) -> Iterator[tuple[str, IO[str]]]:
    with ExitStack() as stack:
        yield from _texts(stack, stack.enter_context(open(path, "rb")), str(path), path.suffix.lower(), 0)


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Whatever is wrong with the bytes of a file is a FeedError; also around the reading of its texts."""
    try:
        yield
    except UnicodeError as error:
        raise FeedError(_("{path}: not plain text: {error}").format(path=path, error=error)) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise FeedError(_("{path}: damaged archive: {error}").format(path=path, error=error)) from error
    except (OSError, RuntimeError, NotImplementedError) as error:
        # RuntimeError: zipfile meets a password; NotImplementedError: a compression it does not know.
        raise FeedError(_("{path}: cannot be read: {reason}").format(path=path, reason=getattr(error, 'strerror', None) or error)) from error


def members(names: list[str], where: str, what: str = "archive") -> list[str]:
    """
    Which files of an archive or folder are the dump: all CSVs and packed files, else the only file there is. A packed file
    beside the CSV of the same name is what that was unpacked from.
    """
    files: list[str] = sorted(name for name in names if not _JUNK.search(name.replace("\\", "/")))
    plain: set[str] = {_stem(name) for name in files if name.lower().endswith(".csv")}
    found: list[str] = [
        name for name in files
        if name.lower().endswith(".csv") or (name.lower().endswith((".zip", ".gz")) and _stem(name) not in plain)
    ]
    if not found and len(files) == 1:
        return files
    if not found:
        raise FeedError(_("{where}: the {what} must hold a CSV file, it holds {count} files: {names}").format(where=where, what=what, count=len(files), names=', '.join(files[:5])))
    return found


def _stem(name: str) -> str:
    return _PACKED.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).lower()


def member_names(path: Path) -> list[str]:
    """
    The names of the dump's files in a zip or a folder, none for what is neither: they may have the symbol in their name where the
    whole has not.
    """
    try:
        if path.is_dir():
            return members([each.name for each in path.iterdir() if each.is_file()], str(path), "folder")
        with zipfile.ZipFile(path) as archive:
            return [name.replace("\\", "/").rsplit("/", 1)[-1] for name in members(archive.namelist(), str(path))]
    except (OSError, zipfile.BadZipFile):
        return []


def _texts(stack: ExitStack, raw: IO[bytes], where: str, suffix: str, depth: int) -> Iterator[tuple[str, IO[str]]]:
    magic: bytes = raw.read(4)
    raw.seek(0)
    if depth > MAX_NESTING:
        raise FeedError(_("{where}: packed more than {most} times").format(where=where, most=MAX_NESTING))
    if magic[:2] == b"\x1f\x8b":
        unpacked: Any = stack.enter_context(gzip.open(raw, "rb"))
        yield from _texts(stack, unpacked, where, "", depth + 1)
    elif magic == b"PK\x03\x04" or suffix == ".zip":
        archive: zipfile.ZipFile = stack.enter_context(zipfile.ZipFile(raw))
        found: list[str] = members(archive.namelist(), where)
        for name in found:
            with ExitStack() as inner:
                member: IO[bytes] = inner.enter_context(archive.open(name))
                place: str = where if len(found) == 1 else f"{where}/{name}"
                yield from _texts(inner, member, place, Path(name).suffix.lower(), depth + 1)
    elif suffix == ".gz" and magic:
        raise FeedError(_("{where}: not a gzip file").format(where=where))
    else:
        yield where, _decoded(raw)


def _decoded(raw: Any) -> IO[str]:
    """Text of bytes; a UTF-16 file is decoded as such when it says so."""
    buffered: io.BufferedReader = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)
    start: bytes = buffered.peek(LOOKED_AT)[:LOOKED_AT]
    encoding: str = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    # lines of old Macs end with a carriage return alone
    newline: str = "\r" if b"\r" in start and b"\n" not in start else "\n"
    return io.TextIOWrapper(buffered, encoding=encoding, errors="surrogateescape", newline=newline)
