"""WebTraderGateway: the connect dialog, and the session that it makes."""

from dataclasses import replace
from typing import Any

from vnpy.trader.constant import Exchange

from vnpy_restgateway.embedded_venue import EMBEDDED, OPTIONS_FIELD
from vnpy_restgateway.gateway import RestGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.settings import PROXY_FIELDS, Field, dialog

from .endpoints import HOST
from .session import WebTraderSession
from .timings import Timings

REAL_SERVERS: tuple[str, ...] = ("WEBTRADER",)      # choices of Server that are not our own child
PASSWORD: str = "Password (密码)"
DEFAULT_USER: str = "vnpy"


class WebTraderGateway(RestGateway):
    """
    Trades through a remote VeighNa over its WebTrader: every market that has a gateway there, under the remote's vt_symbols. REST is the
    base, the socket makes it faster; orders are found again by the remote's id or by ours in their reference.

    The interface has no history: ``query_history`` returns [], and vn.py's applications go to their datafeed or database.
    """

    default_name: str = "WEBTRADER"
    venue_name: str = "WebTrader"
    dialect: str = "webtrader"
    exchanges = list(Exchange)
    fields = (
        Field("Username", default=DEFAULT_USER, servers=REAL_SERVERS, implies=True),
        Field(PASSWORD, "secret", default=DEFAULT_USER, aliases=("Password",), servers=REAL_SERVERS),
        Field("Server", "choice", choices=(EMBEDDED, *REAL_SERVERS), real="WEBTRADER"),
        Field("Host", "host", default=HOST, servers=REAL_SERVERS, path=True),
        Field("Remote Gateway"),
        OPTIONS_FIELD,
        *(replace(field, servers=REAL_SERVERS) for field in PROXY_FIELDS),      # a proxy cannot reach our own child
    )
    default_setting: dict[str, Any] = dialog(fields)
    timings_class = Timings
    # the web process may be at an order for two RPCs of 30 s each (spec 6.4, 8.1)
    not_found_policy = NotFoundPolicy(bound=65.0, spacing=2.0, misses=3, first=0.3, longest=4.0)

    def real_venue(self, values: dict[str, Any]) -> dict[str, Any]:
        # what is under "key" is masked in every log line, which a user's name need not be
        return {"rest": values["Host"], "stream": "", "key": "", "user": values["Username"], "secret": values[PASSWORD]}

    def make_session(self, venue: dict[str, Any], values: dict[str, Any]) -> WebTraderSession:
        proxy: tuple[str, int] = ("", 0) if values["Server"] == EMBEDDED else (values["Proxy Host"], values["Proxy Port"])
        return WebTraderSession(self.host, self.timings, venue, proxy, values["Remote Gateway"])
