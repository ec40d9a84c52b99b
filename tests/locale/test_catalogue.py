"""
The catalogue is whole: what the code says is in it and translated, with the same fields, nothing in it is stale, and the compiled
file is made of it. How to bring it up to date: docs/languages.md.
"""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT: Path = Path(__file__).resolve().parents[2]
PACKAGES: tuple[str, ...] = ("rest_locale", "mockexchange", "vnpy_*")
CATALOGUES: list[Path] = sorted((ROOT / "rest_locale").glob("*/LC_MESSAGES/messages.po"))
PRINTF: re.Pattern[str] = re.compile(r"%(?:\(\w+\))?[sdr]")
MADE: tuple[type[ast.expr], ...] = (ast.JoinedStr, ast.BinOp)       # texts put together by the program, which no catalogue can have

each_catalogue = pytest.mark.parametrize("path", CATALOGUES, ids=[path.parent.parent.name for path in CATALOGUES])


@cache
def translated_files() -> dict[Path, ast.Module]:
    """Files that import from the catalogue."""
    files = [path for pattern in PACKAGES for package in ROOT.glob(pattern) if package.is_dir() for path in package.rglob("*.py")]
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    trees = {path: ast.parse(text) for path, text in texts.items() if "rest_locale" in text}
    return {path: tree for path, tree in trees.items() if any(
        isinstance(node, ast.ImportFrom) and node.module == "rest_locale" or isinstance(node, ast.Import) and node.names[0].name == "rest_locale"
        for node in ast.walk(tree)
    )}


def calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_"):
            yield node.func.id, node


@cache
def said() -> dict[str, str]:
    """Messages of the code, and where each stands."""
    found: dict[str, str] = {}
    for path, tree in translated_files().items():
        for _, call in calls(tree):
            if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
                found.setdefault(call.args[0].value, f"{path.relative_to(ROOT)}:{call.lineno}")
    return {**found, **said_by_the_page()}


@cache
def said_by_the_page() -> dict[str, str]:
    """Messages of the mock exchange's page, as the command of docs/languages.md finds them."""
    folder = ROOT / "mockexchange" / "server"
    with TemporaryDirectory() as made:
        template = Path(made) / "messages.pot"
        CommandLineInterface().run(["pybabel", "--quiet", "extract", "-F", str(ROOT / "babel.cfg"), "-k", "t", "-k", "mark", "-o", str(template), str(folder)])
        found = read_po(BytesIO(template.read_bytes()))
    return {str(message.id): str(message.locations) for message in found if any("/static/" in name for name, _ in message.locations)}


@cache
def catalogue(path: Path) -> Catalog:
    return read_po(BytesIO(path.read_bytes()))


def fields(text: str) -> list[str]:
    """Its placeholders, in any order."""
    named = [f"{{{name}!{conversion}:{spec}}}" for _, name, spec, conversion in string.Formatter().parse(text) if name is not None]
    return sorted(named) + sorted(PRINTF.findall(text))


def test_there_is_something_to_check() -> None:
    assert CATALOGUES and len(said()) > 500 and len(translated_files()) > 50 and len(said_by_the_page()) > 130


@each_catalogue
def test_everything_said_is_translated_and_nothing_else(path: Path) -> None:
    there: dict[str, str] = {str(message.id): str(message.string) for message in catalogue(path) if message.id}
    assert not {message: place for message, place in said().items() if not there.get(message)}, "not in the catalogue, or not translated"
    assert not there.keys() - said().keys(), "in the catalogue, and nowhere in the code"
    assert not [message.id for message in catalogue(path) if message.fuzzy and message.id]


@each_catalogue
def test_translations_have_the_same_fields(path: Path) -> None:
    assert not [message.id for message in catalogue(path) if message.id and fields(str(message.id)) != fields(str(message.string))]


@each_catalogue
def test_what_is_compiled_is_of_the_source(path: Path) -> None:
    made = BytesIO()
    write_mo(made, catalogue(path))
    assert path.with_suffix(".mo").read_bytes() == made.getvalue()


def test_messages_are_whole_sentences_that_the_catalogue_can_have() -> None:
    """``_`` of a text that the program puts together finds nothing; ``N_`` marks a text where it stands."""
    wrong: list[str] = []
    for path, tree in translated_files().items():
        for name, call in calls(tree):
            first = call.args[0] if len(call.args) == 1 else None
            constant = isinstance(first, ast.Constant) and isinstance(first.value, str)
            made = isinstance(first, MADE) or isinstance(first, ast.Call) and isinstance(first.func, ast.Attribute) and first.func.attr == "format"
            if first is None or made or name == "N_" and not constant:
                wrong.append(f"{path.relative_to(ROOT)}:{call.lineno}")
    assert not wrong


def test_the_name_of_the_translation_is_not_used_for_what_is_thrown_away() -> None:
    wrong: list[str] = []
    for path, tree in translated_files().items():
        if not any(isinstance(node, ast.ImportFrom) and any(alias.name == "_" for alias in node.names) for node in ast.walk(tree)):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store) or isinstance(node, ast.arg) and node.arg == "_":
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong
