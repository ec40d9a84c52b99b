"""What both clients need of the network: names resolved within a deadline, and a verifying TLS context."""

import os
import queue
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

from rest_locale import _

AddressInfo = tuple[Any, Any, int, str, Any]


def default_context() -> ssl.SSLContext:
    """
    A TLS context that verifies host and certificate against the system's authorities (or those of SSL_CERT_FILE and
    SSL_CERT_DIR), those of certifi where it is installed (it comes with requests), and of REQUESTS_CA_BUNDLE and
    CURL_CA_BUNDLE, each a file or a folder.
    """
    context: ssl.SSLContext = ssl.create_default_context()
    bundles: list[str] = [os.environ.get("REQUESTS_CA_BUNDLE", ""), os.environ.get("CURL_CA_BUNDLE", "")]
    try:
        import certifi
        bundles.append(certifi.where())
    except ImportError:
        pass
    for bundle in bundles:
        if os.path.isfile(bundle):
            context.load_verify_locations(cafile=bundle)
        elif os.path.isdir(bundle):
            context.load_verify_locations(capath=bundle)
    return context


def lookup(host: str, port: int, done: Callable[[list[AddressInfo] | OSError], None]) -> None:
    """
    Resolve a name in a daemon thread of its own and hand the result, or the error, to ``done``
    there. The system's resolver cannot be interrupted: a thread of its own is the only way not to
    hang with it.
    """
    def work() -> None:
        try:
            done(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except UnicodeError as exc:
            done(OSError(_("host name {host!r} is not valid: {reason}").format(host=host, reason=exc)))
        except OSError as exc:
            done(exc)

    threading.Thread(target=work, name="resolve", daemon=True).start()


def numeric(host: str, port: int) -> list[AddressInfo] | None:
    """The address itself when ``host`` is one, so that nothing needs resolving."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        address: Any = (host, port) if family == socket.AF_INET else (host, port, 0, 0)
        return [(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", address)]
    return None


def resolve(host: str, port: int, timeout: float, stopped: Callable[[], bool]) -> list[AddressInfo]:
    """
    Addresses of a host.

    :param timeout: seconds
    :param stopped: asked every 50 ms; True ends the waiting
    :raises OSError: not resolved, too late, or stopped
    """
    known: list[AddressInfo] | None = numeric(host, port)
    if known is not None:
        return known
    answers: queue.SimpleQueue[list[AddressInfo] | OSError] = queue.SimpleQueue()
    lookup(host, port, answers.put)
    while timeout > 0 and not stopped():
        try:
            answer: list[AddressInfo] | OSError = answers.get(timeout=min(timeout, 0.05))
        except queue.Empty:
            timeout -= 0.05
            continue
        if isinstance(answer, OSError):
            raise answer
        return answer
    raise TimeoutError(_("name {host!r} was not resolved in time").format(host=host))
