"""What the trading process remembers of one user's account (spec 3.2): the latest row of everything, in the order it came."""

from typing import NamedTuple

from . import rendering
from .rendering import Row

# topic -> the key of its rows
KEYS: dict[str, str] = {
    rendering.TICK: "vt_symbol", rendering.TRADE: "vt_tradeid", rendering.ORDER: "vt_orderid", rendering.ACCOUNT: "vt_accountid",
}


class Record(NamedTuple):
    """Something that the remote gateway tells. ``account``: the core's, "" for what everybody is told."""

    account: str
    topic: str
    row: Row


class Oms:
    """Positions that went to 0 stay in the list; an order that comes again keeps its place."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[object, Row]] = {topic: {} for topic in (*KEYS, rendering.POSITION)}

    def add(self, record: Record) -> None:
        """Remember the row as the latest of its kind."""
        row: Row = record.row
        key: object = row[KEYS[record.topic]] if record.topic in KEYS else (row["gateway_name"], row["vt_symbol"], row["direction"])
        self._rows[record.topic][key] = row

    def rows(self, topic: str) -> list[Row]:
        """All of one kind."""
        return list(self._rows[topic].values())

    def order(self, vt_orderid: str) -> Row | None:
        """None for one that it has not heard of, or not yet."""
        return self._rows[rendering.ORDER].get(vt_orderid)
