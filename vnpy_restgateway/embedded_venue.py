"""The mock exchange in place of a venue: what a gateway does while ``Server`` is EMBEDDED, whatever venue it is for."""

import secrets
import shlex
from collections.abc import Callable, Iterable
from logging import ERROR, INFO, WARNING
from typing import Any

from rest_locale import _

from .embedded import INSTALL_HINT, EmbeddedExchange
from .executor import SerialExecutor
from .host import Host
from .settings import Field

EMBEDDED: str = "EMBEDDED"
OPTIONS: str = "Embedded Options"


def read_options(text: str) -> tuple[str, ...]:
    """
    The words of the mock exchange's command line in a text, quoted as in a shell.

    :raises ValueError: a quote that does not end, a word that is not for an embedded exchange
    """
    try:
        return plain_words(shlex.split(text))
    except ValueError as error:
        raise ValueError(_("{text!r} cannot be read: {error}").format(text=text, error=error)) from None


def plain_words(words: Iterable[object]) -> tuple[str, ...]:
    """
    Words of a command line as texts.

    :raises ValueError: one asks for TLS, which nobody needs within a machine, and whose certificate nobody here would trust
    """
    texts: tuple[str, ...] = tuple(map(str, words))
    for text in texts:
        if text.startswith("--tl"):
            raise ValueError(_("the embedded exchange speaks plain HTTP, {text} is not for it").format(text=text))
    return texts


OPTIONS_FIELD: Field = Field(OPTIONS, servers=(EMBEDDED,), check=read_options)


class EmbeddedVenue:
    """
    Holds the child of one gateway. Its callbacks run in the gateway's executor:

    ``on_ready(line)``: it listens (keys rest, stream, key, secret). ``close_clients()``: nobody is there to talk to any more.

    ``running``: where it is set, no child is started; it gives the ready line of an exchange that somebody else runs.
    """

    running: Callable[[], dict[str, Any]] | None = None

    def __init__(
        self, dialect: str, host: Host, on_ready: Callable[[dict[str, Any]], None], close_clients: Callable[[], None],
    ) -> None:
        self.exchange: EmbeddedExchange | None = None
        self._dialect: str = dialect
        self._host: Host = host
        self._executor: SerialExecutor = host.executor
        self._log: Callable[[str, int], None] = host.log
        self._on_ready: Callable[[dict[str, Any]], None] = on_ready
        self._close_clients: Callable[[], None] = close_clients
        self._started: int = 0
        self._starting = host.seams.threads.Lock()       # ``stop`` must not overtake what is being started

    def start(self, given: str | tuple[str, ...], options: str = "") -> None:
        """Start it; it tells where it listens when it is ready. ``given``: words of a script, ``options``: of the dialog."""
        if self.running is not None:
            self._tell(self.running())
            return
        self._host.flow.table.forget_venue_ids()        # a new venue, with new ids
        missing: list[str] = EmbeddedExchange.missing()
        if missing:
            self._fail(_("The embedded exchange needs {missing}: {install_hint}").format(missing=', '.join(missing), install_hint=INSTALL_HINT))
            return
        try:
            words: tuple[str, ...] = plain_words(shlex.split(given) if isinstance(given, str) else given)
        except (TypeError, ValueError) as error:
            self._fail(_("embedded_arguments must be texts, got {given!r}: {error}").format(given=given, error=error))
            return
        words = (*words, *read_options(options))
        if not any(word.startswith("--seed") for word in words) or self._started:
            # ids come from the seed: those of the last child must not come again
            words = (*words, "--seed", str(secrets.randbelow(2 ** 31)))
        self._started += 1
        exchange: EmbeddedExchange = EmbeddedExchange(
            on_ready=lambda line: self._executor.post(self._ready, exchange, line),
            on_exit=lambda code, text: self._executor.post(self._exited, exchange, code, text),
            on_words=lambda level, words: self._log(_("Embedded exchange: {words}").format(words=words), ERROR if level == "ERROR" else WARNING),
            on_slow=lambda seconds: self._log(_("Embedded exchange is not ready yet, it has much to read; {seconds:.0f} s more").format(seconds=seconds), WARNING),
        )
        self.exchange = exchange
        try:
            with self._starting:
                if self._executor.alive:
                    exchange.start(self._dialect, words)
        except (OSError, ValueError) as error:
            self._fail(_("The embedded exchange could not be started: {error}").format(error=error))

    def stop(self) -> None:
        """End it. From any thread."""
        with self._starting:
            if self.exchange:
                self.exchange.stop()

    def _fail(self, words: str) -> None:
        self._host.lost = True
        self._log(words, ERROR)

    def _ready(self, exchange: EmbeddedExchange, line: dict[str, Any]) -> None:
        if exchange is self.exchange:
            self._tell(line)

    def _tell(self, line: dict[str, Any]) -> None:
        self._log(_("Embedded exchange ready: {address}").format(address=line['rest']), INFO)
        self._on_ready(line)

    @property
    def is_there(self) -> bool:
        """Whether an exchange has been started, or runs already."""
        return self.exchange is not None or self.running is not None

    def _exited(self, exchange: EmbeddedExchange, code: int, text: str) -> None:
        """Nothing is concluded from its death: what was alive there stays in doubt."""
        if exchange is not self.exchange:
            return
        self._host.lost = True
        self._host.ready = False
        doubtful: int = self._host.flow.mark_all_in_doubt()
        if not exchange.ready:
            error: str = text or _("exit status {code}").format(code=code)
            self._log(_("The embedded exchange could not be started: {error}").format(error=error), ERROR)
            return
        status: str = _("{code}, its last words: {text}").format(code=code, text=text) if text else str(code)
        self._log(
            _(
                "Embedded exchange ended unexpectedly, exit status {status}. {count} live orders are in doubt; connect again to go on"
            ).format(status=status, count=doubtful), ERROR
        )
        self._close_clients()
