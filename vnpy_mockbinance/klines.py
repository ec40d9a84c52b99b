"""Bars (rest-api.md, "Kline/Candlestick data"), pages of them side by side, within the request weight. Works in its caller's thread."""

from datetime import datetime, timezone
from logging import INFO
from typing import Any

import msgspec
from vnpy.trader.constant import Interval
from vnpy.trader.object import BarData, ContractData

from rest_locale import _
from vnpy_restgateway.market.bars import BarTemplate
from vnpy_restgateway.market.download import Download, GiveUp, NotYet
from vnpy_restgateway.market.history import fetch_bars
from vnpy_restgateway.net.outcome import Reply
from vnpy_restgateway.net.rest_format import Response
from vnpy_restgateway.net.validate import Amount, whole

from .endpoints import KLINES, PAGE
from .enums import INTERVAL_VT2BINANCE
from .errors import error_of
from .parse import parse_time
from .rest import RestApi

AT_ONCE: int = 8                    # pages under way
SHARE: float = 0.5                  # of the request weight of a minute that history may use up: the rest is for orders and questions
WEIGHT_HEADER: str = "X-MBX-USED-WEIGHT-1M"
MINUTE_MS: int = 60_000
MICROSECONDS: int = 100_000_000_000_000


class Kline(msgspec.Struct, array_like=True, gc=False):
    """A row, as far as it is read."""

    open_time: int
    open: Amount
    high: Amount
    low: Amount
    close: Amount
    volume: Amount
    close_time: int
    turnover: Amount


# the venue writes numbers as text
_rows: msgspec.json.Decoder[list[Kline]] = msgspec.json.Decoder(list[Kline], strict=False)


class WeightWatch:
    """What of a minute's request weight is used up, as the venue's answers tell."""

    def __init__(self, rest: RestApi) -> None:
        self.rest: RestApi = rest
        self.minute: int = 0
        self.used: int = 0

    def hear(self, text: str) -> None:
        """An answer's header."""
        try:
            self.used = whole(text)
        except ValueError:
            return
        self.minute = self.rest.home.clock.now_ms() // MINUTE_MS

    def wait(self) -> float:
        """Seconds until the next page may be asked for: the venue counts by minutes of its own clock."""
        clock = self.rest.home.clock
        if self.used < self.rest.weight_limit * SHARE:
            return 0.0
        now: int = clock.now_ms()
        if now // MINUTE_MS != self.minute:
            return 0.0
        return (MINUTE_MS - now % MINUTE_MS) / 1_000 / clock.scale


def parse_bars(content: bytes, template: BarTemplate) -> list[BarData]:
    """
    A page.

    :raises ValueError: it is none
    """
    fill = template.fill
    from_timestamp, utc = datetime.fromtimestamp, timezone.utc
    return [
        fill(
            from_timestamp(row.open_time / 1_000, utc) if 0 <= row.open_time <= MICROSECONDS else parse_time(row.open_time),
            (row.open, row.high, row.low, row.close), row.volume, row.turnover,
        ) for row in _rows.decode(content)
    ]


def query_history(
    rest: RestApi, contract: ContractData, interval: Interval, start: datetime, end: datetime | None, download: Download
) -> list[BarData]:
    """Finished bars; what could be had when a page fails for good."""
    home = rest.home
    template: BarTemplate = BarTemplate(contract, interval, home.gateway_name)
    weight: WeightWatch = WeightWatch(rest)
    said: bool = False

    def page(start_ms: int, end_ms: int) -> list[BarData] | None:
        params: dict[str, Any] = {
            "symbol": contract.name, "interval": INTERVAL_VT2BINANCE[interval], "startTime": start_ms, "endTime": end_ms, "limit": PAGE,
        }

        def ask(left: float) -> list[BarData]:
            nonlocal said
            if pause := home.pause():
                reason: str = _("told to wait {seconds:.0f} s").format(seconds=pause)
                raise GiveUp(reason) if pause >= left else NotYet(pause)
            if wait := weight.wait():
                if not said:
                    said = True
                    line: str = _("Query kline history of {symbol}: half of the venue's request weight is used up, going on in {seconds:.0f} s")
                    home.log(line.format(symbol=contract.symbol, seconds=wait), INFO)
                raise NotYet(wait)
            response: Response = rest.request("GET", KLINES, params=params, timeout=min(left, rest.read_timeout))
            weight.hear(response.headers.get(WEIGHT_HEADER, ""))
            if response.status_code // 100 == 2:
                return parse_bars(response.content, template)
            reason = _("status code: {status}, message: {message}").format(status=response.status_code, message=response.text[:200])
            reply: Reply = Reply.parse(response.status_code, response.headers, response.content)
            with download.lock:             # said once, whoever meets it first
                limited: bool = rest.on_limits(reply, *error_of(reply))
            if not limited and response.status_code // 100 == 4:
                raise GiveUp(reason)
            raise ValueError(reason)

        return download.page(ask)

    return fetch_bars(page, interval, start, end, home.now(), download, AT_ONCE)
