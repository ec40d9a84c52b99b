"""
A year of minute bars from a venue that takes 20 ms for a page, and how the year's bars cost CPU.

Our gateway fetches all 525,600; vnpy_binance's, which asks for one page after the other and sleeps half a second between them, fetches
a few days, and what those took is reckoned up. First it is made sure that both bring the same bars.
"""

from datetime import datetime, timedelta, timezone
from time import perf_counter, process_time
from typing import Any

from bare_venue import serve
from desks import OrderDesk, Sink, stock_desk
from side_by_side import Row, child, install_hint, main, peer_module, ratio_of, row
from vnpy.trader.constant import Exchange, Interval
from vnpy.trader.object import BarData, HistoryRequest

PATH: str = "a year of minute bars, 20 ms a page"
PEER: str = "vnpy_binance query_history"
AT_LEAST: float = 50.0
YEAR: int = 525_600
PAGE_DELAY: float = 0.02
END: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc)


def run(quick: bool) -> list[Row]:
    """One row for the time, one for the CPU of a bar."""
    paths: list[str] = [PATH, "CPU of a bar"]
    if peer_module("vnpy_binance") is None:
        return [row(path, PEER, None, AT_LEAST, note=install_hint("vnpy_binance")) for path in paths]
    rounds, few = (1, 4_000) if quick else (3, 8_000)
    times: dict[str, list[float]] = {"ours": [], "stock": []}
    work: dict[str, list[float]] = {"ours": [], "stock": []}

    def fetch(kind: str, gateway: Any, count: int) -> list[BarData]:
        request: HistoryRequest = HistoryRequest(
            "BTCUSDT_SPOT_BINANCE", Exchange.GLOBAL, END - timedelta(minutes=count), END - timedelta(minutes=1), Interval.MINUTE,
        )
        begin, cpu = perf_counter(), process_time()
        bars: list[BarData] = gateway.query_history(request)
        times[kind].append((perf_counter() - begin) / count)
        work[kind].append((process_time() - cpu) / count)
        # vnpy_binance leaves out the last bar it got, finished or not
        if not count - 1 <= len(bars) <= count:
            raise RuntimeError(f"{kind}: {len(bars)} of {count} bars")
        return bars

    with child(serve, 1, PAGE_DELAY) as pipe:
        rest: str = f"http://127.0.0.1:{pipe.recv()}"
        stock: Any = stock_desk(Sink(), ["BTCUSDT"])
        stock.rest_api.init(rest)
        desk: OrderDesk = OrderDesk(rest, "", over_rest=True)
        try:
            check_same(fetch("ours", desk.gateway, few), fetch("stock", stock, few))
            times, work = {"ours": [], "stock": []}, {"ours": [], "stock": []}
            for __ in range(rounds):
                fetch("ours", desk.gateway, YEAR)
                fetch("stock", stock, few)
        finally:
            desk.close()
    note: str = f"{min(times['ours']) * YEAR:.1f} s for the year; the peer's {few} bars reckoned up: {min(times['stock']) * YEAR:.0f} s"
    cpu: str = f"{min(work['ours']) * 1e6:.1f} µs, {min(work['stock']) * 1e6:.1f} µs"
    return [
        row(PATH, PEER, ratio_of(times["stock"], times["ours"]), AT_LEAST, note=note),
        row("a year of minute bars, CPU of the whole process", PEER, ratio_of(work["stock"], work["ours"]), 2.0, note=f"a bar: {cpu}"),
    ]


def check_same(ours: list[BarData], theirs: list[BarData]) -> None:
    """Both have brought the same bars."""
    def seen(bars: list[BarData]) -> list[tuple[Any, ...]]:
        return [
            (bar.datetime.timestamp(), bar.open_price, bar.high_price, bar.low_price, bar.close_price, bar.volume, bar.turnover) for bar in bars
        ]

    if seen(ours)[:len(theirs)] != seen(theirs):
        raise RuntimeError("the two gateways bring different bars")


if __name__ == "__main__":
    main(run, __doc__)
