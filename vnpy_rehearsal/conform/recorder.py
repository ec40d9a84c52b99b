"""Takes what a gateway says, and lets somebody wait for it."""

from collections.abc import Callable, Mapping
from copy import copy
from logging import WARNING
from typing import Any

from vnpy.event import Event, EventEngine
from vnpy.trader.constant import Status
from vnpy.trader.event import (
    EVENT_ACCOUNT,
    EVENT_CONTRACT,
    EVENT_LOG,
    EVENT_ORDER,
    EVENT_POSITION,
    EVENT_TICK,
    EVENT_TRADE,
)
from vnpy.trader.object import (
    AccountData,
    ContractData,
    LogData,
    OrderData,
    PositionData,
    TickData,
    TradeData,
)

from rest_locale.english import english
from rest_locale import _
from vnpy_restgateway.host import MADE_UP
from vnpy_restgateway.seams import MACHINE, Seams


class Missed(AssertionError):
    """
    What should have been seen was not. ``kind``: ``hung``, it never came; ``lost``, what is at the venue was not
    shown; ``doubled``; ``invented``, it shows what never was, or does what it was told not to; ``vacuous``, the fault that
    should have struck never did, so that nothing was proved.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind: str = kind


def key_in(held: Mapping[str, Any], data: Any) -> str:
    """The symbol of a contract or position; its vt_symbol where another exchange has the same one."""
    other: Any = held.get(data.symbol)
    return str(data.symbol if other is None or other.vt_symbol == data.vt_symbol else data.vt_symbol)


class Recorder:
    """
    Takes the gateway's events, in the event engine's place or as a handler of all its events.

    ``spoils``: it changes every order and trade it is handed, as a careless listener does (FAULTS F40).
    """

    def __init__(self, spoils: bool = True, seams: Seams = MACHINE) -> None:
        self.spoils: bool = spoils
        self._monotonic: Callable[[], float] = seams.monotonic
        self._sleep: Callable[[float], None] = seams.threads.sleep
        self.condition = seams.threads.Condition()
        self.orders: dict[str, OrderData] = {}
        self.order_pushes: list[OrderData] = []
        self.sequence: list[OrderData | TradeData] = []
        self.trades: list[TradeData] = []
        self.accounts: dict[str, AccountData] = {}
        self.positions: dict[str, PositionData] = {}
        self.contracts: dict[str, ContractData] = {}
        self.ticks: list[TickData] = []
        self.logs: list[LogData] = []

    def listen(self, engine: EventEngine) -> None:
        """Record what passes through an event engine that has no other handlers."""
        for type in (EVENT_ORDER, EVENT_TRADE, EVENT_ACCOUNT, EVENT_POSITION, EVENT_CONTRACT, EVENT_TICK, EVENT_LOG):
            engine.register(type, self.put)

    def put(self, event: Event) -> None:
        data: Any = event.data
        with self.condition:
            if event.type == EVENT_ORDER:
                self.orders[data.orderid] = copy(data)
                self.order_pushes.append(copy(data))
                self.sequence.append(copy(data))
                if self.spoils:
                    data.status, data.traded = Status.REJECTED, -1.0
            elif event.type == EVENT_TRADE:
                self.trades.append(copy(data))
                self.sequence.append(copy(data))
                if self.spoils:
                    data.volume = -1.0
            elif event.type == EVENT_ACCOUNT:
                self.accounts[data.accountid] = data
            elif event.type == EVENT_POSITION:
                self.positions[key_in(self.positions, data)] = data
            elif event.type == EVENT_CONTRACT:
                self.contracts[key_in(self.contracts, data)] = data
            elif event.type == EVENT_TICK:
                self.ticks.append(data)
            elif event.type == EVENT_LOG:
                self.logs.append(data)
            self.condition.notify_all()

    def wait(self, condition: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
        """
        Wait for a condition on what has been recorded.

        :raises Missed: saying what did not come
        """
        deadline: float = self._monotonic() + seconds
        with self.condition:
            # now and then also without news: the condition may be about somebody else
            while not (answer := condition()) and self._monotonic() < deadline:
                self.condition.wait(0.05)
        if not answer:
            lines: str = "\n".join(log.msg for log in self.logs[-15:])
            raise Missed("hung", _("not within {seconds:g} s: {what}\nThe log ends:\n{lines}").format(seconds=seconds, what=what, lines=lines))
        return answer

    def soon(self, condition: Callable[[], Any], seconds: float) -> None:
        """Give something that need not happen the time to happen."""
        try:
            self.wait(condition, "", seconds)
        except Missed:
            pass

    def pass_time(self, seconds: float) -> None:
        """Let time pass, for what can be known by nothing else."""
        self._sleep(seconds)

    def said(self, text: str, level: int | None = None) -> list[str]:
        """Log lines that contain a text, which is English whatever the language of the lines."""
        return [log.msg for log in self.logs if text in english(log.msg) and (level is None or log.level == level)]

    def complaints(self) -> list[str]:
        """Everything from WARNING on, but the line that a mock exchange brings about by being one."""
        return [log.msg for log in self.logs if log.level >= WARNING and not english(log.msg).startswith(MADE_UP)]
