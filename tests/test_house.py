"""The house keeps its order: who may import whom, how long a file may be, what must be there."""

import ast
from collections.abc import Container, Iterator
from functools import cache
from pathlib import Path

import pytest
from tree import ROOT, tracked

PACKAGES = ("mockexchange", "vnpy_restgateway", "vnpy_rehearsal", "vnpy_mockbinance", "vnpy_hashex", "vnpy_qmtrest", "qmt_trade_client", "vnpy_futuopend", "vnpy_webgateway", "rest_locale")
GATEWAYS = tuple(name for name in PACKAGES if name.startswith("vnpy_") and name not in ("vnpy_restgateway", "vnpy_rehearsal"))
LONGEST = 500            # lines; a file holds one thing: compose, do not cut a class in storeys

FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Dotted names of all modules a file imports, relative ones made absolute, wherever in the file they stand."""
    return tuple(read_imports(path))


def read_imports(path: Path) -> Iterator[str]:
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def of(package: str) -> list[Path]:
    return [path for path in FILES if path.relative_to(ROOT).parts[0] == package]


def test_the_packages_are_where_they_are_looked_for() -> None:
    assert all(of(package) for package in PACKAGES)


def test_the_mock_exchange_knows_no_vnpy() -> None:
    assert not [path for path in of("mockexchange") if any(name.startswith("vnpy") for name in roots(path))]


def test_the_catalogue_knows_none_of_the_others() -> None:
    """Every package imports it."""
    for path in of("rest_locale"):
        assert not roots(path) & ({"vnpy", *PACKAGES} - {"rest_locale"}), path


def test_the_gateway_base_knows_no_venue() -> None:
    for path in of("vnpy_restgateway"):
        others = {name for name in roots(path) if name.startswith("vnpy_") or name == "mockexchange"}
        assert others <= {"vnpy_restgateway", "vnpy_rest", "vnpy_websocket"}, path


def test_rehearsal_knows_no_gateway() -> None:
    """It finds them by entry point."""
    for path in of("vnpy_rehearsal"):
        assert not roots(path) & set(GATEWAYS), path


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_only_the_main_module_of_a_gateway_knows_the_rehearsal(gateway: str) -> None:
    assert {path.name for path in of(gateway) if "vnpy_rehearsal" in roots(path)} == {"__main__.py"}


@pytest.mark.parametrize("gateway", GATEWAYS)
def test_a_gateway_knows_neither_the_mock_exchange_nor_another_gateway(gateway: str) -> None:
    for path in of(gateway):
        assert not roots(path) & ({"mockexchange", *GATEWAYS} - {gateway}), path


def test_the_core_knows_nothing_outside_and_has_no_clock_and_no_io() -> None:
    """One thread, no IO, no clock but the one passed in (DESIGN, "mockexchange")."""
    forbidden = {"asyncio", "aiohttp", "socket", "threading", "time", "os", "requests", "urllib", "urllib3", "multiprocessing"}
    for path in (ROOT / "mockexchange" / "core").rglob("*.py"):
        assert not roots(path) & forbidden, path
        inside = {name for name in imported(path) if name.startswith("mockexchange.")}
        assert all(name.startswith("mockexchange.core") for name in inside), (path, inside)


def test_dialects_know_each_other_not() -> None:
    folder = ROOT / "mockexchange" / "dialects"
    names = [path.name for path in folder.iterdir() if path.is_dir() and path.name not in ("__pycache__", "common")]
    for name in names:
        for path in (folder / name).rglob("*.py"):
            for other in set(names) - {name}:
                assert not any(m.startswith(f"mockexchange.dialects.{other}") for m in imported(path)), path


def used(path: Path, modules: Container[str]) -> Iterator[str]:
    """Modules of ours that a file imports; of ``from package import module`` the module, not the package."""
    names = list(imported(path))
    for name in names:
        if name in modules and not any(other != name and other.rpartition(".")[0] == name and other in modules for other in names):
            yield name


def circles() -> list[set[str]]:
    """Modules that import each other, directly or through others; imports for type checkers count."""
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in FILES}
    ways = {name: set(used(path, modules)) - {name} for name, path in modules.items()}
    reach: dict[str, set[str]] = {}
    for name in modules:
        found, left = set(), [name]
        while left:
            for other in ways[left.pop()] - found:
                found.add(other)
                left.append(other)
        reach[name] = found
    return [set(one) for one in {frozenset(b for b in reach[a] if a in reach[b]) for a in modules if a in reach[a]}]


def test_no_import_circle() -> None:
    assert not circles()


def test_no_file_is_longer_than_one_can_read() -> None:
    """The cure for a long file is composition (DESIGN.md 2), never one class cut in storeys by inheritance."""
    assert not [path for path in FILES if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST]


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "LICENSE"])
def test_what_a_stranger_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 0


def test_no_path_of_a_machine_in_any_file() -> None:
    paths = [f"/{name}/".encode() for name in ("work", "root")]
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content and any(word in content for word in paths):
            found.append(str(path.relative_to(ROOT)))
    assert not found


def test_what_scripts_import_is_where_they_look_for_it() -> None:
    """Names that scripts written against an earlier release use."""
    from mockexchange.core.instruments import default_instruments
    from mockexchange.dialects.common import spot
    from vnpy_restgateway.conform.desk import Desk
    from vnpy_restgateway.conform.known import find_target, make_profile

    assert default_instruments is spot.default_instruments
    assert callable(Desk) and callable(find_target) and callable(make_profile)
