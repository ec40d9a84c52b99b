"""What HashEx's answers prove: the envelope, and the codes of section 6 of its document."""

from typing import Any

from rest_locale import N_
from vnpy_restgateway.net.outcome import Reply, http_code

SUCCESS: int = 0
GENERAL: int = -1                   # anything the venue says in words only; of a query it may mean "not there yet"
TIMESTAMP: frozenset[int] = frozenset({1002, 1007, 1008})
NONCE: int = 1010
NO_SUCH_URL: int = 1013

# What to fix, where it is for the user to fix. All of these end the signed calls until the next connect.
ADVICE: dict[int, str] = {
    1001: N_("the signature does not fit: check Secret Key"),
    1003: N_("the signature did not arrive: check what lies between here and the venue (Proxy Host, REST Host)"),
    1004: N_("a header of the signature did not arrive: check what lies between here and the venue (Proxy Host, REST Host)"),
    1005: N_("the signature does not fit: check Access Key and Secret Key"),
    1006: N_("the timestamp did not arrive: check what lies between here and the venue (Proxy Host, REST Host)"),
    1009: N_("the timestamp was not understood: check that REST Host is a HashEx spot OpenAPI"),
    1011: N_("the key is not known or not enabled: check Access Key"),
    1012: N_("this address is not on the key's list: add it where the key is managed"),
}
AUTHENTICATION: frozenset[int] = frozenset(ADVICE)
WRONG_URL: str = N_("the path does not exist on this host, or the key may not use it: check REST Host and the key's permissions")

# A new order answered with one of these is not alive: the gateway stands before the trading system,
# and -1 is how the trading system itself refuses.
REFUSALS: frozenset[int | str] = AUTHENTICATION | TIMESTAMP | {GENERAL, NONCE, NO_SUCH_URL, "HTTP 418", "HTTP 429"}

# Refused before the trading system, for a reason that is gone at the second try
RETRIED: frozenset[int] = TIMESTAMP | {NONCE}


def read_error(reply: Reply) -> tuple[int | str, str] | None:
    """
    Code and text of an answer, None for success: a code of 0 and nothing else. An answer that is no
    envelope is named by its status.
    """
    data: Any = reply.data
    code: int | None = envelope_code(data)
    if code is None:
        return http_code(reply.status), reply.body[:200].decode("utf-8", "replace")
    return None if code == SUCCESS else (code, envelope_text(data))


def envelope_code(data: Any) -> int | None:
    """The code of an envelope, also one written as text; None when it is no envelope."""
    code: Any = data.get("code") if isinstance(data, dict) else None
    if isinstance(code, bool):
        return None
    if isinstance(code, str):
        try:
            return int(code)
        except ValueError:
            return None
    return code if isinstance(code, int) else None


def envelope_text(data: dict[str, Any]) -> str:
    """The text: "msg" on most deployments, "message" on others."""
    text: Any = data.get("msg")
    if text is None:
        text = data.get("message")
    return "" if text is None else str(text)
