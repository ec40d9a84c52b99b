"""The wire decoder, against an encoder of its own."""

import math
import struct
from typing import Any

import pytest
from futu_encoder import Row, encode, varint
from hypothesis import given
from hypothesis import strategies as st

from vnpy_futuopend.protobuf import (
    BOOL, BYTES, DOUBLE, FIXED32, FIXED64, FLOAT, INT32, INT64, STRING, UINT32, UINT64, Message, optional, repeated, required,
)

INNER = Message("Inner", required(1, "id", UINT64), optional(2, "text", STRING))
ALL = Message(
    "All",
    optional(1, "int32", INT32), optional(2, "int64", INT64), optional(3, "uint32", UINT32), optional(4, "uint64", UINT64),
    optional(5, "bool", BOOL), optional(6, "double", DOUBLE), optional(7, "float", FLOAT), optional(8, "fixed32", FIXED32),
    optional(9, "fixed64", FIXED64), optional(10, "string", STRING), optional(11, "bytes", BYTES), optional(12, "inner", INNER),
    repeated(16, "ints", INT32), repeated(17, "doubles", DOUBLE), repeated(2000, "inners", INNER), repeated(536870911, "words", STRING),
)
BLANK: dict[str, Any] = {
    **dict.fromkeys(("int32", "int64", "uint32", "uint64", "bool", "double", "float", "fixed32", "fixed64", "string", "bytes", "inner")),
    "ints": [], "doubles": [], "inners": [], "words": [],
}
FINITE = st.floats(allow_nan=False, allow_infinity=False)
INNERS = st.fixed_dictionaries({"id": st.integers(0, 2**64 - 1), "text": st.none() | st.text(max_size=5)})
VALUES = st.fixed_dictionaries({}, optional={
    "int32": st.integers(-2**31, 2**31 - 1), "int64": st.integers(-2**63, 2**63 - 1), "uint32": st.integers(0, 2**32 - 1),
    "uint64": st.integers(0, 2**64 - 1), "bool": st.booleans(), "double": FINITE, "float": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "fixed32": st.integers(0, 2**32 - 1), "fixed64": st.integers(0, 2**64 - 1), "string": st.text(), "bytes": st.binary(), "inner": INNERS,
    "ints": st.lists(st.integers(-2**31, 2**31 - 1)), "doubles": st.lists(FINITE), "inners": st.lists(INNERS, max_size=3),
    "words": st.lists(st.text(max_size=200), max_size=3),
})
UNKNOWN: list[Row] = [(13, "varint", 2**64 - 1), (14, "fixed64", 1), (15, "fixed32", 1), (99, "bytes", b"\xff" * 300), (1, "string", "x")]


def inner_rows(value: dict[str, Any]) -> list[Row]:
    return [(1, "varint", value["id"]), *([(2, "string", value["text"])] if value["text"] is not None else [])]


def rows(values: dict[str, Any], packed: bool) -> list[Row]:
    simple = {
        "int32": (1, "varint"), "int64": (2, "varint"), "uint32": (3, "varint"), "uint64": (4, "varint"), "bool": (5, "varint"),
        "double": (6, "double"), "float": (7, "float"), "fixed32": (8, "fixed32"), "fixed64": (9, "fixed64"), "string": (10, "string"),
        "bytes": (11, "bytes"),
    }
    found: list[Row] = [(*simple[name], value) for name, value in values.items() if name in simple]
    if "inner" in values:
        found.append((12, "message", inner_rows(values["inner"])))
    found += [(2000, "message", inner_rows(value)) for value in values.get("inners", ())]
    found += [(536870911, "string", value) for value in values.get("words", ())]
    if packed:
        found += [(16, "packed varint", values.get("ints", [])), (17, "packed double", values.get("doubles", []))]
    else:
        found += [(16, "varint", value) for value in values.get("ints", ())]
        found += [(17, "double", value) for value in values.get("doubles", ())]
    return found


@given(VALUES, st.booleans(), st.lists(st.tuples(st.integers(0, 40), st.sampled_from(UNKNOWN)), max_size=4))
def test_what_is_encoded_is_decoded(values: dict[str, Any], packed: bool, noise: list[tuple[int, Row]]) -> None:
    sent = rows(values, packed)
    for place, row in noise:
        sent.insert(place, row)
    assert ALL.decode(encode(sent)) == {**BLANK, **values}


