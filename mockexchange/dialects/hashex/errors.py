"""
Error envelopes: the codes of the seed document, section 6, and what a core Refusal becomes.

Every answer of the API is HTTP 200; no document names another status.
"""

from ...core.errors import Refusal
from ...plain import encodable

BUSINESS: int = -1
SIGNATURE_ERROR: int = 1001
SIGNATURE_EXPIRED: int = 1002
SIGNATURE_EMPTY: int = 1003
PARAMETER_EMPTY: int = 1004
PARAMETER_ERROR: int = 1005
TIMESTAMP_EMPTY: int = 1006
TIMESTAMP_WRONG: int = 1007
TIMESTAMP_EXPIRED: int = 1008
TIMESTAMP_FORMAT: int = 1009
NONCE_REPEATED: int = 1010
SIGNATURE_UNKNOWN: int = 1011
IP_NOT_ALLOWED: int = 1012
URL_INVALID: int = 1013

# the seed's table, in English
MEANINGS: dict[int, str] = {
    SIGNATURE_ERROR: "signature error",
    SIGNATURE_EXPIRED: "signature expired",
    SIGNATURE_EMPTY: "signature is empty",
    PARAMETER_EMPTY: "signature parameter is empty",
    PARAMETER_ERROR: "signature parameter error",
    TIMESTAMP_EMPTY: "signature timestamp is empty",
    TIMESTAMP_WRONG: "signature timestamp is wrong",
    TIMESTAMP_EXPIRED: "signature timestamp expired",
    TIMESTAMP_FORMAT: "signature timestamp format error",
    NONCE_REPEATED: "nonce submitted repeatedly",
    SIGNATURE_UNKNOWN: "invalid signature information",
    IP_NOT_ALLOWED: "invalid source IP",
    URL_INVALID: "invalid access URL",
}

# reason of a core Refusal -> the venue's words. Only "cancel only mode" has been seen (spec 3.3), the others are ours.
TEXTS: dict[str, str] = {
    "INVALID_SYMBOL": "symbol does not exist",
    "INSUFFICIENT_BALANCE": "insufficient balance",
    "MARKET_CLOSED": "symbol is in cancel only mode",
    "WOULD_MATCH": "post only order would match immediately",
    "UNKNOWN_ORDER": "order does not exist or is finished",
    "ORDER_DOES_NOT_EXIST": "order does not exist",
    "UNKNOWN_ACCOUNT": "account does not exist",
    "NO_LIQUIDITY": "no orders to match with",
}
FILTER_TEXTS: dict[str, str] = {
    "PRICE_FILTER": "price is out of range or has too many decimals",
    "PERCENT_PRICE_BY_SIDE": "price is too far from the market",
    "LOT_SIZE": "quantity is out of range or has too many decimals",
    "MARKET_LOT_SIZE": "quantity is too large for a market order",
    "NOTIONAL": "order amount is too small or too large",
    "MAX_POSITION": "position would be too large",
    "MAX_NUM_ORDERS": "too many open orders",
}


class ApiError(Exception):
    """An answer whose ``code`` is not 0."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code: int = code
        self.text: str = encodable(text)


def fault(code: int, detail: str = "") -> ApiError:
    """One of 1001 - 1013, its meaning and what is wrong here."""
    return ApiError(code, f"{MEANINGS[code]}: {detail}" if detail else MEANINGS[code])


def refused(text: str) -> ApiError:
    """Code -1: a business refusal or a bad parameter."""
    return ApiError(BUSINESS, text)


def bad_parameter(name: str, value: str | None) -> ApiError:
    """Code -1 naming the parameter and what was sent."""
    if not value:
        return refused(f"parameter {name} is missing")
    return refused(f"parameter {name} is invalid: {value}")


def refusal_text(refusal: Refusal) -> str:
    """The venue's words for a refused command."""
    if refusal.reason == "FILTER":
        return FILTER_TEXTS.get(refusal.filter, refusal.text)
    return TEXTS.get(refusal.reason, refusal.text)
