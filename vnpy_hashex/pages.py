"""
Walks through HashEx's paged lists. Pure: parameters out, a page in, until all of it is here.

Rows move from page to page while one walks; every row is kept once. A page that brings nothing new
ends the walk, and so does the cap on pages, which leaves it incomplete.
"""

from typing import Any

from .endpoints import OPEN_STATE, PAGE, PAGES

Params = dict[str, str | int | None]


class Walk:
    """``rows`` by id in the order they came; ``complete`` once the venue has shown all."""

    key: str = "orderId"

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.complete: bool = False
        self.pages: int = 0

    def params(self) -> Params:
        """Parameters of the next page."""
        raise NotImplementedError

    def take(self, data: Any) -> bool:
        """
        A page; True when there is another to ask for.

        :raises KeyError, TypeError, ValueError: it is not the shape the documents describe
        """
        items: list[dict[str, Any]] = data["items"] or []
        fresh: int = 0
        for row in items:
            name: str = str(row[self.key])
            fresh += name not in self.rows
            self.rows[name] = row
        self.pages += 1
        self.complete = self.is_last(data, items, fresh)
        return not self.complete and self.pages < PAGES

    def is_last(self, data: dict[str, Any], items: list[dict[str, Any]], fresh: int) -> bool:
        raise NotImplementedError


class NumberedWalk(Walk):
    """Lists with page, size and total: open orders, and own trades (``key`` execId)."""

    def __init__(self, fixed: Params, key: str = "orderId") -> None:
        super().__init__()
        self.fixed: Params = fixed
        self.key = key

    def params(self) -> Params:
        return {**self.fixed, "page": self.pages + 1, "size": PAGE}

    def is_last(self, data: dict[str, Any], items: list[dict[str, Any]], fresh: int) -> bool:
        # the venue may give fewer rows a page than asked for, and says so
        size: int = min(int(data.get("ps") or PAGE), PAGE)
        total: int = int(data.get("total") or 0)
        return not fresh or len(items) < size or 0 < total <= len(self.rows)


def open_orders() -> NumberedWalk:
    """All open orders."""
    return NumberedWalk({"state": OPEN_STATE})


class DealsWalk(NumberedWalk):
    """
    Own trades of one order; or of all since a time, as far as one can get: there is no filter by time, so
    a page of older ones only ends the walk. Where they come oldest first, nothing is had this way.
    """

    def __init__(self, order_id: str = "", start_ms: int = 0) -> None:
        super().__init__({"orderId": order_id or None}, "execId")
        self.start_ms: int = start_ms

    def is_last(self, data: dict[str, Any], items: list[dict[str, Any]], fresh: int) -> bool:
        return super().is_last(data, items, fresh) or all(int(row["timestamp"]) < self.start_ms for row in items)


class HistoryWalk(Walk):
    """Closed orders since a time: no cursor comes back, so the last row's id is the next page's."""

    def __init__(self, start_ms: int) -> None:
        super().__init__()
        self.start_ms: int = start_ms
        self._last: str = ""

    def params(self) -> Params:
        params: Params = {"startTime": self.start_ms, "limit": PAGE}
        if self._last:
            params.update(id=self._last, direction="NEXT")
        return params

    def is_last(self, data: dict[str, Any], items: list[dict[str, Any]], fresh: int) -> bool:
        if items:
            self._last = str(items[-1]["orderId"])
        return not data.get("hasNext") or not fresh
