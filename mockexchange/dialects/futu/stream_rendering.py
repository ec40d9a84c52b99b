"""
Frames of ``/ws`` (spec 4.3): JSON around a protobuf message in base64. Pure.

Faults see a frame with its message in ``s2c``, readable, so that they can edit it; it is encoded when it leaves.
"""

from base64 import b64encode
from typing import Any, NamedTuple

import msgspec

from . import enums
from .contents import MarketFacts
from .options import FutuOptions
from .protobuf import PUSHES, push_body
from .rendering import Body


class Frame(NamedTuple):
    """A push. ``label``: what faults call it; ``more``: what stands in the frame besides."""

    label: str
    kind: str
    proto_id: int
    s2c: Body
    more: Body

    def editable(self, options: FutuOptions) -> bytes:
        """As faults see it."""
        return msgspec.json.encode({options.frame_key: self.kind, "proto_id": self.proto_id, **self.more, "s2c": self.s2c})

    def payload(self, options: FutuOptions) -> bytes:
        """As clients see it."""
        return msgspec.json.encode({
            options.frame_key: self.kind, "proto_id": self.proto_id, **self.more, "body_b64": body_text(self.proto_id, self.s2c, options),
        })


def body_text(proto_id: int, s2c: Body, options: FutuOptions) -> str:
    return b64encode(push_body(proto_id, s2c, options.push_body == "s2c")).decode()


def encode_edited(message: bytes, options: FutuOptions) -> bytes:
    """
    What faults have left of an ``editable`` frame, as clients see it. What is no JSON, or has no message, goes out as it is;
    a proto id that there is not has an empty body.
    """
    try:
        data: Any = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return message
    if not isinstance(data, dict) or "s2c" not in data:
        return message
    s2c: Any = data.pop("s2c")
    proto_id: Any = data.get("proto_id")
    is_known: bool = isinstance(proto_id, int) and proto_id in PUSHES and isinstance(s2c, dict)
    data.setdefault("body_b64", body_text(proto_id, s2c, options) if is_known else "")
    return msgspec.json.encode(data)


def sec_key(market: MarketFacts, symbol: str) -> str:
    return f"{market.qot_market}_{symbol}"


def quote_frame(proto_id: int, market: MarketFacts, symbol: str, sub_type: int, s2c: Body) -> Frame:
    key: str = sec_key(market, symbol)
    more: Body = {"sec_key": key, "sub_type": sub_type}
    if proto_id == enums.KLINE_PUSH:
        more["rehab_type"] = s2c["rehab_type"]
    return Frame(f"PUSH quote {proto_id} {key}", "quote", proto_id, s2c, more)


def trade_frame(proto_id: int, header: Body, name: str, row: Body) -> Frame:
    """``name``: of the row's field in the message."""
    more: Body = {"acc_id": header["acc_id"], "trd_market": enums.MARKET_TEXTS.get(header["trd_market"], "")}
    return Frame(f"PUSH trade {proto_id}", "trade", proto_id, {"header": header, name: row}, more)


def link_frame(is_up: bool) -> Frame:
    """notify: the connection of the gateway to its back end."""
    s2c: Body = {"type": 3, "connect_status": {"qot_logined": is_up, "trd_logined": is_up}}
    return Frame(f"PUSH notify {enums.NOTIFY}", "notify", enums.NOTIFY, s2c, {})
