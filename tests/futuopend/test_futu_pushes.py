"""Pushes of /ws: the vectors of the specification, all fields, and frames that are wrong."""

import base64
import json
import math
from typing import Any, get_args

import pytest
from futu_encoder import Row, encode
from futu_payloads import BOOK_B64, FILL_B64, ORDER_B64, QUOTE_B64
from hypothesis import given
from hypothesis import strategies as st

from vnpy_futuopend import fields, quote_fields
from vnpy_futuopend.errors import FutuBadAnswer
from vnpy_futuopend.pushes import PAYLOADS, Push, decode_push
from vnpy_futuopend.shapes import read

SECURITY: list[Row] = [(1, "varint", 1), (2, "string", "00700")]
HEADER: list[Row] = [(1, "varint", 0), (2, "varint", 1001), (3, "varint", 1)]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def response(s2c: list[Row] | bytes) -> str:
    return b64(encode([(1, "varint", 0), (4, "bytes", s2c if isinstance(s2c, bytes) else encode(s2c))]))


def frame(proto_id: int, body: str, **others: Any) -> dict[str, Any]:
    return {"type": "quote" if proto_id >= 3000 else "trade", "proto_id": proto_id, "body_b64": body, **others}


def sent(row: dict[str, Any]) -> dict[str, Any]:
    """Without fields that were not sent."""
    return {name: value for name, value in row.items() if value is not None}


# the vectors


def test_order_vector() -> None:
    push = decode_push(json.dumps({"type": "trade", "proto_id": 2208, "acc_id": "1001", "trd_market": "HK", "body_b64": ORDER_B64}))
    assert push._replace(data={}) == Push("trade", 2208, {}, acc_id=1001, trd_market="HK")
    assert push.data["header"] == {"trd_env": 0, "acc_id": 1001, "trd_market": 1, "jp_acc_type": None}
    assert sent(push.data["order"]) == {
        "trd_side": 1, "order_type": 1, "order_status": 10, "order_id": 9000000000000000001, "order_id_ex": "EX1", "code": "00700",
        "name": "TENCENT", "qty": 200.0, "price": 300.0, "create_time": "2026-01-05 10:00:00", "update_time": "2026-01-05 10:00:01",
        "fill_qty": 100.0, "fill_avg_price": 300.0, "sec_market": 1, "create_timestamp": 1767578400.0,
        "update_timestamp": 1767578401.0, "remark": "v1",
    }


def test_fill_vector() -> None:
    push = decode_push({"event_type": "trade", "proto_id": 2218, "body_b64": FILL_B64})
    assert (push.kind, push.acc_id, push.ret_type, push.err_code) == ("trade", 1001, 0, None)
    assert sent(push.data["order_fill"]) == {
        "trd_side": 1, "fill_id": 5001, "fill_id_ex": "F1", "order_id": 9000000000000000001, "order_id_ex": "EX1", "code": "00700",
        "name": "TENCENT", "qty": 100.0, "price": 300.0, "create_time": "2026-01-05 10:00:01", "sec_market": 1,
        "create_timestamp": 1767578401.0, "status": 0,
    }


def test_quote_vector() -> None:
    push = decode_push(json.dumps(frame(3005, QUOTE_B64, sec_key="1_00700", sub_type=1)).encode())
    assert push._replace(data={}) == Push("quote", 3005, {}, sec_key="1_00700", sub_type=1)
    row, = push.data["basic_qot_list"]
    assert sent(row) == {
        "security": {"market": 1, "code": "00700"}, "is_suspended": False, "list_time": "2004-06-16", "price_spread": 0.2,
        "update_time": "2026-01-05 10:00:01", "high_price": 305.0, "open_price": 299.0, "low_price": 298.0, "cur_price": 300.0,
        "last_close_price": 297.0, "volume": 1234500, "turnover": 370350000.0, "turnover_rate": 0.013, "amplitude": 2.36,
        "update_timestamp": 1767578401.0, "name": "TENCENT",
    }


