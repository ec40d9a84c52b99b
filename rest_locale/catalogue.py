"""Which language the user wants, and the catalogue of it."""

import gettext
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
DOMAIN = "messages"
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")       # the order of gettext, and so of vn.py
ENGLISH = ("en", "c", "posix")


class Words(gettext.GNUTranslations):
    """A compiled catalogue, which can also be listed."""

    _catalog: dict[Any, str]

    def messages(self) -> dict[str, str]:
        """Translations by their English sentences; without those that have a plural."""
        return {message: text for message, text in self._catalog.items() if isinstance(message, str) and message}


@dataclass(frozen=True)
class Found:
    language: str = "en"
    words: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)


def wanted() -> list[str]:
    """Languages the user wants, best first: of the environment, else of the Windows user interface."""
    text = next(filter(None, map(os.environ.get, VARIABLES)), None)
    return text.split(":") if text else windows_language()


def windows_language() -> list[str]:
    """The language of Windows' user interface, such as ``["zh_CN"]``; none elsewhere and where it cannot be had."""
    if sys.platform != "win32":
        return []
    import ctypes
    import locale

    try:
        name = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    except (AttributeError, OSError):
        name = locale.getlocale()[0]
    return [name] if name else []


def find(languages: list[str]) -> Found:
    """The catalogue of the first of ``languages`` that is English or has one; English if none has."""
    for name in languages:
        code = name.partition(".")[0].partition("@")[0].replace("-", "_")
        if code.partition("_")[0].lower() in ENGLISH:
            break
        if folder := _folder(code):
            with open(folder / "LC_MESSAGES" / f"{DOMAIN}.mo", "rb") as file:
                return Found(folder.name, Words(file))
    return Found()


def _folder(code: str) -> Path | None:
    """The folder of ``code``, else of another country with that language: ``zh_TW`` and ``Chinese_China`` are read as ``zh_CN``."""
    tongue = code.partition("_")[0].lower()
    tongue = {"chinese": "zh"}.get(tongue, tongue)
    folders = sorted(path.parent.parent for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    near = [folder for folder in folders if folder.name.partition("_")[0] == tongue]
    return next((folder for folder in near if folder.name == code), near[0] if near else None)
