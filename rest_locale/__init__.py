"""
The catalogue of every package here: log lines, page, command line and live view in the user's language.

A message is its English sentence, with named fields: ``_("Order {orderid} is unknown").format(orderid=orderid)``.
A message that is a constant is marked with ``N_`` where it stands and translated with ``_`` where it is shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_locale.catalogue import Words, find, found_languages, wanted

__all__ = ["N_", "_", "language", "languages", "messages", "speak", "speaking"]

_found = find(wanted())


def _(message: str) -> str:
    """``message`` in the user's language; the English sentence itself where the catalogue does not have it."""
    return _found.words.gettext(message) if message else ""


def N_(message: str) -> str:
    """``message``, marked for the catalogue and translated later."""
    return message


def language() -> str:
    """The language in use: ``"en"``, or the name of a catalogue, such as ``"zh_CN"``."""
    return _found.language


def languages() -> list[str]:
    """The languages that have a catalogue, such as ``["zh_CN"]``; English, which needs none, is not among them."""
    return found_languages()


def messages(of: str) -> dict[str, str]:
    """All messages of language ``of`` by their English sentences; none for English and for a language without a catalogue."""
    words = find([of]).words
    return words.messages() if isinstance(words, Words) else {}


def speak(name: str) -> None:
    """From now on everything in this process is said in language ``name``."""
    global _found
    _found = find([name])


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Everything in this process is said in language ``name`` until the block ends; for tests."""
    before = language()
    speak(name)
    try:
        yield
    finally:
        speak(before)
