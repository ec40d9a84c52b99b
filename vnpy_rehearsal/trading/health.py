"""``python -m vnpy_rehearsal health``: for Docker's HEALTHCHECK and for people. Imports no vn.py: it is called every few seconds."""

import json
from pathlib import Path
from time import time
from typing import Any

from ..folder import NAME
from ..parser import Parser
from .files import HEALTH

TOO_OLD: float = 20.0               # s; it is written every second
GOOD: str = "healthy"


def start(program: str, arguments: list[str]) -> int:
    """The exit status: 0 when the process is healthy, 1 when not."""
    parser: Parser = Parser(prog=program, description="How the process that trade has started is, in a line; exit status 0: healthy.")
    parser.add_argument("--json", action="store_true", help="all that is known: connections, orders, positions, strategies")
    found = parser.parse_args(arguments)
    here: Path = Path.cwd() / NAME
    path: Path = (here if here.exists() else Path.home() / NAME) / HEALTH
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        print(f"no process: {path} is not there")
        return 1
    except ValueError as error:
        print(f"{path}: not JSON: {error}")
        return 1
    age: float = time() - told["time"]
    if found.json:
        print(json.dumps(told | {"age": round(age, 1)}, ensure_ascii=False, indent=1))
    else:
        print(f"no sign of life for {age:.0f} s, last: {told['line']}" if age > TOO_OLD else told["line"])
    return int(age > TOO_OLD or told["state"] != GOOD)
