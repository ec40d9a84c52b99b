"""Stream subscriptions that come back after a reconnect."""

from collections.abc import Iterable


class Subscriptions:
    """
    Topics of one stream connection: wanted, asked for (pending), and confirmed.

    Pure bookkeeping: ``next_batch`` says what to ask for now, the caller sends it. Used under
    the caller's lock or from one thread.
    """

    def __init__(self, batch: int = 200) -> None:
        self.batch: int = batch
        self.wanted: dict[str, None] = {}       # in the order they were asked for
        self.pending: dict[int, list[str]] = {}
        self.confirmed: set[str] = set()
        self.refused: dict[str, int] = {}       # topic -> how often
        self._asked: set[str] = set()
        self._next_id: int = 0

    def want(self, topics: Iterable[str]) -> None:
        """Add topics; those already wanted stay as they are."""
        for topic in topics:
            self.wanted.setdefault(topic)

    def reset(self) -> None:
        """A new connection: nothing is asked for or confirmed on it."""
        self.pending.clear()
        self.confirmed.clear()
        self._asked.clear()

    def next_batch(self) -> tuple[int, list[str]] | None:
        """Request id and topics to ask for now, or None when all is asked for."""
        topics: list[str] = [topic for topic in self.wanted if topic not in self._asked][:self.batch]
        if not topics:
            return None
        self._next_id += 1
        self.pending[self._next_id] = topics
        self._asked.update(topics)
        return self._next_id, topics

    def confirm(self, request_id: int) -> list[str]:
        """The venue took a batch."""
        topics: list[str] = self.pending.pop(request_id, [])
        self.confirmed.update(topic for topic in topics if topic in self.wanted)
        return topics

    def refuse(self, request_id: int) -> list[str]:
        """The venue refused a batch: its topics are asked for again by the next ``next_batch``."""
        topics: list[str] = self.pending.pop(request_id, [])
        for topic in topics:
            self._asked.discard(topic)
            self.refused[topic] = self.refused.get(topic, 0) + 1
        return topics
