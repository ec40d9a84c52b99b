"""F69: the trading process is killed with orders on their way, and a new one takes over."""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import Timer
from typing import Any

from rest_locale import N_, _

from .matrix import Run, row
from .recorder import Missed

ENOUGH: int = 9                 # orders until the process is killed
LONGEST: float = 60.0           # s that it may take to send them


def trade_and_be_killed(run: Run) -> int:
    """
    A process of its own trades on the account, and is killed with no warning; the number of orders it sent, at most.

    :raises Missed: ``hung``: it sent too few
    """
    profile, market = run.profile, run.market
    setting: dict[str, Any] = profile.setting(run.venue)
    kind: type = profile.gateway_class

    def filled(text: str) -> str:
        for word in ("rest", "stream", "key", "secret"):
            text = text.replace("{" + word + "}", getattr(run.venue, word))
        return text

    told: dict[str, Any] = {
        "gateway": f"{kind.__module__}:{kind.__qualname__}", "dialect": profile.dialect, "setting": setting, "symbol": profile.symbol,
        "exchange": profile.exchange.value, "ready_line": profile.ready_line, "orders_line": profile.orders_line,
        "patches": {place: filled(text) for place, text in profile.patches.items()},
        "orders": [("BUY", price, market.volume(1)) for price in (market.low, market.high, market.near, market.low_at(1))],
    }
    command: list[str] = [sys.executable, "-m", f"{__package__}.killed_child"]
    ours: str = str(Path(__file__).parents[2])          # first: a folder of tests may have packages of the same names
    environment: dict[str, str] = {**os.environ, "PYTHONPATH": os.pathsep.join([ours, *sys.path])}
    sent: int = 0
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True, encoding="utf-8") as child:
        assert child.stdin is not None and child.stdout is not None
        patience: Timer = Timer(LONGEST, child.kill)
        patience.start()
        try:
            child.stdin.write(json.dumps(told) + "\n")
            child.stdin.flush()
            for line in child.stdout:
                sent += line.startswith("sent ")
                if sent == ENOUGH:
                    child.kill()                # what it has written until now is read to its end
        finally:
            patience.cancel()
            child.kill()
    if sent < ENOUGH:
        raise Missed("hung", _("the process sent {sent} orders within {seconds:g} s, and ended with {status}").format(sent=sent, seconds=LONGEST, status=child.returncode))
    return sent + 1                             # it may have died between an order and its line


@row("F69", N_("kill -9 with orders on their way, and a new process"), seconds=12, real="a process is killed")
def killed(run: Run) -> None:
    sent: int = trade_and_be_killed(run)
    run.venue.set_price(run.market.symbol, run.market.under)        # fills while nobody is there
    if not open_orders(run):
        raise Missed("vacuous", _("no order was left at the venue"))
    desk = run.desk()
    desk.assert_truth(run.profile.patience)
    alive = [orderid for orderid, order in desk.recorder.orders.items() if order.is_active()]
    if len(alive) != open_orders(run):
        raise Missed("lost", _("{count} orders live at the venue, {alive} are shown alive").format(count=open_orders(run), alive=len(alive)))
    for orderid in alive:
        run.away(desk, orderid)
    run.sent_once(sent)
    if open_orders(run):
        raise Missed("lost", _("an order could not be cancelled"))
    run.works(desk)


def open_orders(run: Run) -> int:
    """How many orders live at the venue."""
    return int(run.venue.state()["accounts"][run.venue.key]["open_orders"])
