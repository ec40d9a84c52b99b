"""What stands between a connection and its pushes: silence, a queue that is late, pushes held back to change places."""

import asyncio
from collections import deque
from collections.abc import Callable

from .wire import PushWire

Arrange = Callable[[list["Push"]], list["Push"]]


class Push:
    """
    One message on its way to one websocket, and what faults have made of it.

    It leaves ``seconds`` late, cut to ``keep`` bytes (and the connection with it when ``is_torn``);
    one that is ``gone`` does not leave, or somebody else sends it. ``is_overtaken``: those behind it do not wait.
    """

    __slots__ = ("label", "payload", "line", "wire", "gone", "seconds", "is_overtaken", "keep", "is_torn", "repeats")

    def __init__(self, label: str, payload: bytes, line: "PushQueue") -> None:
        self.label: str = label
        self.payload: bytes = payload
        self.line: PushQueue = line
        self.wire: PushWire = line.wire
        self.gone: bool = False
        self.seconds: float = 0.0
        self.is_overtaken: bool = False
        self.keep: int | None = None
        self.is_torn: bool = False
        self.repeats: list[tuple[int, int, float]] = []

    def repeat(self, copies: int, chunk: int, seconds: float) -> None:
        """Once sent, send ``copies`` more: ``chunk`` of them every ``seconds``."""
        self.repeats.append((copies, chunk, seconds))

    def send(self) -> None:
        """Let it leave now, and its copies after it."""
        self._send_once()
        for copies, chunk, seconds in self.repeats:
            self._send_more(copies, chunk, seconds, wait=seconds > 0)

    def _send_once(self) -> None:
        if self.keep is None:
            self.wire.send(self.payload)
        else:
            self.wire.tear(self.payload, self.keep, self.is_torn)

    def _send_more(self, copies: int, chunk: int, seconds: float, wait: bool) -> None:
        if not wait:
            if self.line.is_muted or not self.wire.is_open:
                return
            now: int = copies if not seconds else min(chunk, copies)
            for _ in range(now):
                self._send_once()
            copies -= now
        if copies:
            asyncio.get_running_loop().call_later(seconds, self._send_more, copies, chunk, seconds, False)


class Group:
    """Pushes held back until there are enough of them."""

    def __init__(self, matches: Callable[[str], object], count: int, arrange: Arrange) -> None:
        self.matches: Callable[[str], object] = matches
        self.count: int = count
        self.arrange: Arrange = arrange
        self.pushes: list[Push] = []
        self.timer: asyncio.TimerHandle | None = None


class PushQueue:
    """One connection's. ``on_idle(line)`` is called when nothing stands in the way any more."""

    def __init__(self, wire: PushWire, on_idle: Callable[["PushQueue"], None]) -> None:
        self.wire: PushWire = wire
        self.is_muted: bool = False
        self._is_frozen: bool = False
        self._on_idle: Callable[[PushQueue], None] = on_idle
        self._late: deque[tuple[float, Push]] = deque()     # when each is due, in the order they leave
        self._timer: asyncio.TimerHandle | None = None
        self._mute_timer: asyncio.TimerHandle | None = None
        self._groups: list[Group] = []

    @property
    def is_idle(self) -> bool:
        """Whether a push passes as if there were no line."""
        return not (self.is_muted or self._late or self._groups)

    def takes(self, push: Push) -> bool:
        """Whether the push ends here already: swallowed by a silence, or one that others wait for."""
        if self.is_muted:
            return True
        for group in self._groups:
            if group.matches(push.label):
                self._join(group, push)
                return True
        return False

    def deliver(self, push: Push) -> None:
        """Send it when its time has come, and not before what was pushed earlier, unless that may be overtaken."""
        if self.is_muted:
            return
        loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        if push.is_overtaken and push.seconds:
            loop.call_later(push.seconds, self._send_late, push)
            return
        if not push.seconds and not self._late:
            push.send()
            return
        due: float = loop.time() + push.seconds
        if self._late:
            due = max(due, self._late[-1][0])
        self._late.append((due, push))
        self._arm()

    # silence

    def mute(self, seconds: float | None, pings: bool) -> None:
        """Push nothing for so long, None: for ever. Without ``pings`` the connection is half-open meanwhile."""
        self.is_muted = True
        if not pings:
            self._is_frozen = True
            self.wire.freeze()
        if self._mute_timer is not None:
            self._mute_timer.cancel()
            self._mute_timer = None
        if seconds is not None:
            self._mute_timer = asyncio.get_running_loop().call_later(seconds, self.unmute)

    def unmute(self) -> None:
        """End a silence."""
        if self._mute_timer is not None:
            self._mute_timer.cancel()
            self._mute_timer = None
        self.is_muted = False
        if self._is_frozen:
            self._is_frozen = False
            self.wire.thaw()
        self._rest()

    # held back

    def gather(
        self, push: Push, matches: Callable[[str], object], count: int, seconds: float, arrange: Arrange
    ) -> None:
        """Hold a push back until ``count`` that match are there, or for so long."""
        group: Group = Group(matches, count, arrange)
        self._groups.append(group)
        group.timer = asyncio.get_running_loop().call_later(seconds, self._let_go, group)
        self._join(group, push)

    def _join(self, group: Group, push: Push) -> None:
        group.pushes.append(push)
        if len(group.pushes) >= group.count:
            self._let_go(group)

    def _let_go(self, group: Group) -> None:
        if group.timer is not None:
            group.timer.cancel()
        if group in self._groups:
            self._groups.remove(group)
            for push in group.arrange(group.pushes):
                self.deliver(push)
            self._rest()

    # late

    def _arm(self) -> None:
        if self._timer is None and self._late:
            self._timer = asyncio.get_running_loop().call_at(self._late[0][0], self._send_due)

    def _send_due(self) -> None:
        self._timer = None
        now: float = asyncio.get_running_loop().time()
        # A timer may fire early by the clock's resolution, hence the millisecond.
        while self._late and self._late[0][0] <= now + 0.001:
            self._send_late(self._late.popleft()[1])
        self._arm()
        self._rest()

    def _send_late(self, push: Push) -> None:
        if not self.is_muted:
            push.send()

    # end

    def release(self) -> None:
        """Nothing stands in the way any more: what is held back leaves now."""
        self.unmute()
        for group in self._groups.copy():
            self._let_go(group)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        late: list[Push] = [push for _, push in self._late]
        self._late.clear()
        for push in late:
            push.send()
        self._rest()

    def _rest(self) -> None:
        if self.is_idle:
            self._on_idle(self)
