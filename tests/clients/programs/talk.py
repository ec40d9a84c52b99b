"""What a client's program and its test tell each other: one JSON value a line, on standard input and output."""

import json
import sys
import threading
from typing import Any

SETTINGS: dict[str, Any] = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
_OUT = sys.stdout
sys.stdout = sys.stderr             # what the client prints is no word of this talk
_lock = threading.Lock()


def say(name: str, value: object = None) -> None:
    with _lock:
        _OUT.write(json.dumps({name: value}) + "\n")
        _OUT.flush()


def hear() -> Any:
    """Wait for what the test says."""
    line: str = sys.stdin.readline()
    if not line:
        raise EOFError("the test has gone")
    return json.loads(line)
