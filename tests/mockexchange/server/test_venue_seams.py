"""A venue reaches the machine's time, threads and secrets by ``transport/machine.py``, but where the machine is what a file is about."""

import ast
from pathlib import Path

from reaches import reaches

ROOT: Path = Path(__file__).parents[3] / "mockexchange"
# what is handed in, the command line, the thread of ``MockExchange``, the proxy, the matrix's own processes, disks and certificates
REAL: frozenset[str] = frozenset({
    "transport/machine.py", "server/cli.py", "api.py", "byte_proxy.py", "conform.py", "conform_progress.py", "room.py", "server/certificate.py",
})


def test_nobody_reaches_for_a_clock_or_for_chance() -> None:
    found: list[str] = []
    seen: int = 0
    for path in ROOT.rglob("*.py"):
        seen += 1
        name: str = path.relative_to(ROOT).as_posix()
        if name not in REAL:
            found += [f"{name}: {what}" for what in reaches(ast.parse(path.read_text(encoding="utf-8")))]
    assert seen > 100 and not found
    assert all((ROOT / name).exists() for name in REAL)
