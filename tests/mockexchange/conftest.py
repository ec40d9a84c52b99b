"""What the tests of several dialects share."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from children import python_path

ROOT: Path = Path(__file__).parents[2]


@pytest.fixture
def options(request: pytest.FixtureRequest) -> dict[str, object]:
    """A venue's options, from ``@pytest.mark.parametrize("options", [...], indirect=True)`` where a test sets some."""
    found: dict[str, object] = getattr(request, "param", {})
    return found


@pytest.fixture
def serve_command() -> Callable[..., "subprocess.Popen[str]"]:
    """Starts ``python -m mockexchange serve`` with arguments; the test ends it."""

    def start(*arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "mockexchange", "serve", *arguments], text=True, cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": python_path(ROOT)},
        )

    return start
