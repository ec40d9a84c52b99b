"""Whose rows are shown, and under which names, where several remote gateways stand behind one server (spec 8.2)."""

from typing import Any

from vnpy.trader.constant import Product
from vnpy.trader.object import ContractData

from .parse import remote

LONG_ONLY: frozenset[Product] = frozenset({Product.SPOT})       # nothing of it can be owed


class RemoteNames:
    """``wanted``: the only remote gateway whose rows are shown; "" for all. Written by the executor's thread, read by any."""

    def __init__(self, wanted: str) -> None:
        self.wanted: str = wanted
        self.of_contract: dict[str, str] = {}           # vt_symbol -> the remote gateway that the server sends its orders to
        self.products: dict[str, set[Product]] = {}     # remote gateway -> what it trades
        self.with_accounts: set[str] = set()            # remote gateways that have shown accounts

    def shows(self, d: Any) -> bool:
        """
        Whether a row is to be shown.

        :raises ValueError: it is none
        """
        name: str = remote(d)
        return not self.wanted or name == self.wanted

    def learn(self, contract: ContractData, gateway_name: str) -> None:
        """A contract: of two remote gateways with one symbol the list has one, which is the one that trades it."""
        self.of_contract[contract.vt_symbol] = gateway_name
        self.products.setdefault(gateway_name, set()).add(contract.product)

    def trades(self, vt_symbol: str, gateway_name: str) -> bool:
        """Whether ticks and positions of a symbol are those of the remote gateway that trades it. One that is not known is not refused."""
        return self.of_contract.get(vt_symbol, gateway_name) == gateway_name

    def may_owe(self, gateway_name: str) -> bool:
        """Whether an account there may be negative."""
        return not self.products.get(gateway_name, set()) <= LONG_ONLY or gateway_name not in self.products

    def account(self, accountid: str, gateway_name: str) -> str:
        """The local name of an account: two gateways may have the same one."""
        return f"{gateway_name}.{accountid}" if len(self.with_accounts) > 1 else accountid
