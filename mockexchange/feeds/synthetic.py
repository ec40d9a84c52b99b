"""A seeded market of its own making: a deep two-sided book, a flow of trades, trends and bursts."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from random import Random

from ..core.commands import Command, FeedTrade, Quote
from ..core.instruments import Instrument
from .quoter import EVERYTHING, Quoter
from .shape import Activity, MarketShape, activity_of, shape_of
from .synthetic_past import SyntheticMinutes
from .course import Course

SECOND: int = 1_000_000

MOVE_CHANCE: float = 0.42           # of a moment to move the market
TRADE_CHANCE: float = 0.85          # of a moment to bring a trade of the flow
SWEEP_CHANCE: float = 0.4           # of a trade larger than the touch to go on behind it
BURST_SECONDS: float = 60.0         # between two bursts, on average
BURST_SPEED: float = 2.5            # how much busier a burst is
BURST_PUSH: float = 1.0             # how far it goes with each move
REVERSION: float = 2e-5             # of the way back to where the market opened, a minute
JUMP: float = 0.02                  # the largest move of one moment


class SyntheticMarket:
    """One symbol's market. Prices are in ticks, quantities in steps, times in us since the start."""

    def __init__(self, instrument: Instrument, seed: int, activity: Activity | None = None) -> None:
        self.instrument: Instrument = instrument
        self.activity: Activity = activity or activity_of(instrument.symbol)
        self.seed: int = seed
        self.rng: Random = Random(f"{seed}:{instrument.symbol}")
        self.course: Course | None = Course(f"{seed}:{instrument.symbol}", self.activity) if self.activity.wave else None
        self.since: int = 0                     # us from the venue's first opening to the start
        self.factor: float = 1.0                # what it is worth, in what the way has at that time
        self.opening_price: int = instrument.start_price
        self.now: int = 0                       # us since the venue's first opening
        self.epoch: int = 0                     # +1 when the price is set from outside
        self.stale: bool = True                 # the book has to be built anew
        self.commands: list[Command] = []       # of the moment at hand
        self.position: int = 0
        self.before: tuple[dict[int, int], dict[int, int]] = ({}, {})   # the sides' quotes when it began
        self.bids: Quoter = Quoter("BUY", -1)
        self.asks: Quoter = Quoter("SELL", 1)
        self.shape: MarketShape
        self.fair: float
        self.anchor: float
        self._settle(instrument.start_price)
        self.bias: float = 0.0                  # a regime's drift, in volatilities a minute
        self.stir: float = 1.0                  # a regime's factor on volatility
        self.regime_end: int = 0
        self.burst_start: int = int(self.rng.expovariate(1 / BURST_SECONDS) * SECOND)
        self.burst_end: int = 0
        self.burst_way: int = 0
        self.way: int = 1                       # the flow's last side

    def _settle(self, price: int) -> None:
        self.shape = shape_of(self.instrument, price, self.seed, self.activity)
        self.fair = self.anchor = self._inside(price / self.shape.tick)
        # Where a level is a large part of a minute's move, few trades go through one.
        levels: float = self.shape.activity.volatility * self.fair / self.shape.spacing
        self.sweep_chance: float = SWEEP_CHANCE * min(1.0, levels / 8)

    def _inside(self, ticks: float) -> float:
        return min(max(ticks, self.shape.lowest + 1.0), self.shape.highest - 1.0)

    def set_price(self, price: int) -> None:
        """Go on from a price (1e-8) that was set from outside; before the opening, open there."""
        quoted: bool = bool(self.bids.quotes or self.asks.quotes)
        if quoted:
            self.interrupt()
            # The exchange has laid what was quoted around the price as it lay around the middle of the
            # touch (SetPrice): that is what there is to take back.
            tick: int = self.shape.tick
            tops: list[int] = [max(self.bids.quotes) * tick] if self.bids.quotes else []
            tops += [min(self.asks.quotes) * tick] if self.asks.quotes else []
            middle: int = sum(tops) // max(1, len(tops))        # of none where what was being quoted has not arrived
            for side in (self.bids, self.asks):
                mirrored: dict[int, int] = {
                    price // tick + side.way * max(1, -(-abs(ticks * tick - middle) // tick)): steps
                    for ticks, steps in side.quotes.items()
                }
                side.quotes = {ticks: steps for ticks, steps in mirrored.items() if ticks > 0}
        else:
            self.opening_price = price
        self._settle(price)
        self.stale = True
        if self.course is not None:
            self.factor = price / self.instrument.start_price / self.course.at(self.now)

    def go_on(self, since: int) -> None:
        """It starts so long after the venue's first opening, us. A market with waves is where it would be by then."""
        self.since = since
        if self.course is not None and since:
            self._settle(round(self.instrument.start_price * self.course.at(since)))

    def set_rules(self, instrument: Instrument) -> None:
        """Go on, at the price where the market stands, on the ticks and steps of ``instrument``."""
        old: Instrument = self.instrument
        if (old.tick_size, old.step_size) == (instrument.tick_size, instrument.step_size):
            return
        self.instrument = replace(instrument)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Nothing of what was quoted is in the book any more: quote again, at the price where the market stands."""
        quoted: bool = bool(self.bids.quotes or self.asks.quotes)
        if quoted:
            self.interrupt()
        self.bids, self.asks = Quoter("BUY", -1), Quoter("SELL", 1)
        price: int = round(self.fair * self.shape.tick)
        anchor: float = self.anchor * self.shape.tick
        self._settle(price)
        self.anchor = self._inside(anchor / self.shape.tick)
        self.stale = True

    def interrupt(self) -> None:
        """
        Leave the moment at hand where it stands.

        The pump holds one command that the exchange has not had: it must not quote at, or trade
        towards, a price that is no more. The quotes become those the exchange has.
        """
        self.epoch += 1
        if not self.commands:
            return
        sides: dict[str, dict[int, int]] = {"BUY": self.before[0], "SELL": self.before[1]}
        tick: int = self.shape.tick
        for command in self.commands[:self.position]:
            ticks: int
            if type(command) is Quote:
                ticks = command.price // tick
                if command.quantity:
                    sides[command.side][ticks] = command.quantity
                else:
                    sides[command.side].pop(ticks, None)
            elif type(command) is FeedTrade and command.quantity == EVERYTHING:
                limit: int = command.limit_price // tick
                other: dict[int, int] = sides["SELL" if command.side == "BUY" else "BUY"]
                for ticks in [each for each in other if (each <= limit if command.side == "BUY" else each >= limit)]:
                    del other[ticks]
        self.bids.quotes, self.asks.quotes = self.before
        held: Command = self.commands[self.position]
        if type(held) is Quote:
            held.quantity = 0
        elif type(held) is FeedTrade:
            held.limit_price = self.instrument.min_price if held.side == "BUY" else self.instrument.max_price
        self.commands = []

    def build(self) -> list[Command]:
        """The whole book anew, around the fair price."""
        commands: list[Command] = self.bids.clear(self.shape) + self.asks.clear(self.shape)
        self.stale = False
        self._move(commands, 0.0)
        return commands

    def begin(self, now: int) -> list[Command]:
        """What happens now, to be handed out one by one: ``position`` is the one handed out last."""
        self.before = (dict(self.bids.quotes), dict(self.asks.quotes))
        self.commands = self.build() if self.stale else self.moment(now)
        self.position = 0
        return self.commands

    def moment(self, now: int) -> list[Command]:
        """The market moves or some levels are renewed, and mostly there is a trade."""
        self.now = self.since + now
        if self.course is not None:
            self.rng = self.course.chance(self.now)
        rng: Random = self.rng
        if now >= self.regime_end:
            self._change_regime(now)
        if now >= self.burst_start:
            self._start_burst(now)
        burst: bool = now < self.burst_end
        commands: list[Command] = []
        if rng.random() < MOVE_CHANCE:
            self._walk(burst)
            self._move(commands, 0.7 if burst else 0.0)
        else:
            self._refresh(commands)
        if rng.random() < TRADE_CHANCE:
            self._trade(commands, burst)
        return commands

    def pause(self, now: int) -> int:
        """us until the next moment."""
        if self.course is not None:
            return self.course.next(self.since + now) - self.since - now
        rate: float = self.shape.activity.events * (BURST_SPEED if now < self.burst_end else 1.0)
        return int(self.rng.expovariate(rate) * SECOND) + 1

    def _change_regime(self, now: int) -> None:
        rng: Random = self.rng
        activity: Activity = self.shape.activity
        self.regime_end = now + int((40 + rng.expovariate(1 / 200)) * SECOND)
        self.bias = activity.trend * rng.gauss(0.0, 1.0)
        self.stir = min(2.2, max(0.6, 2.0 ** (0.6 * rng.gauss(0.0, 1.0))))

    def _start_burst(self, now: int) -> None:
        rng: Random = self.rng
        self.burst_end = now + int((2 + rng.expovariate(1 / 4)) * SECOND)
        self.burst_start = self.burst_end + int(rng.expovariate(1 / BURST_SECONDS) * SECOND)
        with_trend: bool = rng.random() < 0.65
        self.burst_way = 1 if (self.bias > 0) is with_trend else -1

    def _walk(self, burst: bool) -> None:
        if self.course is not None:
            self.fair = self._inside(self.instrument.start_price * self.factor * self.course.at(self.now) / self.shape.tick)
            return
        rng: Random = self.rng
        activity: Activity = self.shape.activity
        moves: float = 60 * activity.events * MOVE_CHANCE       # a minute
        size: float = activity.volatility * self.stir
        noise: float = rng.gauss(0.0, 1.0) * (0.5 + 0.4 * rng.expovariate(1.0))
        if burst:
            noise += self.burst_way * BURST_PUSH * rng.random()
        move: float = size * (noise / moves ** 0.5 + self.bias / moves)
        move += REVERSION / moves * (self.anchor - self.fair) / self.anchor
        self.fair = self._inside(self.fair * (1.0 + max(-JUMP, min(JUMP, move))))

    def _move(self, commands: list[Command], stress: float) -> None:
        """Bring the touch to the fair price: pull what is in the way, trade through the rest, quote behind it."""
        rng, shape, bids, asks = self.rng, self.shape, self.bids, self.asks
        spread: int = shape.spread(rng, stress)
        bid: int = max(shape.lowest, min(shape.highest - 1, round(self.fair - spread / 2)))
        ask: int = min(shape.highest, bid + spread)
        eat: bool = rng.random() < 0.5
        pulled_bids, new_bids = bids.follow(shape, rng, bid, eat and bids.touch >= ask)
        pulled_asks, new_asks = asks.follow(shape, rng, ask, eat and asks.touch <= bid)
        commands += pulled_bids
        commands += pulled_asks
        if new_bids:
            commands.append(bids.guard(shape))
        if new_asks:
            commands.append(asks.guard(shape))
        commands += new_bids
        commands += new_asks

    def _refresh(self, commands: list[Command]) -> None:
        """Other quantities at some levels; what users took comes back this way too."""
        rng, shape = self.rng, self.shape
        side: Quoter = self.bids if rng.random() < 0.5 else self.asks
        commands.append(side.guard(shape))
        for ticks in (side.pick(shape, rng), side.next(shape)):
            commands.append(side.set(shape, ticks, shape.level(rng, abs(ticks - side.touch) // shape.spacing)))

    def _trade(self, commands: list[Command], burst: bool) -> None:
        """A trade of the flow, on the side of the one before more often than not."""
        rng, shape = self.rng, self.shape
        if burst and rng.random() < 0.8:
            self.way = self.burst_way
        elif rng.random() < 0.38:
            self.way = -self.way
        side: Quoter = self.asks if self.way > 0 else self.bids
        steps: int = shape.trade(rng)
        name: str = "BUY" if self.way > 0 else "SELL"
        rest: int = side.quotes.get(side.touch, 0) - steps
        if rest > 0:
            commands.append(FeedTrade(shape.symbol, name, steps * shape.step, side.touch * shape.tick))
            side.quotes[side.touch] = rest
        elif rng.random() < self.sweep_chance:
            level: int = shape.slot_price(side.near + int(rng.random() * 3) * side.way)
            level = max(shape.lowest, min(shape.highest, level))
            commands.append(FeedTrade(shape.symbol, name, steps * shape.step, level * shape.tick))
            self.fair = self._inside(float(level))
            self._move(commands, 0.5)
        else:
            commands.append(FeedTrade(shape.symbol, name, steps * shape.step, side.touch * shape.tick))
            commands.append(side.guard(shape))
            commands.append(side.set(shape, side.touch, shape.level(rng, 0)))


class SyntheticFeed:
    """
    Endless and seeded: the same seed and instruments give the same commands, each symbol's
    market depends on the seed and the symbol alone. Users' orders do not bend the walk. ``activities``: how busy
    symbols are that nobody knows.
    """

    recorded: bool = False
    begins: int | None = None
    by_time: bool

    def __init__(self, instruments: Iterable[Instrument], seed: int, activities: Mapping[str, Activity] | None = None) -> None:
        self.seed: int = seed
        known: Mapping[str, Activity] = activities or {}
        self.markets: dict[str, SyntheticMarket] = {
            each.symbol: SyntheticMarket(each, seed, known.get(each.symbol)) for each in instruments
        }
        self.symbols: list[str] = list(self.markets)
        self.by_time = any(market.course is not None for market in self.markets.values())
        self.first_ids: dict[str, tuple[int, int]] = {}
        self.last_trade_ids: dict[str, int] = {}

    def opening(self) -> list[Command]:
        """The quotes a book without the market maker's has to get: at the start, and again after a restart."""
        commands: list[Command] = []
        for market in self.markets.values():
            market.interrupt()
            commands += market.build()
        return commands

    def steps(self) -> Iterator[tuple[int, Command]]:
        """(us since the start, command), ascending and without end. To be taken once."""
        queue: list[tuple[int, int, SyntheticMarket]] = [
            (market.pause(0), number, market) for number, market in enumerate(self.markets.values())
        ]
        heapq.heapify(queue)
        while queue:
            now, number, market = queue[0]
            epoch: int = market.epoch
            for position, command in enumerate(market.begin(now)):
                market.position = position
                yield now, command
                if market.epoch != epoch:
                    break               # the rest was meant for another price
            else:
                market.commands = []
            heapq.heapreplace(queue, (now + market.pause(now), number, market))

    def go_on(self, since: int) -> None:
        for market in self.markets.values():
            market.go_on(since)

    def history(self, symbol: str, until_us: int) -> SyntheticMinutes | None:
        """The month before the minute of ``until_us``, the last close is the opening price."""
        market: SyntheticMarket | None = self.markets.get(symbol)
        if market is None:
            return None
        shape: MarketShape = shape_of(market.instrument, market.opening_price, self.seed, market.activity)
        return SyntheticMinutes(shape, f"{self.seed}:history", market.opening_price, until_us)

    def on_price(self, symbol: str, price: int) -> None:
        """The price was set to ``price`` (1e-8) from outside: the market goes on from there. Before the opening, it opens there."""
        market: SyntheticMarket | None = self.markets.get(symbol)
        if market is not None and price > 0:
            market.set_price(price)

    def on_rules(self, instrument: Instrument) -> None:
        """Quote on the symbol's ticks and steps; what was quoted on others is gone already."""
        market: SyntheticMarket | None = self.markets.get(instrument.symbol)
        if market is not None:
            market.set_rules(instrument)

    def on_day_end(self, symbol: str, previous_close: int) -> None:
        """Quote again, within the new day's band: the exchange has cleared the book."""
        market: SyntheticMarket | None = self.markets.get(symbol)
        if market is not None:
            market.instrument = replace(market.instrument, start_price=previous_close)
            market.begin_anew()
