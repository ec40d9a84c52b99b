"""vn.py's event engine on the clock of a simulated world: its interface, its order of handlers, and its timer events."""

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from vnpy.event import EVENT_TIMER, Event, EventEngine

from .threads import Scheduler, SimulatedThread, Waiter

Handler = Callable[[Event], None]


class SteppedEventEngine(EventEngine):
    """
    Handlers run in one simulated thread, in the order in which events were put, as in vn.py. ``watch`` is called with
    every event before its handlers. Timer events come at whole intervals from the start on, while somebody listens to them: a day
    has 86,400 of them.
    """

    def __init__(self, scheduler: Scheduler, interval: float = 1, watch: Callable[[Event], None] | None = None) -> None:
        # not EventEngine's own: it makes threads and a queue of the machine
        self._scheduler: Scheduler = scheduler
        self._seconds: float = interval
        self._watch: Callable[[Event], None] | None = watch
        self._events: deque[Event] = deque()
        self._line: deque[Waiter] = deque()
        self._active: bool = False
        self._thread: Any = None
        self._handlers: Any = defaultdict(list)
        self._general_handlers: list[Handler] = []
        self._tick: Any = None          # the next timer event
        self._began: float = 0.0

    def start(self) -> None:
        if self._active:
            return
        self._active = True
        self._thread = SimulatedThread(self._scheduler, target=self._work, name="event engine")
        self._thread.start()
        self._began = self._scheduler.loop.time()
        self._set_timer()

    def stop(self) -> None:
        if not self._active:
            return
        self._drop_timer()
        self._active = False
        self._scheduler.wake(self._line)
        if self._scheduler.current() is not self._thread:
            self._thread.join()

    def kill(self) -> None:
        """No event comes any more; its thread is left where it stands."""
        self._drop_timer()
        self._active = False

    def put(self, event: Event) -> None:
        self._events.append(event)
        self._scheduler.wake(self._line)

    def register(self, type: str, handler: Handler) -> None:
        super().register(type, handler)
        self._set_timer()

    def register_general(self, handler: Handler) -> None:
        super().register_general(handler)
        self._set_timer()

    def _is_heard(self) -> bool:
        """Whether a timer event would meet a handler."""
        return self._active and bool(self._general_handlers or self._handlers.get(EVENT_TIMER))

    def _set_timer(self) -> None:
        if self._tick is None and self._is_heard():
            now: float = self._scheduler.loop.time()
            number: int = int((now - self._began) / self._seconds) + 1
            while (due := self._began + number * self._seconds) <= now:         # floats: the moment of the last one may be a hair off
                number += 1
            self._tick = self._scheduler.loop.call_at(due, self._on_timer)

    def _drop_timer(self) -> None:
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None

    def _on_timer(self) -> None:
        self._tick = None
        if self._is_heard():
            self.put(Event(EVENT_TIMER))
            self._set_timer()

    def _work(self) -> None:
        while True:
            self._scheduler.wait(self._line, None, lambda: bool(self._events) or not self._active)
            if not self._active:
                return
            event: Event = self._events.popleft()
            if self._watch is not None:
                self._watch(event)
            self._process(event)
