"""
Two kinds of failure (spec 1.3, 1.4): the gateway's own, HTTP other than 200 with ``{"error": text}``, and the business
failure, HTTP 200 with ``ret_type`` other than 0.
"""

from ...core.errors import Refusal

NOT_UNLOCKED: int = -401
BAD_ARGUMENT: int = -400

# core reason -> text of a business failure
REFUSALS: dict[str, str] = {
    "INVALID_SYMBOL": "unknown stock code",
    "INSUFFICIENT_BALANCE": "insufficient buying power or position",
    "MARKET_CLOSED": "the market is closed",
    "UNSUPPORTED_TYPE": "the order type is not supported now",
    "WOULD_TRIGGER": "the trigger price has been reached already",
    "NO_LIQUIDITY": "no quotes to trade with",
    "UNKNOWN_ORDER": "the order cannot be changed in its state",
    "ORDER_DOES_NOT_EXIST": "the order does not exist",
    "AMEND_NOTHING": "nothing to modify",
    "UNKNOWN_ACCOUNT": "the account does not exist",
    "JOURNAL_FULL": "no room for the journal",
}
FILTERS: dict[str, str] = {
    "LOT_SIZE": "the quantity is not a multiple of the lot size",
    "PRICE_FILTER": "the price is not a multiple of the tick size",
    "PRICE_LIMIT": "the price is outside the limits of the day",
    "MAX_NUM_ORDERS": "too many open orders",
}


class ApiError(Exception):
    """An answer of the gateway itself."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status: int = status
        self.text: str = text


class Failure(Exception):
    """A business failure; ``code`` None: it has no err_code."""

    def __init__(self, text: str, code: int | None = None, ret_type: int = -1) -> None:
        super().__init__(text)
        self.text: str = text
        self.code: int | None = code
        self.ret_type: int = ret_type


def bad_request(text: str) -> ApiError:
    return ApiError(400, text)


def refusal_text(refusal: Refusal) -> str:
    """A refusal of the exchange in words."""
    if refusal.reason == "FILTER":
        return FILTERS.get(refusal.filter, refusal.text)
    return REFUSALS.get(refusal.reason, refusal.text)
