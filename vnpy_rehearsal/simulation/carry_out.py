"""A schedule carried out on a gateway, and what must be true in the end."""

from collections.abc import Callable
from typing import Any

from vnpy.trader.constant import Status
from vnpy.trader.object import TradeData

from mockexchange.core.commands import PlaceOrder
from mockexchange.core.errors import Refusal
from mockexchange.core.numbers import parse_amount

from ..conform.harness import ALIVE, GatewayHarness
from ..conform.profile import Profile
from ..conform.recorder import Missed
from ..conform.rows_changes import sound
from ..conform.storm import OverWire
from .sayings import Saying, sayings_of
from .schedule import (
    Amend,
    Burst,
    Cancel,
    Check,
    Clock,
    DayTurn,
    Fault,
    Foreign,
    Option,
    Order,
    Pause,
    Price,
    Restart,
    Rules,
    Says,
    Step,
    Still,
    Subscribe,
    Wipe,
    Wire,
)
from .truth import amend, answered, as_made, end_all, forget, paid, told_as_it_was, turned_up

DAY_MS: int = 86_400_000
UNTIL_NIGHT_MS: int = 50_370_000            # from 10:00 to half a minute before the day ends
ODD_SIZE: float = 7.3               # of the least volume: no order of ours has it
BACK: float = 60.0                  # s besides the patience until a venue that has lost its state is known to
APART_MS: int = 2_000               # between two lives of a venue: no order of one has the time of one of the other
TURNS_UP: float = 65.0              # s until an order that was given up is found in the venue's history, where nothing is pushed
PROMISED: float = 60.0              # s at most until the engine sees an order that was answered first
BELOW: float = 0.97                 # of the last price: an order rests there, inside any day's band
CLOCK_HEARD: float = 30.0           # s until a gateway asks what time it is at the venue
STANDS_STILL: float = 60.0          # s at most for which the times of ticks then stand still, where the clock was set back
ENOUGH: float = 3.0                 # times what the order costs that is sent in the end
OFF: float = 5.0                    # s that the newest tick may be off the venue's time
MOST_SIZES: float = 100_000.0        # volumes, in the least one: the most that a venue takes is not told by all of them
PUT_BACK: tuple[str, ...] = ("backend_lost", "stale")      # options that end with the faults


def carry_out(
    profile: Profile, venue: Any, steps: list[Step], wire: Any = None,
    make: Callable[[Profile, Any], GatewayHarness] = GatewayHarness, settles_within: float = 0.0, pace: Callable[[], float] | None = None,
) -> GatewayHarness:
    """
    Do it all, let the venue be good again, and hold the gateway's word against the journal.

    :param wire: what ``venue.wire()`` gave, started: the gateway goes through it
    :param pace: s from one step to the next, where no time passes by itself
    :param settles_within: s after the last fault in which every order must be settled; 0: the profile's patience
    :raises AssertionError: they do not agree
    :return: the gateway, closed
    """
    desk: GatewayHarness = make(profile, OverWire(venue, wire) if wire is not None else venue)
    day: TradingDay = TradingDay(desk, venue, wire, settles_within)
    try:
        desk.ready()
        for step in steps:
            day.do(step)
            if pace is not None:
                desk.recorder.pass_time(pace())
        day.end()
    finally:
        desk.close()
    return desk


