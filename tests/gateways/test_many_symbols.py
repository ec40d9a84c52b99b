"""
Hundreds of subscriptions at once (vnpy_binance#52: more than 120 looped for ever): every symbol ticks.

``MANY=1024`` is the long form.
"""

import os
from itertools import cycle

from mockexchange import MockExchange
from mockexchange.core.instruments import make_instrument
from mockexchange.core.numbers import SCALE

from .conftest import ALL_CASES
from .harness import Desk

COUNT: int = int(os.environ.get("MANY", "300"))


def test_every_symbol_ticks() -> None:
    """300 symbols of four streams are more than the 1,024 streams that one connection takes."""
    (case,) = (case for case in ALL_CASES if case.name == "binance")
    names = ["BTC", *(f"C{number:04d}" for number in range(COUNT - 1))]
    instruments = [make_instrument(f"{name}USDT", name, "USDT", "0.01", "0.001", "100") for name in names]
    with MockExchange("binance", instruments=instruments, feed="none") as venue:
        handshakes = venue.faults.add(match="ACCEPT ws /stream", stage="on_accept", action="delay", ms=0, times=0)["id"]
        desk = Desk(case, venue).ready()
        try:
            for name in names:
                desk.subscribe(f"{name}USDT_SPOT_BINANCE")
            prices = cycle((101, 102))

            def all_tick() -> bool:
                """Every symbol that has not ticked yet moves."""
                ticked = {tick.symbol for tick in desk.recorder.ticks}
                price = next(prices) * SCALE
                for name in names:
                    if f"{name}USDT_SPOT_BINANCE" not in ticked:
                        venue.run(lambda each, name=name: each.set_price(f"{name}USDT", price))
                return len(ticked) == COUNT

            desk.recorder.wait(all_tick, f"ticks of all {COUNT}", 60.0)
            assert not desk.recorder.complaints()
            found = next(fault["bitten"] for fault in venue.faults.list() if fault["id"] == handshakes)
            assert found == -(-COUNT * 4 // 1_024)
        finally:
            desk.close()
