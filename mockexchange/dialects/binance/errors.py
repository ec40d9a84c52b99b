"""Error bodies of Binance spot (errors.md): codes, texts and HTTP statuses, and what a core Refusal becomes."""

from ...core.errors import Refusal
from ...plain import encodable

# code -> HTTP status where it is not 400. The documents state classes only (rest-api.md, "HTTP Return Codes").
STATUSES: dict[int, int] = {
    -1000: 500, -1001: 500, -1006: 500, -1007: 500, -1008: 503,
    -1002: 401, -2014: 401, -2015: 401,
    -1003: 429, -1015: 429,
    -2021: 409,
}

# reason of a core Refusal -> code
CODES: dict[str, int] = {
    "INVALID_SYMBOL": -1121,
    "FILTER": -1013,
    "INSUFFICIENT_BALANCE": -2010,
    "DUPLICATE_CLIENT_ORDER_ID": -2010,
    "MARKET_CLOSED": -2010,
    "WOULD_MATCH": -2010,
    "WOULD_TRIGGER": -2010,
    "UNSUPPORTED_TYPE": -1014,
    "STP_NOT_ALLOWED": -1013,
    "ICEBERG_TOO_LARGE": -2010,
    "UNKNOWN_ORDER": -2011,
    "CANCEL_RESTRICTED": -2011,
    "ORDER_DOES_NOT_EXIST": -2013,
    "CLIENT_ID_MISMATCH": -2039,
    "UNKNOWN_ACCOUNT": -2010,
    "NO_LIQUIDITY": -1112,
    "AMEND_INCREASE": -2038,
    "AMEND_NOTHING": -2038,
    "AMEND_COUNT": -2038,
    "AMEND_PENDING_OPO": -2038,
    "OCO_BAD_PRICES": -2010,
}


class ApiError(Exception):
    """
    An answer ``{"code": code, "msg": msg}``, with ``"data"`` when there is some.

    ``status`` 0 takes the usual HTTP status of the code. ``retry_at`` is when to come back after
    a 429 or 418, in microseconds: REST says it in Retry-After, the WebSocket API in "data".
    """

    def __init__(
        self,
        code: int,
        msg: str,
        status: int = 0,
        data: dict[str, object] | None = None,
        retry_at: int = 0,
    ) -> None:
        super().__init__(f"{code} {msg}")
        self.code: int = code
        self.msg: str = encodable(msg)
        self.status: int = status or STATUSES.get(code, 400)
        self.data: dict[str, object] | None = data
        self.retry_at: int = retry_at

    def body(self) -> dict[str, object]:
        """The error object of a REST answer, and of "error" on the WebSocket API."""
        body: dict[str, object] = {"code": self.code, "msg": self.msg}
        if self.data is not None:
            body["data"] = self.data
        return body


def from_refusal(refusal: Refusal, cancelling: bool = False) -> ApiError:
    """
    The answer for a refused command.

    A closed market is -2010 for an order and -2011 for a cancel: one table of texts serves both
    (errors.md, "Messages for -1010, -2010, -2011").
    """
    code: int = CODES.get(refusal.reason, -1000)
    if cancelling and code == -2010:
        code = -2011
    if code == -1014:
        return ApiError(code, "Unsupported order combination.")
    return ApiError(code, refusal.text)


def illegal_characters(name: str, legal: str) -> ApiError:
    return ApiError(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def missing(name: str) -> ApiError:
    return ApiError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def missing_both(first: str, second: str) -> ApiError:
    return ApiError(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def above_maximum(name: str, maximum: int) -> ApiError:
    return ApiError(-1102, f"'{name}' contains unexpected value. Cannot be greater than {maximum}.")


def invalid_data(name: str) -> ApiError:
    return ApiError(-1130, f"Data sent for parameter '{name}' is not valid.")


def not_required(name: str) -> ApiError:
    return ApiError(-1106, f"Parameter '{name}' sent when not required.")


def bad_combination() -> ApiError:
    return ApiError(-1128, "Combination of optional parameters invalid.")


def archived() -> ApiError:
    return ApiError(-2026, "Order was canceled or expired with no executed qty over 90 days ago and has been archived.")


def invalid_key() -> ApiError:
    """A key that is well formed and belongs to nobody, or no longer."""
    return ApiError(-2015, "Invalid API-key, IP, or permissions for action.")


def invalid_symbol() -> ApiError:
    return ApiError(-1121, "Invalid symbol.")
