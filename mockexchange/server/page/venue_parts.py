"""What a viewer is told of the venue: its state, its journal, its faults, its requests."""

from typing import Any

from ...faults import FaultTable, Traffic
from ...transport.clock import FLAT_OUT
from ...transport.manual_clock import MANUAL
from ..venue import Venue

ROWS: int = 200                     # of the journal, the newest


class StatePart:
    """Clock, feed, keys and symbols that are out of order; when something of it has changed."""

    name: str = "state"

    def __init__(self, venue: Venue) -> None:
        self._venue: Venue = venue
        self._told: dict[str, Any] = {}
        self._journal: int = -1
        self._halted: dict[str, str] = {}

    def take(self) -> dict[str, Any] | None:
        venue: Venue = self._venue
        if venue.journal.last != self._journal:
            self._journal = venue.journal.last
            self._halted = {name: each.status for name, each in venue.exchange.instruments.items() if each.status != "TRADING"}
        clock = venue.clock
        now: dict[str, Any] = {
            "clock": clock.name,
            # 0: no time passes by itself
            "rate": 0 if clock.name == MANUAL or clock.rate == FLAT_OUT else clock.rate,
            "offset_ms": clock.offset_us // 1000,
            "feed": venue.feed_spec, "feed_status": venue.pump.status, "feed_error": venue.pump.error,
            "revoked": venue.incidents.revoked, "removed": venue.incidents.removed, "halted": self._halted,
            "banned_until": venue.incidents.banned_until,
            "journal_error": venue.lost or ("no room" if venue.is_full else ""),
            **({"stands_at": venue.now() // 1000} if clock.name == MANUAL else {}),
        }
        if now == self._told:
            return None
        self._told = now
        return now


class JournalPart:
    """The newest rows, then those that come; ``skipped`` is how many came between and are not told."""

    name: str = "journal"

    def __init__(self, venue: Venue) -> None:
        self._venue: Venue = venue
        self._seen: int = 0

    def take(self) -> dict[str, Any] | None:
        last: int = self._venue.journal.last
        if last == self._seen:
            return None
        start: int = max(self._seen, last - ROWS)
        skipped: int = start - self._seen
        self._seen = last
        return {"rows": self._venue.journal.rows(start), "skipped": skipped, "total": last}


class FaultsPart:
    """All faults with how often they have bitten, when something has changed of them."""

    name: str = "faults"

    def __init__(self, faults: FaultTable) -> None:
        self._faults: FaultTable = faults
        self._seen: int = -1

    def take(self) -> list[dict[str, Any]] | None:
        if self._faults.changes == self._seen:
            return None
        self._seen = self._faults.changes
        return self._faults.list()


class RequestsPart:
    """Requests that have come or been answered: [number, ms, label, status, real ms or null, id of the fault that bit]."""

    name: str = "requests"

    def __init__(self, traffic: Traffic) -> None:
        self._traffic: Traffic = traffic
        self._seen: int = 0

    def take(self) -> list[Any] | None:
        if self._traffic.version == self._seen:
            return None
        found = self._traffic.since(self._seen)
        self._seen = self._traffic.version
        return [
            [one.number, one.began // 1000, one.label, one.status, None if one.seconds is None else round(one.seconds * 1000, 1), one.fault]
            for one in found
        ] or None
