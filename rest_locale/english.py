"""A line in the user's language back in English: whoever looks for words in a log looks for English ones."""

import re
from functools import lru_cache

import rest_locale

FIELD = re.compile(r"\{(\w+)[^{}]*\}")
MAY_BE_EMPTY = ("about", "cut", "example", "hint", "meanwhile", "message", "text")      # fields
Pattern = tuple["re.Pattern[str]", str]


def english(line: str) -> str:
    """The English sentence that ``line`` is the translation of, with its values; a line that is none as it is."""
    language = rest_locale.language()
    return line if language == "en" else _english(language, line)


@lru_cache(4_096)
def _english(language: str, line: str) -> str:
    """Of several sentences that ``line`` may be, the first one that comes back as English as a whole."""
    several: list[str] = []
    for pattern, message in _patterns(language):
        if found := pattern.fullmatch(line):
            values = {name: english(text) for name, text in found.groupdict().items()}
            several.append(message.format(**values) if values else message)
            if several[-1].isascii():
                break
    return next(filter(str.isascii, several), several[0] if several else line)


@lru_cache
def _patterns(language: str) -> list[Pattern]:
    """What a translation looks like with any values, and its English sentence: those without any first, then those with the most words."""
    words = {message: text for message, text in rest_locale.messages(language).items() if FIELD.sub("", text).strip()}
    order = sorted(words, key=lambda each: (FIELD.search(words[each]) is not None, -len(FIELD.sub("", words[each]))))
    return [(_pattern(words[message]), FIELD.sub(r"{\1}", message)) for message in order]


def _pattern(text: str) -> "re.Pattern[str]":
    made, seen = "", set[str]()
    for number, part in enumerate(FIELD.split(text)):
        if number % 2 == 0:
            made += re.escape(part)
        else:
            made += f"(?P={part})" if part in seen else f"(?P<{part}>{'.*?' if part in MAY_BE_EMPTY else '.+?'})"
            seen.add(part)
    return re.compile(made, re.DOTALL)
