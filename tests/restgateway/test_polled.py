"""The polled kit by itself: one request on its way, who goes first, when it is asked again."""

from collections.abc import Iterator
from datetime import date, datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from test_gateway_base import ListGateway, Recorder

from vnpy_restgateway.calendar import Calendar
from vnpy_restgateway.capabilities import Correlation
from vnpy_restgateway.net.outcome import NotSent, Reply, Unknown
from vnpy_restgateway.polled.health import ConnectionHealth
from vnpy_restgateway.polled.order_list import OrderList
from vnpy_restgateway.polled.poller import LONGEST_REST, Poller
from vnpy_restgateway.polled.ranked_rest import Command, Rank, RankedRest


class OneAtATime(RankedRest):
    """What is sent goes into a list; answers are given by hand."""

    lanes = ("order",)

    def __init__(self, host: Any) -> None:
        super().__init__(host)
        self.sent: list[Any] = []

    def add_request(self, method: str, path: str, **more: Any) -> Any:     # type: ignore[override]
        self.sent.append((path, more))

    def answer(self, status: int = 200, data: Any = None, body: bytes = b"{}") -> None:
        _, more = self.sent[-1]
        request = SimpleNamespace(reply=Reply(status, {}, body, data, data is None))
        more["callback"](data, request)

    def fail(self, error: BaseException) -> None:
        self.sent[-1][1]["on_error"](type(error), error, None, SimpleNamespace(reply=None))


class Posts:
    """An executor that runs what it is given at once, and keeps timers."""

    alive = True

    def __init__(self) -> None:
        self.timers: dict[str, float] = {}

    def post(self, call: Any, *args: Any) -> bool:
        call(*args)
        return True

    def call_later(self, seconds: float, name: str, call: Any) -> None:
        self.timers[name] = seconds

    def reschedule_earlier(self, seconds: float, name: str, call: Any) -> None:
        self.timers.setdefault(name, seconds)

    def monotonic(self) -> float:
        return 1_000.0


@pytest.fixture
def host() -> Iterator[Any]:
    gateway = ListGateway(Recorder(), "TEST")
    gateway.host.executor = Posts()      # type: ignore[assignment]
    gateway.host.monotonic = gateway.host.executor.monotonic
    yield gateway.host


@pytest.fixture
def rest(host: Any) -> OneAtATime:
    made = OneAtATime(host)
    made.start = lambda n=0: None       # type: ignore[method-assign]
    made.begin("http://127.0.0.1:1", "", 0, 5.0, 3.0)
    return made


def test_one_request_is_on_its_way_and_orders_go_first(rest: OneAtATime) -> None:
    answers: list[str] = []

    def ask(path: str, rank: Rank, lane: str = "order") -> None:
        rest.call("GET", path, {}, lambda reply, error, at: answers.append(path), rank=rank, lane=lane)

    ask("/poll", Rank.POLL, "query")            # there is one lane in all
    for path, rank in (("/poll2", Rank.POLL), ("/question", Rank.QUESTION), ("/order", Rank.ORDER), ("/cancel", Rank.CANCEL)):
        ask(path, rank)
    sent = []
    while len(rest.sent) > len(sent):
        assert len(rest.sent) == len(sent) + 1, "never two at a time"
        sent.append(rest.sent[-1][0])
        rest.answer(data={})
    assert sent == answers == ["/poll", "/cancel", "/order", "/question", "/poll2"]


def test_what_is_not_wanted_any_more_is_not_sent_and_what_raises_is_an_answer(rest: OneAtATime) -> None:
    told: list[Any] = []

    def broken() -> bool:
        raise ZeroDivisionError("of the venue's")

    def take(reply: Any, error: Any, at: float) -> None:
        told.append(error)

    rest.call("GET", "/first", {}, take)
    rest.call("POST", "/unwanted", {}, take, before=lambda: False)
    rest.call("POST", "/broken", {}, take, before=broken)
    rest.call("GET", "/last", {}, take)
    rest.fail(Unknown("lost"))
    assert [path for path, _ in rest.sent] == ["/first", "/last"]
    assert [type(error) for error in told] == [NotSent, Unknown] or [type(error) for error in told] == [Unknown, NotSent]


def test_what_waits_when_it_ends_is_told(rest: OneAtATime) -> None:
    dropped: list[str] = []
    rest.call("GET", "/first", {}, lambda *args: None, dropped=lambda: dropped.append("first"))
    rest.call("POST", "/waits", {}, lambda *args: None, dropped=lambda: dropped.append("waits"))
    for call in rest.abandon():
        call()
    assert dropped == ["waits"], "of the first nobody knows"


