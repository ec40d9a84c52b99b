"""
From the remote VeighNa's order to the exchange's and back: what the remote gateway rounds, refuses and names (spec 3.4).

Amounts in 1e-8. Prices and volumes are rounded down to the tick and the step, as the MockBinance gateway does.
"""

import math
from dataclasses import dataclass

from ...core.commands import PlaceOrder
from ...core.events import OrderReport
from ...core.instruments import Instrument
from ...core.numbers import SCALE
from ...core.orders import Order
from .params import OrderRequest
from .rendering import Row, make_order, moment, number

LIMITS: dict[str, str] = {"LIMIT": "GTC", "FAK": "IOC", "FOK": "FOK"}
SIDES: dict[str, str] = {"LONG": "BUY", "SHORT": "SELL"}
DIRECTIONS: dict[str, str] = {"BUY": "LONG", "SELL": "SHORT"}
STATUSES: dict[str, str] = {
    "NEW": "NOTTRADED", "PARTIALLY_FILLED": "PARTTRADED", "FILLED": "ALLTRADED", "REJECTED": "REJECTED",
}
STOP_SLIP: int = 200                    # a triggered stop may be filled this part of its trigger away from it: 0.5 %
MOST: int = 10 ** 15                    # of a price or volume, in its own unit
NOISE: float = 1e-6                     # of a tick or step, for prices that were computed
LONGEST_NAME: int = 64                  # characters of a reference that the journal keeps


class Refused(Exception):
    """The remote gateway refuses an order before it sends it."""


@dataclass(slots=True)
class RemoteOrder:
    """An order as the trading process knows it. ``order_id``: the core's, 0 until the exchange has it."""

    account: str
    symbol: str
    row: Row
    order_id: int = 0
    is_final: bool = False
    wants_cancel: bool = False


def to_amount(value: float, step: int) -> int:
    """A price or volume rounded down to a multiple of ``step``, 0 for one that is no number or not positive."""
    if not math.isfinite(value) or not 0 < value < MOST:
        return 0
    return math.floor(value * SCALE / step + NOISE) * step


def make_command(account: str, request: OrderRequest, instrument: Instrument, client_order_id: str, order_number: int) -> PlaceOrder:
    """
    What the exchange is told.

    :raises Refused: the direction, the type, the price or the volume is none that it can be told
    """
    side: str | None = SIDES.get(request.direction)
    volume: int = to_amount(request.volume, instrument.step_size)
    price: int = to_amount(request.price, instrument.tick_size)
    is_market: bool = request.type == "MARKET"
    if side is None or (request.type not in LIMITS and request.type not in ("MARKET", "STOP")):
        raise Refused
    if not max(instrument.min_quantity, 1) <= volume <= instrument.max_quantity:
        raise Refused
    if not is_market and (not price or price * volume < instrument.min_notional * SCALE):
        raise Refused
    command: PlaceOrder = PlaceOrder(
        account, instrument.symbol, side, "MARKET" if is_market else "LIMIT", volume, 0 if is_market else price,
        LIMITS.get(request.type, "GTC"), client_order_id=client_order_id, strategy_id=order_number,
    )
    if request.type == "STOP":
        command.type, command.stop_price, command.price = "STOP_LOSS_LIMIT", price, stop_limit(side, price, instrument.tick_size)
    return command


def stop_limit(side: str, trigger: int, tick: int) -> int:
    """The limit of a triggered stop, on the tick."""
    if side == "BUY":
        return -(-(trigger + trigger // STOP_SLIP) // tick) * tick
    return max((trigger - trigger // STOP_SLIP) // tick * tick, tick)


def journal_name(reference: str, orderid: str) -> str:
    """What the journal calls an order: the first word of its reference, else its remote id."""
    return reference.split(" ", 1)[0][:LONGEST_NAME] or orderid


def show_amounts(row: Row, command: PlaceOrder) -> None:
    """The row shows what the exchange is told."""
    row["volume"] = number(command.quantity)
    if command.type != "MARKET":
        row["price"] = number(command.stop_price or command.price)


def follow(row: Row, order: OrderReport | Order) -> None:
    """The row shows the order as the exchange has it."""
    row["status"] = STATUSES.get(order.status, "CANCELLED")
    row["volume"] = number(order.quantity)
    row["traded"] = number(order.executed) if order.executed else 0
    row["datetime"] = moment(order.time)


def found_again(gateway: str, orderid: str, order: Order | OrderReport) -> Row:
    """An order that the exchange reports to a trading process that does not know it: without reference and offset."""
    kind: str = "STOP" if order.stop_price else next(
        (name for name, time in LIMITS.items() if order.type == "LIMIT" and order.time_in_force == time), "LIMIT",
    )
    row: Row = make_order(
        gateway, order.symbol, orderid, "MARKET" if order.type == "MARKET" else kind, DIRECTIONS[order.side], "NONE",
        number(order.stop_price or order.price), number(order.quantity), "",
    )
    follow(row, order)
    return row
