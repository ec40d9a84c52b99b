"""When a fault strikes: a moment drawn from the seed, shortly before the undisturbed strategy did what calls the fault out. Pure."""

from bisect import bisect_right
from random import Random

from rest_locale import _

from ..strikes import CANCEL, FILL, STRIKES
from .judge import DUE
from .record import Record

AHEAD: tuple[float, float] = (0.1, 0.9)     # s from the moment to what calls the fault out
ROOM: float = 150.0             # s that should follow
DRAWS: int = 4                  # moments that are drawn, of which the one is taken after which the strategy trades again soonest


def moment_of(row: str, undisturbed: Record, seed: int) -> tuple[float, str]:
    """The moment, seconds since the strategy's start; else why the fault cannot strike this strategy."""
    calls: str = STRIKES[row].calls
    if calls == CANCEL:
        found, never = undisturbed.cancelled(), _("it cancelled no order undisturbed")
    elif calls == FILL:
        found, never = undisturbed.traded(), _("it traded nothing undisturbed")
    else:
        found, never = undisturbed.sent(), _("it sent no order undisturbed")
    found = [at for at in found if at < undisturbed.stopped - ROOM] or [at for at in found if at < undisturbed.stopped - 1.0]
    if not found:
        return 0.0, never
    random: Random = Random(f"{seed}:{row}:moment")
    traded: list[float] = undisturbed.occasions()

    def again(at: float) -> float:
        """Seconds until it is known whether the strategy goes on; beyond the day where it is never known."""
        after: int = bisect_right(traded, at + 1.0) + DUE - 1
        return traded[after] - at if after < len(traded) else undisturbed.stopped

    at: float = min((random.choice(found) for __ in range(DRAWS)), key=again)
    return max(0.0, round(at - random.uniform(*AHEAD), 3)), ""
