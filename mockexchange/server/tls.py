"""TLS in front of a listener: its context, and what stands between an accepted connection and HTTP."""

import asyncio
import logging
import socket
import ssl
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from rest_locale import _

from .certificate import OwnCertificate
from .access import WILDCARDS
from .guard import Doorkeeper, Refused

HANDSHAKE_SECONDS: float = 10.0         # a handshake may take
GOODBYE_SECONDS: float = 1.0            # the peer has to answer our end of the encryption
HANDSHAKE_RECORD: int = 0x16            # first byte of a TLS connection (RFC 8446, 5.1)
NOT_TLS: bytes = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 46\r\nConnection: close\r\n\r\n"
    b"This port speaks TLS: use https:// and wss://\n"
)
MAX_EARLY: int = 1 << 18                # bytes of a first request that may come with the end of the handshake

logger: logging.Logger = logging.getLogger("mockexchange.server")


class Tls:
    """
    What a listener needs to speak TLS. ``certificate`` is the path of what clients must trust.

    ``close`` deletes a certificate that was made for this run. Raises ValueError or OSError saying what is wrong.
    """

    def __init__(self, certificate: Path, chain: Path, key: Path | None, own: OwnCertificate | None = None) -> None:
        self.certificate: str = str(certificate)
        self.context: ssl.SSLContext = make_context(chain, key)
        self._own: OwnCertificate | None = own

    def close(self) -> None:
        """Nothing is served with it any more."""
        if self._own is not None:
            self._own.close()


def own_tls(hosts: Iterable[str], folder: Path | None) -> Tls:
    """With a certificate of the venue's own for these hosts, kept in ``folder`` where there is one (certificate.py)."""
    own: OwnCertificate = OwnCertificate([name for host in hosts for name in names_of(host)], folder)
    try:
        return Tls(own.authority, own.server, None, own)
    except BaseException:
        own.close()
        raise


def names_of(host: str) -> list[str]:
    """By what others reach a venue that listens on ``host``: itself or, where that is every address, what this machine is called."""
    if host not in WILDCARDS:
        return [host]
    name: str = socket.gethostname()
    try:
        return [name, *sorted({str(entry[4][0]) for entry in socket.getaddrinfo(name, None)})]
    except (OSError, UnicodeError):
        return [name]


def given_tls(certificate: Path, key: Path | None) -> Tls:
    """With a PEM certificate (chain) of the user's, and its private key in a file of its own or in the same one."""
    return Tls(certificate.absolute(), certificate, key)


def make_context(chain: Path, key: Path | None) -> ssl.SSLContext:
    """A server's context; HTTP/1.1 is all that is spoken. ValueError naming the file that cannot be used."""
    for name, path in (("certificate", chain), ("key", key)):
        try:
            if path is not None:
                path.open("rb").close()
        except OSError as error:
            raise ValueError(_("tls {name} {path!r}: {reason}").format(name=name, path=str(path), reason=error.strerror or error)) from None
    context: ssl.SSLContext = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(chain, key, password=_refuse_password)
    except (ssl.SSLError, ValueError) as error:
        if key is not None:
            line: str = _("tls certificate {chain!r} and key {key!r}: {reason}")
        else:
            line = _("tls certificate {chain!r}, which must hold its key too: {reason}")
        raise ValueError(line.format(chain=str(chain), key=str(key), reason=_reason(error))) from None
    return context


def _refuse_password() -> str:
    raise ValueError(_("the key is encrypted, it must not be"))


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return error.reason.replace("_", " ").lower() if error.reason else _("not a pem certificate with its key")
    return str(error)


class TlsDoors:
    """The protocol factory of a listener that speaks TLS: ``inside`` makes the protocol of what has shaken hands."""

    def __init__(self, context: ssl.SSLContext, doorkeeper: Doorkeeper, inside: Callable[[], asyncio.Protocol]) -> None:
        self.context: ssl.SSLContext = context
        self.doorkeeper: Doorkeeper = doorkeeper
        self.inside: Callable[[], asyncio.Protocol] = inside

    def __call__(self) -> asyncio.Protocol:
        return TlsDoor(self) if self.doorkeeper.has_room() else Refused()


class TlsDoor(asyncio.Protocol):
    """
    One connection until its handshake is over, within HANDSHAKE_SECONDS. The doorkeeper counts it, and may end it.

    It is the protocol of the connection until the client's first bytes are there, and of what they turn out to be when
    the handshake is done. (``create_server`` would shake hands too, but nobody could count the connections in it.)
    """

    def __init__(self, doors: TlsDoors) -> None:
        self._doors: TlsDoors = doors
        self._transport: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._early: list[bytes] = []       # of a request that came with the end of the handshake
        self._size: int = 0
        self._has_ended: bool = False
        doors.doorkeeper.waiting[self] = None           # from its acceptance on: several are accepted before the first is made

    def connection_made(self, transport: Any) -> None:
        if self not in self._doors.doorkeeper.waiting:
            transport.abort()
            return
        self._transport = transport
        self._timer = asyncio.get_running_loop().call_later(HANDSHAKE_SECONDS, self.abort)

    def data_received(self, data: bytes) -> None:
        if self._task is not None:
            self._early.append(data)
            self._size += len(data)
            if self._size > MAX_EARLY:
                self.abort()
        elif data[0] != HANDSHAKE_RECORD:
            self._transport.write(NOT_TLS)
            self._transport.close()
        else:
            self._transport.pause_reading()
            self._task = asyncio.get_running_loop().create_task(self._shake_hands(data))

    def eof_received(self) -> bool:
        self._has_ended = True
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._leave()

    @property
    def is_silent(self) -> bool:
        """Whether the client has said nothing yet."""
        return self._task is None

    def abort(self) -> None:
        """Cut it."""
        self._leave()
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()
        if self._task is not None:
            self._task.cancel()

    def _leave(self) -> None:
        self._doors.doorkeeper.waiting.pop(self, None)
        if self._timer is not None:
            self._timer.cancel()

    async def _shake_hands(self, hello: bytes) -> None:
        loop: asyncio.AbstractEventLoop = asyncio.get_running_loop()
        options: dict[str, Any] = {"ssl_shutdown_timeout": GOODBYE_SECONDS} if sys.version_info >= (3, 11) else {}
        loop.call_soon(feed, self._transport, hello)    # to the protocol that start_tls is about to set, before it reads on
        try:
            secure: asyncio.Transport | None = await loop.start_tls(
                self._transport, self, self._doors.context, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS, **options,
            )
        except (OSError, asyncio.CancelledError) as error:      # ssl.SSLError is an OSError
            logger.debug("no TLS handshake: %s", error)
            self.abort()
            return
        finally:
            self._leave()
        if secure is None or secure.is_closing() or self._transport is None:
            return
        protocol: asyncio.Protocol = self._doors.inside()
        secure.set_protocol(protocol)
        protocol.connection_made(secure)
        for data in self._early:
            protocol.data_received(data)
        self._early.clear()
        if self._has_ended:
            protocol.eof_received()


def feed(transport: Any, data: bytes) -> None:
    """Let the protocol of a connection have bytes as if they came from it now, before all that is still to come."""
    if transport.is_closing():
        return
    protocol: Any = transport.get_protocol()
    if not hasattr(protocol, "get_buffer"):
        asyncio.get_running_loop().call_soon(protocol.data_received, data)      # Python 3.10 has to be told of the connection first
        return
    while data:
        buffer: Any = protocol.get_buffer(len(data))
        size: int = min(len(buffer), len(data))
        buffer[:size] = data[:size]
        protocol.buffer_updated(size)
        data = data[size:]
