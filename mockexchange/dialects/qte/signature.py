"""Who sent a request (seed, 2.3.1): the key alone says it. No secret, no signature, no timestamp. Pure."""

from collections.abc import Container, Mapping

from .errors import unauthorized

KEY_HEADER: str = "X-API-KEY"


def authenticate(headers: Mapping[str, str], keys: Container[str]) -> str:
    """The key of a request, else 401."""
    key: str = headers.get(KEY_HEADER, "")
    if key not in keys:
        raise unauthorized()
    return key
