"""FutuOpenDGateway: the connect dialog, and the session that it makes."""

import unicodedata
from dataclasses import replace
from typing import Any

from vnpy.trader.constant import Exchange

from rest_locale import _
from vnpy_restgateway.embedded_venue import EMBEDDED, OPTIONS_FIELD
from vnpy_restgateway.gateway import RestGateway
from vnpy_restgateway.orders.not_found_policy import NotFoundPolicy
from vnpy_restgateway.settings import PROXY_FIELDS, Field, dialog

from .accounts import Choices
from .endpoints import HOST
from .enums import CURRENCY_CODES, HK, PLACES, WORDS, Market
from .listings import Wanted
from .session import FutuSession
from .timings import Timings

REAL_SERVERS: tuple[str, ...] = ("OPEND",)          # choices of Server that are not our own child
TOKEN: str = "Token (Password 密码)"
TRADE_PASSWORD: str = "Trade Password (密码)"
SIMULATE, REAL = "SIMULATE", "REAL"
EXAMPLE: str = "00700.SEHK, AAPL.SMART"


def entries(text: str) -> list[str]:
    """What commas separate; a Chinese keyboard makes commas and digits of full width."""
    plain: str = unicodedata.normalize("NFKC", text).replace("、", ",").replace(";", ",")
    return [entry.strip().upper() for entry in plain.split(",") if entry.strip()]


def read_markets(text: str) -> tuple[str, ...]:
    """
    "HK,US" -> words.

    :raises ValueError: naming the entry that is none
    """
    for entry in entries(text):
        if entry not in WORDS:
            raise ValueError(_("{entry!r} is none of {words}").format(entry=entry, words=', '.join(WORDS)))
    return tuple(dict.fromkeys(entries(text)))


def read_symbols(text: str) -> list[Wanted]:
    """
    "00700.SEHK, AAPL.SMART" -> markets and codes; Futu's HK.00700 and the exchanges of US shares will do.

    :raises ValueError: naming the entry, and what is wrong with it
    """
    found: dict[Wanted, None] = {}
    for entry in entries(text):
        code, __, place = entry.rpartition(".")
        if place not in PLACES or not code:
            place, __, code = entry.partition(".")
        market: Market | None = PLACES.get(place)
        if market is None or not code:
            raise ValueError(_("{entry!r} is no vt_symbol of SEHK, SMART, SSE or SZSE, as in {example!r}").format(entry=entry, example=EXAMPLE))
        if market is HK and code.isdigit():
            code = code.zfill(5)
        found[market, code] = None
    return list(found)


def read_account(text: str) -> str:
    """:raises ValueError: it is no account's number"""
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError(_("{text!r} is no account's number (acc_id)").format(text=text))
    return text


class FutuOpenDGateway(RestGateway):
    """
    Hong Kong, US and China Connect shares for VeighNa, through the REST edition of Futu OpenD: orders are found again by the gateway's
    id or by ours in their remark; nothing is ever sent twice.

    AccountData: one a currency of the markets that are traded, ``ACCID_HKD`` and ``ACCID_USD``, and ``ACCID`` where there is one
    currency only. ``balance`` has the shares in it (of a real account: of all markets, in the setting Currency), ``available`` is the
    cash that can be spent.
    """

    default_name: str = "FUTUOPEND"
    venue_name: str = "Futu"
    dialect: str = "futu"
    exchanges = [Exchange.SEHK, Exchange.SMART, Exchange.SSE, Exchange.SZSE]
    fields = (
        Field(TOKEN, "secret", aliases=("Token",), servers=REAL_SERVERS),
        Field(TRADE_PASSWORD, "secret", aliases=("Trade Password",)),
        Field("Server", "choice", choices=(EMBEDDED, *REAL_SERVERS), real="OPEND"),
        Field("REST Host", "host", default=HOST, servers=REAL_SERVERS),
        Field("Environment", "choice", choices=(SIMULATE, REAL)),
        Field("Account ID", check=read_account, numbers=True),
        Field("Markets", default="HK,US", check=read_markets),
        Field("Currency", "choice", choices=tuple(CURRENCY_CODES)),
        Field("Symbols", check=read_symbols),
        OPTIONS_FIELD,
        *(replace(field, servers=REAL_SERVERS) for field in PROXY_FIELDS),      # a proxy cannot reach our own child
    )
    default_setting: dict[str, Any] = dialog(fields)
    timings_class = Timings
    # the broker may confirm late: a minute of lists without an order, then it never came (section 6, row 18)
    not_found_policy = NotFoundPolicy(bound=60.0, spacing=1.5, misses=3, first=0.3, longest=4.0)

    def check_setting(self, values: dict[str, Any]) -> list[str]:
        if values["Environment"] == REAL and not values["Account ID"]:
            return [_("Setting 'Account ID' is empty: with Environment REAL it says which account's money is traded with")]
        return []

    def real_venue(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"rest": values["REST Host"], "stream": "", "key": values[TOKEN], "secret": values[TRADE_PASSWORD]}

    def make_session(self, venue: dict[str, Any], values: dict[str, Any]) -> FutuSession:
        proxy: tuple[str, int] = ("", 0) if values["Server"] == EMBEDDED else (values["Proxy Host"], values["Proxy Port"])
        choices: Choices = Choices(
            values["Environment"] == REAL, values["Account ID"], read_markets(values["Markets"]) or read_markets("HK,US"), values["Currency"],
            values[TRADE_PASSWORD], tuple(read_symbols(values["Symbols"])),
        )
        return FutuSession(self.host, self.timings, venue, proxy, choices)
