"""
Login sessions (spec 1.3): a signed cookie, as Flask has it. The server keeps nothing, so a session outlives its restart.

Two contracts, told apart by the content type: the public server's form, with redirects and HTML, and the manual's JSON (2.7).
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

from .errors import BAD_LOGIN, PlainError
from .options import QmtOptions
from .params import Body

COOKIE: str = "session"
ADMIN: tuple[str, str] = ("admin", "password")          # the user of the manual's examples
FORM: str = "application/x-www-form-urlencoded"
EPOCH: str = "Thu, 01 Jan 1970 00:00:00 GMT"


class Sessions:
    """One venue's. A user is a client id with its secret, or admin; a client id that is revoked ends its sessions."""

    def __init__(self, seed: int, keys: Mapping[str, str], options: QmtOptions) -> None:
        self._key: bytes = f"qmt:{seed}".encode()
        self._keys: Mapping[str, str] = keys
        self._options: QmtOptions = options

    def knows(self, username: object, password: object) -> bool:
        """Whether the two fit."""
        return (username, password) == ADMIN or (isinstance(username, str) and self._keys.get(username) == password)

    def open(self, username: str, now: int) -> str:
        """The Set-Cookie of a new session; ``now`` in us."""
        blob: str = base64.urlsafe_b64encode(json.dumps({"t": now, "user": username}).encode()).decode().rstrip("=")
        expires: str = formatdate(now / 1e6 + self._options.session_s, usegmt=True)
        return f"{COOKIE}={blob}.{self._sign(blob)}; Expires={expires}; HttpOnly; Path=/"

    @staticmethod
    def close() -> str:
        """The Set-Cookie that clears it."""
        return f"{COOKIE}=; Expires={EPOCH}; Max-Age=0; HttpOnly; Path=/"

    def is_open(self, cookie: str, now: int, per_real: float = 1.0) -> bool:
        """Whether a cookie is of a session that has not expired; ``per_real``: see ``Clock``."""
        blob, _, mark = cookie.rpartition(".")
        if not blob or not hmac.compare_digest(mark.encode("utf-8", "replace"), self._sign(blob).encode()):
            return False
        try:
            found: Any = json.loads(base64.urlsafe_b64decode(blob + "=" * (-len(blob) % 4)))
        except (ValueError, binascii.Error):
            return False
        is_user: bool = found["user"] == ADMIN[0] or found["user"] in self._keys
        return is_user and 0 <= now - found["t"] < self._options.session_s * 1_000_000 * per_real

    def _sign(self, blob: str) -> str:
        return hmac.digest(self._key, blob.encode("utf-8", "replace"), "sha256").hex()


def speaks_json(content_type: str, options: QmtOptions) -> bool:
    """Whether a login or logout is of the manual's contract. PlainError for a contract that this server does not have."""
    is_json: bool = Body(b"", content_type).is_json
    if is_json and options.login == "form" or not is_json and options.login == "json":
        raise PlainError(500)
    return is_json


def login_page(is_failed: bool) -> str:
    """The server's HTML."""
    words: str = f"<p>{BAD_LOGIN}</p>" if is_failed else ""
    return f'<!doctype html>\n<html lang="zh"><title>登录</title>{words}<form method="post" action="/login"></form></html>\n'
