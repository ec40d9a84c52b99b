"""
HTTP/1.1 as bytes: requests out, responses in. No sockets here.

Covers what a JSON API on a kept-alive connection needs of RFC 9112: Content-Length, chunked and
until-close bodies, interim 1xx answers, HEAD/204/304, gzip and deflate. Every size is bounded.
"""

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

MAX_HEAD: int = 64 * 1024
MAX_BODY: int = 64 * 1024 * 1024
SAFE: str = "!#$%&'()*+,/:;=?@[]~"

_TOKEN: re.Pattern[str] = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_TARGET: re.Pattern[str] = re.compile(r"[!$-;=?-Z_a-z~\[\]]+")
_BREAK: re.Pattern[str] = re.compile(r"[\r\n\0]")
_STATUS: re.Pattern[bytes] = re.compile(rb"HTTP/1\.([01]) ([1-9]\d\d)(?: ([^\r\n]*))?")


class WireError(ValueError):
    """The peer does not speak HTTP/1.1, or more of it than we accept."""


class Truncated(WireError):
    """The connection ended before the answer did."""


class Headers(Mapping[str, str]):
    """Case-insensitive response headers; repeated ones are joined with ", "."""

    __slots__ = ("_items",)

    def __init__(self, items: dict[str, str] | None = None) -> None:
        self._items: dict[str, str] = items if items is not None else {}

    def __getitem__(self, name: str) -> str:
        return self._items[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return repr(self._items)


class Response:
    """What callers know from ``requests.Response``: status_code, reason, headers, content, text, json()."""

    __slots__ = ("status_code", "reason", "headers", "content")

    def __init__(self, status_code: int, reason: str, headers: Mapping[str, str], content: bytes) -> None:
        self.status_code: int = status_code
        self.reason: str = reason
        self.headers: Mapping[str, str] = headers
        self.content: bytes = content

    @property
    def ok(self) -> bool:
        return self.status_code < 400

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:
        """Raises ValueError (msgspec.DecodeError) when the body is not JSON."""
        return msgspec.json.decode(self.content)

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return f"<Response [{self.status_code}]>"


def encode_target(path: str, params: Any) -> str:
    """Path and query as they go on the wire; ``params`` with a value of None are left out."""
    if params:
        if isinstance(params, str):
            query: str = params
        else:
            pairs: Any = params.items() if isinstance(params, Mapping) else params
            query = urlencode([(k, v) for k, v in pairs if v is not None], doseq=True)
        if query:
            path = f"{path}{'&' if '?' in path else '?'}{query}"
    if not path.startswith("/"):
        path = "/" + path
    return path if _TARGET.fullmatch(path) else quote(path, safe=SAFE)


def encode_body(data: Any) -> tuple[bytes | None, str]:
    """
    Body and its default content type. As ``requests`` does for vnpy_rest: a dict is sent as a
    form, text as it stands.
    """
    if data is None:
        return None, ""
    if isinstance(data, str):
        return data.encode(), ""
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data), ""
    pairs: Any = data.items() if isinstance(data, Mapping) else data
    form: str = urlencode([(k, v) for k, v in pairs if v is not None], doseq=True)
    return form.encode(), "application/x-www-form-urlencoded"


