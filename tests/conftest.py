"""What one worker has compiled, the others and their children read, also where PYTHONDONTWRITEBYTECODE is set; properties have no deadline."""

import os
import sys

import pytest
from hypothesis import settings

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)     # of the workers, which start later, and of all children

# a slow machine is no failure of a property
settings.register_profile("house", deadline=None)
settings.load_profile("house")

# Tests that mostly wait stand at the beginning of each worker's share, not all in the last one's.
WAITING: frozenset[str] = frozenset({"test_matrix.py", "test_bad_day.py", "test_jobs_raise.py", "test_contradictions.py", "test_conform.py"})
SHARES: int = 8


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    waiting = [item for item in items if item.path.name in WAITING]
    others = [item for item in items if item.path.name not in WAITING]
    size: int = -(-len(others) // SHARES)
    items[:] = [item for share in range(SHARES) for item in (*waiting[share::SHARES], *others[share * size:(share + 1) * size])]
