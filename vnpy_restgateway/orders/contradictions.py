"""
What cannot be true of an order or a fill. Pure.

The numbers of a message are each plausible by themselves (``plausible``); here they are compared with each other, and
with what is known of the order. A message that contradicts itself is not believed as a whole: the venue is asked.
"""

from datetime import datetime
from math import isclose
from typing import Any

from vnpy.trader.constant import Direction, OrderType, Status
from vnpy.trader.object import OrderData, TradeData

from rest_locale import _

from ..net.validate import short

NOISE: float = 1e-9             # relative, of numbers that were decimal text once; and of a unit
PRICE_SET: tuple[OrderType, ...] = (OrderType.LIMIT, OrderType.FAK, OrderType.FOK)
ENDED: tuple[Status, ...] = (Status.CANCELLED, Status.REJECTED)
LONGEST_ID: int = 64            # characters; Binance takes 36, a UUID has 36
HIGHEST_ID: int = 2 ** 63       # of ids that are numbers: signed 64 bits


class Contradiction(ValueError):
    """A message whose parts cannot be true together, or that names another order than the one it should."""


def number_id(value: Any, least: int = 1) -> int:
    """
    An id that the venue writes as a JSON number.

    :raises ValueError: it is of another type, or no such number
    """
    if type(value) is not int or not least <= value < HIGHEST_ID:
        raise ValueError(f"no id: {short(value)}")
    return value


def text_id(value: Any) -> str:
    """
    An id that the venue writes as text.

    :raises ValueError: it is of another type, empty, too long, or not printable
    """
    if type(value) is not str or not 0 < len(value) <= LONGEST_ID or not value.isprintable() or value.isspace():
        raise ValueError(f"no id: {short(value)}")
    return value


def order_contradiction(order: OrderData) -> str:
    """What of an order's status, volume and traded volume cannot be true together, or ""."""
    status, volume, traded = order.status, order.volume, order.traded
    if not traded:
        if status is Status.PARTTRADED or status is Status.ALLTRADED:
            return _("{status} with nothing traded").format(status=status.name)
        return ""
    if status is Status.REJECTED:
        return _("{status} with {traded:.12g} traded").format(status=status.name, traded=traded)
    if not volume:
        return ""               # a market order by an amount of money
    noise: float = NOISE + volume * NOISE
    if traded > volume + noise:
        return _("traded {traded:.12g} of {volume:.12g}").format(traded=traded, volume=volume)
    if traded < volume - noise:
        return _("{status} with {traded:.12g} of {volume:.12g} traded").format(status=status.name, traded=traded, volume=volume) if status is Status.ALLTRADED else ""
    if status is Status.PARTTRADED or status is Status.CANCELLED:
        return _("{status} with all of {volume:.12g} traded").format(status=status.name, volume=volume)
    return ""


def known_contradiction(known: OrderData, filled: float, news: OrderData) -> str:
    """What of the news of an order cannot be true of the order that is known, with ``filled`` of it delivered; or ""."""
    if news.symbol != known.symbol:
        return _("symbol {symbol}, not {expected}").format(symbol=news.symbol, expected=known.symbol)
    if news.direction is not known.direction and news.direction and known.direction:
        return _("direction {direction}, not {expected}").format(direction=news.direction.name, expected=known.direction.name)
    if known.type in PRICE_SET and news.type in PRICE_SET:
        if known.price and news.price and not isclose(known.price, news.price, rel_tol=NOISE):
            return _("price {price:.12g}, not {expected:.12g}").format(price=news.price, expected=known.price)
        if known.volume and news.traded > known.volume * (1.0 + NOISE) + NOISE:
            return _("traded {traded:.12g} of {volume:.12g}").format(traded=news.traded, volume=known.volume)
    if news.status in ENDED and news.traded < filled * (1.0 - NOISE) - NOISE:
        return _("{status} with {traded:.12g} traded, of which {filled:.12g} is known").format(status=news.status.name, traded=news.traded, filled=filled)
    return ""


def fill_contradiction(order: OrderData, filled: float, trade: TradeData, unpriced: bool = False) -> str:
    """
    What of a fill cannot be true of its order, of which ``filled`` was delivered before; or "". ``unpriced``: the venue does not
    keep to the order's limit.
    """
    if trade.symbol != order.symbol:
        return _("symbol {symbol}, not {expected}").format(symbol=trade.symbol, expected=order.symbol)
    if not trade.volume or not trade.price:
        return _("{volume:.12g} at {price:.12g}").format(volume=trade.volume, price=trade.price)
    if trade.direction is not order.direction and trade.direction and order.direction:
        return _("direction {direction}, not {expected}").format(direction=trade.direction.name, expected=order.direction.name)
    if order.type not in PRICE_SET:
        return ""
    if order.volume and filled + trade.volume > order.volume * (1.0 + NOISE) + NOISE:
        return _("{volume:.12g}, with {filled:.12g} of {total:.12g} traded before").format(volume=trade.volume, filled=filled, total=order.volume)
    reason: str = "" if unpriced else beyond_limit(order.direction, order.price, trade.price)
    return f"{trade.volume:.12g} {reason}" if reason else ""


def beyond_limit(direction: Direction | None, limit: float, price: float) -> str:
    """Whether a price is worse than a limit order allows; "" if it is not."""
    if limit and (
        direction is Direction.LONG and price > limit * (1.0 + NOISE)
        or direction is Direction.SHORT and price < limit * (1.0 - NOISE)
    ):
        return _("at {price:.12g}, beyond the limit {limit:.12g}").format(price=price, limit=limit)
    return ""


def is_amended(created: datetime | None, direction: Direction | None, news: OrderData) -> bool:
    """
    Whether news with another client order id are of an order, made at this time of the venue's: an amendment gives it a new id, and
    no new time.
    """
    if created is None or news.datetime is None or direction is not news.direction:
        return False
    apart: float = abs((created - news.datetime).total_seconds())
    cut: bool = not (created.microsecond and news.datetime.microsecond)
    return apart < (1.0 if cut else 0.1)        # answers and pushes may cut an order's time at other digits
