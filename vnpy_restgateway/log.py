"""How often a line is said, and what it is made of: short, printable, without secrets."""

from collections.abc import Callable
from logging import INFO, WARNING

from rest_locale import _

from .net.redact import longest_form, redact
from .seams import MACHINE

LONGEST_LINE: int = 800         # characters of a log line
READ_OF_LINE: int = 4_000       # characters that are looked through for secrets first
SAY_AGAIN: float = 60.0         # seconds


class RepeatedLines:
    """Lines that would come again and again, each in its own measure. ``log``: says one."""

    def __init__(self, log: Callable[[str, int], None], monotonic: Callable[[], float] = MACHINE.monotonic) -> None:
        self._monotonic: Callable[[], float] = monotonic
        self._log: Callable[[str, int], None] = log
        self._said: dict[str, tuple[str, float]] = {}
        self._counted: dict[str, int] = {}
        self._first: set[str] = set()

    def once(self, topic: str, msg: str, level: int = INFO) -> None:
        """A line that would come again and again while a trouble lasts: said once a minute, or when it changes."""
        now: float = self._monotonic()
        said, at = self._said.get(topic, ("", 0.0))
        if msg != said or now >= at + SAY_AGAIN:
            self._said[topic] = (msg, now)
            self._log(msg, level)

    def first(self, msg: str) -> None:
        """A line of something that is done again and again: said once after every connect and reconnect."""
        if msg not in self._first:
            self._first.add(msg)
            self._log(msg, INFO)

    def say_anew(self) -> None:
        """A connection is lost: what ``first`` has said is said again."""
        self._first.clear()

    def rarely(self, topic: str, msg: str, level: int = WARNING) -> None:
        """A line that a venue can bring about as often as it likes: the first three and every thousandth are said."""
        count: int = self._counted.get(topic, 0) + 1
        self._counted[topic] = count
        if count <= 3 or count % 1_000 == 0:
            self._log(msg, level)

    def clear(self) -> None:
        """A new session."""
        self._said.clear()
        self._counted.clear()
        self._first.clear()


def one_line(msg: str, hidden: tuple[str, ...]) -> str:
    """Any text as one line that can be shown; ``hidden`` are secrets, which never get out."""
    if len(msg) > READ_OF_LINE:
        msg = redact(msg[:READ_OF_LINE], hidden)
        unsure: int = longest_form(hidden)        # a secret cut in two
        msg = f"{msg[:max(0, min(LONGEST_LINE, len(msg) - unsure))]} ..."
    elif len(msg := redact(msg, hidden)) > LONGEST_LINE:
        msg = f"{msg[:LONGEST_LINE]} ..."
    if not msg.isprintable():
        msg = "".join(c if c.isprintable() else " " for c in msg)
    return msg


def shown_query(query: str) -> str:
    """The name of a query in the user's language; a symbol at its end stays as it is."""
    if (whole := _(query)) != query:
        return whole
    what, space, symbol = query.rpartition(" ")
    return f"{_(what)}{space}{symbol}"


def describe(error: BaseException) -> str:
    """An exception: where it was raised, its type and its words."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    try:
        text: str = str(error)
    except Exception:
        text = _("no words")
    place: str = f" ({trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno})" if trace else ""
    return f"{place}: {type(error).__name__}: {text}"
