"""The terminal behind the server: slow, restarting, out of reach (F56, F60, F65), and positions that never change (F70)."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from qmt_client import HOUR, NOON, TRADE, Answer, Rest
from waiting import until

from mockexchange import MockExchange

SHORT: float = 0.3              # s until a client gives up


class Later:
    """A call in a thread of its own. ``answer`` is None until there is one, ``error`` is what came instead."""

    def __init__(self, call: Any) -> None:
        self.answer: Answer | None = None
        self.error: Exception | None = None
        self._call = call
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.answer = self._call()
        except OSError as error:
            self.error = error

    @property
    def is_over(self) -> bool:
        return not self.thread.is_alive()


def order(rest: Rest, tag: str, timeout: float = 10.0, price: float = 9.5) -> Later:
    data = {"symbol": "000001", "trade_price": price, "order_num": 100, "trader_index": 0, "strategy_name": tag}
    return Later(lambda: rest.trade("buy", data, timeout))


def waits(venue: MockExchange, rest: Rest, tag: str, timeout: float = 10.0, **fields: Any) -> Later:
    """An order that is at the terminal by now, or waits for it. ``fields``: of a delay before."""
    venue.faults.add(match="POST *", stage="before_engine", action="delay", times=1, **{"ms": 1, **fields})
    call = order(rest, tag, timeout)
    until(lambda: not venue.faults.never_bitten())
    assert rest.get(f"{TRADE}/accounts").status == 200          # asked later
    return call


def gives_up(call: Later) -> None:
    until(lambda: call.is_over)
    assert isinstance(call.error, TimeoutError), (call.answer, call.error)


def tags(venue: MockExchange) -> list[str]:
    """Of the orders that the exchange has seen."""
    return [row["client_order_id"] for row in venue.journal() if row["kind"] == "order" and row["status"] == "NEW"]


@pytest.fixture
def real(options: dict[str, object]) -> Iterator[MockExchange]:
    """A venue whose clock is the machine's."""
    with MockExchange("qmt", seed=7, options=options) as running:
        yield running


