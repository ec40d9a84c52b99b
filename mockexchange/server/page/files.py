"""The files that a browser loads: as they are in the package, and the page's sentences in each language of the catalogue."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

from rest_locale import languages, messages

from ...faults.catalogue import describe_actions
from ...faults.presets import PRESETS

FOLDER: Path = Path(__file__).parent / "static"
TYPES: dict[str, str] = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "txt": "text/plain"}
SCRIPTS: tuple[str, ...] = (".html", ".js")         # files with sentences


class File(NamedTuple):
    content: bytes
    type: str


@cache
def page_files() -> dict[str, File]:
    """Path -> file: all there are below ``static``, and ``locale/LANGUAGE.json``; read when the first browser asks."""
    files: dict[str, File] = {
        path.relative_to(FOLDER).as_posix(): File(path.read_bytes(), TYPES[path.suffix[1:]])
        for path in sorted(FOLDER.rglob("*")) if path.suffix[1:] in TYPES
    }
    own: str = "\n".join(file.content.decode() for name, file in files.items() if name.endswith(SCRIPTS) and "/" not in name)
    for language in languages():
        text: str = json.dumps(sentences(language, own), ensure_ascii=False, indent=0)
        files[f"locale/{language}.json"] = File(text.encode(), "application/json")
    return files


def sentences(language: str, own: str) -> dict[str, str]:
    """
    Those of the catalogue that the page shows: names and descriptions of faults, and what stands in its own files.

    ``own``: the text of its HTML and JavaScript
    """
    shown: set[str] = {text for preset in PRESETS for text in (preset.name, preset.does)}
    for action in describe_actions():
        shown |= {action["does"], *action["stages"].values(), *(field["does"] for field in action["fields"])}
    return {
        message: translation for message, translation in messages(language).items()
        if message in shown or f'"{message}"' in own or f">{message}<" in own
    }
