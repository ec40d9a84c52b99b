"""Bars of a QTE server whose build has klines of its own (the document's, S; spec 1.4.8). Works in its caller's thread, one page after the other (Q38)."""

from datetime import datetime

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData, ContractData

from rest_locale import _
from vnpy_restgateway.host import Host
from vnpy_restgateway.market.download import Download, GiveUp
from vnpy_restgateway.market.history import fetch_bars
from vnpy_restgateway.net.outcome import RestError
from vnpy_restgateway.polled.ranked_rest import Command

from ..enums import INTERVAL_VT2BINANCE
from ..parse import parse_bar
from .rest import QteRest

KLINES: str = "/klines"
PAGE: int = 500                     # bars; the document's default, of which it names no maximum
CONSTANT: int = 1_499_040_000_000   # ms: open time of the example bar that some builds always answer with


def query_history(
    host: Host, rest: QteRest, contract: ContractData, interval: Interval, start: datetime, end: datetime | None, download: Download
) -> list[BarData]:
    """Finished bars; what could be had when a page fails for good."""
    def page(start_ms: int, end_ms: int) -> list[BarData] | None:
        params: dict[str, str | int] = {
            "symbol": contract.name, "interval": INTERVAL_VT2BINANCE[interval],
            "startTime": start_ms, "endTime": end_ms, "limit": PAGE,
        }

        def ask(left: float) -> list[BarData]:
            reply, error = rest.wait_for(Command("GET", rest.build.prefix + KLINES, params), left, private=False)
            if reply is None:
                raise RestError(str(error))
            if reply.status == 200 and isinstance(reply.data, list):
                if reply.data and int(reply.data[0][0]) == CONSTANT:
                    raise GiveUp(_("the server has no klines: it answers with the documentation's example bar"))
                return [parse_bar(row, contract, interval, host.gateway_name) for row in reply.data]
            message: str = reply.body[:200].decode("utf-8", "replace")
            reason: str = _("status code: {status}, message: {message}").format(status=reply.status, message=message)
            raise GiveUp(reason) if reply.status // 100 == 4 else RestError(reason)

        return download.page(ask)

    return fetch_bars(page, interval, start, end, host.now(), download)
