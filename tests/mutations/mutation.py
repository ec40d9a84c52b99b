"""A wrong build: one place of one file changed, the tests that must fail then, the requirement it breaks."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """``old`` stands exactly once in ``file``; ``tests`` are paths below tests/; ``row`` is one of docs/qte_requirements.md."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    row: str = ""


def of(file: str, tests: str, *changes: tuple[str, str] | tuple[str, str, str]) -> list[Mutation]:
    """Changes of one file that the same tests must find: (old, new) or (old, new, row)."""
    return [Mutation(file, one[0], one[1], tuple(tests.split()), one[2] if len(one) > 2 else "") for one in changes]
