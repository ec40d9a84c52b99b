"""Access tokens (spec 3.1): JSON web tokens, HS256, with a user name and a time of expiry. Pure but for the secret."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

HEADER: dict[str, str] = {"alg": "HS256", "typ": "JWT"}


class BadToken(Exception):
    """It was not issued here, or has expired."""


class WrongUser(Exception):
    """It was issued here, and names nobody who may."""


def encode_part(data: bytes) -> bytes:
    """Base64 for URLs, without the padding."""
    return urlsafe_b64encode(data).rstrip(b"=")


def decode_part(text: bytes) -> bytes:
    """ValueError for what is none."""
    try:
        return urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except Base64Error as error:
        raise ValueError(str(error)) from None


def sign(claims: Mapping[str, Any], secret: bytes) -> str:
    """The token that says ``claims``."""
    parts: list[bytes] = [encode_part(json.dumps(part, separators=(",", ":")).encode()) for part in (HEADER, claims)]
    payload: bytes = b".".join(parts)
    return b".".join((payload, encode_part(hmac.digest(secret, payload, sha256)))).decode()


def read(token: str, secret: bytes, now: int) -> dict[str, Any]:
    """
    The claims of a token that is good at ``now`` (us); one without ``exp`` never ends.

    :raises BadToken: it is garbage, signed with another secret or in another way, or has expired
    """
    payload, _, signature = token.encode("utf-8", "replace").rpartition(b".")
    header, _, claims_part = payload.partition(b".")
    try:
        if not hmac.compare_digest(decode_part(signature), hmac.digest(secret, payload, sha256)):
            raise BadToken
        head: Any = json.loads(decode_part(header))
        claims: Any = json.loads(decode_part(claims_part))
    except (ValueError, RecursionError):
        raise BadToken from None
    if not isinstance(head, dict) or head.get("alg") != HEADER["alg"] or not isinstance(claims, dict):
        raise BadToken
    expires: Any = claims.get("exp")
    if expires is not None and (type(expires) is not int or now >= expires * 1_000_000):
        raise BadToken
    return claims


def user_of(claims: Mapping[str, Any], users: Mapping[str, str]) -> str:
    """
    The user whom the claims name.

    :raises WrongUser: they name nobody, or one who is unknown or revoked
    """
    name: Any = claims.get("sub")
    if not isinstance(name, str) or name not in users:
        raise WrongUser
    return name


class Tokens:
    """
    The tokens of one web process. The secret is derived from ``entropy``, which no client can know, so that tokens end with it.
    """

    def __init__(self, entropy: bytes) -> None:
        self._entropy: bytes = entropy
        self._life: int = 0

    @property
    def secret(self) -> bytes:
        return hmac.digest(self._entropy, b"%d" % self._life, sha256)

    def renew(self) -> None:
        """Another secret: all tokens are void."""
        self._life += 1

    def issue(self, user: str, expires: int | None) -> str:
        """A token of a user; ``expires`` in seconds since 1970, None: never."""
        claims: dict[str, Any] = {"sub": user}
        if expires is not None:
            claims["exp"] = expires
        return sign(claims, self.secret)

    def claims(self, token: str, now: int) -> dict[str, Any]:
        """See ``read``."""
        return read(token, self.secret, now)
