"""Orders and fills as they are pushed (2208, 2218): who hears of them, and when (spec 4.2, 6 #13, #19)."""

from collections.abc import Callable, Iterable

from ...core.events import Event, Fill, OrderReport
from ...core.orders import Order
from . import enums, rendering
from .contents import MarketFacts
from .rendering import Body
from .state import DialectState
from .stream_rendering import Frame, trade_frame
from .trading_accounts import TradingAccount

Send = Callable[[str, Frame], None]             # login, frame


class TradePushes:
    """
    Those of one venue. While an order shows status 1 or 2 nothing else of it is told; it is told afterwards, in order.
    """

    def __init__(self, desk: DialectState, send: Send) -> None:
        self._desk: DialectState = desk
        self._send: Send = send
        self._waiting: dict[int, list[OrderReport | Fill]] = {}     # core order id -> what has happened to it meanwhile

    def on_events(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, OrderReport | Fill):
                waiting = self._waiting.get(event.order_id)
                if waiting is not None:
                    waiting.append(event)
                elif isinstance(event, OrderReport) and self._is_new(event):
                    self._begin(event)
                else:
                    self._tell(event, self._desk.venue.now())

    def on_change(self, order: Order) -> None:
        """The order has another status without an event of the exchange."""
        if order.order_id not in self._waiting:
            self._tell(order, self._desk.venue.now())

    def _is_new(self, report: OrderReport) -> bool:
        return report.execution_type == "NEW" and report.time == report.update_time and self._desk.options.submit_ms > 0

    def _begin(self, report: OrderReport) -> None:
        """Waiting, then submitting, then what it is."""
        seconds: float = self._desk.options.submit_ms / 1000
        us: int = self._desk.options.submit_ms * 1000
        self._waiting[report.order_id] = []
        self._tell(report, report.time)
        clock = self._desk.venue.clock
        clock.call_later(seconds / 2, self._tell, report, report.time + us // 2)
        clock.call_later(seconds, self._end, report, report.time + us)

    def _end(self, report: OrderReport, now: int) -> None:
        for event in (report, *self._waiting.pop(report.order_id, ())):
            self._tell(event, max(now, self._desk.venue.now()))

    def _tell(self, event: "OrderReport | Fill | Order", now: int) -> None:
        desk = self._desk
        market: MarketFacts | None = desk.markets.get(event.symbol)
        if market is None:
            return
        for login, account in desk.accounts.all():
            if account.core != event.account or market.trade.number(account.is_real) not in account.markets:
                continue
            if self._is_heard(login, account):
                if isinstance(event, Fill):
                    self._tell_fill(login, account, market, event)
                else:
                    self._tell_order(login, account, market, event, now)

    def _is_heard(self, login: str, account: TradingAccount) -> bool:
        how: str = self._desk.options.trade_push
        return how == "always" or (how == "subscribed" and account.acc_id in self._desk.pushed_accounts.get(login, ()))

    def _header(self, account: TradingAccount, market: MarketFacts) -> Body:
        return {"trd_env": self._desk.accounts.wire_env(account), "acc_id": account.acc_id, "trd_market": market.trade.number(account.is_real)}

    def _tell_order(
        self, login: str, account: TradingAccount, market: MarketFacts, order: "OrderReport | Order", now: int,
    ) -> None:
        desk = self._desk
        status: int = rendering.order_status(order, now, desk.options, order.order_id in desk.cancelling)
        row: Body = rendering.order_row(order, status, desk.facts(order.symbol).name, market, market.trade.number(account.is_real))
        self._send(login, trade_frame(enums.ORDER_PUSH, self._header(account, market), "order", row))

    def _tell_fill(self, login: str, account: TradingAccount, market: MarketFacts, fill: Fill) -> None:
        """Simulated accounts have none."""
        desk = self._desk
        if not account.is_real and not desk.options.sim_fills:
            return
        order: Order = desk.venue.exchange.find_order(fill.account, fill.symbol, fill.order_id)
        row: Body = rendering.fill_row(fill, order, desk.facts(fill.symbol).name, market, market.trade.number(account.is_real))
        self._send(login, trade_frame(enums.FILL_PUSH, self._header(account, market), "order_fill", row))
