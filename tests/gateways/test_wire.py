"""
The whole gateway on a wire that breaks, at its own time-outs and pace: everything is settled in time.

``WIRE=1`` runs it on every venue; the short form is a storm on MockBinance.
"""

import os

import pytest

from mockexchange import MockExchange
from vnpy_rehearsal.conform.harness import GatewayHarness
from vnpy_rehearsal.conform.known import find_target, make_profile
from vnpy_rehearsal.conform.storm import OverWire, forgotten, storm

MOCKBINANCE, HASHEX = "vnpy_mockbinance:MockBinanceGateway", "vnpy_hashex:HashExGateway"
LONG: list[tuple[str, str, str]] = [
    (MOCKBINANCE, "binance", "F41"), (MOCKBINANCE, "qte", "F42"), (HASHEX, "hashex", "F41"), (HASHEX, "hashex", "F42"),
]
PAIRS: list[tuple[str, str, str]] = [(MOCKBINANCE, "binance", "F42"), *(LONG if os.environ.get("WIRE") else [])]


@pytest.mark.parametrize(("gateway", "dialect", "fault"), PAIRS)
def test_everything_is_settled_in_time(gateway: str, dialect: str, fault: str) -> None:
    """30 s after all idle connections died in silence, 15 s after a bad wire; HashEx may show an order late."""
    target = find_target(gateway, dialect)
    assert target is not None
    profile = make_profile(gateway, target)
    with MockExchange(dialect, seed=7) as venue, venue.wire() as wire:
        desk = GatewayHarness(profile, OverWire(venue, wire), spoils=False)
        try:
            desk.ready()
            took = forgotten(desk, wire) if fault == "F41" else storm(desk, wire)
            desk.assert_truth(30.0)
        finally:
            desk.close()
    assert took <= max(30.0 if fault == "F41" else 15.0, profile.shown_within)
