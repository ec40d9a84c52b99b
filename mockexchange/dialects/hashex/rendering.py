"""
Core objects -> the bodies of the seed document, field by field in its order; later documents where named. Pure.

Prices have the decimals of the tick, other amounts as few as they need; times are ms.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from ...core.bars import Bar
from ...core.book import Book
from ...core.events import Fill, OrderReport, PublicTrade
from ...core.exchange import Exchange
from ...core.instruments import Instrument
from ...core.numbers import SCALE, multiply
from ...core.orders import Order
from ...core.tape import Tape, Window
from ..common.client_ids import wire_client_id
from .state import Listing

SPOT: int = 1                           # balanceType
TURNOVER_DIGITS: int = 2
ASSET_PRECISION: int = 8
ESTIMATE_COIN: str = "USDT"
CNY_PER_USDT: int = 72 * SCALE // 10    # spec 3.16, its example

Body = dict[str, Any]


def plain(value: int, digits: int = 0) -> str:
    """Amount in 1e-8 -> text with at least ``digits`` decimals and no zeros behind those."""
    if value < 0:
        return "-" + plain(-value, digits)
    whole, rest = divmod(value, SCALE)
    if not rest and not digits:
        return str(whole)
    fraction: str = f"{rest:08d}".rstrip("0").ljust(digits, "0")
    return f"{whole}.{fraction}"


# orders

def order_state(status: str, executed: int) -> str:
    """The core's status in the words of the API (spec 4.1)."""
    if status == "CANCELED" and executed:
        return "PARTIALLY_CANCELED"
    if status == "EXPIRED_IN_MATCH":
        return "PARTIALLY_CANCELED" if executed else "CANCELED"
    return status


def order_price(one: "Order | OrderReport", listing: Listing) -> str:
    """The limit price, "0" for a market order."""
    return plain(one.price, listing.price_digits) if one.price else "0"


