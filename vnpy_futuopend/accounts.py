"""The trading accounts of a connection: which are ours, and trading unlocked. SerialExecutor thread only."""

from collections.abc import Callable
from hashlib import md5
from logging import ERROR, WARNING
from typing import NamedTuple

from vnpy.trader.constant import Exchange

from rest_locale import N_, _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import NotSent, Reply, describe
from vnpy_restgateway.polled.ranked_rest import Command, Rank

from .calls import unlock_call
from .endpoints import ACCOUNTS
from .enums import BY_EXCHANGE, MARGIN, MARKETS, US, Market
from .identity import OtherConvention, TradingAccount, choose, read_accounts, trd_market_of
from .listings import Wanted
from .outcomes import UNKNOWN_RESULT, read_error, rows
from .questions import Questions
from .rest import FutuRest

UNLOCK_AGAIN: float = 1.0       # s until a password that never left is sent


class Choices(NamedTuple):
    """What the connect dialog says of accounts and symbols. ``words``: markets."""

    real: bool
    account: str
    words: tuple[str, ...]
    currency: str
    trade_password: str
    symbols: tuple[Wanted, ...]


class Accounts:
    """
    One account, or one for each market.

    :param ready: called when they are known, before anything is unlocked
    :param done: called when all is done that can be
    """

    def __init__(
        self, host: Host, rest: FutuRest, questions: Questions, choices: Choices, ready: Callable[[], None], done: Callable[[], None],
    ) -> None:
        self.host: Host = host
        self.rest: FutuRest = rest
        self.questions: Questions = questions
        self.choices: Choices = choices
        self.ready: Callable[[], None] = ready
        self.done: Callable[[], None] = done
        self.found: dict[int, TradingAccount] = {}          # by trd_market
        self.asked: bool = False
        self.locked: str = ""               # why trading is locked
        self.unlocked: bool = False         # the password was right
        self.waiting: list[Callable[[bool], None]] = []     # who waits for trading to be unlocked

    # what there is

    def ids(self) -> list[int]:
        return sorted({account.acc_id for account in self.found.values()})

    def words(self) -> list[str]:
        """The markets that they trade."""
        return list(dict.fromkeys(each.word for each in MARKETS if self.trades(each)))

    def currencies(self) -> list[str]:
        """Of those markets."""
        return list(dict.fromkeys(each.currency for each in MARKETS if self.trades(each)))

    def trades(self, market: Market) -> bool:
        return trd_market_of(market, self.choices.real) in self.found

    def headers(self) -> list[dict[str, int]]:
        """One a market."""
        return [account.header(trd_market) for trd_market, account in self.found.items()]

    def of(self, exchange: Exchange) -> TradingAccount | None:
        market: Market | None = BY_EXCHANGE.get(exchange)
        return self.found.get(trd_market_of(market, self.choices.real)) if market else None

    def header_of(self, exchange: Exchange) -> dict[str, int]:
        """Of a request about an exchange that is traded."""
        trd_market: int = trd_market_of(BY_EXCHANGE[exchange], self.choices.real)
        return self.found[trd_market].header(trd_market)

    def borrows(self, exchange: Exchange) -> bool:
        """Whether cash is no limit: a margin account's buying power is the broker's to tell."""
        account: TradingAccount | None = self.of(exchange)
        return account is not None and account.acc_type == MARGIN

    def sells_short(self, exchange: Exchange) -> bool:
        """Whether holdings are no limit: a US margin account sells short by selling."""
        return exchange is US.exchange and self.borrows(exchange)

    # at connect

    def ask(self) -> None:
        """Once a connect."""
        if not self.asked:
            self.asked = True
            self.questions.ask(N_("accounts"), Command("GET", ACCOUNTS, {}), self._on_accounts)

    def _on_accounts(self, reply: Reply, asked_at: float) -> None:
        choices = self.choices
        try:
            self.found = choose(read_accounts(rows(reply.data, "acc_list")), choices.real, choices.account, choices.words)
        except OtherConvention:
            raise
        except ValueError as problem:
            self.host.log(_("Setting 'Account ID': {problem}").format(problem=problem), ERROR)
            return
        line: str = _("Trading account {accounts}, REAL, markets {markets}") if choices.real else _("Trading account {accounts}, simulated, markets {markets}")
        self.host.log(line.format(accounts=", ".join(map(str, self.ids())), markets=", ".join(self.words())))
        if missing := [word for word in choices.words if word not in self.words()]:
            self.host.log(_("The account does not trade {missing}").format(missing=', '.join(missing)), WARNING)
        self.ready()
        if not choices.real:
            self.done()
        elif choices.trade_password:
            self.unlock_again(lambda unlocked: self.done())
        else:
            self.host.log(_("No Trade Password given: orders are refused unless trading is unlocked at the gateway"), WARNING)
            self.done()

    def unlock_again(self, then: Callable[[bool], None]) -> None:
        """
        The gateway has forgotten that trading was ``unlocked``: once more, with the password that was right then. ``then`` is told
        whether it worked; a failure is the last one.
        """
        self.waiting.append(then)
        if len(self.waiting) == 1:
            self._unlock()

    def _unlock(self) -> None:
        """
        Never again before the next connect after a password that was wrong, or was sent for the first time and not answered: two wrong
        ones lock the login. One that was right once can be sent again, and one that never left.
        """
        account: TradingAccount = next(iter(self.found.values()))
        was_right: bool = self.unlocked

        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            refused = read_error(reply) if reply is not None and error is None else None
            if refused is not None and refused[0] != UNKNOWN_RESULT and (reply is None or reply.status < 500):
                self.unlocked = False
                self.locked = _("trading is not unlocked, code: {code}, message: {message}").format(code=refused[0], message=refused[1])
                self.host.log(_("Unlocking failed and is not tried again before the next connect: {reason}").format(reason=self.locked), ERROR)
            elif error is None and reply is not None and refused is None:
                self.unlocked = True
                self.host.log(_("Trading unlocked"))
            elif isinstance(error, NotSent) and not was_right and not self.host.locked_out:
                self.host.log_once("unlocking", _("Unlocking was not sent, trying again: {reason}").format(reason=describe(error)), WARNING)
                self.host.executor.call_later(max(UNLOCK_AGAIN, self.host.pause()), "unlock", self._unlock)
                return
            else:
                reason: object = refused[1] if refused else error
                if was_right:
                    line: str = _("Unlocking was not answered ({reason}), it is tried again with the next order")
                else:
                    line = _("Unlocking was not answered ({reason}), it is not tried again before the next connect")
                self.host.log(line.format(reason=reason), WARNING if was_right else ERROR)
            waiting, self.waiting = self.waiting, []
            for call in waiting:
                call(self.unlocked and error is None and refused is None)

        pwd_md5: str = md5(self.choices.trade_password.encode()).hexdigest()
        self.rest.call(*unlock_call(pwd_md5, account.firm), answered, lane="order", rank=Rank.ORDER)
