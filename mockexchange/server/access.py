"""Who may use what is under ``/_mock/``."""

import hmac
import ipaddress
import re

from aiohttp import web

from rest_locale import _

from .guard import SHOWN

WILDCARDS: tuple[str, ...] = ("0.0.0.0", "::", "")

_HOST: re.Pattern[str] = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:/@\[\]]*))(?::[0-9]{1,5})?")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine only."""
    if host.lower() == "localhost":
        return True
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped: ipaddress.IPv4Address | None = getattr(address, "ipv4_mapped", None)    # a v4 peer of a v6 socket
    return (mapped or address).is_loopback


def is_address(host: str) -> bool:
    """Whether it is an IP address, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def host_name(header: str) -> str:
    """
    The name in a Host header: without the port, and without the brackets of an IPv6 address. "" when what follows
    the name is no port.
    """
    found: re.Match[str] | None = _HOST.fullmatch(header)
    return (found.group(1) or found.group(2)) if found else ""


class Access:
    """
    The rule of one venue.

    Whoever has the ``token`` may do all. Where that is "", only this machine may, and no web page that its browser
    shows: a request is refused when its Host (DNS rebinding) or its Origin (a page that posts here) is neither the
    loopback nor ``host``, the address the venue is bound to. Bound to all addresses, any address will do.
    """

    def __init__(self, token: str = "", host: str = "127.0.0.1") -> None:
        self._token: str = token
        self._host: str = host

    @property
    def needs_token(self) -> bool:
        return bool(self._token)

    def refusal(self, request: web.Request) -> tuple[int, str] | None:
        """Status and reason where a request is refused: with a token, of whoever has not got it; without one, of another machine and a web page."""
        if self._token:
            if self.has_token(request):
                return None
            if not self._is_own(request.headers.get("Host", "")):
                return 403, self._foreign("Host", request)
            return 401, _("Authorization: the control token is missing or wrong")
        if not is_loopback(request.remote or ""):
            return 403, _("the control API answers this machine only, not {address}, without a token").format(address=request.remote)
        if not self._is_own(request.headers.get("Host", "")):
            return 403, self._foreign("Host", request)
        origin: str | None = request.headers.get("Origin")
        if origin is not None and not self._is_own(origin.partition("://")[2]):
            return 403, self._foreign("Origin", request)
        return None

    def has_token(self, request: web.Request) -> bool:
        """Whether a request brings the token; never where there is none."""
        given: str = request.headers.get("X-Mock-Token", "")
        scheme, __, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given = value.strip()
        return self.is_token(given)

    def is_token(self, text: str) -> bool:
        """Whether it is the token; never where there is none."""
        return bool(self._token) and hmac.compare_digest(text.encode("utf-8", "surrogateescape"), self._token.encode())

    def _is_own(self, header: str) -> bool:
        """Whether a host, with or without a port, is the loopback or what the venue is bound to."""
        name: str = host_name(header)
        ours: bool = is_address(name) if self._host in WILDCARDS else name.lower() == self._host.lower()
        return ours or is_loopback(name)

    def _foreign(self, header: str, request: web.Request) -> str:
        value: str = request.headers.get(header, "")[:SHOWN]
        return _("{header}: {value!r} is neither the loopback nor this venue's own address").format(header=header, value=value)
