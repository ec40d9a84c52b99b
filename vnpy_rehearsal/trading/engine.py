"""A CtaEngine whose strategies have their orders and their position again after the process was killed."""

from pathlib import Path
from threading import Event as Flag
from typing import Any

from vnpy.event import Event
from vnpy.trader.event import EVENT_TRADE
from vnpy.trader.object import ContractData, OrderData, TradeData
from vnpy.trader.utility import get_file_path
from vnpy_ctastrategy import CtaEngine, CtaStrategyApp, CtaTemplate

from rest_locale import _

from .files import ORDERS, read_object, write_json

TOGETHER: float = 5.0           # s between two writes of one process, at most
EVENT_TAKE_OVER: str = "eTakeOver"


class LastingCtaEngine(CtaEngine):
    """
    What vn.py's engine keeps in memory only is in a file here: which order is whose, which trades a strategy's ``pos`` has in it.

    The last life's orders are the strategies' again (``cancel_all`` reaches them), and trades that nobody was there for are handed to
    ``on_trade`` before the strategies start: those that the gateway brings at connect, which are the trading day's.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.file: Path = get_file_path(ORDERS)
        self.last_life: dict[str, Any] = {}             # strategy -> pos, and vt_orderid -> trades in it
        self.own: dict[str, dict[str, list[str]]] = {}  # strategy -> live vt_orderid -> vt_tradeids in its pos

    def wanted(self) -> list[tuple[str, CtaTemplate | None]]:
        """The strategies that the settings name; None: it could not be made, the log says why."""
        return [(name, self.strategies.get(name)) for name in list(self.strategy_setting)]

    def knows_last_orders(self) -> bool:
        """Whether the gateway has told of every order of the last life: it tells of those that live, and of those that traded."""
        return all(self.main_engine.get_order(vt_orderid) for known in self.last_life.values() for vt_orderid in known["orders"])

    def take_over(self, patience: float) -> bool:
        """
        Give the strategies, which are initialized and not started, what was theirs. False: the event engine does not answer.

        In the event engine's own thread, so that no trade is counted twice or passed over meanwhile.
        """
        done: Flag = Flag()

        def on_take_over(event: Event) -> None:
            try:
                self._take_over()
            finally:
                done.set()

        self.event_engine.register(EVENT_TAKE_OVER, on_take_over)
        self.event_engine.put(Event(EVENT_TAKE_OVER))
        answered: bool = done.wait(patience)
        self.event_engine.unregister(EVENT_TAKE_OVER, on_take_over)
        return answered

    def _take_over(self) -> None:
        for name, known in self.last_life.items():
            strategy: CtaTemplate | None = self.strategies.get(name)
            if strategy is None:
                if known["orders"]:
                    text: str = _("Orders of strategy {name}, which is not here any more, may be alive: {orders}")
                    self.write_log(text.format(name=name, orders=", ".join(known["orders"])))
                continue
            strategy.pos = known["pos"]
            self.own[name] = known["orders"]
            for vt_orderid, counted in known["orders"].items():
                self.orderid_strategy_map[vt_orderid] = strategy
                self.vt_tradeids.update(counted)
                order: OrderData | None = self.main_engine.get_order(vt_orderid)
                if order is not None and order.is_active():
                    self.strategy_orderid_map[name].add(vt_orderid)
                status: str = order.status.value if order else _("not at the venue")
                self.write_log(_("Order {orderid} of the last process: {status}").format(orderid=vt_orderid, status=status), strategy)
        self.last_life = {}
        for trade in self.main_engine.get_all_trades():
            owner: CtaTemplate | None = self.orderid_strategy_map.get(trade.vt_orderid)
            if owner and trade.vt_tradeid not in self.own[owner.strategy_name][trade.vt_orderid]:
                text = _("Traded while this process was down: {direction} {volume:.12g} at {price:.12g}")
                self.write_log(text.format(direction=trade.direction.value, volume=trade.volume, price=trade.price), owner)
                self.vt_tradeids.discard(trade.vt_tradeid)
                self.process_trade_event(Event(EVENT_TRADE, trade))
        for orders in self.own.values():
            for vt_orderid in list(orders):
                order = self.main_engine.get_order(vt_orderid)
                if order is None or not order.is_active():
                    del orders[vt_orderid]
        self._save()

    def send_server_order(self, strategy: CtaTemplate, contract: ContractData, *arguments: Any) -> list:
        vt_orderids: list[str] = super().send_server_order(strategy, contract, *arguments)
        self.own.setdefault(strategy.strategy_name, {}).update({vt_orderid: [] for vt_orderid in vt_orderids})
        self._save()
        return vt_orderids

    def process_trade_event(self, event: Event) -> None:
        super().process_trade_event(event)
        trade: TradeData = event.data
        strategy: CtaTemplate | None = self.orderid_strategy_map.get(trade.vt_orderid)
        counted: list[str] | None = self.own.get(strategy.strategy_name, {}).get(trade.vt_orderid) if strategy else None
        if counted is not None and trade.vt_tradeid not in counted:
            counted.append(trade.vt_tradeid)
            self._save()

    def process_order_event(self, event: Event) -> None:
        super().process_order_event(event)
        order: OrderData = event.data
        strategy: CtaTemplate | None = self.orderid_strategy_map.get(order.vt_orderid)
        if strategy is None:
            return
        orders: dict[str, list[str]] = self.own.setdefault(strategy.strategy_name, {})
        if order.is_active() and order.vt_orderid not in orders:            # the gateway tells of it only now
            self.strategy_orderid_map[strategy.strategy_name].add(order.vt_orderid)
            orders[order.vt_orderid] = []
            self._save()
        elif not order.is_active() and orders.pop(order.vt_orderid, None) is not None:
            self._save()                    # an order's last trade comes before the order that ends it

    def _save(self) -> None:
        write_json(self.file, {
            name: {"pos": strategy.pos, "orders": self.own.get(name, {})} for name, strategy in self.strategies.items()
        })

    def forget(self) -> None:
        """At a clean end: vn.py's own file has all there is to know, unless orders are alive."""
        if not any(self.own.values()):
            self.file.unlink(missing_ok=True)

    # files of vn.py's own: whole at any moment, and its settings are read only

    def load_strategy_data(self) -> None:
        data: Path = get_file_path(self.data_filename)
        self.strategy_data = read_object(data)
        self.last_life = read_object(self.file)
        if self.last_life and data.exists() and data.stat().st_mtime > self.file.stat().st_mtime + TOGETHER:
            self.last_life = {}
            text: str = _("{file} is newer than {other}, another program has run the strategies since: orders of the last process are not taken over")
            self.write_log(text.format(file=data.name, other=self.file.name))

    def sync_strategy_data(self, strategy: CtaTemplate) -> None:
        data: dict[str, Any] = strategy.get_variables()
        self.strategy_data[strategy.strategy_name] = {name: value for name, value in data.items() if name not in ("inited", "trading")}
        write_json(get_file_path(self.data_filename), self.strategy_data)

    def update_strategy_setting(self, strategy_name: str, setting: dict) -> None:
        return None


class LastingCtaApp(CtaStrategyApp):
    engine_class = LastingCtaEngine
