"""Bars, page by page (section 2.10): each page tells the key of the next one. Works in its caller's thread."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData, ContractData

from rest_locale import _
from vnpy_restgateway.contracts import Listed
from vnpy_restgateway.host import Host
from vnpy_restgateway.market.download import Download, GiveUp, NotYet
from vnpy_restgateway.market.history import fetch_bars
from vnpy_restgateway.net.outcome import RestError, coded
from vnpy_restgateway.net.validate import amount, short
from vnpy_restgateway.polled.ranked_rest import Command

from .calls import security
from .endpoints import BARS
from .enums import BY_EXCHANGE, INTERVALS, Market
from .limits import SlidingWindow
from .outcomes import payload, read_error, rows
from .parse import finite, moment_of
from .rest import FutuRest

PAGE: int = 1000
NO_REHAB: int = 0               # raw prices
# bars within a day are stamped with their end, those of days with the day
LENGTH: dict[Interval, timedelta] = {Interval.MINUTE: timedelta(minutes=1), Interval.HOUR: timedelta(hours=1)}


def parse_bar(d: dict[str, Any], contract: ContractData, interval: Interval, zone: ZoneInfo, gateway_name: str) -> BarData | None:
    """A row of ``kl_list``; None of a blank one, and of one that cannot be (a high below its open)."""
    if d.get("is_blank"):
        return None
    opened, high, low, close = (amount(d[name]) for name in ("open_price", "high_price", "low_price", "close_price"))
    if not 0 < low <= min(opened, close) or not high >= max(opened, close):
        return None
    begin: datetime = moment_of(d.get("timestamp"), d.get("time"), zone) - LENGTH.get(interval, timedelta())
    return BarData(
        gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, datetime=begin, interval=interval, open_price=opened,
        high_price=high, low_price=low, close_price=close, volume=amount(d["volume"]), turnover=finite(d.get("turnover")),
    )


def query_history(
    host: Host, rest: FutuRest, window: SlidingWindow | None, listed: Listed[Any], interval: Interval, start: datetime, end: datetime | None,
    download: Download,
) -> list[BarData]:
    """Finished bars, oldest first; what could be had when a page fails for good."""
    contract: ContractData = listed.contract
    market: Market = BY_EXCHANGE[contract.exchange]
    zone: ZoneInfo = ZoneInfo(market.zone)
    length: timedelta = LENGTH.get(interval, timedelta())
    key: list[Any] | None = None
    ended: bool = False

    def label_of(ms: int) -> str:
        found: datetime = datetime.fromtimestamp(ms / 1_000, zone) + length
        return f"{found:%Y-%m-%d %H:%M:%S}" if length else f"{found:%Y-%m-%d}"

    begin: str = label_of(int(start.timestamp() * 1_000))

    def page(start_ms: int, end_ms: int) -> list[BarData] | None:
        while not ended:
            body: dict[str, Any] = {
                "security": security(market, contract.symbol), "kl_type": INTERVALS[interval], "rehab_type": NO_REHAB, "begin_time": begin,
                "end_time": label_of(end_ms), "max_ack_kl_num": PAGE,
            }
            if key:
                body["next_req_key"] = key
            found: list[BarData] | None = download.page(partial(ask, body))
            if found is None:
                return None
            if found:
                return found
        return []

    def ask(body: dict[str, Any], left: float) -> list[BarData]:
        nonlocal key, ended
        if window is not None and "next_req_key" not in body:
            if (wait := window.wait(host.monotonic())) > 0:
                raise NotYet(wait)
            window.take(host.monotonic())
        reply, error = rest.wait_for(Command("POST", BARS, body), left)
        if reply is None:
            raise RestError(str(error))
        refused = read_error(reply)
        if reply.malformed or refused is not None:
            reason: str = str(error) if reply.malformed or refused is None else coded(*refused)
            final: bool = not reply.malformed and reply.status < 500 and reply.status != 429
            raise GiveUp(reason) if final else RestError(reason)
        try:
            bars = [bar for row in rows(reply.data, "kl_list") if (bar := parse_bar(row, contract, interval, zone, host.gateway_name))]
            next_key: Any = payload(reply.data).get("next_req_key") or None
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as problem:
            raise GiveUp(_("bars not understood: {problem}").format(problem=problem)) from None
        if next_key is not None and not isinstance(next_key, list):
            raise GiveUp(_("no next_req_key: {key}").format(key=short(next_key)))
        key, ended = next_key, next_key is None
        return bars

    return fetch_bars(page, interval, start, end, host.now(), download)
