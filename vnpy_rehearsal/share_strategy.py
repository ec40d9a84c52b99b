"""The main job's strategy for shares: trades around a holding, in whole lots, and never sells what cannot be sold today."""

from vnpy.trader.constant import Direction, Interval, Status
from vnpy.trader.object import BarData, ContractData, OrderData, PositionData, TickData, TradeData
from vnpy_ctastrategy import CtaTemplate

RETRY: float = 10.0         # seconds to stay away after a refusal
SET_BACK: float = 5.0       # seconds by which the venue's clock is set back, after which what was to be done later is due now
SETTLED: float = 30.0       # seconds without an order or fill, after which a single look at the position is believed


class ShareRehearsalStrategy(CtaTemplate):
    """
    Sells a lot of what was held at the open, buys one, and so on. When nothing is left that can be sold it only buys, until
    it has ``most`` lots more than it began with. ``pos`` counts from 0 at the start, so it goes below 0.

    T+1: what can be sold is taken from the position (``yd_volume``) at the start, and every sell order is subtracted
    from it when it is sent. It is taken anew only from a position that was asked for when no order was alive, because one that
    was asked for earlier may not know of the last sales: so a new day's shares are sold, and on markets without T+1
    (Hong Kong, New York) those just bought.

    An order first rests at the touch; after ``patience`` seconds without a fill it is cancelled and sent again across
    the spread. Where ticks have no book it rests at the last price, and ``slip`` price ticks beyond it cross the spread.
    Written to trade several times a minute, not to earn.
    """

    author: str = "VeighNa REST gateways"

    lots: int = 1                   # of one order
    most: int = 5                   # lots it may have above what it began with
    patience: float = 3.0           # seconds an order rests before it crosses the spread
    hold: float = 2.0               # seconds between a fill and the next order
    slip: int = 5                   # price ticks

    sellable: float = 0.0           # shares that can still be sold
    trades: int = 0
    day_high: float = 0.0           # of the bars loaded at the start

    parameters: list[str] = ["lots", "most", "patience", "hold", "slip"]
    variables: list[str] = ["sellable", "trades", "day_high"]

    def on_init(self) -> None:
        """Load a day of bars where the gateway has them."""
        contract: ContractData | None = self.cta_engine.main_engine.get_contract(self.vt_symbol)
        self.lot: float = contract.min_volume if contract else 1.0
        self.volume: float = self.lots * self.lot
        self.slippage: float = self.slip * (contract.pricetick if contract else 0.01)
        self.holding_id: str = f"{contract.gateway_name if contract else ''}.{self.vt_symbol}.{Direction.NET.value}"
        self.row: PositionData | None = None        # the position seen last
        self.looks: int = 2                         # new positions since an order was alive: before the first one, each is believed
        self.opening: float = 0.0                   # what could be sold, and what was committed until then
        self.spent: float = 0.0                     # all that was ever committed
        self.committed: dict[str, float] = {}       # order -> shares it sells: all of them while it is alive, then what it sold
        self.alive: set[str] = set()
        self.now: float = 0.0
        self.calm_since: float = 0.0
        self.next_decision: float = 0.0
        self.asked_at: float = 0.0
        self.sells_next: bool = True
        self.crossing: bool = False
        if contract and contract.history_data:
            self.load_bar(1, Interval.MINUTE)

    def on_bar(self, bar: BarData) -> None:
        self.day_high = max(self.day_high, bar.high_price)

    def on_tick(self, tick: TickData) -> None:
        before, self.now = self.now, tick.datetime.timestamp()
        if self.now < before - SET_BACK:
            self.next_decision = self.asked_at = self.now
        self.look()
        if not self.trading or self.now < self.next_decision or not self.is_open(tick):
            return
        if self.alive:
            if self.now - self.asked_at >= self.patience:
                self.asked_at = self.now
                self.crossing = True
                self.cancel_all()
            return

        side: Direction | None = self.choose()
        if side is Direction.SHORT:
            self.take(self.sell(self.limit(tick, side), self.volume), self.volume)
        elif side is Direction.LONG:
            self.take(self.buy(self.limit(tick, side), self.volume), 0.0)

    def is_open(self, tick: TickData) -> bool:
        """Both sides have a price, or there is no book at all."""
        return bool(tick.bid_price_1 and tick.ask_price_1) or bool(tick.last_price and not tick.bid_price_1 and not tick.ask_price_1)

    def limit(self, tick: TickData, side: Direction) -> float:
        """The price of an order, to rest or to cross the spread."""
        buys: bool = side is Direction.LONG
        if tick.bid_price_1:
            return tick.ask_price_1 if buys is self.crossing else tick.bid_price_1
        slippage: float = self.slippage if self.crossing else 0.0
        return tick.last_price + slippage if buys else tick.last_price - slippage

    def look(self) -> None:
        """Take what can be sold from the position, if it knows of all that was sold."""
        self.calm_since = min(self.calm_since, self.now)
        row: PositionData | None = self.position()
        if row is None or row is self.row:
            return
        self.row = row
        self.looks += 1
        # positions are asked for one after the other: the second look was asked for after the first had come
        if not self.alive and (self.looks > 1 or self.now - self.calm_since >= SETTLED):
            self.opening = row.yd_volume + self.spent
            self.count()

    def position(self) -> PositionData | None:
        """As the gateway pushed it last."""
        found: PositionData | None = self.cta_engine.main_engine.get_position(self.holding_id)
        return found

    def choose(self) -> Direction | None:
        """The side of the next order; None: neither is possible."""
        can_sell: bool = self.sellable >= self.volume
        can_buy: bool = self.pos + self.volume <= self.most * self.lot
        if can_sell and (self.sells_next or not can_buy):
            return Direction.SHORT
        return Direction.LONG if can_buy else None

    def take(self, vt_orderids: list[str], committed: float) -> None:
        """Orders that were just sent."""
        self.asked_at = self.now
        self.stir()
        for vt_orderid in vt_orderids:
            if vt_orderid not in self.committed:        # else it has ended already
                self.alive.add(vt_orderid)
                self.commit(vt_orderid, committed)

    def commit(self, vt_orderid: str, volume: float) -> None:
        """An order sells so much."""
        self.spent += volume - self.committed.get(vt_orderid, 0.0)
        self.committed[vt_orderid] = volume
        self.count()

    def count(self) -> None:
        self.sellable = self.opening - self.spent

    def stir(self) -> None:
        """There is news of an order: a position that is here or on its way may not know of it."""
        self.row = self.position()
        self.looks = 0
        self.calm_since = float("inf")      # until the next tick: the last one may be long ago

    def on_order(self, order: OrderData) -> None:
        self.stir()
        if order.is_active():
            self.alive.add(order.vt_orderid)
        else:
            self.alive.discard(order.vt_orderid)
        sold: float = order.volume if order.is_active() else order.traded
        self.commit(order.vt_orderid, sold if order.direction is Direction.SHORT else 0.0)
        if order.status is Status.REJECTED:
            self.next_decision = self.now + RETRY

    def on_trade(self, trade: TradeData) -> None:
        self.stir()
        self.trades += 1
        self.crossing = False
        self.sells_next = trade.direction is Direction.LONG
        self.next_decision = self.now + self.hold
        self.put_event()
