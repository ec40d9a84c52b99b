"""MockBinanceGateway: the connect dialog, and the sessions that it makes."""

from dataclasses import replace
from logging import ERROR, WARNING
from typing import Any

from vnpy.trader.constant import Status
from vnpy.trader.object import OrderData

from rest_locale import _
from vnpy_restgateway.embedded_venue import EMBEDDED, OPTIONS_FIELD
from vnpy_restgateway.gateway import RestGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.orders.table import Entry
from vnpy_restgateway.session import Session
from vnpy_restgateway.settings import PROXY_FIELDS, Field, dialog, half_pair

from .amends import changed
from .endpoints import ENGINE_TIMEOUT, RECV_WINDOW, TESTNET_REST_HOST
from .qte.builds import DEFAULT_HOST
from .qte.session import QteSession
from .qte.symbols import parse_symbols
from .session import BinanceSession
from .timings import Timings

REAL: tuple[str, str] = ("BINANCE", "QTE")      # choices of Server that are not our own child


class MockBinanceGateway(RestGateway):
    """
    Binance spot for VeighNa: on the embedded mock exchange (``Server`` = EMBEDDED: no key, no
    network), on any Binance-compatible host (``Server`` = BINANCE; without hosts given, the
    public test network), or on a QTE server (``Server`` = QTE: a key, no signature, everything
    polled). Symbols are named as the official Binance gateway names them.
    """

    default_name: str = "MOCKBINANCE"
    fields = (
        Field("API Key", "secret", servers=REAL),
        Field("API Secret (Password 密码)", "secret", aliases=("API Secret",), servers=REAL),
        Field("Server", "choice", choices=(EMBEDDED, *REAL), real="BINANCE"),
        Field("REST Host", "host", servers=REAL),
        Field("Stream Host", "host", schemes=("ws", "wss"), servers=REAL),
        Field("Symbols", servers=("QTE",), check=lambda text: parse_symbols(text, "")),
        OPTIONS_FIELD,
        *(replace(field, servers=REAL) for field in PROXY_FIELDS),      # a proxy cannot reach our own child
    )
    default_setting: dict[str, Any] = dialog(fields)
    timings_class = Timings
    dialect: str = "binance"
    venue_name: str = "Binance"

    # an order that is older than its window is not taken any more, and the engine answers or gives up within its time-out
    not_found_policy = NotFoundPolicy(bound=ENGINE_TIMEOUT + RECV_WINDOW / 1_000, spacing=0.75, misses=3, first=0.2, longest=3.0)

    def amend_order(self, vt_orderid: str, volume: float = 0, price: float = 0) -> str:
        """
        Give an open order another volume (in all, with what is traded of it) or price; 0 leaves it as it is.

        Returns the vt_orderid of the order that is wanted, "" where nothing can be sent, which a log line explains. A smaller volume at
        the same price keeps the order, its id and its place in the queue. Anything else is a new order, which comes in the place of
        the old one or, REJECTED, not at all. An order of which something has traded is replaced by the rest; what it trades
        on the way is not taken off the new one, and said.
        """
        orderid: str = vt_orderid.removeprefix(f"{self.gateway_name}.")
        try:
            return self._amend(orderid, volume, price)
        except Exception as error:
            self.log(_("Amend of {orderid} not sent: {kind}: {error}").format(orderid=orderid, kind=type(error).__name__, error=error), ERROR)
            return ""

    def _amend(self, orderid: str, volume: float, price: float) -> str:
        session: Session = self.session
        entry: Entry | None = self.flow.table.active.get(orderid)
        if not isinstance(session, BinanceSession):
            reason: str = _("{venue_name} cannot amend orders here").format(venue_name=_(self.venue_name)) if self.host.ready else _("not connected")
        elif entry is None:
            reason = _("order not known, or over")
        else:
            known: OrderData = entry.order
            wanted: OrderData = changed(known, volume, price)
            reason = self.check_order(wanted, self.contracts.find(known.vt_symbol)) or session.amends.why_not(known, wanted)
            if not reason and session.amends.keeps(known, wanted):
                if self.executor.run_or_post(session.amends.reduce, orderid, wanted.volume):
                    return known.vt_orderid
                reason = _("not connected")
            elif not reason:
                return self._replace(orderid, wanted)
        self.log(_("Amend of {orderid} not sent: {reason}").format(orderid=orderid, reason=reason), WARNING)
        return ""

    def _replace(self, orderid: str, order: OrderData) -> str:
        """Send what is not traded of an order that is to be another as a new order, in its place."""
        order.orderid, order.volume, order.traded = self.new_orderid(), order.volume - order.traded, 0
        order.status, order.datetime = Status.SUBMITTING, None
        order.__post_init__()
        if reason := self.check_order(order, self.contracts.find(order.vt_symbol)):
            self.log(_("Amend of {orderid} not sent: {reason}").format(orderid=orderid, reason=reason), WARNING)
        elif self.executor.run_or_post(self.flow.submit, order, orderid):
            return order.vt_orderid
        else:
            self.log(_("Amend of {orderid} not sent: not connected").format(orderid=orderid), WARNING)
        return ""

    def check_setting(self, values: dict[str, Any]) -> list[str]:
        if values["Server"] == "BINANCE" or values["Server"] == "QTE" and values["API Secret (Password 密码)"]:
            return half_pair(values, "API Key", "API Secret (Password 密码)")
        return []

    def real_venue(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            "rest": values["REST Host"] or (DEFAULT_HOST if values["Server"] == "QTE" else TESTNET_REST_HOST),
            "stream": values["Stream Host"], "key": values["API Key"], "secret": values["API Secret (Password 密码)"],
        }

    def make_session(self, venue: dict[str, Any], values: dict[str, Any]) -> Session:
        proxy: tuple[str, int] = ("", 0) if values["Server"] == EMBEDDED else (values["Proxy Host"], values["Proxy Port"])
        if values["Server"] != "QTE":
            return BinanceSession(self.host, self.timings, venue, proxy)

        def on_faithful() -> None:
            key, secret = venue["key"], venue["secret"]
            if secret:
                line: str = _("{url} is no QTE server, it answers as Binance does. Going on with it, requests go signed, as with Server BINANCE")
            else:
                line = _("{url} is no QTE server, it answers as Binance does. Going on with it, requests go unsigned, as no API secret is given")
            self.log(line.format(url=venue["rest"]))
            self.switch(BinanceSession(self.host, self.timings, {**venue, "unsigned": bool(key and not secret)}, proxy))

        return QteSession(self.host, self.timings, venue, proxy, parse_symbols(values["Symbols"], self.gateway_name), on_faithful)
