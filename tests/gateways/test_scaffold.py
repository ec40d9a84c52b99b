"""``python -m vnpy_rehearsal new-venue``: what is written runs, and passes rows of the matrix by its own tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from children import python_path
from vnpy_rehearsal.scaffold import write

ROOT: Path = Path(__file__).parents[2]
INFO: str = "Metadata-Version: 2.1\nName: vnpy_acme\nVersion: 0.1.0\n"
ENTRIES: str = "[vnpy_rehearsal.profiles]\nacme = vnpy_acme.profile:PROFILES\n\n[mockexchange.dialects]\nacme = acme_dialect:AcmeDialect\n"


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, timeout=120, cwd=folder,
        env={**os.environ, "PYTHONPATH": python_path(ROOT, folder / "acme")},
    )


def test_what_is_written_passes_its_own_tests(tmp_path: Path) -> None:
    done = run(tmp_path, "vnpy_rehearsal", "new-venue", "acme")
    assert done.returncode == 0, done.stderr
    named = [line for line in done.stdout.splitlines() if line.endswith((".py", ".toml"))]
    assert len(named) == 14 and all((tmp_path / name).is_file() for name in named)
    assert not [name for name in named if "@name@" in (tmp_path / name).read_text().lower()]
    for entry in ENTRIES.splitlines():
        if " = " in entry:              # as pip reads them
            assert entry.partition(" = ")[2] in (tmp_path / "acme/pyproject.toml").read_text()
    info = tmp_path / "acme" / "vnpy_acme-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(INFO)
    (info / "entry_points.txt").write_text(ENTRIES)
    done = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=", "acme/tests")
    assert done.returncode == 0 and "5 passed" in done.stdout, done.stdout + done.stderr
    done = run(tmp_path, "ruff", "check", "--config", str(ROOT / "pyproject.toml"), "acme")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["", "A", "acme-1", "1acme", "class", "a" * 30])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name: must be of 2 to 20 small letters and digits"):
        write(name, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("name", "what"), [
    ("hashex", "a package vnpy_hashex"), ("rehearsal", "a package vnpy_rehearsal"), ("qte", "a dialect of this name"),
])
def test_a_name_that_is_taken_is_refused(name: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=f"^name: '{name}' is taken, .*{what}"):
        write(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "mine.py").write_text("x")
    done = run(tmp_path, "vnpy_rehearsal", "new-venue", "acme")
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "is there already, and not empty" in done.stderr
    assert [path.name for path in (tmp_path / "acme").iterdir()] == ["mine.py"]
