"""
Public keys of accounts: read from what a user gives, and asked whether a signature is theirs.

Binance knows two kinds beside HMAC (faqs/api_key_types.md): Ed25519, and RSA of 2048 or 4096 bits with RSASSA-PKCS1-v1_5 and
SHA-256. ``cryptography`` verifies; it is imported when there is a public key, and only then.
"""

import base64
import binascii
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rest_locale import _

ED25519: str = "ED25519"
RSA: str = "RSA"
ED25519_BYTES: int = 32
RSA_BITS: tuple[int, ...] = (2048, 4096)
MAX_FILE: int = 1 << 16                     # bytes


class PublicKey:
    """The public half of a key pair. ``kind`` is ED25519 or RSA."""

    def __init__(self, kind: str, check: Callable[[bytes, bytes], Any], invalid: type[Exception]) -> None:
        self.kind: str = kind
        self._check: Callable[[bytes, bytes], Any] = check
        self._invalid: type[Exception] = invalid

    def verifies(self, payload: bytes, signature: str) -> bool:
        """Whether ``signature``, base64 with its letters as they were made, is the payload's."""
        try:
            self._check(base64.b64decode(signature, validate=True), payload)
        except (self._invalid, ValueError):
            return False
        return True


def read_public_key(text: str) -> PublicKey:
    """
    Read a PEM SubjectPublicKeyInfo ("-----BEGIN PUBLIC KEY-----"), as Binance takes it, or the 32 bytes of an Ed25519 key in
    base64. ValueError says what is wrong with it and quotes nothing of it: it may be a private key.
    """
    try:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    except ModuleNotFoundError:
        raise ValueError(_("public key: cryptography is missing, install it with: pip install \"vnpy_mockbinance[mock]\"")) from None
    stripped: str = text.strip()
    if "PRIVATE KEY" in stripped:
        raise ValueError(_("public key: this is a private key, the venue needs the public one (openssl pkey -pubout)"))
    if not stripped.startswith("-----BEGIN"):
        return _ed25519(ed25519.Ed25519PublicKey.from_public_bytes(_raw(stripped)), InvalidSignature)
    try:
        found: object = load_pem_public_key(stripped.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError(_("public key: not a PEM public key: {reason}").format(reason=str(error).splitlines()[0])) from None
    if isinstance(found, ed25519.Ed25519PublicKey):
        return _ed25519(found, InvalidSignature)
    if isinstance(found, rsa.RSAPublicKey):
        if found.key_size not in RSA_BITS:
            raise ValueError(_("public key: RSA of {bits} bits, Binance takes {sizes}").format(bits=found.key_size, sizes=' and '.join(map(str, RSA_BITS))))
        key: rsa.RSAPublicKey = found
        return PublicKey(RSA, lambda signature, payload: key.verify(signature, payload, padding.PKCS1v15(), SHA256()), InvalidSignature)
    raise ValueError(_("public key: neither Ed25519 nor RSA: {kind}").format(kind=type(found).__name__))


def read_public_key_file(path: str) -> str:
    """The text of a public key's file. ValueError naming the file when it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_FILE).decode("ascii")
    except OSError as error:
        raise ValueError(_("public key {path!r}: {reason}").format(path=path, reason=error.strerror or error)) from None
    except UnicodeDecodeError:
        raise ValueError(_("public key {path!r}: not a PEM file").format(path=path)) from None


def _ed25519(key: Any, invalid: type[Exception]) -> PublicKey:
    return PublicKey(ED25519, key.verify, invalid)


def _raw(text: str) -> bytes:
    try:
        raw: bytes = base64.b64decode(text, validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != ED25519_BYTES:
        raise ValueError(_("public key: neither PEM nor the {size} bytes of an Ed25519 key in base64, but {count} characters").format(size=ED25519_BYTES, count=len(text)))
    return raw
