"""
bookTicker text to published tick, in process: our gateway's MdApi against vnpy_binance's.

The same quotes in the wrapping each is sent in, both publishing every message into an event
engine that only counts.
"""

from collections.abc import Callable
from typing import Any

from desks import Sink, our_desk, stock_desk
from market import Message, book_tickers
from side_by_side import Row, alternate, install_hint, main, peer_module, ratio_of, row, timed

PATH: str = "tick in process, bookTicker text to published tick"
PEER: str = "vnpy_binance on_message"
AT_LEAST: float = 3.0
CHUNK: int = 2_000


def our_tick(md: Any) -> Callable[[bytes], None]:
    """One message, published at once as if it were alone in its read."""
    def tick(payload: bytes) -> None:
        md.on_frame(payload)
        md.on_read_end()

    return tick


def run(quick: bool) -> list[Row]:
    """One row for the table of ratios."""
    if peer_module("vnpy_binance") is None:
        return [row(PATH, PEER, None, AT_LEAST, note=install_hint("vnpy_binance"))]
    messages: list[Message] = book_tickers(CHUNK, ["BTCUSDT"])
    our_sink, stock_sink = Sink(), Sink()
    ours = our_desk(our_sink, ["BTCUSDT"])
    stock = stock_desk(stock_sink, ["BTCUSDT"])
    before: tuple[int, int] = our_sink.count, stock_sink.count
    book = next(iter(ours.md.books.values()))
    ours_timed = timed(our_tick(ours.md), [message.combined for message in messages])

    def ours_again() -> float:
        book.reset()            # the same update ids once more
        return ours_timed()

    rounds: int = 10 if quick else 60
    taken = alternate({"ours": ours_again, "stock": timed(stock.md_api.on_message, [m.raw for m in messages])}, rounds)
    pushed: tuple[int, int] = our_sink.count - before[0], stock_sink.count - before[1]
    if pushed[0] != pushed[1]:
        raise RuntimeError(f"published events differ: {pushed}")
    return [row(PATH, PEER, ratio_of(taken["stock"], taken["ours"]), AT_LEAST)]


if __name__ == "__main__":
    main(run, __doc__)
