"""
Encoding of pushed messages as protobuf (proto2) by the field numbers of spec 4.4. Pure.

A message is a dict of JSON names (snake_case, as REST answers have them) to values; None and names that a message does not
have are left out. Fields leave in the order of their numbers.
"""

import struct
from collections.abc import Mapping
from typing import Any, NamedTuple, Union

VARINT, FIXED64, LENGTH = 0, 1, 2
INT, BOOL, DOUBLE, TEXT = "int", "bool", "double", "text"


class Field(NamedTuple):
    """``kind``: INT, BOOL, DOUBLE, TEXT, or the message that it holds."""

    number: int
    name: str
    kind: Union[str, "Message"]
    is_repeated: bool = False


class Message(NamedTuple):
    """The fields of a message, by number."""

    fields: tuple[Field, ...]


def message(text: str, **parts: Message) -> Message:
    """
    Read "1 market int, 2 code text, 3 detail* part": ``*`` marks what is repeated, other kinds are named in ``parts``.
    """
    found: list[Field] = []
    for item in text.split(","):
        number, name, kind = item.split()
        found.append(Field(int(number), name.rstrip("*"), parts.get(kind, kind), name.endswith("*")))
    return Message(tuple(sorted(found, key=lambda each: each.number)))


def encode(form: Message, values: Mapping[str, Any]) -> bytes:
    """The bytes of a message."""
    out: bytearray = bytearray()
    for field in form.fields:
        value: Any = values.get(field.name)
        if value is None:
            continue
        for each in value if field.is_repeated and isinstance(value, list) else (value,):
            _put(out, field, each)
    return bytes(out)


def _put(out: bytearray, field: Field, value: Any) -> None:
    kind = field.kind
    try:
        if isinstance(value, bool) and kind != BOOL:
            raise TypeError
        if kind == DOUBLE:
            out += varint(field.number << 3 | FIXED64) + struct.pack("<d", float(value))
            return
        if kind in (INT, BOOL):
            out += varint(field.number << 3 | VARINT) + varint(int(value))
            return
    except (TypeError, ValueError, OverflowError):
        pass                    # a fault has put it there: it leaves as text, which no decoder expects
    is_part: bool = isinstance(kind, Message) and isinstance(value, Mapping)
    data: bytes = encode(kind, value) if is_part else str(value).encode()      # type: ignore[arg-type]
    out += varint(field.number << 3 | LENGTH) + varint(len(data)) + data


def varint(value: int) -> bytes:
    """Seven bits a byte, lowest first; negative numbers as 64-bit two's complement."""
    value &= (1 << 64) - 1
    out: bytearray = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


SECURITY = message("1 market int, 2 code text")
HEADER = message("1 trd_env int, 2 acc_id int, 3 trd_market int, 4 jp_acc_type int")
ORDER = message(
    "1 trd_side int, 2 order_type int, 3 order_status int, 4 order_id int, 5 order_id_ex text, 6 code text, 7 name text,"
    "8 qty double, 9 price double, 10 create_time text, 11 update_time text, 12 fill_qty double, 13 fill_avg_price double,"
    "14 last_err_msg text, 15 sec_market int, 16 create_timestamp double, 17 update_timestamp double, 18 remark text,"
    "19 time_in_force int, 20 fill_outside_rth bool, 21 aux_price double, 22 trail_type int, 23 trail_value double,"
    "24 trail_spread double, 25 currency int, 26 trd_market int, 27 session int, 28 jp_acc_type int, 29 expire_time text,"
    "30 order_amount double"
)
FILL = message(
    "1 trd_side int, 2 fill_id int, 3 fill_id_ex text, 4 order_id int, 5 order_id_ex text, 6 code text, 7 name text,"
    "8 qty double, 9 price double, 10 create_time text, 11 counter_broker_id int, 12 counter_broker_name text, 13 sec_market int,"
    "14 create_timestamp double, 15 update_timestamp double, 16 status int, 17 trd_market int, 18 jp_acc_type int"
)
BASIC_QOT = message(
    "1 security security, 2 is_suspended bool, 3 list_time text, 4 price_spread double, 5 update_time text, 6 high_price double,"
    "7 open_price double, 8 low_price double, 9 cur_price double, 10 last_close_price double, 11 volume int, 12 turnover double,"
    "13 turnover_rate double, 14 amplitude double, 15 dark_status int, 17 list_timestamp double, 18 update_timestamp double,"
    "21 sec_status int, 24 name text, 26 hp_volume double", security=SECURITY,
)
LEVEL = message("1 price double, 2 volume int, 3 oreder_count int, 5 hp_volume double")
TICKER = message(
    "1 time text, 2 sequence int, 3 dir int, 4 price double, 5 volume int, 6 turnover double, 7 recv_time double, 8 type int,"
    "9 type_sign int, 10 push_data_type int, 11 timestamp double, 12 hp_volume double"
)
KLINE = message(
    "1 time text, 2 is_blank bool, 3 high_price double, 4 open_price double, 5 low_price double, 6 close_price double,"
    "7 last_close_price double, 8 volume int, 9 turnover double, 10 turnover_rate double, 11 pe double, 12 change_rate double,"
    "13 timestamp double, 14 hp_volume double"
)
EVENT = message("1 event_type int, 2 desc text")
CONNECT_STATUS = message("1 qot_logined bool, 2 trd_logined bool")

# proto id -> its S2C
PUSHES: dict[int, Message] = {
    1003: message("1 type int, 2 event event, 4 connect_status status", event=EVENT, status=CONNECT_STATUS),
    2208: message("1 header header, 2 order order", header=HEADER, order=ORDER),
    2218: message("1 header header, 2 order_fill fill", header=HEADER, fill=FILL),
    3005: message("1 basic_qot_list* qot", qot=BASIC_QOT),
    3007: message("1 rehab_type int, 2 kl_type int, 3 security security, 4 kl_list* kline, 5 name text", security=SECURITY, kline=KLINE),
    3011: message("1 security security, 2 ticker_list* ticker, 3 name text", security=SECURITY, ticker=TICKER),
    3013: message(
        "1 security security, 2 order_book_ask_list* level, 3 order_book_bid_list* level, 4 svr_recv_time_bid text,"
        "5 svr_recv_time_bid_timestamp double, 6 svr_recv_time_ask text, 7 svr_recv_time_ask_timestamp double, 8 name text,"
        "9 order_book_type int", security=SECURITY, level=LEVEL,
    ),
}


def push_body(proto_id: int, s2c: Mapping[str, Any], is_bare: bool = False) -> bytes:
    """The Response of a push, or its S2C alone."""
    form: Message = PUSHES[proto_id]
    if is_bare:
        return encode(form, s2c)
    return encode(message("1 ret_type int, 2 ret_msg text, 3 err_code int, 4 s2c s2c", s2c=form), {"ret_type": 0, "s2c": s2c})
