"""Bars of a server that has market data (build B, section 2.6). Works in its caller's thread, one page after the other: each waits for the terminal."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData, ContractData

from vnpy_restgateway.contracts import Listed
from vnpy_restgateway.host import Host
from vnpy_restgateway.market.download import Download, GiveUp
from vnpy_restgateway.market.history import fetch_bars
from vnpy_restgateway.net.outcome import RestError, coded
from vnpy_restgateway.polled.ranked_rest import Command

from .endpoints import BARS
from .enums import INTERVALS
from .errors import read_error
from .parse import CHINA, parse_bar
from .rest import QmtRest

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

        def ask(left: float) -> list[BarData]:
            reply, error = rest.wait_for(Command("GET", f"{BARS}?{query}", {}), left)
            if reply is None:
                raise RestError(str(error))
            refused = read_error(reply)
            if refused is not None:
                raise GiveUp(coded(*refused)) if reply.status // 100 == 4 else RestError(coded(*refused))
            rows: Any = reply.data["data"].get(listed.venue_symbol, [])         # type: ignore[index]
            bars: list[BarData] = [parse_bar(row, contract, interval, host.gateway_name, LENGTH[interval]) for row in rows]
            return [bar for bar in bars if start_ms <= bar.datetime.timestamp() * 1_000 <= end_ms]

        return download.page(ask)

    return fetch_bars(page, interval, start, end, host.now(), download)
