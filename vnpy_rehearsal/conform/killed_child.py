"""
A trading process that is killed: ``python -m vnpy_rehearsal.conform.killed_child``, told by one line of JSON on its standard
input what to trade. It sends orders and cancels without end; a line "sent ID" of its output follows each order.
"""

import json
import sys
from importlib import import_module
from itertools import count
from typing import Any

from vnpy.trader.constant import Exchange, Status

from .harness import GatewayHarness
from .profile import Profile, load_class

PAUSE: float = 0.02             # s between orders
THIRD: int = 3                  # every third order is cancelled, while its answer is still on its way


def main(told: dict[str, Any]) -> None:
    for place, text in told["patches"].items():
        module, _, constant = place.partition(":")
        setattr(import_module(module), constant, text)
    setting: dict[str, Any] = told["setting"]
    profile: Profile = Profile(
        name="killed", dialect=told["dialect"], gateway_class=load_class(told["gateway"]), setting=lambda venue: setting, symbol=told["symbol"],
        exchange=Exchange(told["exchange"]), ready_line=told["ready_line"], orders_line=told["orders_line"], real_engine=True,
    )
    desk: GatewayHarness = GatewayHarness(profile, None, spoils=False).ready()
    for number in count():
        side, price, volume = told["orders"][number % len(told["orders"])]
        orderid: str = desk.send(side, price, volume)
        print("sent", orderid, flush=True)
        if number == 0:
            desk.wait_status(orderid, Status.NOTTRADED, seconds=30.0)       # one rests; the others may be on their way for ever
        if number % THIRD == 1:
            desk.cancel(orderid)
        desk.recorder.pass_time(PAUSE)


if __name__ == "__main__":
    main(json.loads(sys.stdin.readline()))