def test_book_vector() -> None:
    push = decode_push(frame(3013, BOOK_B64, sec_key="1_00700", sub_type=2))
    blank: dict[str, Any] = {"detail_list": [], "hp_volume": None}
    assert sent(push.data) == {
        "security": {"market": 1, "code": "00700"},
        "order_book_ask_list": [
            {"price": 300.2, "volume": 1000, "oreder_count": 3, **blank}, {"price": 300.4, "volume": 2000, "oreder_count": 4, **blank},
        ],
        "order_book_bid_list": [
            {"price": 300.0, "volume": 2000, "oreder_count": 5, **blank}, {"price": 299.8, "volume": 4000, "oreder_count": 6, **blank},
        ],
        "svr_recv_time_bid_timestamp": 1767578401.25, "name": "TENCENT",
    }


def test_pushes_have_the_names_of_the_answers() -> None:
    """Each push can be read by the type of its REST answer."""
    order = decode_push(frame(2208, ORDER_B64)).data
    assert read(fields.OrdersReply, {"header": order["header"], "order_list": [order["order"]]})["order_list"] == [order["order"]]
    fill = decode_push(frame(2218, FILL_B64)).data
    assert read(fields.OrderFillsReply, {"order_fill_list": [fill["order_fill"]]})["order_fill_list"] == [fill["order_fill"]]
    quote = decode_push(frame(3005, QUOTE_B64)).data
    missing = {"option_ex_data": None, "warrant_ex_data": None}
    assert read(quote_fields.QuoteReply, quote) == {"basic_qot_list": [{**quote["basic_qot_list"][0], **missing}]}
    book = decode_push(frame(3013, BOOK_B64)).data
    assert read(quote_fields.OrderBook, book) == book


@pytest.mark.parametrize(("proto_id", "row", "kind"), [
    (2208, "order", fields.Order), (2218, "order_fill", fields.OrderFill), (3005, "basic_qot_list", quote_fields.Quote),
    (3013, "order_book_ask_list", quote_fields.Level), (3011, "ticker_list", quote_fields.Ticker), (3007, "kl_list", quote_fields.KLine),
])
def test_no_field_is_named_or_required_otherwise(proto_id: int, row: str, kind: Any) -> None:
    message = next(field.message for field in PAYLOADS[proto_id].fields if field.name == row)
    assert message is not None
    newer = {"hp_volume", "jp_acc_type", "order_amount"}
    assert set(message.blank) - newer <= set(kind.__annotations__)
    for field in message.fields:
        if field.name not in newer and not field.repeated:
            optional = type(None) in get_args(kind.__annotations__[field.name])
            assert field.required != optional, field.name


# other messages


def test_ticker_kline_and_notify() -> None:
    ticker: list[Row] = [
        (1, "string", "10:00:01"), (2, "varint", 7000000000000000001), (3, "varint", 1), (4, "double", 300.0), (5, "varint", 100),
        (6, "double", 30000.0), (8, "varint", -1), (11, "double", 1767578401.5),
    ]
    push = decode_push(frame(3011, response([(1, "message", SECURITY), (2, "message", ticker), (2, "message", ticker)]), sub_type=4))
    assert [sent(row) for row in push.data["ticker_list"]] == 2 * [{
        "time": "10:00:01", "sequence": 7000000000000000001, "dir": 1, "price": 300.0, "volume": 100, "turnover": 30000.0, "type": -1,
        "timestamp": 1767578401.5,
    }]
    bar: list[Row] = [(1, "string", "10:01"), (2, "varint", 0), (3, "double", 4.0), (4, "double", 2.0), (5, "double", 1.0), (6, "double", 3.0)]
    kline: list[Row] = [(1, "varint", 0), (2, "varint", 1), (3, "message", SECURITY), (4, "message", bar)]
    for body in (response(kline), b64(encode(kline))):
        push = decode_push(frame(3007, body, sub_type=11, rehab_type=0))
        assert (push.data["rehab_type"], push.data["kl_type"], push.rehab_type) == (0, 1, 0)
        assert sent(push.data["kl_list"][0]) == {
            "time": "10:01", "is_blank": False, "high_price": 4.0, "open_price": 2.0, "low_price": 1.0, "close_price": 3.0,
        }
    notify: list[Row] = [(1, "varint", 3), (4, "message", [(1, "varint", 1), (2, "varint", 0)])]
    for body in (response(notify), b64(encode(notify))):
        push = decode_push({"type": "notify", "proto_id": 1003, "body_b64": body})
        assert push == Push("notify", 1003, {"type": 3, "event": None, "connect_status": {"qot_logined": True, "trd_logined": False}})
    event: list[Row] = [(1, "varint", 1), (2, "message", [(1, "varint", 7), (2, "string", "kicked out")])]
    assert decode_push({"proto_id": 1003, "body_b64": response(event)}).data["event"] == {"event_type": 7, "desc": "kicked out"}


