"""Pushes of orders and fills: asked for over REST, told by the websocket. SerialExecutor thread only."""

from collections.abc import Callable
from logging import WARNING
from typing import Any

from rest_locale import _
from vnpy_restgateway.host import Host
from vnpy_restgateway.net.outcome import Reply, coded, describe
from vnpy_restgateway.polled.ranked_rest import Rank

from .accounts import Accounts
from .calls import push_call
from .outcomes import read_error
from .pushes import FILL_PUSH, ORDER_PUSH, Push
from .rest import FutuRest

PUSH_AGAIN: float = 5.0         # s until pushes are asked for again


class TradePushes:
    """
    :param on_order: gets an order as a row of the lists has it; what it raises costs a look at the lists
    :param on_fill: likewise, a fill
    :param look: looks at the lists
    """

    def __init__(
        self, host: Host, rest: FutuRest, accounts: Accounts, on_order: Callable[[Any], None], on_fill: Callable[[Any], None],
        look: Callable[[], None],
    ) -> None:
        self.host: Host = host
        self.rest: FutuRest = rest
        self.accounts: Accounts = accounts
        self.handlers: dict[int, tuple[str, Callable[[Any], None]]] = {ORDER_PUSH: ("order", on_order), FILL_PUSH: ("order_fill", on_fill)}
        self.look: Callable[[], None] = look
        self.connected: bool = False        # the websocket stands
        self.asking: bool = False
        self.active: bool = False           # contracts are here: what is told can be read

    def subscribe(self) -> None:
        """The accounts of this connection, and no others: the list replaces the one before."""
        if self.active and self.connected and not self.asking:
            self.asking = True
            self.rest.call(*push_call(self.accounts.ids()), self._on_subscribed, rank=Rank.QUESTION)

    def _on_subscribed(self, reply: Reply | None, error: BaseException | None, asked_at: float) -> None:
        self.asking = False
        refused = read_error(reply) if reply is not None and error is None else None
        if reply is not None and error is None and refused is None:
            self.host.log(_("User data stream subscribed"))
            self.look()
            return
        reason: str = coded(*refused) if refused else str(error)
        self.host.log_once("sub-acc-push", _("Orders and fills are not pushed, they are polled: {reason}").format(reason=reason), WARNING)
        if refused is None or reply is None or reply.status == 429 or reply.status >= 500:
            self.host.executor.call_later(max(PUSH_AGAIN, self.host.pause()), "sub-acc-push", self.subscribe)

    def on_push(self, push: Push) -> None:
        """What cannot be read costs a look at the lists, never its content."""
        if not self.active or push.acc_id is not None and push.acc_id not in self.accounts.ids():
            return
        name, handle = self.handlers.get(push.proto_id, ("", None))
        if handle is not None and not push.ret_type:
            try:
                row: dict[str, Any] = push.data[name]
                row["trd_market"] = row.get("trd_market") or push.data["header"]["trd_market"]
                handle(row)
                return
            except Exception as problem:
                self.host.log_rarely(f"push {push.proto_id}", _("Push {push} not understood ({problem}), asking the gateway").format(push=push.proto_id, problem=describe(problem)))
        self.look()
