"""Files that are whole at any moment, also when the process is killed while it writes them."""

import json
import os
from pathlib import Path
from typing import Any

HEALTH: str = "trade_health.json"               # in VeighNa's folder, as the next one
ORDERS: str = "trade_orders.json"


def write_json(path: Path, content: Any) -> None:
    """In place of what was there, at once. It survives the end of the process, not that of the machine's power."""
    beside: Path = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(beside, path)


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
        raise ValueError(f"{path}: not JSON: {error}") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path}: not a JSON object")
    return found
