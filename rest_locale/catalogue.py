"""Which language the user wants, and the catalogue of it."""

import gettext
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
DOMAIN = "messages"
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")       # the order of gettext, and so of vn.py
ENGLISH = ("en", "c", "posix", "english")
TONGUES = {"chinese": "zh"}         # names that Windows has


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
        if tongue(name) in ENGLISH:
            break
        if folder := _folder(name):
            with open(folder / "LC_MESSAGES" / f"{DOMAIN}.mo", "rb") as file:
                return Found(folder.name, Words(file))
    return Found()


def tongue(name: str) -> str:
    """``"zh"`` of ``"zh_CN.UTF-8"`` and of ``"Chinese (Simplified)_China"``."""
    word = re.split(r"[^A-Za-z]", name, maxsplit=1)[0].lower()
    return TONGUES.get(word, word)


def _folder(name: str) -> Path | None:
    """The folder of a language, else of the same language in another country: ``zh_TW`` is read as ``zh_CN``."""
    near = [there for there in found_languages() if tongue(there) == tongue(name)]
    found = next((there for there in near if name.replace("-", "_").startswith(there)), near[0] if near else None)
    return FOLDER / found if found else None


def found_languages() -> list[str]:
    """The names of all catalogues that are compiled."""
    return sorted(path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
