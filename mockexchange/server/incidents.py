"""
What goes wrong at a venue and not on a wire: keys revoked, symbols removed, addresses banned.

The venue knows it, the dialects are told (``follow``), so that each can say it in its own words.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_locale import _

from ..core.commands import CancelAll, SetSymbolStatus
from ..core.instruments import Instrument
from ..venue_api import VenueApi

BAN_STATUSES: tuple[int, ...] = (418, 429)


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    """An API key is good no longer; what hangs on it ends."""

    key: str


@dataclass(frozen=True, slots=True)
class SymbolRemoved:
    """A symbol is listed no longer; its users' orders are cancelled already."""

    symbol: str


@dataclass(frozen=True, slots=True)
class SymbolAdded:
    """A symbol that was removed is listed again."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Banned:
    """Until then (us; the past ends it) every address is answered ``status``."""

    until: int
    status: int


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """A symbol has other rules (ticks, steps, limits, fees) than before."""

    symbol: str


Incident = KeyRevoked | SymbolRemoved | SymbolAdded | Banned | RulesChanged
Follower = Callable[[Incident], bool]


class Incidents:
    """One venue's. Everything is journalled as a ``fault`` row whose ``action`` is the incident."""

    def __init__(self, venue: VenueApi) -> None:
        self._venue: VenueApi = venue
        self._followers: list[Follower] = []
        self._revoked: dict[str, str] = {}              # key -> secret
        self._removed: dict[str, Instrument] = {}
        self._banned_until: int = 0                     # us

    def follow(self, callback: Follower) -> Callable[[], None]:
        """
        Call ``callback`` with what happens, after the venue has done its part; it returns whether that means
        anything to its dialect. Returns what ends it.
        """
        self._followers = [*self._followers, callback]

        def end() -> None:
            self._followers = [each for each in self._followers if each is not callback]

        return end

    # keys

    def set_key(self, key: str, revoked: bool) -> None:
        """Revoke an account's API key, or make it good again. ValueError for one the venue does not know."""
        keys: dict[str, str] = self._venue.keys
        if key not in keys and key not in self._revoked:
            raise ValueError(_("key: unknown API key {key!r}").format(key=key))
        self._note("key", key=key, revoked=revoked)
        if not revoked:
            if key in self._revoked:
                keys[key] = self._revoked.pop(key)
        elif key in keys:
            self._revoked[key] = keys.pop(key)
            self._tell(KeyRevoked(key))

    @property
    def revoked(self) -> list[str]:
        """The keys that are revoked."""
        return list(self._revoked)

    # symbols

    def set_status(self, symbol: str, status: str) -> None:
        """TRADING, HALT, BREAK, END_OF_DAY or CANCEL_ONLY. ValueError for another, and for an unknown symbol."""
        self._check_listed(symbol)
        self._venue.apply(SetSymbolStatus(symbol, status))

    def remove_symbol(self, symbol: str) -> None:
        """
        Take a symbol off the venue: its users' orders are cancelled, it is in no list and no stream any more.

        ValueError for a symbol that is not listed, and for the last one.
        """
        self._check_listed(symbol)
        venue: VenueApi = self._venue
        if len(venue.exchange.instruments) == 1:
            raise ValueError(_("symbol: {symbol!r} is the last one, a venue needs one").format(symbol=symbol))
        self._note("symbol", symbol=symbol, removed=True)
        for account in venue.exchange.accounts():
            if venue.exchange.open_orders(account, symbol):
                venue.apply(CancelAll(account, symbol))
        self._removed[symbol] = venue.exchange.instruments.pop(symbol)
        self._tell(SymbolRemoved(symbol))

    def add_symbol(self, symbol: str) -> None:
        """List a symbol again that was removed. ValueError for one that was not."""
        if symbol not in self._removed:
            raise ValueError(_("symbol: {symbol!r} has not been removed, there are: {names}").format(symbol=symbol, names=', '.join(self._removed) or _("none")))
        self._note("symbol", symbol=symbol, removed=False)
        self._venue.exchange.instruments[symbol] = self._removed.pop(symbol)
        self._tell(SymbolAdded(symbol))

    @property
    def removed(self) -> list[str]:
        """The symbols that are removed."""
        return list(self._removed)

    # addresses

    def ban(self, ms: int, status: int) -> None:
        """
        For so long every address is answered ``status`` with Retry-After; 0 ends it.

        ValueError for a status that is no ban, and on a dialect without rate limits.
        """
        if status not in BAN_STATUSES:
            raise ValueError(_("status: {status!r} is none of {statuses}").format(status=status, statuses=', '.join(map(str, BAN_STATUSES))))
        if not self._tell(Banned(self._venue.now() + ms * 1000, status)):
            raise ValueError(
                _("ban: the dialect {dialect!r} has no rate limits; a fault with action 'status' can answer {status}").format(dialect=self._venue.dialect, status=status)
            )
        self._banned_until = self._venue.now() + ms * 1000
        self._note("ban", ms=ms, status=status)

    @property
    def banned_until(self) -> int | None:
        """ms until which every address is banned; None while none is."""
        return self._banned_until // 1000 if self._banned_until > self._venue.now() else None

    # the venue's own

    def reopened(self) -> None:
        """The exchange is a new one, and nobody follows any more: what was removed is removed from it too."""
        self._followers = []
        self._banned_until = 0                          # of the dialect that is gone
        for symbol in self._removed:
            self._removed[symbol] = self._venue.exchange.instruments.pop(symbol)

    def reset(self) -> None:
        """Every key is good, every symbol is listed, by the next exchange at the latest."""
        self._venue.keys.update(self._revoked)
        self._revoked.clear()
        self._removed.clear()

    def _check_listed(self, symbol: str) -> None:
        listed: dict[str, Instrument] = self._venue.exchange.instruments
        if symbol not in listed:
            raise ValueError(_("symbol: unknown symbol {symbol!r}, there are: {names}").format(symbol=symbol, names=', '.join(listed)))

    def tell(self, incident: Incident) -> bool:
        """Tell the dialect of something that somebody else has done to the venue."""
        return self._tell(incident)

    def _tell(self, incident: Incident) -> bool:
        return any([follower(incident) for follower in self._followers])

    def _note(self, action: str, **fields: Any) -> None:
        self._venue.note({"action": action, **fields})
