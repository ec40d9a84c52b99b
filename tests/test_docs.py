"""
Documents: every page in English and Chinese with the same headings, code, tables and pictures; every link leads somewhere;
the site has every page. What the pages say is not tested here.
"""

import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from tree import ROOT

DOCS: Path = ROOT / "docs"
ENGLISH: list[Path] = sorted(path for path in DOCS.glob("*.md") if not path.name.endswith(".zh.md"))
TWINS: list[tuple[Path, Path]] = [(ROOT / "README.md", ROOT / "README_CN.md"), *((path, path.with_suffix(".zh.md")) for path in ENGLISH)]
EVERY: list[Path] = [path for pair in TWINS for path in pair] + [ROOT / "CHANGELOG.md"]

BLOCK: re.Pattern[str] = re.compile(r"^( *)```.*?^\1```$", re.M | re.S)
LINK: re.Pattern[str] = re.compile(r"\]\(([^)\s]+)\)")
HEADING: re.Pattern[str] = re.compile(r"^(#+) (.+)$", re.M)
CHINESE: re.Pattern[str] = re.compile(r"[\u4e00-\u9fff]")


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose(path: Path) -> str:
    return BLOCK.sub("", text(path))


def words(path: Path) -> str:
    """What is said in words: no code, no links, no marks of tables."""
    return re.sub(r"`[^`]*`|\]\([^)]*\)|[|\-*#\[\s]+", " ", prose(path))


def numbers(path: Path) -> Counter[str]:
    """Of two digits and more; smaller ones are often written as words."""
    return Counter(re.findall(r"\d[\d,.]*\d", re.sub(r"\]\([^)]*\)", "", prose(path))))


def blocks(path: Path) -> list[str]:
    return [found.group() for found in BLOCK.finditer(text(path))]


def headings(path: Path) -> list[int]:
    return [len(marks) for marks, _ in HEADING.findall(prose(path))]


def rows(path: Path) -> list[int]:
    """Cells of each row of each table; a bar in code is escaped."""
    return [len(re.findall(r"(?<!\\)\|", line)) for line in prose(path).splitlines() if line.startswith("|")]


def pictures(path: Path) -> int:
    return len(re.findall(r"!\[[^\]]*\]\(", prose(path)))


def pages(path: Path) -> list[str]:
    """What it links to, without anchors and languages."""
    found = [target.partition("#")[0] for target in LINK.findall(prose(path))]
    return sorted({re.sub(r"(\.zh\.md|_CN\.md)$", ".md", target) for target in found if target and not target.endswith(".png")})


@cache
def anchors(path: Path) -> frozenset[str]:
    """As GitHub makes them of the headings: lower case, no punctuation, a dash for each blank."""
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for _, title in HEADING.findall(prose(path)))


def test_there_are_pages() -> None:
    assert len(ENGLISH) > 25 and all(path.exists() for path in EVERY)
    assert {path for path in DOCS.glob("*.zh.md")} == {chinese for english, chinese in TWINS if english.parent == DOCS}


@pytest.mark.parametrize(("english", "chinese"), TWINS, ids=lambda path: path.stem)
def test_both_languages_have_the_same(english: Path, chinese: Path) -> None:
    assert headings(english) == headings(chinese)
    assert blocks(english) == blocks(chinese)
    assert rows(english) == rows(chinese)
    assert pictures(english) == pictures(chinese)
    assert pages(english) == pages(chinese)
    assert not numbers(english) - numbers(chinese)          # Chinese pages show some log lines in both languages
    tests = re.compile(r"`[\w/]+\.py::\w+`")
    assert tests.findall(text(english)) == tests.findall(text(chinese))
    assert len(CHINESE.findall(words(chinese))) > len(words(english)) / 6      # it is translated, whole: a quarter is usual


@pytest.mark.parametrize(("english", "chinese"), TWINS, ids=lambda path: path.stem)
def test_each_leads_to_the_other_under_its_title(english: Path, chinese: Path) -> None:
    assert text(english).splitlines()[2] == f"[中文]({chinese.name})"
    assert text(chinese).splitlines()[2] == f"[English]({english.name})"


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_every_link_and_picture_leads_somewhere(path: Path) -> None:
    for target in LINK.findall(prose(path)):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        other = (path.parent / name).resolve() if name else path
        assert other.is_file(), f"{path.name}: {target}"
        assert not anchor or anchor in anchors(other), f"{path.name}: {target}"


def test_every_picture_is_shown() -> None:
    shown = {Path(target).name for path in EVERY for target in LINK.findall(prose(path))}
    assert {path.name for path in DOCS.glob("*.png")} <= shown


@pytest.mark.parametrize("path", [chinese for _, chinese in TWINS], ids=lambda path: path.name)
def test_chinese_pages_lead_to_chinese_pages(path: Path) -> None:
    for target in LINK.findall(prose(path))[1:]:            # the first leads to the English page
        name = target.partition("#")[0]
        assert not name.endswith(".md") or name.endswith((".zh.md", "_CN.md", "CHANGELOG.md")), f"{path.name}: {target}"


def test_the_site_has_every_page() -> None:
    nav = text(ROOT / "mkdocs.yml").partition("\nnav:\n")[2]
    assert sorted(re.findall(r"^ +- [^:]+: (\S+\.md)$", nav, re.M)) == [path.name for path in ENGLISH]
    titles = set(re.findall(r"^ +- ([^:]+):", nav, re.M))
    translated = set(re.findall(r"^ {12}([^:]+): ", text(ROOT / "mkdocs.yml").partition("nav_translations:\n")[2].partition("\n\n")[0], re.M))
    assert titles - translated <= {"HashEx", "Futu OpenD", "WebTrader"} and translated <= titles


@pytest.mark.skipif(not importlib.util.find_spec("mkdocs_static_i18n"), reason='the site needs the extra: pip install ".[docs]"')
def test_the_site_is_built_and_asks_for_nothing_from_elsewhere(tmp_path: Path) -> None:
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path], cwd=ROOT, env=environment, check=True)
    built = sorted(tmp_path.rglob("*.html"))
    assert len(built) >= 2 * len(ENGLISH)
    for page in built:
        assert not re.search(r"""<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//""", text(page)), page


@pytest.mark.parametrize("path", TWINS[0], ids=lambda path: path.name)
def test_the_readme_can_be_typed_line_by_line_in_every_shell(path: Path) -> None:
    commands = [line for block in blocks(path) for line in block.splitlines() if re.match(r"(\$|pip|python|py|mkdir|cd|pytest)\b", line)]
    assert len(commands) > 8
    assert not [line for line in commands if re.search(r"&&|\\$|^\$|[A-Z]+=\S+ ", line)]
