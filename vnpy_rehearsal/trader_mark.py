"""What the mark of the fixture ``mock_trader`` asks for, made into a trader."""

from collections.abc import Mapping
from datetime import datetime, timezone
from inspect import signature
from pathlib import Path
from typing import Any, NamedTuple

from mockexchange import MockExchange
from mockexchange.feeds import FeedError
from mockexchange.journal import JournalError
from rest_locale import _
from vnpy_restgateway.gateway import RestGateway

from .conform.known import Target, known_targets, make_profile
from .conform.profile import Profile
from .job import named_profiles
from .mock_trader import MockTrader

DEFAULT: str = "MOCKBINANCE"
# arguments of MockExchange that mean nothing in a simulated world, or are the world's own
NOT_HERE: frozenset[str] = frozenset({"dialect", "port", "host", "control_token", "clock", "tls", "tls_cert", "tls_key", "seed", "machine"})


class Made(NamedTuple):
    """``must_bite``: whether a fault that never bit makes the test fail."""

    trader: MockTrader
    must_bite: bool


def make_trader(
    place: Path, gateway: str = DEFAULT, *, dialect: str = "", variant: str = "", seed: int = 0, setting: Mapping[str, Any] | None = None,
    start: str | datetime | None = None, must_bite: bool = True, **venue: Any,
) -> Made:
    """
    ``gateway``: the name of one that is installed, HASHEX, or "module:Class" of one with a profile; ``dialect`` and ``variant`` choose among
    several profiles. ``start``: the time of day at the beginning, UTC. The others as ``MockTrader``.

    :raises ValueError: naming the argument and the value that is wrong
    """
    allowed: set[str] = set(signature(MockExchange).parameters) - NOT_HERE
    for name in venue:
        if name not in allowed:
            ours: list[str] = ["gateway", "dialect", "variant", "seed", "setting", "start", "must_bite"]
            raise ValueError(_("mark: unknown argument {name!r}, there are: {names}").format(name=name, names=", ".join([*ours, *sorted(allowed)])))
    if type(seed) is not int:
        raise ValueError(_("seed: no whole number: {seed!r}").format(seed=seed))
    feed: Any = venue.get("feed")
    if isinstance(feed, (str, Path)) and Path(feed).exists():
        venue["feed"] = str(Path(feed).resolve())       # the trader's working directory is another
    profile: Profile = find_profile(gateway, dialect, variant)
    try:
        return Made(MockTrader(profile, place, seed, setting, read_start(start), venue), must_bite)
    except (FeedError, JournalError) as error:
        raise ValueError(f"{'feed' if isinstance(error, FeedError) else 'state'}: {error}") from None


def read_start(start: "str | datetime | None") -> float | None:
    """Seconds since 1970 UTC. ValueError for text that is no date."""
    if start is None:
        return None
    try:
        found: datetime = datetime.fromisoformat(start) if isinstance(start, str) else start
        return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, AttributeError):
        raise ValueError(_("start: no date such as 2026-01-05 or 2026-01-05T01:30, in UTC: {start!r}").format(start=start)) from None


def find_profile(gateway: str, dialect: str = "", variant: str = "") -> Profile:
    """
    How a gateway is pointed at its venue.

    :raises ValueError: it is not known, or cannot live in virtual time
    """
    if not isinstance(gateway, str) or not gateway:
        raise ValueError(_("gateway: neither a name nor module:Class: {gateway!r}").format(gateway=gateway))
    name: str = gateway
    if ":" not in gateway:
        named: dict[str, Mapping[str, Any]] = named_profiles()
        if gateway.upper() not in named:
            raise ValueError(_("gateway: no {gateway!r}, there are: {names}, or module:Class").format(gateway=gateway, names=", ".join(named)))
        name = named[gateway.upper()]["gateway"]
    known: list[Target] = known_targets(name)
    if not known:
        raise ValueError(_("gateway: {gateway!r} has no profile; its package has to name one (docs/architecture.md)").format(gateway=gateway))
    chosen: Target | None = next((each for each in known if dialect in ("", each.dialect) and each.variant == variant), None)
    if chosen is None:
        there: str = ", ".join(f"dialect={each.dialect!r}" + (f" variant={each.variant!r}" if each.variant else "") for each in known)
        raise ValueError(_("gateway: {gateway} has no dialect={dialect!r} variant={variant!r}, there are: {names}").format(gateway=gateway, dialect=dialect, variant=variant, names=there))
    profile: Profile = make_profile(name, chosen)
    if not issubclass(profile.gateway_class, RestGateway):
        raise ValueError(_("gateway: {gateway!r} is not built on vnpy_restgateway: it goes by this machine's clock, not by virtual time").format(gateway=gateway))
    return profile
