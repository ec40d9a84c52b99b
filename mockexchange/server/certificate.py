"""
A certificate of the venue's own: an authority made for it, which signs one certificate for the names of this machine.

Clients trust the authority (``certificate.pem``). Its private key is forgotten at once, so it can never sign for anybody else.
"""

import datetime
import ipaddress
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rest_locale import _

AUTHORITY: str = "certificate.pem"      # what clients trust
SERVER: str = "tls.pem"                 # the server's private key and certificate
LIFE_DAYS: int = 397                    # browsers take no more
LEAST_DAYS: int = 30                    # of a kept certificate, else it is made anew
NAMES: tuple[str, ...] = ("localhost", "127.0.0.1", "::1")


class OwnCertificate:
    """
    The files of one certificate, in a folder that is kept or in a private one that ``close`` deletes.

    A certificate that is found in ``folder`` is used again when it is good for all ``hosts`` and LEAST_DAYS days, so that
    who trusts it need not learn another one. Raises ValueError without ``cryptography``, OSError when it cannot be written.
    """

    def __init__(self, hosts: Iterable[str], folder: Path | None = None) -> None:
        self._private: Path | None = None
        if folder is None:
            folder = self._private = Path(tempfile.mkdtemp(prefix="mockexchange-"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
        self.authority: Path = (folder / AUTHORITY).absolute()
        self.server: Path = (folder / SERVER).absolute()
        try:
            names: list[str] = list(dict.fromkeys([*NAMES, *(host for host in hosts if host)]))
            if not self._is_good(names):
                authority, server = make(names)
                _write(self.server, server, private=True)
                _write(self.authority, authority, private=False)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Delete what is not to be kept."""
        if self._private is not None:
            shutil.rmtree(self._private, ignore_errors=True)

    def _is_good(self, names: list[str]) -> bool:
        if not (self.authority.is_file() and self.server.is_file()):
            return False
        x509: Any = _x509()
        try:
            found: Any = x509.load_pem_x509_certificate(self.server.read_bytes())
            authority: Any = x509.load_pem_x509_certificate(self.authority.read_bytes())
            found.verify_directly_issued_by(authority)
            known: Any = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except Exception:
            return False                # not ours, or damaged: made anew
        left: datetime.timedelta = found.not_valid_after_utc - datetime.datetime.now(datetime.timezone.utc)
        return left.days >= LEAST_DAYS and all(name in known for name in map(_name, names))


def make(names: Iterable[str]) -> tuple[bytes, bytes]:
    """
    PEM of a new authority, and of the private key and certificate of a server that has these names (host names, IP addresses).
    """
    x509: Any = _x509()
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def subject(text: str) -> Any:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now: datetime.datetime = datetime.datetime.now(datetime.timezone.utc)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name: Any = subject("mockexchange authority")
    ca_id: Any = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())

    def start(name: Any, public: Any, is_ca: bool) -> Any:
        return (
            x509.CertificateBuilder().subject_name(name).issuer_name(ca_name).public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=LIFE_DAYS - 1))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=0 if is_ca else None), critical=True)
            .add_extension(x509.KeyUsage(
                digital_signature=not is_ca, key_cert_sign=is_ca, crl_sign=is_ca, content_commitment=False,
                key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
            ), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(ca_id), critical=False)
        )

    authority: Any = start(ca_name, ca_key.public_key(), True).sign(ca_key, SHA256())
    server: Any = (
        start(subject("mockexchange"), key.public_key(), False)
        .add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(ca_key, SHA256())
    )
    private: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return authority.public_bytes(Encoding.PEM), private + server.public_bytes(Encoding.PEM)


def _name(text: str) -> Any:
    x509: Any = _x509()
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        return x509.DNSName(text)
    except ValueError as error:
        raise ValueError(_("tls: host {host!r}: {error}").format(host=text, error=error)) from None


def _x509() -> Any:
    try:
        from cryptography import x509
    except ModuleNotFoundError:
        raise ValueError(_("tls: cryptography is missing, install it with: pip install \"vnpy_mockbinance[mock]\"")) from None
    return x509


def _write(path: Path, data: bytes, private: bool) -> None:
    """A whole new file; a private one is nobody else's from its first byte on."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644), "wb") as file:
        file.write(data)
