"""Frames of the market data stream to published ticks, without a socket."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from vnpy.event import Event
from vnpy.trader.constant import Exchange, Product
from vnpy.trader.event import EVENT_TICK
from vnpy.trader.object import ContractData, TickData

from vnpy_mockbinance import MockBinanceGateway
from vnpy_mockbinance.session import BinanceSession
from vnpy_restgateway.trading_rules import CryptoRules

# web-socket-streams.md, "Individual Symbol Book Ticker Streams"
BOOK: dict[str, Any] = {"u": 400900217, "s": "BNBUSDT", "b": "25.35190000", "B": "31.21000000", "a": "25.36520000", "A": "40.66000000"}
NAMES: tuple[str, ...] = ("BNBUSDT", "BNBBTC")


class Kept:
    """An event engine that keeps what it is given."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def put(self, event: Event) -> None:
        self.events.append(event)

    def ticks(self) -> list[TickData]:
        return [event.data for event in self.events if event.type == EVENT_TICK]

    def lines(self) -> list[str]:
        return [event.data.msg for event in self.events if event.type == "eLog"]


class Overriding(MockBinanceGateway):
    """A user's gateway that looks at every tick."""

    def __init__(self, *args: Any) -> None:
        self.seen: list[TickData] = []
        super().__init__(*args)

    def on_tick(self, tick: TickData) -> None:
        self.seen.append(tick)
        super().on_tick(tick)


@pytest.fixture
def engine() -> Kept:
    return Kept()


def stream_of(gateway: MockBinanceGateway) -> Any:
    """The stream of a session that is connected to nothing, subscribed."""
    session = BinanceSession(gateway.host, gateway.timings, {"rest": "", "stream": "", "key": "", "secret": ""}, ("", 0))
    gateway.host.attach(session)
    for name in NAMES:
        contract = ContractData("X", f"{name}_SPOT_BINANCE", Exchange.GLOBAL, name, Product.SPOT, 1, 0.01)
        gateway.host.add_contract(contract, name, CryptoRules(contract, Decimal("0.01"), Decimal("0.001")))
        session.subscribe(contract)
        book = session.md.books[contract.symbol]
        book.fields["last_price"] = 25.0
        book.silent_until = 0.0
    return session.md


def frame(d: dict[str, Any], name: str = NAMES[0], turned: bool = False) -> bytes:
    packet = {"stream": f"{name.lower()}@bookTicker", "data": {**d, "s": name}}
    return msgspec.json.encode(dict(reversed(packet.items())) if turned else packet)


@pytest.mark.parametrize("turned", [False, True], ids=["as documented", "data first"])
def test_a_read_is_one_tick_of_each_symbol(engine: Kept, turned: bool) -> None:
    md = stream_of(MockBinanceGateway(engine, "X"))         # type: ignore[arg-type]
    for after, bid in enumerate(("24.5", "24.6", "24.7")):
        for name in NAMES:
            md.on_frame(frame({**BOOK, "u": BOOK["u"] + after, "b": bid}, name, turned))
    assert not engine.ticks()
    md.on_read_end()
    md.on_read_end()
    assert [(tick.name, tick.bid_price_1, tick.bid_volume_1) for tick in engine.ticks()] == [(name, 24.7, 31.21) for name in NAMES]
    types = [event.type for event in engine.events if isinstance(event.data, TickData)]
    assert types == [text for name in NAMES for text in (EVENT_TICK, f"{EVENT_TICK}{name}_SPOT_BINANCE.GLOBAL")]
    one, other = engine.ticks()
    assert one is not other and vars(one) is not vars(other)


@pytest.mark.parametrize("turned", [False, True], ids=["as documented", "data first"])
def test_a_frame_that_cannot_be_read_is_said_and_costs_itself(engine: Kept, turned: bool) -> None:
    md = stream_of(MockBinanceGateway(engine, "X"))         # type: ignore[arg-type]
    bad = frame({**BOOK, "a": "nan"}, turned=turned)
    md.on_frame(bad)
    md.on_read_end()
    assert not engine.ticks() and [line for line in engine.lines() if "25.35190000" in line]
    md.on_frame(frame(BOOK, turned=turned))
    md.on_read_end()
    assert [tick.ask_price_1 for tick in engine.ticks()] == [25.3652]


def test_a_gateways_own_on_tick_gets_every_tick(engine: Kept) -> None:
    gateway = Overriding(engine, "X")
    md = stream_of(gateway)
    for after in range(3):
        md.on_frame(frame({**BOOK, "u": BOOK["u"] + after}))
        md.on_read_end()
    assert len(gateway.seen) == 3 and gateway.seen == engine.ticks()
