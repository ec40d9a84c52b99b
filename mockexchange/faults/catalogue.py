"""
What faults there are, for whoever shows them: what each does in one sentence, where it strikes, and the fields of its own.

Sentences are message ids: translations go by them (docs/page.md).
"""

from typing import Any, NamedTuple

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
    "before_engine": "A request that has been read, and that the engine has not seen.",
    "after_engine": "A request that the engine has done, and that is not answered.",
    "on_reply": "An answer that is about to leave.",
    "on_push": "A message nobody asked for, on its way to one connection.",
    "on_accept": "A new connection.",
}

COMMON: tuple[Field, ...] = (
    Field("times", "integer", "How often it bites; 0: without end.", 1),
    Field("skip", "integer", "How many pass unharmed first.", 0),
    Field("probability", "number", "The chance that it bites what it could bite.", 1.0),
)

ENTRIES: dict[str, Entry] = {
    "hang": Entry("No answer ever comes; the connection stays open until the client gives up."),
    "reset": Entry("The connection is cut with a TCP RST."),
    "close": Entry("The connection is ended with a FIN.", (
        Field("code", "integer", "Of the close frame that a websocket says before it, 1000 to 4999."),
    )),
    "delay": Entry("Everything behind this point happens later.", (
        Field("ms", "number", "How much later, in ms.", 2000, needed=True),
        Field("ack", "flag", "An order is answered as accepted at once, and the engine sees it later.", False, stages=("before_engine",)),
        Field("overtake", "flag", "Later pushes may overtake it.", False, stages=("on_push",)),
    )),
    "status": Entry("The answer is another one.", (
        Field("status", "integer", "HTTP status, 200 to 599.", 503, needed=True),
        Field("body", "body", "The body, text or JSON.", ""),
        Field("headers", "json", "Further headers, as a JSON object."),
    )),
    "body": Entry("The message has another body, or fields of its own set and removed.", (
        Field("body", "body", "The body, text or JSON."),
        Field("set", "json", "Paths and values, as a JSON object."),
        Field("remove", "json", "Paths, as a JSON list."),
    )),
    "truncate": Entry("Only the beginning of the message leaves.", (
        Field("bytes", "integer", "How many bytes; half of it by default."),
        Field("close", "flag", "A websocket's frame announces the whole, and the connection ends within it.", False),
    )),
    "drop": Entry("The push is never sent, and the connection lives."),
    "duplicate": Entry("The push is sent several times.", (
        Field("copies", "integer", "How often in all.", 2),
        Field("ms", "number", "Between one and the next, in ms.", 0),
    )),
    "flood": Entry("The push is sent very often.", (
        Field("copies", "integer", "How often in all.", 10_000),
        Field("per_second", "integer", "How many in a second; as fast as it goes by default."),
    )),
    "reorder": Entry("This push and the next ones wait for each other and leave in another order.", (
        Field("count", "integer", "How many.", 2),
        Field("order", "choice", "The order in which they leave.", "reverse", ("reverse", "shuffle")),
        Field("ms", "number", "After so many ms those that are there leave.", 1000),
    )),
    "silence": Entry("From now on nothing is pushed on this connection, while requests are answered.", (
        Field("ms", "number", "For so many ms; for ever by default."),
        Field("pings", "flag", "Pings are answered; if not, the connection is half-open.", True),
    )),
}


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
