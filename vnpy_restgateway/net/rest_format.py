"""Requests and answers as vnpy_rest's users know them, on their way to and from urllib3."""

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPResponse
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from rest_locale import _

MAX_BODY: int = 32 * 1024 * 1024        # bytes of an answer; Binance's largest, exchangeInfo, is under 20
PIECE: int = 65_536
STANDARD_HEADERS: dict[str, str] = {
    "User-Agent": "vnpy_restgateway", "Accept": "*/*", "Accept-Encoding": "gzip, deflate"
}
_STANDARD_NAMES: dict[str, str] = {name.lower(): name for name in STANDARD_HEADERS}
SAFE: str = "!#$%&'()*+,/:;=?@[]~"

_TOKEN: re.Pattern[str] = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_BREAK: re.Pattern[str] = re.compile(r"[\r\n\0]")
_TARGET: re.Pattern[str] = re.compile(r"[!$-;=?-Z_a-z~\[\]]+")


class Headers(Mapping[str, str]):
    """Case-insensitive response headers; repeated ones are joined with ", "."""

    __slots__ = ("_items",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._items: dict[str, str] = {}
        items: dict[str, str] = self._items
        for name, value in pairs:
            name = name.lower()
            items[name] = f"{items[name]}, {value}" if name in items else value

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


def read_content(answer: HTTPResponse) -> bytes:
    """
    The body of an answer. One of unknown length is read in pieces: a chunk of two bytes takes as much room as one
    of a hundred, and a venue chooses how many there are.

    :raises ValueError: more than MAX_BODY bytes, a length that is none, or a 1xx, after which another answer follows
    """
    if answer.status < 200:
        raise ValueError(_("status {status} is no answer").format(status=answer.status))
    if answer.length is not None:
        if answer.length > MAX_BODY:
            raise ValueError(_("answer exceeds {size} bytes").format(size=MAX_BODY))
        return answer.read(MAX_BODY)
    if not answer.chunked and answer.headers.get("content-length"):
        raise ValueError(_("the answer's length is no number"))
    content: bytearray = bytearray()
    while part := answer.read(PIECE):
        content += part
        if len(content) > MAX_BODY:
            raise ValueError(_("answer exceeds {size} bytes").format(size=MAX_BODY))
    return bytes(content)


def decode_content(content: bytes, encoding: str) -> bytes:
    """
    Undo gzip or deflate.

    :raises ValueError: another encoding, damaged or truncated content, or more than MAX_BODY bytes of it
    """
    if not content or encoding.lower() in ("", "identity"):
        return content
    if encoding.lower() not in ("gzip", "deflate"):
        raise ValueError(_("content encoding is not known: {encoding!r}").format(encoding=encoding))
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)      # tells gzip from zlib by itself
    try:
        plain: bytes = unpack.decompress(content, MAX_BODY + 1)
    except zlib.error as exc:
        raise ValueError(_("content is not {encoding}: {reason}").format(encoding=encoding, reason=exc)) from exc
    if len(plain) > MAX_BODY:
        raise ValueError(_("answer exceeds {size} bytes").format(size=MAX_BODY))
    if not unpack.eof:
        raise ValueError(_("{encoding} content is cut off").format(encoding=encoding))
    return plain


def encode_headers(headers: Mapping[str, Any] | None, content_type: str) -> dict[str, str]:
    """
    Headers of a request, over the standard ones.

    :raises ValueError: naming the header that cannot be put on the wire
    """
    found: dict[str, str] = dict(STANDARD_HEADERS)
    names: dict[str, str] = dict(_STANDARD_NAMES)       # in lower case -> as they are in ``found``
    if content_type:
        found["Content-Type"] = content_type
        names["content-type"] = "Content-Type"
    for name, value in (headers or {}).items():
        if value is None:
            continue
        text: str = value if isinstance(value, str) else value.decode("latin-1") if isinstance(value, bytes) else str(value)
        if not _TOKEN.fullmatch(name) or _BREAK.search(text):
            raise ValueError(_("header {name!r} has characters that are not allowed").format(name=name))
        lowered: str = name.lower()
        if lowered in names:
            del found[names[lowered]]
        names[lowered] = name
        found[name] = text
    return found
