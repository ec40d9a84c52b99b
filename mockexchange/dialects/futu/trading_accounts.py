"""
The accounts of a login as the wire names them (spec 2.13): numbers, environments, markets; and the core's accounts behind them.

A token's simulated account is the core account of its own name, its real one the core account ``TOKEN-real``, where there is
one; the other way round by the option ``main_account``.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from ...server.accounts import Account
from .contents import REAL_SUFFIX, TRADE_MARKETS
from .enums import REAL, SIMULATE, TRD_HK_FUND, TRD_MARKETS
from .errors import Failure, bad_request
from .options import FutuOptions

FIRST_SIMULATED: int = 987_654              # the seed's example
NEXT_SIMULATED: int = 1_000_002             # and the numbers after it: of the other markets
FIRST_REAL: int = 281_000_000_000_000_001
FIRST_CARD: int = 1_001_000_000_000_001


class TradingAccount(NamedTuple):
    """``env``: official, 0 or 1."""

    acc_id: int
    core: str
    env: int
    markets: tuple[int, ...]
    place: int                              # of its login among all of them

    @property
    def is_real(self) -> bool:
        return self.env == REAL


class TradingAccounts:
    """Those of one venue."""

    def __init__(self, accounts: list[Account], options: FutuOptions) -> None:
        self._names: list[str] = [each.key for each in accounts]
        self._options: FutuOptions = options
        self.logins: list[str] = [name for name in self._names if not name.endswith(REAL_SUFFIX)]

    def of(self, login: str) -> list[TradingAccount]:
        """A login's, simulated ones first."""
        if login not in self.logins:
            return []
        place: int = self.logins.index(login)
        simulated, real = login, login + REAL_SUFFIX
        if self._options.main_account == "real":
            simulated, real = real, simulated
        found: list[TradingAccount] = []
        if simulated in self._names and self._options.sim_accounts == "per_market":
            numbers = (FIRST_SIMULATED, *(NEXT_SIMULATED + n for n in range(len(TRADE_MARKETS) - 1)))
            found += [
                TradingAccount(number + 10 * place, simulated, SIMULATE, (market.simulated,), place)
                for number, market in zip(numbers, TRADE_MARKETS, strict=True)
            ]
        elif simulated in self._names:
            every = tuple(market.simulated for market in TRADE_MARKETS)
            found.append(TradingAccount(FIRST_SIMULATED + 10 * place, simulated, SIMULATE, every, place))
        if real in self._names:
            every = (*(market.real for market in TRADE_MARKETS), TRD_HK_FUND)
            found.append(TradingAccount(FIRST_REAL + place, real, REAL, every, place))
        return found

    def all(self) -> Iterator[tuple[str, TradingAccount]]:
        """(login, account) of every one."""
        for login in self.logins:
            for account in self.of(login):
                yield login, account

    def wire_env(self, account: TradingAccount) -> int:
        """Its environment as listings and pushes have it."""
        return account.env + 1 if self._options.trd_env == "seed" else account.env

    def envs(self, account: TradingAccount) -> tuple[int, ...]:
        """What a header may say of it (spec 6, #1)."""
        if self._options.trd_env == "both":
            return account.env, account.env + 1
        return (self.wire_env(account),)

    def find(self, login: str, header: dict[str, Any]) -> TradingAccount:
        """The account that a header names. Failure for one that there is not, ApiError 400 for a market that is none (later builds)."""
        market: int = header["trd_market"]
        if self._options.is_late and market not in TRD_MARKETS:
            raise bad_request(f"header.trd_market: invalid value {market}")
        for account in self.of(login):
            if account.acc_id == header["acc_id"]:
                if header["trd_env"] not in self.envs(account):
                    raise Failure(f"trd_env {header['trd_env']} is not that of account {account.acc_id}")
                if market not in account.markets:
                    raise Failure(f"account {account.acc_id} has no authority for trd_market {market}")
                return account
        raise Failure(f"account {header['acc_id']} does not exist")

    def row(self, account: TradingAccount) -> dict[str, Any]:
        """A row of accounts."""
        found: dict[str, Any] = {
            "trd_env": self.wire_env(account),
            "acc_id": str(account.acc_id) if self._options.acc_id == "text" else account.acc_id,
            "trd_market_auth_list": list(account.markets),
            "acc_type": 2 if account.is_real else 1,
            "card_num": str(FIRST_CARD + account.place) if account.is_real else None,
            "security_firm": 1 if account.is_real else None,
            "sim_acc_type": None if account.is_real else 1,
            "uni_card_num": None,
            "acc_status": 0,
            "acc_role": 1 if account.is_real else None,
            "jp_acc_type": [],
        }
        return found
