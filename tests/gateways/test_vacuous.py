"""A row of the matrix whose fault never struck has proved nothing: its verdict is ``vacuous``."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from vnpy.trader.constant import Status

import vnpy_rehearsal.conform.rows  # noqa: F401  (registers the rows)
from mockexchange import MockExchange
from vnpy_rehearsal.conform.armed import ArmedFaults, is_counter
from vnpy_rehearsal.conform.driver import VERDICTS, verdict
from vnpy_rehearsal.conform.known import make_target
from vnpy_rehearsal.conform.matrix import ROWS, Row, Run, run_row
from vnpy_rehearsal.conform.profile import LABELS
from vnpy_rehearsal.conform.recorder import Missed

from .conftest import ALL_CASES
from .harness import Case

BINANCE: Case = ALL_CASES[0]
ORDER: tuple[str, ...] = ("WS order.place", "POST /api/v3/order")


@pytest.fixture
def venue() -> Iterator[MockExchange]:
    with MockExchange("binance", seed=7) as running:
        yield running


def outcome(venue: MockExchange, play: Callable[[Run], None]) -> tuple[str, str]:
    """MatchResult and reason of a row; its gateways are closed."""
    try:
        run_row(Row("X1", "a row of this test", play), BINANCE, venue)
    except Missed as missed:
        return missed.kind, str(missed)
    return "survived", ""


def resting(run: Run) -> None:
    """An order that rests and is cancelled."""
    desk = run.desks[0]
    orderid = desk.send("BUY", run.market.low, 0.1)
    run.resolved(desk, orderid, Status.NOTTRADED)
    run.away(desk, orderid)


def test_wrong_label_is_vacuous(venue: MockExchange) -> None:
    def play(run: Run) -> None:
        run.desk()
        run.arm("POST /api/v3/ordre", "before_engine", "reset")
        resting(run)

    assert outcome(venue, play) == ("vacuous", "never bit: POST /api/v3/ordre (reset, before_engine)")


def test_right_label_survives_and_alternatives_are_one_group(venue: MockExchange) -> None:
    seen: list[int] = []

    def play(run: Run) -> None:
        run.desk()
        handles = run.arm(ORDER, "on_reply", "delay", ms=50)
        resting(run)
        seen.append(run.bitten(handles))

    assert outcome(venue, play) == ("survived", "")
    assert seen == [1]


def test_faults_of_two_calls_must_both_strike(venue: MockExchange) -> None:
    def play(run: Run) -> None:
        run.desk()
        run.arm(ORDER, "on_reply", "delay", ms=50)
        run.arm("GET /api/v3/ticker/bookTicker", "on_reply", "reset")
        resting(run)

    assert outcome(venue, play) == ("vacuous", "never bit: GET /api/v3/ticker/bookTicker (reset, on_reply)")


def test_counters_and_faults_that_may_miss_opt_out(venue: MockExchange) -> None:
    def play(run: Run) -> None:
        run.desk()
        run.arm("GET /api/v3/ticker/bookTicker", "before_engine", "delay", ms=0, times=0)
        run.arm("GET /api/v3/ticker/bookTicker", "before_engine", "reset", must_bite=False)
        resting(run)

    assert outcome(venue, play) == ("survived", "")


@pytest.mark.parametrize(("fields", "counts"), [
    ({"action": "delay", "ms": 0, "times": 0}, True),
    ({"action": "delay", "ms": 0, "times": "always"}, True),
    ({"action": "delay", "ms": 0}, False),
    ({"action": "delay", "ms": 5, "times": 0}, False),
    ({"action": "reset", "times": 0}, False),
])
def test_what_is_a_counter(fields: dict[str, object], counts: bool) -> None:
    assert is_counter(fields) is counts


@pytest.mark.parametrize("clear", ["run.clear", "venue.faults.clear", "venue.reset", "venue.restart"])
def test_bites_before_a_clear_are_remembered(venue: MockExchange, clear: str) -> None:
    """What struck before the row disarmed it has struck; what had not by then never will."""
    counts: list[int] = []

    def play(run: Run) -> None:
        desk = run.desk()
        struck = run.arm(ORDER, "on_reply", "delay", ms=20, times=0)
        resting(run)
        run.arm("GET /api/v3/ticker/bookTicker", "on_reply", "reset")
        if clear == "run.clear":
            run.clear()
        elif clear == "venue.faults.clear":
            run.venue.faults.clear()
        elif clear == "venue.reset":
            desk.close()
            run.desks.remove(desk)
            run.venue.reset()
            run.desk()
            run.arm(ORDER, "on_reply", "delay", ms=20, times=0)     # its venue gives it the first one's id
        else:
            desk.close()
            run.desks.remove(desk)
            run.venue.restart(keep_state=True)
            run.desk()
            run.clear()
        resting(run)
        counts.append(run.bitten(struck))

    kind, text = outcome(venue, play)
    assert (kind, text) == ("vacuous", "never bit: GET /api/v3/ticker/bookTicker (reset, on_reply)")
    assert counts in ([1], [2]) if clear == "venue.restart" else counts == [1]


def test_faults_set_at_the_venue_itself_must_strike_too(venue: MockExchange) -> None:
    def play(run: Run) -> None:
        run.desk()
        run.venue.faults.add(match="POST /api/v3/ordre", stage="before_engine", action="reset")
        resting(run)

    assert outcome(venue, play)[0] == "vacuous"


def test_waiting_for_a_fault_that_never_strikes_is_vacuous(venue: MockExchange) -> None:
    def play(run: Run) -> None:
        run.desk()
        run.struck(run.arm("GET /api/v3/ticker/bookTicker", "on_reply", "reset"), seconds=0.3)

    assert outcome(venue, play) == ("vacuous", "never bit within 0.3 s: GET /api/v3/ticker/bookTicker (reset, on_reply)")


def test_faults_that_struck_less_often_than_the_row_needs_are_vacuous(venue: MockExchange) -> None:
    def play(run: Run) -> None:
        run.desk()
        handles = run.arm(ORDER, "on_reply", "delay", ms=10, times=2)
        resting(run)
        run.struck(handles, times=2, seconds=0.3)

    kind, text = outcome(venue, play)
    assert kind == "vacuous"
    assert text.startswith("bit 1 of 2 times within 0.3 s: WS order.place or POST /api/v3/order")


def test_real_failure_wins(venue: MockExchange) -> None:
    def play(run: Run) -> None:
        desk = run.desk()
        run.arm("GET /api/v3/ticker/bookTicker", "on_reply", "reset")
        desk.recorder.wait(lambda: False, "what never comes", 0.2)

    kind, text = outcome(venue, play)
    assert kind == "hung"
    assert text.startswith("not within 0.2 s: what never comes")
    assert text.endswith("Never bit: GET /api/v3/ticker/bookTicker (reset, on_reply)")


def test_vacuous_is_a_verdict_of_the_driver(venue: MockExchange) -> None:
    def play(run: Run) -> None:
        run.arm("GET /api/v3/ticker/bookTicker", "on_reply", "reset")

    assert verdict(Row("X1", "a row of this test", play), BINANCE, venue)[0] == "vacuous"
    assert "vacuous" in VERDICTS


def test_label_that_the_dialect_has_not_is_vacuous(venue: MockExchange) -> None:
    """A dialect without that request has an empty label."""
    faults = ArmedFaults(venue.faults)
    assert faults.arm([], True, stage="on_reply", action="reset") == []
    assert faults.idle() == ["a label that this dialect has not (reset, on_reply)"]


# label -> a row that needs it
NEEDS: dict[str, str] = {
    "order": "F2", "cancel": "F17", "order_push": "F15", "user_push": "F12", "quote_push": "F35", "subscribe": "F27",
    "account": "F10", "open_orders": "F9", "history": "F32",
}
WRONG: list[tuple[Case, str]] = [
    (case, label) for case in ALL_CASES if case.in_matrix for label in LABELS
    if getattr(case.wire, label) and not (label == "history" and not case.has_bars)
]


@pytest.mark.parametrize(("case", "label"), WRONG, ids=[f"{case.name}-{label}" for case, label in WRONG])
def test_every_label_is_needed(case: Case, label: str) -> None:
    """With another one the row that needs it is vacuous, on every dialect."""
    assert set(NEEDS) == set(LABELS)
    row = ROWS[NEEDS[label]]
    wrong = replace(case, labels={label: "PUSH nothing" if label.endswith("push") else "GET /nothing"}, strike=0.5)
    with MockExchange(case.dialect, seed=7, options=dict(case.options), clock=row.clock, speed=row.speed) as venue:
        try:
            run_row(row, wrong, venue)
        except Missed as missed:
            assert missed.kind == "vacuous", missed
            assert "nothing (" in str(missed)
        else:
            pytest.fail("it survived")


def test_what_a_dialect_cannot_is_known_of_foreign_gateways_on_it() -> None:
    def more(dialect: str, **traits: object) -> dict[str, object]:
        return dict(make_target("some:Gateway", dialect, {"a": "b"}, {}, "X", traits).more)

    assert more("qte")["pushed"] is more("qte")["tells_fills"] is more("qte")["finds_lost"] is False
    assert more("hashex")["names_orders"] is False and "pushed" not in more("hashex")
    assert more("binance", pushed=False, ready_line="up")["pushed"] is False
    assert more("binance", pushed=False, ready_line="up")["ready_line"] == "up"
