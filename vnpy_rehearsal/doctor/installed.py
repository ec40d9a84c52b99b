"""Python, the installed distributions and their compiled modules."""

import json
import platform
import struct
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, entry_points, requires, version

from mockexchange.version import DISTRIBUTION, release

from .finding import Finding, note, ok, wrong

OLDEST, NEWEST = (3, 10), (3, 13)
EXTRA: str = "mock"                 # what the main job needs
PATIENCE: float = 60.0              # s for all imports
# distribution -> module: compiled ones, of which a wheel may be missing or may not fit the machine
COMPILED: dict[str, str] = {
    "numpy": "numpy", "ta-lib": "talib", "msgspec": "msgspec", "picows": "picows", "aiohttp": "aiohttp", "greenlet": "greenlet",
    "cryptography": "cryptography.hazmat.bindings._rust", "uvloop": "uvloop",
}
TRY: str = """
import importlib, json, sys
sys.modules["pandas"] = None        # talib would import it, which takes a second, and goes without it
for name in sys.argv[1:]:
    print(json.dumps([name, None]), flush=True)
    try:
        importlib.import_module(name)
        print(json.dumps([name, ""]), flush=True)
    except BaseException as error:
        print(json.dumps([name, f"{type(error).__name__}: {error}"]), flush=True)
"""


def look_at_python() -> Iterator[Finding]:
    now, bits = sys.version_info[:2], struct.calcsize("P") * 8
    text: str = f"{platform.python_implementation()} {platform.python_version()}, {bits} bit, {sys.executable}"
    if OLDEST <= now <= NEWEST and bits == 64 and sys.implementation.name == "cpython":
        yield ok(text)
    else:
        span: str = " to ".join(".".join(map(str, each)) for each in (OLDEST, NEWEST))
        yield wrong(text, f"take CPython {span}, 64 bit: other ones have no wheels of TA-Lib, picows or PySide6")


def look_at_distributions(extra: str = EXTRA) -> Iterator[Finding]:
    """Each requirement of our own distribution, with those of an extra, against what is installed."""
    try:
        wanted: list[str] = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        yield wrong(f"{DISTRIBUTION} is not installed, it is run from its folder", 'run pip install ".[mock]" in that folder')
        return
    yield ok(f"{DISTRIBUTION} {release()}")
    try:
        from packaging.requirements import Requirement
    except ModuleNotFoundError:
        yield wrong("packaging is missing, versions cannot be compared", "run pip install packaging")
        return
    for text in wanted:
        requirement: Requirement = Requirement(text)
        by_extra: bool = requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})
        if by_extra and requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name, needed = requirement.name, str(requirement.specifier)
        how: str = f'pip install "{name}{needed}"'
        try:
            there: str = version(name)
        except PackageNotFoundError:
            whose: str = f"the extra {extra} needs it" if by_extra else "every gateway needs it"
            yield wrong(f"{name} is missing, {whose}", f"run {how}")
            continue
        if requirement.specifier.contains(there, prereleases=True):
            yield ok(f"{name} {there}")
        else:
            yield wrong(f"{name} {there} is installed, {needed} is needed", f"run {how}")


def look_at_compiled_modules() -> Iterator[Finding]:
    """Import them in a process of its own: one that does not fit the machine may end it."""
    installed: dict[str, str] = {module: name for name, module in COMPILED.items() if is_installed(name)}
    done = subprocess.run([sys.executable, "-c", TRY, *installed], capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE)
    told: dict[str, str | None] = {}
    for line in done.stdout.splitlines():
        if line.startswith('["'):
            name, problem = json.loads(line)
            told[name] = problem
    good: list[str] = [name for name, problem in told.items() if problem == ""]
    if good:
        yield ok(f"compiled modules can be imported: {', '.join(good)}")
    for name, problem in told.items():
        if problem != "":
            why: str = f"the process ended with status {done.returncode}" if problem is None else problem
            yield wrong(
                f"{name} is installed, but cannot be imported: {why}",
                f"install its wheel for this Python: pip install --force-reinstall --only-binary :all: {installed[name]}",
            )


def is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def look_at_entry_points() -> Iterator[Finding]:
    """Whether gateways and dialects are found, and can be imported."""
    for group, what in (("vnpy_rehearsal.profiles", "gateways"), ("mockexchange.dialects", "dialects")):
        names: list[str] = []
        for point in entry_points(group=group):
            try:
                point.load()
                names.append(point.name)
            except Exception as error:
                yield wrong(f"{what}: {point.name} ({point.value}) cannot be imported: {type(error).__name__}: {error}", "install its package anew")
        if names:
            yield ok(f"{what}: {', '.join(sorted(names))}")
        else:
            yield wrong(f"no {what} are found", f"install {DISTRIBUTION} anew: its entry points are missing")


def look_at_window() -> Iterator[Finding]:
    """PySide6 is what VeighNa Trader needs, and nothing else here."""
    if is_installed("pyside6"):
        yield ok(f"PySide6 {version('pyside6')}, for VeighNa Trader")
    else:
        yield note("PySide6 is not installed: VeighNa Trader cannot be started, processes without a window run")
