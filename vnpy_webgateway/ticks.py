"""Ticks: subscribed over REST, pushed to every client, and asked for where pushes do not come (spec 3.3, 6.5, 7.5)."""

from collections.abc import Callable
from functools import partial
from logging import WARNING
from typing import Any
from urllib.parse import quote

from vnpy.trader.object import ContractData, TickData

from rest_locale import N_, _
from vnpy_restgateway.host import Host
from vnpy_restgateway.market.event_time import SET_BACK
from vnpy_restgateway.net.outcome import Reply, coded
from vnpy_restgateway.orders.push_watch import PushWatch
from vnpy_restgateway.polled.ranked_rest import Command, Rank

from .calls import tick_call
from .endpoints import TICKS
from .names import RemoteNames
from .outcomes import read_error
from .parse import parse_tick, remote
from .rest import WebRest
from .timings import Timings

RETRY_FIRST, RETRY_LONGEST = 1.0, 60.0      # s until a subscription that failed is tried again
WATCH: float = 1.0              # s between looks at whether ticks come
QUIET_LONGEST: float = 30.0     # s between questions while nothing is traded
FIRST_LOOK: float = 0.3         # s from a subscription to the first look, for a symbol that is not traded now
PARSE_ERRORS = (KeyError, TypeError, ValueError, AttributeError)


