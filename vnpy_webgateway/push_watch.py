"""Whether pushes can be relied on: a socket that is open and pings may push nothing, or lose some (spec 2.2, 7.4). SerialExecutor thread only."""

from collections import OrderedDict
from logging import WARNING
from typing import Any

from vnpy_restgateway.host import Host

from .timings import Timings

KEPT: int = 20_000              # orders and trades of which the newest state is remembered
OCCASIONS: int = 2              # changes that no push brought before it is said
PROVEN: int = 3                 # changes that were pushed first before pushes are relied on again
WATCH: float = 1.0              # s between looks

State = tuple[float, int]       # rises with every change of an order


class PushWatch:
    """Compares what lists show with what was pushed. ``lossy``: poll faster."""

    def __init__(self, host: Host, timings: Timings) -> None:
        self.host: Host = host
        self.timings: Timings = timings
        self.lossy: bool = False
        self.connected: bool = False
        self.heard: int = 0                                             # pushes of any kind over this connection
        self._states: OrderedDict[tuple[str, str], State] = OrderedDict()
        self._overdue: dict[tuple[str, str], float] = {}                # changes that a list showed first -> when, monotonic s
        self._based: set[str] = set()                                   # kinds whose list was taken since the connection stands
        self._occasions: int = 0
        self._proven: int = 0

    def on_stream(self, up: bool) -> None:
        """The socket is open, or gone. What happened meanwhile was never to be pushed."""
        self.connected = up
        self.heard = 0
        self._overdue.clear()
        self._based.clear()
        if up:
            self.host.executor.call_later(WATCH, "push watch", self._watch)

    def pushed(self, kind: str, key: str, state: State = (0.0, 0)) -> None:
        """A push brought a state of an order, or a trade."""
        name = (kind, key)
        if self._is_news(name, state):
            self._proven += 1
        elif self._overdue.pop(name, None) is not None:
            self._proven += 1
        if self.lossy and self._proven >= PROVEN and not self._overdue:
            self.lossy = False
            self._occasions = 0
            self.host.log("Pushes of the WebTrader server come again")

    def listed(self, kind: str, key: str, state: State = (0.0, 0)) -> None:
        """A list shows a state."""
        name = (kind, key)
        if self._is_news(name, state) and self.connected and kind in self._based:
            self._overdue.setdefault(name, self.host.monotonic())

    def taken(self, kind: str) -> None:
        """A whole list was looked through; changes from now on must be pushed."""
        self._based.add(kind)

    def missed(self) -> None:
        """Something was seen that no push has brought."""
        self._occasions += 1
        self._proven = 0
        silent: bool = self.connected and not self.heard
        if self.lossy or self._occasions < OCCASIONS and not silent:
            return
        self.lossy = True
        self.host.log(
            "The WebTrader server pushes nothing: orders, trades and ticks are asked for, which is slower (its web process may have been "
            "started by a command line of uvicorn 0.47 or newer)" if silent else
            "Pushes of the WebTrader server are being lost: orders, trades and ticks are asked for more often", WARNING
        )

    def _watch(self) -> None:
        if not self.connected:
            return
        self.host.executor.call_later(WATCH, "push watch", self._watch)
        before: float = self.host.monotonic() - self.timings.push_delay
        late: list[Any] = [name for name, at in self._overdue.items() if at <= before]
        for name in late:
            del self._overdue[name]
        if late:
            self.missed()

    def _is_news(self, name: tuple[str, str], state: State) -> bool:
        """Whether a state is later than what is known; a list may be older than a push."""
        known: State | None = self._states.get(name)
        if known is not None and state <= known:
            return False
        self._states[name] = state
        if len(self._states) > KEPT:
            self._states.popitem(last=False)
        return True
