"""
An HTTP proxy as users write it: host and port in two values or in one, "http://" before it, user and password.

TLS to a proxy (https://) and SOCKS are not supported: such a value is refused, never ignored.
"""

import base64
import ipaddress
import re
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from rest_locale import _

SCHEME: re.Pattern[str] = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
LABEL: re.Pattern[str] = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
# spaces, line ends and what cannot be seen of a copied text, at its ends
INVISIBLE: str = "".join(map(chr, (
    *range(0x21), *range(0x7f, 0xa1), 0xad, 0x1680, 0x180e, *range(0x2000, 0x2010), *range(0x2028, 0x2030), 0x205f,
    *range(0x2060, 0x2065), 0x3000, 0xfeff,
)))
FORM: str = "host:port or http://user:password@host:port"


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy; ``user`` and ``password`` are decoded, and never in its repr."""

    host: str                       # an IPv6 address without brackets
    port: int
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def authority(self) -> str:
        """host:port as a URL has it."""
        return f"{bracketed(self.host)}:{self.port}"

    @property
    def credentials(self) -> str:
        """Base64 of user:password in UTF-8 (RFC 7617), "" without them."""
        return base64.b64encode(f"{self.user}:{self.password}".encode()).decode() if self.user or self.password else ""

    @property
    def headers(self) -> dict[str, str]:
        """Proxy-Authorization, where there is something to authorize with."""
        return {"Proxy-Authorization": f"Basic {self.credentials}"} if self.credentials else {}

    @property
    def url(self) -> str:
        """With user and password, percent-encoded."""
        access: str = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.credentials else ""
        return f"http://{access}{self.authority}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be in a log."""
        return tuple(word for word in (self.password, self.credentials) if word)


def read_proxy(host: str, port: int = 0) -> Proxy | None:
    """
    The proxy that two values name, None for an empty host and port 0.

    :param host: "host", "host:port", "[::1]:8080", "http://user:password@host:port"; user and password may be
        percent-encoded
    :param port: 1 to 65535; 0: it is in ``host``
    :raises ValueError: what is wrong, without user and password
    """
    text: str = host.strip(INVISIBLE)
    if not text:
        if port:
            raise ValueError(_("port {port} has no proxy host").format(port=port))
        return None
    if "@" not in text:
        text = unicodedata.normalize("NFKC", text)      # what a Chinese keyboard makes of letters and signs
    shown: str = repr(show_proxy(text))
    found = SCHEME.match(text)
    scheme: str = found.group(1).lower() if found else "http"
    if scheme.startswith("socks"):
        raise ValueError(_("SOCKS proxies are not supported, only HTTP proxies ({form}), got {shown}").format(form=FORM, shown=shown))
    if scheme == "https":
        raise ValueError(_("TLS to the proxy itself (https://) is not supported, only HTTP proxies ({form}), got {shown}").format(form=FORM, shown=shown))
    if scheme != "http":
        raise ValueError(_("{scheme}:// is no HTTP proxy ({form}), got {shown}").format(scheme=scheme, form=FORM, shown=shown))
    access, at, place = text[found.end() if found else 0:].rpartition("@")
    user, colon, password = access.partition(":")
    if at and not user:
        raise ValueError(_("a user name must stand before the @ ({form}), got {shown}").format(form=FORM, shown=shown))
    name, digits = split_place(place.rstrip("/"))
    try:
        name = read_host_name(name)
    except ValueError:
        raise ValueError(_("must look like {form}, got {shown}").format(form=FORM, shown=shown)) from None
    if digits:
        if not (digits.isascii() and digits.isdigit() and 0 < int(digits[:9]) <= 65_535):
            raise ValueError(_("the port must be from 1 to 65535, got {shown}").format(shown=shown))
        if port and port != int(digits):
            raise ValueError(_("{shown} has port {digits}, the proxy port is given as {port}").format(shown=shown, digits=digits, port=port))
        port = int(digits)
    if not 0 < port <= 65_535:
        raise ValueError(_("{shown} has no port").format(shown=shown))
    user, password = unquote(user), unquote(password)
    if ":" in user or not (user + password).isprintable():
        raise ValueError(_("user and password must not have control characters, nor the user a colon, got {shown}").format(shown=shown))
    return Proxy(name, port, user, password)


def split_place(text: str) -> tuple[str, str]:
    """Host and port of "host:port", "[::1]:port", or an address alone; what follows a colon is the port, if it is one or not."""
    text = unicodedata.normalize("NFKC", text)
    if text.startswith("["):
        name, bracket, rest = text[1:].partition("]")
        return (name, rest[1:]) if bracket and (not rest or rest[0] == ":") and rest != ":" else (text, "")
    try:
        ipaddress.IPv6Address(text)
        return text, ""
    except ValueError:
        name, __, digits = text.partition(":")
        return name, digits


def read_host_name(name: str) -> str:
    """
    A host name in ASCII lower case, or an address.

    :raises ValueError: it is neither
    """
    if ":" in name:
        ipaddress.IPv6Address(name)
        return name.lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError as error:
            raise ValueError(_("no host name")) from error
    labels: list[str] = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        raise ValueError(_("no host name"))
    if labels[-1].isdigit():
        ipaddress.IPv4Address(name)         # a last label of digits is never a name (RFC 3696, 2)
    return name.lower()


def bracketed(host: str) -> str:
    """As a URL has it."""
    return f"[{host}]" if ":" in host else host


def show_proxy(text: str) -> str:
    """A proxy's value as a log line may show it: whatever may be a user, a password or a token is masked."""
    found = SCHEME.match(text)
    scheme: str = found.group(0) if found else ""
    access, at, place = text[len(scheme):].rpartition("@")
    place, slash, rest = place.partition("/")
    if rest or "?" in place or "#" in place:
        place = re.split("[?#]", place)[0] + "/***"
    name, digits = split_place(place)
    if not digits.isdigit() and digits and not digits.endswith("/***"):
        name, __, digits = place.partition(":")
        first, colon, __ = digits.partition(":")     # host:port:user:password
        place = f"{name}:{first}:***" if colon and first.isdigit() else f"{name}:***"
    return f"{scheme}{'***@' if at else ''}{place}"
