"""A proto2 encoder for tests, written from the wire format and not from the decoder. Values are (number, kind, value) rows."""

import struct
from collections.abc import Iterable
from typing import Any

Row = tuple[int, str, Any]


def varint(value: int) -> bytes:
    """Negative values as 64-bit two's complement, ten bytes."""
    value %= 1 << 64
    out = []
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes([*out, value])


def encode(rows: Iterable[Row]) -> bytes:
    return b"".join(encode_row(*row) for row in rows)


def encode_row(number: int, kind: str, value: Any) -> bytes:
    if kind == "varint":
        return varint(number * 8) + varint(int(value))
    if kind == "double":
        return varint(number * 8 + 1) + struct.pack("<d", value)
    if kind == "fixed64":
        return varint(number * 8 + 1) + struct.pack("<Q", value)
    if kind == "float":
        return varint(number * 8 + 5) + struct.pack("<f", value)
    if kind == "fixed32":
        return varint(number * 8 + 5) + struct.pack("<I", value)
    payload: bytes = {
        "string": lambda: value.encode(),
        "bytes": lambda: value,
        "message": lambda: encode(value),
        "packed varint": lambda: b"".join(map(varint, value)),
        "packed double": lambda: b"".join(struct.pack("<d", one) for one in value),
    }[kind]()
    return varint(number * 8 + 2) + varint(len(payload)) + payload
