"""The market of one symbol, put together from quotes, books and trades, pushed or asked for: both have the same names. Used under a lock."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from vnpy.trader.object import ContractData, TickData

from vnpy_restgateway.market.event_time import SET_BACK, event_time
from vnpy_restgateway.net.validate import amount, short

LEVELS: int = 5
Level = tuple[float, float]     # price, volume
FIGURES: dict[str, str] = {
    "cur_price": "last_price", "open_price": "open_price", "high_price": "high_price", "low_price": "low_price",
    "last_close_price": "pre_close", "volume": "volume", "turnover": "turnover",
}


class TickBook:
    """Turns messages into ticks."""

    def __init__(self, contract: ContractData, gateway_name: str, zone: ZoneInfo, moment: datetime) -> None:
        self.contract: ContractData = contract
        self.zone: ZoneInfo = zone
        self.tick: TickData = TickData(
            gateway_name=gateway_name, symbol=contract.symbol, exchange=contract.exchange, name=contract.name,
            datetime=moment.astimezone(zone),
        )
        self.bids: list[Level] = []
        self.asks: list[Level] = []
        self.event: float = 0.0         # s since 1970: the newest time told since the last tick
        self.dirty: bool = False
        self.pushed_at: float = 0.0     # monotonic s of the last push

    def on_quote(self, d: dict[str, Any]) -> None:
        """A row of ``basic_qot_list``: all of it, or none."""
        figures: dict[str, float] = {name: amount(d[source]) for source, name in FIGURES.items()}
        spread: float = amount(d.get("price_spread") or 0.0)
        grown: float = figures["volume"] - self.tick.volume
        for name, value in figures.items():
            setattr(self.tick, name, value)
        if grown > 0 and self.tick.last_volume == 0:
            self.tick.last_volume = grown
        if spread:
            self.tick.extra = {"price_spread": spread}
        self._hear(d.get("update_timestamp"))
        self.dirty = True

    def on_book(self, d: dict[str, Any]) -> None:
        """Both sides, best first; with the time at which the gateway was told."""
        bids, asks = read_levels(d["order_book_bid_list"]), read_levels(d["order_book_ask_list"])
        self.bids, self.asks = bids, asks
        for name in ("svr_recv_time_bid_timestamp", "svr_recv_time_ask_timestamp"):
            self._hear(d.get(name))
        self.dirty = True

    def on_ticker(self, d: dict[str, Any]) -> None:
        """Trades of the market."""
        for row in d["ticker_list"]:
            price, volume = amount(row["price"]), amount(row["volume"])
            if price:
                self.tick.last_price, self.tick.last_volume = price, volume
            self._hear(row.get("timestamp"))
        self.dirty = True

    def shown(self) -> tuple[float, float, list[Level], list[Level]]:
        """Last price, volume of the day, bids and asks as they were told last."""
        return self.tick.last_price, self.tick.volume, self.bids, self.asks

    def _hear(self, stamp: Any) -> None:
        if not isinstance(stamp, bool) and isinstance(stamp, int | float) and 0 < stamp < 1e11:
            self.event = max(self.event, float(stamp))

    def make(self, now: datetime) -> TickData | None:
        """
        The next tick; None without a price, or from a crossed book. Its time is the newest that was told, else ``now``, and
        never goes back unless it lies ahead: then the venue's clock was set back.
        """
        self.dirty = False
        tick: TickData = self.tick
        moment: datetime = event_time(int(self.event * 1_000), now) if self.event else now
        self.event = 0.0
        if moment > tick.datetime or tick.datetime - now > SET_BACK:
            tick.datetime = moment.astimezone(self.zone)
        if not tick.last_price or self.bids and self.asks and self.bids[0][0] >= self.asks[0][0]:
            return None
        made: TickData = object.__new__(TickData)
        fields: dict[str, Any] = tick.__dict__.copy()
        for side, levels in (("bid", self.bids), ("ask", self.asks)):
            for n, (price, volume) in enumerate(levels[:LEVELS], 1):
                fields[f"{side}_price_{n}"] = price
                fields[f"{side}_volume_{n}"] = volume
        made.__dict__ = fields
        return made


def read_levels(found: Any) -> list[Level]:
    """
    One side of a book.

    :raises ValueError: it is none
    """
    if not isinstance(found, list):
        raise ValueError(f"no levels: {short(found)}")
    levels: list[Level] = [(amount(row["price"]), amount(row["volume"])) for row in found]
    return [level for level in levels if level[0]]
