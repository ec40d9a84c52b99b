"""The mock exchange inside a Python process: a venue in a background thread."""

import asyncio
import threading
import warnings
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from rest_locale import _

from .byte_proxy import VenueWire
from .core.instruments import AMOUNT_RULES, RULES, Instrument
from .core.numbers import parse_amount
from .feeds.shape import Activity
from .server.accounts import Account
from .server.descriptions import describe_faults
from .server.listener import Listener, close_event_loop, new_event_loop
from .server.tls import Tls, given_tls, own_tls
from .server.venue import Venue
from .transport.machine import MACHINE, Machine

T = TypeVar("T")

CALL_SECONDS: float = 30.0


class UnknownLabel(UserWarning):
    """A fault's ``match`` fits no label of the dialect: it may never bite."""


class Faults:
    """The faults of a running venue (DESIGN.md 4.3), from any thread."""

    def __init__(self, owner: "MockExchange") -> None:
        self._owner: MockExchange = owner

    def add(self, spec: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
        """
        Arm a fault, given as a dict, as keywords, or both:
        ``add(match="POST /api/v3/order", stage="after_engine", action="hang")``.

        Returns it with its ``id``; ValueError names the field and the value that is wrong. UnknownLabel is warned of
        when ``match`` fits no label of the dialect.
        """
        added: dict[str, Any] = self._owner.run(lambda venue: venue.faults.add({**(spec or {}), **fields}))
        if "warning" in added:
            warnings.warn(added["warning"], UnknownLabel, stacklevel=2)
        return added

    def labels(self) -> tuple[str, ...]:
        """What faults can be matched with on this venue; a ``*`` stands for any text."""
        return self._owner.run(lambda venue: venue.faults.labels.names if venue.faults.labels is not None else ())

    def never_bitten(self) -> list[dict[str, Any]]:
        """
        The faults that must bite and never did, disarmed ones too. A fault need not bite when it was set with
        ``must_bite=False``, or when it only counts: a delay of 0 ms without end.
        """
        return self._owner.run(lambda venue: venue.faults.never_bitten())

    def clear(self) -> None:
        """Disarm all."""
        self._owner.run(lambda venue: venue.faults.clear())

    def remove(self, id: int) -> None:
        """Disarm one, by the ``id`` that ``add`` gave it. ValueError for an id that no fault has."""
        self._owner.run(lambda venue: venue.faults.remove(id))

    def catalogue(self) -> dict[str, Any]:
        """What can go wrong, as ``GET /_mock/catalogue``: ``actions`` with their fields, ``presets`` ready for ``add``."""
        return self._owner.run(lambda venue: describe_faults(venue.dialect))

    def list(self) -> list[dict[str, Any]]:
        """Every fault with how often it has ``bitten``."""
        return self._owner.run(lambda venue: venue.faults.list())


class MockExchange:
    """
    A venue that runs in a background thread, as a context manager or between ``start`` and ``stop``.

    ``feed`` is "synthetic", "none" (the book holds only what users put there), the path of a
    Binance public-dump CSV or of a table of bars, or DRIVER:SPEC; ``feed_timezone`` of its times that name none; ``feed_start``
    (2022-01-03T12:30 in UTC, or ms since 1970) is where in a recording the market begins, which begins again with ``loop``;
    ``speed`` a number or "max", how fast the venue's time goes; ``accounts`` KEY:SECRET:USDT=100000,BTC=1
    texts (default: mock-key, mock-secret, 100000 USDT and 1 BTC); ``state`` a folder that keeps
    the journal; ``options`` what the dialect leaves open, by name; ``clock`` "system" (the machine's time,
    or a recording's), "manual" (it stands still until ``advance``) or "manual=MS", where it stands at first;
    ``listed`` SYMBOL:BASE:QUOTE:TICK:STEP[:PRICE] texts of further symbols; ``symbols`` how many there are in all, made up
    ones among them; ``activities`` how busy a synthetic market is, by symbol;
    ``tls`` speaks TLS with a certificate of its own, kept in ``state`` where that is given, ``tls_cert`` and ``tls_key`` with
    these PEM files. Raises ValueError, FeedError, JournalError or OSError saying what is wrong.

    Every method may be called from any thread but the venue's own.
    """

    def __init__(
        self,
        dialect: str = "binance",
        port: int = 0,
        feed: str = "synthetic",
        seed: int = 0,
        accounts: Iterable[Account | str] | None = None,
        speed: str | int | float = 1,
        state: str | Path | None = None,
        host: str = "127.0.0.1",
        control_token: str = "",
        instruments: Iterable[Instrument] | None = None,
        options: Mapping[str, Any] | None = None,
        clock: str = "system",
        listed: Iterable[str] = (),
        feed_timezone: str = "",
        feed_start: str = "",
        loop: bool = False,
        tls: bool = False,
        tls_cert: str | Path = "",
        tls_key: str | Path = "",
        symbols: int | None = None,
        activities: Mapping[str, Activity] | None = None,
        machine: Machine = MACHINE,
    ) -> None:
        self._make_venue: Callable[[], Venue] = lambda: Venue(
            dialect, feed=feed, speed=speed, seed=seed, accounts=accounts, state=state, instruments=instruments,
            options=options, clock=clock, listed=listed, symbols=symbols, activities=activities, machine=machine, feed_timezone=feed_timezone, feed_start=feed_start, loop=loop,
        )
        self._address: tuple[str, int, str] = (host, port, control_token)
        self._make_tls: Callable[[], Tls | None] = lambda: None
        if tls_cert:
            self._make_tls = lambda: given_tls(Path(tls_cert), Path(tls_key) if tls_key else None)
        elif tls_key:
            raise ValueError(_("tls_key {tls_key!r}: tls_cert is needed as well").format(tls_key=str(tls_key)))
        elif tls:
            self._make_tls = lambda: own_tls([host], Path(state) if state is not None else None)
        self._listener: Listener | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.faults: Faults = Faults(self)

    # -- life

    def start(self) -> None:
        """Start the venue; returns when it answers."""
        if self._thread is not None:
            raise RuntimeError("the mock exchange is running already")
        tls: Tls | None = self._make_tls()
        try:
            listener: Listener = Listener(self._make_venue(), *self._address, tls)
        except BaseException:
            if tls is not None:
                tls.close()
            raise
        loop: asyncio.AbstractEventLoop = new_event_loop()
        thread: threading.Thread = threading.Thread(target=self._run, args=(loop,), name="mockexchange", daemon=True)
        thread.start()
        self._loop, self._thread, self._listener = loop, thread, listener
        try:
            self._await(listener.start())
        except BaseException:
            self._end(loop, thread, listener)
            raise

    def stop(self) -> None:
        """Cut every connection and end the thread. Nothing happens when it is not running."""
        loop, thread, listener = self._loop, self._thread, self._listener
        if loop is None or thread is None or listener is None:
            return
        try:
            self._await(listener.stop())
        finally:
            self._end(loop, thread, listener)

    def restart(self, keep_state: bool = True, down: float = 0.0) -> None:
        """
        Die and come back on the same port; connections are cut, and refused for ``down`` seconds.

        ``keep_state`` False forgets accounts' doings and orders, as a testnet's wipe does.
        """
        self._await(self._running().restart(keep_state, down), CALL_SECONDS + down)

    def reset(self) -> None:
        """Everything as on the first day: orders, balances, faults, clock, market. Connections are cut."""
        self._await(self._running().reset())

    def __enter__(self) -> "MockExchange":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- where it is

    def ready(self) -> dict[str, Any]:
        """What the command line prints as the ready line."""
        return self._running().ready()

    @property
    def rest(self) -> str:
        """Base URL of the REST API, ``http://127.0.0.1:PORT``, https with TLS."""
        return str(self._running().ready()["rest"])

    @property
    def stream(self) -> str:
        """Base URL of the streams, ``ws://127.0.0.1:PORT``, wss with TLS."""
        return str(self._running().ready()["stream"])

    @property
    def certificate(self) -> str:
        """With TLS the path of the certificate that clients must trust, while it runs; else ""."""
        tls: Tls | None = self._running().tls
        return tls.certificate if tls is not None else ""

    @property
    def key(self) -> str:
        """API key of the first account."""
        return self._running().venue.accounts[0].key

    @property
    def secret(self) -> str:
        """API secret of the first account."""
        return self._running().venue.accounts[0].secret

    # -- what it knows, and what can be done to it

    def journal(self, after: int = 0) -> list[dict[str, Any]]:
        """The journal's rows with ``n`` > ``after``, as ``GET /_mock/journal`` gives them."""
        return self.run(lambda venue: venue.journal.rows(after))

    def state(self) -> dict[str, Any]:
        """What ``GET /_mock/state`` answers."""
        return self.run(lambda venue: venue.describe())

    def wire(self) -> VenueWire:
        """
        A wire to the venue that can be broken, for a client that is given its ``rest`` and ``stream`` instead of the
        venue's: ``with venue.wire() as wire: ...; wire.deafen(); ...; wire.heal()``. It ends with the block.
        """
        return VenueWire(self.rest, self.stream)

    def set_price(self, symbol: str, price: str | int) -> None:
        """Move the market to ``price``, filling what it crosses. ValueError names what is wrong."""
        try:
            amount: int = parse_amount(price)
        except ValueError as error:
            raise ValueError(f"price: {error}") from None
        self.run(lambda venue: venue.set_price(symbol, amount))

    def deposit(self, key: str, asset: str, amount: str | int) -> None:
        """Credit an account (debit when negative). ValueError names what is wrong."""
        value: int = parse_amount(amount)
        self.run(lambda venue: venue.deposit(key, asset, value))

    def clock(self, offset_ms: int) -> None:
        """Let the venue's clock run ``offset_ms`` ahead (behind, when negative)."""
        self.run(lambda venue: venue.set_clock(offset_ms))

    def set_key(self, key: str, revoked: bool = True) -> None:
        """Revoke an account's API key, or make it good again. ValueError for one the venue does not know."""
        self.run(lambda venue: venue.incidents.set_key(key, revoked))

    def set_symbol_status(self, symbol: str, status: str) -> None:
        """TRADING, HALT, BREAK, END_OF_DAY or CANCEL_ONLY. ValueError names what is wrong."""
        self.run(lambda venue: venue.incidents.set_status(symbol, status))

    def remove_symbol(self, symbol: str) -> None:
        """Take a symbol off the venue; its open orders are cancelled. ValueError for one that is not listed."""
        self.run(lambda venue: venue.incidents.remove_symbol(symbol))

    def add_symbol(self, symbol: str) -> None:
        """List a symbol again that was removed. ValueError for one that was not."""
        self.run(lambda venue: venue.incidents.add_symbol(symbol))

    def set_rules(self, symbol: str, *, status: str = "", **rules: str | int) -> None:
        """
        Change rules of a symbol while the venue runs: ``set_rules("BTCUSDT", tick_size="0.1", min_notional="10")``.

        The names are those of ``core.instruments.RULES``, amounts are decimal text. ValueError names what is wrong.
        """
        changed: dict[str, int] = {}
        for name, value in rules.items():
            if name not in RULES:
                raise ValueError(_("rules: unknown rule {name!r}, there are: {names}").format(name=name, names=', '.join(sorted(RULES))))
            try:
                changed[name] = parse_amount(value) if name in AMOUNT_RULES else int(value)
            except (ValueError, TypeError) as error:
                raise ValueError(f"{name}: {error}") from None
        self.run(lambda venue: venue.changes.set_rules(symbol, changed, status))

    def amend(
        self, quantity: str | int, *, order_id: int | None = None, client_order_id: str = "", new_client_order_id: str = "",
    ) -> None:
        """
        Give an open order another quantity, as its owner could from elsewhere; the order keeps its client order id
        unless another is given. Less keeps its place in the queue, more loses it. ValueError or Refusal says what is wrong.
        """
        amount: int = parse_amount(quantity)
        self.run(lambda venue: venue.changes.amend(amount, order_id, client_order_id, new_client_order_id))

    def ban(self, ms: int, status: int = 418) -> None:
        """For ``ms`` milliseconds every address is answered 418 or 429 with Retry-After; 0 ends it. ValueError names what is wrong."""
        self.run(lambda venue: venue.incidents.ban(ms, status))

    def drop(self, streams: bool = False) -> int:
        """Cut the connections of all clients, only websockets where ``streams`` is true; how many. New ones are accepted."""
        listener: Listener = self._running()
        return self.run(lambda venue: listener.drop(streams))

    @property
    def page(self) -> str:
        """The address of its page for people, without the control token."""
        return f"{self.rest}/_mock/"

    def advance(self, advance_ms: int) -> None:
        """
        Let so much time pass on a manual clock; returns when all that fell due on the way has happened.

        ValueError for a negative time, and for a clock that is the machine's.
        """
        self._await(self._running().venue.advance(advance_ms), None)

    def set_options(self, **options: Any) -> None:
        """Set some of the dialect's options from now on. ValueError names the option and the value that is wrong."""
        self.run(lambda venue: venue.set_options(options))

    def run(self, function: Callable[[Venue], T]) -> T:
        """Call ``function(venue)`` on the venue's own thread and return what it returns or raise what it raises."""
        venue: Venue = self._running().venue
        if self._loop is None:
            raise RuntimeError("the mock exchange is not running")
        found: Future[T] = Future()

        def call() -> None:
            try:
                found.set_result(function(venue))
            except BaseException as error:
                found.set_exception(error)

        self._loop.call_soon_threadsafe(call)
        return found.result(CALL_SECONDS)

    # -- within

    def _running(self) -> Listener:
        if self._listener is None:
            raise RuntimeError("the mock exchange is not running")
        return self._listener

    def _await(self, coroutine: Coroutine[Any, Any, T], seconds: float | None = CALL_SECONDS) -> T:
        if self._loop is None:
            coroutine.close()
            raise RuntimeError("the mock exchange is not running")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(seconds)

    @staticmethod
    def _run(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            close_event_loop(loop)

    def _end(self, loop: asyncio.AbstractEventLoop, thread: threading.Thread, listener: Listener) -> None:
        self._loop = self._thread = self._listener = None
        loop.call_soon_threadsafe(loop.stop)
        thread.join(CALL_SECONDS)
        listener.venue.close()
        if listener.tls is not None:
            listener.tls.close()
