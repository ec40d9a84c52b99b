"""All rows, in the order of FAULTS.md."""

from . import (  # noqa: F401  (they register the rows)
    rows_account,
    rows_answers,
    rows_backend,
    rows_changes,
    rows_connections,
    rows_ids,
    rows_killed,
    rows_lives,
    rows_orders,
    rows_requests,
    rows_shares,
    rows_silence,
    rows_time,
    rows_wire,
)
from .matrix import ROWS

_found = sorted(ROWS.items(), key=lambda item: int(item[0][1:]))
ROWS.clear()
ROWS.update(_found)
