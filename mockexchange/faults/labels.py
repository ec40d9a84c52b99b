"""The labels of one venue: what its faults can be matched with."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from fnmatch import translate
from functools import cached_property

from rest_locale import _

from .actions import ON_ACCEPT, ON_PUSH

PUSH: str = "PUSH "
ACCEPT: str = "ACCEPT "
SHOWN: int = 100                # characters of a pattern that a message shows
NAMED: int = 3                  # labels that a message names


class Labels:
    """
    The labels of a venue. One that ends in a free part has a ``*`` there: ``GET /ws/*``.

    Labels that begin with PUSH are those of pushes, with ACCEPT those of new connections, all others those of requests.
    """

    def __init__(self, dialect: str, names: Iterable[str]) -> None:
        self.dialect: str = dialect
        self._given: Iterable[str] = names      # read when somebody wants to know: a big venue has many

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._given))

    def at(self, stage: str) -> list[str]:
        """Those that pass a stage."""
        return [name for name in self.names if stage_fits(stage, name)]

    def warning(self, stage: str, match: str) -> str:
        """Why a fault with this ``match`` can never strike, or "" when it fits at least one label of its stage."""
        there: list[str] = self.at(stage)
        fits = re.compile(translate(match)).match
        if any(overlaps(match, name) if "*" in name else fits(name) for name in there):
            return ""
        text: str = _("match: {match!r} fits no label of the {dialect} dialect at {stage}, it may never bite").format(
            match=match[:SHOWN], dialect=self.dialect, stage=stage,
        )
        if others := sorted({stage for stage in STAGES_TO_TRY if any(fits(name) for name in self.at(stage))}):
            return _("{text}; it would at {stages}").format(text=text, stages=_(" or ").join(others))
        near: list[str] = get_close_matches(match, there, NAMED, 0.4) or there[:NAMED]
        if not near:
            return _("{text}; there are none").format(text=text)
        return _("{text}; the nearest are: {names}").format(text=text, names=", ".join(near))


STAGES_TO_TRY: tuple[str, ...] = ("before_engine", ON_PUSH, ON_ACCEPT)


def stage_fits(stage: str, label: str) -> bool:
    """Whether what goes by a label passes a stage."""
    if stage == ON_PUSH:
        return label.startswith(PUSH)
    if stage == ON_ACCEPT:
        return label.startswith(ACCEPT)
    return not label.startswith((PUSH, ACCEPT))


def overlaps(pattern: str, template: str) -> bool:
    """Whether a shell pattern can match a text that a template, in which ``*`` is any text, stands for."""
    # the positions in the template that can be reached with the pattern read so far
    reached: set[int] = closure({0}, template)
    for token in tokens(pattern):
        if token == "*":
            reached = set(range(min(reached), len(template) + 1)) if reached else reached
            continue
        fits = re.compile(translate(token)).match
        following: set[int] = set()
        for at in reached:
            if at == len(template):
                continue
            if template[at] == "*":
                following.add(at)
            elif fits(template[at]):
                following.add(at + 1)
        reached = closure(following, template)
    return len(template) in reached


def closure(positions: set[int], template: str) -> set[int]:
    """With those that lie behind a ``*``, which may stand for nothing."""
    found: set[int] = set()
    for at in positions:
        found.add(at)
        while at < len(template) and template[at] == "*":
            at += 1
            found.add(at)
    return found


def tokens(pattern: str) -> list[str]:
    """A shell pattern in parts that stand for one character each, and ``*``."""
    return re.findall(r"\[!?\]?[^\]]*\]|.", pattern, re.DOTALL)
