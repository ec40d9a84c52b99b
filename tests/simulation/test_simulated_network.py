"""Connections in memory: order, delay, back-pressure, ends and resets as a real network has them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from vnpy_rehearsal.simulation.line import Line
from vnpy_rehearsal.simulation.transport import WINDOW
from vnpy_rehearsal.simulation.world import World


class End(asyncio.Protocol):
    """Writes down what happens to a connection."""

    def __init__(self) -> None:
        self.transport: Any = None
        self.data: list[bytes] = []
        self.events: list[str] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data.append(data)

    def eof_received(self) -> bool:
        self.events.append("eof")
        return False

    def pause_writing(self) -> None:
        self.events.append("pause")

    def resume_writing(self) -> None:
        self.events.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.events.append(f"lost {type(exc).__name__}")


def connected(world: World) -> tuple[End, End]:
    ours, theirs = End(), End()
    world.network.listen(80, lambda: theirs)
    world.network.connect(80, ours)
    return ours, theirs


def within(world: World, act: Callable[[End, End], None], look: Callable[[End, End], None]) -> None:
    def live() -> None:
        ours, theirs = connected(world)
        act(ours, theirs)
        world.sleep(1.0)
        look(ours, theirs)

    world.run(live)


def test_what_is_sent_arrives_in_order_and_later() -> None:
    def act(ours: End, theirs: End) -> None:
        for n in range(200):
            ours.transport.write(b"%d," % n)
        assert not theirs.data

    def look(ours: End, theirs: End) -> None:
        assert b"".join(theirs.data) == b"".join(b"%d," % n for n in range(200))

    within(World(3), act, look)


def test_a_goodbye_and_a_reset_are_told_apart() -> None:
    def look_closed(ours: End, theirs: End) -> None:
        assert ours.events == ["lost NoneType"] and theirs.events == ["eof", "lost NoneType"] and theirs.data == [b"last"]

    def close(ours: End, theirs: End) -> None:
        ours.transport.write(b"last")
        ours.transport.close()
        ours.transport.write(b"too late")

    within(World(3), close, look_closed)

    def look_reset(ours: End, theirs: End) -> None:
        assert ours.events == ["lost NoneType"] and theirs.events == ["lost ConnectionResetError"]

    within(World(3), lambda ours, theirs: ours.transport.abort(), look_reset)


def test_a_reader_that_does_not_read_stops_its_writer() -> None:
    def live() -> None:
        ours, theirs = connected(world)
        theirs.transport.pause_reading()
        chunk = b"x" * 65_536
        while "pause" not in ours.events:
            ours.transport.write(chunk)
        assert ours.transport.get_write_buffer_size() > 65_536 and ours.transport.unread > WINDOW
        world.sleep(1.0)
        assert not theirs.data
        theirs.transport.resume_reading()
        world.sleep(1.0)
        assert ours.events == ["pause", "resume"] and ours.transport.unread == 0 and len(theirs.data) > 4

    world = World(3)
    world.run(live)


def test_nobody_listens() -> None:
    world = World(3)
    with pytest.raises(ConnectionRefusedError):
        world.run(lambda: world.network.connect(81, End()))
    world.network.listen(81, End)
    with pytest.raises(OSError, match="in use: 81"):
        world.network.listen(81, End)


def test_the_seed_is_the_network_s_too() -> None:
    def arrivals(seed: int) -> list[float]:
        world = World(seed)
        return world.run(lambda: [world.network.delay() for _ in range(5)])

    assert arrivals(1) == arrivals(1) != arrivals(2)


# lines that break

def over_a_line(world: World, live: Callable[[Line, Callable[[], tuple[End, End]]], None]) -> None:
    """``live`` gets the line and what makes a further connection over it."""
    ends: list[End] = []

    def factory() -> End:
        ends.append(End())
        return ends[-1]

    def run() -> None:
        world.network.listen(80, factory)
        line = world.network.lay_line(80)

        def connect() -> tuple[End, End]:
            ours = End()
            world.network.connect(line.port, ours)
            return ours, ends[-1]

        live(line, connect)

    world.run(run)


def test_what_is_forgotten_dies_in_silence_and_new_connections_live() -> None:
    world = World(3)

    def live(line: Line, connect: Callable[[], tuple[End, End]]) -> None:
        old, old_peer = connect()
        old.transport.write(b"under way")
        line.forget()
        old_peer.transport.write(b"back")
        old.transport.close()
        new, new_peer = connect()
        new.transport.write(b"heard")
        world.sleep(1.0)
        assert not old_peer.data and not old_peer.events and old.events == ["lost NoneType"] and not old.data
        assert new_peer.data == [b"heard"] and (line.forgotten, line.vanished, line.accepted) == (1, 13, 2)
        line.reset()
        world.sleep(1.0)
        assert old_peer.events == ["lost ConnectionResetError"] and new.events == new_peer.events == ["lost ConnectionResetError"]
        assert line.resets == 2 and not line.links

    over_a_line(world, live)


def test_a_deaf_line_takes_everybody_and_heals_for_those_who_come_later() -> None:
    world = World(3)

    def live(line: Line, connect: Callable[[], tuple[End, End]]) -> None:
        line.deafen()
        during, during_peer = connect()
        during.transport.write(b"x" * 1_000_000)
        world.sleep(1.0)
        assert not during_peer.data and line.vanished == 1_000_000 and during.transport.unread == 0, "the wire takes it, nobody gets it"
        line.heal()
        during.transport.write(b"y")
        after, after_peer = connect()
        after.transport.write(b"z")
        world.sleep(1.0)
        assert not during_peer.data and after_peer.data == [b"z"]

    over_a_line(world, live)


def test_a_line_that_refuses_and_one_that_resets_at_the_first_byte() -> None:
    world = World(3)

    def live(line: Line, connect: Callable[[], tuple[End, End]]) -> None:
        open_, open_peer = connect()
        line.refuse()
        with pytest.raises(ConnectionRefusedError):
            connect()
        world.sleep(1.0)
        assert open_.events == open_peer.events == ["lost ConnectionResetError"]
        line.heal()
        line.reset_new()
        new, new_peer = connect()
        world.sleep(1.0)
        assert not new.events
        new.transport.write(b"first")
        new.transport.write(b"second")
        world.sleep(1.0)
        assert new.events == new_peer.events == ["lost ConnectionResetError"] and not new_peer.data and line.resets == 2
        world.network.unlisten(80)
        line.heal()
        with pytest.raises(ConnectionRefusedError):
            connect()

    over_a_line(world, live)


def test_a_line_with_a_short_memory() -> None:
    world = World(3)

    def live(line: Line, connect: Callable[[], tuple[End, End]]) -> None:
        line.forget_after(10.0)
        ours, theirs = connect()
        for _ in range(3):
            ours.transport.write(b"a")
            world.sleep(9.0)
        world.sleep(5.0)
        ours.transport.write(b"b")
        world.sleep(1.0)
        assert theirs.data == [b"a"] * 3 and line.forgotten == 1 and line.vanished == 1

    over_a_line(world, live)
