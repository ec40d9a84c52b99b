"""Requests to the gateway over ``requests``: one attempt each, and a typed error for whatever goes wrong."""

import http.client
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, InvalidHeader, NewConnectionError, ReadTimeoutError

from .envelope import bad_answer, read_s2c, read_text
from .errors import FutuError, FutuTransportError, FutuWrongServer
from .idempotency import Command
from .routes import Route

NOT_HTTP: str = "does not speak HTTP; is it the telnet console of the C++ OpenD? The REST edition needs a port of its own"

# nothing was sent
NEVER_SENT: tuple[type[Exception], ...] = (
    requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL, requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema, UnicodeError,
)


# requests lets some errors of urllib3 and http.client pass
FAILURES: tuple[type[Exception], ...] = (requests.RequestException, HTTPError, http.client.HTTPException, UnicodeError)


class DirectSession(requests.Session):
    """Follows no redirect, not even in thought: a malformed Location would look like a request that was never sent."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


def base_url(host: str) -> str:
    """``http://127.0.0.1:22222`` of the same with or without scheme and final slash. Raises ValueError for what is no base URL."""
    url: str = (host if "://" in host else f"http://{host}").strip().rstrip("/")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError("host must not contain a user or password")
    try:
        port: int | None = parts.port
    except ValueError:
        raise ValueError(f"host has no valid port: {host!r}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or port == 0:
        raise ValueError(f"host must be like http://127.0.0.1:22222, got {host!r}")
    return url


def check_token(token: str) -> None:
    """Raises ValueError, which does not show it."""
    if not all("!" <= letter <= "~" for letter in token):
        raise ValueError("token must be printable ASCII without spaces")


class Transport:
    """
    Keeps connections open. Neither proxies nor credentials of the environment (``HTTP_PROXY``, ``.netrc``) are used: the gateway
    is on this machine or near it. Redirects are not followed.
    """

    def __init__(self, url: str, token: str, timeout: float) -> None:
        self.url: str = url
        self.timeout: float = timeout
        self.session: requests.Session = DirectSession()
        self.session.trust_env = False
        self.session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._token: str = token
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def __repr__(self) -> str:
        return f"Transport(url={self.url!r})"

    def close(self) -> None:
        self.session.close()

    def s2c(
        self, route: Route, body: Mapping[str, Any] | None = None, command: Command | None = None, timeout: float | None = None
    ) -> Any:
        """The payload of a call. Raises FutuError without a secret in its texts."""
        try:
            answer: requests.Response = self._send(route, body, command, timeout)
            return read_s2c(route, answer.status_code, answer.headers.get("Content-Type", ""), answer.content)
        except FutuError as error:
            error.command = command
            hide(error, (self._token, (body or {}).get("pwd_md5")))
            raise

    def text(self, route: Route) -> str:
        """The plain text of a call."""
        try:
            answer: requests.Response = self._send(route, None, None, None)
            return read_text(route, answer.status_code, answer.headers.get("Content-Type", ""), answer.content)
        except FutuError as error:
            hide(error, (self._token,))
            raise

    def _send(
        self, route: Route, body: Mapping[str, Any] | None, command: Command | None, timeout: float | None
    ) -> requests.Response:
        headers: dict[str, str] = {}
        content: bytes | None = None
        if route.method == "POST":
            headers["Content-Type"] = "application/json"
            content = json.dumps(body or {}, separators=(",", ":"), allow_nan=False).encode()
        if command is not None:
            headers["Idempotency-Key"] = command.idempotency_key
        seconds: float = self.timeout if timeout is None else timeout
        try:
            return self.session.request(
                route.method, self.url + route.path, data=content, headers=headers, timeout=seconds, allow_redirects=False
            )
        except FAILURES as error:
            raise transport_error(error, route, self.url, seconds) from error


def transport_error(error: Exception, route: Route, url: str, timeout: float) -> FutuError:
    """A request that got no answer, or none that can be read."""
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return bad_answer(route, "the Content-Encoding of the answer is wrong")
    if any(isinstance(one, InvalidHeader) for one in chain(error)):
        return bad_answer(route, f"a header of the answer is wrong: {reason(error)}")
    if is_not_http(error):
        return FutuWrongServer(f"{route.path}: {url} {NOT_HTTP}", in_doubt=route.write)
    sent: bool = not is_never_sent(error)
    if is_timeout(error):
        return FutuTransportError(f"{route.path}: no answer of {url} within {timeout} s", in_doubt=route.write and sent)
    what: str = "connection lost" if sent else "no connection"
    return FutuTransportError(f"{route.path}: {what}: {url}: {reason(error)}", in_doubt=route.write and sent)


def is_not_http(error: BaseException) -> bool:
    """Whether bytes came that are no HTTP. RemoteDisconnected and IncompleteRead are connections that ended early."""
    lost: tuple[type[Exception], ...] = (http.client.RemoteDisconnected, http.client.IncompleteRead, http.client.NotConnected)
    return any(isinstance(one, http.client.HTTPException) and not isinstance(one, lost) for one in chain(error))


def is_never_sent(error: Exception) -> bool:
    return isinstance(error, NEVER_SENT) or any(isinstance(one, NewConnectionError | ConnectTimeoutError) for one in chain(error))


def is_timeout(error: Exception) -> bool:
    """requests reports a body that stalls as ConnectionError around urllib3's ReadTimeoutError."""
    return isinstance(error, requests.Timeout) or any(isinstance(one, ReadTimeoutError) for one in chain(error))


def reason(error: Exception) -> str:
    """The innermost cause, in words."""
    last: BaseException = list(chain(error))[-1]
    return str(last) or type(last).__name__


def chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what it wraps; requests and urllib3 keep it in ``reason`` or in their arguments."""
    seen: set[int] = set()
    left: list[BaseException] = [error]
    while left:
        one: BaseException = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        wrapped: Iterable[object] = (getattr(one, "reason", None), *one.args)
        left += [part for part in wrapped if isinstance(part, BaseException)]


def hide(error: FutuError, secrets: Iterable[object]) -> None:
    """Replaces secrets that the server has repeated in the texts of an error."""
    for secret in secrets:
        if not isinstance(secret, str) or not secret:
            continue
        # not within another word, whose gap would give it away
        found: re.Pattern[str] = re.compile(rf"(?<![A-Za-z0-9]){re.escape(secret)}(?![A-Za-z0-9])")
        error.args = tuple(found.sub("***", part) if isinstance(part, str) else part for part in error.args)
        for name, value in vars(error).items():
            if isinstance(value, str):
                setattr(error, name, found.sub("***", value))
