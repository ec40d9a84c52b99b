"""Gateways whose way to a simulated venue is known; any other is told it by the command line."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vnpy.trader.constant import OrderType
from vnpy.trader.gateway import BaseGateway

from .profile import WIRES, Profile, load_class

NO_CODE: str = "no document has a code for too many orders, or for a busy venue"
NO_RULES: str = "the server tells no ticks and steps: they come from the setting Symbols"
NO_KEEPING: str = "the server ends every connection after its answer: none is ever idle"
NO_NONCE: str = "requests carry a time, no nonce"
NO_TIME: str = "requests carry neither a time nor a nonce"
STOPS: frozenset[OrderType] = frozenset({OrderType.FAK, OrderType.FOK, OrderType.STOP})


@dataclass
class Target:
    """
    How a gateway class is pointed at a venue. Texts have ``{rest}``, ``{stream}``, ``{key}`` and ``{secret}`` in them.

    ``patches``: "module:NAME" -> text, constants that hold hosts. ``slow``: labels that must not be answered at once.
    """

    dialect: str
    setting: Mapping[str, Any]
    symbol: str
    patches: Mapping[str, str] = field(default_factory=dict)
    slow: Sequence[str] = ()
    more: Mapping[str, Any] = field(default_factory=dict)       # further fields of the Profile


# what is the venue's doing, whatever the gateway
OF_THE_DIALECT: dict[str, dict[str, Any]] = {
    "binance": {"absent": {"F34": NO_NONCE}},
    "qte": {
        "tells_fills": False, "finds_lost": False, "pushed": False,
        "absent": {"F6": NO_CODE, "F20": NO_TIME, "F21": NO_TIME, "F34": NO_TIME, "F41": NO_KEEPING, "F43": NO_RULES},
    },
    # an order may not be shown for half a minute after it was taken (its documents name no time)
    "hashex": {"names_orders": False, "shown_within": 35.0, "absent": {"F6": NO_CODE}},
}

QTE_SYMBOLS: str = "BTCUSDT:0.01:0.00001, ETHUSDT:0.01:0.0001, BNBUSDT:0.01:0.001, ETHBTC:0.00001:0.0001"
MOCKBINANCE: str = "vnpy_mockbinance:MockBinanceGateway"
KNOWN: dict[tuple[str, str], Target] = {
    (MOCKBINANCE, "binance"): Target(
        "binance",
        {"Server": "BINANCE", "REST Host": "{rest}", "Stream Host": "{stream}", "API Key": "{key}", "API Secret": "{secret}"},
        "BTCUSDT_SPOT_BINANCE", more=OF_THE_DIALECT["binance"],
    ),
    (MOCKBINANCE, "qte"): Target(
        "qte",
        {"Server": "QTE", "REST Host": "{rest}", "API Key": "{key}", "Symbols": QTE_SYMBOLS},
        "BTCUSDT_SPOT_BINANCE",
        more={"ready_line": "Trade API connected", "lacks": STOPS, **OF_THE_DIALECT["qte"]},
    ),
    ("vnpy_hashex:HashExGateway", "hashex"): Target(
        "hashex", {"REST Host": "{rest}", "Stream Host": "{stream}", "Access Key": "{key}", "Secret Key": "{secret}", "Market Buy": "BASE"},
        "BTCUSDT_SPOT_HASHEX", more={**OF_THE_DIALECT["hashex"], "lacks": STOPS},
    ),
    ("vnpy_binance:BinanceSpotGateway", "binance"): Target(
        "binance",
        {"API Key": "{key}", "API Secret": "{secret}", "Server": "REAL", "Kline Stream": "False", "Proxy Host": "", "Proxy Port": 0},
        "BTCUSDT_SPOT_BINANCE",
        patches={
            "vnpy_binance.spot_gateway:REAL_REST_HOST": "{rest}",
            "vnpy_binance.spot_gateway:REAL_TRADE_HOST": "{stream}/ws-api/v3",
            "vnpy_binance.spot_gateway:REAL_DATA_HOST": "{stream}",
        },
        # contracts that come before its socket is open keep it from subscribing to the user's stream
        slow=("GET /api/v3/exchangeInfo",),
        more={"ready_line": "User data stream subscribed", **OF_THE_DIALECT["binance"]},
    ),
}


def find_target(name: str, dialect: str) -> Target | None:
    """What is known of a gateway class; without a dialect, of the first it is known with."""
    return next((found for (known, of), found in KNOWN.items() if known == name and dialect in ("", of)), None)


def make_target(
    name: str, dialect: str, setting: Mapping[str, str], patches: Mapping[str, str], symbol: str,
    traits: Mapping[str, Any],
) -> Target:
    """
    What is known of a gateway class, with what the command line adds. ``traits``: further fields of the Profile.

    :raises ValueError: naming what is missing
    """
    found: Target | None = find_target(name, dialect)
    if found is None:
        if not dialect or not symbol or not setting:
            raise ValueError(f"{name} is not known here: --dialect, --symbol and --setting say how it is pointed at a venue")
        found = Target(dialect, {}, symbol, more={"ready_line": "", "orders_line": "", **OF_THE_DIALECT.get(dialect, {})})
    if found.dialect not in WIRES:
        raise ValueError(f"the matrix knows no dialect {found.dialect!r}, there are: {', '.join(WIRES)}")
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
            raise ValueError(f"patch: {place!r} is no module:NAME that is there: {error}") from None
    make: Callable[..., Profile] = Profile
    return make(
        name=name, dialect=target.dialect, gateway_class=gateway_class, setting=setting, symbol=target.symbol,
        real_engine=True, **target.more,
    )
