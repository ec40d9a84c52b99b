"""One seed drives everything: the same journal and the same event log, byte for byte, in any process; another seed differs."""

import os
import subprocess
import sys
from pathlib import Path

PROCESSES: int = 10 if os.environ.get("LONG") else 2
SCRIPT: Path = Path(__file__).with_name("trading_world.py")


def run(seed: int, hash_seed: int, place: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(seed)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=place,
        env={**os.environ, "PYTHONHASHSEED": str(hash_seed), "HOME": str(place)},
    )


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    processes = [run(5, n, tmp_path) for n in range(PROCESSES)] + [run(6, 0, tmp_path)]
    lines: list[str] = []
    for process in processes:
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err[-2000:]
        lines.append(out.strip().splitlines()[-1])
    *same, other = [line.split() for line in lines]
    rows, _, events, _, trades = same[0]
    assert int(rows) > 50 and int(events) > 500 and int(trades) > 3, "there was something to compare"
    assert all(each == same[0] for each in same)
    assert other[1] != same[0][1] and other[3] != same[0][3]


