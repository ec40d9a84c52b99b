"""
What an answer proves of a command (sections 1.3, 1.4, and 6 row 4). Pure.

HTTP 200 with another ``ret_type`` than 0 is the usual form of a refusal. The texts of the gateway change from build to build, so they
are shown and never parsed.
"""

from typing import Any

from rest_locale import _
from vnpy_restgateway.net.outcome import Reply, http_code
from vnpy_restgateway.net.validate import short

from .envelope import CERTAIN_RET_TYPES, is_backend_timeout, read_err_code

FAILED: str = "ret_type -1"             # a business failure: nothing was done
INVALID: str = "ret_type -500"          # the body was not understood: nothing was done
LOCKED: str = "-401"                    # err_code: trading is not unlocked, the gateway's own decision
BAD_ARGUMENT: str = "-400"              # err_code
UNKNOWN_RESULT: str = "unknown result"  # the broker's answer did not come in time: executed or not
UNREADABLE: str = "not understood"

# an order that is answered with one of these did nothing: with the gateway's own words, or by a limit
REFUSALS: frozenset[int | str] = frozenset({FAILED, INVALID, LOCKED, BAD_ARGUMENT, "400", "401", "403", "404", "410", "HTTP 429", "HTTP 418"})
# a cancel that is: the order is perhaps final already, which is asked
GONE: frozenset[int | str] = frozenset({FAILED})

OWN_WORDS: tuple[int, ...] = (400, 401, 403, 404, 410)      # statuses whose body proves that the gateway itself answered


def read_error(reply: Reply) -> tuple[int | str, str] | None:
    """Code and text of an answer that is a refusal or tells of trouble; None of one that is neither."""
    data: Any = reply.data
    if reply.status == 200:
        if isinstance(data, list):
            return None                 # rows of several answers, each of which was good
        return read_envelope(data) if isinstance(data, dict) else (UNREADABLE, f"no object: {short(data)}")
    text: Any = data.get("error") if isinstance(data, dict) else None
    if not isinstance(text, str):
        return http_code(reply.status), reply.body[:200].decode("utf-8", "replace")
    return (str(reply.status) if reply.status in OWN_WORDS else http_code(reply.status)), text


def read_envelope(data: dict[str, Any]) -> tuple[int | str, str] | None:
    """``ret_type`` other than 0."""
    ret_type: Any = data.get("ret_type")
    if type(ret_type) is float and ret_type.is_integer():
        ret_type = int(ret_type)
    if type(ret_type) is not int:
        return UNREADABLE, f"ret_type: {short(ret_type)}"
    if not ret_type:
        return None
    text: str = data["ret_msg"] if isinstance(data.get("ret_msg"), str) else _("no reason given")
    code: int | None = read_err_code(data.get("err_code"), text)
    if is_backend_timeout(code, text):
        return UNKNOWN_RESULT, text
    if ret_type not in CERTAIN_RET_TYPES:
        return f"ret_type {ret_type}", text
    if code in (-401, -400):
        return str(code), text
    return f"ret_type {ret_type}", text


def payload(data: Any) -> dict[str, Any]:
    """
    ``s2c`` of a good answer.

    :raises ValueError: there is none
    """
    s2c: Any = data.get("s2c") if isinstance(data, dict) else None
    if not isinstance(s2c, dict):
        raise ValueError(f"no s2c: {short(s2c)}")
    return s2c


def rows(data: Any, name: str) -> list[Any]:
    """
    A list of ``s2c``.

    :raises ValueError: there is none
    """
    found: Any = payload(data).get(name)
    if not isinstance(found, list):
        raise ValueError(f"no {name}: {short(found)}")
    return found
