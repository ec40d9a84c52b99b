"""How answers of the gateway are read: HTTP status, then the envelope ``{ret_type, ret_msg, err_code, s2c}``. No IO."""

import json
import math
import re
from typing import Any

from .errors import (
    FutuBadAnswer,
    FutuBadRequest,
    FutuForbidden,
    FutuHttpError,
    FutuNotFound,
    FutuRefused,
    FutuServerError,
    FutuTooManyRequests,
    FutuUnauthorized,
)
from .routes import Route

STATUS_ERRORS: dict[int, type[FutuHttpError]] = {
    400: FutuBadRequest, 401: FutuUnauthorized, 403: FutuForbidden, 404: FutuNotFound, 429: FutuTooManyRequests,
}
# refusals after which a write has certainly not been executed; all others may hide an executed one
CERTAIN_RET_TYPES: frozenset[int] = frozenset({-1, -500})
# the broker's "request timed out, final state unknown", which comes with ret_type -1
BACKEND_TIMEOUT: int = 100012

ERR_CODE_IN_TEXT: re.Pattern[str] = re.compile(r"\[err_code=(-?\d{1,18})\]")
BACKEND_CODE_IN_TEXT: re.Pattern[str] = re.compile(r"backend_code=(-?\d{1,18})\b")
NUMBER: re.Pattern[str] = re.compile(r"\s*-?\d{1,18}\s*", re.ASCII)
TEXT_SHOWN: int = 500           # characters of a server's text that is no JSON


def read_json(content: bytes | str) -> Any:
    """UTF-8 JSON with integers of any size as int. Raises ValueError, also for NaN, infinities and 1e999."""
    try:
        return STRICT.decode(content.decode() if isinstance(content, bytes) else content)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _finite(text: str) -> float:
    value: float = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is too large")
    return value


STRICT: json.JSONDecoder = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


def json_type(value: Any) -> str:
    """The JSON name of a value's type."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    names: dict[type, str] = {dict: "an object", list: "a list", str: "a string", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)


def read_s2c(route: Route, status: int, content_type: str, content: bytes) -> Any:
    """The payload of an answer. Raises FutuHttpError, FutuRefused or FutuBadAnswer."""
    raise_for_status(route, status, content_type, content)
    try:
        envelope: Any = read_json(content)
    except ValueError as error:
        raise bad_answer(route, f"the answer ({content_type or 'no Content-Type'}) is not JSON: {error}") from error
    if not isinstance(envelope, dict):
        raise bad_answer(route, f"expected an object, got {json_type(envelope)}")
    ret_type: Any = envelope.get("ret_type")
    if isinstance(ret_type, float) and ret_type.is_integer():
        ret_type = int(ret_type)
    if not isinstance(ret_type, int) or isinstance(ret_type, bool):
        found: str = json_type(ret_type) if "ret_type" in envelope else "none"
        raise bad_answer(route, f"expected an integer ret_type, got {found}")
    if ret_type != 0:
        raise _refused(route, ret_type, envelope)
    s2c: Any = envelope.get("s2c")
    if s2c is None and route.may_be_empty:
        return {}
    if not isinstance(s2c, dict):
        raise bad_answer(route, f"expected an object s2c, got {json_type(s2c) if 's2c' in envelope else 'none'}")
    return s2c


def read_text(route: Route, status: int, content_type: str, content: bytes) -> str:
    """A plain text answer without the white space around it. Raises FutuHttpError, or FutuBadAnswer for HTML and for no text."""
    raise_for_status(route, status, content_type, content)
    text: str = content.decode("utf-8", "replace").strip()
    if not text or text.startswith("<"):
        raise bad_answer(route, "expected plain text, got HTML" if text else "expected plain text, got none")
    return text


def bad_answer(route: Route, detail: str) -> FutuBadAnswer:
    return FutuBadAnswer(f"{route.path}: {detail}", in_doubt=route.write)


# statuses


def raise_for_status(route: Route, status: int, content_type: str, content: bytes) -> None:
    """
    Raises the error of any status but 200. A write is in doubt after every status that does not certainly reject it, that is
    outside 4xx, and after 408.
    """
    if status == 200:
        return
    error: str | None = error_text(content_type, content)
    kind: type[FutuHttpError] = STATUS_ERRORS.get(status, FutuServerError if status >= 500 else FutuHttpError)
    message: str = f"{route.path}: HTTP {status}"
    if error:
        message += f": {error}"
    elif content:
        message += f" with {content_type or 'no Content-Type'}"
    advice: str = _advice(route, status)
    if advice:
        message += f" ({advice})"
    certain: bool = 400 <= status < 500 and status != 408
    raise kind(message, status=status, error=error, in_doubt=route.write and not certain)


def error_text(content_type: str, content: bytes) -> str | None:
    """The text of ``{"error": text}``, or a text/plain body; None otherwise."""
    try:
        found: Any = read_json(content)
    except ValueError:
        if content_type.split(";")[0].strip().lower() != "text/plain":
            return None
        return content.decode("utf-8", "replace").strip()[:TEXT_SHOWN] or None
    text: Any = found.get("error") if isinstance(found, dict) else None
    return text if isinstance(text, str) and text else None


def _advice(route: Route, status: int) -> str:
    if status == 401 and route.write:
        return "token missing, wrong or expired; a gateway without a keys file refuses all writes"
    if status == 401:
        return "token missing, wrong or expired"
    if status == 403 and route.scope:
        return f"the token lacks {route.scope}, or a whitelist or limit of the key forbids it"
    if status == 404:
        return "this build has no such route"
    return ""


# refusals


def _refused(route: Route, ret_type: int, envelope: dict[str, Any]) -> FutuRefused:
    text: Any = envelope.get("ret_msg")
    ret_msg: str = text if isinstance(text, str) else "" if text is None else json.dumps(text)
    err_code: int | None = read_err_code(envelope.get("err_code"), ret_msg)
    return FutuRefused(
        f"{route.path}: ret_type {ret_type}, err_code {err_code}: {ret_msg}", ret_type=ret_type, err_code=err_code, ret_msg=ret_msg,
        in_doubt=route.write and (ret_type not in CERTAIN_RET_TYPES or is_backend_timeout(err_code, ret_msg)),
    )


def read_err_code(value: Any, ret_msg: str = "") -> int | None:
    """An error code from an integer, a numeric string or the ``[err_code=n]`` in the text; None if there is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return int(value)
    found: re.Match[str] | None = ERR_CODE_IN_TEXT.search(ret_msg)
    return int(found[1]) if found else None


def is_backend_timeout(err_code: int | None, ret_msg: str) -> bool:
    return err_code == BACKEND_TIMEOUT or any(int(code) == BACKEND_TIMEOUT for code in BACKEND_CODE_IN_TEXT.findall(ret_msg))
