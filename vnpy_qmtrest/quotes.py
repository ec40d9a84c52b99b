"""Ticks: from the server where its build has them; else prices of the positions, or what another gateway tells. SerialExecutor thread only."""

from collections.abc import Callable
from datetime import datetime
from logging import WARNING
from typing import Any

from vnpy.event import Event, EventEngine
from vnpy.trader.event import EVENT_TICK
from vnpy.trader.object import ContractData, TickData

from rest_locale import N_, _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Reply
from vnpy_restgateway.polled.health import ConnectionHealth
from vnpy_restgateway.polled.poller import Poller
from vnpy_restgateway.polled.ranked_rest import Command

from .endpoints import TICKS
from .errors import read_error
from .parse import finite, parse_tick
from .rest import QmtRest

NOWHERE: str = ""               # the setting Quotes From: of nobody,
POSITIONS: str = "POSITIONS"    # or the prices that the positions show; else the name of a gateway
FRESH: float = 60.0             # s for which a price values a market order


class Quotes:
    """What is subscribed to, and the last price of every code that is known."""

    def __init__(self, host: Host, rest: QmtRest, interval: Callable[[], float], source: str, event_engine: EventEngine) -> None:
        self.host: Host = host
        self.source: str = source
        self.event_engine: EventEngine = event_engine
        self.has_ticks: bool = False        # the server has
        self.wanted: dict[str, ContractData] = {}           # by the server's symbol
        self.prices: dict[str, tuple[float, float]] = {}    # vt_symbol -> last price, monotonic s
        self.newest: dict[str, datetime] = {}
        self.link: ConnectionHealth = ConnectionHealth(host, N_("MD API"))
        self.poller: Poller = Poller(host, rest, "quotes", self._ask, interval, self._on_ticks, read_error, self.link)

    @property
    def follows_positions(self) -> bool:
        """Whether ticks are made of the positions."""
        return self.source == POSITIONS and not self.has_ticks and bool(self.wanted)

    def start(self, has_ticks: bool) -> None:
        """It is known whether the server has quotes."""
        self.has_ticks = has_ticks
        if self.source not in (NOWHERE, POSITIONS) and hasattr(self.event_engine, "register"):
            self.event_engine.register(EVENT_TICK, self.on_event)
        if self.wanted:
            self._say()
        if has_ticks and self.wanted:
            self.poller.now()

    def stop(self) -> None:
        """From any thread."""
        if hasattr(self.event_engine, "unregister"):
            self.event_engine.unregister(EVENT_TICK, self.on_event)

    def subscribe(self, contract: ContractData) -> None:
        """Ticks of a contract, if there are any."""
        name: str = self.host.contracts.name_of(contract.vt_symbol)
        if name in self.wanted:
            return
        self.wanted[name] = contract
        if self.host.ready:
            self._say()
            if self.has_ticks:
                self.poller.now()

    def price(self, vt_symbol: str) -> float:
        """The last price, 0 if none is known that is fresh. Any thread."""
        price, at = self.prices.get(vt_symbol, (0.0, float("-inf")))
        return price if self.host.monotonic() - at <= FRESH else 0.0

    def on_position(self, d: dict[str, Any], contract: ContractData) -> None:
        """A row of the positions has a price; it is the cost where the terminal has no quote."""
        price: float = finite(d.get("current_price"))
        if price <= 0:
            return
        if price != finite(d.get("avg_price")):
            self.prices[contract.vt_symbol] = (price, self.host.monotonic())
        if self.follows_positions and self.host.contracts.name_of(contract.vt_symbol) in self.wanted:
            self.host.on_tick(TickData(
                gateway_name=self.host.gateway_name, symbol=contract.symbol, exchange=contract.exchange, name=contract.name,
                datetime=self.host.now(), last_price=price,
            ))

    def on_event(self, event: Event) -> None:
        """A tick of another gateway. Event engine's thread."""
        tick: TickData = event.data
        if tick.gateway_name == self.source and tick.last_price > 0:
            self.prices[tick.vt_symbol] = (tick.last_price, self.host.monotonic())

    def _say(self) -> None:
        if self.has_ticks:
            return
        if self.source == POSITIONS:
            what: str = _("ticks show the last prices of what is held, from the positions")
        elif self.source:
            what = _("ticks are those of gateway {gateway}, of what is subscribed to there").format(gateway=self.source)
        else:
            what = _("no ticks will come: set Quotes From to a gateway that has them, or to {word} for the last prices of what is held").format(word=POSITIONS)
        self.host.log_once("quotes", _("The server has no quotes, {what}").format(what=what), WARNING)

    def _ask(self) -> Command:
        return Command("GET", f"{TICKS}?stock_list={','.join(name[:6] for name in self.wanted)}", {})

    def _on_ticks(self, reply: Reply, asked_at: float) -> None:
        data: Any = reply.data["data"]      # type: ignore[index]
        if not isinstance(data, dict):
            raise ValueError("data is no object")
        self.host.each([(name, data.get(name)) for name in list(self.wanted)], self._on_tick, N_("tick"))

    def _on_tick(self, row: tuple[str, Any]) -> None:
        name, d = row
        contract: ContractData = self.wanted[name]
        if not d:
            self.host.log_once(f"quote {name}", _("The server has no quote of {name}").format(name=name), WARNING)
            return
        tick: TickData | None = parse_tick(d, contract, self.host.gateway_name)
        if tick is None or tick.datetime < self.newest.get(name, tick.datetime):
            return
        self.newest[name] = tick.datetime
        self.prices[contract.vt_symbol] = (tick.last_price, self.host.monotonic())
        tick.localtime = self.host.seams.local_now()
        self.host.on_tick(tick)
