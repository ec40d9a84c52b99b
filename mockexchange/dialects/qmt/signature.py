"""
Who sent a request (spec 1.4). Pure: no IO, no clock.

Signed are METHOD, PATH, QUERY, BODY, TIMESTAMP and CLIENT_ID, joined by LF. The checks go in the server's order: the three
parts are there, the timestamp is a whole number, it is within the window, the client is known, the digest fits. There is no
nonce: the same request sent again is a second request.
"""

import hmac
import json
from collections.abc import Callable, Mapping

from .errors import BAD_CLIENT, BAD_SECRET, BAD_SIGNATURE, BAD_TIMESTAMP, OLD_TIMESTAMP, unauthorized

CLIENT_HEADER: str = "X-Client-ID"
TIMESTAMP_HEADER: str = "X-Timestamp"
SIGNATURE_HEADER: str = "X-Signature"
HEADERS: tuple[str, ...] = (CLIENT_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER)
ANY_TIME: float = float("inf")           # a window: any timestamp will do
QUERY_NAMES: tuple[str, ...] = ("client_id", "timestamp", "signature")
SECRET_NAME: str = "client_secret"


def canonical_json(data: object) -> str:
    """What is signed of a JSON body; empty for one that holds nothing."""
    return json.dumps(data, sort_keys=True, separators=(",", ":")) if data else ""


def signed_text(method: str, path: str, query: str, body: str, timestamp: str, client_id: str) -> str:
    """The six fields. ``path`` is decoded, ``query`` is as it came, ``body`` is ``canonical_json``."""
    return "\n".join((method, path, query, body, timestamp, client_id))


def sign(secret: str, text: str) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.digest(secret.encode(), text.encode("utf-8", "surrogatepass"), "sha256").hex()


def check_secret(query: Mapping[str, str], keys: Mapping[str, str]) -> bool:
    """Whether a query of build B names a client and its secret; ApiError 401 when they do not fit."""
    if QUERY_NAMES[0] not in query or SECRET_NAME not in query:
        return False
    secret: str | None = keys.get(query[QUERY_NAMES[0]])
    if secret is None:
        raise unauthorized(BAD_CLIENT)
    if not same(query[SECRET_NAME], secret):
        raise unauthorized(BAD_SECRET)
    return True


def check_signature(
    parts: tuple[str, str, str], method: str, path: str, query: str, body: Callable[[], str], keys: Mapping[str, str],
    now: float, window: float,
) -> None:
    """
    ApiError 401 for a request that is not signed as it must be. ``parts``: client id, timestamp, signature, none of them empty;
    ``now`` and ``window`` in seconds. ``body`` is called last: it may raise what a body that cannot be read leads to.
    """
    client_id, timestamp, signature = parts
    try:
        stamp: int = int(timestamp)
    except ValueError:
        raise unauthorized(BAD_TIMESTAMP) from None
    if window != ANY_TIME and not stamp - int(window) <= now <= stamp + int(window):
        raise unauthorized(OLD_TIMESTAMP)
    secret: str | None = keys.get(client_id)
    if secret is None:
        raise unauthorized(BAD_CLIENT)
    if not same(signature, sign(secret, signed_text(method, path, query, body(), timestamp, client_id))):
        raise unauthorized(BAD_SIGNATURE)


def same(given: str, right: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))
