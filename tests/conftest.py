"""What one worker has compiled, the others and their children read, also where PYTHONDONTWRITEBYTECODE is set; properties have no deadline."""

import os
import sys

import pytest
from hypothesis import settings

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)     # of the workers, which start later, and of all children

# a slow machine is no failure of a property
settings.register_profile("house", deadline=None, max_examples=100 if os.environ.get("LONG") else 50)
settings.load_profile("house")

# Tests that mostly wait stand at the beginning of each worker's share, not all in the last one's.
WAITING: frozenset[str] = frozenset({"gateways", "examples"})
SLOW: frozenset[str] = frozenset({"test_conform.py", "test_malice_slow.py", "test_server_kill.py", "test_long_life.py", "test_full_disk.py"})
TOGETHER: frozenset[str] = frozenset({"test_bars.py"})          # its venue is made once
SHARES: int = 8


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    waiting = [
        item for item in items
        if item.path.name in SLOW or item.path.parent.name in WAITING and item.path.name not in TOGETHER
    ]
    known = set(map(id, waiting))
    others = [item for item in items if id(item) not in known]
    size: int = -(-len(others) // SHARES)
    items[:] = [item for share in range(SHARES) for item in (*waiting[share::SHARES], *others[share * size:(share + 1) * size])]
