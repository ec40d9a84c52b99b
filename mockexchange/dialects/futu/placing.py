"""From the wire's order to the exchange's (spec 2.19, 3, 5.6, 5.7). Amounts in 1e-8. Failure says what cannot be."""

from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from ...core.commands import PlaceOrder
from ...core.errors import Refusal, refuse
from ...core.events import OrderReport
from ...core.kept_orders import keep_order
from ...core.numbers import SCALE
from ...core.rules import AUCTION as AUCTION_PHASE
from ...plain import encodable
from . import enums
from .contents import CN, HK, TradeMarket
from .errors import BAD_ARGUMENT, Failure, refusal_text
from .params import Body
from .rendering import Wishes
from .state import DialectState
from .trading_accounts import TradingAccount

PRICE_DIGITS: dict[str, int] = {"HK": 3, "US": 4, "CN": 3}      # what is more is cut off
REMARK_BYTES: int = 64
MOST: float = 1e9
AUCTION_REACH: int = SCALE // 5         # an order at any auction price goes so far from the last close

ONLY_HK: frozenset[int] = frozenset({
    enums.ABSOLUTE_LIMIT, enums.AUCTION, enums.AUCTION_LIMIT, enums.SPECIAL_LIMIT, enums.SPECIAL_LIMIT_ALL,
})
# order_type -> the core's type
KINDS: dict[int, str] = {
    enums.NORMAL: "LIMIT", enums.MARKET: "MARKET", enums.ABSOLUTE_LIMIT: "LIMIT", enums.AUCTION: "LIMIT",
    enums.AUCTION_LIMIT: "LIMIT", enums.SPECIAL_LIMIT: "LIMIT", enums.SPECIAL_LIMIT_ALL: "LIMIT", enums.STOP: "STOP_LOSS",
    enums.STOP_LIMIT: "STOP_LOSS_LIMIT", enums.MARKET_IF_TOUCHED: "TAKE_PROFIT", enums.LIMIT_IF_TOUCHED: "TAKE_PROFIT_LIMIT",
}
TIMES: dict[int, str] = {enums.DAY: "DAY", enums.GTC: "GTC", enums.IOC: "IOC"}
STOPS: frozenset[int] = frozenset({enums.STOP, enums.STOP_LIMIT, enums.MARKET_IF_TOUCHED, enums.LIMIT_IF_TOUCHED})


class Placed(NamedTuple):
    """What became of an order: its number in the core and its time in us."""

    core_id: int
    time: int


def to_amount(value: float, digits: int = 8) -> int:
    """A number of the wire -> 1e-8, cut off behind ``digits``."""
    if not 0 <= value <= MOST:
        raise Failure(f"number out of range: {value!r}", BAD_ARGUMENT)
    cut: Decimal = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_DOWN)
    return int(cut * SCALE)


def make_command(desk: DialectState, account: TradingAccount, market: TradeMarket, body: Body) -> PlaceOrder:
    """The order as the exchange is asked for it."""
    symbol: str = desk.find_traded(market, body["code"], body.get("sec_market"))
    if body["trd_side"] not in (enums.BUY, enums.SELL):
        raise Failure(f"trd_side {body['trd_side']} is not supported", BAD_ARGUMENT)
    kind: int = body["order_type"]
    if kind not in KINDS or (kind in ONLY_HK and market is not HK) or (kind != enums.NORMAL and market is CN):
        raise Failure(f"order_type {kind} is not supported in this market", BAD_ARGUMENT)
    wishes: Wishes = Wishes(
        kind, body.get("time_in_force", enums.DAY), body.get("fill_outside_rth", False), body.get("session", 0) & 0xFF,
    )
    if wishes.time_in_force not in TIMES or (wishes.time_in_force != enums.DAY and market is CN):
        raise Failure(f"time_in_force {wishes.time_in_force} is not supported", BAD_ARGUMENT)
    remark: str = encodable(body.get("remark", ""))
    if len(remark.encode()) > REMARK_BYTES:
        raise Failure(f"remark: longer than {REMARK_BYTES} bytes", BAD_ARGUMENT)
    command: PlaceOrder = PlaceOrder(
        account.core, symbol, "BUY" if body["trd_side"] == enums.BUY else "SELL", KINDS[kind], to_amount(body["qty"]),
        time_in_force=TIMES[wishes.time_in_force], client_order_id=desk.client_ids.core(account.core, symbol, remark),
        stp_mode="NONE", strategy_type=wishes.pack(),
    )
    set_prices(desk, command, kind, market, body)
    return command


