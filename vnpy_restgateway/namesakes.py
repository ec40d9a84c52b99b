"""
Contracts that two gateways have under one vt_symbol.

vn.py's engine keeps one contract for each vt_symbol, that of the gateway which pushed last, and its apps send orders and
subscriptions there.
"""

from collections.abc import Callable

from vnpy.event import Event
from vnpy.trader.object import ContractData

from rest_locale import _

from .seams import MACHINE
from .threads import Threads

SHOWN: int = 5          # names in a line


class Namesakes:
    """
    Hears every contract on the event engine, and calls ``found()`` when one came that another gateway has, too.
    ``take()`` then has a line for each of the other gateways. Each name is told once.
    """

    def __init__(self, gateway_name: str, found: Callable[[], None], threads: Threads = MACHINE.threads) -> None:
        self.gateway_name: str = gateway_name
        self.found: Callable[[], None] = found
        self._ours: set[str] = set()
        self._theirs: dict[str, set[str]] = {}          # gateway name -> vt_symbols
        self._told: set[tuple[str, str]] = set()
        self._new: dict[str, list[str]] = {}            # gateway name -> vt_symbols not told of yet
        self._lock = threads.Lock()

    def on_contract(self, event: Event) -> None:
        """A handler of EVENT_CONTRACT, on the engine's thread."""
        contract: ContractData = event.data
        name, vt_symbol = contract.gateway_name, contract.vt_symbol
        if name == self.gateway_name:
            self._ours.add(vt_symbol)
            others: list[str] = [other for other, symbols in self._theirs.items() if vt_symbol in symbols]
        else:
            self._theirs.setdefault(name, set()).add(vt_symbol)
            others = [name] if vt_symbol in self._ours else []
        for other in others:
            if (other, vt_symbol) not in self._told:
                self._told.add((other, vt_symbol))
                with self._lock:
                    self._new.setdefault(other, []).append(vt_symbol)
                self.found()

    def take(self) -> list[str]:
        """Lines for what has been found since the last time."""
        with self._lock:
            found, self._new = self._new, {}
        lines: list[str] = []
        for other, symbols in found.items():
            names: str = ", ".join(symbols[:SHOWN])
            if len(symbols) > SHOWN:
                names = _("{names} and {count} more").format(names=names, count=len(symbols) - SHOWN)
            lines.append(
                _(
                    "Gateway {other} has contracts of the same names: {names}. VeighNa keeps those of the gateway that connected "
                    "last, orders and subscriptions of these names go there"
                ).format(other=other, names=names)
            )
        return lines
