"""What became of a strategy on a bad day, by the venue's journal. Pure."""

from typing import NamedTuple

from rest_locale import N_, _

from .record import Record

FINE, RAISED, FLOODED, STUCK, EXPOSED, LEFT, DRIFTED = N_("fine"), N_("raised"), N_("flooded"), N_("stuck"), N_("exposed"), N_("left"), N_("drifted")
MISSED = N_("did not strike")
IDLE = N_("idle")                   # the undisturbed day on which nothing traded
FAILED = N_("not played")
VERDICTS: tuple[str, ...] = (FINE, RAISED, FLOODED, STUCK, EXPOSED, LEFT, DRIFTED, MISSED, IDLE, FAILED)

# Occasions on which it traded undisturbed after the fault and not here: it is stuck. The fault may cost it one, and if that was an entry, its exit, too.
DUE: int = 3
SLACK: float = 0.01             # of the undisturbed exposure that is not counted
LOST: float = 1e-8              # volume that a float cannot hold


class Finding(NamedTuple):
    verdict: str
    text: str


def judge(day: Record, undisturbed: Record | None, limit: float | None = None) -> list[Finding]:
    """
    All that is found, the worst first; [] for fine. ``undisturbed`` None: this is the undisturbed day itself. ``limit``: the largest position
    that is allowed, of any symbol.
    """
    if day.trouble:
        return [Finding(FAILED, day.trouble)]
    found: list[Finding] = flooded(day)
    if undisturbed is not None and day.struck is None:
        waited: str = "; ".join(day.idle) or "; ".join(day.did) or _("nothing was armed")
        return [*(Finding(RAISED, text) for text in day.raised[:1]), *found, Finding(MISSED, waited)]
    if day.raised:
        found.insert(0, Finding(RAISED, day.raised[0]))
    found += stuck(day, undisturbed)
    found += exposed(day, undisturbed, limit)
    alive = day.alive()
    if alive:
        orders: str = ", ".join(_("{side} {volume} at {price}").format(
            side=row["side"], volume=f"{float(row['qty']) - float(row['executed']):.12g}", price=f"{float(row['price']):.12g}",
        ) for row in alive[:3])
        several: str = _("{count} orders live at the venue after on_stop: {orders}")
        found.append(Finding(LEFT, (_("1 order lives at the venue after on_stop: {orders}") if len(alive) == 1 else several).format(count=len(alive), orders=orders)))
    found += drifted(day)
    found += reversed_side(day, undisturbed, limit)
    return found


def flooded(day: Record) -> list[Finding]:
    """It sent so many orders that the day was ended."""
    if day.flood is None:
        return []
    told: str = _("{count} orders in {time} of market, {most} are allowed: let it order less often (each trade of it is a tick, that calls it again), or allow more with --max-orders N")
    return [Finding(FLOODED, told.format(count=day.flood[0], time=clock(day.stopped), most=day.flood[1]))]


def stuck(day: Record, undisturbed: Record | None) -> list[Finding]:
    """It traded undisturbed after the fault was over, and does not here."""
    if undisturbed is None or day.over is None:
        return []
    due: list[float] = [at for at in undisturbed.occasions() if day.over < at < day.stopped]
    after: list[float] = [at for at in day.traded() if day.over < at < day.stopped]
    if len(due) < DUE or after:
        return []
    told: str = _("it traded {count} times undisturbed after the fault was over at {over}, never here until {stopped}")
    return [Finding(STUCK, told.format(count=len(due), over=clock(day.over), stopped=clock(day.stopped)))]


def untried(day: Record, undisturbed: Record) -> str:
    """Why it cannot be told whether it is stuck, "" where it can."""
    if day.over is None or any(day.over < at < day.stopped for at in day.traded()):
        return ""
    due: int = sum(day.over < at < day.stopped for at in undisturbed.occasions())
    return (
        _("undisturbed it traded never after that, too seldom to say whether it goes on"),
        _("undisturbed it traded once after that, too seldom to say whether it goes on"),
        _("undisturbed it traded twice after that, too seldom to say whether it goes on"), "",
    )[min(due, DUE)]


def exposed(day: Record, undisturbed: Record | None, limit: float | None) -> list[Finding]:
    """It held or had on order more than it ever did undisturbed, or more than ``limit``."""
    found: list[Finding] = []
    for symbol in day.symbols:
        most, at = day.most(symbol)
        allowed: float = limit if limit is not None else undisturbed.most(symbol)[0] if undisturbed is not None else most
        if most > allowed * (1 + (SLACK if limit is None else 0.0)) + LOST:
            than: str = f"--max-position {allowed:.12g}" if limit is not None else _("{volume} undisturbed").format(volume=f"{allowed:.12g}")
            found.append(Finding(EXPOSED, _("{volume} {symbol} held and on order at {at}, {than}").format(volume=f"{most:.12g}", symbol=symbol, at=clock(-at), than=than)))
    return found


def reversed_side(day: Record, undisturbed: Record | None, limit: float | None) -> list[Finding]:
    """It held or had on order a position on a side on which it never stood undisturbed."""
    if undisturbed is None or limit is not None or day.wiped:       # of a venue that has lost its state all positions begin again at 0
        return []
    found: list[Finding] = []
    for symbol in day.symbols:
        least: float = undisturbed.most(symbol)[0] * SLACK + LOST
        for side, taken, usual in zip(("long", "short"), day.sides(symbol), undisturbed.sides(symbol), strict=True):
            if taken > least >= usual:
                found.append(Finding(EXPOSED, (
                    _("{volume} {symbol} long, held and on order, never long undisturbed") if side == "long"
                    else _("{volume} {symbol} short, held and on order, never short undisturbed")
                ).format(volume=f"{taken:.12g}", symbol=symbol)))
    return found


def drifted(day: Record) -> list[Finding]:
    """``pos`` is not what the venue holds of it."""
    believed = day.believed[-1][1] if day.believed else None
    if believed is None:
        return []
    found: list[Finding] = []
    for symbol, held in day.held().items():
        vt_symbol: str = day.symbols.get(symbol, symbol)
        ours: float = believed.get(vt_symbol, 0.0)
        if abs(ours - held) > max(LOST, abs(held) * 1e-9):
            found.append(Finding(DRIFTED, _("pos is {ours}, the venue holds {held} {symbol} of it").format(ours=f"{ours:.12g}", held=f"{held:.12g}", symbol=symbol)))
    return found


def clock(seconds: float) -> str:
    """Seconds since the start as h:mm:ss."""
    whole: int = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
