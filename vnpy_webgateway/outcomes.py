"""What an answer proves (spec 3.1, 3.4, 6.4). Refused is proven; a 500 says nothing about an order."""

from typing import Any

import msgspec

from rest_locale import _
from vnpy_restgateway.net.outcome import Code, Reply, http_code
from vnpy_restgateway.net.validate import short

NO_ID: str = "no order id"      # 200 "": the remote gateway made no order of it
LONGEST_TEXT: int = 300         # characters of a server's reason

# a code without "HTTP" is of an answer with the server's own JSON ``detail``; a page of some proxy proves nothing
REFUSALS: frozenset[Code] = frozenset({NO_ID, "400", "401", "403", "404", "405", "413", "415", "422", "HTTP 403", "HTTP 418", "HTTP 429"})
GONE: frozenset[Code] = frozenset({"404"})      # a cancel answered so: not in the remote OMS, perhaps not yet


def read_error(reply: Reply) -> tuple[Code, str] | None:
    """Code and text of an answer that is a refusal, None of one that is not."""
    if reply.status // 100 == 2:
        return (NO_ID, _("the remote gateway answered without an id: it made no order, its log says why")) if reply.data == "" else None
    detail: Any = reply.data.get("detail") if isinstance(reply.data, dict) else None
    if isinstance(detail, str) and detail:
        return str(reply.status), detail[:LONGEST_TEXT]
    if isinstance(detail, list) and detail:
        return str(reply.status), "; ".join(map(_validation, detail))[:LONGEST_TEXT]
    if reply.status == 500:
        return http_code(500), _("Internal Server Error, which says nothing of what was done")
    return http_code(reply.status), reply.body[:200].decode("utf-8", "replace")


def _validation(problem: Any) -> str:
    """One entry of a 422: the place, and what would be taken there."""
    if not isinstance(problem, dict):
        return short(problem)
    place: Any = problem.get("loc")
    return f"{place[-1] if isinstance(place, list) and place else 'body'}: {problem.get('msg', '')}"


def failure_inside(data: Any) -> str:
    """What an answer with a status of success says went wrong, on other servers; "" for nothing."""
    if not isinstance(data, dict) or not (data.get("error") or data.get("success") is False):
        return ""
    return msgspec.json.encode(data)[:LONGEST_TEXT].decode("utf-8", "replace")
