"""What the flow of orders asks of a venue's gateway."""

from logging import INFO
from typing import Protocol

from .orders.table import Entry, Push


class Venue(Protocol):
    """What the flow asks of a gateway. None of these may block or raise for network reasons."""

    def place(self, entry: Entry) -> None:
        """Send the order; the outcome comes back through ``OrderFlow.on_outcome``."""

    def withdraw(self, entry: Entry) -> None:
        """Send the cancel; the outcome comes back through ``OrderFlow.on_cancel_outcome``."""

    def query_order(self, entry: Entry) -> None:
        """Ask for one order: ``on_order``, ``on_missing``, or nothing when the answer failed."""

    def query_fills(self, entry: Entry) -> None:
        """Ask for the fills of one order: ``on_fills``."""

    def publish(self, item: Push) -> None:
        """Hand an OrderData or TradeData to the event engine."""

    def log(self, msg: str, level: int = INFO) -> None:
        """One log line."""

    def pause(self) -> float:
        """Seconds the venue wants to be left alone (Retry-After), 0 if it does not."""

    def look_again(self) -> None:
        """Ask for everything soon: what was told of an order that is not known cannot be."""

    def on_new_life(self) -> None:
        """The venue has lost its state: what is remembered of its ids means nothing, and everything of today is new."""