def encode_request(
    method: str, target: str, fixed: str, headers: Mapping[str, Any] | None, body: bytes | None, content_type: str = ""
) -> bytes:
    """
    A whole request in one piece, so that it leaves in one packet.

    :param fixed: header lines that a header of the same name in ``headers`` replaces, each ended by CRLF
    :raises ValueError: naming the method or header that cannot be put on the wire
    """
    if not _TOKEN.fullmatch(method):
        raise ValueError(f"method is not a token: {method!r}")
    lines: list[str] = [f"{method} {target} HTTP/1.1\r\n"]
    names: set[str] = set()
    own: list[str] = []
    if headers:
        for name, value in headers.items():
            if value is None:
                continue
            text: str = value if isinstance(value, str) else value.decode("latin-1") if isinstance(value, bytes) else str(value)
            if not _TOKEN.fullmatch(name) or _BREAK.search(text):
                raise ValueError(f"header {name!r} has characters that are not allowed")
            names.add(name.lower())
            own.append(f"{name}: {text}\r\n")
    if names and any(name in names for name in ("host", "user-agent", "accept", "accept-encoding", "connection")):
        fixed = "".join(line for line in fixed.splitlines(True) if line.partition(":")[0].lower() not in names)
    lines.append(fixed)
    lines += own
    if body is not None or method in ("POST", "PUT", "PATCH"):
        body = body or b""
        if content_type and "content-type" not in names:
            lines.append(f"Content-Type: {content_type}\r\n")
        if "content-length" not in names and "transfer-encoding" not in names:
            lines.append(f"Content-Length: {len(body)}\r\n")
    lines.append("\r\n")
    head: str = "".join(lines)
    try:
        encoded: bytes = head.encode("latin-1")
    except UnicodeEncodeError:
        encoded = head.encode()
    return encoded + body if body else encoded


