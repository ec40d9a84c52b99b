"""Files that are whole at any moment, also when the process is killed while it writes them."""

import json
import os
from pathlib import Path
from typing import Any

from rest_locale import _

HEALTH: str = "trade_health.json"               # in VeighNa's folder, as the next one
ORDERS: str = "trade_orders.json"
ENDED: tuple[str, ...] = ("Z", "X")         # states of a process, as proc(5) has them


def write_json(path: Path, content: Any) -> None:
    """In place of what was there, at once. It survives the end of the process, not that of the machine's power."""
    beside: Path = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(beside, path)


def started_at(pid: int) -> str:
    """
    When a process began, as Linux counts it: one of the same number that began at another time is another process. "" where there is
    no such process, or the system has no ``/proc``.
    """
    try:
        fields: list[str] = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()     # a name may have blanks
        return "" if fields[0] in ENDED else fields[19]
    except (OSError, IndexError):
        return ""


def read_object(path: Path) -> dict[str, Any]:
    """
    A JSON object, {} where there is no file.

    :raises ValueError: the file has something else in it
    """
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ValueError(_("{path}: not JSON: {error}").format(path=path, error=error)) from None
    if not isinstance(found, dict):
        raise ValueError(_("{file}: not a JSON object").format(file=path))
    return found
