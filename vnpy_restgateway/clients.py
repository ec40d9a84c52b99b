"""What the clients of a session have in common, whatever venue they talk to: their lines, their patience, how they end."""

from collections.abc import Callable
from logging import ERROR, INFO, WARNING
from types import TracebackType
from typing import Any

from rest_locale import N_, _

from .host import Host
from .log import shown_query
from .net.rest import Request, RestClient
from .net.stream import WebsocketClient

RETRY_FIRST: float = 0.5            # seconds until a query that failed is asked again, doubled up to
RETRY_LONGEST: float = 5.0


class VenueRest(RestClient):
    """A REST client; ``home`` is the gateway's host, for ``host`` is an address to the wire."""

    def __init__(self, host: Host) -> None:
        super().__init__(host.seams)
        self.home: Host = host
        self._failures: dict[str, int] = {}         # query -> how often in a row it has failed

    def start(self, n: int = 0) -> None:
        """See RestClient.start; nothing has failed yet."""
        self._failures.clear()
        super().start(n) if n else super().start()
        self.home.log(_("REST API started"))

    def answered(self, query: str) -> None:
        """A query went well."""
        self._failures.pop(query, None)

    def try_again(
        self, query: str, reason: str, again: Callable[[], None] | None, failed: Callable[[], None] | None = None, pause: float = 0.0,
    ) -> None:
        """
        A query failed: said the first time and every tenth, and asked again, further and further apart and not before ``pause``
        seconds. Where there is ``failed``, that is called instead.
        """
        failures: int = self._failures.get(query, 0) + 1
        self._failures[query] = failures
        if failures == 1 or failures % 10 == 0:
            line: str = _("Query {query} failed: {reason}") if failed else _("Query {query} failed, trying again: {reason}")
            self.home.log(line.format(query=shown_query(query), reason=reason), WARNING)
        if failed:
            failed()
        elif again:
            delay: float = min(RETRY_FIRST * 2 ** min(failures - 1, 10), RETRY_LONGEST)
            self.home.executor.call_later(max(delay, pause), f"query {query}", again)

    def on_error(
        self, exc: type[BaseException], value: BaseException, tb: TracebackType | None, request: Request | None
    ) -> None:
        """Only an exception in one of our own callbacks comes here."""
        self.home.on_exception(value)


class VenueStream(WebsocketClient):
    """A socket: ``title`` names it in the log, ``about`` says what of it."""

    title: str = N_("MD API")
    about: str = ""

    def __init__(self, host: Host) -> None:
        super().__init__(host.seams)
        self.home: Host = host
        self._bad_frames: int = 0

    def on_disconnected(self, status_code: int, msg: str) -> None:
        line: str = _("{title} disconnected{about}, code: {code}, msg: {msg}").format(title=_(self.title), about=self.about, code=status_code, msg=msg)
        self.home.log(line, WARNING if self.active else INFO)

    def on_error(self, e: Exception) -> None:
        line: str = _("{title} exception{about}: {error}").format(title=_(self.title), about=self.about, error=e)
        self.home.log_once(f"{self.title}{self.about}", line, WARNING if self.active else INFO)

    def on_bad_frame(self, payload: bytes, error: Exception) -> None:
        """A frame that cannot be read is dropped; the first ones, and every thousandth, are said."""
        self._bad_frames += 1
        if self._bad_frames <= 3 or self._bad_frames % 1_000 == 0:
            line: str = _("{title} frame{about} not understood ({error}): {frame!r}")
            self.home.log(line.format(title=_(self.title), about=self.about, error=error, frame=payload[:120]), WARNING)


class ParkedNews:
    """
    What the venue tells of symbols that we have no contract of, until we have. Executor's thread only.

    :param query_contract: asks what is traded
    """

    MOST: int = 1_000               # of a symbol

    def __init__(self, host: Host, query_contract: Callable[[], None]) -> None:
        self.host: Host = host
        self.query_contract: Callable[[], None] = query_contract
        self.news: dict[str, list[Any]] = {}        # by the venue's symbol

    def park(self, symbol: str, item: Any = None) -> None:
        """The venue speaks of such a symbol: keep what it said, if that is worth keeping, and ask for the contracts again."""
        kept: list[Any] = self.news.setdefault(symbol, [])
        if item and len(kept) < self.MOST:
            kept.append(item)
        self.host.log_once(f"symbol {symbol}", _("Symbol {symbol} is new, asking for the contracts").format(symbol=symbol), WARNING)
        self.host.executor.reschedule_earlier(1.0, "contracts", self.query_contract)

    def release(self, handle: Callable[[Any], Any]) -> None:
        """The contracts are here: what was kept for want of them is told now."""
        news, self.news = self.news, {}
        for symbol, items in news.items():
            if self.host.contracts.of_venue(symbol) is None:
                self.host.log(_("The venue lists no symbol {symbol}, but tells of orders on it: shown when it does").format(symbol=symbol), ERROR)
                self.news[symbol] = items
            else:
                self.host.each(items, handle, N_("order"))
