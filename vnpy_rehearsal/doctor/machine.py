"""What the machine is: clock, time zones, proxies, text encoding, ports."""

import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from importlib.metadata import distribution
from time import time
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mockexchange.version import DISTRIBUTION

from .finding import Finding, note, ok, wrong

LOOPBACK: str = "127.0.0.1"
MOCK_HEADER: str = "X-Mock-Exchange"
TOO_FAR: float = 2.0                # s between this machine's clock and a venue's
ANSWERS_WITHIN: float = 5.0         # s
ZONES: tuple[str, ...] = ("Asia/Shanghai", "Asia/Hong_Kong", "America/New_York")
SET_CLOCK: str = "set it by NTP (Windows: w32tm /resync; Linux: timedatectl set-ntp true)"
CHINESE: str = "委托"


def look_at_clock(url: str, wall: Callable[[], float] = time) -> Iterator[Finding]:
    """
    Against the ``Date`` of an HTTP answer (whole seconds), or, without ``url``, against the time at which this package was installed.

    ``url``: of a venue or a mock exchange, http or https
    """
    if not url:
        file = distribution(DISTRIBUTION).locate_file("")
        installed: float = os.stat(str(file)).st_mtime
        now: str = show(wall())
        if wall() < installed - TOO_FAR:
            yield wrong(f"the clock says {now}, before this package was installed ({show(installed)})", SET_CLOCK)
        else:
            yield ok(f"the clock says {now}; --url URL holds it against a venue's")
        return
    request = urllib.request.Request(url, headers={"User-Agent": DISTRIBUTION})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))       # as a gateway asks: without the environment's proxy
    try:
        began: float = wall()
        try:
            answer = opener.open(request, timeout=ANSWERS_WITHIN)
        except urllib.error.HTTPError as error:
            answer = error          # it has a Date as well
        with closing(answer):
            ended, date = wall(), answer.headers.get("Date", "")
            mock: str = answer.headers.get(MOCK_HEADER, "")
    except (OSError, ValueError) as error:
        reason: object = getattr(error, "reason", error)
        yield wrong(f"{shown(url)} gives no answer: {reason}", "check the address, the network, and whether a proxy is needed (Proxy Host in the connect dialog)")
        return
    who: str = f"{shown(url)}" + (f" (mock exchange, {mock})" if mock else "")
    try:
        theirs: float = parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        yield note(f"{who} answers without a Date, the clock cannot be held against it")
        return
    ahead: float = max(began - theirs - 1.0, 0.0) or min(ended - theirs, 0.0)       # its second has begun up to a second ago
    if abs(ahead) > TOO_FAR:
        yield wrong(f"the clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} {who}", SET_CLOCK)
    else:
        yield ok(f"the clock agrees with {who} to {TOO_FAR:g} s")


def show(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")


def shown(url: str) -> str:
    """Without user and password, and without a query."""
    parts = urlsplit(url)
    host: str = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def look_at_zones() -> Iterator[Finding]:
    missing: list[str] = []
    for name in ZONES:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, OSError):
            missing.append(name)
    if missing:
        yield wrong(f"no time zone data for {', '.join(missing)}", "run pip install tzdata")
    else:
        yield ok("time zone data is there")
    try:
        from tzlocal import get_localzone_name
    except ModuleNotFoundError:
        return
    try:
        yield ok(f"this machine's time zone: {ZoneInfo(get_localzone_name()).key}")
    except Exception as error:          # of the machine's own files: anything may be in there
        yield wrong(f"this machine's time zone cannot be read: {type(error).__name__}: {error}", "set TZ, e.g. TZ=Asia/Shanghai; vn.py cannot be imported without one")


def look_at_proxies() -> Iterator[Finding]:
    """Proxies of the environment: gateways do not use them, other programs do, also for this machine itself."""
    found: dict[str, str] = {name: url for name, url in urllib.request.getproxies().items() if name in ("http", "https", "all")}
    if not found:
        yield ok("no proxy in the environment")
        return
    named: str = ", ".join(f"{name}: {hidden(url)}" for name, url in sorted(found.items()))
    if not urllib.request.proxy_bypass(LOOPBACK):
        yield wrong(
            f"a proxy of the environment ({named}) would carry requests to the mock exchange on {LOOPBACK}, too",
            f"set NO_PROXY={LOOPBACK},localhost",
        )
    else:
        yield note(f"a proxy of the environment ({named}) is not used by gateways", "where the venue needs it, enter it as Proxy Host in the connect dialog")


def hidden(url: str) -> str:
    """host:port of a proxy."""
    return url.rpartition("://")[2].rpartition("@")[2].rstrip("/")


def look_at_text(stream: object = None) -> Iterator[Finding]:
    """Whether the terminal takes Chinese: vn.py's log lines are Chinese unless LANGUAGE is another."""
    encoding: str = getattr(stream or sys.stdout, "encoding", None) or "ascii"
    try:
        CHINESE.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        yield wrong(f"the terminal's text encoding is {encoding}: Chinese log lines cannot be shown", "set PYTHONUTF8=1")
        return
    yield ok(f"text encoding {encoding}")


def look_at_ports(ports: list[int]) -> Iterator[Finding]:
    """Whether sockets of this machine can be used at all, and whether ``ports`` are free."""
    try:
        with socket.create_server((LOOPBACK, 0)) as server, socket.create_connection(server.getsockname(), 3.0):
            pass
        yield ok(f"sockets on {LOOPBACK} can be used")
    except OSError as error:
        yield wrong(f"sockets on {LOOPBACK} cannot be used: {error.strerror or error}", f"let the firewall or virus scanner allow connections of Python to {LOOPBACK}")
        return
    for port in ports:
        try:
            with socket.create_server((LOOPBACK, port)):
                pass
            yield ok(f"port {port} is free")
        except OSError as error:
            mock: str = mock_at(port)
            if mock:
                yield wrong(f"port {port} is taken, by a mock exchange ({mock})", "use that one, end it, or take another port (0: any free one)")
            else:
                yield wrong(f"port {port} cannot be used: {error.strerror or error}", "end the program that has it, or take another port (0: any free one)")


def mock_at(port: int) -> str:
    """The dialect of a mock exchange that listens there, "" if none does."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        try:
            answer = opener.open(f"http://{LOOPBACK}:{port}/_mock/state", timeout=2.0)
        except urllib.error.HTTPError as error:
            answer = error
        with closing(answer):
            return str(answer.headers.get(MOCK_HEADER, ""))
    except (OSError, ValueError):
        return ""
