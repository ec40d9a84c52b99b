"""The token: fetched with user name and password, renewed in time and after a 401, never shown (spec 3.1). SerialExecutor thread only."""

import base64
import binascii
from collections.abc import Callable
from logging import ERROR, WARNING
from typing import Any
from urllib.parse import urlencode

import msgspec

from rest_locale import _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Reply, coded, describe
from vnpy_restgateway.net.rest import RestClient

from .endpoints import LOGIN
from .outcomes import read_error
from .timings import Timings

PAUSE: float = 3.0                  # s at least between logins: each stalls the web process for half a second
RETRY_FIRST, RETRY_LONGEST = 0.5, 5.0       # s until a login that failed is tried again
RENEW_AT: float = 5 / 6             # part of a token's life after which it is renewed: 25 minutes of 30
SHORTEST_LIFE: float = 6.0          # s; a clock that is wrong makes lives that cannot be
LONGEST_LIFE: float = 86_400.0
LONGEST_TOKEN: int = 8_192          # characters
AS_FORM, AS_JSON = "application/x-www-form-urlencoded", "application/json"


def read_token(data: Any) -> str:
    """
    The token in an answer.

    :raises ValueError: there is none
    """
    token: Any = data.get("access_token") if isinstance(data, dict) else None
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise ValueError(_("the answer has no access_token"))
    return token


def life_of(token: str, now: float, otherwise: float) -> float:
    """Seconds a token is good for, by its claim ``exp`` if it is a JWT and that can be; ``now``: seconds since 1970."""
    parts: list[str] = token.split(".")
    try:
        claims: Any = msgspec.json.decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        life: float = float(claims["exp"]) - now
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return otherwise
    return life if SHORTEST_LIFE <= life <= LONGEST_LIFE else otherwise


class Login:
    """
    One for each session.

    :param changed: called with every new token
    """

    def __init__(self, host: Host, rest: RestClient, timings: Timings, changed: Callable[[str], None]) -> None:
        self.host: Host = host
        self.rest: RestClient = rest
        self.timings: Timings = timings
        self.changed: Callable[[str], None] = changed
        self.user: str = ""
        self.password: str = ""
        self.token: str = ""
        self.kind: str = AS_FORM            # how the server takes a login; the manual says JSON, the package takes a form
        self._waiting: list[Callable[[bool], None]] = []
        self._asked: bool = False
        self._at: float = float("-inf")     # of the last login that was answered, monotonic s
        self._failures: int = 0

    def begin(self, user: str, password: str, then: Callable[[bool], None]) -> None:
        """Log in; ``then`` is called when that has worked."""
        self.user, self.password = user, password
        self._waiting.append(then)
        self._fetch()

    def renew(self, refused: str, then: Callable[[bool], None]) -> None:
        """The server refused a token: ``then`` is called with True when there is another one, with False when none can be had now."""
        if refused != self.token:
            then(True)                  # it was renewed meanwhile
        elif self.host.locked_out:
            then(False)
        else:
            self._waiting.append(then)
            self.host.executor.reschedule_earlier(max(0.0, self._at + PAUSE - self.host.monotonic()), "new token", self._fetch)

    def _fetch(self) -> None:
        if self._asked or self.host.locked_out:
            return
        self._asked = True
        fields: dict[str, str] = {"username": self.user, "password": self.password}
        body: str | bytes = urlencode(fields) if self.kind == AS_FORM else msgspec.json.encode(fields)
        post = self.host.executor.post
        self.rest.add_request(
            "POST", LOGIN, data=body, headers={"Content-Type": self.kind}, timeout=self.timings.query_timeout,
            callback=lambda data, request: post(self._on_answer, request.reply, None),
            on_failed=lambda status, request: post(self._on_answer, request.reply, None),
            on_error=lambda exc, value, tb, request: post(self._on_answer, None, value),
        )

    def _on_answer(self, reply: Reply | None, error: BaseException | None) -> None:
        self._asked = False
        self._at = self.host.monotonic()
        if reply is None:
            self._fail(describe(error) if error is not None else _("no answer"))
            return
        if reply.status in (400, 415, 422) and self.kind == AS_FORM:
            self.kind = AS_JSON
            self._fetch()
            return
        refused = read_error(reply)
        if refused and refused[0] == "401":
            self.host.lock_out(_("Authentication failed, message: {message}. Check Username and Password, then connect again").format(message=refused[1]))
            self._settle(False)
            return
        try:
            if refused:
                self.kind = AS_FORM
                self._fail(coded(*refused), ERROR if str(refused[0]).startswith("4") else WARNING)
                return
            self._take(read_token(reply.data))
        except ValueError as problem:
            self.kind = AS_FORM
            self._fail(str(problem))

    def _take(self, token: str) -> None:
        self._failures = 0
        self.token = self.host.token = token
        life: float = life_of(token, self.host.seams.wall(), self.timings.token_life)
        self.host.executor.call_later(life * RENEW_AT, "token", self._fetch)
        self.host.log_first(_("Login successful"))
        self.changed(token)
        self._settle(True)

    def _fail(self, reason: str, level: int = WARNING) -> None:
        self._failures += 1
        if not self.host.ready:
            self.host.trouble = _("login failed: {reason}").format(reason=reason)
        self.host.log_once("login", _("Login failed, trying again: {reason}").format(reason=reason), level)
        first: list[Callable[[bool], None]] = [] if self.token else self._waiting       # the connect waits until it works
        if self.token:
            self._settle(False)
        self._waiting = first
        delay: float = min(RETRY_FIRST * 2.0 ** min(self._failures - 1, 10), RETRY_LONGEST)
        self.host.executor.call_later(max(delay, self.host.pause()), "token", self._fetch)

    def _settle(self, renewed: bool) -> None:
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            self.host.guard(lambda then=then: then(renewed))        # type: ignore[misc]
