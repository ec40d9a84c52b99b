"""
What faults there are, for whoever shows them: what each does in one sentence, where it strikes, and the fields of its own.

Sentences are message ids: translations go by them (docs/page.md).
"""

from typing import Any, NamedTuple

from rest_locale import N_, _

from .actions import ACTIONS


class Field(NamedTuple):
    """
    A field of an action. ``kind``: integer, number (ms), flag, text, choice, json (an object or a list) or body (text or JSON).
    ``default`` is what is shown where nothing is given.
    """

    name: str
    kind: str
    does: str
    default: object = None
    choices: tuple[str, ...] = ()
    needed: bool = False
    stages: tuple[str, ...] = ()        # (): wherever the action strikes


class Entry(NamedTuple):
    """An action."""

    does: str
    fields: tuple[Field, ...] = ()


STAGES: dict[str, str] = {
    "before_engine": N_("A request that has been read, and that the engine has not seen."),
    "after_engine": N_("A request that the engine has done, and that is not answered."),
    "on_reply": N_("An answer that is about to leave."),
    "on_push": N_("A message nobody asked for, on its way to one connection."),
    "on_accept": N_("A new connection."),
}

COMMON: tuple[Field, ...] = (
    Field("times", "integer", N_("How often it bites; 0: without end."), 1),
    Field("skip", "integer", N_("How many pass unharmed first."), 0),
    Field("probability", "number", N_("The chance that it bites what it could bite."), 1.0),
)

ENTRIES: dict[str, Entry] = {
    "hang": Entry(N_("No answer ever comes; the connection stays open until the client gives up.")),
    "reset": Entry(N_("The connection is cut with a TCP RST.")),
    "close": Entry(N_("The connection is ended with a FIN."), (
        Field("code", "integer", N_("Of the close frame that a websocket says before it, 1000 to 4999.")),
    )),
    "delay": Entry(N_("Everything behind this point happens later."), (
        Field("ms", "number", N_("How much later, in ms."), 2000, needed=True),
        Field("ack", "flag", N_("An order is answered as accepted at once, and the engine sees it later."), False, stages=("before_engine",)),
        Field("overtake", "flag", N_("Later pushes may overtake it."), False, stages=("on_push",)),
    )),
    "status": Entry(N_("The answer is another one."), (
        Field("status", "integer", N_("HTTP status, 200 to 599."), 503, needed=True),
        Field("body", "body", N_("The body, text or JSON."), ""),
        Field("headers", "json", N_("Further headers, as a JSON object.")),
    )),
    "body": Entry(N_("The message has another body, or fields of its own set and removed."), (
        Field("body", "body", N_("The body, text or JSON.")),
        Field("set", "json", N_("Paths and values, as a JSON object.")),
        Field("remove", "json", N_("Paths, as a JSON list.")),
    )),
    "truncate": Entry(N_("Only the beginning of the message leaves."), (
        Field("bytes", "integer", N_("How many bytes; half of it by default.")),
        Field("close", "flag", N_("A websocket's frame announces the whole, and the connection ends within it."), False),
    )),
    "drop": Entry(N_("The push is never sent, and the connection lives.")),
    "duplicate": Entry(N_("The push is sent several times."), (
        Field("copies", "integer", N_("How often in all."), 2),
        Field("ms", "number", N_("Between one and the next, in ms."), 0),
    )),
    "flood": Entry(N_("The push is sent very often."), (
        Field("copies", "integer", N_("How often in all."), 10_000),
        Field("per_second", "integer", N_("How many in a second; as fast as it goes by default.")),
    )),
    "reorder": Entry(N_("This push and the next ones wait for each other and leave in another order."), (
        Field("count", "integer", N_("How many."), 2),
        Field("order", "choice", N_("The order in which they leave."), "reverse", ("reverse", "shuffle")),
        Field("ms", "number", N_("After so many ms those that are there leave."), 1000),
    )),
    "silence": Entry(N_("From now on nothing is pushed on this connection, while requests are answered."), (
        Field("ms", "number", N_("For so many ms; for ever by default.")),
        Field("pings", "flag", N_("Pings are answered; if not, the connection is half-open."), True),
    )),
}


WORDS: tuple[str, ...] = (          # of stages and actions, for a line about a fault
    N_("before_engine"), N_("after_engine"), N_("on_reply"), N_("on_push"), N_("on_accept"),
    N_("hang"), N_("reset"), N_("close"), N_("delay"), N_("status"), N_("body"), N_("truncate"), N_("drop"), N_("duplicate"), N_("flood"), N_("reorder"),
    N_("silence"),
)


def in_words(match: str, action: str, stage: str) -> str:
    """``POST /api/v3/order (hang, after_engine)``; action and stage in the user's language."""
    return f"{match} ({_(action)}, {_(stage)})"


def describe_actions() -> list[dict[str, Any]]:
    """Every action: ``name``, ``does``, ``stages`` at which it strikes, and ``fields``, those of every fault last."""
    return [
        {
            "name": name,
            "does": ENTRIES[name].does,
            "stages": {stage: STAGES[stage] for stage in kind.stages},
            "fields": [field._asdict() for field in (*ENTRIES[name].fields, *COMMON)],
        }
        for name, kind in ACTIONS.items() if name in ENTRIES
    ]
