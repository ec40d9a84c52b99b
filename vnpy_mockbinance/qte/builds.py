"""
The builds of the QTE server, as data, and how to tell which one answers without changing anything there.

S is the Flask server of the analysis document, O, T and C are what the project's code became (spec, 0 and 3.1).
"""

from collections.abc import Generator
from typing import NamedTuple

from rest_locale import N_, _
from vnpy_restgateway.net.outcome import Reply

DEFAULT_HOST: str = "http://127.0.0.1:5000"     # "localhost" may be IPv6, which the server does not listen on (U36)
V1: str = "/api/v1"
V3: str = "/api/v3"
PING: str = "/ping"
TIME: str = "/time"
PRICE: str = "/ticker/price"
DAY: str = "/ticker/24hr"
DEPTH: str = "/depth"
ACCOUNT: str = "/account"
ORDER: str = "/order"
ALL_ORDERS: str = "/allOrders"
MY_TRADES: str = "/myTrades"


class Build(NamedTuple):
    """
    How one build is spoken to.

    ``open_orders``: its path; "" where open orders are read from allOrders, for the list of open ones crashes.
    ``tells_fills``: it has a usable myTrades. ``finds_final``: it can be asked for an order that is final.
    ``by_client_id``: and by the client order id. ``market_buys``: a MARKET order can buy.
    """

    name: str
    title: str
    prefix: str
    trades: bool = True             # orders can be sent to it
    sends_json: bool = False        # orders as a JSON body, else as a form
    open_orders: str = ""
    time_in_force: bool = False     # a LIMIT order has to have one
    tells_fills: bool = False
    finds_final: bool = False
    by_client_id: bool = False
    market_buys: bool = False
    has_bars: bool = False          # klines of its own; the others' are constants (Q31)


DOCUMENT: Build = Build(
    "S", N_("the server of the analysis document"), V1, open_orders="/open_orders", finds_final=True, market_buys=True, has_bars=True
)
OLD: Build = Build(
    "O", N_("the old build"), V1, sends_json=True, open_orders="/openOrders", tells_fills=True
)
TRANSITIONAL: Build = Build("T", N_("the transitional build"), V3, trades=False)
CURRENT: Build = Build(
    "C", N_("the current build"), V3, time_in_force=True, tells_fills=True, finds_final=True, by_client_id=True
)
FAITHFUL: Build = Build("Binance", N_("a server that answers as Binance does"), V3)

WHY_NOT: str = N_(
    "the transitional build of the QTE server misreports orders that rest and fails those that trade; "
    "use the old or the current build"
)


class NotQte(Exception):
    """What answers is no build that is known, or is in trouble; the text says what it did."""


def detect(has_key: bool) -> Generator[tuple[str, bool], Reply, Build]:
    """
    Which build answers. Yields (path, whether the key goes with it) of a GET to send, takes the reply.

    :raises NotQte: by what is answered it is none
    """
    ping: Reply = yield V3 + PING, False
    if ping.status == 404:
        return (yield from _detect_old(has_key))
    _look(ping, V3 + PING)
    info: Reply = yield V3 + "/exchangeInfo", False
    if info.status == 200 and isinstance(info.data, dict) and isinstance(info.data.get("symbols"), list):
        return FAITHFUL
    if info.status != 404:
        raise NotQte(shown(info, V3 + "/exchangeInfo"))
    if ping.data == {}:
        return CURRENT
    if has_key:
        account: Reply = yield V1 + ACCOUNT, True
        if isinstance(account.data, dict) and "userId" in account.data:
            return DOCUMENT
    return TRANSITIONAL


def _detect_old(has_key: bool) -> Generator[tuple[str, bool], Reply, Build]:
    ping: Reply = yield V1 + PING, False
    _look(ping, V1 + PING)
    if has_key:
        account: Reply = yield V1 + ACCOUNT, True
        if isinstance(account.data, dict):
            if "userId" in account.data:
                return DOCUMENT
            if "accountId" in account.data:
                return OLD
    prices: Reply = yield V3 + PRICE, False
    if prices.status == 404 and prices.malformed:
        return OLD
    if isinstance(prices.data, dict):       # a map, or an error in the document's words
        return DOCUMENT
    raise NotQte(shown(prices, V3 + PRICE))


def _look(reply: Reply, path: str) -> None:
    if reply.status != 200 or not isinstance(reply.data, dict):
        raise NotQte(shown(reply, path))


def shown(reply: Reply, path: str) -> str:
    """A reply in a few words."""
    body: str = reply.body[:80].decode("utf-8", "replace").strip().replace("\n", " ")
    kind: str = "HTML" if body.startswith("<") else body or _("nothing")
    return _("{path} answers {kind}, status {status}").format(path=path, kind=kind, status=reply.status)