def set_prices(desk: DialectState, command: PlaceOrder, kind: int, market: TradeMarket, body: Body) -> None:
    """Limit, trigger, and how long an order of this type stays."""
    digits: int = PRICE_DIGITS[market.word]
    if kind in STOPS:
        command.stop_price = to_amount(body.get("aux_price", 0.0), digits)
        if not command.stop_price:
            raise Failure("aux_price: required for this order_type", BAD_ARGUMENT)
    if kind == enums.AUCTION:
        command.price = auction_price(desk, command)
    elif command.type not in ("MARKET", "STOP_LOSS", "TAKE_PROFIT"):
        command.price = adjusted(desk, command.symbol, to_amount(body.get("price", 0.0), digits), body)
        if not command.price:
            raise Failure("price: must be positive", BAD_ARGUMENT)
    if kind == enums.SPECIAL_LIMIT:
        command.time_in_force = "IOC"
    elif kind == enums.SPECIAL_LIMIT_ALL:
        command.time_in_force = "FOK"
    elif kind in (enums.AUCTION, enums.AUCTION_LIMIT):
        command.time_in_force = "DAY"


def auction_price(desk: DialectState, command: PlaceOrder) -> int:
    """A limit that any auction price is within."""
    close: int = desk.venue.exchange.previous_close(command.symbol)
    rate: int = SCALE + AUCTION_REACH if command.side == "BUY" else SCALE - AUCTION_REACH
    price: int = close * rate // SCALE
    return price // desk.tick(command.symbol, price) * desk.tick(command.symbol, price)


def adjusted(desk: DialectState, symbol: str, price: int, body: Body) -> int:
    """
    The price on its tick, where ``adjust_price`` allows it to move: up by ``adjust_side_and_limit`` at most, down where that
    is negative.
    """
    tick: int = desk.tick(symbol, price)
    if not body.get("adjust_price") or price % tick == 0:
        return price
    limit: float = body.get("adjust_side_and_limit", 0.0)
    moved: int = -(-price // tick) * tick if limit > 0 else price // tick * tick
    if abs(moved - price) > abs(limit) * price:
        raise Failure("the price cannot be adjusted to its tick within the limit")
    return moved


def place(desk: DialectState, command: PlaceOrder) -> Placed:
    """
    Hand the order to the exchange. What that refuses is a Failure, or an order that is accepted and failed then; Refusal
    when there is no room for the journal.
    """
    venue = desk.venue
    wishes_auction: bool = (command.strategy_type or 0) & 0xFF in (enums.AUCTION, enums.AUCTION_LIMIT)
    try:
        if not desk.is_listed(command.symbol):
            raise refuse("INVALID_SYMBOL")
        if wishes_auction and venue.exchange.instruments[command.symbol].status != AUCTION_PHASE:
            raise refuse("UNSUPPORTED_TYPE")
        report = venue.apply(command)[0]
    except Refusal as refusal:
        if refusal.reason == "JOURNAL_FULL":
            raise
        if desk.options.refusals == "at_once":
            raise Failure(refusal_text(refusal)) from None
        now: int = venue.now()
        events = keep_order(venue.exchange, command, now, "REJECTED", refusal.filter or refusal.reason)
        venue.journal.record(now, None, events)
        desk.on_kept(events)
        report = events[0]
    assert isinstance(report, OrderReport)
    return Placed(report.order_id, report.time)
