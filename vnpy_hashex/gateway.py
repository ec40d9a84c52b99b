"""HashExGateway: the connect dialog, and the session that it makes."""

from dataclasses import replace
from typing import Any

from vnpy_restgateway.embedded_venue import EMBEDDED, OPTIONS_FIELD
from vnpy_restgateway.gateway import RestGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.settings import PROXY_FIELDS, Field, dialog, half_pair

from .calls import MARKET_BUY
from .endpoints import REST_HOST
from .session import HashExSession
from .timings import Timings

REAL: tuple[str, ...] = ("HASHEX",)        # choices of Server that are not our own child


class HashExGateway(RestGateway):
    """HashEx spot for VeighNa, and its siblings of the same platform under their own REST Host."""

    default_name: str = "HASHEX"
    fields = (
        Field("Access Key", "secret", servers=REAL),
        Field("Secret Key (Password 密码)", "secret", aliases=("Secret Key",), servers=REAL),
        Field("Server", "choice", choices=(EMBEDDED, *REAL), real="HASHEX"),
        Field("REST Host", "host", default=REST_HOST, servers=REAL),
        Field("Stream Host", "host", default="", schemes=("ws", "wss"), servers=REAL),
        OPTIONS_FIELD,
        *(replace(field, servers=REAL) for field in PROXY_FIELDS),      # a proxy cannot reach our own child
        Field("Market Buy", "choice", choices=MARKET_BUY),
    )
    default_setting: dict[str, Any] = dialog(fields)
    venue_name: str = "HashEx"
    timings_class = Timings
    dialect: str = "hashex"
    # an order may not be visible for half a minute after it was accepted
    not_found_policy = NotFoundPolicy(bound=30.0, spacing=1.0, misses=3, first=0.5, longest=3.0)

    def check_setting(self, values: dict[str, Any]) -> list[str]:
        return half_pair(values, "Access Key", "Secret Key (Password 密码)")

    def real_venue(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            "rest": values["REST Host"], "stream": values["Stream Host"],
            "key": values["Access Key"], "secret": values["Secret Key (Password 密码)"],
        }

    def make_session(self, venue: dict[str, Any], values: dict[str, Any]) -> HashExSession:
        proxy: tuple[str, int] = ("", 0) if values["Server"] == EMBEDDED else (values["Proxy Host"], values["Proxy Port"])
        return HashExSession(self.host, self.timings, venue, proxy, values["Market Buy"])
