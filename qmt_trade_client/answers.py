"""How answers of the server are read. No IO."""

import json
from typing import Any
from urllib.parse import urlsplit

import requests

from .errors import QMTAPIError, QMTAuthenticationError

# the public server's login page after a wrong password, an HTML page with status 200
WRONG_PASSWORD: str = "用户名或密码错误"


def parsed(answer: requests.Response) -> Any:
    """The JSON of an answer. Raises ValueError if it is not JSON; ``NaN`` is accepted, the server sends it for a missing price."""
    try:
        return json.loads(answer.content)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None


def json_object(answer: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer, empty for anything else."""
    try:
        found: Any = parsed(answer)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def text_or_none(value: Any) -> str | None:
    """A server's text; None for a missing or empty one."""
    return str(value) if value else None


def raise_for_status(answer: requests.Response) -> None:
    """Raises QMTAuthenticationError for 401 and QMTAPIError for any other status of 400 and above."""
    status: int = answer.status_code
    if status < 400:
        return
    found: dict[str, Any] = json_object(answer)
    error: str | None = text_or_none(found.get("error"))
    message: str | None = text_or_none(found.get("message"))
    if status == 401:
        raise QMTAuthenticationError(
            "认证失败，请检查登录状态或API密钥", status_code=status, server_error=error, server_message=message
        )
    raise QMTAPIError(
        f"API调用失败: {error or f'HTTP {status}'}", status_code=status, server_error=error, server_message=message,
        in_doubt=status >= 500 and answer.request.method == "POST",
    )


def unreadable(what: str, detail: object, status: int | None = None, in_doubt: bool = False) -> QMTAPIError:
    return QMTAPIError(f"请求异常: {what}: {detail}", status_code=status, in_doubt=in_doubt)


def kind(value: Any) -> str:
    """The JSON name of a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    names: dict[type, str] = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number"}
    return names[type(value)]


def want_object(value: Any, what: str, in_doubt: bool = False) -> dict[str, Any]:
    """``value`` if it is a JSON object. Raises QMTAPIError that names ``what`` and the type that came instead."""
    if not isinstance(value, dict):
        raise unreadable(what, f"expected an object, got {kind(value)}", 200, in_doubt)
    return value


def want_rows(value: Any, what: str) -> list[dict[str, Any]]:
    """``value`` if it is a list of JSON objects. Raises QMTAPIError that names ``what`` and the type that came instead."""
    if not isinstance(value, list):
        raise unreadable(what, f"expected a list, got {kind(value)}", 200)
    for number, row in enumerate(value):
        want_object(row, f"{what}[{number}]")
    return value


# login: two contracts, see QMTTradeClient.login


def is_login(answer: requests.Response) -> bool:
    """
    Whether a login succeeded: JSON with a true ``success`` (the manual), or a 302 that sets the cookie ``session`` and leads
    anywhere but to ``/login`` (the public server).
    """
    if answer.status_code == 302:
        place: str = urlsplit(answer.headers.get("Location", "")).path.rstrip("/")
        return bool(place) and not place.endswith("/login") and "session" in answer.cookies
    return answer.status_code < 300 and bool(json_object(answer).get("success"))


def is_not_understood(answer: requests.Response) -> bool:
    """
    Whether a server may have been unable to read the JSON body of a login, so that nobody has looked at the password. An
    answer with JSON below status 500 comes from a server that has read it.
    """
    if answer.status_code in (415, 500):
        return True
    return (answer.status_code < 400 or answer.status_code in (400, 422)) and not json_object(answer)


def login_error(answer: requests.Response) -> str:
    """Why a login that was answered below status 400 failed."""
    error: str | None = text_or_none(json_object(answer).get("error"))
    if error is None and WRONG_PASSWORD.encode() in answer.content:
        error = WRONG_PASSWORD
    return error or "未知错误"
