"""Key pairs made for one test, and what their owner signs with."""

import base64
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Signer = Callable[[bytes], str]


def ed25519_pair() -> tuple[str, Signer]:
    """The public key in PEM, and the signer."""
    private = ed25519.Ed25519PrivateKey.generate()
    return _pem(private.public_key()), lambda payload: base64.b64encode(private.sign(payload)).decode()


def rsa_pair(bits: int = 2048) -> tuple[str, Signer]:
    """The public key in PEM, and the signer."""
    private = rsa.generate_private_key(65537, bits)
    return _pem(private.public_key()), lambda payload: base64.b64encode(private.sign(payload, padding.PKCS1v15(), SHA256())).decode()


def bare(pem: str) -> str:
    """The 32 bytes of an Ed25519 public key in base64: the last of its PEM's."""
    return base64.b64encode(base64.b64decode(pem.splitlines()[1])[-32:]).decode()


def _pem(public: ed25519.Ed25519PublicKey | rsa.RSAPublicKey) -> str:
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
