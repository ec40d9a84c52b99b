"""What a command line does first: its parser's own words come from the catalogue, and its output has an encoding that can show them."""

import argparse
import sys

import rest_locale
from rest_locale import N_, _

# the words of argparse itself, which looks them up by the name ``_``
ARGPARSE: tuple[str, ...] = (
    N_("usage: "), N_("positional arguments"), N_("options"), N_("show this help message and exit"), N_("show program's version number and exit"),
    N_("the following arguments are required: %s"), N_("unrecognized arguments: %s"), N_("expected one argument"), N_("expected at least one argument"),
    N_("invalid %(type)s value: %(value)r"), N_("invalid choice: %(value)r (choose from %(choices)s)"), N_("ignored explicit argument %r"),
    N_("ambiguous option: %(option)s could match %(matches)s"), N_("not allowed with argument %s"), N_("argument %(argument_name)s: %(message)s"),
    N_("one of the arguments %s is required"), N_("%(prog)s: error: %(message)s\n"),
)


def prepare() -> None:
    """Called before the parser is made. Where standard output or error cannot show the user's language, everything is said in English."""
    vars(argparse)["_"] = _
    words = rest_locale.messages(rest_locale.language())
    if not all(is_shown(words.get(ARGPARSE[0], ""), stream) for stream in (sys.stdout, sys.stderr)):
        rest_locale.speak("en")


def is_shown(text: str, stream: object) -> bool:
    """Whether a stream can write a text."""
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
