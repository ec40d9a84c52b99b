"""The sentences of an HTML page, for ``pybabel extract`` (babel.cfg)."""

from collections.abc import Iterator
from html.parser import HTMLParser
from io import TextIOWrapper
from typing import Any, BinaryIO

Found = tuple[int, str, str, list[str]]         # line, function, message, comments


class Reader(HTMLParser):
    """Collects the texts of elements with ``data-t`` and the values of ``data-t-label``."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Found] = []
        self.is_marked: bool = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, str | None] = dict(attrs)
        self.is_marked = "data-t" in given
        if label := given.get("data-t-label"):
            self._add(label)

    def handle_data(self, data: str) -> None:
        if self.is_marked:
            self._add(data)
        self.is_marked = False

    def _add(self, message: str) -> None:
        self.found.append((self.getpos()[0], "", message, []))


def page_words(fileobj: BinaryIO, keywords: Any, comment_tags: Any, options: dict[str, Any]) -> Iterator[Found]:
    """As Babel calls an extraction method; ``keywords`` and the rest are those of the command and are not used."""
    reader: Reader = Reader()
    reader.feed(TextIOWrapper(fileobj, encoding="utf-8").read())
    yield from reader.found
