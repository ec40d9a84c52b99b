"""Schedules as hypothesis draws them; what they are and what carries them out is ``vnpy_rehearsal.simulation.schedule``."""

from hypothesis import strategies as st

from vnpy_rehearsal.simulation.schedule import (
    ACROSS,
    FAR,
    NEAR,
    WIRE,
    Amend,
    Cancel,
    Clock,
    DayTurn,
    Fault,
    Order,
    Pause,
    Price,
    Restart,
    Step,
    Wire,
    faults_of,
)

from .harness import Case

def faults(on: list[str]) -> st.SearchStrategy[Fault]:
    """Faults that strike once or a few times."""
    return st.builds(
        lambda fault, times: fault._replace(fields=(*fault.fields, ("times", times))), st.sampled_from(faults_of(on)), st.integers(1, 2)
    )


def schedules(case: Case, wire: bool = False) -> st.SearchStrategy[list[Step]]:
    """
    Up to 14 steps; with ``wire`` the network breaks too. A venue that finds no final order without its own id either keeps its
    answers to orders, or gets only orders that nothing fills: what else happens to the others cannot be known (docs/qte.md).
    """
    def of(prices: list[float], on: list[str], restarts: bool) -> st.SearchStrategy[list[Step]]:
        if case.pushed:
            on = [*on, "push"]
        steps: list[st.SearchStrategy[Step]] = [
            st.builds(Order, st.sampled_from(prices), st.just("BUY")), st.builds(Order, st.sampled_from(prices), st.just("BUY")),
            st.builds(Cancel, st.integers(0, 3)), st.builds(Amend, st.integers(0, 3), st.sampled_from([370, 730, 1_310])),
            st.builds(Price, st.integers(39_000, 41_000).map(float)),
            faults(on), faults(on),
            st.builds(Clock, st.sampled_from([-10_000, 0, 10_000])), st.builds(Pause, st.sampled_from([20, 150, 400])),
        ]
        if restarts:
            steps.append(st.builds(Restart, st.sampled_from([0, 200, 700])))
            if wire:
                steps.append(st.builds(Wire, st.sampled_from(WIRE)))
        return st.lists(st.one_of(steps), min_size=3, max_size=14)

    if case.equity:
        return share_schedules(case, wire)
    if case.finds_lost:
        return of([FAR, NEAR, NEAR, ACROSS], ["order", "cancel", "read"], True)
    return st.one_of(of([FAR, NEAR, NEAR, ACROSS], ["cancel", "read"], False), of([FAR], ["order", "cancel", "read"], True))


def share_schedules(case: Case, wire: bool) -> st.SearchStrategy[list[Step]]:
    """As ``schedules``, of shares: they are sold too, what was bought only on another day, and days pass."""
    market = case.market
    prices = st.sampled_from([market.low, market.near, market.near, market.high])
    sale = st.builds(Order, st.sampled_from([market.near, market.high, market.low]), st.just("SELL"))

    def price(ticks: int) -> float:
        return float(f"{ticks * market.apart:.12g}")

    on: list[str] = ["order", "cancel", "read", *(["push"] if case.pushed else [])]
    steps: list[st.SearchStrategy[Step]] = [
        st.builds(Order, prices, st.just("BUY")), st.builds(Order, prices, st.just("BUY")), sale, st.builds(Cancel, st.integers(0, 3)),
        st.builds(Price, st.integers(round(0.98 * market.near / market.apart), round(1.03 * market.near / market.apart)).map(price)),
        faults(on), faults(on), st.builds(Pause, st.sampled_from([20, 150, 400])), st.builds(Restart, st.sampled_from([0, 200, 700])),
        st.just(DayTurn()),
    ]
    if wire:
        steps.append(st.builds(Wire, st.sampled_from([each for each in WIRE if each != "forget"])))
    return st.lists(st.one_of(steps), min_size=3, max_size=14)
