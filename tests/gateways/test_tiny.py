"""
A share venue that nobody here knows, polled, with a dialect and a gateway of its own (tests/tinyvenue): found by entry points, it
passes every row of the matrix that applies to it, and no file of ours names it.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from vnpy.trader.constant import Direction, Status
from vnpy.trader.gateway import BaseGateway

HERE: Path = Path(__file__).parents[1] / "tinyvenue"
sys.path.insert(0, str(HERE))

import vnpy_rehearsal.conform.rows  # noqa: E402, F401  (registers the rows)
from mockexchange import MockExchange  # noqa: E402
from mockexchange.dialects import find_dialects  # noqa: E402
from vnpy_rehearsal.conform.matrix import ABSENCE, ROWS, run_row, venue_options, why_not  # noqa: E402
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy  # noqa: E402

from .conftest import LONG  # noqa: E402
from .harness import known  # noqa: E402
from .harness import Case, Desk  # noqa: E402

DAY: int = 86_400_000


def quick(gateway: BaseGateway) -> None:
    found: Any = gateway
    found.timings.request_timeout = 1.5
    found.timings.orders_interval, found.timings.quotes_interval, found.timings.account_interval = 0.2, 0.2, 0.5
    found.flow.table.rule = NotFoundPolicy(bound=2.0, spacing=0.2, misses=3, first=0.05, longest=0.5)


TINY: Case = known(
    "tiny", "tiny_gateway:TinyGateway", "tiny", quick, order_label="POST /order", cancel_label="POST /cancel", secret_field="Key", patience=60.0,
)
APPLY: list[str] = [id for id, row in ROWS.items() if not why_not(row, TINY)]


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Connected, on a clock that stands until it is moved; a parameter is the market's speed."""
    speed: float = getattr(request, "param", 1.0)
    with MockExchange("tiny", seed=7, clock="manual=1767600000000", speed=speed) as venue:      # a Monday in January, 16:00 in Shanghai
        found: Desk = Desk(TINY, venue)
        try:
            yield found.ready()
        finally:
            found.close()


def test_it_is_small_and_comes_by_entry_points() -> None:
    lines: int = sum(len(path.read_text().splitlines()) for path in HERE.glob("*.py"))
    assert lines < 300
    assert find_dialects()["tiny"] == "tiny_dialect:TinyDialect"
    ours = Path(__file__).parents[2]
    for package in ("mockexchange", "vnpy_restgateway", "vnpy_rehearsal"):
        for path in (ours / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8").lower()
            assert "tiny_" not in text and "tinyvenue" not in text, path


def test_enough_rows_apply() -> None:
    assert len(APPLY) >= 28
    assert {why_not(ROWS[id], TINY) for id in ROWS.keys() - set(APPLY)} <= {
        *TINY.absent.values(), *ABSENCE.values(), "nothing is pushed: everything is polled", "the dialect's labels have no fills",
    }


@pytest.mark.parametrize("id", APPLY if LONG else APPLY[::5])
def test_row(id: str) -> None:
    row = ROWS[id]
    with MockExchange("tiny", seed=7, options=venue_options(row, TINY), clock=row.clock, speed=row.speed) as venue:
        run_row(row, TINY, venue)


@pytest.mark.parametrize("desk", [0.001], indirect=True)       # a day of a busy market takes seconds
def test_shares_of_today_are_sold_tomorrow(desk: Desk) -> None:
    """T+1, refused here by what the venue says can be sold; the ids of the next day begin at 1 again, and are other orders'."""
    bought = desk.send("BUY", TINY.market.high, 300.0)
    desk.wait_status(bought, Status.ALLTRADED)
    position = desk.recorder.positions
    desk.recorder.wait(lambda: position[TINY.symbol].volume == 100_300.0, "the position")
    assert (position[TINY.symbol].yd_volume, position[TINY.symbol].frozen) == (100_000.0, 300.0)
    sold = desk.send("SELL", TINY.market.low, 100_300.0)
    desk.wait_status(sold, Status.REJECTED)
    assert desk.recorder.said("is above the 100000 that can be sold now")
    resting = desk.send("BUY", TINY.market.low, 100.0)
    desk.wait_status(resting, Status.NOTTRADED)
    desk.assert_truth()

    desk.venue.advance(DAY)
    desk.wait_status(resting, Status.CANCELLED)             # a day's order ends with it
    assert desk.recorder.said("has ended with its trading day") and not desk.recorder.said("begins anew")
    desk.recorder.wait(lambda: position[TINY.symbol].yd_volume == 100_300.0, "what can be sold")
    desk.venue.advance(5_000)           # the market opens again
    first = desk.send("SELL", float(desk.venue.state()["symbols"]["600001.SH"]["best_bid"]), 100_300.0)
    desk.wait_status(first, Status.ALLTRADED, Status.PARTTRADED, Status.NOTTRADED)
    table = desk.gateway.flow.table         # type: ignore[attr-defined]
    ids = [table.get(orderid).venue_id for orderid in (bought, first)]
    assert [venue_id.rpartition("-")[2] for venue_id in ids] == ["1", "1"] and ids[0] != ids[1]
    desk.wait_status(bought, Status.ALLTRADED)
    assert len([trade for trade in desk.recorder.trades if trade.direction is Direction.LONG]) == 1


def test_two_fills_between_two_looks_have_their_mean_price(desk: Desk) -> None:
    orderid = desk.send("BUY", 9.95, 1000.0)
    desk.wait_status(orderid, Status.NOTTRADED)
    desk.venue.set_price("600001.SH", "9.9")
    desk.wait_status(orderid, Status.ALLTRADED)
    fills = [row for row in desk.rows("fill") if row["client_order_id"] == orderid]
    paid = sum(float(row["price"]) * float(row["qty"]) for row in fills)
    trades = [trade for trade in desk.recorder.trades if trade.orderid == orderid]
    assert fills and abs(sum(trade.price * trade.volume for trade in trades) - paid) < 1e-6
    assert sum(trade.volume for trade in trades) == 1000.0


def test_lots_and_cash_are_refused_here(desk: Desk) -> None:
    for price, volume, words in ((9.5, 150.0, "no multiple of the lot 100"), (9.5, 50.0, "below the minimum 100"), (9.5, 200_000.0, "needed with fees")):
        orderid = desk.send("BUY", price, volume)
        desk.wait_status(orderid, Status.REJECTED)
        assert desk.recorder.said(words), words
    assert not desk.rows("order")


def test_it_can_be_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """``Server`` is EMBEDDED at first: the child speaks the dialect of another package."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE.parents[1]), str(HERE), os.environ.get("PYTHONPATH", "")]))
    embedded: Case = known("embedded", "tiny_gateway:TinyGateway", "tiny", quick, secret_field="Key")
    embedded.setting = lambda venue: {}
    with MockExchange("tiny") as nobody:
        desk = Desk(embedded, nobody)
        try:
            desk.ready()
            orderid = desk.send("BUY", embedded.market.high, 100.0)
            desk.wait_status(orderid, Status.ALLTRADED)
            assert desk.recorder.said("Embedded exchange ready") and not desk.rows("order")
        finally:
            desk.close()
