"""Bars of a QTE server whose build has klines of its own (the document's, S; spec 1.4.8). Works in its caller's thread."""

from datetime import datetime
from typing import Any

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData, ContractData

from rest_locale import _
from vnpy_restgateway.host import Host
from vnpy_restgateway.market.history import Download, fetch_bars
from vnpy_restgateway.polled.ranked_rest import Command

from ..enums import INTERVAL_VT2BINANCE
from ..parse import parse_bar
from .rest import QteRest

KLINES: str = "/klines"
PAGE: int = 500                     # bars; the document's default, of which it names no maximum
CONSTANT: int = 1_499_040_000_000   # ms: open time of the example bar that some builds always answer with
AGAIN: float = 1.0                  # s until a page that failed is asked for again


def query_history(
    host: Host, rest: QteRest, contract: ContractData, interval: Interval, start: datetime, end: datetime | None, download: Download
) -> list[BarData]:
    """Finished bars; what could be had when a page fails for good."""
    def page(start_ms: int, end_ms: int) -> list[BarData] | None:
        params: dict[str, str | int] = {
            "symbol": contract.name, "interval": INTERVAL_VT2BINANCE[interval],
            "startTime": start_ms, "endTime": end_ms, "limit": PAGE,
        }
        reason: str = _("out of time")
        while (left := download.left()) > 0 and host.executor.alive:
            reply, error = rest.wait_for(Command("GET", rest.build.prefix + KLINES, params), left, private=False)
            rows: Any = reply.data if reply is not None and reply.status == 200 else None
            if isinstance(rows, list):
                try:
                    if rows and int(rows[0][0]) == CONSTANT:
                        download.fail(_("the server has no klines: it answers with the documentation's example bar"))
                        return None
                    return download.got([parse_bar(row, contract, interval, host.gateway_name) for row in rows])
                except (ValueError, TypeError, LookupError, ArithmeticError) as problem:
                    reason = _("bars not understood: {problem}").format(problem=problem)
            else:
                reason = str(error) if reply is None else _("status code: {status}, message: {message}").format(status=reply.status, message=reply.body[:200].decode('utf-8', 'replace'))
                if reply is not None and reply.status // 100 == 4:
                    break
            host.seams.threads.sleep(min(AGAIN, max(download.left(), 0.0)))
        download.fail(reason if host.executor.alive else _("gateway closed"))
        return None

    return fetch_bars(page, interval, start, end, host.now())
