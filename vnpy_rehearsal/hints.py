"""Why a strategy has not traded: its orders were rejected, or it trades on bars and had too few."""

from typing import Any

from vnpy.trader.constant import Interval, Status
from vnpy.trader.object import OrderData
from vnpy.trader.utility import ArrayManager, BarGenerator

from rest_locale import _

from .rehearsal import Rehearsal

MINUTES: dict[Interval, int] = {Interval.MINUTE: 1, Interval.HOUR: 60, Interval.DAILY: 1_440}
FASTER: int = 60                # times, that a hint proposes


def why_rejected(run: Rehearsal) -> str:
    """How many of its orders were rejected, and why the first one was; "" where none was."""
    orders: list[OrderData] = list(run.record.orders.values())
    rejected: int = sum(order.status is Status.REJECTED for order in orders)
    if not rejected:
        return ""
    line: str = _("All {count} orders were rejected. The first one: {reason}") if rejected == len(orders) else _("{rejected} of {count} orders were rejected. The first one: {reason}")
    return line.format(rejected=rejected, count=len(orders), reason=run.record.refusal or _("no log line says why"))


def hint_of(run: Rehearsal) -> str:
    """What to try, where a strategy makes bars of the ticks and there was not the time for enough of them; else ""."""
    strategy: Any = run.strategy
    if strategy is None:
        return ""
    makers: list[BarGenerator] = [each for each in vars(strategy).values() if isinstance(each, BarGenerator)]
    if not makers:
        return ""
    minutes: int = max((each.window or 1) * MINUTES.get(each.interval, 1) for each in makers)
    managers: list[ArrayManager] = [each for each in vars(strategy).values() if isinstance(each, ArrayManager)]
    lacking: ArrayManager | None = next((each for each in managers if not each.inited), None)
    lines: list[str] = [
        _("{name} trades on bars of {minutes} min: within {seconds:.0f} s of market no more than {count} ended.").format(
            name=type(strategy).__name__, minutes=minutes, seconds=run.market_seconds, count=int(run.market_seconds // (60 * minutes)) + 1,
        ),
    ]
    if lacking is not None:
        lines.append(_("Its ArrayManager has {count} of {size} bars.").format(count=lacking.count, size=lacking.size))
    lines.append(_("Try --speed {speed}, an hour of market in a minute, or more --seconds.").format(speed=FASTER))
    return " ".join(lines)
