"""Python, the installed distributions and their compiled modules."""

import json
import platform
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distributions, entry_points, requires, version

from mockexchange.version import DISTRIBUTION, release
from rest_locale import _

from .finding import WRONG, Finding, note, ok, wrong

OLDEST, NEWEST = (3, 10), (3, 13)
EXTRA: str = "mock"                 # what the main job needs
VNPY: str = "vnpy"
EXCHANGE: tuple[str, ...] = ("aiohttp", "msgspec", "uvloop", "cryptography")      # what the mock exchange needs: deploy/mockexchange.txt
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
    text: str = _("{python}, {bits} bit, {path}").format(python=f"{platform.python_implementation()} {platform.python_version()}", bits=bits, path=sys.executable)
    if OLDEST <= now <= NEWEST and bits == 64 and sys.implementation.name == "cpython":
        yield ok(text)
    else:
        first, last = (".".join(map(str, each)) for each in (OLDEST, NEWEST))
        yield wrong(text, _("take CPython {first} to {last}, 64 bit: other ones have no wheels of TA-Lib, picows or PySide6").format(first=first, last=last))


def look_at_distributions(extra: str = EXTRA) -> Iterator[Finding]:
    """Each requirement of our own distribution, with those of an extra, against what is installed."""
    try:
        wanted: list[str] = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        yield wrong(_("{name} is not installed, it is run from its folder").format(name=DISTRIBUTION), _("in that folder run {command}").format(command='pip install ".[mock]"'))
        return
    yield ok(f"{DISTRIBUTION} {release()}")
    try:
        from packaging.requirements import Requirement
    except ModuleNotFoundError:
        yield wrong(_("packaging is missing, versions cannot be compared"), _("run {command}").format(command="pip install packaging"))
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
            missing: str = _("{name} is missing, the extra {extra} needs it") if by_extra else _("{name} is missing, every gateway needs it")
            yield wrong(missing.format(name=name, extra=extra), _("run {command}").format(command=how))
            continue
        if requirement.specifier.contains(there, prereleases=True):
            yield ok(f"{name} {there}")
        else:
            yield wrong(_("{name} {version} is installed, {needed} is needed").format(name=name, version=there, needed=needed), _("run {command}").format(command=how))


def is_exchange_alone() -> bool:
    """Whether the mock exchange is installed without vn.py, and nothing that needs vn.py beside our own distribution."""
    if is_installed(VNPY):
        return False
    for each in distributions():
        names: list[str] = [re.split(r"[^\w.-]", text, maxsplit=1)[0].lower() for text in each.requires or [] if "extra ==" not in text]
        if VNPY in names and plain(each.metadata["Name"]) != plain(DISTRIBUTION):
            return False
    return True


def plain(name: str) -> str:
    return name.lower().replace("_", "-")


def look_at_exchange_alone() -> Iterator[Finding]:
    """What the mock exchange needs without vn.py. The rest of our distribution is there and cannot be used."""
    yield ok(f"{DISTRIBUTION} {release()}")
    yield note(
        _("vn.py is not installed: the mock exchange runs without it, the gateways, the main job and strategies do not"),
        _("to have them, run {command}").format(command=f"pip install {DISTRIBUTION}[{EXTRA}]"),
    )
    for name in EXCHANGE:
        if is_installed(name):
            yield ok(f"{name} {version(name)}")
        elif name != "uvloop" or sys.platform != "win32":
            yield wrong(_("{name} is missing, the mock exchange needs it").format(name=name), _("run {command}").format(command=f"pip install {name}"))


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
        yield ok(_("compiled modules can be imported: {names}").format(names=", ".join(good)))
    for name, problem in told.items():
        if problem != "":
            why: str = _("the process ended with status {status}").format(status=done.returncode) if problem is None else problem
            yield Finding(
                WRONG, _("{name} is installed, but cannot be imported: {error}").format(name=name, error=why),
                _("install its wheel for this Python: {command}").format(command=f"pip install --force-reinstall --only-binary :all: {installed[name]}"),
                kills=problem is None,
            )


def is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def look_at_entry_points(alone: bool = False) -> Iterator[Finding]:
    """Whether gateways and dialects are found, and can be imported. ``alone``: only dialects, of an exchange without vn.py."""
    gateways = ("vnpy_rehearsal.profiles", _("gateways"))
    for group, what in (*(() if alone else (gateways,)), ("mockexchange.dialects", _("dialects"))):
        names: list[str] = []
        for point in entry_points(group=group):
            try:
                point.load()
                names.append(point.name)
            except Exception as error:
                text: str = _("{what}: {name} ({place}) cannot be imported: {error}")
                yield wrong(text.format(what=what, name=point.name, place=point.value, error=f"{type(error).__name__}: {error}"), _("install its package anew"))
        if names:
            yield ok(f"{what}: {', '.join(sorted(names))}")
        else:
            yield wrong(_("no {what} are found").format(what=what), _("install {name} anew: its entry points are missing").format(name=DISTRIBUTION))


def look_at_window() -> Iterator[Finding]:
    """PySide6 is what VeighNa Trader needs, and nothing else here."""
    if is_installed("pyside6"):
        yield ok(_("PySide6 {version}, for VeighNa Trader").format(version=version("pyside6")))
    else:
        yield note(_("PySide6 is not installed: VeighNa Trader cannot be started, processes without a window run"))
