"""What a search must have reached to mean something."""

from collections.abc import Callable
from typing import Any

from vnpy.trader.constant import Status

from rest_locale.english import english

from ..conform.harness import GatewayHarness
from ..conform.profile import Profile

Rows = list[dict[str, Any]]
Holds = Callable[[GatewayHarness, Rows], bool]


def said(*words: str) -> Holds:
    return lambda desk, rows: any(word in english(log.msg) for log in desk.recorder.logs for word in words)


def shown(status: Status) -> Holds:
    return lambda desk, rows: any(order.status is status for order in desk.recorder.order_pushes)


def struck(stage: str, *actions: str) -> Holds:
    return lambda desk, rows: any(
        row["kind"] == "fault" and row.get("stage") == stage and (not actions or row["action"] in actions) for row in rows
    )


def commanded(word: str) -> Holds:
    """Somebody else's, on the account."""
    return lambda desk, rows: any(row["kind"] == "command" and row.get("command") == word and not row.get("refused") for row in rows)


# name -> whether a day has reached it
STATES: dict[str, Holds] = {
    "an order in doubt": said("in doubt"),
    "an order that never reached the venue": said("never reached the venue"),
    "an order refused by the venue": said("Order rejected, code"),
    "an order that was not sent": said("not sent"),
    "an order filled": shown(Status.ALLTRADED),
    "an order filled in part": shown(Status.PARTTRADED),
    "an order cancelled": shown(Status.CANCELLED),
    "an order cancelled before it left": said("cancelled before it was sent"),
    "an order amended elsewhere": commanded("AmendOrder"),
    "an order that turned up after all": said("turned up at the venue after all"),
    "an order recognised by what was sent": said("recognised by its symbol"),
    "a message that was not believed": said("cannot be (", "not understood"),
    "a venue that begins anew": said("begins anew"),
    "a request before the engine": struck("before_engine"),
    "a request after the engine": struck("after_engine"),
    "an answer spoilt": struck("on_reply", "body", "truncate"),
    "a push lost": struck("on_push", "drop", "truncate"),
    "a push doubled": struck("on_push", "duplicate"),
    "pushes in another order": struck("on_push", "reorder", "delay"),
    "a stream cut": said("API disconnected"),
    "a connection that died": said("timed out", "reset by peer", "no connection"),
    "ticks": lambda desk, rows: bool(desk.recorder.ticks),
}


def finds_all(profile: Profile) -> bool:
    """All that may be lost of an order can be found out."""
    return profile.finds_lost or profile.equity is not None


# those that cannot be reached on every gateway -> whether they can be on this one
WHERE: dict[str, Callable[[Profile], bool]] = {
    **dict.fromkeys(("a push lost", "a push doubled", "pushes in another order", "a stream cut"), lambda profile: profile.pushed),
    **dict.fromkeys((
        "a message that was not believed", "an order cancelled before it left",
    ), finds_all),
    # elsewhere an order is waited for longer than any is late
    "an order that turned up after all": lambda profile: finds_all(profile) and not profile.shown_within,
    "a venue that begins anew": finds_all,
    "an order amended elsewhere": lambda profile: profile.equity is None,
    "an order recognised by what was sent": lambda profile: bool(profile.tag_lost or profile.nameless),
}


def states_of(profile: Profile) -> frozenset[str]:
    """Those that can be reached on a gateway."""
    return frozenset(state for state in STATES if state not in WHERE or WHERE[state](profile))
