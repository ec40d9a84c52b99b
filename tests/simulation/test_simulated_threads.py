"""Greenlets that stand for threads: every wait ends when the real one would, on virtual time."""

from queue import Empty

import pytest

from vnpy_rehearsal.simulation.world import World


@pytest.fixture
def world() -> World:
    return World(1)


def test_sleep_passes_virtual_time_only(world: World) -> None:
    def live() -> float:
        world.sleep(86_400.0)
        return world.loop.now

    assert world.run(live) == pytest.approx(86_400.0)


def test_a_lock_is_held_by_one(world: World) -> None:
    threads = world.seams.threads
    lock, seen = threads.Lock(), []

    def work(name: str) -> None:
        with lock:
            seen.append(f"{name} in")
            world.sleep(1.0)
            seen.append(f"{name} out")

    def live() -> None:
        both = [threads.Thread(target=work, args=(name,)) for name in "ab"]
        for each in both:
            each.start()
        world.sleep(0.5)
        assert lock.locked() and not lock.acquire(False) and not lock.acquire(timeout=0.1)
        for each in both:
            each.join()
        assert not lock.locked() and not both[0].is_alive()

    world.run(live)
    assert seen == ["a in", "a out", "b in", "b out"] and world.loop.now == pytest.approx(2.0)


def test_a_reentrant_lock_and_a_lock_that_nobody_holds(world: World) -> None:
    threads = world.seams.threads

    def live() -> None:
        lock = threads.RLock()
        with lock, lock:
            other: list[bool] = []
            thread = threads.Thread(target=lambda: other.append(lock.acquire(timeout=1.0)))
            thread.start()
            thread.join()
            assert other == [False]
        thread = threads.Thread(target=lambda: other.append(lock.acquire(timeout=1.0)))
        thread.start()
        thread.join()
        assert other == [False, True]
        with pytest.raises(RuntimeError, match="unlocked"):
            threads.Lock().release()

    world.run(live)


def test_events_conditions_and_queues_wait_no_longer_than_they_must(world: World) -> None:
    threads = world.seams.threads
    event, condition, queue = threads.Event(), threads.Condition(), threads.SimpleQueue()
    found: list[object] = []

    def later() -> None:
        world.sleep(2.0)
        event.set()
        with condition:
            found.append("told")
            condition.notify_all()
        queue.put("item")

    def live() -> None:
        threads.Thread(target=later).start()
        assert not event.wait(1.0) and world.loop.now == pytest.approx(1.0)
        with pytest.raises(Empty):
            queue.get(timeout=0.5)
        with condition:
            assert not condition.wait(0.25)
            assert condition.wait_for(lambda: found, 10.0)
        assert event.is_set() and event.wait(5.0) and world.loop.now == pytest.approx(2.0)
        assert queue.get() == "item" and queue.empty()

    world.run(live)


def test_what_a_thread_raises_ends_only_that_thread(world: World) -> None:
    def live() -> str:
        thread = world.seams.threads.Thread(target=lambda: int("x"), name="broken")
        thread.start()
        thread.join()
        return "alive"

    assert world.run(live) == "alive"
    assert world.errors == ["broken: ValueError: invalid literal for int() with base 10: 'x'"]


def test_a_callback_of_the_loop_must_not_wait_for_ever(world: World) -> None:
    threads = world.seams.threads
    errors: list[str] = []

    def call() -> None:
        event = threads.Event()
        assert not event.wait(1.0), "over at once: nothing can happen meanwhile"
        try:
            event.wait()
        except RuntimeError as error:
            errors.append(str(error))

    def live() -> None:
        world.loop.call_soon(call)
        world.sleep(0.1)

    world.run(live)
    assert errors == ["a callback of the loop would have to wait"] and world.loop.now == pytest.approx(0.1)


def test_a_world_in_which_nothing_is_left_to_happen_says_so(world: World) -> None:
    with pytest.raises(RuntimeError, match="nothing is left to happen"):
        world.run(lambda: world.seams.threads.Event().wait())


def test_what_main_raises_is_raised(world: World) -> None:
    def live() -> None:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        world.run(live)
