"""Whether a server that pushes nothing can be heard. SerialExecutor thread only."""

from logging import WARNING

from rest_locale import _

from ..host import Host
from ..net.outcome import NotSent

LONGEST: float = 8.0         # s between requests while nothing answers


class ConnectionHealth:
    """
    Whether the server answers a kind of request, said when it changes; and how long to wait before the next one.

    One failure may be anything; the second in a row, or one that never left, is a connection that is lost.
    """

    def __init__(self, host: Host, name: str) -> None:
        self.host: Host = host
        self.name: str = name
        self.up: bool = False
        self.failures: int = 0
        self.hangs: bool = False        # the last failure was no answer to what had left
        self.failed_at: float = float("-inf")           # of the last failure, monotonic s

    def good(self) -> bool:
        """An answer came. True: for the first time since it was lost."""
        self.failures = 0
        self.hangs = False
        if self.up:
            return False
        self.up = True
        self.host.log(_("{title} connected").format(title=_(self.name)))
        return True

    def heard(self, asked_at: float) -> None:
        """Another request was answered, which had left at a monotonic time: orders need not wait for the next look."""
        if asked_at > self.failed_at:
            self.hangs = False

    def bad(self, error: BaseException | str) -> None:
        """No usable answer."""
        self.failures += 1
        self.hangs = not isinstance(error, NotSent)
        self.failed_at = self.host.monotonic()
        if self.up and (isinstance(error, NotSent) or self.failures > 1):
            self.up = False
            self.host.say_anew()
            self.host.log(_("{title} disconnected: {error}").format(title=_(self.name), error=error), WARNING)

    def delay(self, interval: float, longest: float = LONGEST) -> float:
        """Seconds until the next request: the interval, longer and longer while there are failures."""
        waited: float = min(interval * 2.0 ** min(self.failures, 10), longest)
        return max(interval, waited)
