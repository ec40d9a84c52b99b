"""MockBinanceGateway: the connect dialog, and the sessions that it makes."""

from dataclasses import replace
from typing import Any

from vnpy_restgateway.embedded_venue import EMBEDDED, OPTIONS_FIELD
from vnpy_restgateway.gateway import RestGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.session import Session
from vnpy_restgateway.settings import PROXY_FIELDS, Field, dialog, half_pair

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
            how: str = "signed, as with Server BINANCE" if secret else "unsigned, as no API secret is given"
            self.log(f"{venue['rest']} is no QTE server, it answers as Binance does. Going on with it, requests go {how}")
            self.switch(BinanceSession(self.host, self.timings, {**venue, "unsigned": bool(key and not secret)}, proxy))

        return QteSession(self.host, self.timings, venue, proxy, parse_symbols(values["Symbols"], self.gateway_name), on_faithful)
