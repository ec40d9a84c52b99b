"""HMAC-SHA256 signatures of Binance. Pure."""

import hashlib
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

BLOCK: int = 64                     # bytes of SHA-256's block

# what percent-encoding leaves as it is
_is_plain: Callable[[str], Any] = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


@lru_cache(maxsize=8)
def _keyed(secret: bytes) -> tuple[Any, Any]:
    """HMAC's two hashes (RFC 2104) with the key in them already: to copy them halves the time of a signature."""
    key: bytes = (hashlib.sha256(secret).digest() if len(secret) > BLOCK else secret).ljust(BLOCK, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in key)), hashlib.sha256(bytes(byte ^ 0x5C for byte in key))


class Signer:
    """Signs for one secret; what many payloads begin with is hashed once."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: bytes) -> None:
        self._inner, self._outer = _keyed(secret)

    def begin(self, start: str) -> Any:
        """The state of a signature after the first part of a payload, for ``end``."""
        state = self._inner.copy()
        state.update(start.encode())
        return state

    def end(self, state: Any, rest: str) -> str:
        """Hex signature of a payload whose last part is ``rest``."""
        first = state.copy()
        first.update(rest.encode())
        second = self._outer.copy()
        second.update(first.digest())
        signature: str = second.hexdigest()
        return signature


def sign(secret: bytes, payload: str) -> str:
    """Hex signature of a payload (rest-api.md, "SIGNED Endpoint security")."""
    signer: Signer = Signer(secret)
    return signer.end(signer._inner, payload)


def signed_query(secret: bytes, params: Mapping[str, str | int]) -> str:
    """Query string with the signature behind it: percent-encoded first, then signed, in the order given."""
    texts: list[str] = [str(value) for value in params.values()]
    if _is_plain("".join((*params, *texts))):
        query: str = "&".join(map("=".join, zip(params, texts, strict=True)))
    else:
        query = urlencode(params)
    return f"{query}&signature={sign(secret, query)}"


@lru_cache(maxsize=256)
def _form(names: tuple[str, ...]) -> tuple[str, Callable[[Mapping[str, Any]], Any]]:
    """The payload that parameters of these names make, with its values left out, and what reads those."""
    names = tuple(sorted(names))
    return "&".join([name.replace("%", "%%") + "=%s" for name in names]), itemgetter(*names)


def signed_params(secret: bytes, params: Mapping[str, str | int]) -> dict[str, str | int]:
    """
    Parameters of a WebSocket API call with their signature (web-socket-api.md, "SIGNED request
    example (HMAC)"), which covers them sorted by name, not percent-encoded.
    """
    form, values = _form(tuple(params))
    return {**params, "signature": sign(secret, form % values(params))}