@given(VALUES, st.integers(0, 200))
def test_what_is_cut_is_an_error_or_a_shorter_message(values: dict[str, Any], length: int) -> None:
    data = encode(rows(values, True))[:length]
    try:
        found = ALL.decode(data)
    except ValueError as error:
        assert str(error).startswith(("All.", "Inner."))
    else:
        assert set(found) == set(BLANK)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_message_or_a_value_error(data: bytes) -> None:
    try:
        ALL.decode(data)
    except ValueError as error:
        assert str(error).startswith(("All.", "Inner."))


@given(st.binary(max_size=40), st.sampled_from([2, 10, 11, 12, 16, 17, 99]))
def test_any_bytes_in_a_field(data: bytes, number: int) -> None:
    try:
        ALL.decode(encode([(number, "bytes", data)]))
    except ValueError as error:
        assert str(error).startswith(("All.", "Inner."))


def test_negative_integers_take_ten_bytes() -> None:
    data = encode([(1, "varint", -1), (2, "varint", -400)])
    assert data == b"\x08" + b"\xff" * 9 + b"\x01" + b"\x10\xf0\xfc" + b"\xff" * 7 + b"\x01"
    assert (ALL.decode(data)["int32"], ALL.decode(data)["int64"]) == (-1, -400)


@pytest.mark.parametrize(("data", "found"), [
    (b"\x08\xff\xff\xff\xff\x0f", -1), (b"\x08\x80\x80\x80\x80\x08", -2**31), (b"\x08\x80\x00", 0), (b"\x08\x01\x08\x02", 2),
])
def test_int32_forms(data: bytes, found: int) -> None:
    assert ALL.decode(data)["int32"] == found


@pytest.mark.parametrize(("data", "words"), [
    (b"\x08", "All.int32 is truncated"),
    (b"\x08\xff", "All.int32 is truncated"),
    (b"\x08" + b"\xff" * 10 + b"\x01", "All.int32 has a varint of more than 10 bytes"),
    (b"\x31\x00", "All.double is truncated"),
    (b"\x45\x00", "All.fixed32 is truncated"),
    (b"\x52\x05abc", "All.string is truncated"),
    (b"\x52\xff\xff\xff\xff\x0fabc", "All.string is truncated"),
    (b"\x52\x02\xff\xfe", "All.string is not UTF-8"),
    (b"\x62\x02\x08", "All.inner is truncated"),
    (b"\x62\x01\x08\x00", "Inner.id is truncated"),
    (b"\x62\x02\x12\x05\x08\x00", "Inner.text is truncated"),
    (b"\x62\x00", "Inner.id is missing"),
    (b"\x62\x03\x12\x01a", "Inner.id is missing"),
    (b"\x82\x01\x02\x80\x80", "All.ints is truncated"),
    (b"\x8a\x01\x07abcdefg", "All.doubles is truncated"),
    (b"\x00\x00", "All.unknown field 0 has no number"),
    (b"\x6b", "All.unknown field 13 has wire type 3"),
    (b"\x6e", "All.unknown field 13 has wire type 6"),
    (b"\x6a\x05a", "All.unknown field 13 is truncated"),
    (b"\x80", "is truncated"),
])
def test_malformed(data: bytes, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        ALL.decode(data)
    assert words in str(caught.value)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_not_finite(number: float) -> None:
    for data in (encode([(6, "double", number)]), encode([(7, "float", number)]), encode([(17, "packed double", [1.0, number])])):
        with pytest.raises(ValueError, match="is not a finite number"):
            ALL.decode(data)


def test_lists_are_not_shared() -> None:
    ALL.decode(b"")["ints"].append(1)
    assert ALL.decode(b"") == BLANK


def test_the_encoder_of_these_tests() -> None:
    """The examples of the protocol's own documentation."""
    assert varint(150) == b"\x96\x01" and varint(-1) == b"\xff" * 9 + b"\x01"
    assert encode([(2, "string", "testing")]) == b"\x12\x07testing"
    assert encode([(3, "message", [(1, "varint", 150)])]) == b"\x1a\x03\x08\x96\x01"
    assert encode([(6, "packed varint", [3, 270, 86942])]) == b"\x32\x06\x03\x8e\x02\x9e\xa7\x05"
    assert encode([(1, "double", 300.0)]) == b"\x09" + struct.pack("<d", 300.0)
