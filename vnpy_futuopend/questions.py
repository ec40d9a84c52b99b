"""Questions that have to be answered. SerialExecutor thread only."""

from collections.abc import Callable
from functools import partial
from logging import ERROR, WARNING

from rest_locale import _
from vnpy_restgateway.host import Host
from vnpy_restgateway.log import shown_query
from vnpy_restgateway.net.outcome import Reply, coded, describe
from vnpy_restgateway.polled.ranked_rest import Command, Rank

from .identity import OtherConvention
from .outcomes import read_error
from .rest import NOT_HTTP, FutuRest, is_other_server

AGAIN: float = 0.5              # s until it is asked again
OWN_WORDS: frozenset[int | str] = frozenset({"400", "401", "403", "404", "410"})        # refusals that the user must look at
Take = Callable[[Reply, float], None]       # a good answer, and when it was asked for (monotonic s)


class Refused(ValueError):
    """The answer is a refusal."""

    def __init__(self, code: int | str, text: str) -> None:
        super().__init__(coded(code, text))
        self.code: int | str = code


class Questions:
    """
    Asks until the answer can be taken. What ``take`` raises is a failure too, and a failure is said once; ``OtherConvention`` ends it.
    """

    def __init__(self, host: Host, rest: FutuRest) -> None:
        self.host: Host = host
        self.rest: FutuRest = rest

    def ask(self, name: str, command: Command, take: Take) -> None:
        """``name``: for the log."""
        def answered(reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
            try:
                refused = read_error(reply) if reply is not None and error is None else None
                if reply is None or error is not None or refused is not None:
                    raise Refused(*refused) if refused else ValueError(str(error or _("no answer")))
                take(reply, asked_at)
            except OtherConvention as problem:
                self.host.log(str(problem), ERROR)
            except Exception as problem:
                if not self.host.locked_out:
                    self._say_failed(name, error, problem)
                    self.host.executor.call_later(max(AGAIN, self.host.pause()), f"query {name}", partial(self.ask, name, command, take))

        self.rest.call(*command, answered, rank=Rank.QUESTION)

    def _say_failed(self, name: str, error: BaseException | None, problem: Exception) -> None:
        if is_other_server(error):
            self.host.log_once("other server", _("No Futu OpenD gateway at {url}: {reason}").format(url=self.rest.url_base, reason=_(NOT_HTTP)), ERROR)
        else:
            level: int = ERROR if isinstance(problem, Refused) and problem.code in OWN_WORDS else WARNING
            self.host.log_once(f"query {name}", _("Query {query} failed, trying again: {reason}").format(query=shown_query(name), reason=describe(problem)), level)
