"""The two kinds of answers that are no success (spec 3.1, 3.4): JSON with a ``detail``, and the bare 500."""

from typing import Any

INTERNAL: str = "Internal Server Error"
NOT_AUTHENTICATED: str = "Not authenticated"
BAD_TOKEN: str = "Could not validate credentials"
BAD_LOGIN: str = "Incorrect username or password"
NOT_FOUND: str = "Not Found"
NOT_ALLOWED: str = "Method Not Allowed"
BAD_BODY: str = "There was an error parsing the body"
BEARER: dict[str, str] = {"WWW-Authenticate": "Bearer"}


class ApiError(Exception):
    """An answer with a ``detail``."""

    def __init__(self, status: int, detail: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {detail}")
        self.status: int = status
        self.detail: Any = detail
        self.headers: dict[str, str] = headers or {}


class InternalError(Exception):
    """The bare 500: something raised, timed out or could not be sent. It tells nothing about what was done."""


class RemoteError(Exception):
    """A function of the trading process raised, as an option wants it."""


def unauthorized(text: str) -> ApiError:
    return ApiError(401, text, BEARER)


def no_contract(name: str) -> ApiError:
    """``name`` as the route shows it: a vt_symbol, or symbol and exchange with a blank between."""
    return ApiError(404, f"找不到合约{name}", BEARER)


def no_order(vt_orderid: str) -> ApiError:
    return ApiError(404, f"找不到委托{vt_orderid}", BEARER)


def invalid(*errors: dict[str, Any]) -> ApiError:
    """A body or form that is not as it should be: one error a field."""
    return ApiError(422, list(errors))
