"""Rules that change and orders that are amended: over the control API, in the journal, after a restart, on every dialect."""

from pathlib import Path
from typing import Any

import pytest
from server_client import call
from waiting import until

from mockexchange import MockExchange
from mockexchange.core.commands import PlaceOrder
from mockexchange.core.numbers import parse_amount


def resting(venue: MockExchange, price: str = "39000", quantity: str = "0.5", name: str = "mine") -> int:
    command = PlaceOrder(venue.key, "BTCUSDT", "BUY", "LIMIT", parse_amount(quantity), parse_amount(price), client_order_id=name)
    return venue.run(lambda inner: inner.apply(command)[0].order_id)      # type: ignore[union-attr]


def state(venue: MockExchange) -> Any:
    """All that a restart must bring back."""
    def look(inner: Any) -> Any:
        exchange = inner.exchange
        orders = [
            (
                order.order_id, order.client_order_id, order.quantity, order.remaining, order.executed, order.locked, order.status,
                order.amendments, order.iceberg_quantity,
            )
            for order in exchange.all_orders(venue.key, "BTCUSDT")
        ]
        level = exchange.books["BTCUSDT"].level(True, parse_amount("39000"))
        queue = [order.order_id for order in level] if level else []
        return orders, queue, exchange.balances(venue.key), exchange.instruments
    return venue.run(look)


@pytest.mark.parametrize("dialect", ["binance", "hashex", "qte"])
@pytest.mark.parametrize("again", ["restart", "process"])
def test_a_restart_brings_it_back(tmp_path: Path, dialect: str, again: str) -> None:
    venue = MockExchange(dialect, feed="none", seed=3, state=tmp_path)
    with venue:
        first, second = resting(venue, name="a"), resting(venue, name="b")
        third = resting(venue, name="c")
        venue.set_rules("BTCUSDT", tick_size="0.1", step_size="0.0001", min_quantity="0.0001", max_num_order_amends=3)
        venue.set_rules("BTCUSDT", maker_fee="0.0005", status="HALT")
        venue.set_rules("BTCUSDT", status="TRADING")
        venue.amend("0.4", client_order_id="b")
        venue.amend("0.3", order_id=second, new_client_order_id="other")
        venue.amend("0.9", order_id=first)
        before = state(venue)
        assert before[1] == [second, third, first]
        assert before[3]["BTCUSDT"].tick_size == parse_amount("0.1")
        rows = venue.journal()
        if again == "restart":
            venue.restart(keep_state=True)
            assert state(venue) == before
            return
    with MockExchange(dialect, feed="none", seed=3, state=tmp_path) as twin:
        assert state(twin) == before
        assert [{k: v for k, v in row.items()} for row in twin.journal()][:len(rows)] == rows


def test_the_journal_has_it() -> None:
    with MockExchange("binance", feed="none") as venue:
        order_id = resting(venue)
        venue.set_rules("BTCUSDT", tick_size="0.1", max_num_orders=7)
        venue.amend("0.25", order_id=order_id)
        rows = venue.journal()
    commands = [row for row in rows if row["kind"] == "command" and row["command"] in ("SetRules", "AmendOrder")]
    assert commands[0]["rules"] == {"tick_size": "0.10000000", "max_num_orders": 7}
    assert (commands[1]["order_id"], commands[1]["quantity"]) == (order_id, "0.25000000")
    orders = [row for row in rows if row["kind"] == "order"]
    assert [(row["execution"], row["status"], row["qty"], row["client_order_id"]) for row in orders] == [
        ("NEW", "NEW", "0.50000000", "mine"), ("REPLACED", "NEW", "0.25000000", "mine")
    ]


def test_reset_takes_the_rules_back() -> None:
    with MockExchange("hashex", feed="none") as venue:
        venue.set_rules("BTCUSDT", tick_size="1")
        venue.reset()
        assert venue.run(lambda inner: inner.exchange.instruments["BTCUSDT"].tick_size) == parse_amount("0.01")


def test_over_the_control_api() -> None:
    with MockExchange("binance", feed="none") as venue:
        resting(venue)

        def post(path: str, body: Any) -> Any:
            return call(venue.rest, "POST", f"/_mock/{path}", body)

        assert post("instrument", {"symbol": "BTCUSDT", "tick_size": "0.5", "max_num_orders": 9, "status": "BREAK"}).status == 200
        rules = venue.run(lambda inner: inner.exchange.instruments["BTCUSDT"])
        assert (rules.tick_size, rules.max_num_orders, rules.status) == (parse_amount("0.5"), 9, "BREAK")
        assert post("instrument", {"symbol": "BTCUSDT", "status": "TRADING"}).status == 200
        assert post("amend", {"client_order_id": "mine", "quantity": "0.125"}).status == 200
        assert [row["qty"] for row in venue.journal() if row["kind"] == "order"][-1] == "0.12500000"
        for path, body, word in (
            ("instrument", {"symbol": "BTCUSDT", "tick": "1"}, "tick"),
            ("instrument", {"symbol": "BTCUSDT", "tick_size": "x"}, "tick_size"),
            ("instrument", {"symbol": "BTCUSDT", "max_num_orders": "1"}, "max_num_orders"),
            ("instrument", {"symbol": "BTCUSDT", "status": "OPEN"}, "OPEN"),
            ("instrument", {"symbol": "NOPE", "tick_size": "1"}, "NOPE"),
            ("instrument", {"symbol": "BTCUSDT"}, "nothing"),
            ("amend", {"client_order_id": "nobody", "quantity": "1"}, "nobody"),
            ("amend", {"quantity": "1"}, "no open order"),
            ("amend", {"client_order_id": "mine", "quantity": "0"}, "LOT_SIZE"),
            ("amend", {"client_order_id": "mine", "quantity": "1000"}, "insufficient"),
        ):
            answer = post(path, body)
            assert (answer.status, word in str(answer.body)) == (400, True), (path, body, answer)


def test_the_synthetic_market_goes_on_on_the_new_grid() -> None:
    with MockExchange("binance", seed=5, speed=20) as venue:
        venue.set_rules("BTCUSDT", tick_size="5", step_size="0.01", min_quantity="0.01")
        resting(venue, "20000", "0.5")

        def book(inner: Any) -> Any:
            book = inner.exchange.books["BTCUSDT"]
            return book.bids(50), book.asks(50), inner.exchange.tapes["BTCUSDT"].count, inner.pump.status

        count = venue.run(book)[2]
        until(lambda: venue.run(book)[2] > count + 20, 20.0)
        bids, asks, _, status = venue.run(book)
        assert bids and asks and status == "running"
        house = [row for row in (*bids, *asks) if row[0] != parse_amount("20000")]
        assert len(house) > 10
        assert all(price % parse_amount(5) == 0 and size % parse_amount("0.01") == 0 for price, size in house)
        assert asks[0][0] - bids[0][0] <= parse_amount("500")
