"""Which orders and fills an account shows (spec 2.17, 2.18): those of the market's day, or of a stretch of time."""

from collections.abc import Callable
from datetime import datetime

from ...core.errors import Refusal
from ...core.events import Fill
from ...core.orders import Order
from . import rendering
from .contents import TradeMarket
from .errors import Failure
from .params import Body
from .state import DialectState, Zoned, midnight, zone_of
from .trading_accounts import TradingAccount

FORMATS: tuple[str, ...] = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")


def read_time(market: Zoned, text: str, is_end: bool = False) -> int:
    """A market's local time as text -> us; a date as an end is its last moment. Failure for text that is no time."""
    for form in FORMATS:
        try:
            found: datetime = datetime.strptime(text, form).replace(tzinfo=zone_of(market.zone))
        except ValueError:
            continue
        us: int = round(found.timestamp() * 1e6)
        return us + 86_400_000_000 - 1 if is_end and form == FORMATS[-1] else us
    raise Failure(f"invalid time: {text!r}", -400)


def stretch(market: Zoned, conditions: Body, needs_times: bool) -> tuple[int, int]:
    """``begin_time`` and ``end_time`` in us; without them all of time, or a Failure."""
    begin, end = conditions.get("begin_time"), conditions.get("end_time")
    if needs_times and not (begin and end):
        raise Failure("filter_conditions: begin_time and end_time are required", -400)
    return read_time(market, begin) if begin else 0, read_time(market, end, is_end=True) if end else 1 << 62


def visible(desk: DialectState, order: Order, now: int) -> bool:
    """Whether lists show it yet."""
    return not 0 <= now - order.time < desk.options.hidden_ms * 1000


def orders_of(desk: DialectState, account: TradingAccount, market: TradeMarket) -> list[Order]:
    """All of an account's orders in a market, newest first."""
    exchange = desk.venue.exchange
    found: list[Order] = [
        order for symbol, facts in desk.markets.items() if facts.trade is market for order in exchange.all_orders(account.core, symbol)
    ]
    now: int = desk.venue.now()
    return sorted((each for each in found if visible(desk, each, now)), key=lambda each: -each.order_id)


def is_of_today(desk: DialectState, market: Zoned) -> Callable[[Order], bool]:
    """Placed or ended today, or still open."""
    since: int = midnight(market, desk.venue.now())
    return lambda order: order.time >= since or order.update_time >= since or not order.is_final


def matches(conditions: Body, symbol: str, wire_id: int, wire_id_ex: str) -> bool:
    """Codes and ids of ``filter_conditions``; all that are given must fit."""
    codes, ids, others = conditions.get("code_list"), conditions.get("id_list"), conditions.get("order_id_ex_list")
    return (
        (not codes or symbol in codes or any(code.partition(".")[2] == symbol for code in codes))
        and (not ids or wire_id in ids)
        and (not others or wire_id_ex in others)
    )


def find_order(desk: DialectState, account: TradingAccount, wire_id: int) -> Order:
    """An order of the account by its number. Failure for one that there is not."""
    for symbol in desk.markets:
        try:
            return desk.venue.exchange.find_order(account.core, symbol, rendering.core_id(wire_id))
        except Refusal:
            continue
    raise Failure(f"the order does not exist: {wire_id}")


def find_order_ex(desk: DialectState, account: TradingAccount, wire_id_ex: str) -> Order:
    """As ``find_order``, by the text id."""
    digits: str = wire_id_ex[8:]
    if digits.isascii() and digits.isdigit():
        order: Order = find_order(desk, account, rendering.order_id(int(digits)))
        if rendering.order_id_ex(order.order_id, order.time, desk.markets[order.symbol]) == wire_id_ex:
            return order
    raise Failure(f"the order does not exist: {wire_id_ex!r}")


def row_of(desk: DialectState, account: TradingAccount, order: Order) -> rendering.Body:
    market = desk.markets[order.symbol]
    status: int = rendering.order_status(order, desk.venue.now(), desk.options, order.order_id in desk.cancelling)
    return rendering.order_row(order, status, desk.facts(order.symbol).name, market, market.trade.number(account.is_real))


def fills_of(desk: DialectState, account: TradingAccount, market: TradeMarket) -> list[tuple[Fill, Order]]:
    """All of an account's fills in a market with their orders, newest first."""
    exchange = desk.venue.exchange
    now: int = desk.venue.now()
    found: list[tuple[Fill, Order]] = []
    for symbol, facts in desk.markets.items():
        if facts.trade is market:
            for fill in exchange.fills(account.core, symbol):
                order: Order = exchange.find_order(account.core, symbol, fill.order_id)
                if visible(desk, order, now) and not 0 <= now - order.time < desk.options.submit_ms * 1000:
                    found.append((fill, order))
    return sorted(found, key=lambda each: (-each[0].time, -each[0].trade_id))
