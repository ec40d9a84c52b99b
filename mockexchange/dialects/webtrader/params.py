"""
Forms and bodies of requests (spec 3.1, 3.4), and what a 422 says about those that are not as they should be: the app's
validation, which takes numbers as text, ``true``, ``NaN`` and negative volumes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from ...plain import encodable
from . import enums
from .errors import BAD_BODY, ApiError, InternalError, invalid

FORM: str = "application/x-www-form-urlencoded"
MULTIPART: str = "multipart/form-data"
GRANT: str = "password"

Body = Mapping[str, Any]
Problem = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """The body of an order. ``direction``, ``type`` and ``offset`` are member names."""

    symbol: str
    exchange: str
    direction: str
    type: str
    volume: float
    price: float
    offset: str
    reference: str

    @property
    def vt_symbol(self) -> str:
        return f"{self.symbol}.{self.exchange}"


def missing(where: list[Any], given: object) -> Problem:
    return {"type": "missing", "loc": where, "msg": "Field required", "input": given}


# -- logging in

def read_form(raw: bytes, content_type: str) -> tuple[str, str]:
    """
    User name and password of a form, urlencoded or multipart; of another content type there are none. ApiError 422 for one
    that is missing or empty, InternalError for a user name that is not ASCII.
    """
    kind: str = content_type.partition(";")[0].strip().lower()
    fields: dict[str, str] = {}
    if kind == FORM:
        fields = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
    elif kind == MULTIPART:
        fields = read_multipart(raw, content_type)
    problems: list[Problem] = []
    grant: str = fields.get("grant_type", "")
    if grant and grant != GRANT:
        problems.append({
            "type": "string_pattern_mismatch", "loc": ["body", "grant_type"], "msg": f"String should match pattern '^{GRANT}$'",
            "input": grant, "ctx": {"pattern": f"^{GRANT}$"},
        })
    problems += [missing(["body", name], None) for name in ("username", "password") if not fields.get(name)]
    if problems:
        raise invalid(*problems)
    if not fields["username"].isascii():
        raise InternalError
    return fields["username"], fields["password"]


def read_multipart(raw: bytes, content_type: str) -> dict[str, str]:
    """The fields of a multipart form. ApiError 400 for what is none."""
    whole: Message = message_from_bytes(b"Content-Type: " + content_type.encode("utf-8", "replace") + b"\r\n\r\n" + raw)
    if not whole.is_multipart():
        raise ApiError(400, BAD_BODY)
    found: dict[str, str] = {}
    for part in whole.walk():
        name: Any = part.get_param("name", header="content-disposition")
        value: Any = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(value, bytes):
            found[name] = value.decode("utf-8", "replace")
    return found


def read_credentials(raw: bytes) -> tuple[str, str]:
    """User name and password as the seed document has them: a JSON object. ApiError 400 for anything else."""
    try:
        body: Any = json.loads(raw)
        user, password = body["username"], body["password"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise ApiError(400, "Bad Request") from None
    if not (isinstance(user, str) and isinstance(password, str)):
        raise ApiError(400, "Bad Request")
    return user, password


# -- orders

def read_json(raw: bytes, content_type: str) -> Any:
    """
    The body as the app's validation sees it: JSON, or text where the content type is another one. ApiError 422 for what is no
    JSON, or for nothing at all, 400 for what is not even text.
    """
    if not raw:
        raise invalid(missing(["body"], None))
    kind: str = content_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        return raw.decode("utf-8", "replace")
    try:
        return json.loads(raw)
    except json.JSONDecodeError as error:
        raise invalid({
            "type": "json_invalid", "loc": ["body", error.pos], "msg": "JSON decode error", "input": {}, "ctx": {"error": error.msg},
        }) from None
    except (ValueError, RecursionError):
        raise ApiError(400, BAD_BODY) from None


def read_order(body: Any, language: str) -> OrderRequest:
    """An order's body; unknown keys are ignored. ApiError 422 names every field that is wrong."""
    if not isinstance(body, dict):
        raise invalid({
            "type": "model_attributes_type", "loc": ["body"],
            "msg": "Input should be a valid dictionary or object to extract fields from", "input": body,
        })
    problems: list[Problem] = []
    fields = Fields(body, language, problems)
    found: OrderRequest = OrderRequest(
        symbol=fields.text("symbol"),
        exchange=fields.one_of("exchange", {name: (name, name) for name in enums.EXCHANGES}),
        direction=fields.one_of("direction", enums.DIRECTION),
        type=fields.one_of("type", enums.ORDER_TYPE),
        volume=fields.number("volume"),
        price=fields.number("price", 0.0),
        offset=fields.one_of("offset", enums.OFFSET, "NONE"),
        reference=fields.text("reference", ""),
    )
    if problems:
        raise invalid(*problems)
    return found


class Fields:
    """Reads fields of a body one after the other; what is wrong with them is added to ``problems``."""

    def __init__(self, body: Body, language: str, problems: list[Problem]) -> None:
        self._body: Body = body
        self._language: str = language
        self._problems: list[Problem] = problems

    def _complain(self, kind: str, name: str, message: str, value: object, **context: Any) -> None:
        self._problems.append({"type": kind, "loc": ["body", name], "msg": message, "input": value, **context})

    def _is_there(self, name: str, default: object) -> bool:
        if name not in self._body and default is None:
            self._problems.append(missing(["body", name], self._body))
        return name in self._body

    def text(self, name: str, default: str | None = None) -> str:
        """A string; bytes that are no UTF-8 are replaced."""
        if not self._is_there(name, default):
            return default or ""
        value: Any = self._body[name]
        if not isinstance(value, str):
            self._complain("string_type", name, "Input should be a valid string", value)
            return ""
        return encodable(value)

    def number(self, name: str, default: float | None = None) -> float:
        """A number, or text that Python reads as one; true is 1."""
        if not self._is_there(name, default):
            return default or 0.0
        value: Any = self._body[name]
        if isinstance(value, str):
            try:
                return float(value)
            except ValueError:
                self._complain(
                    "float_parsing", name, "Input should be a valid number, unable to parse string as a number", value,
                )
        elif isinstance(value, int | float):
            try:
                return float(value)
            except OverflowError:
                return float("inf") if value > 0 else float("-inf")
        else:
            self._complain("float_type", name, "Input should be a valid number", value)
        return 0.0

    def one_of(self, name: str, words: enums.Words, default: str | None = None) -> str:
        """The member that a word of the server's language stands for."""
        if not self._is_there(name, default):
            return default or ""
        value: Any = self._body[name]
        found: str | None = enums.member(words, value, self._language)
        if found is None:
            quoted: list[str] = [f"'{each}'" for each in enums.all_words(words, self._language)]
            expected: str = f"{', '.join(quoted[:-1])} or {quoted[-1]}"
            self._complain("enum", name, f"Input should be {expected}", value, ctx={"expected": expected})
        return found or ""
