"""
What one worker has compiled, the others and their children read, also where PYTHONDONTWRITEBYTECODE is set; properties have no deadline.
Processes start without what no test needs, and write English lines (``children.py``).
"""

import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest
from children import LONG, speak_english, start_light
from hypothesis import settings

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)     # of the workers, which start later, and of all children

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads wait by spinning

speak_english()
start_light()

# a slow machine is no failure of a property
settings.register_profile("house", deadline=None, max_examples=100 if LONG else 25)
settings.load_profile("house")

# Tests that mostly wait are spread among those that compute, over the first part of each worker's share: waiting and computing
# go on side by side, and no worker waits alone at the end.
WAITING: frozenset[str] = frozenset({"gateways", "examples"})
SLOW: frozenset[str] = frozenset({"test_conform.py", "test_malice_slow.py", "test_server_kill.py", "test_long_life.py", "test_full_disk.py"})
TOGETHER: frozenset[str] = frozenset({"test_bars.py", "test_page_in_browser.py"})      # their venue, or their browser, is made once
SHARES: int = 10
FIRST_PART: float = 0.7


def pytest_configure(config: pytest.Config) -> None:
    """In a fresh clone one process compiles what the workers would compile each for itself, all at the same time."""
    is_worker: bool = hasattr(config, "workerinput")
    if is_worker or not config.getoption("numprocesses", None):
        gc.disable()        # what is collected stays until the end
    compiled: bool = any(Path(__file__).with_name("__pycache__").glob("test_house.*-pytest-*.pyc"))
    if is_worker or compiled or not config.getoption("numprocesses", None):
        return
    program: list[str] = ["-m", "pytest"] if Path(sys.argv[0]).name == "__main__.py" else [sys.argv[0]]
    subprocess.run(
        [sys.executable, *program, *config.args, "-n", "0", "-q", "--collect-only"], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


def pytest_collection_finish() -> None:
    gc.freeze()             # thousands of tests, which no collection need look at again
    gc.set_threshold(20_000, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    waiting = [
        item for item in items
        if item.path.name in SLOW or item.path.parent.name in WAITING and item.path.name not in TOGETHER
    ]
    known = set(map(id, waiting))
    others = [item for item in items if id(item) not in known]
    size: int = -(-len(others) // SHARES)
    items[:] = [
        item for share in range(SHARES) for item in spread(waiting[share::SHARES], others[share * size:(share + 1) * size])
    ]


def spread(waiting: list[pytest.Item], others: list[pytest.Item]) -> list[pytest.Item]:
    """All of them, ``waiting`` at even distances in the first part."""
    found: list[pytest.Item] = []
    done: int = 0
    for number, item in enumerate(waiting, 1):
        until: int = int(len(others) * FIRST_PART * number / len(waiting))
        found += [item, *others[done:until]]
        done = until
    return found + others[done:]
