"""One queue, one thread."""

from collections.abc import Iterator
from queue import Queue
from threading import Event, Thread, current_thread
from threading import enumerate as threads

import pytest

from vnpy_restgateway.executor import SerialExecutor

PATIENCE: float = 5.0


class Bench:
    def __init__(self) -> None:
        self.errors: Queue[Exception] = Queue()
        self.said: Queue[object] = Queue()
        self.writer: SerialExecutor = SerialExecutor("bench writer", self.errors.put)

    def heard(self, n: int = 1) -> list[object]:
        return [self.said.get(timeout=PATIENCE) for _ in range(n)]


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    bench.writer.start()
    yield bench
    bench.writer.stop(PATIENCE)
    assert not [thread for thread in threads() if thread.name == "bench writer"]


def test_jobs_run_in_order_on_one_thread(bench: Bench) -> None:
    for n in range(1000):
        assert bench.writer.post(bench.said.put, n)
    assert bench.heard(1000) == list(range(1000))
    bench.writer.post(lambda: bench.said.put(current_thread().name))
    assert bench.heard() == ["bench writer"]


def test_posting_from_many_threads_keeps_each_ones_order(bench: Bench) -> None:
    def post(name: int) -> None:
        for n in range(200):
            bench.writer.post(bench.said.put, (name, n))

    posters = [Thread(target=post, args=(name,)) for name in range(8)]
    for poster in posters:
        poster.start()
    heard = bench.heard(1600)
    for name in range(8):
        assert [n for who, n in heard if who == name] == list(range(200))   # type: ignore[misc, has-type]


def test_an_exception_is_handed_over_and_the_thread_goes_on(bench: Bench) -> None:
    bench.writer.post(int, "no number")
    bench.writer.post(bench.said.put, "alive")
    assert bench.heard() == ["alive"]
    assert isinstance(bench.errors.get(timeout=PATIENCE), ValueError)


