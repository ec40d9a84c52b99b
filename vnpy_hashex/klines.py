"""
Bars from the kline call, of which little is documented: not the order of rows, not whether bounds are
inclusive, not which end the limit cuts, not whether the running bar is among them. Works in its caller's thread.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData, ContractData

from rest_locale import _
from vnpy_restgateway.market.download import Download, GiveUp, NotYet
from vnpy_restgateway.market.history import MILLISECOND, STEP, milliseconds
from vnpy_restgateway.net.outcome import NotSent, Reply, RestError, coded, http_code

from .endpoints import KLINE, KLINE_PAGE
from .enums import INTERVAL_VT2HASHEX
from .errors import RETRIED, envelope_code, read_error
from .parse import parse_bar
from .rest import RestApi

AT_ONCE: int = 4                # pages under way; the venue's pace (``RestApi.pacer``) is kept besides
EMPTY_WINDOWS: int = 20         # in a row, before the rest is walked from its end

# startTime (None: left out), endTime, limit -> bars in any order; None: failed
Page = Callable[[int | None, int, int], list[BarData] | None]
Jobs = Sequence[Callable[[], list[BarData] | None]]


def query_history(
    rest: RestApi, contract: ContractData, interval: Interval, start: datetime, end: datetime | None, download: Download
) -> list[BarData]:
    """Finished bars; what could be had when a page fails for good."""
    def page(start_ms: int | None, end_ms: int, limit: int) -> list[BarData] | None:
        params: dict[str, Any] = {
            "symbol": contract.name, "interval": INTERVAL_VT2HASHEX[interval], "startTime": start_ms, "endTime": end_ms, "limit": limit,
        }

        def ask(left: float) -> list[BarData]:
            if pause := rest.pause(False):
                reason: str = _("told to wait {seconds:.0f} s").format(seconds=pause)
                raise GiveUp(reason) if pause >= left else NotYet(pause)
            if not rest.await_turn(left):
                raise NotSent(_("out of time"))
            response = rest.request("GET", KLINE, params=params, timeout=min(left, rest.read_timeout))
            reply: Reply = Reply.parse(response.status_code, response.headers, response.content)
            if reply.status // 100 == 2 and envelope_code(reply.data) == 0:
                rows: Any = reply.data["data"] or ()        # type: ignore[index]
                return [parse_bar(row, contract, interval, rest.home.gateway_name) for row in rows]
            code, text = read_error(reply) or (http_code(reply.status), "")
            with download.lock:             # said once, whoever meets it first
                limited: bool = rest.on_limits(reply, text)
            if not limited and reply.status // 100 == 4 and code not in RETRIED:
                raise GiveUp(coded(code, text))
            raise RestError(coded(code, text))

        return download.page(ask)

    download.expected = max(((min(end, rest.home.now()) if end else rest.home.now()) - start) / STEP[interval], 0.0)
    return fetch(page, interval, start, end, rest.home.now(), lambda jobs: download.side_by_side(jobs, AT_ONCE))


def in_turn(jobs: Jobs) -> list[list[BarData]]:
    """What the jobs return, up to the first that fails."""
    found: list[list[BarData]] = []
    for job in jobs:
        bars: list[BarData] | None = job()
        if bars is None:
            break
        found.append(bars)
    return found


def fetch(
    page: Page, interval: Interval, start: datetime, end: datetime | None, now: datetime, run: Callable[[Jobs], list[list[BarData]]] = in_turn,
) -> list[BarData]:
    """
    Finished bars from ``start`` to ``end`` inclusive (both the bar's start time), oldest first, none twice.

    Windows are no longer than a page, so it does not matter which end a limit cuts. When the first of
    them is empty the venue is asked without startTime, from the end backwards: some symbols answer only so,
    and one that was listed later is reached at once. A failed page ends the walk with what was had.

    :param run: asks for several pages, see ``Download.side_by_side``
    """
    step: timedelta = STEP[interval]
    last: datetime = min(end or now, now)
    length: timedelta = step * (KLINE_PAGE - 1) + MILLISECOND
    bars: dict[datetime, BarData] = {}
    cursor: datetime = start
    empty: int = 0
    while cursor <= last:
        if empty >= EMPTY_WINDOWS:
            _backwards(page, step, cursor, last, bars)      # a long outage, or the end of what there is
            break
        count: int = EMPTY_WINDOWS - empty if bars or empty else 1
        begins: list[datetime] = [cursor + number * length for number in range(min(count, (last - cursor) // length + 1))]
        windows: list[tuple[datetime, datetime]] = [(begin, min(begin + length - MILLISECOND, last)) for begin in begins]
        found = run([partial(page, milliseconds(begin), milliseconds(until), KLINE_PAGE) for begin, until in windows])
        for (begin, until), rows in zip(windows, found, strict=False):
            fresh: dict[datetime, BarData] = {bar.datetime: bar for bar in rows if begin <= bar.datetime <= until}
            empty = 0 if fresh else empty + 1
            bars.update(fresh)
        if len(found) < len(windows):
            break
        if not bars and cursor == start:
            _backwards(page, step, start, last, bars)
            break
        cursor = windows[-1][1] + MILLISECOND
    return [bars[moment] for moment in sorted(bars) if moment + step <= now]


def _backwards(page: Page, step: timedelta, start: datetime, last: datetime, bars: dict[datetime, BarData]) -> None:
    until: datetime = last
    while until >= start:
        rows: list[BarData] | None = page(None, milliseconds(until), KLINE_PAGE)
        fresh: list[BarData] = [bar for bar in rows or () if start <= bar.datetime <= until and bar.datetime not in bars]
        if not fresh:
            return
        bars.update((bar.datetime, bar) for bar in fresh)
        until = min(bar.datetime for bar in fresh) - MILLISECOND