class ResponseParser:
    """Feed it what the socket brings until ``feed`` answers True."""

    __slots__ = ("status", "reason", "headers", "keep_alive", "tail", "_body", "_size", "_left", "_buffer", "_step",
                 "_head_only", "_max_body")

    def __init__(self, method: str = "GET", max_body: int = MAX_BODY) -> None:
        self.status: int = 0
        self.reason: str = ""
        self.headers: Headers = Headers()
        self.keep_alive: bool = False
        self.tail: bytes = b""                      # what came after the answer
        self._body: list[bytes] = []
        self._size: int = 0
        self._left: int = 0                         # bytes missing of the body or of the current chunk
        self._buffer: bytes = b""
        self._step: str = "head"
        self._head_only: bool = method == "HEAD"
        self._max_body: int = max_body

    def feed(self, data: bytes) -> bool:
        """
        :return: True when the answer is complete
        :raises WireError: it is not an HTTP/1.1 answer or exceeds the bounds
        """
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        while data or self._step in ("none", "done"):
            step: str = self._step
            if step == "head":
                end: int = data.find(b"\r\n\r\n")
                if end < 0 or end > MAX_HEAD:
                    if len(data) > MAX_HEAD:
                        raise WireError(f"header of the answer exceeds {MAX_HEAD} bytes")
                    if not b"HTTP/1."[: len(data)] == data[:7]:
                        raise WireError("the answer does not begin with HTTP/1.")
                    self._buffer = data
                    return False
                self._read_head(data[:end])
                data = data[end + 4:]
            elif step == "length":
                if len(data) < self._left:
                    self._take(data)
                    self._left -= len(data)
                    return False
                self._take(data[: self._left])
                data = data[self._left:]
                self._step = "done"
            elif step == "close":
                self._take(data)
                return False
            elif step in ("none", "done"):
                self._step = "done"
                self.tail = data
                if data:
                    self.keep_alive = False
                return True
            else:
                rest: bytes | None = self._read_chunk(step, data)
                if rest is None:
                    return False
                data = rest
        if self._step == "done":
            return True
        return False

    def finish(self) -> None:
        """The connection ended: fine for a body that lasts until then, else Truncated."""
        if self._step in ("close", "done"):
            self._step = "done"
            return
        raise Truncated("connection closed in the middle of the answer" if self.status or self._buffer
                        else "connection closed without an answer")

    def response(self) -> Response:
        """:raises WireError: the body does not decompress within bounds"""
        content: bytes = self._body[0] if len(self._body) == 1 else b"".join(self._body)
        encoding: str = self.headers.get("content-encoding", "").strip().lower()
        if encoding and encoding != "identity" and content:
            content = inflate(content, encoding, self._max_body)
        return Response(self.status, self.reason, self.headers, content)

    def _take(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._max_body:
            raise WireError(f"body of the answer exceeds {self._max_body} bytes")
        self._body.append(data)

    def _read_head(self, head: bytes) -> None:
        first, _, rest = head.partition(b"\r\n")
        match: re.Match[bytes] | None = _STATUS.fullmatch(first)
        if match is None:
            raise WireError(f"bad status line {first[:80]!r}")
        status: int = int(match.group(2))
        if 100 <= status < 200 and status != 101:
            return
        items: dict[str, str] = {}
        for line in rest.decode("latin-1").split("\r\n") if rest else ():
            name, colon, value = line.partition(":")
            if not colon or not name or name[0] in " \t":
                raise WireError(f"bad header line {line[:80]!r}")
            name = name.lower()
            value = value.strip(" \t")
            if name in items:
                if name == "content-length" and items[name] == value:
                    continue
                value = f"{items[name]}, {value}"
            items[name] = value
        self.status = status
        self.reason = (match.group(3) or b"").decode("latin-1")
        self.headers = Headers(items)
        connection: str = items.get("connection", "").lower()
        self.keep_alive = "close" not in connection and (match.group(1) == b"1" or "keep-alive" in connection)
        self._frame(status, items)

    def _frame(self, status: int, items: dict[str, str]) -> None:
        """How the body ends: RFC 9112, section 6.3."""
        coding: str = items.get("transfer-encoding", "").lower()
        length: str = items.get("content-length", "")
        if self._head_only or status in (101, 204, 304):
            self._step = "none"
        elif coding:
            if coding != "chunked":
                raise WireError(f"transfer encoding not supported: {coding[:40]!r}")
            if length:
                self.keep_alive = False
            self._step = "size"
        elif length:
            if not (length.isascii() and length.isdigit()):
                raise WireError(f"bad content-length {length[:40]!r}")
            self._left = int(length)
            if self._left > self._max_body:
                raise WireError(f"body of the answer exceeds {self._max_body} bytes")
            self._step = "length" if self._left else "none"
        else:
            self.keep_alive = False
            self._step = "close"

    def _read_chunk(self, step: str, data: bytes) -> bytes | None:
        """One step of a chunked body; None: more bytes are needed."""
        if step == "chunk":
            piece: bytes = data[: self._left]
            self._take(piece)
            self._left -= len(piece)
            if not self._left:
                self._step = "crlf"
            return data[len(piece):]
        end: int = data.find(b"\r\n")
        if end < 0 or end > MAX_HEAD:
            if len(data) > MAX_HEAD:
                raise WireError("chunk header or trailer too long")
            self._buffer = data
            return None
        line: bytes = data[:end]
        data = data[end + 2:]
        if step == "crlf":
            if line:
                raise WireError("chunk longer than announced")
            self._step = "size"
        elif step == "size":
            digits: bytes = line.partition(b";")[0].strip()
            try:
                if not digits or digits[:1] in b"+-" or b"_" in digits:
                    raise ValueError
                self._left = int(digits, 16)
            except ValueError:
                raise WireError(f"bad chunk size {line[:40]!r}") from None
            if self._left > self._max_body:
                raise WireError(f"body of the answer exceeds {self._max_body} bytes")
            self._step = "chunk" if self._left else "trailer"
        elif not line:
            self._step = "done"
        return data


def inflate(content: bytes, encoding: str, limit: int) -> bytes:
    """Undo gzip or deflate, refusing to grow beyond ``limit`` bytes."""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise WireError(f"content encoding not supported: {encoding[:40]!r}")
    for bits in (47, -15):                          # 47: gzip or zlib header; -15: the raw stream some call deflate
        stream: Any = zlib.decompressobj(bits)
        try:
            result: bytes = stream.decompress(content, limit + 1)
        except zlib.error:
            continue
        if len(result) > limit:
            raise WireError(f"body of the answer exceeds {limit} bytes")
        if not stream.eof:
            raise Truncated("compressed body is cut short")
        return result
    raise WireError(f"body is not {encoding}")
