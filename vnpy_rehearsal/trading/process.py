"""The process: engines, gateways, strategies, and a look at itself every second."""

import faulthandler
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event as Flag
from time import monotonic, time
from typing import TYPE_CHECKING, Any

from vnpy.event import EventEngine
from vnpy.trader.engine import MainEngine
from vnpy.trader.utility import get_file_path
from vnpy_ctastrategy import CtaTemplate

from .engine import LastingCtaApp, LastingCtaEngine
from rest_locale import _

from .files import HEALTH, started_at, write_json
from .heart import OFFLINE, STARTING, STUCK, Heart, State, connections_down, judge
from .supervisor import Supervisor

if TYPE_CHECKING:
    from vnpy_restgateway.gateway import RestGateway

EVERY: float = 1.0              # s from one look to the next
ORDERS_KNOWN_WITHIN: float = 5.0        # s from the connections to the last of the orders that the gateway tells then
ORDERS_END_WITHIN: float = 8.0  # s, at a clean end
SIGN_WITHIN: float = 15.0       # s, of systemd's patience with a start, from one sign of life to the next
STARTS_WITHIN: float = 120.0    # s for the strategies' on_init, which may load history
LONGER: float = 1.3             # times as long until a process ends in which no Python runs any more
SOURCE: str = "Trade"           # of our log lines
ENDED_STUCK, ENDED_OFFLINE = 70, 75         # exit statuses: EX_SOFTWARE, EX_TEMPFAIL of sysexits.h


