"""Binance's errors: how they are told, and what their codes prove (errors.md)."""

from typing import Any

from vnpy_restgateway.net.outcome import Reply

# An order answered with one of these was refused and is not alive. Anything else (-1000, -1001,
# -1006, -1007, -1008 and codes to come) leaves its fate unknown.
REFUSALS: frozenset[int | str] = frozenset({
    -1002,      # not authorized
    -1003,      # too much request weight
    -1013,      # refused before the matching engine (filters)
    -1014,      # unsupported order combination
    -1015,      # too many new orders
    -1016, -1020,
    -1021,      # timestamp outside of the recvWindow
    -1022,      # signature
    -1100, -1101, -1102, -1103, -1104, -1105, -1106, -1108, -1111, -1112, -1114, -1115, -1116, -1117, -1118,
    -1121, -1128, -1130, -1134, -1135,
    -2010,      # refused by the matching engine (but see DUPLICATE_TEXT)
    -2014, -2015,
    "HTTP 429", "HTTP 418",
})

# -2010 with this text: the id is already in use, so an order of that id may well be alive (FAULTS F19)
DUPLICATE_TEXT: str = "Duplicate order sent."

TIMESTAMP: int = -1021
MISSING: int = -1102                # a parameter that has to be there
TOO_MANY_ORDERS: int = -1015
INVALID_SYMBOL: int = -1121
UNKNOWN_ORDER: int = -2011          # of a cancel: no live order of that id; says nothing of what it came to
NO_SUCH_ORDER: int = -2013          # of a query
ARCHIVED_ORDER: int = -2026
AUTHENTICATION: frozenset[int] = frozenset({-1002, -1022, -2014, -2015})

# A cancel answered with one of these did nothing, and would do nothing the next time either.
CANCEL_REFUSALS: frozenset[int | str] = (REFUSALS - {-2010, -1003, -1021, "HTTP 429", "HTTP 418"}) | {UNKNOWN_ORDER}

# An amendment answered with one of these did nothing.
AMEND_REFUSED: int = -2038
AMEND_REFUSALS: frozenset[int | str] = REFUSALS | {UNKNOWN_ORDER, NO_SUCH_ORDER, AMEND_REFUSED}
REPLACE_PARTIAL: int = -2021        # cancelReplace: one half of it was done; the error's data says which
REPLACE_FAILED: int = -2022         # neither

# The venue says that the method is there no longer (the second: "This operation is not supported.")
RETIRED: frozenset[int] = frozenset({-1016, -1020})
# A new order refused for one of these may have been made by rules that are the venue's no longer
RULES_CHANGED: frozenset[int] = frozenset({-1013, -1111, -1121})
CLOSED_TEXT: str = "Market is closed."

BAN_FALLBACK: float = 120.0         # s of pause after a 418 without Retry-After: Binance's shortest ban
LIMIT_FALLBACK: float = 10.0        # s after a 429 without one


def is_gone(status: int, code: int | str) -> bool:
    """Whether an answer says that the route itself is gone: a 404 or 410 of nobody who speaks for an order, or its code."""
    return code in RETIRED or status in (404, 410) and not code


def proves_refusal(code: int | str, text: str) -> bool:
    """Whether a new order answered with this code and text is surely not alive."""
    return code in REFUSALS and not (code == -2010 and text == DUPLICATE_TEXT)


def retry_header(error: Any, rate: float = 1.0) -> dict[str, str]:
    """
    The WebSocket API says when to come back in an error's data, as two times in milliseconds
    (web-socket-api.md, "IP limits"); REST says it in a header, in seconds. ``rate``: the venue's seconds in one of ours.
    """
    try:
        data: dict[str, Any] = error["data"]
        return {"Retry-After": str(max(0.0, (data["retryAfter"] - data["serverTime"]) / 1_000 / rate))}
    except (KeyError, TypeError, IndexError):
        return {}


def error_of(reply: Reply) -> tuple[int, str]:
    """Binance's error code and text in an answer; (0, ...) when it has none."""
    data: Any = reply.data
    if isinstance(data, dict) and isinstance(data.get("code"), int):
        return data["code"], str(data.get("msg", ""))
    return 0, f"status {reply.status}"


def limit_fallback(status: int) -> float:
    """Seconds to stay away after a 418 or 429 that has no Retry-After."""
    return BAN_FALLBACK if status == 418 else LIMIT_FALLBACK
