"""Bars of a server that has market data (build B, section 2.6). Works in its caller's thread."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData, ContractData

from rest_locale import _
from vnpy_restgateway.contracts import Listed
from vnpy_restgateway.host import Host
from vnpy_restgateway.market.history import Download, fetch_bars
from vnpy_restgateway.net.outcome import coded
from vnpy_restgateway.polled.ranked_rest import Command

from .endpoints import BARS
from .enums import INTERVALS
from .errors import read_error
from .parse import CHINA, parse_bar
from .rest import QmtRest

AGAIN: float = 1.0              # s until a page that failed is asked for again
PAGE: dict[Interval, timedelta] = {
    Interval.MINUTE: timedelta(days=30), Interval.HOUR: timedelta(days=365), Interval.DAILY: timedelta(days=3650), Interval.WEEKLY: timedelta(days=3650),
}
# the server stamps bars within a day with their end, those of days with the day
LENGTH: dict[Interval, float] = {Interval.MINUTE: 60.0, Interval.HOUR: 3_600.0, Interval.DAILY: 0.0, Interval.WEEKLY: 0.0}


def query_history(
    host: Host, rest: QmtRest, listed: Listed[Any], interval: Interval, start: datetime, end: datetime | None, download: Download
) -> list[BarData]:
    """Finished bars, oldest first; what could be had when a page fails for good."""
    contract: ContractData = listed.contract

    def page(start_ms: int, end_ms: int) -> list[BarData] | None:
        first: datetime = datetime.fromtimestamp(start_ms / 1_000, CHINA)
        last: datetime = min(datetime.fromtimestamp(end_ms / 1_000, CHINA), first + PAGE[interval])
        query: str = urlencode({
            "stock_list": contract.symbol, "period": INTERVALS[interval], "start_time": f"{first:%Y%m%d}", "end_time": f"{last:%Y%m%d}",
            "count": -1, "dividend_type": "none", "fill_data": "false", "json": 1,
        })
        reason: str = _("out of time")
        while (left := download.left()) > 0 and host.executor.alive:
            reply, error = rest.wait_for(Command("GET", f"{BARS}?{query}", {}), left)
            refused = read_error(reply) if reply is not None else None
            if reply is not None and refused is None:
                try:
                    rows: Any = reply.data["data"].get(listed.venue_symbol, [])         # type: ignore[index]
                    bars: list[BarData] = [parse_bar(row, contract, interval, host.gateway_name, LENGTH[interval]) for row in rows]
                    return download.got([bar for bar in bars if start_ms <= bar.datetime.timestamp() * 1_000 <= end_ms])
                except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as problem:
                    reason = _("bars not understood: {problem}").format(problem=problem)
            else:
                reason = str(error) if refused is None else coded(*refused)
                if reply is not None and reply.status // 100 == 4:
                    break
            host.seams.threads.sleep(min(AGAIN, max(download.left(), 0.0)))
        download.fail(reason if host.executor.alive else _("gateway closed"))
        return None

    return fetch_bars(page, interval, start, end, host.now())