def test_without_its_terminal_build_a_hangs_and_executes_late(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(link="lost")
    gives_up(order(rest, "late", SHORT))
    gives_up(Later(lambda: rest.call("GET", f"{TRADE}/positions/0", rest.headers("GET", f"{TRADE}/positions/0"), timeout=SHORT)))
    assert rest.get(f"{TRADE}/accounts").status == 200          # the server's own
    assert rest.trade("buy", {}).status == 400                  # before the terminal is asked
    waiting = order(rest, "waiting")
    assert tags(venue) == []
    venue.set_options(link="up")
    until(lambda: waiting.is_over)
    assert waiting.answer is not None and waiting.answer.status == 200
    assert tags(venue) == ["late", "waiting"] and [row["strategy_name"] for row in rest.orders()] == ["late", "waiting"]


def test_answered_first_is_the_order_that_was_struck(venue: MockExchange, rest: Rest) -> None:
    """Not one that waits for the terminal with it, before it or behind."""
    venue.set_options(link="lost")
    calls = [waits(venue, rest, "before"), waits(venue, rest, "struck", ms=60_000, ack=True), waits(venue, rest, "behind")]
    venue.set_options(link="up")
    until(lambda: all(call.is_over for call in calls))
    assert [call.answer and call.answer.status for call in calls] == [200, 200, 200]
    assert tags(venue) == ["before", "behind"] and venue.run(lambda venue: venue.faults.promised) == 1


@pytest.mark.parametrize("options", [{"late": "drop"}], indirect=True)
def test_what_nobody_waits_for_may_be_dropped(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(link="lost")
    gives_up(waits(venue, rest, "dropped", SHORT))
    until(lambda: not venue.run(lambda venue: venue.faults.held))           # the server has seen that the client is gone
    waiting = waits(venue, rest, "waiting")
    venue.set_options(link="up")
    until(lambda: waiting.is_over)
    assert tags(venue) == ["waiting"]


def test_four_requests_that_hang_take_all_threads(venue: MockExchange, rest: Rest) -> None:
    """1.1: four worker threads. The fifth request is answered when one is free, also one that needs no terminal."""
    venue.set_options(link="lost")
    hanging = [Later(lambda: rest.get(f"{TRADE}/portfolio/0")) for _ in range(4)]
    stuck = f"{TRADE}/accounts"

    def answers() -> bool:
        probe = Later(lambda: rest.call("GET", stuck, rest.headers("GET", stuck), timeout=SHORT))
        until(lambda: probe.is_over)
        return probe.answer is not None

    until(lambda: not answers())
    assert not any(each.is_over for each in hanging)
    venue.set_options(link="up")
    until(lambda: all(each.is_over for each in hanging))
    assert answers() and all(each.answer is not None and each.answer.status == 200 for each in hanging)


@pytest.mark.parametrize("options", [{"build": "B"}], indirect=True)
def test_without_its_terminal_build_b_answers_500_and_executes_late(venue: MockExchange, rest: Rest) -> None:
    """2.0: after about 12 s; F60: the order is executed when the link is back."""
    venue.set_options(link="lost")
    data = {"symbol": "000001", "trade_price": 9.5, "position_pct": 0.1, "trader_index": 0, "strategy_name": "late"}
    for path, handler, call in (
        ("outer", "outer_trade", lambda: rest.trade("buy", data)), ("portfolio", "get_portfolio", lambda: rest.get(f"{TRADE}/portfolio/0")),
    ):
        began = venue.state()["now"]
        asked = Later(call)
        while not asked.is_over:
            assert venue.state()["now"] - began < 60_000, path
            venue.advance(1_000)
            asked.thread.join(0.05)
        assert asked.answer is not None and venue.state()["now"] - began >= 12_000
        assert asked.answer.error == (500, f"接口异常: {handler}") and asked.answer.json["message"]
    assert tags(venue) == []
    venue.set_options(link="up")
    assert tags(venue) == ["late"]


@pytest.mark.parametrize("options", [{"call_ms": 200}], indirect=True)
def test_every_call_takes_its_time(venue: MockExchange, rest: Rest) -> None:
    asked = Later(lambda: rest.get(f"{TRADE}/portfolio/0"))
    placed = order(rest, "slow")
    began = venue.state()["now"]

    def answered() -> bool:
        assert venue.state()["now"] - began < 10_000
        venue.advance(50)
        return asked.is_over and placed.is_over

    until(answered)
    assert venue.state()["now"] - began >= 200 and asked.answer is not None and asked.answer.status == 200


FULL: list[dict[str, Any]] = [{"terminal": "full", "order_ms": 200}]


@pytest.mark.parametrize("options", FULL, indirect=True)
def test_the_full_terminal_works_one_by_one_for_clients_that_have_gone(venue: MockExchange, rest: Rest) -> None:
    gives_up(order(rest, "first", SHORT))
    gives_up(order(rest, "second", SHORT))
    assert tags(venue) == [] and rest.orders() == []
    venue.advance(199)
    assert tags(venue) == []
    venue.advance(1)
    assert tags(venue) == ["first"]
    venue.advance(200)
    assert tags(venue) == ["first", "second"]
    cancelled = Later(lambda: rest.post(f"{TRADE}/cancel_order", {"order_id": 1000, "trader_index": 0}, SHORT))
    gives_up(cancelled)
    assert rest.status(1000) == 50
    venue.advance(200)
    assert rest.status(1000) == 54


@pytest.mark.parametrize("options", FULL, indirect=True)
def test_every_account_trades_also_when_the_client_has_gone(venue: MockExchange, rest: Rest) -> None:
    data = {"symbol": "000001", "trade_price": 9.5, "order_num": 100, "strategy_name": "all"}
    gives_up(Later(lambda: rest.trade("buy", data, SHORT)))
    venue.advance(200)
    assert [len(rest.orders(index)) for index in (0, 1)] == [1, 0]
    venue.advance(200)
    assert [len(rest.orders(index)) for index in (0, 1)] == [1, 1]


@pytest.mark.parametrize("options", [{"terminal": "full", "order_ms": 100}], indirect=True)
def test_the_full_terminal_answers_when_it_has_worked(real: MockExchange) -> None:
    rest = Rest(real.rest)
    began = time.monotonic()
    assert [rest.order("buy", 100, 9.5)["order_id"] for _ in range(2)] == [1000, 1001]
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("options", [{"terminal": "full", "order_ms": 0, "restart_at": "12:30", "restart_s": 60}], indirect=True)
def test_the_full_terminal_restarts_every_day(venue: MockExchange, rest: Rest) -> None:
    assert rest.order("buy", 100, 9.5)["order_id"] == 1000
    venue.advance(HOUR // 2)
    gives_up(order(rest, "meanwhile", SHORT))
    venue.advance(60_000)
    assert [row["strategy_name"] for row in rest.orders()] == ["外部策略", "meanwhile"]
    venue.advance(24 * HOUR - 60_000)
    gives_up(order(rest, "tomorrow", SHORT))
    venue.set_options(restart_at="")
    venue.advance(60_000)
    assert [row["strategy_name"] for row in rest.orders()] == ["tomorrow"]
    venue.advance(24 * HOUR)
    assert rest.orders() == []


@pytest.mark.parametrize("options", [
    {"terminal": "full", "order_ms": 60_000, "restart_at": "12:01", "restart_s": 5, "restart_keeps_queue": False},
], indirect=True)
def test_a_restart_may_lose_what_was_not_done(venue: MockExchange, rest: Rest) -> None:
    venue.advance(30_000)
    lost = order(rest, "lost")
    gives_up(order(rest, "abandoned", SHORT))
    venue.advance(30_000)
    until(lambda: lost.is_over)
    assert lost.answer is not None and lost.answer.error == (500, "接口异常: outer_trade")
    venue.advance(200_000)
    assert tags(venue) == []


def test_a_restart_of_the_venue_with_requests_that_hang(venue: MockExchange, rest: Rest) -> None:
    venue.set_options(link="lost")
    hanging = waits(venue, rest, "gone")
    venue.restart(keep_state=True)
    until(lambda: hanging.is_over)
    assert hanging.answer is None
    venue.set_options(link="up")
    assert rest.orders() == [] and rest.order("buy", 100, 9.5)["order_id"] == 1000


def test_positions_that_never_change_again(venue: MockExchange, rest: Rest) -> None:
    """F70: 200, and what they were when it was set; cash and orders go on."""
    rest.order("buy", 100, 10.5)
    before = rest.positions()
    venue.set_options(stale_positions=True)
    rest.order("sell", 1000, 9.5)
    rest.order("buy", 500, 8.2, "600000")
    venue.set_price("000001.SZ", "9.5")
    assert rest.positions() == before
    portfolio = rest.portfolio()
    assert portfolio["market_value"] == before["000001.SZ"]["market_value"]
    assert portfolio["cash"] > 1_000_000 and portfolio["total_asset"] == pytest.approx(portfolio["cash"] + portfolio["market_value"])
    assert [row["status"] for row in rest.orders()] == [56, 56, 56]
    venue.set_options(stale_positions=False)
    assert list(rest.positions()) == ["000001.SZ", "600000.SH"] and rest.positions()["000001.SZ"]["volume"] == 100


@pytest.mark.parametrize("name, value", [
    ("restart_at", "24:00"), ("restart_at", "9:30"), ("restart_at", 930), ("link", "down"), ("build", "C"), ("order_ms", -1), ("percent_retries", 4),
])
def test_options_that_are_wrong(venue: MockExchange, name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        venue.set_options(**{name: value})
    assert venue.state()["options"]["restart_at"] == ""


def test_options_by_the_control_api(venue: MockExchange, rest: Rest) -> None:
    answer = rest.call("POST", "/_mock/options", {"Content-Type": "application/json"}, '{"stale_positions": true, "restart_at": "23:59"}')
    assert answer.status == 200 and venue.state()["options"]["stale_positions"] is True
    assert venue.state()["now"] == NOON
