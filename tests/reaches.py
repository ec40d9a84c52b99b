"""What a module takes from the machine by itself: clocks, chance, threads."""

import ast
from collections.abc import Iterator

WHOLE: frozenset[str] = frozenset({"time", "random", "threading", "queue", "secrets", "uuid"})
TYPES: dict[str, frozenset[str]] = {
    "threading": frozenset({"Lock", "Thread", "Event"}), "queue": frozenset({"SimpleQueue", "Empty"}), "random": frozenset({"Random"}),
    "uuid": frozenset({"UUID"}),
}
SEEDED: frozenset[str] = frozenset({"random.Random", "uuid.UUID"})      # what they make is what they are given


def reaches(tree: ast.Module) -> Iterator[str]:
    """What a module takes from the machine: imports of clocks, chance and waiting, and what it makes of the types it imports."""
    types: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name in WHOLE)
        elif isinstance(node, ast.ImportFrom) and node.module in WHOLE:
            for each in node.names:
                if each.name in TYPES.get(node.module or "", ()):
                    types[each.asname or each.name] = f"{node.module}.{each.name}"
                else:
                    yield f"{node.module}.{each.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in types and types[node.func.id] not in SEEDED:
                yield f"{types[node.func.id]}()"
            elif isinstance(node.func, ast.Attribute) and node.func.attr in ("now", "today", "utcnow") and not node.args:
                if isinstance(node.func.value, ast.Name) and node.func.value.id in ("datetime", "date"):
                    yield f"{node.func.value.id}.{node.func.attr}()"