@pytest.mark.parametrize(("proto_id", "body"), [(2208, ORDER_B64), (2218, FILL_B64), (3005, QUOTE_B64), (3013, BOOK_B64)])
def test_payloads_without_the_response_around_them(proto_id: int, body: str) -> None:
    whole = base64.b64decode(body)
    size = len(whole) - (5 if len(whole) > 130 else 4)
    assert decode_push(frame(proto_id, b64(whole[-size:]))) == decode_push(frame(proto_id, body))


def test_a_payload_alone_whose_field_4_looks_like_that_of_a_response() -> None:
    book: list[Row] = [(1, "message", SECURITY), (4, "string", "2026-01-05 10:00:01")]
    assert decode_push(frame(3013, b64(encode(book)))).data["svr_recv_time_bid"] == "2026-01-05 10:00:01"


def test_a_failure() -> None:
    body = encode([(1, "varint", -1), (2, "string", "no right"), (3, "varint", -5)])
    push = decode_push(frame(2208, b64(body), acc_id=1))
    assert push == Push("trade", 2208, {}, acc_id=1, ret_type=-1, ret_msg="no right", err_code=-5)


@pytest.mark.parametrize("proto_id", [3009, 3015, 3019, 9999])
def test_pushes_without_a_table(proto_id: int) -> None:
    push = decode_push({"type": "quote", "proto_id": proto_id, "sec_key": "1_00700", "body_b64": "AA=="})
    assert push == Push("quote", proto_id, {}, sec_key="1_00700")


# frames


@pytest.mark.parametrize(("words", "proto_id", "kind"), [
    ({"type": "quote"}, 3005, "quote"), ({"event_type": "quote"}, 3005, "quote"), ({"type": None, "event_type": "quote"}, 3005, "quote"),
    ({}, 3005, "quote"), ({}, 2208, "trade"), ({}, 1003, "notify"), ({"type": "Tick"}, 3005, "quote"), ({"type": 5}, 2208, "trade"),
    ({"type": ["x"]}, 2208, "trade"),
])
def test_kinds(words: dict[str, Any], proto_id: int, kind: str) -> None:
    body = {3005: QUOTE_B64, 2208: ORDER_B64, 1003: response([(1, "varint", 1)])}[proto_id]
    assert decode_push({**words, "proto_id": proto_id, "body_b64": body}).kind == kind


