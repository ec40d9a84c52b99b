"""
bookTicker text to published tick, in process: our gateway's MdApi against vnpy_binance's.

The same quotes in the wrapping each is sent in, both publishing every message into an event
engine that does nothing with it. First it is made sure that they publish the same ticks.
"""

from time import thread_time
from typing import Any

from desks import Sink, our_desk, stock_desk
from market import Message, book_tickers
from side_by_side import Row, alternate, install_hint, main, peer_module, ratio_of, row
from vnpy.trader.object import TickData

PATH: str = "tick in process, bookTicker text to published tick"
PEER: str = "vnpy_binance on_message"
AT_LEAST: float = 3.0
CHUNK: int = 2000


def run(quick: bool) -> list[Row]:
    """One row for the table of ratios."""
    if peer_module("vnpy_binance") is None:
        return [row(PATH, PEER, None, AT_LEAST, note=install_hint("vnpy_binance"))]
    messages: list[Message] = book_tickers(CHUNK, ["BTCUSDT"])
    our_sink, stock_sink = Sink(2 * CHUNK), Sink(2 * CHUNK)
    ours = our_desk(our_sink, ["BTCUSDT"])
    stock = stock_desk(stock_sink, ["BTCUSDT"])
    book = next(iter(ours.session.md.books.values()))
    on_frame, on_read_end = ours.session.md.on_frame, ours.session.md.on_read_end
    on_message = stock.md_api.on_message
    combined: list[bytes] = [message.combined for message in messages]
    raw: list[str] = [message.raw for message in messages]

    def our_chunk() -> float:
        book.reset()                    # the same update ids once more
        begin: float = thread_time()
        for payload in combined:
            on_frame(payload)           # each published at once, as if it were alone in its read
            on_read_end()
        return thread_time() - begin

    def stock_chunk() -> float:
        begin: float = thread_time()
        for text in raw:
            on_message(text)
        return thread_time() - begin

    for chunk in (our_chunk, stock_chunk):
        chunk()
    check_same(our_sink, stock_sink)
    ours.event_engine = stock.event_engine = Sink()
    taken = alternate({"ours": our_chunk, "stock": stock_chunk}, 10 if quick else 60)
    return [row(PATH, PEER, ratio_of(taken["stock"], taken["ours"]), AT_LEAST)]


def check_same(ours: Sink, theirs: Sink) -> None:
    """Both have published the same ticks."""
    def seen(sink: Sink) -> list[tuple[Any, ...]]:
        return [
            (event.type, tick.symbol, tick.bid_price_1, tick.bid_volume_1, tick.ask_price_1, tick.ask_volume_1)
            for event in sink.events if isinstance(tick := event.data, TickData)
        ]

    if not seen(ours) or seen(ours) != seen(theirs):
        raise RuntimeError("the two gateways publish different ticks")


if __name__ == "__main__":
    main(run, __doc__)
