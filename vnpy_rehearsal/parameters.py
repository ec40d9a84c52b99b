"""Parameters of a strategy as text: NAME=VALUE, read with the types that the strategy's class has for them."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from rest_locale import _

YES: dict[str, bool] = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
KINDS: tuple[type, ...] = (bool, int, float)


def read_parameters(strategy_class: Any, pairs: Iterable[str], where: str = "--setting") -> dict[str, Any]:
    """
    NAME=VALUE texts as parameters of a strategy, with the types of its class's defaults; the last of a name counts. ``where``: what
    an error begins with.

    :raises ValueError: naming parameter and value
    """
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise ValueError(_("{where}: not NAME=VALUE: {pair!r}").format(where=where, pair=pair))
        if name not in strategy_class.parameters:
            there: str = ", ".join(strategy_class.parameters) or _("none")
            line: str = _("{where}: {strategy} has no parameter {name!r}, there are: {there}")
            raise ValueError(line.format(where=where, strategy=strategy_class.__name__, name=name, there=there))
        default: Any = getattr(strategy_class, name, "")
        kind: type = next((each for each in KINDS if isinstance(default, each)), str)
        try:
            value: Any = YES[text.lower()] if kind is bool else kind(text)
            if kind is float and not isfinite(value):
                raise ValueError
        except (KeyError, ValueError):
            raise ValueError(_("{where}: {name} must be {kind}, got {text!r}").format(where=where, name=name, kind=kind.__name__, text=text)) from None
        found[name] = value
    return found