def test_a_timer_that_raises_is_handed_over_too(bench: Bench) -> None:
    bench.writer.post(bench.writer.call_later, 0.0, "bad", lambda: 1 // 0)
    assert isinstance(bench.errors.get(timeout=PATIENCE), ZeroDivisionError)
    bench.writer.post(bench.said.put, "alive")
    assert bench.heard() == ["alive"]


def test_timers_run_with_nothing_posted(bench: Bench) -> None:
    def plan() -> None:
        bench.writer.call_later(0.02, "b", lambda: bench.said.put("b"))
        bench.writer.call_later(0.01, "a", lambda: bench.said.put("a"))
        bench.writer.call_later(0.0, "c", lambda: bench.said.put("replaced"))
        bench.writer.call_later(0.03, "c", lambda: bench.said.put("c"))
        bench.writer.reschedule_earlier(0.0, "c", lambda: bench.said.put("ignored"))

    bench.writer.post(plan)
    assert bench.heard(3) == ["a", "b", "c"]


def test_a_timer_that_always_comes_back_starves_no_job(bench: Bench) -> None:
    def again() -> None:
        bench.writer.call_later(0.0, "again", again)

    bench.writer.post(again)
    for n in range(100):
        bench.writer.post(bench.said.put, n)
    assert bench.heard(100) == list(range(100))


def test_a_queue_that_is_never_empty_starves_no_timer(bench: Bench) -> None:
    done = Event()

    def feed() -> None:
        if not done.is_set():
            bench.writer.post(feed)

    bench.writer.post(bench.writer.call_later, 0.01, "timer", lambda: bench.said.put("timer"))
    bench.writer.post(feed)
    assert bench.heard() == ["timer"]
    done.set()


def test_stop_returns_what_never_ran_and_takes_nothing_more() -> None:
    bench, inside, go = Bench(), Event(), Event()
    bench.writer.start()
    def block() -> None:
        inside.set()
        go.wait(PATIENCE)

    bench.writer.post(block)
    assert inside.wait(PATIENCE)
    bench.writer.post(bench.said.put, 1)
    bench.writer.post(bench.said.put, 2)
    left = bench.writer.stop(0.0)
    assert [args for _, args in left] == [(1,), (2,)]
    assert not bench.writer.alive
    assert not bench.writer.post(bench.said.put, 3)
    assert bench.writer.stop(0.0) == []
    go.set()
    bench.writer.join(PATIENCE)
    assert not [thread for thread in threads() if thread.name == "bench writer"]
    assert bench.said.empty()


def test_stop_from_the_writers_own_thread() -> None:
    bench = Bench()
    bench.writer.start()
    bench.writer.post(lambda: bench.said.put(bench.writer.stop(PATIENCE)))
    assert bench.heard() == [[]]
    bench.writer.join(PATIENCE)
    assert bench.errors.empty()


def test_posting_against_stop_loses_no_job() -> None:
    """Every job either runs, or is returned by stop, or was refused: an order id is never left without a word."""
    for _ in range(30):
        bench = Bench()
        bench.writer.start()
        taken: list[int] = []

        def post(bench: Bench = bench, taken: list[int] = taken) -> None:
            for n in range(300):
                if bench.writer.post(bench.said.put, n):
                    taken.append(n)

        poster = Thread(target=post)
        poster.start()
        left = bench.writer.stop(PATIENCE)
        poster.join(PATIENCE)
        ran = [bench.said.get_nowait() for _ in range(bench.said.qsize())]
        assert sorted([*map(str, ran), *(str(args[0]) for _, args in left)]) == sorted(map(str, taken))


def test_start_again_forgets_timers_and_start_twice_is_once(bench: Bench) -> None:
    bench.writer.post(bench.writer.call_later, 0.05, "old", lambda: bench.said.put("old"))
    bench.writer.post(bench.said.put, "ready")
    assert bench.heard() == ["ready"]
    bench.writer.stop(PATIENCE)
    bench.writer.start()
    bench.writer.start()
    assert len([thread for thread in threads() if thread.name == "bench writer"]) == 1
    bench.writer.post(bench.writer.call_later, 0.1, "new", lambda: bench.said.put("new"))
    assert bench.heard() == ["new"]


def test_a_job_in_a_hurry_runs_at_once_when_nobody_is_at_work(bench: Bench) -> None:
    ran: list[str] = []
    # the thread may still be at its first look at the timers
    bench.writer.post(bench.said.put, "settled")
    assert bench.heard() == ["settled"]
    until: Event = Event()
    for _ in range(1000):
        bench.writer.run_or_post(lambda: ran.append(current_thread().name))
        if current_thread().name in ran:
            break
        until.wait(0.001)
    assert current_thread().name in ran


def test_a_job_in_a_hurry_never_runs_beside_or_before_another(bench: Bench) -> None:
    at_work: list[int] = []
    beside: list[int] = []

    def job(name: int, n: int) -> None:
        at_work.append(name)
        if len(at_work) > 1:
            beside.append(name)
        bench.said.put((name, n))
        at_work.remove(name)

    def post(name: int) -> None:
        for n in range(300):
            (bench.writer.run_or_post if n % 3 else bench.writer.post)(job, name, n)

    posters = [Thread(target=post, args=(name,)) for name in range(6)]
    for poster in posters:
        poster.start()
    heard = bench.heard(1800)
    for name in range(6):
        assert [n for who, n in heard if who == name] == list(range(300))   # type: ignore[misc, has-type]
    assert not beside


def test_a_timer_set_by_a_job_in_a_hurry_wakes_the_thread(bench: Bench) -> None:
    bench.writer.post(bench.writer.call_later, 3600.0, "far", lambda: None)
    for n in range(50):
        bench.writer.run_or_post(bench.writer.call_later, 0.001, f"near {n}", lambda n=n: bench.said.put(n))   # type: ignore[misc]
        assert bench.heard() == [n]
