"""
HTTP/1.1 requests and answers as http.client writes and reads them, in a tenth of its calls.

What an answer's head may be is wide; what venues send is narrow. That is read here, anything else by http.client itself, of which
nothing has been taken from the socket then.
"""

import http.client
import re
from collections.abc import Mapping

from .rest_format import Headers

BODIES: frozenset[str] = frozenset({"PATCH", "POST", "PUT"})        # of which an empty one is said to be empty
LENGTH: str = "content-length"
LONGEST: int = 18               # digits of it
NO_BODY: frozenset[str] = frozenset({"204", "304"})

# status line and headers of one line each, printable
_HEAD: re.Pattern[bytes] = re.compile(rb"HTTP/1\.1 [2-5][0-9]{2}(?: [ -~]*)?(?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~]*)*")


def request_head(method: str, target: str, host: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    """
    What goes before the body. ``target`` and ``headers`` are as ``rest_format.encode_target`` and ``encode_headers`` give them;
    ``headers`` has an Accept-Encoding.

    :raises UnicodeEncodeError: a header that latin-1 has no letters for
    """
    names: list[str] = [name.lower() for name in headers]
    lines: list[str] = [f"{method} {target} HTTP/1.1\r\n"]
    if "host" not in names:
        lines.append(f"Host: {host}\r\n")
    if LENGTH not in names:
        if body is not None:
            lines.append(f"Content-Length: {len(body)}\r\n")
        elif method in BODIES:
            lines.append("Content-Length: 0\r\n")
    for name, value in headers.items():
        lines.append(f"{name}: {value}\r\n")
    lines.append("\r\n")
    return "".join(lines).encode("latin-1")


class Answer(http.client.HTTPResponse):
    """``found`` has the headers once ``begin`` is through."""

    found: Headers

    def begin(self) -> None:
        """
        Read the head. One that has come in one piece, has a Content-Length and leaves the connection open is read here.

        :raises http.client.HTTPException, OSError: as http.client does
        """
        if not self._begin_quickly():
            super().begin()
            self.found = Headers(self.headers.raw_items())

    def _begin_quickly(self) -> bool:
        seen: bytes = self.fp.peek(1)
        end: int = seen.find(b"\r\n\r\n")
        if end < 0 or _HEAD.fullmatch(seen, 0, end) is None:
            return False
        status_line, *lines = seen[:end].decode("ascii").split("\r\n")
        status: str = status_line[9:12]
        if len(lines) >= 100 or status in NO_BODY or self._method == "HEAD":        # type: ignore[attr-defined]
            return False
        found: Headers = Headers([(name, value.strip(" \t")) for name, __, value in [line.partition(":") for line in lines]])
        length: str = found.get(LENGTH, "")
        if not length.isdigit() or len(length) > LONGEST or "transfer-encoding" in found or found.get("connection", "keep-alive").lower() != "keep-alive":
            return False
        self.fp.read(end + 4)
        self.code = self.status = int(status)
        self.reason = status_line[13:].strip()
        self.version = 11
        self.found = found
        self.headers = self.msg = http.client.HTTPMessage()      # ``found`` has them
        self.chunked = self.will_close = False
        self.length = int(length)
        return True