class TradingDay:
    """What was done on a day, so that its end can be judged."""

    def __init__(self, desk: GatewayHarness, venue: Any, wire: Any, settles_within: float) -> None:
        self.desk: GatewayHarness = desk
        self.profile: Profile = desk.profile
        self.venue: Any = venue
        self.wire: Any = wire
        self.settles_within: float = settles_within
        self.sent: list[str] = []           # vn.py order ids, of this life of the venue
        self.count: int = 0                 # orders sent in all
        self.foreign: int = 0               # orders placed elsewhere, in this life of the venue
        self.elsewhere: int = 0             # and in all
        self.former: list[str] = []         # orders of an earlier life of the venue
        self.former_trades: set[str] = set()
        self.taken_back: set[str] = set()   # cancelled before they left
        self.wiped: bool = False
        self.turned: bool = False           # a trading day has passed
        self.has_hours: bool = False        # the market may be closed by now
        self.ruled: bool = False            # the symbol has other rules by now
        self.subscribed: bool = False
        self.lied: bool = False             # a live order was said to be cancelled
        self.offset: float = 0.0            # s, of the venue's clock
        self.timed: bool = True             # that was never moved, and the engine had every order when it was answered
        self.began: int = venue.state()["now"]      # ms, by the venue's clock
        self.options: dict[str, Any] = {}   # of before
        self.sayings: dict[str, list[Saying]] = sayings_of(self.profile)
        labels = self.profile.wire
        self.labels: dict[str, tuple[str, ...]] = {
            "order": labels.order, "cancel": labels.cancel, "push": (labels.user_push,),
            "read": ("GET *",) if not self.profile.equity else (labels.open_orders, labels.account),
        }

    def do(self, step: Step) -> None:
        """One step."""
        desk, venue, market = self.desk, self.venue, self.profile.market
        match step:
            case Order(price, side, size):
                self.send(side, price, size)
            case Burst(number):
                self.burst(number)
            case Cancel(back) if back < len(self.sent):
                desk.cancel(self.sent[-1 - back])
            case Amend(back, part) if back < len(self.sent):
                amend(desk, self.sent[-1 - back], part)
            case Foreign(price, side):
                self.place_elsewhere(price, side)
            case Price(price):
                try:
                    venue.set_price(market.symbol, f"{price:.12g}")
                except Refusal:
                    self.has_hours = True       # it is closed
            case Fault(on, stage, action, fields):
                self.timed = self.timed and not dict(fields).get("ack")
                for label in filter(None, self.labels[on]):
                    venue.faults.add({"match": label, "stage": stage, "action": action, **dict(fields)})
            case Says(what, number):
                self.say(what, number)
            case Option(name, number):
                self.choose(name, number)
            case Wire(what) if self.wire is not None:
                getattr(self.wire, what)()
            case Restart(down_ms):
                venue.restart(keep_state=True, down=down_ms / 1_000)
            case Wipe(down_ms):
                self.wipe(down_ms)
            case Clock(offset_ms):
                venue.clock(offset_ms)
                self.offset = offset_ms / 1_000
                self.timed = False
            case Rules():
                venue.set_rules(market.symbol, **market.coarse)
                self.ruled = True
            case Subscribe():
                desk.subscribe()
                self.subscribed = True
            case DayTurn():
                self.turn()
            case Pause(ms):
                desk.recorder.pass_time(ms / 1_000)
            case Check():
                self.settle()
                self.truth(self.profile.patience)
                self.turned = self.has_hours = True
            case Still():
                pass                # said when the venue was opened

    # steps

    def send(self, side: str, price: float, size: float) -> str:
        """An order of ours, of a volume that no other one has."""
        self.count += 1
        volume: float = round(self.profile.market.small * self.count * size, 8)
        self.sent.append(self.desk.send(side, price, volume))
        return self.sent[-1]

    def burst(self, count: int) -> None:
        """Orders, and their cancels; ``taken_back`` has those that had not left until then."""
        burst: list[str] = [self.send("BUY", self.profile.market.low, 1) for _ in range(count)]
        table: Any = self.desk.table
        if table is not None:
            self.taken_back |= {orderid for orderid in burst if (entry := table.get(orderid)) is not None and entry.waits}
        for orderid in reversed(burst):
            self.desk.cancel(orderid)

    def place_elsewhere(self, price: float, side: str) -> None:
        """The venue may refuse it."""
        market = self.profile.market
        self.foreign += 1
        self.elsewhere += 1
        volume: float = market.small * (self.elsewhere + ODD_SIZE) if not self.profile.equity else market.small * (100 + self.elsewhere)
        order = PlaceOrder(
            self.venue.key, market.symbol, side, "LIMIT", parse_amount(f"{volume:.8g}"), parse_amount(f"{price:.12g}"),
            client_order_id=f"velsewhere0-{self.elsewhere}",          # as another gateway of this kind names them
        )
        try:
            self.venue.run(lambda venue: venue.apply(order))
        except Refusal:
            self.foreign -= 1

    def say(self, what: str, number: int) -> None:
        """Nothing where the dialect has no such list."""
        if not (known := self.sayings[what]):
            return
        saying: Saying = known[number % len(known)]
        self.lied |= what == "cancelled"
        for label in saying.labels:
            self.venue.faults.add({"match": label, "stage": saying.stage, "action": saying.action, **saying.fields})

    def choose(self, name: str, number: int) -> None:
        """Nothing where the profile names no such options."""
        found: Any = getattr(self.profile, name)
        given: dict[str, Any] = dict(found[number % len(found)] if found and isinstance(found, list | tuple) else found)
        if name in PUT_BACK:
            before: dict[str, Any] = self.venue.state()["options"]
            self.options = {**{each: before[each] for each in given}, **self.options}
        if given:
            self.venue.set_options(**given)

    def make_good(self) -> None:
        """Nothing is wrong with the venue from now on."""
        self.venue.faults.clear()
        if self.options:
            self.venue.set_options(**self.options)
            self.options = {}
        if self.wire is not None:
            self.wire.heal()

    def turn(self) -> None:
        """
        A trading day passes. Hours lie between a market's close and the end of its day: what went wrong is over by then, and the day's orders
        are looked at. A day that ends in the midst of it is another matter (test_qmt): what the next day's list does not tell, nobody knows.
        """
        self.turned = True
        desk = self.desk
        for moment in (UNTIL_NIGHT_MS, DAY_MS):
            self.make_good()
            self.answered()
            self.tell_the_time()
            desk.recorder.pass_time(0.6)            # some looks by that clock
            self.truth(self.profile.patience)
            self.venue.advance(moment - (self.venue.state()["now"] - round(self.offset * 1_000) - self.began) % DAY_MS)

    def tell_the_time(self) -> None:
        """The gateway hears of the venue's clock, which was moved by hand."""
        desk, now = self.desk, self.venue.state()["now"]
        desk.gateway.query_account()
        desk.recorder.wait(lambda: desk.gateway.now().timestamp() * 1_000 > now - 3_000, "the venue's clock", self.profile.patience)

    def wipe(self, down_ms: int) -> None:
        """The truth of the old life, then a new one: its journal knows nothing of what was before."""
        desk = self.desk
        self.make_good()
        self.answered()
        if self.profile.nameless:       # neither a name nor a time of its own tells a live order from one of the new life with its id
            end_all(desk, self.sent)
        self.truth(self.profile.patience)
        self.former += desk.recorder.orders
        self.former_trades |= {trade.vt_tradeid for trade in desk.recorder.trades}
        if self.venue.state()["clock"] == "manual":
            self.venue.advance(APART_MS)
        desk.recorder.pass_time(APART_MS / 1_000)
        self.venue.restart(keep_state=False, down=down_ms / 1_000)
        self.wiped, self.sent, self.foreign, self.ruled = True, [], 0, False
        forget(desk)

    # the end

    def settle(self) -> None:
        """
        The venue is good again: nothing is in doubt any more, in time.

        :raises Missed: it took longer
        """
        self.make_good()
        monotonic, within = self.profile.stage.monotonic, self.settles_within
        well: float = monotonic()
        answered(self.desk, self.sent)
        if 0 < within < (took := monotonic() - well):
            raise Missed("hung", f"all orders settled {took:.1f} s after the last fault, not within {within:g} s")
        self.answered()

    def answered(self) -> None:
        """Nothing is in doubt any more, and the venue's engine has every order that the venue has accepted."""
        answered(self.desk, self.sent)
        self.desk.recorder.wait(
            lambda: not self.venue.run(lambda venue: venue.faults.promised), "the orders that the venue has accepted", PROMISED,
        )

    def end(self) -> None:
        """
        The venue is good again: everything settles in time and agrees, without anything that the user does; then everything ends, and
        the gateway trades on.

        :raises Missed: it does not
        """
        desk, patience = self.desk, self.profile.patience + (BACK if self.wiped else 0.0)
        self.settle()
        self.leave_former(patience)
        self.truth(patience)
        desk.recorder.wait(self.have_volumes, "the volumes that live orders have at the venue", patience)
        end_all(desk, self.sent)
        self.truth(patience)
        self.once()
        told_as_it_was(desk, self.sent, self.lied)
        paid(desk)
        sound(desk)
        self.refused_in_vain()
        self.own_cancels()
        if not self.has_hours:
            self.trades_on()
            self.truth(patience)
        as_made(desk, self.timed)

    def truth(self, patience: float) -> None:
        """Orders, fills and balances agree."""
        if self.lied:           # what was believed once and taken back
            self.desk.recorder.soon(lambda: not self.desk.differences(), patience)
        for orderid in self.former:
            self.desk.recorder.orders.pop(orderid, None)
        self.desk.assert_agreement(patience + TURNS_UP * self.has_given_up())        # what was taken for gone may turn up until then
        sequence = self.desk.recorder.sequence
        sequence[:] = [
            item for item in sequence if item.orderid not in self.former        # the trades of such an order were told before
            if isinstance(item, TradeData) or item.status is not Status.CANCELLED or not (self.lied or turned_up(self.desk, item.orderid))
        ]
        self.desk.assert_truth(patience)
        if again := self.former_trades & {trade.vt_tradeid for trade in self.desk.recorder.trades}:
            raise Missed("doubled", f"trade ids of the life before are used again: {', '.join(sorted(again))}")

    def has_given_up(self) -> bool:
        """Whether an order is shown as rejected that the venue has."""
        made: set[str] = {row["client_order_id"] for row in self.desk.rows("order")}
        orders = self.desk.recorder.orders
        return any(orderid in made and orders[orderid].status is Status.REJECTED for orderid in self.sent if orderid in orders)

    def have_volumes(self) -> bool:
        """Live orders are shown with the volumes that they have by now."""
        volumes: dict[str, float] = {row["client_order_id"]: float(row["qty"]) for row in self.desk.journal() if row["kind"] == "order"}
        return all(
            abs(order.volume - volumes[orderid]) < 1e-9
            for orderid, order in self.desk.recorder.orders.items() if order.status in ALIVE and orderid in volumes
        )

    def leave_former(self, patience: float) -> None:
        """Orders that a venue has lost end."""
        table: Any = self.desk.table
        if self.former and table is not None:
            former: set[str] = set(self.former)
            self.desk.recorder.wait(lambda: former.isdisjoint(table.active), "the end of orders that the venue has lost", patience)

    def once(self) -> None:
        """Nothing was sent twice or is shown twice."""
        desk = self.desk
        besides: list[str] = [
            orderid for orderid, order in desk.recorder.orders.items()
            if orderid not in self.sent and not (order.status is Status.REJECTED and not order.traded)      # ours, as was found out
        ]
        if len(besides) > self.foreign:
            raise Missed("doubled", f"{len(self.sent)} orders were sent, and shown besides are {', '.join(map(str, besides))}")
        made: set[Any] = {row["order_id"] for row in desk.rows("order")}
        if len(made) > len(self.sent) + self.foreign:
            raise Missed("doubled", f"{len(made)} orders at the venue, {len(self.sent)} were sent")

    def refused_in_vain(self) -> None:
        """The tick, step and least volume of a contract are known: what they forbid is not sent. Of the day's band it is warned only."""
        most: float = MOST_SIZES * self.profile.market.small
        refused = [
            row for row in self.desk.rows("command")
            if row.get("refused") == "FILTER" and row.get("command") == "PlaceOrder" and float(row["quantity"]) < most
        ]
        if refused and not (self.ruled or self.turned):
            row = refused[0]
            raise Missed("invented", f"an order was sent that its contract forbids: {row['side']} {row['quantity']} at {row['price']}")

    def own_cancels(self) -> None:
        """Orders that the user has taken back before they left are cancelled, not rejected."""
        desk = self.desk
        if any(row.get("refused") for row in desk.rows("command")):
            return
        for orderid in self.taken_back & desk.recorder.orders.keys():
            if desk.order(orderid).status is Status.REJECTED and not desk.recorder.said(f"Order {orderid} "):
                raise Missed("invented", f"order {orderid} was cancelled before it left, and is shown as rejected")

    def trades_on(self) -> None:
        """
        The gateway works again: an order reaches the venue, ticks have the venue's time, a contract has the venue's rules. It may refuse
        orders until it has heard that a venue, which was lost, is well.
        """
        profile, market = self.profile, self.profile.market
        patience: float = profile.patience + (BACK if self.wiped else 0.0)
        last: float = float(self.venue.state()["symbols"][market.symbol]["last_price"])
        price: float = float(f"{round(last * BELOW / market.apart) * market.apart:.12g}")
        self.provide(ENOUGH * max(price * market.small, market.fine[0] * market.fine[1] * self.ruled))
        if self.ruled:
            self.knows_rules(patience)
        self.reach(price, market.small, patience)
        if self.subscribed:
            self.ticks_again(patience)

    def provide(self, money: float) -> None:
        """What the last orders cost: the day's may have spent all there was."""
        venue, symbol = self.venue, self.profile.market.symbol
        asset: str = venue.run(lambda venue: venue.exchange.instruments[symbol].quote)
        if float(venue.state()["accounts"][venue.key]["balances"][asset]["free"]) < money:
            venue.deposit(venue.key, asset, f"{money:.2f}")

    def reach(self, price: float, volume: float, patience: float, known: Callable[[], bool] = lambda: False) -> str:
        """An order that the venue takes or refuses, or one that is sent when something is ``known``: the last one of those that were sent."""
        desk, monotonic = self.desk, self.profile.stage.monotonic
        deadline: float = monotonic() + patience

        def placed() -> int:
            return len([row for row in desk.rows("command") if row["command"] == "PlaceOrder"])

        while True:
            heard: int = placed()
            self.count += 1
            orderid: str = desk.send("BUY", price, volume)
            desk.wait_status(orderid, *ALIVE, Status.ALLTRADED, Status.REJECTED, Status.CANCELLED, seconds=self.profile.patience)
            if desk.order(orderid).status is not Status.REJECTED or placed() > heard or known():
                return orderid
            if monotonic() > deadline:
                raise Missed("hung", f"no order reaches the venue, {patience:g} s after the last fault: {desk.recorder.logs[-1].msg}")
            desk.recorder.pass_time(0.5)

    def ticks_again(self, patience: float) -> None:
        """Ticks come, and have the venue's last price and time."""
        desk, market = self.desk, self.profile.market
        seen: int = len(desk.recorder.ticks)
        moves: list[str] = list(market.moves)
        state: dict[str, Any] = self.venue.state()

        def fresh() -> bool:
            self.venue.set_price(market.symbol, moves[0])
            moves.reverse()
            return len(desk.recorder.ticks) > seen + 1

        def right() -> bool:
            fresh()
            return abs(desk.recorder.ticks[-1].datetime.timestamp() - self.profile.stage.seams.wall() - self.offset) < OFF

        def shows_last() -> bool:
            return abs(desk.recorder.ticks[-1].last_price - float(self.venue.state()["symbols"][market.symbol]["last_price"])) < 1e-9

        desk.recorder.wait(fresh, "ticks after the last fault", patience)
        desk.recorder.wait(shows_last, "the venue's last price in a tick", patience)
        if state["clock"] == "system":
            heard: float = patience + CLOCK_HEARD + min(max(-self.offset, 0.0), STANDS_STILL)
            desk.recorder.wait(right, f"ticks with the venue's time, {self.offset:g} s ahead", heard)

    def knows_rules(self, patience: float) -> None:
        """An order by the old rules is refused, or goes out by the new ones; then the contract has the new ones."""
        desk, market = self.desk, self.profile.market
        wanted: tuple[float, float] = (float(market.coarse["tick_size"]), float(market.coarse["step_size"]))

        def known() -> bool:
            contract = desk.recorder.contracts[self.profile.symbol]
            return (contract.pricetick, contract.min_volume) == wanted

        orderid: str = self.reach(*market.fine, patience, known)
        if desk.order(orderid).is_active():
            desk.cancel(orderid)
        desk.recorder.wait(known, "the contract with the venue's new tick and step", patience)
