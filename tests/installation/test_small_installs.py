"""The small installations of docs/deploy.md: what their requirement files name is enough, and in step with setup.cfg."""

import configparser
import subprocess
import sys
from importlib.metadata import distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tree import ROOT

from vnpy_rehearsal.doctor.installed import EXCHANGE

MOCK, TRADER = "deploy/mockexchange.txt", "deploy/trader.txt"
# installed with --no-deps, as docs/deploy.md has it
WITHOUT_DEPENDENCIES: dict[str, tuple[str, ...]] = {
    MOCK: (), TRADER: ("vnpy", "vnpy-rest", "vnpy-websocket", "vnpy-ctastrategy", "vnpy-sqlite"),
}
OURS = {path.parent.name for path in ROOT.glob("*/__init__.py")}

# argv: names that may be imported, then what to run
GUARD: str = """
import sys
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder

allowed, program = set(sys.argv[1].split(",")), sys.argv[2]


class Only:
    find_distributions = PathFinder.find_distributions

    @staticmethod
    def find_spec(name, path=None, target=None):
        first = name.partition(".")[0]
        there = first in allowed or first in sys.stdlib_module_names or first.startswith("_sysconfigdata")
        return PathFinder.find_spec(name, path, target) if there else None


sys.meta_path[:] = [BuiltinImporter, FrozenImporter, Only]
exec(program)
"""


def wanted(file: str) -> dict[str, Requirement]:
    lines = (line.partition("#")[0].strip() for line in (ROOT / file).read_text(encoding="utf-8").splitlines())
    found = [Requirement(line) for line in lines if line]
    return {canonicalize_name(each.name): each for each in found if each.marker is None or each.marker.evaluate()}


def closure(names: set[str]) -> set[str]:
    """These distributions and all that pip installs with them."""
    known: set[str] = set()
    left = set(names)
    while left:
        name = left.pop()
        known.add(name)
        for text in requires(name) or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}) or any(needed.marker.evaluate({"extra": extra}) for extra in extras(name, names)):
                if canonicalize_name(needed.name) not in known:
                    left.add(canonicalize_name(needed.name))
    return known


def extras(name: str, names: set[str]) -> set[str]:
    """What another distribution asks of this one: picows wants python-socks[asyncio]."""
    return {"asyncio"} if name == "python-socks" else set()


def modules(names: set[str]) -> set[str]:
    """Top level modules of distributions."""
    found: set[str] = set()
    for one in distributions():
        if canonicalize_name(one.metadata["Name"]) in names:
            found |= {Path(str(file)).parts[0].partition(".")[0] for file in one.files or [] if not str(file).startswith("..")}
    return found


PROGRAMS: list[tuple[str, str, str]] = [
    (MOCK, "serves", """
from mockexchange import MockExchange
from mockexchange.dialects import find_dialects
import urllib.request
for dialect in sorted(find_dialects()):
    with MockExchange(dialect) as venue, urllib.request.urlopen(venue.rest + "/_mock/state") as answer:
        assert answer.status == 200
import mockexchange.server.cli, mockexchange.server.certificate, mockexchange.public_keys
print("serves")
"""),
    (TRADER, "trades", """
import vnpy_rehearsal.trading.command, vnpy_rehearsal.trading.process
import vnpy_rehearsal.doctor.command
import vnpy_sqlite
from vnpy_rehearsal.trading.command import choose
from pathlib import Path
names = ["MOCKBINANCE", "HASHEX", "QMTREST", "FUTUOPEND", "WEBTRADER"]
for name in names:
    Path(f"connect_{name.lower()}.json").write_text("{}")
assert len(choose(names, Path("."))) == len(names)
from vnpy.trader.setting import SETTINGS
from vnpy.trader.database import get_database
get_database()
assert not {"PySide6", "pandas", "plotly", "pyqtgraph"} & set(sys.modules)
print("trades")
"""),
]


@pytest.mark.parametrize(("file", "says", "program"), PROGRAMS, ids=[MOCK, TRADER])
def test_what_the_file_names_is_enough(file: str, says: str, program: str, tmp_path: Path) -> None:
    (tmp_path / ".vntrader").mkdir()
    without = set(WITHOUT_DEPENDENCIES[file])
    allowed = modules(closure(set(wanted(file))) | without) | OURS - (set() if file == TRADER else {name for name in OURS if name.startswith("vnpy")})
    done = subprocess.run(
        [sys.executable, "-c", GUARD, ",".join(allowed), program], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": ""},
    )
    assert done.returncode == 0 and done.stdout.endswith(f"{says}\n"), done.stderr


DOCTOR: str = """
from importlib.metadata import Distribution
find = PathFinder.find_distributions
Only.find_distributions = staticmethod(lambda *given: (each for each in find(*given) if each.metadata["Name"].lower().replace("_", "-") in names))
from vnpy_rehearsal.__main__ import start
status = start(["doctor"])
print("status", status)
"""


def test_of_the_exchange_alone_the_doctor_says_what_is_not_there_and_counts_nothing_as_wrong(tmp_path: Path) -> None:
    names = closure(set(wanted(MOCK)))
    program = f"names = {names | {'vnpy-mockbinance'}!r}" + DOCTOR
    done = subprocess.run(
        [sys.executable, "-c", GUARD, ",".join(modules(names) | OURS), program], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "", "LANGUAGE": "en"},
    )
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and lines[-2:] == ["Nothing is wrong.", "status 0"], done.stdout + done.stderr
    assert "note:  vn.py is not installed: the mock exchange runs without it, the gateways, the main job and strategies do not; to have them, run pip install vnpy_mockbinance[mock]" in lines
    assert "ok:    the mock exchange starts" in lines and [line for line in lines if line.startswith("ok:    dialects: binance, ")]


def test_what_the_doctor_wants_of_the_exchange_is_what_the_file_names() -> None:
    assert set(EXCHANGE) == set(wanted(MOCK)) | {"uvloop"} - {"tzdata"}


@pytest.mark.parametrize("file", [MOCK, TRADER])
def test_versions_are_those_of_the_distribution(file: str) -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = [*config["options"]["install_requires"].splitlines(), *config["options.extras_require"]["mock"].splitlines()]
    ours = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    floors = {canonicalize_name(each.name): each.specifier for each in ours if each.marker is None or each.marker.evaluate()}
    compared = [name for name, each in wanted(file).items() if name in floors and floors[name]]
    assert compared and all(floors[name] == wanted(file)[name].specifier or name == "ta-lib" for name in compared), compared
