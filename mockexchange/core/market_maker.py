"""What the market maker does: quotes, trades of the flow, a recorded tape, a price set from outside."""

from .book import Book, Level
from .commands import FeedTrade, Quote, SetPrice, TapeTrade
from .errors import refuse
from .events import PublicTrade
from .market import TAPE_ROOM, Market
from .matching import Matcher
from .numbers import BEYOND, SCALE, format_short
from .orders import BookOrder

EVERYTHING: int = BEYOND
TAPE_LEVELS: int = 20                   # a side, behind the touch
TAPE_SPACING: int = 50_000              # levels lie this part of the price apart


def quoted_quantity(level: Level) -> int:
    """What remains of the market maker's orders at a level."""
    head = level.head
    if head.next is None:
        return 0 if head.account else level.total
    return sum(order.remaining for order in level if not order.account)


def put_quote(book: Book, is_buy: bool, price: int, quantity: int) -> bool:
    """
    Make the market maker's quantity at a price ``quantity``; False when it would cross, and nothing is done.

    More is added behind what is there, less is taken from the back of the queue first.
    """
    level = book.level(is_buy, price)
    if level is None:
        if quantity:
            if book.crosses(is_buy, price):
                return False
            book.add(BookOrder(is_buy, price, quantity))
        return True
    more: int = quantity - quoted_quantity(level)
    tail = level.tail
    if more > 0:
        if tail.account:
            book.add(BookOrder(is_buy, price, more))
        else:
            book.grow(tail, more)
        return True
    order = tail
    while more:
        before = order.prev
        if not order.account:
            part: int = min(-more, order.remaining)
            more += part
            book.reduce(order, part)
        if before is None:
            break
        order = before
    return True


def clear_quotes(book: Book, is_buy: bool) -> list[tuple[int, int]]:
    """Take all of the market maker's orders off a side; returns (price, quantity) of its levels, best first."""
    found: list[tuple[int, int]] = []
    for level in list(book.levels(is_buy)):
        quantity = quoted_quantity(level)
        if quantity:
            found.append((level.price, quantity))
            put_quote(book, is_buy, level.price, 0)
    return found


