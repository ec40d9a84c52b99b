"""
20-level depth text to 5-level tick, in process: our gateway's MdApi against the vn.py idiom.

The idiom is what vn.py's gateways do with a book: ``json.loads``, a loop that sets the numbered
fields by name, and a copy of the tick for the event engine.
"""

import json
from copy import copy
from datetime import datetime, timezone

from desks import Sink, our_desk
from market import Message, depths
from side_by_side import Row, alternate, main, ratio_of, row, timed
from vnpy.trader.constant import Exchange
from vnpy.trader.object import TickData

from vnpy_mockbinance.ticks import FRAMES, HANDLERS

CHUNK: int = 500
CHANNEL: str = "depth5@100ms"           # what the gateway subscribes; its text may as well have 20 levels


class Idiom:
    """The vn.py idiom."""

    def __init__(self, sink: Sink) -> None:
        from vnpy.trader.gateway import BaseGateway

        class Gateway(BaseGateway):
            """What publishes a tick, and nothing else."""

        Gateway.__abstractmethods__ = frozenset()
        self.gateway: BaseGateway = Gateway(sink, "IDIOM")    # type: ignore[abstract, arg-type]
        self.tick: TickData = TickData(
            symbol="BTCUSDT_SPOT_BINANCE", exchange=Exchange.GLOBAL, datetime=datetime.now(timezone.utc),
            name="BTCUSDT", last_price=40000.0, gateway_name="IDIOM",
        )

    def on_message(self, text: str) -> None:
        """One book."""
        tick: TickData = self.tick
        data: dict = json.loads(text)
        tick.datetime = datetime.now(timezone.utc)
        bids: list = data["bids"]
        for n in range(min(5, len(bids))):
            price, volume = bids[n]
            setattr(tick, f"bid_price_{n + 1}", float(price))
            setattr(tick, f"bid_volume_{n + 1}", float(volume))
        asks: list = data["asks"]
        for n in range(min(5, len(asks))):
            price, volume = asks[n]
            setattr(tick, f"ask_price_{n + 1}", float(price))
            setattr(tick, f"ask_volume_{n + 1}", float(volume))
        tick.localtime = datetime.now()
        self.gateway.on_tick(copy(tick))


def run(quick: bool) -> list[Row]:
    """One row for the table of ratios."""
    messages: list[Message] = depths(CHUNK)
    ours = our_desk(Sink(), ["BTCUSDT"])
    book = next(iter(ours.session.md.books.values()))
    ours.session.md.routes[b"btcusdt@depth20@100ms"] = (FRAMES[CHANNEL].decode, HANDLERS[CHANNEL], book)
    ours.session.md.index_routes()

    def our_tick(payload: bytes) -> None:
        ours.session.md.on_frame(payload)
        ours.session.md.on_read_end()

    ours_timed = timed(our_tick, [message.combined for message in messages])

    def ours_again() -> float:
        book.reset()            # the same update ids once more
        return ours_timed()

    idiom: Idiom = Idiom(Sink())
    rounds: int = 10 if quick else 60
    taken = alternate({"ours": ours_again, "idiom": timed(idiom.on_message, [m.raw for m in messages])}, rounds)
    return [row("20-level depth text to 5-level tick", "the vn.py idiom", ratio_of(taken["idiom"], taken["ours"]), 2.2)]


if __name__ == "__main__":
    main(run, __doc__)
