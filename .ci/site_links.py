"""
What mkdocs needs to make a site of pages that are also read on GitHub: the line that leads to the other language goes (the
site has a switch), links to ``x.zh.md`` become links to ``x.md`` of the same language, and files outside of docs/ that
pages link to are put into the site as text.
"""

import re
import shutil
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.utils import get_relative_url

ROOT: Path = Path(__file__).resolve().parent.parent
SOURCES: str = "source"                     # folder of the site
SWITCH: re.Pattern[str] = re.compile(r"\A(# .*\n\n)\[(?:中文|English)\]\([\w.]+\)\n\n")
OTHER_LANGUAGE: re.Pattern[str] = re.compile(r"\]\(([\w-]+)\.zh\.md([#)])")
OUTSIDE: re.Pattern[str] = re.compile(r"\[([^\]]*)\]\(\.\./([^)#]+)(?:#[^)]*)?\)")

linked: set[str] = set()


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    markdown, switches = SWITCH.subn(r"\1", markdown)
    if not switches:
        raise ValueError(f"{page.file.src_uri}: no line under the title that leads to the other language")

    def source(found: re.Match[str]) -> str:
        text, path = found.groups()
        if not (ROOT / path).is_file():
            raise ValueError(f"{page.file.src_uri}: link to {path}, which is no file")
        linked.add(path)
        return f'<a href="{get_relative_url(f"{SOURCES}/{path}.txt", page.url)}">{text}</a>'

    return OUTSIDE.sub(source, OTHER_LANGUAGE.sub(r"](\1.md\2", markdown))


def on_post_build(config: Any) -> None:
    for path in sorted(linked):
        target = Path(config.site_dir, SOURCES, PurePosixPath(path + ".txt"))
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)