class Ticks:
    """What is subscribed to. Ticks come from the stream's thread and the executor's, under one lock; the rest is the executor's."""

    def __init__(self, host: Host, rest: WebRest, timings: Timings, names: RemoteNames, watch: PushWatch, rpc_works: Callable[[], bool]) -> None:
        self.host: Host = host
        self.rest: WebRest = rest
        self.timings: Timings = timings
        self.names: RemoteNames = names
        self.watch: PushWatch = watch
        self.rpc_works: Callable[[], bool] = rpc_works
        self.contracts: dict[str, ContractData] = {}        # subscribed, by vt_symbol
        self.last: dict[str, TickData] = {}
        self.lock = host.seams.threads.Lock()
        self.confirmed: set[str] = set()
        self.asking: set[str] = set()
        self.bare: set[str] = set()             # not found by vt_symbol: asked for by the symbol alone, as another manual has it
        self.failures: dict[str, int] = {}
        self.active: bool = False
        self.has_list: bool = True              # the server lists ticks
        self.heard_at: float = 0.0              # of the last push, monotonic s
        self.moved_at: float = 0.0              # of the last tick by any way
        self._asked: bool = False
        self._due: float = 0.0
        self._patience: float = WATCH
        self._said_quiet: bool = False

    def start(self) -> None:
        """The contracts are here; subscriptions made before are kept."""
        self.active = True
        self.moved_at = self.heard_at = self.host.monotonic()
        self.again()
        self.host.executor.call_later(WATCH, "ticks", self._watch)

    def subscribe(self, contract: ContractData) -> None:
        """Ticks of a contract."""
        if contract.vt_symbol not in self.contracts:
            self.contracts[contract.vt_symbol] = contract
            self.moved_at = self.host.monotonic()
            if self.active:
                self._subscribe(contract.vt_symbol)

    def again(self) -> None:
        """A trading process that was restarted has forgotten all subscriptions, and cannot always be told from one that was not."""
        self.confirmed.clear()
        self.bare.clear()
        for vt_symbol in self.contracts:
            self._subscribe(vt_symbol)

    # subscriptions

    def _subscribe(self, vt_symbol: str) -> None:
        if not self.active or vt_symbol in self.confirmed or vt_symbol in self.asking:
            return
        call: Command = tick_call(vt_symbol)
        if vt_symbol in self.bare:
            call = call._replace(path=f"{TICKS}/{quote(self.contracts[vt_symbol].symbol, safe='')}")
        self.asking.add(vt_symbol)
        self.rest.call(*call, partial(self._on_subscribed, vt_symbol), rank=Rank.QUESTION)

    def _on_subscribed(self, vt_symbol: str, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        self.asking.discard(vt_symbol)
        refused = read_error(reply) if reply is not None and error is None else None
        if reply is not None and error is None and refused is None:
            self.confirmed.add(vt_symbol)
            self.failures.pop(vt_symbol, None)
            if vt_symbol not in self.last:
                self._due = 0.0
                self.host.executor.reschedule_earlier(FIRST_LOOK, "first ticks", self._ask)
            return
        if refused is not None and refused[0] == "404" and vt_symbol not in self.bare:
            self.bare.add(vt_symbol)
            self._subscribe(vt_symbol)
            return
        self.bare.discard(vt_symbol)
        failures: int = self.failures.get(vt_symbol, 0) + 1
        self.failures[vt_symbol] = failures
        reason: str = coded(*refused) if refused else str(error)
        if failures == 1 or failures % 10 == 0:
            self.host.log(_("Subscription of {symbols} failed, trying again: {reason}").format(symbols=vt_symbol, reason=reason), WARNING)
        delay: float = min(RETRY_FIRST * 2.0 ** min(failures - 1, 10), RETRY_LONGEST)
        self.host.executor.call_later(max(delay, self.host.pause()), f"subscribe {vt_symbol}", partial(self._subscribe, vt_symbol))

    # pushes: the stream's thread

    def on_push(self, d: Any) -> None:
        """A push of a symbol, perhaps of another client's."""
        self.heard_at = self.host.monotonic()
        self._publish(d, False)

    def _publish(self, d: Any, listed: bool) -> bool:
        """Hand a tick on, unless it is an older one. Whether it was."""
        contract: ContractData | None = self.contracts.get(f"{d['symbol']}.{d['exchange']}")
        if contract is None or not self.names.shows(d) or not self.names.trades(contract.vt_symbol, remote(d)):
            return False
        tick: TickData | None = parse_tick(d, contract, self.host.gateway_name, self.host.now())
        if tick is None:
            return False
        tick.localtime = self.host.seams.local_now()
        with self.lock:
            last: TickData | None = self.last.get(contract.vt_symbol)
            if last is not None and (tick.datetime < last.datetime or listed and market(tick) == market(last)) and last.datetime - tick.datetime < SET_BACK:
                return False            # a message that another one has overtaken, or one that is known
            self.last[contract.vt_symbol] = tick
            self.moved_at = self.host.monotonic()
            self.host.on_tick(tick)     # under the lock: the times must not go back
        return True

    # polls: what is not pushed

    def _watch(self) -> None:
        self.host.executor.call_later(WATCH, "ticks", self._watch)
        now: float = self.host.monotonic()
        if not self.contracts or not self.active:
            return
        if now - self.heard_at < self.timings.silence and not self.watch.lossy:
            self._patience = WATCH
            self._due = now
        if now >= self._due and now - self.heard_at >= (WATCH if self.watch.lossy else self.timings.silence):
            self._ask()
        if now - self.moved_at < self.timings.quiet_warning:
            self._said_quiet = False
        elif not self._said_quiet and self.rpc_works():
            self._said_quiet = True
            self.host.log(
                _(
                    "No tick for {seconds:.0f} s of what is subscribed, although the trading process answers: nothing is traded, or its gateway has "
                    "lost its venue"
                ).format(seconds=self.timings.quiet_warning), WARNING
            )

    def _ask(self) -> None:
        if self._asked or not self.has_list or not self.active or self.host.pause() or not self.contracts:
            return
        self._asked = True
        self._due = self.host.monotonic() + self._patience
        self.rest.call("GET", TICKS, {}, self._on_list)

    def _on_list(self, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        self._asked = False
        refused = read_error(reply) if reply is not None and error is None else None
        if refused is not None and refused[0] in ("404", "405"):
            self.has_list = False
        if reply is None or error is not None or refused is not None or not isinstance(reply.data, list):
            return
        moved: list[bool] = []
        there: set[str] = set()

        def handle(d: Any) -> None:
            there.add(f"{d['symbol']}.{d['exchange']}")
            first: bool = f"{d['symbol']}.{d['exchange']}" not in self.last
            if self._publish(d, True) and not first:
                moved.append(True)

        self.host.each(reply.data, handle, N_("tick"))
        for vt_symbol in self.contracts:
            if vt_symbol in self.last and vt_symbol not in there:
                self.confirmed.discard(vt_symbol)       # the trading process that it was subscribed in has been restarted
                self._subscribe(vt_symbol)
        if moved and self.heard_at < asked_at - self.timings.silence:
            self.watch.missed()
        self._patience = WATCH if moved else min(2.0 * self._patience, QUIET_LONGEST)


def market(tick: TickData) -> tuple[Any, ...]:
    """What makes a tick another one."""
    return tick.datetime, tick.last_price, tick.volume, tick.bid_price_1, tick.bid_volume_1, tick.ask_price_1, tick.ask_volume_1
