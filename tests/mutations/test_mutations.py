"""
Wrong builds must be found (docs/tests.md).

The short form looks whether the table still fits the code: each text stands once in its file, each named test exists.
``MUTATIONS=1 pytest tests/mutations`` changes a copy of the packages and demands that each named test fails.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from mutation import Mutation
from mutations_binance import BINANCE
from mutations_gateways import GATEWAYS
from mutations_hashex import HASHEX
from mutations_qte import QTE

ROOT: Path = Path(__file__).parents[2]
PACKAGES: tuple[str, ...] = ("mockexchange", "vnpy_restgateway", "vnpy_mockbinance", "vnpy_hashex")
DIALECTS: list[Mutation] = [*BINANCE, *HASHEX, *QTE]
ALL: list[Mutation] = [*DIALECTS, *GATEWAYS]
LONG_FORM: bool = os.environ.get("MUTATIONS") == "1"
PATIENCE: int = 120                 # seconds for the tests of one wrong build


def test_the_table_is_long_enough_and_names_no_build_twice() -> None:
    assert len(DIALECTS) >= 60 and len(GATEWAYS) >= 25
    assert len({(one.file, one.old, one.new) for one in ALL}) == len(ALL)


def test_every_text_stands_once_in_its_file() -> None:
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file in {one.file for one in ALL}}
    assert [(one.file, one.old, texts[one.file].count(one.old)) for one in ALL if texts[one.file].count(one.old) != 1] == []


def test_every_named_test_exists() -> None:
    named = {test for one in ALL for test in one.tests}
    assert all(one.tests for one in ALL)
    functions: dict[str, set[str]] = {}
    for path in {test.partition("::")[0] for test in named}:
        tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
        functions[path] = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert [test for test in named if test.partition("::")[2] not in functions[test.partition("::")[0]]] == []


class Copy:
    """A copy of the packages, for this worker alone, and the process that runs tests against it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for package in PACKAGES:
            shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("runner.py")), str(folder), str(PATIENCE)], text=True, cwd=folder,
            env={**os.environ, "PYTHONPATH": str(folder), "MUTATIONS": "", "TRANSCRIPTS": ""},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )

    def failed(self, tests: tuple[str, ...], *more: str) -> tuple[set[str], int, str]:
        """Which of the tests fail against the copy; pytest's exit code and all that it printed."""
        assert self.process.stdin is not None and self.process.stdout is not None
        arguments = [
            "-q", "-rfE", "--tb=no", "-o", "addopts=", "-p", "no:cacheprovider", *more,
            "--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), *(str(ROOT / "tests" / test) for test in tests),
        ]
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        code, printed = json.loads(self.process.stdout.readline())
        found = re.findall(r"^FAILED \S*?tests/(\S+?::\w+)", printed, re.MULTILINE)
        return set(found) & set(tests), code, printed


@pytest.fixture(scope="session")
def copy() -> Iterator[Copy]:
    with tempfile.TemporaryDirectory() as name:         # pytest's own would be removed by the third session after this one
        one = Copy(Path(name))
        yield one
        assert one.process.stdin is not None
        one.process.stdin.close()
        one.process.wait(10)


@pytest.mark.skipif(not LONG_FORM, reason="MUTATIONS=1 runs it")
def test_the_copy_is_what_is_tested(copy: Copy) -> None:
    """Unchanged it passes; a package that cannot be imported from it stops every test."""
    tests = tuple(sorted({test for one in ALL for test in one.tests}))
    found, code, printed = copy.failed(tests)
    assert (found, code) == (set(), 0), printed
    for one in (BINANCE[0], HASHEX[0], QTE[0], GATEWAYS[0], GATEWAYS[-1]):
        path = copy.folder / one.file
        text = path.read_text(encoding="utf-8")
        path.write_text("raise RuntimeError('the copy')\n", encoding="utf-8")
        try:
            _, code, printed = copy.failed(one.tests, "--tb=short")
        finally:
            path.write_text(text, encoding="utf-8")
        assert code and "the copy" in printed, printed


@pytest.mark.skipif(not LONG_FORM, reason="MUTATIONS=1 runs it")
@pytest.mark.parametrize("one", ALL if LONG_FORM else ALL[:1], ids=lambda one: f"{ALL.index(one)}-{one.file}")
def test_a_wrong_build_is_found(copy: Copy, one: Mutation) -> None:
    path = copy.folder / one.file
    text = path.read_text(encoding="utf-8")
    compiled = Path(cache_from_source(str(path)))
    path.write_text(text.replace(one.old, one.new), encoding="utf-8")
    compiled.unlink(missing_ok=True)        # a file of the same length, written in the same second, would not be compiled anew
    try:
        found, _, printed = copy.failed(one.tests)
    finally:
        path.write_text(text, encoding="utf-8")
        compiled.unlink(missing_ok=True)
    assert found == set(one.tests), f"{one.old!r} -> {one.new!r} survives {sorted(set(one.tests) - found)}\n{printed[-1500:]}"
