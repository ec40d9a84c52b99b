"""
A line to a port that can be broken: what can go wrong with the connections over it, at the level of packets.

It offers what ``mockexchange.byte_proxy.ByteProxy`` does in front of a real venue. Times are virtual seconds.
"""

import asyncio

from .transport import Transport


class Link:
    """One connection over a line."""

    def __init__(self, line: "Line", ends: tuple[Transport, Transport]) -> None:
        self.line: Line = line
        self.ends: tuple[Transport, Transport] = ends
        self.used: float = line.loop.time()     # when a packet last passed
        self.is_dead: bool = line.is_deaf       # nothing passes any more, and neither end is told
        self._is_cut: bool = False
        self._left: int = len(ends)             # ends that live
        for end in ends:
            end.arrives = self.passes
            end.on_lost = self._lost

    def passes(self, packet: bytes | None) -> bool:
        """Whether a packet gets through; None is a reset of one of the ends."""
        line = self.line
        if self._is_cut:
            return False
        now: float = line.loop.time()
        if 0 < line.forgets_after <= now - self.used:
            self.die()
        if packet and line.resets_new:
            self.cut()
            return False
        if self.is_dead:
            line.vanished += len(packet or b"")
            return False
        self.used = now
        return True

    def die(self) -> None:
        """In silence."""
        if not self.is_dead:
            self.is_dead = True
            self.line.forgotten += 1

    def cut(self) -> None:
        """Both ends meet a reset."""
        self._is_cut = True
        self.line.resets += 1
        self.line.links.pop(self, None)
        for end in self.ends:
            end.cut()

    def _lost(self) -> None:
        self._left -= 1
        if not self._left:
            self.line.links.pop(self, None)


class Line:
    """
    Leads from ``port`` to ``target``. ``vanished`` counts bytes that were swallowed, ``resets`` connections that were reset,
    ``forgotten`` connections that died in silence, ``accepted`` connections.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, port: int, target: int) -> None:
        self.loop: asyncio.AbstractEventLoop = loop
        self.port: int = port
        self.target: int = target
        self.links: dict[Link, None] = {}       # in the order they came
        self.is_open: bool = True
        self.is_deaf: bool = False
        self.resets_new: bool = False
        self.forgets_after: float = 0.0
        self.accepted: int = 0
        self.vanished: int = 0
        self.resets: int = 0
        self.forgotten: int = 0

    def join(self, ours: Transport, theirs: Transport) -> None:
        """A new connection."""
        self.accepted += 1
        self.links[Link(self, (ours, theirs))] = None

    def deafen(self) -> None:
        """From now on every byte vanishes, both ways; new connections are accepted. What is open now stays dead for good."""
        self.is_deaf = True
        self.forget()

    def refuse(self) -> None:
        """Reset what is open, and refuse new connections."""
        self.is_open = False
        self.reset()

    def reset(self) -> None:
        """Reset what is open. New connections work."""
        for link in list(self.links):
            link.cut()

    def reset_new(self) -> None:
        """Reset what is open, and every new connection at its first byte."""
        self.resets_new = True
        self.reset()

    def forget(self) -> None:
        """What is open now dies in silence: its bytes vanish, no end is told. New connections work."""
        for link in self.links:
            link.die()

    def forget_after(self, seconds: float) -> None:
        """As a router with a short memory: a connection that is idle for so long dies in silence. 0: none does."""
        self.forgets_after = seconds

    def heal(self) -> None:
        """New connections work from now on. What has died stays dead."""
        self.is_open = True
        self.is_deaf = self.resets_new = False
        self.forgets_after = 0.0
