"""
Whether the web process can ask the trading process. It has one RPC socket, which one time-out kills for good, while logins and
pushes go on (spec 6.2). ``GET /account`` is the probe: it survives what breaks the other lists. SerialExecutor thread only.
"""

from collections.abc import Callable
from logging import ERROR

from rest_locale import N_, _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import TimedOut
from vnpy_restgateway.polled.health import ConnectionHealth

CURE: str = N_("WebTrader's web process has lost its RPC connection to the trading process; restart the web service")
HUNG: str = N_("the trading process behind WebTrader does not answer its web process")
AGAIN: float = 1.0              # s from a failure to the next look, doubled up to
LONGEST_AGAIN: float = 8.0
FAILED: str = "status 500"      # what ``Poller`` calls the answer of a server whose RPC has failed
SAID_AFTER: int = 2             # 500s in a row


class RpcHealth(ConnectionHealth):
    """
    Told of every answer to ``GET /account``.

    :param probe: asks the web process for what needs no RPC, and sets ``web_lives`` if that is answered
    :param back: called when it answers again
    """

    def __init__(self, host: Host, probe: Callable[[], None], back: Callable[[], None]) -> None:
        super().__init__(host, N_("Trade API"))
        self.probe: Callable[[], None] = probe
        self.back: Callable[[], None] = back
        self.refusing: bool = False         # the last answer was 500: an order would meet a dead RPC
        self.web_lives: bool = False        # the web process has answered the probe since the last failure
        self.hung: bool = False             # the web process answers, the trading process does not, twice
        self.blocked: bool = False          # orders were refused since the last answer to the probe
        self.said: bool = False
        self.since: float = float("inf")    # of the first answer after the last outage, monotonic s

    @property
    def reason(self) -> str:
        """Why no order is sent now, or "". Any thread."""
        return _(CURE) if self.refusing else _(HUNG) if self.hung else ""

    def good(self) -> bool:
        if self.since == float("inf"):
            self.since = self.host.monotonic()
        was: bool = self.blocked
        self.refusing = self.hung = self.web_lives = self.blocked = False
        first: bool = super().good()
        if self.said:
            self.said = False
            self.host.log(_("WebTrader's web process reaches the trading process again"))
        if was:
            self.back()
        return first

    def heard(self, asked_at: float) -> None:
        super().heard(asked_at)
        if asked_at > self.failed_at:
            self.refusing = self.hung = False

    def bad(self, error: BaseException | str) -> None:
        self.refusing = error == FAILED
        # refused or reset connections are of a web process that is not there, or was exchanged: of the trading process they tell nothing
        waited: bool = isinstance(error, str | TimedOut) and not self.refusing
        self.hung = waited and self.failures > 0 and self.web_lives
        self.blocked = self.blocked or self.refusing or self.hung
        self.web_lives = False
        super().bad(error)
        self.since = float("inf")
        if not self.refusing:
            self.probe()
        if self.refusing and self.failures >= SAID_AFTER and not self.said:
            self.said = True
            if not self.host.ready:
                self.host.trouble = _(CURE)
            self.host.log(_(CURE), ERROR)

    def delay(self, interval: float, longest: float = LONGEST_AGAIN) -> float:
        return delay_of(self, interval, longest)


class ListHealth(ConnectionHealth):
    """
    Told of every answer to another list. One that fails while the probe answers has a value in it that cannot be sent, or the two
    processes run in different languages (spec 2.1, 5.3).
    """

    def __init__(self, host: Host, path: str, rpc: RpcHealth, meanwhile: str) -> None:
        super().__init__(host, path)
        self.rpc: RpcHealth = rpc
        self.meanwhile: str = meanwhile
        self.said: bool = False

    def good(self) -> bool:
        self.failures = 0
        first, self.up = not self.up, True
        if self.said:
            self.said = False
            self.host.log(_("GET {path} answers again").format(path=self.name))
        return first

    def bad(self, error: BaseException | str) -> None:
        self.failures += 1
        self.up = False
        if isinstance(error, BaseException):
            self.rpc.bad(error)             # no answer at all: the probe waits its turn behind such questions
        if error == FAILED and self.failures >= SAID_AFTER and self.rpc.up and not self.rpc.refusing and not self.said:
            self.said = True
            self.host.log(_("GET {path} fails while /account answers: {reason}").format(path=self.name, reason=poisoned(self.meanwhile)), ERROR)

    def delay(self, interval: float, longest: float = LONGEST_AGAIN) -> float:
        return delay_of(self, interval, longest)


def delay_of(health: ConnectionHealth, interval: float, longest: float) -> float:
    """Seconds until the next question: what failed is asked again sooner than what is asked in its turn."""
    return min(AGAIN * 2.0 ** min(health.failures - 1, 10), longest) if health.failures else interval


def poisoned(meanwhile: str) -> str:
    """What a list that fails alone means, and what to do."""
    return (
        _(
            "the trading process and the web process run in different languages (set LANGUAGE to the same for both), or a remote gateway made "
            "a value that cannot be sent. {meanwhile}Restart both processes"
        ).format(meanwhile=_(meanwhile))
    )
