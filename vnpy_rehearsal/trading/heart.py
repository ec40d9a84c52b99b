"""
How the process is: a beat through the event engine, the gateways' connections, the strategies. Pure but for the beat.

``healthy``; ``starting``; ``offline``: a gateway's connections are down; ``stopped``: a strategy has raised and trades no more;
``stuck``: the event engine does not answer, so nothing happens any more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vnpy.event import Event, EventEngine

from rest_locale import N_, _

EVENT_BEAT: str = "eBeat"
MARKET: str = "market data"         # of the gateway's health: down where nothing is subscribed, which is nobody's fault
HEALTHY, STARTING, OFFLINE, STOPPED, STUCK = N_("healthy"), N_("starting"), N_("offline"), N_("stopped"), N_("stuck")


@dataclass(frozen=True)
class State:
    name: str
    text: str = ""

    @property
    def line(self) -> str:
        return f"{_(self.name)}: {self.text}" if self.text else _(self.name)


class Heart:
    """
    :param monotonic: seconds
    """

    def __init__(self, event_engine: EventEngine, monotonic: Callable[[], float]) -> None:
        self.event_engine: EventEngine = event_engine
        self.monotonic: Callable[[], float] = monotonic
        self.answered: float = monotonic()      # when the event engine did last
        self.waiting: bool = False
        event_engine.register(EVENT_BEAT, self._on_beat)

    def beat(self) -> float:
        """Ask the event engine for a sign; the seconds since its last one."""
        if not self.waiting:
            self.waiting = True
            self.event_engine.put(Event(EVENT_BEAT))
        return self.monotonic() - self.answered

    def _on_beat(self, event: Event) -> None:
        self.answered = self.monotonic()
        self.waiting = False


def connections_down(health: Mapping[str, bool], is_subscribed: bool) -> list[str]:
    """What of a gateway's connections should stand and does not."""
    return [name for name, up in health.items() if not up and (name != MARKET or is_subscribed)]


def judge(silent: float, stuck_after: float, down: Mapping[str, list[str]], strategies: Mapping[str, Mapping[str, Any]], started: bool) -> State:
    """
    :param silent: seconds without a sign of the event engine
    :param down: gateway -> its connections that are down
    :param strategies: name -> ``trading``
    :param started: whether the strategies have been started
    """
    if silent > stuck_after:
        return State(STUCK, _("the event engine has not answered for {seconds:.0f} s").format(seconds=silent))
    missing: list[str] = [f"{name} {', '.join(what)}" for name, what in down.items() if what]
    if not started:
        return State(STARTING, _("waiting for {names}").format(names="; ".join(missing)) if missing else "")
    if missing:
        return State(OFFLINE, "; ".join(missing))
    ended: list[str] = [name for name, strategy in strategies.items() if not strategy["trading"]]
    if ended:
        return State(STOPPED, _("{names} raised, or did not start: see the log").format(names=", ".join(ended)))
    return State(HEALTHY)
