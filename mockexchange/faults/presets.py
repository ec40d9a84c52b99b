"""
Faults that are ready to be set: bad days by name, in a dialect's own labels (``wire_labels`` of the dialect).

``row`` names the row of the matrix that lets the same thing go wrong (docs/conform.md). Names and sentences are message ids.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from rest_locale import N_

from .actions import AFTER_ENGINE, BEFORE_ENGINE, ON_ACCEPT, ON_PUSH, ON_REPLY


class Preset(NamedTuple):
    """A fault. ``label``: of the dialect's wire labels, or, where ``is_match``, what it is matched with on any dialect."""

    name: str
    does: str
    row: str
    label: str
    stage: str
    action: str
    fields: Mapping[str, Any] = {}
    is_match: bool = False


PAGE: str = "<html>Bad Gateway</html>"
PRESETS: tuple[Preset, ...] = (
    Preset(N_("Order: never arrives"), N_("The request hangs, and the engine never sees the order."), "F1", "order", BEFORE_ENGINE, "hang"),
    Preset(N_("Order: answer lost"), N_("The engine takes the order; its answer never comes."), "F2", "order", AFTER_ENGINE, "hang"),
    Preset(N_("Order: connection reset"), N_("The engine takes the order, and the connection is cut."), "F3", "order", AFTER_ENGINE, "reset"),
    Preset(N_("Order: 502 after it was executed"), N_("The engine takes the order, and a gateway answers 502."), "F4", "order", ON_REPLY, "status", {"status": 502, "body": PAGE}),
    Preset(N_("Order: 503, not executed"), N_("The engine never sees the order, and the answer is 503."), "F4", "order", BEFORE_ENGINE, "status", {"status": 503, "body": ""}),
    Preset(N_("Order: state unknown"), N_("The engine takes the order, and the answer says that nobody knows."), "F5", "order", ON_REPLY, "unknown"),
    Preset(N_("Order: too many requests"), N_("Orders are answered 429 with Retry-After, five times."), "F7", "order", BEFORE_ENGINE, "status", {"status": 429, "headers": {"Retry-After": 5}, "times": 5}),
    Preset(N_("Order: answer is late"), N_("The answer comes 3 s after the engine has taken the order; pushes overtake it."), "F14", "order", ON_REPLY, "delay", {"ms": 3000}),
    Preset(N_("Order: answered before the engine"), N_("The order is answered as accepted at once, and the engine sees it 2 s later."), "F65", "order", BEFORE_ENGINE, "delay", {"ms": 2000, "ack": True}),
    Preset(N_("Order: answer cut short"), N_("Only half of the answer comes."), "F10", "order", ON_REPLY, "truncate"),
    Preset(N_("Order: unknown words"), N_("The answer has words and types that no document knows."), "F11", "order", ON_REPLY, "odd_order"),
    Preset(N_("Cancel: answer lost"), N_("The engine cancels the order; its answer never comes."), "F18", "cancel", AFTER_ENGINE, "hang"),
    Preset(N_("Cancel: never arrives"), N_("The request hangs, and the order lives."), "F18", "cancel", BEFORE_ENGINE, "hang"),
    Preset(N_("Order push: lost"), N_("What became of an order is not pushed, once."), "F24", "order_push", ON_PUSH, "drop"),
    Preset(N_("Order push: twice"), N_("What became of an order is pushed again after a second."), "F12", "order_push", ON_PUSH, "duplicate", {"ms": 1000, "times": 3}),
    Preset(N_("Order push: in another order"), N_("Two pushes about orders change places."), "F13", "order_push", ON_PUSH, "reorder", {"count": 2}),
    Preset(N_("Account stream: silent"), N_("Nothing is pushed of the account any more; the connection lives."), "F59", "user_push", ON_PUSH, "silence"),
    Preset(N_("Account stream: reset"), N_("The connection is cut at the next push of the account."), "F24", "user_push", ON_PUSH, "reset"),
    Preset(N_("Market data: silent"), N_("Nothing is pushed of the market any more; the connection lives."), "F25", "quote_push", ON_PUSH, "silence"),
    Preset(N_("Market data: late"), N_("Ticks are pushed 3 s late."), "F25", "quote_push", ON_PUSH, "delay", {"ms": 3000, "times": 50}),
    Preset(N_("Market data: flood"), N_("One tick is pushed 5000 times."), "F33", "quote_push", ON_PUSH, "flood", {"copies": 5000}),
    Preset(N_("Subscription: never answered"), N_("The market is subscribed to, and no answer comes."), "F27", "subscribe", ON_REPLY, "hang"),
    Preset(N_("Account: answer hangs"), N_("Nobody says what the account holds."), "F32", "account", BEFORE_ENGINE, "hang"),
    Preset(N_("Open orders: malformed"), N_("The list of open orders is no JSON."), "F9", "open_orders", ON_REPLY, "body", {"body": "{\"orders\": ["}),
    Preset(N_("History: hangs"), N_("Bars are asked for, and no answer comes."), "F32", "history", BEFORE_ENGINE, "hang", {"times": 3}),
    Preset(N_("All requests: 5 % bad gateway"), N_("One request in twenty is answered 502, without end."), "F4", "*", ON_REPLY, "status", {"status": 502, "body": PAGE, "probability": 0.05, "times": 0}, True),
    Preset(N_("All requests: a second slower"), N_("Every answer takes a second longer, fifty times."), "F21", "*", ON_REPLY, "delay", {"ms": 1000, "times": 50}, True),
    Preset(N_("New connections: cut"), N_("Ten new connections are cut as they come."), "F28", "ACCEPT *", ON_ACCEPT, "reset", {"times": 10}, True),
)


def describe_presets(labels: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those that a dialect has labels for: ``name``, ``does``, ``row``, and ``faults``, one for each way that the request may take."""
    found: list[dict[str, Any]] = []
    for preset in PRESETS:
        fault: dict[str, Any] | None = _filled(preset, labels)
        if fault is not None:
            found.append({
                "name": preset.name, "does": preset.does, "row": preset.row,
                "faults": [{"match": match, **fault} for match in _matches(preset, labels)],
            })
    return found


def _matches(preset: Preset, labels: Mapping[str, Any]) -> tuple[str, ...]:
    if preset.is_match:
        return (preset.label,)
    found: Any = labels[preset.label]
    return (found,) if isinstance(found, str) else tuple(found)


def _filled(preset: Preset, labels: Mapping[str, Any]) -> dict[str, Any] | None:
    """The fault without its match; None where the dialect has no label for it, or no such answer."""
    if not preset.is_match and not labels.get(preset.label):
        return None
    action, fields = preset.action, dict(preset.fields)
    if action == "unknown":
        if "unknown" not in labels:
            return None
        status, body = labels["unknown"]
        action, fields = "status", {"status": status, "body": body}
    elif action == "odd_order":
        if "odd_order" not in labels:
            return None
        action, fields = "body", {"set": labels["odd_order"]}
    return {"stage": preset.stage, "action": action, **fields}
