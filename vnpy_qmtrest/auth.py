"""Signatures (section 1.4): HMAC-SHA256 of six lines, over a JSON body with sorted keys. Pure."""

import hmac
import json
from hashlib import sha256
from typing import Any


def body_of(params: dict[str, Any]) -> str:
    """
    A body as it is signed and sent: keys sorted, no spaces, non-ASCII escaped.

    :raises ValueError: a number is not finite
    """
    return json.dumps(params, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def signature(secret: str, method: str, path: str, query: str, body: str, timestamp: str, client_id: str) -> str:
    """Lower-case hex. ``query``: as on the wire, without "?"; ``body``: "" of a GET; ``timestamp``: whole seconds."""
    text: str = "\n".join((method, path, query, body, timestamp, client_id))
    return hmac.new(secret.encode(), text.encode(), sha256).hexdigest()


def signed_headers(client_id: str, secret: str, method: str, path: str, query: str, body: str, now: int) -> dict[str, str]:
    """The headers of a request; ``now``: seconds since 1970, by the server's clock."""
    timestamp: str = str(now)
    return {
        "X-Client-ID": client_id,
        "X-Timestamp": timestamp,
        "X-Signature": signature(secret, method, path, query, body, timestamp, client_id),
        "Content-Type": "application/json",
    }
