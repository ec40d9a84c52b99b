"""HMAC-SHA256 signatures of HashEx (its OpenAPI document, section 3). Pure."""

import hmac
from collections.abc import Mapping
from random import Random
from urllib.parse import quote

Params = Mapping[str, str | int | None]


def wire_params(params: Params) -> dict[str, str]:
    """Exactly what will be sent, and is to be signed: as text, without parameters that have no value."""
    return {name: str(value) for name, value in params.items() if value is not None and value != ""}


def canonical(params: Mapping[str, str], timestamp: str) -> str:
    """
    The text that is signed: parameters sorted by name, raw, then the timestamp, always last and always with
    its "&", also when there is nothing before it.
    """
    return "&".join(f"{name}={params[name]}" for name in sorted(params)) + f"&timestamp={timestamp}"


def sign(secret: str, text: str) -> str:
    """Lower-case hex; the secret is taken as the text it is."""
    return hmac.digest(secret.encode(), text.encode(), "sha256").hex()


def query_string(params: Mapping[str, str]) -> str:
    """Percent-encoded for the URL, a space as %20. The signature knows nothing of this encoding."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(params.items()))


def new_nonce(random: Random) -> str:
    """32 hex digits, new every time, in whatever thread."""
    return f"{random.getrandbits(128):032x}"


def signed_headers(key: str, secret: str, params: Mapping[str, str], timestamp_ms: int, nonce: str) -> dict[str, str]:
    """The four headers of a signed call. ``nonce``: new every time, 32 hex digits."""
    timestamp: str = str(timestamp_ms)
    return {
        "X-Access-Key": key,
        "X-Signature": sign(secret, canonical(params, timestamp)),
        "X-Request-Timestamp": timestamp,
        "X-Request-Nonce": nonce,
    }
