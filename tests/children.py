"""The processes of the tests start without what no test needs: half of their time is the start."""

import os
import sys
from pathlib import Path

TESTS: Path = Path(__file__).resolve().parent
ROOT: Path = TESTS.parent
LIGHT: Path = TESTS / "light"
LONG: bool = bool(os.environ.get("LONG"))


def start_light() -> None:
    """This process and its children read no certificates of the machine, and no pandas for talib; by ``LONG=1`` they do."""
    if LONG:
        return
    os.environ["SSL_CERT_FILE"] = os.devnull
    os.environ["PYTHONPATH"] = python_path(*filter(None, [os.environ.get("PYTHONPATH", "")]))
    sys.path.insert(0, str(LIGHT))
    try:
        import talib  # noqa: F401
    finally:
        sys.path.remove(str(LIGHT))


def speak_english() -> None:
    """This process and its children write English lines, whatever the language of the machine. vn.py's own words are Chinese then."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        os.environ.pop(name, None)
    os.environ["LANG"] = "C.UTF-8"


def python_path(*folders: Path | str) -> str:
    """A PYTHONPATH for a child: these folders before all others."""
    return os.pathsep.join(map(str, (*folders, *(() if LONG else (LIGHT,)))))