@pytest.mark.parametrize(("text", "words"), [
    ("", "push is not JSON"), ("hello", "push is not JSON"), (b"\xff", "push is not JSON"), ("[1]", "push: expected an object, got a list"),
    ("null", "push: expected an object, got null"), ("[" * 100_000, "push is not JSON: JSON is nested too deeply"),
    ('{"proto_id": NaN}', "push is not JSON: NaN"),
    ("{}", "push without proto_id: proto_id: is missing"),
    ('{"proto_id": "3005"}', "proto_id: expected an integer, got a string"),
    ('{"proto_id": 3005}', "push 3005: body_b64: is missing"),
    ('{"proto_id": 3005, "body_b64": ""}', "push 3005: body_b64: is empty"),
    ('{"proto_id": 3005, "body_b64": 5}', "push 3005: body_b64: expected a string"),
    ('{"proto_id": 3005, "body_b64": "A"}', "push 3005: body_b64: is not base64"),
    ('{"proto_id": 3005, "body_b64": "CAAi_-=="}', "push 3005: body_b64: is not base64"),
    ('{"proto_id": 3005, "body_b64": "\u6c49"}', "push 3005: body_b64: is not base64"),
    ('{"proto_id": 3005, "body_b64": "CAA="}', "push 3005: Response.s2c is missing"),
    ('{"proto_id": 3005, "sec_key": 5, "body_b64": "' + QUOTE_B64 + '"}', "push 3005: sec_key: expected a string"),
    ('{"proto_id": 3005, "sub_type": "1", "body_b64": "' + QUOTE_B64 + '"}', "push 3005: sub_type: expected an integer"),
    ('{"proto_id": 2208, "acc_id": 1.5, "body_b64": "' + ORDER_B64 + '"}', "push 2208: acc_id: expected an integer"),
    ('{"proto_id": 2208, "trd_market": 1, "body_b64": "' + ORDER_B64 + '"}', "push 2208: trd_market: expected a string"),
    ('{"proto_id": 2208, "body_b64": "' + FILL_B64 + '"}', "push 2208: Order."),
    ('{"proto_id": 2208, "body_b64": "' + QUOTE_B64 + '"}', "push 2208: TrdHeader."),
])
def test_frames_that_are_wrong(text: str | bytes, words: str) -> None:
    with pytest.raises(FutuBadAnswer) as caught:
        decode_push(text)
    assert words in str(caught.value)


def test_a_number_that_is_not_finite() -> None:
    level: list[Row] = [(1, "double", math.nan), (2, "varint", 1), (3, "varint", 1)]
    with pytest.raises(FutuBadAnswer, match="push 3013: OrderBook.price is not a finite number"):
        decode_push(frame(3013, response([(1, "message", SECURITY), (2, "message", level)])))


def test_an_order_without_an_id() -> None:
    order: list[Row] = [(1, "varint", 1), (2, "varint", 1), (3, "varint", 5)]
    with pytest.raises(FutuBadAnswer, match="push 2208: Order.order_id is missing"):
        decode_push(frame(2208, response([(1, "message", HEADER), (2, "message", order)])))


@given(st.sampled_from(sorted(PAYLOADS)), st.binary(max_size=60))
def test_any_body_is_a_push_or_a_typed_error(proto_id: int, body: bytes) -> None:
    for text in (b64(body), response(body)):
        try:
            decode_push(frame(proto_id, text))
        except FutuBadAnswer as error:
            assert str(error).startswith(f"push {proto_id}: ")


@given(st.sampled_from([(2208, ORDER_B64), (2218, FILL_B64), (3005, QUOTE_B64), (3013, BOOK_B64)]), st.data())
def test_a_flipped_byte_is_a_push_or_a_typed_error(vector: tuple[int, str], data: st.DataObject) -> None:
    proto_id, text = vector
    body = bytearray(base64.b64decode(text))
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        decode_push(frame(proto_id, b64(bytes(body))))
    except FutuBadAnswer:
        pass


@given(st.sampled_from([(2208, ORDER_B64), (3005, QUOTE_B64), (3013, BOOK_B64)]), st.integers(1, 90))
def test_a_truncated_body_is_a_typed_error(vector: tuple[int, str], cut: int) -> None:
    proto_id, text = vector
    with pytest.raises(FutuBadAnswer):
        decode_push(frame(proto_id, b64(base64.b64decode(text)[:-cut])))
