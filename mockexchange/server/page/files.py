"""The files that a browser loads, as they are in the package."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER: Path = Path(__file__).parent / "static"
TYPES: dict[str, str] = {
    "html": "text/html", "css": "text/css", "js": "text/javascript", "json": "application/json", "svg": "image/svg+xml", "txt": "text/plain",
}


class File(NamedTuple):
    content: bytes
    type: str


@cache
def page_files() -> dict[str, File]:
    """Path below ``static`` -> file: all there are, read when the first browser asks."""
    return {
        path.relative_to(FOLDER).as_posix(): File(path.read_bytes(), TYPES[path.suffix[1:]])
        for path in sorted(FOLDER.rglob("*")) if path.suffix[1:] in TYPES
    }
