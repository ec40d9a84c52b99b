"""
A push of Futu OpenD, a JSON frame around base64 around a protobuf message, to a tick: our decoder against the official SDK's generated
classes with the package protobuf, whose decoder is C.

Quotes and books of ten levels, in turns, as a subscribed symbol gets them. The peer reads the message by the SDK's classes and fills a
TickData as vn.py's gateways do; first it is made sure that both make the same ticks.
"""

import base64
import json
from copy import copy
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from side_by_side import Row, alternate, install_hint, main, peer_module, ratio_of, row, timed
from vnpy.trader.constant import Exchange, Product
from vnpy.trader.object import ContractData, TickData

from vnpy_futuopend.pushes import BOOK_PUSH, QUOTE_PUSH, decode_push
from vnpy_futuopend.ticks import TickBook

PEER: str = "futu-api's classes, protobuf in C"
PATHS: tuple[str, str] = ("Futu quote push to tick, CPU", "Futu book push to tick, CPU")
AT_MOST: float = 4.0            # the price of decoding without compiled code
CHUNK: int = 500
HONG_KONG: ZoneInfo = ZoneInfo("Asia/Hong_Kong")
NOW: datetime = datetime(2026, 6, 1, 10, tzinfo=HONG_KONG)
CONTRACT: ContractData = ContractData("FUTU", "00700", Exchange.SEHK, "TENCENT", Product.EQUITY, 1, 0.2)


def frames(quote: Any, book: Any) -> tuple[list[bytes], list[bytes]]:
    """Pushes as OpenD's REST side wraps them, made by the official classes."""
    made: tuple[list[bytes], list[bytes]] = ([], [])
    for number in range(CHUNK):
        answer: Any = quote.Response(retType=0)
        basic: Any = answer.s2c.basicQotList.add(
            isSuspended=False, listTime="2004-06-16", priceSpread=0.2, updateTime="2026-06-01 10:00:00", highPrice=305.0, openPrice=300.0, lowPrice=299.0,
            curPrice=300.0 + number % 9 * 0.2, lastClosePrice=298.0, volume=1_000_000 + number, turnover=3e8, turnoverRate=0.1, amplitude=1.0,
            updateTimestamp=NOW.timestamp(),
        )
        basic.security.market, basic.security.code = 1, "00700"
        levels: Any = book.Response(retType=0)
        levels.s2c.security.market, levels.s2c.security.code = 1, "00700"
        levels.s2c.svrRecvTimeBidTimestamp = levels.s2c.svrRecvTimeAskTimestamp = NOW.timestamp()
        for n in range(10):
            levels.s2c.orderBookBidList.add(price=300.0 - n * 0.2, volume=100 * (n + 1 + number % 5), orederCount=3)
            levels.s2c.orderBookAskList.add(price=300.2 + n * 0.2, volume=100 * (n + 1 + number % 7), orederCount=3)
        for found, proto_id, message in ((made[0], QUOTE_PUSH, answer), (made[1], BOOK_PUSH, levels)):
            found.append(json.dumps({
                "type": "quote", "proto_id": proto_id, "sec_key": "1_00700", "sub_type": 1, "body_b64": base64.b64encode(message.SerializeToString()).decode(),
            }).encode())
    return made


class Ours:
    """Frame to tick by our decoder."""

    def __init__(self) -> None:
        self.book: TickBook = TickBook(CONTRACT, "FUTU", HONG_KONG, NOW)
        self.tick: TickData | None = None

    def on_frame(self, payload: bytes) -> None:
        """One push."""
        push = decode_push(payload)
        if push.proto_id == QUOTE_PUSH:
            for one in push.data["basic_qot_list"]:
                self.book.on_quote(one)
        else:
            self.book.on_book(push.data)
        self.tick = self.book.make(NOW)


class Official:
    """Frame to tick by the SDK's classes and the vn.py idiom."""

    def __init__(self, quote: Any, book: Any) -> None:
        self.kinds: dict[int, Any] = {QUOTE_PUSH: quote.Response, BOOK_PUSH: book.Response}
        self.whole: TickData = TickData("FUTU", "00700", Exchange.SEHK, NOW, "TENCENT")
        self.tick: TickData | None = None

    def on_frame(self, payload: bytes) -> None:
        """One push."""
        frame: dict[str, Any] = json.loads(payload)
        message: Any = self.kinds[frame["proto_id"]].FromString(base64.b64decode(frame["body_b64"]))
        if message.retType != 0:
            return
        tick: TickData = self.whole
        if frame["proto_id"] == QUOTE_PUSH:
            for one in message.s2c.basicQotList:
                tick.last_price, tick.open_price, tick.high_price, tick.low_price = one.curPrice, one.openPrice, one.highPrice, one.lowPrice
                tick.pre_close, tick.volume, tick.turnover = one.lastClosePrice, one.volume, one.turnover
                tick.datetime = datetime.fromtimestamp(one.updateTimestamp, HONG_KONG)
        else:
            for n, level in enumerate(message.s2c.orderBookBidList[:5], 1):
                setattr(tick, f"bid_price_{n}", level.price)
                setattr(tick, f"bid_volume_{n}", level.volume)
            for n, level in enumerate(message.s2c.orderBookAskList[:5], 1):
                setattr(tick, f"ask_price_{n}", level.price)
                setattr(tick, f"ask_volume_{n}", level.volume)
        self.tick = copy(tick)


def run(quick: bool) -> list[Row]:
    """One row for quotes, one for books."""
    if peer_module("futu") is None:
        return [row(path, PEER, None, AT_MOST, "lower", install_hint("futu-api")) for path in PATHS]
    from futu.common.pb import Qot_UpdateBasicQot_pb2 as quote
    from futu.common.pb import Qot_UpdateOrderBook_pb2 as book

    rows: list[Row] = []
    made = frames(quote, book)
    ours, official = Ours(), Official(quote, book)
    for payloads in made:
        for payload in payloads:
            ours.on_frame(payload)
            official.on_frame(payload)
    check_same(ours.tick, official.tick)
    for path, payloads in zip(PATHS, made, strict=True):
        taken = alternate({"ours": timed(ours.on_frame, payloads), "official": timed(official.on_frame, payloads)}, 8 if quick else 40)
        note: str = f"{min(taken['ours']) * 1e6:.1f} µs, {min(taken['official']) * 1e6:.1f} µs"
        rows.append(row(path, PEER, ratio_of(taken["ours"], taken["official"]), AT_MOST, "lower", note))
    return rows


def check_same(ours: TickData | None, theirs: TickData | None) -> None:
    """Both have made the same tick."""
    names: list[str] = ["last_price", "volume", "turnover", "open_price", "high_price", "low_price", "pre_close", "datetime"]
    names += [f"{side}_{figure}_{n}" for side in ("bid", "ask") for figure in ("price", "volume") for n in range(1, 6)]
    if ours is None or theirs is None or [getattr(ours, name) for name in names] != [getattr(theirs, name) for name in names]:
        raise RuntimeError("the two make different ticks")


if __name__ == "__main__":
    main(run, __doc__)
