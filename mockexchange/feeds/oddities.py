"""What was odd in a dump, counted, and said in one line."""

from typing import Any

from rest_locale import _


class Oddities:
    """How many records were odd in which way, and where the first of each stands."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.first: dict[str, Any] = {}

    def count(self, what: str, place: Any) -> None:
        """One record more; ``place`` has ``file`` and ``line``."""
        self.counts[what] = self.counts.get(what, 0) + 1
        self.first.setdefault(what, place)

    def text(self) -> str:
        """"2 records without a quantity, passed over (first in line 2); ...", "" when nothing was odd."""
        return "; ".join(
            (_("{count} records {what} (first in line {line})") if count > 1 else _("{count} record {what} (first in line {line})")).format(
                count=count, what=_(what), line=self.first[what].line,
            )
            for what, count in self.counts.items()
        )
