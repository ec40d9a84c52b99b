"""
docs/qte_requirements.md: all 78 points of the document are there, every test it names exists, and for a row with wrong
builds in tests/mutations it names the tests that find them.
"""

import ast
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple


ROOT: Path = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT / "tests" / "mutations"))

from mutation import Mutation  # noqa: E402
from mutations_binance import BINANCE  # noqa: E402
from mutations_qte import QTE  # noqa: E402

TABLE: Path = ROOT / "docs" / "qte_requirements.md"

# The points by kind, as the spec numbers them.
FINDS: set[int] = {1, 2, 3, 4, 16, 21, 25, 29, 35, 40, 41, 48, 49, 57, 64, 66, 68, 76}
SHOULDS: set[int] = {5, 6, 7, 8, 12, 13, 18, 26, 32, 36, 42, 53, 59, 67}


class Row(NamedTuple):
    number: int
    kind: str
    where: str
    tests: str


def rows() -> list[Row]:
    found = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| A"):
            number, kind, _, where, tests = [cell.strip() for cell in line.strip("|").split(" | ")]
            found.append(Row(int(number[1:]), kind, where, tests.removesuffix(" |")))
    return found


@lru_cache
def names_in(path: Path) -> frozenset[str]:
    """Names of the test functions of a file, also of those in classes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def named(row: Row) -> list[str]:
    return re.findall(r"`([^`]+)`", row.tests)


def test_every_point_is_there_once_and_in_order() -> None:
    assert [row.number for row in rows()] == list(range(1, 79))
    kinds = {row.number: row.kind for row in rows()}
    assert kinds == {n: "find" if n in FINDS else "should" if n in SHOULDS else "must" for n in range(1, 79)}


def test_every_named_test_exists() -> None:
    for row in rows():
        tests = named(row)
        assert tests
        for one in tests:
            path, _, name = one.partition("::")
            assert (ROOT / "tests" / path).is_file(), one
            assert name in names_in(ROOT / "tests" / path), one
        assert not re.sub(r"`[^`]+`", "", row.tests).strip(), "no test"


def test_every_place_has_a_test_of_its_own() -> None:
    """What is said to be met in a dialect is shown by a test of that dialect."""
    for row in rows():
        places = {place.split()[0].strip(":,") for place in row.where.split("; ")}
        assert places <= {"binance", "qte", "gateway"}
        for place in places - {"gateway"}:
            assert any(one.startswith(f"mockexchange/{place}/") for one in named(row)), f"no test of {place}"
        if "gateway" in places:
            assert any(not one.startswith("mockexchange/") for one in named(row))


def broken_rows() -> dict[str, list[Mutation]]:
    """Rows and the recorded builds that break them; each is run by ``MUTATIONS=1 pytest tests/mutations``."""
    found: dict[str, list[Mutation]] = {}
    for one in [*BINANCE, *QTE]:
        if one.row:
            found.setdefault(one.row, []).append(one)
    return found


def test_enough_rows_have_a_build_that_breaks_them() -> None:
    assert len(broken_rows()) >= 15
    assert broken_rows().keys() <= {f"A{row.number}" for row in rows()}


def test_a_row_names_the_tests_that_fail_when_it_is_broken() -> None:
    for name in sorted(broken_rows(), key=lambda name: int(name[1:])):
        row = next(row for row in rows() if f"A{row.number}" == name)
        for build in broken_rows()[name]:
            assert set(build.tests) <= set(named(row)), f"{build.file}: {build.old!r} -> {build.new!r} is found by tests the row does not name"
            place = build.file.split("/")[2]
            assert place in {where.split()[0].strip(":,") for where in row.where.split("; ")}, f"the row says nothing of {place}"
