"""The encoder: the digest's test vectors byte for byte (section 4.5), and every field against a decoder of the tests' own."""

import base64
from typing import Any

import pytest
from futu_client import fields
from hypothesis import given
from hypothesis import strategies as st

from mockexchange.dialects.futu.protobuf import PUSHES, encode, message, push_body, varint

ORDER = (
    "CAAimgEKBwgAEOkHGAESjgEIARABGAoggYCQlI6Km/N8KgNFWDEyBTAwNzAwOgdURU5DRU5UQQAAAAAAAGlASQAAAAAAwHJAUhMyMDI2LTAxLTA1IDEwOjAwOjAw"
    "WhMyMDI2LTAxLTA1IDEwOjAwOjAxYQAAAAAAAFlAaQAAAAAAwHJAeAGBAQAAAMjGVtpBiQEAAEDIxlbaQZIBAnYx"
)
FILL = (
    "CAAiaAoHCAAQ6QcYARJdCAEQiScaAkYxIIGAkJSOipvzfCoDRVgxMgUwMDcwMDoHVEVOQ0VOVEEAAAAAAABZQEkAAAAAAMByQFITMjAyNi0wMS0wNSAxMDowMDow"
    "MWgBcQAAQMjGVtpBgAEA"
)
QUOTE = (
    "CAAimgEKlwEKCQgBEgUwMDcwMBAAGgoyMDA0LTA2LTE2IZqZmZmZmck/KhMyMDI2LTAxLTA1IDEwOjAwOjAxMQAAAAAAEHNAOQAAAAAAsHJAQQAAAAAAoHJASQAA"
    "AAAAwHJAUQAAAAAAkHJAWMSsS2EAAACwFxO2QWk5tMh2vp+KP3HhehSuR+ECQJEBAABAyMZW2kHCAQdURU5DRU5U"
)
BOOK = (
    "CAAiXQoJCAESBTAwNzAwEg4JMzMzMzPDckAQ6AcYAxIOCWZmZmZmxnJAENAPGAQaDgkAAAAAAMByQBDQDxgFGg4JzczMzMy8ckAQoB8YBikAAFDIxlbaQUIHVEVO"
    "Q0VOVA=="
)
HEADER = {"trd_env": 0, "acc_id": 1001, "trd_market": 1}
TENCENT = {"market": 1, "code": "00700"}
VECTORS: list[tuple[int, str, dict[str, Any]]] = [
    (2208, ORDER, {"header": HEADER, "order": {
        "trd_side": 1, "order_type": 1, "order_status": 10, "order_id": 9000000000000000001, "order_id_ex": "EX1", "code": "00700",
        "name": "TENCENT", "qty": 200.0, "price": 300.0, "fill_qty": 100.0, "fill_avg_price": 300.0,
        "create_time": "2026-01-05 10:00:00", "update_time": "2026-01-05 10:00:01", "create_timestamp": 1767578400.0,
        "update_timestamp": 1767578401.0, "sec_market": 1, "remark": "v1",
    }}),
    (2218, FILL, {"header": HEADER, "order_fill": {
        "trd_side": 1, "fill_id": 5001, "fill_id_ex": "F1", "order_id": 9000000000000000001, "order_id_ex": "EX1", "code": "00700",
        "name": "TENCENT", "qty": 100.0, "price": 300.0, "create_time": "2026-01-05 10:00:01", "sec_market": 1,
        "create_timestamp": 1767578401.0, "status": 0,
    }}),
    (3005, QUOTE, {"basic_qot_list": [{
        "security": TENCENT, "is_suspended": False, "list_time": "2004-06-16", "price_spread": 0.2,
        "update_time": "2026-01-05 10:00:01", "high_price": 305.0, "open_price": 299.0, "low_price": 298.0, "cur_price": 300.0,
        "last_close_price": 297.0, "volume": 1234500, "turnover": 370350000.0, "turnover_rate": 0.013, "amplitude": 2.36,
        "update_timestamp": 1767578401.0, "name": "TENCENT",
    }]}),
    (3013, BOOK, {
        "security": TENCENT, "name": "TENCENT", "svr_recv_time_bid_timestamp": 1767578401.25,
        "order_book_ask_list": [{"price": 300.2, "volume": 1000, "oreder_count": 3}, {"price": 300.4, "volume": 2000, "oreder_count": 4}],
        "order_book_bid_list": [{"price": 300.0, "volume": 2000, "oreder_count": 5}, {"price": 299.8, "volume": 4000, "oreder_count": 6}],
    }),
]


@pytest.mark.parametrize("proto_id, vector, s2c", VECTORS)
def test_vectors(proto_id: int, vector: str, s2c: dict[str, Any]) -> None:
    assert base64.b64encode(push_body(proto_id, s2c)).decode() == vector
    outer = fields(base64.b64decode(vector))
    assert push_body(proto_id, s2c, is_bare=True) == outer[4][0]


def test_a_notification_and_a_bar() -> None:
    body = push_body(1003, {"type": 3, "connect_status": {"qot_logined": True, "trd_logined": False}})
    assert body == bytes.fromhex("0800" "2208" "0803" "2204" "0801" "1000")
    bar = {"time": "x", "is_blank": False, "close_price": 1.0, "volume": 5, "timestamp": 2.0}
    s2c = fields(fields(push_body(3007, {"rehab_type": 0, "kl_type": 1, "security": TENCENT, "kl_list": [bar], "name": "T"}))[4][0])
    assert (s2c[1], s2c[2], s2c[5]) == ([0], [1], [b"T"])
    assert fields(s2c[4][0]) == {1: [b"x"], 2: [0], 6: [1.0], 8: [5], 13: [2.0]}


@given(st.integers(-(1 << 63), (1 << 64) - 1))
def test_varints(value: int) -> None:
    """Negative numbers are ten bytes."""
    one = message("1 n int")
    data = encode(one, {"n": value})
    assert fields(data)[1] == [value & (1 << 64) - 1] and data[1:] == varint(value)
    assert (len(varint(value)) == 10) == (value < 0 or value >= 1 << 63)


@pytest.mark.parametrize("value", ["NaN", "<html>", None, [1], "", True, "-1", {"a": 1}])
def test_what_faults_put_there_leaves_somehow(value: Any) -> None:
    for proto_id, form in PUSHES.items():
        for field in form.fields:
            assert isinstance(push_body(proto_id, {field.name: value}), bytes)
