"""Where the market comes from: a synthetic flow, or a replay of recorded data."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

from rest_locale import _

from ..core.commands import Command
from ..core.instruments import Instrument
from ..core.past import Minutes
from .archive import FeedError
from .recording import Recording
from .shape import Activity

__all__ = ["Feed", "FeedError", "open_feed"]


class Feed(Protocol):
    """
    A source of commands for the exchange. It knows what it has said, not what has become of it.

    ``recorded`` is True for a replay, whose public trades are its file's; ``begins`` is then the time of its beginning (us), else
    None. ``by_time``: what falls due while the venue is away is made up for. ``symbols`` are those it makes a market in. ``first_ids`` has, for a replay, the trade and aggregate trade id of the first
    trade it tells of, so that those of the past end there; ``last_trade_ids`` the highest trade id it will bring, so that the venue's own
    can start above it.
    """

    recorded: bool
    by_time: bool
    symbols: list[str]
    first_ids: dict[str, tuple[int, int]]
    last_trade_ids: dict[str, int]

    @property
    def begins(self) -> int | None: ...

    def go_on(self, since: int) -> None:
        """It starts so long after the venue's clock did, us."""

    def opening(self) -> list[Command]:
        """What a book needs that has nothing of the market maker: at the start, and again after a restart."""

    def steps(self) -> Iterator[tuple[int, Command]]:
        """(us since the start, command), ascending. To be taken once."""

    def history(self, symbol: str, until_us: int) -> Minutes | None:
        """
        The minutes before the opening, up to the one before ``until_us``'s. The last close is the opening price.

        None for a symbol the feed makes no market in.
        """

    def on_price(self, symbol: str, price: int) -> None:
        """The market of ``symbol`` has been moved to ``price`` (1e-8) by a SetPrice."""

    def on_rules(self, instrument: Instrument) -> None:
        """A symbol has these ticks and steps from now on. Where they differ, the exchange has cleared the market maker's book."""

    def on_day_end(self, symbol: str, previous_close: int) -> None:
        """The exchange has cleared the market maker's book, and counts the band from this price (1e-8)."""


def open_feed(
    spec: str, instruments: list[Instrument], seed: int, zone: str = "", start: str = "", loop: bool = False,
    activities: Mapping[str, Activity] | None = None,
) -> Feed:
    """
    The feed that ``--feed`` names: "synthetic", the path of a recording (a file, an archive or a folder; csv_format.py), or
    DRIVER:SPEC (drivers.py). ``activities``: how busy symbols of a synthetic market are that nobody knows.

    A recording is read through to its end first; FeedError names the file, line, field and value of the first thing that cannot
    be used. What is only odd is logged once. ``zone``: the time zone of a file's times that name none; the machine's by
    default. ValueError for a zone that is unknown, or has no file to apply to. ``start`` and ``loop`` of a recording: see
    ``replay.ReplayFeed``; ValueError for a ``start`` that is not in it.
    """
    if zone and spec in ("synthetic", "none"):
        raise ValueError(_("feed-timezone: {zone!r} is of no use, the feed is no file but {feed!r}").format(zone=zone, feed=spec))
    if spec == "synthetic":
        from .synthetic import SyntheticFeed

        return SyntheticFeed(instruments, seed, activities)
    from .replay import ReplayFeed

    return ReplayFeed(open_recording(spec, instruments, zone), instruments, seed, start, loop)


def open_recording(spec: str, instruments: list[Instrument], zone: str = "") -> Recording:
    """The recording that ``spec`` names, with its symbol. Raises as ``open_feed``."""
    from .csv_format import DumpReader
    from .drivers import open_by_driver, split_spec
    from .replay import symbol_of
    from .times import find_zone

    path: Path = Path(spec)
    parts: tuple[str, str] | None = split_spec(spec)
    if parts is not None and not path.exists():
        if zone:
            raise ValueError(_("feed-timezone: {zone!r} is of no use, the feed is no file but {feed!r}").format(zone=zone, feed=spec))
        return open_by_driver(*parts)
    if not path.exists():
        raise FeedError(_("{path}: no such file (a feed is \"synthetic\", the path of a recording, or DRIVER:SPEC)").format(path=path))
    reader: DumpReader = DumpReader(path, find_zone(zone))
    reader.symbol = reader.symbol or symbol_of(path, instruments)
    return reader
