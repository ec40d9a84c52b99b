"""Core objects -> rows of the wire (spec 2.16 to 2.19). Pure: prices and quantities as floats, ids as integers."""

from typing import Any, NamedTuple
from zlib import crc32

from ...core.events import Fill, OrderReport
from ...core.numbers import SCALE
from ...core.orders import Order
from ..common.client_ids import wire_client_id
from . import enums
from .contents import MarketFacts
from .errors import FILTERS, REFUSALS
from .options import FutuOptions
from .state import Zoned, stamp

Body = dict[str, Any]

FIRST_ORDER_ID: int = 9_000_000_000_000_000_000
# core words that differ from an order's Futu type only where a terminal has made the order, not this dialect
TYPES: dict[str, int] = {
    "LIMIT": enums.NORMAL, "MARKET": enums.MARKET, "STOP_LOSS": enums.STOP, "STOP_LOSS_LIMIT": enums.STOP_LIMIT,
    "TAKE_PROFIT": enums.MARKET_IF_TOUCHED, "TAKE_PROFIT_LIMIT": enums.LIMIT_IF_TOUCHED,
}


class Wishes(NamedTuple):
    """What an order was asked to be, beyond the core's words: kept as its ``strategy_type``."""

    order_type: int
    time_in_force: int = enums.DAY
    outside_rth: bool = False
    session: int = 0

    def pack(self) -> int:
        return self.order_type | self.time_in_force << 8 | int(self.outside_rth) << 12 | self.session << 13


def wishes_of(order: "Order | OrderReport") -> Wishes:
    """Undo ``pack``."""
    packed: int | None = order.strategy_type
    if packed is None:
        return Wishes(TYPES.get(order.type, enums.NORMAL))
    return Wishes(packed & 0xFF, packed >> 8 & 0xF, bool(packed >> 12 & 1), packed >> 13)


def number(amount: int) -> float:
    """Amount in 1e-8 -> float."""
    return amount / SCALE


def order_id(core_id: int) -> int:
    return FIRST_ORDER_ID + core_id


def core_id(wire_id: int) -> int:
    return wire_id - FIRST_ORDER_ID


def order_id_ex(core_id: int, time: int, market: Zoned) -> str:
    """``time``: the order's, in us."""
    return f"{stamp(market, time)[:10].replace('-', '')}{core_id:010d}"


def fill_id(fill: Fill) -> int:
    """Unique on the venue: the core's are unique by symbol, and both sides of a trade have the same."""
    return (crc32(fill.symbol.encode()) & 0x7FFF_FFFF) << 32 | (2 * fill.trade_id + fill.is_buy) & 0xFFFF_FFFF


def fill_id_ex(fill: Fill) -> str:
    return f"{fill.symbol}-{fill.trade_id}-{'B' if fill.is_buy else 'S'}"


def order_status(order: "Order | OrderReport", now: int, options: FutuOptions, is_cancelling: bool) -> int:
    """Spec 3; ``now`` in us."""
    age: int = now - order.time
    if order.status == "REJECTED":
        return enums.SUBMIT_FAILED if options.refusals == "submit_failed" else enums.FAILED
    if 0 <= age < options.submit_ms * 1000:
        return enums.WAITING if age * 2 < options.submit_ms * 1000 else enums.SUBMITTING
    if order.status == "FILLED":
        return enums.FILLED_ALL
    if order.status not in ("NEW", "PARTIALLY_FILLED"):
        return enums.CANCELLED_PART if order.executed else enums.CANCELLED_ALL
    if is_cancelling:
        return enums.CANCELLING_PART if order.executed else enums.CANCELLING_ALL
    return enums.FILLED_PART if order.executed else enums.SUBMITTED


def order_row(order: "Order | OrderReport", status: int, name: str, market: MarketFacts, trd_market: int) -> Body:
    """Order (spec 2.17). Before it is submitted nothing of it is filled."""
    wishes: Wishes = wishes_of(order)
    executed: int = 0 if status in (enums.WAITING, enums.SUBMITTING) else order.executed
    return {
        "trd_side": enums.BUY if order.side == "BUY" else enums.SELL,
        "order_type": wishes.order_type,
        "order_status": status,
        "order_id": order_id(order.order_id),
        "order_id_ex": order_id_ex(order.order_id, order.time, market),
        "code": order.symbol,
        "name": name,
        "qty": number(order.quantity),
        "price": 0.0 if wishes.order_type == enums.AUCTION else number(order.price),
        "create_time": stamp(market, order.time),
        "update_time": stamp(market, order.update_time),
        "fill_qty": number(executed),
        "fill_avg_price": order.executed_quote / order.executed if executed else 0.0,
        "last_err_msg": error_text(order.reject_reason),
        "sec_market": market.sec_market,
        "create_timestamp": order.time / 1e6,
        "update_timestamp": order.update_time / 1e6,
        "remark": wire_client_id(order.client_order_id) or "",
        "time_in_force": wishes.time_in_force,
        "fill_outside_rth": wishes.outside_rth,
        "aux_price": number(order.stop_price) if order.stop_price else None,
        "trail_type": None,
        "trail_value": None,
        "trail_spread": None,
        "currency": market.currency_code,
        "trd_market": trd_market,
        "session": wishes.session or None,
        "jp_acc_type": None,
        "expire_time": None,
    }


def error_text(reason: str) -> str:
    """``last_err_msg`` of a refused order; the reason may be the name of a filter."""
    return "" if reason == "NONE" else FILTERS.get(reason) or REFUSALS.get(reason) or reason


def fill_row(fill: Fill, order: "Order | OrderReport | None", name: str, market: MarketFacts, trd_market: int) -> Body:
    """OrderFill (spec 2.18)."""
    return {
        "trd_side": enums.BUY if fill.is_buy else enums.SELL,
        "fill_id": fill_id(fill),
        "fill_id_ex": fill_id_ex(fill),
        "order_id": order_id(fill.order_id),
        "order_id_ex": order_id_ex(fill.order_id, order.time, market) if order is not None else None,
        "code": fill.symbol,
        "name": name,
        "qty": number(fill.quantity),
        "price": number(fill.price),
        "create_time": stamp(market, fill.time),
        "counter_broker_id": None,
        "counter_broker_name": None,
        "sec_market": market.sec_market,
        "create_timestamp": fill.time / 1e6,
        "update_timestamp": fill.time / 1e6,
        "status": 0,
        "trd_market": trd_market,
        "jp_acc_type": None,
    }
