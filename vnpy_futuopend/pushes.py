"""
Pushes of ``/ws``: a JSON frame around a protobuf message. No IO.

``data`` has the names of the REST answers (``order_id``, ``fill_qty``, ``oreder_count``); optional fields that are not sent are
None, lists that are not sent are empty.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, NamedTuple

from .envelope import json_type, read_json
from .errors import FutuBadAnswer
from .protobuf import BOOL, BYTES, DOUBLE, INT32, INT64, STRING, UINT64, Message, optional, repeated, required
from .shapes import U64, Reader, WrongShape, reader

NOTIFY, QUOTE_PUSH, KLINE_PUSH, TICKER_PUSH, BOOK_PUSH, ORDER_PUSH, FILL_PUSH = 1003, 3005, 3007, 3011, 3013, 2208, 2218

RESPONSE = Message(
    "Response", optional(1, "ret_type", INT32), optional(2, "ret_msg", BYTES), optional(3, "err_code", INT32), optional(4, "s2c", BYTES),
)
SECURITY = Message("Security", required(1, "market", INT32), required(2, "code", STRING))
HEADER = Message(
    "TrdHeader", required(1, "trd_env", INT32), required(2, "acc_id", UINT64), required(3, "trd_market", INT32),
    optional(4, "jp_acc_type", INT32),
)
ORDER = Message(
    "Order",
    required(1, "trd_side", INT32), required(2, "order_type", INT32), required(3, "order_status", INT32),
    required(4, "order_id", UINT64), required(5, "order_id_ex", STRING), required(6, "code", STRING), required(7, "name", STRING),
    required(8, "qty", DOUBLE), optional(9, "price", DOUBLE), required(10, "create_time", STRING),
    required(11, "update_time", STRING), optional(12, "fill_qty", DOUBLE), optional(13, "fill_avg_price", DOUBLE),
    optional(14, "last_err_msg", STRING), optional(15, "sec_market", INT32), optional(16, "create_timestamp", DOUBLE),
    optional(17, "update_timestamp", DOUBLE), optional(18, "remark", STRING), optional(19, "time_in_force", INT32),
    optional(20, "fill_outside_rth", BOOL), optional(21, "aux_price", DOUBLE), optional(22, "trail_type", INT32),
    optional(23, "trail_value", DOUBLE), optional(24, "trail_spread", DOUBLE), optional(25, "currency", INT32),
    optional(26, "trd_market", INT32), optional(27, "session", INT32), optional(28, "jp_acc_type", INT32),
    optional(29, "expire_time", STRING), optional(30, "order_amount", DOUBLE),
)
FILL = Message(
    "OrderFill",
    required(1, "trd_side", INT32), required(2, "fill_id", UINT64), required(3, "fill_id_ex", STRING),
    optional(4, "order_id", UINT64), optional(5, "order_id_ex", STRING), required(6, "code", STRING), required(7, "name", STRING),
    required(8, "qty", DOUBLE), required(9, "price", DOUBLE), required(10, "create_time", STRING),
    optional(11, "counter_broker_id", INT32), optional(12, "counter_broker_name", STRING), optional(13, "sec_market", INT32),
    optional(14, "create_timestamp", DOUBLE), optional(15, "update_timestamp", DOUBLE), optional(16, "status", INT32),
    optional(17, "trd_market", INT32), optional(18, "jp_acc_type", INT32),
)
OFF_HOURS = Message(
    "PreAfterMarketData",
    optional(1, "price", DOUBLE), optional(2, "high_price", DOUBLE), optional(3, "low_price", DOUBLE), optional(4, "volume", INT64),
    optional(5, "turnover", DOUBLE), optional(6, "change_val", DOUBLE), optional(7, "change_rate", DOUBLE),
    optional(8, "amplitude", DOUBLE),
)
FUTURE = Message(
    "FutureBasicQotExData",
    required(1, "last_settle_price", DOUBLE), required(2, "position", INT32), required(3, "position_change", INT32),
)
QUOTE = Message(
    "BasicQot",
    required(1, "security", SECURITY), required(2, "is_suspended", BOOL), required(3, "list_time", STRING),
    required(4, "price_spread", DOUBLE), required(5, "update_time", STRING), required(6, "high_price", DOUBLE),
    required(7, "open_price", DOUBLE), required(8, "low_price", DOUBLE), required(9, "cur_price", DOUBLE),
    required(10, "last_close_price", DOUBLE), required(11, "volume", INT64), required(12, "turnover", DOUBLE),
    required(13, "turnover_rate", DOUBLE), required(14, "amplitude", DOUBLE), optional(15, "dark_status", INT32),
    optional(17, "list_timestamp", DOUBLE), optional(18, "update_timestamp", DOUBLE), optional(19, "pre_market", OFF_HOURS),
    optional(20, "after_market", OFF_HOURS), optional(21, "sec_status", INT32), optional(22, "future_ex_data", FUTURE),
    optional(24, "name", STRING), optional(25, "overnight", OFF_HOURS), optional(26, "hp_volume", DOUBLE),
)
DETAIL = Message("OrderBookDetail", required(1, "order_id", INT64), required(2, "volume", INT64))
LEVEL = Message(
    "OrderBook",
    required(1, "price", DOUBLE), required(2, "volume", INT64), required(3, "oreder_count", INT32),      # spelled so
    repeated(4, "detail_list", DETAIL), optional(5, "hp_volume", DOUBLE),
)
TICKER = Message(
    "Ticker",
    required(1, "time", STRING), required(2, "sequence", INT64), required(3, "dir", INT32), required(4, "price", DOUBLE),
    required(5, "volume", INT64), required(6, "turnover", DOUBLE), optional(7, "recv_time", DOUBLE), optional(8, "type", INT32),
    optional(9, "type_sign", INT32), optional(10, "push_data_type", INT32), optional(11, "timestamp", DOUBLE),
    optional(12, "hp_volume", DOUBLE),
)
KLINE = Message(
    "KLine",
    required(1, "time", STRING), required(2, "is_blank", BOOL), optional(3, "high_price", DOUBLE), optional(4, "open_price", DOUBLE),
    optional(5, "low_price", DOUBLE), optional(6, "close_price", DOUBLE), optional(7, "last_close_price", DOUBLE),
    optional(8, "volume", INT64), optional(9, "turnover", DOUBLE), optional(10, "turnover_rate", DOUBLE), optional(11, "pe", DOUBLE),
    optional(12, "change_rate", DOUBLE), optional(13, "timestamp", DOUBLE), optional(14, "hp_volume", DOUBLE),
)

PAYLOADS: dict[int, Message] = {
    ORDER_PUSH: Message("Trd_UpdateOrder", required(1, "header", HEADER), required(2, "order", ORDER)),
    FILL_PUSH: Message("Trd_UpdateOrderFill", required(1, "header", HEADER), required(2, "order_fill", FILL)),
    QUOTE_PUSH: Message("Qot_UpdateBasicQot", repeated(1, "basic_qot_list", QUOTE)),
    BOOK_PUSH: Message(
        "Qot_UpdateOrderBook",
        required(1, "security", SECURITY), repeated(2, "order_book_ask_list", LEVEL), repeated(3, "order_book_bid_list", LEVEL),
        optional(4, "svr_recv_time_bid", STRING), optional(5, "svr_recv_time_bid_timestamp", DOUBLE),
        optional(6, "svr_recv_time_ask", STRING), optional(7, "svr_recv_time_ask_timestamp", DOUBLE), optional(8, "name", STRING),
        optional(9, "order_book_type", INT32),
    ),
    TICKER_PUSH: Message(
        "Qot_UpdateTicker", required(1, "security", SECURITY), repeated(2, "ticker_list", TICKER), optional(3, "name", STRING),
    ),
    KLINE_PUSH: Message(
        "Qot_UpdateKL",
        required(1, "rehab_type", INT32), required(2, "kl_type", INT32), required(3, "security", SECURITY),
        repeated(4, "kl_list", KLINE), optional(5, "name", STRING),
    ),
    NOTIFY: Message(
        "Notify",
        required(1, "type", INT32),
        optional(2, "event", Message("GtwEvent", required(1, "event_type", INT32), required(2, "desc", STRING))),
        optional(4, "connect_status", Message("ConnectStatus", required(1, "qot_logined", BOOL), required(2, "trd_logined", BOOL))),
    ),
}

# ret_type, ret_msg, err_code and payload
Answer = tuple[int, str, int | None, dict[str, Any]]

READ_INT, READ_ID, READ_STR = reader(int), reader(U64), reader(str)
KINDS: frozenset[str] = frozenset({"quote", "trade", "notify"})


class Push(NamedTuple):
    """
    ``kind`` is quote, trade or notify. ``sec_key`` is ``1_00700`` (market and code), ``trd_market`` a word such as ``HK``; both
    and the other fields of the frame are None where it has none. The socket also carries symbols and accounts of other
    clients, and may repeat a push. ``data`` is empty for a ``proto_id`` that is not in PAYLOADS and if ``ret_type`` is not 0.
    """

    kind: str
    proto_id: int
    data: dict[str, Any]
    sec_key: str | None = None
    sub_type: int | None = None
    rehab_type: int | None = None
    acc_id: int | None = None
    trd_market: str | None = None
    ret_type: int = 0
    ret_msg: str = ""
    err_code: int | None = None


def decode_push(frame: Mapping[str, Any] | str | bytes) -> Push:
    """A frame of ``/ws``, as text or as parsed JSON. Raises FutuBadAnswer that names what is wrong."""
    fields: Any = frame
    if isinstance(frame, str | bytes):
        try:
            fields = read_json(frame)
        except ValueError as error:
            raise FutuBadAnswer(f"push is not JSON: {error}") from error
    if not isinstance(fields, Mapping):
        raise FutuBadAnswer(f"push: expected an object, got {json_type(fields)}")
    try:
        return _push(fields)
    except ValueError as error:
        raise FutuBadAnswer(f"push {_shown(fields.get('proto_id'))}: {error}") from error


def _push(frame: Mapping[str, Any]) -> Push:
    proto_id: Any = _optional(frame, "proto_id", READ_INT)
    if proto_id is None:
        raise WrongShape("is missing", "proto_id")
    acc_id: Any = _optional(frame, "acc_id", READ_ID)
    message: Message | None = PAYLOADS.get(proto_id)
    answer: Answer = (0, "", None, {}) if message is None else decode_body(message, _body(frame))
    ret_type, ret_msg, err_code, data = answer
    if acc_id is None and "header" in data:
        acc_id = data["header"]["acc_id"]
    return Push(
        _kind(frame, proto_id), proto_id, data, _optional(frame, "sec_key", READ_STR), _optional(frame, "sub_type", READ_INT),
        _optional(frame, "rehab_type", READ_INT), acc_id, _optional(frame, "trd_market", READ_STR), ret_type, ret_msg, err_code,
    )


def _kind(frame: Mapping[str, Any], proto_id: int) -> str:
    """By ``type``, which older builds call ``event_type``; by the protocol if the frame has neither, or an unknown word."""
    word: Any = frame.get("type") or frame.get("event_type")
    if isinstance(word, str) and word in KINDS:
        return word
    if 2000 <= proto_id < 3000:
        return "trade"
    return "quote" if 3000 <= proto_id < 4000 else "notify"


def _optional(frame: Mapping[str, Any], name: str, read: Reader) -> Any:
    value: Any = frame.get(name)
    if value is None:
        return None
    try:
        return read(value)
    except WrongShape as error:
        raise error.inside(name) from None


def _body(frame: Mapping[str, Any]) -> bytes:
    text: Any = _optional(frame, "body_b64", READ_STR)
    if not text:
        raise WrongShape("is missing" if text is None else "is empty", "body_b64")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WrongShape(f"is not base64: {error}", "body_b64") from None


def decode_body(message: Message, body: bytes) -> Answer:
    """
    ``ret_type``, ``ret_msg``, ``err_code`` and payload of a push. Raises ValueError.

    The bytes are a whole Response; some builds may send its payload (S2C) alone. A Response begins with ``ret_type``, which is
    never positive. Where a payload begins with a varint too (1003, 3007), what cannot be read as one is read as the other.
    """
    try:
        outer: dict[str, Any] = RESPONSE.decode(body)
    except ValueError:
        return 0, "", None, message.decode(body)
    ret_type: int | None = outer["ret_type"]
    if ret_type is None or ret_type > 0:
        return 0, "", None, message.decode(body)
    ret_msg: str = (outer["ret_msg"] or b"").decode("utf-8", "replace")
    if outer["s2c"] is not None and ret_type == 0:
        try:
            return ret_type, ret_msg, outer["err_code"], message.decode(outer["s2c"])
        except ValueError:
            if 1 << 3 not in message.table:
                raise
    elif ret_type < 0:
        return ret_type, ret_msg, outer["err_code"], {}
    elif 1 << 3 not in message.table:
        raise ValueError("Response.s2c is missing")
    return 0, "", None, message.decode(body)


def _shown(proto_id: Any) -> str:
    return str(proto_id) if isinstance(proto_id, int) else "without proto_id"
