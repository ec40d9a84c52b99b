"""HMAC-SHA256 signatures of Binance. Pure."""

import hmac
from collections.abc import Mapping
from urllib.parse import urlencode


def sign(secret: bytes, payload: str) -> str:
    """Hex signature of a payload (rest-api.md, "SIGNED Endpoint security")."""
    return hmac.digest(secret, payload.encode(), "sha256").hex()


def signed_query(secret: bytes, params: Mapping[str, str | int]) -> str:
    """Query string with the signature behind it: percent-encoded first, then signed, in the order given."""
    query: str = urlencode(params)
    return f"{query}&signature={sign(secret, query)}"


def signed_params(secret: bytes, params: Mapping[str, str | int]) -> dict[str, str | int]:
    """
    Parameters of a WebSocket API call with their signature (web-socket-api.md, "SIGNED request
    example (HMAC)"): sorted by name, not percent-encoded.
    """
    signed: dict[str, str | int] = {name: params[name] for name in sorted(params)}
    signed["signature"] = sign(secret, "&".join(f"{name}={value}" for name, value in signed.items()))
    return signed
