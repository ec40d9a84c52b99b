"""
How soon after a bad wire everything is settled: seconds, at the gateways' own time-outs and pace.

A byte proxy stands in front of the whole gateway. F41: every idle connection dies in silence. F42: deafness, resets and
refusals for five seconds, an order each half second; then the wire is well. A venue whose orders may stay unseen for half a
minute (HashEx) cannot settle an order that never arrived before that.
"""

import sys

from side_by_side import Row, print_rows, row

MARKS: dict[str, float] = {"F41": 30.0, "F42": 15.0}
PAIRS: tuple[tuple[str, str, str], ...] = (
    ("MockBinance", "vnpy_mockbinance:MockBinanceGateway", "binance"),
    ("QTE", "vnpy_mockbinance:MockBinanceGateway", "qte"),
    ("HashEx", "vnpy_hashex:HashExGateway", "hashex"),
)


def settled_after(gateway: str, dialect: str, fault: str) -> tuple[float, float, str]:
    """(seconds, the mark, a note); the mark is 0 where the fault cannot be."""
    from mockexchange import MockExchange
    from vnpy_rehearsal.conform.harness import GatewayHarness
    from vnpy_rehearsal.conform.known import find_target, make_profile
    from vnpy_rehearsal.conform.storm import OverWire, forgotten, storm

    target = find_target(gateway, dialect)
    assert target is not None
    profile = make_profile(gateway, target)
    if fault in profile.absent:
        return 0.0, 0.0, profile.absent[fault]
    with MockExchange(dialect, seed=7) as venue, venue.wire() as wire:
        desk = GatewayHarness(profile, OverWire(venue, wire), spoils=False)
        try:
            desk.ready()
            took: float = forgotten(desk, wire) if fault == "F41" else storm(desk, wire)
        finally:
            desk.close()
    mark: float = MARKS[fault] if fault == "F41" else max(MARKS[fault], profile.shown_within)
    return took, mark, f"{took:.1f} s"


def run(quick: bool) -> list[Row]:
    rows: list[Row] = []
    for title, gateway, dialect in PAIRS[:1] if quick else PAIRS:
        for fault, what in (("F41", "idle connections died in silence"), ("F42", "wire well again")):
            took, mark, note = settled_after(gateway, dialect, fault)
            if mark:
                rows.append(row(f"{title}: all settled, {what}", f"{mark:.0f} s", took / mark, 1.0, "lower", note))
    return rows


if __name__ == "__main__":
    print_rows(run("--quick" in sys.argv))
