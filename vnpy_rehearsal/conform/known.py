"""Gateways whose way to a simulated venue is told by their package; any other is told it by the command line."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vnpy.trader.constant import Exchange, OrderType
from vnpy.trader.gateway import BaseGateway

from rest_locale import _
from mockexchange.dialects import find_dialects, is_dialect, load_dialect

from ..profiles import read_profiles
from .market import PriceLevels
from .profile import Profile, load_class

@dataclass
class Target:
    """
    How a gateway class is pointed at a venue. Texts have ``{rest}``, ``{stream}``, ``{key}`` and ``{secret}`` in them.

    ``patches``: "module:NAME" -> text, constants that hold hosts. ``slow``: labels that must not be answered at once.
    ``variant``: tells profiles of one gateway on one dialect apart, for instance another market; "" for the first.
    """

    dialect: str
    setting: Mapping[str, Any]
    symbol: str
    patches: Mapping[str, str] = field(default_factory=dict)
    slow: Sequence[str] = ()
    more: Mapping[str, Any] = field(default_factory=dict)       # further fields of the Profile
    variant: str = ""


def known_targets(gateway: str) -> list[Target]:
    """
    How a gateway ("module:Class") is pointed at venues, by the packages that are installed: an entry point of the group
    ``vnpy_rehearsal.profiles`` names a list of dicts (docs/architecture.md).

    :raises ValueError: an entry cannot be read, naming it
    """
    found: list[Target | None] = read_profiles(lambda entry: read_profile(entry) if entry["gateway"] == gateway else None)
    return [target for target in found if target is not None]


def read_profile(entry: Mapping[str, Any]) -> Target:
    """
    One of a package's profiles. Needed: gateway, dialect, setting, symbol. The rest are fields of Target and of Profile,
    ``lacks`` as names of vn.py's OrderType, ``market`` and ``exchange`` as in the traits of a dialect.

    :raises ValueError: a field is missing
    """
    more: dict[str, Any] = dict(entry)
    try:
        more.pop("gateway")
        more.pop("name", None)              # of the main job
        more.pop("job", None)
        named: dict[str, Any] = {name: more.pop(name) for name in ("dialect", "setting", "symbol")}
    except KeyError as error:
        raise ValueError(_("field {error} is missing").format(error=error)) from None
    named |= {name: more.pop(name) for name in ("patches", "slow", "variant") if name in more}
    if "lacks" in more:
        more["lacks"] = frozenset(OrderType[name] for name in more["lacks"])
    return Target(**named, more={**traits_of(named["dialect"]), **read_traits(more)})


def traits_of(dialect: str) -> dict[str, Any]:
    """What of a venue's nature decides which rows apply, as its dialect says; nothing where the dialect is unknown."""
    return read_traits(load_dialect(dialect).traits) if is_dialect(dialect) else {}


def read_traits(given: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a Profile, of plain values."""
    traits: dict[str, Any] = dict(given)
    if "market" in traits:
        traits["market"] = PriceLevels(**traits["market"])
    if "exchange" in traits:
        traits["exchange"] = Exchange(traits["exchange"])
    return traits


def find_target(name: str, dialect: str, variant: str = "") -> Target | None:
    """
    What is known of a gateway class; without a dialect, of the first it is known with.

    :raises ValueError: it is known, and not in this variant; names those that there are
    """
    known: list[Target] = [target for target in known_targets(name) if dialect in ("", target.dialect)]
    found: Target | None = next((target for target in known if target.variant == variant), None)
    if found is None and variant:
        variants: str = ", ".join(target.variant for target in known if target.variant) or "none"
        raise ValueError(_("--variant: no {variant!r} of {name}, there are: {variants}").format(variant=variant, name=name, variants=variants))
    return found


def make_target(
    name: str, dialect: str, setting: Mapping[str, str], patches: Mapping[str, str], symbol: str,
    traits: Mapping[str, Any], variant: str = "",
) -> Target:
    """
    What is known of a gateway class, with what the command line adds. ``traits``: further fields of the Profile.

    :raises ValueError: naming what is missing
    """
    found: Target | None = find_target(name, dialect, variant)
    if found is None:
        if not dialect or not symbol or not setting:
            raise ValueError(
                _(
                    "{name} is not known here: --dialect, --symbol and --setting say how it is pointed at a venue; a profile of its own is found where "
                    "its package is installed"
                ).format(name=name)
            )
        found = Target(dialect, {}, symbol, more={"ready_line": "", "orders_line": "", **traits_of(dialect)})
    if found.dialect not in find_dialects():
        raise ValueError(_("the matrix knows no dialect {dialect!r}, there are: {names}").format(dialect=found.dialect, names=', '.join(find_dialects())))
    return Target(
        found.dialect, {**found.setting, **setting}, symbol or found.symbol, {**found.patches, **patches}, found.slow,
        {**found.more, **traits},
    )


def make_profile(name: str, target: Target) -> Profile:
    """
    The profile of a gateway class, for vn.py's own event engine and with the patience it has by itself.

    :raises ValueError: the class cannot be found, or a constant to be patched
    """
    gateway_class: type[BaseGateway] = load_class(name)

    def fill(text: Any, venue: Any) -> Any:
        if not isinstance(text, str):
            return text
        for word in ("rest", "stream", "key", "secret"):
            text = text.replace("{" + word + "}", getattr(venue, word))
        return text

    def setting(venue: Any) -> dict[str, Any]:
        for place, text in target.patches.items():
            module, constant = place.split(":")
            setattr(importlib.import_module(module), constant, fill(text, venue))
        armed: list[str] = [fault["match"] for fault in venue.faults.list()] if target.slow else []
        for label in target.slow:
            if label not in armed:
                venue.faults.add({"match": label, "stage": "on_reply", "action": "delay", "ms": 250, "times": 0})
        return {key: fill(value, venue) for key, value in target.setting.items()}

    for place in target.patches:
        module, colon, constant = place.partition(":")
        try:
            getattr(importlib.import_module(module), constant)
        except (ImportError, AttributeError) as error:
            raise ValueError(_("patch: {place!r} is no module:NAME that is there: {error}").format(place=place, error=error)) from None
    make: Callable[..., Profile] = Profile
    return make(
        name=name, dialect=target.dialect, gateway_class=gateway_class, setting=setting, symbol=target.symbol,
        real_engine=True, patches=target.patches, **target.more,
    )
