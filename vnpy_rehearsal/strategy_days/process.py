"""A trading process: MainEngine, gateway, and the strategy in its engine."""

from collections.abc import Callable
from typing import Any

from vnpy.event import Event, EventEngine
from vnpy.trader.engine import MainEngine
from vnpy.trader.event import EVENT_LOG, EVENT_TRADE
from vnpy.trader.object import SubscribeRequest

from rest_locale import _
from rest_locale.english import english

from ..conform.profile import Profile
from .places import Place
from .seating import take_seat
from .seats import Seat
from .subject import Subject

READY: float = 120.0            # s that a gateway is given
LOGS: tuple[str, ...] = (EVENT_LOG, "eCtaLog", "ePortfolioLog", "eScriptLog")


class TradingProcess:
    """
    ``make_place``: number -> where it lives, one after the other; to be used by threads of that world. ``on_log`` is handed (level, source, text),
    ``on_position`` is called after every trade.

    ``vt_symbols`` is known once it has been started. What a strategy raised in a process that is gone stays in ``raised``.
    """

    def __init__(
        self, make_place: Callable[[int], Place], profile: Profile, setting: dict[str, Any], subject: Subject,
        on_log: Callable[[int, str, str], None], on_position: Callable[[], None],
    ) -> None:
        self._make_place: Callable[[int], Place] = make_place
        self._profile: Profile = profile
        self._setting: dict[str, Any] = setting
        self._subject: Subject = subject
        self._on_log: Callable[[int, str, str], None] = on_log
        self._on_position: Callable[[], None] = on_position
        self._number: int = 0
        self._raised: list[str] = []
        self._said: set[str] = set()
        self.vt_symbols: list[str] = []
        self.symbols: dict[str, str] = {}           # the venue's -> vt_symbol
        self.place: Place
        self.main_engine: MainEngine
        self.gateway: Any = None
        self.seat: Seat | None = None

    # life

    def start(self) -> None:
        """
        Start the process, connect, start the strategy.

        :raises RuntimeError: the gateway is not ready in time
        """
        self.place = self._make_place(self._number)
        self._number += 1
        self._said = set()
        self.place.run(self._start)

    def _start(self) -> None:
        engine: EventEngine = self.place.stage().make_engine()
        self.main_engine = MainEngine(engine)
        for kind in LOGS:
            engine.register(kind, self._log)
        self.gateway = self.main_engine.add_gateway(self.place.stage().gateway_class(self._profile.gateway_class))
        self.main_engine.connect(self._setting, self.gateway.gateway_name)
        self._wait(self._is_ready)
        self.symbols = self._find_symbols()
        self.vt_symbols = list(self.symbols.values())
        for vt_symbol in self.vt_symbols:
            contract = self.main_engine.get_contract(vt_symbol)
            if contract is not None:
                self.main_engine.subscribe(SubscribeRequest(contract.symbol, contract.exchange), self.gateway.gateway_name)
        self.seat = take_seat(self._subject, self.main_engine, self.vt_symbols)
        engine.register(EVENT_TRADE, self._traded)      # after the engine's own handler
        self.seat.open(self.place.executor())
        if self.seat.raised:
            return
        engine.unregister(EVENT_TRADE, self._traded)
        engine.register(EVENT_TRADE, self._traded)
        self.seat.start()

    def _is_ready(self) -> bool:
        return (
            bool(self.gateway.ready) and self.main_engine.get_contract(f"{self._profile.symbol}.{self._profile.exchange.value}") is not None
            and any(self._profile.ready_line in line for line in self._said)
        )

    def _find_symbols(self) -> dict[str, str]:
        """The profile's own symbol first."""
        found: dict[str, str] = {self._profile.market.symbol: f"{self._profile.symbol}.{self._profile.exchange.value}"}
        for listed in self.gateway.contracts:
            if listed.contract.vt_symbol not in found.values():
                found[listed.venue_symbol] = listed.contract.vt_symbol
        return found if self._subject.kind != "cta" else dict(list(found.items())[:1])

    def _wait(self, condition: Callable[[], bool]) -> None:
        end: float = self.place.seams.monotonic() + READY
        while not condition():
            if self.place.seams.monotonic() >= end:
                raise RuntimeError(_("the gateway was not ready within {seconds:g} s").format(seconds=READY))
            self.place.sleep(0.1)

    def _log(self, event: Event) -> None:
        log = event.data
        self._said.add(english(log.msg))
        self._on_log(log.level, log.gateway_name, log.msg)

    def _traded(self, event: Event) -> None:
        self._on_position()

    # what a strike, and the end of the day, do to it

    def stop(self) -> None:
        """The user stops the strategy."""
        if self.seat is not None:
            self.place.run(self.seat.stop)

    def reconnect(self) -> None:
        """The user connects again."""
        self.place.run(lambda: self.main_engine.connect(self._setting, self.gateway.gateway_name))

    def disconnect(self) -> None:
        self.place.run(self.gateway.close)

    def restart(self, away: float, kill: bool = False) -> None:
        """The process ends, by its user or ``kill -9``, and starts again ``away`` s later."""
        self._raised = self.raised
        seat, self.seat = self.seat, None
        if kill:
            self.place.kill()
        else:
            self.place.run(self.main_engine.close)
        self.place.away(away)
        del seat
        self.start()

    def close(self) -> None:
        """The end."""
        self.place.run(self.main_engine.close)

    # what is known of it

    @property
    def raised(self) -> list[str]:
        """What callbacks of the strategy raised, and threads of the process."""
        errors: list[str] = [_("{error} (a thread of the process has ended)").format(error=error) for error in self.place.errors]
        return [*self._raised, *(self.seat.raised if self.seat is not None else []), *errors]

    def positions(self) -> dict[str, float] | None:
        """What the strategy believes to hold, None where it keeps no count or is not there."""
        return self.seat.positions() if self.seat is not None else None
