"""Whether pushes can be relied on: a stream that is open and pings may push nothing, or lose some. SerialExecutor thread only."""

from collections import OrderedDict
from collections.abc import Callable
from logging import WARNING

from rest_locale import _

from ..host import Host

KEPT: int = 20_000              # orders and fills of which the newest state is remembered
OCCASIONS: int = 2              # changes that no push brought before it is said, where something was pushed meanwhile
PROVEN: int = 3                 # changes that were pushed first before pushes are relied on again
WATCH: float = 1.0              # s between looks

State = tuple[float, int]       # rises with every change of an order


class PushWatch:
    """
    Compares what lists show with what was pushed.

    :param title: of what pushes, for the log
    :param delay: seconds that a push may be later than a list
    :param instead: what is done without pushes, for the log
    :param hint: why nothing is pushed, perhaps; "" where nothing is known
    :param on_lossy: called when pushes are found to be lost
    """

    def __init__(
        self, host: Host, title: str, delay: Callable[[], float], instead: str, hint: str = "", on_lossy: Callable[[], None] = lambda: None,
    ) -> None:
        self.host: Host = host
        self.title: str = title
        self.delay: Callable[[], float] = delay
        self.instead: str = instead
        self.hint: str = hint
        self.on_lossy: Callable[[], None] = on_lossy
        self.lossy: bool = False                # look more often
        self.connected: bool = False
        self.heard: int = 0                     # pushes of any kind over this connection
        self._states: OrderedDict[tuple[str, str], State] = OrderedDict()
        self._overdue: dict[tuple[str, str], tuple[float, int]] = {}    # changes that a list showed first -> when, monotonic s; ``heard`` then
        self._based: set[str] = set()           # kinds whose list was taken since the connection stands
        self._occasions: int = 0
        self._proven: int = 0

    def on_stream(self, up: bool) -> None:
        """The stream stands, or is gone. What happened meanwhile was never to be pushed."""
        self.connected = up
        self.heard = 0
        self._overdue.clear()
        self._based.clear()
        if up:
            self.host.executor.call_later(WATCH, f"push watch {self.title}", self._watch)

    def pushed(self, kind: str, key: str, state: State = (0.0, 0)) -> None:
        """A push brought a state of an order, or a fill."""
        name = (kind, key)
        if self._is_news(name, state) or self._overdue.pop(name, None) is not None:
            self._proven += 1
        if self.lossy and self._proven >= PROVEN and not self._overdue:
            self.lossy = False
            self._occasions = 0
            self.host.log(_("{title} pushes again").format(title=_(self.title)))

    def listed(self, kind: str, key: str, state: State = (0.0, 0)) -> None:
        """A list shows a state."""
        name = (kind, key)
        if self._is_news(name, state) and self.connected and kind in self._based:
            self._overdue.setdefault(name, (self.host.monotonic(), self.heard))

    def taken(self, kind: str) -> None:
        """A whole list was looked through; changes from now on must be pushed."""
        self._based.add(kind)

    def missed(self, since: int = 0) -> None:
        """Something was seen that no push has brought. ``since``: what ``heard`` was when it must have been pushed."""
        silent: bool = self.connected and self.heard == since
        self._occasions += 1
        self._proven = 0
        if self.lossy or self._occasions < OCCASIONS and not silent:
            return
        self.lossy = True
        line: str = _("{title} pushes nothing: {instead}") if silent else _("{title} loses pushes: {instead}")
        if self.hint and silent and not self.heard:
            line = _("{title} pushes nothing: {instead} ({hint})")
        self.host.log(line.format(title=_(self.title), instead=_(self.instead), hint=_(self.hint)), WARNING)
        self.on_lossy()

    def _watch(self) -> None:
        if not self.connected:
            return
        self.host.executor.call_later(WATCH, f"push watch {self.title}", self._watch)
        before: float = self.host.monotonic() - self.delay()
        late: dict[tuple[str, str], tuple[float, int]] = {name: found for name, found in self._overdue.items() if found[0] <= before}
        for name in late:
            del self._overdue[name]
        if late:
            self.missed(min(heard for __, heard in late.values()))

    def _is_news(self, name: tuple[str, str], state: State) -> bool:
        """Whether a state is later than what is known; a list may be older than a push."""
        known: State | None = self._states.get(name)
        if known is not None and state <= known:
            return False
        self._states[name] = state
        if len(self._states) > KEPT:
            self._states.popitem(last=False)
        return True
