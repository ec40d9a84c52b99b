"""
One seed drives everything: the same journal and the same event log, byte for byte, in any process; another seed differs.

``LONG=1`` runs ten processes with ten hash seeds, and four drawn days of every gateway in each.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LONG: bool = bool(os.environ.get("LONG"))
PROCESSES: int = 10 if LONG else 2
DRAWN: int = 4 if LONG else 0
SCRIPT: Path = Path(__file__).with_name("trading_world.py")


def begin(seeds: str, hash_seed: int, place: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), seeds, str(DRAWN)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=place,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed), "HOME": str(place)},
    )


def finish(process: "subprocess.Popen[str]") -> list[dict[str, list[str]]]:
    """Of each seed: world -> what is printed of it."""
    out, err = process.communicate(timeout=1_200 if LONG else 240)
    assert process.returncode == 0, err[-2000:]
    lines: list[list[str]] = [line.split() for line in out.splitlines() if line.startswith("world ")]      # vn.py logs there too
    found: dict[str, dict[str, list[str]]] = {}
    for _, seed, name, *what in lines:
        found.setdefault(seed, {})[name] = what
    return list(found.values())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, list[str]]]:
    """Of one seed in processes with hash seeds of their own; the last one is of another seed, which the last process plays as well."""
    place: Path = tmp_path_factory.mktemp("worlds")
    (place / ".vntrader" / "log").mkdir(parents=True)       # processes that make it at once would get in each other's way
    (place / ".vntrader" / "vt_setting.json").write_text("{}")
    wanted: list[tuple[str, int]] = [("5" if n < PROCESSES - 1 else "5,6", n) for n in range(PROCESSES)]
    found: list[dict[str, list[str]]] = []
    at_once: int = len(wanted) if not LONG else 2
    for first in range(0, len(wanted), at_once):
        processes = [begin(seeds, hash_seed, place) for seeds, hash_seed in wanted[first:first + at_once]]
        found += [each for process in processes for each in finish(process)]
    return found


def test_same_seed_same_bytes_and_another_seed_others(runs: list[dict[str, list[str]]]) -> None:
    first, *others = runs[:-1]
    rows, events, trades, _ = first["strategy"]
    assert int(rows) > 30 and int(events) > 500 and int(trades) > 3, "there was something to compare"
    assert len(first) == 1 + 5 * (1 + DRAWN) and all(int(found[-2]) > 10 for name, found in first.items() if name != "strategy")
    assert all(each == first for each in others)
    other = runs[-1]
    assert first.keys() == other.keys()
    assert not [name for name in first if first[name][-1] == other[name][-1]], "another seed differs"
