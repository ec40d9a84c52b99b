"""
Who sent a request and whether it is in time (seed, section 3). Pure: no IO, no clock.

The order of the checks, each with its own code:

1.  header ``X-Access-Key`` (1004), ``X-Signature`` (1003), ``X-Request-Timestamp`` (1006), ``X-Request-Nonce``
    (1004) missing or empty
2.  timestamp no whole number (1009), more than the window ahead of the server or no milliseconds at all
    (1007), more than ten windows behind (1008)
3.  key unknown (1011), address not on the key's list (1012)
4.  signature not 64 lower-case hex digits (1001); not that of these parameters under this secret (1005: what
    a mismatch was answered in an official debug session); right, but more than one window old (1002)
5.  nonce used before (1010). Only a request that is right so far uses its nonce up.

An unknown path or method is 1013 before all that.
"""

import hmac
import re
from collections.abc import Mapping

from .errors import (
    IP_NOT_ALLOWED,
    NONCE_REPEATED,
    PARAMETER_EMPTY,
    PARAMETER_ERROR,
    SIGNATURE_EMPTY,
    SIGNATURE_ERROR,
    SIGNATURE_EXPIRED,
    SIGNATURE_UNKNOWN,
    TIMESTAMP_EMPTY,
    TIMESTAMP_EXPIRED,
    TIMESTAMP_FORMAT,
    TIMESTAMP_WRONG,
    fault,
)
from .limits import Nonces
from .options import HashExOptions

KEY_HEADER: str = "X-Access-Key"
SIGNATURE_HEADER: str = "X-Signature"
TIMESTAMP_HEADER: str = "X-Request-Timestamp"
NONCE_HEADER: str = "X-Request-Nonce"

ANY_TIME: float = float("inf")
LONG_PAST: int = 10                             # windows
MILLISECONDS_FROM: int = 10 ** 12               # 2001; seconds are smaller for ever
MILLISECONDS_UNTIL: int = 10 ** 14              # microseconds are larger

_HEX: re.Pattern[str] = re.compile(r"[0-9a-f]{64}")
_DIGITS: re.Pattern[str] = re.compile(r"[0-9]{1,20}")


def canonical_text(params: Mapping[str, str], timestamp: str) -> str:
    """
    What is signed (seed, 3.2): decoded parameters by name, then the timestamp.

    Without parameters it begins with the ``&`` all the same (spec 2.3).
    """
    return "&".join([f"{name}={params[name]}" for name in sorted(params)]) + "&timestamp=" + timestamp


def sign(secret: str, text: str) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.digest(secret.encode(), text.encode("utf-8", "surrogatepass"), "sha256").hex()


def authenticate(
    headers: Mapping[str, str],
    params: Mapping[str, str],
    now_ms: int,
    ip: str,
    keys: Mapping[str, str],
    options: HashExOptions,
    nonces: Nonces,
    per_real: float = 1.0,
) -> str:
    """
    The key of a request that passes every check; ApiError 1001 - 1012 for one that does not. ``per_real``: how many of the venue's
    seconds pass in a real one (``Clock.per_real``), which is what the window counts.
    """
    key: str = headers.get(KEY_HEADER, "")
    if not key:
        raise fault(PARAMETER_EMPTY, KEY_HEADER)
    signature: str = headers.get(SIGNATURE_HEADER, "")
    if not signature:
        raise fault(SIGNATURE_EMPTY)
    stamp: str = headers.get(TIMESTAMP_HEADER, "")
    if not stamp:
        raise fault(TIMESTAMP_EMPTY)
    nonce: str = headers.get(NONCE_HEADER, "")
    if not nonce:
        raise fault(PARAMETER_EMPTY, NONCE_HEADER)

    if not _DIGITS.fullmatch(stamp):
        raise fault(TIMESTAMP_FORMAT, f"not a whole number of milliseconds: {stamp}")
    timestamp: int = int(stamp)
    age: int = now_ms - timestamp
    window: float = options.window_ms * (per_real if options.timestamps == "venue" else ANY_TIME)
    if not MILLISECONDS_FROM <= timestamp < MILLISECONDS_UNTIL:
        raise fault(TIMESTAMP_WRONG, f"not milliseconds: {stamp}")
    if age < -window:
        raise fault(TIMESTAMP_WRONG, f"{-age} ms ahead of the server")
    if age > LONG_PAST * window:
        raise fault(TIMESTAMP_EXPIRED, f"{age} ms behind the server")

    secret: str | None = keys.get(key)
    if secret is None:
        raise fault(SIGNATURE_UNKNOWN, "no such access key")
    if options.hosts and ip not in options.hosts:
        raise fault(IP_NOT_ALLOWED, ip)

    if not _HEX.fullmatch(signature):
        raise fault(SIGNATURE_ERROR, "not an HMAC-SHA256 in lower-case hex")
    text: str = canonical_text(params, stamp)
    if not hmac.compare_digest(signature, sign(secret, text)):
        raise fault(PARAMETER_ERROR, f"not the signature of the text {text}")
    if age > window:
        raise fault(SIGNATURE_EXPIRED, f"{age} ms old")
    if not nonces.take(key, nonce, now_ms, 2 * options.window_ms * per_real):
        raise fault(NONCE_REPEATED, nonce)
    return key
