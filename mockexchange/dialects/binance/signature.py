"""
Who sent a request and whether it is in time (rest-api.md, "Request Security"). Pure: no IO, no clock.

REST signs the query string directly followed by the body, in the order sent, without the signature itself.
The WebSocket API signs the parameters sorted by name, as plain UTF-8. That is so whatever the type of the key.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from multidict import istr

from ...public_keys import PublicKey
from .errors import ApiError, above_maximum, illegal_characters, missing

DEFAULT_RECV_WINDOW: int = 5_000_000            # us
MAX_RECV_WINDOW_MS: int = 60_000
AHEAD: int = 1_000_000                          # us a timestamp may be in the future, exclusive
ANY_TIME: float = float("inf")
MICROSECONDS_FROM: int = 10 ** 14               # a timestamp this large counts microseconds

# as istr, which aiohttp's headers need not fold
SIGNED_KEY_HEADER: str = istr("X-MBX-APIKEY")
UNSIGNED_KEY_HEADER: str = istr("X-API-KEY")

KEY_FORMAT: re.Pattern[str] = re.compile(r"[A-Za-z0-9_-]{1,128}")
_WINDOW: re.Pattern[str] = re.compile(r"([0-9]{1,20})(?:\.([0-9]{1,20}))?")


@lru_cache(maxsize=1024)
def _keyed(secret: str) -> tuple[Any, Any]:
    """The two hash states of RFC 2104 with the key in them: copied, they sign in half the time."""
    key: bytes = secret.encode()
    if len(key) > 64:
        key = hashlib.sha256(key).digest()
    key = key.ljust(64, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in key)), hashlib.sha256(bytes(byte ^ 0x5C for byte in key))


def hmac_sha256(secret: str, payload: bytes) -> str:
    """The signature in lower case hex."""
    inner, outer = _keyed(secret)
    first = inner.copy()
    first.update(payload)
    second = outer.copy()
    second.update(first.digest())
    found: str = second.hexdigest()
    return found


def strip_signature(text: str) -> str:
    """The text without its ``signature=...`` pair; everything else stays as it was sent."""
    if text.startswith("signature="):
        return text.partition("&")[2]
    before, _, after = text.partition("&signature=")
    if "&" not in after:
        return before
    return before + "&" + after.partition("&")[2]


def rest_payload(query: str, body: str) -> bytes:
    """
    What a REST signature covers. ``query`` and ``body`` are the raw text of the request, not decoded.

    When the signature is the only thing in the body, nothing of the body remains.
    """
    text: str = strip_signature(query)
    if body:
        text += strip_signature(body)
    return text.encode("utf-8", "surrogateescape")


def websocket_payload(params: dict[str, str]) -> bytes:
    """What a WebSocket API signature covers (web-socket-api.md, "SIGNED request example (HMAC)")."""
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if name != "signature").encode()


def check_signature(secret: str, payload: bytes, signature: str, public_key: PublicKey | None = None) -> None:
    """
    Raises -1022 unless the signature is the payload's: of a key with a public key in base64, else HMAC in hex
    ("Signature Case Sensitivity": HMAC alone is not case-sensitive).
    """
    if public_key is not None:
        if public_key.verifies(payload, signature):
            return
    else:
        expected: str = hmac_sha256(secret, payload)
        if signature == expected or signature.lower() == expected:
            return
    raise ApiError(-1022, "Signature for this request is not valid.")


@lru_cache(maxsize=1024)
def check_key(key: str | None) -> str:
    """The key when it is one by its looks, else -2014."""
    if not key or not KEY_FORMAT.fullmatch(key):
        raise ApiError(-2014, "API-key format invalid.")
    return key


def unsigned_key(headers: Mapping[str, str], values: Mapping[str, str]) -> str | None:
    """
    The key of a REST call that a venue with the option ``unsigned`` takes as it is, None for one to be verified.

    QTE clients send ``X-API-KEY``, and some both headers. Who sends Binance's header and a signature signs; a
    signature beside ``X-API-KEY`` alone is not looked at.
    """
    if "signature" in values and SIGNED_KEY_HEADER in headers:
        return None
    return headers.get(UNSIGNED_KEY_HEADER)


def read_timestamp(text: str | None, name: str = "timestamp") -> int:
    """Milliseconds or microseconds as sent -> microseconds."""
    if text is None:
        raise missing(name)
    if not (text.isdigit() and text.isascii() and len(text) <= 20):
        raise illegal_characters(name, "^[0-9]{1,20}$")
    value: int = int(text)
    if value >= 2 ** 63:
        raise ApiError(-1108, f"Parameter '{name}' overflowed.")
    return value if value >= MICROSECONDS_FROM else value * 1000


@lru_cache(maxsize=1024)
def read_recv_window(text: str | None) -> int:
    """Milliseconds with up to three decimals -> microseconds. The default is 5000 ms, the maximum 60000 ms."""
    if text is None:
        return DEFAULT_RECV_WINDOW
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise illegal_characters("recvWindow", r"^([0-9]{1,20})(\.[0-9]{1,3})?$")
    whole, fraction = match.groups()
    fraction = (fraction or "").rstrip("0")
    if len(fraction) > 3:
        raise ApiError(-1111, "Parameter 'recvWindow' has too much precision.")
    window: int = int(whole) * 1000 + int(fraction.ljust(3, "0"))
    if window > MAX_RECV_WINDOW_MS * 1000:
        raise above_maximum("recvWindow", MAX_RECV_WINDOW_MS)
    return window


def check_ahead(timestamp: int, now: int, per_real: float = 1.0) -> None:
    """
    Raises -1021 for a timestamp a second or more ahead of the server. Microseconds; ``per_real``: how many of the
    server's pass in a real one (``Clock.per_real``), ANY_TIME: any timestamp will do.
    """
    if timestamp >= now + AHEAD * per_real:
        raise ApiError(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")


def check_window(timestamp: int, window: int, now: int, per_real: float = 1.0) -> None:
    """Raises -1021 for a request older than its window, which counts real time. As ``check_ahead``; asked on arrival and again before the engine."""
    if now - timestamp > window * per_real:
        raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")
