"""
One browser that looks at a venue: several times a second it is told what has changed of what it looks at.

Nothing waits for it. What it has not read yet holds its own next message back, in which everything comes that has changed meanwhile;
nothing is queued. While its window is hidden it is told nothing, and nothing is computed for it.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from ...core.instruments import Instrument
from ...core.numbers import format_balance
from ...dialects import load_dialect
from ...fields import Fields
from ...transport.manual_clock import MANUAL
from ...transport.sockets import CLOSE_POLICY, Socket
from ..venue import Venue
from .account_parts import BalancesPart, OrdersPart, PricesPart
from .market_parts import BarsPart, BookPart, FillsPart, TradesPart
from .venue_parts import FaultsPart, JournalPart, RequestsPart, StatePart

logger: logging.Logger = logging.getLogger("mockexchange")

TICK: float = 0.25                  # real s between two messages
MOST_UNREAD: int = 256 << 10        # bytes; with more no further message is made
SHOWN_INTERVALS: tuple[str, ...] = ("1s", "1m", "5m", "15m", "1h", "4h", "1d")


class Part(Protocol):
    """What is told of one thing. ``take`` returns what has changed since the last call, None where nothing has."""

    name: str

    def take(self) -> Any: ...


class Viewer:
    """What one socket is told. All methods belong to the venue's event loop."""

    def __init__(self, venue: Venue, socket: Socket) -> None:
        self._venue: Venue = venue
        self._socket: Socket = socket
        self._parts: list[Part] = []
        self._timer: asyncio.TimerHandle | None = None
        self._unwatch: Callable[[], None] | None = None

    def begin(self) -> None:
        """Say what there is to be looked at; what is looked at comes when the browser has said it."""
        self._send({"hello": describe_venue(self._venue)})

    def obey(self, text: str) -> None:
        """
        Do what the browser asks for: ``{"show": {"symbol", "interval"}}`` or ``{"pause": true}``. A token where none is asked for is
        no error: the browser may have one from before.

        :raises ValueError: names the field and the value that is wrong
        """
        try:
            data: Any = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ValueError(f"message: not JSON: {error}") from None
        fields: Fields = Fields(data, "message")
        if "token" in fields:
            return
        if "show" in fields:
            wanted: Fields = Fields(fields.take("show"), "show")
            symbol: str = wanted.text("symbol", choices=self._venue.exchange.instruments)
            interval: str = wanted.text("interval", choices=SHOWN_INTERVALS)
            wanted.finish()
            fields.finish()
            self._show(symbol, interval)
            return
        paused: bool = fields.flag("pause")
        fields.finish()
        self.pause() if paused else self._go_on()

    def pause(self) -> None:
        """Tell nothing, and compute nothing, until it goes on."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def _show(self, symbol: str, interval: str) -> None:
        venue: Venue = self._venue
        exchange = venue.exchange
        self._parts = [
            StatePart(venue),
            PricesPart(venue, symbol),
            BookPart(exchange.books[symbol]),
            TradesPart(exchange.tapes[symbol]),
            BarsPart(exchange.tapes[symbol], interval),
            FillsPart(exchange, [account.key for account in venue.accounts], symbol),
            BalancesPart(venue),
            OrdersPart(venue),
            JournalPart(venue),
            FaultsPart(venue.faults),
            RequestsPart(venue.faults.traffic),
        ]
        self.pause()
        self._send({"shown": {"symbol": symbol, "interval": interval}})
        self._go_on()

    def _go_on(self) -> None:
        if self._timer is None and self._parts:
            self._unwatch = self._venue.faults.traffic.watch()
            self._tick()

    def _tick(self) -> None:
        self._timer = None
        if not self._socket.is_open:
            self.pause()
            return
        if self._socket.buffered < MOST_UNREAD and not self._venue.lost:
            try:
                changed: dict[str, Any] = self._take()
            except Exception:
                logger.exception("the page cannot be told what has changed")
                self._socket.drop(CLOSE_POLICY, b"the venue cannot be shown")
                self.pause()
                return
            if changed:
                self._send({"now": self._venue.now() // 1000, **changed})
        self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _take(self) -> dict[str, Any]:
        return {part.name: found for part in self._parts if (found := part.take()) is not None}

    def _send(self, message: dict[str, Any]) -> None:
        self._socket.send(msgspec.json.encode(message))


def describe_venue(venue: Venue) -> dict[str, Any]:
    """What a page is made from: what is listed, who has an account, and what can be done to the venue."""
    return {
        "dialect": venue.dialect,
        "now": venue.now() // 1000,
        "symbols": [describe_instrument(each) for each in venue.exchange.instruments.values()],
        "accounts": [account.key for account in venue.accounts],
        "intervals": SHOWN_INTERVALS,
        "can": {"ban": bool(getattr(load_dialect(venue.dialect), "has_bans", False)), "advance": venue.clock.name == MANUAL},
    }


def describe_instrument(instrument: Instrument) -> dict[str, Any]:
    """A symbol, and how many decimals its prices and quantities have."""
    ticks: list[int] = [instrument.tick_size]
    if instrument.equity is not None:
        ticks += [tick for _, tick in instrument.equity.ticks]
    return {
        "symbol": instrument.symbol, "base": instrument.base, "quote": instrument.quote, "share": instrument.equity is not None,
        "price_decimals": max(map(decimals, ticks)), "quantity_decimals": decimals(instrument.step_size),
    }


def decimals(step: int) -> int:
    """How many digits behind the point a multiple of ``step`` (1e-8) has at most."""
    return len(format_balance(step).partition(".")[2].rstrip("0"))
