"""The decoder against the protobuf package: whatever that encodes by our field tables is read as the same values."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("google.protobuf", reason="the protobuf package is not installed: pip install protobuf")

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # noqa: E402

from vnpy_futuopend import protobuf as ours  # noqa: E402
from vnpy_futuopend import pushes  # noqa: E402

Field = descriptor_pb2.FieldDescriptorProto
KINDS: dict[int, int] = {
    ours.INT32: Field.TYPE_INT32, ours.INT64: Field.TYPE_INT64, ours.UINT32: Field.TYPE_UINT32, ours.UINT64: Field.TYPE_UINT64,
    ours.BOOL: Field.TYPE_BOOL, ours.DOUBLE: Field.TYPE_DOUBLE, ours.FLOAT: Field.TYPE_FLOAT, ours.STRING: Field.TYPE_STRING, ours.BYTES: Field.TYPE_BYTES,
}
VALUES: dict[int, st.SearchStrategy[Any]] = {
    ours.INT32: st.integers(-2**31, 2**31 - 1), ours.INT64: st.integers(-2**63, 2**63 - 1), ours.UINT32: st.integers(0, 2**32 - 1),
    ours.UINT64: st.integers(0, 2**64 - 1), ours.BOOL: st.booleans(), ours.DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
    ours.FLOAT: st.floats(width=32, allow_nan=False, allow_infinity=False), ours.STRING: st.text(max_size=20), ours.BYTES: st.binary(max_size=20),
}
TABLES: dict[str, ours.Message] = {
    **{name: value for name, value in vars(pushes).items() if isinstance(value, ours.Message)}, **{each.name: each for each in pushes.PAYLOADS.values()},
}


def official(table: ours.Message) -> Any:
    """The protobuf package's class of a message."""
    file = descriptor_pb2.FileDescriptorProto(name=f"{id(table)}.proto", package=f"p{id(table)}", syntax="proto2")
    known: dict[int, str] = {}

    def add(each: ours.Message) -> str:
        if id(each) not in known:
            known[id(each)] = name = f"M{len(known)}"
            made = descriptor_pb2.DescriptorProto(name=name)
            for field in each.fields:
                label = Field.LABEL_REPEATED if field.repeated else Field.LABEL_REQUIRED if field.required else Field.LABEL_OPTIONAL
                one = made.field.add(name=field.name, number=field.number, label=label)
                if field.message is not None:
                    one.type, one.type_name = Field.TYPE_MESSAGE, f".{file.package}.{add(field.message)}"
                else:
                    one.type = KINDS[field.kind]
            file.message_type.append(made)
        return known[id(each)]

    name = add(table)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file) if hasattr(pool, "Add") else pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{file.package}.{name}"))


def values(table: ours.Message) -> st.SearchStrategy[dict[str, Any]]:
    """A message as our decoder shows it; optional fields may be absent."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for field in table.fields:
        one = values(field.message) if field.message is not None else VALUES[field.kind]
        fields[field.name] = st.lists(one, max_size=3) if field.repeated else one if field.required else st.none() | one
    return st.fixed_dictionaries(fields)


def fill(message: Any, found: dict[str, Any], table: ours.Message) -> None:
    for field in table.fields:
        value = found[field.name]
        if value is None:
            continue
        if field.message is not None:
            for each in value if field.repeated else [value]:
                part = getattr(message, field.name).add() if field.repeated else getattr(message, field.name)
                part.SetInParent()
                fill(part, each, field.message)
        elif field.repeated:
            getattr(message, field.name).extend(value)
        else:
            setattr(message, field.name, value)


def test_there_are_tables() -> None:
    assert len(TABLES) >= 15 and "Trd_UpdateOrder" in TABLES


@pytest.mark.parametrize("name", sorted(TABLES))
@settings(max_examples=25)
@given(data=st.data())
def test_what_the_package_encodes_is_read_as_it_was(name: str, data: st.DataObject) -> None:
    table = TABLES[name]
    found = data.draw(values(table))
    message = official(table)()
    fill(message, found, table)
    assert table.decode(message.SerializeToString()) == found
