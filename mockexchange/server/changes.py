"""What is changed of a running venue from outside: the rules of its symbols, and orders that their owner amends elsewhere."""


from rest_locale import _

from ..core.commands import AmendOrder, SetRules, SetSymbolStatus
from ..core.instruments import Instrument, changed
from ..core.orders import Order
from ..venue_api import VenueApi
from .incidents import RulesChanged


class Changes:
    """One venue's. Everything is a command, so the journal has it and a restart keeps it."""

    def __init__(self, venue: VenueApi) -> None:
        self._venue: VenueApi = venue

    def set_rules(self, symbol: str, rules: dict[str, int], status: str = "") -> None:
        """
        Change rules of a symbol, by the names of ``instruments.RULES`` (amounts in 1e-8); ``status`` "" leaves that.
        Open orders stay as they are.

        :raises ValueError: naming the symbol, rule or value that is wrong; nothing has changed then
        """
        venue: VenueApi = self._venue
        listed: dict[str, Instrument] = venue.exchange.instruments
        if symbol not in listed:
            raise ValueError(_("symbol: unknown symbol {symbol!r}, there are: {names}").format(symbol=symbol, names=', '.join(listed)))
        if not rules and not status:
            raise ValueError(_("rules: nothing to change of {symbol}").format(symbol=symbol))
        changed(listed[symbol], rules)
        if status:
            venue.apply(SetSymbolStatus(symbol, status))
        if rules:
            venue.apply(SetRules(symbol, rules))
            venue.incidents.tell(RulesChanged(symbol))

    def amend(
        self, quantity: int, order_id: int | None = None, client_order_id: str = "", new_client_order_id: str = ""
    ) -> None:
        """
        Give somebody's open order another quantity (1e-8). It is named by the ids of the journal.

        :raises ValueError: there is no such open order
        :raises Refusal: the exchange does not take the quantity
        """
        order: Order | None = self._find(order_id, client_order_id)
        if order is None:
            raise ValueError(_("amend: no open order of id {order!r}").format(order=order_id or client_order_id))
        self._venue.apply(AmendOrder(
            order.account, order.symbol, order.order_id, "", quantity, new_client_order_id or order.client_order_id, True
        ))

    def _find(self, order_id: int | None, client_order_id: str) -> Order | None:
        exchange = self._venue.exchange
        for account in exchange.accounts():
            for order in exchange.open_orders(account):
                if order.order_id == order_id or order_id is None and order.client_order_id == client_order_id:
                    return order
        return None