def average_price(one: "Order | OrderReport", listing: Listing) -> str:
    """What was paid on average, "0" when nothing is filled."""
    if not one.executed:
        return "0"
    return plain(one.executed_quote * SCALE // one.executed, listing.price_digits)


def original_quantity(one: "Order | OrderReport") -> str:
    """The base quantity; of a market order by amount that was refused, the amount."""
    return plain(one.quantity or one.quote_quantity)


def order_row(order: Order, listing: Listing, echo: bool, full: bool) -> Body:
    """A row of list and history (seed, 4.3 and 4.4); ``full`` with the fields of the sibling documents (spec 3.13)."""
    body: Body = {"orderId": str(order.order_id)}
    if echo:
        body["clientOrderId"] = wire_client_id(order.client_order_id)
    body["symbol"] = listing.name
    body["orderType"] = "MARKET" if order.type == "MARKET" else "LIMIT"
    body["orderSide"] = "BUY" if order.is_buy else "SELL"
    body["balanceType"] = SPOT
    if full:
        body["timeInForce"] = "GTX" if order.type == "LIMIT_MAKER" else order.time_in_force
    body["price"] = order_price(order, listing)
    body["origQty"] = original_quantity(order)
    if full:
        body["avgPrice"] = average_price(order, listing)
    body["executedQty"] = plain(order.executed)
    if full:
        body["marginFrozen"] = frozen(order, listing)
        body["sourceId"] = None
        body["forceClose"] = None
    body["state"] = order_state(order.status, order.executed)
    body["createdTime"] = order.time // 1000
    return body


def order_detail(order: Order, listing: Listing, echo: bool, full: bool) -> Body:
    """Order detail (seed, 4.2); ``full`` with ``sourceId`` and ``forceClose`` (spec 3.12)."""
    body: Body = order_row(order, listing, echo, True)
    if not full:
        del body["sourceId"], body["forceClose"]
    return body


def frozen(order: Order, listing: Listing) -> str:
    """What is set aside: quote of a BUY, base of a SELL."""
    if not order.locked:
        return "0"
    return plain(order.locked, listing.price_digits if order.is_buy else 0)


def deal_row(fill: Fill, listing: Listing, full: bool) -> Body:
    """A fill of one's own (seed, 4.5); ``full`` with ``orderSide`` (spec 3.15)."""
    body: Body = {
        "orderId": str(fill.order_id),
        "execId": str(fill.trade_id),
        "symbol": listing.name,
    }
    if full:
        body["orderSide"] = "BUY" if fill.is_buy else "SELL"
    body["quantity"] = plain(fill.quantity)
    body["price"] = plain(fill.price, listing.price_digits)
    body["fee"] = plain(fill.fee)
    body["feeCoin"] = fill.fee_asset
    body["timestamp"] = fill.time // 1000
    return body


# balances

def value_of(exchange: Exchange, asset: str) -> int:
    """What one unit of an asset is worth in ESTIMATE_COIN at the last price; 0 when nothing says so."""
    if asset == ESTIMATE_COIN:
        return SCALE
    for symbol, instrument in exchange.instruments.items():
        if instrument.base == asset and instrument.quote == ESTIMATE_COIN:
            return exchange.tapes[symbol].last_price
    return 0


def balance_row(exchange: Exchange, asset: str, free: int, locked: int) -> Body:
    """Spec 3.16."""
    value: int = value_of(exchange, asset)
    total: int = multiply(value, free + locked)
    return {
        "coin": asset,
        "balance": plain(free + locked),
        "freeze": plain(locked),
        "availableBalance": plain(free),
        "estimatedTotalAmount": plain(total),
        "estimatedCynAmount": plain(multiply(CNY_PER_USDT, total)),
        "estimatedAvailableAmount": plain(multiply(value, free)),
        "estimatedFreeze": plain(multiply(value, locked)),
        "estimatedCoinType": ESTIMATE_COIN,
    }


# market

def symbol_config(instrument: Instrument, listing: Listing) -> Body:
    """Spec 3.3."""
    return {
        "symbol": listing.name,
        "baseAsset": instrument.base,
        "baseAssetPrecision": ASSET_PRECISION,
        "quoteAsset": instrument.quote,
        "quoteAssetPrecision": ASSET_PRECISION,
        "pricePrecision": listing.price_digits,
        "quantityPrecision": listing.quantity_digits,
        "makerFee": plain(instrument.maker_fee),
        "takerFee": plain(instrument.taker_fee),
    }


def kline_row(bar: Bar, listing: Listing) -> Body:
    """Seed, 5.2; ``t`` is the bar's opening."""
    digits: int = listing.price_digits
    return {
        "s": listing.name,
        "t": bar.open_time // 1000,
        "o": plain(bar.open, digits),
        "h": plain(bar.high, digits),
        "l": plain(bar.low, digits),
        "c": plain(bar.close, digits),
        "a": plain(bar.volume),
        "v": plain(bar.quote_volume, TURNOVER_DIGITS),
    }


def day_window(tape: Tape, start: int, end: int) -> Window:
    """Rolling statistics; one without trades stands still at the last price."""
    price: int = tape.last_price
    return tape.window(start, end) or Window(price, price, price, price, 0, 0, 0, -1, -1, price)


def change_percent(window: Window) -> str:
    """Relative change in percent, two decimals, rounded half up: the seed's "1.67"."""
    if not window.open:
        return "0.00"
    move: int = abs(window.last - window.open)
    return _signed((move * 20_000 + window.open) // (2 * window.open), 2, window)


def change_fraction(window: Window) -> str:
    """Relative change as a fraction, four decimals, cut off: the "0.0556" of spec 3.5."""
    if not window.open:
        return "0.0000"
    return _signed(abs(window.last - window.open) * 10_000 // window.open, 4, window)


def _signed(parts: int, digits: int, window: Window) -> str:
    unit: int = 10 ** digits
    sign: str = "-" if window.last < window.open and parts else ""
    return f"{sign}{parts // unit}.{parts % unit:0{digits}d}"


def ticker_row(listing: Listing, window: Window, now: int) -> Body:
    """Seed, 5.3 and 5.4; ``r`` is a percentage."""
    digits: int = listing.price_digits
    return {
        "t": now // 1000,
        "s": listing.name,
        "c": plain(window.last, digits),
        "h": plain(window.high, digits),
        "l": plain(window.low, digits),
        "a": plain(window.volume),
        "v": plain(window.quote, TURNOVER_DIGITS),
        "o": plain(window.open, digits),
        "r": change_percent(window),
    }


def trend_ticker(listing: Listing, window: Window, bars: Iterable[Bar], now: int) -> Body:
    """Spec 3.5: ``r`` is a fraction here, and the prices of the trend are JSON numbers."""
    body: Body = ticker_row(listing, window, now)
    body["r"] = change_fraction(window)
    body["tickerTrendVo"] = {
        "list": [
            {
                "symbolId": listing.number, "symbol": listing.name,
                "price": float(plain(bar.close)), "time": bar.open_time // 1000,
            }
            for bar in bars
        ]
    }
    return body


def public_deal(trade: PublicTrade, listing: Listing) -> Body:
    """Seed, 5.5."""
    return {
        "t": trade.time // 1000,
        "s": listing.name,
        "p": plain(trade.price, listing.price_digits),
        "a": plain(trade.quantity),
        "m": "ASK" if trade.buyer_is_maker else "BID",
    }


def levels(found: Sequence[tuple[int, int]], listing: Listing) -> list[tuple[str, str]]:
    """[price, quantity] pairs, best first."""
    digits: int = listing.price_digits
    return [(plain(price, digits), plain(total)) for price, total in found]


def depth(book: Book, listing: Listing, limit: int, now: int) -> Body:
    """Seed, 5.6."""
    return {
        "t": now // 1000,
        "s": listing.name,
        "u": book.update_id,
        "b": levels(book.bids(limit), listing),
        "a": levels(book.asks(limit), listing),
    }