class TapeDepth:
    """
    The book the market maker shows around a recorded tape: the touch at the last trade, and levels
    on a fixed grid behind it and on the other side. Moving it costs what the tape moved.
    """

    def __init__(self) -> None:
        self.spacing: int = 0
        self.touch: tuple[bool, int] | None = None
        self.average: int = 0                   # of the tape's quantities, running
        self.windows: dict[bool, range] = {True: range(0), False: range(0)}
        self.is_patchy: bool = False            # a level could not be quoted

    def follow(self, market: Market, trade: TapeTrade) -> None:
        """Quote around a trade; the book must not be beyond its price any more."""
        book = market.book
        rules = market.instrument
        tick, step = rules.tick_size or 1, rules.step_size or 1
        price, is_buy = trade.price, trade.buyer_is_maker
        if not self.average:
            self.average = trade.quantity
        self.average += (trade.quantity - self.average) // 32
        size: int = max(4 * self.average // step, 1) * step
        wanted: int = max(price // TAPE_SPACING // tick, 1) * tick
        if not self.spacing or not self.spacing <= 2 * wanted <= 4 * self.spacing:
            clear_quotes(book, True)
            clear_quotes(book, False)
            self.spacing = wanted
            self.windows = {True: range(0), False: range(0)}
            self.touch = None
        spacing: int = self.spacing
        bid: int = (price - 1) // spacing
        ask: int = price // spacing + 1
        windows = {True: range(max(bid - TAPE_LEVELS + 1, 1), bid + 1), False: range(ask, ask + TAPE_LEVELS)}
        touch = (is_buy, price)
        old = self.touch
        if old is not None and old != touch:
            cell, rest = divmod(old[1], spacing)
            if rest or cell not in windows[old[0]]:
                put_quote(book, old[0], old[1], 0)
        patchy: bool = self.is_patchy or market.is_depth_taken
        self.is_patchy = market.is_depth_taken = False
        for side, window in windows.items():
            before = self.windows[side]
            if window == before and not patchy:
                continue
            for cell in before:
                if cell not in window and touch != (side, cell * spacing):
                    put_quote(book, side, cell * spacing, 0)
            for cell in window:
                if patchy or cell not in before:
                    self._fill(book, side, cell * spacing, size * (1 + cell % 4))
        self.windows = windows
        self.touch = touch
        level = book.level(is_buy, price)
        if level is None or quoted_quantity(level) < size:
            self.is_patchy |= not put_quote(book, is_buy, price, size)

    def _fill(self, book: Book, is_buy: bool, price: int, size: int) -> None:
        level = book.level(is_buy, price)
        if level is None or not quoted_quantity(level):
            self.is_patchy |= not put_quote(book, is_buy, price, size)


class MarketMaker:
    """Carries out the market maker's commands on a market. Each raises before it changes anything."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher: Matcher = matcher
        self._depths: dict[str, TapeDepth] = {}

    def quote(self, market: Market, command: Quote) -> None:
        if command.price <= 0 or command.quantity < 0:
            raise ValueError(f"price, quantity: no such quote: {command.quantity} at {command.price}")
        if command.quantity and not market.lowest <= command.price <= market.highest:
            raise ValueError(f"price: {command.price} is outside the day's band of {market.symbol}: {market.lowest} to {market.highest}")
        if not put_quote(market.book, _is_buy(command.side), command.price, command.quantity):
            raise ValueError(f"price: a {command.side} quote at {command.price} would cross the book of {market.symbol}")

    def trade(self, market: Market, command: FeedTrade) -> None:
        """Nothing trades in a symbol that is not TRADING."""
        is_buy: bool = _is_buy(command.side)
        if command.quantity <= 0:
            raise ValueError(f"quantity: must be positive, not {command.quantity}")
        if market.instrument.status == "TRADING":
            matcher = self._matcher
            matcher.sweep(market, is_buy, command.quantity, command.limit_price, matcher.take_order_id())

    def tape(self, market: Market, command: TapeTrade) -> None:
        """
        Print a recorded trade, and fill the users' orders it would have met.

        Beyond its price they are filled whole, at its price as far as the recorded quantity
        reaches them in the queue. Nothing happens in a symbol that is not TRADING.
        """
        price, quantity, time = command.price, command.quantity, command.time
        if price <= 0 or quantity <= 0:
            raise ValueError(f"price, quantity: no such trade: {quantity} at {price}")
        if market.instrument.status != "TRADING":
            return
        matcher = self._matcher
        newest: int = max(command.trade_id, command.last_id)
        if not market.is_room_reserved:
            market.reserve_trade_ids(newest + TAPE_ROOM)
        self._give(market, False, EVERYTHING, price + 1)
        if price > 1:
            self._give(market, True, EVERYTHING, price - 1)
        matcher.publish(market, PublicTrade(
            market.symbol, command.trade_id, price, quantity, price * quantity // SCALE, time,
            command.buyer_is_maker, 0, command.first_id, command.last_id,
        ))
        self._give(market, not command.buyer_is_maker, quantity, price)
        depth = self._depths.get(market.symbol)
        if depth is None:
            depth = self._depths[market.symbol] = TapeDepth()
        depth.follow(market, command)

    def _give(self, market: Market, is_buy: bool, quantity: int, limit: int) -> None:
        """The tape takes: house orders vanish, users' orders trade with the market maker."""
        matcher, book = self._matcher, market.book
        while True:
            fills = book.take(is_buy, quantity, limit)
            for maker, part in fills:
                quantity -= part
                if maker.account:
                    matcher.trade(market, maker, None, is_buy, matcher.take_order_id(), part)
            if not (fills and book.icebergs):
                return

    def clear(self, market: Market) -> None:
        """Take all that the market maker quotes off a symbol's book."""
        depth = self._depths.get(market.symbol)
        if depth is not None:
            depth.spacing = 0
        clear_quotes(market.book, True)
        clear_quotes(market.book, False)

    def set_price(self, market: Market, command: SetPrice) -> None:
        """
        Move the market to a price.

        Users' orders at the price and beyond are filled by the market maker at their own limits, one
        trade prints at the price, and the market maker quotes the depth it had around the new price.
        """
        price: int = command.price
        rules = market.instrument
        tick: int = rules.tick_size or 1
        if price <= 0 or price % tick:
            raise ValueError(f"price: must be a positive multiple of the tick size {format_short(tick)}, not {format_short(price)}")
        if not market.lowest <= price <= market.highest:
            raise ValueError(f"price: {format_short(price)} is outside the day's band of {market.symbol}: {format_short(market.lowest)} to {format_short(market.highest)}")
        if rules.status != "TRADING":
            raise refuse("MARKET_CLOSED")
        matcher, book, tape = self._matcher, market.book, market.tape
        depth = self._depths.get(market.symbol)
        if depth is not None:
            depth.spacing = 0
        bids, asks = clear_quotes(book, True), clear_quotes(book, False)
        taker_id: int = matcher.take_order_id()
        falls: bool = price < tape.last_price
        matcher.sweep(market, False, EVERYTHING, price, taker_id)
        matcher.sweep(market, True, EVERYTHING, price, taker_id)
        quantity: int = rules.min_quantity or rules.step_size or SCALE
        trade_id: int = market.next_trade_id
        market.next_trade_id += 1
        matcher.publish(market, PublicTrade(
            market.symbol, trade_id, price, quantity, price * quantity // SCALE,
            matcher.now, falls, taker_id,
        ))
        tops: list[int] = [levels[0][0] for levels in (bids, asks) if levels]
        if not tops:
            return
        middle: int = sum(tops) // len(tops)
        for is_buy, levels in ((True, bids or asks), (False, asks or bids)):
            shape: dict[int, int] = {}
            for old, size in levels:
                distance: int = max(-(-abs(old - middle) // tick), 1) * tick
                shape[distance] = shape.get(distance, 0) + size
            for distance, size in shape.items():
                target: int = price - distance if is_buy else price + distance
                if target > 0 and market.lowest <= target <= market.highest:
                    put_quote(book, is_buy, target, size)


def _is_buy(side: str) -> bool:
    if side not in ("BUY", "SELL"):
        raise ValueError(f"side: must be BUY or SELL, not {side!r}")
    return side == "BUY"
