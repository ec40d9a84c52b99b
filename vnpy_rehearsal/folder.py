"""
Where vn.py keeps its files during a run: ``.vntrader`` of the working directory if there is one, else of the home directory.

vn.py makes and fills that folder while it is imported, and ends with a traceback where it cannot.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from rest_locale import _

NAME: str = ".vntrader"


def settle_folder() -> "tempfile.TemporaryDirectory[str] | None":
    """
    Call before vnpy is imported. Where vn.py's folder cannot be written to, one line says so and the working directory
    becomes a temporary one with a folder for this run, which is returned to be cleaned up.
    """
    problem: str = trouble()
    if not problem:
        return None
    temporary: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory(prefix="vntrader-")
    (Path(temporary.name) / NAME).mkdir()
    os.chdir(temporary.name)
    text: str = _("VeighNa's folder cannot be used: {problem}. The files of this run go to {folder}, and are deleted at its end")
    print(text.format(problem=problem, folder=temporary.name), file=sys.stderr)
    return temporary


def trouble() -> str:
    """Why vn.py cannot use its folder, "" if it can. The folder is made if it is not there, as vn.py does."""
    folder: Path = Path(NAME)
    try:
        folder = Path.cwd() / NAME
        if not folder.exists():
            folder = Path.home() / NAME
        folder.mkdir(exist_ok=True)
        for place in (folder, folder / "log"):
            if place.exists():
                with tempfile.TemporaryFile(dir=place):
                    pass
        for file in (folder / "log").glob("vt_*.log"):
            if not os.access(file, os.W_OK):
                return _("{file}: not writable").format(file=file)
        settings: Path = folder / "vt_setting.json"
        if settings.exists() and not isinstance(json.loads(settings.read_bytes()), dict):
            return _("{file}: not a JSON object").format(file=settings)
    except ValueError as error:
        return _("{path}: not JSON: {error}").format(path=folder / "vt_setting.json", error=error)
    except (OSError, RuntimeError) as error:
        # without the names of files that are only tried
        return f"{folder}: {error.strerror if isinstance(error, OSError) else error}"
    return ""
