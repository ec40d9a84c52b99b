"""A piece of the day that ``benchmarks/soak.py`` runs through: nothing piles up, and the ledgers agree."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from vnpy.trader.constant import Status

SCRIPT: Path = Path(__file__).parents[2] / "benchmarks" / "soak.py"


@pytest.fixture(scope="module")
def soak() -> ModuleType:
    spec = importlib.util.spec_from_file_location("soak", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["soak"] = module
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(SCRIPT.parent))
        spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("dialect", ["binance", "hashex"])
def test_some_minutes_of_a_day(soak: ModuleType, dialect: str) -> None:
    one = soak.Soak(dialect, 0.5)
    try:
        one.start()
        last = one.run(0.1, lambda line: None)[-1]
    finally:
        one.close()
    assert not one.disagreements
    assert one.sent == 5 * 36 and one.ledger.trades > 20
    # two lanes of sixteen workers, a connection each, and what a gateway has besides
    assert last.threads <= 48 and last.sockets <= 64
    assert len(one.gateway.flow.table.active) <= 10


def hours(soak: ModuleType, memory: list[float], threads: int = 20, sockets: int = 30) -> list[Any]:
    """A figure an hour, threads and sockets those given in the last four and 20 and 30 before."""
    last: int = len(memory) - 4
    return [
        soak.Figures(float(n), mib, threads if n >= last else 20, sockets if n >= last else 30, 100.0 + 10.0 * n)
        for n, mib in enumerate(memory)
    ]


def test_memory_is_flat_by_its_last_quarter(soak: ModuleType) -> None:
    lines, flat = soak.trend(hours(soak, [*(40.0 + n for n in range(19)), 58.1, 57.9, 58.0, 58.1, 57.9, 58.0]))
    assert flat and lines[0].startswith("last quarter, hour 18 to 24") and lines[0].endswith(": flat")
    assert "venue +10.00 MiB an hour" in lines[1]


@pytest.mark.parametrize("growth", [0.2, 1.3])
def test_memory_that_grows_is_not_flat(soak: ModuleType, growth: float) -> None:
    lines, flat = soak.trend(hours(soak, [40.0] * 18 + [40.0 + growth * n for n in range(7)]))
    assert not flat and f"gateway +{growth:.2f} MiB an hour" in lines[0] and lines[0].endswith(": NOT FLAT")


def test_one_step_is_no_growth_and_three_are(soak: ModuleType) -> None:
    assert soak.trend(hours(soak, [40.0] * 23 + [41.2] * 2))[1]
    assert not soak.trend(hours(soak, [40.0] * 18 + [40.0, 40.5, 40.5, 41.0, 41.0, 41.5, 41.5]))[1]


@pytest.mark.parametrize("more", [{"threads": 21}, {"sockets": 31}])
def test_threads_and_sockets_that_grow_are_not_flat(soak: ModuleType, more: dict[str, int]) -> None:
    assert not soak.trend(hours(soak, [40.0] * 25, **more))[1]
    assert soak.trend(hours(soak, [40.0] * 25))[1]


def test_one_more_thread_at_one_moment_is_none_too_many(soak: ModuleType) -> None:
    figures = hours(soak, [40.0] * 25)
    figures[-1] = figures[-1]._replace(threads=21)
    assert soak.trend(figures)[1]


def test_of_a_short_run_nothing_is_said(soak: ModuleType) -> None:
    lines, flat = soak.trend(hours(soak, [40.0, 50.0, 60.0]))
    assert flat and "too few to tell" in lines[0]


def test_an_order_that_was_left_may_be_forgotten_by_the_next_round(soak: ModuleType) -> None:
    """It was filled in between, and compared."""
    known = {"a": (Status.NOTTRADED, 0.0), "b": (Status.CANCELLED, 0.0), "c": (Status.PARTTRADED, 1.0)}
    assert soak.alive(["gone", "a", "b", "c"], known) == ["a", "c"]
