"""QmtRestGateway: the connect dialog, and the session that it makes."""

import unicodedata
from dataclasses import replace
from typing import Any

from vnpy.trader.constant import Exchange

from rest_locale import _
from vnpy_restgateway.embedded_venue import EMBEDDED, OPTIONS_FIELD
from vnpy_restgateway.gateway import RestGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.settings import PROXY_FIELDS, Field, dialog

from .boards import board_of
from .endpoints import HOST
from .enums import BEST5_CANCEL, LATEST, OWN_BEST, PEER_BEST
from .quotes import POSITIONS
from .session import Choices, QmtSession
from .timings import Timings

REAL: tuple[str, ...] = ("QMT",)            # choices of Server that are not our own child
SECRET: str = "Secret Key (Password 密码)"
REFUSE, ROUND, ALLOW = "REFUSE", "ROUND", "ALLOW"
NAMES: dict[str, Exchange] = {
    "SSE": Exchange.SSE, "SZSE": Exchange.SZSE, "BSE": Exchange.BSE, "SH": Exchange.SSE, "SZ": Exchange.SZSE, "BJ": Exchange.BSE,
}
EXAMPLE: str = "000001.SZSE, 600000.SSE"


def read_symbols(text: str) -> list[tuple[str, Exchange]]:
    """
    "000001.SZSE, 600000.SSE" -> codes and exchanges; the server's suffixes SH, SZ and BJ will do.

    :raises ValueError: naming the entry, and what is wrong with it
    """
    found: dict[tuple[str, Exchange], None] = {}
    wrong: list[str] = []
    # a Chinese keyboard makes commas and digits of full width
    for entry in unicodedata.normalize("NFKC", text).replace("、", ",").replace(";", ",").split(","):
        if not entry.strip():
            continue
        code, __, place = entry.strip().upper().rpartition(".")
        if place not in NAMES or not code or " " in code:
            wrong.append(_("{entry!r} is no vt_symbol of SSE, SZSE or BSE, with commas between them, as in {example!r}").format(entry=entry.strip(), example=EXAMPLE))
            continue
        try:
            board_of(code, NAMES[place])
        except ValueError as error:
            wrong.append(str(error))
        found[code, NAMES[place]] = None
    if wrong:
        raise ValueError("; ".join(wrong))
    return list(found)


class QmtRestGateway(RestGateway):
    """
    A-shares for VeighNa, through the REST server of a QMT terminal: everything is polled, orders are found again by the server's id,
    by our id in their strategy name, or by what was sent; nothing is ever sent twice.
    """

    default_name: str = "QMTREST"
    venue_name: str = "QMT"
    dialect: str = "qmt"
    exchanges = [Exchange.SSE, Exchange.SZSE, Exchange.BSE]
    fields = (
        Field("Client ID", "secret", servers=REAL),
        Field(SECRET, "secret", aliases=("Secret Key",), servers=REAL),
        Field("Server", "choice", choices=(EMBEDDED, *REAL), real="QMT"),
        Field("Host", "host", default=HOST, servers=REAL),
        Field("Account", numbers=True),
        Field("Market Order", "choice", choices=(BEST5_CANCEL, LATEST, OWN_BEST, PEER_BEST)),
        Field("Symbols", check=read_symbols),
        Field("Quotes From"),
        Field("FAK", "choice", choices=(REFUSE, BEST5_CANCEL)),
        Field("Price Off Tick", "choice", choices=(REFUSE, ROUND)),
        Field("In Doubt", "choice", choices=(ALLOW, REFUSE)),
        OPTIONS_FIELD,
        *(replace(field, servers=REAL) for field in PROXY_FIELDS),      # a proxy cannot reach our own child
    )
    default_setting: dict[str, Any] = dialog(fields)
    timings_class = Timings
    # the terminal works its queue off late: a minute of lists without an order, then it never came (specification, section 6, row 8)
    not_found_policy = NotFoundPolicy(bound=60.0, spacing=1.5, misses=3, first=0.3, longest=4.0)

    def check_setting(self, values: dict[str, Any]) -> list[str]:
        own: list[str] = []
        if values["Quotes From"] == self.gateway_name:
            own.append(_("Setting 'Quotes From': {gateway} is this gateway itself").format(gateway=self.gateway_name))
        if values["Server"] == EMBEDDED:
            return own
        return own + [
            _("Setting {name!r} is empty: the server takes signed requests only").format(name=name) for name in ("Client ID", SECRET) if not values[name]
        ]

    def real_venue(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"rest": values["Host"], "stream": "", "key": values["Client ID"], "secret": values[SECRET]}

    def make_session(self, venue: dict[str, Any], values: dict[str, Any]) -> QmtSession:
        proxy: tuple[str, int] = ("", 0) if values["Server"] == EMBEDDED else (values["Proxy Host"], values["Proxy Port"])
        choices: Choices = Choices(
            values["Account"], values["Market Order"], values["FAK"] != REFUSE, values["Price Off Tick"] == ROUND, values["In Doubt"] == REFUSE,
            tuple(read_symbols(values["Symbols"])), POSITIONS if values["Quotes From"].upper() == POSITIONS else values["Quotes From"],
        )
        return QmtSession(self.host, self.timings, venue, proxy, choices, self.event_engine)
