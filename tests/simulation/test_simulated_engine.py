"""The stepped event engine does what vn.py's own does, on virtual time."""

from typing import Any

from vnpy.event import EVENT_TIMER, Event

from vnpy_rehearsal.simulation.engine import SteppedEventEngine
from vnpy_rehearsal.simulation.world import World


def test_handlers_run_in_order_and_one_after_the_other() -> None:
    world, seen = World(1), []

    def live() -> None:
        engine = SteppedEventEngine(world.scheduler, watch=lambda event: seen.append(("watch", event.type)))

        def slow(event: Event) -> None:
            seen.append(("in", event.data))
            world.sleep(5.0)
            seen.append(("out", event.data))

        engine.register("a", slow)
        engine.register_general(lambda event: seen.append(("all", event.data)))
        engine.start()
        for n in range(2):
            engine.put(Event("a", n))
        world.sleep(0.5)
        assert seen == [("watch", "a"), ("in", 0)], "the caller of put does not wait"
        world.sleep(11.0)
        engine.unregister("a", slow)
        engine.stop()
        engine.put(Event("a", 3))
        world.sleep(1.0)

    world.run(live)
    assert [each for each in seen if each[1] not in (EVENT_TIMER, None)] == [
        ("watch", "a"), ("in", 0), ("out", 0), ("all", 0), ("watch", "a"), ("in", 1), ("out", 1), ("all", 1),
    ]


def test_a_timer_event_every_second() -> None:
    world, at = World(1), []

    def live() -> None:
        engine: Any = SteppedEventEngine(world.scheduler)
        engine.register(EVENT_TIMER, lambda event: at.append(round(world.loop.now, 6)))
        engine.start()
        engine.start()
        world.sleep(3.5)
        engine.stop()
        engine.stop()
        world.sleep(3.0)

    world.run(live)
    assert at == [1.0, 2.0, 3.0]


def test_it_can_be_stopped_from_a_handler() -> None:
    world = World(1)

    def live() -> bool:
        engine = SteppedEventEngine(world.scheduler)
        engine.register("a", lambda event: engine.stop())
        engine.start()
        engine.put(Event("a"))
        world.sleep(5.0)
        return bool(engine._active)

    assert world.run(live) is False


def test_timer_events_come_at_whole_intervals_while_somebody_listens() -> None:
    world, at, seen = World(1), [], []

    def live() -> None:
        engine: Any = SteppedEventEngine(world.scheduler, watch=lambda event: seen.append(event.type))

        def note(event: Event) -> None:
            at.append(round(world.loop.now, 6))

        engine.start()
        world.sleep(2.5)
        engine.register(EVENT_TIMER, note)
        world.sleep(2.0)
        engine.unregister(EVENT_TIMER, note)
        world.sleep(2.7)
        engine.register_general(note)
        world.sleep(1.0)
        engine.stop()
        engine.register(EVENT_TIMER, note)
        world.sleep(3.0)

    world.run(live)
    assert at == [3.0, 4.0, 8.0] and seen == [EVENT_TIMER] * 3
