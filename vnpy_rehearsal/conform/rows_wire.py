"""F41 and F42: the wire itself breaks, under the whole gateway."""

from typing import Any

from rest_locale import N_, _

from .harness import GatewayHarness
from .matrix import Run, row
from .recorder import Missed
from .storm import forgotten, storm

FORGOTTEN_WITHIN: float = 30.0      # s until everything is settled after all idle connections died in silence
STORM_WITHIN: float = 15.0          # s after the wire is well again


def in_time(run: Run, took: float, within: float) -> None:
    """Orders that never arrived must wait until the venue could show them: ``shown_within`` of the profile."""
    limit: float = max(within, run.profile.shown_within)
    if took > limit:
        raise Missed("hung", _("all orders settled after {took:.1f} s, not within {limit:.12g} s").format(took=took, limit=limit))


def cancel_all(run: Run, desk: GatewayHarness) -> None:
    """Cancel what lives, and see that it ends."""
    for orderid, order in list(desk.recorder.orders.items()):
        if order.is_active():
            run.away(desk, orderid)


@row("F41", N_("idle connections die in silence"))
def silent_death(run: Run) -> None:
    wire: Any = run.lay_wire()
    desk = run.desk()
    in_time(run, forgotten(desk, wire), FORGOTTEN_WITHIN)
    cancel_all(run, desk)
    run.works(desk)


@row("F42", N_("the wire is bad for seconds, then well"))
def bad_wire(run: Run) -> None:
    wire: Any = run.lay_wire()
    desk = run.desk()
    in_time(run, storm(desk, wire), STORM_WITHIN)
    cancel_all(run, desk)
    run.works(desk)
