"""The polled kit for a server that takes orders no faster than it says, rests with the market, and answers bars: by itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vnpy_restgateway.calendar import Calendar, shanghai
from vnpy_restgateway.net.outcome import NotSent, Reply, Unknown
from vnpy_restgateway.polled.health import ConnectionHealth
from vnpy_restgateway.polled.poller import LAST_NEWS, LONGEST_REST, Poller
from vnpy_restgateway.polled.ranked_rest import Command, Rank, RankedRest
from vnpy_restgateway.seams import Seams
from vnpy_restgateway.threads import Threads

CHINA = ZoneInfo("Asia/Shanghai")


class Home:
    """A host, as far as a client needs one, and its executor, on a clock turned by hand."""

    alive = True
    lost = locked_out = False

    def __init__(self) -> None:
        self.clock: float = 1_000.0
        self.moment: datetime = datetime(2024, 1, 5, 10, 0, tzinfo=CHINA)
        self.timers: dict[str, tuple[float, Any]] = {}
        self.lines: list[str] = []
        self.executor = self
        self.seams = Seams()
        self.flow = SimpleNamespace(life=SimpleNamespace(disconnected=lambda: None))

    def monotonic(self) -> float:
        return self.clock

    def now(self) -> datetime:
        return self.moment

    def pause(self) -> float:
        return 0.0

    def log(self, msg: str, level: int = 20) -> None:
        self.lines.append(msg)

    def log_once(self, key: str, msg: str, level: int = 20) -> None:
        self.lines.append(msg)

    def say_anew(self) -> None:
        pass

    def settle(self, answer: Any, *args: Any) -> None:
        answer(*args)

    def post(self, call: Any, *args: Any) -> bool:
        if self.alive:
            call(*args)
        return self.alive

    def call_later(self, seconds: float, name: str, call: Any) -> None:
        self.timers[name] = (self.clock + seconds, call)

    def reschedule_earlier(self, seconds: float, name: str, call: Any) -> None:
        if name not in self.timers or self.timers[name][0] > self.clock + seconds:
            self.timers[name] = (self.clock + seconds, call)

    def wait(self, seconds: float) -> None:
        """Turn the clock on and run what is due on the way."""
        until = self.clock + seconds
        while due := [name for name, (at, _) in self.timers.items() if at <= until]:
            name = min(due, key=lambda name: self.timers[name][0])
            at, call = self.timers.pop(name)
            self.clock = max(self.clock, at)
            call()
        self.clock = until


class ByHand(RankedRest):
    """What is sent goes into a list; answers are given by hand."""

    lanes = ("order",)
    order_gap = 0.5

    def __init__(self, home: Home) -> None:
        super().__init__(home)      # type: ignore[arg-type]
        self.hand: Home = home
        self.sent: list[tuple[str, float]] = []
        self.on_its_way: list[Any] = []

    def start(self, n: int = 0) -> None:
        pass

    def add_request(self, method: str, path: str, **more: Any) -> Any:     # type: ignore[override]
        self.sent.append((path, self.hand.clock))
        self.on_its_way.append(more)
        assert len(self.on_its_way) == 1, "one at a time"

    def answer(self, data: Any = None, status: int = 200) -> None:
        more = self.on_its_way.pop()
        more["callback"](data, SimpleNamespace(reply=Reply(status, {}, b"{}", data, False)))

    def fail(self, error: BaseException) -> None:
        more = self.on_its_way.pop()
        more["on_error"](type(error), error, None, SimpleNamespace(reply=None))

    def put(self, path: str, rank: Rank, **more: Any) -> None:
        self.call("POST", path, {}, lambda *args: None, rank=rank, **more)


@pytest.fixture
def home() -> Home:
    return Home()


@pytest.fixture
def rest(home: Home) -> Iterator[ByHand]:
    made = ByHand(home)
    made.begin("http://127.0.0.1:1", "", 0, 5.0, 3.0)
    yield made


# specs/qmt.md, 5.6: at least half a second from one order to the next

def test_an_order_waits_for_its_gap_and_what_is_no_order_does_not(home: Home, rest: ByHand) -> None:
    for path, rank in (("/order1", Rank.ORDER), ("/order2", Rank.ORDER), ("/order3", Rank.ORDER), ("/poll", Rank.POLL), ("/cancel", Rank.CANCEL)):
        rest.put(path, rank)
    for _ in range(3):
        home.wait(0.01)
        rest.answer({})
    assert [path for path, _ in rest.sent] == ["/order1", "/cancel", "/poll"], "a cancel and a question pass the order that waits"
    assert not rest.on_its_way
    home.wait(0.46)
    assert len(rest.sent) == 3, "0.49 s after the first"
    home.wait(0.02)
    rest.answer({})
    home.wait(5.0)
    rest.answer({})
    assert [(path, round(at, 3)) for path, at in rest.sent[3:]] == [("/order2", 1000.5), ("/order3", 1001.0)]


def test_after_the_gap_an_order_goes_at_once_and_a_slow_answer_counts_as_waiting(home: Home, rest: ByHand) -> None:
    rest.put("/order1", Rank.ORDER)
    rest.put("/order2", Rank.ORDER)
    home.wait(20.0)
    rest.answer({})
    assert rest.sent == [("/order1", 1000.0), ("/order2", 1020.0)]
    home.wait(0.6)
    rest.answer({})
    rest.put("/order3", Rank.ORDER)
    assert rest.sent[-1] == ("/order3", 1020.6) and len(rest.on_its_way) == 1


def test_an_order_that_is_not_wanted_any_more_makes_no_gap(home: Home, rest: ByHand) -> None:
    rest.put("/first", Rank.ORDER, before=lambda: False)
    rest.put("/second", Rank.ORDER)
    assert rest.sent == [("/second", 1000.0)]


def test_the_gap_of_a_session_that_is_over_sends_nothing(home: Home, rest: ByHand) -> None:
    dropped: list[str] = []
    rest.put("/order1", Rank.ORDER)
    rest.put("/order2", Rank.ORDER, dropped=lambda: dropped.append("/order2"))
    rest.answer({})
    for call in rest.abandon():
        call()
    rest.put("/new", Rank.ORDER)
    home.wait(5.0)
    assert [path for path, _ in rest.sent] == ["/order1", "/new"] and dropped == ["/order2"]


@given(st.lists(st.tuples(st.sampled_from(["order", "poll", "answer", "wait"]), st.floats(0.0, 1.0)), max_size=25))
def test_orders_are_never_closer_than_the_gap_and_none_is_forgotten(steps: list[tuple[str, float]]) -> None:
    home = Home()
    rest = ByHand(home)
    rest.begin("http://127.0.0.1:1", "", 0, 5.0, 3.0)
    wanted: list[str] = []
    for n, (step, seconds) in enumerate(steps):
        if step == "answer" and rest.on_its_way:
            rest.answer({})
        elif step in ("order", "poll"):
            wanted.append(f"/{step}{n}")
            rest.put(wanted[-1], Rank.ORDER if step == "order" else Rank.POLL)
        home.wait(seconds)
    for _ in range(2 * len(wanted) + 2):
        if rest.on_its_way:
            rest.answer({})
        home.wait(0.5)
    assert sorted(path for path, _ in rest.sent) == sorted(wanted)
    times = [at for path, at in rest.sent if "order" in path]
    assert all(later - earlier >= 0.5 - 1e-9 for earlier, later in zip(times, times[1:], strict=False))
    orders = [path for path, _ in rest.sent if "order" in path]
    assert orders == [path for path in wanted if "order" in path], "in the order they were given"


# a question that another thread waits for

ASK = Command("GET", "/bars", {})


def test_a_question_that_is_waited_for(home: Home, rest: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    send = rest.add_request

    def at_once(method: str, path: str, **more: Any) -> None:
        send(method, path, **more)
        rest.answer({"bars": 1})

    monkeypatch.setattr(rest, "add_request", at_once)
    reply, error = rest.wait_for(ASK, 5.0)
    assert reply is not None and reply.data == {"bars": 1} and not error and rest.sent == [("/bars", 1000.0)]

    def lost(method: str, path: str, **more: Any) -> None:
        send(method, path, **more)
        rest.fail(Unknown("reset"))

    monkeypatch.setattr(rest, "add_request", lost)
    reply, error = rest.wait_for(ASK, 5.0)
    assert reply is None and isinstance(error, Unknown)

    def broken(method: str, path: str, **more: Any) -> None:
        raise ZeroDivisionError("of the client's")

    monkeypatch.setattr(rest, "add_request", broken)
    reply, error = rest.wait_for(ASK, 5.0)
    assert reply is None and isinstance(error, Unknown) and "of the client's" in str(error)


def test_nobody_waits_longer_than_they_said_nor_for_a_client_that_ends(home: Home, rest: ByHand) -> None:
    rest.put("/poll", Rank.POLL)                        # on its way, for ever
    assert rest.wait_for(ASK, 0.0) == (None, "no answer in time")
    assert len(rest.lines["order"].waiting[Rank.POLL]) == 1, "it is in line, behind what was there"
    rest.answer({})
    rest.answer({"too": "late"})                        # harms nobody
    post = home.post

    def ended(call: Any, *args: Any) -> bool:
        post(call, *args)
        for settle in rest.abandon():
            settle()
        return True

    class Flag(Event):
        def wait(self, timeout: float | None = None) -> bool:
            assert self.is_set(), "it would have waited"
            return True

    rest.put("/poll", Rank.POLL)
    home.seams = Seams(threads=Threads(Event=Flag))
    home.post = ended                                   # type: ignore[method-assign]
    assert rest.wait_for(ASK, 60.0) == (None, "no answer in time")
    home.post = post                                    # type: ignore[method-assign]
    home.alive = False                                  # type: ignore[misc]
    assert rest.wait_for(ASK, 60.0) == (None, "no answer in time")


def test_what_could_not_be_sent_is_told(home: Home, rest: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **more: Any) -> None:
        raise NotSent("the client is closed")

    monkeypatch.setattr(rest, "add_request", refuse)
    reply, error = rest.wait_for(ASK, 60.0)
    assert reply is None and isinstance(error, NotSent)


# F52: looks rest while the market is closed, and not before its last news

def looks(home: Home, rest: ByHand, calendar: Calendar | None) -> Poller:
    return Poller(
        home, rest, "orders", lambda: Command("GET", "/orders", {}), lambda: 1.5, lambda reply, at: None,       # type: ignore[arg-type]
        lambda reply: None, ConnectionHealth(home, "Trade API"), calendar,      # type: ignore[arg-type]
    )


def rest_at(home: Home, rest: ByHand, calendar: Calendar | None, moment: datetime) -> float:
    home.moment = moment
    home.timers.clear()
    looks(home, rest, calendar).now()
    rest.answer([])
    return home.timers["orders"][0] - home.clock


@pytest.mark.parametrize(("clock", "wanted"), [
    # 2024-01-05 is a Friday: 9:15 to 11:30 and 13:00 to 15:00
    ("09:14:59", 1.5), ("09:15:00", 1.5), ("09:16:00", 1.5), ("11:29:59", 1.5), ("11:30:00", 1.5), ("11:32:59", 1.5), ("11:33:00", LONGEST_REST),
    ("12:00:00", LONGEST_REST), ("12:55:00", 300.0), ("12:59:50", 10.0), ("13:00:00", 1.5), ("13:01:00", 1.5), ("14:59:59", 1.5), ("15:00:00", 1.5),
    ("15:02:59", 1.5), ("15:03:00", LONGEST_REST), ("20:00:00", LONGEST_REST), ("09:10:00", 300.0), ("08:00:00", LONGEST_REST),
])
def test_looks_go_on_until_the_last_news_of_a_session(home: Home, rest: ByHand, clock: str, wanted: float) -> None:
    moment = datetime.fromisoformat(f"2024-01-05T{clock}").replace(tzinfo=CHINA)
    assert rest_at(home, rest, shanghai(), moment) == pytest.approx(wanted)
    assert rest_at(home, rest, None, moment) == pytest.approx(1.5)


def test_week_ends_and_holidays_rest(home: Home, rest: ByHand) -> None:
    for day in ("2024-01-06", "2024-01-07", "2024-02-12"):
        assert rest_at(home, rest, shanghai(), datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=CHINA)) == pytest.approx(LONGEST_REST)
    no_more = Calendar("UTC", closed=[datetime(2024, 1, 5).date() + timedelta(days=n) for n in range(60)])
    assert rest_at(home, rest, no_more, datetime(2024, 1, 5, 10, tzinfo=CHINA)) == pytest.approx(LONGEST_REST), "no session in sight"


@given(st.datetimes(datetime(2024, 1, 2), datetime(2024, 3, 1)))
def test_no_rest_goes_beyond_an_opening_and_none_begins_in_a_session(moment: datetime) -> None:
    home = Home()
    rest = ByHand(home)
    rest.begin("http://127.0.0.1:1", "", 0, 5.0, 3.0)
    now = moment.replace(tzinfo=CHINA)
    calendar = shanghai()
    seconds = rest_at(home, rest, calendar, now)
    if calendar.is_open(now) or calendar.is_open(now - LAST_NEWS):
        assert seconds == pytest.approx(1.5)
    else:
        ahead = (calendar.next_open(now) - now).total_seconds()
        assert seconds == pytest.approx(max(1.5, min(ahead, LONGEST_REST)), abs=1e-3)


# what other answers tell

def test_an_answer_to_a_later_request_ends_what_a_look_has_found(home: Home) -> None:
    health = ConnectionHealth(home, "Trade API")        # type: ignore[arg-type]
    health.good()
    for _ in range(2):
        home.clock += 1.0
        health.bad(Unknown("timed out"))
    assert health.hangs and not health.up
    health.heard(home.clock - 0.5)                      # asked before the last failure
    assert health.hangs
    health.heard(home.clock + 0.5)
    assert not health.hangs and not health.up           # the next look says that it is well


def test_only_what_is_answered_is_heard(home: Home, rest: ByHand) -> None:
    heard: list[str] = []
    rest.on_heard = lambda call: heard.append(call.path)
    for path, status in (("/refused", 400), ("/failed", 500), ("/done", 200), ("/taken", 201)):
        rest.put(path, Rank.CANCEL)
        rest.answer({}, status)
    rest.put("/lost", Rank.CANCEL)
    rest.fail(Unknown("reset"))
    assert heard == ["/done", "/taken"]
