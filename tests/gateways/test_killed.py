"""F69 with more of everything than the row of the matrix: the trading process is killed with orders on their way, and a new one takes over."""

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from vnpy.trader.constant import Status

from mockexchange import MockExchange

from .conftest import ALL_CASES, LONG
from .harness import Case, Desk

TESTS: Path = Path(__file__).resolve().parents[1]


def trade_and_be_killed(case: Case, venue: MockExchange, random: Random) -> list[str]:
    """A child trades on the account and is killed after some of its orders; their ids."""
    command = [
        sys.executable, "-m", "gateways.killed_child", case.name, venue.rest, venue.stream, venue.key, venue.secret,
        str(random.random()),
    ]
    path = os.pathsep.join([str(TESTS), str(TESTS.parent), *filter(None, [os.environ.get("PYTHONPATH", "")])])
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, cwd=TESTS, text=True) as child:
        try:
            assert child.stdout is not None
            sent: list[str] = []
            wanted: int = random.randrange(5, 25)
            for line in child.stdout:
                word, _, orderid = line.strip().partition(" ")
                if word == "sent":
                    sent.append(orderid)
                if len(sent) >= wanted:
                    break
        finally:
            child.kill()
        assert len(sent) == wanted, "the child ended by itself"
        sent += [line.split()[1] for line in child.stdout if line.endswith("\n")]       # it went on until it was dead
    return sent


@pytest.mark.parametrize("case", [case for case in ALL_CASES if case.in_matrix][:None if LONG else 1], ids=lambda case: case.name)
@pytest.mark.parametrize("seed", [1, 2] if LONG else [1])
def test_a_new_process_takes_over(case: Case, seed: int) -> None:
    random = Random(f"{case.name} {seed}")
    with MockExchange(case.dialect, seed=seed, options=dict(case.options)) as venue:
        sent = trade_and_be_killed(case, venue, random)
        venue.set_price(case.venue_symbol, "39850")     # fills while nobody is there
        with closing(Desk(case, venue, spoils=False).ready()) as desk:
            desk.assert_truth(case.patience)
            made = {row["order_id"] for row in venue.journal() if row["kind"] == "order"}
            assert made and len(made) <= len(sent), "an order was sent again"
            alive = [order.orderid for order in desk.recorder.orders.values() if order.is_active()]
            open_orders = venue.state()["accounts"][venue.key]["open_orders"]
            count = open_orders if isinstance(open_orders, int) else len(open_orders)
            assert len(alive) == count, "not every order of before is shown alive"
            for orderid in alive:
                desk.cancel(orderid)
            for orderid in alive:
                desk.wait_status(orderid, Status.CANCELLED, Status.ALLTRADED, seconds=case.patience)
            bought = desk.send("BUY", 50_000.0, 0.01)
            desk.wait_status(bought, Status.ALLTRADED, seconds=case.patience)
            desk.assert_truth(case.patience)
