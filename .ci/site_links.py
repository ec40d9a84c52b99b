"""
What mkdocs needs to make a site of pages that are also read on GitHub: the line that leads to the other language goes (the
site has a switch), links to ``x.zh.md`` become links to ``x.md`` of the same language, a link that shows a page's file name
shows its title, files outside of docs/ that pages link to are put into the site as text, and Chinese lines are joined
without the space that a line's end becomes.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.utils import get_relative_url

ROOT: Path = Path(__file__).resolve().parent.parent
SOURCES: str = "source"                     # folder of the site
SWITCH: re.Pattern[str] = re.compile(r"\A(# .*\n\n)\[(?:中文|English)\]\([\w.]+\)\n\n")
NAMED: re.Pattern[str] = re.compile(r"\[([\w-]+)(?:\.md)?\]\(\1((?:\.zh)?\.md)((?:#[^)]*)?)\)")
OTHER_LANGUAGE: re.Pattern[str] = re.compile(r"\]\(([\w-]+)\.zh\.md([#)])")
OUTSIDE: re.Pattern[str] = re.compile(r"\[([^\]]*)\]\(\.\./([^)#]+)(?:#[^)]*)?\)")
CHINESE: str = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u201c\u201d\u2026"
ENDS_CHINESE: re.Pattern[str] = re.compile(rf"[{CHINESE}]\**\Z")
BEGINS_CHINESE: re.Pattern[str] = re.compile(rf"\s*\**[{CHINESE}]")

linked: set[str] = set()


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    markdown, switches = SWITCH.subn(r"\1", markdown)
    if not switches:
        raise ValueError(f"{page.file.src_uri}: no line under the title that leads to the other language")

    def title(found: re.Match[str]) -> str:
        name, ending, anchor = found.groups()
        first, _, _ = Path(config.docs_dir, name + ending).read_text(encoding="utf-8").partition("\n")
        return f"[{first.removeprefix('# ')}]({name}{ending}{anchor})"

    def source(found: re.Match[str]) -> str:
        text, path = found.groups()
        if not (ROOT / path).is_file():
            raise ValueError(f"{page.file.src_uri}: link to {path}, which is no file")
        linked.add(path)
        return f'<a href="{get_relative_url(f"{SOURCES}/{path}.txt", page.url)}">{text}</a>'

    if "\n## " not in markdown:
        page.meta["hide"] = ["toc"]             # room for a wide table
    markdown = OTHER_LANGUAGE.sub(r"](\1.md\2", NAMED.sub(title, markdown))
    return OUTSIDE.sub(source, "\n".join(joined(markdown.split("\n"))))


def joined(lines: list[str]) -> Iterator[str]:
    """The lines of a page, those of one Chinese paragraph as one; code, headings and tables as they are."""
    held, fenced = "", False
    for line in lines:
        if line.lstrip().startswith("```"):
            fenced = not fenced
        if held and not fenced and BEGINS_CHINESE.match(line):
            held += line.lstrip()
        else:
            if held:
                yield held
            held = line
        if fenced or not ENDS_CHINESE.search(held) or held.startswith(("#", "|", "```")):
            yield held
            held = ""
    if held:
        yield held


def on_post_build(config: Any) -> None:
    for path in sorted(linked):
        target = Path(config.site_dir, SOURCES, PurePosixPath(path + ".txt"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)
