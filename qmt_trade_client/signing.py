"""
HMAC-SHA256 signatures of the QMT REST trading server. Pure: no clock, no IO.

Signed are six fields joined by a line feed: METHOD, PATH, QUERY, BODY, TIMESTAMP, CLIENT_ID. The server parses the body it
received and forms the canonical JSON of it again; a body that is canonical JSON already is signed exactly as it is sent.
"""

import hmac
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """
    JSON with sorted keys, without spaces, non-ASCII characters as ``\\uXXXX``: pure ASCII.

    Raises TypeError for a value that JSON cannot hold, ValueError for NaN and infinity.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def body_field(value: Any) -> str:
    """The BODY field: canonical JSON; empty for no body, and also for an empty object or array (sent as ``{}`` or ``[]``)."""
    return canonical_json(value) if value else ""


def canonical_string(method: str, path: str, timestamp: int | str, client_id: str, body: str = "", query: str = "") -> str:
    """
    The text that is signed. ``path`` is absolute and URL-decoded, without a query; ``query`` is percent-encoded exactly as
    sent, without ``?``; ``timestamp`` is Unix time in whole seconds.
    """
    return "\n".join((method.upper(), path, query, body, str(timestamp), client_id))


def signature(secret_key: str, text: str) -> str:
    """HMAC-SHA256 as 64 lower-case hex digits; key and text as UTF-8."""
    return hmac.digest(secret_key.encode(), text.encode(), "sha256").hex()


def signed_headers(client_id: str, secret_key: str, method: str, path: str, body: str, timestamp: int) -> dict[str, str]:
    """The three headers of a signed request without a query. ``timestamp`` in seconds, ``body`` as from ``body_field``."""
    return {
        "X-Client-ID": client_id,
        "X-Timestamp": str(timestamp),
        "X-Signature": signature(secret_key, canonical_string(method, path, timestamp, client_id, body)),
    }
