"""Which of the gateway's trading accounts are ours (sections 2.13 and 6, row 1). Pure."""

from typing import Any, NamedTuple

from rest_locale import _
from vnpy_restgateway.net.validate import short

from .enums import MARKETS, REAL, SIMULATE, Market

STOCK_SIMULATIONS: tuple[int | None, ...] = (None, 0, 1, 4)        # sim_acc_type: those of options and futures refuse shares


class TradingAccount(NamedTuple):
    """``env``: 0 simulated, 1 real, as it goes back in every header; ``markets``: its ``trd_market`` values."""

    acc_id: int
    env: int
    markets: tuple[int, ...]
    acc_type: int | None = None
    firm: int | None = None
    active: bool = True
    simulation: int | None = None

    def header(self, trd_market: int) -> dict[str, int]:
        """Of a request."""
        return {"trd_env": self.env, "acc_id": self.acc_id, "trd_market": trd_market}


class OtherConvention(ValueError):
    """The server means something else by trd_env than 0 and 1: an order could go to the wrong account."""


def acc_id_of(value: Any) -> int:
    """
    An account's number, which later builds write as text.

    :raises ValueError: it is none
    """
    if type(value) is str and value.isascii() and value.isdigit() and len(value) <= 20:
        value = int(value)
    if type(value) is not int or not 0 < value < 2 ** 64:
        raise ValueError(f"no acc_id: {short(value)}")
    return value


def read_accounts(rows: list[Any]) -> list[TradingAccount]:
    """
    The rows of ``acc_list``.

    :raises OtherConvention: a ``trd_env`` is neither 0 nor 1
    :raises ValueError: a row cannot be read
    """
    found: list[TradingAccount] = []
    for row in rows:
        env: Any = row["trd_env"]
        if type(env) is not int or env not in (SIMULATE, REAL):
            raise OtherConvention(
                _(
                    "account {account} has trd_env {env}: this gateway knows 0 (simulated) and 1 (real) only, "
                    "and stops, as an order could go to the wrong account"
                ).format(account=short(row.get("acc_id")), env=short(env))
            )
        markets: Any = row.get("trd_market_auth_list") or []
        found.append(TradingAccount(
            acc_id_of(row["acc_id"]), env, tuple(each for each in markets if type(each) is int), _number(row.get("acc_type")),
            _number(row.get("security_firm")), row.get("acc_status") in (None, 0), _number(row.get("sim_acc_type")),
        ))
    return found


def _number(value: Any) -> int | None:
    return value if type(value) is int else None


def trd_market_of(market: Market, real: bool) -> int:
    """The header's value of a market."""
    return market.real if real else market.simulated


def choose(accounts: list[TradingAccount], real: bool, wanted: str, words: tuple[str, ...]) -> dict[int, TradingAccount]:
    """
    The account to use in each market (``trd_market``). Without an id: the first simulated one that has the market.

    :raises ValueError: there is none, naming those there are
    """
    env: int = REAL if real else SIMULATE
    shown: str = ", ".join(map(_shown, accounts)) or _("none")
    candidates: list[TradingAccount] = [each for each in accounts if each.env == env and each.active]
    if wanted:
        named: list[TradingAccount] = [each for each in accounts if str(each.acc_id) == wanted]
        if named and named[0] not in candidates:
            if named[0].env == env:
                line: str = _("account {wanted} is not active. There are: {shown}")
            else:
                line = _("account {wanted} is a real account. There are: {shown}") if named[0].env else _("account {wanted} is a simulated account. There are: {shown}")
            raise ValueError(line.format(wanted=wanted, shown=shown))
        candidates = named
    elif not real:
        candidates = [each for each in candidates if each.simulation in STOCK_SIMULATIONS]
    if not candidates:
        if wanted:
            line = _("the login has no real account {wanted}. There are: {shown}") if real else _("the login has no simulated account {wanted}. There are: {shown}")
        else:
            line = _("the login has no real account. There are: {shown}") if real else _("the login has no simulated account. There are: {shown}")
        raise ValueError(line.format(wanted=wanted, shown=shown))
    found: dict[int, TradingAccount] = {}
    for market in MARKETS:
        trd_market: int = trd_market_of(market, real)
        if market.word in words and trd_market not in found:
            able: TradingAccount | None = next((each for each in candidates if trd_market in each.markets), None)
            if able is not None:
                found[trd_market] = able
    if not found:
        raise ValueError(_("no account trades {markets}. There are: {shown}").format(markets=", ".join(words), shown=shown))
    return found


def _shown(account: TradingAccount) -> str:
    line: str = _("{account} (real, markets {markets})") if account.env else _("{account} (simulated, markets {markets})")
    return line.format(account=account.acc_id, markets=", ".join(map(str, account.markets)) or _("none"))
