"""What a venue can be made to say once, from the lists of its dialect's labels: messages that cannot be, and answers that are rare."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..conform.profile import DialectLabels, Profile
from ..conform.rows_changes import NO_NUMBERS


class Saying(NamedTuple):
    """A fault for each label, which are ways of one operation."""

    labels: tuple[str, ...]
    stage: str
    action: str
    fields: Mapping[str, Any]


def sayings_of(profile: Profile) -> dict[str, list[Saying]]:
    """By the words of ``schedule.SAYINGS``, in an order that does not change."""
    wire: DialectLabels = profile.wire
    body: str = "body"
    unasked: tuple[str, ...] = () if profile.tells_fills else (wire.fills, wire.fill_push)
    told: str = wire.order_push or wire.open_orders

    def stage(label: str) -> str:
        return "on_push" if label.startswith("PUSH ") else "on_reply"

    def answers(stage: str, *given: tuple[int, str]) -> list[Saying]:
        return [Saying(wire.order, stage, "status", {"status": status, "body": text}) for status, text in given]

    return {
        "contradictions": [Saying(labels, at, body, {"set": dict(values)}) for labels, at, values in wire.contradictions],
        "wrong_ids": [
            *(Saying(labels, at, body, {"set": dict(values)}) for labels, at, values in wire.wrong_ids),
            *(Saying((label,) if isinstance(label, str) else label, "on_push" if push else "on_reply", body, {"set": dict(values)})
              for label, push, values in ((wire.order, False, wire.odd_order), (wire.order_push, True, wire.odd_push)) if label and values),
        ],
        "no_numbers": [
            Saying((label,), stage(label), body, {"set": {path: value}})
            for label, paths in wire.numbers.items() if label not in unasked for path in paths for value in NO_NUMBERS
        ],
        "cancelled": [Saying((told,), stage(told), body, {"set": dict(wire.says_cancelled)})] if told and wire.says_cancelled else [],
        "answers": [
            *answers("after_engine", wire.unknown), *answers("before_engine", *((status, text) for status, text, _ in wire.refused_inside)),
            *answers("before_engine", *wire.expired), *answers("before_engine", *wire.retired),
            *answers("after_engine", *([(400, wire.duplicate)] if wire.duplicate else [])),
        ],
    }
