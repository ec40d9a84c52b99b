"""
``python -m vnpy_rehearsal new-venue NAME``: a package of its own with a gateway, a dialect and their tests.

What is written runs: a share venue that is polled, which passes the matrix from the first minute. Its words are then replaced by
those of the venue's document, one file after the other (docs/new_venue.md).
"""

import argparse
import keyword
import re
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from mockexchange.dialects import find_dialects

NAME: re.Pattern[str] = re.compile(r"[a-z][a-z0-9]{1,19}")
# template -> where it goes
PLACES: dict[str, str] = {
    "pyproject.toml.txt": "pyproject.toml",
    "test.py.txt": "tests/test_@name@.py",
    **{f"gateway/{name}.txt": f"vnpy_@name@/{name}" for name in (
        "__init__.py", "__main__.py", "gateway.py", "session.py", "rest.py", "calls.py", "parse.py", "enums.py", "errors.py", "profile.py",
    )},
    **{f"dialect/{name}.txt": f"@name@_dialect/{name}" for name in ("__init__.py", "labels.py")},
}


def fill(text: str, name: str) -> str:
    """A template for a venue of this name."""
    return text.replace("@name@", name).replace("@Name@", name.capitalize()).replace("@NAME@", name.upper())


def write(name: str, folder: Path) -> list[Path]:
    """
    Write the files; the paths of what was written.

    :raises ValueError: the name is none, or something is in the way
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ValueError(f"name: must be of 2 to 20 small letters and digits, a letter first, not {name!r}")
    for module in (f"vnpy_{name}", f"{name}_dialect"):
        if find_spec(module):
            raise ValueError(f"name: {name!r} is taken, there is a package {module} already")
    if name in find_dialects():
        raise ValueError(f"name: {name!r} is taken, the mock exchange has a dialect of this name already")
    root: Path = folder / name
    if root.exists() and any(root.iterdir() if root.is_dir() else [root]):
        raise ValueError(f"folder: {root} is there already, and not empty")
    templates = files("vnpy_rehearsal") / "templates"
    written: list[Path] = []
    for template, place in PLACES.items():
        path: Path = root / fill(place, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fill((templates / template).read_text(encoding="utf-8"), name), encoding="utf-8")
        written.append(path)
    return written


def start(program: str, arguments: list[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog=program, description="Write the files of a gateway and a dialect, with their tests.")
    parser.add_argument("name", metavar="NAME", help="of the venue, in small letters: vnpy_NAME and NAME_dialect")
    parser.add_argument("--folder", type=Path, default=Path(), metavar="DIR", help="where to make the folder NAME (default: here)")
    found = parser.parse_args(arguments)
    try:
        written: list[Path] = write(found.name, found.folder)
    except (ValueError, OSError) as error:
        parser.exit(2, f"{program}: error: {error}\n")
    for path in written:
        print(path)
    root: Path = found.folder / found.name
    print(f"\nNext: pip install -e {root} && python -m mockexchange conform vnpy_{found.name}:{found.name.capitalize()}Gateway --rows F1-F5")
    return 0
