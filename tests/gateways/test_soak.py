"""A piece of the day that ``benchmarks/soak.py`` runs through: nothing piles up, and the ledgers agree."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT: Path = Path(__file__).parents[2] / "benchmarks" / "soak.py"


@pytest.fixture(scope="module")
def soak() -> ModuleType:
    spec = importlib.util.spec_from_file_location("soak", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["soak"] = module
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
