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
from rest_locale import N_, _

from .finding import Finding, note, ok, wrong

LOOPBACK: str = "127.0.0.1"
MOCK_HEADER: str = "X-Mock-Exchange"
TOO_FAR: float = 2.0                # s between this machine's clock and a venue's
ANSWERS_WITHIN: float = 5.0         # s
ZONES: tuple[str, ...] = ("Asia/Shanghai", "Asia/Hong_Kong", "America/New_York")
SET_CLOCK: str = N_("set it by NTP (Windows: w32tm /resync; Linux: timedatectl set-ntp true)")
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
            yield wrong(_("the clock says {now}, before this package was installed ({then})").format(now=now, then=show(installed)), _(SET_CLOCK))
        else:
            yield ok(_("the clock says {now}; --url URL holds it against a venue's").format(now=now))
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
        yield wrong(
            _("{url} gives no answer: {error}").format(url=shown(url), error=reason),
            _("check the address, the network, and whether a proxy is needed (Proxy Host in the connect dialog)"),
        )
        return
    who: str = _("{url} (mock exchange, {dialect})").format(url=shown(url), dialect=mock) if mock else shown(url)
    try:
        theirs: float = parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        yield note(_("{who} answers without a Date, the clock cannot be held against it").format(who=who))
        return
    ahead: float = max(began - theirs - 1.0, 0.0) or min(ended - theirs, 0.0)       # its second has begun up to a second ago
    if abs(ahead) > TOO_FAR:
        text: str = _("the clock is {seconds:.0f} s ahead of {who}") if ahead > 0 else _("the clock is {seconds:.0f} s behind {who}")
        yield wrong(text.format(seconds=abs(ahead), who=who), _(SET_CLOCK))
    else:
        yield ok(_("the clock agrees with {who} to {seconds:g} s").format(who=who, seconds=TOO_FAR))


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
        yield wrong(_("no time zone data for {names}").format(names=", ".join(missing)), _("run {command}").format(command="pip install tzdata"))
    else:
        yield ok(_("time zone data is there"))
    try:
        from tzlocal import get_localzone_name
    except ModuleNotFoundError:
        return
    try:
        yield ok(_("this machine's time zone: {name}").format(name=ZoneInfo(get_localzone_name()).key))
    except Exception as error:          # of the machine's own files: anything may be in there
        yield wrong(
            _("this machine's time zone cannot be read: {error}").format(error=f"{type(error).__name__}: {error}"),
            _("set TZ, e.g. TZ=Asia/Shanghai; vn.py cannot be imported without one"),
        )


def look_at_proxies() -> Iterator[Finding]:
    """Proxies of the environment: gateways do not use them, other programs do, also for this machine itself."""
    found: dict[str, str] = {name: url for name, url in urllib.request.getproxies().items() if name in ("http", "https", "all")}
    if not found:
        yield ok(_("no proxy in the environment"))
        return
    named: str = ", ".join(f"{name}: {hidden(url)}" for name, url in sorted(found.items()))
    if not urllib.request.proxy_bypass(LOOPBACK):
        yield wrong(
            _("a proxy of the environment ({names}) would carry requests to the mock exchange on {host}, too").format(names=named, host=LOOPBACK),
            _("set NO_PROXY={host},localhost").format(host=LOOPBACK),
        )
    else:
        yield note(
            _("a proxy of the environment ({names}) is not used by gateways").format(names=named),
            _("where the venue needs it, enter it as Proxy Host in the connect dialog"),
        )


def hidden(url: str) -> str:
    """host:port of a proxy."""
    return url.rpartition("://")[2].rpartition("@")[2].rstrip("/")


def look_at_text(stream: object = None) -> Iterator[Finding]:
    """Whether the terminal takes Chinese: vn.py's log lines are Chinese unless LANGUAGE is another."""
    encoding: str = getattr(stream or sys.stdout, "encoding", None) or "ascii"
    try:
        CHINESE.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        yield wrong(_("the terminal's text encoding is {encoding}: Chinese log lines cannot be shown").format(encoding=encoding), _("set PYTHONUTF8=1"))
        return
    yield ok(_("text encoding {encoding}").format(encoding=encoding))


def look_at_ports(ports: list[int]) -> Iterator[Finding]:
    """Whether sockets of this machine can be used at all, and whether ``ports`` are free."""
    try:
        with socket.create_server((LOOPBACK, 0)) as server, socket.create_connection(server.getsockname(), 3.0):
            pass
        yield ok(_("sockets on {host} can be used").format(host=LOOPBACK))
    except OSError as error:
        yield wrong(
            _("sockets on {host} cannot be used: {error}").format(host=LOOPBACK, error=error.strerror or error),
            _("let the firewall or virus scanner allow connections of Python to {host}").format(host=LOOPBACK),
        )
        return
    for port in ports:
        try:
            with socket.create_server((LOOPBACK, port)):
                pass
            yield ok(_("port {port} is free").format(port=port))
        except OSError as error:
            mock: str = mock_at(port)
            if mock:
                yield wrong(
                    _("port {port} is taken, by a mock exchange ({dialect})").format(port=port, dialect=mock),
                    _("use that one, end it, or take another port (0: any free one)"),
                )
            else:
                yield wrong(
                    _("port {port} cannot be used: {error}").format(port=port, error=error.strerror or error),
                    _("end the program that has it, or take another port (0: any free one)"),
                )


def look_at_exchange() -> Iterator[Finding]:
    """Start the mock exchange in this process."""
    from mockexchange import MockExchange

    with MockExchange("binance"):
        yield ok(_("the mock exchange starts"))


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