class TradingProcess:
    """
    :param gateways: class and connect setting, by name
    :param stuck_after: seconds without a sign of the event engine after which the process ends, 0: never
    :param offline_after: seconds without connections after which it ends, 0: never
    """

    def __init__(self, gateways: Mapping[str, tuple[type["RestGateway"], dict[str, Any]]], stuck_after: float, offline_after: float) -> None:
        self.stuck_after: float = stuck_after or float("inf")
        self.offline_after: float = offline_after or float("inf")
        self.settings: dict[str, dict[str, Any]] = {name: setting for name, (kind, setting) in gateways.items()}
        self.main_engine: MainEngine = MainEngine(EventEngine())
        self.gateways: dict[str, RestGateway] = {}
        for name, chosen in gateways.items():
            added: Any = self.main_engine.add_gateway(chosen[0], name)
            self.gateways[name] = added
        engine: Any = self.main_engine.add_app(LastingCtaApp)
        self.cta: LastingCtaEngine = engine
        self.heart: Heart = Heart(self.main_engine.event_engine, monotonic)
        self.supervisor: Supervisor = Supervisor()
        self.file: Path = get_file_path(HEALTH)
        self.started: bool = False
        self.last_good: float = monotonic()
        self.last_line: str = ""

    def run(self, ended: Flag) -> int:
        """
        Trade until ``ended`` is set; the exit status. A process that is stuck does not return, it ends.

        :raises ValueError: a file cannot be read
        """
        self.cta.init_engine()
        for name, setting in self.settings.items():
            self.main_engine.connect(setting, name)
        if not self._wait(ended, self._connected):
            return self._status(ended)
        self._wait(ended, self.cta.knows_last_orders, ORDERS_KNOWN_WITHIN, gives_up=False)
        futures = self.cta.init_all_strategies()
        if not self._wait(ended, lambda: all(future.done() for future in futures.values()), STARTS_WITHIN):
            return self._status(ended)
        if not self.cta.take_over(self.stuck_after):
            self._end_stuck(State(STUCK, _("the event engine does not answer")))
        self.cta.start_all_strategies()
        self.started = True
        self.supervisor.tell("READY=1")
        self._wait(ended, lambda: False)
        return self._status(ended)

    def _connected(self) -> bool:
        """Orders can be taken, and account, positions, orders and trades of the day are here."""
        accounts: set[str] = {account.gateway_name for account in self.main_engine.get_all_accounts()}
        return not any(self._down(gateway) for gateway in self.gateways.values()) and accounts >= self.gateways.keys()

    def _down(self, gateway: "RestGateway") -> list[str]:
        return connections_down(gateway.health(), bool(gateway.subscribed))

    def _wait(self, ended: Flag, condition: Any, patience: float = float("inf"), gives_up: bool = True) -> bool:
        """
        Look at ourselves every second until the condition holds. False: we are to end, have been offline too long, or ``patience``
        is over, which is said if it ``gives_up``.
        """
        until: float = monotonic() + patience
        while not condition():
            state: State = self._look()
            if monotonic() > until and not gives_up:
                return False
            if state.name in (OFFLINE, STARTING) and (monotonic() - self.last_good > self.offline_after or monotonic() > until):
                print(_("Ended after {seconds:.0f} s: {state}").format(seconds=monotonic() - self.last_good, state=state.line), file=sys.stderr, flush=True)
                return False
            if ended.wait(EVERY):
                return False
        return True

    def _status(self, ended: Flag) -> int:
        return 0 if ended.is_set() else ENDED_OFFLINE

    def _look(self) -> State:
        """How we are; written down, and told to the supervisor."""
        silent: float = self.heart.beat()
        down: dict[str, list[str]] = {name: self._down(gateway) for name, gateway in self.gateways.items()}
        strategies: dict[str, dict[str, Any]] = {
            name: {"trading": strategy is not None and strategy.trading, "pos": strategy.pos if strategy else 0.0}
            for name, strategy in self.cta.wanted()
        }
        state: State = judge(silent, self.stuck_after, down, strategies, self.started)
        self._write(state, down, strategies)
        if state.name == STUCK:
            self._end_stuck(state)
        if self.stuck_after < float("inf"):
            # of C: it ends us also where no Python can run any more
            faulthandler.dump_traceback_later(self.stuck_after * LONGER, exit=True)
        if state.name not in (OFFLINE, STARTING):
            self.last_good = monotonic()
        more: list[str] = [] if self.started else [f"EXTEND_TIMEOUT_USEC={SIGN_WITHIN * 1_000_000:.0f}"]
        self.supervisor.tell("WATCHDOG=1", *more, f"STATUS={state.line}")
        if state.line != self.last_line:
            self.last_line = state.line
            self.main_engine.write_log(_("Health: {state}").format(state=state.line), SOURCE)
        return state

    def _write(self, state: State, down: Mapping[str, list[str]], strategies: Mapping[str, Any]) -> None:
        content: dict[str, Any] = {
            "time": time(), "monotonic": monotonic(), "pid": os.getpid(), "started_at": started_at(os.getpid()), "state": state.name, "line": state.line, "down": down, "strategies": strategies,
            "orders": {
                order.vt_orderid: {"status": order.status.name, "volume": order.volume, "traded": order.traded}
                for order in self.main_engine.get_all_active_orders()
            },
            "positions": {position.vt_positionid: position.volume for position in self.main_engine.get_all_positions()},
        }
        try:
            write_json(self.file, content)
        except OSError as error:        # a full disk is no reason to trade no more
            print(_("{file} cannot be written: {error}").format(file=self.file, error=error.strerror or error), file=sys.stderr, flush=True)

    def _end_stuck(self, state: State) -> None:
        """Say where each thread is, and end at once: nothing can be stopped in good order any more."""
        print(_("Ended: {state}").format(state=state.line), file=sys.stderr, flush=True)
        faulthandler.dump_traceback(all_threads=True)
        os._exit(ENDED_STUCK)

    def close(self) -> None:
        """Stop the strategies, which cancels their orders, wait for that, and end."""
        self.supervisor.tell("STOPPING=1")
        strategies: list[CtaTemplate] = list(self.cta.strategies.values())
        self.cta.stop_all_strategies()
        until: float = monotonic() + ORDERS_END_WITHIN
        pause: Flag = Flag()
        while any(self._alive(strategy) for strategy in strategies) and monotonic() < until:
            pause.wait(0.05)
        left: list[str] = [vt_orderid for strategy in strategies for vt_orderid in self._alive(strategy)]
        if left:
            print(_("Ended with orders alive: {orders}").format(orders=", ".join(left)), file=sys.stderr, flush=True)
        faulthandler.cancel_dump_traceback_later()
        self.main_engine.close()
        self.cta.forget()
        self.file.unlink(missing_ok=True)

    def _alive(self, strategy: CtaTemplate) -> list[str]:
        return list(self.cta.strategy_orderid_map.get(strategy.strategy_name, ()))
