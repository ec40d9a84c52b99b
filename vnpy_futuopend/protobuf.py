"""
proto2 messages decoded without the protobuf package. Pure.

A message becomes a dict: absent optional fields are None, repeated ones lists. Unknown fields, and known ones of another wire
type, are skipped; the last value of a field wins. Malformed bytes and absent required fields raise ValueError, as the official
decoder does; so do numbers that are not finite, which it lets pass.
"""

import struct
from typing import Any, NamedTuple

# kinds of fields
INT32, INT64, UINT32, UINT64, BOOL, DOUBLE, FLOAT, FIXED32, FIXED64, STRING, BYTES, MESSAGE, PACKED = range(13)

VARINT_KINDS: frozenset[int] = frozenset({INT32, INT64, UINT32, UINT64, BOOL})
WIRE_TYPES: dict[int, int] = {
    **dict.fromkeys(VARINT_KINDS, 0), DOUBLE: 1, FIXED64: 1, STRING: 2, BYTES: 2, MESSAGE: 2, FLOAT: 5, FIXED32: 5,
}
FORMATS: dict[int, struct.Struct] = {
    DOUBLE: struct.Struct("<d"), FLOAT: struct.Struct("<f"), FIXED32: struct.Struct("<I"), FIXED64: struct.Struct("<Q"),
}
_unpack_double = FORMATS[DOUBLE].unpack_from


class MalformedMessage(ValueError):
    """Its text names the message and the field."""


class Field(NamedTuple):
    number: int
    name: str
    kind: int
    message: "Message | None" = None
    repeated: bool = False
    required: bool = False


def required(number: int, name: str, kind: "int | Message") -> Field:
    return Field(number, name, *_kind(kind), required=True)


def optional(number: int, name: str, kind: "int | Message") -> Field:
    return Field(number, name, *_kind(kind))


def repeated(number: int, name: str, kind: "int | Message") -> Field:
    return Field(number, name, *_kind(kind), repeated=True)


def _kind(kind: "int | Message") -> "tuple[int, Message | None]":
    return (MESSAGE, kind) if isinstance(kind, Message) else (kind, None)


class Message:
    """A message type: its name, for error texts, and its fields."""

    def __init__(self, name: str, *fields: Field) -> None:
        self.name: str = name
        self.fields: tuple[Field, ...] = fields
        self.blank: dict[str, Any] = dict.fromkeys(field.name for field in fields)
        self.lists: tuple[str, ...] = tuple(field.name for field in fields if field.repeated)
        self.required: tuple[str, ...] = tuple(field.name for field in fields if field.required)
        # tag (number and wire type) -> kind, name, message or kind of packed values, repeated
        self.table: dict[int, tuple[int, str, Any, bool]] = {}
        for field in fields:
            tag: int = field.number << 3
            self.table[tag | WIRE_TYPES[field.kind]] = (field.kind, field.name, field.message, field.repeated)
            if field.repeated and WIRE_TYPES[field.kind] != 2:
                self.table[tag | 2] = (PACKED, field.name, field.kind, True)

    def decode(self, data: bytes) -> dict[str, Any]:
        """Raises ValueError that names the message and, if known, the field."""
        return _message(self, data, 0, len(data))


def _message(message: Message, data: bytes, at: int, end: int) -> dict[str, Any]:
    """
    The message in ``data[at:end]``. One loop without calls for the common cases: streams bring thousands of books a second.
    Reads beyond ``end`` are noticed after the loop, reads beyond the data by IndexError or struct.error.
    """
    found: dict[str, Any] = message.blank.copy()
    for name in message.lists:
        found[name] = []
    table = message.table
    name = ""
    value: Any
    try:
        while at < end:
            tag: int = data[at]
            at += 1
            if tag > 0x7F:
                tag, at = _varint(data, at - 1)
            entry = table.get(tag)
            if entry is None:
                name = f"unknown field {tag >> 3}"
                at = _skip(data, at, tag)
                continue
            kind, name, part, many = entry
            if kind == DOUBLE:
                value, = _unpack_double(data, at)
                at += 8
                if value - value:                       # NaN for NaN and infinities, which is true
                    raise ValueError("is not a finite number")
            elif kind <= BOOL:
                value = data[at]
                at += 1
                if value > 0x7F:
                    value, at = _varint(data, at - 1)
                    value = _signed(kind, value)
                elif kind == BOOL:
                    value = value != 0
            elif kind >= STRING:
                size: int = data[at]
                at += 1
                if size > 0x7F:
                    size, at = _varint(data, at - 1)
                stop: int = at + size
                if stop > end:
                    raise ValueError("is truncated")
                if kind == STRING:
                    value = data[at:stop].decode()
                elif kind == MESSAGE:
                    value = _message(part, data, at, stop)
                elif kind == BYTES:
                    value = data[at:stop]
                else:
                    found[name] += _packed(part, data, at, stop)
                    at = stop
                    continue
                at = stop
            else:
                value, at = _fixed(kind, data, at)
            if many:
                found[name].append(value)
            else:
                found[name] = value
        if at != end:
            raise ValueError("is truncated")
    except (IndexError, struct.error):
        raise MalformedMessage(f"{message.name}.{name} is truncated") from None
    except UnicodeDecodeError:
        raise MalformedMessage(f"{message.name}.{name} is not UTF-8") from None
    except MalformedMessage:
        raise
    except ValueError as error:
        raise MalformedMessage(f"{message.name}.{name} {error}") from None
    for name in message.required:
        if found[name] is None:
            raise MalformedMessage(f"{message.name}.{name} is missing")
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The unsigned 64-bit value at ``at``, and the place after it."""
    value: int = 0
    for shift in range(0, 70, 7):
        byte: int = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
    raise ValueError("has a varint of more than 10 bytes")


def _signed(kind: int, value: int) -> Any:
    """An unsigned 64-bit value as the field's kind. Negative int32 values are sent as 64 bits."""
    if kind == UINT64:
        return value
    if kind == BOOL:
        return value != 0
    if kind == INT64:
        return value - 2**64 if value >= 2**63 else value
    value &= 0xFFFF_FFFF
    return value - 2**32 if kind == INT32 and value >= 2**31 else value


def _fixed(kind: int, data: bytes, at: int) -> tuple[Any, int]:
    form: struct.Struct = FORMATS[kind]
    value, = form.unpack_from(data, at)
    if value - value:
        raise ValueError("is not a finite number")
    return value, at + form.size


def _packed(kind: int, data: bytes, at: int, end: int) -> list[Any]:
    found: list[Any] = []
    while at < end:
        if kind in VARINT_KINDS:
            value, at = _varint(data, at)
            found.append(_signed(kind, value))
        else:
            value, at = _fixed(kind, data, at)
            found.append(value)
    if at != end:
        raise ValueError("is truncated")
    return found


def _skip(data: bytes, at: int, tag: int) -> int:
    """The place after a value of an unknown field."""
    if tag < 8:
        raise ValueError("has no number")
    wire: int = tag & 7
    if wire == 0:
        return _varint(data, at)[1]
    if wire == 1:
        at += 8
    elif wire == 2:
        size, at = _varint(data, at)
        at += size
    elif wire == 5:
        at += 4
    else:
        raise ValueError(f"has wire type {wire}")
    if at > len(data):
        raise IndexError
    return at
