"""The files of the project."""

import subprocess
from pathlib import Path

ROOT: Path = Path(__file__).resolve().parent.parent


def tracked() -> list[Path]:
    """Files git knows or would add; without git (an unpacked archive), the files that are there."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
        )
        names = [name for name in done.stdout.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [
            str(path.relative_to(ROOT)) for path in ROOT.rglob("*")
            if path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(ROOT).parts)
        ]
    return [ROOT / name for name in names if (ROOT / name).is_file()]