def test_a_route_that_is_gone_is_named_once(rest: OneAtATime, host: Any) -> None:
    lines: list[str] = []
    rest.routes._log = lambda line, level=20: lines.append(line)
    for _ in range(3):
        rest.call("GET", "/gone?x=1", {}, lambda *args: None)
        rest.answer(404, body=b"<html>")
    assert len([line for line in lines if "GET /gone" in line]) == 1


def poller(host: Any, rest: OneAtATime, calendar: Calendar | None = None, taken: list[Any] | None = None) -> Poller:
    def read_error(reply: Reply) -> tuple[str, str] | None:
        return ("NO", "refused") if reply.status != 200 else None

    return Poller(
        host, rest, "orders", lambda: Command("GET", "/orders", {}), lambda: 1.0, lambda reply, at: (taken if taken is not None else []).append(reply.data), read_error,
        ConnectionHealth(host, "Trade API"), calendar,
    )


def test_a_look_is_made_again_whatever_came_of_it(host: Any, rest: OneAtATime) -> None:
    taken: list[Any] = []
    looks = poller(host, rest, taken=taken)
    timers = host.executor.timers
    for go, wanted in (
        (lambda: rest.answer(data=[]), 1.0), (lambda: rest.fail(Unknown("lost")), 2.0), (lambda: rest.fail(Unknown("lost")), 4.0),
        (lambda: rest.answer(500, body=b"<html>"), 8.0), (lambda: rest.answer(data=[1]), 1.0), (lambda: rest.answer(400, {"error": 1}), 1.0),
    ):
        looks.now()
        looks.now()                 # one at a time
        before = len(rest.sent)
        go()
        assert len(rest.sent) == before and timers.pop("orders") == wanted
    assert taken == [[], [1]]


def test_looks_rest_while_the_market_is_closed(host: Any, rest: OneAtATime, monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = Calendar("UTC", closed=[date(2026, 1, 5)])
    now = [datetime(2026, 1, 5, 23, 55, tzinfo=timezone.utc)]
    monkeypatch.setattr(host, "now", lambda: now[0])
    looks = poller(host, rest, calendar)
    for moment, wanted in ((now[0], 300.0), (datetime(2026, 1, 5, 1, tzinfo=timezone.utc), LONGEST_REST), (datetime(2026, 1, 6, 1, tzinfo=timezone.utc), 1.0)):
        now[0] = moment
        looks.now()
        rest.answer(data=[])
        assert host.executor.timers.pop("orders") == wanted


class Abreast(OneAtATime):
    lanes = ("order", "query")
    at_once = {"order": 2}


def test_a_lane_may_have_several_on_their_way(host: Any) -> None:
    """Where an order is answered after a minute, the next ones do not wait for it; questions still do."""
    rest = Abreast(host)
    rest.start = lambda n=0: None       # type: ignore[method-assign]
    rest.begin("http://127.0.0.1:1", "", 0, 60.0, 3.0)
    for path in ("/o1", "/o2", "/o3"):
        rest.call("POST", path, {}, lambda *args: None, lane="order", rank=Rank.ORDER)
    for path in ("/q1", "/q2"):
        rest.call("GET", path, {}, lambda *args: None, lane="query", rank=Rank.QUESTION)
    assert [path for path, _ in rest.sent] == ["/o1", "/o2", "/q1"]
    assert [more["timeout"] for _, more in rest.sent] == [None, None, 3.0]
    rest.answer(data={})
    assert rest.sent[-1][0] == "/q2"
    rest.sent[0][1]["callback"]({}, SimpleNamespace(reply=Reply(200, {}, b"{}", {}, False)))
    assert rest.sent[-1][0] == "/o3"


def test_a_list_that_is_filled_anew_concludes_nothing() -> None:
    asked: list[Any] = []
    wanted = [SimpleNamespace(orderid="o1")]
    flow = SimpleNamespace(
        capabilities=SimpleNamespace(correlation=Correlation.VENUE_ID), on_order=lambda *args: None, on_open_orders=lambda *args: None,
        venue_ids=SimpleNamespace(looked_for=lambda: wanted, on_candidates=lambda found, about, at: asked.append(about)),
    )
    host: Any = SimpleNamespace(flow=flow, each=lambda rows, handle, what: len(rows), log_first=lambda line: None, now=None)
    orders = OrderList(host, lambda d: None)
    orders.take([], 1.0)
    orders.take([], 2.0, concludes=False)
    assert asked == [["o1"], []]
