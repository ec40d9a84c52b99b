"""What is printed while a run is shown: whole lines for the log, not a mark over the drawing or in the midst of another line."""

import io
import sys
from collections.abc import Callable
from threading import Lock
from typing import Any


class Printed(io.TextIOBase):
    """Stands for stdout, and with ``errors`` for stderr, for the time of a ``with``. ``tell`` is handed every whole line, from any thread."""

    def __init__(self, tell: Callable[[str], None], errors: bool = True) -> None:
        super().__init__()
        self._tell: Callable[[str], None] = tell
        self._errors: bool = errors
        self._lock: Any = Lock()
        self._rest: str = ""
        self._before: tuple[Any, Any] = (None, None)

    def __enter__(self) -> "Printed":
        self._before = sys.stdout, sys.stderr
        sys.stdout = self
        if self._errors:
            sys.stderr = self
        return self

    def __exit__(self, *error: Any) -> None:
        sys.stdout, sys.stderr = self._before
        if self._rest:
            self._tell(self._rest)

    def write(self, text: str) -> int:
        with self._lock:
            *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if line.strip():
                self._tell(line.rstrip("\r"))
        return len(text)

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:      # type: ignore[override]
        return "utf-8"
