"""
What became of a request, in one vocabulary.

    RestError
    +-- NotSent     no byte of the request can have reached the venue: bad URL, name not resolved,
    |               connection refused, TLS or proxy handshake failed, client stopped, signing failed
    +-- Unknown     a connection stood and the answer never came whole: time-out, reset, truncated,
        |           malformed. The venue may have acted on the request
        +-- TimedOut    the connection stood to the end of the time

*Refused is proven, everything else is unknown*: an order is pushed as REJECTED only for
``Outcome.NOT_SENT`` and ``Outcome.REFUSED``.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec

from rest_locale import _


class Outcome(Enum):
    """The four things that can have become of a command sent to a venue."""

    NOT_SENT = "not sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class RestError(Exception):
    """A request that got no usable answer."""


class NotSent(RestError):
    """Proof that the venue never saw the request."""


class Unknown(RestError):
    """The request may or may not have been acted upon."""


class TimedOut(Unknown):
    """Whoever took the connection has not answered in the time allowed."""


@dataclass
class Reply:
    """
    An answer as classification sees it, whatever wire it came over.

    ``data`` is the body parsed as JSON; ``malformed`` says that the body is not JSON, which an
    empty body of status 204 or 205 is excused from.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    data: Any | None
    malformed: bool

    @classmethod
    def parse(cls, status: int, headers: Mapping[str, str], body: bytes) -> "Reply":
        """Read the body as JSON; never raises."""
        if status in (204, 205) and not body:
            return cls(status, headers, body, None, False)
        try:
            return cls(status, headers, body, msgspec.json.decode(body), False)
        except (ValueError, RecursionError):
            return cls(status, headers, body, None, True)


# (reply, None), or (None, error) when no usable answer came
Answer = Callable[[Reply | None, BaseException | None], None]
Code = int | str
ErrorReader = Callable[[Reply], tuple[Code, str] | None]
Refusals = Container[Code] | Callable[[Code, Reply], bool]


def read_error(reply: Reply) -> tuple[Code, str] | None:
    """
    The commonest error envelope, ``{"code": ..., "msg": ...}`` (also "message" or "error"), of an
    answer that is not 2xx. None: the answer reports no error. Without an envelope the code is the
    status in the form "HTTP 429".
    """
    if reply.status // 100 == 2:
        return None
    data: Any = reply.data
    if isinstance(data, dict):
        text: Any = data.get("msg") or data.get("message") or data.get("error") or ""
        code: Any = data.get("code")
        if isinstance(code, int | str) and not isinstance(code, bool) and code != "":
            return code, str(text)
        if text:
            return http_code(reply.status), str(text)
    return http_code(reply.status), reply.body[:200].decode("utf-8", "replace")


def http_code(status: int) -> str:
    """The code an allow-list uses to name an HTTP status itself: "HTTP 429"."""
    return f"HTTP {status}"


def classify(
    reply: Reply | None,
    error: BaseException | None,
    refusals: Refusals,
    read: ErrorReader = read_error,
) -> tuple[Outcome, Code, str]:
    """
    The one place where the outcome of an order command is decided.

    :param reply: the answer, or None when there was none
    :param error: what the client raised, or None
    :param refusals: the codes that prove the venue refused, or a function (code, reply) -> bool.
        A status is named in it as "HTTP 429"
    :param read: how the venue's error envelope is read; None from it means "no error reported"
    :return: outcome, the venue's code (0 where there is none), text for the log
    """
    if isinstance(error, NotSent):
        return Outcome.NOT_SENT, 0, describe(error)
    if error is not None:
        return Outcome.UNKNOWN, 0, describe(error)
    if reply is None:
        return Outcome.UNKNOWN, 0, _("no answer")
    status: int = reply.status
    if reply.malformed and status // 100 == 2:
        return Outcome.UNKNOWN, http_code(status), _("malformed answer")
    try:
        found: tuple[Code, str] | None = read(reply)
    except Exception as exc:
        return Outcome.UNKNOWN, http_code(status), _("error envelope not understood: {reason}").format(reason=describe(exc))
    if found is None:
        if status // 100 == 2:
            return Outcome.ACCEPTED, 0, ""
        return Outcome.UNKNOWN, http_code(status), ""
    code, text = found
    # A 5xx comes from something between us and the matching engine: its body proves nothing.
    if status // 100 in (2, 4) and (_allowed(code, reply, refusals) or _allowed(http_code(status), reply, refusals)):
        return Outcome.REFUSED, code, text
    return Outcome.UNKNOWN, code, text


def _allowed(code: Code, reply: Reply, refusals: Refusals) -> bool:
    if callable(refusals):
        return bool(refusals(code, reply))
    return code in refusals


def coded(code: Code, text: str) -> str:
    """A refusal of the venue for people."""
    return _("code: {code}, message: {message}").format(code=code, message=text)


def describe(error: BaseException) -> str:
    """An exception as one line: its words, or its name when it has none."""
    return str(error).strip() or type(error).__name__
