"""
What a long life costs a venue: ``python benchmarks/long_life.py [ROWS]`` (default: a million rows of the journal).

Prints bytes of memory a row of the journal kept in memory, and for a journal in a file the bytes of memory a row, the size of
the file, and the seconds of a restart: opening the venue anew, ready to answer.
"""

import gc
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from mockexchange.checkpoint import path_of
from mockexchange.core.commands import Deposit, PlaceOrder
from mockexchange.core.exchange import Exchange
from mockexchange.dialects.common.spot import default_instruments
from mockexchange.core.numbers import SCALE
from mockexchange.journal import Journal
from mockexchange.server.venue import Venue

PRICE: int = 40_000 * SCALE
START: int = 1_700_000_000_000_000


def fill(journal: Journal, rows: int) -> float:
    """Let two accounts trade until the journal has so many rows; returns the seconds that recording took."""
    exchange: Exchange = Exchange(default_instruments(), 0)
    spent: float = 0.0
    now: int = START
    count: int = 0

    def apply(command: object) -> None:
        nonlocal spent
        events = exchange.apply(command, now)       # type: ignore[arg-type]
        begun: float = time.perf_counter()
        journal.record(now, command, events)        # type: ignore[arg-type]
        spent += time.perf_counter() - begun

    for account in ("mock-key", "other"):
        apply(Deposit(account, "USDT", 10 ** 9 * SCALE))
        apply(Deposit(account, "BTC", 10 ** 6 * SCALE))
    while journal.last < rows:
        for _ in range(200):
            count += 1
            now += 1_000
            apply(PlaceOrder("other", "BTCUSDT", "SELL", "LIMIT", SCALE // 100, PRICE, client_order_id=f"sell-{count}"))
            apply(PlaceOrder("mock-key", "BTCUSDT", "BUY", "LIMIT", SCALE // 100, PRICE, client_order_id=f"buy-{count}"))
    return spent


def main(rows: int) -> None:
    """Measure and print."""
    fill(Journal(), rows // 100)        # caches of texts are not the journal's
    gc.collect()
    tracemalloc.start()
    journal: Journal = Journal()
    fill(journal, rows // 20)
    gc.collect()
    print(f"memory: {tracemalloc.get_traced_memory()[0] / journal.last:8.0f} bytes a row in memory")
    tracemalloc.stop()
    journal = Journal()
    spent: float = fill(journal, rows // 20)
    print(f"record: {spent / journal.last * 1e6:8.2f} us a row in memory")
    with tempfile.TemporaryDirectory() as folder:
        path: Path = Path(folder) / "binance.journal.jsonl"
        journal = Journal(path)
        spent = fill(journal, rows)
        print(f"record: {spent / journal.last * 1e6:8.2f} us a row in a file")
        index: int = len(journal.prefix().offsets) * 8
        print(f"file:   {path.stat().st_size / journal.last:8.0f} bytes a row on disk, {index / journal.last:.3f} in memory")
        journal.close()
        begun: float = time.perf_counter()
        Journal(path).close()
        print(f"open:   {time.perf_counter() - begun:8.2f} s for {rows} rows: every byte checked")
        begun = time.perf_counter()
        venue: Venue = Venue("binance", feed="none", state=folder)
        print(f"start:  {time.perf_counter() - begun:8.2f} s for {rows} rows, {len(venue.exchange.all_orders('mock-key', 'BTCUSDT'))} orders of one account")
        begun = time.perf_counter()
        venue.close()
        print(f"close:  {time.perf_counter() - begun:8.2f} s, a checkpoint of {path_of(path).stat().st_size / 1e6:.0f} MB is written")
        begun = time.perf_counter()
        venue = Venue("binance", feed="none", state=folder)
        print(f"start:  {time.perf_counter() - begun:8.2f} s with the checkpoint, {len(venue.exchange.all_orders('mock-key', 'BTCUSDT'))} orders of one account")
        venue.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
