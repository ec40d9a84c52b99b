"""The clock that ``--clock``, ``--speed`` and the date of a recorded market make."""

from rest_locale import _

from .clock import FLAT_OUT, LATEST_MS, SYSTEM, PacedClock, SystemClock
from .machine import MACHINE, Machine
from .manual_clock import MANUAL, ManualClock

AnyClock = SystemClock | PacedClock | ManualClock


def make_clock(text: str, speed: float = 1.0, begins: int | None = None, machine: Machine = MACHINE) -> AnyClock:
    """
    ``text``: ``system``, ``manual`` (standing where the market begins) or ``manual=1700000000000`` (at that ms of the UTC epoch).

    ``begins``: the time of a recorded market's first step, us; None: the market has no date of its own, it begins at the machine's
    time. ``speed``: how many seconds pass in a real one, FLAT_OUT: as many as the market can. Below 1 a market without a date is
    quieter, and its clock the machine's. Raises ValueError naming what is wrong.
    """
    if not isinstance(text, str):
        raise ValueError(_("clock: not text: {text!r}").format(text=text))
    name, equals, start = text.partition("=")
    if name == MANUAL and speed == FLAT_OUT:
        raise ValueError(_("speed: 'max' lets the market set the time, which clock {text!r} leaves to whoever advances it").format(text=text))
    if name == MANUAL and begins is not None and speed != 1.0:
        raise ValueError(_("speed: {speed:g} is no pace of clock {text!r}, which goes as it is advanced").format(speed=speed, text=text))
    if name == SYSTEM and not equals:
        if begins is None and speed <= 1.0:
            return SystemClock(machine)
        return PacedClock(machine.time_ns() // 1000 if begins is None else begins, speed, machine)
    if name == MANUAL and not equals:
        return ManualClock(None if begins is None else begins / 1000, machine)
    if name == MANUAL and start.isascii() and start.isdigit() and int(start) <= LATEST_MS:
        return ManualClock(int(start), machine)
    raise ValueError(_("clock: neither {system}, {manual} nor {manual}=MS (ms of the UTC epoch): {text!r}").format(system=SYSTEM, manual=MANUAL, text=text))
